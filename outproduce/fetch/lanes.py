"""Many hosts at once, one thing at a time to each host: results as they come, with a bounded number in memory."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from outproduce.errors import SourceError

T = TypeVar("T")
R = TypeVar("R")
_WAITING = 4
_LOOK_S = 0.2


def in_lanes(
    lanes: Mapping[str, Sequence[T]], do: Callable[[T], R], stop: threading.Event, *, width: int = 16
) -> Iterator[tuple[T, R | SourceError]]:
    """Do every thing of every lane, `width` lanes side by side, and yield each with what came of it.

    Within a lane the order is kept. A SourceError is a result; any other error ends all and is raised. Where `stop` is
    set, or the reader has had enough, what has not begun is left out and what is under way is not waited for.
    """
    results: queue.Queue[Any] = queue.Queue(_WAITING)
    enough = threading.Event()

    def put(result: Any) -> None:
        while not enough.is_set():
            try:
                results.put(result, timeout=_LOOK_S)
                break
            except queue.Full:
                continue

    def go_along(lane: Sequence[T]) -> None:
        for thing in lane:
            if stop.is_set() or enough.is_set():
                break
            try:
                put((thing, do(thing)))
            except SourceError as error:
                put((thing, error))
            except BaseException as error:  # carried to the thread that reads, and raised there
                put(error)
                break
        put(None)

    with ThreadPoolExecutor(width, thread_name_prefix="fetch") as pool:
        try:
            for lane in lanes.values():
                pool.submit(go_along, lane)
            under_way = len(lanes)
            while under_way and not stop.is_set():
                try:
                    result = results.get(timeout=_LOOK_S)
                except queue.Empty:
                    continue
                if isinstance(result, BaseException):
                    raise result
                under_way -= result is None
                if result is not None:
                    yield result
        finally:
            enough.set()
            pool.shutdown(wait=False, cancel_futures=True)
