"""All a ledger ever held of claims: each version with when it came, when and why it ended, and what people decided."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from outproduce.ledger import schema as db
from outproduce.ledger.rows import CLAIM_ROWS, claims_of
from outproduce.ledger.search import ClaimFilter, versions_query
from outproduce.ledger.store import Ledger
from outproduce.records import Claim

_BATCH = 500


@dataclass(frozen=True, slots=True)
class Reviewed:
    """One decision of a person: `other_id` is the claim it was merged into, joined with or split from."""

    decision: str
    claim_id: str
    who: str
    at: str
    why: str | None = None
    other_id: str | None = None
    field: str | None = None
    value: str | None = None

    @property
    def told(self) -> str:
        """One line of it.

        >>> Reviewed("correct", "1a", "Ann", "2026-01-01T00:00:00Z", "typo", field="low", value="2100.0").told
        '2026-01-01T00:00:00Z Ann: correct low = 2100.0 (typo)'
        """
        joint = {"merge": "into", "join": "with", "split": "from"}.get(self.decision, "of")
        what = f" {self.field} = {self.value}" if self.field else f" {joint} {self.other_id}" if self.other_id else ""
        return f"{self.at} {self.who}: {self.decision}{what}" + (f" ({self.why})" if self.why else "")


@dataclass(frozen=True, slots=True)
class ClaimVersion:
    """One row of a claim; times are UTC, `superseded_at` None while it holds. `corrects` is the claim it stands for."""

    claim: Claim
    added_at: str
    superseded_at: str | None
    superseded_why: str | None
    corrects: str | None
    decisions: tuple[Reviewed, ...]

    def as_row(self) -> dict[str, Any]:
        """Give the claim as JSON-ready values, and its history beside them."""
        return self.claim.as_row() | {
            "added_at": self.added_at,
            "superseded_at": self.superseded_at,
            "superseded_why": self.superseded_why,
            "corrects": self.corrects,
            "decisions": [decision.told for decision in self.decisions],
        }


def claim_history(ledger: Ledger, wanted: ClaimFilter | None = None) -> Iterator[ClaimVersion]:
    """Yield every version of the claims that fit, current or not, in the order of `Ledger.claims`, then of coming.

    Raises:
        LedgerError: the ledger cannot be read.
    """
    wanted = wanted or ClaimFilter()
    added, ended = db.changes.alias("added"), db.changes.alias("ended")
    with ledger.reading() as connection:
        query = CLAIM_ROWS.add_columns(added.c.at.label("added_at"), ended.c.at.label("superseded_at"))
        query = query.outerjoin(added, added.c.row == db.claims.c.added_in)
        query = query.outerjoin(ended, ended.c.row == db.claims.c.superseded_in)
        query = versions_query(connection, wanted, query)
        with connection.execution_options(yield_per=_BATCH).execute(query) as result:
            for rows in result.partitions():
                yield from _versions(ledger, rows)


def _versions(ledger: Ledger, rows: Sequence[sa.Row[Any]]) -> Iterator[ClaimVersion]:
    decisions = defaultdict(list)
    for decision in reviews(ledger, [row.id for row in rows]):
        decisions[decision.claim_id].append(decision)
    for row, claim in zip(rows, claims_of(rows), strict=True):
        decided = tuple(decisions.get(row.id, ()))
        yield ClaimVersion(claim, row.added_at, row.superseded_at, row.superseded_why, row.corrects, decided)


def reviews(ledger: Ledger, claim_ids: Sequence[str] | None = None) -> list[Reviewed]:
    """Give the decisions of people in their order; those on the given claims only, or all."""
    names = ("decision", "claim_id", "who", "why", "other_id", "field", "value")
    query = sa.select(*(db.reviews.c[name] for name in names), db.changes.c.at)
    query = query.outerjoin(db.changes, db.changes.c.row == db.reviews.c.added_in).order_by(db.reviews.c.row)
    if claim_ids is not None:
        query = query.where(db.reviews.c.claim_id.in_(claim_ids))
    with ledger.reading() as connection:
        return [Reviewed(**row._mapping) for row in connection.execute(query)]
