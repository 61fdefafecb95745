"""One item's parties and all that is said of them, as one model: whose paths, which observations, which errors.

In: stories, a world, an item. Out: a `Family`, ready to be fitted.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from scipy import sparse

from outproduce.errors import NothingFound
from outproduce.estimate.model import LINKS, Array, Model, Observations, Prior, join_priors, walk_prior
from outproduce.estimate.months import Span, month_index
from outproduce.estimate.observations import Effect, Sight, clipped, find_sights
from outproduce.estimate.priors import Priors
from outproduce.estimate.scales import Scale
from outproduce.estimate.shares import ShareTree, share_tree
from outproduce.estimate.world import World
from outproduce.records import Story


@dataclass(frozen=True)
class Family:
    """One item's parties and observations, ready to be fitted.

    `tree` is how the parties make each other up; every party is the sum of the tree's leaves that belong to it.
    `level` and `level_sd` are the prior of each party's level (or share logit) at `first`. Months are inclusive.
    """

    item: str
    world: World
    priors: Priors
    first: int
    last: int
    tree: ShareTree
    sights: tuple[Sight, ...]
    level: Array
    level_sd: Array

    @property
    def months(self) -> int:
        """Number of months."""
        return self.last - self.first + 1

    @property
    def leaves(self) -> tuple[str, ...]:
        """Parties with output of their own, in the order of the cells."""
        return tuple(self.tree.names[at] for at in self.tree.leaves)

    @cached_property
    def members(self) -> dict[str, dict[int, Span]]:
        """For every party: the leaves that make it up, each with the first and last month (inclusive) it belongs."""
        found: dict[str, dict[int, Span]] = {}
        for column, leaf in enumerate(self.leaves):
            for whole, (since, until) in self.world.memberships(leaf).items():
                span = (
                    month_index(since) if since else self.first,
                    month_index(until, last=True) if until else self.last,
                )
                found.setdefault(whole, {})[column] = span
        return found

    def weights(self, actors: Iterable[str], months: Span) -> dict[int, float]:
        """Weights, by cell (leaf * months + month), of the mean monthly rate of the parties together."""
        count = months[1] - months[0] + 1
        cells: dict[int, float] = {}
        for actor in actors:
            for leaf, (since, until) in self.members.get(actor, {}).items():
                for month in range(max(months[0], since), min(months[1], until) + 1):
                    cells[leaf * self.months + month - self.first] = 1.0 / count
        return cells

    @property
    def scales(self) -> tuple[Scale, ...]:
        """Spreads that are searched, as multiples of those in the priors."""
        priors = self.priors
        sds = {"walk": priors.walk_log_sd, "noise": priors.noise_log_sd, "house": priors.house_log_sd}
        return tuple(Scale(name, 1.0, sd) for name, sd in sds.items())

    @cached_property
    def effects(self) -> tuple[Effect, ...]:
        """Every shared error once."""
        return tuple({effect.key: effect for sight in self.sights for effect in sight.effects}.values())

    @cached_property
    def observations(self) -> Observations:
        """The sights as matrices, at the scales of the priors."""
        shape = (len(self.sights), len(self.leaves) * self.months)
        place = {effect.key: index for index, effect in enumerate(self.effects)}
        shared = [{place[effect.key]: effect.sign for effect in sight.effects} for sight in self.sights]
        return Observations(
            _rows([self.weights(sight.top, sight.months) for sight in self.sights], shape),
            _rows([self.weights(sight.bottom, sight.base) if sight.base else {} for sight in self.sights], shape),
            _rows(shared, (shape[0], len(place))),
            np.array([sight.value for sight in self.sights]),
            np.array([sight.sd for sight in self.sights]),
            np.array([sight.kind for sight in self.sights], dtype=np.int8),
        )

    def model(self, scales: Mapping[str, float]) -> Model:
        """Build the model at given multiples of the priors' spreads: `walk`, `noise` and `house`."""
        sd = np.array([effect.sd * (scales[effect.scale] if effect.scale else 1.0) for effect in self.effects])
        positive = np.array([effect.positive for effect in self.effects], dtype=bool)
        variances = [*(path.variance for path in self._path_priors(scales["walk"])), sd**2]
        prior = replace(self._plain_prior, variance=np.concatenate(variances))
        return Model(
            prior, self.observations, self.tree, positive, LINKS["log"], self.priors.freedom, self.priors.lapse
        )

    @cached_property
    def _plain_prior(self) -> Prior:
        """The prior at the spreads that `priors` gives; other scales change its variances alone."""
        mean, sd = (np.array([getattr(effect, name) for effect in self.effects]) for name in ("middle", "sd"))
        return join_priors(self._path_priors(1.0), mean, sd)

    def _path_priors(self, walk: float) -> list[Prior]:
        """Priors of the parties' paths: a local linear trend for a whole, a random walk for a share."""
        priors, steps = self.priors, np.full(self.tree.knots - 1, float(self.tree.every))
        whole, part = (
            (priors.step * walk, (priors.slope * walk, priors.slope_fade)),
            (priors.share_step * walk, (0.0, 1.0)),
        )
        kinds = [whole if above < 0 else part for above in self.tree.parent]
        levels = zip(self.level.tolist(), self.level_sd.tolist(), strict=True)
        return [walk_prior(steps, level, *kind) for kind, level in zip(kinds, levels, strict=True)]


