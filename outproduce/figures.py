"""Every quantity in a text: how much, with its bounds, and what it measures.

In: text and its language. Out: `Figure`s in the order of the text. Which item a figure counts is not asked here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import NamedTuple

from outproduce.languages import language_data
from outproduce.languages.digits import groups_with_dots
from outproduce.languages.measures import CALIBRES, MeasureWords, measure_words, words_at
from outproduce.languages.numbers import Number, NumberWords, number_words
from outproduce.lexicon import HYPHENS, Lexicon, Match, Token, tokenize

_SENTENCE_ENDS = frozenset(".!?;…")
_UNBOUNDED = frozenset(("date", "clock", "ordinal", "name", "phone", "rank"))
_UNSHARED = ("name", "ordinal", "clock", "phone", "age", "rank", "fraction")
_DASHES = frozenset("-‐‑–—−")
_WINDOW = 14


@dataclass(frozen=True, slots=True)
class Figure:
    """A quantity in a text: `text[start:end] == raw`, the number with its magnitude, without "about" and the unit.

    `low` and `high` are equal for one value; None is an open end ("at least 5": high None). `measure` is None for a
    bare count, otherwise one of `languages.measures.MEASURES`; times, percent (40 is 40 %), fraction and score (3:1
    is 3) carry ratios. `unit` is the canonical unit of mass, length, duration or money. `outer` spans bound words and
    the unit too.
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


class _Range(NamedTuple):
    """One number, or the two ends of a range."""

    first: int
    last: int
    low: Number
    high: Number


class _FigureWords:
    """What stands around figures in one language: bounds, joiners of ranges, verbs of growth, ratios in one word."""

    def __init__(self, lang: str) -> None:
        data = language_data(lang, "numbers")
        self.before: Lexicon[str] = Lexicon()
        for sense, phrases in data["before"].items():
            self.before.extend(phrases, sense)
        self.after: Lexicon[str] = Lexicon()
        for sense, phrases in data["after"].items():
            self.after.extend(phrases, sense)
        ends = data["range"]
        self.pairs: dict[str, frozenset[str]] = {opener: frozenset(joins) for opener, joins in ends["pairs"].items()}
        self.joins: Lexicon[str] = Lexicon()
        self.joins.extend({join for joins in self.pairs.values() for join in joins}, "pair")
        self.joins.extend(ends["joined"], "joined")
        self.joins.extend(ends["near"], "near")
        self.change, self.two_figures = frozenset(ends["change"]), frozenset(ends["two_figures"])
        self.list_joiners = frozenset(data["list_joiners"])
        self.multiples: Lexicon[tuple[float, float | None]] = Lexicon()
        for value, phrases in data["multiples"].items():
            self.multiples.extend(phrases, (float(value), float(value)))
        for value, phrases in data["multiples_open"].items():
            self.multiples.extend(phrases, (float(value), None))
        self.fractions: Lexicon[tuple[float, float | None]] = Lexicon()
        for value, phrases in data["fraction_phrases"].items():
            self.fractions.extend(phrases, (float(value), float(value)))
        self.passed: Lexicon[str] = Lexicon()
        self.passed.extend(data["not_numbers"], "passed")
        self.numbers: NumberWords = number_words(lang)
        self.measures: MeasureWords = measure_words(lang)
        self.inverted: bool = data["inverted"]
        self._grows: dict[str, bool] = {}
        self._growth_words = frozenset(word for word in data["growth"] if not word.endswith("*"))
        self._growth_stems = tuple(word[:-1] for word in data["growth"] if word.endswith("*"))
        self._is_start: dict[str, bool] = {}
        firsts = [
            phrase.split()[0]
            for table in ("multiples", "multiples_open", "fraction_phrases")
            for row in data[table].values()
            for phrase in row
        ]
        firsts += [phrase.split()[0] for phrase in data["not_numbers"]]
        self._first_stems = tuple(word[:-1] for word in firsts if word.endswith("*"))
        self._first_words = (
            frozenset(tokenize(word)[0].norm for word in firsts if not word.endswith("*")) | self.numbers.starts
        )

    def grows(self, norm: str) -> bool:
        """Tell whether a word speaks of rise or fall."""
        known = self._grows.get(norm)
        if known is None:
            known = self._grows[norm] = norm in self._growth_words or norm.startswith(self._growth_stems)
        return known

    def starts(self, norm: str) -> bool:
        """Tell whether a number, a ratio or a phrase to pass over may begin with a word."""
        known = self._is_start.get(norm)
        if known is None:
            known = norm[0].isdigit() or norm in self._first_words or norm.startswith(self._first_stems)
            self._is_start[norm] = known
        return known


