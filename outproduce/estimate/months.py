"""Months as whole numbers (year * 12 + month - 1), and what a claim's dates say about them."""

from __future__ import annotations

from outproduce.errors import UsageError
from outproduce.records import When

Span = tuple[int, int]


def month_index(day: str, *, last: bool = False) -> int:
    """Month of `YYYY`, `YYYY-MM` or `YYYY-MM-DD`; of a bare year the first, or the last where `last`.

    >>> month_name(month_index("2024-03-11"))
    '2024-03'
    """
    year, _, rest = day.partition("-")
    month = int(rest[:2]) if rest else (12 if last else 1)
    if not 1 <= month <= 12:
        raise UsageError(f"{day!r} has no month {month}; give YYYY, YYYY-MM or YYYY-MM-DD")
    return int(year) * 12 + month - 1


def month_name(index: int) -> str:
    """Give `YYYY-MM`."""
    return f"{index // 12:04d}-{index % 12 + 1:02d}"


def month_span(when: When) -> Span:
    """First and last month of a claim's time, both inclusive."""
    first, last = month_index(when[0]), month_index(when[1], last=True)
    return min(first, last), max(first, last)
