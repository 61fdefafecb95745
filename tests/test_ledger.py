"""The ledger: what goes in comes out, twice is once, nothing is overwritten, and trouble is told in plain words."""

import os
import sqlite3
import sys
import zlib
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from outproduce.errors import ClaimError, LedgerError, NothingFound, UsageError
from outproduce.ledger import opening, schema, search
from outproduce.ledger.imports import starter_claims
from outproduce.ledger.opening import default_ledger_path
from outproduce.ledger.store import ClaimFilter, Ledger, SetAside
from outproduce.records import KINDS, PERIODS, STATUSES, Article, Claim, Evidence, RawDocument, Statement

TEXT = "Завод виготовляє 40 танків на місяць, сказав директор. The plant makes 40 tanks a month."
RAW = RawDocument("page.html", f"<p>{TEXT}</p>".encode(), "html", {"title": "Танки"})
ARTICLE = Article(
    "a1", TEXT, "uk", "Танки", None, "Outlet", "2025-06-09", "https://a.example", "2025-06-10", RAW.raw_hash
)
STATEMENTS = [Statement("a1", 0, 54, "директор", None, "indirect"), Statement("a1", 55, len(TEXT))]


def read(quote: str = "40 танків на місяць", version: str = "1.0", **changes: object) -> Claim:
    """A claim as a machine reads it from ARTICLE."""
    start = TEXT.index(quote)
    claim = Claim(
        "output", ("Russia",), "tank", 40, 40, "month", when=("2025-06", "2025-06"), speaker="Директор заводу"
    )
    evidence = Evidence("a1", start, start + len(quote), quote)
    return claim.with_fields(**({"evidence": evidence, "version": version, "published": "2025-06-09"} | changes))


def hand(**changes: object) -> Claim:
    return read(**({"evidence": None, "reader": "hand", "version": "", "url": "https://h.example"} | changes))


@pytest.fixture
def path(tmp_path):
    return tmp_path / "data" / "ledger.db"


@pytest.fixture
def ledger(address):
    with Ledger.open(address) as opened:
        yield opened


def dump(ledger: Ledger) -> dict[str, list]:
    with ledger.reading() as connection:
        tables = sa.inspect(connection).get_table_names()
        names = [name for name in tables if not name.startswith("claims_words")]
        return {name: sorted(connection.execute(sa.text(f"SELECT * FROM {name}")).all(), key=repr) for name in names}


def rows(ledger: Ledger, query: str) -> list[tuple]:
    with ledger.reading() as connection:
        return [tuple(row) for row in connection.execute(sa.text(query))]


def test_article_comes_back_with_bytes_statements_and_claims(ledger):
    claims = [read(), read("40 tanks a month", item="armour", other=("NATO", "EU"))]
    assert ledger.append_article(ARTICLE, RAW, STATEMENTS, claims)
    assert set(ledger.claims()) == set(claims)
    assert ledger.article("a1") == ARTICLE
    assert ledger.statements("a1") == STATEMENTS
    assert ledger.raw(RAW.raw_hash) == RAW.content
    assert ledger.document("a1") == RAW


def test_reading_twice_adds_nothing(ledger):
    assert ledger.append_article(ARTICLE, RAW, STATEMENTS, [read()])
    before = dump(ledger)
    assert not ledger.append_article(ARTICLE, RAW, STATEMENTS, [read()])
    assert not ledger.append_article(ARTICLE, RAW, STATEMENTS, [read(version="9.9")])
    assert dump(ledger) == before


def test_newer_reader_supersedes_its_older_claims_and_keeps_them(ledger):
    kept, gone = read(), read("40 tanks a month")
    ledger.append_article(ARTICLE, RAW, STATEMENTS, [kept, gone])
    better = read("40 tanks a month", version="1.1", speaker="Jane Doe")
    assert ledger.append_article(ARTICLE, RAW, STATEMENTS, [kept.with_fields(version="1.1"), better])
    assert set(ledger.claims()) == {kept, better}
    assert ledger.counts()["superseded"] == 1
    old = rows(ledger, "SELECT id, superseded_why FROM claims WHERE superseded_in IS NOT NULL")
    assert old == [(gone.id, "read again by version 1.1")]


