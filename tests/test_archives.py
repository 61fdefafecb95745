"""WARC files are read page by page; damaged records are told with their offset and cost only themselves."""

from __future__ import annotations

import gzip
import io
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from fastwarc.stream_io import GzipWriter

from benchmarks.warc_pages import write_record
from outproduce.articles.archives import ArchivedPage, Damage, read_archive
from outproduce.articles.article import read_article
from outproduce.articles.sources import SourceProblem, read_sources
from outproduce.records import RawDocument

PAGES = 8


def page(number: int) -> bytes:
    words = f"<p>Plant {number} makes {number},000 shells a month, its director said on Tuesday in the town.</p>"
    return (
        f"<html><head><title>Plant {number}</title></head><body><article>{words * 4}</article></body></html>".encode()
    )


@cache
def archive() -> bytes:
    stream = io.BytesIO()
    with GzipWriter(stream) as writer:
        for number in range(PAGES):
            write_record(writer, f"https://a.example/{number}", page(number), record_id=f"<urn:uuid:{number}>")
        write_record(writer, "https://a.example/x.png", b"\x89PNG", record_id="<urn:uuid:x>", media="image/png")
    return stream.getvalue()


def read(content: bytes, max_bytes: int = 10**6) -> list[ArchivedPage | Damage]:
    return list(read_archive(io.BytesIO(content), max_bytes=max_bytes))


@cache
def offsets() -> list[int]:
    return [found.offset for found in read(archive())]


def spoil(content: bytes, at: int, other: bytes) -> bytes:
    return content[:at] + other + content[at + len(other) :]


def test_pages_come_in_order_with_their_bytes() -> None:
    found = read(archive())
    assert [one.content for one in found if isinstance(one, ArchivedPage)] == [page(i) for i in range(PAGES)]
    assert all(archive()[offset:].startswith(b"\x1f\x8b") for offset in offsets())


@pytest.mark.parametrize(
    ("damage", "lost"),
    [
        (lambda whole: spoil(whole, offsets()[3] + 60, b"\0" * 20), [3]),
        (lambda whole: spoil(whole, offsets()[3], b"\0"), [3]),
        (lambda whole: spoil(whole, offsets()[4] - 6, b"\0\1\2"), [3]),
        (lambda whole: spoil(spoil(whole, offsets()[3] + 60, b"\0" * 20), offsets()[4] + 60, b"\0" * 20), [3, 4]),
        (lambda whole: whole[: offsets()[3]] + whole[offsets()[3] + 50 :], [3]),
        (lambda whole: whole[: offsets()[-1] + 200], [PAGES - 1]),
        (lambda whole: spoil(whole, 40, b"\0" * 20), [0]),
    ],
    ids=["body", "sign", "checksum", "two in a row", "hole", "cut off", "first"],
)
def test_damage_is_told_with_its_offset_and_costs_only_its_record(
    damage: Callable[[bytes], bytes], lost: list[int]
) -> None:
    found = read(damage(archive()))
    assert [one.offset for one in found if isinstance(one, Damage)] == [offsets()[i] for i in lost]
    assert sum(isinstance(one, ArchivedPage) for one in found) == PAGES - len(lost)


def test_an_unpacked_archive_goes_on_behind_damage_too() -> None:
    plain = gzip.decompress(archive())
    place = plain.index(b"Content-Length: ", plain.index(b"WARC/1.", len(plain) // 2))
    found = read(spoil(plain, place + 16, b"x"))
    assert [type(one) for one in found].count(Damage) == 1
    assert len(found) == PAGES


def test_a_page_too_large_is_left_out() -> None:
    assert {type(one) for one in read(archive(), max_bytes=100)} == {Damage}


def test_what_is_no_archive_is_damage_at_its_start() -> None:
    assert [one.offset for one in read(b"no archive" * 50)] == [0]


def test_read_takes_an_archive_like_a_folder_of_pages(tmp_path: Path) -> None:
    path = tmp_path / "news.warc.gz"
    path.write_bytes(spoil(archive(), offsets()[3] + 60, b"\0" * 20))
    found = list(read_sources([path]))
    problems = [one for one in found if isinstance(one, SourceProblem)]
    assert [problem.origin for problem in problems] == [f"{path}@{offsets()[3]}"]
    documents = [one for one in found if isinstance(one, RawDocument)]
    article = read_article(documents[0])
    assert (article.url, article.retrieved, article.title) == ("https://a.example/0", "2025-06-10", "Plant 0")
    assert documents[0].given == {"archive": str(path), "offset": 0, "record": "<urn:uuid:0>"}
