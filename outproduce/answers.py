"""Questions to answers: who makes more, since when, how surely, and on which claims.

In: claims, a world, a question. Out: a frozen `Comparison` that prints as a sentence and as JSON.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from scipy import special

from outproduce.errors import UsageError
from outproduce.estimate.model import Array
from outproduce.estimate.months import month_index, month_name
from outproduce.estimate.priors import Priors
from outproduce.estimate.rates import Fit, estimate_family, last_day
from outproduce.estimate.world import World
from outproduce.records import Claim, Story
from outproduce.report.wording import item_words

BY_HAND = "entered by hand"
_DAY = re.compile(r"\d{4}-\d\d-\d\d\Z")


@dataclass(frozen=True, slots=True)
class Band:
    """A quantity with its central credible interval."""

    median: float
    low: float
    high: float

    def as_json(self) -> dict[str, float]:
        """Give median, low and high, rounded to four digits."""
        return {"median": _round(self.median), "low": _round(self.low), "high": _round(self.high)}


@dataclass(frozen=True, slots=True)
class MonthlyRace:
    """One month: both rates in pieces a month and the probability that a's is the higher."""

    month: str
    a: Band
    b: Band
    probability_a_ahead: float


@dataclass(frozen=True, slots=True)
class UsedClaim:
    """A story behind the answer. `moved` is how far it moved log(a/b) in the month of `as_of`: with it, less without.

    `words` are the exact words, or that the claim was entered by hand; `retellings` counts the story's other claims.
    """

    story: Story
    moved: float

    @property
    def words(self) -> str:
        """Exact words of the claim the story goes back to, else that it was entered by hand."""
        told = next((claim.evidence for claim in (self.story.origin, *self.story.claims) if claim.evidence), None)
        return told.quote if told else BY_HAND

    def as_json(self) -> dict[str, Any]:
        """Give the claim's fields, its words and link, and what it moved."""
        claim = self.story.origin
        return {
            "id": claim.id,
            "story": self.story.id,
            **claim.brief(),
            "words": self.words,
            "link": claim.link,
            "speaker": claim.speaker,
            "publisher": claim.publisher,
            "published": claim.published,
            "retellings": len(self.story.claims) - 1,
            "moved": _round(self.moved),
        }


