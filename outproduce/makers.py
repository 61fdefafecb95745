"""Names of makers that no pack lists: small and new firms, plants, told by the words around them and by their endings.

What tells them is data of the pack, `firms.yml`; names the pack knows are taken before this module looks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any, NamedTuple, Protocol

from outproduce.firms import Firms, firms_of
from outproduce.lexicon import HYPHENS, Token
from outproduce.names import is_first_name, nominative, transliterate
from outproduce.packs import Pack

_OPEN, _CLOSE = frozenset('«“„"'), frozenset('»”“"')
_PAUSES = frozenset(",—–-(")
_STOPS = frozenset(".!?…;:•|▪")
_SUBJECT = frozenset({"make", "open", "give", "order"})
_TAKEN = frozenset({"actor", "item", "speaker", "outlet", "time"})
_ROMAN = re.compile(r"[IVXLC]+\Z")
_VOWEL_END = re.compile(r"[аеєиіїйоуьюяыэ]+\Z")
_CYRILLIC = re.compile("[а-яґєії]")
LONGEST = 4  # words of a name


class Known(Protocol):
    """What the pack or another rule has found at tokens `first` to `last`, end exclusive."""

    @property
    def type(self) -> str:
        """Item, actor, trigger and so on."""

    @property
    def value(self) -> Any:
        """Key, name or category."""

    @property
    def form(self) -> str:
        """As in `packs.Entry`."""

    @property
    def first(self) -> int:
        """First token."""

    @property
    def last(self) -> int:
        """Token behind the last."""

    @property
    def sentence(self) -> int:
        """Number of its sentence."""


class Maker(NamedTuple):
    """A maker named at `text[start:end]`: its canonical English name, and its state where the words beside it tell."""

    start: int
    end: int
    name: str
    country: str | None = None


class _Run(NamedTuple):
    """A name that may be a maker's: tokens `first` to `last`, end exclusive; `kind` is latin, quoted or plain."""

    first: int
    last: int
    kind: str
    legal: bool = False


class _Page:
    """One text with what is known of its tokens."""

    def __init__(self, text: str, lang: str, tokens: Sequence[Token], known: Sequence[Known], firms: Firms) -> None:
        self.text, self.lang, self.tokens, self.firms = text, lang, tokens, firms
        self.taken = bytearray(len(tokens) + 1)  # 1: names the pack knows; 2: adjectives of states; 3: things
        self.states: dict[int, tuple[str, str]] = {}
        self.verbs: dict[int, int] = {}
        self.triggers: set[int] = set()
        self.items: set[int] = set()
        for found in known:
            if found.type == "trigger":
                self.triggers.add(found.first)
                if found.value in _SUBJECT:
                    self.verbs[found.first] = found.sentence
            elif found.type in _TAKEN:
                self._take(found)

    def _take(self, found: Known) -> None:
        first, last = found.first, found.last
        if found.type == "item":
            self.items.add(found.sentence)
            if last - first == 1 and self.tokens[first].norm in self.firms.endings:
                return
        if found.type == "actor":
            self.states[last] = (found.value, found.form)
        mark = 2 if found.type == "actor" and found.form in ("adj", "people") else 3 if found.type == "item" else 1
        for i in range(first, last):
            self.taken[i] = self.taken[i] or mark

    @cached_property
    def lower(self) -> frozenset[str]:
        """Words that the text writes without a capital somewhere."""
        return frozenset(token.norm for token in self.tokens if token.raw[0].islower())

    @cached_property
    def surnames(self) -> frozenset[str]:
        """Words behind a known first name."""
        pairs = zip(self.tokens, self.tokens[1:], strict=False)
        return frozenset(b.norm for a, b in pairs if b.raw[0].isupper() and is_first_name(a, self.lang))

    @cached_property
    def places(self) -> frozenset[str]:
        """Names behind words such as "in"."""
        words = self.firms.words["places"]
        pairs = zip(self.tokens, self.tokens[1:], strict=False)
        return frozenset(b.norm for a, b in pairs if a.norm in words and b.raw[0].isupper())

    def opens(self, i: int) -> bool:
        """Tell whether a sentence, a line or a quotation begins with this token."""
        before = self.tokens[i - 1] if i else None
        if before is None or "\n" in self.text[before.end : self.tokens[i].start]:
            return True
        return before.raw in _STOPS or before.raw in _OPEN or before.raw in "–—"

    def norm(self, i: int) -> str:
        """The token's norm, empty outside the text."""
        return self.tokens[i].norm if 0 <= i < len(self.tokens) else ""

    def spaced(self, i: int) -> bool:
        """Tell whether just a space stands between this token and the one before."""
        gap = self.tokens[i].start - self.tokens[i - 1].end
        return gap == 1 and self.text[self.tokens[i].start - 1] != "\n"

    def cue_before(self, last: int) -> str | None:
        """Kind of the cue that ends right before token `last`, None for none."""
        for first in range(max(0, last - 3), last):
            for match in self.firms.cues.at(self.tokens, first):
                if match.last == last:
                    return match.value
        return None

    def near(self, kind: str, last: int, words: int) -> bool:
        """Tell whether a cue of a kind stands among the words before token `last`."""
        return any(self.cue_before(i) == kind for i in range(max(1, last - words + 1), last + 1))


