"""From addresses to the ledger: pages and feeds, each once, kept so that they can be read again."""

from __future__ import annotations

import gzip
import itertools
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner, Result

from outproduce.articles.article import read_article
from outproduce.articles.responses import Response, read_records, write_records
from outproduce.cli import app
from outproduce.errors import SourceError
from outproduce.ledger.store import Ledger
from outproduce.records import RawDocument
from tests.servers import Site

Run = Callable[..., Result]


def page(number: int, head: str = "") -> str:
    return (
        f"<!DOCTYPE html><html lang=uk><head><title>Новина {number} про виробництво</title>{head}"
        "<meta property='article:published_time' content='2025-06-10'></head><body><article>"
        f"<h1>Новина {number} про виробництво дронів</h1><p>Україна виробляє {number}00 дронів на місяць, повідомив "
        "міністр оборони України.</p><p>Про це йдеться в повідомленні, яке опубліковано сьогодні.</p></article></body>"
    )


def rss(*links: str) -> str:
    items = "".join(
        f"<item><link>{link}</link><pubDate>Tue, 10 Jun 2025 09:00:00 GMT</pubDate></item>" for link in links
    )
    return f"<?xml version='1.0'?><rss><channel>{items}</channel></rss>"


@pytest.fixture
def site() -> Iterator[Site]:
    with Site({f"/{number}": page(number) for number in range(1, 6)}) as site:
        yield site


@pytest.fixture
def run(tmp_path: Path) -> Run:
    def call(verb: str, *arguments: object) -> Result:
        web = ["--allow-private", "--pause", "0"] if verb in ("read", "extract") else []
        return CliRunner().invoke(app, ["--ledger", str(tmp_path / "l.db"), verb, *web, *map(str, arguments)])

    return call


def lines(result: Result) -> list[dict]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_a_page_is_read_kept_and_verified(run: Run, site: Site, tmp_path: Path):
    (row,) = lines(run("read", site.url("/1")))
    assert (row["url"], row["published"], row["claims"], row["new"]) == (site.url("/1"), "2025-06-10", 1, True)
    with Ledger.open(tmp_path / "l.db") as ledger:
        (record,) = read_records(ledger.document(row["id"]).content, "x")
    assert (record.url, record.content) == (site.url("/1"), page(1).encode())
    (verified,) = lines(run("verify"))
    assert verified["counts"]["stands"] == 1
    assert verified["counts"]["unreadable"] == 0


@pytest.mark.parametrize("headers", [{}, {"etag": '"7"'}], ids=["same bytes", "not modified"])
def test_reading_an_address_twice_adds_nothing(run: Run, site: Site, tmp_path: Path, headers: dict):
    def answer(to):
        known = headers and to.headers["if-none-match"] == headers["etag"]
        to.send("", status=304) if known else to.send(page(1), **headers)

    site.pages["/1"] = answer
    run("read", site.url("/1"))
    with Ledger.open(tmp_path / "l.db") as ledger:
        before = ledger.counts()
    (again,) = lines(run("read", site.url("/1?utm_source=mail#top")))
    with Ledger.open(tmp_path / "l.db") as ledger:
        assert ledger.counts() == before
    assert again["new"] is False


def test_what_has_changed_is_read_anew_and_the_old_kept(run: Run, site: Site, tmp_path: Path):
    run("read", site.url("/1"))
    site.pages["/1"] = page(9)
    (again,) = lines(run("read", site.url("/1")))
    assert again["new"] is True
    with Ledger.open(tmp_path / "l.db") as ledger:
        assert ledger.counts()["raw_documents"] == 2
        assert [claim.low for claim in ledger.claims()] == [900]


FEEDS = {
    "feed": lambda site: site.pages.update({"/x": rss("/1", "/2?utm_medium=rss", "/2", site.url("/3"))}),
    "home page": lambda site: site.pages.update(
        {
            "/": "<html><head><link rel='alternate' type='application/rss+xml' href='/feed'></head></html>",
            "/feed": rss("/1", "/2", "/3"),
        }
    ),
    "sitemap index": lambda site: site.pages.update(
        {
            "/x": f"<sitemapindex><sitemap><loc>{site.url('/a')}</loc></sitemap><sitemap><loc>{site.url('/x')}</loc>"
            f"</sitemap><sitemap><loc>{site.url('/b')}</loc></sitemap></sitemapindex>",
            "/a": f"<urlset><url><loc>{site.url('/1')}</loc></url><url><loc>{site.url('/2')}</loc></url></urlset>",
            "/b": f"<urlset><url><loc>{site.url('/2')}</loc></url><url><loc>{site.url('/3')}</loc></url></urlset>",
        }
    ),
    "list": lambda site: site.pages.update({"/x": "\n".join(["# ours", *(site.url(f"/{n}") for n in (1, 2, 3))])}),
}