@dataclass(frozen=True, slots=True)
class CountsAlone:
    """The answer without any of the `words` stories that compare producers: what figures on output alone say.

    `latest` is the newest story that puts one of the two ahead of the other and that counts alone do not bear out
    (a probability of less than one in ten), None where there is none; `without_latest` is the probability that a is
    ahead, all else being known, without it.
    """

    probability_a_ahead: float
    ratio: Band
    words: int
    latest: Story | None
    without_latest: float | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Whether `a` makes more of `item` than `b`, knowing what was public on `as_of`.

    `probability_a_ahead` and `ratio` (a's rate over b's) are for the month of `as_of`. `a_since` and `b_since` are the
    first months from which a (or b) has been ahead ever since, with a probability of at least 0.5 and of at least 0.9;
    None where that is not so in the month of `as_of`. The JSON's `ahead_since` is `a_since`. `counted_in` is the item
    in which a whole class is counted. `claims` are the stories used, those that moved the ratio most first.
    """

    a: str
    b: str
    item: str
    counted_in: str
    as_of: str
    level: float
    probability_a_ahead: float
    ratio: Band
    a_since: tuple[str | None, str | None]
    b_since: tuple[str | None, str | None]
    series: tuple[MonthlyRace, ...]
    claims: tuple[UsedClaim, ...]
    counts_alone: CountsAlone | None = None

    @property
    def independent_claims(self) -> int:
        """Number of stories the answer rests on."""
        return len(self.claims)

    def as_json(self) -> dict[str, Any]:
        """Give the answer as the README describes it."""
        return {
            "a": self.a,
            "b": self.b,
            "item": self.item,
            "as_of": self.as_of,
            "probability_a_ahead": _chance(self.probability_a_ahead),
            "ratio": {**self.ratio.as_json(), "level": self.level},
            "ahead_since": {"p50": self.a_since[0], "p90": self.a_since[1]},
            "independent_claims": self.independent_claims,
            "series": [
                {
                    "month": row.month,
                    "a": row.a.as_json(),
                    "b": row.b.as_json(),
                    "probability_a_ahead": _chance(row.probability_a_ahead),
                }
                for row in self.series
            ],
            "claims": [claim.as_json() for claim in self.claims],
        }

    def sentence(self) -> str:
        """Say in one sentence who is ahead, since when, how surely and on how many independent claims."""
        a_leads = self.probability_a_ahead >= 0.5
        first, second, since = (self.a, self.b, self.a_since) if a_leads else (self.b, self.a, self.b_since)
        of_a = [row.probability_a_ahead for row in self.series]
        told = _since(
            since[0], [row.month for row in self.series], of_a if a_leads else [1 - chance for chance in of_a]
        )
        chance = self.probability_a_ahead if a_leads else 1 - self.probability_a_ahead
        low, middle, high = sorted((self.ratio.low, self.ratio.median, self.ratio.high))
        if not a_leads:
            low, middle, high = 1 / high, 1 / middle, 1 / low
        surely = "is ahead of" if chance >= 0.9 else "is probably ahead of" if chance >= 2 / 3 else "may be ahead of"
        counted = f" (counted in {item_words(self.counted_in)})" if self.counted_in != self.item else ""
        return (
            f"{first} {surely} {second} in making {item_words(self.item)}{counted} as of {self.as_of}, "
            f"with probability {_percent(chance)}{told}: it makes {middle:.2g} times as many "
            f"({100 * self.level:.0f} % interval {low:.2g} to {high:.2g}), "
            f"on {self.independent_claims} independent claim{'s' if self.independent_claims != 1 else ''}."
        )

    def counts_sentence(self) -> str | None:
        """Name the difference between what counts say and what officials say of each other; None where there is none.

        The newest direct comparison to which counts alone give a chance of less than one in ten is named, and what
        the answer would be without it.
        """
        alone = self.counts_alone
        if alone is None:
            return None
        first, second, turned = (self.a, self.b, 1) if self.ratio.median >= 1 else (self.b, self.a, -1)
        low, middle, high = sorted(value**turned for value in (alone.ratio.low, alone.ratio.median, alone.ratio.high))
        told = (
            f"Counts alone, without claims that compare producers ({alone.words}), say "
            f"{first} makes {middle:.2g} times as many as {second} ({low:.2g} to {high:.2g})."
        )
        if alone.latest is None or alone.without_latest is None:
            return told
        word = alone.latest.origin
        ahead, behind = (self.a, self.b) if _puts_ahead(word) == (self.a,) else (self.b, self.a)
        chances = (alone.probability_a_ahead, alone.without_latest, self.probability_a_ahead)
        counts, without, with_it = (_small(c if ahead == self.a else 1 - c) for c in chances)
        who = word.speaker or word.publisher or "an unnamed speaker"
        return (
            f"{told} Of what {who} said ({word.published or 'no date'}), that {ahead} makes more than {behind}, counts "
            f"alone give a probability of {counts}: officials and counts do not agree. That statement moves the "
            f"probability that {ahead} is ahead from {without} without it to {with_it} with it."
        )


def _puts_ahead(word: Claim) -> tuple[str, ...]:
    """Whom a comparison puts ahead."""
    return word.other if word.relation == "less" else word.actor


def _round(value: float) -> float:
    return float(f"{value:.4g}")


def _chance(value: float) -> float:
    return round(value, 4)


def _small(chance: float) -> str:
    return f"{100 * chance:.1f} %" if chance >= 0.001 else "under 0.1 %"


def _percent(chance: float) -> str:
    return "over 99.9 %" if chance > 0.999 else f"{100 * chance:.1f} %" if chance > 0.99 else f"{100 * chance:.0f} %"


def _since(since: str | None, months: Sequence[str], chances: Sequence[float]) -> str:
    """Say since when a party is ahead, and in which of these months that is 90 % sure."""
    if since is None:
        return ""
    sure = [month for month, chance in zip(months, chances, strict=True) if month >= since and chance >= 0.9]
    if not sure:
        return f", since {since} (in no month 90 % sure)"
    until = "" if sure[-1] == months[-1] else f" to {sure[-1]}"
    return f", since {since} (90 % sure from {sure[0]}{until})"


def _probabilities(log_ratio: Array) -> Array:
    """P(log ratio > 0) per month from samples (draws, months).

    The share of samples above 0, refined within its step of 1 / draws by their mean and sd, so that it is never
    falsely 0 or 1.
    """
    draws = log_ratio.shape[0]
    above = (log_ratio > 0).sum(axis=0)
    smooth = special.ndtr(log_ratio.mean(axis=0) / log_ratio.std(axis=0))
    return np.asarray(np.clip(smooth, above / (draws + 1), (above + 1) / (draws + 1)))


def _bands(samples: Array, level: float) -> list[Band]:
    low, middle, high = np.quantile(samples, [(1 - level) / 2, 0.5, (1 + level) / 2], axis=0)
    return [Band(float(m), float(lo), float(hi)) for m, lo, hi in zip(middle, low, high, strict=True)]


def _ahead_since(months: Sequence[str], chances: Array, threshold: float) -> str | None:
    """First month of the unbroken run up to the last in which the chance is at least `threshold`; None where none."""
    below = np.flatnonzero(chances < threshold)
    first = int(below[-1]) + 1 if below.size else 0
    return months[first] if first < len(months) else None


def _used_claims(found: Fit, a: str, b: str, month: int) -> tuple[UsedClaim, ...]:
    """Stories by how far they moved the log ratio."""
    moved = found.influence(a, b, month)
    used = [UsedClaim(story, moved[story.id]) for story in found.used(a, b)]
    return tuple(sorted(used, key=lambda claim: (-abs(claim.moved), claim.story.id)))


def _counts_alone(found: Fit, a: str, b: str, month: int, level: float) -> CountsAlone | None:
    """What is left without anybody's comparison of producers; None where nobody compares them, or nothing is left."""
    words = [story for story in found.used(a, b) if story.origin.kind == "comparison"]
    if not words or len(words) == len(found.family.sights):
        return None
    samples = found.log_ratios(a, b, month, found.without([story.id for story in words]))[:, np.newaxis]
    band, chance = _bands(samples, level)[0], float(_probabilities(samples)[0])
    ratio = Band(math.exp(band.median), math.exp(band.low), math.exp(band.high))
    direct = [story for story in words if _is_direct(story.origin, {(a,), (b,)})]
    denied = [w for w in direct if (chance if _puts_ahead(w.origin) == (a,) else 1 - chance) < 0.1]
    latest = max(denied, key=lambda story: (story.origin.published or "", story.id), default=None)
    if latest is None:
        return CountsAlone(chance, ratio, len(words), None)
    left = found.log_ratios(a, b, month, found.without([latest.id]))[:, np.newaxis]
    return CountsAlone(chance, ratio, len(words), latest, float(_probabilities(left)[0]))


