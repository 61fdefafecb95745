"""Answers of web servers <-> WARC records: what was fetched is kept whole, with its headers, in a form others read too.

Nothing is fetched here. A body is kept unpacked, as Common Crawl does, with its Content-Encoding under another name.
"""

from __future__ import annotations

import io
import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from outproduce.errors import SourceError

_PACKING = ("content-encoding", "transfer-encoding", "content-length")
_ARCHIVE_COPY = re.compile(r"/web/\d{4,14}(?:[a-z]{2}_)?/(https?://?.+)\Z")


@dataclass(frozen=True, slots=True)
class Response:
    """What a server answered: `url` after redirects, `content` unpacked, `retrieved` as YYYY-MM-DDThh:mm:ssZ."""

    url: str
    status: int
    headers: tuple[tuple[str, str], ...]
    content: bytes
    retrieved: str

    def header(self, name: str) -> str | None:
        """Give the first header of that name (in small letters), None where there is none."""
        return next((value for key, value in self.headers if key.lower() == name), None)

    @property
    def media_type(self) -> str:
        """The Content-Type without its parameters, in small letters; empty where there is none."""
        return (self.header("content-type") or "").split(";")[0].strip().lower()

    @property
    def charset(self) -> str | None:
        """The encoding that the server names, which need not be true."""
        found = re.search(r"charset\s*=\s*[\"']?([\w.:-]+)", self.header("content-type") or "", re.I)
        return found.group(1) if found else None

    @property
    def original(self) -> str:
        """The address of the page itself, also where this is a copy of it from an archive."""
        copy = _ARCHIVE_COPY.search(self.url) if self.header("memento-datetime") else None
        return re.sub(r"\A(https?):/+", r"\1://", copy.group(1)) if copy else self.url

    @property
    def payload_hash(self) -> str:
        """SHA-256 of the content, in hexadecimal."""
        return sha256(self.content).hexdigest()


def write_records(responses: Sequence[Response]) -> bytes:
    """Write responses as WARC 1.1 records, one after the other."""
    return b"".join(map(_write_record, responses))


def _write_record(response: Response) -> bytes:
    lines = [f"HTTP/1.1 {response.status} "]
    for name, value in response.headers:
        kept = f"X-Archive-Orig-{name}" if name.lower() in _PACKING else name
        lines.append(f"{kept}: {' '.join(value.split())}")
    lines.append(f"Content-Length: {len(response.content)}")
    block = "\r\n".join(lines).encode("utf-8", "replace") + b"\r\n\r\n" + response.content
    key = uuid.uuid5(uuid.NAMESPACE_URL, f"{response.url} {response.retrieved} {response.payload_hash}")
    head = (
        "WARC/1.1\r\nWARC-Type: response\r\n"
        f"WARC-Record-ID: <urn:uuid:{key}>\r\n"
        f"WARC-Date: {response.retrieved}\r\n"
        f"WARC-Target-URI: {response.url}\r\n"
        "Content-Type: application/http; msgtype=response\r\n"
        f"Content-Length: {len(block)}\r\n\r\n"
    )
    return head.encode() + block + b"\r\n\r\n"


def read_records(content: bytes, origin: str) -> list[Response]:
    """Read the responses of WARC records again, in their order.

    Raises:
        SourceError: there is none, or a record is damaged.
    """
    from fastwarc.warc import ArchiveIterator, WarcRecordType  # imported here: other sources need not wait for it

    found = []
    try:
        for record in ArchiveIterator(io.BytesIO(content), record_types=WarcRecordType.response, parse_http=True):
            http, url, day = record.http_headers, record.headers.get("WARC-Target-URI"), record.headers.get("WARC-Date")
            body = record.reader.read()
            if http is None or not url or not day or len(body) != int(http.get("Content-Length") or -1):
                raise SourceError(f"{origin} is a damaged WARC record; fetch it again")
            found.append(Response(url, http.status_code or 0, tuple(http.items()), body, day))
    except (OSError, ValueError) as error:
        raise SourceError(f"{origin} is a damaged WARC record ({error!s:.80}); fetch it again") from error
    if not found:
        raise SourceError(f"{origin} holds no response of a server; fetch it again")
    return found
