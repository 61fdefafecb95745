"""The general fuser: dated, noisy, biased, conflicting values of any kind to smooth series with honest intervals.

Knows nothing of claims: times, values, noise and sources in; posterior paths, source biases and joint samples out.
Source of the method: docs/method.md.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from outproduce.errors import EstimateError
from outproduce.estimate.model import (
    AT_LEAST,
    AT_MOST,
    LINKS,
    VALUE,
    Array,
    LinearCells,
    Model,
    Observations,
    join_priors,
    walk_prior,
)
from outproduce.estimate.scales import Found, Scale, search_scales

_BOUNDS = {None: VALUE, "": VALUE, "exact": VALUE, "at_least": AT_LEAST, "at_most": AT_MOST}


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
    shared_error: float = 1.25
    own_error: float = 1.25
    points: int = 50
    tries: int = 60
    draws: int = 2000


@dataclass(frozen=True, slots=True)
class Fusion:
    """What `fuse` found. Arrays `mean`, `median` and `sd` have shape (series, times) and are in the unit of the values.

    `bias` gives, per source, mean and sd of its bias on the link scale (positive: it reads too high). `scales` are the
    spreads found: `noise` multiplies the sds given, `source` is the sd of the biases, `walk` and `own_walk` are the sds
    of the paths' movement over the whole grid, all on the link scale.
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


@dataclass(frozen=True, slots=True)
class _Data:
    """The observations after checking, on the link scale."""

    labels: tuple[Hashable, ...]
    sources: tuple[Hashable, ...]
    grid: Array
    value: Array
    sd: Array
    kind: npt.NDArray[np.int8]
    source_of: npt.NDArray[np.int64]
    weights: sparse.csr_matrix  # M x series
    cells: sparse.csr_matrix  # M x (series * times), value scale


def _as_numbers(times: Any) -> Array:
    """Dates (datetime64, date, `YYYY-MM-DD`) as days since 1970, numbers as they are."""
    array = np.asarray(times)
    if array.dtype.kind in "OUM":
        array = np.asarray(array, dtype="datetime64[D]").astype(float)
    return np.atleast_1d(array.astype(float))


def _on_link(values: Array, sds: Any, link: str) -> tuple[Array, Array]:
    """Values and their sds on the link scale."""
    spread = np.broadcast_to(np.asarray(sds, dtype=float), values.shape)
    with np.errstate(all="ignore"):
        latent = LINKS[link].link(values)
        on_link = spread / LINKS[link].slope(latent)
    wrong = ~(np.isfinite(latent) & np.isfinite(on_link) & (on_link > 0))
    if wrong.any():
        row = int(np.argmax(wrong))
        raise EstimateError(
            f"observation {row} has value {values[row]} and sd {spread[row]}; with link {link!r} values must lie "
            "inside its range and sds be positive and finite"
        )
    return np.asarray(latent), np.asarray(on_link)


def _series_weights(series: Any, count: int) -> tuple[tuple[Hashable, ...], sparse.csr_matrix]:
    """Labels in order of first appearance and an M x series matrix of weights."""
    rows = [0] * count if series is None else list(series)
    if len(rows) != count:
        raise EstimateError(f"series has {len(rows)} entries for {count} values; give one label or mapping for each")
    mixes = [dict(row) if isinstance(row, Mapping) else {row: 1.0} for row in rows]
    labels = tuple(dict.fromkeys(label for mix in mixes for label in mix))
    column = {label: index for index, label in enumerate(labels)}
    entries = [(weight, row, column[label]) for row, mix in enumerate(mixes) for label, weight in mix.items()]
    data, at_row, at_column = zip(*entries, strict=True)
    return labels, sparse.csr_matrix((data, (at_row, at_column)), shape=(count, len(labels)))


def _time_weights(start: Array, end: Array, grid: Array) -> Array:
    """Weights (M x times) of the mean of the piecewise linear path over [start, end], at `start` where both are one."""
    gaps = np.diff(grid)
    weights = np.zeros((start.size, grid.size))
    parts = np.linspace(0.0, 1.0, 9)
    parts = (parts[:-1] + parts[1:]) / 2
    for part in parts:
        moment = np.clip(start + part * (end - start), grid[0], grid[-1])
        left = np.clip(np.searchsorted(grid, moment, side="right") - 1, 0, grid.size - 2)
        share = (moment - grid[left]) / gaps[left]
        np.add.at(weights, (np.arange(start.size), left), (1 - share) / parts.size)
        np.add.at(weights, (np.arange(start.size), left + 1), share / parts.size)
    return weights


def _grid(grid: Any, until: Any, start: Array, end: Array, points: int) -> Array:
    if grid is not None:
        chosen = _as_numbers(grid)
    else:
        last = float(end.max()) if until is None else float(_as_numbers([until])[0])
        first = float(start.min())
        chosen = np.linspace(first, last if last > first else first + 1.0, points)
    if chosen.size < 2 or (np.diff(chosen) <= 0).any():
        raise EstimateError(f"grid of {chosen.size} times must rise strictly and have at least two; sort it first")
    return chosen


