"""Feeds, sitemaps and lists of them: what is read of each, and what of hostile ones."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outproduce.errors import SourceError
from outproduce.feeds import Entry, find_feeds, parse_feed, read_listing
from outproduce.feeds.parsing import MAX_ENTRIES

BASE = "https://visnyk.example/feeds/all.xml"
ONE = Entry("https://visnyk.example/1", "2025-06-10")
TWO = Entry("https://visnyk.example/2", None)

FEEDS = {
    "RSS 2.0": (
        "RSS",
        """<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><link>https://visnyk.example/</link>
        <item><title>Перша</title><link> https://visnyk.example/1?utm_source=rss </link>
        <pubDate>Tue, 10 Jun 2025 23:30:00 +0300</pubDate></item>
        <item><title>Друга</title><link><![CDATA[https://visnyk.example/2]]></link></item></channel></rss>""",
    ),
    "RSS 2.0 with addresses as guid": (
        "RSS",
        """<rss><channel><item><guid>https://visnyk.example/1</guid><pubDate>10 Jun 2025</pubDate></item>
        <item><guid isPermaLink="false">https://visnyk.example/9</guid><link>/2</link></item></channel></rss>""",
    ),
    "RSS 1.0": (
        "RSS",
        """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
        xmlns:dc="http://purl.org/dc/elements/1.1/"><channel/><item><link>https://visnyk.example/1</link>
        <dc:date>2025-06-10T08:00:00Z</dc:date></item><item><link>https://visnyk.example/2</link></item></rdf:RDF>""",
    ),
    "RSS 0.91 with its document type": (
        "RSS",
        """<?xml version="1.0"?><!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN"
        "http://my.netscape.com/publish/formats/rss-0.91.dtd"><rss version="0.91"><channel><item>
        <link>https://visnyk.example/1</link><pubDate>2025-06-10</pubDate></item><item>
        <link>https://visnyk.example/2</link></item></channel></rss>""",
    ),
    "RSS, broken in places": (
        "RSS",
        """\n<rss><channel><title>A & B &nbsp; <b></title><item><link>https://visnyk.example/1</link>
        <description>5 < 6 & more</description><pubDate>Tue, 10 Jun 2025</pubDate></item>
        <item><link>https://visnyk.example/2</link></item>""",
    ),
    "Atom": (
        "Atom",
        """<feed xmlns="http://www.w3.org/2005/Atom"><link rel="self" href="/feed"/><entry>
        <link rel="enclosure" href="/1.mp3"/><link rel="alternate" href="/1"/><published>2025-06-10T21:00:00+03:00
        </published><updated>2025-06-12T00:00:00Z</updated></entry><entry><link href="https://visnyk.example/2"/>
        </entry></feed>""",
    ),
    "JSON Feed": (
        "JSON Feed",
        json.dumps(
            {
                "version": "https://jsonfeed.org/version/1.1",
                "items": [
                    {"url": "/1", "date_published": "2025-06-10T08:00:00+03:00"},
                    {"external_url": TWO.url},
                    5,
                    {},
                ],
            }
        ),
    ),
    "news sitemap": (
        "sitemap",
        """<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"
        xmlns:news="http://www.google.com/schemas/sitemap-news/0.9" xmlns:image="urn:i"><url>
        <loc>https://visnyk.example/1</loc><lastmod>2025-06-20</lastmod><news:news><news:publication_date>2025-06-10
        </news:publication_date></news:news><image:image><image:loc>https://visnyk.example/p.png</image:loc></image:image>
        </url><url><loc>https://visnyk.example/2</loc><lastmod>2025-06-20</lastmod></url></urlset>""",
    ),
}


@pytest.mark.parametrize("name", FEEDS)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1251"])
def test_feeds_of_all_kinds(name: str, encoding: str):
    kind, text = FEEDS[name]
    found = parse_feed(text.encode(encoding), BASE)
    assert found is not None
    assert (found.kind, found.entries) == (kind, (ONE, TWO))


def test_a_list_of_addresses_is_a_feed():
    found = parse_feed(b"# mine\n\nhttps://visnyk.example/2\r\nhttps://visnyk.example/2#x\n", BASE)
    assert found is not None
    assert (found.kind, found.entries) == ("list", (TWO,))


def test_a_sitemap_index_names_the_newest_first():
    text = """<sitemapindex><sitemap><loc>/old</loc><lastmod>2020-01-01</lastmod></sitemap><sitemap><loc>/new</loc>
    <lastmod>2025-06-01</lastmod></sitemap></sitemapindex>"""
    found = parse_feed(text.encode(), BASE)
    assert found is not None
    assert found.sitemaps == ("https://visnyk.example/new", "https://visnyk.example/old")


NO_FEEDS = {
    "page": b"<!DOCTYPE html><html><body><rss></rss></body></html>",
    "text": b"https://visnyk.example/1 is an address",
    "JSON": b'{"version": 5, "items": []}',
    "broken JSON": b'{"version": "https://jsonfeed.org/version/1", ',
    "deep JSON": b'{"a":' * 100_000,
    "SVG": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    "nothing": b"",
    "noise": bytes(range(256)),
}


@pytest.mark.parametrize("name", NO_FEEDS)
def test_what_is_no_feed(name: str):
    assert parse_feed(NO_FEEDS[name], BASE) is None


