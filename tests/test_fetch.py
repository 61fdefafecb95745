"""Fetching: politeness, and what a misbehaving server can do to us (nothing but one clear line)."""

from __future__ import annotations

import gzip
import itertools
import socket
import ssl
import threading
import time
import tracemalloc
import zlib
from collections.abc import Iterator
from pathlib import Path

import brotli
import pytest
import zstandard
from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import RequestReceived

from outproduce.addresses import clean_address, is_public
from outproduce.articles.responses import Response
from outproduce.errors import FetchError
from outproduce.fetch import Fetcher, Manners, Unchanged
from outproduce.fetch.transport import GuardedNetwork, GuardedTransport
from tests.servers import Site

CERTIFICATE = Path(__file__).parent / "data" / "loopback.pem"  # of localhost, signed by itself, with its key
PAGE = "<!DOCTYPE html><html><body><p>Завод виробляє 400 дронів на місяць.</p></body></html>"
QUICK = Manners(pause_s=0, timeout_s=0.5, answer_s=1.0, max_bytes=2**20, attempts=2, backoff_s=0.01, allow_private=True)


@pytest.fixture
def site() -> Iterator[Site]:
    with Site({"/a": PAGE}) as site:
        yield site


def fetch(url: str, manners: Manners = QUICK, **known: str) -> Response:
    with Fetcher(manners) as fetcher:
        found = fetcher.fetch(url, **known)
    assert isinstance(found, Response)
    return found


def refusal(url: str, manners: Manners = QUICK) -> str:
    with Fetcher(manners) as fetcher, pytest.raises(FetchError) as caught:
        fetcher.fetch(url)
    message = str(caught.value)
    assert "\n" not in message
    assert len(message) < 500
    return message


def test_a_page_comes_with_its_address_and_time(site: Site):
    found = fetch(site.url("/a"))
    assert (found.url, found.status, found.content) == (site.url("/a"), 200, PAGE.encode())
    assert (found.media_type, found.charset) == ("text/html", "utf-8")
    assert found.retrieved.endswith("Z")


def test_the_user_agent_says_who_asks_and_whom_to_write_to(site: Site):
    fetch(site.url("/a"), Manners(contact="desk@example.org", allow_private=True))
    assert [one.headers["user-agent"] for one in site.asked] == [
        "outproduce/0.1.0 (reads news for claims about production; desk@example.org)"
    ] * 2


PACKERS = {
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "raw deflate": lambda data: zlib.compress(data)[2:-4],
    "br": brotli.compress,
    "zstd": zstandard.ZstdCompressor().compress,
    "gzip, br": lambda data: brotli.compress(gzip.compress(data)),
    "identity": lambda data: data,
}


@pytest.mark.parametrize("name", PACKERS)
def test_packed_pages_are_unpacked(site: Site, name: str):
    body = PAGE.encode() * 3000
    encoding = name.removeprefix("raw ")
    site.pages["/p"] = lambda to: to.send(PACKERS[name](body), content_encoding=encoding)
    assert fetch(site.url("/p")).content == body


def test_what_has_not_changed_is_not_sent_again(site: Site):
    def answer(to):
        fresh = (
            to.headers["if-none-match"] != '"1"' or to.headers["if-modified-since"] != "Mon, 02 Jun 2025 10:00:00 GMT"
        )
        to.send(PAGE) if fresh else to.send("", status=304)

    site.pages["/a"] = answer
    with Fetcher(QUICK) as fetcher:
        assert isinstance(fetcher.fetch(site.url("/a")), Response)
        again = fetcher.fetch(site.url("/a"), etag='"1"', last_modified="Mon, 02 Jun 2025 10:00:00 GMT")
    assert again == Unchanged(site.url("/a"))


# Politeness

RULES = (
    "User-agent: *\nDisallow: /private\nCrawl-delay: 0.2\n\nUser-agent: outproduce\nDisallow: /notus\nCrawl-delay: 0.1"
)


def test_robots_txt_is_obeyed_and_read_once(site: Site):
    site.pages |= {"/robots.txt": RULES, "/private": PAGE, "/notus": PAGE}
    with Fetcher(QUICK) as fetcher:
        fetcher.fetch(site.url("/a"))
        fetcher.fetch(site.url("/private"))  # closed to others only
        with pytest.raises(FetchError, match=r"/notus is closed to programs by the site's robots\.txt"):
            fetcher.fetch(site.url("/notus"))
    assert [one.path for one in site.asked] == ["/robots.txt", "/a", "/private"]
    assert site.asked[2].began - site.asked[1].ended > 0.09