def test_older_reader_changes_nothing(ledger):
    ledger.append_article(ARTICLE, RAW, STATEMENTS, [read(version="1.10")])
    assert not ledger.append_article(ARTICLE, RAW, STATEMENTS, [read(version="1.9", item="armour")])
    assert [claim.item for claim in ledger.claims()] == ["tank"]


def test_newer_reader_may_find_nothing(ledger):
    ledger.append_article(ARTICLE, RAW, STATEMENTS, [read()])
    assert not ledger.append_article(ARTICLE, RAW, STATEMENTS, [])
    assert ledger.append_article(ARTICLE, RAW, STATEMENTS, [], version="2.0")
    assert list(ledger.claims()) == []


def test_other_reader_stands_beside(ledger):
    model = read(reader="model", version="0.1", high=50)
    ledger.append_article(ARTICLE, RAW, STATEMENTS, [read()])
    ledger.append_article(ARTICLE, RAW, STATEMENTS, [model])
    assert set(ledger.claims()) == {read(), model}


def test_article_read_differently_keeps_the_old_reading(ledger):
    ledger.append_article(ARTICLE, RAW, STATEMENTS, [read()])
    longer = Article("a1", TEXT + " More.", "uk", raw_hash=RAW.raw_hash)
    assert ledger.append_article(longer, RAW, STATEMENTS, [read(version="1.1")])
    assert ledger.article("a1") == longer
    assert ledger.counts() | {"articles": 1, "claims": 1, "superseded": 1} == ledger.counts()
    query = "SELECT compressed_text, superseded_why FROM articles WHERE superseded_in IS NOT NULL"
    ((text, why),) = rows(ledger, query)
    assert (zlib.decompress(text).decode(), why) == (TEXT, "the article was read differently")


def test_claim_is_linked_to_its_statement(ledger):
    ledger.append_article(ARTICLE, RAW, STATEMENTS, [read("40 tanks a month")])
    query = "SELECT s.start FROM claims c JOIN statements s ON s.row = c.statement_row"
    assert rows(ledger, query) == [(55,)]


def test_claim_whose_words_are_not_there_is_set_aside(ledger):
    moved = read(evidence=Evidence("a1", 1, 5, "nope"))
    assert ledger.append_article(ARTICLE, RAW, STATEMENTS, [moved])
    assert not ledger.append_article(ARTICLE, RAW, STATEMENTS, [moved])
    assert list(ledger.claims()) == []
    (issue,) = ledger.set_aside()
    assert (issue.article_id, issue.start, issue.end) == ("a1", 1, 5)
    assert "'nope'" in issue.reason


def test_readers_own_issues_are_kept_once(ledger):
    issue = SetAside("a1", 0, 5, "figure without an item")
    assert ledger.append_article(ARTICLE, RAW, [], [], set_aside=[issue])
    assert not ledger.append_article(ARTICLE, RAW, [], [], set_aside=[issue, issue])
    assert ledger.set_aside() == [issue]


@pytest.mark.parametrize(
    "claim", [hand(), read(evidence=Evidence("a2", 0, 5, TEXT[:5]))], ids=["hand", "other-article"]
)
def test_foreign_claim_is_refused_and_nothing_is_stored(ledger, claim):
    with pytest.raises(ClaimError, match="is not read from article a1"):
        ledger.append_article(ARTICLE, RAW, STATEMENTS, [claim])
    assert ledger.counts()["articles"] == 0


def test_bytes_of_another_article_are_refused(ledger):
    with pytest.raises(LedgerError, match="was read from bytes"):
        ledger.append_article(ARTICLE, RawDocument("x", b"x", "text", {}), [], [])


def test_article_without_bytes_can_be_stored(ledger):
    assert ledger.append_article(ARTICLE, None, STATEMENTS, [read()])
    assert ledger.article("a1").raw_hash is None
    with pytest.raises(NothingFound, match="without its bytes"):
        ledger.document("a1")


def test_hand_entered_claims_go_in_once(ledger):
    assert ledger.append_claims([hand(), hand()], source="table.csv") == 1
    assert ledger.append_claims([hand(), hand(low=30)]) == 1
    assert ledger.append_claims([]) == 0
    assert ledger.counts()["imports"] == 2
    with pytest.raises(ClaimError, match="was read by 'rules'"):
        ledger.append_claims([read()])


