"""Whose claim it is: the actors a nucleus may belong to, the other party, and what the linker looks at to choose.

Each actor is one candidate, described by the mention that stands best to the nucleus.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from outproduce.claims.features import BEARING, Candidate, Features, Scene, beside_features, bucket
from outproduce.claims.mentions import Mention
from outproduce.claims.nuclei import Nucleus
from outproduce.languages import language_data

_CLAUSE = 6  # words a clause break counts for
_AFTER = 3  # words that standing after the nucleus counts for
COMPARING = ("more", "less", "equal")


def actor_candidates(scene: Scene, nucleus: Nucleus, item: Candidate | None = None) -> list[Candidate]:
    """Actors a nucleus may belong to: named up to its sentence, joined ones ("the US and Europe"), the speaker's own.

    Who makes `item` by its name ("Iskander") is one too.
    """
    here = nucleus.mention
    best: dict[tuple[str, ...], tuple[tuple[int, int], tuple[Mention, ...]]] = {}
    for group in scene.groups_up_to(here):
        for mentions in (group, *((m,) for m in group)) if len(group) > 1 else (group,):
            value = tuple(dict.fromkeys(m.value for m in mentions))
            cost = _cost(scene, here, mentions[-1])
            if value not in best or cost <= best[value][0]:
                best[value] = cost, tuple(mentions)
    found = [Candidate(value, mentions) for value, (_, mentions) in best.items()]
    origin = scene.origin(item.mentions[0]) if item and item.mentions else None
    unnamed: list[tuple[str | None, str]] = [(name, "speaker") for name in _spoken_for(scene, here)]
    unnamed += [(origin, "origin"), (_enemy(scene, here), "enemy")]
    unnamed += [(name, "voice") for name in scene.voices]
    unnamed.append((language_data(scene.reading.lang, "text")["home"], "home"))
    taken = set(best)
    for name, source in unnamed:
        if name in scene.pack.actors and (name,) not in taken:
            taken.add((name,))
            found.append(Candidate((name,), (), source))
    return found


def _enemy(scene: Scene, here: Mention) -> str | None:
    """Whom "the enemy" or "they" may mean at a place: the other side of the speaker's, else of the language's home."""
    statement = scene.statement_at(here.start)
    speaker = scene.pack.speakers.get(statement.speaker or "") if statement else None
    side = speaker.side if speaker else language_data(scene.reading.lang, "text")["home"]
    return scene.pack.enemies.get(side)


def _cost(scene: Scene, here: Mention, there: Mention) -> tuple[int, int]:
    """How far a mention stands from the nucleus: sentences back, then words with clause breaks weighed in."""
    back = here.sentence - there.sentence
    if back:
        return back, -there.first
    words, breaks, _, after = scene.between(here, there)
    return 0, words + _CLAUSE * breaks + _AFTER * after + (20 if there.inside in ("speaker", "outlet") else 0)


def _spoken_for(scene: Scene, here: Mention) -> list[str]:
    """Whom the speaker at this place stands for, or is."""
    statement = scene.statement_at(here.start)
    if statement is None or statement.speaker is None:
        return []
    speaker = scene.pack.speakers.get(statement.speaker)
    names = [statement.speaker, speaker.body if speaker else None]
    return [name for name in names if name in scene.pack.actors]


def actor_features(
    scene: Scene, nucleus: Nucleus, kind: str, candidates: Iterable[Candidate], last: Any, item: Candidate | None = None
) -> list[Features]:
    """Describe how a nucleus stands to each of its actors; `last` is the actor of the claim before, `item` the item."""
    here = nucleus.mention
    candidates = list(candidates)
    sentence = [m for m in scene.reading.by_sentence[here.sentence] if m.type == "actor"]
    open_sentence = not any(m.inside not in ("speaker", "outlet") for m in sentence)
    common: dict[str, bool] = {
        "we": _has_word(scene, here, "we"),
        "firm": any(t.value == "firm" for t in scene.triggers[here.sentence]),
        "army": any(t.value == "own" for t in scene.triggers[here.sentence]),
        "open": open_sentence,
        "enemy": _has_word(scene, here, "enemy"),
        "pronoun": scene.opens_with(here.sentence, "pronouns"),
    }
    verb = scene.verb(here)
    slot = _slot(scene, here)
    order = sorted(
        (i for i, c in enumerate(candidates) if c.mentions and c.mentions[-1].sentence == here.sentence),
        key=lambda i: _cost(scene, here, candidates[i].mentions[-1]),
    )
    rank = {i: place for place, i in enumerate(order)}
    thing = item.mentions[0] if item and item.mentions else None
    origin = scene.origin(thing)
    rows = []
    for i, candidate in enumerate(candidates):
        row = _describe(scene, nucleus, kind, candidate, last, common) | {f"rank {min(rank.get(i, 9), 4)}": 1.0}
        row |= _verb_ties(scene, here, candidate, verb)
        if slot:
            own = set(candidate.value) <= slot  # type: ignore[call-overload]
            row |= {
                "slot": float(own),
                "slot other": float(not own),
                "slot other as before": float(not own and candidate.value == last),
            }
        rows.append(row | _item_ties(scene, candidate, thing, origin))
    return rows


def _slot(scene: Scene, here: Mention) -> set[str]:
    """Actors named between the figure before and this one: in a list each figure has its own."""
    row = scene.figures_by_sentence[here.sentence]
    start = max((n.mention.last for n in row if n.mention.last <= here.first), default=None)
    if start is None:
        return set()
    sentence = scene.reading.by_sentence[here.sentence]
    return {m.value for m in sentence if m.type == "actor" and start <= m.first < here.first and not m.inside}


def _verb_ties(scene: Scene, here: Mention, candidate: Candidate, verb: Mention | None) -> Features:
    """Tie an actor to the word that says what is done: givers and receivers change sides with it."""
    if verb is None or not candidate.mentions or candidate.mentions[-1].sentence != here.sentence:
        return {}
    there = candidate.mentions[-1]
    words, breaks, _, after = scene.between(verb, there)
    side = ">" if after else "<"
    tokens = scene.reading.tokens
    left = tokens[candidate.mentions[0].first - 1].norm[:5] if candidate.mentions[0].first else "^"
    return {
        f"verb {verb.value}{side}": 1.0,
        f"verb {verb.value}{side}{min(breaks, 2)}": 1.0,
        f"verb {verb.value} case {there.form}": 1.0,
        f"verb {verb.value} left {left}": 1.0,
        f"verb {verb.form}{side}": 1.0,
        f"verb {side}{bucket(words)}": 1.0,
    }


def _item_ties(scene: Scene, candidate: Candidate, thing: Mention | None, origin: str | None) -> Features:
    """Tie an actor to the item chosen: who makes it by its name, and how near they stand."""
    value: tuple[str, ...] = candidate.value  # type: ignore[assignment]
    found: Features = {}
    if origin:
        maker = scene.pack.actors.get(value[0]) if value else None
        found["origin"] = float(value == (origin,))
        found["origin other"] = float(value != (origin,))
        found["origin part"] = float(maker is not None and any(part.whole == origin for part in maker.part_of))
    if thing is not None and candidate.mentions and candidate.mentions[-1].sentence == thing.sentence:
        words, breaks, _, after = scene.between(candidate.mentions[-1], thing)
        found[f"item {'>' if after else '<'}{bucket(words)}"] = 1.0
        found[f"item breaks {min(breaks, 2)}"] = 1.0
    return found


def _describe(
    scene: Scene, nucleus: Nucleus, kind: str, candidate: Candidate, last: Any, common: dict[str, bool]
) -> Features:
    here = nucleus.mention
    value: tuple[str, ...] = candidate.value  # type: ignore[assignment]
    if not value:
        return {"none": 1.0, f"none {kind}": 1.0, "none open": float(common["open"])}
    actor = scene.pack.actors.get(value[0])
    sort = actor.kind if actor else "new"
    found: Features = {"bias": 1.0, f"sort {sort}": 1.0, f"sort {sort} {kind}": 1.0, "group": float(len(value) > 1)}
    for name, holds in common.items():
        if holds:
            found[f"{name} sort {sort}"] = 1.0
    same = value == last
    found["as before"] = float(same)
    found["as before open"] = float(same and common["open"])
    spoken = value[0] in _spoken_for(scene, here) or candidate.source == "own"
    found["home"] = float(value == (language_data(scene.reading.lang, "text")["home"],))
    found["home open"] = float(bool(found["home"]) and common["open"])
    found["voice"] = float(value[0] in scene.voices)
    found["voice open"] = float(bool(found["voice"]) and common["open"])
    found["voice we"] = float(bool(found["voice"]) and common["we"])
    if common["enemy"]:
        found["enemy"] = float(value == (_enemy(scene, here),))
    found["spoken for"] = float(spoken)
    found["spoken for we"] = float(spoken and common["we"])
    found[f"source {candidate.source}"] = 1.0
    if not candidate.mentions:
        found |= {f"source {candidate.source} {name}": 1.0 for name, holds in common.items() if holds}
    found |= _standing(scene, value)
    if candidate.mentions:
        found |= _place(scene, nucleus, kind, candidate.mentions, common)
    return found


def _standing(scene: Scene, value: tuple[str, ...]) -> Features:
    """How much the whole text is about an actor."""
    mentions = scene.reading.of("actor")
    count = sum(scene.counts["actor"][name] for name in value)
    return {
        "often": min(1.0, count / 6),
        "share": count / max(1, len(mentions)),
        "in title": float(any(("actor", name) in scene.in_titles for name in value)),
        "first in text": float(mentions[0].value in value) if mentions else 0.0,
    }


def _place(
    scene: Scene, nucleus: Nucleus, kind: str, mentions: tuple[Mention, ...], common: dict[str, bool]
) -> Features:
    here, there = nucleus.mention, mentions[-1]
    found: Features = {f"case {there.form}": 1.0, f"case {there.form} {kind}": 1.0, f"inside {there.inside}": 1.0}
    found |= _beside(scene, there, mentions[0])
    back = here.sentence - there.sentence
    if back:
        name = f"back {min(back, 4)}"
        found[name] = 1.0
        found[f"{name} open"] = float(common["open"])
        found[f"{name} pronoun"] = float(common["pronoun"])
        found[f"{name} firm"] = float(common["firm"])
        found["back"] = min(back, 8) / 8
        first, last = scene.reading.sentences[there.sentence]
        found[f"a line of its own {min(back, 4)}"] = float(mentions[0].first == first and there.last == last)
        row = [m for m in scene.reading.by_sentence[there.sentence] if m.type == "actor"]
        found["first of its sentence"] = float(row[0] in mentions)
        found["alone in its sentence"] = float(all(m in mentions for m in row))
        if common["pronoun"] or common["open"]:
            found[f"{name} first open"] = found["first of its sentence"]
            found[f"{name} pronoun first"] = float(common["pronoun"]) * found["first of its sentence"]
        return found
    words, breaks, joints, after = scene.between(here, there)
    side = ">" if after else "<"
    found[f"{side}{bucket(words)}"] = 1.0
    found[f"{side}{bucket(words)} {nucleus.form}"] = 1.0
    found[f"{side} breaks {min(breaks, 3)}"] = 1.0
    found[f"{side} joints {min(joints, 2)}"] = 1.0
    found[f"{side} {kind}"] = 1.0
    low, high = sorted((here.first, there.first))
    over = {t.value for t in scene.triggers[here.sentence] if low <= t.first < high}
    for name in over:
        if name in BEARING or name in COMPARING or name in ("grow", "shrink"):
            found[f"over {name}{side}"] = 1.0
            found[f"over {name}{side} {kind}"] = 1.0
    row = [m for m in scene.reading.by_sentence[here.sentence] if m.type == "actor"]
    found["actors between"] = float(sum(low < m.first < high and m not in mentions for m in row))
    found["figures between"] = scene.figures_between(here, there)
    found["first of its sentence"] = float(row[0] in mentions)
    found["alone in its sentence"] = float(all(m in mentions for m in row))
    found["opens sentence"] = float(mentions[0].first - scene.reading.sentences[here.sentence][0] <= 1)
    found["country of firm"] = float(_is_country_of_firm(scene, there, row))
    return found


def _is_country_of_firm(scene: Scene, there: Mention, row: list[Mention]) -> bool:
    """A country named beside its own firm only tells whose firm it is."""
    for mention in row:
        actor = scene.pack.actors.get(mention.value)
        if actor is not None and actor.kind == "company" and abs(mention.first - there.last) <= 3:
            return any(part.whole == there.value for part in actor.part_of)
        if mention.form == "new" and 0 <= mention.first - there.last <= 3:
            return True
    return False


def _beside(scene: Scene, last: Mention, first: Mention) -> Features:
    """What stands right beside an actor: the words, a trigger before, a trigger, item or name behind."""
    found = beside_features(scene, first, last)
    for mention in scene.reading.by_sentence[last.sentence]:
        if 0 <= mention.first - last.last <= 1 and mention.type in ("trigger", "item", "speaker", "actor"):
            found[f"then {mention.type} {mention.value if mention.type == 'trigger' else ''}"] = 1.0
    return found


def _has_word(scene: Scene, here: Mention, name: str) -> bool:
    first, last = scene.reading.sentences[here.sentence]
    words = language_data(scene.reading.lang, "text")[name]
    return any(token.norm in words for token in scene.reading.tokens[first:last])


def other_candidates(scene: Scene, kind: str, candidates: list[Candidate], actor: Candidate) -> list[Candidate]:
    """Parties a comparison or transfer may be with: the other actors; for a transfer the giver's own state, or none."""
    value: tuple[str, ...] = actor.value  # type: ignore[assignment]
    found = [c for c in candidates if c.value != value]
    if kind == "transfer":
        own = _state_of(scene, value[0])
        found = [c for c in found if c.value != (own,)]
        found += [Candidate((own,), tuple(m for c in candidates if c.value == (own,) for m in c.mentions), "own")]
        found.append(Candidate((), (), "none"))
    return found


