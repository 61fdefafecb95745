"""Bytes of RSS, Atom, JSON Feed, a sitemap or a list of addresses -> the pages it lists, with the days it gives.

XML is never trusted: entities are refused, nothing it refers to is loaded, and of an endless list only so much is read.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from lxml import etree, html

from outproduce.addresses import addresses_in, clean_address
from outproduce.articles.decoding import decode
from outproduce.articles.page import parse_day
from outproduce.errors import FetchError, SourceError

MAX_ENTRIES = 5000
_MOST_XML = 8 * 2**20  # characters; a tree takes some thirty times as much memory
_HEAD = 2048
_ROOTS = {"rss": "RSS", "RDF": "RSS", "feed": "Atom", "urlset": "sitemap", "sitemapindex": "sitemap index"}
_ROOT = re.compile(r"\s*(?:<\?.*?\?>\s*|<!--.*?-->\s*|<!DOCTYPE[^>\[]*(?:\[.*?\]\s*)?>\s*)*<(?:\w+:)?(\w+)[\s>/]", re.S)
_DECLARATION = re.compile(r"\A\s*<\?xml[^>]*\?>")
_FEED_TYPES = ("application/rss+xml", "application/atom+xml", "application/feed+json", "application/json")


@dataclass(frozen=True, slots=True)
class Entry:
    """A page that is listed; `day` is when it was published, where the list says so."""

    url: str
    day: str | None = None


@dataclass(frozen=True, slots=True)
class Feed:
    """What a feed lists, newest as it comes; `sitemaps` are the lists that a sitemap index names, the newest first."""

    kind: str
    entries: tuple[Entry, ...]
    sitemaps: tuple[str, ...] = ()


def parse_feed(content: bytes, url: str) -> Feed | None:
    """Read a feed fetched from `url`; None where it is none but, as one may suppose, a page.

    Entries without an address that could be fetched are left out; of the others the first 5,000 are read.

    Raises:
        SourceError: it is a feed, but hostile or broken beyond reading.
    """
    text = decode(content)
    if text.lstrip()[:1] == "{":
        return _parse_json(text, url)
    root = _ROOT.match(text[:_HEAD])
    kind = _ROOTS.get(root.group(1)) if root else None
    if kind is not None:
        return _parse_xml(text, kind, url)
    return _parse_list(text)


def _parse_list(text: str) -> Feed | None:
    lines = addresses_in(text)
    return Feed("list", _entries((line, None) for line in lines)) if lines else None


def _parse_json(text: str, url: str) -> Feed | None:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(value, dict) or not str(value.get("version", "")).startswith("https://jsonfeed.org/"):
        return None
    items = value.get("items")
    found = [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []
    pairs = ((item.get("url") or item.get("external_url"), item.get("date_published")) for item in found)
    return Feed("JSON Feed", _entries(((str(link), str(day)) for link, day in pairs if link), url))


def _parse_xml(text: str, kind: str, url: str) -> Feed:
    if re.search(r"<!ENTITY", text, re.I):
        raise SourceError(f"{url} declares XML entities, which no feed needs and attacks use; it is not read")
    source = _DECLARATION.sub("", text)[:_MOST_XML].encode("utf-8", "replace")
    parser = etree.XMLParser(
        recover=True, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True
    )
    try:
        root = etree.fromstring(source, parser)
        items = [] if root is None else list(islice(_items(root), MAX_ENTRIES))
    except (etree.LxmlError, ValueError) as error:
        raise SourceError(f"{url} is broken XML ({error!s:.80}); open the feed in a browser") from error
    if kind == "sitemap index":
        newest = sorted(items, key=lambda item: item.get("lastmod", ""), reverse=True)
        return Feed(kind, (), tuple(entry.url for entry in _entries(((i.get("loc"), None) for i in newest), url)))
    return Feed(kind, _entries((_LINKS[kind](item) for item in items), url))


def _items(root: Any) -> Iterator[dict[str, str]]:
    """Yield the children of every item as name -> text."""
    for element in root.iter("{*}item", "{*}entry", "{*}url", "{*}sitemap"):
        fields: dict[str, str] = {}
        for child in element.iterdescendants(etree.Element):
            name, value = _local(child), child.text or ""
            if name == "link" and child.get("href") and child.get("rel", "alternate") == "alternate":
                value = child.get("href")
            elif name == "guid" and child.get("isPermaLink") == "false":
                continue
            if value.strip():
                fields.setdefault(name, value.strip())
        yield fields


def _local(element: Any) -> str:
    return str(element.tag).rpartition("}")[2]


Listed = tuple[str | None, str | None]
_LINKS: dict[str, Callable[[dict[str, str]], Listed]] = {
    "RSS": lambda item: (item.get("origLink") or item.get("link") or item.get("guid"), _first(item, "pubDate", "date")),
    "Atom": lambda item: (item.get("origLink") or item.get("link"), _first(item, "published", "issued")),
    "sitemap": lambda item: (item.get("loc"), item.get("publication_date")),
}


def _first(item: dict[str, str], *names: str) -> str | None:
    return next((item[name] for name in names if name in item), None)


def _entries(listed: Iterator[Listed], base: str | None = None) -> tuple[Entry, ...]:
    """Make entries of the addresses that can be fetched, each once."""
    found: dict[str, Entry] = {}
    for link, day in islice(listed, MAX_ENTRIES):
        try:
            url = clean_address(link or "", base) if link else None
        except FetchError:
            url = None
        if url is not None:
            found.setdefault(url, Entry(url, parse_day(day[:80]) if day else None))
    return tuple(found.values())


def find_feeds(content: bytes, url: str) -> list[str]:
    """Find the addresses of the feeds that a page names in its head, in their order."""
    try:
        tree = html.document_fromstring(decode(content)[: 2**20].encode("utf-8", "replace"))
    except (etree.LxmlError, ValueError, AssertionError):
        return []
    found = []
    for link in tree.iter("link"):
        if "alternate" in (link.get("rel") or "").lower() and (link.get("type") or "").lower() in _FEED_TYPES:
            found.append((link.get("href") or "", None))
    return [entry.url for entry in _entries(iter(found), url)]