def find_makers(text: str, lang: str, tokens: Sequence[Token], known: Sequence[Known], pack: Pack) -> list[Maker]:
    """Find makers by name that the pack does not know, in order; `known` is what has been found in the text before.

    A name found once is found wherever the text repeats it, also by its first word or in another case.
    """
    firms = firms_of(pack, lang)
    if firms is None:
        return []
    page = _Page(text, lang, tokens, known, firms)
    found: dict[str, tuple[_Run, str | None]] = {}
    for run in _runs(page):
        if _is_maker(page, run):
            name = _canonical(page, run)
            first, country = found.get(name, (run, None))
            found[name] = first, country or _country(page, run, pack)
    return _everywhere(page, found) if found else []


def _runs(page: _Page) -> Iterator[_Run]:
    """Names that may be a maker's, in order."""
    tokens, taken, i = page.tokens, page.taken, 0
    while i < len(tokens):
        token, last = tokens[i], i + 1
        if taken[i] in (0, 2) and token.raw[0].isupper():
            last, run = _run_at(page, i)
            if run is not None:
                yield run
        i = last


def _run_at(page: _Page, first: int) -> tuple[int, _Run | None]:
    """Where to look on, and the name that begins at a capital, if one does."""
    tokens = page.tokens
    if page.lang != "en" and first and tokens[first - 1].raw in _OPEN and tokens[first - 1].end == tokens[first].start:
        last = _quoted_end(page, first)
        if last is not None:
            return last, _Run(first, last, "quoted")
    if page.taken[first]:
        return first + 1, None
    if tokens[first].raw[0] < "\u0370":
        return _latin_run(page, first)
    return first + 1, _Run(first, first + 1, "plain") if len(tokens[first].norm) > 3 else None


def _quoted_end(page: _Page, first: int) -> int | None:
    """End of a name of few words inside quotation marks; None where there is none or the pack knows it."""
    for i in range(first, min(len(page.tokens), first + 2 * LONGEST)):
        token = page.tokens[i]
        if token.raw in _CLOSE:
            return i if not all(page.taken[first:i]) else None
        if page.taken[i] == 1 or not (token.raw[0].isalnum() or token.norm in HYPHENS or token.raw == "&"):
            return None
    return None


def _latin_run(page: _Page, first: int) -> tuple[int, _Run | None]:
    """A run of capitals in Latin letters, its legal form and words that only open a sentence cut off."""
    tokens, firms, last = page.tokens, page.firms, first + 1
    i = last
    while i < len(tokens) and not page.taken[i] and i - first <= 2 * LONGEST:
        token = tokens[i]
        joined = token.start == tokens[i - 1].end
        if token.norm in HYPHENS and joined and i + 1 < len(tokens) and tokens[i + 1].start == token.end:
            i += 2
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


