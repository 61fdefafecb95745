"""Numbers of a text from left to right, and which two of them are the ends of one range.

In: text and tokens. Out: `Range`s; bounds and measures are not asked here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from outproduce.languages.digits import groups_with_dots
from outproduce.languages.figure_words import FigureWords
from outproduce.languages.measures import words_at
from outproduce.languages.numbers import Number
from outproduce.lexicon import HYPHENS, Match, Token

_SENTENCE_ENDS = frozenset(".!?;…")
_DASHES = frozenset("-‐‑–—−")
_WINDOW = 14  # tokens in which a verb of growth is looked for


class Range(NamedTuple):
    """One number, or the two ends of a range; `is_end` where it is what something rose or fell to."""

    first: int
    last: int
    low: Number
    high: Number
    is_end: bool = False


def find_ranges(text: str, tokens: Sequence[Token], words: FigureWords) -> Iterator[Range]:
    """Find every number of a text, joined with its other end where it has one."""
    return _ranges(text, tokens, list(_numbers(text, tokens, words)), words)


def _numbers(text: str, tokens: Sequence[Token], words: FigureWords) -> Iterator[Number]:
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


def _ratio_word(tokens: Sequence[Token], i: int, words: FigureWords) -> Number | None:
    for lexicon, kind in ((words.multiples, "times"), (words.fractions, "fraction")):
        if found := lexicon.at(tokens, i):
            return Number(i, found[0].last, *found[0].value, kind)
    value = words.numbers.read_multiple(tokens[i].norm) if len(tokens[i].norm) > 6 else None
    return None if value is None else Number(i, i + 1, value, value, "times")


def _inverted(text: str, tokens: Sequence[Token], i: int, words: FigureWords, *, follows: bool) -> Number | None:
    """Read "тысяч двадцать", "десятков зо три": the magnitude first means about."""
    scale = words.numbers.words.get(tokens[i].norm)
    if follows or scale is None or scale.role not in ("scale", "group") or scale.form == "short":
        return None
    j = i + 1
    if j < len(tokens) and (
        tokens[j].norm in words.measures.inverted_about
        or (scale.form == "many" and tokens[j].norm in words.measures.inverted_prepositions)
    ):
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


def _ranges(text: str, tokens: Sequence[Token], numbers: Sequence[Number], words: FigureWords) -> Iterator[Range]:
    """Join the ends of ranges; let the first of two ends share the magnitude of the second."""
    i, is_end = 0, False
    while i < len(numbers):
        low = numbers[i]
        if i + 1 == len(numbers):
            yield Range(low.first, low.last, low, low, is_end)
            return
        high = numbers[i + 1]
        if odds := _odds(text, tokens, low, high, words):
            yield Range(low.first, high.last, odds, odds)
            i += 2
            continue
        joined, shared = _join(tokens, low, high, words)
        if joined and shared.low < high.low:
            yield Range(low.first, high.last, shared, high)
            i, is_end = i + 2, False
            continue
        yield Range(low.first, low.last, shared, shared, is_end)
        is_end = joined is None
        i += 1


def _odds(text: str, tokens: Sequence[Token], low: Number, high: Number, words: FigureWords) -> Number | None:
    """Read "three to one" and "пять к двум" as the ratio of the two."""
    if high.first != low.last + 1 or tokens[low.last].norm not in words.odds or not low.kind == high.kind == "count":
        return None
    under = (
        low.low == 1 and 3 <= high.low <= 100 and (high.last == len(tokens) or not tokens[high.last].raw[0].isalnum())
    )
    if (not under and (not 0 < high.low < low.low <= 100 or high.low > 10)) or high.tail != 1.0:
        return None
    two_ends = words.inverted and tokens[low.last].norm in words.joins_of_pairs and high.low != 1
    if two_ends or _opener(tokens, low, words) or words.measures.measure(text, tokens, high, high.first):
        return None
    ratio = low.low / high.low
    return Number(low.first, high.last, ratio, ratio, "score")


def _join(tokens: Sequence[Token], low: Number, high: Number, words: FigureWords) -> tuple[bool | None, Number]:
    """Tell whether two numbers are the ends of a range (None: of a change); the first comes back with its magnitude."""
    gap = high.first - low.last
    alike = low.kind == high.kind or (low.kind == "count" and high.kind in ("fraction", "times"))
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
    reach = reach_back(tokens, high.first, words, join.last) if join.last < high.first else high.first
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


def _words_join(
    tokens: Sequence[Token], low: Number, high: Number, join: Match[str], words: FigureWords
) -> bool | None:
    opener = _opener(tokens, low, words)
    joiner = " ".join(token.norm for token in tokens[join.first : join.last])
    if opener and joiner in words.pairs[opener]:
        if opener in words.two_figures:
            return None
        return None if opener in words.change and growth_near(tokens, low.first, high.last, words) else True
    senses = {match.value for match in words.joins.at(tokens, join.first) if match.last == join.last}
    if "joined" in senses:
        return True
    close = high.low <= (1.5 if low.written or high.written else 2.01) * low.low or high.low - low.low == low.tail
    if joiner == ",":
        close = close and not low.written and not high.written and high.tail > 1 and join.last == high.first
    return "near" in senses and close


def _opener(tokens: Sequence[Token], low: Number, words: FigureWords) -> str | None:
    first = reach_back(tokens, low.first, words, 0)
    for at in (low.first, first):
        if at and tokens[at - 1].norm in words.pairs:
            return tokens[at - 1].norm
    return None


def reach_back(tokens: Sequence[Token], first: int, words: FigureWords, stop: int) -> int:
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


def growth_near(tokens: Sequence[Token], first: int, last: int, words: FigureWords) -> bool:
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
