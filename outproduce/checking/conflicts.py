"""Two claims of one speaker: whether they are about the same thing, and whether they can both be so."""

from __future__ import annotations

import math

from outproduce.checking.telling import Told, tell
from outproduce.estimate.months import month_index, month_span
from outproduce.estimate.observations import PER_MONTH
from outproduce.estimate.world import World
from outproduce.records import Claim

_APART = math.log(1.5)  # figures of one thing and time further apart than this factor do not go together
_MONTHS = 12  # what is said of times further apart than this may both be so
_SUPPLY = ("output", "capacity")


def same_subject(a: Claim, b: Claim, world: World) -> bool:
    """Whether two claims are about the same parties and the same item, or one item within the other."""
    if world.distance(a.item, b.item) is None or (world.parents.get(a.item) and not world.parents.get(b.item)):
        return False
    if a.kind == "comparison" == b.kind:
        return {*a.actor, *a.other} == {*b.actor, *b.other}
    return bool({*a.actor, *a.other} & {*b.actor}) if "comparison" in (a.kind, b.kind) else {*a.actor} == {*b.actor}


def conflict(a: Claim, b: Claim, world: World) -> Told | None:
    """Say how two claims contradict each other, or None where both may be so.

    Comparisons of the same parties contradict where each puts another ahead, or their ratios differ by more than a
    factor 1.5; figures of one maker, item and time where they do; a claim and its denial always. What is about times
    more than a year apart may both be so; a plan contradicts nothing.

    >>> one = Claim("comparison", ("Russia",), "tank", 4, 4, relation="more", other=("NATO",), when=("2025-06",) * 2)
    >>> two = Claim("comparison", ("NATO",), "tank", relation="more", other=("Russia",), when=("2025-11", "2025-11"))
    >>> conflict(one, two, World({"tank": None}))
    'the reverse order'
    """
    if not same_subject(a, b, world) or _months_apart(a, b) > _MONTHS:
        return None
    if (a.status == "denied") != (b.status == "denied") and a.kind == b.kind and (a.low, a.high) == (b.low, b.high):
        return tell("clash.denied")
    if {a.status, b.status} & {"planned", "possible", "denied"}:
        return None
    if a.kind == b.kind == "comparison":
        return _ratios(a, b)
    if a.kind == b.kind == "change" and {a.relation, b.relation} == {"up", "down"} and a.item == b.item:
        return tell("clash.direction")
    if a.kind == b.kind and a.kind in _SUPPLY and a.item == b.item and a.unit == b.unit:
        return _figures(a, b)
    return None


def _months_apart(a: Claim, b: Claim) -> int:
    spans = [_span(claim) for claim in (a, b)]
    if None in spans:
        return 0
    (a0, a1), (b0, b1) = spans  # type: ignore[misc]
    return max(a0 - b1, b0 - a1, 0)


def _span(claim: Claim) -> tuple[int, int] | None:
    if claim.when:
        return month_span(claim.when)
    return (month_index(claim.published),) * 2 if claim.published else None


def _order(claim: Claim) -> tuple[frozenset[str], float, float]:
    """Who is ahead by what ratio, as ends of a logarithm."""
    ahead = claim.other if claim.relation == "less" else claim.actor
    if claim.relation == "equal":
        return frozenset(), 0.0, 0.0
    low = math.log(claim.low) if claim.low and claim.low > 0 else 0.0
    return frozenset(ahead), low, math.log(claim.high) if claim.high and claim.high > 0 else math.inf


def _ratios(a: Claim, b: Claim) -> Told | None:
    (first, low_a, high_a), (second, low_b, high_b) = _order(a), _order(b)
    if first and second and first != second:
        return tell("clash.order")
    if (not first) != (not second):
        return tell("clash.equal") if max(low_a, low_b) > _APART else None
    if max(low_a, low_b) - min(high_a, high_b) > _APART:
        return tell("clash.ratio", one=math.exp(low_a), other=math.exp(low_b))
    return None


def monthly(claim: Claim) -> tuple[float, float] | None:
    """Ends of a claim's figure in pieces a month; None where it has no figure or no period."""
    if claim.low is None and claim.high is None:
        return None
    if claim.per:
        scale = PER_MONTH[claim.per]
    elif claim.when:
        first, last = month_span(claim.when)
        scale = 1.0 / (last - first + 1)
    else:
        return None
    low = 0.0 if claim.low is None else claim.low * scale
    return low, math.inf if claim.high is None else claim.high * scale


def _figures(a: Claim, b: Claim) -> Told | None:
    one, other = monthly(a), monthly(b)
    spans = _span(a), _span(b)
    if one is None or other is None or None in spans or _months_apart(a, b) > 2:
        return None
    above, below = max(one[0], other[0]), min(one[1], other[1])
    if below <= 0 or above <= below * math.exp(_APART):
        return None
    return tell("clash.figure", times=above / below)