def _read(times: Any, values: Any, sds: Any, given: Mapping[str, Any], link: str, points: int) -> _Data:
    if link not in LINKS:
        raise EstimateError(f"link {link!r} is not one of {', '.join(LINKS)}; choose one of them")
    value = np.atleast_1d(np.asarray(values, dtype=float))
    start = _as_numbers(times)
    count = value.size
    end = start if given["ends"] is None else _as_numbers(given["ends"])
    if count == 0 or start.size != count or end.size != count:
        raise EstimateError(f"{start.size} times and {end.size} ends for {count} values; give one for each")
    bounds = [None] * count if given["bounds"] is None else list(given["bounds"])
    named = [None] * count if given["sources"] is None else list(given["sources"])
    unknown = sorted({str(bound) for bound in bounds if bound not in _BOUNDS})
    if unknown or len(bounds) != count or len(named) != count:
        raise EstimateError(
            f"{len(bounds)} bounds ({', '.join(unknown) or 'all known'}) and {len(named)} sources for {count} values; "
            "bounds are None, 'at_least' or 'at_most', one for each value, and sources one name for each"
        )
    sources = tuple(dict.fromkeys(name for name in named if name is not None))
    place = {name: index for index, name in enumerate(sources)}
    labels, weights = _series_weights(given["series"], count)
    grid = _grid(given["grid"], given["until"], start, end, points)
    in_time = _time_weights(start, end, grid)
    cells = sparse.hstack(
        [sparse.csr_matrix(in_time).multiply(weights[:, [column]].toarray()) for column in range(len(labels))],
        format="csr",
    )
    return _Data(
        labels,
        sources,
        grid,
        *_on_link(value, sds, link),
        np.array([_BOUNDS[bound] for bound in bounds], dtype=np.int8),
        np.array([place.get(name, -1) for name in named]),
        weights,
        cells,
    )


def _centre(data: _Data, label_column: int) -> float | None:
    """Median link-scale value of the observations of one series alone; None where there are none."""
    alone = (np.diff(data.weights.indptr) == 1) & (data.weights[:, [label_column]].toarray().ravel() == 1)
    return float(np.median(data.value[alone])) if alone.any() else None


def _spreads(data: _Data) -> tuple[Array, float, float]:
    """Give starting points: level per series, spread of the levels, spread of values around their series' level."""
    centres = [_centre(data, column) for column in range(len(data.labels))]
    known = np.array([centre for centre in centres if centre is not None])
    middle = float(np.median(known)) if known.size else float(np.median(data.value))
    level = np.array([middle if centre is None else centre for centre in centres])
    between = float(np.std(known)) if known.size > 1 else 0.0
    off = data.value - np.asarray(data.weights @ level).ravel()
    typical = float(np.median(data.sd))
    around = max(1.4826 * float(np.median(np.abs(off))), typical)
    return level, max(between, around), around


def _scales(data: _Data, around: float, pool: bool) -> tuple[Scale, ...]:
    """Spreads to be searched: what was given as noise is believed within a factor, the rest is open."""
    found = [Scale("noise", 1.15, 0.15), Scale("walk", 2.0 * around, 0.7)]
    if data.sources:
        found.append(Scale("source", 0.7 * float(np.median(data.sd)), 0.7))
    if pool:
        found.append(Scale("own_walk", 0.5 * around, 1.0))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Plan:
    """How scales become a model: fixed parts worked out once."""

    data: _Data
    options: FuseOptions
    link: str
    pool: bool
    level: Array
    level_sd: Array
    cells: LinearCells
    effects: sparse.csr_matrix

    def model(self, scales: Mapping[str, float]) -> Model:
        data, options = self.data, self.options
        count = len(data.labels)
        own = self._paths(scales["own_walk" if self.pool else "walk"])
        priors = [own((mean, sd)) for mean, sd in zip(self.level, self.level_sd, strict=True)]
        if self.pool:
            priors.append(self._paths(scales["walk"])((0.0, 1e-3 * scales["walk"])))
        source = scales.get("source", 0.0)
        hidden = [options.shared_error * source, *([options.own_error * source] * count)]
        effect_sd = np.maximum(np.array([source] * len(data.sources) + hidden), 1e-6)
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


def _mix(series: int, times: int, trend: bool, pool: bool) -> sparse.csr_matrix:
    """Cells (series x times) from path states: each series' own levels, plus the common path's where pooled."""
    block = sparse.eye(times, (2 if trend else 1) * times, format="csr")
    mix = sparse.block_diag([block] * series, format="csr")
    if pool:
        mix = sparse.hstack([mix, sparse.vstack([block] * series)], format="csr")
    return mix


def _effects(data: _Data) -> sparse.csr_matrix:
    """Source biases, then the error all share, then the part of it that is a series' own."""
    count = data.value.size
    rows = np.flatnonzero(data.source_of >= 0)
    shape = (count, len(data.sources))
    by_source = sparse.csr_matrix((np.ones(rows.size), (rows, data.source_of[rows])), shape=shape)
    return sparse.hstack([by_source, sparse.csr_matrix(np.ones((count, 1))), data.weights], format="csr")


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
    pool: bool = False,
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
        pool: all series share one common movement besides their own; informs series with few values.
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
    data = _read(times, values, sds, given, link, chosen.points)
    data = _with_known(data, tuple(prior or ()))
    level, between, around = _spreads(data)
    level_sd = np.full(level.size, 2.0 * between)
    for label, (mean, sd) in (prior or {}).items():
        column = data.labels.index(label)
        level[column], level_sd[column] = (float(part[0]) for part in _on_link(np.array([mean]), sd, link))
    mix = _mix(len(data.labels), data.grid.size, chosen.trend, pool)
    plan = _Plan(data, chosen, link, pool, level, level_sd, LinearCells(mix), _effects(data))
    found = search_scales(plan.model, _scales(data, around, pool), tries=chosen.tries)
    return _summary(plan, found, seed)


def _with_known(data: _Data, labels: tuple[Hashable, ...]) -> _Data:
    """Add series that have a prior but no value of their own."""
    new = tuple(label for label in labels if label not in data.labels)
    if not new:
        return data
    count = data.value.size
    return replace(
        data,
        labels=data.labels + new,
        weights=sparse.hstack([data.weights, sparse.csr_matrix((count, len(new)))], format="csr"),
        cells=sparse.hstack([data.cells, sparse.csr_matrix((count, len(new) * data.grid.size))], format="csr"),
    )