LAUGHS = "".join(f'<!ENTITY l{n + 1} "{f"&l{n};" * 10}">' for n in range(9))
HOSTILE = {
    "billion laughs": f'<!DOCTYPE rss [<!ENTITY l0 "ha">{LAUGHS}]><rss><item><link>&l9;</link></item></rss>',
    "file": '<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]><rss><item><link>&x;</link></item></rss>',
    "address": '<!DOCTYPE rss [<!ENTITY x SYSTEM "http://127.0.0.1/">]><rss><item><link>&x;</link></item></rss>',
    "parameter": '<!DOCTYPE rss [<!ENTITY % x SYSTEM "http://127.0.0.1/x.dtd"> %x;]><rss></rss>',
}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("name", HOSTILE)
def test_entities_are_refused(name: str, encoding: str):
    with pytest.raises(SourceError, match="declares XML entities, which no feed needs"):
        parse_feed(HOSTILE[name].encode(encoding), BASE)


def test_nothing_that_xml_refers_to_is_loaded(tmp_path: Path):
    (tmp_path / "secret.dtd").write_text('<!ENTITY link "https://visnyk.example/secret">')
    outer = f'<!DOCTYPE rss SYSTEM "file://{tmp_path}/secret.dtd"><rss><item><link>&link;</link></item></rss>'
    include = (
        '<rss xmlns:xi="http://www.w3.org/2001/XInclude"><item><link>'
        f'<xi:include parse="text" href="file://{tmp_path}/secret.dtd"/></link></item></rss>'
    )
    for text in (outer, include):
        found = parse_feed(text.encode(), BASE)
        assert found is not None
        assert found.entries == ()


def test_deep_and_endless_feeds_end():
    deep = parse_feed(b"<rss>" + b"<a>" * 10**6, BASE)
    assert deep is not None
    long = parse_feed(b"<urlset>" + b"".join(b"<url><loc>/%d</loc></url>" % n for n in range(20_000)), BASE)
    assert long is not None
    assert len(long.entries) == MAX_ENTRIES


def test_entries_that_cannot_be_fetched_are_left_out():
    links = (
        "javascript:alert(1)",
        "file:///etc/passwd",
        "https://a:b@visnyk.example/",
        "",
        "../../etc",
        "mailto:a@b.c",
    )
    items = "".join(f"<item><link>{link}</link></item>" for link in links)
    found = parse_feed(f"<rss>{items}</rss>".encode(), BASE)
    assert found is not None
    assert [entry.url for entry in found.entries] == ["https://visnyk.example/etc"]


def test_a_home_page_names_its_feeds():
    head = (
        "<link rel=stylesheet href=a.css><LINK REL='alternate' TYPE='application/atom+xml' HREF='atom'>"
        "<link rel=alternate hreflang=ru href=/ru>"
        "<link rel='feed alternate' type='application/rss+xml' href='//b.example/r'>"
    )
    assert find_feeds(f"<html><head>{head}</head></html>".encode(), "https://visnyk.example/uk/") == [
        "https://visnyk.example/uk/atom",
        "https://b.example/r",
    ]


@settings(max_examples=300, deadline=None)
@given(
    st.one_of(
        st.binary(max_size=300),
        st.sampled_from([text for _, text in FEEDS.values()]).flatmap(
            lambda text: st.tuples(st.integers(0, len(text)), st.text(max_size=20)).map(
                lambda cut: (text[: cut[0]] + cut[1] + text[cut[0] + 3 :]).encode("utf-8", "replace")
            )
        ),
    )
)
def test_any_bytes_are_a_feed_or_none_or_refused(content: bytes):
    try:
        found = parse_feed(content, BASE)
    except SourceError:
        return
    assert found is None or all(entry.url.startswith("http") for entry in found.entries)


# The list of feeds


def test_the_shipped_list_is_sound_and_claims_no_trial():
    sources = read_listing()
    assert len(sources) > 50
    assert {source.language for source in sources} == {"en", "ru", "uk"}
    assert {source.side for source in sources} == {"West", "Russia", "Ukraine", "other"}
    assert all(source.country and source.name and source.verified is None for source in sources)


def test_a_list_may_be_short(tmp_path: Path):
    path = tmp_path / "feeds.yml"
    path.write_text(
        "- https://visnyk.example/feed\n- url: https://visnyk.example/feed#x\n- {url: 'https://b.io/', side: other}\n"
    )
    assert [(one.url, one.side) for one in read_listing(path)] == [
        ("https://visnyk.example/feed", None),
        ("https://b.io/", "other"),
    ]
    path.write_text("# mine\nhttps://visnyk.example/feed\n")
    assert [one.url for one in read_listing(path)] == ["https://visnyk.example/feed"]


BAD_LISTS = {
    "": "holds no list of feeds",
    "a: b": "holds no list of feeds",
    "- name: x": "entry 1 of .* has no url",
    "- url: ftp://x.example/": "no http or https address",
    "- {url: 'https://x.example/', sid: West}": "entry 1 of .* has 'sid'",
    "- {url: 'https://x.example/', side: Mars}": "has side 'Mars', which is none of",
    "- {url: 'https://x.example/', language: tlh}": "has language 'tlh'",
    "- [": "is no YAML",
    "- !!python/object/apply:os.system ['true']": "is no YAML",
}


@pytest.mark.parametrize("text", BAD_LISTS)
def test_faults_of_a_list_are_named(tmp_path: Path, text: str):
    path = tmp_path / "feeds.yml"
    path.write_text(text)
    with pytest.raises(SourceError, match=BAD_LISTS[text]):
        read_listing(path)
    with pytest.raises(SourceError, match="cannot be read"):
        read_listing(tmp_path / "none.yml")
