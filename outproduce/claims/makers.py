"""Names of makers that no pack lists: small and new firms, plants, told by the words around them and by their endings.

What tells them is data of the pack, `firms.yml`; names the pack knows are taken before this module looks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from outproduce.claims.around import CLOSE, OPEN, STOPS, Around, Known
from outproduce.claims.firms import english_firm, english_plant, firms_of, starts_with
from outproduce.languages import language_codes, language_data
from outproduce.lexicon import HYPHENS, Token
from outproduce.packs import Pack
from outproduce.statements.names import is_first_name

_PAUSES = frozenset(",—–-(")
_ROMAN = re.compile(r"[IVXLC]+\Z")
_VOWEL_END = re.compile(r"[аеєиіїйоуьюяыэ]+\Z")
_CYRILLIC = re.compile("[а-яґєії]")
LONGEST = 4  # words of a name


class Maker(NamedTuple):
    """A maker named at `text[start:end]`: its canonical English name, and its state where the words beside it tell."""

    start: int
    end: int
    name: str
    country: str | None = None


class _Run(NamedTuple):
    """A name that may be a maker's: tokens `first` to `last`, end exclusive.

    `kind` is latin, quoted, plain (one Cyrillic word) or described ("Сумський завод важкого машинобудування").
    """

    first: int
    last: int
    kind: str
    legal: bool = False


def find_makers(text: str, lang: str, tokens: Sequence[Token], known: Sequence[Known], pack: Pack) -> list[Maker]:
    """Find makers by name that the pack does not know, in order; `known` is what has been found in the text before.

    A name found once is found wherever the text repeats it, also by its first word or in another case.
    """
    firms = firms_of(pack, lang)
    if firms is None:
        return []
    page = Around(text, lang, tokens, pack, firms)
    page.read(known)
    found: dict[str, tuple[_Run, str | None]] = {}
    last = -1
    for run in _runs(page):
        if _is_maker(page, run, last):
            last = run.last + (run.kind == "quoted")
            country = _country(page, run)
            name = _canonical(page, run, country)
            first, told = found.get(name, (run, None))
            found[name] = first, told or country
    return _everywhere(page, found) if found else []


def _runs(page: Around) -> Iterator[_Run]:
    """Names that may be a maker's, in order."""
    end = 0
    for i in [i for i, token in enumerate(page.tokens) if token.raw[0].isupper()]:
        if i >= end and (page.taken[i] in (0, 2) or i in page.actors):
            end, run = _run_at(page, i)
            if run is not None:
                yield run


def _run_at(page: Around, first: int) -> tuple[int, _Run | None]:
    """Where to look on, and the name that begins at a capital, if one does."""
    tokens = page.tokens
    if first and tokens[first - 1].raw in OPEN and tokens[first - 1].end == tokens[first].start:
        last = _quoted_end(page, first)
        if last is not None and (page.lang != "en" or page.cue_before(first - 1) is not None):
            return last, _Run(first, last, "quoted")
    if page.taken[first]:
        return (first + 1, None) if page.lang == "en" or first not in page.actors else _extended(page, first)
    if tokens[first].raw[0] < "\u0370":
        return _latin_run(page, first)
    if tokens[first].norm.endswith(page.firms.place_endings) and (last := _described_end(page, first)):
        return last, _Run(first, last, "described")
    return first + 1, _Run(first, first + 1, "plain") if len(tokens[first].norm) > 3 else None


def _described_end(page: Around, first: int) -> int | None:
    """End of "Харківський завод важкого машинобудування": a place, a plant and what it makes; None where it is not."""
    firms, last, told, plant = page.firms, first + 1, 0, 0
    while last < len(page.tokens) and page.spaced(last) and last - first < 6:
        if starts_with(page.norm(last), firms.glossary):
            told += 1
        elif starts_with(page.norm(last), firms.heads) and not plant:
            plant += 1
        else:
            break
        last += 1
    return last if told and plant else None


def _quoted_end(page: Around, first: int) -> int | None:
    """End of a name of few words inside quotation marks; None where there is none or the pack knows it."""
    for i in range(first, min(len(page.tokens), first + 2 * LONGEST)):
        token = page.tokens[i]
        if token.raw in CLOSE:
            return i if not all(page.taken[first:i]) else None
        if page.taken[i] == 1 or not (token.raw[0].isalnum() or token.norm in HYPHENS or token.raw == "&"):
            return None
    return None


