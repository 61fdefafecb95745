"""Who could be speaking: names, bodies, outlets, unnamed roles and stand-ins in a text, and the words that point at them.

In come the tokens of a sentence, out come voices and cues in its order. Who says which sentence is decided in statements.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from outproduce.languages import language_data
from outproduce.lexicon import Lexicon, Match, Token
from outproduce.names import find_people
from outproduce.packs import Entry, Pack

CUES = ("say", "according", "by_words", "own_words", "interview", "background", "backward")
STAND_INS = ("companies", "bodies", "outlets", "pronouns")
KIND_OF = {"companies": "the company", "bodies": "the body", "outlets": "the outlet", "pronouns": "pronoun"}
NAMED = ("person", "body", "company", "outlet", "state")
UNNAMED = ("title", "role")
GENITIVE = frozenset({"of", "at", "from", "for", "in", "the", "'s", "у", "в", "из", "із", "з", "при"})
PLURAL_OF_BODY = frozenset(
    {"analysts", "authors", "experts", "researchers", "spokesman", "spokeswoman", "spokesperson"}
)


class Voice(NamedTuple):
    """Somebody who may speak: tokens `first` to `last`, `last` exclusive.

    `kind` is person, body, company, outlet, state, title, role, pronoun, or "the company" and the like for stand-ins.
    `name` is the English name or description; `definite` marks "the official", who has been spoken of before.
    """

    first: int
    last: int
    kind: str
    name: str
    definite: bool = False


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


@cache
def _speech(lang: str) -> Lexicon[_Word]:
    data = language_data(lang, "speech")
    words: Lexicon[_Word] = Lexicon()
    for group in (*CUES, *STAND_INS):
        words.extend(data[group], _Word(group, ""))
    for group in ("titles", "roles", "qualities"):
        for phrase, english in data[group].items():
            words.add(phrase, _Word(group, english))
    return words


@cache
def _weak(lang: str) -> Lexicon[bool]:
    words: Lexicon[bool] = Lexicon()
    words.extend(language_data(lang, "speech")["weak_say"], True)
    return words


@cache
def _known(pack: Pack, lang: str) -> Lexicon[Entry]:
    """Names of the pack that may speak or make speakers known by what stands beside them."""
    words: Lexicon[Entry] = Lexicon()
    for _, phrase, entry in pack.phrases(lang):
        if entry.category in ("speaker", "outlet", "actor") and entry.form not in ("adj", "people"):
            words.add(phrase, entry)
    return words


def find_voices(tokens: Sequence[Token], lang: str, pack: Pack) -> Voices:
    """Find everybody who may speak in one sentence and every phrase that says that somebody does."""
    named = _named(tokens, lang, pack)
    taken = {i for voice in named for i in range(voice.first, voice.last)}
    spoken: dict[int, list[Match[_Word]]] = {}
    words, i = _speech(lang), 0
    while i < len(tokens):
        here = [] if i in taken else words.at(tokens, i)
        if here:
            spoken[i] = [match for match in here if match.last == here[0].last]
            spoken[i] += [m for m in here if m.last < here[0].last and m.value.group == "interview"]
            i = here[0].last if here[0].value.group in ("titles", "roles", "qualities") else i + 1
        else:
            i += 1
    cues = tuple(_cues(tokens, spoken, lang))
    people = _people(tokens, lang, taken, spoken)
    for voice in people:
        taken.update(range(voice.first, voice.last))
    unnamed = _unnamed(tokens, spoken, taken, lang)
    return Voices(tuple(_joined(tokens, sorted([*named, *people, *unnamed]), cues)), cues)


def _named(tokens: Sequence[Token], lang: str, pack: Pack) -> list[Voice]:
    order = {"speaker": 0, "outlet": 1, "actor": 2}
    found: list[Voice] = []
    last = -1
    for match in sorted(_known(pack, lang).find(tokens), key=lambda m: (m.first, order[m.value.category])):
        if match.first < last:
            continue
        last = match.last
        found.append(Voice(match.first, match.last, _kind(match.value, pack), match.value.value))
    return found


def _kind(entry: Entry, pack: Pack) -> str:
    if entry.category == "outlet":
        return "outlet"
    if entry.category == "speaker":
        return "person" if pack.speakers[entry.value].kind == "person" else "body"
    kind = pack.actors[entry.value].kind
    return {"state": "state", "bloc": "state", "company": "company"}.get(kind, "body")


def _cues(tokens: Sequence[Token], spoken: dict[int, list[Match[_Word]]], lang: str) -> list[Cue]:
    found = []
    for i, matches in spoken.items():
        for match in matches:
            if match.value.group in CUES:
                weak = match.value.group == "say" and bool(_weak(lang).at(tokens, i))
                found.append(Cue(match.first, match.last, match.value.group, weak))
    return sorted(set(found))


def _people(tokens: Sequence[Token], lang: str, taken: set[int], spoken: dict[int, list[Match[_Word]]]) -> list[Voice]:
    """Persons the pack does not know."""
    others = set(taken)
    cued: set[int] = set()
    for matches in spoken.values():
        for match in matches:
            if match.value.group in ("titles", "roles", "qualities", "bodies", "companies"):
                others.update(range(match.first, match.last))
            if match.value.group in ("titles", "roles", "say"):
                cued.add(match.last)
    return [Voice(p.first, p.last, "person", p.name) for p in find_people(tokens, lang, others, cued)]


def _unnamed(tokens: Sequence[Token], spoken: dict[int, list[Match[_Word]]], taken: set[int], lang: str) -> list[Voice]:
    """Titles, roles and stand-ins, roles described in English by the words around them."""
    qualities = {
        i: (match.last, match.value.english)
        for i, matches in spoken.items()
        for match in matches
        if match.value.group == "qualities"
    }
    found = []
    for i, matches in spoken.items():
        if i in taken:
            continue
        groups = {match.value.group: match for match in reversed(matches)}
        heads = [groups[group] for group in ("titles", "roles") if group in groups]
        if heads:
            found.append(_role(tokens, i, heads, qualities))
        else:
            found += [Voice(i, groups[g].last, KIND_OF[g], "", True) for g in STAND_INS if g in groups][:1]
    return found


def _role(tokens: Sequence[Token], at: int, heads: list[Match[_Word]], qualities: dict[int, tuple[int, str]]) -> Voice:
    """One title or role with the adjectives before it and the genitives after it."""
    before: list[str] = []
    first = at
    while first > 0:
        start = next((j for j in range(first - 1, max(first - 4, -1), -1) if j in qualities), None)
        if start is None or qualities[start][0] != first:
            break
        before.insert(0, qualities[start][1])
        first = start
    after: list[str] = []
    last = heads[0].last
    while last in qualities:
        after.append(qualities[last][1])
        last = qualities[last][0]
    article = tokens[first - 1].norm if first else ""
    definite = (
        article in ("the", "his", "her", "their", "its", "that") if tokens[at].raw.isascii() else not (before or after)
    )
    kind = "title" if (len(heads) == 1 and heads[0].value.group == "titles") or definite else "role"
    head = heads[-1].value.english
    words = sorted(
        dict.fromkeys([*before, *after]), key=lambda word: word not in ("senior", "top", "former", "retired")
    )
    return Voice(first, last, kind, " ".join([*(word for word in words if word not in head), head]), definite)


def _joined(tokens: Sequence[Token], voices: Sequence[Voice], cues: Sequence[Cue]) -> list[Voice]:
    """Make one voice of "the head of the agency, Jane Doe": title, body and person that stand together."""
    verbs = {i for cue in cues for i in range(cue.first, cue.last) if cue.kind in ("say", "according", "by_words")}
    found: list[Voice] = []
    for voice in voices:
        if found and voice.first < found[-1].last:
            continue
        if found and _belong(tokens, found[-1], voice, verbs):
            found[-1] = _one(found[-1], voice)
        else:
            found.append(voice)
    return found


def _belong(tokens: Sequence[Token], left: Voice, right: Voice, verbs: set[int]) -> bool:
    gap = range(left.last, right.first)
    norms = [tokens[i].norm for i in gap]
    if any(i in verbs for i in gap) or len(norms) > 4 or "pronoun" in (left.kind, right.kind):
        return False
    title, person = left.kind in UNNAMED, right.kind == "person"
    bare = [norm for norm in norms if norm not in GENITIVE]
    if not bare:
        if person:
            return title or (left.kind in ("body", "company", "state", "the company", "the body") and not norms)
        return (title and right.kind not in UNNAMED) or (left.kind in ("state", "body") and right.kind in UNNAMED)
    if norms[0] == "," and len(bare) == 1:
        return (title and person) or (left.kind == "person" and right.kind in UNNAMED)
    return title and person and all(norm.isalpha() for norm in bare) and len(norms) <= 3


def _one(left: Voice, right: Voice) -> Voice:
    rank = {"person": 0, "role": 1, "title": 2, "body": 1, "company": 1, "outlet": 3, "state": 4}
    best, other = sorted((left, right), key=lambda voice: rank.get(voice.kind, 3))
    if best.kind == "person":
        return Voice(left.first, right.last, "person", best.name)
    body = next((v for v in (left, right) if v.kind in ("body", "company", "state", "outlet")), None)
    role = next((v for v in (left, right) if v.kind in UNNAMED), None)
    if body is None or role is None:
        return Voice(left.first, right.last, best.kind, best.name, best.definite and other.definite)
    if role.name in PLURAL_OF_BODY and body.kind in ("body", "company"):
        return Voice(left.first, right.last, body.kind, body.name)
    return Voice(left.first, right.last, role.kind, f"{body.name} {role.name}", role.definite and role is left)
