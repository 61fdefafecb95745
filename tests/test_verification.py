"""What verify says: evidence that stands, moved or is gone, bytes missing or altered, rows and pages damaged."""

from __future__ import annotations

import sqlite3
import zlib
from pathlib import Path

import pytest
import sqlalchemy as sa

from outproduce.articles.article import read_article
from outproduce.ledger import schema as db
from outproduce.ledger.links import Linker, fragment_link
from outproduce.ledger.store import Ledger
from outproduce.ledger.verification import Verification
from outproduce.records import Claim, Evidence, RawDocument

TEXT = "Tanks\n\nThe plant makes 40 tanks a month, its director said. Later it made 40 tanks again."
RAW = RawDocument("a.txt", TEXT.encode(), "text", {})
ARTICLE = read_article(RAW)


def claim(words: str = "40 tanks a month", **changes: object) -> Claim:
    start = TEXT.index(words)
    evidence = Evidence(ARTICLE.id, start, start + len(words), words)
    return Claim("output", ("Russia",), "tank", 40, 40, "month", evidence=evidence, version="1").with_fields(**changes)


@pytest.fixture
def ledger(address):
    with Ledger.open(address) as opened:
        opened.append_article(ARTICLE, RAW, [], [claim()])
        yield opened


def found(ledger: Ledger) -> list[str]:
    return [finding.what for finding in Verification(ledger).findings()]


def spoil(ledger: Ledger, statement: sa.Update | sa.Delete) -> None:
    with ledger.writing("test") as change:
        change.connection.execute(statement)


def test_sound_ledger_has_no_findings(ledger):
    ledger.append_claims([claim(evidence=None, reader="hand", url="https://h.example")])
    looked = Verification(ledger)
    assert list(looked.findings()) == []
    assert (looked.counts["articles"], looked.counts["stands"], looked.counts["by hand"]) == (1, 1, 1)


@pytest.mark.parametrize(
    ("today", "expected"), [("Now: " + TEXT, ["moved"]), (TEXT.replace("40", "50"), ["gone"])], ids=["moved", "gone"]
)
def test_reader_of_today_may_see_another_text(ledger, monkeypatch, today, expected):
    later = read_article(RawDocument("a.txt", today.encode(), "text", {}))
    monkeypatch.setattr("outproduce.ledger.verification.read_article", lambda raw: later)
    assert found(ledger) == expected


def test_altered_bytes_are_told(ledger):
    spoil(ledger, db.raw_documents.update().values(compressed=zlib.compress(b"other words")))
    assert found(ledger) == ["row altered", "bytes altered"]


def test_missing_bytes_are_told(tmp_path: Path):
    path = tmp_path / "l.db"
    with Ledger.open(path) as ledger:
        ledger.append_article(ARTICLE, RAW, [], [claim()])
    with sqlite3.connect(path) as connection:  # without foreign keys, as another program would
        connection.execute("DELETE FROM raw_documents")
    connection.close()
    with Ledger.open(path) as ledger:
        assert found(ledger) == ["row altered", "bytes missing"]


def test_article_kept_without_bytes_is_told(address):
    with Ledger.open(address) as ledger:
        ledger.append_article(ARTICLE, None, [], [claim()])
        assert found(ledger) == ["bytes missing"]


@pytest.mark.parametrize(
    "values", [{"low": 39.0}, {"speaker": "Somebody"}, {"note": ""}, {"quote": "40 tanks a mouth"}], ids=str
)
def test_any_altered_field_is_told(ledger, values):
    spoil(ledger, db.claims.update().values(**values))
    assert "row altered" in found(ledger)


@pytest.mark.parametrize(
    "harm",
    [
        db.claims.update().values(superseded_in=None, superseded_why=None),
        db.claims.update().values(superseded_why="a slip"),
        db.claims.update().where(db.claims.c.superseded_in.is_(None)).values(superseded_in=1, superseded_why="gone"),
        db.changes.update().where(db.changes.c.row == 2).values(at="2001-01-01T00:00:00Z"),
        db.changes.update().where(db.changes.c.row == 1).values(what="review"),
    ],
    ids=["end taken back", "other reason", "ended in secret", "dated back", "other doing"],
)
def test_an_altered_end_or_change_is_told(ledger, harm):
    ledger.append_article(ARTICLE, RAW, [], [claim(version="2", low=39)])
    assert found(ledger) == []
    spoil(ledger, harm)
    assert "row altered" in found(ledger)


def test_a_change_of_which_nothing_is_left_is_told(ledger):
    for note in "abc":
        ledger.append_claims([claim(evidence=None, reader="hand", url="https://h.example", note=note)])
    with ledger.writing("test") as change:
        for table in (db.claims, db.changes):
            number = table.c.row if table is db.changes else table.c.added_in
            change.connection.execute(table.delete().where(number == 3))
    details = [finding.detail for finding in Verification(ledger).findings()]
    assert "of the changes 3 to 3 nothing is left" in details