def _latin_run(page: Around, first: int) -> tuple[int, _Run | None]:
    """A run of capitals in Latin letters, its legal form and words that only open a sentence cut off."""
    tokens, firms, last = page.tokens, page.firms, first + 1
    i = last
    while i < len(tokens) and not page.taken[i] and i - first <= 2 * LONGEST:
        token = tokens[i]
        joined = token.start == tokens[i - 1].end
        if token.norm in HYPHENS and joined and i + 1 < len(tokens) and tokens[i + 1].start == token.end:
            i += 2
            if tokens[i - 1].raw.islower():  # "London-based"
                return i, None
            last = i
        elif joined or not page.spaced(i):
            break
        elif token.raw[0].isupper() and token.raw[0] < "\u0370":
            i += 1
            last = i
        elif token.raw in firms.latin_joints:
            i += 1
        else:
            break
    end, legal = last, False
    while last - first > 1 and tokens[last - 1].raw in firms.legal_words:
        last, legal = last - 1, True
    legal = legal or firms.legal.match(page.text, tokens[last - 1].end) is not None
    while first < last and tokens[first].raw in firms.words["openers"] and tokens[first].raw not in firms.legal_words:
        first += 1
    if first >= last or last - first > LONGEST + 1 or _touches(page, first, end):
        return end, None
    return end, _Run(first, last, "latin", legal)


def _extended(page: Around, first: int) -> tuple[int, _Run | None]:
    """Give a known Latin name that goes on behind a cue, and so is another maker's: "компанія Nammo Lapua"."""
    tokens, firms = page.tokens, page.firms
    end, kind = page.actors[first]
    last = end + (page.norm(end) in HYPHENS and tokens[end].start == tokens[end - 1].end)
    while last < len(tokens) and "A" <= tokens[last].raw[0] <= "Z" and (last > end or page.spaced(last)):
        last, end = last + 1, last + 1
        if last < len(tokens) and not page.spaced(last):
            break
    words = {token.norm for token in tokens[page.actors[first][0] : end]}
    other = kind == "state" or not words & (
        firms.endings | firms.generic | {word.lower() for word in firms.legal_words}
    )
    if (
        not words
        or not other
        or tokens[first].raw[0] > "Z"
        or page.cue_before(first) not in ("cues", "plants", "loose")
    ):
        return first + 1, None
    page.taken[first:end] = bytes(end - first)
    return end, _Run(first, end, "latin")


def _touches(page: Around, first: int, last: int) -> bool:
    """Tell whether a name only goes on or begins one that the pack knows."""
    tokens, taken = page.tokens, page.taken
    if first and tokens[first - 1].norm in HYPHENS and tokens[first - 1].end == tokens[first].start:
        return True
    before = first > 0 and taken[first - 1] in (1, 3) and page.spaced(first) and tokens[first - 1].raw[0].isupper()
    after = last < len(tokens) and taken[last] in (1, 3) and page.spaced(last) and tokens[last].raw[0].isupper()
    return before or after


def _is_maker(page: Around, run: _Run, named: int) -> bool:
    """Tell by the words around a name, and by its ending, whether it is a maker's.

    `named` is the token behind the maker found before: "the firms X and Y".
    """
    if run.kind == "plain":
        return _is_plain_maker(page, run)
    if run.kind == "described":
        return True
    start = run.first - (run.kind == "quoted")
    cue = page.cue_before(start)
    if cue in ("others", "people") or page.cue_before(run.first + 1) == "others" or _is_person_or_office(page, run):
        return False
    if _ends_as_firm(page, run) or _is_quoted_plant(page, run) or _has_plain_end(page, run):
        return True
    if _is_cued(page, run, start):
        return True
    longer = run.kind == "quoted" or run.last - run.first > 1
    if named == start - 1 and longer and page.norm(start - 1) in page.firms.words["joining"]:
        return True
    between_commas = page.norm(start - 1) == "," == page.norm(run.last) and page.norm(start - 3) != "of"
    if page.lang == "en" and between_commas and page.cue_before(start - 1) in ("cues", "plants"):
        return True
    return _is_apposed(page, run) or _is_subject(page, run, start)


def _is_cued(page: Around, run: _Run, start: int) -> bool:
    """Tell whether "company" or the like stands before a name, or before words in the genitive that stand before it."""
    cue = page.cue_before(start)
    if page.lang == "en":
        return cue in ("cues", "loose") or (cue == "plants" and run.kind == "quoted")
    for last in range(start, max(0, start - 3), -1):
        cue = page.cue_before(last)
        if cue in ("cues", "plants"):
            return True
        if cue == "loose":
            return run.kind == "latin" or page.norm(last - 2) in HYPHENS
        token = page.tokens[last - 1]
        if not token.raw.islower() or last - 1 in page.triggers or not token.norm.endswith(page.firms.between):
            return False
    return False