def _rows(rows: Sequence[Mapping[int, float]], shape: tuple[int, int]) -> sparse.csr_matrix:
    at = [row for row, cells in enumerate(rows) for _ in cells]
    columns = [column for cells in rows for column in cells]
    data = [weight for cells in rows for weight in cells.values()]
    return sparse.csr_matrix((data, (at, columns)), shape=shape)


def _connected(sights: list[Sight], leaves_of: Mapping[str, set[str]], asked: Iterable[str]) -> list[Sight]:
    """Keep the sights that hang together, through shared leaves, with the parties asked."""
    reached = {leaf for actor in asked for leaf in leaves_of[actor]}
    touched = [{leaf for who in (*sight.top, *sight.bottom) for leaf in leaves_of[who]} for sight in sights]
    grew = True
    while grew:
        before = len(reached)
        for leaves in touched:
            if leaves & reached:
                reached |= leaves
        grew = len(reached) > before
    return [sight for sight, leaves in zip(sights, touched, strict=True) if leaves & reached]


def _leaves_of(world: World, labels: Iterable[str]) -> dict[str, set[str]]:
    """Leaves of every party: all labels that are part of it and are not wholly made of others."""
    found: dict[str, set[str]] = {label: set() for label in labels}
    for label in tuple(found):
        if label not in world.covers:
            for whole in world.memberships(label):
                found.setdefault(whole, set()).add(label)
    return found


def _guess(name: str, said: Mapping[str, float], world: World, typical: float) -> float:
    """Rough log rate of a party: what is said of it, else of its parts or its wholes and its share of them."""
    if name in said:
        return said[name]
    for part, share in world.covers.get(name, {}).items():
        if part in said:
            return said[part] - math.log(share)
    whole = next((whole for whole in world.wholes_above(name) if whole in said), None)
    if whole is not None:
        return said[whole] + math.log(world.covers.get(whole, {}).get(name, 0.2))
    return typical


def _levels(sights: Sequence[Sight], tree: ShareTree, world: World, priors: Priors) -> tuple[Array, Array]:
    """Prior middle and sd of each party's level at the first month (docs/method.md, "Levels")."""
    heard: dict[str, list[float]] = {}
    for sight in sights:
        if not sight.bottom and not sight.wide and len(sight.top) == 1:
            heard.setdefault(sight.top[0], []).append(sight.value)
    said = {actor: float(np.median(values)) for actor, values in heard.items()}
    told = [value for values in heard.values() for value in values]
    typical = float(np.median(told)) if told else math.log(priors.unheard_rate)
    means, sds = [], []
    for name, above in zip(tree.names, tree.parent, strict=True):
        if above < 0:
            means.append(_guess(name, said, world, typical))
            sds.append(priors.level if told else priors.unheard)
            continue
        whole = tree.names[above]
        rough = world.covers.get(whole, {})
        share = rough.get(name, priors.silent_share)
        if name in said:
            share = min(math.exp(said[name] - _guess(whole, said, world, typical)), 0.6)
        means.append(math.log(share) if whole in world.covers else math.log(share / (1 - share)))
        sds.append(priors.silent if name in rough and name not in said else priors.share)
    return np.array(means), np.array(sds)


def build_family(
    stories: Sequence[Story], world: World, item: str, actors: Sequence[str], priors: Priors, month: int
) -> Family:
    """Gather what bears on the parties' output of `item` up to `month` and, for targets, a year beyond.

    Raises:
        NothingFound: no story bears on one of the parties.
    """
    sights = find_sights(list(stories), world, item, priors)
    inside = [clipped(sight, month - priors.look_back, month + priors.look_ahead) for sight in sights]
    seen = [sight for sight in inside if sight is not None]
    named = {who for sight in seen for who in (*sight.top, *sight.bottom)}
    seen = _connected(seen, _leaves_of(world, world.with_parts([*named, *actors])), actors)
    labels = world.with_parts([*actors, *(who for sight in seen for who in (*sight.top, *sight.bottom))])
    leaves_of = _leaves_of(world, labels)
    for actor in actors:
        telling = [who for sight in seen if sight.tells_level for who in (*sight.top, *sight.bottom)]
        if not any(leaves_of[actor] & leaves_of[who] for who in telling):
            made = world.names.get(item, item)
            raise NothingFound(f"no claim bears on the {made} that {actor} makes; import or read more, or widen as_of")
    spans = [span for sight in seen for span in (sight.months, sight.base) if span is not None]
    first = min(min(span[0] for span in spans), month - 1)
    last = max(month, *(span[1] for span in spans))
    tree = share_tree({label: world.wholes_above(label) for label in labels}, world.covers, last - first + 1)
    return Family(item, world, priors, first, last, tree, tuple(seen), *_levels(seen, tree, world, priors))
