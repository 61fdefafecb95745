"""The whole way on shipped data: import, read the sample reports, answer on two days, write the page."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable
from contextlib import ExitStack
from datetime import date
from importlib.resources import as_file, files
from pathlib import Path

from outproduce.answers import Comparison, check_day, compare
from outproduce.errors import OutproduceError, SourceError
from outproduce.estimate.world import World
from outproduce.ledger.imports import starter_claims
from outproduce.ledger.store import Ledger
from outproduce.packs import load_pack
from outproduce.progress import waiting
from outproduce.reading import ReadReport, Unread, read_reports
from outproduce.records import Claim
from outproduce.report.render import render_report
from outproduce.report.views import SHOWN_CLAIMS, comparison_text, used_text
from outproduce.report.wording import claim_words

QUESTION = ("NATO", "Russia", "ammunition")
FIRST_DAY = "2025-07-01"


def run_demo(out: Path, ledger: str | None = None, today: str | None = None, *, keep: bool = True) -> None:
    """Import, read, answer and write `report.html` into the folder `out`; prints what it does.

    `ledger` None is demo.db beside the report; it is kept, and a second run adds nothing to it. `today` (`YYYY-MM-DD`)
    stands for the clock. Where `keep` is False nothing is left behind.

    Raises:
        OutproduceError: a file cannot be written, the ledger not used, or `today` is no day.
    """
    day = check_day(today) if today else date.today().isoformat()
    with ExitStack() as stack:
        if not keep:
            out, ledger = Path(stack.enter_context(tempfile.TemporaryDirectory())), None
        _make_folder(out)
        with Ledger.open(ledger or out / "demo.db") as opened:
            _import_starter(opened)
            _read_samples(opened)
            answers = _answer(opened.claims(), (FIRST_DAY, day))
        page = render_report(answers, World.from_pack(load_pack()))
        _write_whole(out / "report.html", page)
        print(f"Chart and claims: {out / 'report.html'}" if keep else "Nothing was kept (--dry-run).")


def _import_starter(ledger: Ledger) -> None:
    claims = starter_claims()
    added = ledger.append_claims(claims, source="starter_claims.csv")
    print(f"{len(claims)} public claims collected by hand, {added} of them new to {ledger.name}")


def _read_samples(ledger: Ledger) -> None:
    with as_file(files("outproduce").joinpath("data", "sample_reports.jsonl")) as path:
        reports = list(read_reports([path], ledger))
    print(
        f"{len(reports)} sample reports (our own sentences about real public statements), read into the same ledger:\n"
    )
    for report in reports:
        if isinstance(report, Unread):
            raise SourceError(f"a shipped sample report is damaged: {report.message}; install the package again")
        print(report_text(report), end="\n\n")


def report_text(report: ReadReport) -> str:
    """Say what was read from one report: each claim, whose word it is, and its words."""
    article = report.article
    lines = [f"[{article.lang}] {article.published}  {article.title}", f"     {article.url}"]
    for claim in report.claims:
        lines.append(f"  - {claim_words(claim)}")
        lines.append(f"      {_speaker(claim)}: “{claim.evidence.quote if claim.evidence else ''}”")
    return "\n".join(lines if report.claims else [*lines, "  no claim found"])


def _speaker(claim: Claim) -> str:
    return " via ".join(filter(None, (claim.speaker or "the report itself", claim.via)))


def _answer(claims: Iterable[Claim], days: tuple[str, ...]) -> list[Comparison]:
    known, world = list(claims), World.from_pack(load_pack())
    a, b, item = QUESTION
    answers = []
    print(f"Who makes more {item}, {a} or {b}?\n")
    for day in days:
        with waiting(f"weighing what was public on {day}"):
            answer = compare(known, world, a, b, item, as_of=day)
        print(f"--- Knowing what was public on {day}\n{comparison_text(answer)}")
        print(f"What moved {a} over {b} most:")
        print("\n".join(used_text(used) for used in answer.claims[:SHOWN_CLAIMS]), end="\n\n")
        answers.append(answer)
    return answers


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _unwritable(folder, error) from error


def _write_whole(path: Path, text: str) -> None:
    """Write a file at once, so that a killed run leaves the old one or the new one."""
    half = path.with_suffix(".part")
    try:
        half.write_text(text, encoding="utf-8")
        os.replace(half, path)
    except OSError as error:
        raise _unwritable(path, error) from error


def _unwritable(path: Path, error: OSError) -> OutproduceError:
    return OutproduceError(f"cannot write {path}: {error.strerror or error}; name another folder with --out")
