"""Pages kept as bytes until the ledger, or what is worked out from it, changes: a page depends on nothing else."""

from __future__ import annotations

import gzip
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import blake2b

_SMALL = 600  # bytes below which compressing is not worth it


@dataclass(frozen=True, slots=True)
class Page:
    """The bytes of a page, plain and compressed, and a mark of what they say."""

    body: bytes
    packed: bytes
    mark: str

    @classmethod
    def of(cls, body: bytes) -> Page:
        """Compress and mark the bytes of a page."""
        packed = gzip.compress(body, 5, mtime=0) if len(body) >= _SMALL else body
        return cls(body, packed, f'"{blake2b(body, digest_size=12).hexdigest()}"')


class Shelf:
    """Pages by what was asked for; the least asked for go where they are more than `most` bytes together."""

    def __init__(self, most: int = 64 * 1024 * 1024) -> None:
        self._most, self._size = most, 0
        self._pages: OrderedDict[tuple[object, ...], Page] = OrderedDict()
        self._turns: dict[tuple[object, ...], threading.Lock] = {}
        self._lock = threading.Lock()

    def get(self, key: tuple[object, ...], make: Callable[[], bytes]) -> Page:
        """Give a page, made where it is not there; whoever else asks for it meanwhile waits for that one."""
        page = self._find(key)
        if page is not None:
            return page
        with self._lock:
            turn = self._turns.setdefault(key, threading.Lock())
        try:
            with turn:
                return self._find(key) or self._put(key, Page.of(make()))
        finally:
            with self._lock:
                self._turns.pop(key, None)

    def _find(self, key: tuple[object, ...]) -> Page | None:
        with self._lock:
            page = self._pages.get(key)
            if page is not None:
                self._pages.move_to_end(key)
            return page

    def _put(self, key: tuple[object, ...], page: Page) -> Page:
        with self._lock:
            before = self._pages.pop(key, None)
            self._pages[key] = page
            self._size += _weight(page) - (_weight(before) if before else 0)
            while self._size > self._most and len(self._pages) > 1:
                self._size -= _weight(self._pages.popitem(last=False)[1])
        return page


def _weight(page: Page) -> int:
    return len(page.body) + len(page.packed)
