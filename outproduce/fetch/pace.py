"""The pace at which hosts are asked: one request at a time to each, and a pause between two."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager

from outproduce.errors import FetchError


class Stopped(FetchError):
    """Fetching was given up because the program ends."""


class Pace:
    """Keeps `pause_s` seconds between the end of a request to a host and the start of the next; threads share it."""

    def __init__(self, pause_s: float, stop: threading.Event) -> None:
        self._pause_s = pause_s
        self._stop = stop
        self._guard = threading.Lock()
        self._hosts: dict[str, threading.Lock] = defaultdict(threading.Lock)
        self._free_at: dict[str, float] = {}
        self._slower: dict[str, float] = {}

    @contextmanager
    def turn(self, host: str) -> Iterator[None]:
        """Wait until the host may be asked again, and hold it meanwhile.

        Raises:
            Stopped: the program ends.
        """
        with self._guard:
            lock = self._hosts[host]
        with lock:
            self._wait_for(host)
            try:
                yield
            finally:
                pause = max(self._pause_s, self._slower.get(host, 0.0))
                self._free_at[host] = max(self._free_at.get(host, 0.0), time.monotonic() + pause)

    def slow_down(self, host: str, pause_s: float) -> None:
        """Keep a longer pause with a host, which its robots.txt asks for."""
        self._slower[host] = pause_s

    def rest(self, host: str, seconds: float) -> None:
        """Leave a host alone for so long, as it asked."""
        self._free_at[host] = max(self._free_at.get(host, 0.0), time.monotonic() + seconds)

    def _wait_for(self, host: str) -> None:
        while (left := self._free_at.get(host, 0.0) - time.monotonic()) > 0:
            if self._stop.wait(left):
                break
        if self._stop.is_set():
            raise Stopped(f"{host} was not asked any more, because the program was stopped")
