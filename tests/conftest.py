"""Ledgers to test with: a SQLite file, and a schema of its own in a real PostgreSQL server where there is one."""

from __future__ import annotations

import itertools
import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

POSTGRES = os.environ.get("OUTPRODUCE_TEST_POSTGRES", "")
_NUMBERS = itertools.count(1)


@pytest.fixture(autouse=True)
def _no_names_are_looked_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing in the tests may ask for a host but this machine."""
    look_up = socket.getaddrinfo

    def only_here(host: object, *more: object, **options: object) -> object:
        if str(host).startswith(("127.", "localhost", "2130706433", "0x7f", "::", "0.0.0.0")) or host is None:
            return look_up(host, *more, **options)  # type: ignore[call-overload]
        raise socket.gaierror(f"a test asks for {host!r}")

    monkeypatch.setattr(socket, "getaddrinfo", only_here)


@pytest.fixture(scope="session")
def postgres() -> Iterator[sa.Engine]:
    """The server the tests may use."""
    if not POSTGRES:
        pytest.skip("no PostgreSQL: OUTPRODUCE_TEST_POSTGRES names no server (tools/start_postgres.sh starts one)")
    engine = sa.create_engine(
        POSTGRES.replace("postgresql://", "postgresql+psycopg://"), connect_args={"connect_timeout": 10}
    )
    yield engine
    engine.dispose()


@pytest.fixture
def postgres_address(postgres: sa.Engine) -> Iterator[str]:
    """Address of an empty PostgreSQL ledger, which is gone after the test."""
    name = f"test_{os.getpid()}_{next(_NUMBERS)}"
    with postgres.begin() as connection:
        connection.exec_driver_sql(f"CREATE SCHEMA {name}")
    yield f"{POSTGRES}?options=-csearch_path%3D{name}"
    with postgres.begin() as connection:
        connection.exec_driver_sql(f"DROP SCHEMA {name} CASCADE")


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where a new ledger may be made: a file, and then the same in PostgreSQL."""
    if request.param == "sqlite":
        return str(tmp_path / "data" / "ledger.db")
    return str(request.getfixturevalue("postgres_address"))
