"""What a number measures, by the words beside it: units, money signs, months and years, names with digits.

In: a number among tokens. Out: a `Measure`, or None for a bare count of something.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import NamedTuple

from outproduce.languages import language_data
from outproduce.languages.number_words import expand_words
from outproduce.languages.numbers import Number
from outproduce.lexicon import HYPHENS, Lexicon, Token

# fmt: off
CALIBRES = frozenset(map(float, (
    4.5, 5.45, 5.56, 6.5, 6.8, 7.62, 8.6, 9, 12.7, 14.5, 20, 23, 25, 27, 30, 35, 37, 40, 45, 50, 57, 60, 70, 73, 75, 76,
    80, 81, 82, 84, 85, 88, 90, 100, 105, 107, 114, 115, 120, 122, 125, 127, 128, 130, 140, 152, 155, 160, 170, 175,
    180, 203, 210, 220, 227, 240, 280, 300, 305, 370, 400,
)))
# fmt: on
MEASURES = (
    *(
        "times",
        "percent",
        "fraction",
        "score",
        "money",
        "length",
        "calibre",
        "mass",
        "area",
        "speed",
        "temperature",
        "duration",
        "date",
    ),
    *(
        "clock",
        "age",
        "people",
        "ordinal",
        "rank",
        "name",
        "phone",
        "power",
        "volume",
        "data",
    ),
)
_MANY = frozenset("xх×")  # "10x Shahed" counts, "10x more" multiplies
_CLOSING_QUOTES = frozenset("»”\"'’“")
_YEARS = (1900.0, 2100.0)


class Measure(NamedTuple):
    """A measure with its unit, and the tokens (exclusive end) that its words and signs reach from and to.

    `approximate` where the order of the words says about: "процентов на семьдесят".
    """

    name: str
    unit: str | None
    first: int
    last: int
    approximate: bool = False


def words_at(lexicon: Lexicon[str], tokens: Sequence[Token], end: int, most: int = 4) -> tuple[int, str] | None:
    """Find the longest phrase that ends right before token `end`: where it begins, and its value."""
    for first in range(max(0, end - most), end):
        for match in lexicon.at(tokens, first):
            if match.last == end:
                return first, match.value
    return None


class MeasureWords:
    """The words and signs beside numbers in one language."""

    def __init__(self, lang: str) -> None:
        data = language_data(lang, "numbers")
        self.units = _units(data["units"])
        self.inverted = _units(data["inverted_units"])
        self.inverted_prepositions = frozenset(data["inverted_prepositions"])
        self.inverted_about = frozenset(data["inverted_about"])
        self.before: Lexicon[tuple[str, str | None]] = Lexicon()
        for currency, signs in data["money_before"].items():
            self.before.extend(signs, ("money", currency))
        for name in ("name", "age", "rank", "calibre", "times"):
            self.before.extend(data[f"{name}_before"], (name, None))
        self.months = frozenset(data["months"])
        self.capital_months = data["decimal"] == "."
        self.year_before = frozenset(data["year_before"])
        self.round_year_before = frozenset(data["round_year_before"])
        self.year_after: Lexicon[str] = Lexicon()
        self.year_after.extend(data["year_after"], "year")
        self.year_locative = frozenset(data["year_locative"])
        self.year_rates = frozenset(data["year_rates"])
        self.year_prefixes = frozenset(data["year_prefixes"])
        self.counted_after = frozenset(data["counted_after"])
        self.counted_endings = tuple(expand_words(data["counted_endings"]))
        self.gap_stop = frozenset(data["gap_stop"])
        self.adjective_endings = tuple(expand_words(data["adjective_endings"]))
        self.ordinal_suffixes = frozenset(expand_words(data["ordinal_suffixes"]))
        self.ordinal_stems_after = tuple(data["ordinal_stems_after"])
        self.cardinal_suffixes = frozenset(expand_words(data["cardinal_suffixes"]))
        self.decade_suffixes = frozenset(expand_words(data["decade_suffixes"]))
        self.day_words = frozenset(data["day_words"])

    def measure(self, text: str, tokens: Sequence[Token], number: Number, owned: int = 0) -> Measure | None:
        """Tell what a number measures; tokens before `owned` belong to an earlier figure.

        A count with a case ending ("5-ти") comes back with the name "count".
        """
        if number.written and (found := self._glued_before(tokens, number)):
            return found
        if number.kind not in ("count", "fraction") and not (number.kind == "ordinal" and not number.written):
            return Measure(number.kind, None, number.first, number.last)
        if number.written and number.kind == "count":
            if found := self._written(text, tokens, number):
                return found
        elif number.kind == "ordinal":
            year = self._year_word(tokens, number.last)
            return Measure("date" if year > number.last else "ordinal", None, number.first, year)
        found = self._before(tokens, number) or self._unit_after(tokens, number)
        if found is None and number.kind == "count":
            found = self._inverted(tokens, number, owned)
        if found is None and number.kind == "fraction":
            found = Measure("fraction", None, number.first, number.last)
        return found

    def _written(self, text: str, tokens: Sequence[Token], number: Number) -> Measure | None:
        first, last = number.first, number.last
        after = tokens[last] if last < len(tokens) else None
        if after and number.tail == 1.0 and after.start == tokens[last - 1].end:
            if after.raw[0].isalpha() and (found := self._glued_after(tokens, number, last, after.norm)):
                return found
            hyphenated = after.norm in HYPHENS and last + 1 < len(tokens) and tokens[last + 1].start == after.end
            if hyphenated and (found := self._hyphen_after(tokens, number, tokens[last + 1])):
                return found
        if _starts_line(text, tokens, number):
            return Measure("ordinal", None, first, last)
        if self._is_age(tokens, number):
            return Measure("age", "year", first, last)
        return self._date(tokens, number)

    def _glued_before(self, tokens: Sequence[Token], number: Number) -> Measure | None:
        """See a name in "Х-101", "К9", «Герань»-2; a date in "mid-2026"."""
        i = number.first
        if not i or tokens[i - 1].end != tokens[i].start:
            return None
        before = tokens[i - 1]
        at = i - 1
        if before.norm in HYPHENS or before.norm == "/":
            if i < 2 or tokens[i - 2].end != before.start:
                return None
            before, at = tokens[i - 2], i - 2
            if before.raw[0].isdigit():
                return self._glued_before(tokens, number._replace(first=at)) if tokens[i - 1].norm == "/" else None
            if not before.raw[0].isalpha() and before.raw not in _CLOSING_QUOTES:
                return None
        elif not before.raw[0].isalpha():
            return None
        year = before.norm in self.year_prefixes and (_YEARS[0] <= number.low < _YEARS[1] or before.norm == "fy")
        return Measure("date" if year else "name", None, at, number.last)

    def _glued_after(self, tokens: Sequence[Token], number: Number, last: int, norm: str) -> Measure | None:
        if norm in _MANY and last + 1 < len(tokens) and tokens[last + 1].raw[0].isupper():
            return Measure("count", None, number.first, last + 1)
        if self.unit_at(tokens, last):
            return None
        if norm in self.decade_suffixes and number.low % 10 == 0 and (number.low >= 1900 or number.low < 100):
            return Measure("date", None, number.first, last + 1)
        return Measure("ordinal" if norm in self.ordinal_suffixes else "name", None, number.first, last + 1)

    def _hyphen_after(self, tokens: Sequence[Token], number: Number, word: Token) -> Measure | None:
        """Read case endings ("2025-го", "5-ти", "90-х") and names with the letter behind ("24-В")."""
        if not word.raw[0].isalpha():
            return None
        if word.norm.startswith(self.ordinal_stems_after):
            return Measure("ordinal", None, number.first, number.last + 2)
        last = number.last + 2
        if word.norm in self.ordinal_suffixes or word.norm in self.decade_suffixes:
            year = self._year_word(tokens, last)
            is_date = (
                year > last or _YEARS[0] <= number.low < _YEARS[1] or self._month_beside(tokens, number.first, last)
            )
            return Measure("date" if is_date else "ordinal", None, number.first, year)
        if word.norm in self.cardinal_suffixes:
            unit = self.unit_at(tokens, last)
            return unit._replace(first=number.first) if unit else Measure("count", None, number.first, last)
        if word.raw.isupper() and not self.unit_at(tokens, number.last + 1):
            return Measure("name", None, number.first, last)
        return None

    def _date(self, tokens: Sequence[Token], number: Number) -> Measure | None:
        """See a day beside its month, or a year: by the word behind, the month, or for want of anything counted."""
        first, last, value = number.first, number.last, number.low
        if last != first + 1:
            return None
        digits, year = len(tokens[first].raw), self._year_word(tokens, last)
        sure = year > last or self._month_beside(tokens, first, last)
        if digits <= 2:
            is_year = digits == 2 and year > last and tokens[last].norm in self.year_locative
            return Measure("date", None, first, year) if is_year or self._is_day(tokens, number) else None
        if digits != 4 or value >= _YEARS[1]:
            return None
        if value < _YEARS[0]:
            before = tokens[first - 1].norm if first else ""
            sure = sure or (before in self.round_year_before and value >= 1600 and not self._counted(tokens, last))
        else:
            sure = sure or not self._counts_something(tokens, number)
        return Measure("date", None, first, year) if sure else None

    def _is_day(self, tokens: Sequence[Token], number: Number) -> bool:
        return 1 <= number.low <= 31 and self._month_beside(tokens, number.first, number.last)

    def _counted(self, tokens: Sequence[Token], last: int) -> bool:
        """Tell whether a word that may be counted follows."""
        word = tokens[last].norm if last < len(tokens) and tokens[last].raw[0].isalpha() else ""
        endings = self.counted_endings + self.adjective_endings or ("\0",)
        return bool(word) and (word in self.counted_after or word.endswith(endings))

    @staticmethod
    def _is_age(tokens: Sequence[Token], number: Number) -> bool:
        """See an age in "said Anna, 22, who studies"."""
        first, last = number.first, number.last
        if not 15 <= number.low < 100 or first < 2 or last >= len(tokens) or last != first + 1:
            return False
        return tokens[first - 1].norm == "," == tokens[last].norm and tokens[first - 2].raw.istitle()

    def _counts_something(self, tokens: Sequence[Token], number: Number) -> bool:
        """Tell a count written like a year ("2000 дронов") from a year, by its neighbours."""
        before = tokens[number.first - 1].norm if number.first else ""
        after = tokens[number.last] if number.last < len(tokens) else None
        word = after.norm if after and after.raw[0].isalpha() else ""
        if number.low % 50 == 0:
            return before not in self.round_year_before
        counted = self._counted(tokens, number.last)
        if before in self.year_before:
            return counted and word not in self.year_rates and bool(self.counted_endings)
        return counted or (self.capital_months and word.endswith("s") and word not in self.year_rates)

    def _month_beside(self, tokens: Sequence[Token], first: int, last: int) -> bool:
        """See a month next to a day, or before a year with the days between: "9 червня", "Aug. 10-21, 2023"."""
        after = last
        if after + 1 < len(tokens) and tokens[after].norm in ("of", "-", "."):
            after += 1
        before = first - 1
        if len(tokens[first].raw) == 4:
            while before > max(0, first - 7) and (tokens[before].raw.isdigit() or tokens[before].norm in ",.-–"):
                before -= 1
        elif before > 0 and tokens[before].norm == ".":
            before -= 1
        for at in (before, after):
            if 0 <= at < len(tokens) and tokens[at].norm in self.months:
                return not self.capital_months or tokens[at].raw[0].isupper()
        return last < len(tokens) and tokens[last].norm in self.day_words

    def _year_word(self, tokens: Sequence[Token], last: int) -> int:
        found = self.year_after.at(tokens, last) if last < len(tokens) else []
        return found[0].last if found else last

    def _before(self, tokens: Sequence[Token], number: Number) -> Measure | None:
        end = number.first
        if not end:
            return None
        for first in range(max(0, end - 3), end):
            for match in self.before.at(tokens, first):
                if match.last == end:
                    name, unit = match.value
                    if name == "name" and not number.written:
                        continue
                    return Measure(name, unit, first, number.last)
        return None

    def money_sign(self, tokens: Sequence[Token], end: int) -> int | None:
        """Find a money sign that ends right before token `end`: the token where it begins."""
        for first in range(max(0, end - 3), end):
            if any(match.last == end and match.value[0] == "money" for match in self.before.at(tokens, first)):
                return first
        return None

    def unit_at(self, tokens: Sequence[Token], at: int) -> Measure | None:
        """Read the unit that begins at a token, if there is one."""
        if at >= len(tokens):
            return None
        for match in self.units.at(tokens, at):
            token = tokens[at]
            if (
                match.last == at + 1
                and len(token.norm) == 1
                and token.norm.isalpha()
                and not self._is_letter_unit(tokens, at)
            ):
                continue
            return Measure(match.value[0], match.value[1], at, match.last)
        return None

    @staticmethod
    def _is_letter_unit(tokens: Sequence[Token], at: int) -> bool:
        following = tokens[at + 1] if at + 1 < len(tokens) else None
        glued = (
            following is not None
            and following.start == tokens[at].end
            and (following.raw[0].isalnum() or following.norm in HYPHENS)
        )
        return tokens[at].raw.islower() and not glued

    def _unit_after(self, tokens: Sequence[Token], number: Number) -> Measure | None:
        at = number.last
        if at < len(tokens) and tokens[at].norm in HYPHENS:
            at += 1
        unit = self.unit_at(tokens, at)
        if unit is None:
            return self._beyond_adjectives(tokens, number, at)
        if unit.name == "length" and unit.unit == "millimetre" and number.low in CALIBRES and number.high == number.low:
            unit = unit._replace(name="calibre")
        following = self.unit_at(tokens, unit.last) if unit.name == "duration" else None
        if following and following.name in ("age", "clock"):
            unit = following
        return unit._replace(first=number.first)

    def _beyond_adjectives(self, tokens: Sequence[Token], number: Number, at: int) -> Measure | None:
        """Find people or money one or two adjectives further on: "10,000 North Korean troops"."""
        for j in range(at, min(at + 2, len(tokens) - 1)):
            word = tokens[j]
            if not word.raw[0].isalpha() or word.norm in self.gap_stop:
                return None
            if self.adjective_endings and not word.norm.endswith(self.adjective_endings):
                return None
            unit = self.unit_at(tokens, j + 1)
            if unit and unit.name in ("people", "money"):
                return unit._replace(first=number.first)
        return None

    def _inverted(self, tokens: Sequence[Token], number: Number, owned: int) -> Measure | None:
        """Find the unit before the number: "процентов на семьдесят", "штук сорок"."""
        end = number.first
        for last in (end, end - 1):
            if last < end and (end < 2 or tokens[end - 1].norm not in self.inverted_prepositions):
                return None
            for first in range(max(owned, last - 2), last):
                for match in self.inverted.at(tokens, first):
                    if match.last == last:
                        return Measure(match.value[0], match.value[1], first, number.last, approximate=True)
        return None


def _units(table: Mapping[str, Mapping[str, Iterable[str]]]) -> Lexicon[tuple[str, str]]:
    lexicon: Lexicon[tuple[str, str]] = Lexicon()
    for name, units in table.items():
        for unit, phrases in units.items():
            lexicon.extend(phrases, (name, unit))
    return lexicon


def _starts_line(text: str, tokens: Sequence[Token], number: Number) -> bool:
    """See the number of a list at the start of a line: "1." or "2)" before a word."""
    first, last = number.first, number.last
    if last != first + 1 or number.low > 99 or last + 1 >= len(tokens) or tokens[last].norm not in (".", ")"):
        return False
    if first and "\n" not in text[tokens[first - 1].end : tokens[first].start]:
        return False
    return (
        tokens[last].start == tokens[last - 1].end
        and tokens[last].end < tokens[last + 1].start
        and tokens[last + 1].raw[0].isupper()
    )


@cache
def measure_words(lang: str) -> MeasureWords:
    """Give the measure words of a language, read once."""
    return MeasureWords(lang)
