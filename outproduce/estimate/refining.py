"""Gaussian draws made exact: every draw walks by Hamiltonian Monte Carlo, all of them side by side.

In: a search over scales that ended in a Gaussian approximation. Out: joint draws of unknowns and scales from the
posterior itself, tails, slack and scales included. Source: docs/method.md.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from threadpoolctl import threadpool_limits

from outproduce.estimate.misfit import predict_many, tell_misfit
from outproduce.estimate.model import Array, Model
from outproduce.estimate.scales import Found, Scale

SEEN = 0.15  # directions in which the observations narrow the prior by less than this share are left as they are


@dataclass(frozen=True, slots=True)
class Draws:
    """Joint draws: `unknowns` has shape (draws, unknowns), `scales` one value a draw; `accepted` is the share kept."""

    unknowns: Array
    scales: Mapping[str, Array]
    accepted: float


@dataclass(frozen=True, slots=True)
class Walk:
    """How draws walk: `chains` side by side, each `burn` flights before the first that is kept.

    A flight is `kicks` kicks, between which the Gaussian turns by `angle` radians.
    """

    chains: int = 100
    burn: int = 3
    kicks: int = 9
    angle: float = 0.16


class _Space:
    """The posterior, and the metric in which its Gaussian approximation is a standard one; points stand in columns.

    Coordinates are the prior's own independent steps and the logarithms of the scales, in prior sds, less those of the
    mode. `logs` (unknowns x scales) is by how much a scale's prior sd widens each step, `start` where the scales stand.
    """

    def __init__(self, found: Found, logs: Array, start: Array) -> None:
        best = found.best
        self.model, self.logs, self.start = best.model, logs, start[:, np.newaxis]
        prior = self.model.prior
        self.sd = np.sqrt(prior.variance)[:, np.newaxis]
        steps = (prior.differences @ best.u - prior.offset)[:, np.newaxis] / self.sd
        self.centre = np.concatenate([steps, self.start])
        by_step = (best.slopes.jacobian @ prior.sums).toarray() * self.sd.T
        seen = np.hstack([by_step, by_step @ (logs * steps)]) * np.sqrt(best.slopes.steps)[:, np.newaxis]
        _, size, axes = np.linalg.svd(seen, full_matrices=False)
        width = 1.0 / np.sqrt(1.0 + size**2)
        known = width < 1.0 - SEEN
        self.axes, self.width = axes[known], width[known, np.newaxis]
        self.kinds, self.kind_of = np.unique(logs, axis=0, return_inverse=True)

    def widen(self, points: Array, power: float) -> Array:
        """Multiply by the approximation's sd, to a power, along the directions that the observations see."""
        return np.asarray(points + self.axes.T @ ((self.width**power - 1.0) * (self.axes @ points)))

    def unfold(self, away: Array) -> tuple[Array, Array, Array]:
        """Coordinates, every step's sd, and the unknowns of the model."""
        x, count, prior = self.centre + away, self.sd.size, self.model.prior
        wide = np.exp(self.kinds @ (x[count:] - self.start))[self.kind_of.ravel()] * self.sd
        return x, wide, np.asarray(prior.sums @ (prior.offset[:, np.newaxis] + wide * x[:count]))

    def look(self, away: Array) -> tuple[Array, Array]:
        """Negative log density, and its derivative, as the metric sees it, less that of the Gaussian."""
        x, wide, unknowns = self.unfold(away)
        predictions, pull = predict_many(self.model, unknowns)
        misfit, slope = tell_misfit(self.model, predictions)
        by_step = (self.model.prior.sums.T @ pull(slope)) * wide
        by_x = x + np.concatenate([by_step, self.logs.T @ (by_step * x[: self.sd.size])])
        return 0.5 * np.einsum("ij,ij->j", x, x) + misfit, self.widen(by_x, 2.0) - away

    def energy(self, speed: Array) -> Array:
        """Half the squared speed in the metric."""
        plain = self.widen(speed, -1.0)
        return np.asarray(0.5 * np.einsum("ij,ij->j", plain, plain))


def refine(
    build: Callable[[dict[str, float]], Model],
    scales: tuple[Scale, ...],
    found: Found,
    count: int,
    seed: int,
    walk: Walk | None = None,
) -> Draws:
    """Draw `count` times from the posterior, beginning with the Gaussian around the best fit.

    Between kicks the Gaussian is followed exactly, so that a kick carries only what the Gaussian gets wrong; Metropolis
    makes the rest exact. The scales may change the prior only, not the observations.
    """
    with threadpool_limits(limits=1, user_api="blas"):
        return _walked(build, scales, found, count, seed, walk or Walk())


def _walked(
    build: Callable[[dict[str, float]], Model],
    scales: tuple[Scale, ...],
    found: Found,
    count: int,
    seed: int,
    chosen: Walk,
) -> Draws:
    start = np.array([np.log(found.scales[s.name] / s.median) / s.log_sd for s in scales])
    logs = np.stack([_widening(build, found, s) for s in scales], axis=1)
    space, rng = _Space(found, logs, start), np.random.default_rng(seed)
    chains = min(chosen.chains, count)
    here = rng.standard_normal((space.centre.size, chains))
    here[-start.size :] *= 0.5
    here = space.widen(here, 1.0)
    level, force = space.look(here)
    kept, accepted = [], []
    for at in range(chosen.burn + -(-count // chains)):
        there, there_level, there_force, rise = _fly(space, here, level, force, rng, chosen)
        keep = np.log(rng.random(chains)) < -rise
        here, force = np.where(keep, there, here), np.where(keep, there_force, force)
        level = np.where(keep, there_level, level)
        if at >= chosen.burn:
            kept.append(here)
            accepted.append(keep.mean())
    drawn = np.hstack(kept)[:, :count]
    x, _, unknowns = space.unfold(drawn)
    logs_of = x[space.sd.size :]
    spread = {s.name: s.median * np.exp(s.log_sd * logs_of[at]) for at, s in enumerate(scales)}
    return Draws(np.ascontiguousarray(unknowns.T), spread, float(np.mean(accepted)))


def _fly(
    space: _Space, here: Array, level: Array, force: Array, rng: np.random.Generator, walk: Walk
) -> tuple[Array, Array, Array, Array]:
    """Fly from where the draws are, with new speeds: where they land, its level and force, and the rise in energy."""
    speed = space.widen(rng.standard_normal(here.shape), 1.0)
    begin = level + space.energy(speed)
    cos, sin = np.cos(walk.angle), np.sin(walk.angle)
    speed = speed - 0.5 * walk.angle * force
    for at in range(walk.kicks):
        here, speed = cos * here + sin * speed, cos * speed - sin * here
        level, force = space.look(here)
        speed = speed - (1.0 if at + 1 < walk.kicks else 0.5) * walk.angle * force
    return here, level, force, level + space.energy(speed) - begin


def _widening(build: Callable[[dict[str, float]], Model], found: Found, scale: Scale) -> Array:
    """By how much the logarithm of every prior step's sd grows with one prior sd of a scale's logarithm."""
    wider = build(found.scales | {scale.name: found.scales[scale.name] * float(np.exp(scale.log_sd))})
    return np.asarray(0.5 * np.log(wider.prior.variance / found.best.model.prior.variance)).round(12)
