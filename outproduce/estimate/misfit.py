"""How far predictions stand from what was observed: heavy tails, one-sided bounds, and their slopes.

In: a `Model` and unknowns. Out: predictions on the link scale, the misfit and its derivatives. Source: docs/method.md.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import sparse, special

from outproduce.estimate.model import AT_MOST, VALUE, Array, Model, bounded_exp


@dataclass(frozen=True, slots=True)
class Slopes:
    """Prediction, misfit (negative log-likelihood), its first and second derivative by prediction, and the Jacobian."""

    misfit: float
    first: Array
    second: Array
    steps: Array
    jacobian: sparse.csr_matrix


def column(vector: Array) -> Array:
    """Stand a vector upright."""
    return vector[:, np.newaxis]


def scale_rows(matrix: sparse.csr_matrix, factors: Array) -> sparse.csr_matrix:
    """Multiply each row by its factor."""
    data = matrix.data * np.repeat(factors, np.diff(matrix.indptr))
    return sparse.csr_matrix((data, matrix.indices, matrix.indptr), shape=matrix.shape)


def scale_columns(matrix: sparse.csr_matrix, factors: Array) -> sparse.csr_matrix:
    """Multiply each column by its factor."""
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
    by_cells = scale_rows(seen.top, scale) - scale_rows(seen.bottom, rest_scale)
    raw = u[model.paths :]
    grown = np.where(model.positive, bounded_exp(raw), raw)
    by_effect = scale_columns(seen.effects, np.where(model.positive, grown, 1.0))
    jacobian = sparse.hstack([scale_columns(by_cells, by_cell) @ by_state, by_effect], format="csr")
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
    grown[model.positive] = bounded_exp(grown[model.positive])
    predictions = logs + seen.effects @ grown
    predictions[pairs] -= less

    def pull(by_prediction: Array) -> Array:
        by_rest = np.zeros_like(by_prediction)
        by_rest[pairs] = by_prediction[pairs] / link.slope(less)
        by_value = seen.top.T @ (by_prediction / link.slope(logs)) - seen.bottom.T @ by_rest
        by_effect = seen.effects.T @ by_prediction
        by_effect[model.positive] *= grown[model.positive]
        by_cell = values if link.slope is link.back else link.slope(cells)
        return np.concatenate([by_states(by_value * by_cell), by_effect])

    return predictions, pull


def tell_misfit(model: Model, predictions: Array) -> tuple[Array, Array]:
    """Misfit of predictions in columns, shape (count,), and its slopes by prediction."""
    seen = model.observations
    exact, sd = seen.kind == VALUE, column(seen.sd)
    sign = column(np.where(seen.kind == AT_MOST, 1.0, -1.0))
    residual = column(seen.value) - predictions
    misfit, slope = np.empty_like(residual), np.empty_like(residual)
    misfit[exact], slope[exact] = _value_misfit(residual[exact], sd[exact], model.freedom)[:2]
    misfit[~exact], by_side = _bound_misfit((sign * residual)[~exact], sd[~exact], model.lapse)[:2]
    slope[~exact] = -sign[~exact] * by_side
    return misfit.sum(axis=0), slope


def find_slopes(model: Model, u: Array) -> Slopes:
    """Misfit at `u` with everything a step needs."""
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
