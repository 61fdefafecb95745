"""A filter -> the query for the claims that fit, in their order.

Two ways lead to the first claims: to walk all of them in their order and test each, which is quick where many fit, or
to gather those with the words or the actor and sort them, quick where few do. PostgreSQL chooses between them by its
statistics; SQLite has none, so the claims that have the words are counted here, up to `MANY`, and where they are many
the first claims in order are looked at before anything else.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from outproduce.errors import UsageError
from outproduce.ledger import schema as db
from outproduce.ledger.rows import CLAIM_ROWS, REVIEW, claims_of, searched_in
from outproduce.ledger.words import Sought, has_words, rows_with, sought_words
from outproduce.records import KINDS, STATUSES, Claim

MANY = 20_000  # claims, from which on walking is quicker than sorting; measured by benchmarks/ledger_size.py
FIRST = 50  # times as many claims as are wanted are looked at first
_BATCH, _FEW = 500, 200  # rows held at once
_DAY = re.compile(r"\d{4}(-\d\d(-\d\d)?)?\Z")
_MOMENT = re.compile(r"\d{4}(-\d\d(-\d\d(T\d\d:\d\d:\d\dZ)?)?)?\Z")
_NEVER = "~"  # after every day, compared as text
_DAYS = sa.text(
    """
WITH RECURSIVE
days(day) AS (
  SELECT min(published) FROM claims WHERE superseded_in IS NULL
  UNION ALL
  SELECT (SELECT min(published) FROM claims WHERE superseded_in IS NULL AND published > day)
  FROM days WHERE day IS NOT NULL
),
ends(day, last) AS (
  SELECT day, (SELECT max(last_day) FROM claims WHERE superseded_in IS NULL AND published = day)
  FROM days WHERE day <= :as_of
  UNION ALL
  SELECT day, (SELECT max(last_day) FROM claims WHERE superseded_in IS NULL AND published = day AND last_day < last)
  FROM ends WHERE last >= :since AND first_of(day, last) > :until
)
SELECT DISTINCT day FROM ends WHERE last >= :since AND first_of(day, last) <= :until
""".replace(
        "first_of(day, last)",
        "(SELECT min(first_day) FROM claims WHERE superseded_in IS NULL AND published = day AND last_day = last)",
    )
)  # days on which a claim may fit; one step a day and end of time told of, each by the index claims_by_time


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
    if wanted.limit is None or connection.dialect.name != "sqlite":
        query = CLAIM_ROWS.where(*fits(connection, wanted))
        yield from _stream(connection, _in_order(query, wanted).limit(wanted.limit))
    else:
        yield from _find_first(connection, wanted)


def fits(connection: sa.Connection, wanted: ClaimFilter) -> Iterator[sa.ColumnElement[bool]]:
    """Give all that a row of claims must fulfil to fit, for queries that count or order them otherwise."""
    yield _held(wanted)
    yield from _conditions(wanted)
    sought = sought_words(wanted.speaker, wanted.text, wanted.actor)
    if sought:
        yield db.claims.c.row.in_(rows_with(connection.dialect.name, sought))


def _find_first(connection: sa.Connection, wanted: ClaimFilter) -> Iterator[Claim]:
    """Find the first claims in a SQLite ledger, the way that is quick for this filter."""
    limit = wanted.limit or 0
    sought = sought_words(wanted.speaker, wanted.text, wanted.actor)
    query = CLAIM_ROWS.where(_held(wanted), *_conditions(wanted))
    if sought:
        found = rows_with("sqlite", sought)
        rows = list(connection.scalars(found.limit(MANY)))
        if len(rows) < MANY:
            few = sa.select(sa.func.json_each(json.dumps(rows)).table_valued("value").c.value)
            yield from _stream(connection, _in_order(query.where(db.claims.c.row.in_(few)), wanted).limit(limit))
            return
    far = (wanted.until or wanted.as_of) if wanted.newest_first else wanted.since
    if far is not None and wanted.as_of_ledger is None:  # else the first claims in order are near what is asked for
        query = query.where(_first_days(connection, wanted, limit * (FIRST if sought else 1)))
    if sought:
        looked = _look_at_first(connection, _in_order(query, wanted), sought, limit)
        if looked is not None:
            yield from claims_of(looked)
            return
        walked = db.claims.c.row + 0  # what is a sum is not gathered by
        query = CLAIM_ROWS.where(_held(wanted), *_conditions(wanted), walked.in_(found))
    yield from _stream(connection, _in_order(query, wanted).limit(limit))


def _stream(connection: sa.Connection, query: sa.Select[Any]) -> Iterator[Claim]:
    with connection.execution_options(yield_per=_BATCH).execute(query) as result:
        for rows in result.partitions():
            yield from claims_of(rows)


def _first_days(connection: sa.Connection, wanted: ClaimFilter, enough: int) -> sa.ColumnElement[bool]:
    """Give the condition that a claim was published on one of the first days on which `enough` claims that fit were.

    Of the days on which one may fit, each is asked by the index how many do, until there are enough.
    """
    asked = {
        "since": "" if wanted.since is None else _first_day(wanted.since),
        "until": _NEVER if wanted.until is None else _last_day(wanted.until),
        "as_of": _NEVER if wanted.as_of is None else _last_day(wanted.as_of),
    }
    days = sorted(connection.scalars(_DAYS, asked), reverse=wanted.newest_first)
    published = db.claims.c.published
    day = sa.func.json_each(json.dumps(days)).table_valued("value").c.value
    fitting = sa.select(sa.literal(1)).where(_held(wanted), published == day, *_conditions(wanted))
    number = sa.select(sa.func.count()).select_from(fitting.correlate(day.table).limit(enough).subquery())
    chosen: list[str] = []
    found = 0
    with connection.execute(sa.select(day, number.scalar_subquery())) as counted:
        for one, fits_then in counted:  # SQLite counts as it is asked: what is not fetched costs nothing
            if fits_then:
                chosen.append(one)
                found += fits_then
            if found >= enough:
                return published.in_(chosen)
    dated, undated = (
        sa.select(db.claims.c.row).where(_held(wanted), then, *_conditions(wanted))
        for then in (published.in_(chosen), published.is_(None))
    )
    return db.claims.c.row.in_(dated.union_all(undated))


def _look_at_first(
    connection: sa.Connection, query: sa.Select[Any], sought: Sought, limit: int
) -> list[sa.Row[Any]] | None:
    """Look for the words in the first rows; None where too few have them in `FIRST` times the number wanted."""
    seen = 0
    chosen: list[sa.Row[Any]] = []
    with connection.execution_options(yield_per=_FEW).execute(query) as result:
        for rows in result.partitions():
            seen += len(rows)
            chosen += [row for row in rows if has_words(searched_in(row), sought)]
            if len(chosen) >= limit:
                return chosen[:limit]
            if seen >= FIRST * limit:
                return None
    return chosen


def _in_order(query: sa.Select[Any], wanted: ClaimFilter) -> sa.Select[Any]:
    day = db.claims.c.published.desc() if wanted.newest_first else db.claims.c.published.asc()
    return query.order_by(day.nulls_last(), db.claims.c.id, db.claims.c.row)


def versions_query(connection: sa.Connection, wanted: ClaimFilter, rows: sa.Select[Any]) -> sa.Select[Any]:
    """Give the query for what `rows` selects of all versions of the claims that fit, in the order of claims."""
    query = rows.where(*_conditions(wanted))
    sought = sought_words(wanted.speaker, wanted.text, wanted.actor)
    if sought:
        query = query.where(db.claims.c.row.in_(rows_with(connection.dialect.name, sought)))
    return _in_order(query, wanted).limit(wanted.limit)


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