@pytest.mark.parametrize("kind", FEEDS)
def test_what_a_feed_lists_is_read_once(run: Run, site: Site, kind: str):
    FEEDS[kind](site)
    address = site.url("/" if kind == "home page" else "/x")
    result = run("read", address)
    assert sorted(row["url"] for row in lines(result)) == [site.url(f"/{n}") for n in (1, 2, 3)], result.stderr
    assert run("read", address).stdout == ""
    assert [site.paths().count(f"/{n}") for n in (1, 2, 3)] == [1, 1, 1]


def test_a_page_that_fails_does_not_stop_the_others_and_is_told(run: Run, site: Site):
    site.pages |= {"/x": rss("/1", "/gone", "/2"), "/2": b"\x89PNG"}
    result = run("read", site.url("/x"))
    assert [row["url"] for row in lines(result)] == [site.url("/1")]
    assert result.exit_code == 1
    assert "/gone does not exist any more (404)" in result.stderr
    assert "a PNG picture" in result.stderr


def endless(to) -> None:
    to.send_pieces(itertools.repeat(b"<p>" + b"x" * 65536))


HOSTILE = {
    "deeply nested": (lambda to: to.send("<div>" * 500_000 + "Завод виробляє 400 дронів."), None),
    "nested tables": (lambda to: to.send("<table><tr><td>" * 20_000), "has no text of a report"),
    "many attributes": (lambda to: to.send("<p " + "a=b " * 300_000 + ">"), "has no text of a report"),
    "bomb": (lambda to: to.send(gzip.compress(b" " * 40 * 2**20), content_encoding="gzip"), "larger than the 32 MiB"),
    "endless stream": (endless, "larger than the 32 MiB"),
    "entities": (
        lambda to: to.send('<!DOCTYPE html [<!ENTITY a "b"><!ENTITY c "&a;&a;">]><html><p>&c;</p></html>'),
        None,
    ),
    "hostile names": (
        lambda to: to.send(b"\x00\x01", "text/html", content_disposition="attachment; filename=../../../etc/passwd"),
        "binary",
    ),
    "redirects": (lambda to: to.send("", status=302, location=to.path), "redirects more than 10 times"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_page_among_good_ones_costs_one_line(run: Run, site: Site, tmp_path: Path, name: str):
    site.pages |= {"/x": rss("/1", "/..%2f..%2fbad", "/2"), "/..%2f..%2fbad": HOSTILE[name][0]}
    result = run("read", site.url("/x"))
    words = HOSTILE[name][1]
    good = {site.url("/1"), site.url("/2")}
    assert {row["url"] for row in lines(result)} >= good
    assert sum(line.startswith("error: ") for line in result.stderr.splitlines()) <= 1, result.stderr
    assert words is None or words in result.stderr
    assert {path.name.split("-")[0] for path in tmp_path.rglob("*")} == {"l.db"}
    assert "Traceback" not in result.stderr


def test_a_hostile_feed_costs_one_line(run: Run, site: Site):
    site.pages["/x"] = '<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]><rss>&x;</rss>'
    result = run("read", site.url("/x"), site.url("/1"))
    assert [row["url"] for row in lines(result)] == [site.url("/1")]
    assert "declares XML entities" in result.stderr.splitlines()[0]
    assert "root:" not in result.stdout + result.stderr


def test_a_file_of_addresses_stands_for_them(run: Run, site: Site, tmp_path: Path):
    listed, spoken = tmp_path / "list.txt", tmp_path / "note.txt"
    listed.write_text(f"# ours\n{site.url('/1')}\n{site.url('/2')}\n")
    spoken.write_text(f"See {site.url('/3')}\nRussia makes 100 tanks a year.\n")
    found = lines(run("read", listed, spoken))
    assert [row["url"] for row in found] == [site.url("/1"), site.url("/2"), None]


def test_endless_sitemaps_end(run: Run, site: Site):
    def answer(to):
        number = 2 * int(to.path.removeprefix("/s"))
        below = "".join(f"<sitemap><loc>/s{one}</loc></sitemap>" for one in (number, number + 1))
        to.send(f"<sitemapindex>{below}</sitemapindex>")

    plain = site.answer
    site.answer = lambda to: answer(to) if to.path.startswith("/s") else plain(to)
    result = run("read", site.url("/s1"))
    assert "list more than 50 sitemaps; the rest were left out" in result.stderr
    assert len(site.asked) < 60


def test_the_day_of_the_feed_counts_where_the_page_shows_none(run: Run, site: Site):
    site.pages |= {
        "/x": rss("/1"),
        "/1": page(1).replace("<meta property='article:published_time' content='2025-06-10'>", ""),
    }
    (row,) = lines(run("read", site.url("/x")))
    assert row["published"] == "2025-06-10"


def test_the_copy_of_an_archive_stands_for_the_page(run: Run, site: Site, monkeypatch: pytest.MonkeyPatch):
    original = "https://visnyk.example/novyny/1"
    site.pages[f"/web/202506id_/{original}"] = lambda to: to.send(
        "", status=302, location=f"/web/20250611080000id_/{original}"
    )
    site.pages[f"/web/20250611080000id_/{original}"] = lambda to: to.send(page(1), memento_datetime="Wed, 11 Jun 2025")
    monkeypatch.setenv("OUTPRODUCE_ARCHIVE", site.url("/").rstrip("/"))
    (row,) = lines(run("read", original, "--archived", "2025-06"))
    assert (row["url"], row["publisher"]) == (original, "visnyk.example")
    result = run("read", "https://visnyk.example/2", "--archived", "2025-06-01")
    assert (result.exit_code, "does not exist" in result.stderr) == (1, True)
    assert run("read", original, "--archived", "June").exit_code == 2


def test_extract_and_dry_runs_leave_no_ledger(run: Run, site: Site, tmp_path: Path):
    (row,) = lines(run("extract", site.url("/2"), "--jsonl"))
    assert row["claims"][0]["low"] == 200
    assert run("read", site.url("/2"), "--dry-run").exit_code == 0
    assert not (tmp_path / "l.db").exists()


def test_addresses_inside_the_network_are_refused_unless_asked_for(site: Site, tmp_path: Path):
    result = CliRunner().invoke(app, ["--ledger", str(tmp_path / "l.db"), "read", site.url("/1")])
    assert (result.exit_code, len(result.stderr.splitlines())) == (1, 1)
    assert "inside your own network" in result.stderr
    assert site.asked == []


# Records


def response(content: bytes, kind: str = "text/html", url: str = "https://visnyk.example/1", **more: str) -> Response:
    headers = (("Content-Type", kind), ("Content-Encoding", "gzip"), ("Content-Length", "7"), *more.items())
    return Response(url, 200, headers, content, "2025-06-11T08:00:00Z")


def test_records_are_read_as_they_were_written():
    pages = [
        response(b"\r\n\r\nWARC/1.1\r\n" + bytes(range(256))),
        response("б".encode("cp1251"), "text/plain; charset=cp1251"),
    ]
    again = read_records(write_records(pages), "x")
    assert [one.content for one in again] == [one.content for one in pages]
    assert [one.charset for one in again] == [None, "cp1251"]
    assert again[0].header("x-archive-orig-content-encoding") == "gzip"
    assert again[0].header("content-encoding") is None


@pytest.mark.parametrize("cut", [0, 10, 200, -30], ids=str)
def test_damaged_records_are_told(cut: int):
    with pytest.raises(SourceError, match=r"damaged WARC record|holds no response"):
        read_records(write_records([response(b"x" * 500)])[:cut], "x")


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=100), st.integers(0, 700), st.integers(0, 40))
def test_any_bytes_are_records_or_refused(noise: bytes, at: int, width: int):
    sound = write_records([response(page(1).encode())])
    for content in (noise, sound[:at] + noise + sound[at + width :]):
        try:
            article = read_article(RawDocument("x", content, "response", {}))
        except SourceError:
            continue
        assert article.text.strip()


