"""Small charts in text for a terminal: bands over time on a log scale, and a probability under them."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

WIDTH, HEIGHT = 72, 10
_LINES, _FILLS, _BOTH = ("●", "○"), ("▒", "░"), "▓"
_LEVELS = "▁▂▃▄▅▆▇█"


class HasBand(Protocol):
    """Anything with a median and an interval."""

    @property
    def median(self) -> float: ...  # noqa: D102
    @property
    def low(self) -> float: ...  # noqa: D102
    @property
    def high(self) -> float: ...  # noqa: D102


def render_bands(
    months: Sequence[str], series: Mapping[str, Sequence[HasBand]], points: Sequence[tuple[str, float]] = ()
) -> str:
    """Draw one or two series, one column for one or more months; the vertical axis is logarithmic.

    `points` are single figures by month (×), which may lie far outside the bands.
    """
    picked = pick_months(len(months), WIDTH)
    shown = [[band[at] for at in picked] for band in series.values()]
    dots = [(months.index(month), value) for month, value in points if month in months and value > 0]
    low = math.log10(max(min([value for _, value in dots] + [band.low for bands in shown for band in bands]), 1e-9))
    high = math.log10(max(max([value for _, value in dots] + [band.high for bands in shown for band in bands]), 1e-9))
    step = max(high - low, 1e-6) / (HEIGHT - 1)

    def row_of(value: float) -> int:
        return min(max(round((math.log10(max(value, 1e-9)) - low) / step), 0), HEIGHT - 1)

    marked = {(bisect_left(picked, at), row_of(value)) for at, value in dots}
    lines = []
    for row in reversed(range(HEIGHT)):
        cells = "".join(
            "×" if (at, row) in marked else _cell(row, [bands[at] for bands in shown], row_of)
            for at in range(len(picked))
        )
        label = short(10 ** (low + row * step)) if row % 3 == 0 or row == HEIGHT - 1 else ""
        lines.append(f"{label:>7} ┤{cells}".rstrip())
    legend = "   ".join(f"{line}{fill} {name}" for line, fill, name in zip(_LINES, _FILLS, series, strict=False))
    legend += "   × a claim" if dots else ""
    return "\n".join([*lines, _month_axis([months[at] for at in picked]), f"{'':9}{legend}"])


def _cell(row: int, bands: Sequence[HasBand], row_of: Callable[[float], int]) -> str:
    """Sign of one place: a median line before a band, both bands before one."""
    for line, band in zip(_LINES, bands, strict=False):
        if row_of(band.median) == row:
            return line
    inside = [row_of(band.low) <= row <= row_of(band.high) for band in bands]
    return (
        _BOTH if all(inside) and len(inside) == 2 else next((f for f, i in zip(_FILLS, inside, strict=False) if i), " ")
    )


def render_probability(months: Sequence[str], chances: Sequence[float], label: str) -> str:
    """Draw a probability as a row of blocks, the last value beside it."""
    picked = pick_months(len(months), WIDTH)
    blocks = "".join(_LEVELS[min(int(chances[at] * len(_LEVELS)), len(_LEVELS) - 1)] for at in picked)
    return f"{'':9}{blocks} {100 * chances[-1]:.0f} %  {label}"


def pick_months(count: int, width: int) -> list[int]:
    """Choose at most `width` of `count` positions, evenly, always the last.

    >>> pick_months(5, 72), pick_months(6, 3)
    ([0, 1, 2, 3, 4], [1, 3, 5])
    """
    step = math.ceil(count / width)
    return list(range((count - 1) % step, count, step))


def _month_axis(months: Sequence[str]) -> str:
    """Write the year under the first column of each, where there is room."""
    axis = [" "] * (len(months) + 5)
    free = 0
    for at, month in enumerate(months):
        if at >= free and (at == 0 or month[:4] != months[at - 1][:4]):
            axis[at : at + 5] = list(f"╵{month[:4]}")
            free = at + 6
    return f"{'':9}{''.join(axis)}".rstrip()


def short(value: float) -> str:
    """Write a number in three figures at most with k, M or bn.

    >>> [short(value) for value in (0.25, 950, 12_340, 2_500_000)]
    ['0.25', '950', '12.3k', '2.5M']
    """
    for size, unit in ((1e9, "bn"), (1e6, "M"), (1e3, "k")):
        if value >= size:
            return f"{value / size:.3g}{unit}"
    return f"{value:.3g}"