def _touches(page: _Page, first: int, last: int) -> bool:
    """Tell whether a name only goes on or begins one that the pack knows."""
    tokens, taken = page.tokens, page.taken
    before = first > 0 and taken[first - 1] in (1, 3) and page.spaced(first) and tokens[first - 1].raw[0].isupper()
    after = last < len(tokens) and taken[last] in (1, 3) and page.spaced(last) and tokens[last].raw[0].isupper()
    return before or after


def _is_maker(page: _Page, run: _Run) -> bool:
    """Tell by the words around a name, and by its ending, whether it is a maker's."""
    if run.kind == "plain":
        return _is_plain_maker(page, run)
    start = run.first - (run.kind == "quoted")
    cue = page.cue_before(start)
    if cue in ("others", "people") or _is_person_or_office(page, run):
        return False
    if _ends_as_firm(page, run):
        return True
    if cue == "cues" or (cue == "loose" and run.kind == "latin") or (cue == "plants" and page.lang != "en"):
        return True
    between_commas = page.norm(start - 1) == "," == page.norm(run.last) and page.norm(start - 3) != "of"
    if page.lang == "en" and between_commas and page.cue_before(start - 1) in ("cues", "plants"):
        return True
    return _is_apposed(page, run) or _is_subject(page, run, start)


def _is_person_or_office(page: _Page, run: _Run) -> bool:
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


def _ends_as_firm(page: _Page, run: _Run) -> bool:
    """Tell whether a Latin name ends as those of firms do and has a word of its own."""
    firms, words = page.firms, [token.norm for token in page.tokens[run.first : run.last]]
    own = [word for word in words if word not in firms.endings and word not in firms.generic and word.isalpha()]
    if run.kind != "latin" or not own or own[0] in page.lower:
        return False
    return run.legal or (len(words) > 1 and words[-1] in firms.endings and words[0] not in firms.generic)


def _is_apposed(page: _Page, run: _Run) -> bool:
    """Tell whether "a Norwegian maker of" or the like stands behind a name."""
    i = run.last + (run.kind == "quoted")
    if page.norm(i) not in _PAUSES or not page.norm(i):
        return False
    if page.lang == "en" and page.norm(i + 1) not in ("a", "an"):
        return False
    for first in range(i + 1, min(i + 7, len(page.tokens))):
        if not page.tokens[first].raw[0].isalpha() and page.norm(first) not in HYPHENS:
            return False
        for match in page.firms.after.at(page.tokens, first):
            follower = page.tokens[match.last] if match.last < len(page.tokens) else None
            if page.lang == "en":
                return follower is None or follower.norm in page.firms.words["followers"] or not follower.raw.isalpha()
            return follower is None or not (follower.raw[0].isupper() or follower.raw in _OPEN)
        if first in page.triggers and page.lang != "en":
            return False
    return False


def _is_subject(page: _Page, run: _Run, start: int) -> bool:
    """Tell whether a name does what makers do with weapons: "X delivered", "Норвежская «X» строит"."""
    after = run.last + (run.kind == "quoted")
    verb = after if after in page.verbs else after + 1
    if run.kind == "quoted" and start and page.firms.adjectives:
        adjective = page.tokens[start - 1]
        if adjective.norm.endswith(page.firms.adjectives) and len(adjective.norm) > 5:
            return any(i in page.verbs for i in range(after, after + 15))
    if page.verbs.get(verb) not in page.items or not page.norm(verb).endswith(page.firms.verbs):
        return False
    if verb > after and not page.tokens[after].raw.islower():
        return False
    if any(token.norm.isdigit() for token in page.tokens[run.first : run.last]):
        return False
    return page.lang != "en" or _is_english_subject(page, run)


def _is_english_subject(page: _Page, run: _Run) -> bool:
    words = page.tokens[run.first : run.last]
    if any(word.norm in page.places for word in words) or words[0].norm in page.lower | page.firms.generic:
        return False
    before = page.states.get(run.first) or page.states.get(run.first - 1)
    return before is not None or (len(words) > 1 and not page.opens(run.first))


