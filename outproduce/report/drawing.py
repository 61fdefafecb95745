"""An answer drawn as SVG: two bands over time, a mark for every story, and the probability under them.

Shapes carry no colours: the classes `a` and `b` are coloured by the page, and differ in shape and dash too.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from html import escape

from outproduce.answers import Comparison, MonthlyRace
from outproduce.estimate.model import AT_LEAST, AT_MOST, VALUE
from outproduce.estimate.months import month_index
from outproduce.estimate.observations import Sight
from outproduce.estimate.world import World
from outproduce.report.charts import short


@dataclass(frozen=True, slots=True)
class Mark:
    """One story on the chart: `place` the month, `value` pieces a month or None for a comparison.

    `side` is a or b: whose output, or whom a comparison puts ahead; `even` where it says they make as much. `shape` is
    value, least or most; `part` marks a member of a bloc. `title` is shown when it is pointed at, `target` the id of
    the row it leads to.
    """

    place: float
    value: float | None
    side: str
    shape: str
    part: bool
    title: str
    target: str


@dataclass(frozen=True, slots=True)
class Frame:
    """Measures of a chart in pixels of its own; `labelled` has titles and links at its marks."""

    width: int
    left: int
    right: int
    font: int
    every_years: int
    labelled: bool

    top: int = 12
    rates: int = 330  # bottom of the upper panel
    strip: int = 384  # bottom of the comparisons
    chance: int = 500  # bottom of the probability
    height: int = 526


WIDE = Frame(940, 58, 96, 13, 1, labelled=True)
NARROW = Frame(350, 44, 12, 11, 2, labelled=False)


def marks_of(
    answer: Comparison, sights: Sequence[Sight], world: World, titles: dict[str, str], prefix: str, ahead: int = 0
) -> list[Mark]:
    """Place the stories that the answer saw; `titles` and the ids of the rows (`prefix` + story) go with them.

    Those about a time more than `ahead` months after the last month of the answer are left out.
    """
    found = []
    first, last = month_index(answer.series[0].month), month_index(answer.series[-1].month)
    for sight in sights:
        side = _side(answer, sight, world)
        place = sum(sight.months) / 2
        if side is None or sight.story not in titles or sight.top == sight.bottom or not first <= place <= last + ahead:
            continue
        value = None if sight.bottom else math.exp(sight.value)
        shape = {AT_LEAST: "least", AT_MOST: "most"}.get(sight.kind, "value")
        part = not {answer.a, answer.b} & {*sight.top}
        target = f"{prefix}{sight.story}"
        found.append(Mark(place, value, side, shape, part, titles[sight.story], target))
    return found


def _side(answer: Comparison, sight: Sight, world: World) -> str | None:
    """Whose output a sight is about; of a comparison, whom it puts ahead, or `even`. None where it is of others."""
    top, bottom = (_party(answer, names, world) for names in (sight.top, sight.bottom))
    if sight.wide or (sight.bottom and (bottom is None or top in (None, bottom))):
        return None
    return "even" if sight.bottom and sight.kind == VALUE and sight.value == 0 else top


def _party(answer: Comparison, names: Sequence[str], world: World) -> str | None:
    """Which of the two parties names are of, themselves or as parts of it; of one within the other, the inner one."""
    of = [any(party in (name, *world.wholes_above(name)) for name in names) for party in (answer.a, answer.b)]
    if all(of):
        return "a" if answer.b in world.wholes_above(answer.a) else "b"
    return "a" if of[0] else "b" if of[1] else None


def render_race(answer: Comparison, marks: Sequence[Mark], frame: Frame, *, log: bool, ident: str) -> str:
    """Draw an answer; `ident` makes the ids of title and description unique on the page."""
    first = month_index(answer.series[0].month)
    span = max(len(answer.series) - 1, 1)

    def x(place: float) -> float:
        return frame.left + (place - first) / span * (frame.width - frame.left - frame.right)

    values = [mark.value for mark in marks if mark.value is not None]
    y = _scale(answer.series, values, frame, log)
    parts = [
        f'<svg class="race" viewBox="0 0 {frame.width} {frame.height}" role="img" '
        f'aria-labelledby="{ident}-t {ident}-d" style="font-size:{frame.font}px">',
        f'<title id="{ident}-t">{escape(answer.a)} and {escape(answer.b)}, month by month</title>',
        f'<desc id="{ident}-d">{escape(describe(answer))}</desc>',
        *_axes(answer, frame, x, y, values, log),
        *_bands(answer, x, y),
        *_crossing(answer, frame, x),
        *(_draw_mark(mark, x, y, frame) for mark in marks),
        *_chances(answer, frame, x),
        *_names(answer, frame, y),
        "</svg>",
    ]
    return "\n".join(parts)


def describe(answer: Comparison) -> str:
    """Say in words what the chart shows, for those who do not see it."""
    first, last = answer.series[0], answer.series[-1]
    return (
        f"{answer.sentence()} From {first.month} to {last.month} {answer.a} went from {short(first.a.median)} to "
        f"{short(last.a.median)} a month and {answer.b} from {short(first.b.median)} to {short(last.b.median)}; "
        f"the probability that {answer.a} is ahead went from {100 * first.probability_a_ahead:.0f} to "
        f"{100 * last.probability_a_ahead:.0f} percent."
    )


def _scale(series: Sequence[MonthlyRace], values: Sequence[float], frame: Frame, log: bool) -> Callable[[float], float]:
    """Make the function from a rate to its height; marks far outside are put at the edge."""
    low, high = limits(series, values, log)

    def y(value: float) -> float:
        value = min(max(value, low), high)
        part = math.log(value / low) / math.log(high / low) if log else value / high
        return frame.rates - part * (frame.rates - frame.top)

    return y


def limits(series: Sequence[MonthlyRace], values: Sequence[float], log: bool) -> tuple[float, float]:
    """Give the ends of the vertical axis: the bands with a margin and, within reason, the marks."""
    bottom = min(min(row.a.low, row.b.low) for row in series)
    top = max(max(row.a.high, row.b.high) for row in series)
    if not log:
        return 0.0, top * 1.08
    low = min([bottom, *(value for value in values if value > bottom / 4)])
    high = max([top, *(value for value in values if value < top * 4)])
    return low / 1.1, high * 1.15


def _ticks(low: float, high: float, log: bool) -> Iterator[float]:
    if log:
        power = math.floor(math.log10(low))
        for exponent in range(power, math.ceil(math.log10(high)) + 1):
            yield from (step * 10.0**exponent for step in (1, 2, 5) if low <= step * 10.0**exponent <= high)
        return
    step = next(size * 10.0**power for power in range(-3, 12) for size in (1, 2, 5) if high / (size * 10.0**power) <= 6)
    yield from (step * count for count in range(int(high / step) + 1))


def _axes(
    answer: Comparison,
    frame: Frame,
    x: Callable[[float], float],
    y: Callable[[float], float],
    values: Sequence[float],
    log: bool,
) -> Iterator[str]:
    right = frame.width - frame.right
    for value in _ticks(*limits(answer.series, values, log), log):
        yield f'<line class="grid" x1="{frame.left}" x2="{right}" y1="{y(value):.1f}" y2="{y(value):.1f}"/>'
        yield f'<text class="tick end" x="{frame.left - 6}" y="{y(value) + 4:.1f}">{short(value)}</text>'
    for row in answer.series:
        year, month = row.month.split("-")
        if month == "01" and int(year) % frame.every_years == 0:
            at = x(month_index(row.month))
            yield f'<line class="grid" x1="{at:.1f}" x2="{at:.1f}" y1="{frame.top}" y2="{frame.chance}"/>'
            yield f'<text class="tick" x="{at + 3:.1f}" y="{frame.height - 8}">{year}</text>'
    for part in (0.0, 0.5, 1.0):
        height = _chance_y(part, frame)
        yield f'<line class="{"half" if part == 0.5 else "grid"}" x1="{frame.left}" x2="{right}" ' + (
            f'y1="{height:.1f}" y2="{height:.1f}"/>'
        )
        yield f'<text class="tick end" x="{frame.left - 6}" y="{height + 4:.1f}">{100 * part:.0f} %</text>'


def _bands(answer: Comparison, x: Callable[[float], float], y: Callable[[float], float]) -> Iterator[str]:
    places = [x(month_index(row.month)) for row in answer.series]
    for side in ("b", "a"):
        bands = [getattr(row, side) for row in answer.series]
        there = [f"{at:.1f},{y(band.high):.1f}" for at, band in zip(places, bands, strict=True)]
        back = [f"{at:.1f},{y(band.low):.1f}" for at, band in zip(places, bands, strict=True)]
        middle = [f"{at:.1f},{y(band.median):.1f}" for at, band in zip(places, bands, strict=True)]
        yield f'<polygon class="band {side}" points="{" ".join(there + back[::-1])}"/>'
        yield f'<polyline class="line {side}" points="{" ".join(middle)}"/>'


def crossing(answer: Comparison) -> tuple[str, str] | None:
    """Give who has come ahead and the first month of it, where that happened within the months shown."""
    for name, since in ((answer.a, answer.a_since[0]), (answer.b, answer.b_since[0])):
        if since is not None and since != answer.series[0].month:
            return name, since
    return None


def _crossing(answer: Comparison, frame: Frame, x: Callable[[float], float]) -> Iterator[str]:
    crossed = crossing(answer)
    if crossed is None:
        return
    at = x(month_index(crossed[1]))
    late = at > frame.left + 0.6 * (frame.width - frame.left - frame.right)
    yield f'<line class="cross" x1="{at:.1f}" x2="{at:.1f}" y1="{frame.top}" y2="{frame.chance}"/>'
    yield (
        f'<text class="cross{" end" if late else ""}" x="{at + (-5 if late else 5):.1f}" y="{frame.top + 10}">'
        f"{escape(crossed[0])} ahead since {crossed[1]}</text>"
    )


def _draw_mark(mark: Mark, x: Callable[[float], float], y: Callable[[float], float], frame: Frame) -> str:
    at = x(mark.place)
    if mark.value is None:
        height = frame.strip - {"a": 34, "even": 23, "b": 12}[mark.side]
        shape = f'<path d="M{at:.1f} {height - 7}v14"/>'
        kind = "said"
    else:
        shape = _shape(mark, at, y(mark.value))
        kind = "dot part" if mark.part else "dot"
    drawn = f'<g class="{kind} {mark.side}">{shape}'
    if frame.labelled:
        drawn += f"<title>{escape(mark.title)}</title>"
        return f'<a href="#{escape(mark.target, quote=True)}">{drawn}</g></a>'
    return f"{drawn}</g>"


def _shape(mark: Mark, x: float, y: float) -> str:
    """Circle for a, square for b, triangle for a bound: it points to where the value may lie."""
    if mark.shape == "least":
        return f'<path d="M{x - 4:.1f} {y:.1f}l4 -7l4 7z"/>'
    if mark.shape == "most":
        return f'<path d="M{x - 4:.1f} {y:.1f}l4 7l4 -7z"/>'
    if mark.side == "a":
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.6"/>'
    return f'<rect x="{x - 3.2:.1f}" y="{y - 3.2:.1f}" width="6.4" height="6.4"/>'


def _chance_y(chance: float, frame: Frame) -> float:
    return frame.chance - chance * (frame.chance - frame.strip - 22)


def _chances(answer: Comparison, frame: Frame, x: Callable[[float], float]) -> Iterator[str]:
    points = [
        f"{x(month_index(row.month)):.1f},{_chance_y(row.probability_a_ahead, frame):.1f}" for row in answer.series
    ]
    yield f'<polyline class="chance" points="{" ".join(points)}"/>'


def _names(answer: Comparison, frame: Frame, y: Callable[[float], float]) -> Iterator[str]:
    """Write the names beside the lines' ends (over them where there is no room) and what the lower panels are."""
    last = answer.series[-1]
    heights = [y(last.a.median), y(last.b.median)]
    if abs(heights[0] - heights[1]) < 16:
        heights[0], heights[1] = (
            (heights[0] - 8, heights[1] + 8) if heights[0] <= heights[1] else (heights[0] + 8, heights[1] - 8)
        )
    beside = frame.labelled
    for side, name, height in zip("ab", (answer.a, answer.b), heights, strict=True):
        at = frame.width - frame.right + 6 if beside else frame.width - frame.right
        shift = 4 if beside else (-6 if height == min(heights) else 14)
        anchor = "" if beside else " end"
        yield f'<text class="name {side}{anchor}" x="{at}" y="{height + shift:.1f}">{escape(name)}</text>'
    for text, row in ((f"said: {answer.a} makes more", 34), (f"said: {answer.b} makes more", 12)):
        yield f'<text class="note" x="{frame.left + 4}" y="{frame.strip - row + 4}">{escape(text)}</text>'
    note = f"probability that {answer.a} is ahead"
    yield f'<text class="note" x="{frame.left + 4}" y="{frame.strip + 16}">{escape(note)}</text>'
