"""The verbs of the ledger, end to end: what they write, and how they end."""

from __future__ import annotations

import csv
import io
import json
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from outproduce.cli import app
from outproduce.errors import LedgerError
from outproduce.evaluation import read_corpus
from outproduce.ledger import schema as db
from outproduce.ledger.store import Ledger
from outproduce.records import Article, Claim, Evidence, RawDocument
from outproduce.report import files
from outproduce.reviewing import PROMPT

TEXT = "Russia makes 250 tanks a month, Mark Rutte said. NATO makes 90 tanks a month."
RAW = RawDocument("a.txt", TEXT.encode(), "text", {})
ARTICLE = Article("a1", TEXT, "en", None, TEXT, "Outlet", "2025-06-09", "https://a.example/x", None, RAW.raw_hash)
Run = Callable[..., Result]


def read(words: str, actor: str, low: float, **changes: object) -> Claim:
    evidence = Evidence("a1", TEXT.index(words), TEXT.index(words) + len(words), words)
    shared = {"publisher": "Outlet", "published": "2025-06-09", "url": ARTICLE.url, "lang": "en", "version": "0"}
    claim = Claim(
        "output", (actor,), "tank", low, low, "month", when=("2025-06", "2025-06"), evidence=evidence, **shared
    )
    return claim.with_fields(**changes)


RUSSIA, NATO = read("250 tanks", "Russia", 250.0, speaker="Mark Rutte"), read("90 tanks", "NATO", 90.0)
RETOLD = RUSSIA.with_fields(evidence=None, reader="hand", url="https://b.example", publisher="=Paper", note="-5")


@pytest.fixture
def run(address: str) -> Run:
    with Ledger.open(address) as ledger:
        ledger.append_article(ARTICLE, RAW, [], [RUSSIA, NATO])
        ledger.append_claims([RETOLD])

    def call(*arguments: object, stdin: str | None = None) -> Result:
        return CliRunner().invoke(app, ["--ledger", address, *map(str, arguments)], input=stdin)

    return call


def lines(result: Result) -> list[dict]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_claims_carry_links_to_their_words(run: Run):
    links = {row["id"]: row["link"] for row in lines(run("claims"))}
    assert links[NATO.id] == "https://a.example/x#:~:text=90%20tanks"
    assert links[RETOLD.id] == "https://b.example"


def test_history_tells_when_why_and_who(run: Run):
    assert run("review", "--reject", NATO.id, "--who", "Ann", "--why", "a plan").exit_code == 0
    assert len(lines(run("claims"))) == 2
    (row,) = (row for row in lines(run("claims", "--history")) if row["superseded_at"])
    assert (row["id"], row["superseded_why"]) == (NATO.id, "rejected by Ann: a plan")
    assert "Ann: reject (a plan)" in row["decisions"][0]
    assert len(lines(run("claims", "--as-of-ledger", "2999"))) == 2
    assert run("claims", "--as-of-ledger", "1999").exit_code == 3
    assert run("claims", "--history", "--as-of-ledger", "2999").exit_code == 2


def test_stories_say_why(run: Run):
    told = lines(run("stories", "--why", "--actor", "Russia"))
    assert [row["why"] for row in told] == [
        "the origin: published first, on 2025-06-09, in its own words",
        "the same speaker, Mark Rutte, same figure, same day",
    ]


def test_one_decision_by_options(run: Run):
    result = run(
        "review", "--correct", RUSSIA.id[:6], "--set", "low=240", "--set", "actor=росія; Білорусь", "--who", "Ann"
    )
    assert result.exit_code == 0, result.stderr
    found = [row for row in lines(run("claims")) if row["reader"] == "review"]
    assert [(row["low"], row["actor"]) for row in found] == [(240, ["Russia", "Belarus"])]


def test_stories_are_joined_and_split(run: Run):
    assert len(lines(run("stories"))) == 2
    run("review", "--split", RETOLD.id)
    assert len(lines(run("stories"))) == 3
    run("review", "--join", RETOLD.id, "--and", NATO.id)
    assert sorted(row["claims"] for row in lines(run("stories"))) == [1, 2]
    assert "a person joined them" in {row["why"] for row in lines(run("stories", "--why"))}


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("--accept", "1234", "--reject", "1234"), 2, "are two decisions"),
        (("--merge", "1234"), 2, "give --into ID"),
        (("--correct", NATO.id), 2, "give --set FIELD=VALUE"),
        (("--correct", NATO.id, "--set", "colour=red"), 2, "names no field and value"),
        (("--correct", NATO.id, "--set", "low=many"), 2, "low 'many' is no number"),
        (("--accept", "ffff"), 3, "has no claim 'ffff'"),
        (("--split", NATO.id), 3, "alone in its story"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else None,
)
def test_senseless_review_is_told(run: Run, arguments: tuple[str, ...], code: int, words: str):
    result = run("review", *arguments)
    assert (result.exit_code, words in result.stderr) == (code, True), result.stderr


