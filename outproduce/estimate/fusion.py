"""The general fuser: dated, noisy, biased, conflicting values of any kind to smooth series with honest intervals.

Knows nothing of claims: times, values, noise and sources in; posterior paths, source biases and joint samples out.
Source of the method: docs/method.md.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse

from outproduce.errors import EstimateError
from outproduce.estimate.model import LINKS, Array, LinearCells, Model, Observations, join_priors, walk_prior
from outproduce.estimate.readings import Readings, on_link, read_arrays, with_known
from outproduce.estimate.scales import Found, Scale, search_scales


@dataclass(frozen=True, slots=True)
class FuseOptions:
    """What the fuser assumes beyond the data; reasons stand in docs/method.md.

    `trend`: series have slopes that fade (local linear trend), not only a random walk. `freedom`: degrees of freedom of
    the heavy tails. `lapse`: chance that a bound means nothing. `shared_error`: size of the error that all sources have
    in common, as a multiple of the spread of the source biases: it cannot be seen in the data, only assumed; 0 for
    none. `own_error` is the same for the part of it that differs by series. `points`: times in the default grid.
    `tries`: fits spent on the search over the scales. `draws`: joint samples behind sds and quantiles.
    """

    trend: bool = True
    freedom: float = 5.0
    lapse: float = 0.05
    shared_error: float = 1.0
    own_error: float = 1.0
    points: int = 50
    tries: int = 60
    draws: int = 2000


@dataclass(frozen=True, slots=True)
class Fusion:
    """What `fuse` found. Arrays `mean`, `median` and `sd` have shape (series, times) and are in the unit of the values.

    `bias` gives, per source, mean and sd of its bias on the link scale (positive: it reads too high). `scales` are the
    spreads found: `noise` multiplies the sds given, `source` is the sd of the biases, `own_walk`, `alike_walk` and
    `walk` are the sds of the movement over the whole grid of single series, of groups and of all, on the link scale.
    """

    labels: tuple[Hashable, ...]
    grid: Array
    mean: Array
    median: Array
    sd: Array
    bias: Mapping[Hashable, tuple[float, float]]
    scales: Mapping[str, float]
    evidence: float
    draws: Array

    def samples(self, label: Hashable) -> Array:
        """Joint posterior samples of one series, shape (draws, times); the same draw of two series belongs together."""
        if label not in self.labels:
            raise EstimateError(f"no series {label!r} was fused; there are {', '.join(map(str, self.labels[:12]))}")
        return self.draws[:, self.labels.index(label)]

    def quantile(self, q: float | Sequence[float]) -> Array:
        """Posterior quantiles, shape (series, times) for one `q`, (quantiles, series, times) for several."""
        return np.asarray(np.quantile(self.draws, q, axis=0))

    def interval(self, level: float = 0.9) -> tuple[Array, Array]:
        """Low and high ends of the central credible interval, each of shape (series, times)."""
        low, high = self.quantile([(1 - level) / 2, (1 + level) / 2])
        return low, high

    def probability_above(self, label: Hashable, other: Hashable | float = 0.0) -> Array:
        """P(series above another series, or above a number) at each time, from the joint posterior."""
        rival = self.samples(other) if other in self.labels else float(other)  # type: ignore[arg-type]
        return np.asarray((self.samples(label) > rival).mean(axis=0))


def _centre(data: Readings, label_column: int) -> float | None:
    """Median link-scale value of the observations of one series alone; None where there are none."""
    alone = (np.diff(data.weights.indptr) == 1) & (data.weights[:, [label_column]].toarray().ravel() == 1)
    return float(np.median(data.value[alone])) if alone.any() else None


@dataclass(frozen=True, slots=True)
class _Start:
    """What the data say before any fit: level of each series and its sd, and how far values stray around these."""

    level: Array
    level_sd: Array
    common_sd: float
    around: float


def _start(data: Readings, prior: Mapping[Hashable, tuple[float, float]], link: str, pool: bool) -> _Start:
    """Begin with the levels seen, known to within far more than they differ, or with those known beforehand.

    What is known beforehand of many series errs together as much as apart where they move together.
    """
    centres = [_centre(data, column) for column in range(len(data.labels))]
    seen = np.array([centre for centre in centres if centre is not None])
    middle = float(np.median(seen)) if seen.size else float(np.median(data.value))
    level = np.array([middle if centre is None else centre for centre in centres])
    off = data.value - np.asarray(data.weights @ level).ravel()
    around = max(1.4826 * float(np.median(np.abs(off))), float(np.median(data.sd)))
    wide = 2.0 * max(float(np.std(seen)) if seen.size > 1 else 0.0, around)
    level_sd, told = np.full(level.size, wide), []
    for label, (mean, sd) in prior.items():
        column = data.labels.index(label)
        level[column], spread = (float(part[0]) for part in on_link(np.array([mean]), sd, link))
        level_sd[column] = spread * (np.sqrt(0.5) if pool else 1.0)
        told.append(level_sd[column])
    return _Start(level, level_sd, float(np.median(told)) if told else wide, around)


@dataclass(frozen=True, slots=True)
class _Movement:
    """Paths that several series follow: `loadings` is series x paths, `scale` the name of their spread.

    `level_sd` is that of the paths' first value; `error` the part of the unseen error, as a multiple of the spread of
    the source biases, that goes with them.
    """

    loadings: sparse.csr_matrix
    scale: str
    level_sd: float
    error: float


def _movements(
    labels: Sequence[Hashable], alike: Mapping[Hashable, Hashable], pool: bool, start: _Start, options: FuseOptions
) -> list[_Movement]:
    """Give what each series follows: its own path, its group's where it has one, and everybody's where pooled."""
    groups = {name: at for at, name in enumerate(dict.fromkeys(alike[x] for x in labels if x in alike))}
    own_error = options.own_error * (np.sqrt(0.5) if groups else 1.0)
    found = [_Movement(sparse.eye(len(labels), format="csr"), "own_walk", 0.0, own_error)]
    if groups:
        rows = [at for at, label in enumerate(labels) if label in alike]
        columns = [groups[alike[labels[at]]] for at in rows]
        shape = (len(labels), len(groups))
        found.append(
            _Movement(sparse.csr_matrix((np.ones(len(rows)), (rows, columns)), shape), "alike_walk", 0.0, own_error)
        )
    everybody = sparse.csr_matrix(np.ones((len(labels), 1)))
    if pool:
        found.append(_Movement(everybody, "walk", start.common_sd, options.shared_error))
    else:
        found.append(_Movement(everybody, "", 0.0, options.shared_error))
    return found


@dataclass(frozen=True, slots=True)
class _Plan:
    """How scales become a model: fixed parts worked out once."""

    data: Readings
    options: FuseOptions
    link: str
    start: _Start
    movements: Sequence[_Movement]
    cells: LinearCells
    effects: sparse.csr_matrix

    @property
    def scales(self) -> tuple[Scale, ...]:
        """Spreads to be searched: what was given as noise is believed within a factor, the rest is open."""
        found = [Scale("noise", 1.15, 0.15)]
        if self.data.sources:
            found.append(Scale("source", 0.7 * float(np.median(self.data.sd)), 0.7))
        # A path that moves by 1 over the whole time strays from its own middle by about half of that.
        return (*found, *(Scale(move.scale, 2.0 * self.start.around, 0.7) for move in self.movements if move.scale))

    def model(self, scales: Mapping[str, float]) -> Model:
        data, options, own = self.data, self.options, self._paths(scales["own_walk"])
        priors = [own(level) for level in zip(self.start.level, self.start.level_sd, strict=True)]
        for move in self.movements[1:]:
            if move.scale:
                level = (0.0, move.level_sd or 1e-3 * scales[move.scale])
                priors += [self._paths(scales[move.scale])(level)] * move.loadings.shape[1]
        source = scales.get("source", 0.0)
        unseen = [np.full(move.loadings.shape[1], move.error * source) for move in self.movements]
        effect_sd = np.maximum(np.concatenate([np.full(len(data.sources), source), *unseen]), 1e-6)
        nothing = sparse.csr_matrix(data.cells.shape)
        noise = data.sd * scales["noise"]
        observations = Observations(data.cells, nothing, self.effects, data.value, noise, data.kind)
        prior = join_priors(priors, np.zeros(effect_sd.size), effect_sd)
        positive = np.zeros(effect_sd.size, dtype=bool)
        return Model(prior, observations, self.cells, positive, LINKS[self.link], options.freedom, options.lapse)

    def _paths(self, total_sd: float) -> Any:
        """Prior of one path whose movement over the whole grid has about `total_sd`, half of it in the slopes."""
        grid = self.data.grid
        span = float(grid[-1] - grid[0])
        steps = np.diff(grid) / span
        fade = 0.02  # what is left of a slope after the whole span: slopes last about a quarter of it
        if not self.options.trend:
            return lambda level: walk_prior(steps, level, total_sd, (0.0, fade))
        return lambda level: walk_prior(steps, level, 0.7 * total_sd, (total_sd, fade))


def _mix(movements: Sequence[_Movement], times: int, trend: bool) -> sparse.csr_matrix:
    """Cells (series x times) from the states of the paths that move."""
    block = sparse.eye(times, (2 if trend else 1) * times, format="csr")
    return sparse.hstack([sparse.kron(move.loadings, block) for move in movements if move.scale], format="csr")


def _effects(data: Readings, movements: Sequence[_Movement]) -> sparse.csr_matrix:
    """Source biases, then the errors that no source shows, movement by movement."""
    rows = np.flatnonzero(data.source_of >= 0)
    shape = (data.value.size, len(data.sources))
    by_source = sparse.csr_matrix((np.ones(rows.size), (rows, data.source_of[rows])), shape=shape)
    return sparse.hstack([by_source, *(data.weights @ move.loadings for move in movements)], format="csr")


def _summary(plan: _Plan, found: Found, seed: int) -> Fusion:
    data, link, posterior = plan.data, LINKS[plan.link], found.best
    shape = (len(data.labels), data.grid.size)
    unknowns = found.samples(plan.options.draws, seed)
    draws = link.back(posterior.cells(unknowns)).reshape(-1, *shape)
    middle = link.back(posterior.cells(posterior.u[np.newaxis])).reshape(shape)
    first = posterior.model.paths
    bias = {
        name: (float(posterior.u[first + index]), float(unknowns[:, first + index].std()))
        for index, name in enumerate(data.sources)
    }
    return Fusion(
        data.labels,
        data.grid,
        draws.mean(axis=0),
        middle,
        draws.std(axis=0),
        bias,
        found.scales,
        posterior.evidence,
        draws,
    )


def fuse(
    times: Any,
    values: Any,
    sds: Any,
    *,
    ends: Any = None,
    series: Any = None,
    sources: Any = None,
    bounds: Any = None,
    link: str = "identity",
    grid: Any = None,
    until: Any = None,
    pool: bool | None = None,
    alike: Mapping[Hashable, Hashable] | None = None,
    prior: Mapping[Hashable, tuple[float, float]] | None = None,
    options: FuseOptions | None = None,
    seed: int = 0,
) -> Fusion:
    """Fuse dated values with noise and source into smooth series with credible intervals.

    Needs nothing but arrays of one length M; only `times`, `values` and `sds` must be given.

    Args:
        times: when each value holds: numbers in any unit, or dates (`date`, datetime64, `YYYY-MM-DD`), taken as days.
        values: the values, in their own unit; with link `log` positive, with `logit` between 0 and 1.
        sds: standard deviation of each value's own noise, in the unit of the values; one number serves for all.
        ends: where a value is a mean over an interval, its last time (`times` is then the first).
        series: which series each value is about: a label, or a mapping of labels to weights for a weighted sum
            ({"north": 1, "south": 1}); None where there is one series.
        sources: who says so: values of one source share its bias, which is estimated; None where a value has no source.
        bounds: None for a value, `at_least` or `at_most` where the truth lies on that side of it.
        link: scale on which paths move and errors add: `identity`, `log` (ratios) or `logit` (shares).
        grid: times to estimate, rising; default `options.points` even ones from the first time to `until`.
        until: last time of the default grid; default the last time given. Later than the data, it is a forecast.
        pool: all series share one common movement besides their own; informs series with few values. Default: where
            there are three or more; how much is common and how much each one's own is read off the data.
        alike: group of a series (a region, a branch), by label: a group shares a movement and an unseen error of its
            own, so that neighbours inform each other. Series that are not named belong to no group.
        prior: what is known beforehand of a series' level, as mean and sd in the unit of the values; series that stand
            only here are estimated too.
        options: assumptions, see `FuseOptions`.
        seed: for the joint samples; the same seed gives the same answer.

    Returns:
        Fusion: posterior mean, median, sd, quantiles and joint samples per series and time, and each source's bias.

    Raises:
        EstimateError: arrays do not fit together, or a value lies outside the link's range.

    >>> found = fuse([0, 1, 2, 3], [10.0, 11.0, 10.5, 30.0], 1.0, sources=["a", "b", "a", "b"])
    >>> bool(9 < found.median[0, -1] < 20)
    True
    """
    chosen = options or FuseOptions()
    given = {"ends": ends, "series": series, "sources": sources, "bounds": bounds, "grid": grid, "until": until}
    data = read_arrays(times, values, sds, given, link, chosen.points)
    data = with_known(data, tuple(prior or ()))
    together = len(data.labels) > 2 if pool is None else pool
    start = _start(data, prior or {}, link, together)
    movements = _movements(data.labels, alike or {}, together, start, chosen)
    mix = LinearCells(_mix(movements, data.grid.size, chosen.trend))
    plan = _Plan(data, chosen, link, start, movements, mix, _effects(data, movements))
    found = search_scales(plan.model, plan.scales, tries=chosen.tries)
    return _summary(plan, found, seed)