def test_nothing_is_asked_where_the_rules_cannot_be_had(site: Site):
    site.pages["/robots.txt"] = lambda to: to.send("", status=503)
    assert "without its rules nothing is asked of a site" in refusal(site.url("/a"))
    assert site.paths() == []


def test_rules_for_robots_hold_after_a_redirect(site: Site):
    site.pages |= {"/robots.txt": "User-agent: *\nDisallow: /closed", "/closed": PAGE}
    site.pages["/open"] = lambda to: to.send("", status=302, location="/closed")
    assert "/closed is closed to programs" in refusal(site.url("/open"))
    assert site.paths() == ["/open"]


def test_one_request_at_a_time_to_a_host_with_a_pause_between(site: Site):
    site.pages |= {f"/{n}": PAGE for n in range(6)}
    with Fetcher(Manners(pause_s=0.05, allow_private=True)) as fetcher:
        threads = [threading.Thread(target=fetcher.fetch, args=[site.url(f"/{n}")]) for n in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    times = sorted((one.began, one.ended) for one in site.asked)
    gaps = [after[0] - before[1] for before, after in itertools.pairwise(times)]
    assert len(times) == 7
    assert min(gaps) > 0.04


def failing_first(*failures: object):
    rest = iter(failures)

    def answer(to) -> None:
        failure = next(rest, None)
        if failure is None:
            to.send(PAGE)
        elif failure == "reset":
            to.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            to.connection.close()
            to.close_connection = True
        elif failure == "silence":
            time.sleep(0.8)
            to.close_connection = True
        else:
            to.send("", status=failure)

    return answer


@pytest.mark.parametrize("failure", [429, 500, 502, 503, 504, "reset", "silence"])
def test_passing_faults_are_tried_again(site: Site, failure: object):
    site.pages["/a"] = failing_first(failure)
    assert fetch(site.url("/a")).content == PAGE.encode()
    assert site.paths().count("/a") == 2


@pytest.mark.parametrize("failure", [503, "reset", "silence"])
def test_lasting_faults_end_in_one_line(site: Site, failure: object):
    site.pages["/a"] = failing_first(*[failure] * 9)
    assert "/a cannot be had" in refusal(site.url("/a"))
    assert site.paths().count("/a") == 2


def test_retry_after_is_kept(site: Site):
    calls = iter([1])
    site.pages["/a"] = lambda to: to.send("", status=429, retry_after="1") if next(calls, 0) else to.send(PAGE)
    fetch(site.url("/a"))
    first, second = [one for one in site.asked if one.path == "/a"]
    assert second.began - first.ended > 0.9


def test_a_wait_that_is_too_long_is_given_up_at_once(site: Site):
    site.pages["/a"] = lambda to: to.send("", status=503, retry_after="86400")
    assert "it answers 503" in refusal(site.url("/a"))
    assert site.paths() == ["/a"]


def test_waiting_ends_when_the_program_is_stopped(site: Site):
    site.pages["/a"] = lambda to: to.send("", status=503, retry_after="60")
    with Fetcher(QUICK) as fetcher:
        threading.Timer(0.3, fetcher.stop.set).start()
        began = time.monotonic()
        with pytest.raises(FetchError):
            fetcher.fetch(site.url("/a"))
    assert time.monotonic() - began < 20


# Safety


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("ftp://example.org/a", "no http or https address"),
        ("file:///etc/passwd", "no http or https address"),
        ("javascript:alert(1)", "no http or https address"),
        ("https://user:secret@example.org/", "holds a user name"),
        ("https:///a", "names no host"),
        ("https://[::1", "is no address"),
        ("https://example.org:99999/", "is no address"),
        ("https://example.org/" + "a" * 5000, "longer than"),
        ("https://exa\x00mple.org/", "is no address"),
    ],
    ids=lambda value: value[:20],
)
def test_only_addresses_of_the_open_web_are_fetched(address: str, words: str):
    message = refusal(address)
    assert words in message
    assert "secret" not in message


