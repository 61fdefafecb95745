"""Signs of life on standard error while something takes long: a bar on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Self, TypeVar

T = TypeVar("T")
EVERY_S = 10.0


def watched(things: Iterable[T], label: str, unit: str) -> Iterator[T]:
    """Yield the things and tell how many there were so far; nothing is written of what is over within a second."""
    if not sys.stderr.isatty():
        yield from _with_lines(things, label, unit)
        return
    from rich.console import Console  # imported here: --help need not wait for it
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn(label), BarColumn(), TextColumn("{task.completed} " + unit), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(label, total=None)
        for thing in things:
            yield thing
            progress.advance(task)


def _with_lines(things: Iterable[T], label: str, unit: str) -> Iterator[T]:
    told = time.monotonic()
    for number, thing in enumerate(things, 1):
        yield thing
        if time.monotonic() - told >= EVERY_S:
            told = time.monotonic()
            print(f"{label}: {number} {unit} so far", file=sys.stderr, flush=True)


@contextmanager
def waiting(label: str) -> Iterator[None]:
    """Say that one long step is under way until the block ends."""
    if sys.stderr.isatty():
        from rich.console import Console  # imported here: --help need not wait for it

        with Console(stderr=True).status(label):
            yield
        return
    over = threading.Event()

    def tell() -> None:
        began = time.monotonic()
        while not over.wait(EVERY_S):
            print(f"{label}: {time.monotonic() - began:.0f} s so far", file=sys.stderr, flush=True)

    teller = threading.Thread(target=tell, daemon=True)
    teller.start()
    try:
        yield
    finally:
        over.set()
        teller.join()


class Meter:
    """How far a long run is, as one line: a bar on a terminal, a line now and then elsewhere; use it in a `with` block.

    `total` is in any unit of work (bytes); `show` gets how much of it is done and words on what was found.
    """

    def __init__(self, label: str, total: float) -> None:
        self._label, self._total = label, max(total, 1.0)
        self._began = self._told = time.monotonic()
        self._bar: Any = None

    def show(self, done: float, words: str) -> None:
        """Say how much is done and what was found so far."""
        if self._bar is not None:
            self._bar.update(self._bar.task_ids[0], completed=done, words=words)
        elif time.monotonic() - self._told >= EVERY_S:
            self._told = time.monotonic()
            share = min(done / self._total, 1.0)
            left = f", {(self._told - self._began) * (1 / share - 1):.0f} s left" if share else ""
            print(f"{self._label}: {share:.0%}, {words}{left}", file=sys.stderr, flush=True)

    def __enter__(self) -> Self:
        if sys.stderr.isatty():
            from rich.console import Console  # imported here: --help need not wait for it
            from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

            columns = (
                TextColumn(self._label), BarColumn(20), TaskProgressColumn(), TextColumn("{task.fields[words]}"),
                TimeRemainingColumn(),
            )  # fmt: skip
            self._bar = Progress(*columns, console=Console(stderr=True), transient=True)
            self._bar.add_task(self._label, total=self._total, words="")
            self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()
