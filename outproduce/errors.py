"""Every error that outproduce raises on purpose: one base, each class with the exit code of the command line.

Messages say what, the value seen, where, and what to do next.
"""

from __future__ import annotations


class OutproduceError(Exception):
    """Base of all expected errors; `exit_code` is what the command line ends with."""

    exit_code = 1


class UsageError(OutproduceError):
    """The question or an option makes no sense as given (unknown actor, bad date)."""

    exit_code = 2


class NothingFound(OutproduceError):
    """The question is sound, but there is no article, claim or estimate to answer it."""

    exit_code = 3


class NotReady(OutproduceError):
    """The answer takes longer to work out than the asker may wait; it goes on being worked out."""


class SourceError(OutproduceError):
    """A file or stream cannot be read as a report: missing, empty, too large, broken."""


class FetchError(SourceError):
    """An address cannot be fetched; `passing` is whether it may well be had later (a busy or broken server)."""

    def __init__(self, message: str, *, passing: bool = False) -> None:
        super().__init__(message)
        self.passing = passing


class PackError(OutproduceError):
    """A pack's data is wrong; the message names file, entry and key."""


class ClaimError(OutproduceError):
    """A claim breaks the rules of its fields (unknown kind, low above high, words not in the text)."""


class LedgerError(OutproduceError):
    """The ledger cannot be opened or written: newer schema, not a ledger, disk trouble."""


class EstimateError(OutproduceError):
    """The arrays or claims given to the estimator do not fit together."""
