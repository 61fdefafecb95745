"""How many of the date and duration rows written by others are read as they say, per source and language.

Run: python benchmarks/date_rows.py [--misses]. Rows come from ../shared/bench (dateparser, duckling).

Left out, by rule, because the project has no use for them or reads them another way on purpose:
- rows in other languages than en, ru, uk, and rows that only test a library's own interface;
- clock times, hours, minutes, seconds, parts of a day; holidays and weekends; latent times ("15", "10ish");
- weekdays alone: the bench looks ahead to the next one, news look back to the last one; week numbers;
- durations without a direction ("1 год 2 месяца" as a past time), open intervals of Duckling (after, before);
- "today" (read as the present), "in a week", "за вісім днів" (read from their sentence), the running unit in "last two
  weeks" (left out by Duckling, counted here), "upcoming two weeks", parts of a year or week (an
  end is its last month here, by the claim guide), astronomical seasons, "15.2" and years of two digits (figures, here),
  abbreviations such as EOM;
- "three months ago" is compared by month, "two years ago" by year: nothing finer is meant;
- a day or month without a year is compared without its year, for the same reason as weekdays.
"""

from __future__ import annotations

import ast
import json
import re
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

from outproduce.languages.times import find_periods, find_times

BENCH = Path(__file__).parents[2] / "shared" / "bench"
FINE = re.compile(r"hour|minute|second|microsecond")
FOREIGN = re.compile(
    r"сакавіка|гадзін|гады|таму|декември|\bян\b|сёння|преди|\bпре\b|онзи|днес|месяцы|\bслед\b|пред |хьалха|бұрын|мурун|"
    r"өмнө|размӕ|өттүгэр|олдин|праз|Втора́я|хвіл|каля|годину|сағат"
)
RELATIVE = re.compile(
    r"\b(this|last|next|previous|past|ago|current|coming|following|today|tomorrow|yesterday|"
    r"in \w+ (day|week|month|year)|этот?|эт[аоу]|этой|этого|прошл|следующ|назад|через|позапрошл|последн|сегодня|завтра|"
    r"вчера|цього|цей|ця|минул|наступн|тому|останн|сьогодні|вчора|позавчора|післязавтра)"
)
UKRAINIAN = re.compile(r"[іїє]|лютого|верес|листоп|\bчер\b|\bсер\b|берез|тому|тижн")
WEEKDAY = re.compile(
    r"(?i)\b(mon|tue|wed|thu|fri|sat|sun|понед|вторн|сред|четв|пятн|субб|воскр|п'ятн|субо|неділ|вівт|серед|week-?end|"
    r"выходн|вихідн|week \d|week of)"
)
BASE = date(2014, 9, 1)
DAYS = {"day": 1, "week": 7, "month": 30, "quarter": 90, "year": 365}


class Row(NamedTuple):
    """One case: first and last day wanted; `yearless` compares month and day only; several cases may share a text."""

    source: str
    lang: str
    text: str
    wanted: list[tuple[date, date]]
    published: str
    yearless: bool = False


def whole(when: tuple[str, str]) -> tuple[date, date]:
    """First and last day of a `when`."""
    first, last = when
    one = date.fromisoformat(first + "-01-01"[len(first) - 4 :] if len(first) < 10 else first)
    if len(last) == 10:
        return one, date.fromisoformat(last)
    year, month = int(last[:4]), int(last[5:7] or 12)
    return one, date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)


def shifted(base: date, amounts: dict[str, int], sign: int) -> tuple[date, date]:
    """Find the day, month or year that lies the given units from the base; as fine as the smallest unit."""
    days = amounts.get("days", 0) + 7 * amounts.get("weeks", 0)
    months = amounts.get("months", 0) + 12 * amounts.get("years", 0)
    if days or not months:
        day = base + timedelta(days=sign * days)
        return day, day
    index = base.year * 12 + base.month - 1 + sign * months
    year = f"{index // 12:04d}"
    coarse = "months" not in amounts and amounts.get("years", 0) >= 2
    return whole((year, year)) if coarse else whole((f"{year}-{index % 12 + 1:02d}",) * 2)


