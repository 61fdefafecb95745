"""Unit and definition traps: what a sentence leaves open, and what else its figure may be the figure of."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from outproduce.checking.assertion import RATE, Assertion
from outproduce.checking.conflicts import monthly
from outproduce.checking.judging import Judged, chance_of
from outproduce.checking.scale import CONTRADICTED, DOUBTFUL, THRESHOLDS
from outproduce.checking.sentences import SentenceClaim
from outproduce.checking.telling import Told, read_texts, tell
from outproduce.estimate.world import World
from outproduce.records import Claim
from outproduce.report.wording import when_words

_CLOSE = math.log(1.1)


@dataclass(frozen=True, slots=True)
class Trap:
    """A way to misread or misstate: `kind` is a key of `trap_kinds()`, `words` say it of this sentence."""

    kind: str
    words: Told


def trap_kinds() -> dict[str, str]:
    """Every trap that is looked for, with its name."""
    named = (key.partition(".") for key in read_texts("en"))
    return {kind: str(tell(f"kind.{kind}")) for group, _, kind in named if group == "kind"}


def find_traps(found: SentenceClaim, made: Assertion | None, judged: Judged | None, world: World) -> list[Trap]:
    """Traps of units and definitions that a claim's own words, and the estimate, show."""
    traps = list(_of_words(found.claim, world))
    if judged is not None and judged.without and judged.fit is not None:
        wider, own = judged.fit.family.item, found.claim.item
        traps.append(Trap("calibre", tell("trap.calibre", own=own, who=judged.without, wider=wider)))
    if made is not None and judged is not None and judged.fit is not None and not made.denied:
        if made.quantity == RATE and judged.verdict in (CONTRADICTED, DOUBTFUL):
            traps += _of_period(found.claim, made, judged, world)
        if judged.verdict in (CONTRADICTED, DOUBTFUL):
            traps += _of_party(made, judged, world)
    return traps


def _of_words(claim: Claim, world: World) -> Iterable[Trap]:
    who = claim.actor
    if claim.kind in ("transfer", "use", "stock", "order"):
        yield Trap("deliveries" if claim.kind == "transfer" else claim.kind, tell(f"trap.{claim.kind}", who=who))
    if claim.kind == "capacity" or claim.status == "possible":
        yield Trap("capacity", tell("trap.capacity", who=who))
    counted = world.counted_in.get(claim.item)
    if counted:
        yield Trap("ammunition", tell("trap.ammunition", wide=claim.item, narrow=counted))
    if claim.status == "planned":
        yield Trap("planned", tell("trap.planned", who=who))
    parts = set(claim.actor), set(claim.other)
    for inner, outer in (parts, parts[::-1]):
        whole = next((o for i in inner for o in outer if o in world.wholes_above(i)), None)
        if whole:
            yield Trap("member", tell("trap.within", inner=tuple(sorted(inner)), whole=(whole,)))
    if (
        claim.other
        and len({world.side_of(name) for name in (*claim.actor, *claim.other)}) == 1
        and not any(world.wholes_above(name) == () for name in claim.actor)
    ):
        place = next(iter(world.wholes_above(claim.actor[0])), None)
        if place and place not in claim.other:
            yield Trap("member", tell("trap.one_maker", who=who, whole=(place,), other=claim.other))


def _of_period(claim: Claim, made: Assertion, judged: Judged, world: World) -> Iterable[Trap]:
    """Whether the figure would fit with another period: a month's for a year's."""
    assert judged.fit is not None
    periods = {"day": 365.25, "week": 365.25 / 7, "month": 12.0, "quarter": 4.0, "year": 1.0}
    if claim.per is None:
        return
    for other in ("month", "year"):
        factor = periods[other] / periods[claim.per]
        if other == claim.per:
            continue
        scaled = _scaled(made, factor)
        chance = chance_of(scaled, judged.fit, world)
        if chance is not None and chance > 2 * (judged.probability or 0) and chance >= THRESHOLDS.plausible / 2:
            yield Trap("period", tell("trap.period", other=other, own=claim.per))


def _scaled(made: Assertion, factor: float) -> Assertion:
    low, high, middle = (None if end is None else end * factor for end in (made.low, made.high, made.middle))
    return replace(made, low=low, high=high, middle=middle)


def _of_party(made: Assertion, judged: Judged, world: World) -> Iterable[Trap]:
    """Whether what is asserted would hold of the nearest bloc that a party is part of, or of a member of it."""
    assert judged.fit is not None
    known = judged.fit.family.members
    for names in (made.top, made.bottom):
        for name in names:
            above = [bloc for bloc in world.wholes_above(name) if bloc in known]
            below = [part for part in sorted(known) if name in world.wholes_above(part)]
            fitting = (
                other
                for other in (*above, *below)
                if other not in made.top + made.bottom
                and (chance_of(_of(made, names, other), judged.fit, world) or 0) >= THRESHOLDS.supported
            )
            other = next(fitting, None)
            if other:
                yield Trap("member", tell("trap.member", other=(other,), who=(name,)))


