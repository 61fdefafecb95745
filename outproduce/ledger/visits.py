"""What was fetched from the web, when, and when it is due again: working notes, the only rows that are overwritten."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields

import sqlalchemy as sa

from outproduce.errors import LedgerError, NothingFound
from outproduce.ledger import schema as db
from outproduce.ledger.store import Ledger


@dataclass(frozen=True, slots=True)
class Visit:
    """The last time an address was asked for; times are UTC as YYYY-MM-DDThh:mm:ssZ.

    `kind` is page or feed; `outcome` read, waiting (to be tried again at `due_at`) or given up. `payload` hashes the
    content, `raw_hash` the record kept of it. `listed` is the day a feed gave for the page. `fails` counts failures in
    a row; `interval_s` is how long a feed is left alone.
    """

    url: str
    kind: str
    checked_at: str
    outcome: str
    etag: str | None = None
    last_modified: str | None = None
    payload: str | None = None
    raw_hash: str | None = None
    message: str | None = None
    listed: str | None = None
    due_at: str | None = None
    fails: int = 0
    interval_s: int = 0


_FIELDS = tuple(field.name for field in fields(Visit))


class Visits:
    """The visits a ledger remembers, or where there is no ledger only those of this run."""

    def __init__(self, ledger: Ledger | None = None) -> None:
        self._ledger = ledger
        self._noted: dict[str, Visit] = {}

    def get(self, url: str) -> Visit | None:
        """Give the last visit of an address, None where there was none."""
        if self._ledger is None:
            return self._noted.get(url)
        with self._ledger.reading() as connection:
            row = connection.execute(sa.select(db.visits).where(db.visits.c.url == url)).mappings().first()
        return None if row is None else Visit(**row)

    def note(self, visit: Visit) -> None:
        """Remember a visit in place of the one before.

        Raises:
            LedgerError: the ledger cannot be written.
        """
        if self._ledger is None:
            self._noted[visit.url] = visit
            return
        with self._ledger.writing("visit") as change:
            change.connection.execute(db.visits.delete().where(db.visits.c.url == visit.url))
            change.connection.execute(db.visits.insert().values(asdict(visit)))

    def due(self, kind: str, now: str) -> list[Visit]:
        """Give the visits of a kind whose time has come, the longest overdue first."""
        if self._ledger is None:
            found = [one for one in self._noted.values() if one.kind == kind and one.due_at and one.due_at <= now]
            return sorted(found, key=lambda one: (one.due_at or "", one.url))
        table = db.visits
        query = sa.select(table).where(table.c.kind == kind, table.c.due_at <= now)
        with self._ledger.reading() as connection:
            rows = connection.execute(query.order_by(table.c.due_at, table.c.url)).mappings().all()
        return [Visit(**row) for row in rows]

    def kept_record(self, visit: Visit) -> bytes | None:
        """Give the WARC records kept of a visit, None where none are kept or they are damaged."""
        if self._ledger is None or visit.raw_hash is None:
            return None
        try:
            return self._ledger.raw(visit.raw_hash)
        except (NothingFound, LedgerError):
            return None
