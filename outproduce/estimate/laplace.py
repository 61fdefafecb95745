"""The numeric core of every estimate: paths that drift, effects that are shared, observations with heavy tails.

In: a Gaussian prior in sparse form and observations of functions of the unknowns. Out: the mode, its curvature, the
Laplace evidence and joint samples. Nothing here knows what a series, a claim or a poll is. Source: docs/method.md.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Protocol

import numpy as np
import numpy.typing as npt
from scipy import linalg, sparse, special
from scipy.sparse.linalg import splu

from outproduce.errors import EstimateError

Array = npt.NDArray[np.float64]
VALUE, AT_LEAST, AT_MOST = 0, 1, 2
FEW = 400  # up to so many observations it is quicker to factorise among them than among the unknowns


@dataclass(frozen=True, slots=True)
class Link:
    """How the latent scale maps to values: `back(link(value)) == value`; `slope` is the derivative of `back`."""

    link: Callable[[Array], Array]
    back: Callable[[Array], Array]
    slope: Callable[[Array], Array]


def _bounded_exp(x: Array) -> Array:
    """Exponential that cannot overflow while a search tries wild values."""
    clipped: Array = np.exp(np.clip(x, -300.0, 300.0))
    return clipped


def _logistic_slope(x: Array) -> Array:
    p = special.expit(x)
    return np.asarray(p * (1.0 - p), dtype=float)


LINKS: dict[str, Link] = {
    "identity": Link(lambda v: v, lambda x: x, np.ones_like),
    "log": Link(np.log, _bounded_exp, _bounded_exp),
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


@dataclass(frozen=True, slots=True)
class Slopes:
    """Prediction, misfit (negative log-likelihood), its first and second derivative by prediction, and the Jacobian."""

    misfit: float
    first: Array
    second: Array
    steps: Array
    jacobian: sparse.csr_matrix


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
        scaled = prior.differences.T @ (rng.standard_normal((prior.variance.size, half)) / _column(prior.variance**0.5))
        root = _column(np.sqrt(self.slopes.second))
        scaled = scaled + self.slopes.jacobian.T @ (rng.standard_normal((root.size, half)) * root)
        shift = self.curvature.solve(np.asarray(scaled)).T
        return np.concatenate([self.u + shift, self.u - shift])[:count]

    def cells(self, unknowns: Array) -> Array:
        """Cells on the link scale for unknowns of shape (count, unknowns)."""
        return self.model.cells.many(unknowns[:, : self.model.paths])


def _column(vector: Array) -> Array:
    return vector[:, np.newaxis]


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


def _scale_rows(matrix: sparse.csr_matrix, factors: Array) -> sparse.csr_matrix:
    data = matrix.data * np.repeat(factors, np.diff(matrix.indptr))
    return sparse.csr_matrix((data, matrix.indices, matrix.indptr), shape=matrix.shape)


def _scale_columns(matrix: sparse.csr_matrix, factors: Array) -> sparse.csr_matrix:
    data = matrix.data * factors[matrix.indices]
    return sparse.csr_matrix((data, matrix.indices, matrix.indptr), shape=matrix.shape)


def _value_misfit(residual: Array, sd: Array, freedom: float) -> tuple[Array, Array, Array, Array]:
    """Student-t: misfit, first and second derivative by prediction, and a curvature safe to step with."""
    spread = freedom * sd**2 + residual**2
    misfit = 0.5 * (freedom + 1) * np.log1p(residual**2 / (freedom * sd**2)) + np.log(sd)
    safe = (freedom + 1) / spread
    exact = (freedom + 1) * (freedom * sd**2 - residual**2) / spread**2
    return misfit, -safe * residual, np.maximum(exact, 0.0), safe


def _bound_misfit(distance: Array, sd: Array, lapse: float) -> tuple[Array, Array, Array, Array]:
    """Probit with lapses: `distance` is how far the prediction stands on the allowed side."""
    z = distance / sd
    chance = lapse / 2 + (1 - lapse) * special.ndtr(z)
    density = (1 - lapse) * np.exp(-0.5 * z**2) / np.sqrt(2 * np.pi)
    ratio = density / chance
    exact = (ratio**2 + z * ratio) / sd**2
    return -np.log(chance), -ratio / sd, np.maximum(exact, 0.0), np.maximum(exact, ratio**2 / sd**2)


def _predict(model: Model, u: Array) -> tuple[Array, sparse.csr_matrix]:
    """Predictions on the link scale and their Jacobian."""
    seen, link = model.observations, model.link
    cells, by_state = model.cells.at(u[: model.paths])
    values, by_cell = link.back(cells), link.slope(cells)
    has_bottom = np.diff(seen.bottom.indptr) > 0
    total = seen.top @ values
    rest = np.where(has_bottom, seen.bottom @ values, link.back(np.zeros(1))[0])
    prediction = link.link(total) - np.where(has_bottom, link.link(rest), 0.0)
    scale = 1.0 / link.slope(link.link(total))
    rest_scale = np.where(has_bottom, 1.0 / link.slope(link.link(rest)), 0.0)
    by_cells = _scale_rows(seen.top, scale) - _scale_rows(seen.bottom, rest_scale)
    raw = u[model.paths :]
    grown = np.where(model.positive, _bounded_exp(raw), raw)
    by_effect = _scale_columns(seen.effects, np.where(model.positive, grown, 1.0))
    jacobian = sparse.hstack([_scale_columns(by_cells, by_cell) @ by_state, by_effect], format="csr")
    return np.asarray(prediction + seen.effects @ grown), jacobian


def predict_many(model: Model, unknowns: Array) -> tuple[Array, Callable[[Array], Array]]:
    """Predictions on the link scale for unknowns in columns, shape (observations, count).

    With them comes the function that turns a derivative by the predictions into one by the unknowns.
    """
    seen, link, paths = model.observations, model.link, model.paths
    cells, by_states = model.cells.traced(unknowns[:paths])
    values = link.back(cells)
    pairs = np.diff(seen.bottom.indptr) > 0
    total, rest = seen.top @ values, (seen.bottom @ values)[pairs]
    logs, less = link.link(total), link.link(rest)
    grown = unknowns[paths:].copy()
    grown[model.positive] = _bounded_exp(grown[model.positive])
    predictions = logs + seen.effects @ grown
    predictions[pairs] -= less

    def pull(by_prediction: Array) -> Array:
        by_rest = np.zeros_like(by_prediction)
        by_rest[pairs] = by_prediction[pairs] / link.slope(less)
        by_value = seen.top.T @ (by_prediction / link.slope(logs)) - seen.bottom.T @ by_rest
        by_effect = seen.effects.T @ by_prediction
        by_effect[model.positive] *= grown[model.positive]
        return np.concatenate([by_states(by_value * link.slope(cells)), by_effect])

    return predictions, pull


def tell_misfit(model: Model, predictions: Array) -> tuple[Array, Array]:
    """Misfit of predictions in columns, shape (count,), and its slopes by prediction."""
    seen = model.observations
    exact, sd = seen.kind == VALUE, _column(seen.sd)
    sign = _column(np.where(seen.kind == AT_MOST, 1.0, -1.0))
    residual = _column(seen.value) - predictions
    misfit, slope = np.empty_like(residual), np.empty_like(residual)
    misfit[exact], slope[exact] = _value_misfit(residual[exact], sd[exact], model.freedom)[:2]
    misfit[~exact], by_side = _bound_misfit((sign * residual)[~exact], sd[~exact], model.lapse)[:2]
    slope[~exact] = -sign[~exact] * by_side
    return misfit.sum(axis=0), slope


def _slopes(model: Model, u: Array) -> Slopes:
    seen = model.observations
    prediction, jacobian = _predict(model, u)
    residual = seen.value - prediction
    parts = [np.empty(residual.size) for _ in range(4)]
    exact = seen.kind == VALUE
    sign = np.where(seen.kind == AT_MOST, 1.0, -1.0)
    for chosen, found in (
        (exact, _value_misfit(residual[exact], seen.sd[exact], model.freedom)),
        (~exact, _bound_misfit((sign * residual)[~exact], seen.sd[~exact], model.lapse)),
    ):
        for part, numbers in zip(parts, found, strict=True):
            part[chosen] = numbers
    parts[1][~exact] *= -sign[~exact]
    return Slopes(float(parts[0].sum()), parts[1], parts[2], parts[3], jacobian)


class Curvature(Protocol):
    """Prior precision plus the observations' curvature; `log_volume` is its log determinant less the precision's."""

    log_volume: float

    def solve(self, vectors: Array) -> Array:
        """Inverse times vectors, shape (unknowns,) or (unknowns, k)."""
        ...


class SparseCurvature:
    """Factorised among the unknowns: for many observations, each of few unknowns."""

    def __init__(self, prior: Prior, jacobian: sparse.csr_matrix, weights: Array) -> None:
        precision = prior.differences.T @ _scale_rows(prior.differences, 1.0 / prior.variance)
        total = (precision + jacobian.T @ _scale_rows(jacobian, weights)).tocsc()
        self._factor = splu(total, permc_spec="MMD_AT_PLUS_A", options={"SymmetricMode": True})
        log_det = float(np.log(np.abs(self._factor.U.diagonal())).sum())
        self.log_volume = log_det + float(np.log(prior.variance).sum())

    def solve(self, vectors: Array) -> Array:
        """Inverse times vectors."""
        return np.asarray(self._factor.solve(vectors), dtype=float)


class DenseCurvature:
    """Factorised among the observations: for few of them, each of many unknowns."""

    def __init__(self, prior: Prior, jacobian: sparse.csr_matrix, weights: Array) -> None:
        self._prior, self._rows = prior, _scale_rows(jacobian, np.sqrt(weights))
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
    slopes = _slopes(model, u)
    height = _objective(model, u, slopes.misfit)
    for _ in range(rounds):
        gradient = prior.pull(u) + slopes.jacobian.T @ slopes.first
        step = -_curvature(model, slopes, slopes.steps).solve(gradient)
        step *= min(1.0, 8.0 / max(float(np.abs(step[model.paths :]).max(initial=0.0)), 1e-9))
        expected = -float(gradient @ step)
        if expected < tolerance:
            break
        for _ in range(12):
            there = _slopes(model, u + step)
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