SPELLINGS = {
    "HTTPS://Example.ORG:443/A?b=1#c": "https://example.org/A?b=1",
    "http://example.org": "http://example.org/",
    "https://example.org/a?utm_source=x&fbclid=1": "https://example.org/a",
    "https://example.org/новини": "https://example.org/%D0%BD%D0%BE%D0%B2%D0%B8%D0%BD%D0%B8",
    "https://приклад.укр/": "https://xn--80aikifvh.xn--j1amh/",
}


@pytest.mark.parametrize(("given", "clean"), SPELLINGS.items(), ids=SPELLINGS)
def test_one_address_has_one_spelling(given: str, clean: str):
    assert clean_address(given) == clean
    assert clean_address(clean) == clean


PRIVATE = [
    *("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1"),
    *("::1", "fe80::1", "fc00::1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "255.255.255.255"),
]


@pytest.mark.parametrize("number", PRIVATE)
def test_private_numbers_are_told(number: str):
    assert not is_public(number)


STRICT = Manners(pause_s=0, timeout_s=0.5, attempts=2, backoff_s=0.01)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]"])
def test_addresses_of_ones_own_network_are_refused(site: Site, host: str):
    port = site.url().rsplit(":", 1)[1]
    assert "inside your own network" in refusal(f"http://{host}:{port}a", STRICT)
    assert site.asked == []


def guarded(resolve) -> Fetcher:
    return Fetcher(STRICT, GuardedTransport(GuardedNetwork(allow_private=False, resolve=resolve)))


def test_a_name_that_means_a_private_address_is_refused_when_connecting(site: Site):
    numbers = {"good.example": ["93.184.216.34"], "mixed.example": ["93.184.216.34", "10.0.0.8"]}
    with guarded(lambda host, port: numbers[host]) as fetcher, pytest.raises(FetchError, match=r"is 10\.0\.0\.8"):
        fetcher.fetch("http://mixed.example/")


def test_the_number_is_checked_again_at_every_connection(site: Site):
    looked: list[str] = []

    def rebinding(host: str, port: int) -> list[str]:
        looked.append(host)
        return ["192.0.2.1"] if len(looked) == 1 else ["127.0.0.1"]

    with guarded(rebinding) as fetcher, pytest.raises(FetchError, match="inside your own network"):
        fetcher.fetch("http://rebind.example/")
    assert site.asked == []


def test_a_redirect_to_a_private_address_is_refused():
    with Site() as inner, Site() as outer:
        outer.pages["/go"] = lambda to: to.send("", status=302, location=inner.url("/secret"))
        opened = {"outer.example": "127.0.0.1"}

        class OnlyOuter(GuardedNetwork):
            """Lets the first server pass for a public one."""

            def connect_tcp(self, host, port, *more, **options):
                if host in opened:
                    return self._inner.connect_tcp(opened[host], port, *more, **options)
                return super().connect_tcp(host, port, *more, **options)

        port = outer.url().rsplit(":", 1)[1].rstrip("/")
        fetcher = Fetcher(STRICT, GuardedTransport(OnlyOuter(allow_private=False)))
        with fetcher, pytest.raises(FetchError, match="inside your own network"):
            fetcher.fetch(f"http://outer.example:{port}/go")
        assert outer.paths() == ["/go"]
        assert inner.asked == []


def forever(piece: bytes, pause_s: float = 0.0) -> Iterator[bytes]:
    while True:
        yield piece
        time.sleep(pause_s)


def drip_headers(to) -> None:
    to.close_connection = True
    to.wfile.write(b"HTTP/1.1 200 OK\r\n")
    for piece in forever(b"x", 0.05):
        to.wfile.write(piece)


BOMB_PACKERS = {
    "gzip": gzip.compress,
    "gzip, gzip": lambda data: gzip.compress(gzip.compress(data)),
    "br": lambda data: brotli.compress(data, quality=1),
    "zstd": zstandard.ZstdCompressor().compress,
}


@pytest.mark.parametrize("encoding", BOMB_PACKERS)
def test_bombs_are_met_before_they_fill_the_memory(encoding: str):
    bomb = BOMB_PACKERS[encoding](b"<p>" + b" " * 64 * 2**20)
    assert len(bomb) < 100_000
    with Site({"/x": lambda to: to.send(bomb, content_encoding=encoding)}) as site:
        tracemalloc.start()
        try:
            message = refusal(site.url("/x"))
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    assert "larger than the 1 MiB a page may have" in message
    assert peak < 16 * 2**20


