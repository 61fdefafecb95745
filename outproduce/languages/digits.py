"""Numbers written in digits: thousands groups, decimal signs, dates, clock times, fractions and telephone numbers.

What a dot or comma before exactly three digits means (the one doubtful case):

* two or more groups ("1.000.000", "3,000,000") always group thousands, and so do spaces and apostrophes;
* English: a comma groups ("1,155"); a dot is a decimal sign, but groups where the digits end in 0 and the first group
  has two or three digits ("250.000") or the text groups with dots elsewhere ("1.500" beside "250.000");
* Ukrainian and Russian: both group ("250,000", "1.500"), unless the first group is 0;
* before a magnitude word, a percent sign or a unit of mass or length ("1.155 million", "1,250 %", "2,125 т") the sign
  is decimal in every language where it is the language's own decimal sign, and for a dot always.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_SPACE = "[ \u00a0\u202f\u2009\u2007]"
_DATE = re.compile(
    r"(?:\d{1,2}\.\d{1,2}\.(?:\d{4}|\d{2})|\d{4}[-/]\d{2}[-/]\d{2}|\d{1,2}/\d{1,2}/\d{4})(?![\d.,/]\d|\d)"
)
_CLOCK = re.compile(r"(?:[01]?\d|2[0-4]):[0-5]\d(?!\d|:\d\d\d)(?::\d\d)?")
_SCORE = re.compile(r"(\d{1,3}):(\d{1,3})(?![\d:])")
_CHAIN = re.compile(r"(?:\d{1,4}-\d{2,3}(?:-\d{2,4}){1,3}|\d{4}(?:[ \u00a0-]\d{4}){3})(?![\d-])")
_PHONE = re.compile(r"\d{1,3}[\s\u00a0(-]{1,2}\d{2,3}[)\s\u00a0-]{1,2}\d{2,3}[\s\u00a0-]\d{2}[\s\u00a0-]?\d{2}(?!\d)")
_RATIO = re.compile(r"(\d{1,4})/(\d{1,4})(?![\d/])")
_PLAIN = re.compile(
    rf"\d{{1,3}}(?P<spaced>(?:{_SPACE}\d{{3}})+)(?!\d)(?:(?P<tail>[.,]\d{{1,2}})(?!\d|[.,]\d))?"
    r"|\d{1,3}(?:(?:,\d{3}){2,}|(?:\.\d{3}){2,}|(?:['’]\d{3})+)(?!\d)(?P<end>[.,]\d+)?"
    r"|(?P<head>\d+)(?P<sign>[.,])(?P<rest>\d+)(?!\d|[.,]\d)(?:(?P<after>\.\d+))?"
    r"|(?P<lead>\d+)"
)
_GROUPED = re.compile(r"\d{1,3},\d{3}\.\d+(?!\d)")
_CONTINENTAL = re.compile(r"(?<![\d.,])(?:\d{1,3}(?:\.\d{3}){2,}|\d{2,3}\.\d\d0)(?![\d.,]\d|\d)")
_MEASURED = re.compile(
    r"\s*(?:%|per ?cent|million|billion|trillion|thousand|mln\b|bn\b|млн|млрд|тыс|тис|миллион|миллиард|мільйон|мільярд"
    r"|т\b|тонн|кг\b|км\b|kg\b|km\b|tonnes|раз[аи]?\b|times\b|[xх]\b)"
)
_CALIBRE = re.compile(r"[-‑ \u00a0]?(?:мм|mm|миллиметр|міліметр)")
_FRACTION_SIGNS = {"½": 0.5, "¼": 0.25, "¾": 0.75, "⅓": 1 / 3, "⅔": 2 / 3}


class Written(NamedTuple):
    """A number in digits that ends at character `end`; `kind` is count, date, clock, score, fraction or phone."""

    end: int
    value: float
    kind: str = "count"
    second: float | None = None


def groups_with_dots(text: str) -> bool:
    """Tell whether a text writes thousands with dots somewhere.

    >>> groups_with_dots("1.000.000 shells"), groups_with_dots("1.5 million")
    (True, False)
    """
    return _CONTINENTAL.search(text) is not None


def read_digits(text: str, start: int, decimal: str, dots_group: bool = False) -> Written:
    """Read the number whose first digit stands at `start`; `decimal` is the language's decimal sign.

    >>> read_digits("250 000 t", 0, ".").value, read_digits("2,5 млн", 0, ",").value
    (250000.0, 2.5)
    """
    if special := _read_special(text, start):
        return special
    if grouped := _GROUPED.match(text, start):
        return Written(grouped.end(), float(grouped.group().replace(",", "")))
    match = _PLAIN.match(text, start)
    assert match is not None, f"no digit at {start}"
    if match["lead"]:
        return _with_fraction_sign(text, match.end(), float(match["lead"]))
    if match["head"]:
        return _read_one_sign(text, match, decimal, dots_group)
    if match["spaced"]:
        return _read_spaced(text, match)
    tail = match["end"]
    digits = match.group()[: len(match.group()) - len(tail or "")]
    return Written(match.end(), float(re.sub(r"\D", "", digits) + (f".{tail[1:]}" if tail else "")))


def _read_special(text: str, start: int) -> Written | None:
    ahead = text[start : start + 14]
    if ":" in ahead and (match := _CLOCK.match(text, start)):
        return Written(match.end(), float(ahead.split(":")[0]), "clock")
    if ":" in ahead and (match := _SCORE.match(text, start)) and float(match[2]):
        return Written(match.end(), float(match[1]) / float(match[2]), "score")
    if match := _DATE.match(text, start):
        return Written(match.end(), float(re.split(r"\D", match.group())[0]), "date")
    if start and text[start - 1] == "+" and (match := _PHONE.match(text, start)):
        return Written(match.end(), 0.0, "phone")
    if match := _CHAIN.match(text, start):
        return Written(match.end(), 0.0, "phone")
    if "/" in ahead and (match := _RATIO.match(text, start)):
        above, below = float(match[1]), float(match[2])
        if len(match[1]) == 4 and 1900 <= above < 2100:
            return Written(match.end(), above, "date")
        if (above, below) == (24, 7):
            return Written(match.end(), above, "name")
        if 0 < above < below and (below <= 20 or below in (100, 1000)):
            return Written(match.end(), above / below, "fraction")
    return None


def _with_fraction_sign(text: str, end: int, value: float) -> Written:
    sign = _FRACTION_SIGNS.get(text[end : end + 1])
    return Written(end, value) if sign is None else Written(end + 1, value + sign)


def _read_spaced(text: str, match: re.Match[str]) -> Written:
    """Read "250 000"; a last group that is a calibre ("40 155 mm guns") is a number of its own."""
    end, tail = match.end(), match["tail"] or ""
    digits = match.group()[: len(match.group()) - len(tail)]
    if not tail and not digits.endswith("000") and _CALIBRE.match(text, end):
        digits = digits[:-4]
        return Written(match.start() + len(digits), float(re.sub(r"\D", "", digits)))
    return Written(end, float(re.sub(r"\D", "", digits) + tail.replace(",", ".")))


def _read_one_sign(text: str, match: re.Match[str], decimal: str, dots_group: bool) -> Written:
    head, sign, rest = match["head"], match["sign"], match["rest"]
    value = float(f"{head}.{rest}")
    groups = len(rest) == 3 and len(head) <= 3 and not head.startswith("0")
    if not groups or (sign in (decimal, ".") and _MEASURED.match(text, match.end())):
        groups = False
    elif decimal == ".":
        groups = sign == "," or (rest.endswith("0") and (len(head) > 1 or dots_group))
    if sign == "," and decimal == "." and len(rest) > 2 and not groups:
        return Written(match.start("sign"), float(head))  # a list: "5,1234"
    return Written(match.end("rest"), float(head + rest) if groups else value)
