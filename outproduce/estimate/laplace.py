"""The numeric core of every estimate: the mode of a model's posterior, its curvature there, and its evidence.

In: a `Model`. Out: a `Posterior` with the Laplace evidence and joint samples. Source: docs/method.md.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
import numpy.typing as npt
from scipy import linalg, sparse
from scipy.sparse.linalg import splu

from outproduce.errors import EstimateError
from outproduce.estimate.misfit import Slopes, column, find_slopes, scale_rows
from outproduce.estimate.model import Array, Model, Prior

FEW = 400  # up to so many observations it is quicker to factorise among them than among the unknowns


@dataclass(frozen=True, slots=True)
class Posterior:
    """Gaussian approximation around the mode `u`; `evidence` is the Laplace log marginal likelihood."""

    model: Model
    u: Array
    curvature: Curvature
    slopes: Slopes
    evidence: float

    def samples(self, count: int, seed: int) -> Array:
        """Draw `count` joint samples of the unknowns, shape (count, unknowns), in antithetic pairs."""
        rng = np.random.default_rng(seed)
        half = (count + 1) // 2
        prior = self.model.prior
        scaled = prior.differences.T @ (rng.standard_normal((prior.variance.size, half)) / column(prior.variance**0.5))
        root = column(np.sqrt(self.slopes.second))
        scaled = scaled + self.slopes.jacobian.T @ (rng.standard_normal((root.size, half)) * root)
        shift = self.curvature.solve(np.asarray(scaled)).T
        return np.concatenate([self.u + shift, self.u - shift])[:count]

    def cells(self, unknowns: Array) -> Array:
        """Cells on the link scale for unknowns of shape (count, unknowns)."""
        return self.model.cells.many(unknowns[:, : self.model.paths])


class Curvature(Protocol):
    """Prior precision plus the observations' curvature; `log_volume` is its log determinant less the precision's."""

    log_volume: float

    def solve(self, vectors: Array) -> Array:
        """Inverse times vectors, shape (unknowns,) or (unknowns, k)."""
        ...


class SparseCurvature:
    """Factorised among the unknowns: for many observations, each of few unknowns."""

    def __init__(self, prior: Prior, jacobian: sparse.csr_matrix, weights: Array) -> None:
        precision = prior.differences.T @ scale_rows(prior.differences, 1.0 / prior.variance)
        total = (precision + jacobian.T @ scale_rows(jacobian, weights)).tocsc()
        self._factor = splu(total, permc_spec="MMD_AT_PLUS_A", options={"SymmetricMode": True})
        log_det = float(np.log(np.abs(self._factor.U.diagonal())).sum())
        self.log_volume = log_det + float(np.log(prior.variance).sum())

    def solve(self, vectors: Array) -> Array:
        """Inverse times vectors."""
        return np.asarray(self._factor.solve(vectors), dtype=float)


class DenseCurvature:
    """Factorised among the observations: for few of them, each of many unknowns."""

    def __init__(self, prior: Prior, jacobian: sparse.csr_matrix, weights: Array) -> None:
        self._prior, self._rows = prior, scale_rows(jacobian, np.sqrt(weights))
        reach = (self._rows @ prior.sums).toarray() * np.sqrt(prior.variance)
        self._factor = linalg.cho_factor(np.eye(weights.size) + reach @ reach.T, lower=True)
        self.log_volume = 2.0 * float(np.log(np.diag(self._factor[0])).sum())

    def solve(self, vectors: Array) -> Array:
        """Inverse times vectors, by the matrix inversion lemma."""
        free = self._prior.spread(vectors)
        return free - self._prior.spread(self._rows.T @ linalg.cho_solve(self._factor, self._rows @ free))


def _curvature(model: Model, slopes: Slopes, weights: Array) -> Curvature:
    few = weights.size <= FEW
    return (DenseCurvature if few else SparseCurvature)(model.prior, slopes.jacobian, weights)


def _objective(model: Model, u: Array, misfit: float) -> float:
    prior = model.prior
    return misfit + 0.5 * float(np.sum((prior.differences @ u - prior.offset) ** 2 / prior.variance))


def fit(model: Model, start: Array | None = None, *, rounds: int = 60, tolerance: float = 1e-3) -> Posterior:
    """Find the posterior mode by damped Gauss-Newton steps and the curvature there.

    `start` is a guess (default: the prior mean). Ends when a step would improve the objective by less than `tolerance`.

    Raises:
        EstimateError: the arrays do not fit together.
    """
    seen = model.observations
    unknowns = model.paths + model.positive.size
    if seen.effects.shape[1] != model.positive.size or model.prior.variance.size != unknowns:
        raise EstimateError(
            f"the prior has {model.prior.variance.size} unknowns and the observations {seen.effects.shape[1]} effects, "
            f"the model {unknowns} and {model.positive.size}; build all from the same series and grid"
        )
    prior = model.prior
    u = prior.mean() if start is None else start.copy()
    slopes = find_slopes(model, u)
    height = _objective(model, u, slopes.misfit)
    for _ in range(rounds):
        gradient = prior.pull(u) + slopes.jacobian.T @ slopes.first
        step = -_curvature(model, slopes, slopes.steps).solve(gradient)
        step *= min(1.0, 8.0 / max(float(np.abs(step[model.paths :]).max(initial=0.0)), 1e-9))
        expected = -float(gradient @ step)
        if expected < tolerance:
            break
        for _ in range(12):
            there = find_slopes(model, u + step)
            lower = _objective(model, u + step, there.misfit)
            if lower <= height - 1e-4 * expected:
                break
            step, expected = step / 2, expected / 2
        else:
            break
        u, slopes, height = u + step, there, lower
    curvature = _curvature(model, slopes, slopes.second)
    return Posterior(model, u, curvature, slopes, -height - 0.5 * curvature.log_volume)


def refit_without(posterior: Posterior, rows: npt.NDArray[np.bool_]) -> Posterior:
    """Fit again with the marked observations left out and everything else, the scales included, as it was."""
    model = posterior.model
    return fit(replace(model, observations=model.observations.without(rows)), posterior.u, tolerance=0.01)