@pytest.mark.parametrize("written_on", [False, True], ids=["the last", "written on since"])
def test_last_change_that_was_removed_is_told(tmp_path: Path, written_on: bool):
    path = tmp_path / "l.db"
    second = RawDocument("b.txt", b"Nothing is made.", "text", {})
    with Ledger.open(path) as ledger:
        ledger.append_article(ARTICLE, RAW, [], [claim()])
        ledger.append_article(read_article(second), second, [], [])
    with sqlite3.connect(path) as connection:
        for table in ("articles", "raw_documents"):
            connection.execute(f"DELETE FROM {table} WHERE added_in = 2")
        connection.execute("DELETE FROM changes WHERE row = 2")
    connection.close()
    with Ledger.open(path) as ledger:
        if written_on:
            ledger.append_article(read_article(second), second, [], [])
        details = [finding.detail for finding in Verification(ledger).findings()]
    assert len(details) == 1
    assert "of the changes 2 to 2" in details[0]


PARTS = {
    "a view dropped": ("DROP VIEW current_claims", "the view current_claims is missing", True),
    "an index dropped": ("DROP INDEX claims_by_time", "the index claims_by_time is missing", True),
    "a view that hides": (
        "DROP VIEW speakers_by_claims; CREATE VIEW speakers_by_claims AS SELECT 'nobody' AS speaker",
        "the view speakers_by_claims is made otherwise",
        False,
    ),
    "a trigger": (
        "CREATE TRIGGER t AFTER INSERT ON claims BEGIN DELETE FROM claims WHERE row = new.row; END",
        "the trigger t is not of this program",
        False,
    ),
}


@pytest.mark.parametrize(("sql", "told", "both"), PARTS.values(), ids=PARTS)
def test_altered_schema_is_told(ledger: Ledger, sql: str, told: str, both: bool):
    with ledger.writing("test") as change:
        if change.connection.dialect.name == "postgresql" and not both:
            pytest.skip("in PostgreSQL only names are compared")
        for statement in sql.split("; ") if "TRIGGER" not in sql else [sql]:
            change.connection.exec_driver_sql(statement)
    assert [(f.what, f.detail) for f in Verification(ledger).findings()] == [("schema altered", told)]


def test_what_somebody_added_beside_the_tables_is_not_told(ledger: Ledger):
    with ledger.writing("test") as change:
        change.connection.exec_driver_sql("CREATE TABLE notes (said text)")
        change.connection.exec_driver_sql("CREATE VIEW mine AS SELECT speaker FROM claims")
        change.connection.exec_driver_sql("CREATE INDEX by_unit ON claims (unit)")
    assert found(ledger) == []


def test_altered_text_of_an_article_is_told(ledger):
    spoil(ledger, db.articles.update().values(compressed_text=b"no text"))
    assert found(ledger)[:2] == ["row altered", "row altered"]


def test_bytes_that_no_longer_read_are_told(ledger):
    spoil(ledger, db.articles.update().values(media="pdf"))
    assert "unreadable" in found(ledger)


@pytest.mark.parametrize(
    ("words", "fragment"),
    [
        ("40 tanks a month", "40%20tanks%20a%20month"),
        ("40 tanks again", "40%20tanks%20again"),
        ("its director said", "its%20director%20said"),
        (
            "plant makes 40 tanks a month, its director said",
            "plant%20makes%2040%20tanks,month%2C%20its%20director%20said",
        ),
        ("Tanks\n\nThe plant", "Tanks%20The%20plant,Tanks%20The%20plant"),
        ("ant makes", "plant%20makes"),
    ],
)
def test_fragment_of_a_link(words, fragment):
    start = TEXT.index(words)
    assert fragment_link("https://a.example/p#x", TEXT, start, start + len(words)) == (
        f"https://a.example/p#:~:text={fragment}"
    )


def test_second_of_two_equal_places_is_told_by_the_words_before():
    start = TEXT.rindex("40 tanks")
    assert fragment_link("https://a.example", TEXT, start, start + 8).endswith("#:~:text=made-,40%20tanks")


def test_linker_uses_the_article(ledger):
    linker = Linker(ledger)
    assert linker.link(claim(url="https://a.example")) == "https://a.example#:~:text=40%20tanks%20a%20month"
    assert linker.link(claim(url="https://a.example", evidence=None)) == "https://a.example"


PHRASE = "«Уралвагонзавод — це 40 танків»"
PLACES = {
    "second of two equal places": (TEXT.split("\n\n")[1], "40 tanks", TEXT.split("\n\n")[1].rindex("40 tanks")),
    "Cyrillic with quotes and a dash": (f"За словами директора, {PHRASE}, – сказав він.", PHRASE, 22),
}


@pytest.mark.slow
@pytest.mark.parametrize(("words", "phrase", "start"), PLACES.values(), ids=PLACES)
def test_link_opens_the_page_at_the_words_in_a_browser(tmp_path: Path, words: str, phrase: str, start: int):
    assert words[start:].startswith(phrase)
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if not Path("/usr/bin/chromium").exists():
        pytest.skip("no /usr/bin/chromium; install Debian's package chromium")
    filler = "<p>" + "Nothing about tanks here. " * 400 + "</p>"
    page = tmp_path / "page.html"
    page.write_text(
        f"<meta charset=utf-8><style>p{{margin:9em}}</style>{filler}<p id=there>{words}</p>{filler}", encoding="utf-8"
    )
    link = fragment_link(page.as_uri(), words, start, start + len(phrase))
    with playwright.sync_playwright() as play:
        browser = play.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        tab = browser.new_page()
        tab.goto(link)
        tab.wait_for_function("window.scrollY > 500", timeout=5000)
        box = tab.locator("#there").bounding_box()
        height = tab.viewport_size["height"]
        browser.close()
    assert 0 <= box["y"] <= height
