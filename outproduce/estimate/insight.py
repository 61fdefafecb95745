"""What stands behind an estimate: what each story did to it, how sides lean, and what became of targets.

In: a `Fit`. Out: frozen rows with intervals, for a table or JSON.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from outproduce.estimate.model import VALUE, Array
from outproduce.estimate.months import month_name
from outproduce.estimate.observations import Sight
from outproduce.estimate.rates import Fit
from outproduce.records import Story

STANDS_ABOVE = ("slack", "missing", "variant")  # errors that make a figure another quantity than the output itself


@dataclass(frozen=True, slots=True)
class Moved:
    """What one story did to a party's rate in a month: the rate without it, and the log factor by which it moved it."""

    story: Story
    without: float
    moved: float


@dataclass(frozen=True, slots=True)
class Lean:
    """By what factor speakers of a side put the output of a side too high (above 1), with its interval."""

    side: str
    about: str
    factor: float
    low: float
    high: float
    stories: int


@dataclass(frozen=True, slots=True)
class Target:
    """What became of a target: `met` in time, `late` (first month reached given), `missed` so far, or `open`.

    `figure` is in pieces a month, `reached` the median of what was made (capacity, for a target of capacity) when it
    fell due (for open ones, now), `chance` the probability that it was reached by then.
    """

    story: Story
    due: str
    figure: float
    reached: float
    chance: float
    verdict: str
    late_month: str | None

    def as_json(self) -> dict[str, Any]:
        """Give the target as JSON-ready values."""
        claim = self.story.origin
        rounded = {name: float(f"{getattr(self, name):.4g}") for name in ("figure", "reached", "chance")}
        return {
            "story": self.story.id,
            "actor": list(claim.actor),
            "item": claim.item,
            "kind": claim.kind,
            "speaker": claim.speaker,
            "published": claim.published,
            "due": self.due,
            **rounded,
            "verdict": self.verdict,
            "reached_in": self.late_month,
        }


def find_moved(found: Fit, actor: str, month: int) -> list[Moved]:
    """Give for every story that bears on a party the rate of a month without it, the strongest first."""
    shifts = found.influence(actor, None, month)
    at = month - found.family.first
    rate = float(np.median(found.rates(actor)[:, at]))
    rows = [Moved(story, rate * math.exp(-shifts[story.id]), shifts[story.id]) for story in found.used(actor)]
    return sorted(rows, key=lambda row: (-abs(row.moved), row.story.id))


def find_leans(found: Fit, level: float) -> list[Lean]:
    """Give the bias of each side's speakers towards each side's makers, with central intervals of `level`."""
    first = found.posterior.model.paths
    rows = []
    for at, effect in enumerate(found.family.effects):
        if effect.key[0] != "house":
            continue
        low, middle, high = np.quantile(
            np.exp(found.unknowns[:, first + at]), [(1 - level) / 2, 0.5, (1 + level) / 2]
        ).tolist()
        told = sum(any(other.key == effect.key for other in sight.effects) for sight in found.family.sights)
        rows.append(Lean(str(effect.key[1]), str(effect.key[2]), middle, low, high, told))
    return sorted(rows, key=lambda row: (row.side, row.about))


def find_targets(found: Fit, actor: str, month: int) -> list[Target]:
    """Judge every target of the party and its parts: reached by its time, later, or not yet; the earliest due first."""
    rows = []
    for sight in found.family.sights:
        story = found.stories[sight.story]
        claim = story.origin
        names_it = len(sight.top) == 1 and actor in (sight.top[0], *found.family.world.wholes_above(sight.top[0]))
        if claim.status == "planned" and not sight.bottom and names_it and claim.low is not None:
            rows.append(_judged(found, sight, story, month))
    return sorted(rows, key=lambda row: (row.due, row.story.id))


def _judged(found: Fit, sight: Sight, story: Story, month: int) -> Target:
    """Hold a target against what was made in its months and after them."""
    first, figure = found.family.first, math.exp(sight.value)
    paths = found.rates(sight.top[0]) * _above(found, sight)[:, np.newaxis]
    due = min(sight.months[1], month)
    at_due = paths[:, min(sight.months[0], due) - first : due - first + 1].mean(axis=1)
    chance = float(np.mean(at_due >= figure))
    later = np.flatnonzero((paths[:, due + 1 - first : month - first + 1] >= figure).mean(axis=0) >= 0.5)
    verdict, late = "missed", None
    if sight.months[1] > month:
        verdict = "open"
    elif chance >= 0.5:
        verdict = "met"
    elif later.size:
        verdict, late = "late", month_name(due + 1 + int(later[0]))
    return Target(story, month_name(sight.months[1]), figure, float(np.median(at_due)), chance, verdict, late)


def _above(found: Fit, sight: Sight) -> Array:
    """By what factor the quantity that a figure counts stands above output: slack, less what a narrow item leaves."""
    first = found.posterior.model.paths
    place = {effect.key: at for at, effect in enumerate(found.family.effects)}
    logs = np.zeros(len(found.unknowns))
    for effect in sight.effects:
        if effect.key[0] in STANDS_ABOVE:
            logs = logs + effect.sign * np.exp(found.unknowns[:, first + place[effect.key]])
    return np.asarray(np.exp(logs))


def find_points(found: Fit, actor: str) -> list[tuple[str, float]]:
    """Give the figures that claims tell of the party's output, by middle month, in pieces a month; no targets."""
    return [
        (month_name((sight.months[0] + sight.months[1]) // 2), math.exp(sight.value))
        for sight in found.family.sights
        if sight.top == (actor,)
        and not sight.bottom
        and sight.kind == VALUE
        and found.stories[sight.story].origin.status == "actual"
    ]
