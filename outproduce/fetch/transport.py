"""The way onto the network: names are looked up here, private addresses refused, and no answer may outlast its time.

What is checked is the very number that is then connected to, so that a name cannot mean one thing at the check and
another at the connection.
"""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import httpcore
import httpx

from outproduce.addresses import is_public
from outproduce.errors import FetchError

Resolve = Callable[[str, int], list[str]]
_DEADLINE: ContextVar[float | None] = ContextVar("deadline", default=None)
_STOP: ContextVar[threading.Event | None] = ContextVar("stop", default=None)
_LOOK_S = 0.5
_IDLE_S = 30.0


def look_up(host: str, port: int) -> list[str]:
    """Give the IP addresses of a name, in the order in which the system would try them.

    Raises:
        FetchError: there is no such name.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        told = getattr(error, "strerror", None) or error
        raise FetchError(f"the host {host!r} is not found ({told}); check the address", passing=True) from None
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


@contextmanager
def finished_within(seconds: float, stop: threading.Event) -> Iterator[None]:
    """Give all that this thread reads from the network within the block so much time, whatever trickles in.

    Waiting ends early where `stop` is set.
    """
    deadline, stopped = _DEADLINE.set(time.monotonic() + seconds), _STOP.set(stop)
    try:
        yield
    finally:
        _DEADLINE.reset(deadline)
        _STOP.reset(stopped)


def time_left() -> float | None:
    """Seconds until the deadline of the thread, at least 0; None where there is none."""
    deadline = _DEADLINE.get()
    return None if deadline is None else max(0.0, deadline - time.monotonic())


def _bounded(timeout: float | None, error: type[Exception]) -> float | None:
    left = time_left()
    if left is None:
        return timeout
    if left == 0:
        raise error("it takes longer than one answer may")
    return left if timeout is None else min(left, timeout)


class _TimedStream(httpcore.NetworkStream):
    """A connection on which a single byte now and then does not count as progress."""

    def __init__(self, inner: httpcore.NetworkStream) -> None:
        self._inner = inner

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Read what there is; the wait is cut into pieces, so that the program can be stopped meanwhile."""
        silent_until = time.monotonic() + (timeout if timeout is not None else _IDLE_S)
        while True:
            left = _bounded(max(0.001, silent_until - time.monotonic()), httpcore.ReadTimeout)
            try:
                return self._inner.read(max_bytes, min(left or _LOOK_S, _LOOK_S))
            except httpcore.ReadTimeout:
                stop = _STOP.get()
                if time.monotonic() >= silent_until or (stop is not None and stop.is_set()):
                    raise

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, _bounded(timeout, httpcore.WriteTimeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        bounded = _bounded(timeout, httpcore.ConnectTimeout)
        return _TimedStream(self._inner.start_tls(ssl_context, server_hostname, bounded))

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class GuardedNetwork(httpcore.NetworkBackend):
    """Connects to public addresses only, unless `allow_private`; a name with one private address is refused whole."""

    def __init__(self, allow_private: bool, resolve: Resolve = look_up) -> None:
        self._allow_private = allow_private
        self._resolve = resolve
        self._inner = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to the first address of a name that answers."""
        numbers = self._resolve(host, port)
        private = [number for number in numbers if not is_public(number)]
        if private and not self._allow_private:
            raise FetchError(
                f"{host!r} is {private[0]}, an address inside your own network, which is refused; give --allow-private "
                "if you mean it"
            )
        failure: Exception | None = None
        for number in numbers:
            try:
                bounded = _bounded(timeout, httpcore.ConnectTimeout)
                stream = self._inner.connect_tcp(number, port, bounded, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
            else:
                return _TimedStream(stream)
        raise failure or httpcore.ConnectError(f"{host} has no address")


class _Body(httpx.SyncByteStream):
    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    def __iter__(self) -> Iterator[bytes]:
        yield from self._answer.iter_stream()

    def close(self) -> None:
        self._answer.close()


class GuardedTransport(httpx.BaseTransport):
    """HTTP/1.1 and HTTP/2 over a guarded network; errors are those of httpcore."""

    def __init__(self, network: httpcore.NetworkBackend, ssl_context: ssl.SSLContext | None = None) -> None:
        self._pool = httpcore.ConnectionPool(
            ssl_context=ssl_context or httpx.create_ssl_context(trust_env=False),
            http2=True,
            max_connections=64,
            max_keepalive_connections=32,
            keepalive_expiry=_IDLE_S,
            network_backend=network,
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request and give the answer with its body still to come."""
        url = httpcore.URL(
            scheme=request.url.raw_scheme, host=request.url.raw_host, port=request.url.port, target=request.url.raw_path
        )
        asked = httpcore.Request(request.method, url, headers=request.headers.raw, extensions=request.extensions)
        answer = self._pool.handle_request(asked)
        return httpx.Response(
            answer.status, headers=answer.headers, stream=_Body(answer), extensions=dict(answer.extensions)
        )

    def close(self) -> None:
        """Close every connection."""
        self._pool.close()