def test_reading_never_supersedes_a_person(ledger):
    ledger.append_claims([hand()])
    ledger.append_article(ARTICLE, RAW, [], [read()])
    ledger.append_article(ARTICLE, RAW, [], [], version="2.0")
    assert list(ledger.claims()) == [hand()]


def test_all_starter_claims_come_back(ledger):
    claims = starter_claims()
    assert ledger.append_claims(claims, source="starter_claims.csv") == 772
    assert set(ledger.claims()) == set(claims)
    assert ledger.append_claims(claims) == 0


FOUND = [
    hand(),
    hand(actor=("NATO", "EU"), kind="capacity", item="shell_155", published="2025-07-01", when=("2025", "2025")),
    hand(status="planned", published=None, when=("2026-03", "2026-12"), note="Бахмутський завод, 5 ліній"),
    hand(speaker="Марк Рютте", published=None, when=None, via="Reuters", low=41, high=41),
    hand(published="2024-01-31", when=None, low=39, high=None),
]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({}, {0, 1, 2, 3, 4}),
        ({"actor": "nato"}, {1}),
        ({"actor": "Germany"}, set()),
        ({"item": "shell_155"}, {1}),
        ({"item": ("shell_155", "tank")}, {0, 1, 2, 3, 4}),
        ({"kind": "capacity"}, {1}),
        ({"status": "planned"}, {2}),
        ({"speaker": "РЮТТЕ"}, {3}),
        ({"speaker": "%"}, set()),
        ({"since": "2026"}, {2}),
        ({"since": "2025-07"}, {1, 2}),
        ({"until": "2025-05"}, {1, 4}),
        ({"since": "2024", "until": "2024"}, {4}),
        ({"as_of": "2024-01"}, {4}),
        ({"as_of": "2025-06-09"}, {0, 4}),
        ({"as_of": "2026-02-28"}, {0, 1, 4}),
        ({"as_of": "2026-03-01"}, {0, 1, 2, 4}),
        ({"text": "бахмут"}, {2}),
        ({"text": "завод ЛІН"}, {2}),
        ({"text": "5"}, {2}),
        ({"text": "БА"}, {2}),
        ({"text": "reuters"}, {3}),
        ({"text": 'a"b OR *'}, set()),
        ({"limit": 0}, set()),
    ],
    ids=str,
)
def test_filter(ledger, wanted, found):
    ledger.append_claims(FOUND)
    assert {FOUND.index(claim) for claim in ledger.claims(ClaimFilter(**wanted))} == found


def test_order_is_by_day_whatever_came_first(ledger):
    ledger.append_claims(FOUND)
    days = [claim.published for claim in ledger.claims(ClaimFilter(limit=4))]
    assert days == ["2024-01-31", "2025-06-09", "2025-07-01", None]
    assert next(ledger.claims(ClaimFilter(newest_first=True))).published == "2025-07-01"


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        ({"kind": "making"}, "kind 'making' is not one of output"),
        ({"status": "sure"}, "status 'sure' is not one of actual"),
        ({"since": "May"}, "since 'May' is no date"),
        ({"limit": -1}, "limit -1 is below 0"),
    ],
    ids=str,
)
def test_senseless_filter_is_refused(wanted, words):
    with pytest.raises(UsageError, match=words):
        ClaimFilter(**wanted)


WORDS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=12)
FIGURE = st.floats(0, 1e12)
FIGURES = st.tuples(st.none() | FIGURE, st.none()) | st.tuples(FIGURE, FIGURE).map(lambda ends: tuple(sorted(ends)))
ANY_CLAIM = st.builds(
    lambda ends, **rest: hand(low=ends[0], high=ends[1], **rest),
    ends=FIGURES,
    kind=st.sampled_from([kind for kind in KINDS if kind not in ("comparison", "change")]),
    actor=st.lists(WORDS, min_size=1, max_size=3, unique=True).map(tuple),
    other=st.lists(WORDS, max_size=2, unique=True).map(tuple),
    per=st.sampled_from([None, *PERIODS]),
    status=st.sampled_from(STATUSES),
    when=st.sampled_from([None, ("2024", "2025-06"), ("2024-02-29", "2024-02-29")]),
    speaker=st.none() | WORDS,
    note=st.none() | WORDS,
    publisher=st.none() | WORDS,
    published=st.sampled_from([None, "2024-07-01", "2025-01-01", "2025-06-30"]),
)


