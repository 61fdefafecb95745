"""Every quantity in a text: how much, with its bounds, and what it measures.

In: text and its language. Out: `Figure`s in the order of the text. Which item a figure counts is not asked here.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from outproduce.languages.figure_words import FigureWords, figure_words
from outproduce.languages.measures import CALIBRES, Measure, words_at
from outproduce.languages.ranges import Range, find_ranges, growth_near
from outproduce.lexicon import HYPHENS, Token, tokenize

_UNBOUNDED = frozenset(("date", "clock", "ordinal", "name", "phone", "rank"))
_UNSHARED = ("name", "ordinal", "clock", "phone", "age", "rank", "fraction")
_MEMORY = 250  # characters for which a magnitude is remembered


@dataclass(frozen=True, slots=True)
class Figure:
    """A quantity in a text: `text[start:end] == raw`, the number with its magnitude, without "about" and the unit.

    `low` and `high` are equal for one value; None is an open end ("at least 5": high None). `measure` is None for a
    bare count, otherwise one of `languages.measures.MEASURES`; times, percent (40 is 40 %), fraction and score (3:1
    is 3) carry ratios. `unit` is the canonical unit of mass, length, duration or money. `outer` spans bound words and
    the unit too. `implied` is a magnitude that an earlier figure suggests where none is said ("60 thousand, last year
    40": 1000); `low` and `high` are without it, and it may be wrong.
    """

    start: int
    end: int
    low: float | None
    high: float | None
    raw: str
    measure: str | None = None
    unit: str | None = None
    approximate: bool = False
    outer: tuple[int, int] = (0, 0)
    implied: float = 1.0


def find_figures(text: str, lang: str, tokens: Sequence[Token] | None = None) -> list[Figure]:
    """Find every quantity in a text, in its order; none overlaps another.

    `tokens` are `tokenize(text)`, where the caller has them already.

    Raises:
        UsageError: there is no such language.

    >>> [(f.low, f.high, f.raw, f.measure) for f in find_figures("понад 1,2 млн снарядів, на 40 % більше", "uk")]
    [(1200000.0, None, '1,2 млн', None), (40.0, 40.0, '40', 'percent')]
    >>> [(f.low, f.high) for f in find_figures("between 60 and 70 thousand, up from 600", "en")]
    [(60000.0, 70000.0), (600.0, 600.0)]
    """
    words = figure_words(lang)
    tokens = tokenize(text) if tokens is None else tokens
    spans = [span for span in find_ranges(text, tokens, words) if _is_finite(span)]
    figures: list[Figure] = []
    owned = 0
    for span in spans:
        figure, owned = _figure(text, tokens, span, words, owned)
        figures.append(figure)
    figures = _share_measures(text, figures, words)
    return _complete_bare(text, tokens, spans, figures, words)


def _is_finite(span: Range) -> bool:
    """Whether its numbers can be counted with; hundreds of digits in a row cannot, and are no quantity."""
    ends = (span.low.low, span.low.high, span.high.low, span.high.high)
    return all(end is None or math.isfinite(end) for end in ends)


def _figure(text: str, tokens: Sequence[Token], span: Range, words: FigureWords, owned: int) -> tuple[Figure, int]:
    """Make one figure of a range; also give the first token that is still free after it."""
    measure = words.measures.measure(text, tokens, span.high, owned)
    if span.low is not span.high and measure is None:
        measure = words.measures.measure(text, tokens, span.low, owned)
    measure = measure or Measure("count", None, span.first, span.last)
    name = None if measure.name == "count" else measure.name
    about = span.low.approximate or span.high.approximate or measure.approximate
    bounds = _Bounds(min(span.first, measure.first), max(span.last, measure.last), about)
    if name not in _UNBOUNDED:
        bounds = _bounds_before(tokens, span, bounds, words, owned)
        bounds = _bounds_after(tokens, span, bounds, words)
    low: float | None = span.low.low
    high = span.high.high
    if bounds.sense == "at_most":
        low, high = None, span.high.low
    elif bounds.sense == "at_least":
        high = None
    start, end = tokens[span.first].start, tokens[span.last - 1].end
    outer = (tokens[bounds.first].start, tokens[bounds.last - 1].end)
    figure = Figure(start, end, low, high, text[start:end], name, measure.unit, bounds.approximate, outer)
    return figure, bounds.last


class _Bounds(NamedTuple):
    """How far a figure's words reach, and what they say about its ends."""

    first: int
    last: int
    approximate: bool
    sense: str | None = None


def _bounds_before(tokens: Sequence[Token], span: Range, so_far: _Bounds, words: FigureWords, owned: int) -> _Bounds:
    """Read "at least", "about" and the like, one after the other, before a figure."""
    first, last, approximate, sense = so_far
    at = first
    for _ in range(4):
        found = words_at(words.before, tokens, at)
        if found is None or found[0] < owned:
            break
        reached, at = at, found[0]
        lone = reached == at + 1 and tokens[at].norm in words.comparatives
        if lone and (span.high.kind == "times" or reached < first):
            break
        said = _sense(tokens, found, span, words)
        approximate = approximate or said == "about"
        sense = sense or (said if said in ("at_least", "at_most") else None)
        first = at if said != "pass" else first
    return _Bounds(first, last, approximate, sense)


def _bounds_after(tokens: Sequence[Token], span: Range, so_far: _Bounds, words: FigureWords) -> _Bounds:
    """Read "or more" and the like behind the number, its unit, or the noun it counts."""
    first, last, approximate, sense = so_far
    for place, lexicon in ((span.last, words.after), (last, words.after), (last + 1, words.after_noun)):
        place += place < len(tokens) and tokens[place].norm in HYPHENS
        after = lexicon.at(tokens, place) if place < len(tokens) else []
        if after:
            approximate = approximate or after[0].value == "about"
            sense = sense or (after[0].value if after[0].value != "about" else None)
            last = max(last, after[0].last)
    return _Bounds(first, last, approximate, sense)


def _sense(tokens: Sequence[Token], found: tuple[int, str], span: Range, words: FigureWords) -> str:
    """Settle whether "до 100" and "up to 100" are a bound or, after a verb of growth, the value itself."""
    at, said = found
    if said == "to_target":
        return "target" if span.is_end or growth_near(tokens, at, span.last, words) else "at_most"
    if said == "up_to":
        return "target" if at and words.grows(tokens[at - 1].norm) else "at_most"
    return said


def _share_measures(text: str, figures: list[Figure], words: FigureWords) -> list[Figure]:
    """Give the measure of "155" in "152 and 155 mm" to the "152" before it, from right to left."""
    for i in range(len(figures) - 2, -1, -1):
        here, after = figures[i], figures[i + 1]
        if here.measure is not None or after.measure in (None, *_UNSHARED) or after.start - here.end > 12:
            continue
        between = text[here.end : after.start].strip().lower()
        if between not in words.list_joiners or (after.measure == "calibre" and here.low not in CALIBRES):
            continue
        if after.measure == "date" and between != "," and here.low in range(1, 32):
            figures[i] = replace(here, measure="date")
            continue
        if after.unit is None or (between == "," and after.measure not in ("calibre", "percent")):
            continue
        figures[i] = replace(here, measure=after.measure, unit=after.unit)
    return figures


def _complete_bare(
    text: str, tokens: Sequence[Token], spans: Sequence[Range], figures: list[Figure], words: FigureWords
) -> list[Figure]:
    """See what a number with no noun behind it leaves out: "thousand" or "times" said with an earlier figure."""
    magnitude, said_at, times_at = 1.0, -_MEMORY, -_MEMORY
    coefficient = 0.0
    for i, (span, figure) in enumerate(zip(spans, figures, strict=True)):
        number = span.high
        if figure.measure == "times":
            times_at = figure.end
        if figure.measure is not None or number.kind != "count":
            continue
        if number.tail >= 1000:
            magnitude, said_at, coefficient = number.tail, figure.end, number.low / number.tail
            continue
        if number.tail != 1.0 or number.low >= 1000 or number.high is None or not _is_bare(tokens, span.last, words):
            said_at = -_MEMORY  # another count in between: the magnitude is no longer in mind
            continue
        before = tokens[span.first - 1].norm if span.first else ""
        if before in words.bare_times_before and figure.start - times_at < _MEMORY:
            figures[i] = replace(figure, measure="times", unit="times")
            times_at = figure.end
        elif figure.start - said_at < _MEMORY and max(2.0, coefficient / 8) <= number.low <= coefficient * 8:
            figures[i] = replace(figure, implied=magnitude)
    return figures


def _is_bare(tokens: Sequence[Token], last: int, words: FigureWords) -> bool:
    """Tell whether no noun follows at once."""
    if last >= len(tokens):
        return True
    token = tokens[last]
    return token.raw[0] not in "«„“\"'-" and (not token.raw[0].isalnum() or token.norm in words.bare_after)
