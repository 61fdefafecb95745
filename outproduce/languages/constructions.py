"""Constructions of time: regular expressions over the letters of `timewords`, each with the function that dates it.

A function gets what was seen and gives a span, or None where it hangs on an unknown publication date.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from outproduce.languages.dates import Calendar, Span, day_span, days, month_span, year_span
from outproduce.languages.timewords import Item

WAR_MONTH = 2022 * 12 + 1  # the full-scale invasion: February 2022, counted in months
LATE = 4  # months after which a deadline named without its year is not the one that has passed
SHIFTS = {"this": 0, "last": -1, "next": 1, "before_last": -2}
POINTERS = "TLXBKZ"


@dataclass(frozen=True, slots=True)
class Seen:
    """A construction as found: its items, its role, the calendar, the year named last, and whether plans are near."""

    items: Sequence[Item]
    role: str
    calendar: Calendar
    mention: int | None
    looks_ahead: Callable[[], bool]

    @property
    def letters(self) -> str:
        """The items' classes, one letter each."""
        return "".join(item.letter for item in self.items)

    def of(self, letters: str) -> Any:
        """Value of the first item of one of the classes; None where there is none."""
        return next((item.value for item in self.items if item.letter in letters), None)

    @property
    def pointer(self) -> str | None:
        """What the first pointing word says: this, last, next, before_last, previous, same; or None."""
        return self.of(POINTERS)  # type: ignore[no-any-return]

    @property
    def base(self) -> int | None:
        """Year that "earlier" and "the same year" start from: the one named last, or the publication's."""
        return self.calendar.year if self.mention is None else self.mention

    def month(self, month: int) -> int | None:
        """Place a month (1..12), as a number: in the named year, else ahead for plans, else behind."""
        year, named = self.year()
        if named:
            return None if year is None else year * 12 + month - 1
        behind, ahead = (self.calendar.nearest(month - 1, ahead=ahead) for ahead in (False, True))
        if behind is None or self.looks_ahead():
            return ahead
        late = self.role == "by" and self.calendar.now is not None and self.calendar.now - behind > LATE
        return ahead if late else behind

    def year(self) -> tuple[int | None, bool]:
        """Give the year named in the construction, None where it is not known; and whether one is named."""
        letters = self.letters
        if "Y" in letters:
            return int(self.of("Y")[0]), True
        now = self.calendar.year
        if "N" in letters:
            return (None if now is None else now + int(self.of("N"))), True
        if "y" not in letters:
            return None, False
        if self.pointer in ("previous", "same"):
            return (None if self.base is None else self.base - (self.pointer == "previous")), True
        return (None if now is None else now + SHIFTS.get(self.pointer or "this", 0)), True


def amount(items: Sequence[Item]) -> tuple[float, str]:
    """Give count and unit of "three months", "a year", "півроку"; the unit is empty where there is none."""
    count, unit = 1.0, ""
    for before, item in zip((None, *items), items, strict=False):
        if item.letter == "d" and before is not None and before.letter in ".,":
            count += int(item.value) / (10 if item.value < 10 else 100)  # 1,5 or 2.25
        elif item.letter in "cd":
            count = float(item.value)
        elif item.letter == "C":
            count, unit = item.value
        elif item.letter in "ykvgqhxpt":
            unit = item.value
    return count, unit


def ordinal(items: Sequence[Item]) -> int:
    """Add up "двадцять шостого", or give the one number there is; 0 where there is none."""
    values = [int(item.value) for item in items if item.letter in "odR"]
    if len(values) > 1 and values[0] in (20, 30) and values[1] < 10:
        return values[0] + values[1]
    return values[0] if values else 0


def _iso(seen: Seen) -> Span | None:
    numbers = [item.value for item in seen.items if item.letter in "dM"]
    return day_span(seen.of("Y")[0], *numbers)