def _is_person_or_office(page: Around, run: _Run) -> bool:
    tokens = page.tokens[run.first : run.last]
    if run.kind == "quoted":
        return False
    if any(token.norm in page.firms.offices or _ROMAN.match(token.raw) for token in tokens):
        return True
    if page.norm(run.first - 1) in ("of", "for") and page.norm(run.first - 2) in page.firms.offices:
        return True
    if run.legal or tokens[-1].norm in page.firms.endings:
        return False
    return is_first_name(tokens[0], page.lang) or (len(tokens) == 1 and tokens[0].norm in page.surnames)


def _is_quoted_plant(page: Around, run: _Run) -> bool:
    """Tell whether a quoted name says itself that it is a plant."""
    firms, words = page.firms, [token.norm for token in page.tokens[run.first : run.last]]
    told = [bool(starts_with(word, firms.glossary)) or word.endswith(firms.place_endings) for word in words]
    plants = [bool(starts_with(word, firms.heads)) for word in words]
    after_somebody = any(word in firms.words["named_after"] for word in words)
    described = any(told) and sum(told) == len(words) - 1
    return run.kind == "quoted" and sum(plants) == 1 and (described or after_somebody)


def _has_plain_end(page: Around, run: _Run) -> bool:
    """Tell whether a name is one Cyrillic word with the end of a plant's: Курганхиммаш."""
    firms, norm = page.firms, page.norm(run.first)
    if run.last - run.first > 1 or firms.stems is None or firms.stems.match(norm) is None:
        return False
    busy = run.kind == "plain" or any(i in page.verbs for i in range(run.first - 6, run.last + 7))
    return busy and not norm.startswith(firms.commons) and norm not in page.lower


def _ends_as_firm(page: Around, run: _Run) -> bool:
    """Tell whether a Latin name ends as those of firms do and has a word of its own."""
    firms, words = page.firms, [token.norm for token in page.tokens[run.first : run.last]]
    ends = len(words) > 1 and words[-1] in firms.endings and words[0] not in firms.generic
    if run.kind != "latin" or not (run.legal or ends):
        return False
    own = [word for word in words if word not in firms.endings and word not in firms.generic and word.isalpha()]
    return bool(own) and own[0] not in page.lower


def _is_apposed(page: Around, run: _Run) -> bool:
    """Tell whether "a Norwegian maker of" or the like stands behind a name."""
    i = run.last + (run.kind == "quoted")
    if page.norm(i) not in _PAUSES or not page.norm(i):
        return False
    if page.lang == "en" and page.norm(i + 1) not in ("a", "an") and page.norm(i + 2) != "of":
        return False
    for first in range(i + 1, min(i + 7, len(page.tokens))):
        if not page.tokens[first].raw[0].isalpha() and page.norm(first) not in HYPHENS:
            return False
        for match in page.firms.after.at(page.tokens, first):
            follower = page.tokens[match.last] if match.last < len(page.tokens) else None
            if page.lang == "en":
                return follower is None or follower.norm in page.firms.words["followers"] or not follower.raw.isalpha()
            return follower is None or not (follower.raw[0].isupper() or follower.raw in OPEN)
        if first in page.triggers and page.lang != "en":
            return False
    return False


def _is_subject(page: Around, run: _Run, start: int) -> bool:
    """Tell whether a name does what makers do with weapons: "X delivered", "Норвежская «X» строит"."""
    after = run.last + (run.kind == "quoted")
    verb = after if after in page.verbs else after + 1
    if start and page.firms.adjectives:
        adjective = page.tokens[start - 1]
        if adjective.norm.endswith(page.firms.adjectives) and len(adjective.norm) > 5:
            return any(i in page.verbs for i in range(after, after + 15))
    if page.verbs.get(verb) not in page.items or not page.norm(verb).endswith(page.firms.verbs):
        return False
    if verb > after and not page.tokens[after].raw.islower():
        return False
    if verb == after and page.norm(verb + 1) in page.firms.words["passive"]:
        return False
    if any(token.norm.isdigit() for token in page.tokens[run.first : run.last]):
        return False
    return page.lang != "en" or _is_english_subject(page, run)


def _is_english_subject(page: Around, run: _Run) -> bool:
    words = page.tokens[run.first : run.last]
    if any(word.norm in page.places for word in words) or words[0].norm in page.lower | page.firms.generic:
        return False
    before = page.states.get(run.first) or page.states.get(run.first - 1)
    return before is not None or (len(words) > 1 and not page.opens(run.first))


def _is_plain_maker(page: Around, run: _Run) -> bool:
    """Tell whether a Cyrillic word with a capital is a maker's name: by its end, or behind "компанія"."""
    firms, token, first = page.firms, page.tokens[run.first], run.first
    if _is_named_after(page, run):
        return page.near("plants", first - 1, 3)
    if _has_plain_end(page, run):
        return len(token.norm) > 7 or not page.opens(first)
    if page.cue_before(first) != "cues" or page.near("people", first - 1, 3) or token.norm in page.surnames:
        return False
    if token.norm in page.lower or token.norm.startswith(firms.commons) or is_first_name(token, page.lang):
        return False
    follows = run.last < len(page.tokens) and page.tokens[run.last].raw[0].isupper()
    return not follows and _VOWEL_END.search(token.norm) is None


