"""Stories to monthly rates: the joint posterior of every party's output of one item, month by month.

In: stories, a world, an item. Out: a `Fit` that gives samples of any party's or bloc's rate, and what each story did to
them. Pure and deterministic: the same stories in any order and the same seed give the same answer.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from outproduce.errors import NothingFound, UsageError
from outproduce.estimate.family import Family, build_family
from outproduce.estimate.laplace import Posterior, refit_without
from outproduce.estimate.model import Array
from outproduce.estimate.months import month_index, month_name
from outproduce.estimate.priors import Priors
from outproduce.estimate.refining import Draws, refine
from outproduce.estimate.scales import Found, search_scales
from outproduce.estimate.world import World
from outproduce.ledger.stories import find_stories
from outproduce.records import Claim, Estimate, Story


@dataclass(frozen=True)
class Fit:
    """A fitted family: the fits at the scales found, and joint samples of every cell's rate."""

    family: Family
    found: Found
    stories: Mapping[str, Story]
    seed: int

    @property
    def posterior(self) -> Posterior:
        """Fit at the best scales."""
        return self.found.best

    @cached_property
    def draws(self) -> Draws:
        """Joint samples of all unknowns and of the scales."""
        return self._draw(self.found)

    @property
    def unknowns(self) -> Array:
        """Joint samples of all unknowns, shape (draws, unknowns)."""
        return self.draws.unknowns

    def _draw(self, found: Found) -> Draws:
        return refine(self.family.model, self.family.scales, found, self.family.priors.draws, self.seed)

    @cached_property
    def _rates(self) -> Array:
        """Samples of the leaves' rates in pieces a month, shape (draws, leaves, months)."""
        values = np.exp(self.posterior.cells(self.unknowns))
        return values.reshape(-1, len(self.family.leaves), self.family.months)

    def rates(self, actor: str) -> Array:
        """Joint samples of one party's rate in pieces a month, shape (draws, months).

        Raises:
            NothingFound: no story bears on that party.
        """
        members = self.family.members.get(actor)
        if not members:
            raise NothingFound(f"no claim bears on what {actor} makes; import or read more")
        inside = np.zeros((len(self.family.leaves), self.family.months))
        for leaf, (since, until) in members.items():
            inside[leaf, max(since - self.family.first, 0) : until - self.family.first + 1] = 1.0
        return np.asarray(np.einsum("dlm,lm->dm", self._rates, inside))

    def log_ratio(self, a: str, b: str | None, month: int, posterior: Posterior | None = None) -> float:
        """Log of a's rate over b's in one month at the posterior mode (of another fit of the family where given).

        Where `b` is None, the log of a's rate alone, in pieces a month.
        """
        chosen = posterior or self.posterior
        values = np.exp(chosen.cells(chosen.u[np.newaxis])[0])
        sums = []
        for actor in (a, b) if b else (a,):
            weights = self.family.weights((actor,), (month, month))
            sums.append(sum(values[cell] * weight for cell, weight in weights.items()))
        return math.log(sums[0] / (sums[1] if b else 1.0))

    def log_ratios(self, a: str, b: str, month: int, posterior: Posterior) -> Array:
        """Samples of the log of a's rate over b's in one month from another fit of the family, shape (draws,)."""
        drawn = self._draw(Found(self.found.scales, posterior, ())).unknowns
        values = np.exp(posterior.cells(drawn))
        sums = [values[:, list(self.family.weights((actor,), (month, month)))].sum(axis=1) for actor in (a, b)]
        return np.asarray(np.log(sums[0] / sums[1]))

    def ratio_gradient(self, a: str, b: str | None, month: int) -> Array:
        """Give the derivative of `log_ratio` by the unknowns, at the mode."""
        cells, by_state = self.family.tree.at(self.posterior.u[: self.family.tree.states])
        values = np.exp(cells)
        by_cell = np.zeros(values.size)
        for actor, sign in ((a, 1.0), (b, -1.0)):
            if actor is not None:
                at = np.array(list(self.family.weights((actor,), (month, month))))
                by_cell[at] += sign * values[at] / values[at].sum()
        return np.concatenate([by_state.T @ by_cell, np.zeros(self.posterior.model.positive.size)])

    def influence(self, a: str, b: str | None, month: int, refits: int = 10) -> dict[str, float]:
        """How far each story moves `log_ratio`: with it, less without it.

        One solve for all gives the first order, each one's own leverage included; the strongest `refits` are fitted
        again without it, the scales as they are.
        """
        slopes = self.posterior.slopes
        toward = slopes.jacobian @ self.posterior.curvature.solve(self.ratio_gradient(a, b, month))
        spread = self.posterior.curvature.solve(slopes.jacobian.T.toarray())
        leverage = np.einsum("ij,ji->i", slopes.jacobian.toarray(), spread)
        steps = -toward * slopes.first / np.maximum(1.0 - leverage * slopes.second, 0.1)
        moved = {sight.story: float(shift) for sight, shift in zip(self.family.sights, steps, strict=True)}
        now = self.log_ratio(a, b, month)
        for story in sorted(moved, key=lambda story: (-abs(moved[story]), story))[:refits]:
            moved[story] = now - self.log_ratio(a, b, month, self.without([story]))
        return moved

    def without(self, stories: Iterable[str]) -> Posterior:
        """Fit again without these stories, the scales as they are; for `log_ratio`."""
        left_out = set(stories)
        rows = np.array([sight.story in left_out for sight in self.family.sights], dtype=np.bool_)
        return refit_without(self.posterior, rows)

    def used(self, *actors: str) -> list[Story]:
        """Stories that say something of these parties or of parties that share a part with them, by id."""
        wanted = {leaf for actor in actors for leaf in self.family.members.get(actor, {})}
        found = {
            sight.story
            for sight in self.family.sights
            if any(leaf in wanted for who in (*sight.top, *sight.bottom) for leaf in self.family.members[who])
        }
        return [self.stories[story] for story in sorted(found)]

    def biases(self) -> dict[tuple[str, str], tuple[float, float]]:
        """House effects by side and whom it speaks of: mean and sd of the log factor; positive is too much."""
        first = self.posterior.model.paths
        return {
            (str(effect.key[1]), str(effect.key[2])): (
                float(self.posterior.u[first + index]),
                float(self.unknowns[:, first + index].std()),
            )
            for index, effect in enumerate(self.family.effects)
            if effect.key[0] == "house"
        }


