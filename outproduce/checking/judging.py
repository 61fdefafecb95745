"""An assertion held against an estimate: the probability that it holds, the verdict, and what would have to be so."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from outproduce.answers import Band
from outproduce.checking.assertion import GROWTH, RATE, RATIO, Assertion
from outproduce.checking.scale import CONTRADICTED, DOUBTFUL, NOT_CHECKABLE, THRESHOLDS, verdict_of
from outproduce.checking.telling import Told, tell
from outproduce.errors import NothingFound, UsageError
from outproduce.estimate.model import Array
from outproduce.estimate.months import Span, month_index, month_name
from outproduce.estimate.observations import find_sights
from outproduce.estimate.priors import Priors
from outproduce.estimate.rates import Fit, counted_item, estimate_family, known_by
from outproduce.estimate.world import World
from outproduce.ledger.stories import find_stories
from outproduce.records import Claim, Story

LEVEL = 0.9
AHEAD = 24  # months beyond the day up to which a plan can be held against the estimate


@dataclass(frozen=True)
class Judged:
    """An assertion held against what was public on `as_of`; `band` is what is estimated for the same quantity.

    `parts` are the rates behind a ratio, pieces a month. `reason` is why there is no verdict; then the rest is empty.
    `without` are parties of whose output only figures on a wider item are on record: `fit` is of that.
    """

    as_of: str
    verdict: str
    probability: float | None = None
    band: Band | None = None
    parts: tuple[tuple[str, Band], ...] = ()
    stories: int = 0
    reason: Told | None = None
    fit: Fit | None = None
    without: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Give verdict, probability and interval; rates in pieces a month."""
        return {
            "as_of": self.as_of,
            "verdict": self.verdict,
            "reason": self.reason,
            "probability": None if self.probability is None else round(self.probability, 4),
            "estimate": None if self.band is None else {**self.band.as_json(), "level": LEVEL},
            "rates_a_month": {name: band.as_json() for name, band in self.parts},
            "independent_claims": self.stories,
        }


def judge(
    made: Assertion, item: str, known: Iterable[Claim], world: World, as_of: str, priors: Priors | None = None
) -> Judged:
    """Hold an assertion about `item` against the claims public on `as_of` (`YYYY-MM-DD`)."""
    actors = tuple(dict.fromkeys((*made.top, *made.bottom)))
    last = max(made.months[1], month_index(as_of))
    if last > month_index(as_of) + AHEAD:
        return Judged(as_of, NOT_CHECKABLE, reason=tell("reason.far", month=month_name(last), day=as_of))
    public = [claim for claim in known if known_by(claim, as_of)]
    until = as_of if last == month_index(as_of) else f"{month_name(last)}-28"
    try:
        wide = _of_wider(made, item, public, world, as_of, until, priors) if made.quantity != GROWTH else None
        return wide or weigh(made, estimate_family(public, world, item, actors, until, priors), world, as_of)
    except UsageError as error:
        key = "reason.bad_item" if str(error).startswith(("no item", "'")) else "reason.bad_actor"
        return Judged(as_of, NOT_CHECKABLE, reason=tell(key, error=error, item=item, who=actors))
    except NothingFound as error:
        return Judged(as_of, NOT_CHECKABLE, reason=tell("reason.no_evidence", error=error, who=actors, item=item))


def _of_wider(
    made: Assertion, item: str, public: Sequence[Claim], world: World, as_of: str, until: str, priors: Priors | None
) -> Judged | None:
    """Hold an assertion against the next wider item, where only that has a figure of some party; else None."""
    actors = tuple(dict.fromkeys((*made.top, *made.bottom)))
    item = counted_item(world, item)
    wider, stories = world.parents.get(item), find_stories(public, parents=world.parents)
    if wider is None or world.parents.get(wider) is None:
        return None
    without = without_figure(stories, item, actors, world, priors)
    if not without or without_figure(stories, wider, actors, world, priors):
        return None
    wide = weigh(made, estimate_family(public, world, wider, actors, until, priors), world, as_of)
    return replace(_at_most(made, wide, world) if made.quantity == RATE else wide, without=without)


def _at_most(made: Assertion, wide: Judged, world: World) -> Judged:
    """Turn what is known of a wider item into what it says of one of its kinds: how much there is at most."""
    assert wide.fit is not None
    assert wide.band is not None
    if made.low is not None and not made.denied:
        chance = chance_of(replace(made, high=None), wide.fit, world)
        if chance is not None and chance < THRESHOLDS.plausible:
            return replace(wide, verdict=verdict_of(chance), probability=chance, reason=None)
    return replace(wide, verdict=NOT_CHECKABLE, probability=None, reason=tell("reason.wider"))


