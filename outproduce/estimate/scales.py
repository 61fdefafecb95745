"""The search over the spreads of a model: fits at many, the best of them, and what the data leave open.

In: a function from scales to a model. Out: the scales of greatest evidence and a weighted mixture of fits around them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from scipy import optimize
from threadpoolctl import threadpool_limits

from outproduce.estimate.laplace import Posterior, fit
from outproduce.estimate.model import Array, Model


@dataclass(frozen=True, slots=True)
class Scale:
    """An unknown spread searched on the log scale: `median` and the sd `log_sd` of its logarithm, the prior."""

    name: str
    median: float
    log_sd: float


@dataclass(frozen=True, slots=True)
class Found:
    """What a search over the scales found: the best scales and their fit, and neighbours weighted by their evidence."""

    scales: dict[str, float]
    best: Posterior
    neighbours: tuple[tuple[float, Posterior], ...]

    def samples(self, count: int, seed: int) -> Array:
        """Draw joint samples of the unknowns, shape (count, unknowns), from all fits in proportion to their weights."""
        fits = [(1.0, self.best), *self.neighbours]
        ends = np.round(np.cumsum([weight for weight, _ in fits]) * count / sum(weight for weight, _ in fits))
        counts = np.diff(ends.astype(int), prepend=0).tolist()
        parts = zip(fits, counts, strict=True)
        return np.concatenate([fit_.samples(n, seed + at) for at, ((_, fit_), n) in enumerate(parts) if n])


def search_scales(
    build: Callable[[dict[str, float]], Model], scales: tuple[Scale, ...], *, tries: int = 60, neighbours: bool = True
) -> Found:
    """Find the scales of greatest evidence times prior, fitting `build(scales)` at each try; the final fit is exact.

    Every fit starts from the mode of the one before, so that a try costs two or three steps. Two neighbours a scale,
    0.8 prior sds off, stand for what the data leave open about it, where they are asked for.
    """
    # Matrices of a few hundred rows gain nothing from threads, and on a busy machine these wait for each other tenfold.
    with threadpool_limits(limits=1, user_api="blas"):
        return _search(build, scales, tries, neighbours)


def _search(
    build: Callable[[dict[str, float]], Model], scales: tuple[Scale, ...], tries: int, neighbours: bool
) -> Found:
    last: list[Array | None] = [None]

    def read(theta: Array) -> dict[str, float]:
        return {s.name: s.median * float(np.exp(s.log_sd * t)) for s, t in zip(scales, theta, strict=True)}

    def height(theta: Array) -> float:
        posterior = fit(build(read(theta)), last[0], tolerance=0.1)
        last[0] = posterior.u
        return 0.5 * float(theta @ theta) - posterior.evidence

    size = len(scales)
    last[0] = _first_mode(build(read(np.zeros(size))))
    corners = np.vstack([np.zeros(size), 0.7 * np.eye(size)])
    options = {"maxfev": tries, "initial_simplex": corners, "xatol": 0.1, "fatol": 0.05}
    top = np.asarray(optimize.minimize(height, np.zeros(size), method="Nelder-Mead", options=options).x)
    best = fit(build(read(top)), last[0])
    around = []
    for theta in (top + sign * 0.8 * row for row in np.eye(size) for sign in (-1.0, 1.0) if neighbours):
        near = fit(build(read(theta)), best.u, tolerance=0.02)
        gain = near.evidence - best.evidence - 0.5 * float(theta @ theta - top @ top)
        around.append((float(np.exp(min(gain, 0.0))), near))
    return Found(read(top), best, tuple(around))


def _first_mode(model: Model) -> Array:
    """Find the best of the modes that heavy tails and lapses make: where outliers are let go at once, or only later."""
    all_pull = fit(replace(model, freedom=1e3, lapse=1e-6), tolerance=0.1)
    signs_pull = fit(replace(model, lapse=1e-6), tolerance=0.1)
    later = fit(replace(model, freedom=20.0, lapse=model.lapse / 10), all_pull.u, tolerance=0.1)
    starts = (None, signs_pull.u, all_pull.u, later.u)
    return max((fit(model, start, tolerance=0.1) for start in starts), key=lambda found: found.evidence).u
