"""A filter -> the query for the claims that fit, in their order.

Two ways lead to the first claims: to walk all of them in their order and test each, which is quick where many fit, or
to gather those with the words or the actor and sort them, quick where few do. PostgreSQL chooses between them by its
statistics; SQLite has none, so the claims that have the words are counted here, up to `MANY`, and where they are many
the first claims in order are looked at before anything else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from outproduce.errors import UsageError
from outproduce.ledger import schema as db
from outproduce.ledger.rows import CLAIM_ROWS, REVIEW, claims_of, searched
from outproduce.ledger.words import has_words, rows_with
from outproduce.records import KINDS, STATUSES, Claim

MANY = 50_000  # claims, from which on walking is quicker than sorting; measured by benchmarks/ledger_size.py
FIRST = 30  # times as many claims as are wanted are looked at first
_BATCH, _FEW = 500, 200  # rows held at once
_DAY = re.compile(r"\d{4}(-\d\d(-\d\d)?)?\Z")
_MOMENT = re.compile(r"\d{4}(-\d\d(-\d\d(T\d\d:\d\d:\d\dZ)?)?)?\Z")


@dataclass(frozen=True, slots=True)
class ClaimFilter:
    """Which claims to give; None asks for nothing. Names compare without regard to case.

    `item` is a key, or a key with those below it. `since` and `until` (YYYY, YYYY-MM or YYYY-MM-DD, both inclusive) are
    about the time a claim speaks of, or its publication where that is unknown. `as_of` keeps what was known by the end
    of that day: published by then or, undated, about a time that had begun; claims without either are left out.
    Every word of `speaker` must begin a word of the name, every word of `text` one of evidence, note, speaker or
    outlet. `as_of_ledger` (a day as above, its end, or YYYY-MM-DDThh:mm:ssZ) gives the claims the ledger held then.
    `unreviewed` leaves out those a person has decided on. `ids` are the only claims wanted.
    """

    actor: str | None = None
    item: str | tuple[str, ...] | None = None
    kind: str | None = None
    status: str | None = None
    speaker: str | None = None
    since: str | None = None
    until: str | None = None
    as_of: str | None = None
    text: str | None = None
    limit: int | None = None
    newest_first: bool = False
    as_of_ledger: str | None = None
    unreviewed: bool = False
    ids: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        """Refuse values no claim can have.

        Raises:
            UsageError: names the option and the value.
        """
        for name, value, allowed in (("kind", self.kind, KINDS), ("status", self.status, STATUSES)):
            if value is not None and value not in allowed:
                raise UsageError(f"{name} {value!r} is not one of {', '.join(allowed)}")
        for name, day in (("since", self.since), ("until", self.until), ("as_of", self.as_of)):
            if day is not None and not _in_calendar(day):
                raise UsageError(f"{name} {day!r} is no date; write YYYY, YYYY-MM or YYYY-MM-DD")
        if self.as_of_ledger is not None and not _MOMENT.match(self.as_of_ledger):
            raise UsageError(
                f"as_of_ledger {self.as_of_ledger!r} is no date; write YYYY, YYYY-MM, YYYY-MM-DD or "
                "YYYY-MM-DDThh:mm:ssZ"
            )
        if self.limit is not None and self.limit < 0:
            raise UsageError(f"limit {self.limit} is below 0; give a number of claims or leave it out")
        if self.limit is not None and self.limit >= 2**63:
            raise UsageError(f"limit {self.limit} is more than a ledger can hold; leave it out to have all claims")


def find_claims(connection: sa.Connection, wanted: ClaimFilter) -> Iterator[Claim]:
    """Yield the claims that fit, by publication day, unknown last, then id and row; memory stays flat."""
    found = _words_of(connection, wanted)
    many = found is not None and wanted.limit is not None and _are_many(connection, found)
    looked = _look_at_first(connection, wanted) if many else None
    if looked is not None:
        yield from looked
        return
    query = _in_order(CLAIM_ROWS.where(_held(wanted), *_conditions(wanted)), wanted)
    if found is not None:
        # SQLite gathers by a plain column, and walks where it is part of a sum.
        query = query.where((db.claims.c.row + 0 if many else db.claims.c.row).in_(found))
    with connection.execution_options(yield_per=_BATCH).execute(query.limit(wanted.limit)) as result:
        for rows in result.partitions():
            yield from claims_of(rows)


def fits(connection: sa.Connection, wanted: ClaimFilter) -> Iterator[sa.ColumnElement[bool]]:
    """Give all that a row of claims must fulfil to fit, for queries that count or order them otherwise."""
    yield _held(wanted)
    yield from _conditions(wanted)
    found = _words_of(connection, wanted)
    if found is not None:
        yield db.claims.c.row.in_(found)


def _look_at_first(connection: sa.Connection, wanted: ClaimFilter) -> list[Claim] | None:
    """Look for claims among the first in order; None where too few are found in `FIRST` times the number wanted."""
    limit, seen = wanted.limit or 0, 0
    chosen: list[Claim] = []
    query = _in_order(CLAIM_ROWS.where(_held(wanted), *_conditions(wanted)), wanted)
    with connection.execution_options(yield_per=_FEW).execute(query) as result:
        for rows in result.partitions():
            seen += len(rows)
            chosen += [claim for claim in claims_of(rows) if _has_words(claim, wanted)]
            if len(chosen) >= limit:
                return chosen[:limit]
            if seen >= FIRST * limit:
                return None
    return chosen


def _has_words(claim: Claim, wanted: ClaimFilter) -> bool:
    return has_words(searched(0, claim), wanted.speaker, wanted.text, wanted.actor)


def _words_of(connection: sa.Connection, wanted: ClaimFilter) -> sa.Select[Any] | None:
    return rows_with(connection.dialect.name, wanted.speaker, wanted.text, wanted.actor)


def _in_order(query: sa.Select[Any], wanted: ClaimFilter) -> sa.Select[Any]:
    day = db.claims.c.published.desc() if wanted.newest_first else db.claims.c.published.asc()
    return query.order_by(day.nulls_last(), db.claims.c.id, db.claims.c.row)


def versions_query(connection: sa.Connection, wanted: ClaimFilter, rows: sa.Select[Any]) -> sa.Select[Any]:
    """Give the query for what `rows` selects of all versions of the claims that fit, in the order of claims."""
    found = _words_of(connection, wanted)
    query = rows.where(*_conditions(wanted), *(() if found is None else (db.claims.c.row.in_(found),)))
    return _in_order(query, wanted).limit(wanted.limit)


def _are_many(connection: sa.Connection, found: sa.Select[Any]) -> bool:
    if connection.dialect.name != "sqlite":
        return False
    first = found.limit(MANY).subquery()
    return connection.scalar(sa.select(sa.func.count()).select_from(first)) == MANY


def _in_calendar(day: str) -> bool:
    """Whether it is a year, a month or a day that there is."""
    try:
        date.fromisoformat((day + "-01-01")[:10])
    except ValueError:
        return False
    return _DAY.match(day) is not None


def _first_day(day: str) -> str:
    return (day + "-01-01")[:10]


def _last_day(day: str) -> str:
    """Upper bound of a year, month or day, for comparing as text; not always a day of the calendar."""
    return (day + "-12-31")[:10] if len(day) == 4 else (day + "-31")[:10]


def _conditions(wanted: ClaimFilter) -> Iterator[sa.ColumnElement[bool]]:
    """Give what a row of claims must fulfil beside the words it is found by and being current."""
    table = db.claims
    if wanted.item is not None:
        yield table.c.item.in_([wanted.item] if isinstance(wanted.item, str) else wanted.item)
    if wanted.kind is not None:
        yield table.c.kind == wanted.kind
    if wanted.status is not None:
        yield table.c.status == wanted.status
    if wanted.since is not None:
        yield table.c.last_day >= _first_day(wanted.since)
    if wanted.until is not None:
        yield table.c.first_day <= _last_day(wanted.until)
    if wanted.as_of is not None:
        yield sa.func.coalesce(table.c.published, table.c.first_day) <= _last_day(wanted.as_of)
    if wanted.unreviewed:
        yield table.c.reader != REVIEW
        yield table.c.id.not_in(sa.select(db.reviews.c.claim_id))
    if wanted.ids is not None:
        yield table.c.id.in_(wanted.ids)


def _held(wanted: ClaimFilter) -> sa.ColumnElement[bool]:
    """Give the condition that a claim is current or, where the filter names a day, was so at its end."""
    table = db.claims
    if wanted.as_of_ledger is None:
        return table.c.superseded_in.is_(None)
    moment = wanted.as_of_ledger if "T" in wanted.as_of_ledger else f"{_last_day(wanted.as_of_ledger)}T99"
    known = sa.select(sa.func.coalesce(sa.func.max(db.changes.c.row), 0)).where(db.changes.c.at <= moment)
    last = known.scalar_subquery()
    return sa.and_(table.c.added_in <= last, sa.or_(table.c.superseded_in.is_(None), table.c.superseded_in > last))