def without_figure(
    stories: Sequence[Story], item: str, actors: Iterable[str], world: World, priors: Priors | None
) -> tuple[str, ...]:
    """Give the parties of whose own output, or of whose parts, no figure on an item itself is on record."""
    sights = find_sights([*stories], world, item, priors or Priors())
    told = [{*sight.top} for sight in sights if not sight.wide and not sight.bottom]
    return tuple(actor for actor in actors if not any(top <= {*world.with_parts([actor])} for top in told))


def weigh(made: Assertion, fit: Fit, world: World, as_of: str) -> Judged:
    """Give the probability of an assertion from the samples of a fit.

    Raises:
        NothingFound: no story bears on a party, or on the time.
    """
    values = asserted_samples(made, fit, world)
    inside = _share_inside(np.log(values), made)
    best = 1.0 if None in (made.low, made.high) else _best_share(np.log(values), math.log(made.high / made.low))  # type: ignore[operator]
    if made.denied:
        inside, best = 1.0 - inside, 1.0
    band = band_of(values)
    parts = tuple((" and ".join(who), band_of(_mean_rate(fit, who, made.months, world))) for who in _parties(made))
    stories = len(fit.used(*(name for who in _parties(made) for name in who)))
    wide = band.high / band.low > THRESHOLDS.widest
    if wide and THRESHOLDS.doubtful <= inside <= 1 - THRESHOLDS.doubtful:
        reason = tell("reason.wide", low=band.low, high=band.high)
        return Judged(as_of, NOT_CHECKABLE, None, band, parts, stories, reason, fit)
    return Judged(as_of, verdict_of(inside, best), inside, band, parts, stories, None, fit)


def asserted_samples(made: Assertion, fit: Fit, world: World) -> Array:
    """Samples of the quantity that is asserted: pieces a month, or a ratio."""
    top = _mean_rate(fit, made.top, made.months, world) * _share_of(made, fit)
    if made.quantity == RATIO:
        return np.asarray(top / _mean_rate(fit, made.bottom, made.months, world))
    if made.quantity == GROWTH:
        assert made.base is not None
        return np.asarray(top / _mean_rate(fit, made.top, made.base, world))
    if made.is_capacity:  # a capacity stands above the output by a slack nobody knows
        priors = fit.family.priors
        slack = priors.slack * np.exp(priors.slack_log_sd * np.random.default_rng(fit.seed).standard_normal(top.size))
        return np.asarray(top * np.exp(slack))
    return top


def _share_of(made: Assertion, fit: Fit) -> Array | float:
    """Samples of the share that a named type has in its item, as the fit has learnt it; 1 where none is named."""
    key = ("variant", made.variant, made.top)
    at = next((number for number, effect in enumerate(fit.family.effects) if effect.key == key), None)
    if at is None:
        return 1.0
    first = fit.unknowns.shape[1] - len(fit.family.effects)
    return np.asarray(np.exp(-np.exp(fit.unknowns[:, first + at])))


def _parties(made: Assertion) -> tuple[tuple[str, ...], ...]:
    return (made.top, made.bottom) if made.bottom else (made.top,)


def _mean_rate(fit: Fit, actors: Sequence[str], months: Span, world: World) -> Array:
    """Samples of the parties' rate together, the mean over the months that the estimate reaches."""
    first, last = fit.family.first, fit.family.last
    if months[1] < first or months[0] > last:
        spans = f"{month_name(first)} to {month_name(last)}"
        raise NothingFound(f"no claim bears on {month_name(months[0])}; what is known reaches from {spans}")
    inside = slice(max(months[0], first) - first, min(months[1], last) - first + 1)
    total = sum(fit.rates(actor) for actor in _disjoint(actors, world))
    mean: Array = np.asarray(total)[:, inside].mean(axis=1)
    return mean


def _disjoint(actors: Sequence[str], world: World) -> tuple[str, ...]:
    """Drop parties that are part of another of them."""
    names = tuple(dict.fromkeys(actors))
    return tuple(name for name in names if not {*names} & {*world.wholes_above(name)})


def band_of(values: Array) -> Band:
    """Median and central 90 % interval of samples."""
    low, middle, high = np.quantile(values, [(1 - LEVEL) / 2, 0.5, (1 + LEVEL) / 2])
    return Band(float(middle), float(low), float(high))


def _share_inside(logs: Array, made: Assertion) -> float:
    inside = np.ones(logs.size, dtype=bool)
    if made.low is not None:
        inside &= logs >= math.log(made.low)
    if made.high is not None:
        inside &= logs <= math.log(made.high)
    return float((inside.sum() + 0.5) / (logs.size + 1))  # never quite 0 or 1: there are only so many samples