@settings(max_examples=40, deadline=None)
@given(st.lists(ANY_CLAIM, max_size=4))
def test_any_claim_comes_back_as_it_went_in(tmp_path_factory, claims):
    with Ledger.open(tmp_path_factory.mktemp("any") / "l.db") as ledger:
        ledger.append_claims(claims)
        assert {claim.id: claim for claim in claims} == {claim.id: claim for claim in ledger.claims()}


WAYS = {"gathered": (50_000, 30), "looked at first": (1, 30), "walked": (1, 1)}  # values of search.MANY and FIRST


@settings(max_examples=25, deadline=None)
@given(st.lists(ANY_CLAIM, min_size=1, max_size=6), st.data())
def test_every_way_of_searching_finds_the_same_in_the_same_order(tmp_path_factory, claims, data):
    one = data.draw(st.sampled_from(claims))
    fields = {"actor": one.actor[0].upper(), "text": one.note, "speaker": one.speaker and one.speaker[:3]}
    fields |= {"since": "2025-02", "until": one.published, "as_of": "2025-03", "kind": one.kind}
    asked = {name: fields[name] for name in data.draw(st.sets(st.sampled_from(sorted(fields)), min_size=1))}
    wanted = ClaimFilter(**asked, limit=data.draw(st.integers(1, 3)), newest_first=data.draw(st.booleans()))
    with Ledger.open(tmp_path_factory.mktemp("ways") / "l.db") as ledger, pytest.MonkeyPatch.context() as patch:
        ledger.append_claims(claims)
        found = {}
        for name, (many, first) in WAYS.items():
            patch.setattr(search, "MANY", many)
            patch.setattr(search, "FIRST", first)
            found[name] = [claim.id for claim in ledger.claims(wanted)]
        everything = [claim.id for claim in ledger.claims(replace(wanted, limit=None))]
    assert list(found.values()) == 3 * [everything[: wanted.limit]]


@pytest.mark.parametrize("newest_first", [False, True])
@pytest.mark.parametrize("limit", [1, 3, 5])
def test_first_claims_are_those_of_the_whole_list(ledger, limit, newest_first):
    ledger.append_claims(FOUND)
    whole = list(ledger.claims(ClaimFilter(newest_first=newest_first, actor="russia")))
    assert list(ledger.claims(ClaimFilter(newest_first=newest_first, actor="russia", limit=limit))) == whole[:limit]
    assert whole[-1].published is None


def test_claims_can_be_read_while_another_writes(ledger, address):
    ledger.append_claims(FOUND)
    with ledger.writing("test"), Ledger.open(address, wait_s=0.01) as reader, Ledger.open(address) as second:
        assert len(list(reader.claims())) == len(list(second.claims())) == len(FOUND)


def test_ledger_may_grow_while_it_is_listed(ledger):
    ledger.append_claims(FOUND)
    for claim in ledger.claims():
        ledger.append_claims([claim.with_fields(note="seen")])
    assert ledger.counts()["claims"] == 2 * len(FOUND)


def test_missing_article_and_bytes(ledger):
    with pytest.raises(NothingFound, match="has no article 'zz'"):
        ledger.article("zz")
    with pytest.raises(NothingFound, match="has no bytes 'ff'"):
        ledger.raw("ff")


@pytest.mark.parametrize("damage", [b"not compressed", b"x\x9cK\x04\x00\x00b\x00b"], ids=["garbage", "other-bytes"])
def test_damaged_bytes_are_reported(ledger, damage):
    ledger.append_article(ARTICLE, RAW, [], [])
    with ledger.writing("test") as change:
        change.connection.execute(schema.raw_documents.update().values(compressed=damage))
    with pytest.raises(LedgerError, match="are damaged; restore"):
        ledger.raw(RAW.raw_hash)


def test_locked_ledger_is_told(ledger, address):
    with (
        ledger.writing("test"),
        Ledger.open(address, wait_s=0.01) as second,
        pytest.raises(LedgerError, match="another program is writing"),
    ):
        second.append_claims([hand()])


