"""Kill, starve, corrupt and crowd a ledger, and count what it lost.

    python benchmarks/ledger_faults.py [RUNS] [ARTICLES]

Every run ends with the same questions: does the ledger open, does it hold whole articles only, is every article there
that was said to be stored, and does a second run bring it to the same content as one that nobody disturbed?
"""

from __future__ import annotations

import json
import multiprocessing
import os
import random
import resource
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from outproduce.errors import LedgerError
from outproduce.ledger import opening
from outproduce.ledger.search import ClaimFilter
from outproduce.ledger.store import Ledger
from outproduce.ledger.verification import Verification
from outproduce.packs import load_pack
from outproduce.reading import ReadReport, read_reports

FORK = multiprocessing.get_context("fork")
Counts = Counter[str]


def write_reports(path: Path, number: int, first: int = 0) -> Path:
    """Write made-up reports, each with a claim or two, as JSON lines."""
    items = ("artillery shells", "tanks", "attack drones", "cruise missiles")
    with path.open("w", encoding="utf-8") as stream:
        for at in range(first, first + number):
            text = f"Russia makes {at + 5} {items[at % 4]} a month, the ministry said. "
            text += f"Europe makes {at + 7} tanks a year."
            record = {
                "id": f"r{at}",
                "text": text,
                "published": f"2025-{at % 12 + 1:02d}-{at % 28 + 1:02d}",
                "lang": "en",
            }
            stream.write(json.dumps(record) + "\n")
    return path


def read_into(ledger: Path, *reports: Path, told: int | None = None) -> int:
    """Read reports into a ledger; each that is stored is told as a byte to the pipe `told`. Gives their number."""
    stored = 0
    with Ledger.open(ledger) as opened:
        for report in read_reports(list(reports), opened):
            stored += isinstance(report, ReadReport)
            if told is not None:
                os.write(told, b".")
    return stored


def content(ledger: Path) -> str:
    """Hash all a ledger says."""
    with Ledger.open(ledger, create=False) as opened:
        return opened.content_hash()


def whole_articles(ledger: Path, undisturbed: Path) -> tuple[int, int]:
    """Count the articles of a ledger, and those of them that are not as in the undisturbed one."""
    with Ledger.open(undisturbed, create=False) as full, Ledger.open(ledger) as opened:
        wanted, found = by_article(full), by_article(opened)
        wrong = sum(1 for key, claims in found.items() if wanted.get(key) != claims)
        wrong += sum(1 for key in found if opened.statements(key) != full.statements(key))
        wrong += sum(1 for finding in Verification(opened).findings() if finding)
        return opened.counts()["articles"], wrong


def by_article(ledger: Ledger) -> dict[str, set[str]]:
    """Give the ids of the claims of every article."""
    found: dict[str, set[str]] = {}
    for claim in ledger.claims(ClaimFilter()):
        if claim.evidence is not None:
            found.setdefault(claim.evidence.article_id, set()).add(claim.id)
    return found


def kill_runs(folder: Path, runs: int, articles: int, seed: int = 1) -> Counts:
    """Kill a reading process with signal 9 at a random moment, again and again."""
    chance = random.Random(seed)
    reports, full = write_reports(folder / "reports.jsonl", articles), folder / "full.db"
    load_pack()  # before the forks, so that a run is reading only
    started = time.perf_counter()
    read_into(full, reports)
    took, wanted = time.perf_counter() - started, content(full)
    counts: Counts = Counter(runs=0, survived=0, lost=0, torn=0, articles_at_the_kill=0)
    for run in range(runs):
        path = folder / f"kill{run}.db"
        told = _killed_after(chance.uniform(0, took), path, reports)
        held, wrong = whole_articles(path, full)
        read_into(path, reports)
        counts.update(runs=1, torn=wrong, lost=max(0, told - held), articles_at_the_kill=held)
        counts["survived"] += wrong == 0 and told <= held and content(path) == wanted
        _remove(path)
    return counts


def _killed_after(seconds: float, path: Path, reports: Path) -> int:
    """Start reading in a process, kill it, and give how many reports it had told to be stored."""
    ours, theirs = os.pipe()
    process = FORK.Process(target=read_into, args=(path, reports), kwargs={"told": theirs})
    process.start()
    os.close(theirs)
    process.join(seconds)
    if process.pid is not None and process.is_alive():
        os.kill(process.pid, signal.SIGKILL)
    process.join()
    told = 0
    while piece := os.read(ours, 65536):
        told += len(piece)
    os.close(ours)
    return told


def full_disk_runs(folder: Path, runs: int, articles: int, seed: int = 2) -> Counts:
    """Let every write beyond a random size of the files fail below SQLite, as a full disk does."""
    chance = random.Random(seed)
    reports, full = write_reports(folder / "reports.jsonl", articles), folder / "full.db"
    load_pack()
    read_into(full, reports)
    wanted, most = content(full), full.stat().st_size
    counts: Counts = Counter(runs=0, survived=0, lost=0, torn=0, told_clearly=0)
    for run in range(runs):
        path, said = folder / f"disk{run}.db", folder / f"disk{run}.txt"
        Ledger.open(path).close()  # an existing ledger, which must stay intact
        process = FORK.Process(target=_read_within, args=(path, reports, said, chance.randint(40_000, most)))
        process.start()
        process.join()
        held, wrong = whole_articles(path, full)
        message = said.read_text() if said.exists() else ""
        told = int(message.split()[0]) if message else 0
        read_into(path, reports)
        counts.update(runs=1, torn=wrong, lost=max(0, told - held), told_clearly=int("disk is full" in message))
        counts["survived"] += wrong == 0 and told <= held and content(path) == wanted
        _remove(path)
    return counts


