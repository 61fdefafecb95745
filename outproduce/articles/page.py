"""What a page says of itself: title, description, publisher, publication day, address, language.

JSON-LD goes before <meta>, that before what is seen on the page. No day is guessed from the running text.
"""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from html import unescape
from typing import Any
from urllib.parse import SplitResult, urlsplit

from outproduce.languages import language_codes, language_data

# Where pages say what they are: names of <meta>, the best first.
_META = {
    "title": ("og:title", "twitter:title", "dc.title", "title"),
    "description": ("og:description", "description", "twitter:description", "dc.description"),
    "publisher": ("og:site_name", "dc.publisher", "application-name"),
    "published": (
        "article:published_time", "og:article:published_time", "datepublished", "publishdate", "publish_date",
        "publish-date", "pubdate", "publication_date", "parsely-pub-date", "sailthru.date",
        "cxenseparse:recs:publishtime", "dc.date.issued", "dcterms.issued", "dcterms.created", "dc.date",
        "dcterms.date", "date",
    ),
    "url": ("og:url",),
    "author": ("author", "dc.creator", "parsely-author", "sailthru.author"),
    "tier": ("article:content_tier",),
}  # fmt: skip
_ARTICLE_TYPES = re.compile(r"(Article|Posting|Report)\Z")
_ISO_DAY = re.compile(r"\s*((?:19|20)\d\d)-?(\d\d)-?(\d\d)(?!\d)")
_OTHER_DAYS = (
    re.compile(r"(?<!\d)(?P<day>\d\d?)\.(?P<month>\d\d?)\.(?P<year>(?:19|20)\d\d)(?!\d)"),
    re.compile(r"(?<!\d)(?P<day>\d\d?)\s+(?P<month>[^\W\d_]+)\.?,?\s+(?P<year>(?:19|20)\d\d)(?!\d)"),
    re.compile(r"(?P<month>[^\W\d_]+)\.?\s+(?P<day>\d\d?),\s+(?P<year>(?:19|20)\d\d)(?!\d)"),
)
_URL_DAY = re.compile(r"/((?:19|20)\d\d)[/-](\d{1,2})[/-](\d{1,2})(?=[/-]|\Z)")


@dataclass(frozen=True, slots=True)
class PageFacts:
    """What the head and the marks of a page tell; `published` is YYYY-MM-DD, `lang` only what its template says.

    `closed` is whether it says that only those who pay may read it, `is_report` whether its data call it a report.
    """

    title: str | None = None
    description: str | None = None
    publisher: str | None = None
    published: str | None = None
    url: str | None = None
    lang: str | None = None
    author: str | None = None
    closed: bool = False
    is_report: bool = False


def find_page_facts(tree: Any) -> PageFacts:
    """Collect what a page (an lxml tree) says of itself; what it does not say is None."""
    report, things = _find_json_ld(tree)
    meta = _find_meta(tree)
    publisher = _name(report.get("publisher"), things) or meta.get("publisher")
    return PageFacts(
        title=_find_title(tree, _plain(report.get("headline")) or meta.get("title"), publisher),
        description=_plain(report.get("description")) or meta.get("description"),
        publisher=publisher,
        published=parse_day(str(report.get("datePublished") or "")) or meta.get("published") or _find_visible_day(tree),
        url=_find_address(tree, report, meta),
        lang=tree.get("lang") or _plain(report.get("inLanguage")),
        author=_name(report.get("author"), things) or meta.get("author"),
        closed=str(report.get("isAccessibleForFree")).lower() == "false" or meta.get("tier") == "locked",
        is_report=bool(report) or "published" in meta,
    )


def _find_meta(tree: Any) -> dict[str, str]:
    """Find the best <meta> of each field of `_META`; a day that is none does not count."""
    values: dict[str, str] = {}
    for element in tree.iter("meta"):
        name = element.get("property") or element.get("name") or element.get("itemprop")
        content = _plain(element.get("content"))
        if name and content:
            values.setdefault(name.lower(), content)
    found = {}
    for field, names in _META.items():
        texts = [values[name] for name in names if name in values]
        if field == "published":
            texts = [day for text in texts if (day := parse_day(text))]
        if texts:
            found[field] = texts[0]
    return found


