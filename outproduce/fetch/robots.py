"""What a site's robots.txt lets us ask (RFC 9309), read once a day."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urljoin

from protego import Protego

from outproduce.articles.responses import Response
from outproduce.errors import FetchError

AGENT = "outproduce"
MAX_BYTES = 500 * 1024  # RFC 9309 asks for at least so much
_DAY_S = 86400.0
_LONGEST_PAUSE_S = 60.0


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of one site for us; `pause_s` is what it asks to be left between requests."""

    parsed: Protego
    pause_s: float

    def allow(self, url: str) -> bool:
        """Whether an address of the site may be asked for."""
        return bool(self.parsed.can_fetch(url, AGENT))


class Robots:
    """The robots.txt of every site that was asked; `get` fetches one, without rules of its own."""

    def __init__(self, get: Callable[[str], Response]) -> None:
        self._get = get
        self._guard = threading.Lock()
        self._readers: dict[str, threading.Lock] = defaultdict(threading.Lock)
        self._known: dict[str, tuple[float, Rules]] = {}

    def rules(self, url: str) -> Rules:
        """Give the rules for the site of an address.

        Raises:
            FetchError: its robots.txt cannot be had, so that nothing may be asked for now.
        """
        place = urljoin(url, "/robots.txt")
        with self._guard:
            reader = self._readers[place]
        with reader:
            until, rules = self._known.get(place, (0.0, None))
            if rules is None or until < time.monotonic():
                rules = self._read(place)
                self._known[place] = (time.monotonic() + _DAY_S, rules)
        return rules

    def _read(self, place: str) -> Rules:
        try:
            response = self._get(place)
        except FetchError as error:
            if not error.passing:
                raise
            raise FetchError(f"{error} (without its rules nothing is asked of a site)", passing=True) from error
        text = response.content.decode("utf-8", "replace") if response.status == 200 else ""
        parsed = Protego.parse(text)
        delay = parsed.crawl_delay(AGENT) or 0.0
        rate = parsed.request_rate(AGENT)
        if rate is not None and rate.requests:
            delay = max(delay, rate.seconds / rate.requests)
        return Rules(parsed, min(max(delay, 0.0), _LONGEST_PAUSE_S))
