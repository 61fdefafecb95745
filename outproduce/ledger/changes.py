"""One transaction that writes: the number and time its rows carry, and the digest by which they are known again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from hashlib import blake2b
from operator import itemgetter
from typing import Any

import sqlalchemy as sa

from outproduce.ledger import opening
from outproduce.ledger import schema as db

_NUMBERED = (db.changes, db.articles, db.statements, db.claims, db.reviews, db.issues)
_STATE = sa.text(
    "SELECT (SELECT at FROM changes ORDER BY row DESC LIMIT 1), "
    + ", ".join(f"(SELECT max(row) FROM {table.name})" for table in _NUMBERED)
)
WHOLE = "w"  # begins a digest that covers rows, ends and the change itself; before v4 they covered rows only
_ENDS = ("superseded_in", "superseded_why")
_COVERED = {
    table.name: itemgetter(*(c.name for c in db.written(table) if c.name not in ("added_in", *_ENDS)))
    for table in db.DIGESTED
}

_WITH_BYTES = {t.name for t in db.DIGESTED if any(isinstance(c.type, sa.LargeBinary) for c in t.columns)}


def run(connection: sa.Connection, statement: sa.Executable, values: Mapping[str, Any] | None = None) -> Any:
    """Execute a statement with values by name through the driver; gives its cursor.

    It costs a quarter of what SQLAlchemy takes for a small statement. The statement must be a constant of a module,
    since its text is made once; values go to the driver as they are.
    """
    cursor = connection.connection.cursor()
    cursor.execute(_written(statement, type(connection.dialect)), values or {})  # type: ignore[arg-type]
    return cursor


def insert(connection: sa.Connection, table: sa.Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Add rows with a value for every column but the two that end a row."""
    sql, values_of = _insertion(table, type(connection.dialect))  # type: ignore[arg-type]
    connection.connection.cursor().executemany(sql, list(map(values_of, rows)))


@cache
def _written(statement: Any, dialect: Any) -> str:
    style = "named" if dialect.name == "sqlite" else "pyformat"
    return str(statement.compile(dialect=dialect(paramstyle=style)))


@cache
def _insertion(table: sa.Table, dialect: Any) -> tuple[str, Callable[[Mapping[str, Any]], tuple[Any, ...]]]:
    """Give the statement with values by place, which drivers bind quicker than by name, and what puts them in place."""
    names = [column.name for column in db.written(table) if column.name not in _ENDS]
    style = "qmark" if dialect.name == "sqlite" else "format"
    insertion = table.insert().values({name: sa.bindparam(name) for name in names})
    return str(insertion.compile(dialect=dialect(paramstyle=style))), itemgetter(*names)


class Change:
    """A change on its way: rows are added and superseded through it. Only one at a time writes to a ledger.

    Its time is never before that of the change above it, whatever the clock says.
    """

    def __init__(self, connection: sa.Connection, what: str, source: str | None = None) -> None:
        self.connection = connection
        self._what, self._source = what, source
        last, *rows = run(connection, _STATE).fetchone()
        self._next = {table.name: (row or 0) + 1 for table, row in zip(_NUMBERED, rows, strict=True)}
        self.number = max(self._next[db.changes.name], kept_number(connection) + 1)
        self.at = max(opening.utc_now(), last or "")
        self._digest = 0
        self._wrote = False

    def add(self, table: sa.Table, rows: Sequence[dict[str, Any]]) -> list[int]:
        """Add rows to a table and give their numbers (none for tables without); every column must be in every row."""
        if not rows:
            return []
        numbered = table.name in self._next
        first = self._next.get(table.name, 0)
        for number, values in enumerate(rows, first):
            if numbered:
                values["row"] = number
            values["added_in"] = self.number
            self._digest += row_digest(table.name, values)
        insert(self.connection, table, rows)
        self._wrote = True
        if not numbered:
            return []
        self._next[table.name] = first + len(rows)
        return list(range(first, first + len(rows)))

    def supersede(self, table: sa.Table, rows: Sequence[int], why: str) -> None:
        """End rows that hold no longer; all of them held until now."""
        if rows:
            ended = table.update().where(table.c.row.in_(rows), table.c.superseded_in.is_(None))
            self.connection.execute(ended.values(superseded_in=self.number, superseded_why=why))
            self._digest += sum(end_digest(table.name, row, why) for row in rows)
            self._wrote = True

    def finish(self) -> bool:
        """Write the change itself; False where nothing was written and there is none."""
        if self._wrote:
            values = {"row": self.number, "at": self.at, "what": self._what, "source": self._source}
            digest = WHOLE + digest_text(self._digest + change_digest(values))
            insert(self.connection, db.changes, [values | {"digest": digest}])
            if self.connection.dialect.name == "sqlite":
                self.connection.connection.cursor().execute(f"PRAGMA user_version = {self.number}")
        return self._wrote


def kept_number(connection: sa.Connection) -> int:
    """Number of the last change as the head of a SQLite file keeps it, apart from the rows, so that one cut off shows.

    0 where it is not kept: in PostgreSQL, and in a file that only earlier versions wrote to.
    """
    if connection.dialect.name != "sqlite":
        return 0
    return int(connection.connection.cursor().execute("PRAGMA user_version").fetchone()[0])


def row_digest(table: str, values: Mapping[str, Any]) -> int:
    """Hash what a row says, but for the change it came with and its end; those of one change are summed."""
    said = _COVERED[table](values)
    if table not in _WITH_BYTES:
        return _hashed(table, *map(repr, said))
    cells = [blake2b(cell, digest_size=8).hexdigest() if type(cell) is bytes else repr(cell) for cell in said]
    return _hashed(table, *cells)


def end_digest(table: str, row: int, why: str | None) -> int:
    """Hash that a row of a table ended, and why; it belongs to the change that ended it."""
    return _hashed("end", table, repr(row), repr(why))


def change_digest(values: Mapping[str, Any]) -> int:
    """Hash what a change says of itself."""
    return _hashed("changes", *(repr(values[name]) for name in ("row", "at", "what", "source")))


def _hashed(*cells: str) -> int:
    told = "\x1f".join(cells).encode("utf-8", "surrogatepass")
    return int.from_bytes(blake2b(told, digest_size=8).digest(), "big")


def digest_text(total: int) -> str:
    """Write the summed hashes of a change's rows as it stands in `changes.digest`."""
    return f"{total % 2**64:016x}"
