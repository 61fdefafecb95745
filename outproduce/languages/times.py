"""Times and periods in a text: "by the end of 2025", "торік", "с начала года" -> dates; "a month", "щодоби" -> periods.

Lays the constructions over the words of time, settles each one's role, and works its dates out from the text and the
day of publication. Which figure a time belongs to is not decided here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from outproduce.languages.constructions import CONSTRUCTIONS, Seen, amount, ordinal
from outproduce.languages.dates import Calendar, Span, first_month, last_month, month_text, narrow
from outproduce.languages.timewords import Tagged, past_words, tag_text, tag_tokens
from outproduce.lexicon import Token
from outproduce.records import PERIODS


@dataclass(frozen=True, slots=True)
class Time:
    """A time in a text: `text[start:end]`, with its preposition.

    `when` is first and last day, month or year, both inclusive, None where it hangs on an unknown publication date.
    `role` is in, by, since, until, before, from (since, but still to come) or now. A deadline (by) has its date in
    both places; since runs to the month of publication, or is its own start in both places where that is unknown.
    `tense` is past, present or future as seen from the publication, or None. `grain` is the size of what was named:
    day, week, month, quarter, season, half, year or decade.
    """

    start: int
    end: int
    when: tuple[str, str] | None
    role: str
    grain: str
    tense: str | None


@dataclass(frozen=True, slots=True)
class Period:
    """The period of a rate: `count` times `per` (day, week, month, quarter, year); "every three months" is month, 3.

    `bare` marks a total over an interval ("за рік", "in a year") against a rate ("щороку", "a year").
    """

    start: int
    end: int
    per: str
    count: float
    bare: bool


_TIME = re.compile(  # nothing begins with what most letters are
    r"(?![_|,.:#])[ijIbDuUfz~]?e*(?:Pe*)?(?:"
    + "|".join(f"(?P<{name}>{pattern})" for name, (pattern, _) in CONSTRUCTIONS.items())
    + ")"
)
_PERIOD = re.compile(
    r"(?=[ptEij])(?:(?P<phrase>[pt])(?![AGO!'@]|e*%*W)|(?P<each>Ee*a?(?:[cd]e*)?[ykvgq])|(?P<total>[ij]e*(?:(?:d[.,]d|(?:[cd][-D&~]e*)?[cd])e*[ykvgq]|C))"
    r"|(?P<whole>je+[ykvgq]))"
)
_PREPOSITIONS = "ijIbDuUfz~"
_ROLES = {"b": "by", "D": "by", "u": "until", "~": "until", "U": "before", "f": "since"}
_BETWEEN = frozenset(("between", "між", "между"))
_ONE_QUARTER = frozenset(("квартал", "кварталі", "квартале"))
_CLAUSE_ENDS = "|,-:"
_NEAR = 8  # words within which a word of planning bears on a time
_LONGEST = 150  # words of a sentence that are looked at on either side
_DECADES = frozenset(("х", "ті", "ых", "их", "е", "ми"))
_WITH = frozenset(("с", "со", "з", "із", "зі"))
_JOINS_NOTHING = "-‐‑.,$€£₴₽#№"


def find_times(text: str, lang: str, published: str | None, tokens: Sequence[Token] | None = None) -> list[Time]:
    """Find all times in the order of the text; `published` is `YYYY-MM-DD` (or month or year alone) or None.

    Raises:
        UsageError: there is no such language.

    >>> [(t.when, t.role) for t in find_times("Made 3 last year, wants 9 by the end of 2027", "en", "2025-06-09")]
    [(('2024', '2024'), 'in'), (('2027-12', '2027-12'), 'by')]
    """
    tagged = tag_text(text, lang) if tokens is None else tag_tokens(tokens, text, lang)
    return [time for time, _, _ in _Reader(tagged, lang, published).read()]


def find_periods(text: str, lang: str, tokens: Sequence[Token] | None = None) -> list[Period]:
    """Find the periods of rates and bare intervals in the order of the text; none of them is part of a `Time`.

    Raises:
        UsageError: there is no such language.

    >>> [(p.per, p.count, p.bare) for p in find_periods("за три місяці стільки, скільки НАТО за рік", "uk")]
    [('month', 3.0, True), ('year', 1.0, True)]
    """
    return find_times_and_periods(text, lang, None, tokens)[1]


def find_times_and_periods(
    text: str, lang: str, published: str | None, tokens: Sequence[Token] | None = None
) -> tuple[list[Time], list[Period]]:
    """Find both in one reading; as `find_times` and `find_periods`, in half the time."""
    tagged = tag_text(text, lang) if tokens is None else tag_tokens(tokens, text, lang)
    letters = list(tagged.letters)
    times = []
    for time, first, last in _Reader(tagged, lang, published).read():
        times.append(time)
        letters[first:last] = "_" * (last - first)
    found = (_period(text, tagged, match, lang) for match in _PERIOD.finditer("".join(letters)))
    return times, [period for period in found if period is not None]


def _period(text: str, tagged: Tagged, match: re.Match[str], lang: str) -> Period | None:
    items = tagged.items[match.start() : match.end()]
    start, end = tagged.edges(match.start(), match.end())
    count, unit = amount(items)
    if match.lastgroup != "phrase":
        wanted = unit in PERIODS and (match.lastgroup != "whole" or lang != "en")  # "за почти год", not "over the year"
        return Period(start, end, unit, count, match.lastgroup != "each") if wanted else None
    following = text[end : end + 4].lower()
    joined = following[:1] in tuple("-‐‑") and following[1:2].isalpha()  # "a year-long"
    fraction = unit == "quarter" and (following == " of " or tagged.letters[match.start() - 1 : match.start()] == "b")
    return None if joined or fraction else Period(start, end, unit, 1.0, items[0].letter == "t")


class _Reader:
    """Reads one text from left to right; knows the publication date and the year that was named last."""

    def __init__(self, tagged: Tagged, lang: str, published: str | None) -> None:
        self.tagged, self.lang, self.published = tagged, lang, published
        self.calendar = Calendar.at(published)
        self.mention: int | None = None

    def read(self) -> list[tuple[Time, int, int]]:
        """Give every time with its first and last (exclusive) item."""
        found: list[tuple[Time, int, int]] = []
        letters = self.tagged.letters
        for match in _TIME.finditer(letters):
            first, last = match.span()
            while letters[first] == "e":
                first += 1
            time = self._time(first, last, str(match.lastgroup))
            if time is None:
                continue
            if found and (joined := self._join(found[-1], time, first, last)):
                found[-1] = (joined, found[-1][1], last)
            else:
                found.append((time, first, last))
        return found

    def _time(self, first: int, last: int, name: str) -> Time | None:
        items = self.tagged.items[first:last]
        letters = self.tagged.letters[first:last]
        if not self._holds(name, letters, first, last):
            return None
        before = letters[0] if letters[0] in _PREPOSITIONS else ""
        role = self._role(name, before, first, last)
        seen = Seen(items, role, self.calendar, self.mention, lambda: self._looks_ahead(role, first, last))
        span = CONSTRUCTIONS[name][1](seen)
        start, end = self.tagged.edges(first, last)
        if span is None:
            named = {"year_adverb": "year", "day_adverb": "day", "weekday": "day"}
            grain = named.get(name, amount(items)[1] or "month")
            return Time(start, end, None, role, grain, None)
        if "Y" in letters or name in ("unit", "year_adverb", "year"):
            self.mention = int(span.last[:4])
        if name == "within" or (before == "I" and seen.pointer == "next"):
            role = "by"
        return self._placed(start, end, narrow(span, seen.of("P")), role, soft=before == "D", part=seen.of("P"))

    def _role(self, name: str, before: str, first: int, last: int) -> str:
        if name in ("now", "prewar"):
            return "now" if name == "now" else "before"
        if name == "war" and before in ("D", "u", "U"):
            return "before"
        ranged = name in ("days", "month_days", "years", "months")
        if before == "f" and (ranged or self._word(first) in _BETWEEN or self._compares(first, last)):
            return "in"
        return _ROLES.get(before, "in")

    def _word(self, n: int) -> str:
        return self.tagged.tokens[self.tagged.items[n].first].norm

    def _compares(self, first: int, last: int) -> bool:
        """Tell "по сравнению с 2022-м, с прошлым годом" (with) from "с 2022-го" (since): by the instrumental case."""
        if self.lang == "en" or self._word(first) not in _WITH:
            return False
        items, tokens = self.tagged.items[first:last], self.tagged.tokens
        named = [tokens[item.last - 1].norm for item in items if item.letter in "yMkq"]
        return tokens[items[-1].last - 1].norm == "м" or any(word.endswith(("ом", "ем")) for word in named)

    def _placed(self, start: int, end: int, span: Span, role: str, *, soft: bool, part: str | None) -> Time:
        """Put the span where its role asks: a deadline in both places, "since" up to the publication."""
        first, last, grain = span
        now = self.calendar.now
        if role == "by" and soft and now is not None and last_month(last) < now:
            role = "before"
        if role == "by":
            first = last = first if grain in ("season", "half") or part in ("early", "start") else last
        elif role == "since" and now is not None and first_month(first) > now:
            role = "from"
        elif role == "since":
            last = first if now is None else max(month_text(now), first)
        return Time(start, end, (first, last), role, grain, self._tense(first, last, role))

    def _tense(self, first: str, last: str, role: str) -> str | None:
        if self.published is None:
            return {"now": "present", "from": "future"}.get(role)
        if role in ("since", "now"):
            return "present"
        if last < self.published[: len(last)]:
            return "past"
        return "future" if first > self.published[: len(first)] or role == "by" else "present"

    def _join(self, earlier: tuple[Time, int, int], time: Time, first: int, last: int) -> Time | None:
        """Make one range of "from X to Y", "з X до Y", "між X і Y"."""
        before, opened, closed = earlier
        letters = self.tagged.letters
        if not before.when or not time.when:
            return None
        link = letters[closed : first + 1]
        dashed = link[0] == "-" and len(link) == 2 and before.grain == time.grain == "day" and letters[first] in "doM"
        between = self._word(opened) in _BETWEEN and link[0] == "&" and len(link) == 2
        until = letters[opened] == "f" and link in ("D", "~", "u")
        if not (dashed or between or until):
            return None
        start, end = before.when[0], time.when[1]
        if len(start) == 7 and len(end) == 7:  # a month without a year goes by the other one
            apart = (first_month(end) - first_month(start)) % 12
            if not re.search("[YyN]", letters[first:last]):
                end = month_text(first_month(start) + apart)
            elif not re.search("[YyN]", letters[opened:closed]):
                start = month_text(first_month(end) - apart)
        when = (start, end)
        return replace(before, end=time.end, when=when, role="in", tense=self._tense(start, end, "in"))

    def _holds(self, name: str, letters: str, first: int, last: int) -> bool:
        """Refuse what only looks like a time."""
        items = self.tagged.items[first:last]
        match name:
            case "year":
                return 20 <= ordinal(items) <= 45 if "o" in letters else self._is_year(letters, first, last)
            case "month_day" | "month_days":
                return "Y" in letters or (self.lang == "en" and letters[0] != "i")
            case "quarter" if "dq" in letters and "Y" not in letters:  # "3 квартал", but not "3 quarters"
                return self._word(first + letters.index("q")) in _ONE_QUARTER
            case "day":
                return 1 <= ordinal(items) <= 31
            case "war":
                return letters[0] in "fDUub" or "P" in letters
            case "weekday":
                capital = self.lang == "en" and self.tagged.tokens[items[-1].first].raw[0].isupper()
                return capital or (self.lang != "en" and letters[0] in "ibTLX")
            case "span":
                return not self._measures(first, last)
            case "pointer":
                return letters[0] == "i" or (letters == "X" and self.lang != "en")
        return True

    def _is_year(self, letters: str, first: int, last: int) -> bool:
        """Tell the year 2025 from 2025 drones."""
        item = next(item for item in self.tagged.items[first:last] if item.letter == "Y")
        value, suffix = item.value
        tokens = self.tagged.tokens
        word = tokens[item.last - 1].norm
        after = tokens[item.last] if item.last < len(tokens) else None
        glued = after is not None and after.start == tokens[item.last - 1].end and after.norm == "s"
        if glued or word in _DECADES:  # the 1990s, 2020-ті
            return False
        if suffix or letters[-1] in "yr" or "P" in letters:
            return True
        previous = tokens[item.first - 1] if item.first else None
        if previous and previous.end == tokens[item.first].start and previous.raw in _JOINS_NOTHING:
            return False
        if letters[0] == "i":
            return True
        counts = self.lang != "en" and self.tagged.letters[last : last + 1] == "_" and after and after.raw.isalpha()
        return 2010 <= int(value) <= 2045 and not counts

    def _sentence(self, n: int, stops: str = "|") -> tuple[int, int]:
        """First and last (exclusive) item of the sentence around item `n`, or of the part between `stops`."""
        letters, items, tokens = self.tagged.letters, self.tagged.items, self.tagged.tokens

        def ends(k: int) -> bool:
            if letters[k] in stops:
                return True
            raw: str = tokens[items[k].first].raw
            after = items[k].last
            return raw in "!?;" or (raw == "." and (after == len(tokens) or tokens[after].raw[0].isupper()))

        lowest, highest = max(n - _LONGEST, 0), min(n + _LONGEST, len(items))
        first = next((k + 1 for k in range(n - 1, lowest - 1, -1) if ends(k)), lowest)
        last = next((k for k in range(n, highest) if ends(k)), highest)
        return first, last

    def _measures(self, first: int, last: int) -> bool:
        """Tell whether "in three months" measures a rate: another bare interval stands in the sentence."""
        start, end = self._sentence(first)
        others = self.tagged.letters[start:first] + "_" + self.tagged.letters[last:end]
        return "t" in others or re.search(r"[ij]e*[cd]e*[ykvgq]", others) is not None

    def _looks_ahead(self, role: str, first: int, last: int) -> bool:
        """Tell whether a word of planning stands in the same clause; for a deadline, that no word of the past does."""
        start, _ = self._sentence(first, _CLAUSE_ENDS)
        end = self._sentence(last, _CLAUSE_ENDS)[1] if last < len(self.tagged.items) else last
        if role != "by":
            return ">" in self.tagged.letters[max(start, first - _NEAR) : min(end, last + _NEAR)]
        past = past_words(self.lang)
        others = (self.tagged.items[n] for n in range(start, end) if self.tagged.letters[n] in "_>")
        return not any(past.fullmatch(self.tagged.tokens[item.first].norm) for item in others)