@pytest.mark.parametrize(
    ("pragma", "words"),
    [("max_page_count=1", "the disk is full"), ("query_only=1", "it may not be written")],
    ids=["full", "read-only"],
)
def test_failed_write_is_told_and_leaves_the_ledger_whole(path, monkeypatch, pragma, words):
    with Ledger.open(path) as ledger:
        ledger.append_claims([hand()])
        before = dump(ledger)
    monkeypatch.setattr(opening, "PRAGMAS", (*opening.PRAGMAS, pragma))
    many = RawDocument("x", os.urandom(100_000), "text", {})
    with Ledger.open(path) as ledger, pytest.raises(LedgerError, match=words):
        ledger.append_article(Article("a2", "x", "en"), many, [], [])
    with Ledger.open(path) as ledger:
        assert dump(ledger) == before


def make_other_database(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE recipes (id)")
    connection.close()


def make_newer_ledger(path: Path) -> None:
    Ledger.open(path).close()
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE alembic_version SET version_num = 'v99'")
    connection.close()


@pytest.mark.parametrize(
    ("make", "words"),
    [
        pytest.param(lambda path: path.write_text("kind,actor\n"), "is not a SQLite file", id="csv"),
        pytest.param(lambda path: path.write_bytes(b"SQLite format 3\0" + b"?" * 4096), "cannot be used", id="damaged"),
        pytest.param(Path.mkdir, "is a folder; name a file in it", id="folder"),
        pytest.param(make_other_database, "database of another program", id="other-program"),
        pytest.param(make_newer_ledger, "has schema v99, this program knows v1, v2, v3, v4; install", id="newer"),
    ],
)
def test_what_is_no_ledger_is_refused(tmp_path, make, words):
    path = tmp_path / "ledger.db"
    make(path)
    with pytest.raises(LedgerError, match=words):
        Ledger.open(path)


def test_unreachable_place_is_told(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(LedgerError, match=r"cannot open the ledger .* name a place you may write to"):
        Ledger.open(tmp_path / "file" / "ledger.db")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere; run as a user")
def test_read_only_folder_is_told(tmp_path):
    tmp_path.chmod(0o555)
    with pytest.raises(LedgerError, match="name a place you may write to"):
        Ledger.open(tmp_path / "ledger.db")


def test_missing_ledger_is_not_made_unasked(path):
    with pytest.raises(LedgerError, match="there is no ledger at"):
        Ledger.open(path, create=False)
    assert not path.parent.exists()


def test_empty_file_becomes_a_ledger_only_when_asked(tmp_path):
    path = tmp_path / "empty.db"
    path.touch()
    with pytest.raises(LedgerError, match="is empty, not a ledger"):
        Ledger.open(path, create=False)
    Ledger.open(path).close()
    Ledger.open(path, create=False).close()


@pytest.mark.parametrize(
    "given", ["postgresql://u:secret@127.0.0.1:1/db", "sqlite://", "mysql://u:secret@h/x", "postgresql://", "a b://c"]
)
def test_other_addresses_are_refused_without_the_password(given):
    with pytest.raises(LedgerError, match="ledger") as caught:
        Ledger.open(given, wait_s=1)
    assert "secret" not in str(caught.value)


def test_sqlite_address_opens_the_file(path):
    Ledger.open(f"sqlite:///{path}").close()
    assert path.exists()


def test_file_is_in_write_ahead_mode(path):
    Ledger.open(path).close()
    with sqlite3.connect(path) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


@pytest.mark.parametrize(
    ("platform", "data_home", "place"),
    [
        ("linux", "/data", "/data/outproduce/outproduce.db"),
        ("linux", "", "/home/me/.local/share/outproduce/outproduce.db"),
        ("linux", "relative", "/home/me/.local/share/outproduce/outproduce.db"),
        ("darwin", "/data", "/home/me/Library/Application Support/outproduce/outproduce.db"),
    ],
)
def test_default_path(monkeypatch, platform, data_home, place):
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setenv("XDG_DATA_HOME", data_home)
    monkeypatch.setattr(Path, "home", lambda: Path("/home/me"))
    assert default_ledger_path() == Path(place)


def test_a_pipe_is_no_ledger(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(LedgerError, match="no regular file"):
        Ledger.open(tmp_path / "pipe")


def test_no_home_folder_is_told(monkeypatch):
    def lost():
        raise RuntimeError

    monkeypatch.setattr(Path, "home", lost)
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    with pytest.raises(LedgerError, match="--ledger"):
        default_ledger_path()