def _is_direct(word: Claim, parties: set[tuple[str, ...]]) -> bool:
    """Whether a comparison says of exactly these two parties that one makes more."""
    return {word.actor, word.other} == parties and word.relation in ("more", "less") and word.status == "actual"


def check_day(as_of: str, option: str = "as_of") -> str:
    """Give back a day where it is one; `option` is what it was given as.

    Raises:
        UsageError: it is not `YYYY-MM-DD`.
    """
    try:
        if _DAY.match(as_of):
            return date.fromisoformat(as_of).isoformat()
    except ValueError:
        pass
    raise UsageError(f"{option} {as_of!r} is no day; give it as YYYY-MM-DD, such as 2025-07-01")


def compare(
    claims: Iterable[Claim],
    world: World,
    a: str,
    b: str,
    item: str,
    *,
    as_of: str | None = None,
    level: float = 0.9,
    seed: int = 0,
    priors: Priors | None = None,
) -> Comparison:
    """Compare how much of `item` two parties make, from all claims together.

    `as_of` (`YYYY-MM-DD`, inclusive) uses only claims published by then or, where that is unknown, about times that
    were over by then; default: the day the latest claim was published. `level` is that of the central credible
    intervals. The same claims in any order and the same `seed` give the same answer. Method: docs/method.md.

    Raises:
        UsageError: an unknown actor or item (the message suggests the nearest), twice the same actor, or a bad day.
        NothingFound: no claim known by then bears on one of the actors.
    """
    known = list(claims)
    if a == b:
        raise UsageError(f"{a!r} is compared with itself; name two actors")
    if not 0 < level < 1:
        raise UsageError(f"level {level} is no probability; give a number between 0 and 1, such as 0.9")
    world.check_question((a, b), item)
    day = check_day(as_of) if as_of else last_day(known)
    found = estimate_family(known, world, item, (a, b), day, priors, seed)
    month = month_index(day)
    shown = month - found.family.first + 1
    rates_a, rates_b = found.rates(a)[:, :shown], found.rates(b)[:, :shown]
    log_ratio = np.log(rates_a) - np.log(rates_b)
    chances = _probabilities(log_ratio)
    months = [month_name(found.family.first + at) for at in range(shown)]
    rows = zip(months, _bands(rates_a, level), _bands(rates_b, level), chances.tolist(), strict=True)
    last = _bands(log_ratio[:, -1:], level)[0]
    return Comparison(
        a,
        b,
        item,
        found.family.item,
        day,
        level,
        float(chances[-1]),
        Band(math.exp(last.median), math.exp(last.low), math.exp(last.high)),
        (_ahead_since(months, chances, 0.5), _ahead_since(months, chances, 0.9)),
        (_ahead_since(months, 1 - chances, 0.5), _ahead_since(months, 1 - chances, 0.9)),
        tuple(MonthlyRace(*row) for row in rows),
        _used_claims(found, a, b, month),
        _counts_alone(found, a, b, month, level),
    )
