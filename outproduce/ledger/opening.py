"""Opening the database that holds a ledger: checks, settings, upgrades with a copy first, errors in plain words."""

from __future__ import annotations

import os
import re
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import sqlalchemy as sa
from sqlalchemy import exc

from outproduce.errors import LedgerError
from outproduce.ledger import schema as db

PRAGMAS = (
    *("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"),
    *("cache_size=-32768", "wal_autocheckpoint=4000"),  # 32 MB held; the log goes into the file every 16 MB
)
_READ_PRAGMAS = ("query_only=ON",)
_HEADER = b"SQLite format 3\0"
_POSTGRES_LOCK = 0x6F757470  # the advisory lock of whoever writes to a ledger in PostgreSQL ("outp")


@dataclass(frozen=True, slots=True)
class Opened:
    """A database that is open: `name` is how messages call it; `writable` whether it may be written."""

    engine: sa.Engine
    name: str
    writable: bool


def utc_now() -> str:
    """Give the time of now in UTC, to the second."""
    return datetime.now(UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"


def _home() -> Path:
    try:
        return Path.home()
    except RuntimeError:
        raise LedgerError("there is no home folder to keep a ledger in; name one with --ledger or set HOME") from None


def default_ledger_path() -> Path:
    """Give the ledger used when none is named: outproduce.db in the user's data folder.

    Raises:
        LedgerError: the user has no home folder.
    """
    if sys.platform == "darwin":
        return _home() / "Library" / "Application Support" / "outproduce" / "outproduce.db"
    folder = Path(os.environ.get("XDG_DATA_HOME", ""))
    if not folder.is_absolute():
        folder = _home() / ".local" / "share"
    return folder / "outproduce" / "outproduce.db"


def open_database(path_or_url: str | Path, *, create: bool, wait_s: float) -> Opened:
    """Open a ledger and bring it to the present schema, after a copy of it where it is of an older one.

    Raises:
        LedgerError: it cannot be opened, is no ledger, is missing while `create` is False, or is of a newer schema.
    """
    place = _place(path_or_url)
    opened = _open_file(place, create, wait_s) if isinstance(place, Path) else _open_server(place, wait_s)
    try:
        with in_plain_words(opened.name):
            _bring_up_to_date(opened, place, create)
    except LedgerError:
        opened.engine.dispose()
        raise
    return opened


def _place(path_or_url: str | Path) -> Path | sa.URL:
    text = str(path_or_url)
    if "://" not in text:
        return Path(text).expanduser()
    try:
        url = sa.make_url(re.sub(r"\Apostgres(ql)?://", "postgresql+psycopg://", text))
    except exc.ArgumentError:
        raise LedgerError(f"{text!r} is no ledger address; give a file or postgresql://user@host/database") from None
    name = url.render_as_string(hide_password=True)
    if url.get_backend_name() == "postgresql" and url.database:
        return url
    if url.get_backend_name() != "sqlite" or not url.database or url.database == ":memory:":
        raise LedgerError(f"the ledger {name!r} is no SQLite file or PostgreSQL database; give a path or an address")
    return Path(url.database)


def _open_file(path: Path, create: bool, wait_s: float) -> Opened:
    _check_file(path, create)
    exists = path.exists()
    writable = not exists or (_may_write(path) and _may_write(path.parent))
    address = f"file:{quote(str(path.absolute()))}"
    if not writable:
        # Without a log beside it nobody is writing, and a file in a folder that takes no log can be read as it is.
        address += "?mode=ro" if Path(f"{path}-wal").exists() else "?mode=ro&immutable=1"

    def connect() -> sqlite3.Connection:
        return sqlite3.connect(address, wait_s, uri=True, check_same_thread=False)

    engine = sa.create_engine("sqlite://", creator=connect, poolclass=sa.pool.QueuePool)
    pragmas = PRAGMAS if writable else _READ_PRAGMAS

    def set_up(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None  # transactions are begun by _begin, not by the driver
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}")

    sa.event.listen(engine, "connect", set_up)
    sa.event.listen(engine, "begin", _begin)
    return Opened(engine, str(path), writable)


def _may_write(path: Path) -> bool:
    return os.access(path, os.W_OK, effective_ids=os.access in os.supports_effective_ids)


def _open_server(url: sa.URL, wait_s: float) -> Opened:
    name = url.render_as_string(hide_password=True).replace("+psycopg", "")
    try:
        engine = sa.create_engine(url, connect_args={"connect_timeout": max(2, int(wait_s))})
    except ImportError:
        raise LedgerError(
            f"the ledger {name} needs the driver of PostgreSQL; install it with: pip install 'outproduce[postgres]'"
        ) from None

    def lock(connection: sa.Connection) -> None:
        if connection.get_execution_options().get("writes", False):
            connection.exec_driver_sql(f"SET LOCAL lock_timeout = {max(1, int(wait_s * 1000))}")
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_POSTGRES_LOCK}, {_schema_key(connection)})")

    sa.event.listen(engine, "begin", lock)
    return Opened(engine, name, writable=True)


