"""What stands before every page: who may be asked for, how much may be sent and how long it may take, and headers."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from outproduce.web.rendering import POLICY

Scope = dict[str, Any]
HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}
_EMBED = "/embed/"


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of a request: bytes of its body and of its query, and seconds until its answer begins."""

    body: int = 64 * 1024
    query: int = 8 * 1024
    seconds: float = 30.0


class Guard:
    """An ASGI application around another: refuses strange hosts and what is too large or too slow; adds headers.

    `hosts` are the names the server may be called by; None allows any. Without such a list a page of another site could
    have its own name lead here and read what is meant for this machine alone.
    """

    def __init__(self, app: Any, hosts: Sequence[str] | None, limits: Limits) -> None:
        self._app, self._hosts, self._limits = app, hosts, limits

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        refused = self._refuse(scope)
        if refused is not None:
            await _answer(send, *refused)
            return
        watch = _Watch(scope["path"], self._limits.body, receive, send)
        try:
            await asyncio.wait_for(self._app(scope, watch.receive, watch.send), self._limits.seconds)
        except _TooLarge:
            if not watch.begun:
                await _answer(send, 413, f"more than {self._limits.body} bytes were sent; send less")
        except TimeoutError:
            if not watch.begun:
                await _answer(send, 503, "this takes too long; ask again in a few seconds")

    def _refuse(self, scope: Scope) -> tuple[int, str] | None:
        headers = {name: value for name, value in scope["headers"] if name in (b"host", b"content-length")}
        if self._hosts is not None and _name(headers.get(b"host", b"")) not in self._hosts:
            return 421, "this server does not go by that name; start it with --known-as NAME if it should"
        if len(scope["query_string"]) > self._limits.query:
            return 414, f"the address is longer than {self._limits.query} bytes; ask for less"
        length = headers.get(b"content-length", b"0")
        if not length.isdigit() or int(length) > self._limits.body:
            return 413, f"more than {self._limits.body} bytes were sent; send less"
        return None


class _TooLarge(Exception):
    """More was sent than may be."""


class _Watch:
    """Counts what comes in, and puts the headers on what goes out."""

    def __init__(self, path: str, most: int, receive: Any, send: Any) -> None:
        self._path, self._left, self._receive, self._send = path, most, receive, send
        self.begun = False

    async def receive(self) -> Any:
        message = await self._receive()
        self._left -= len(message.get("body", b""))
        if self._left < 0:
            raise _TooLarge
        return message

    async def send(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            self.begun = True
            given = {name for name, _ in message["headers"]}
            added = headers_for(self._path)
            message["headers"] = [
                *message["headers"],
                *((name.encode(), value.encode()) for name, value in added.items() if name.encode() not in given),
            ]
        await self._send(message)


def headers_for(path: str) -> dict[str, str]:
    """Give the headers of an answer; pages to embed may stand in a frame of any site, others in none."""
    ancestors = "*" if path.startswith(_EMBED) else "'none'"
    return HEADERS | {"content-security-policy": f"{POLICY}; frame-ancestors {ancestors}"}


def _name(host: bytes) -> str:
    """Name in a Host header, without the port."""
    text = host.decode("latin-1").strip().casefold()
    return text.split("]")[0] + "]" if text.startswith("[") else text.rsplit(":", 1)[0] if ":" in text else text


async def _answer(send: Any, status: int, message: str) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"connection", b"close")]
    headers += [(name.encode(), value.encode()) for name, value in headers_for("/").items()]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": f"{message}\n".encode()})
