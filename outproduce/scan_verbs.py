"""The verb that scans WARC files, and the import of what it found into the ledger."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict
from typing import Annotated, Any

import typer

from outproduce.errors import NothingFound
from outproduce.options import Form, open_ledger, verb, warn

Archives = Annotated[
    list[str],
    typer.Argument(metavar="WARC...", help="WARC files: paths, globs, addresses (s3://bucket/..., https://...)."),
]


@verb
def scan(
    archives: Archives,
    form: Form,
    out: Annotated[str, typer.Option(metavar="DIR", help="Folder for the results, or s3://bucket/folder.")],
    workers: Annotated[
        int | None, typer.Option(min=1, help="Files at once; default: one a core, or as many as the cluster takes.")
    ] = None,
    cluster: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="Scan on the Ray cluster at this address (host:port or auto).")
    ] = None,
    pack: Annotated[str, typer.Option(help="A shipped pack's name, or the folder of your own.")] = "weapons",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Scan nothing; say what would be scanned.")] = False,
) -> None:
    """Find the claims in WARC files, as Parquet: claims and counts a file. A run that was killed goes on.

    Example: `outproduce scan 'news/*.warc.gz' --out found --workers 4`
    """
    from outproduce.report.export import write_rows
    from outproduce.scan import find_archives, needed
    from outproduce.scanning.results import ResultFolder
    from outproduce.scanning.workers import Job

    shape = form.shape
    for module in ("resiliparse", "pyarrow"):
        needed(module)
    found, folder = find_archives(archives), ResultFolder(out)
    to_do = tuple(archive for archive in found if not folder.is_done(archive))
    if len(to_do) < len(found):
        warn(f"{len(found) - len(to_do)} of {len(found)} files are done already", "note")
    if dry_run:
        write_rows(({"archive": archive} for archive in to_do), shape, _columns()[:1])
        return
    folder.prepare()
    failures: list[str] = []
    outcomes = _watched(Job(to_do, out, pack), workers, cluster)
    rows_to = sys.stdout
    with contextlib.redirect_stdout(sys.stderr):  # Ray prints what befell its workers
        write_rows(_rows(outcomes, failures), shape, _columns(), rows_to)
    if failures:
        warn(f"{len(failures)} of {len(to_do)} files could not be scanned; run the same again for these", "note")
        sys.exit(1)


def _columns() -> tuple[Any, ...]:
    from outproduce.report.export import Column

    def number(name: str, key: str) -> Column:
        return Column(name, lambda row: f"{row[key]:,.0f}", width=10, right=True)

    numbers = ("pages", "passed_screen", "passed_text", "with_claims", "claims", "seconds")
    shown = (number(key.replace("_", " ").removeprefix("passed "), key) for key in numbers)
    return (Column("archive", lambda row: str(row["archive"]), 8), *shown)


def _rows(outcomes: Iterator[Any], failures: list[str]) -> Iterator[dict[str, Any]]:
    """Pass counts on and tell of files that could not be scanned and of records that were left out."""
    from outproduce.scanning.workers import Failed

    for outcome in outcomes:
        if isinstance(outcome, Failed):
            failures.append(outcome.message)
            warn(outcome.message, "error")
            continue
        if outcome.damaged:
            first, number = outcome.damaged[0], len(outcome.damaged)
            warn(f"{outcome.archive}: left out as damaged: {number} of its records; the first at byte {first}")
        yield asdict(outcome)


def _watched(job: Any, workers: int | None, cluster: str | None) -> Iterator[Any]:
    """Scan, and show how far it is."""
    from outproduce.progress import Meter
    from outproduce.scan import size_of
    from outproduce.scanning.workers import Failed, scan_in_pool, scan_on_cluster

    sizes = {archive: size_of(archive) for archive in job.archives}
    standing: dict[str, tuple[float, int, int, int]] = {}  # bytes done, pages, pages that passed, claims
    began = time.monotonic()
    with Meter("scanning", sum(sizes.values())) as meter:

        def tell(counts: Any, offset: int) -> None:
            standing[counts.archive] = (offset, counts.pages, counts.passed_screen, counts.claims)
            done, pages, passed, claims = map(sum, zip(*standing.values(), strict=True))
            rate = pages / (time.monotonic() - began)
            meter.show(done, f"{rate:,.0f} pages/s, {pages:,} pages, {passed:,} hits, {claims:,} claims")

        if cluster is not None:
            outcomes = scan_on_cluster(job, cluster, workers)
        else:
            outcomes = scan_in_pool(job, workers or os.cpu_count() or 1, tell)
        for outcome in outcomes:
            if not isinstance(outcome, Failed):
                tell(outcome, sizes[outcome.archive])
            yield outcome


def import_results(context: typer.Context, folder: str, *, dry_run: bool) -> None:
    """Bring the claims that a scan found into the ledger, each with its WARC record.

    Raises:
        NothingFound: the folder holds no results.
    """
    from outproduce.progress import watched
    from outproduce.scan import needed
    from outproduce.scanning.results import ResultFolder

    for module in ("fsspec", "pyarrow"):
        needed(module)
    results = ResultFolder(folder)
    files = results.claim_files()
    if not files:
        raise NothingFound(f"{folder} holds no results of outproduce scan; its files end in .counts.parquet")
    readings = (reading for path in files for reading in results.readings(path))
    if dry_run:
        claims = [len(reading[3]) for reading in readings]
        print(f"{sum(claims)} claims of {len(claims)} articles would be imported (--dry-run)")
        return
    found = 0

    def counted() -> Iterator[Any]:
        nonlocal found
        for reading in readings:
            found += len(reading[3])
            yield reading

    with open_ledger(context, create=True) as ledger:
        before = ledger.counts()["claims"]
        ledger.append_articles(watched(counted(), "importing", "articles"))
        added = ledger.counts()["claims"] - before
        print(f"{added} claims imported, {found - added} known already, from {len(files)} files -> {ledger.name}")