def _read_within(path: Path, reports: Path, said: Path, size: int) -> None:
    """Read with a limit on the size of files; write down how many were stored and the message of the error."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
    stored = 0
    try:
        with Ledger.open(path) as opened:
            for _ in read_reports([reports], opened):
                stored += 1
    except LedgerError as error:
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        said.write_text(f"{stored} {error}")


def corrupt_page_runs(folder: Path, runs: int, articles: int, seed: int = 3) -> Counts:
    """Overwrite a piece of a page; it must be reported, or have changed nothing that is read or searched."""
    chance = random.Random(seed)
    full = folder / "full.db"
    read_into(full, write_reports(folder / "reports.jsonl", articles))
    wanted, sound = content(full), full.read_bytes()
    counts: Counts = Counter(runs=0, reported=0, harmless=0, silent=0)
    for run in range(runs):
        path = folder / f"page{run}.db"
        damaged = bytearray(sound)
        page, at = chance.randrange(len(sound) // 4096), chance.choice((0, 100, chance.randrange(4000)))
        size = chance.choice((1, 16, 96))
        damaged[page * 4096 + at : page * 4096 + at + size] = chance.randbytes(size)
        path.write_bytes(bytes(damaged[: len(sound)]))
        counts["runs"] += 1
        counts[_damage_seen(path, wanted)] += 1
        _remove(path)
    return counts


def _damage_seen(path: Path, wanted: str) -> str:
    try:
        with Ledger.open(path, create=False) as opened:
            if any(Verification(opened).findings()):
                return "reported"
            return "harmless" if opened.content_hash() == wanted else "silent"
    except LedgerError:
        return "reported"


def two_writer_runs(folder: Path, runs: int, articles: int) -> Counts:
    """Let two processes write at once, half of the reports being the same."""
    half = articles // 2
    one = write_reports(folder / "one.jsonl", articles)
    two = write_reports(folder / "two.jsonl", articles, first=half)
    read_into(folder / "both.db", one, two)
    wanted = content(folder / "both.db")
    counts: Counts = Counter(runs=0, survived=0)
    for run in range(runs):
        path = folder / f"two{run}.db"
        writers = [FORK.Process(target=read_into, args=(path, reports)) for reports in (one, two)]
        for writer in writers:
            writer.start()
        for writer in writers:
            writer.join()
        counts["runs"] += 1
        counts["survived"] += all(writer.exitcode == 0 for writer in writers) and content(path) == wanted
        _remove(path)
    return counts


def clock_runs(folder: Path, runs: int, articles: int, seed: int = 4) -> Counts:
    """Let the clock jump back and forth while reading; the content and the order of changes must not mind."""
    chance = random.Random(seed)
    reports = write_reports(folder / "reports.jsonl", articles)
    read_into(folder / "full.db", reports)
    wanted, real = content(folder / "full.db"), opening.utc_now
    counts: Counts = Counter(runs=0, survived=0)
    for run in range(runs):
        path = folder / f"clock{run}.db"
        opening.utc_now = lambda: f"{chance.randint(1970, 2099)}-01-01T00:00:00Z"
        try:
            read_into(path, reports)
        finally:
            opening.utc_now = real
        counts["runs"] += 1
        counts["survived"] += content(path) == wanted and _times_rise(path)
        _remove(path)
    return counts


def _times_rise(path: Path) -> bool:
    with Ledger.open(path) as opened, opened.reading() as connection:
        times = list(connection.exec_driver_sql("SELECT at FROM changes ORDER BY row").scalars())
    return times == sorted(times)


def _remove(path: Path) -> None:
    for name in path.parent.glob(f"{path.name}*"):
        name.unlink()


FAULTS: dict[str, Callable[[Path, int, int], Counts]] = {
    "kill -9 while reading": kill_runs,
    "disk full": full_disk_runs,
    "corrupt page": corrupt_page_runs,
    "two writers": two_writer_runs,
    "clock jumps": clock_runs,
}


def main(arguments: Sequence[str]) -> int:
    """Run every fault and print its counts; 1 where anything was lost, torn or silent."""
    runs, articles = (int(arguments[0]) if arguments else 50), (int(arguments[1]) if arguments[1:] else 500)
    bad = 0
    for name, fault in FAULTS.items():
        fewer = runs if fault in (kill_runs, corrupt_page_runs) else max(1, runs // 5)
        started = time.perf_counter()
        with tempfile.TemporaryDirectory() as folder:
            counts = fault(Path(folder), fewer, articles)
        told = ", ".join(f"{key.replace('_', ' ')} {number}" for key, number in counts.items())
        print(f"{name + ':':<23} {told} ({time.perf_counter() - started:.0f} s)", flush=True)
        bad += counts["lost"] + counts["torn"] + counts["silent"]
        bad += counts["runs"] - counts["survived"] if "survived" in counts else 0
    return 1 if bad else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