@cache
def _figure_words(lang: str) -> _FigureWords:
    return _FigureWords(lang)


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
    words = _figure_words(lang)
    tokens = tokenize(text) if tokens is None else tokens
    numbers = list(_numbers(text, tokens, words))
    figures: list[Figure] = []
    owned = 0
    for span in _ranges(text, tokens, numbers, words):
        figure, owned = _figure(text, tokens, span, words, owned)
        figures.append(figure)
    return _share_measures(text, figures, words)


def _numbers(text: str, tokens: Sequence[Token], words: _FigureWords) -> Iterator[Number]:
    """Read number after number, from left to right."""
    dots_group = groups_with_dots(text)
    starts, i, last = words.starts, 0, 0
    while i < len(tokens):
        if not starts(tokens[i].norm):
            i += 1
            continue
        passed = words.passed.at(tokens, i)
        if passed:
            i = passed[0].last
            continue
        number = _ratio_word(tokens, i, words)
        if number is None and words.inverted and last < i + 1:
            number = _inverted(text, tokens, i, words, follows=i == last and i > 0)
        number = number or words.numbers.read(text, tokens, i, dots_group=dots_group)
        if number is None:
            i += 1
            continue
        yield number
        i = last = number.last


def _ratio_word(tokens: Sequence[Token], i: int, words: _FigureWords) -> Number | None:
    for lexicon, kind in ((words.multiples, "times"), (words.fractions, "fraction")):
        if found := lexicon.at(tokens, i):
            return Number(i, found[0].last, *found[0].value, kind)
    return None


def _inverted(text: str, tokens: Sequence[Token], i: int, words: _FigureWords, *, follows: bool) -> Number | None:
    """Read "тысяч двадцать", "десятков зо три": the magnitude first means about."""
    scale = words.numbers.words.get(tokens[i].norm)
    if follows or scale is None or scale.role not in ("scale", "group") or scale.form == "short":
        return None
    j = i + 1
    if scale.form == "many" and j < len(tokens) and tokens[j].norm in words.measures.inverted_prepositions:
        j += 1
    count = words.numbers.words.get(tokens[j].norm) if j < len(tokens) else None
    written = j < len(tokens) and scale.form == "many" and tokens[j].raw.isdigit()
    if not written and (count is None or count.role not in ("plain", "sesqui")):
        return None
    few = scale.form == "many" or (scale.value == 10 and scale.form == "one") or scale.form == "either"
    number = words.numbers.read(text, tokens, j)
    if not few or number is None or number.kind != "count" or number.tail != 1.0 or number.low >= 1000:
        return None
    if scale.form != "many" and not 2 <= number.low <= (4 if scale.form == "either" else 9):
        return None
    return number.times(scale.value)._replace(first=i, tail=scale.value, approximate=True)


def _ranges(text: str, tokens: Sequence[Token], numbers: Sequence[Number], words: _FigureWords) -> Iterator[_Range]:
    """Join the ends of ranges; let the first of two ends share the magnitude of the second."""
    i = 0
    while i < len(numbers):
        low = numbers[i]
        if i + 1 == len(numbers):
            yield _Range(low.first, low.last, low, low)
            return
        high = numbers[i + 1]
        joined, shared = _join(tokens, low, high, words)
        if joined and shared.low < high.low:
            yield _Range(low.first, high.last, shared, high)
            i += 2
            continue
        yield _Range(low.first, low.last, shared, shared)
        i += 1


