"""The grammar that adds number words and digits up, in the language whose tables `number_words` gives.

In: tokens and a place among them. Out: a `Number` that begins there, or None. What it measures is not asked here.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from outproduce.languages.digits import read_digits
from outproduce.languages.number_words import NumberWords, Word
from outproduce.lexicon import HYPHENS, Lexicon, Token


class Number(NamedTuple):
    """A number in tokens `first` to `last` (exclusive). An upper end of None is open ("dozens", "with a bit").

    `kind` is count, fraction, ordinal, times, date, clock, score or phone; `tail` is the magnitude it ends in.
    """

    first: int
    last: int
    low: float
    high: float | None
    kind: str = "count"
    tail: float = 1.0
    approximate: bool = False
    written: bool = False

    def times(self, factor: float) -> Number:
        """Multiply both ends."""
        return self._replace(low=self.low * factor, high=None if self.high is None else self.high * factor)


@dataclass(slots=True)
class _Sum:
    """A number under way: `total` of finished magnitudes, `group` below the next, `floor` the smallest place filled."""

    total: float = 0.0
    group: float | None = None
    floor: float = math.inf
    last_scale: float = math.inf
    tail: float = 1.0
    parts: int = 0
    opened: bool = False

    def begin(self, value: float, opened: bool = False) -> _Sum:
        self.group, self.floor, self.opened = value, 0.0, opened
        return self

    def accept(self, word: Word, after_genitive: bool) -> bool:
        """Add one word if it fits; False leaves the sum as it was."""
        if word.role == "plain":
            return self._add(word.value)
        if word.role == "sesqui" and self.group is None and not self.total:
            self.begin(word.value)
            return True
        if word.role in ("group", "adding"):
            return self._multiply(word, after_genitive)
        return word.role == "scale" and self._close(word, after_genitive)

    def _add(self, value: float) -> bool:
        if self.group is None:
            if value >= self.last_scale or (self.total and not value):
                return False
            self.group = 0.0
        elif not 0 < value < self.floor:
            return False
        self.group += value
        self.floor = 100.0 if value >= 100 else 10.0 if value >= 20 else 1.0
        self.tail = 1.0
        return True

    def _alone(self, word: Word, after_genitive: bool) -> float:
        """Give the coefficient of a magnitude with nothing before it."""
        if word.form == "one" or (word.form == "either" and after_genitive):
            return 1.0
        self.opened = True
        return word.alone / word.value if word.alone else 2.0

    def _multiply(self, word: Word, after_genitive: bool) -> bool:
        if self.group is None:
            if self.total:
                return False
            self.group = self._alone(word, after_genitive)
        elif word.role == "adding" and self.group >= 100:
            return False
        elif self.opened and word.alone:
            self.group = word.alone / word.value  # "several dozen" are as many as "dozens"
        self.group *= word.value
        self.tail *= word.value
        self.floor = word.value if word.role == "adding" else 0.0
        return True

    def _close(self, word: Word, after_genitive: bool) -> bool:
        if self.group is None and self.total:
            if word.form == "one" and word.value < self.last_scale:
                self.group = 1.0
            elif word.value > self.last_scale and self.parts == 1:
                return self._lift(word)
            else:
                return False
        if word.value > self.last_scale or (self.group is None and word.form == "short"):
            return False
        if self.group is None:
            self.group = self._alone(word, after_genitive)
        if self.opened and self.tail == 10.0 and math.isclose(self.group, 24.0):
            self.group = 20.0  # dozens alone are 24, tens of thousands are 20,000
        self.total += self.group * word.value
        self.group, self.floor, self.last_scale = None, math.inf, word.value
        self.parts += 1
        self.tail = self.tail * word.value if self.parts == 1 else 0.0
        return True

    def _lift(self, word: Word) -> bool:
        """Multiply all so far: "three thousand million"."""
        self.total *= word.value
        self.tail *= word.value
        self.last_scale = word.value
        return True

    def add_part(self, part: float) -> None:
        """Add a half or another part of the last magnitude."""
        if self.group is None:
            self.total += part * self.last_scale
        else:
            self.group += part
            self.floor = 0.0

    @property
    def started(self) -> bool:
        return self.group is not None or self.parts > 0

    @property
    def value(self) -> float:
        return self.total + (self.group or 0.0)


class NumberReader(NumberWords):
    """Reads the numbers of one language."""

    def read(self, text: str, tokens: Sequence[Token], i: int, *, dots_group: bool = False) -> Number | None:
        """Read the number that begins at token `i`, as far as it goes."""
        token = tokens[i]
        if token.raw[0].isdigit():
            return self._read_written(text, tokens, i, dots_group)
        word = self.words.get(token.norm)
        if token.norm in self.minus and i + 1 < len(tokens):
            following = self.read(text, tokens, i + 1, dots_group=dots_group)
            return following and following._replace(first=i).times(-1.0)
        if token.norm in self.articles and (number := self._after_article(text, tokens, i)):
            return number
        if token.norm in self.point and i + 1 < len(tokens) and tokens[i + 1].norm in self.words:
            total = _Sum().begin(0.0)
            last = self._read_point(text, tokens, i + 1, total)
            return self._finish(text, tokens, i, last, total) if last else None
        if word is None:
            return self._bare_fraction(text, tokens, i) or self._read_ordinal(tokens, i)
        if word.role in ("half", "pair", "several"):
            return self._read_opening(text, tokens, i, word)
        if word.role.startswith("fused"):
            high = None if word.role == "fused_open" else word.value
            number = Number(i, i + 1, word.value, high)
            return self._continue(text, tokens, number)
        return self._finish(text, tokens, i, i, _Sum())

    def _read_written(self, text: str, tokens: Sequence[Token], i: int, dots_group: bool) -> Number:
        written = read_digits(text, tokens[i].start, self.decimal, dots_group)
        last = _token_at(tokens, i, written.end)
        if (sign := _sign_before(tokens, i)) == ".":
            number = self._finish(text, tokens, i - 1, last, _Sum().begin(float(f"0.{tokens[i].raw}")))
            assert number is not None
            minus = number._replace(first=i - 2).times(-1.0) if _sign_before(tokens, i - 1) == "-" else number
            return minus._replace(written=True)
        if written.kind != "count":
            return Number(i, last, written.value, written.value, written.kind, written=True)
        number = self._finish(text, tokens, i, last, _Sum().begin(written.value))
        assert number is not None
        return number._replace(first=i - 1, written=True).times(-1.0) if sign == "-" else number._replace(written=True)

    def _after_article(self, text: str, tokens: Sequence[Token], i: int) -> Number | None:
        """Read "a hundred", "a third", "a couple of dozen"."""
        if i + 1 >= len(tokens):
            return None
        norm = tokens[i + 1].norm
        word = self.words.get(norm)
        if word and (word.role in ("half", "pair", "several") or word.form == "one"):
            number = self.read(text, tokens, i + 1)
            return number and number._replace(first=i)
        if self._is_fraction(tokens, i, i + 1):
            return self._fraction(text, tokens, i, i + 1, 1.0)
        return None

    def _read_opening(self, text: str, tokens: Sequence[Token], i: int, word: Word) -> Number | None:
        """Read what begins with half, pair or several: "half a million", "a couple of dozen", "several thousand"."""
        j = self._skip(self.of, tokens, i + 1)
        while j < len(tokens) and tokens[j].norm in self.articles and word.role == "half":
            j += 1
        magnitude = self.words.get(tokens[j].norm) if j < len(tokens) else None
        if magnitude and magnitude.role in ("scale", "group", "adding") and magnitude.form != "short":
            return self._finish(text, tokens, i, j, _Sum().begin(word.value, word.role == "several"))
        if word.role == "half":
            return Number(i, i + 1, 0.5, 0.5, "fraction")
        return Number(i, i + 1, 2.0, 2.0) if word.role == "pair" else None

    def _bare_fraction(self, text: str, tokens: Sequence[Token], i: int) -> Number | None:
        norm = tokens[i].norm
        if not self._is_fraction(tokens, i, i) or (
            norm in self.bound_fractions and not self._part_follows(tokens, i + 1)
        ):
            return None
        return self._fraction(text, tokens, i, i, 1.0)

    def _is_fraction(self, tokens: Sequence[Token], first: int, at: int) -> bool:
        """Tell whether a fraction's noun stands at `at`, in a phrase from `first`; a quarter may be a time."""
        if at >= len(tokens) or tokens[at].norm not in self.fractions:
            return False
        if tokens[at].norm not in self.periods:
            return True
        after = tokens[at + 1] if at + 1 < len(tokens) else None
        if after and after.norm in self.period_after:
            return first != at and not (at + 2 < len(tokens) and tokens[at + 2].raw.startswith("20"))
        return first > 0 and first != at and tokens[first - 1].norm in self.period_before

    def _part_follows(self, tokens: Sequence[Token], j: int) -> bool:
        return j < len(tokens) and tokens[j].norm in self.fraction_parts

    def _fraction(self, text: str, tokens: Sequence[Token], first: int, at: int, count: float) -> Number:
        """Read from the fraction noun at `at` on; "a quarter of a million" is a count."""
        value = count * self.fractions[tokens[at].norm]
        last = at + 1 + self._part_follows(tokens, at + 1)
        j = self._skip(self.of, tokens, last)
        word = self.words.get(tokens[j].norm) if j < len(tokens) else None
        if word and word.role == "scale" and word.form not in ("many", "short"):
            number = self._finish(text, tokens, first, j, _Sum().begin(value))
            if number:
                return number
        return Number(first, last, value, value, "fraction")

    def _read_ordinal(self, tokens: Sequence[Token], i: int) -> Number | None:
        value = self.ordinals.get(tokens[i].norm)
        return None if value is None else Number(i, i + 1, value, value, "ordinal")

    def _continue(self, text: str, tokens: Sequence[Token], number: Number) -> Number:
        """Let a fused word take a magnitude: "полсотни тысяч"."""
        opened = number.high is None
        longer = self._finish(text, tokens, number.first, number.last, _Sum().begin(number.low, opened))
        return longer or number

    def _finish(self, text: str, tokens: Sequence[Token], first: int, j: int, total: _Sum) -> Number | None:
        """Take in word after word from `j` until one does not fit."""
        before = tokens[first - 1].norm if first else ""
        after_genitive = before in self.genitive_before
        while j < len(tokens):
            word = self.words.get(tokens[j].norm)
            if word and self._adjoins(tokens, j, word) and total.accept(word, after_genitive):
                j += 1
                if (
                    word.form == "short"
                    and j < len(tokens)
                    and tokens[j].norm == "."
                    and tokens[j].start == tokens[j - 1].end
                ):
                    j += 1
                continue
            further = self._bridge(text, tokens, j, total)
            if further == j:
                break
            j = further
        if not total.started:
            return None
        return self._closing(text, tokens, first, j, total)

    def _closing(self, text: str, tokens: Sequence[Token], first: int, j: int, total: _Sum) -> Number:
        """End a sum: an ordinal or a fraction noun after it changes what it is."""
        value = total.value
        k = j + (j < len(tokens) and tokens[j].norm in HYPHENS)
        norm = tokens[k].norm if k < len(tokens) else ""
        if 0 < value < 20 and value == int(value) and self._is_fraction(tokens, first, k):
            return self._fraction(text, tokens, first, k, value)
        if norm in self.parts and 0 < value < 1000:
            return Number(first, k + 1, value * self.parts[norm], value * self.parts[norm], "fraction")
        after_scale = total.group is None and self.hyphen_joins  # "2.2 million first-person craft"
        if (
            norm in self.ordinals
            and not after_scale
            and total.floor > self.ordinals[norm]
            and k - j <= self.hyphen_joins
        ):
            return Number(first, k + 1, value + self.ordinals[norm], value + self.ordinals[norm], "ordinal")
        return Number(first, j, value, None if total.opened else value, tail=total.tail)

    def _adjoins(self, tokens: Sequence[Token], j: int, word: Word) -> bool:
        """One letter is a magnitude only right behind digits, and with nothing but the end of the word after it."""
        if word.form != "short" or len(tokens[j].norm) > 1:
            return True
        glued = j > 0 and tokens[j - 1].end == tokens[j].start and tokens[j - 1].raw[0].isdigit()
        if not glued or j + 1 == len(tokens):
            return glued
        following = tokens[j + 1]
        return following.norm not in self.metre_after and not (
            following.start == tokens[j].end and following.raw[0].isalnum()
        )

    def _bridge(self, text: str, tokens: Sequence[Token], j: int, total: _Sum) -> int:
        """Step over what joins number words; the place after it, or `j` where nothing joins."""
        if not total.started:
            return j
        following = self.words.get(tokens[j + 1].norm) if j + 1 < len(tokens) else None
        norm = tokens[j].norm
        if half := self.halves.at(tokens, j):
            total.add_part(half[0].value)
            return half[0].last
        odd = self.odd.at(tokens, j)
        if odd and (odd[0].last - j > 1 or self._scale_at(tokens, odd[0].last)):
            total.opened = True
            return odd[0].last
        if norm in HYPHENS:
            joins = self.hyphen_joins and following and following.role == "plain" and total.floor == 10.0
            joins = joins or (
                following
                and following.role in ("scale", "group", "adding")
                and following.form not in ("many", "short")
                and total.tail == 1.0
                and total.group is not None
            )
            return (
                j + 1 if joins and tokens[j - 1].end == tokens[j].start and tokens[j].end == tokens[j + 1].start else j
            )
        if norm in self.whole:
            return self._read_parts(text, tokens, j + 1, total) or self._read_point(text, tokens, j + 1, total) or j
        if norm in self.point and (further := self._read_point(text, tokens, j + 1, total)):
            return further
        if norm in self.joiners and following and following.role in ("plain", "half"):
            return self._read_and(text, tokens, j, total)
        if total.tail > 1 and total.group is not None and self.of.at(tokens, j) and self._scale_at(tokens, j + 1):
            return j + 1
        if norm[0].isdigit() and total.group is None:
            return self._read_smaller(text, tokens, j, total)
        return j

    def _scale_at(self, tokens: Sequence[Token], j: int) -> bool:
        word = self.words.get(tokens[j].norm) if j < len(tokens) else None
        return word is not None and word.role in ("scale", "group", "adding")

    def _read_and(self, text: str, tokens: Sequence[Token], j: int, total: _Sum) -> int:
        """Step over "and" in "two hundred and five" (not "two hundred and five hundred") and "два і сім десятих"."""
        part = self._read_parts(text, tokens, j + 1, total)
        if part:
            return part
        word = self.words[tokens[j + 1].norm]
        if not self.hyphen_joins or word.role != "plain" or not (total.floor == 100.0 or total.group is None):
            return j
        rest = self._finish(text, tokens, j + 1, j + 1, _Sum())
        if rest is None or rest.kind != "count" or rest.low >= (100 if total.floor == 100.0 else total.last_scale):
            smaller = rest is not None and rest.tail > 1 and total.floor == 100.0 and rest.low / rest.tail < 100
            return j + 1 if smaller and rest is not None and rest.tail >= 1000 else j
        return j + 1

    def _read_smaller(self, text: str, tokens: Sequence[Token], j: int, total: _Sum) -> int:
        """Take in digits after a magnitude where a smaller one follows: "1 млн 200 тыс."."""
        written = read_digits(text, tokens[j].start, self.decimal)
        last = _token_at(tokens, j, written.end)
        word = self.words.get(tokens[last].norm) if last < len(tokens) else None
        smaller = word and word.role == "scale" and written.value * word.value < total.last_scale
        if not smaller or written.kind != "count":
            return j
        total.begin(written.value, total.opened)
        return last

    def _read_parts(self, text: str, tokens: Sequence[Token], j: int, total: _Sum) -> int:
        """Read "(и) две десятых" at `j` into the sum; 0 where nothing of the kind stands there."""
        if j < len(tokens) and tokens[j].norm in self.joiners:
            j += 1
        part, k = _Sum(), j
        while k < len(tokens) and (word := self.words.get(tokens[k].norm)) and part.accept(word, False):
            k += 1
        if part.started and part.group is not None and k < len(tokens) and tokens[k].norm in self.parts:
            total.add_part(part.value * self.parts[tokens[k].norm])
            return k + 1
        return 0

    def _read_point(self, text: str, tokens: Sequence[Token], j: int, total: _Sum) -> int:
        """Read spoken decimals at `j` ("point two five", "кома тринадцять") into the sum; 0 where there are none."""
        digits, k = "", j
        while k < len(tokens):
            if tokens[k].norm in self.spoken_zero:
                digits, k = digits + "0", k + 1
                continue
            if tokens[k].raw.isdigit():
                return 0 if digits else self._add_decimals(tokens[k].raw, total, k + 1)
            piece, start = _Sum(), k
            while (
                k < len(tokens)
                and (word := self.words.get(tokens[k].norm))
                and word.role == "plain"
                and piece.accept(word, False)
            ):
                k += 1
            if k == start:
                break
            digits += f"{piece.value:.0f}"
        return self._add_decimals(digits, total, k) if digits else 0

    @staticmethod
    def _add_decimals(digits: str, total: _Sum, k: int) -> int:
        if not digits.isdigit() or (total.group is None and not total.total):
            return 0
        whole, total.total, total.last_scale, total.parts = total.value, 0.0, math.inf, 0
        total.begin(float(f"{whole:.0f}.{digits}"), total.opened)
        return k

    @staticmethod
    def _skip(lexicon: Lexicon[float], tokens: Sequence[Token], j: int) -> int:
        found = lexicon.at(tokens, j) if j < len(tokens) else []
        return found[0].last if found else j


def _sign_before(tokens: Sequence[Token], i: int) -> str:
    """Give the minus or the decimal point that is glued to token `i` and to nothing before it, else nothing."""
    if not i or tokens[i - 1].end != tokens[i].start or tokens[i - 1].norm not in ("-", "−", "."):
        return ""
    before = tokens[i - 2] if i > 1 else None
    if before and before.end == tokens[i - 1].start and before.norm not in ("(", "-", "−"):
        return ""
    if tokens[i - 1].norm == ".":
        return "."
    return "" if before and before.raw[0].isdigit() else "-"


def _token_at(tokens: Sequence[Token], i: int, end: int) -> int:
    """Index of the first token from `i` on that begins at or after character `end`."""
    while i < len(tokens) and tokens[i].start < end:
        i += 1
    return i


@cache
def number_reader(lang: str) -> NumberReader:
    """Give the reader of a language, its words read once."""
    return NumberReader(lang)
