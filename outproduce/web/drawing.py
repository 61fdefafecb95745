"""Charts as SVG: bands over time with a dot for every story, and the probability under them; every word is given.

Shapes carry classes, not colours, and no style attribute, so that a page without inline styles can show them. Shape is
by kind of claim, filled where it is actual, hollow where it is planned; sides differ in colour, dash and place too.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from outproduce.answers import Band
from outproduce.estimate.months import month_index
from outproduce.web.rows import Dot

_STEPS = (1, 2, 5)
_SHAPES = {
    "output": "M-4 0a4 4 0 1 0 8 0a4 4 0 1 0 -8 0z",
    "capacity": "M-3.6 -3.6h7.2v7.2h-7.2z",
    "transfer": "M0 -5l5 5l-5 5l-5 -5z",
    "stock": "M0 -4.6l4.6 8h-9.2z",
}
_OTHER_SHAPE = "M-4.5 -1.5h3v-3h3v3h3v3h-3v3h-3v-3h-3z"
_SMALL = 0.72  # size of a dot about a part of the side


@dataclass(frozen=True, slots=True)
class Frame:
    """Measures of a chart: whether names stand beside the lines, and in how many years' steps the axis is marked."""

    width: int
    left: int
    right: int
    font: int
    every_years: int
    top: int = 20
    rates: int = 370
    strip: int = 424
    chance: int = 536
    bottom: int = 24

    @property
    def beside(self) -> bool:
        """Whether there is room for names beside the lines."""
        return self.right > 60


WIDE = Frame(960, 52, 112, 13, 1)
NARROW = Frame(360, 44, 10, 12, 2, rates=300, strip=354, chance=452)


@dataclass(frozen=True, slots=True)
class Chart:
    """What is drawn: one or two bands by side (a, b), by month; texts in the language of the page.

    `chances` are probabilities by month, empty for one side. `dots` lead to `target` + claim and are named by `labels`.
    `short` writes a rate, `notes` are the texts: title, desc, chance, said_a, said_b, crossed.
    """

    months: Sequence[str]
    bands: Mapping[str, Sequence[Band]]
    names: Mapping[str, str]
    dots: Sequence[Dot]
    labels: Mapping[str, str]
    notes: Mapping[str, str]
    short: Callable[[float], str]
    chances: Sequence[float] = ()
    crossed: str | None = None
    target: str = "#c-"
    ident: str = "chart"

    @property
    def last(self) -> int:
        """Last month on the axis: that of the latest dot, a target still ahead, where it is after the bands."""
        return max([month_index(self.months[-1]), *(math.ceil(dot.place) for dot in self.dots)])


@dataclass(frozen=True, slots=True)
class _Scales:
    """From months and rates to places on the paper; `rows` are the marked rates."""

    x: Callable[[float], float]
    y: Callable[[float], float]
    rows: tuple[float, ...]


def draw(chart: Chart, frame: Frame, *, log: bool) -> Markup:
    """Draw a chart."""
    scales = _scales(chart, frame, log)
    ident = f"{chart.ident}-{'log' if log else 'lin'}-{frame.width}"
    height = (frame.chance if chart.chances else frame.rates) + frame.bottom
    parts = [
        f'<svg class="race" viewBox="0 0 {frame.width} {height}" font-size="{frame.font}" role="group" '
        f'aria-labelledby="{ident}-t" aria-describedby="{ident}-d">',
        f'<title id="{ident}-t">{escape(chart.notes["title"])}</title>',
        f'<desc id="{ident}-d">{escape(chart.notes["desc"])}</desc>',
        '<g aria-hidden="true">',
        *_axes(chart, frame, scales),
        *_bands(chart, scales),
        *_crossing(chart, frame, scales),
        *(_chance_panel(chart, frame, scales) if chart.chances else ()),
        "</g>",
        f'<g class="dots" data-first="{month_index(chart.months[0])}">',
        *(_dot(dot, chart, frame, scales) for dot in chart.dots),
        "</g>",
        '<g aria-hidden="true">',
        *_names(chart, frame, scales),
        "</g></svg>",
    ]
    return Markup("\n".join(parts))


