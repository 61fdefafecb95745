"""How fast WARC files are scanned, beside fastwarc alone and trafilatura on every page, in one run.

`python -m benchmarks.scan_speed [--pages 3000] [--folder DIR]` makes files of everyday pages (warc_pages), scans them
and prints each figure with what it is to reach. Rates of one process are given by the clock and by processor time: on a
machine that does other work too only the latter say something. Exits 1 where a bar is missed by processor time.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.warc_pages import write_warc
from outproduce.articles.archives import ArchivedPage, read_archive
from outproduce.articles.decoding import decode
from outproduce.scan import scan_archive
from outproduce.scanning.results import Counts
from outproduce.scanning.workers import Job, scan_in_pool
from outproduce.screen import load_screen

TRAFILATURA_PAGES = 200
MONTH_PAGES = 400_000 * 30  # what Common Crawl's CC-NEWS adds in a month
CORES = 100
MODEL_PRICE = 3.2  # dollars for a language model that reads 1,000 pages, as published
_MEMORY = """
import resource, sys
from outproduce.scan import scan_archive
scan_archive(sys.argv[1], sys.argv[2])
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


def timed(work: Callable[[], int]) -> tuple[float, float]:
    """Do something that gives a number of pages; gives pages a second by the clock and by processor time."""
    clock, processor = time.perf_counter(), time.process_time()
    pages = work()
    return pages / (time.perf_counter() - clock), pages / (time.process_time() - processor)


def iterate(archive: Path) -> int:
    """Let fastwarc alone go over a file, with bodies."""
    from fastwarc.warc import ArchiveIterator, WarcRecordType

    pages = 0
    for record in ArchiveIterator(str(archive), record_types=WarcRecordType.response, fsspec_args=False):
        record.reader.read()
        pages += 1
    return pages


def extract_all(archive: Path) -> int:
    """Take the text out of every page with trafilatura, as the ordinary way does."""
    import trafilatura

    done = 0
    with archive.open("rb") as stream:
        for page in read_archive(stream, max_bytes=1 << 24):
            if isinstance(page, ArchivedPage):
                trafilatura.bare_extraction(trafilatura.load_html(decode(page.content)), include_comments=False)
                done += 1
            if done == TRAFILATURA_PAGES:
                break
    return done


def screen_all(archive: Path) -> int:
    """Put every page to the screen and nothing more."""
    screen, done = load_screen(), 0
    with archive.open("rb") as stream:
        for page in read_archive(stream, max_bytes=1 << 24):
            screen.passes(page.content if isinstance(page, ArchivedPage) else b"")
            done += 1
    return done


def pool_rate(archives: list[Path], out: Path, workers: int) -> float:
    """Scan in a pool; gives pages a second from the moment the first worker was at work."""
    began: list[float] = []

    def tell(_counts: Counts, _offset: int) -> None:
        began.append(time.perf_counter())

    job = Job(tuple(map(str, archives)), str(out))
    outcomes = list(scan_in_pool(job, workers, tell))
    pages = sum(outcome.pages for outcome in outcomes if isinstance(outcome, Counts))
    return pages / (time.perf_counter() - began[0])