def counted_item(world: World, item: str) -> str:
    """Item in which a question is counted: itself, or the one the world names for a whole class."""
    return world.counted_in.get(item, item)


def check_countable(world: World, item: str) -> None:
    """Refuse the root of an item tree, which is no one thing, unless the world says how it is counted.

    Raises:
        UsageError: names the classes under it.
    """
    classes = [below for below, above in world.parents.items() if above == item]
    if classes and world.parents[item] is None and item not in world.counted_in:
        raise UsageError(f"{item!r} are too many things to count together; ask about {', '.join(classes)}")


def known_by(claim: Claim, day: str) -> bool:
    """Whether the claim was public on `day`: published by then or, where unknown, about a time over by then."""
    if claim.published is not None:
        return claim.published <= day
    if claim.when is None:
        return False
    return claim.when[1] <= day[: len(claim.when[1])]


def last_day(claims: Iterable[Claim]) -> str:
    """Day on which the latest of the claims was published.

    Raises:
        NothingFound: none has a publication date.
    """
    day = max((claim.published for claim in claims if claim.published), default=None)
    if day is None:
        raise NothingFound("no claim has a publication date; give the day to estimate for as as_of, or read more")
    return day


def estimate_family(
    claims: Iterable[Claim],
    world: World,
    item: str,
    actors: Sequence[str],
    as_of: str | None = None,
    priors: Priors | None = None,
    seed: int = 0,
) -> Fit:
    """Estimate the monthly output of `item` by `actors` and by everybody whose claims bear on theirs.

    `as_of` (`YYYY-MM-DD`, inclusive) uses only claims public by then and is the last month asked; default: the day of
    the latest claim. Rates are in pieces a month.

    Raises:
        UsageError: an actor or the item is unknown, or the item is everything at once.
        NothingFound: no claim bears on one of the actors.
    """
    world.check_question(actors, item)
    check_countable(world, item)
    chosen = priors or Priors()
    given = list(claims)
    day = as_of or last_day(given)
    stories = find_stories([claim for claim in given if known_by(claim, day)], parents=world.parents)
    month = month_index(day)
    family = build_family(stories, world, counted_item(world, item), actors, chosen, month)
    found = search_scales(family.model, family.scales, tries=chosen.tries, neighbours=False)
    return Fit(family, found, {story.id: story for story in stories}, seed)


def estimate_series(
    claims: Iterable[Claim],
    world: World,
    actor: str,
    item: str,
    as_of: str | None = None,
    level: float = 0.9,
    seed: int = 0,
) -> list[Estimate]:
    """Estimate one party's monthly rate of one item, oldest month first, with central intervals of `level`.

    `stories` of each row is the number of independent claims behind the whole series. Errors as `estimate_family`.
    """
    given = list(claims)
    day = as_of or last_day(given)
    return series_of(estimate_family(given, world, item, (actor,), day, seed=seed), actor, month_index(day), level)


def series_of(found: Fit, actor: str, month: int, level: float) -> list[Estimate]:
    """Summarise a fit's samples of one party up to `month`."""
    low, middle, high = np.quantile(found.rates(actor), [(1 - level) / 2, 0.5, (1 + level) / 2], axis=0)
    count = len(found.used(actor))
    return [
        Estimate(
            actor,
            found.family.item,
            month_name(found.family.first + at),
            float(middle[at]),
            float(low[at]),
            float(high[at]),
            level,
            count,
        )
        for at in range(month - found.family.first + 1)
    ]