def _schema_key(connection: sa.Connection) -> int:
    """Number of the schema that holds the tables, so that two ledgers of one database do not wait for each other."""
    return int(connection.exec_driver_sql("SELECT hashtext(current_schema())").scalar() or 0)


def _begin(connection: sa.Connection) -> None:
    """Take the write lock at once where a transaction writes, so that two writers wait instead of failing midway."""
    writes = connection.get_execution_options().get("writes", False)
    connection.connection.cursor().execute("BEGIN IMMEDIATE" if writes else "BEGIN")


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
        if not path.is_file():
            raise LedgerError(f"the ledger {path} is no regular file but a pipe or a device; name another file")
        with path.open("rb") as stream:
            start = stream.read(len(_HEADER))
    except OSError as error:
        raise LedgerError(
            f"cannot open the ledger {path}: {error.strerror or error}; name a place you may write to"
        ) from error
    if start not in (b"", _HEADER):
        raise LedgerError(f"{path} is not a SQLite file (it begins with {start!r}); name another file for the ledger")


def _bring_up_to_date(opened: Opened, place: Path | sa.URL, create: bool) -> None:
    with opened.engine.begin() as connection:
        revision = find_revision(connection, opened.name)
    if revision == db.REVISIONS[-1]:
        return
    if revision is None and not create:
        raise LedgerError(f"{opened.name} is empty, not a ledger; read or import something first")
    if not opened.writable:
        raise LedgerError(
            f"the ledger {opened.name} has schema {revision} and may not be written, so it cannot be brought to "
            f"{db.REVISIONS[-1]}; copy it to a place you may write to"
        )
    if revision is not None and isinstance(place, Path):
        _copy_file(opened.engine, place, revision)
    with opened.engine.execution_options(writes=True).begin() as connection:
        revision = find_revision(connection, opened.name)  # another program may have been quicker
        if revision is None:
            db.create_all(connection)
        elif revision != db.REVISIONS[-1]:
            if connection.dialect.name == "postgresql":
                _copy_tables(connection, revision)
            upgrade(connection, revision)


def find_revision(connection: sa.Connection, name: str) -> str | None:
    """Read which schema a database has, None where it is empty.

    Raises:
        LedgerError: it is of another program, or of a newer version of this one.
    """
    tables = set(sa.inspect(connection).get_table_names())
    if not tables:
        return None
    if db.ledger_version.name in tables and "claims" in tables:
        revision = str(connection.scalar(sa.select(db.ledger_version.c.version_num)))
    elif "schema_version" in tables:  # made before Alembic came in
        revision = f"v{connection.execute(sa.text('SELECT max(version) FROM schema_version')).scalar()}"
    else:
        raise LedgerError(f"{name} is a database of another program (tables {sorted(tables)[:3]}); name another one")
    if revision not in db.REVISIONS:
        raise LedgerError(
            f"the ledger {name} has schema {revision}, this program knows {', '.join(db.REVISIONS)}; "
            "install a newer outproduce"
        )
    return revision


