"""Arrays as a caller gives them, checked and put on the link scale: what the general fuser reads.

In: times, values, sds, series, sources, bounds. Out: `Readings`, or an error that says which of them does not fit.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from outproduce.errors import EstimateError
from outproduce.estimate.model import AT_LEAST, AT_MOST, LINKS, VALUE, Array

_BOUNDS = {None: VALUE, "": VALUE, "exact": VALUE, "at_least": AT_LEAST, "at_most": AT_MOST}


@dataclass(frozen=True, slots=True)
class Readings:
    """Dated values after checking, on the link scale: which series each one sees, when, and who says so."""

    labels: tuple[Hashable, ...]
    sources: tuple[Hashable, ...]
    grid: Array
    value: Array
    sd: Array
    kind: npt.NDArray[np.int8]
    source_of: npt.NDArray[np.int64]
    weights: sparse.csr_matrix  # M x series
    cells: sparse.csr_matrix  # M x (series * times), value scale


def as_numbers(times: Any) -> Array:
    """Dates (datetime64, date, `YYYY-MM-DD`) as days since 1970, numbers as they are."""
    array = np.asarray(times)
    if array.dtype.kind in "OUM":
        array = np.asarray(array, dtype="datetime64[D]").astype(float)
    return np.atleast_1d(array.astype(float))


def on_link(values: Array, sds: Any, link: str) -> tuple[Array, Array]:
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


def _plain(name: Any) -> Any:
    """One name for a source that is spelt with other white space."""
    return " ".join(name.split()) if isinstance(name, str) else name


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
        chosen = as_numbers(grid)
    else:
        last = float(end.max()) if until is None else float(as_numbers([until])[0])
        first = float(start.min())
        chosen = np.linspace(first, last if last > first else first + 1.0, points)
    if chosen.size < 2 or (np.diff(chosen) <= 0).any():
        raise EstimateError(f"grid of {chosen.size} times must rise strictly and have at least two; sort it first")
    return chosen


def read_arrays(times: Any, values: Any, sds: Any, given: Mapping[str, Any], link: str, points: int) -> Readings:
    """Check what was given to `fuse` and put it on the link scale; `given` are its optional arrays by name.

    Raises:
        EstimateError: arrays do not fit together, or a value lies outside the link's range.
    """
    if link not in LINKS:
        raise EstimateError(f"link {link!r} is not one of {', '.join(LINKS)}; choose one of them")
    value = np.atleast_1d(np.asarray(values, dtype=float))
    start = as_numbers(times)
    count = value.size
    end = start if given["ends"] is None else as_numbers(given["ends"])
    if count == 0 or start.size != count or end.size != count:
        raise EstimateError(f"{start.size} times and {end.size} ends for {count} values; give one for each")
    bounds = [None] * count if given["bounds"] is None else list(given["bounds"])
    named = [None] * count if given["sources"] is None else [_plain(name) for name in given["sources"]]
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
    return Readings(
        labels,
        sources,
        grid,
        *on_link(value, sds, link),
        np.array([_BOUNDS[bound] for bound in bounds], dtype=np.int8),
        np.array([place.get(name, -1) for name in named]),
        weights,
        cells,
    )


def with_known(data: Readings, labels: tuple[Hashable, ...]) -> Readings:
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