def _scales(chart: Chart, frame: Frame, log: bool) -> _Scales:
    first = month_index(chart.months[0])
    span = max(chart.last - first, 1)
    values = [dot.value for dot in chart.dots if dot.value is not None]
    low, high = limits([band for bands in chart.bands.values() for band in bands], values, log=log)

    def x(place: float) -> float:
        return frame.left + (place - first) / span * (frame.width - frame.left - frame.right)

    def y(value: float) -> float:
        value = min(max(value, low), high)
        part = math.log(value / low) / math.log(high / low) if log else value / high
        return frame.rates - part * (frame.rates - frame.top)

    return _Scales(x, y, tuple(_ticks(low, high, log=log)))


def limits(bands: Sequence[Band], values: Sequence[float], *, log: bool) -> tuple[float, float]:
    """Give the ends of the vertical axis: the bands with a margin and, within reason, the dots; the rest at the edge.

    >>> limits([Band(10, 5, 20)], [100], log=False)
    (0.0, 21.6)
    """
    bottom, top = min(band.low for band in bands), max(band.high for band in bands)
    if not log:
        return 0.0, top * 1.08
    low = min([bottom, *(value for value in values if value > bottom / 4)])
    high = max([top, *(value for value in values if value < top * 4)])
    return low / 1.1, high * 1.15


def _ticks(low: float, high: float, *, log: bool) -> Iterator[float]:
    if log:
        powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
        steps = _STEPS if high / low < 300 else (1,)
        yield from (step * 10.0**at for at in powers for step in steps if low <= step * 10.0**at <= high)
        return
    size = next(step * 10.0**at for at in range(-3, 15) for step in _STEPS if high / (step * 10.0**at) <= 6)
    yield from (size * count for count in range(int(high / size) + 1))


def _axes(chart: Chart, frame: Frame, scales: _Scales) -> Iterator[str]:
    right = frame.width - frame.right
    last = -math.inf
    for value in scales.rows:
        height = scales.y(value)
        if abs(height - last) < 18:
            continue
        last = height
        yield f'<path class="grid" d="M{frame.left} {height:.1f}H{right}"/>'
        yield f'<text class="tick end" x="{frame.left - 7}" y="{height + 4:.1f}">{escape(chart.short(value))}</text>'
    foot = frame.chance if chart.chances else frame.rates
    for month in range(month_index(chart.months[0]), chart.last + 1):
        year = month // 12
        if month % 12 == 0 and year % frame.every_years == 0:
            at = scales.x(month)
            yield f'<path class="grid" d="M{at:.1f} {frame.top}V{foot + 6}"/>'
            yield f'<text class="tick" x="{at + 3:.1f}" y="{foot + 17}">{year}</text>'
    if chart.last > month_index(chart.months[-1]):  # what is right of this is still ahead
        yield f'<path class="half" d="M{scales.x(month_index(chart.months[-1])):.1f} {frame.top}V{foot}"/>'


def _bands(chart: Chart, scales: _Scales) -> Iterator[str]:
    places = [scales.x(month_index(month)) for month in chart.months]
    for side in sorted(chart.bands, reverse=True):
        rows = list(zip(places, chart.bands[side], strict=True))
        upper = [f"{at:.1f},{scales.y(band.high):.1f}" for at, band in rows]
        lower = [f"{at:.1f},{scales.y(band.low):.1f}" for at, band in reversed(rows)]
        yield f'<polygon class="band {side}" points="{" ".join(upper + lower)}"/>'
    for side in sorted(chart.bands, reverse=True):
        middle = [f"{at:.1f},{scales.y(b.median):.1f}" for at, b in zip(places, chart.bands[side], strict=True)]
        yield f'<polyline class="line {side}" points="{" ".join(middle)}"/>'