def test_review_at_the_terminal(run: Run):
    answers = ["x", "r", "not said so", "c", "low=1|high=2|when=2025-05..2025-06", "heard it", "a", ""]
    result = run("review", "--who", "Ann", stdin="\n".join(answers) + "\n")
    assert "3 of 3 claims decided on" in result.stdout
    assert ">>90 tanks<<" in result.stdout
    assert "one of the letters" in result.stdout
    assert run("review").exit_code == 3


def test_review_ends_where_the_answers_end(run: Run):
    told = run("review", stdin="a\n\n").stdout
    assert "1 of 3 claims decided on" in told
    assert [line for line in told.splitlines() if " > " in line] == [
        f"{PROMPT}a",
        "  why (may be empty) > ",
        PROMPT,
    ]


def test_verify_counts_what_stands_and_fails_on_damage(run: Run, address: str):
    (row,) = lines(run("verify"))
    assert (row["counts"]["stands"], row["counts"]["by hand"]) == (2, 1)
    with Ledger.open(address) as ledger, ledger.writing("test") as change:
        change.connection.execute(db.claims.update().values(note="tampered"))
    result = run("verify", "--json")
    assert (result.exit_code, json.loads(result.stdout)["counts"]["row altered"]) == (1, 2)


def test_csv_export_is_harmless_in_a_spreadsheet(run: Run, tmp_path: Path):
    assert run("export", "--format", "csv", "--out", tmp_path / "c.csv").exit_code == 0
    rows = list(csv.DictReader(io.StringIO((tmp_path / "c.csv").read_text(encoding="utf-8"))))
    assert list(rows[0]) == list(files.COLUMNS)
    (retold,) = (row for row in rows if row["id"] == RETOLD.id)
    assert (retold["publisher"], retold["note"]) == ("'=Paper", "'-5")


def test_json_lines_export_goes_to_standard_output(run: Run):
    rows = lines(run("export", "--format", "jsonl", "--actor", "NATO"))
    assert [(row["id"], row["first_day"], row["last_day"]) for row in rows] == [(NATO.id, "2025-06-01", "2025-06-30")]


def test_parquet_export_is_typed_and_described(run: Run, tmp_path: Path):
    parquet = pytest.importorskip("pyarrow.parquet", reason="pyarrow is not installed (extra parquet)")
    assert run("export", "--format", "parquet", "--out", tmp_path / "c.parquet").exit_code == 0
    table = parquet.read_table(tmp_path / "c.parquet")
    assert (table.num_rows, table.column_names) == (3, list(files.COLUMNS))
    types = {name: str(table.schema.field(name).type) for name in ("published", "low", "actor", "start")}
    assert types == {"published": "date32[day]", "low": "double", "actor": "list<element: string>", "start": "int32"}
    assert table.schema.field("per").metadata[b"description"].startswith(b"the period of a rate")


def test_corpus_export_can_be_scored(run: Run, tmp_path: Path):
    path = tmp_path / "reviewed.jsonl"
    assert run("export", "--format", "corpus", "--out", path).exit_code == 3
    for claim in (RUSSIA, NATO):
        run("review", "--accept", claim.id)
    assert run("export", "--format", "corpus", "--out", path).exit_code == 0
    (document,) = read_corpus(path)
    assert [claim["evidence"] for claim in document["claims"]] == ["250 tanks", "90 tanks"]


@pytest.mark.parametrize(
    "arguments", [("--format", "xlsx"), ("--format", "parquet"), ("--format", "csv", "--out", "/dev/null/x")]
)
def test_senseless_export_is_told(run: Run, arguments: tuple[str, ...]):
    assert run("export", *arguments).exit_code == 2


def test_reading_missing_files_leaves_no_ledger(tmp_path: Path):
    path = tmp_path / "new" / "ledger.db"
    result = CliRunner().invoke(app, ["--ledger", str(path), "read", str(tmp_path / "missing.html")])
    assert result.exit_code == 1
    assert not path.parent.exists()


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can become nobody; run as root")
def test_ledger_in_a_folder_that_may_not_be_written_opens_for_reading():
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        path = Path(folder) / "ledger.db"
        with Ledger.open(path) as ledger:
            ledger.append_claims([RETOLD])
        Path(folder).chmod(0o555)
        path.chmod(0o444)
        os.seteuid(65534)
        try:
            with Ledger.open(path, create=False) as reader:
                assert list(reader.claims()) == [RETOLD]
                with pytest.raises(LedgerError, match="may not be written"):
                    reader.append_claims([RETOLD.with_fields(low=1.0)])
        finally:
            os.seteuid(0)
        assert [found.name for found in Path(folder).iterdir()] == ["ledger.db"]


def test_documentation_has_every_column():
    page = (Path(__file__).parents[1] / "docs" / "ledger.md").read_text(encoding="utf-8")
    assert "\n".join(files.column_table()) in page
    for table in db.metadata.tables.values():
        missing = [column.name for column in table.columns if f"`{column.name}`" not in page]
        assert not missing, f"docs/ledger.md does not tell of {table.name}: {missing}"