def _join(tokens: Sequence[Token], low: Number, high: Number, words: _FigureWords) -> tuple[bool, Number]:
    """Tell whether two numbers are the ends of a range; the first one comes back with its magnitude."""
    gap = high.first - low.last
    alike = low.kind == high.kind or {low.kind, high.kind} <= {"count", "fraction", "times"}
    if not 1 <= gap <= 6 or low.kind not in ("count", "fraction", "times") or not alike:
        return False, low
    at = low.last
    unit = words.measures.unit_at(tokens, at)
    if unit and unit.last < high.first:
        at = unit.last
    if tokens[at].norm in HYPHENS and at + 1 < high.first:
        at += 1
    if tokens[at].norm in _DASHES and high.first == at + 1:
        shared = _share_magnitude(low, high)
        return _dash_joins(tokens, at, shared, high), shared
    join = next((match for match in words.joins.at(tokens, at) if match.last <= high.first), None)
    if join is None:
        return False, low
    reach = _reach_back(tokens, high.first, words, join.last) if join.last < high.first else high.first
    if reach > join.last:
        return False, low
    shared = _share_magnitude(low, high)
    return _words_join(tokens, shared, high, join, words), shared


def _share_magnitude(low: Number, high: Number) -> Number:
    """Make "60" of "60–70 thousand" sixty thousand."""
    if low.tail == 1.0 and high.tail > 1.0 and low.low < high.low / high.tail and low.kind == "count":
        return low.times(high.tail)._replace(tail=high.tail)
    return low


def _dash_joins(tokens: Sequence[Token], at: int, low: Number, high: Number) -> bool:
    spaced = tokens[at - 1].end < tokens[at].start or tokens[at].end < tokens[at + 1].start
    if spaced and (low.written != high.written or high.low > 3 * low.low):
        return False
    year = low.written and low.last - low.first == 1 and 1900 <= low.low < 2100 and len(tokens[low.first].raw) == 4
    return not year or high.low < 2100


def _words_join(tokens: Sequence[Token], low: Number, high: Number, join: Match[str], words: _FigureWords) -> bool:
    opener = _opener(tokens, low, words)
    joiner = " ".join(token.norm for token in tokens[join.first : join.last])
    if opener and joiner in words.pairs[opener]:
        if opener in words.two_figures:
            return False
        return not (opener in words.change and _growth_near(tokens, low.first, high.last, words))
    senses = {match.value for match in words.joins.at(tokens, join.first) if match.last == join.last}
    if "joined" in senses:
        return True
    close = high.low <= (1.5 if low.written or high.written else 2.01) * low.low or high.low - low.low == low.tail
    if joiner == ",":
        close = close and not low.written and not high.written and high.tail > 1 and join.last == high.first
    return "near" in senses and close


def _opener(tokens: Sequence[Token], low: Number, words: _FigureWords) -> str | None:
    first = _reach_back(tokens, low.first, words, 0)
    for at in (low.first, first):
        if at and tokens[at - 1].norm in words.pairs:
            return tokens[at - 1].norm
    return None


def _reach_back(tokens: Sequence[Token], first: int, words: _FigureWords, stop: int) -> int:
    """Walk back over "about", "only" and money signs before a number."""
    while first > stop:
        found = words_at(words.before, tokens, first)
        sign = words.measures.money_sign(tokens, first)
        if found and found[1] in ("about", "pass") and found[0] >= stop:
            first = found[0]
        elif sign is not None and sign >= stop:
            first = sign
        else:
            break
    return first