ENCODINGS = {
    "server is right": (page(1).encode("cp1251"), "text/html; charset=windows-1251"),
    "server says nothing": (page(1).encode("cp1251"), "text/html"),
    "server lies": (page(1).encode("cp1251"), "text/html; charset=utf-8"),
    "page lies": (page(1, "<meta charset=koi8-r>").encode("cp1251"), "text/html; charset=windows-1251"),
    "both lie": (page(1, "<meta charset=cp1251>").encode(), "text/html; charset=koi8-u"),
    "nonsense": (page(1, "<meta charset='\\u0000'>").encode(), "text/html; charset=klingon"),
    "PDF called HTML": (b"%PDF-1.4 broken", "text/html"),
    "HTML called text": (page(1).encode(), "text/plain"),
    "HTML called nothing": (page(1).encode(), ""),
}


@pytest.mark.parametrize("name", ENCODINGS)
def test_wrong_types_and_lying_encodings(name: str):
    content, kind = ENCODINGS[name]
    raw = RawDocument("x", write_records([response(content, kind)]), "response", {})
    if name == "PDF called HTML":
        with pytest.raises(SourceError, match="broken PDF"):
            read_article(raw)
        return
    article = read_article(raw)
    assert "Україна виробляє 100 дронів на місяць" in article.text
    assert (article.published, article.retrieved) == ("2025-06-10", "2025-06-11")


CANONICAL = {
    "its own site": ("https://visnyk.example/new", "https://m.visnyk.example/1", "https://visnyk.example/new"),
    "relative": ("/new?utm_source=x", "https://visnyk.example/1", "https://visnyk.example/new"),
    "another outlet": ("https://other.example/1", "https://visnyk.example/1", "https://visnyk.example/1"),
    "a cache": ("https://other.example/1", "https://other-example.cdn.ampproject.org/c/1", "https://other.example/1"),
    "a script": ("javascript:alert(1)", "https://visnyk.example/1", "https://visnyk.example/1"),
}


@pytest.mark.parametrize("name", CANONICAL)
def test_the_address_a_page_gives_itself_counts_on_its_own_site(name: str):
    claimed, url, expected = CANONICAL[name]
    content = page(1, f"<link rel=canonical href='{claimed}'>").encode()
    raw = RawDocument("x", write_records([response(content, url=url)]), "response", {})
    assert read_article(raw).url == expected
