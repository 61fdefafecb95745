"""Scanning finds what `read` finds, whatever is killed on the way, on a pool of processes and on a Ray cluster."""

from __future__ import annotations

import contextlib
import http.server
import json
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from benchmarks.warc_pages import write_warc
from outproduce.articles.archives import ArchivedPage, read_archive
from outproduce.errors import SourceError
from outproduce.ledger.store import Ledger
from outproduce.ledger.verification import Verification
from outproduce.reading import ReadReport, read_reports
from outproduce.scan import find_archives, passes_text, scan_archive
from outproduce.scanning.results import Counts, ResultFolder, result_names
from outproduce.scanning.workers import Failed, Job, scan_in_pool
from outproduce.screen import load_screen

COMMAND = [sys.executable, "-m", "outproduce.cli"]
FILES = 3
QUIET = os.environ | {"RAY_USAGE_STATS_ENABLED": "0", "RAY_DEDUP_LOGS": "0"}


@pytest.fixture(scope="module")
def archives(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Three archives, in which one page in a hundred bears claims."""
    folder = tmp_path_factory.mktemp("archives")
    paths = [folder / f"news-{number}.warc.gz" for number in range(FILES)]
    for number, path in enumerate(paths):
        write_warc(path, 260, seed=number)
    return [str(path) for path in paths]


@pytest.fixture(scope="module")
def undisturbed(archives: list[str], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("undisturbed")
    for archive in archives:
        scan_archive(archive, str(folder))
    return contents(folder)


def contents(folder: Path) -> dict[str, Any]:
    """Every result with its rows, without the time the scan took."""
    tables = {path.name: pq.read_table(path) for path in sorted(folder.iterdir())}
    return {name: [row | {"seconds": 0} for row in table.to_pylist()] for name, table in tables.items()}


def tell_nobody(_counts: Counts, _offset: int) -> None:
    """Take no notice of progress."""


def test_scan_finds_exactly_what_read_finds(archives: list[str], undisturbed: dict[str, Any]) -> None:
    name = result_names(archives[0])[0]
    found = [(row["article_id"], row["id"]) for row in undisturbed[name]]
    with open(archives[0], "rb") as stream:
        pages = [page for page in read_archive(stream, max_bytes=10**7) if isinstance(page, ArchivedPage)]
        reports = [report for report in read_reports([archives[0]]) if isinstance(report, ReadReport)]
    assert len(pages) == len(reports)
    read = [(report.article.id, claim.id) for report in reports for claim in report.claims]
    assert found == read
    assert found


def test_both_sieves_pass_every_page_with_a_claim_and_few_others(archives: list[str]) -> None:
    screen, counts = load_screen(), scan_archive(archives[0], str(Path(archives[0]).parent / "counts"))
    assert counts.with_claims <= counts.passed_text <= counts.passed_screen < 0.05 * counts.pages
    assert counts.pages == 260
    assert passes_text(screen, b"<html><body><main><p>The plant makes 9,000 shells a month.</p></main></body></html>")
    assert not passes_text(screen, b"<html><body><main><p>The plant is open.</p></main></body></html>")


def test_damaged_records_are_counted_with_their_offset(archives: list[str], tmp_path: Path) -> None:
    whole = Path(archives[0]).read_bytes()
    with open(archives[0], "rb") as stream:
        offsets = [page.offset for page in read_archive(stream, max_bytes=10**7)]
    spoilt = tmp_path / "spoilt.warc.gz"
    spoilt.write_bytes(whole[: offsets[5] + 3000] + b"\0" * 50 + whole[offsets[5] + 3050 :])
    counts = scan_archive(str(spoilt), str(tmp_path / "out"))
    assert counts.pages == 259
    assert [entry.split(":")[0] for entry in counts.damaged] == [str(offsets[5])]


def test_a_pool_gives_the_same_though_a_worker_is_killed(
    archives: list[str], undisturbed: dict[str, Any], tmp_path: Path
) -> None:
    killed: list[int] = []

    def kill_one(_counts: Counts, _offset: int) -> None:
        if not killed:
            killed.append(multiprocessing.active_children()[0].pid or 0)
            os.kill(killed[0], signal.SIGKILL)

    folder = ResultFolder(str(tmp_path))
    folder.prepare()
    outcomes = list(scan_in_pool(Job(tuple(archives), str(tmp_path)), 2, kill_one))
    folder.prepare()  # what the killed worker left half written
    assert killed
    assert [outcome for outcome in outcomes if isinstance(outcome, Failed)] == []
    assert contents(tmp_path) == undisturbed


def test_a_file_that_cannot_be_scanned_does_not_stop_the_others(archives: list[str], tmp_path: Path) -> None:
    job = Job((str(tmp_path / "none.warc.gz"), archives[0]), str(tmp_path))
    failed, done = sorted(scan_in_pool(job, 1, tell_nobody), key=lambda outcome: isinstance(outcome, Counts))
    assert isinstance(failed, Failed)
    assert "does not exist" in failed.message
    assert isinstance(done, Counts)


def test_a_killed_run_goes_on(archives: list[str], undisturbed: dict[str, Any], tmp_path: Path) -> None:
    command = [*COMMAND, "scan", *archives, "--out", str(tmp_path), "--workers", "1", "--jsonl"]
    run = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wait_for(lambda: list(tmp_path.glob("*.counts.parquet")))
    run.kill()
    run.wait()
    again = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "done already" in again.stderr
    assert 0 < len(again.stdout.splitlines()) < FILES
    assert contents(tmp_path) == undisturbed


def wait_for(happened: Any, limit_s: float = 300) -> None:
    """Wait until something is so."""
    end = time.monotonic() + limit_s
    while not happened():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


def test_import_brings_claims_with_their_records_once(archives: list[str], tmp_path: Path) -> None:
    out, path = tmp_path / "out", tmp_path / "l.db"
    counts = scan_archive(archives[0], str(out))
    command = [*COMMAND, "--ledger", str(path), "import", str(out)]
    first = subprocess.run(command, capture_output=True, text=True, check=True)
    second = subprocess.run(command, capture_output=True, text=True, check=True)
    assert f"{counts.claims} claims imported, 0 known already" in first.stdout
    assert f"0 claims imported, {counts.claims} known already" in second.stdout
    with Ledger.open(path) as ledger:
        claim = next(iter(ledger.claims()))
        document = ledger.document(claim.evidence.article_id if claim.evidence else "")
        assert document.given["archive"] == archives[0]
        assert document.content.startswith(b"WARC/1.1")
        assert list(Verification(ledger).findings()) == []
        assert sum(1 for report in read_reports([archives[0]], ledger) if isinstance(report, ReadReport)) == 260
        assert ledger.counts()["claims"] == counts.claims


def test_import_refuses_a_folder_without_results(tmp_path: Path) -> None:
    done = subprocess.run([*COMMAND, "import", str(tmp_path)], capture_output=True, text=True)
    assert (done.returncode, "holds no results of outproduce scan" in done.stderr) == (3, True)


def test_a_glob_names_files_and_nothing_is_an_error(archives: list[str]) -> None:
    folder = Path(archives[0]).parent
    assert find_archives([f"{folder}/*.warc.gz", archives[0]]) == archives
    with pytest.raises(SourceError, match="names no file"):
        find_archives([f"{folder}/*.lz4"])


@pytest.fixture
def served(archives: list[str]) -> Iterator[str]:
    """What holds the folder of the archives, on a web server of our own; read as S3 does, the folder is a bucket."""
    handler = partial(http.server.SimpleHTTPRequestHandler, directory=str(Path(archives[0]).parents[1]))
    handler.log_message = lambda *_: None  # type: ignore[attr-defined]
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.mark.parametrize("scheme", ["http", "s3"])
def test_an_address_gives_the_same_claims(scheme: str, served: str, archives: list[str], tmp_path: Path) -> None:
    place = "/".join(Path(archives[0]).parts[-2:])
    address = f"{served}/{place}" if scheme == "http" else f"s3://{place}"
    keys = {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_EC2_METADATA_DISABLED": "true"}
    done = subprocess.run(
        [*COMMAND, "scan", address, "--out", str(tmp_path), "--workers", "1", "--jsonl"],
        capture_output=True, text=True, check=True, env={**os.environ, **keys, "AWS_ENDPOINT_URL": served},
    )  # fmt: skip
    counts = json.loads(done.stdout)
    assert counts["archive"] == address
    assert counts["pages"] == 260
    assert counts["claims"] == scan_archive(archives[0], str(tmp_path / "local")).claims


@pytest.fixture
def cluster() -> Iterator[tuple[str, int]]:
    """A Ray cluster of our own on this machine, with two workers: its address and its process."""
    port = 26379 + os.getpid() % 10_000
    ray = [sys.executable, "-m", "ray.scripts.scripts"]
    head = ["--head", "--num-cpus=2", f"--port={port}", "--disable-usage-stats", "--include-dashboard=false"]
    host = ["--node-ip-address=127.0.0.1", "--object-store-memory=100000000", "--block"]
    command = [*ray, "start", *head, *host]
    with subprocess.Popen(command, env=QUIET, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        yield f"127.0.0.1:{port}", server.pid
        server.terminate()


def parent_of(process: int) -> int:
    """Give the process that began another, 0 where that has ended."""
    try:
        return int(Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[1])
    except OSError:
        return 0


def workers_of(cluster: int) -> list[int]:
    """Give the processes of that cluster that scan a file: they are begun by its raylet, which it began itself."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if (folder / "cmdline").read_bytes().startswith(b"ray::_scan"):
                found.append(int(folder.name))
    return [process for process in found if parent_of(parent_of(process)) == cluster]


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="finds its workers in /proc")
def test_a_cluster_gives_the_same_though_a_worker_is_killed(
    cluster: tuple[str, int], archives: list[str], undisturbed: dict[str, Any], tmp_path: Path
) -> None:
    address, process = cluster
    command = [*COMMAND, "scan", *archives, "--out", str(tmp_path), "--cluster", address, "--jsonl"]
    with subprocess.Popen(command, env=QUIET, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as run:
        try:
            wait_for(lambda: list(tmp_path.glob(".*.part")) and workers_of(process))
            os.kill(workers_of(process)[0], signal.SIGKILL)
            told, errors = run.communicate(timeout=300)
        finally:
            run.kill()
    assert run.returncode == 0, errors
    assert len(told.splitlines()) == FILES
    ResultFolder(str(tmp_path)).prepare()  # what the killed worker left half written
    assert contents(tmp_path) == undisturbed


def test_a_cluster_that_is_not_there_is_told(archives: list[str], tmp_path: Path) -> None:
    done = subprocess.run(
        [*COMMAND, "scan", archives[0], "--out", str(tmp_path), "--cluster", "nonsense"],
        env=QUIET, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 2
    assert "no Ray cluster at nonsense" in done.stderr