def peak_memory(archive: Path, out: Path) -> int:
    """Scan a file in a process of its own; gives the most memory it held, in MB."""
    command = [sys.executable, "-c", _MEMORY, str(archive), str(out)]
    return int(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def measure(folder: Path, pages: int) -> list[tuple[str, str, bool | None]]:
    """Measure everything; gives what was measured, the figure, and whether it reaches its bar (None: there is none)."""
    archives = [folder / f"{number}.warc.gz" for number in range(4)]
    for number, archive in enumerate(archives):
        write_warc(archive, pages, seed=number)
    large = folder / "large.warc.gz"
    large.write_bytes(b"".join(archive.read_bytes() for archive in archives))
    load_screen()
    scan_archive(str(archives[1]), str(folder / "warm"))
    counts: list[Counts] = []

    def scan() -> int:
        counts.append(scan_archive(str(archives[0]), str(folder / "one")))
        return counts[-1].pages

    alone, screen, whole, texts = (
        timed(work)
        for work in (
            lambda: iterate(archives[0]), lambda: screen_all(archives[0]), scan, lambda: extract_all(archives[0]),
        )
    )  # fmt: skip
    one, two = (pool_rate(archives, folder / f"pool{workers}", workers) for workers in (1, 2))
    small_mb, large_mb = peak_memory(archives[0], folder / "small"), peak_memory(large, folder / "large")
    found = asdict(counts[0])
    size_kb = found["bytes"] / found["pages"] / 1000
    shares = {key: f"{found[key] / found['pages']:.2%}" for key in ("passed_screen", "passed_text", "with_claims")}

    def rates(pair: tuple[float, float]) -> str:
        return f"{pair[0]:,.0f} by the clock, {pair[1]:,.0f} by processor time"

    months = month(whole[1], counts[0], archives[0].stat().st_size)
    return [
        ("pages", f"{found['pages']:,} of {size_kb:.0f} KB on average; {shares}", None),
        ("fastwarc alone, pages/s", rates(alone), None),
        ("fastwarc and the screen, pages/s", rates(screen), None),
        ("trafilatura on every page, pages/s", rates(texts), None),
        ("scan, pages/s (1,500)", rates(whole), whole[1] >= 1500),
        ("scan to fastwarc alone (40 %)", f"{whole[1] / alone[1]:.0%}", whole[1] >= 0.4 * alone[1]),
        ("scan to trafilatura (15 times)", f"{whole[1] / texts[1]:.1f} times", whole[1] >= 15 * texts[1]),
        ("two workers to one (1.8 times)", f"{two:,.0f} to {one:,.0f}: {two / one:.2f} times", two >= 1.8 * one),
        ("memory of a worker (500 MB)", f"{small_mb} MB, {large_mb} MB for four times the file", large_mb < 500),
        *((what, figure, None) for what, figure in months),
    ]


def month(rate: float, counts: Counts, packed_bytes: int) -> list[tuple[str, str]]:
    """Say what a month of CC-NEWS takes at a rate of pages a second for a core, from the shares and bytes of a file."""
    hours = MONTH_PAGES / rate / 3600
    gigabytes = MONTH_PAGES * packed_bytes / counts.pages / 1e9
    line = gigabytes * 8 / (hours * 3600 / CORES)  # what the cores take in, in gigabits a second
    whole, screened, texts = (
        MONTH_PAGES * share / 1000 * MODEL_PRICE
        for share in (1.0, counts.passed_screen / counts.pages, counts.passed_text / counts.pages)
    )
    return [
        ("a month of CC-NEWS, pages", f"{MONTH_PAGES:,}, {gigabytes:,.0f} GB as packed as these files"),
        ("one core", f"{hours:.1f} hours"),
        (f"{CORES} cores", f"{hours * 60 / CORES:.1f} minutes, if {line:.1f} Gbit/s come in"),
        ("a model on every page", f"${whole:,.0f}"),
        ("a model on what passed the screen", f"${screened:,.0f}"),
        ("a model on what passed both sieves", f"${texts:,.0f}"),
    ]


def main() -> None:
    """Print what was measured."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=3000, help="pages in each of four files")
    parser.add_argument("--folder", type=Path, help="where to make the files; default: a temporary folder")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        folder = asked.folder or Path(made)
        load = os.getloadavg()[0]
        rows: list[tuple[str, str, Any]] = list(measure(folder, asked.pages))
    print(f"load of the machine before: {load:.1f} on {os.cpu_count()} cores")
    for what, figure, reached in rows:
        print(f"{what:40} {figure}{'' if reached is None else '  reached' if reached else '  MISSED'}")
    sys.exit(any(reached is False for _, _, reached in rows))


if __name__ == "__main__":
    main()
