"""Ledgers of every earlier schema open, lose nothing, and leave a copy of what they were."""

from __future__ import annotations

import gzip
import re
import sqlite3
from pathlib import Path

import pytest
import sqlalchemy as sa

from outproduce.errors import LedgerError
from outproduce.ledger import opening, schema
from outproduce.ledger.search import ClaimFilter
from outproduce.ledger.store import Ledger
from outproduce.ledger.verification import Verification
from outproduce.records import RawDocument
from tools.make_old_ledger import RECORD, TEXT, write_sample

STORED = Path(__file__).parent / "data" / "ledgers"


@pytest.fixture(params=schema.REVISIONS)
def old(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    path = tmp_path / "old.db"
    path.write_bytes(gzip.decompress((STORED / f"{request.param}.db.gz").read_bytes()))
    return path


def tables(path: Path) -> set[str]:
    with sqlite3.connect(path) as connection:
        found = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    connection.close()
    return {name for (name,) in found}


def test_there_is_a_stored_ledger_of_every_schema():
    assert sorted(path.name for path in STORED.iterdir()) == [f"{name}.db.gz" for name in schema.REVISIONS]


def test_old_ledger_says_the_same_as_a_new_one(old: Path, tmp_path: Path):
    with Ledger.open(tmp_path / "new.db") as new:
        write_sample(new)
        with Ledger.open(old) as upgraded:
            assert list(upgraded.claims()) == list(new.claims())
            assert upgraded.content_hash() == new.content_hash()
            assert upgraded.counts() == new.counts()


def test_upgraded_ledger_is_searched_and_written(old: Path):
    with Ledger.open(old) as ledger:
        assert {claim.low for claim in ledger.claims(ClaimFilter(text="tank"))} == {90}
        assert {claim.relation for claim in ledger.claims(ClaimFilter(actor="belarus"))} == {"more"}
        june = ClaimFilter(actor="russia", since="2025-06", until="2025-06")
        assert {claim.low for claim in ledger.claims(june)} == {40, 90, None}
        assert ledger.article("a1").text == TEXT
        assert ledger.article("a1").lead == TEXT[7:60]
        assert ledger.document("a2").given == RECORD
        write_sample(ledger)
        assert ledger.counts()["superseded"] == 1


def test_rows_of_an_old_ledger_still_have_their_digests(old: Path):
    with Ledger.open(old) as ledger:
        told = {finding.what for finding in Verification(ledger).findings()}
        assert told.isdisjoint({"row altered", "page damaged", "schema altered"})


def test_copy_is_made_before_the_upgrade_and_only_then(old: Path, request: pytest.FixtureRequest):
    before, of = tables(old), str(request.node.callspec.params["old"])
    Ledger.open(old).close()
    copies = list(old.parent.glob("old.db.*.backup"))
    assert len(copies) == (of != schema.REVISIONS[-1])
    for copy in copies:
        assert re.fullmatch(rf"old\.db\.{of}-\d{{8}}T\d{{6}}Z\.backup", copy.name)
        assert tables(copy) == before
    Ledger.open(old).close()
    assert list(old.parent.glob("*.backup")) == copies


def test_failing_upgrade_leaves_the_old_ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = tmp_path / "old.db"
    path.write_bytes(gzip.decompress((STORED / "v1.db.gz").read_bytes()))
    before = path.read_bytes()
    monkeypatch.setattr(schema, "create_views", lambda connection: connection.exec_driver_sql("CREATE VIEW oops"))
    with pytest.raises(LedgerError, match="cannot be used"):
        Ledger.open(path)
    assert tables(path) >= {"schema_version", "imports"}
    monkeypatch.undo()
    with Ledger.open(path) as ledger:
        assert ledger.counts()["claims"] == 5
    assert before[:16] == path.read_bytes()[:16]


def shape(engine: sa.Engine) -> dict[str, object]:
    """What a database is made of, whichever way it was made."""
    inspector = sa.inspect(engine)
    names = [name for name in inspector.get_table_names() if not re.match(r"claims_words_\w+", name)]
    columns = {
        name: [(c["name"], str(c["type"]), c["nullable"]) for c in inspector.get_columns(name)] for name in names
    }
    indexes = {
        name: sorted((i["name"], i["column_names"], i["unique"]) for i in inspector.get_indexes(name)) for name in names
    }
    keys = {name: sorted(tuple(k["constrained_columns"]) for k in inspector.get_foreign_keys(name)) for name in names}
    primary = {name: inspector.get_pk_constraint(name)["constrained_columns"] for name in names}
    return {
        "columns": columns,
        "indexes": indexes,
        "keys": keys,
        "primary": primary,
        "views": sorted(inspector.get_view_names()),
    }


def test_steps_lead_to_the_schema_that_new_ledgers_get(address: str, tmp_path: Path):
    shapes = []
    for steps in (True, False):
        opened = opening.open_database(address, create=True, wait_s=5)
        with opened.engine.execution_options(writes=True).begin() as connection:
            for view in sa.inspect(connection).get_view_names():
                connection.exec_driver_sql(f"DROP VIEW {view}")
            connection.exec_driver_sql("DROP TABLE claims_words")
            schema.metadata.drop_all(connection)
            if steps:
                opening.upgrade(connection, None)
            else:
                schema.create_all(connection)
        shapes.append(shape(opened.engine))
        opened.engine.dispose()
    assert shapes[0] == shapes[1]


def test_postgresql_copies_the_tables_before_the_upgrade(postgres_address: str):
    opened = opening.open_database(postgres_address, create=True, wait_s=5)
    with opened.engine.begin() as connection:
        for view in sa.inspect(connection).get_view_names():
            connection.exec_driver_sql(f"DROP VIEW {view}")
        connection.exec_driver_sql("DROP TABLE claims_words")
        schema.metadata.drop_all(connection)
        opening.upgrade(connection, None, "v1")
        columns = "id, kind, item, status, unit, reader, added_at"
        add = f"INSERT INTO claims ({columns}) VALUES ('c', 'stock', 'tank', 'actual', 'piece', 'hand', '2025')"
        connection.exec_driver_sql(add)
        connection.exec_driver_sql("INSERT INTO claim_actors VALUES (1, 'actor', 0, 'Russia', 'russia')")
        connection.exec_driver_sql("DROP TABLE alembic_version")
    opened.engine.dispose()
    with Ledger.open(postgres_address) as ledger:
        assert [claim.actor for claim in ledger.claims()] == [("Russia",)]
        with ledger.reading() as connection:
            schemas = [name for name in sa.inspect(connection).get_schema_names() if name.startswith("backup_v1_")]
            kept = [connection.scalar(sa.text(f"SELECT id FROM {name}.claims")) for name in schemas]
    assert "c" in kept
    with opened.engine.begin() as connection:
        for name in schemas:
            connection.exec_driver_sql(f"DROP SCHEMA {name} CASCADE")
    opened.engine.dispose()


def test_raw_document_type_is_kept(old: Path):
    with Ledger.open(old) as ledger:
        assert ledger.document("a1") == RawDocument("page.html", f"<p>{TEXT}</p>".encode(), "html", {"title": "Танки"})