def _find_json_ld(tree: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """Find the first object of JSON-LD that is a report, and all those with an @id; broken scripts are passed over."""
    objects: list[dict[str, Any]] = []
    for script in tree.iter("script"):
        if "ld+json" in (script.get("type") or ""):
            with contextlib.suppress(ValueError, RecursionError):
                objects += _flatten(json.loads(script.text_content(), strict=False))
    things = {str(thing["@id"]): thing for thing in objects if "@id" in thing}
    reports = [thing for thing in objects if any(map(_ARTICLE_TYPES.search, _types(thing)))]
    return (reports[0] if reports else {}), things


def _flatten(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, list):
        for element in value:
            yield from _flatten(element)
    elif isinstance(value, dict):
        yield value
        yield from _flatten(value.get("@graph"))


def _types(thing: Mapping[str, Any]) -> list[str]:
    types = thing.get("@type")
    return [str(one) for one in types] if isinstance(types, list) else [str(types)]


def _name(value: Any, things: Mapping[str, Any]) -> str | None:
    """Name a JSON-LD party: a string, an object, a list of them, or a reference to one elsewhere on the page."""
    if isinstance(value, list):
        value = value[0] if value else None
    if isinstance(value, dict):
        value = value.get("name") or things.get(str(value.get("@id")), {}).get("name")
    return _plain(value)


def _find_title(tree: Any, named: str | None, publisher: str | None) -> str | None:
    """Take the heading as printed if the metadata name it too, else theirs, without the outlet's name."""
    headings = [text for element in tree.iter("h1") if (text := _plain(element.text_content()))]
    title = named or (headings[0] if len(headings) == 1 else _plain(tree.findtext(".//title")))
    if title is None:
        return headings[0] if headings else None
    for heading in headings:
        if len(heading) > 15 and (heading in title or title.rstrip("….") in heading):
            return heading
    return re.sub(rf"\s+[|–—·:-]\s+{re.escape(publisher)}\Z", "", title) if publisher else title


def _find_address(tree: Any, report: Mapping[str, Any], meta: Mapping[str, str]) -> str | None:
    page = report.get("mainEntityOfPage")
    named = page.get("@id") if isinstance(page, dict) else page
    links: list[str] = tree.xpath("//link[translate(@rel, 'CANONICAL', 'canonical') = 'canonical']/@href")
    for address in (*links, meta.get("url"), report.get("url"), named):
        if isinstance(address, str) and re.match(r"\s*https?:", address) and host_of(address.strip()):
            return address.strip()
    return None


_DAY_CLASS = "contains(@class, 'date') or contains(@class, 'publish') or contains(@class, 'time')"
_VISIBLE_DAYS = (
    "//*[@itemprop='datePublished']",
    "//time[@pubdate]",
    "(//article|//main)//time",
    "//h1/following::time",
    *(f"{place}//*[{_DAY_CLASS}]" for place in ("//article", "//main", "//h1/parent::*")),
    f"//h1/following::*[{_DAY_CLASS}]",
    f"//body[not(.//h1)]//*[{_DAY_CLASS}]",
)
_NOT_ITS_DAY = "ancestor::aside|ancestor::footer|ancestor::nav"


def _find_visible_day(tree: Any) -> str | None:
    """Find the publication day that the page shows, from the surest mark to the least; other reports' days are left."""
    for path in _VISIBLE_DAYS:
        for element in tree.xpath(path):
            kind = f"{element.get('class')} {element.get('itemprop')}".lower()
            if "modif" in kind or "updat" in kind or element.xpath(_NOT_ITS_DAY):
                continue
            shown = element.get("datetime") or element.get("content") or element.text_content()
            if len(shown) < 80 and (day := parse_day(shown)):
                return day
    return None


def _plain(value: Any) -> str | None:
    """One line of text without entities, None where it is empty or no text."""
    return " ".join(unescape(value).split()) or None if isinstance(value, str) else None


def parse_day(text: str) -> str | None:
    """Read the calendar day as written, without moving it to another time zone; None where there is none.

    >>> parse_day("2025-06-10T00:25:00+03:00"), parse_day("Середа, 3 червня 2026 р."), parse_day("June 31, 2026")
    ('2025-06-10', '2026-06-03', None)
    """
    if match := _ISO_DAY.match(text):
        return _valid_day(*map(int, match.groups()))
    for pattern in _OTHER_DAYS:
        match = pattern.search(text)
        month = _months().get(match["month"].lower()) if match else None
        if match and month:
            return _valid_day(int(match["year"]), month, int(match["day"]))
    return None


def is_date_line(line: str) -> bool:
    """Whether a line is a date and hardly more, as it stands above or below a heading.

    >>> is_date_line("14 мая 2025 г., 10:30"), is_date_line("On 14 May 2025 the plant made its thousandth tank")
    (True, False)
    """
    return len(line) < 50 and len(re.findall(r"[^\W\d_]{2,}", line)) < 4 and parse_day(line) is not None


def _valid_day(year: int, month: int, day: int) -> str | None:
    with contextlib.suppress(ValueError):
        return date(year, month, day).isoformat()
    return None


@cache
def _months() -> dict[str, int]:
    """Map the names of the months in all languages, whole and abbreviated, and their digits to their numbers."""
    names = {f"{number:0{width}}": number for number in range(1, 13) for width in (1, 2)}
    for lang in language_codes():
        data = language_data(lang, "time")
        for table in (data["months"], data["weak_months"]):
            names |= {form: number for number, forms in table.items() for form in forms}
    return names


def day_of_url(url: str | None) -> str | None:
    """Read the day from an address like /2025/6/10/title, as many sites build them."""
    match = _URL_DAY.search(_split(url).path)
    return parse_day("{}-{:0>2}-{:0>2}".format(*match.groups())) if match else None


def host_of(url: str | None) -> str | None:
    """Name the host of an address without www, None where it has none."""
    host = _split(url).hostname
    return host.removeprefix("www.") if host else None


def _split(url: str | None) -> SplitResult:
    try:
        return urlsplit(url or "")
    except ValueError:  # brackets that hold no address
        return urlsplit("")
