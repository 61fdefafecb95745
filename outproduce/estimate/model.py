"""What a fit is given: a Gaussian prior of paths and shared effects, and observations of functions of them.

In: spreads, steps and weights. Out: a `Model`. Nothing here knows what a series, a claim or a poll is.
Source: docs/method.md.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

import numpy as np
import numpy.typing as npt
from scipy import sparse, special

Array = npt.NDArray[np.float64]
VALUE, AT_LEAST, AT_MOST = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Link:
    """How the latent scale maps to values: `back(link(value)) == value`; `slope` is the derivative of `back`."""

    link: Callable[[Array], Array]
    back: Callable[[Array], Array]
    slope: Callable[[Array], Array]


def bounded_exp(x: Array) -> Array:
    """Exponential that cannot overflow while a search tries wild values."""
    clipped: Array = np.clip(x, -300.0, 300.0)
    return np.exp(clipped, out=clipped)


def _logistic_slope(x: Array) -> Array:
    p = special.expit(x)
    return np.asarray(p * (1.0 - p), dtype=float)


LINKS: dict[str, Link] = {
    "identity": Link(lambda v: v, lambda x: x, np.ones_like),
    "log": Link(np.log, bounded_exp, bounded_exp),
    "logit": Link(special.logit, special.expit, _logistic_slope),
}


@dataclass(frozen=True, slots=True)
class Prior:
    """`differences @ u - offset` is independent Gaussian with `variance`; `differences` has determinant one.

    `sums` is the inverse of `differences`.
    """

    differences: sparse.csr_matrix
    sums: sparse.csr_matrix
    offset: Array
    variance: Array

    def mean(self) -> Array:
        """Prior mean of the unknowns."""
        return np.asarray(self.sums @ self.offset, dtype=float)

    def spread(self, vectors: Array) -> Array:
        """Prior covariance times vectors, shape (unknowns,) or (unknowns, k)."""
        pulled = self.sums.T @ vectors
        return np.asarray(self.sums @ (pulled.T * self.variance).T, dtype=float)

    def pull(self, u: Array) -> Array:
        """Gradient of half the squared distance from the prior."""
        return np.asarray(self.differences.T @ ((self.differences @ u - self.offset) / self.variance))


@dataclass(frozen=True, slots=True)
class Observations:
    """`M` observations of `link(top @ back(cells)) - link(bottom @ back(cells)) + effects`, on the link scale.

    `top`, `bottom`: M x cells weights on the value scale; a row of `bottom` without weights means no second term.
    `effects`: M x E signs. `kind` is VALUE, AT_LEAST (the truth is at least `value`) or AT_MOST.
    """

    top: sparse.csr_matrix
    bottom: sparse.csr_matrix
    effects: sparse.csr_matrix
    value: Array
    sd: Array
    kind: npt.NDArray[np.int8]

    def without(self, rows: npt.NDArray[np.bool_]) -> Observations:
        """Leave out the marked rows."""
        keep = ~rows
        return Observations(
            self.top[keep],
            self.bottom[keep],
            self.effects[keep],
            self.value[keep],
            self.sd[keep],
            self.kind[keep],
        )


class CellMap(Protocol):
    """How path states become cells on the link scale."""

    @property
    def states(self) -> int:
        """Number of path states."""
        ...

    def at(self, states: Array) -> tuple[Array, sparse.csr_matrix]:
        """Cells and their Jacobian, cells x states."""
        ...

    def many(self, states: Array) -> Array:
        """Cells for states of shape (count, states)."""
        ...

    def traced(self, states: Array) -> tuple[Array, Callable[[Array], Array]]:
        """Cells for states in columns, and the function that turns a derivative by the cells into one by the states."""
        ...


@dataclass(frozen=True, slots=True)
class LinearCells:
    """Cells that are sums of path states: `mix` is cells x states."""

    mix: sparse.csr_matrix

    @property
    def states(self) -> int:
        """Number of path states."""
        return int(self.mix.shape[1])

    def at(self, states: Array) -> tuple[Array, sparse.csr_matrix]:
        """Cells and their Jacobian."""
        return self.mix @ states, self.mix

    def many(self, states: Array) -> Array:
        """Cells for states of shape (count, states)."""
        return np.asarray((self.mix @ states.T).T)

    def traced(self, states: Array) -> tuple[Array, Callable[[Array], Array]]:
        """Cells for states in columns, and the function that turns a derivative by the cells into one by the states."""
        return self.mix @ states, lambda by_cell: np.asarray(self.mix.T @ by_cell)


@dataclass(frozen=True, slots=True)
class Model:
    """Everything one fit needs.

    The unknowns are the path states first, then the effects; `cells` maps the states to the cells on the link scale;
    `positive` marks the effects that enter as their exponential, so that they cannot be negative. `freedom` are
    the degrees of freedom of the heavy tails; `lapse` is the chance that a one-sided word means nothing at all.
    """

    prior: Prior
    observations: Observations
    cells: CellMap
    positive: npt.NDArray[np.bool_]
    link: Link
    freedom: float = 4.0
    lapse: float = 0.05

    @property
    def paths(self) -> int:
        """Number of path states; the effects stand behind them."""
        return self.cells.states


def walk_prior(steps: Array, level: tuple[float, float], step_sd: float, slope: tuple[float, float]) -> Prior:
    """Prior of one local linear trend over `steps.size + 1` times; `steps` are the gaps between them.

    `level` is mean and sd at the first time. `step_sd` is the random walk's sd over a gap of 1. `slope` is the sd that
    slopes settle at and the factor by which they fade over a gap of 1. Unknowns: all levels, then all slopes; with a
    slope sd of 0 the path is a plain random walk and there are levels alone.
    """
    slope_sd, fade = slope
    kept = fade**steps
    matrix = _differences(tuple(steps.tolist()), tuple(kept.tolist()) if slope_sd else None)
    offset = np.zeros(matrix[0].shape[0])
    offset[0] = level[0]
    variance = [np.array([level[1] ** 2]), step_sd**2 * steps]
    if slope_sd:
        variance += [np.array([slope_sd**2]), slope_sd**2 * (1.0 - kept**2)]
    return Prior(*matrix, offset, np.maximum(np.concatenate(variance), 1e-14))


@lru_cache(maxsize=64)
def _differences(
    steps: tuple[float, ...], kept: tuple[float, ...] | None
) -> tuple[sparse.csr_matrix, sparse.csr_matrix]:
    """Difference operator of a path and its inverse; `kept` is what is left of a slope after each gap."""
    count = len(steps) + 1
    matrix = np.eye(count if kept is None else 2 * count)
    later = np.arange(1, count)
    matrix[later, later - 1] = -1.0
    if kept is not None:
        matrix[later, count + later - 1] = -np.array(steps)
        matrix[count + later, count + later - 1] = -np.array(kept)
    return sparse.csr_matrix(matrix), sparse.csr_matrix(np.linalg.inv(matrix).round(15))


def join_priors(priors: list[Prior], effect_mean: Array, effect_sd: Array) -> Prior:
    """Stack independent priors of paths and, behind them, independent effects."""
    alone = sparse.eye(effect_mean.size, format="csr")
    return Prior(
        sparse.block_diag([*(prior.differences for prior in priors), alone], format="csr"),
        sparse.block_diag([*(prior.sums for prior in priors), alone], format="csr"),
        np.concatenate([*(prior.offset for prior in priors), effect_mean]),
        np.concatenate([*(prior.variance for prior in priors), effect_sd**2]),
    )
