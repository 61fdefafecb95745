"""One address -> one response, politely: rules and pace of the site, retries, redirects, limits on size and time."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Self

import httpcore
import httpx
import stamina

from outproduce import __version__
from outproduce.addresses import clean_address, site_of
from outproduce.articles.responses import Response
from outproduce.errors import FetchError
from outproduce.fetch.pace import Pace
from outproduce.fetch.robots import MAX_BYTES as ROBOTS_BYTES
from outproduce.fetch.robots import Robots
from outproduce.fetch.transport import GuardedNetwork, GuardedTransport, finished_within
from outproduce.fetch.unpacking import ENCODINGS, UnpackError, unpacked

_REDIRECTS = (301, 302, 303, 307, 308)
_BUSY = (429, 500, 502, 503, 504)
_NOT_TEXT = ("image/", "video/", "audio/", "font/")
_FAULTS = (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError)
_ACCEPTED = "text/html,application/xhtml+xml,application/xml;q=0.9,application/pdf;q=0.8,*/*;q=0.5"
_KEPT_HEADERS = 100
_HEADER_LENGTH = 4096


@dataclass(frozen=True, slots=True)
class Manners:
    """How to ask: who is told to be asking, at which pace, and what is too long, too large or too far."""

    contact: str | None = None
    pause_s: float = 1.0
    timeout_s: float = 20.0
    answer_s: float = 120.0
    max_bytes: int = 32 * 2**20
    attempts: int = 4
    backoff_s: float = 1.0
    longest_wait_s: float = 120.0
    max_redirects: int = 10
    allow_private: bool = False

    @property
    def user_agent(self) -> str:
        """The name under which servers know us, with where to complain."""
        return (
            f"outproduce/{__version__} (reads news for claims about production; {self.contact or 'no contact given'})"
        )


@dataclass(frozen=True, slots=True)
class Unchanged:
    """The server says that what was last fetched from `url` still holds."""

    url: str


@dataclass(frozen=True, slots=True)
class _Ask:
    """One request: an address, what is known of it, and how much may come."""

    url: str
    headers: Mapping[str, str]
    max_bytes: int
    picky: bool = True


class _Busy(Exception):
    """The server asks to come back later; `wait_s` None where it does not say when."""

    def __init__(self, status: int, wait_s: float | None) -> None:
        super().__init__(f"it answers {status}")
        self.wait_s = wait_s


@dataclass(slots=True)
class Fetcher:
    """Fetches addresses; threads may share it. Use it in a `with` block, which closes its connections.

    `stop` ends all waiting when it is set.
    """

    manners: Manners = field(default_factory=Manners)
    transport: httpx.BaseTransport | None = None
    stop: threading.Event = field(default_factory=threading.Event)
    pace: Pace = field(init=False)
    _client: httpx.Client = field(init=False)
    _robots: Robots = field(init=False)

    def __post_init__(self) -> None:
        logging.getLogger("stamina").setLevel(logging.ERROR)  # what matters of a retry is told with its end
        self.pace = Pace(self.manners.pause_s, self.stop)
        self._robots = Robots(self._get_rules)
        self._client = httpx.Client(
            transport=self.transport or GuardedTransport(GuardedNetwork(self.manners.allow_private)),
            headers={
                "User-Agent": self.manners.user_agent,
                "Accept": _ACCEPTED,
                "Accept-Encoding": ENCODINGS,
                "Accept-Language": "uk, ru;q=0.9, en;q=0.8, *;q=0.5",
            },
            timeout=self.manners.timeout_s,
            trust_env=False,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def fetch(self, address: str, *, etag: str | None = None, last_modified: str | None = None) -> Response | Unchanged:
        """Fetch one address; with what its last response said of its version, a server may answer that nothing changed.

        Raises:
            FetchError: it is forbidden, gone, too large, too slow, or leads nowhere; one line says which.
        """
        known = {"If-None-Match": etag, "If-Modified-Since": last_modified}
        asked = {name: value for name, value in known.items() if value and value.isascii() and value.isprintable()}
        return self._follow(clean_address(address), asked, self.manners.max_bytes, obey=True)

    def _get_rules(self, place: str) -> Response:
        found = self._follow(place, {}, ROBOTS_BYTES, obey=False)
        assert isinstance(found, Response)  # nothing was said that could be unchanged
        return found

    def _follow(self, url: str, headers: Mapping[str, str], max_bytes: int, *, obey: bool) -> Response | Unchanged:
        first = url
        for _ in range(self.manners.max_redirects + 1):
            if obey:
                self._obey_rules(url)
            found = self._try(_Ask(url, headers, max_bytes, picky=obey))
            if isinstance(found, Unchanged):
                return found
            if found.status not in _REDIRECTS:
                return _sound(found) if obey else found
            target = found.header("location")
            if not target:
                raise FetchError(f"{url} answers {found.status} without saying where to go; open it in a browser")
            url, headers = clean_address(target, url), {}
        raise FetchError(f"{first} redirects more than {self.manners.max_redirects} times; open it in a browser")

    def _obey_rules(self, url: str) -> None:
        rules = self._robots.rules(url)
        if rules.pause_s:
            self.pace.slow_down(site_of(url), rules.pause_s)
        if not rules.allow(url):
            raise FetchError(
                f"{url} is closed to programs by the site's robots.txt; save the page by hand and read that"
            )

    def _try(self, ask: _Ask) -> Response | Unchanged:
        """Ask, and again where the server is busy or the line breaks; each time after a longer pause."""
        manners = self.manners
        attempts = stamina.retry_context(
            on=self._comes_again, attempts=manners.attempts, timeout=None, wait_initial=manners.backoff_s,
            wait_max=5 * manners.backoff_s, wait_jitter=manners.backoff_s,
        )  # fmt: skip
        try:
            for attempt in attempts:
                with attempt:
                    return self._ask(ask)
        except (_Busy, *_FAULTS) as error:
            tries = "once" if manners.attempts == 1 else f"{manners.attempts} times"
            told = f"{error}" or type(error).__name__
            raise FetchError(
                f"{ask.url} cannot be had ({told:.100}; asked {tries}); try later", passing=True
            ) from error
        raise AssertionError("an attempt returns or raises")

    def _comes_again(self, error: Exception) -> bool:
        if self.stop.is_set():
            return False
        return isinstance(error, _FAULTS) or (
            isinstance(error, _Busy) and (error.wait_s or 0.0) <= self.manners.longest_wait_s
        )

    def _ask(self, ask: _Ask) -> Response | Unchanged:
        host = site_of(ask.url)
        with (
            self.pace.turn(host),
            finished_within(self.manners.answer_s, self.stop),
            self._client.stream("GET", ask.url, headers=dict(ask.headers)) as answer,
        ):
            if answer.status_code in _BUSY:
                wait_s = _retry_after(answer.headers.get("retry-after"))
                if wait_s is not None and wait_s <= self.manners.longest_wait_s:
                    self.pace.rest(host, wait_s)
                raise _Busy(answer.status_code, wait_s)
            return Unchanged(ask.url) if answer.status_code == 304 else self._read(answer, ask)

    def _read(self, answer: httpx.Response, ask: _Ask) -> Response:
        """Read the body, no further than it may be long."""
        url, kind = ask.url, answer.headers.get("content-type", "").lower()
        if ask.picky and answer.status_code == 200 and kind.startswith(_NOT_TEXT):
            raise FetchError(f"{url} is {kind[:40]}, not a report; give the address of the page itself")
        announced = answer.headers.get("content-length", "")
        if ask.picky and announced.isascii() and announced.isdigit() and int(announced[:20]) > ask.max_bytes:
            raise _too_large(url, ask.max_bytes)
        content = bytearray()
        with _named(url):
            for piece in unpacked(answer.iter_raw(), answer.headers.get("content-encoding", "")):
                content += piece
                if len(content) > ask.max_bytes and ask.picky:
                    raise _too_large(url, ask.max_bytes)
                if len(content) > ask.max_bytes:
                    break
        headers = [(name[:_HEADER_LENGTH], value[:_HEADER_LENGTH]) for name, value in answer.headers.multi_items()]
        retrieved = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return Response(
            url, answer.status_code, tuple(headers[:_KEPT_HEADERS]), bytes(content[: ask.max_bytes]), retrieved
        )


@contextmanager
def _named(url: str) -> Iterator[None]:
    try:
        yield
    except UnpackError as error:
        raise FetchError(f"{url} {error}; open it in a browser, save the page and read that") from error


def _too_large(url: str, limit: int) -> FetchError:
    return FetchError(f"{url} is larger than the {limit / 2**20:.4g} MiB a page may have; it was left where it is")


def _sound(response: Response) -> Response:
    """Give a response back if it is a page.

    Raises:
        FetchError: the server answered anything but 200 with something in it.
    """
    if response.status in (404, 410):
        raise FetchError(f"{response.url} does not exist any more ({response.status}); check it, or try --archived")
    if response.status in (401, 402, 403, 451):
        raise FetchError(f"{response.url} is not open to us ({response.status}); save the page by hand and read that")
    if response.status != 200:
        raise FetchError(f"{response.url} answers {response.status}; open it in a browser and check the address")
    if not response.content.strip():
        raise FetchError(f"{response.url} is empty; open it in a browser and check the address")
    return response


def _retry_after(value: str | None) -> float | None:
    """Read how many seconds a server asks to wait, given as a number or as the time when it will be ready."""
    if not value:
        return None
    if value.strip().isascii() and value.strip().isdigit():
        return float(value.strip()[:9])
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, TypeError, OverflowError):
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())
