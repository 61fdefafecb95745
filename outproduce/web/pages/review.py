"""The queue of claims to review: those that move an answer most and are read least surely come first."""

from __future__ import annotations

import math
from dataclasses import dataclass

from outproduce.errors import NothingFound
from outproduce.ledger.catalogue import Shown, count_claims, list_claims
from outproduce.ledger.review import CORRECTABLE
from outproduce.ledger.search import ClaimFilter
from outproduce.records import Claim
from outproduce.web.library import Library
from outproduce.web.pages.claims import ClaimPage, claim_page
from outproduce.web.rows import ClaimRow

LOOKED_AT = 2000  # of the newest claims that nobody decided on
SHOWN = 20
_UNSURE = {  # signs of an unsure reading, and how much each counts
    "no speaker": 0.3,
    "no time": 0.3,
    "no figure": 0.2,
    "no period": 0.2,
    "a wide range": 0.2,
}


@dataclass(frozen=True, slots=True)
class QueueRow:
    """A claim in the queue: the log factor by which it moved an answer, and what is unsure in it."""

    claim: ClaimRow
    moved: float
    unsure: list[str]


@dataclass(frozen=True, slots=True)
class ReviewPage:
    """The queue, and the claim that is to be decided on now."""

    left: int
    skipped: int
    first: ClaimPage | None
    queue: list[QueueRow]
    fields: list[str]


def review_page(library: Library, skip: int = 0) -> ReviewPage:
    """Make the queue; `skip` leaves out its first claims."""
    open_ones = ClaimFilter(unreviewed=True)
    moved = _moved(library)
    claims = {claim.id: claim for claim in list_claims(library.ledger, open_ones, Shown(limit=LOOKED_AT))}
    movers = tuple(one for one in moved if one not in claims)
    wanted = ClaimFilter(unreviewed=True, ids=movers)
    claims |= {claim.id: claim for claim in list_claims(library.ledger, wanted, Shown())} if movers else {}
    rows = [QueueRow(ClaimRow.of(claim), moved.get(claim.id, 0.0), unsure_in(claim)) for claim in claims.values()]
    rows.sort(key=lambda row: (-weight(row), row.claim.id))
    queue = rows[skip : skip + SHOWN]
    first = _first(library, queue)
    return ReviewPage(count_claims(library.ledger, open_ones), skip, first, queue, list(CORRECTABLE))


def _first(library: Library, queue: list[QueueRow]) -> ClaimPage | None:
    try:
        return claim_page(library, queue[0].claim.id) if queue else None
    except NothingFound:
        return None


def _moved(library: Library) -> dict[str, float]:
    """By how much each claim moved the race that it moved most."""
    found: dict[str, float] = {}
    for race in library.races():
        for used in race.used:
            for claim in (used.claim, *used.retellings):
                if abs(used.moved) > abs(found.get(claim.id, 0.0)):
                    found[claim.id] = used.moved
    return found


def unsure_in(claim: Claim) -> list[str]:
    """Name the signs of an unsure reading.

    >>> unsure_in(Claim("output", ("Russia",), "tank", 100, 300, when=("2024", "2024"), speaker="Ann"))
    ['a wide range']
    """
    low, high = claim.low, claim.high
    counts = claim.kind in ("output", "capacity", "stock", "transfer", "use", "order")
    signs = {
        "no speaker": claim.speaker is None,
        "no time": claim.when is None,
        "no figure": counts and low is None and high is None,
        "no period": claim.kind in ("output", "capacity") and claim.per is None and claim.when is None,
        "a wide range": bool(low and high and high / low > 2),
    }
    return [sign for sign, is_so in signs.items() if is_so]


def weight(row: QueueRow) -> float:
    """Weigh how much a review of a claim is worth: what it moved, times how unsure it is."""
    unsure = 0.5 + sum(_UNSURE[sign] for sign in row.unsure) + (0.2 if row.claim.words else 0.0)
    return (math.expm1(abs(row.moved)) + 0.01) * unsure
