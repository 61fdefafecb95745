"""A claim -> the quantity it asserts: whose rate, ratio or growth, in which months, between which limits."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from outproduce.checking.scale import ROOM, room_of
from outproduce.checking.sentences import SentenceClaim
from outproduce.checking.telling import Told, tell
from outproduce.estimate.months import Span, month_index, month_span
from outproduce.estimate.observations import PER_MONTH
from outproduce.records import Claim

RATE, RATIO, GROWTH = "rate", "ratio", "growth"
_QUANTITY = {"output": RATE, "capacity": RATE, "comparison": RATIO, "change": GROWTH}


@dataclass(frozen=True, slots=True)
class Assertion:
    """What a claim asserts: that `top`'s rate (over `bottom`'s, or over its own at `base`) lies in `low` to `high`.

    Rates are pieces a month; `low` and `high` have the room of the words in them, None is an open end. `middle` is
    the figure itself where there is one. `months` and `base` are inclusive. `denied` where the claim denies it.
    `variant` is the single type that a rate is of, where the words name one.
    """

    quantity: str
    top: tuple[str, ...]
    months: Span
    low: float | None
    high: float | None
    middle: float | None = None
    bottom: tuple[str, ...] = ()
    base: Span | None = None
    base_assumed: bool = False
    is_capacity: bool = False
    approximate: bool = False
    denied: bool = False
    variant: str | None = None

    def __contains__(self, value: float) -> bool:
        """Whether a value (pieces a month, or a ratio) is what is asserted."""
        return (self.low is None or value >= self.low) and (self.high is None or value <= self.high)

    def as_json(self) -> dict[str, Any]:
        """Give the limits; rates in pieces a month."""
        return {
            "quantity": {RATE: "pieces a month", RATIO: "ratio", GROWTH: "new over old"}[self.quantity],
            "figure": _short(self.middle),
            "low": _short(self.low),
            "high": _short(self.high),
            "approximate": self.approximate,
            "denied": self.denied,
        }


def _short(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.4g}")


def assert_of(found: SentenceClaim, said: str) -> Assertion | Told:
    """Work out what a claim of a sentence said on `said` (`YYYY-MM-DD`) asserts; a text where that cannot be checked.

    >>> claim = Claim("output", ("Russia",), "tank", 1200, 1200, per="year", when=("2024", "2024"))
    >>> made = assert_of(SentenceClaim(claim), "2024-06-01")
    >>> round(made.low), made.middle, round(made.high)
    (83, 100.0, 120)
    """
    claim = found.claim
    if claim.kind not in _QUANTITY:
        return tell(f"reason.{claim.kind}")
    if claim.unit != "piece":
        return tell("reason.unit", unit=claim.unit)
    now = month_index(said)
    months = month_span(claim.when) if claim.when else (now, now)
    return {RATE: _rate, RATIO: _ratio, GROWTH: _growth}[_QUANTITY[claim.kind]](found, months, now)


def _rate(found: SentenceClaim, months: Span, now: int) -> Assertion | Told:
    claim = found.claim
    if claim.low is None and claim.high is None:
        return tell("reason.no_figure")
    if claim.per is None and not found.times:
        return tell("reason.no_period")
    scale = PER_MONTH[claim.per] if claim.per else 1.0 / (months[1] - months[0] + 1)
    low, high, middle = _limits(claim, ratio=False, approximate=found.approximate)
    return Assertion(
        RATE,
        claim.actor,
        months,
        None if low is None else low * scale,
        None if high is None else high * scale,
        None if middle is None else middle * scale,
        is_capacity=claim.kind == "capacity" or claim.status == "possible",
        approximate=found.approximate,
        denied=claim.status == "denied",
    )


def _limits(claim: Claim, *, ratio: bool, approximate: bool) -> tuple[float | None, float | None, float | None]:
    """Ends of a figure with the room that its words leave, and its middle."""
    low, high = claim.low, claim.high
    slack = math.exp(ROOM.about if approximate else ROOM.bound)
    if high == 0:
        return None, ROOM.none_ratio if ratio else ROOM.none, None
    if low == 0 and high is not None:
        return None, high * slack, high
    if claim.status == "denied" and low == high and low is not None:  # not N is less than N
        return (None, low * slack, low) if claim.relation == "down" else (low / slack, None, low)
    if low is not None and high is not None:
        ends = [
            edge * math.exp(sign * room_of(edge, ratio=ratio, approximate=approximate))
            for edge, sign in ((low, -1), (high, 1))
        ]
        return ends[0], ends[1], math.sqrt(low * high)
    if low is not None:
        return low / slack, None, low
    return None if high is None else high * ROOM.up_to, None if high is None else high * slack, high


def _ratio(found: SentenceClaim, months: Span, now: int) -> Assertion | Told:
    claim = found.claim
    if not claim.other:
        return tell("reason.no_other")
    top, bottom = (claim.other, claim.actor) if claim.relation == "less" else (claim.actor, claim.other)
    if claim.relation == "equal":
        low, high, middle = math.exp(-ROOM.equal), math.exp(ROOM.equal), 1.0
    elif claim.low is None and claim.high is None:
        return Assertion(RATIO, top, months, 1.0, None, None, bottom, denied=claim.status == "denied")
    else:
        ends = _limits(claim, ratio=True, approximate=found.approximate)
        return Assertion(
            RATIO, top, months, *ends, bottom, approximate=found.approximate, denied=claim.status == "denied"
        )
    return Assertion(RATIO, top, months, low, high, middle, bottom, denied=claim.status == "denied")


def _growth(found: SentenceClaim, months: Span, now: int) -> Assertion | Told:
    """New over old: old is the earliest time that the sentence names, else a year before the new one."""
    claim = found.claim
    told = sorted(month_span(when) for when in found.times)
    earlier = [span for span in told if span[0] < now]
    new = months if months[0] >= now or not earlier else (now, now)
    later = [span for span in told if earlier and span[0] > earlier[0][1] and span[1] <= now + 12]
    new = later[-1] if later else new
    if earlier:
        start = earlier[0][0]
        whole_year = any(len(when[0]) == 4 and month_index(when[0]) == start for when in found.times)
        base = (start, start + 11 if whole_year else start)
    else:
        base = (new[0] - 12, new[1] - 12)
    if base[0] >= new[0]:
        return tell("reason.no_since")
    if claim.relation == "flat":
        low, high, middle = math.exp(-ROOM.equal), math.exp(ROOM.equal), 1.0
    elif claim.low is None and claim.high is None:
        low, high, middle = (1.0, None, None) if claim.relation == "up" else (None, 1.0, None)  # type: ignore[assignment]
    else:
        low, high, middle = _limits(claim, ratio=True, approximate=found.approximate)  # type: ignore[assignment]
    return Assertion(
        GROWTH,
        claim.actor,
        new,
        low,
        high,
        middle,
        base=base,
        base_assumed=not earlier,
        approximate=found.approximate,
        denied=claim.status == "denied",
    )
