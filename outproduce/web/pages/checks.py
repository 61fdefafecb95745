"""A sentence held against the ledger; the address of the page is the question, so it stays the same."""

from __future__ import annotations

from dataclasses import dataclass

from outproduce.errors import UsageError
from outproduce.web.library import Library
from outproduce.web.rows import CheckAnswer

LONGEST = 1000  # characters of a sentence


@dataclass(frozen=True, slots=True)
class CheckPage:
    """A sentence with its verdicts; `answer` is None where none was asked about."""

    sentence: str | None
    said: str | None
    by: str | None
    answer: CheckAnswer | None
    last_day: str | None


def check_page(
    library: Library, sentence: str | None = None, said: str | None = None, by: str | None = None
) -> CheckPage:
    """Check a sentence said on a day (`YYYY-MM-DD`, default: today) by somebody.

    Raises:
        UsageError: the sentence is too long, or the day is none.
        NothingFound: the ledger holds nothing to check against.
    """
    text = " ".join((sentence or "").split())
    if len(text) > LONGEST:
        raise UsageError(f"more than {LONGEST} characters are no sentence; check one sentence at a time")
    answer = library.check(text, said or None, (by or "").strip() or None) if text else None
    return CheckPage(text or None, said or None, by or None, answer, library.index().last_day)
