"""Times and periods in a text: "by the end of 2025", "торік", "с начала года" -> dates; "a month", "щодоби" -> periods.

Reads words of time with their classes (`timewords`), finds constructions as regular expressions over the classes, and
works out dates from the text and the day of publication. Which figure a time belongs to is not decided here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, NamedTuple

from outproduce.lexicon import Token
from outproduce.timewords import Item, Tagged, tag_text, tag_tokens

WAR_MONTH = 2022 * 12 + 1  # February 2022, counted in months


@dataclass(frozen=True, slots=True)
class Time:
    """A time in a text: `text[start:end]`, with its preposition.

    `when` is first and last day, month or year, both inclusive, None where it hangs on an unknown publication date.
    `role` is in, by, since, until, before, from or now; a deadline (by) has its date in both places, since runs to
    the month of publication (to its own start where that is unknown). `tense` is past, present or future as seen from
    the publication, or None. `grain` is the size of what was named: day, week, month, quarter, season, half, year.
    """

    start: int
    end: int
    when: tuple[str, str] | None
    role: str
    grain: str
    tense: str | None


@dataclass(frozen=True, slots=True)
class Period:
    """The period of a rate: `count` times `per` (day, week, month, quarter, year), "every three months" is month, 3.

    `bare` marks a total over an interval ("за рік", "in a year") against a rate ("щороку", "a year").
    """

    start: int
    end: int
    per: str
    count: float
    bare: bool


class _Span(NamedTuple):
    first: str
    last: str
    grain: str


_UNIT = "[ykvgqhx]"
_TAIL = r"(?:,?e*(?:Y[yr]?|[TLXBKZ]e*y|N|Fe*Y)|e*y(?![AGO]))"
_CORES = {
    "iso": r"Y-d-d",
    "dotted": r"d\.d\.Y[yr]?",
    "days": rf"[do][-&][do]e*M{_TAIL}?|M[do]-[do](?:,?Y)?",
    "day": rf"o?[od]e*M{_TAIL}?",
    "month_day": r"M\.?[do](?![-.,]?[d#])(?:,?e*Y)?",
    "ago": rf"(?:[cd]e*{_UNIT}|a?{_UNIT}|[pt]|C)'?[AGO]",
    "ahead": rf"(?:(?<=z)|(?<=ze))(?:[cd]e*{_UNIT}|a?{_UNIT}|C)|(?:[cd]e*{_UNIT}|[pt])'@",
    "within": rf"(?:(?<=I)|(?<=Ie))(?:[cd]e*{_UNIT}|a?{_UNIT}|C|p)(?!')",
    "first_months": rf"(?:oe*)?[cd]k{_TAIL}|oe*[cd]k",
    "months": rf"M[-&]i?M{_TAIL}?",
    "adverb_part": r"N,?i?e*[Ms]|[Ms]N",
    "month": rf"M\.?{_TAIL}?",
    "quarter": rf"(?:[oR]e*|[dL])q{_TAIL}|(?:[oR]e*|d)q|Qd{_TAIL}?|dQ{_TAIL}?",
    "half": rf"(?:[oR]e*|d)h{_TAIL}?|\^d{_TAIL}?|d\^{_TAIL}?",
    "pointed": r"[TLXBK]e*[Ms]",
    "season": rf"s(?:i?Y[-/][dY]y?|{_TAIL})?",
    "lately": rf"[lLTX]e*(?:[cd]e*{_UNIT}|C)|le*{_UNIT}",
    "unit": rf"[TLXBKZ](?:[&,][TLXB])?e*{_UNIT}B?|yB",
    "year_adverb": r"N",
    "day_adverb": r"=",
    "fiscal": r"Fe*[Yd]|Ye*Fy?",
    "years": r"Y[-/&](?:Y|d)[yr]?",
    "year": r"o?oy|'?Y[yr]?",
    "span": rf"(?:(?<=[ij])|(?<=[ij]e))(?:[cd]e*{_UNIT}|C)",
    "this_unit": r"(?:(?<=[PI])|(?<=[PI]e))F?[ykvqh]",
    "pointer": r"[TLX](?=[-,])",
    "war": r"%*W",
    "prewar": r"V",
    "now": r"n",
    "weekday": r"[TLX]?w",
}
_TIME = re.compile(
    r"[ijIbDuUfz~]?e*(?:Pe*)?(?:" + "|".join(f"(?P<{name}>{core})" for name, core in _CORES.items()) + ")"
)
_PERIOD = re.compile(
    r"(?P<phrase>[pt])(?![AGOW%!'@]|e*W)|(?P<each>Ee*a?(?:[cd]e*)?[ykvgq])|(?P<total>[ij]e*(?:[cd]e*[ykvgq]|C))"
)
_ROLES = {"b": "by", "D": "by", "u": "until", "~": "until", "U": "before", "f": "since"}
_SHIFTS = {"T": 0, "L": -1, "X": 1, "B": -2}
_MONTHS = {"month": 1, "quarter": 3, "half": 6, "year": 12, "decade": 120}
_DAYS = {"day": 1, "week": 7}


def find_times(text: str, lang: str, published: str | None, tokens: Sequence[Token] | None = None) -> list[Time]:
    """Find all times in the order of the text; `published` is `YYYY-MM-DD` (month or year alone will do) or None.

    Raises:
        UsageError: there is no such language.

    >>> [(t.when, t.role) for t in find_times("Made 3 last year, wants 9 by the end of 2027", "en", "2025-06-09")]
    [(('2024', '2024'), 'in'), (('2027-12', '2027-12'), 'by')]
    """
    tagged = tag_text(text, lang) if tokens is None else tag_tokens(tokens, text, lang)
    return [time for time, _, _ in _Reader(text, tagged, lang, published).read()]


def find_periods(text: str, lang: str, tokens: Sequence[Token] | None = None) -> list[Period]:
    """Find the periods of rates and bare intervals in the order of the text; none of them is part of a `Time`.

    Raises:
        UsageError: there is no such language.

    >>> [(p.per, p.count, p.bare) for p in find_periods("за три місяці стільки, скільки НАТО за рік", "uk")]
    [('month', 3.0, True), ('year', 1.0, True)]
    """
    tagged = tag_text(text, lang) if tokens is None else tag_tokens(tokens, text, lang)
    letters = list(tagged.letters)
    for _, first, last in _Reader(text, tagged, lang, None).read():
        letters[first:last] = "_" * (last - first)
    free = "".join(letters)
    return [period for match in _PERIOD.finditer(free) if (period := _period(text, tagged, match)) is not None]


def _period(text: str, tagged: Tagged, match: re.Match[str]) -> Period | None:
    items = tagged.items[match.start() : match.end()]
    start, end = _edges(tagged.tokens, items)
    if match.lastgroup == "phrase":
        following = text[end : end + 4].lower()
        if following[:1] in "-‐‑" and following[1:2].isalpha():
            return None
        if items[0].value == "quarter" and following == " of ":
            return None
        return Period(start, end, items[0].value, 1.0, items[0].letter == "t")
    count, unit = _amount(items)
    if unit not in ("day", "week", "month", "quarter", "year"):
        return None
    return Period(start, end, unit, count, match.lastgroup == "total")


def _edges(tokens: Sequence[Token], items: Sequence[Item]) -> tuple[int, int]:
    return tokens[items[0].first].start, tokens[items[-1].last - 1].end


def _amount(items: Sequence[Item]) -> tuple[float, str]:
    """Give count and unit of "three months", "a year", "півроку"."""
    count, unit = 1.0, ""
    for item in items:
        if item.letter in "cd":
            count = float(item.value)
        elif item.letter == "C":
            count, unit = item.value
        elif item.letter in "ykvgqhxpt":
            unit = item.value
    return count, unit


def _month(index: int) -> str:
    return f"{index // 12:04d}-{index % 12 + 1:02d}"


def _index(day: str) -> int:
    """Months since year 0 of 'YYYY' (its January) or 'YYYY-MM...'."""
    return int(day[:4]) * 12 + (int(day[5:7]) - 1 if len(day) >= 7 else 0)


def _last_index(day: str) -> int:
    return _index(day) + (11 if len(day) == 4 else 0)


class _Reader:
    """Reads one text from left to right; knows the publication date and the year that was named last."""

    def __init__(self, text: str, tagged: Tagged, lang: str, published: str | None) -> None:
        self.text, self.tagged, self.lang = text, tagged, lang
        self.published = published
        self.now = _index(published) if published else None
        self.today = date.fromisoformat(published) if published and len(published) == 10 else None
        self.mention: int | None = None
        self.unit: tuple[str, str] = ("year", "y")

    def read(self) -> list[tuple[Time, int, int]]:
        """Give every time with its first and last (exclusive) item."""
        found: list[tuple[Time, int, int]] = []
        for match in _TIME.finditer(self.tagged.letters):
            first, last = match.span()
            while self.tagged.letters[first] == "e":
                first += 1
            time = self._time(first, last, str(match.lastgroup))
            if time is None:
                continue
            if found and found[-1][2] == first and (joined := self._join(found[-1], time, first)):
                found[-1] = (joined, found[-1][1], last)
            else:
                found.append((time, first, last))
        return found

    def _time(self, first: int, last: int, name: str) -> Time | None:
        items = self.tagged.items[first:last]
        if not self._holds(name, items, first, last):
            return None
        before = items[0].letter if items[0].letter in "ijIbDuUfz~" else ""
        part = next((item.value for item in items if item.letter == "P"), None)
        span = self._span(name, items, _ROLES.get(before, "in"), first)
        start, end = _edges(self.tagged.tokens, items)
        role = "now" if name == "now" else _ROLES.get(before, "in")
        if name == "prewar":
            role = "before"
        elif name == "within" and self.now is not None and span is not None and _index(span.last) > self.now:
            role = "by"
        if span is None:
            grain = {"year_adverb": "year", "day_adverb": "day", "weekday": "day"}.get(name, "month")
            return Time(start, end, None, "in" if before == "f" and self._between(items) else role, grain, None)
        if any(item.letter in "Yo" for item in items) or name in ("unit", "year_adverb"):
            self.mention = int(span.last[:4])
        if name in ("unit", "day_adverb", "year_adverb"):
            self.unit = (span.grain, "")
        return self._placed(start, end, _parted(span, part), role, part, before == "D" or self._between(items))

    def _between(self, items: Sequence[Item]) -> bool:
        return self.tagged.tokens[items[0].first].norm in ("between", "між", "между")

    def _placed(self, start: int, end: int, span: _Span, role: str, part: str | None, soft: bool) -> Time:
        """Put the span where its role asks: a deadline in both places, "since" up to the publication."""
        first, last, grain = span
        if role == "by" and soft and self.published and _last_index(last) < _index(self.published):
            role = "before"
        if role == "by":
            point = first if grain in ("season", "half") or part in ("early", "start") else last
            first = last = point
        elif role == "since" and soft:
            role = "in"
        elif role == "since" and self.now is not None:
            if _index(first) > self.now:
                role = "from"
            else:
                last = max(_month(self.now), first)
        elif role == "since":
            last = first
        return Time(start, end, (first, last), role, grain, self._tense(first, last, role))

    def _tense(self, first: str, last: str, role: str) -> str | None:
        if self.published is None:
            return {"now": "present", "from": "future"}.get(role)
        if role == "since":
            return "present"
        if last < self.published[: len(last)]:
            return "past"
        if first > self.published[: len(first)] or role == "by":
            return "future"
        return "present"

    def _join(self, earlier: tuple[Time, int, int], time: Time, first: int) -> Time | None:
        """Make one range of "from X to Y", "між X і Y"."""
        before, opened = earlier[0], self.tagged.letters[earlier[1]]
        if opened != "f" or self.tagged.letters[first] not in "D~u" or not before.when or not time.when:
            return None
        start, end = before.when[0], time.when[1]
        if len(start) == 7 and len(end) == 7 and start > end:
            start = f"{int(start[:4]) - 1}{start[4:]}"
        return replace(before, end=time.end, when=(start, end), role="in", tense=self._tense(start, end, "in"))

    def _holds(self, name: str, items: Sequence[Item], first: int, last: int) -> bool:
        """Refuse what only looks like a time."""
        letters = "".join(item.letter for item in items)
        if name == "year":
            return self._is_year(letters, items, first, last)
        if name == "month_day":
            return self.lang == "en" and letters[0] != "i"
        if name == "day":
            return 1 <= _ordinal(items) <= 31
        if name == "war":
            return letters[0] in "fDUub" or "P" in letters
        if name == "weekday":
            raw = self.tagged.tokens[items[-1].first].raw
            return (letters[0] in "iDbTLXuf" and (self.lang != "en" or raw[0].isupper())) or (
                self.lang == "en" and raw[0].isupper()
            )
        if name == "span":
            return not self._measures(first, last)
        if name == "this_unit":
            return "P" in letters or letters[-1] == "y"
        if name == "pointer":
            return letters[0] in "i" or (letters in ("X",) and self.lang != "en")
        return True

    def _is_year(self, letters: str, items: Sequence[Item], first: int, last: int) -> bool:
        if "o" in letters:
            return _ordinal(items) >= 20
        item = next(item for item in items if item.letter == "Y")
        value, suffix = item.value
        previous = self.tagged.tokens[item.first - 1] if item.first else None
        if previous and previous.end == self.tagged.tokens[item.first].start and previous.raw in "-‐‑.,$€£#№":
            return False
        if suffix or letters[-1] in "yr" or letters[0] == "i" or "P" in letters:
            return True
        following = self.tagged.letters[last : last + 1]
        if not 2010 <= value <= 2045:
            return False
        return self.lang == "en" or letters[0] in "bfju" or following in ("", "|", ".", ",", "-", "/", "_")

    def _sentence(self, n: int) -> tuple[int, int]:
        """First and last (exclusive) item of the sentence around item `n`."""
        letters, items, tokens = self.tagged.letters, self.tagged.items, self.tagged.tokens

        def ends(k: int) -> bool:
            if letters[k] != ".":
                return letters[k] == "|" or (items[k].first < len(tokens) and tokens[items[k].first].raw in "!?;")
            following = items[k + 1] if k + 1 < len(items) else None
            return following is None or following.first == following.last or tokens[following.first].raw[:1].isupper()

        first = next((k + 1 for k in range(n - 1, -1, -1) if ends(k)), 0)
        last = next((k for k in range(n, len(items)) if ends(k)), len(items))
        return first, last

    def _measures(self, first: int, last: int) -> bool:
        """Tell whether "in three months" measures a rate: another bare interval stands in the sentence."""
        start, end = self._sentence(first)
        others = self.tagged.letters[start:first] + "_" + self.tagged.letters[last:end]
        return "t" in others or re.search(r"[ij]e*[cd]e*[ykvgq]", others) is not None

    def _looks_ahead(self, n: int) -> bool:
        start, end = self._sentence(n)
        return ">" in self.tagged.letters[start:end]

    def _span(self, name: str, items: Sequence[Item], role: str, n: int) -> _Span | None:
        build: Callable[[Sequence[Item], str, int], _Span | None] = getattr(self, f"_read_{name}")
        return build(items, role, n)

    # One method for each construction in _CORES: items of the match, role, number of the first item -> span or None.

    def _read_iso(self, items: Sequence[Item], role: str, n: int) -> _Span | None:
        year, (month, day) = _of(items, "Y")[0], [item.value for item in items if item.letter == "d"]
        return _day(year, month, day)

    def _read_dotted(self, items: Sequence[Item], role: str, n: int) -> _Span | None:
        day, month = [item.value for item in items if item.letter == "d"]
        return _day(_of(items, "Y")[0], month, day)

    def _read_days(self, items: Sequence[Item], role: str, n: int) -> _Span | None:
        days = [item.value for item in items if item.letter in "do"]
        one, two = (self._read_dated(items, day, role, n) for day in days[:2])
        return _Span(one.first, two.last, "day") if one and two else None

    def _read_day(self, items: Sequence[Item], role: str, n: int) -> _Span | None:
        return self._read_dated(items, _ordinal(items), role, n)

    _read_month_day = _read_day

    def _read_dated(self, items: Sequence[Item], day: int, role: str, n: int) -> _Span | None:
        month = _of(items, "M")
        year, given = self._year(items)
        if given:
            return _day(year, month, day) if year else None
        if self.published is None or self.now is None:
            return None
        year = self._nearest(month - 1, role, n) // 12
        return _day(year, month, day)

    def _read_months(self, items: Sequence[Item], role: str, n: int) -> _Span | None:
        one, two = (item.value - 1 for item in items if item.letter == "M")
        year, given = self._year(items)
        if (given and year is None) or (not given and self.now is None):
            return None
        last = year * 12 + two if year else self._nearest(two, role, n)
        return _Span(_month(last - (two - one) % 12), _month(last), "month")

    def _read_month(self, items: Sequence[Item], role: str, n: int) -> _Span | None:
        month = _of(items, "M") - 1
        year, given = self._year(items)
        if (given and year is None) or (not given and self.now is None):
            return None
        index = year * 12 + month if year else self._nearest(month, role, n)
        return _Span(_month(index), _month(index), "month")

    def _nearest(self, month: int, role: str, n: int) -> int:
        """Pick the year of a month (0..11): ahead of the publication for deadlines and plans, else before it."""
        assert self.now is not None
        behind = self.now - (self.now - month) % 12
        ahead = behind if behind == self.now else behind + 12
        return ahead if role in ("by", "until") or (role != "since" and self._looks_ahead(n)) else behind

    def _read_first_months(self, items: Sequence[Item], role: str, n: int) -> _Span | None:
        year, given = self._year(items)
        year = year if given or self.now is None else self.now // 12
        if year is None:
            return None
        return _Span(_month(year * 12), _month(year * 12 + int(_amount(items)[0]) - 1), "month")

    def _read_adverb_part(self, items: Sequence[Item], role: str, n: int) -> _Span | None:
        if self.now is None:
            return None
        year = self.now // 12 + int(_of(items, "N"))
        month = next(item for item in items if item.letter in "Ms")
        return _stretch(
            year * 12 + month.value - 1, 1 if month.letter == "M" else 3, "month" if month.letter == "M" else "season"
        )

    def _read_quarter(self, items: Sequence[Item], role: str, n: int) -> _Span | None:
        quarter = 4 if any(item.letter == "L" for item in items) else _ordinal(items)
        return self._read_share(items, (quarter - 1) * 3, 3, role)

    def _read_half(self, items: Sequence[Item], role: str, n: int) -> _Span | None:
        return self._read_share(items, (_ordinal(items) - 1) * 6, 6, role)

    def _read_share(self, items: Sequence[Item], month: int, length: int, role: str) -> _Span | None:
        """Place the n-th quarter or half in its year; without a year the last one begun, or the next deadline."""
        year, given = self._year([item for item in items if not (item.letter == "L" and length == 3)])
        grain = "quarter" if length == 3 else "half"
        if not 0 <= month < 12 or (given and year is None) or (not given and self.now is None):
            return None
        if year is None:
            assert self.now is not None
            year = self.now // 12
            if month > self.now % 12 and role != "by" and role != "from":
                year -= 1
        return _stretch(year * 12 + month, length, grain)

    def _read_pointed(self, items: Sequence[Item], role: str, n: int) -> _Span | None:
        """Read "last autumn", "наступного жовтня", "this spring"."""
        if self.now is None:
            return None
        item = items[-1]
        month, length = item.value - 1, 1 if item.letter == "M" else 3
        pointer = next(item.letter for item in items if item.letter in "TLXBK")
        begun = self.now - (self.now - month) % 12
        ended = begun if begun + length <= self.now else begun - 12
        this = begun if begun + length > self.now or (length == 1 and begun // 12 == self.now // 12) else begun + 12
        first = {"T": this, "L": ended, "K": ended, "X": begun + 12, "B": ended - 12}[pointer]
        return _stretch(first, length, "month" if length == 1 else "season")

    def _read_season(self, items: Sequence[Item], role: str, n: int) -> _Span | None:
        month = _of(items, "s") - 1
        year, given = self._year(items)
        if given:
            return _stretch(year * 12 + month, 3, "season") if year else None
        return _stretch(self._nearest(month, role, n), 3, "season") if self.now is not None else None

    def _year(self, items: Sequence[Item]) -> tuple[int | None, bool]:
        """Read the year named in the items: the year, None where it is not known; and whether one is named."""
        letters = "".join(item.letter for item in items)
        if "Y" in letters:
            return int(_of(items, "Y")[0]), True
        if "N" in letters:
            return (self.now // 12 + int(_of(items, "N")) if self.now is not None else None), True
        if "y" not in letters:
            return None, False
        base = self.now // 12 if self.now is not None else None
        for letter in letters:
            if letter in "KZ":
                known = self.mention if self.mention is not None else base
                return (known - (letter == "K") if known is not None else None), True
            if letter in _SHIFTS:
                return (base + _SHIFTS[letter] if base is not None else None), True
        return base, True

    def _read_year(self, items: Sequence[Item], role: str, n: int) -> _Span | None:
        year = next((item.value[0] for item in items if item.letter == "Y"), 2000 + _ordinal(items))
        return _Span(f"{year}", f"{year}", "year")

    def _read_years(self, items: Sequence[Item], role: str, n: int) -> _Span | None:
        one, *rest = [item for item in items if item.letter in "Yd"]
        first, other = int(one.value[0]), rest[0]
        last = int(other.value[0]) if other.letter == "Y" else first // 100 * 100 + int(other.value)
        if last < first:
            return None
        if other.letter == "d" and last != first + 1 and 1 <= other.value <= 12:
            return _stretch(first * 12 + other.value - 1, 1, "month")
        return _Span(f"{first}", f"{last}", "year")

    def _read_fiscal(self, items: Sequence[Item], role: str, n: int) -> _Span | None:
        year = next((item.value[0] for item in items if item.letter == "Y"), None)
        year = year or 2000 + next(item.value for item in items if item.letter == "d")
        month = _of(items, "F")
        if any(item.letter == "P" for item in items):
            return _stretch(year * 12 + month - 12, 12, "year")
        return _Span(f"{year}", f"{year}", "year")

    def _read_unit(self, items: Sequence[Item], role: str, n: int) -> _Span | None:
        """Read "this year", "минулого місяця", "this and next year", "того же года"."""
        letters = "".join(item.letter for item in items)
        unit = next(item.value for item in items if item.letter in "ykvgqhx")
        pointers = [letter for letter in letters if letter in "TLXBKZ"]
        if unit == "year" and pointers[0] in "KZ":
            year, _ = self._year(items)
            return _Span(f"{year}", f"{year}", "year") if year else None
        shifts = sorted(_SHIFTS.get(letter, -1) for letter in pointers)
        if letters.endswith("B"):
            shifts = [-2]
        one, two = self._shifted(unit, shifts[0]), self._shifted(unit, shifts[-1])
        return _Span(one.first, two.last, unit) if one and two else None

    def _shifted(self, unit: str, shift: int) -> _Span | None:
        """Give the day, week, month, quarter, half or year `shift` ones from that of the publication."""
        if self.now is None:
            return None
        if unit == "year":
            return _Span(f"{self.now // 12 + shift}", f"{self.now // 12 + shift}", "year")
        if unit in _MONTHS:
            length = _MONTHS[unit]
            return _stretch((self.now // length + shift) * length, length, unit)
        if self.today is None or unit not in _DAYS:
            return None
        if unit == "day":
            day = self.today + timedelta(days=shift)
            return _Span(day.isoformat(), day.isoformat(), "day")
        monday = self.today + timedelta(days=7 * shift - self.today.weekday())
        return _Span(monday.isoformat(), (monday + timedelta(days=6)).isoformat(), "week")

    def _read_pointer(self, items: Sequence[Item], role: str, n: int) -> _Span | None:
        return self._shifted("year", _SHIFTS[items[-1].letter])

    def _read_this_unit(self, items: Sequence[Item], role: str, n: int) -> _Span | None:
        if items[-2].letter == "F" and self.now is not None:
            month = int(items[-2].value)
            year = self.now // 12 + (self.now % 12 >= month)
            return _stretch(year * 12 + month - 12, 12, "year")
        return self._shifted(items[-1].value, 0)

    def _read_year_adverb(self, items: Sequence[Item], role: str, n: int) -> _Span | None:
        return self._shifted("year", items[-1].value)

    def _read_day_adverb(self, items: Sequence[Item], role: str, n: int) -> _Span | None:
        return self._shifted("day", items[-1].value)

    def _read_weekday(self, items: Sequence[Item], role: str, n: int) -> _Span | None:
        if self.today is None:
            return None
        back = (self.today.weekday() + 1 - items[-1].value) % 7
        ahead = items[-2].letter == "X" if len(items) > 1 else False
        day = self.today + timedelta(days=7 - back if ahead or (role == "by" and back) else -back)
        return _Span(day.isoformat(), day.isoformat(), "day")

    def _read_ago(self, items: Sequence[Item], role: str, n: int) -> _Span | None:
        """Read "two years ago" from the publication; "a year earlier", "a year later" from the year named last."""
        count, unit = _amount(items)
        direction = items[-1].letter
        if direction != "A" and unit == "year":
            base = self.mention if self.mention is not None else self.now // 12 if self.now is not None else None
            year = base + int(count) * (1 if direction == "O" else -1) if base is not None else None
            return _Span(f"{year}", f"{year}", "year") if year else None
        return self._moved(count if direction == "O" else -count, unit)

    def _read_ahead(self, items: Sequence[Item], role: str, n: int) -> _Span | None:
        return self._moved(*_amount(items))

    def _moved(self, count: float, unit: str) -> _Span | None:
        """Go `count` units from the publication: two years and more in years, else months, days for days and weeks."""
        if unit in _DAYS and self.today is not None:
            day = (self.today + timedelta(days=int(count * _DAYS[unit]))).isoformat()
            return _Span(day, day, "day")
        if self.now is None or unit not in _MONTHS:
            return None
        index = self.now + int(count * _MONTHS[unit])
        if unit in ("year", "decade") and abs(count) >= 2:
            return _Span(f"{index // 12}", f"{index // 12}", "year")
        return _stretch(index, 1, "month")

    def _read_within(self, items: Sequence[Item], role: str, n: int) -> _Span | None:
        """Read "within two years", which ends ahead; a bare "протягом року" is the year of the publication."""
        if not any(item.letter in "cdCap" for item in items):
            return self._shifted(items[-1].value, 0)
        point = self._moved(*_amount(items))
        return _Span(point.last, point.last, point.grain) if point else None

    def _read_lately(self, items: Sequence[Item], role: str, n: int) -> _Span | None:
        """Read "in the last 12 months", "за последние полгода", "the next three years"."""
        count, unit = _amount(items)
        ahead = any(item.letter == "X" for item in items)
        return self._stretched(count if ahead else -count, unit)

    def _stretched(self, count: float, unit: str) -> _Span | None:
        if unit in _DAYS and self.today is not None:
            ends = sorted((self.today, self.today + timedelta(days=int(count * _DAYS[unit]))))
            return _Span(ends[0].isoformat(), ends[1].isoformat(), "day")
        if self.now is None or unit not in _MONTHS:
            return None
        first, last = sorted((self.now, self.now + int(count * _MONTHS[unit])))
        return _Span(_month(first), _month(last), unit)

    def _read_span(self, items: Sequence[Item], role: str, n: int) -> _Span | None:
        """Read "over two years", "за три роки": back from the publication, ahead of it in plans."""
        count, unit = _amount(items)
        return self._stretched(count if self._looks_ahead(n) else -count, unit)

    def _read_war(self, items: Sequence[Item], role: str, n: int) -> _Span | None:
        return _stretch(WAR_MONTH, 1, "month")

    def _read_prewar(self, items: Sequence[Item], role: str, n: int) -> _Span | None:
        return _stretch(WAR_MONTH, 1, "month")

    def _read_now(self, items: Sequence[Item], role: str, n: int) -> _Span | None:
        return self._shifted("month", 0)


def _of(items: Sequence[Item], letter: str) -> Any:
    """Value of the first item of a class."""
    return next(item.value for item in items if item.letter == letter)


def _ordinal(items: Sequence[Item]) -> int:
    """Add up "двадцять шостого", or give the one number there is; 0 where there is none."""
    values = [int(item.value) for item in items if item.letter in "odR"]
    return (
        sum(values[:2]) if len(values) > 1 and values[0] in (20, 30) and values[1] < 10 else values[0] if values else 0
    )


def _day(year: int, month: int, day: int) -> _Span | None:
    try:
        text = date(year, month, day).isoformat()
    except ValueError:
        return None
    return _Span(text, text, "day")


def _stretch(first: int, length: int, grain: str) -> _Span:
    return _Span(_month(first), _month(first + length - 1), grain)


def _parted(span: _Span, part: str | None) -> _Span:
    """Narrow a span to its beginning, middle or end; of a month there is nothing smaller than the month."""
    if part is None or span.grain in ("month", "day", "week"):
        return span
    first, last = _index(span.first), _last_index(span.last)
    length = 3 if part in ("early", "late") and last - first >= 11 else 1
    if part in ("start", "early"):
        return _stretch(first, length, "month")
    if part == "middle":
        return _stretch(first + (last - first) // 2, 1, "month")
    return _stretch(last - length + 1, length, "month")