def upgrade(connection: sa.Connection, revision: str | None, target: str = db.REVISIONS[-1]) -> None:
    """Take the steps of `versions` from one schema to another within the transaction of the connection."""
    from alembic.config import Config  # imported here: a ledger of the present schema need not wait for it
    from alembic.runtime.environment import EnvironmentContext
    from alembic.script import ScriptDirectory

    folder = str(Path(__file__).parent / "versions")
    script = ScriptDirectory(folder, version_locations=[folder])

    def steps(current: Any, _context: Any) -> Any:
        return script._upgrade_revs(target, current)

    if revision is not None and db.ledger_version.name not in sa.inspect(connection).get_table_names():
        db.ledger_version.create(connection)
        connection.execute(db.ledger_version.insert().values(version_num=revision))
    views = sa.inspect(connection).get_view_names()
    for view in views:
        connection.exec_driver_sql(f"DROP VIEW {view}")
    with EnvironmentContext(Config(), script, fn=steps, destination_rev=target) as environment:
        environment.configure(connection=connection, transactional_ddl=True)
        environment.run_migrations()
    if target == db.REVISIONS[-1]:
        db.create_views(connection)


def _copy_file(engine: sa.Engine, path: Path, revision: str) -> None:
    """Write a whole copy beside the ledger before it is upgraded; a copy of an earlier attempt stays as it is."""
    stamp = utc_now().translate({ord(sign): None for sign in "-:"})
    target = path.with_name(f"{path.name}.{revision}-{stamp}.backup")
    with suppress(FileExistsError):
        target.touch(exist_ok=False)
        with engine.connect() as connection, sqlite3.connect(target) as copy:
            source: Any = connection.connection.driver_connection
            source.backup(copy)
        copy.close()


def _copy_tables(connection: sa.Connection, revision: str) -> None:
    """Copy every table into a schema of its own before the upgrade, within its transaction."""
    name = f"backup_{revision}_{utc_now().translate({ord(sign): None for sign in '-:'}).lower()}"
    connection.exec_driver_sql(f"CREATE SCHEMA {name}")
    for table in sa.inspect(connection).get_table_names():
        connection.exec_driver_sql(f"CREATE TABLE {name}.{table} AS TABLE {table}")


_ADVICE = (
    ("locked", "another program is writing to it; wait until it has finished, then try again"),
    ("lock timeout", "another program is writing to it; wait until it has finished, then try again"),
    ("full", "the disk is full; free some space and run the command again, what was stored before is intact"),
    ("disk I/O error", "the disk is full or failing; what was stored before is intact, run the command again"),
    ("readonly", "it may not be written; name a place you may write to"),
    ("unable to open", "its folder may not be written; name a place you may write to"),
    ("not a database", "it is not a SQLite file; name another file for the ledger"),
    ("malformed", "the file is damaged; restore it from a copy, 'outproduce verify' says what is"),
    ("connection failed", "check the address, and that the server runs and lets you in"),
    ("connection to server", "check the address, and that the server runs and lets you in"),
    ("permission denied", "ask its owner for the right to read and write"),
    ("NUL", "the text holds a character that PostgreSQL cannot keep; remove it"),
)


@contextmanager
def in_plain_words(name: str, driver_error: type[Exception] = sqlite3.Error) -> Iterator[None]:
    """Turn errors of the database into LedgerError that says what happened to the ledger `name` and what to do.

    `driver_error` is what the driver raises where it is asked without SQLAlchemy between.

    Raises:
        LedgerError: in place of any error of the database or its driver.
    """
    try:
        yield
    except (exc.DBAPIError, sqlite3.Error, driver_error) as error:
        cause = " ".join(str(error.orig if isinstance(error, exc.DBAPIError) else error).split())
        advice = next((advice for sign, advice in _ADVICE if sign in cause), "check the file, or name another")
        raise LedgerError(f"the ledger {name} cannot be used ({cause}): {advice}") from error