def _is_plain_maker(page: _Page, run: _Run) -> bool:
    """Tell whether a Cyrillic word with a capital is a maker's name: by its end, or behind "компанія"."""
    firms, token, first = page.firms, page.tokens[run.first], run.first
    if page.norm(first - 1) in firms.words["named_after"] or (
        page.norm(first - 1) == "." and page.norm(first - 2) in firms.words["named_after"]
    ):
        return page.near("plants", first - 1, 3)
    if token.norm in page.lower or is_first_name(token, page.lang):
        return False
    if firms.stems is not None and firms.stems.match(token.norm):
        return len(token.norm) > 7 or not page.opens(first)
    if page.cue_before(first) != "cues" or page.near("people", first - 1, 3) or token.norm in page.surnames:
        return False
    follows = run.last < len(page.tokens) and page.tokens[run.last].raw[0].isupper()
    return not follows and _VOWEL_END.search(token.norm) is None


def _country(page: _Page, run: _Run, pack: Pack) -> str | None:
    """State told by an adjective or a possessive before a name, or by an adjective behind its comma."""
    start = run.first - (run.kind == "quoted")
    for last in range(start, max(0, start - 6), -1):
        value, form = page.states.get(last, ("", ""))
        if value and (form == "adj" or page.norm(last) == "'s"):
            return value if pack.actors[value].kind == "state" else None
        if page.norm(last - 1) in _STOPS or page.norm(last - 1) in _PAUSES:
            break
    after = run.last + (run.kind == "quoted")
    if page.norm(after) in _PAUSES:
        for last in range(after + 2, after + 5):
            value, form = page.states.get(last, ("", ""))
            if value and form == "adj" and pack.actors[value].kind == "state":
                return value
    return None


def _canonical(page: _Page, run: _Run) -> str:
    """Write a maker's name in English."""
    first, last = page.tokens[run.first], page.tokens[run.last - 1]
    if run.kind == "plain":
        if page.norm(run.first - 1) in page.firms.words["named_after"] | {"."}:
            name = transliterate(nominative(first.raw, page.lang, female=False), page.lang)
            return f"{name} {page.firms.plant_name}"
        bare = page.firms.stems.match(first.norm) if page.firms.stems else None
        return _english(first.raw[: len(bare[1])] if bare else first.raw, page)
    text = page.text[first.start : last.end]
    return "".join(_english(word, page) for word in re.split(r"([\s‐‑-]+)", text))


def _english(word: str, page: _Page) -> str:
    """Write one word of a name in English: English words back in their own letters, the others as they sound."""
    lower = word.lower()
    if _CYRILLIC.search(lower) is None:
        return word
    for known, english in page.firms.spellings.items():
        if lower.startswith(known) and len(lower) - len(known) <= 1:
            return english
    for letters, instead in page.firms.letters.items():
        lower = lower.replace(letters, instead)
    name = transliterate(lower, page.lang)
    return name.upper() if word.isupper() and len(word) > 1 else name


def _stem(norm: str) -> str:
    return (_VOWEL_END.sub("", norm) or norm) if _CYRILLIC.match(norm) else norm


def _same(norm: str, stem: str) -> bool:
    """Tell whether a word is a form of the name whose stem is given."""
    return norm == stem or (_CYRILLIC.match(stem) is not None and norm.startswith(stem) and len(norm) - len(stem) <= 3)


def _everywhere(page: _Page, found: dict[str, tuple[_Run, str | None]]) -> list[Maker]:
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


def _alone(page: _Page, run: _Run) -> bool:
    """Tell whether the first word of a name is enough to know it again."""
    token, firms = page.tokens[run.first], page.firms
    if run.last - run.first == 1 or len(token.norm) < 5 or is_first_name(token, page.lang):
        return False
    return token.norm not in page.lower and token.norm not in firms.endings and token.norm not in firms.generic


def _stands_alone(page: _Page, i: int) -> bool:
    """Tell whether no other capital stands right beside a word."""
    before = i > 0 and page.tokens[i - 1].raw[0].isupper() and page.spaced(i) and not page.opens(i - 1)
    after = i + 1 < len(page.tokens) and page.tokens[i + 1].raw[0].isupper() and page.spaced(i + 1)
    return not before and not after
