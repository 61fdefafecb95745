"""Errors as pages tell them: one shape, and the status of each kind."""

from __future__ import annotations

from dataclasses import dataclass

from outproduce.errors import ClaimError, NothingFound, NotReady, OutproduceError, UsageError

_STATUS: tuple[tuple[type[OutproduceError], str, int], ...] = (
    (NothingFound, "missing", 404),
    (UsageError, "invalid", 400),
    (ClaimError, "invalid", 400),
    (NotReady, "waiting", 503),
    (OutproduceError, "failed", 500),
)


@dataclass(frozen=True, slots=True)
class Fault:
    """What went wrong: `kind` is missing, invalid, waiting, refused or failed; `error` says it in words."""

    kind: str
    error: str


def kind_of(error: OutproduceError) -> str:
    """Name the kind of an error."""
    return next(kind for known, kind, _ in _STATUS if isinstance(error, known))


def status_of(error: OutproduceError) -> int:
    """Give the HTTP status of an error."""
    return next(status for known, _, status in _STATUS if isinstance(error, known))