BODIES = {
    "packed five times": (lambda to: to.send(PAGE, content_encoding=", ".join(["gzip"] * 5)), "packed 5 times over"),
    "unknown packing": (lambda to: to.send(PAGE, content_encoding="rot13"), "'rot13', which is not known"),
    "lying packing": (lambda to: to.send(PAGE, content_encoding="gzip"), "is damaged gzip data"),
    "cut packing": (
        lambda to: to.send(gzip.compress(PAGE.encode())[:30], content_encoding="gzip"),
        "is damaged gzip data",
    ),
    "endless stream": (lambda to: to.send_pieces(forever(b"x" * 65536)), "larger than the 1 MiB"),
    "ten gigabytes announced": (lambda to: to.send_pieces([b"x"], content_length=str(10**10)), "larger than the 1 MiB"),
    "slow drip": (lambda to: to.send_pieces(forever(b"x", 0.05)), "cannot be had"),
    "slow drip of headers": (drip_headers, "cannot be had"),
    "endless headers": (lambda to: to.wfile.write(b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 10**6), "cannot be had"),
    "no HTTP": (lambda to: to.wfile.write(b"SSH-2.0-OpenSSH_9.2\r\n" * 9) and to.connection.close(), "cannot be had"),
    "endless redirects": (lambda to: to.send("", status=301, location=f"{to.path}x"), "redirects more than 10 times"),
    "redirect to a file": (lambda to: to.send("", status=302, location="file:///etc/passwd"), "no http or https"),
    "redirect nowhere": (lambda to: to.send("", status=302), "without saying where"),
    "picture": (lambda to: to.send(b"\x89PNG", "image/png"), "is image/png, not a report"),
    "empty": (lambda to: to.send(""), "is empty"),
    "gone": (lambda to: to.send(PAGE, status=410), "does not exist any more (410)"),
    "forbidden": (lambda to: to.send(PAGE, status=403), "not open to us (403)"),
    "teapot": (lambda to: to.send(PAGE, status=418), "answers 418"),
}


@pytest.mark.parametrize("name", BODIES)
def test_misbehaving_servers_end_in_one_line(name: str):
    answer, words = BODIES[name]
    with Site() as site:
        site.answer = lambda to: to.send("") if to.path == "/robots.txt" else answer(to)
        assert words in refusal(site.url("/x"))


def serve_http2(listener: socket.socket, context: ssl.SSLContext, asked: list[str]) -> None:
    """Answer requests of one connection over HTTP/2."""
    plain, _ = listener.accept()
    with context.wrap_socket(plain, server_side=True) as line:
        connection = H2Connection(H2Configuration(client_side=False))
        connection.initiate_connection()
        line.sendall(connection.data_to_send())
        while data := line.recv(65536):
            for event in connection.receive_data(data):
                if isinstance(event, RequestReceived):
                    asked.append(dict(event.headers)[b":path"].decode())
                    connection.send_headers(event.stream_id, [(":status", "200"), ("content-type", "text/html")])
                    connection.send_data(event.stream_id, PAGE.encode(), end_stream=True)
            line.sendall(connection.data_to_send())


def test_http2_is_spoken_where_the_server_does_and_one_connection_serves_for_all():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    context.set_alpn_protocols(["h2"])
    asked: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = threading.Thread(target=serve_http2, args=(listener, context, asked), daemon=True)
        server.start()
        network = GuardedNetwork(allow_private=True)
        trusting = ssl.create_default_context(cafile=str(CERTIFICATE))
        url = f"https://localhost:{listener.getsockname()[1]}"
        with Fetcher(QUICK, GuardedTransport(network, trusting)) as fetcher:
            found = [fetcher.fetch(f"{url}/{number}") for number in range(3)]
        server.join(5)
    assert [one.content for one in found if isinstance(one, Response)] == [PAGE.encode()] * 3
    assert asked == ["/robots.txt", "/0", "/1", "/2"]


def test_a_certificate_nobody_signed_is_refused():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    with Site() as site:
        site._server.socket = context.wrap_socket(site._server.socket, server_side=True)
        assert "cannot be had ([SSL: CERTIFICATE_VERIFY_FAILED]" in refusal(site.url("/a").replace("http:", "https:"))
    assert site.asked == []