def _best_share(logs: Array, width: float) -> float:
    """Greatest share of the samples within any window of this width."""
    ordered = np.sort(logs)
    reach = np.searchsorted(ordered, ordered + width, side="right") - np.arange(ordered.size)
    return float(reach.max() / ordered.size)


def chance_of(made: Assertion, fit: Fit, world: World) -> float | None:
    """Probability of another reading of a sentence from the same fit; None where the fit does not reach it."""
    try:
        return _share_inside(np.log(asserted_samples(made, fit, world)), made)
    except NothingFound:
        return None


def since_when(made: Assertion, judged: Judged, world: World) -> Judged:
    """Set a verdict against a growth aside where it hangs on the time that nobody named: it would hold since another.

    A growth without an earlier time is held against a year before; two and three years before are tried beside it.
    """
    if not made.base_assumed or judged.fit is None or judged.verdict not in (CONTRADICTED, DOUBTFUL):
        return judged
    assert made.base is not None
    for months in (12, 24):
        base = made.base[0] - months, made.base[1] - months
        chance = chance_of(replace(made, base=base), judged.fit, world)
        if chance is not None and chance >= THRESHOLDS.plausible:
            since, other = month_name(base[0]), verdict_of(chance)
            reason = tell("reason.since", verdict=judged.verdict, month=since, other=other)
            return replace(judged, verdict=NOT_CHECKABLE, probability=None, reason=reason)
    return judged


def would_have_to(made: Assertion, judged: Judged, item: str) -> list[Told]:
    """Say what would have to be so for the assertion to hold, against the estimate of an item."""
    if judged.band is None or judged.verdict == NOT_CHECKABLE:
        return []
    if made.denied:
        return []
    return {RATE: _needed_rate, RATIO: _needed_ratio, GROWTH: _needed_growth}[made.quantity](made, judged, item)


def _needed_rate(made: Assertion, judged: Judged, item: str) -> list[Told]:
    assert judged.band is not None
    rate = {"middle": 12 * judged.band.median, "low": 12 * judged.band.low, "high": 12 * judged.band.high}
    key = "need.be_able" if made.is_capacity else "need.make"
    return [tell(key, who=made.top, amount=_between(made, 12), item=item, gap=_gap(made, judged.band.median), **rate)]


def _needed_ratio(made: Assertion, judged: Judged, item: str) -> list[Told]:
    (_, rate), (_, other) = judged.parts
    top, bottom = made.top, made.bottom
    if rate.median / other.median in made:
        rates = {"rate": 12 * rate.median, "other": 12 * other.median}
        said = [tell("need.holds", top=top, bottom=bottom, item=item, **rates)]
        if made.low is not None:
            most = _compared(rate.median / made.low, other, bottom)
            said.append(tell("need.would_not", bottom=bottom, compared=most))
        return said
    said = []
    if made.low is not None and rate.median < made.low * other.median:
        need, spare = made.low * other.median, rate.median / made.low
        said.append(tell("need.top_least", top=top, bottom=bottom, compared=_compared(need, rate, top, item)))
        said.append(tell("need.or_most", top=top, bottom=bottom, compared=_compared(spare, other, bottom)))
    if made.high is not None and rate.median > made.high * other.median:
        limit, least = made.high * other.median, rate.median / made.high
        said.append(tell("need.top_most", top=top, bottom=bottom, compared=_compared(limit, rate, top, item)))
        said.append(tell("need.or_least", top=top, bottom=bottom, compared=_compared(least, other, bottom)))
    return said


def _compared(rate: float, estimate: Band, who: tuple[str, ...], item: str | None = None) -> Told:
    """Say a monthly rate by the year and how it compares with a party's estimate."""
    values = {"times": rate / estimate.median, "who": who, "estimate": 12 * estimate.median, "item": item}
    return tell("part.compared_item" if item else "part.compared", rate=12 * rate, **values)


def _needed_growth(made: Assertion, judged: Judged, item: str) -> list[Told]:
    band, base = judged.band, made.base
    assert band is not None
    assert base is not None
    since = month_name(base[0])[: 4 if base[1] - base[0] == 11 else 7]
    values = {"middle": band.median, "low": band.low, "high": band.high, "since": since}
    return [tell("need.growth", who=made.top, amount=_between(made, 1), item=item, **values)]


def _between(made: Assertion, scale: float) -> Told:
    low, high = (None if end is None else end * scale for end in (made.low, made.high))
    key = "part.least" if high is None else "part.most" if low is None else "part.between"
    return tell(key, low=low, high=high)


def _gap(made: Assertion, median: float) -> Told:
    if made.low is not None and median < made.low:
        return tell("part.short", times=made.low / median)
    if made.high is not None and median > made.high:
        return tell("part.short", times=made.high / median)
    return tell("part.within")
