"""Where a page says it belongs: its own address, its next part, its editions in other languages.

Only what lies on the page's own site is believed, or else one outlet could pass for another.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from lxml import etree, html

from outproduce.addresses import clean_address, speaks_for
from outproduce.articles.decoding import decode
from outproduce.articles.responses import Response
from outproduce.errors import FetchError
from outproduce.records import content_id

_MOST = 4 * 2**20
_PART = re.compile(r"(?:/page[/-]|/|[_,]|[?&](?:page|p|pg|part|PAGEN_1)=)(\d{1,2})(?:/|\.html?)?\Z", re.I)
_NOT_PARTS = "ancestor::*[contains(@class, 'comment') or contains(@class, 'related') or self::footer or self::aside]"


@dataclass(frozen=True, slots=True)
class PageLinks:
    """`canonical` is another address of the same report, `following` its next part; `editions` one key for all of them.

    None where there is none.
    """

    canonical: str | None = None
    following: str | None = None
    editions: str | None = None


def find_page_links(response: Response) -> PageLinks:
    """Find where a page belongs; what is no HTML belongs nowhere."""
    if response.media_type not in ("text/html", "application/xhtml+xml", ""):
        return PageLinks()
    markup = re.sub(r"\A\s*<\?xml[^>]*>", "", decode(response.content[:_MOST], response.charset)).replace("\0", "")
    try:
        tree = html.document_fromstring(markup)
    except (etree.LxmlError, ValueError, AssertionError):
        return PageLinks()
    url = response.original
    canonical = own_address(_first_link(tree, "canonical"), url)
    return PageLinks(
        canonical=canonical if canonical != clean_address(url) else None,
        following=_following(tree, url),
        editions=_editions(tree, canonical),
    )


def own_address(claimed: str | None, url: str) -> str:
    """Give the address a page fetched from `url` claims for itself, or `url` where it may not claim that.

    The home page is no report's address, though careless templates say so on every page.

    >>> own_address("/novyny/1?utm_source=x", "https://m.visnyk.example/n/1")
    'https://m.visnyk.example/novyny/1'
    >>> own_address("https://visnyk.example/", "https://visnyk.example/novyny/1")
    'https://visnyk.example/novyny/1'
    """
    try:
        address = clean_address(claimed, url) if claimed else url
    except FetchError:
        return url
    is_home = urlsplit(address).path in ("", "/") and not urlsplit(address).query
    return address if speaks_for(address, url) and not is_home else url


def _first_link(tree: Any, rel: str) -> str | None:
    for link in tree.iter("link"):
        if rel in (link.get("rel") or "").lower().split() and link.get("href"):
            return str(link.get("href"))
    return None


def _following(tree: Any, url: str) -> str | None:
    """Find the address that differs from this one in the number of the part alone, by one."""
    base, number = _part_of(clean_address(url))
    for element in tree.iter("link", "a"):
        href = element.get("href")
        if not href or len(href) > 2048 or not any(map(str.isdigit, href)):
            continue
        try:
            address = clean_address(href, url)
        except FetchError:
            continue
        if _part_of(address) == (base, number + 1) and not element.xpath(_NOT_PARTS):
            return address
    return None


def _part_of(address: str) -> tuple[str, int]:
    """Split an address into that of the first part and the number of this one.

    >>> _part_of("https://visnyk.example/a?page=2"), _part_of("https://visnyk.example/a.html")
    (('https://visnyk.example/a', 2), ('https://visnyk.example/a', 1))
    """
    plain = re.sub(r"(/|\.html?)\Z", "", address)
    match = _PART.search(plain)
    if match is None or int(match.group(1)) < 2:
        return plain, 1
    return re.sub(r"(/|\.html?)\Z", "", plain[: match.start()]), int(match.group(1))


def _editions(tree: Any, own: str) -> str | None:
    """Make one key of the addresses of all editions, where this page is among them and they differ in language."""
    found: dict[str, str] = {}
    for link in tree.iter("link"):
        lang = (link.get("hreflang") or "").lower()
        if lang in ("", "x-default") or "alternate" not in (link.get("rel") or "").lower():
            continue
        try:
            address = clean_address(link.get("href") or "", own)
        except FetchError:
            continue
        if speaks_for(address, own):
            found[address] = lang[:2]
    if own not in found or len(set(found.values())) < 2:
        return None
    return content_id("editions", *sorted(found))