def _growth_near(tokens: Sequence[Token], first: int, last: int, words: _FigureWords) -> bool:
    """See a verb of growth before in the sentence, or shortly after in the clause."""
    for i in range(first - 1, max(-1, first - 1 - _WINDOW), -1):
        if tokens[i].norm in _SENTENCE_ENDS and tokens[i].end < tokens[i + 1].start:
            break
        if words.grows(tokens[i].norm):
            return True
    if not words.inverted:
        return False
    for i in range(last, min(len(tokens), last + 6)):
        if tokens[i].norm in _SENTENCE_ENDS or tokens[i].norm == ",":
            break
        if words.grows(tokens[i].norm):
            return True
    return False


def _figure(text: str, tokens: Sequence[Token], span: _Range, words: _FigureWords, owned: int) -> tuple[Figure, int]:
    """Make one figure of a range; also give the first token that is still free after it."""
    number = span.high._replace(first=span.first)
    measure = words.measures.measure(text, tokens, number, owned)
    if span.low is not span.high and measure is None:
        measure = words.measures.measure(text, tokens, span.low, owned)
    name = None if measure is None or measure.name == "count" else measure.name
    first, last = (
        min(span.first, measure.first if measure else span.first),
        max(span.last, measure.last if measure else 0),
    )
    bounds = _Bounds(first, last, number.approximate)
    if name not in _UNBOUNDED:
        bounds = _bounds(tokens, span, bounds, words, owned)
    low: float | None = span.low.low
    high = span.high.high
    if bounds.sense == "at_most":
        low, high = None, span.high.low
    elif bounds.sense == "at_least":
        high = None
    start, end = tokens[span.first].start, tokens[span.last - 1].end
    unit = measure.unit if measure else None
    outer = (tokens[bounds.first].start, tokens[bounds.last - 1].end)
    figure = Figure(start, end, low, high, text[start:end], name, unit, bounds.approximate, outer)
    return figure, bounds.last


class _Bounds(NamedTuple):
    """How far a figure's words reach, and what they say about its ends."""

    first: int
    last: int
    approximate: bool
    sense: str | None = None


def _bounds(tokens: Sequence[Token], span: _Range, so_far: _Bounds, words: _FigureWords, owned: int) -> _Bounds:
    first, last, approximate, sense = so_far
    at = first
    for _ in range(4):
        found = words_at(words.before, tokens, at)
        if found is None or found[0] < owned:
            break
        at = found[0]
        said = _sense(tokens, found, span, words)
        approximate = approximate or said == "about"
        sense = sense or (said if said in ("at_least", "at_most") else None)
        first = at if said != "pass" else first
    for place in {span.last, last}:
        place += place < len(tokens) and tokens[place].norm in HYPHENS
        after = words.after.at(tokens, place) if place < len(tokens) else []
        if after:
            approximate = approximate or after[0].value == "about"
            sense = sense or (after[0].value if after[0].value != "about" else None)
            last = max(last, after[0].last)
    return _Bounds(first, last, approximate, sense)


def _sense(tokens: Sequence[Token], found: tuple[int, str], span: _Range, words: _FigureWords) -> str:
    """Settle whether "до 100" and "up to 100" are a bound or, after a verb of growth, the value itself."""
    at, said = found
    if said == "to_target":
        return "target" if _growth_near(tokens, at, span.last, words) else "at_most"
    if said == "up_to":
        return "target" if at and words.grows(tokens[at - 1].norm) else "at_most"
    return said


def _share_measures(text: str, figures: list[Figure], words: _FigureWords) -> list[Figure]:
    """Give the measure of "155" in "152 and 155 mm" to the "152" before it, from right to left."""
    for i in range(len(figures) - 2, -1, -1):
        here, after = figures[i], figures[i + 1]
        if here.measure is not None or after.measure in (None, *_UNSHARED) or after.start - here.end > 12:
            continue
        between = text[here.end : after.start].strip().lower()
        if between not in words.list_joiners or (after.measure == "calibre" and here.low not in CALIBRES):
            continue
        if after.unit is None or (between == "," and after.measure not in ("calibre", "percent")):
            continue
        figures[i] = replace(here, measure=after.measure, unit=after.unit)
    return figures
