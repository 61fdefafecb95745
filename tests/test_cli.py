"""The command line: what each verb writes, and how it ends on bad input."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from outproduce import options
from outproduce.cli import app

REPORT = {
    "id": "r1",
    "published": "2025-06-09",
    "text": "Russia makes 250,000 artillery shells a month, Mark Rutte said.",
}
UKRAINIAN = {"id": "r2", "published": "2025-06-10", "lang": "uk", "text": "Росія виготовляє 100 танків на рік."}
Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    def call(*arguments: object, stdin: bytes | None = None) -> Result:
        before = ["--ledger", str(tmp_path / "ledger.db")]
        return CliRunner().invoke(app, [*before, *map(str, arguments)], input=stdin)

    return call


@pytest.fixture
def reports(tmp_path: Path) -> Path:
    path = tmp_path / "reports.jsonl"
    path.write_text("\n".join(json.dumps(record) for record in (REPORT, UKRAINIAN)), encoding="utf-8")
    return path


def lines(result: Result) -> list[dict]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_extract_gives_one_line_a_document_with_exact_evidence(run: Run, reports: Path):
    found = lines(run("extract", reports, "--jsonl"))
    assert [row["id"] for row in found] == ["r1", "r2"]
    for row, record in zip(found, (REPORT, UKRAINIAN), strict=True):
        assert set(row) == {"id", "claims"}
        for claim in row["claims"]:
            assert record["text"][claim["start"] : claim["end"]] == claim["evidence"]
    (claim,) = found[0]["claims"]
    assert (claim["actor"], claim["item"], claim["low"], claim["per"]) == (
        ["Russia"],
        "artillery_shell",
        250000,
        "month",
    )
    assert claim["speaker"] == "Mark Rutte"


def test_extract_keeps_a_line_for_an_empty_document_and_warns(run: Run, tmp_path: Path):
    path = tmp_path / "docs.json"
    path.write_text(json.dumps([{"id": "empty", "text": ""}, REPORT]))
    result = run("extract", path, "--jsonl")
    assert [row["id"] for row in lines(result)] == ["empty", "r1"]
    assert lines(result)[0]["claims"] == []
    assert "docs.json#1 has no text" in result.stderr
    assert result.exit_code == 0


def test_extract_gives_a_line_with_the_error_of_a_record_it_cannot_read(run: Run, tmp_path: Path):
    path = tmp_path / "docs.jsonl"
    broken = [{"id": "half", "text": "40 \ud800 tanks"}, {"id": "x\udc00", "text": "4 tanks"}]
    path.write_text("\n".join(json.dumps(record) for record in (REPORT, *broken, UKRAINIAN)) + "\n{\n")
    result = run("extract", path, "--jsonl")
    found = lines(result)
    assert [row["id"] for row in found] == ["r1", "half", f"{path}:3", "r2", f"{path}:5"]
    assert ["error" in row for row in found] == [False, True, True, False, True]
    assert found[0]["claims"]
    assert found[3]["claims"]
    assert "surrogates not allowed" in found[1]["error"]
    assert "3 of 5 documents could not be read" in result.stderr
    assert result.exit_code == 1


def test_extract_reads_standard_input(run: Run):
    result = run("extract", "-", stdin=REPORT["text"].encode())
    assert lines(result)[0]["claims"][0]["evidence"] in REPORT["text"]


def test_reading_twice_adds_nothing(run: Run, reports: Path):
    first, second = lines(run("read", reports)), lines(run("read", reports))
    assert [row["new"] for row in first] == [True, True]
    assert [row["new"] for row in second] == [False, False]
    assert len(lines(run("claims"))) == sum(row["claims"] for row in first)


def test_dry_runs_leave_no_ledger(run: Run, reports: Path, tmp_path: Path):
    assert run("read", reports, "--dry-run").exit_code == 0
    assert run("import", "--starter", "--dry-run").stdout == "772 of 772 rows would be imported (--dry-run)\n"
    assert not (tmp_path / "ledger.db").exists()


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (("--actor", "росії"), 2),
        (("--item", "снаряди"), 1),
        (("--item", "weapons"), 2),
        (("--speaker", "rutte"), 1),
        (("--text", "танків"), 1),
        (("--kind", "output", "--status", "actual"), 2),
        (("--since", "2025-06", "--until", "2025-06", "--limit", "1"), 1),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else str(value),
)
def test_claims_are_filtered(run: Run, reports: Path, filters: tuple[str, ...], expected: int):
    run("read", reports)
    assert len(lines(run("claims", *filters))) == expected


def test_forms_of_output(run: Run, reports: Path):
    run("read", reports)
    assert len(json.loads(run("claims", "--json").stdout)) == 2
    header, *rows = run("claims", "--csv").stdout.splitlines()
    assert header.startswith("kind,actor,item,low,high")
    assert len(rows) == 2


def test_starter_claims_are_imported_once(run: Run):
    assert run("import", "--starter").stdout.startswith("772 claims imported, 0 known already, 0 refused")
    assert run("import", "--starter").stdout.startswith("0 claims imported, 772 known already")


@pytest.mark.slow
def test_compare_and_estimate_answer_from_the_ledger(run: Run):
    run("import", "--starter")
    answer = json.loads(
        run("compare", "НАТО", "росія", "--item", "боєприпаси", "--as-of", "2023-06-30", "--json").stdout
    )
    assert list(answer) == [
        *("a", "b", "item", "as_of", "probability_a_ahead", "ratio", "ahead_since", "independent_claims"),
        *("series", "claims"),
    ]
    assert (answer["a"], answer["b"], answer["item"]) == ("NATO", "Russia", "ammunition")
    months = lines(run("estimate", "Росія", "--item", "шахеди", "--from", "2024-01", "--to", "2024-03"))
    assert [row["month"] for row in months] == ["2024-01", "2024-02", "2024-03"]
    assert all(row["low"] < row["median"] < row["high"] for row in months)


def test_stories_bring_retellings_together(run: Run):
    run("import", "--starter")
    (most,) = lines(run("stories", "--item", "ammunition", "--limit", "1"))
    assert most["claims"] == len(most["claim_ids"]) > 2


TABLE = "kind,actor,item,low,high,status,url\noutput,Russia,tank,{},5,actual,https://example.org/a\n"


@pytest.mark.parametrize(
    ("name", "content", "words", "code"),
    [
        ("empty.html", b"", "empty.html is empty", 1),
        ("page.html", b"<html><body><img src=a.png></body></html>", "page.html has no text", 1),
        ("bad.jsonl", b'{"text": "a"}\n{"text": \n', "bad.jsonl:2 is broken JSON in line 2", 1),
        ("bad.json", b'[{"text": "a"},\n{"text": }]', "broken JSON in line 2", 1),
        ("photo.html", b"\x89PNG\r\n\x1a\n", "PNG picture", 1),
        ("fields.json", b'[{"title": "a"}]', "has no field 'text'", 1),
    ],
    ids=lambda value: value if str(value).endswith(("html", "json", "jsonl")) else "",
)
def test_unreadable_reports(run: Run, tmp_path: Path, name: str, content: bytes, words: str, code: int):
    (tmp_path / name).write_bytes(content)
    for verb in ("read", "extract"):
        result = run(verb, tmp_path / name)
        assert (result.exit_code, words in result.stderr) == (code, True), result.stderr
        assert "Traceback" not in result.stderr


def test_missing_file_does_not_stop_the_others(run: Run, reports: Path):
    result = run("extract", "nowhere.html", reports)
    assert len(lines(result)) == 2
    assert result.stderr.splitlines()[0] == "error: nowhere.html does not exist; check the path"
    assert result.exit_code == 1


def test_a_file_of_200_megabytes_is_refused_at_once(run: Run, tmp_path: Path):
    with (tmp_path / "huge.html").open("wb") as file:
        file.truncate(200 * 2**20)
    began = time.monotonic()
    result = run("read", tmp_path / "huge.html")
    assert result.exit_code == 1
    assert "larger (200 MiB or more) than the 64 MiB" in result.stderr
    assert time.monotonic() - began < 5


@pytest.mark.parametrize(
    ("table", "words"),
    [
        (TABLE.format("many"), "line 2: low 'many' is no number"),
        (TABLE.format(1).replace("actor", "maker"), "line 1: unknown column 'maker'"),
        (TABLE.format(1).replace("tank", "teapot"), "item 'teapot' is not a key"),
        ("", "is empty"),
    ],
    ids=["figure", "column", "item", "empty"],
)
def test_bad_tables_import_nothing(run: Run, tmp_path: Path, table: str, words: str):
    path = tmp_path / "claims.csv"
    path.write_text(table)
    result = run("import", path)
    assert (result.exit_code, words in result.stderr) == (1, True), result.stderr
    assert not (tmp_path / "ledger.db").exists()


def test_unknown_actor_of_a_table_comes_in_with_a_warning(run: Run, tmp_path: Path):
    path = tmp_path / "claims.csv"
    path.write_text(TABLE.format(1) + TABLE.format(2).splitlines()[1].replace("Russia", "Ruritania"))
    result = run("import", path)
    assert result.stdout.startswith("2 claims imported")
    (warning,) = result.stderr.splitlines()
    assert warning.startswith("warning: ")
    assert "line 3: actor 'Ruritania' is not a known actor; use the canonical name or add it to the pack" in warning
    assert result.exit_code == 0


def test_sound_rows_come_in_where_that_is_asked_for(run: Run, tmp_path: Path):
    path = tmp_path / "claims.csv"
    path.write_text(TABLE.format(1) + TABLE.format("many").splitlines()[1])
    assert "1 of 2 rows refused and nothing imported" in run("import", path).stderr
    result = run("import", path, "--skip-refused")
    assert result.stdout.startswith("1 claims imported, 0 known already, 1 refused")
    assert result.exit_code == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("compare", "NATO", "Rusia", "--item", "ammunition"), "no actor 'Rusia' is known; did you mean Russia"),
        (("compare", "NATO", "Russia", "--item", "snarks"), "no item 'snarks' is known"),
        (("compare", "NATO", "НАТО", "--item", "tank"), "'NATO' is compared with itself"),
        (("compare", "NATO", "Russia", "--item", "tank", "--as-of", "July"), "as_of 'July' is no day"),
        (("compare", "NATO", "Russia", "--item", "tank", "--level", "90"), "level 90.0 is no probability"),
        (("estimate", "Russia", "--item", "tank", "--from", "2025"), "--from '2025' is no month"),
        (("estimate", "Russia", "--item", "tank", "--level", "0"), "level 0.0 is no probability"),
        (("claims", "--kind", "making"), "kind 'making' is not one of"),
        (("claims", "--since", "today"), "since 'today' is no date"),
        (("claims", "--json", "--csv"), "exclude each other"),
        (("import",), "either the path of a CSV file or of a folder, or --starter"),
        (("demo", "--today", "now"), "'now' is no day"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_wrong_questions_end_with_2(run: Run, arguments: tuple[str, ...], words: str):
    run("import", "--starter")
    result = run(*arguments)
    assert (result.exit_code, words in result.stderr) == (2, True), result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_nothing_found_ends_with_3(run: Run, reports: Path):
    run("read", reports)
    for arguments in (("claims", "--speaker", "nobody"), ("compare", "France", "Japan", "--item", "submarine")):
        result = run(*arguments)
        assert result.exit_code == 3, result.stderr


def test_ledgers_that_cannot_be_used(run: Run, tmp_path: Path):
    assert "there is no ledger at" in run("claims").stderr
    run("import", "--starter")
    with sqlite3.connect(tmp_path / "ledger.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = 'v99'")
    connection.close()
    result = run("claims")
    assert (result.exit_code, "has schema v99" in result.stderr) == (1, True)
    (tmp_path / "ledger.db").write_text("no database")
    assert "is not a SQLite file" in run("claims").stderr


def test_titles_cannot_steer_the_terminal(capsys: pytest.CaptureFixture[str]):
    options.warn("a\x1b[2Jb\nc")
    assert capsys.readouterr().err == "warning: a?[2Jb c\n"


def test_unexpected_errors_save_their_trace(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path
):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))

    @options.verb
    def broken() -> None:
        raise ZeroDivisionError("by nought")

    with pytest.raises(SystemExit, match="1"):
        broken()
    assert "unexpected ZeroDivisionError: by nought; the trace is in" in capsys.readouterr().err
    (trace,) = tmp_path.glob("outproduce-*.txt")
    assert "Traceback" in trace.read_text()


def start(*arguments: object, **more: object) -> subprocess.Popen:
    command = [sys.executable, "-m", "outproduce.cli", *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **more)


def test_a_reader_that_has_had_enough_is_met_in_silence(run: Run, tmp_path: Path):
    run("import", "--starter")
    with start("--ledger", tmp_path / "ledger.db", "claims") as running:
        running.stdout.readline()
        running.stdout.close()
        assert running.stderr.read() == b""
        assert running.wait(30) == 130


def test_interrupted_in_silence(tmp_path: Path):
    with start("--ledger", tmp_path / "ledger.db", "extract", "-", stdin=subprocess.PIPE) as running:
        time.sleep(2)
        running.send_signal(signal.SIGINT)
        assert running.wait(30) == 130
        assert running.stderr.read() == b""


def test_pipes_get_utf_8_whatever_the_locale(reports: Path):
    with start("extract", reports, env=os.environ | {"PYTHONIOENCODING": "ascii"}) as running:
        assert "Росія виготовляє 100 танків" in running.stdout.read().decode("utf-8")
        assert running.wait(30) == 0


def test_every_verb_has_help_with_an_example():
    root = typer.main.get_command(app)
    for name, command in root.commands.items():
        for verb in getattr(command, "commands", {name: command}).values():
            assert f"`outproduce {name}" in verb.help, name


def test_help_comes_at_once():
    took = []
    for _ in range(3):
        began = time.perf_counter()
        subprocess.run([sys.executable, "-m", "outproduce.cli", "--help"], check=True, stdout=subprocess.DEVNULL)
        took.append(time.perf_counter() - began)
    assert min(took) < 0.5 * float(os.environ.get("OUTPRODUCE_SLOW_MACHINE", "1"))


def test_import_stays_light():
    code = (
        "import sys, outproduce; sys.exit(any(name in sys.modules for name in ('numpy', 'sqlalchemy', 'lxml', 'rich')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_every_public_name_is_there():
    import outproduce

    for name in outproduce.__all__:
        assert getattr(outproduce, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'guess'"):
        outproduce.guess  # noqa: B018


@pytest.mark.slow
def test_demo_goes_all_the_way(tmp_path: Path):
    result = CliRunner().invoke(app, ["demo", "--out", str(tmp_path / "out"), "--today", "2025-12-31"])
    assert result.exit_code == 0, result.stderr
    for words in (
        "772 public claims",
        "12 sample reports",
        "[uk] 2024-02-26",
        "public on 2025-07-01",
        "public on 2025-12-31",
    ):
        assert words in result.stdout
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert page.count("<section") == 2
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["demo.db", "report.html"]


def test_extract_says_that_there_is_no_claim(run: Run):
    result = run("extract", "-", "--csv", stdin=b"Nothing was counted here.")
    assert result.exit_code == 3
    assert "no claim in 1 document" in result.stderr


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_closed_streams_do_no_harm(tmp_path: Path, closed: str):
    (tmp_path / "a.txt").write_text("Russia makes 100 tanks a month.", encoding="utf-8")
    command = f'"{sys.executable}" -m outproduce.cli --ledger "{tmp_path}/l.db" read "{tmp_path}/a.txt" {closed}'
    result = subprocess.run(command, shell=True, capture_output=True, check=False)
    assert (result.returncode, result.stderr) == (0, b"")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
def test_a_full_disk_under_the_output_is_told(reports: Path):
    command = f'"{sys.executable}" -m outproduce.cli extract "{reports}" --jsonl >/dev/full'
    result = subprocess.run(command, shell=True, capture_output=True, check=False)
    assert result.returncode == 1
    assert b"the output cannot be written" in result.stderr


@pytest.mark.parametrize(
    ("option", "value"), [("--since", "2025-13-45"), ("--until", "2025-02-30"), ("--limit", str(2**63))]
)
def test_impossible_filters_are_wrong_usage(run: Run, option: str, value: str):
    run("import", "--starter")
    result = run("claims", option, value)
    assert result.exit_code == 2
    assert value in result.stderr
