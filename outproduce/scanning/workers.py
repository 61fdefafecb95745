"""Many WARC files at once: a pool of processes on one machine, or tasks on a Ray cluster; the same function a file.

A file whose worker is killed is done again; one that cannot be read is told and the others go on.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import queue
import signal
import threading
from collections.abc import Generator, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from outproduce.errors import OutproduceError, UsageError
from outproduce.scan import Tell, scan_archive
from outproduce.scanning.results import Counts

TRIES = 3
_LOOK_S = 0.5


@dataclass(frozen=True, slots=True)
class Failed:
    """A file that could not be scanned, and why."""

    archive: str
    message: str


@dataclass(frozen=True, slots=True)
class Job:
    """What to scan into which folder with which pack's words."""

    archives: tuple[str, ...]
    out: str
    pack: str = "weapons"


Outcome = Counts | Failed


def scan_in_pool(job: Job, workers: int, tell: Tell) -> Iterator[Outcome]:
    """Scan on this machine, `workers` files at once; yields the outcome of each file as it ends.

    A killed worker breaks its pool: what had not begun goes on in a new one, and what was under way is done again
    alone, so that a file that kills its worker takes no other down; each file at most `TRIES` times.
    """
    left, killed = list(job.archives), []
    while left:
        under_way = yield from _scan_until_broken(job, left, workers, tell)
        killed += under_way
        left = [archive for archive in left if archive not in under_way]
    for archive in killed:
        for _ in range(1, TRIES):
            if not (yield from _scan_until_broken(job, [archive], 1, tell)):
                break
        else:
            yield _given_up(archive)


def _given_up(archive: str) -> Failed:
    advice = "look into the system's log for the reason, memory most likely"
    return Failed(archive, f"{archive} could not be scanned: its worker was killed {TRIES} times; {advice}")


def _scan_until_broken(job: Job, left: list[str], workers: int, tell: Tell) -> Generator[Outcome, None, list[str]]:
    """Scan files in one pool and take those that end off `left`; gives what was under way when the pool broke."""
    context = _context()
    reports: Any = context.Queue()
    under_way: set[str] = set()
    with ProcessPoolExecutor(min(workers, len(left)), context, _prepare_worker, (reports,)) as pool:
        try:
            running = {pool.submit(_scan_in_worker, archive, job.out, job.pack): archive for archive in left}
            for archive, outcome in _outcomes(running, reports, under_way, tell):
                left.remove(archive)
                under_way.discard(archive)
                yield outcome
        except BrokenProcessPool:
            return [archive for archive in left if archive in under_way] or list(left)
        except (KeyboardInterrupt, GeneratorExit):
            for process in multiprocessing.active_children():
                process.terminate()
            raise
    return []


def _outcomes(
    running: dict[Future[Outcome], str], reports: Any, under_way: set[str], tell: Tell
) -> Iterator[tuple[str, Outcome]]:
    """Give each file with its outcome as it ends, the sound ones first where the pool breaks.

    Raises:
        BrokenProcessPool: a worker was killed.
    """
    left = set(running)
    while left:
        done, left = wait(left, _LOOK_S, FIRST_COMPLETED)
        with suppress(queue.Empty):
            while True:
                counts, offset = reports.get_nowait()
                under_way.add(counts.archive)
                tell(counts, offset)
        for future in sorted(done, key=lambda future: future.exception() is not None):
            yield running[future], future.result()


def _context() -> Any:
    """Workers forked from a process that has loaded all; where that cannot be, each loads by itself."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["outproduce.scanning.ready"])
    return context


_reports: Any = None


def _prepare_worker(reports: Any) -> None:
    """Make a worker that tells of its progress, leaves Ctrl-C to the program and ends when that is killed."""
    global _reports
    _reports = reports
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    program = multiprocessing.parent_process()

    def end_with_program() -> None:
        if program is not None:
            program.join()
            os._exit(1)

    threading.Thread(target=end_with_program, daemon=True).start()


def _scan_in_worker(archive: str, out: str, pack: str) -> Outcome:
    def tell(counts: Counts, offset: int) -> None:
        _reports.put((counts, offset))

    tell(Counts(archive), 0)
    return _scan(archive, out, pack, tell)


def _scan(archive: str, out: str, pack: str, tell: Tell | None = None) -> Outcome:
    try:
        return scan_archive(archive, out, pack, tell)
    except OutproduceError as error:
        return Failed(archive, str(error))


def scan_on_cluster(job: Job, address: str, workers: int | None) -> Iterator[Outcome]:
    """Scan as tasks of the Ray cluster at an address, at most `workers` at once; yields outcomes as files end.

    Every node must have outproduce[scan] installed and be able to open the files and the folder. A task whose worker or
    node dies is done again by Ray, at most `TRIES` times.

    Raises:
        UsageError: Ray is not installed, or there is no cluster at the address.
    """
    ray = _connected(address)
    task = ray.remote(max_retries=TRIES - 1)(_scan)
    waiting = list(reversed(job.archives))
    running: dict[Any, str] = {}
    while waiting or running:
        while waiting and (workers is None or len(running) < workers):
            archive = waiting.pop()
            running[task.remote(archive, job.out, job.pack)] = archive
        done, _ = ray.wait(list(running))
        for reference in done:
            yield _result(ray, reference, running.pop(reference))
    ray.shutdown()


def _connected(address: str) -> Any:
    try:
        import ray
    except ImportError:
        raise UsageError("--cluster needs Ray; install it with: pip install 'outproduce[cluster]'") from None
    try:
        ray.init(address=address, log_to_driver=False, logging_level=logging.ERROR)
    except (ConnectionError, RuntimeError, ValueError) as error:
        what = f"there is no Ray cluster at {address} ({error!s:.120})"
        raise UsageError(f"{what}; start one, or leave --cluster out") from None
    return ray


def _result(ray: Any, reference: Any, archive: str) -> Outcome:
    try:
        outcome: Outcome = ray.get(reference)
    except ray.exceptions.RayError as error:
        return Failed(archive, f"{archive} could not be scanned: {error!s:.200}")
    return outcome