def _is_named_after(page: Around, run: _Run) -> bool:
    """Tell whether "імені" or "им." stands before a name."""
    words, before = page.firms.words["named_after"], page.norm(run.first - 1)
    return run.kind == "plain" and (before in words or (before == "." and page.norm(run.first - 2) in words))


def _country(page: Around, run: _Run) -> str | None:
    """State told by an adjective or a possessive before a name, or by an adjective behind its comma."""
    start = run.first - (run.kind == "quoted")
    for last in range(start, max(0, start - 6), -1):
        value, form = page.states.get(last, ("", ""))
        if value and (form == "adj" or page.norm(last) == "'s"):
            return value
        if page.norm(last - 1) in STOPS or page.norm(last - 1) in _PAUSES:
            break
    after = run.last + (run.kind == "quoted")
    if page.norm(after) in _PAUSES:
        for last in range(after + 2, after + 5):
            value, form = page.states.get(last, ("", ""))
            if form == "adj":
                return value
    return None


def _canonical(page: Around, run: _Run, country: str | None) -> str:
    """Write a maker's name in English."""
    first, last, firms = page.tokens[run.first], page.tokens[run.last - 1], page.firms
    text, lang = page.text[first.start : last.end], _language_of(page, run, country)
    if _is_named_after(page, run):
        return english_plant(text, lang, firms)
    bare = firms.stems.match(first.norm) if firms.stems and first is last else None
    return english_firm(text[: len(bare[1])] if bare else text, lang, firms)


def _language_of(page: Around, run: _Run, country: str | None) -> str:
    """Language whose letters a name is spelt in, told by a letter foreign to the text or by its country.

    A Ukrainian firm keeps its Ukrainian spelling in a Russian text.
    """
    spoken = {lang: language_data(lang, "text") for lang in language_codes()}
    homes = {str(data["home"]): lang for lang, data in spoken.items() if data["home"]}
    if page.lang not in homes.values():
        return page.lang
    name = set(page.text[page.tokens[run.first].start : page.tokens[run.last - 1].end].lower())
    for lang, data in spoken.items():
        if lang != page.lang and name & set(data["own_letters"]):
            return lang
    named = {value for value, _ in page.states.values()} & set(homes)
    country = country or (named.pop() if len(named) == 1 else None)
    return homes.get(country, page.lang) if country else page.lang


def _stem(norm: str) -> str:
    return (_VOWEL_END.sub("", norm) or norm) if _CYRILLIC.match(norm) else norm


def _same(norm: str, stem: str) -> bool:
    """Tell whether a word is a form of the name whose stem is given."""
    return norm == stem or (_CYRILLIC.match(stem) is not None and norm.startswith(stem) and len(norm) - len(stem) <= 3)


def _everywhere(page: Around, found: dict[str, tuple[_Run, str | None]]) -> list[Maker]:
    """All places where the names found stand, whole or by their first word."""
    names = [
        (tuple(_stem(token.norm) for token in page.tokens[run.first : run.last]), _alone(page, run), name, country)
        for name, (run, country) in found.items()
    ]
    makers: list[Maker] = []
    i, tokens = 0, page.tokens
    while i < len(tokens):
        last = i + 1
        if page.taken[i] in (0, 2) and tokens[i].raw[0].isupper():
            for stems, alone, name, country in names:
                whole = tokens[i : i + len(stems)]
                if len(whole) == len(stems) and all(map(_same, (token.norm for token in whole), stems)):
                    last = i + len(stems)
                elif not (alone and _same(tokens[i].norm, stems[0]) and _stands_alone(page, i)):
                    continue
                makers.append(Maker(tokens[i].start, tokens[last - 1].end, name, country))
                break
        i = last
    return makers


def _alone(page: Around, run: _Run) -> bool:
    """Tell whether the first word of a name is enough to know it again."""
    token, firms = page.tokens[run.first], page.firms
    if run.last - run.first == 1 or len(token.norm) < 5 or is_first_name(token, page.lang):
        return False
    return token.norm not in page.lower and token.norm not in firms.endings and token.norm not in firms.generic


def _stands_alone(page: Around, i: int) -> bool:
    """Tell whether no other capital stands right beside a word."""
    before = i > 0 and page.tokens[i - 1].raw[0].isupper() and page.spaced(i) and not page.opens(i - 1)
    after = i + 1 < len(page.tokens) and page.tokens[i + 1].raw[0].isupper() and page.spaced(i + 1)
    return not before and not after
