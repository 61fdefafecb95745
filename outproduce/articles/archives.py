"""WARC files -> the pages in them, one at a time, with where each stands; damaged records are told and passed over.

A page is the answer of a server with status 200 that is HTML, text or PDF; requests and the rest are passed
over. Files may be plain or have each record compressed by gzip, as is usual, so that reading can go on behind damage.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any

from outproduce.articles.responses import Response, write_records
from outproduce.records import RawDocument

MEDIA = ("text/html", "application/xhtml+xml", "text/plain", "application/pdf")
_GZIP, _PLAIN = b"\x1f\x8b\x08", b"WARC/1."
_GZIP_HEAD = 10  # bytes: sign, flags, time, system
_PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class ArchivedPage:
    """One page of a WARC file: `offset` is where its record begins, `content` its body unpacked."""

    offset: int
    content: bytes
    record: Any  # a fastwarc record, sound until the next page is asked for

    @property
    def record_id(self) -> str:
        """The WARC-Record-ID, empty where there is none."""
        return str(self.record.headers.get("WARC-Record-ID") or "")

    def document(self, archive: str) -> RawDocument:
        """Give the page as a document that is kept as its WARC record; `archive` names the file."""
        record = self.record
        response = Response(
            url=record.headers.get("WARC-Target-URI") or "",
            status=200,
            headers=tuple(record.http_headers.items()),
            content=self.content,
            retrieved=record.headers.get("WARC-Date") or "",
        )
        given = {"archive": archive, "offset": self.offset, "record": self.record_id}
        return RawDocument(f"{archive}@{self.offset}", write_records([response]), "response", given)


@dataclass(frozen=True, slots=True)
class Damage:
    """A record that could not be read: where it begins in the file, and why."""

    offset: int
    reason: str


def read_archive(stream: IO[bytes], *, max_bytes: int) -> Iterator[ArchivedPage | Damage]:
    """Read the pages of an open WARC file in order; memory holds one at a time.

    Behind a damaged record reading goes on at the next one, if the stream can seek. A page larger than `max_bytes` and
    one cut off at the end of the file are damage too.
    """
    start = 0
    while True:
        last = None
        try:
            for found in _read_from(stream, start, max_bytes):
                last = found.offset
                yield found
        except (OSError, ValueError) as error:  # what fastwarc raises for anything it cannot unpack or parse
            broken = start if last is None else _end_of_record(stream, last)
            yield Damage(broken, f"{error!s:.200}")
            after = _next_record(stream, broken + 1)
            if after is None:
                return
            start = after
            continue
        return


def _read_from(stream: IO[bytes], start: int, max_bytes: int) -> Iterator[ArchivedPage | Damage]:
    from fastwarc.warc import ArchiveIterator, WarcRecordType  # imported here: other sources need not wait for it

    if start:
        stream.seek(start)
    kinds = WarcRecordType.response | WarcRecordType.resource
    for record in ArchiveIterator(stream, record_types=kinds, parse_http=True, auto_decode="all"):
        http = record.http_headers
        if http is None or http.status_code != 200 or record.http_content_type not in MEDIA:
            continue
        told = record.content_length
        content = record.reader.read(max_bytes + 1)
        if len(content) > max_bytes:
            yield Damage(record.stream_pos, f"larger than {max_bytes} bytes, which is no page; left out")
        elif len(content) < told and not _is_packed(http):
            yield Damage(record.stream_pos, f"cut off after {len(content)} of {told} bytes")
        else:
            yield ArchivedPage(record.stream_pos, content, record)


def _is_packed(http: Any) -> bool:
    """Whether the body was unpacked on reading, so that its length is another than the record's."""
    return bool(http.get("Content-Encoding") or http.get("Transfer-Encoding"))


def _end_of_record(stream: IO[bytes], start: int) -> int:
    """Find where the record that begins at `start`, which was read well, ends: the next begins there."""
    stream.seek(start)
    unpacker = zlib.decompressobj(wbits=31)
    piece = stream.read(_PIECE)
    if not piece.startswith(_GZIP):
        following = _next_record(stream, start + 1)
        return start if following is None else following
    while piece:
        unpacker.decompress(piece)
        if unpacker.eof:
            return stream.tell() - len(unpacker.unused_data)
        piece = stream.read(_PIECE)
    return stream.tell()


def _next_record(stream: IO[bytes], start: int) -> int | None:
    """Find the first place from `start` on where a record begins, None where there is none."""
    stream.seek(0)
    head = stream.read(_GZIP_HEAD)  # of the records of one file all are alike
    sign = _PLAIN if head.startswith(_PLAIN) else _GZIP
    stream.seek(start)
    place, kept = start, b""
    while piece := stream.read(_PIECE):
        window = kept + piece
        found = window.find(sign)
        while found >= 0:
            if sign == _PLAIN or _begins_record(stream, place - len(kept) + found, head):
                return place - len(kept) + found
            found = window.find(sign, found + 1)
        place += len(piece)
        stream.seek(place)
        kept = window[-len(sign) + 1 :]
    return None


def _begins_record(stream: IO[bytes], place: int, head: bytes) -> bool:
    """Tell a record, damaged or not, from bytes that look like the sign of one by chance."""
    stream.seek(place)
    packed = stream.read(1024)
    if packed.startswith(head):
        return True
    try:
        return zlib.decompressobj(wbits=31).decompress(packed, 64).startswith(_PLAIN)
    except zlib.error:
        return False
