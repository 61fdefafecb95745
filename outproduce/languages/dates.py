"""Calendar arithmetic seen from a day of publication: months as numbers, spans of days, months and years as text.

A `Span` is first and last day, month or year, both inclusive, written 'YYYY', 'YYYY-MM' or 'YYYY-MM-DD'.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

MONTHS_IN = {"month": 1, "quarter": 3, "half": 6, "year": 12, "decade": 120}
DAYS_IN = {"day": 1, "week": 7}


class Span(NamedTuple):
    """From `first` to `last`, both inclusive; `grain` is the size of what was named (day, month, season, year ...)."""

    first: str
    last: str
    grain: str


def month_text(index: int) -> str:
    """Write a month counted from year 0.

    >>> month_text(2025 * 12 + 5)
    '2025-06'
    """
    return f"{index // 12:04d}-{index % 12 + 1:02d}"


def first_month(day: str) -> int:
    """Months since year 0 of a day, a month or the January of a year."""
    return int(day[:4]) * 12 + (int(day[5:7]) - 1 if len(day) >= 7 else 0)


def last_month(day: str) -> int:
    """Months since year 0 of a day, a month or the December of a year."""
    return first_month(day) + (11 if len(day) == 4 else 0)


def days(first: date, last: date, grain: str = "day") -> Span:
    """Span of days."""
    return Span(first.isoformat(), last.isoformat(), grain)


def day_span(year: int, month: int, day: int) -> Span | None:
    """Span of one day; None where the calendar has no such day."""
    try:
        return days(date(year, month, day), date(year, month, day))
    except ValueError:
        return None


def year_span(first: int, last: int | None = None) -> Span:
    """Span of one year, or of several."""
    return Span(f"{first:04d}", f"{first if last is None else last:04d}", "year")


def month_span(first: int, length: int, grain: str) -> Span:
    """Span of `length` months from month number `first`."""
    return Span(month_text(first), month_text(first + length - 1), grain)


def narrow(span: Span, part: str | None) -> Span:
    """Take the start, early, middle, late or end of a span; a month or less stays whole.

    >>> narrow(year_span(2025), "early")[:2], narrow(year_span(2025), "end")[:2], narrow(year_span(2026), "middle")[:2]
    (('2025-01', '2025-03'), ('2025-12', '2025-12'), ('2026-06', '2026-06'))
    """
    if part is None or span.grain in ("month", "day", "week"):
        return span
    first, last = first_month(span.first), last_month(span.last)
    length = 3 if part in ("early", "late") and last - first >= 11 else 1
    if part in ("start", "early"):
        return month_span(first, length, "month")
    if part == "middle":
        return month_span(first + (last - first) // 2, 1, "month")
    return month_span(last - length + 1, length, "month")


@dataclass(frozen=True, slots=True)
class Calendar:
    """The calendar on the day of publication: `now` is its month's number, `today` the day, None where unknown."""

    now: int | None
    today: date | None

    @classmethod
    def at(cls, published: str | None) -> Calendar:
        """Open the calendar at 'YYYY', 'YYYY-MM', 'YYYY-MM-DD' or nowhere (None)."""
        if not published:
            return cls(None, None)
        return cls(first_month(published), date.fromisoformat(published) if len(published) == 10 else None)

    @property
    def year(self) -> int | None:
        """Year of the publication."""
        return None if self.now is None else self.now // 12

    def nearest(self, month: int, *, ahead: bool) -> int | None:
        """Find the last month (0..11) of that name up to the publication, or the first from then on; a number."""
        if self.now is None:
            return None
        back = (self.now - month) % 12
        return self.now - back + (12 if ahead and back else 0)

    def shifted(self, unit: str, shift: int) -> Span | None:
        """Give the day, week, month, quarter, half or year `shift` ones from that of the publication."""
        if self.now is None:
            return None
        if unit == "year":
            return year_span(self.now // 12 + shift)
        if unit in MONTHS_IN:
            length = MONTHS_IN[unit]
            return month_span((self.now // length + shift) * length, length, unit)
        if self.today is None or unit not in DAYS_IN:
            return None
        if unit == "day":
            day = self.today + timedelta(days=shift)
            return days(day, day)
        monday = self.today + timedelta(days=7 * shift - self.today.weekday())
        return days(monday, monday + timedelta(days=6), "week")

    def moved(self, count: float, unit: str) -> Span | None:
        """Go `count` units from the publication: to a year from two years on, a day for days, else a month."""
        if unit in DAYS_IN and self.today is not None:
            day = self.today + timedelta(days=int(count * DAYS_IN[unit]))
            return days(day, day)
        if self.now is None or unit not in MONTHS_IN:
            return None
        index = self.now + int(count * MONTHS_IN[unit])
        if unit in ("year", "decade") and abs(count) >= 2:
            return year_span(index // 12)
        return month_span(index, 1, "month")

    def stretched(self, count: float, unit: str) -> Span | None:
        """Span from the publication over `count` units, back (below zero) or ahead: days counted whole, else months."""
        if unit in DAYS_IN and self.today is not None:
            whole = int(abs(count) * DAYS_IN[unit]) - 1
            ends = sorted((self.today, self.today + timedelta(days=whole if count > 0 else -whole)))
            return days(ends[0], ends[1])
        if self.now is None or unit not in MONTHS_IN:
            return None
        first, last = sorted((self.now, self.now + int(count * MONTHS_IN[unit])))
        return Span(month_text(first), month_text(last), unit)

    def pointed(self, month: int, length: int, pointer: str) -> int | None:
        """First month of this, last, next or before_last month or season that begins with `month` (0..11)."""
        if self.now is None:
            return None
        begun = self.now - (self.now - month) % 12
        ended = begun if begun + length <= self.now else begun - 12
        this = (
            self.now // 12 * 12 + month - (12 if self.now % 12 + 12 < month + length else 0)
        )  # January is this winter's
        choices = {"this": this, "next": begun + 12, "before_last": ended - 12}
        return choices.get(pointer, ended)
