"""A web server on loopback for tests: pages from a dict, faults by hand."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

Answer = Callable[[Any], None]
HTML = "text/html; charset=utf-8"


@dataclass
class Asked:
    """One request as the server saw it; `ended` is when it began to answer, or `began` where it never did."""

    path: str
    began: float
    ended: float
    headers: dict[str, str]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Any

    def do_GET(self) -> None:
        began = time.monotonic()
        asked = Asked(self.path, began, began, {k.lower(): v for k, v in self.headers.items()})
        self.server.site.asked.append(asked)
        self.asked = asked
        try:
            self.server.site.answer(self)
        except OSError:  # the other side has had enough
            self.close_connection = True

    def send(self, content: bytes | str, kind: str = HTML, status: int = 200, **headers: str) -> None:
        """Send a whole answer."""
        body = content.encode() if isinstance(content, str) else content
        self.asked.ended = time.monotonic()
        self.send_response(status)
        named = {"content-type": kind, "content-length": str(len(body))}
        for name, value in (named | {key.replace("_", "-"): value for key, value in headers.items()}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def send_pieces(self, pieces: Any, **headers: str) -> None:
        """Send pieces without saying how many, until the other side hangs up."""
        self.send_response(200)
        for name, value in ({"content-type": HTML, "connection": "close"} | headers).items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.close_connection = True
        for piece in pieces:
            self.wfile.write(piece)

    def log_message(self, *_: Any) -> None:
        pass


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    site: Site

    def handle_error(self, *_: Any) -> None:
        pass


@dataclass
class Site:
    """A site of `pages` (path -> text, bytes or what answers the request); use it in a `with` block."""

    pages: dict[str, str | bytes | Answer] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    host: str = "127.0.0.1"

    def __enter__(self) -> Self:
        self._server = _Server((self.host, 0), _Handler)
        self._server.site = self
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def url(self, path: str = "/") -> str:
        return f"http://{self.host}:{self._server.server_address[1]}{path}"

    def answer(self, handler: Any) -> None:
        page = self.pages.get(handler.path)
        if page is None:
            handler.send("nothing here", status=404)
        elif callable(page):
            page(handler)
        else:
            handler.send(page)

    def paths(self) -> list[str]:
        """What was asked for, without the rules for robots."""
        return [one.path for one in self.asked if one.path != "/robots.txt"]
