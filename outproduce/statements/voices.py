"""Who could be speaking: names, bodies, outlets, unnamed roles and stand-ins, and the words that point at them.

In come the tokens of a sentence, out come voices and cues in its order. Who says which words is told in subjects.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from outproduce.lexicon import HYPHENS, Lexicon, Match, Token
from outproduce.packs import Entry, Pack
from outproduce.statements.joining import join
from outproduce.statements.names import find_people, is_first_name
from outproduce.statements.organisations import find_call_signs, find_institutions, find_organisations
from outproduce.statements.spoken import (
    SERVICES,
    STAND_INS,
    Quality,
    Spoken,
    SpokenWord,
    Voice,
    Voices,
    find_cues,
    find_spoken,
    ranks,
    speech,
)

RECEIVING = frozenset({"to", "for", "against", "для", "против", "проти", "по"})
PLACES = frozenset({"в", "во", "у", "на"})
LONGEST_TITLE = 9  # tokens between a title and the name it belongs to
ITS = "its"
LAST_RANK = 9
RELATIVE = ("who", "which", "that")  # before these an English noun of office is a verb: "who heads"
LEADERS = ("head", "heads", "minister", "ministers", "general", "commander")
OWNER_ENDINGS = ("ого", "ої", "их", "ой", "ия", "ії", "ання", "ства", "ний", "рни", "фи", "оду", "оди", "ода", "ода")
SHORTEST_OWNER = 4


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
    spoken = find_spoken(tokens, speech(pack, lang), taken)
    cues = find_cues(tokens, spoken, lang)
    states = _spoken_of(tokens, named, adjectives)
    named = [_bare(tokens, voice, speech(pack, lang)) for voice in named]
    more = find_institutions(tokens, spoken, named, adjectives, pack)
    more += find_organisations(tokens, spoken, taken, cues, lang)
    more += find_call_signs(tokens, taken | {i for voice in more for i in range(voice.first, voice.last)}, spoken, lang)
    named = [voice for voice in named if not any(m.first <= voice.first < m.last for m in more)] + more
    taken.update(i for voice in more for i in range(voice.first, voice.last))
    people = _people(tokens, lang, taken, spoken)
    taken.update(i for voice in people for i in range(voice.first, voice.last))
    unnamed = _unnamed(tokens, spoken, taken, ranks(pack))
    held = [voice for voice in named if not any(u.first <= voice.first and voice.last <= u.last for u in unnamed)]
    return Voices(tuple(join(tokens, sorted([*held, *people, *unnamed]), cues)), tuple(cues), states)


def _spoken_of(tokens: Sequence[Token], named: Sequence[Voice], adjectives: dict[int, str]) -> tuple[str, ...]:
    """States a sentence speaks of, the receiver of "to Ukraine", "Украине" left out."""
    found = dict(adjectives)
    for voice in named:
        before = tokens[voice.first - 1].norm if voice.first else ""
        given = before in RECEIVING or (voice.case in ("loc", "other") and voice.dative and before not in PLACES)
        if voice.kind == "state" and not given:
            found[voice.first] = voice.name
    return tuple(found[i] for i in sorted(found))


def _bare(tokens: Sequence[Token], voice: Voice, words: Lexicon[SpokenWord]) -> Voice:
    """Mark a body of the pack that is called by what it is alone, so that another state's may be meant."""
    if voice.kind not in ("body", "state"):
        return voice
    here = (m for m in words.at(tokens, voice.first) if m.value.group == "institutions" and m.last == voice.last)
    what = next((m.value.english for m in here), None)
    return voice if what is None else voice._replace(kind="body", definite=True, heads=(what,))


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
        heads = holders if kind == "office" else ()
        found.append(Voice(first, last, kind, name, heads=heads, case=case, dative="dat" in forms))
    return found, adjectives


def _kind(entry: Entry, pack: Pack) -> str:
    if entry.category in ("outlet", "office"):
        return entry.category
    if entry.category == "speaker":
        return "person" if pack.speakers[entry.value].kind == "person" else "body"
    return {"state": "state", "bloc": "bloc", "company": "company"}.get(pack.actors[entry.value].kind, "body")


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
            if group in ("titles", "roles"):
                behind = _behind(tokens, match.last, taken)
                cued.add(behind + (behind < len(tokens) and tokens[behind].raw == ","))
            if group == "titles" and lang == "en":
                dotted = match.last < len(tokens) and tokens[match.last].raw == "."
                titled.add(match.last + dotted)
    if lang != "en":
        others.update(i for i, token in enumerate(tokens) if token.raw.isascii())
    return [Voice(p.first, p.last, "person", p.name) for p in find_people(tokens, lang, others, cued, titled)]


def _behind(tokens: Sequence[Token], first: int, taken: set[int]) -> int:
    """Where a name may begin behind a title: "head of production of the plant Zurab Lezhava"."""
    i = first
    while i < len(tokens) and i - first < LONGEST_TITLE and (i in taken or tokens[i].raw.islower()):
        i += 1
    return i


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
            what = groups["institutions"].value.english
            if what in SERVICES:
                found.append(Voice(i, groups["institutions"].last, "the body", what, True))
            else:
                found.append(Voice(i, groups["institutions"].last, "body", what, True, (what,)))
        else:
            found += [Voice(i, groups[g].last, kind, "", True) for g, kind in STAND_INS.items() if g in groups][:1]
    return found


def _role(
    tokens: Sequence[Token],
    at: int,
    heads: Sequence[Match[SpokenWord]],
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
        definite = article in ("the", "his", "her", "their", "that")
        before = [ITS, *before] if article == ITS else before
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