def _dotted(seen: Seen) -> Span | None:
    """Date "09.06.2025" and "14.–15.10.2018"."""
    *first, day, month = [item.value for item in seen.items if item.letter == "d"]
    year = seen.of("Y")[0]
    last = day_span(year, month, day)
    opening = day_span(year, first[1] if len(first) > 1 else month, first[0]) if first else last
    return Span(opening.first, last.last, "day") if opening and last else None


def _slashed(seen: Seen) -> Span | None:
    """Date "31/Oct/1974", and "10/31/1974": the month first, unless it cannot be one."""
    one, two = [item.value for item in seen.items if item.letter in "dM"]
    if seen.items[2].letter == "M" or one > 12:
        one, two = two, one
    return day_span(seen.of("Y")[0], one, two)


def _day(seen: Seen) -> Span | None:
    return _dated(seen, ordinal(seen.items))


def _days(seen: Seen) -> Span | None:
    one, two = (_dated(seen, item.value) for item in seen.items if item.letter in "do")
    return Span(one.first, two.last, "day") if one and two else None


def _dated(seen: Seen, day: int) -> Span | None:
    index = seen.month(seen.of("M"))
    return None if index is None else day_span(index // 12, index % 12 + 1, day)


def _month(seen: Seen) -> Span | None:
    index = seen.month(seen.of("M"))
    return None if index is None else month_span(index, 1, "month")


def _months(seen: Seen) -> Span | None:
    one, two = (item.value for item in seen.items if item.letter == "M")
    index, length = seen.month(two), (two - one) % 12 + 1
    return None if index is None else month_span(index - length + 1, length, "month")


def _first_months(seen: Seen) -> Span | None:
    year, named = seen.year()
    year = year if named else seen.calendar.year
    return None if year is None else month_span(year * 12, int(amount(seen.items)[0]), "month")


def _last_months(seen: Seen) -> Span | None:
    year, _ = seen.year()
    return None if year is None else month_span(year * 12 + 9, 3, "month")


def _season(seen: Seen) -> Span | None:
    index = seen.month(seen.of("s"))
    return None if index is None else month_span(index, 3, "season")


def _adverb_part(seen: Seen) -> Span | None:
    return _month(seen) if "M" in seen.letters else _season(seen)


def _pointed(seen: Seen) -> Span | None:
    """Date "last autumn", "наступного жовтня", "this spring"."""
    length = 1 if "M" in seen.letters else 3
    pointer = seen.pointer or "this"
    first = seen.calendar.pointed(seen.of("Ms") - 1, length, pointer)
    if pointer == "same" and seen.mention is not None:
        first = seen.mention * 12 + seen.of("Ms") - 1
    return None if first is None else month_span(first, length, "month" if length == 1 else "season")


def _quarter(seen: Seen) -> Span | None:
    return _share(seen, ordinal(seen.items), 3, "quarter")


def _last_quarter(seen: Seen) -> Span | None:
    return _share(seen, 4, 3, "quarter")


def _half(seen: Seen) -> Span | None:
    return _share(seen, ordinal(seen.items), 6, "half")


def _share(seen: Seen, number: int, length: int, grain: str) -> Span | None:
    """Place the n-th quarter or half in its year; without a year the last one begun, ahead for deadlines and plans."""
    year, named = seen.year()
    now, month = seen.calendar.now, (number - 1) * length
    if not named and now is not None:
        begun = month <= now % 12 or seen.role == "by" or seen.looks_ahead()
        year = now // 12 - (not begun)
    return month_span(year * 12 + month, length, grain) if year is not None and 0 <= month < 12 else None


def _year(seen: Seen) -> Span | None:
    written = seen.of("Y")
    return year_span(written[0] if written else 2000 + ordinal(seen.items))


def _years(seen: Seen) -> Span | None:
    """Date "2023–2024", "2024/25"; "2025-06" is a month."""
    one, two = [item for item in seen.items if item.letter in "Yd"][:2]
    first = int(one.value[0])
    last = int(two.value[0]) if two.letter == "Y" else first // 100 * 100 + int(two.value)
    if two.letter == "d" and last != first + 1 and 1 <= two.value <= 12:
        return month_span(first * 12 + two.value - 1, 1, "month")
    return year_span(first, last) if last >= first else None


def _fiscal(seen: Seen) -> Span | None:
    """Date "fiscal 2025": the year itself; its months only where a part of it is named ("the end of")."""
    written = seen.of("Y")
    year = written[0] if written else 2000 + seen.of("d")
    return month_span(year * 12 + seen.of("F") - 12, 12, "year") if "P" in seen.letters else year_span(year)


def _unit(seen: Seen) -> Span | None:
    """Date "this year", "минулого місяця", "this and next year", "the year before last", "того же года"."""
    unit = amount(seen.items)[1]
    if seen.pointer in ("previous", "same") and unit == "year":
        year, _ = seen.year()
        return None if year is None else year_span(year)
    pointers = [item.value for item in seen.items if item.letter in POINTERS]
    shifts = [-2] if seen.letters.endswith("B") else sorted(SHIFTS.get(pointer, -1) for pointer in pointers)
    one, two = (seen.calendar.shifted(unit, shift) for shift in (shifts[0], shifts[-1]))
    return Span(one.first, two.last, unit) if one and two else None


def _this_unit(seen: Seen) -> Span | None:
    """Date "the end of the year", "середина місяця", "the end of the fiscal year"."""
    month, now = seen.of("F"), seen.calendar.now
    if month is None or now is None:
        return seen.calendar.shifted(amount(seen.items)[1], 0)
    year = now // 12 + (now % 12 >= month)
    return month_span(year * 12 + month - 12, 12, "year")


def _pointer(seen: Seen) -> Span | None:
    return seen.calendar.shifted("year", SHIFTS[seen.pointer or "this"])


def _year_adverb(seen: Seen) -> Span | None:
    return seen.calendar.shifted("year", seen.of("N"))


def _day_adverb(seen: Seen) -> Span | None:
    return seen.calendar.shifted("day", seen.of("="))


def _weekday(seen: Seen) -> Span | None:
    today = seen.calendar.today
    if today is None:
        return None
    back = (today.weekday() + 1 - seen.of("w")) % 7
    ahead = seen.pointer == "next" or (seen.role == "by" and back > 0)
    day = today + timedelta(days=7 - back if ahead else -back)
    return days(day, day)


def _ago(seen: Seen) -> Span | None:
    """Date "two years ago" from the publication; "a year earlier", "a year later" from the year named last."""
    count, unit = amount(seen.items)
    later = seen.letters[-1] == "O"
    if seen.letters[-1] != "A" and unit == "year":
        shift = int(count) if later else -int(count)
        return None if seen.base is None else year_span(seen.base + shift)
    return seen.calendar.moved(count if later else -count, unit)


def _ahead(seen: Seen) -> Span | None:
    return seen.calendar.moved(*amount(seen.items))


def _lately(seen: Seen) -> Span | None:
    """Date "the last 12 months", "последние полгода", "the next three years"."""
    count, unit = amount(seen.items)
    if seen.pointer == "next" and seen.letters[0] == "I":
        return seen.calendar.moved(count, unit)
    return seen.calendar.stretched(count if seen.pointer == "next" else -count, unit)


def _over(seen: Seen) -> Span | None:
    """Date "over two years", "за три роки": back from the publication, ahead of it in plans."""
    count, unit = amount(seen.items)
    return seen.calendar.stretched(count if seen.looks_ahead() else -count, unit)


def _war(seen: Seen) -> Span | None:
    return month_span(WAR_MONTH, 1, "month")


def _war_time(seen: Seen) -> Span | None:
    """Date "за роки війни", "the years of war": up to the publication."""
    now = seen.calendar.now
    return None if now is None else month_span(WAR_MONTH, max(now - WAR_MONTH, 0) + 1, "year")


def _now(seen: Seen) -> Span | None:
    return seen.calendar.shifted("month", 0)


_UNIT = "[ykvgqhx]"
_TAIL = r"(?:,?e*(?:Y[yr]?|[TLXBKZ]e*y|N|Fe*Y)|e*y(?![AGO]))"
_COUNT = r"(?:d[.,]d|(?:[cd][-D&~]e*)?[cd])e*"
_COUNTED = rf"(?:{_COUNT}{_UNIT}|a?e*{_UNIT}|C)"
_MONTH = r"M(?:\.(?=,?Y))?"
_BEFORE = r"(?:[AGO]|U(?![^_.,|]))"

Builder = Callable[[Seen], Span | None]

# Tried in this order at every place; the first that fits wins. Letters: timewords.LETTERS.
CONSTRUCTIONS: dict[str, tuple[str, Builder]] = {
    "iso": (r"Y-[dM]-d", _iso),
    "dotted": (r"(?:d\.?(?:d\.)?[-/~])?d\.d\.Y[yr]?", _dotted),
    "slashed": (r"d/[dM]/Y|d-M-Y", _slashed),
    "days": (rf"[do](?:[-&]|[D~]e*)[do]e*{_MONTH}{_TAIL}?", _days),
    "month_days": (r"M[do][-D~]e*[do](?:,?Y)?", _days),
    "day": (rf"o?[od]e*{_MONTH}{_TAIL}?", _day),
    "month_day": (r"M\.?[do](?![-.,]?[d#])(?:,?e*Y)?", _day),
    "ago": (rf"(?:{_COUNTED}|[opt]{_UNIT}?)'?{_BEFORE}", _ago),
    "ahead": (rf"(?:(?<=z)|(?<=ze)){_COUNTED}|(?:{_COUNT}{_UNIT}|[pt])'@", _ahead),
    "within": (rf"(?:(?<=I)|(?<=Ie))(?:{_COUNT}{_UNIT}|ae*{_UNIT}|C|p)(?!')", _ahead),
    "first_months": (rf"(?:oe*)?[cd]k{_TAIL}|oe*[cd]k", _first_months),
    "last_months": (rf"[lL]e*k{_TAIL}", _last_months),
    "months": (rf"M[-&]i?M{_TAIL}?", _months),
    "adverb_part": (r"N,?i?e*[Ms]|[Ms]N", _adverb_part),
    "month": (rf"{_MONTH}{_TAIL}?", _month),
    "last_quarter": (r"Lqe*Y[yr]?", _last_quarter),
    "quarter": (rf"(?:[oR]e*|d)q{_TAIL}?|Qd{_TAIL}?|dQ\.?{_TAIL}|YQd", _quarter),
    "half": (rf"(?:[oR]e*|d)h{_TAIL}?|\^d{_TAIL}?|d\^{_TAIL}?", _half),
    "pointed": (r"[TLXBKZ]e*[Ms]", _pointed),
    "season": (rf"s(?:i?Y[-/][dY]y?|{_TAIL})?", _season),
    "lately": (rf"[lLTX]e*(?:{_COUNT}{_UNIT}|C)|le*{_UNIT}", _lately),
    "unit": (rf"[TLXBK](?:[&,][TLXB])?e*{_UNIT}B?|Ze*y|yB", _unit),
    "year_adverb": (r"N", _year_adverb),
    "day_adverb": (r"=", _day_adverb),
    "fiscal": (r"Fe*[Yd]|Ye*Fy?", _fiscal),
    "years": (r"Y[-/&](?:Y|d)[yr]?", _years),
    "year": (r"o?oy|'?Y[yr]?|yY", _year),
    "span": (rf"(?:(?<=[ij])|(?<=[ij]e))(?:{_COUNT}{_UNIT}|C)", _over),
    "this_unit": (r"(?:(?<=P)|(?<=Pe))(?:F?[ykvqh]|F)", _this_unit),
    "pointer": (r"[TLX](?=[-,])", _pointer),
    "war": (r"%*W", _war),
    "war_time": (r"(?:(?<=[ij])|(?<=[ij]e))ye*%*W", _war_time),
    "prewar": (r"V", _war),
    "now": (r"n", _now),
    "weekday": (r"[TLX]?w", _weekday),
}
