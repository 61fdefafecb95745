"""Who could be speaking: names, bodies, outlets, unnamed roles and stand-ins, and the words that point at them.

In come the tokens of a sentence, out come voices and cues in its order. Who says which words is told in statements.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from outproduce.languages import language_data
from outproduce.lexicon import HYPHENS, Lexicon, Match, Token
from outproduce.packs import Entry, Pack
from outproduce.statements.names import find_people, is_capital, is_first_name, transliterate

CUES = ("say", "according", "by_words", "own_words", "interview", "background", "backward", "continuing", "report")
STAND_INS = {"companies": "the company", "bodies": "the body", "outlets": "the outlet"}
ORGANISATIONS = {"companies": "company", "bodies": "body", "outlets": "outlet"}
OVERLAPPING = ("interview", "report", "say")  # cues that count even inside a longer phrase
UNNAMED = ("title", "role")
BODIES = ("body", "company", "state", "outlet", "the company", "the body")
RANK = {"person": 0, "office": 1, "role": 1, "title": 2, "body": 1, "company": 1, "outlet": 3, "state": 4}
GENITIVE = frozenset({"of", "at", "from", "for", "in", "the", "'s", "у", "в", "из", "із", "з", "при", "на", "("})
COMPANY_ROLES = ("manufacturer", "contractor", "manufacturers", "contractors")
SPOKESMEN = frozenset({"analysts", "authors", "experts", "researchers", "spokesman", "spokeswoman", "spokesperson"})
LAST_RANK = 9
CALL_SIGN = "call sign"
RELATIVE = ("who", "which", "that")  # before these an English noun of office is a verb: "who heads"
LEADERS = ("head", "heads", "minister", "ministers", "general", "commander")
OWNER_ENDINGS = ("ого", "ої", "их", "ой", "ия", "ії", "ання", "ства", "ний", "рни", "фи", "оду", "оди", "ода", "ода")
SHORTEST_OWNER = 4


class Voice(NamedTuple):
    """Somebody who may speak: tokens `first` to `last`, `last` exclusive.

    `kind` is person, office, body, company, outlet, state, title, role, pronoun, or "the company" and the like for
    stand-ins. `name` is the English name or description, `heads` the titles told with it, `definite` marks "the
    official", who has been spoken of before. `case` is nom, loc, other or empty where the form does not tell.
    """

    first: int
    last: int
    kind: str
    name: str
    definite: bool = False
    heads: tuple[str, ...] = ()
    case: str = ""


class Cue(NamedTuple):
    """Words that point at a voice: `kind` is one of CUES; `weak` ones count only beside a named voice."""

    first: int
    last: int
    kind: str
    weak: bool = False


@dataclass(frozen=True, slots=True)
class Voices:
    """What `find_voices` found, both in the order of the sentence."""

    voices: tuple[Voice, ...]
    cues: tuple[Cue, ...]


class _Word(NamedTuple):
    group: str
    english: str
    before: bool = True  # may stand before its noun


Spoken = dict[int, list[Match[_Word]]]
Quality = tuple[int, str, bool]  # end, English, whether it may stand before its noun


@cache
def _speech(pack: Pack, lang: str) -> Lexicon[_Word]:
    """Words of speech of a language, with the roles and modifiers of the pack."""
    data = language_data(lang, "speech")
    words: Lexicon[_Word] = Lexicon()
    for group in (*CUES, *STAND_INS):
        words.extend(data[group], _Word(group, ""))
    for group in ("titles", "roles", "qualities", "pronouns", "institutions"):
        for phrase, english in data[group].items():
            words.add(phrase, _Word(group, english))
    for english, row in pack.roles.get("nouns", {}).items():
        words.extend(row.get(lang, {}).get("one", ()), _Word("roles", english))
        words.extend(row.get(lang, {}).get("many", ()), _Word("roles", row["plural"]))
    for english, row in pack.roles.get("modifiers", {}).items():
        for phrase in row.get(lang, ()):
            words.add(phrase, _Word("qualities", english, lang == "en" or phrase.endswith("*")))
    words.extend(pack.roles.get("drop", {}).get(lang, ()), _Word("qualities", ""))
    return words


@cache
def _ranks(pack: Pack) -> dict[str, int]:
    """Place of a modifier before its noun, 1 first."""
    return {english: row["rank"] for english, row in pack.roles.get("modifiers", {}).items()}


@cache
def _weak(lang: str) -> Lexicon[bool]:
    words: Lexicon[bool] = Lexicon()
    words.extend(language_data(lang, "speech")["weak_say"], True)
    return words


@cache
def _known(pack: Pack, lang: str) -> Lexicon[Entry]:
    """Names of the pack that may speak, offices of persons among them."""
    words: Lexicon[Entry] = Lexicon()
    for _, phrase, entry in pack.phrases(lang):
        if entry.category in ("speaker", "outlet", "actor") and entry.form != "people":
            words.add(phrase, entry)
    for phrase, name in pack.offices(lang):
        words.add(phrase, Entry("office", name, ""))
    return words


def find_voices(tokens: Sequence[Token], lang: str, pack: Pack) -> Voices:
    """Find everybody who may speak in one sentence and every phrase that says that somebody does."""
    named, adjectives = _named(tokens, lang, pack)
    taken = {i for voice in named for i in range(voice.first, voice.last)}
    spoken = _spoken(tokens, _speech(pack, lang), taken)
    cues = _cues(tokens, spoken, lang)
    more = _institutions(tokens, spoken, named, adjectives)
    more += _organisations(tokens, spoken, taken, cues, lang)
    more += _call_signs(tokens, taken | {i for voice in more for i in range(voice.first, voice.last)}, spoken, lang)
    named = [voice for voice in named if not any(m.first <= voice.first < m.last for m in more)] + more
    taken.update(i for voice in more for i in range(voice.first, voice.last))
    people = _people(tokens, lang, taken, spoken)
    taken.update(i for voice in people for i in range(voice.first, voice.last))
    unnamed = _unnamed(tokens, spoken, taken, _ranks(pack))
    held = [voice for voice in named if not any(u.first <= voice.first and voice.last <= u.last for u in unnamed)]
    return Voices(tuple(_joined(tokens, sorted([*held, *people, *unnamed]), cues)), tuple(cues))


def _named(tokens: Sequence[Token], lang: str, pack: Pack) -> tuple[list[Voice], dict[int, str]]:
    """Voices the pack names; and the states whose adjectives stand in the sentence, by token."""
    found: list[Voice] = []
    adjectives: dict[int, str] = {}
    order = {"speaker": 0, "office": 1, "outlet": 2, "actor": 3}
    places: dict[tuple[int, int], list[Entry]] = {}
    for match in _known(pack, lang).find(tokens):
        places.setdefault((match.first, match.last), []).append(match.value)
    for (first, last), entries in places.items():
        best = min(entries, key=lambda entry: order[entry.category])
        forms = {entry.form for entry in entries if entry.value == best.value}
        if best.form == "adj":
            adjectives[first] = best.value
            continue
        case = next((case for case in ("nom", "loc") if case in forms), "other" if forms & {"gen", "dat"} else "")
        holders = tuple(entry.value for entry in entries if entry.category == "office")
        kind = _kind(best, pack)
        name = holders[-1] if kind == "office" else best.value
        if kind == "person" and first and is_first_name(tokens[first - 1], lang):
            first -= 1
        found.append(Voice(first, last, kind, name, heads=holders if kind == "office" else (), case=case))
    return found, adjectives


def _kind(entry: Entry, pack: Pack) -> str:
    if entry.category in ("outlet", "office"):
        return entry.category
    if entry.category == "speaker":
        return "person" if pack.speakers[entry.value].kind == "person" else "body"
    return {"state": "state", "bloc": "bloc", "company": "company"}.get(pack.actors[entry.value].kind, "body")


def _spoken(tokens: Sequence[Token], words: Lexicon[_Word], taken: set[int]) -> Spoken:
    """Words of speech by the token they begin at."""
    spoken: Spoken = {}
    i = 0
    while i < len(tokens):
        here = words.at(tokens, i)
        if i in taken:
            here = [match for match in here if match.value.group == "qualities"]
        if not here:
            i += 1
            continue
        longest = here[0].last
        spoken[i] = [match for match in here if match.last == longest or match.value.group in OVERLAPPING]
        solid = here[0].value.group in ("titles", "roles", "qualities", "institutions", "by_words")
        i = longest if solid and i not in taken else i + 1
    return spoken


def _cues(tokens: Sequence[Token], spoken: Spoken, lang: str) -> list[Cue]:
    found = set()
    for i, matches in spoken.items():
        for match in matches:
            if match.value.group in CUES:
                weak = match.value.group == "say" and bool(_weak(lang).at(tokens, i))
                found.add(Cue(match.first, match.last, match.value.group, weak))
    return sorted(found)


def _institutions(
    tokens: Sequence[Token], spoken: Spoken, named: Sequence[Voice], adjectives: dict[int, str]
) -> list[Voice]:
    """Bodies told by what they are and whose: "the Norwegian ministry of defence", "the embassy of Chile"."""
    states = {voice.first: voice for voice in named if voice.kind == "state"}
    found = []
    for i, matches in spoken.items():
        match = next((m for m in matches if m.value.group == "institutions"), None)
        if match is None:
            continue
        owner = next((adjectives[j] for j in (i - 1, i - 2) if j in adjectives), None)
        state = states.get(match.last)
        if owner is not None:
            found.append(Voice(i, match.last, "body", f"{match.value.english} of {owner}"))
        elif state is not None:
            found.append(Voice(i, state.last, "body", f"{match.value.english} of {state.name}"))
    return found


def _organisations(
    tokens: Sequence[Token], spoken: Spoken, taken: set[int], cues: Sequence[Cue], lang: str
) -> list[Voice]:
    """Companies, bodies and outlets nobody has written down: a quoted name or capitals behind what it is."""
    found = []
    for matches in spoken.values():
        match = next((m for m in matches if m.value.group in ORGANISATIONS), None)
        if match is None or match.last >= len(tokens) or match.last in taken:
            continue
        end = _organisation_end(tokens, match.last, taken)
        if end > match.last:
            words = [t.raw for t in tokens[match.last : end] if t.raw[0].isalnum()]
            name = " ".join(transliterate(word, lang) for word in words)
            found.append(Voice(match.last, end, ORGANISATIONS[match.value.group], name))
    if lang != "en":
        beside = {i for cue in cues if cue.kind == "report" for i in (cue.last, cue.last + 1, cue.first - 1)}
        inside = taken | {i for voice in found for i in range(voice.first, voice.last)}
        found += _latin_outlets(tokens, inside, beside)
    return found


def _call_signs(tokens: Sequence[Token], taken: set[int], spoken: Spoken, lang: str) -> list[Voice]:
    """Names in quotation marks right beside a verb of saying or a title, in Cyrillic: call signs and firms."""
    if lang == "en":
        return []
    beside: set[int] = set()
    for i, matches in spoken.items():
        if any(m.value.english == CALL_SIGN for m in matches):
            beside.add(max(m.last for m in matches))
        if any(m.value.group == "say" for m in matches):
            beside.add(i - 1)
    found = []
    for i, token in enumerate(tokens):
        if token.raw not in "«„" or i + 1 >= len(tokens) or taken & {i, i + 1} or not is_capital(tokens[i + 1]):
            continue
        end = _organisation_end(tokens, i, taken)
        if end > i and (i in beside or end - 1 in beside):
            words = [t.raw for t in tokens[i:end] if t.raw[0].isalnum()]
            kind = "person" if len(words) == 1 else "company"
            found.append(Voice(i, end, kind, " ".join(transliterate(word, lang) for word in words)))
    return found


def _organisation_end(tokens: Sequence[Token], first: int, taken: set[int]) -> int:
    if tokens[first].raw in '«„"“':
        close = next((j for j in range(first + 1, min(first + 6, len(tokens))) if tokens[j].raw in '»”“"'), first - 1)
        return close + 1 if close > first + 1 and is_capital(tokens[first + 1]) else first
    end = first
    while end < len(tokens) and end not in taken and is_capital(tokens[end]) and tokens[end].raw.isascii():
        end += 1
    return end if end > first and not tokens[0].raw.isascii() else first


def _latin_outlets(tokens: Sequence[Token], taken: set[int], beside: set[int]) -> list[Voice]:
    """Names in Latin letters beside "writes" or "citing", in a Cyrillic sentence."""
    found, i = [], 0
    while i < len(tokens):
        first = i
        while i < len(tokens) and i not in taken and tokens[i].raw.isascii() and is_capital(tokens[i]):
            i += 1
        if i > first and (first in beside or i - 1 in beside):
            found.append(Voice(first, i, "outlet", " ".join(token.raw for token in tokens[first:i])))
        i = max(i, first + 1)
    return found


def _people(tokens: Sequence[Token], lang: str, taken: set[int], spoken: Spoken) -> list[Voice]:
    """Persons the pack does not know."""
    others = set(taken)
    cued: set[int] = set()
    titled: set[int] = set()
    for matches in spoken.values():
        for match in matches:
            group = match.value.group
            if group in ("titles", "roles", "qualities", "bodies", "companies", "institutions"):
                others.update(range(match.first, match.last))
            if group in ("titles", "roles", "say"):
                cued.add(match.last)
            if group == "titles" and lang == "en":
                dotted = match.last < len(tokens) and tokens[match.last].raw == "."
                titled.add(match.last + dotted)
    if lang != "en":
        others.update(i for i, token in enumerate(tokens) if token.raw.isascii())
    return [Voice(p.first, p.last, "person", p.name) for p in find_people(tokens, lang, others, cued, titled)]


def _unnamed(tokens: Sequence[Token], spoken: Spoken, taken: set[int], ranks: dict[str, int]) -> list[Voice]:
    """Titles, roles and stand-ins, roles described in English by the words around them."""
    qualities = {
        i: (match.last, match.value.english, match.value.before)
        for i, matches in spoken.items()
        for match in matches
        if match.value.group == "qualities"
    }
    found: list[Voice] = []
    for i, matches in sorted(spoken.items(), reverse=True):
        if i in taken or (found and found[-1].first <= i) or (i and tokens[i - 1].norm in RELATIVE):
            continue
        groups = {match.value.group: match for match in reversed(matches)}
        heads = [groups[group] for group in ("titles", "roles") if group in groups]
        if heads:
            found.append(_role(tokens, i, heads, qualities, ranks))
        elif "pronouns" in groups:
            found.append(Voice(i, i + 1, "pronoun", groups["pronouns"].value.english, True))
        elif "institutions" in groups:
            found.append(Voice(i, groups["institutions"].last, "the body", groups["institutions"].value.english, True))
        else:
            found += [Voice(i, groups[g].last, kind, "", True) for g, kind in STAND_INS.items() if g in groups][:1]
    return found


def _role(
    tokens: Sequence[Token],
    at: int,
    heads: Sequence[Match[_Word]],
    qualities: dict[int, Quality],
    ranks: dict[str, int],
) -> Voice:
    """One title or role with the adjectives before it and the genitives after it."""
    before: list[str] = []
    first = at
    while (start := _quality_before(tokens, first, qualities)) is not None:
        before.insert(0, qualities[start][1])
        first = start
    after: list[str] = []
    last = heads[0].last
    while last in qualities:
        after.append(qualities[last][1])
        last = qualities[last][0]
    article = tokens[first - 1].norm if first else ""
    latin = tokens[at].raw.isascii()
    if latin:
        definite = article in ("the", "his", "her", "their", "its", "that")
    else:
        owned = (
            heads[-1].value.group == "roles"
            and heads[-1].value.english not in LEADERS
            and last < len(tokens)
            and _is_owner(tokens[last])
        )
        definite = not (before or after or owned)
    kind = "title" if heads[0].value.group == "titles" and (definite or len(heads) == 1) else "role"
    head = heads[-1].value.english
    words = sorted(dict.fromkeys([*before, *after]), key=lambda word: ranks.get(word, LAST_RANK))
    name = " ".join([*(word for word in words if word and word not in head), head])
    return Voice(first, last, kind, name, definite, tuple(match.value.english for match in heads))


def _is_owner(token: Token) -> bool:
    """Tell whether a word behind a Cyrillic role may be whose it is: "the manager of a large concern"."""
    if token.raw in "«„" or (token.raw[0].isupper() and len(token.raw) > 1):
        return True
    return token.raw.isalpha() and token.norm.endswith(OWNER_ENDINGS) and len(token.norm) > SHORTEST_OWNER


def _quality_before(tokens: Sequence[Token], first: int, qualities: dict[int, Quality]) -> int | None:
    """Start of the quality that ends right before a token, commas and "and" between qualities passed over."""
    end = first
    while end > 0 and tokens[end - 1].norm in (",", "and", "и", "та", "і", "й", *HYPHENS):
        end -= 1
    if end < first and first not in qualities:
        end = first
    places = range(end - 1, max(end - 4, -1), -1)
    return next((j for j in places if j in qualities and qualities[j][0] == end and qualities[j][2]), None)


def _joined(tokens: Sequence[Token], voices: Sequence[Voice], cues: Sequence[Cue]) -> list[Voice]:
    """Make one voice of "the head of the agency, Jane Doe": title, body and person that stand together."""
    verbs = {i for cue in cues for i in range(cue.first, cue.last) if cue.kind in ("say", "according", "by_words")}
    found: list[Voice] = []
    for voice in voices:
        if found and voice.first < found[-1].last:
            continue
        if found and found[-1].last == voice.first and found[-1].kind == f"the {voice.kind}":
            found[-1] = voice._replace(first=found[-1].first)
        elif found and _belong(tokens, found[-1], voice, verbs):
            found[-1] = _one(found[-1], voice)
        else:
            found.append(voice)
    return found


def _belong(tokens: Sequence[Token], left: Voice, right: Voice, verbs: set[int]) -> bool:
    gap = range(left.last, right.first)
    norms = [tokens[i].norm for i in gap]
    if any(i in verbs for i in gap) or len(norms) > 4 or "pronoun" in (left.kind, right.kind):
        return False
    title, person = left.kind in (*UNNAMED, "office"), right.kind == "person"
    bare = [norm for norm in norms if norm not in GENITIVE and not (title and person and norm == ".")]
    if not bare:
        if person:
            owner = (
                left.kind in BODIES and left.kind not in ("outlet", "the outlet") and left.case not in ("loc", "nom")
            )
            return title or (owner and not norms)
        return (title and right.kind in BODIES and right.kind != "outlet") or (
            left.kind in ("state", "bloc", "body") and right.kind in UNNAMED
        )
    if norms[0] == "," and len(bare) == 1 and left.kind == "company" and right.name in COMPANY_ROLES:
        return True
    if norms[0] == "," and len(bare) == 1:
        return (title and person) or (left.kind == "person" and right.kind in UNNAMED)
    return title and person and all(norm.isalpha() for norm in bare) and len(norms) <= 3


def _one(left: Voice, right: Voice) -> Voice:
    first, last, heads = left.first, right.last, (*left.heads, *right.heads)
    best, other = sorted((left, right), key=lambda voice: RANK.get(voice.kind, 3))
    if best.kind == "person":
        return Voice(first, last, "person", best.name, True, () if "office" in (left.kind, right.kind) else heads)
    body = next((v for v in (left, right) if v.kind in BODIES or v.kind == "bloc"), None)
    role = next((v for v in (left, right) if v.kind in UNNAMED), None)
    if left.kind == "company" and right.name in COMPANY_ROLES:
        return left._replace(last=last)
    if body is None or role is None:
        return Voice(first, last, best.kind, best.name, best.definite and other.definite, heads)
    if body.kind in ("the company", "the body") or (role.name in SPOKESMEN and body.kind in ("body", "company")):
        back = body.kind.startswith("the ")
        kind = role.kind if back and role.name not in SPOKESMEN else body.kind
        definite = back and (kind == "title" or kind == body.kind)
        return Voice(first, last, kind, role.name if kind == role.kind else body.name, definite, heads)
    return Voice(first, last, role.kind, f"{body.name} {role.name}", False, heads)