def dateparser_rows() -> Iterator[Row]:
    for line in (BENCH / "dateparser" / "cyrillic_cases.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        joined = " ".join(row["args"])
        named = row["args"][0].strip("'") if row["test"].endswith("translation") else None
        guess = row["lang_guess"]
        if FOREIGN.search(joined) or guess == "be/bg" or (named is not None and named not in ("ru", "uk")):
            continue
        lang = named or (
            "uk"
            if guess == "uk" or re.search(r"[іїє]|лютого|верес|листоп|\bчер\b|\bсер\b|берез|тому", joined)
            else "ru"
        )
        yield from one_dateparser_row(row, lang)


def one_dateparser_row(row: dict[str, object], lang: str) -> Iterator[Row]:
    args: list[str] = row["args"]  # type: ignore[assignment]
    joined, test = " ".join(args), str(row["test"])
    source = f"dateparser {test.removeprefix('test_')}"
    quoted = re.match(
        r"(?:text=)?(['\"].*['\"])$",
        args[1] if test == "test_search_and_parse" or args[0] in ("'ru'", "'uk'") else args[0],
    )
    if quoted is None:
        return
    text = str(ast.literal_eval(quoted.group(1)))
    stamps = [tuple(map(int, m.split(",")[:3])) for m in re.findall(r"datetime\(([\d, ]+)\)", joined)]
    if test.startswith("test_dates_parsing") and not re.match(r"\w+ о ", text):
        day = date(*stamps[0])
        yield Row(source, lang, text, [(day, day)], "2012-11-13", not re.search(r"\d{4}|\d\d ", text[3:]))
    elif test == "test_extracted_period":
        yield Row(source, lang, text, [whole((f"{stamps[0][0]:04d}",) * 2)], "2015-02-15")
    elif "search" in test or test == "test_relative_base_setting":
        base = "2001-03-19" if "2001" in text else "2016-08-01"
        wanted = [(date(*s), date(*s)) for s in stamps if s != (2000, 1, 1)]
        if m := re.search(r"expected_day=(\d+) expected_month=(\d+)", joined):
            wanted = [(date(2016, int(m[2]), int(m[1])),) * 2]
        if wanted:
            yield Row(source, lang, text, wanted, base, True)
    elif "relative" in test and not FINE.search(joined) and re.search("назад|тому|через|чера|сегодня", text):
        amounts = ast.literal_eval(args[1].split("=")[1])
        yield Row(source, lang, text, [shifted(BASE, amounts, -1 if "ago" in args[1] else 1)], BASE.isoformat())
    elif test == "test_freshness_translation" and not FINE.search(joined):
        m = re.fullmatch(r"(?:(in) )?(\d+) (day|week|month|year)( ago)?", ast.literal_eval(args[2]))
        if m and (m[1] or m[4]):
            yield Row(source, lang, text, [shifted(BASE, {m[3] + "s": int(m[2])}, 1 if m[1] else -1)], BASE.isoformat())


def duckling_rows() -> Iterator[Row]:
    for lang in ("en", "ru", "uk"):
        for line in (BENCH / "duckling" / f"{lang}_corpus.jsonl").read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            m = re.fullmatch(
                r"datetime(Interval)? \(+([\d, ]+)\)(?:, \(([\d, ]+)\)\))? (Day|Week|Month|Quarter|Year)",
                row["expected_hs"],
            )
            if row["dim"] != "Time" or m is None or WEEKDAY.search(row["text"]):
                continue
            first = numbers(m[2])
            grain = "Day" if m[1] else m[4]
            last = numbers(m[3]) - timedelta(days=1) if m[1] else end_of(first, grain)
            text = row["text"].replace('\\"', '"')
            yield Row(
                "duckling time",
                lang,
                text,
                [(first, last)],
                "2013-02-12",
                not re.search(r"\d{4}|'\d\d", text) and not RELATIVE.search(text),
            )


def numbers(text: str) -> date:
    year, month, day = [int(part) for part in text.split(",")[:3]]
    return date(year, max(month, 1), max(day, 1))


def end_of(first: date, grain: str) -> date:
    months = {"Month": 1, "Quarter": 3, "Year": 12}.get(grain)
    if months is None:
        return first + timedelta(days=6 if grain == "Week" else 0)
    index = first.year * 12 + first.month - 1 + months
    return date(index // 12, index % 12 + 1, 1) - timedelta(days=1)


LEFT_OUT = re.compile(
    r"(?i)\b(today|сегодня|сьогодні)\b|^in (a|1|one) (week|day|year)|^at this time|upcoming|season|summer|winter|hence|"
    r"\b([eb]o[my]|end|beginning|early|mid|late|rest|all|start)\b|a\.d\.|^\d\d?[./ -]+\d\d?\.?$|\d[./-]\d\d?[./-]\d\d$|"
    r"^(on )?the \d+\w*$|^on (the )?\w+$|за вісім днів|за півтора року|в течение суток|"
    r"^(last|past|next|последние|следующие|останні|наступні) (\d+|\w+) \w+$"
)


def is_left_out(text: str) -> bool:
    """Whether the rules at the top leave a row out."""
    return LEFT_OUT.search(text) is not None and not re.fullmatch(
        r"(last|past|next) (week|month|year|quarter|qtr)s?", text
    )


def is_read(row: Row) -> bool:
    """Whether every date wanted is one of the dates found."""
    found = [whole(time.when) for time in find_times(row.text, row.lang, row.published) if time.when]
    if row.yearless:
        return all(
            any((a.month, a.day, b.month, b.day) == (c.month, c.day, d.month, d.day) for c, d in found)
            for a, b in row.wanted
        )
    if re.search("relative_|freshness", row.source) or re.search("ago|назад|тому|через", row.text):
        return all(any(c <= first <= d for c, d in found) for first, _ in row.wanted)
    return all(wanted in found for wanted in row.wanted)


def durations() -> Iterator[tuple[str, str, bool]]:
    """Language, text and whether the duration is read, set in a sentence that compares two intervals."""
    frames = {
        "en": "as many in {} as others make in a day",
        "ru": "за {} столько, сколько другие за сутки",
        "uk": "за {} стільки, скільки інші за добу",
    }
    for lang, frame in frames.items():
        for line in (BENCH / "duckling" / f"{lang}_corpus.jsonl").read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            m = re.fullmatch(r"DurationData (\d+) (Day|Week|Month|Quarter|Year)", row["expected_hs"])
            if row["dim"] == "Duration" and m:
                periods = find_periods(frame.format(row["text"]), lang)
                wanted = int(m[1]) * DAYS[m[2].lower()]
                yield lang, row["text"], any(abs(p.count * DAYS[p.per] / wanted - 1) < 0.03 for p in periods[:1])


def main() -> None:
    """Print the table, and the rows that are not read with --misses."""
    table: dict[tuple[str, str], list[tuple[str, bool]]] = {}
    for row in (*dateparser_rows(), *duckling_rows()):
        if is_left_out(row.text):
            continue
        table.setdefault((row.source, row.lang), []).append(
            (f"{row.text}  wanted {row.wanted[0][0]}..{row.wanted[0][1]}", is_read(row))
        )
    for lang, text, read in durations():
        table.setdefault(("duckling duration", lang), []).append((text, read))
    print(f"{'source':<52}{'lang':<6}{'read':>5}{'rows':>6}")
    for (source, lang), rows in table.items():
        print(f"{source:<52}{lang:<6}{sum(read for _, read in rows):>5}{len(rows):>6}")
        if "--misses" in sys.argv:
            for text, read in rows:
                if not read:
                    print(f"    {text}")


if __name__ == "__main__":
    main()
