"""The ledger's tables, and opening the file that holds them: checks, settings, upgrades, errors in plain words.

Rows are appended; a row that no longer holds gets `superseded_at` and `superseded_why`. Times are UTC and for people
only: order is that of the row numbers. Days are text, so that `2025` and `2025-06` keep their precision.
"""

from __future__ import annotations

import os
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy import exc

from outproduce.errors import LedgerError

metadata = sa.MetaData()
PRAGMAS = ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON")
_HEADER = b"SQLite format 3\0"


def _row() -> sa.Column[int]:
    return sa.Column("row", sa.Integer, primary_key=True)


def _texts(*names: str) -> list[sa.Column[str]]:
    """Columns that may be empty."""
    return [sa.Column(name, sa.Text) for name in names]


def _history() -> list[sa.Column[str]]:
    return [sa.Column("added_at", sa.Text, nullable=False), *_texts("superseded_at", "superseded_why")]


schema_version = sa.Table(
    "schema_version",
    metadata,
    sa.Column("version", sa.Integer, primary_key=True),
    sa.Column("applied_at", sa.Text, nullable=False),
)
raw_documents = sa.Table(
    "raw_documents",
    metadata,
    sa.Column("hash", sa.Text, primary_key=True),
    sa.Column("size", sa.Integer, nullable=False),
    sa.Column("compressed", sa.LargeBinary, nullable=False),
    sa.Column("added_at", sa.Text, nullable=False),
)
articles = sa.Table(
    "articles",
    metadata,
    _row(),
    sa.Column("id", sa.Text, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("lang", sa.Text, nullable=False),
    *_texts("title", "lead", "publisher", "published", "url", "retrieved"),
    sa.Column("raw_hash", sa.Text, sa.ForeignKey("raw_documents.hash")),
    *_texts("origin", "media", "given"),
    *_history(),
)
statements = sa.Table(
    "statements",
    metadata,
    _row(),
    sa.Column("article_row", sa.Integer, sa.ForeignKey("articles.row"), nullable=False, index=True),
    sa.Column("start", sa.Integer, nullable=False),
    sa.Column("end", sa.Integer, nullable=False),
    *_texts("speaker", "via", "mode"),
    *_history(),
)
imports = sa.Table(
    "imports",
    metadata,
    _row(),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("claims", sa.Integer, nullable=False),
    sa.Column("added_at", sa.Text, nullable=False),
)
claims = sa.Table(
    "claims",
    metadata,
    _row(),
    sa.Column("id", sa.Text, nullable=False),
    sa.Column("article_row", sa.Integer, sa.ForeignKey("articles.row"), index=True),
    sa.Column("statement_row", sa.Integer, sa.ForeignKey("statements.row")),
    sa.Column("import_row", sa.Integer, sa.ForeignKey("imports.row")),
    *_texts("article_id"),
    sa.Column("start", sa.Integer),
    sa.Column("end", sa.Integer),
    *_texts("quote"),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("item", sa.Text, nullable=False),
    sa.Column("low", sa.Float),
    sa.Column("high", sa.Float),
    *_texts("per", "relation", "when_start", "when_end", "first_day", "last_day"),
    sa.Column("status", sa.Text, nullable=False),
    *_texts("speaker", "via", "raw", "unit", "note", "publisher", "published", "url", "lang"),
    *_texts("reader", "version", "published_basis"),
    *_history(),
)
claim_actors = sa.Table(
    "claim_actors",
    metadata,
    sa.Column("claim_row", sa.Integer, sa.ForeignKey("claims.row"), primary_key=True),
    sa.Column("role", sa.Text, primary_key=True),  # actor or other
    sa.Column("position", sa.Integer, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("folded", sa.Text, nullable=False),
    sa.Index("claim_actors_by_name", "folded", "claim_row"),
)
issues = sa.Table(
    "issues",
    metadata,
    _row(),
    sa.Column("article_id", sa.Text, nullable=False, index=True),
    sa.Column("start", sa.Integer, nullable=False),
    sa.Column("end", sa.Integer, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("added_at", sa.Text, nullable=False),
)
_CURRENT_ARTICLE = articles.c.superseded_at.is_(None)
_CURRENT_CLAIM = claims.c.superseded_at.is_(None)
sa.Index(
    "one_current_article",
    articles.c.id,
    unique=True,
    sqlite_where=_CURRENT_ARTICLE,
    postgresql_where=_CURRENT_ARTICLE,
)
sa.Index(
    "one_current_claim",
    claims.c.id,
    claims.c.reader,
    unique=True,
    sqlite_where=_CURRENT_CLAIM,
    postgresql_where=_CURRENT_CLAIM,
)
sa.Index("claims_by_day", claims.c.published, claims.c.id)
sa.Index("claims_by_item", claims.c.item, claims.c.published)


def _create_first_schema(connection: sa.Connection) -> None:
    metadata.create_all(connection)
    connection.exec_driver_sql(
        "CREATE VIRTUAL TABLE claims_words USING fts5(words, content='', tokenize='trigram')"
    )  # the words themselves stand in claims; this is only their index


STEPS: tuple[Callable[[sa.Connection], None], ...] = (_create_first_schema,)  # step n leads to schema version n


def utc_now() -> str:
    """Give the time of now in UTC, to the second."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def default_ledger_path() -> Path:
    """Give the ledger used when none is named: outproduce.db in the user's data folder."""
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "outproduce" / "outproduce.db"
    folder = Path(os.environ.get("XDG_DATA_HOME", ""))
    if not folder.is_absolute():
        folder = Path.home() / ".local" / "share"
    return folder / "outproduce" / "outproduce.db"


def open_engine(path_or_url: str | Path, *, create: bool, wait_s: float) -> tuple[sa.Engine, str]:
    """Open a ledger and bring it to the present schema; gives the engine and the name to use in messages.

    Raises:
        LedgerError: it cannot be opened, is no ledger, is missing while `create` is False, or is of a newer schema.
    """
    path = _file(path_or_url)
    _check_file(path, create)
    engine = sa.create_engine(sa.URL.create("sqlite", database=str(path)), connect_args={"timeout": wait_s})
    sa.event.listen(engine, "connect", _set_up_connection)
    sa.event.listen(engine, "begin", _begin)
    try:
        with in_plain_words(str(path)):
            with engine.begin() as connection:
                version = _version(connection, str(path))
            if version < len(STEPS):
                if version == 0 and not create:
                    raise LedgerError(f"{path} is empty, not a ledger; read or import something first")
                with engine.execution_options(writes=True).begin() as connection:
                    _upgrade(connection, _version(connection, str(path)))
    except LedgerError:
        engine.dispose()
        raise
    return engine, str(path)


def _file(path_or_url: str | Path) -> Path:
    text = str(path_or_url)
    if "://" not in text:
        return Path(text).expanduser()
    try:
        url = sa.make_url(text)
    except exc.ArgumentError:
        raise LedgerError(f"{text!r} is no ledger address; give a file or sqlite:///file") from None
    if url.get_backend_name() != "sqlite" or not url.database or url.database == ":memory:":
        name = url.render_as_string(hide_password=True)
        raise LedgerError(f"the ledger {name!r} is not a SQLite file; give a path or sqlite:///file")
    return Path(url.database)


def _check_file(path: Path, create: bool) -> None:
    """Refuse what cannot be a ledger before SQLite touches it; make the folder of a new one."""
    try:
        if path.is_dir():
            raise LedgerError(f"the ledger {path} is a folder; name a file in it, such as {path / 'outproduce.db'}")
        if not path.exists():
            if not create:
                raise LedgerError(f"there is no ledger at {path}; read or import something first, or check the path")
            path.parent.mkdir(parents=True, exist_ok=True)
            return
        with path.open("rb") as stream:
            start = stream.read(len(_HEADER))
    except OSError as error:
        raise LedgerError(
            f"cannot open the ledger {path}: {error.strerror or error}; name a place you may write to"
        ) from error
    if start not in (b"", _HEADER):
        raise LedgerError(f"{path} is not a SQLite file (it begins with {start!r}); name another file for the ledger")


def _set_up_connection(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # transactions are begun by _begin, not by the driver
    connection.create_function("lower", 1, lambda text: text and text.lower(), deterministic=True)  # beyond ASCII
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: sa.Connection) -> None:
    """Take the write lock at once where a transaction writes, so that two writers wait instead of failing midway."""
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _version(connection: sa.Connection, name: str) -> int:
    """Read the schema's number, 0 for an empty file; refuse a file that is not ours or is newer than we are."""
    tables = set(sa.inspect(connection).get_table_names())
    if tables and schema_version.name not in tables:
        raise LedgerError(
            f"{name} is a SQLite file of another program (tables {sorted(tables)[:3]}); name another file"
        )
    version = connection.scalar(sa.select(sa.func.max(schema_version.c.version))) if tables else 0
    if (version or 0) > len(STEPS):
        raise LedgerError(
            f"the ledger {name} has schema {version}, this program knows {len(STEPS)}; install a newer outproduce"
        )
    return version or 0


def _upgrade(connection: sa.Connection, version: int) -> None:
    """Take the steps that are missing; all of them or, where one fails, none."""
    for number, step in enumerate(STEPS[version:], start=version + 1):
        step(connection)
        connection.execute(schema_version.insert().values(version=number, applied_at=utc_now()))


_ADVICE = (
    ("locked", "another program is writing to it; wait until it has finished, then try again"),
    ("full", "the disk is full; free some space and run the command again, what was stored before is intact"),
    ("readonly", "it may not be written; name a place you may write to"),
    ("unable to open", "its folder may not be written; name a place you may write to"),
    ("not a database", "it is not a SQLite file; name another file for the ledger"),
    ("malformed", "the file is damaged; restore it from a copy"),
)


@contextmanager
def in_plain_words(name: str) -> Iterator[None]:
    """Turn errors of the database into LedgerError that says what happened to the ledger `name` and what to do.

    Raises:
        LedgerError: in place of any error of the database or its driver.
    """
    try:
        yield
    except (exc.DBAPIError, sqlite3.Error) as error:
        cause = str(error.orig if isinstance(error, exc.DBAPIError) else error)
        advice = next((advice for sign, advice in _ADVICE if sign in cause), "check the file, or name another")
        raise LedgerError(f"the ledger {name} cannot be used ({cause}): {advice}") from error