def _of(made: Assertion, names: tuple[str, ...], other: str) -> Assertion:
    """Put another party in the place of those of one side."""
    return replace(made, top=(other,)) if names is made.top else replace(made, bottom=(other,))


def same_figure_elsewhere(claim: Claim, known: Sequence[Claim], world: World) -> list[Trap]:
    """Say where the ledger has the figure of a claim for something else: a capacity, a plan, a member, a delivery."""
    figure = monthly(claim)
    if figure is None or claim.kind not in ("output", "capacity", "transfer"):
        return []
    traps = dict[str, Trap]()
    for other in sorted(known, key=lambda one: (one.published or "", one.id), reverse=True):
        kind = _difference(claim, other, world)
        if kind is not None and kind not in traps and _same_size(figure, claim, other):
            traps[kind] = Trap(kind, _elsewhere(other, kind))
    return list(traps.values())


def _same_size(figure: tuple[float, float], claim: Claim, other: Claim) -> bool:
    theirs = monthly(other) or ((other.low, other.high) if claim.per is None and other.low and other.high else None)
    if theirs is None or min(*figure, *theirs) <= 0:
        return False
    return all(
        math.isinf(a) == math.isinf(b) and (math.isinf(a) or abs(math.log(a / b)) <= _CLOSE)
        for a, b in zip(figure, theirs, strict=True)
    )


def _difference(claim: Claim, other: Claim, world: World) -> str | None:
    """Give the one thing in which another claim differs; None where it differs in more or in nothing."""
    steps = world.distance(other.item, claim.item)
    if steps is None or (world.parents.get(other.item) is None):
        return None
    related = [a in world.wholes_above(b) or b in world.wholes_above(a) for a in claim.actor for b in other.actor]
    same_actor = {*claim.actor} == {*other.actor}
    differs = []
    if not same_actor:
        differs.append("member" if related and any(related) else "other")
    if claim.item != other.item:
        differs.append("ammunition" if {claim.item, other.item} & {*world.counted_in} else "calibre")
    if claim.kind != other.kind:
        differs.append({"capacity": "capacity", "transfer": "deliveries"}.get(other.kind, "other"))
    if other.status == "planned" and claim.status == "actual":
        differs.append("planned")
    return differs[0] if len(differs) == 1 and differs[0] != "other" else None


def _elsewhere(other: Claim, kind: str) -> Told:
    who = other.speaker or other.publisher or tell("part.somebody")
    key = "trap.elsewhere_when" if other.when else "trap.elsewhere"
    return tell(key, kind=tell(f"kind.{kind}"), claim=other, when=when_words(other), who=who)


def open_questions(found: SentenceClaim, made: Assertion | None, known: Sequence[Claim], world: World) -> list[Told]:
    """Say what a sentence leaves open: which items, which period, made or planned, whose definition."""
    claim = found.claim
    asked = []
    counted = world.counted_in.get(claim.item)
    if counted:
        asked.append(_which_items(claim, counted, known, world))
    elif any(parent == claim.item for parent in world.parents.values()):
        asked.append(tell("open.which", item=claim.item))
    if not found.times:
        asked.append(tell("open.time", when=claim.when[0]) if claim.when else tell("open.no_time"))
    if made is not None and made.base_assumed:
        asked.append(tell("open.since"))
    if claim.kind in ("comparison", "change") and claim.status == "actual" and claim.relation != "flat":
        asked.append(tell("open.possible"))
    if claim.kind == "output" and claim.status == "actual":
        asked.append(tell("open.new"))
    blocs = [name for name in (*claim.actor, *claim.other) if name in world.covers]
    asked += [tell("open.bloc", bloc=(bloc,), parts=tuple(world.covers[bloc])) for bloc in blocs]
    return asked


def _which_items(claim: Claim, counted: str, known: Sequence[Claim], world: World) -> Told:
    """Say that a class is counted in one of its kinds, and what the ledger holds on the others."""
    parties = {*claim.actor, *claim.other}
    others = [
        other
        for other in known
        if parties & {*other.actor}
        and other.kind in ("output", "capacity")
        and (world.distance(claim.item, other.item) or 0) > 0
        and world.distance(counted, other.item) is None
    ]
    key, who = "open.items" if others else "open.items_none", tuple(sorted(parties))
    return tell(key, item=claim.item, counted=counted, count=len(others), who=who)