def _state_of(scene: Scene, name: str) -> str:
    """The state a maker belongs to; a state is its own."""
    actor = scene.pack.actors.get(name)
    if actor is None or actor.kind in ("state", "bloc"):
        return name
    states = [part.whole for part in actor.part_of if part.whole in scene.pack.actors]
    return next((whole for whole in states if scene.pack.actors[whole].kind == "state"), name)


def other_features(
    scene: Scene, nucleus: Nucleus, kind: str, candidates: list[Candidate], actor: Candidate
) -> list[Features]:
    """Describe each actor as the party compared with or given to; `actor` is the maker or giver chosen."""
    taken = set(actor.value)  # type: ignore[call-overload]
    rows = []
    for candidate, row in zip(candidates, actor_features(scene, nucleus, kind, candidates, None), strict=True):
        found = dict(row)
        found["overlaps"] = float(bool(taken & set(candidate.value)))  # type: ignore[call-overload]
        found["own"] = float(candidate.source == "own")
        if candidate.mentions and actor.mentions and candidate.mentions[-1].sentence == actor.mentions[-1].sentence:
            _, breaks, _, after = scene.between(actor.mentions[-1], candidate.mentions[-1])
            found[f"from actor {'>' if after else '<'}{min(breaks, 2)}"] = 1.0
        rows.append(found | {f"{name} {kind}": value for name, value in found.items()})
    return rows
