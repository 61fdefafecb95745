"""Throw mutated bytes at the readers of what others made; anything but a SourceError is a fault and is kept.

    pip install atheris                                         (for this only; it is not among the dev tools)
    python tools/fuzz.py html /tmp/fuzz -max_total_time=600     html feed warc pdf json csv mail posts links

The second argument is a folder: what reaches new code is kept in it, and a fault in a file crash-... or slow-unit-...
beside it. The other arguments are libFuzzer's.
"""

from __future__ import annotations

import contextlib
import io
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import atheris

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

with atheris.instrument_imports(include=["outproduce", "trafilatura", "htmldate", "pypdf", "protego"]):
    from outproduce.articles.article import read_article
    from outproduce.articles.page_links import find_page_links
    from outproduce.articles.posts import is_telegram, read_post_table, read_telegram
    from outproduce.articles.responses import Response, write_records
    from outproduce.articles.sources import read_sources
    from outproduce.errors import OutproduceError
    from outproduce.feeds.parsing import find_feeds, parse_feed
    from outproduce.ledger.imports import read_claims_csv
    from outproduce.records import RawDocument

URL = "https://visnyk.example/novyny/1"


def html(data: bytes) -> None:
    read_article(RawDocument(URL, data, "html", {"charset": None, "base": URL}))


def feed(data: bytes) -> None:
    parse_feed(data, URL)
    find_feeds(data, URL)


def warc(data: bytes) -> None:
    read_article(RawDocument(URL, data, "response", {}))


def pdf(data: bytes) -> None:
    read_article(RawDocument(URL, data, "pdf", {}))


def json_lines(data: bytes) -> None:
    for found in read_sources(["-"], stdin=io.BytesIO(data)):
        if isinstance(found, RawDocument):
            read_article(found)


def csv(data: bytes) -> None:
    read_claims_csv(io.StringIO(data.decode("utf-8", "replace"), newline=""))


def links(data: bytes) -> None:
    find_page_links(Response(URL, 200, (("Content-Type", "text/html"),), data, "2025-06-10T08:00:00Z"))


def mail(data: bytes) -> None:
    read_article(RawDocument(URL, data, "mail", {}))


def posts(data: bytes) -> None:
    list(read_post_table(data.decode("utf-8", "replace"), URL))
    value = json.loads(data.decode("utf-8", "replace")) if data[:1] == b"{" else None
    if is_telegram(value):
        list(read_telegram(value))


TARGETS: dict[str, Callable[[bytes], None]] = {
    "html": html, "feed": feed, "warc": warc, "pdf": pdf, "json": json_lines, "csv": csv,
    "mail": mail, "posts": posts, "links": links,
}  # fmt: skip
FEEDS = (
    b"<?xml version='1.0'?><rss><channel><item><link>https://a.io/1</link><pubDate>Tue, 10 Jun 2025</pubDate></item>",
    b"<feed xmlns='urn:atom'><entry><link href='/1'/><published>2025-06-10</published></entry></feed>",
    b"<urlset><url><loc>https://a.io/1</loc><news:publication_date>2025-06-10</news:publication_date></url></urlset>",
    b'{"version": "https://jsonfeed.org/version/1.1", "items": [{"url": "/1", "date_published": "2025-06-10"}]}',
    b"https://a.example/1\n# b\n",
)
PDF = b"""%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 200]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>endobj
4 0 obj<</Length 60>>stream
BT /F1 12 Tf 10 100 Td (Russia makes 100 tanks a year.) Tj ET
endstream endobj
5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj
xref
0 1
0000000000 65535 f
trailer<</Size 6/Root 1 0 R>>
startxref
0
%%EOF"""


def seeds(name: str) -> Iterator[bytes]:
    """Small sound inputs to begin from."""
    pages = [path.read_bytes()[:8000] for path in sorted((ROOT / "tests" / "pages").glob("*.html"))]
    if name in ("html", "links"):
        yield from pages
    elif name == "feed":
        yield from FEEDS
    elif name == "warc":
        for page in pages[:3]:
            yield write_records([Response(URL, 200, (("Content-Type", "text/html"),), page, "2025-06-10T08:00:00Z")])
    elif name == "pdf":
        yield PDF
    elif name == "json":
        yield json.dumps(
            [{"id": 1, "text": "Russia makes 100 tanks.", "published": "2025-06-10", "lang": "en"}]
        ).encode()
        yield b'{"text": "a", "url": "https://a.example/1"}\n{"text": "b"}\n'
    elif name == "mail":
        head = "From: A <a@b.example>\r\nSubject: =?utf-8?q?=D0=97?=\r\nDate: Tue, 10 Jun 2025 23:50:00 +0300\r\n"
        body = 'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\n\r\nIt makes 4 tanks.\r\n--b--\r\n'
        yield (head + body).encode()
        yield (head + "Content-Type: text/html; charset=cp1251\r\n\r\n<p>It makes 4 tanks.</p>").encode()
    elif name == "posts":
        yield b"id,date,text\n1,2025-06-10,It makes 4 tanks.\n"
        message = {"id": 1, "date": "2025-06-10T00:00:00", "text": ["a", {"text": "b"}]}
        yield json.dumps({"name": "A", "id": 1, "messages": [message]}).encode()
        yield json.dumps({"chats": {"list": [{"type": "public_channel", "messages": [message]}]}}).encode()
    else:
        starter = (ROOT / "outproduce" / "data" / "starter_claims.csv").read_bytes().splitlines(keepends=True)
        yield b"".join(starter[:5])


def main() -> None:
    name, folder = sys.argv[1], Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(seeds(name)):
        (folder / f"seed-{number}").write_bytes(seed)
    target = TARGETS[name]

    def once(data: bytes) -> None:
        with contextlib.suppress(OutproduceError, json.JSONDecodeError):
            target(data)

    atheris.Setup([sys.argv[0], *sys.argv[3:], str(folder)], once)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