def _crossing(chart: Chart, frame: Frame, scales: _Scales) -> Iterator[str]:
    if chart.crossed is None:
        return
    at, right = scales.x(month_index(chart.crossed)), frame.width - frame.right
    late = at > frame.left + 0.55 * (right - frame.left)
    foot = frame.chance if chart.chances else frame.rates
    yield f'<path class="cross" d="M{at:.1f} {frame.top - 8}V{foot}"/>'
    yield (
        f'<text class="cross{" end" if late else ""}" x="{at + (-6 if late else 6):.1f}" y="{frame.top - 4}">'
        f"{escape(chart.notes['crossed'])}</text>"
    )


def _dot(dot: Dot, chart: Chart, frame: Frame, scales: _Scales) -> str:
    at = scales.x(dot.place)
    filled = "made" if dot.status == "actual" else "plan"
    if dot.value is None:
        height = float(frame.strip - {"a": 38, "even": 26, "b": 14}[dot.side])
        shape, kind = f'<path transform="translate({at:.1f} {height:.0f})" d="M-1.5 -6h3v12h-3z"/>', "said"
    else:
        height = scales.y(dot.value)
        size = f" scale({_SMALL})" if dot.part else ""
        path = _SHAPES.get(dot.kind, _OTHER_SHAPE)
        shape, kind = f'<path transform="translate({at:.1f} {height:.1f}){size}" d="{path}"/>', "dot"
        shape = _whisker(dot.bound, at, height) + shape
    label = escape(chart.labels.get(dot.claim, ""))
    place = f' data-place="{dot.place:g}"'
    href = escape(chart.target + dot.claim)
    return f'<a class="{kind} {dot.side} {filled}" href="{href}"{place} aria-label="{label}">{shape}</a>'


def _whisker(bound: str, at: float, height: float) -> str:
    """Draw a line to where the value may lie beyond a bound."""
    if bound == "value":
        return ""
    turn = -1 if bound == "least" else 1
    tip = f"m-2.5 {-3 * turn}l2.5 {3 * turn}l2.5 {-3 * turn}"
    return f'<path class="whisker" d="M{at:.1f} {height:.1f}v{13 * turn}{tip}"/>'


def _chance_y(chance: float, frame: Frame) -> float:
    return frame.chance - chance * (frame.chance - frame.strip - 24)


def _chance_panel(chart: Chart, frame: Frame, scales: _Scales) -> Iterator[str]:
    right = frame.width - frame.right
    for part in (0.0, 0.5, 1.0):
        height = _chance_y(part, frame)
        yield f'<path class="{"half" if part == 0.5 else "grid"}" d="M{frame.left} {height:.1f}H{right}"/>'
        yield f'<text class="tick end" x="{frame.left - 7}" y="{height + 4:.1f}">{100 * part:.0f} %</text>'
    rows = zip(chart.months, chart.chances, strict=True)
    points = [f"{scales.x(month_index(month)):.1f},{_chance_y(chance, frame):.1f}" for month, chance in rows]
    yield f'<polyline class="chance" points="{" ".join(points)}"/>'
    for side, row in (("a", 38), ("b", 14)):
        note = escape(chart.notes[f"said_{side}"])
        yield f'<text class="note" x="{frame.left + 4}" y="{frame.strip - row + 4}">{note}</text>'
    yield f'<text class="note" x="{frame.left + 4}" y="{frame.strip + 16}">{escape(chart.notes["chance"])}</text>'


def _names(chart: Chart, frame: Frame, scales: _Scales) -> Iterator[str]:
    """Write the names beside the lines' ends, over them where there is no room."""
    sides = sorted(chart.bands)
    heights = [scales.y(chart.bands[side][-1].median) for side in sides]
    if len(heights) == 2 and abs(heights[0] - heights[1]) < 18:
        middle, up = sum(heights) / 2, heights[0] <= heights[1]
        heights = [middle + (-9 if up else 9), middle + (9 if up else -9)]
    for side, height in zip(sides, heights, strict=True):
        at = frame.width - frame.right + 8 if frame.beside else scales.x(month_index(chart.months[-1]))
        shift = 4 if frame.beside else (-8 if height == min(heights) else 18)
        anchor = "" if frame.beside else " end"
        name = escape(chart.names[side])
        yield f'<text class="name {side}{anchor}" x="{at:.1f}" y="{height + shift:.1f}">{name}</text>'
