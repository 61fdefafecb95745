"""Addresses -> documents to be read: pages, and what feeds list, with what the ledger remembers of the last time.

A visit is noted when the next document is asked for, that is when the one before has been stored: a killed run fetches
a page again rather than losing it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from outproduce.addresses import clean_address, site_of
from outproduce.articles.page_links import find_page_links
from outproduce.articles.responses import Response, write_records
from outproduce.articles.sources import Found, SourceProblem
from outproduce.errors import FetchError, SourceError, UsageError
from outproduce.feeds.parsing import Entry, find_feeds, parse_feed
from outproduce.fetch import Fetcher, Unchanged, in_lanes
from outproduce.ledger.opening import utc_now
from outproduce.ledger.visits import Visit, Visits
from outproduce.records import RawDocument, content_id

ARCHIVE = "https://web.archive.org"
MAX_SITEMAPS = 50
MAX_PARTS = 10
_TRIES = 8
_LONGEST_WAIT = timedelta(hours=12)


def archived_address(url: str, day: str, archive: str = ARCHIVE) -> str:
    """Give the address at which an archive keeps the copy of a page nearest to a day, as it was sent.

    Raises:
        UsageError: the day is not YYYY, YYYY-MM or YYYY-MM-DD.

    >>> archived_address("https://example.org/a", "2025-06")
    'https://web.archive.org/web/202506id_/https://example.org/a'
    """
    if not re.fullmatch(r"\d{4}(-\d\d(-\d\d)?)?", day):
        raise UsageError(f"--archived {day!r} is no date; write YYYY, YYYY-MM or YYYY-MM-DD")
    return f"{archive}/web/{day.replace('-', '')}id_/{clean_address(url)}"


def later(moment: str, wait: timedelta) -> str:
    """Give a moment (YYYY-MM-DDThh:mm:ssZ) moved into the future."""
    return (datetime.fromisoformat(moment) + wait).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def is_passing(error: SourceError) -> bool:
    """Whether what failed may well succeed later."""
    return isinstance(error, FetchError) and error.passing


@dataclass(frozen=True, slots=True)
class Page:
    """A report as its responses, one for each part; `twin_of` is the address under which it is known already."""

    responses: tuple[Response, ...]
    editions: str | None = None
    twin_of: str | None = None

    @property
    def payload(self) -> str:
        """Hash of what was sent, whenever that was."""
        return content_id(*(response.payload_hash for response in self.responses), length=64)

    def document(self, entry: Entry) -> RawDocument:
        """Make the document to be read, with what is known beside its bytes."""
        given = {"listed": entry.day, "editions": self.editions}
        known = {name: value for name, value in given.items() if value}
        return RawDocument(entry.url, write_records(self.responses), "response", known)

    def visit(self, url: str, document: RawDocument) -> Visit:
        """Make the visit to remember; only what is of one part has a version that a server can be asked about."""
        first, alone = self.responses[0], len(self.responses) == 1
        return Visit(
            url, "page", first.retrieved, "read",
            etag=first.header("etag") if alone else None,
            last_modified=first.header("last-modified") if alone else None,
            payload=self.payload,
            raw_hash=None if self.twin_of else document.raw_hash,
            listed=document.given.get("listed"),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Listing:
    """The pages a feed lists, or None where it has not changed; `visit` is to be noted when they have been read."""

    entries: tuple[Entry, ...] | None
    visit: Visit
    kind: str | None = None
    notes: tuple[str, ...] = ()


@dataclass(slots=True)
class Gatherer:
    """Gets pages through `fetcher` and remembers them in `visits`; `archived` asks an archive for a day's copy.

    A page that fails for a passing reason is asked for again after `first_wait`, then after twice as long each time.
    """

    fetcher: Fetcher
    visits: Visits
    archived: str | None = None
    archive: str = ARCHIVE
    first_wait: timedelta = timedelta(minutes=5)
    _seen: set[str] = field(default_factory=set)

    def gather(self, address: str) -> Iterator[Found]:
        """Yield the document at an address, or those of the pages that a feed at that address lists.

        A page that has not changed comes from the ledger; of a feed, pages that were fetched before are left out.
        """
        try:
            url = clean_address(address)
            response = self._fetch_known(url)
            listing = self._listing(response, url) if isinstance(response, Response) and not self.archived else None
            if listing is not None:
                yield from self.pages(listing.entries or ())
                yield from (SourceProblem(address, note) for note in listing.notes)
            else:
                yield from self._page(response, url)
        except SourceError as error:
            yield SourceProblem(address, str(error))

    def _fetch_known(self, url: str) -> Response | Unchanged:
        """Fetch an address, or its copy in the archive; what the ledger keeps need not be sent again."""
        if self.archived is not None:
            return self._from_archive(url, self.archived)
        visit = self.visits.get(url)
        if visit is None or self.visits.kept_record(visit) is None:
            return self._response(url)
        return self.fetcher.fetch(url, etag=visit.etag, last_modified=visit.last_modified)

    def _page(self, response: Response | Unchanged, url: str) -> Iterator[Found]:
        """Yield the one page at an address, as the ledger keeps it where it has not changed."""
        if self.archived is not None and isinstance(response, Response):
            yield Page((response,)).document(Entry(url))
            return
        page = self._whole(response, url) if isinstance(response, Response) else None
        known = page.twin_of if page is not None and page.twin_of else url
        visit = self.visits.get(known)
        kept = self.visits.kept_record(visit) if visit is not None else None
        same = page is None or page.twin_of or (visit is not None and page.payload == visit.payload)
        if same and visit is not None and kept is not None:
            yield RawDocument(known, kept, "response", {"listed": visit.listed} if visit.listed else {})
        elif page is not None:
            yield from self._told(Entry(url), replace(page, twin_of=None))

    def pages(self, entries: Iterable[Entry]) -> Iterator[Found]:
        """Yield the documents of pages not fetched before, several sites at a time, each page once."""
        lanes: dict[str, list[Entry]] = defaultdict(list)
        for entry in entries:
            if entry.url not in self._seen and self.is_wanted(entry.url):
                self._seen.add(entry.url)
                lanes[site_of(entry.url)].append(entry)
        for entry, found in in_lanes(lanes, self._get_page, self.fetcher.stop):
            if isinstance(found, SourceError):
                yield SourceProblem(entry.url, str(found))
                if not self.fetcher.stop.is_set():
                    self.visits.note(self._failed(entry, found))
                self._seen.discard(entry.url)
                continue
            yield from self._told(entry, found)

    def _told(self, entry: Entry, page: Page) -> Iterator[Found]:
        """Yield a page's document and note the visit when it is stored; of a twin that is known only the visit."""
        document = page.document(entry)
        if page.twin_of is None:
            yield document
        visit = page.visit(entry.url, document)
        self.visits.note(visit)
        if page.twin_of is None and page.responses[0].original != entry.url:
            self.visits.note(replace(visit, url=page.responses[0].original))

    def list_feed(self, url: str) -> Listing:
        """Fetch a feed, a sitemap or the home page that names one, and give what it lists.

        Raises:
            SourceError: it cannot be fetched, or is no feed and names none.
        """
        visit = self.visits.get(url)
        known = {} if visit is None else {"etag": visit.etag, "last_modified": visit.last_modified}
        found = self.fetcher.fetch(url, **known)
        if isinstance(found, Unchanged) or (visit is not None and found.payload_hash == visit.payload):
            fresh = visit or Visit(url, "feed", utc_now(), "read")
            return Listing(None, replace(fresh, checked_at=utc_now(), outcome="read", fails=0, message=None))
        listing = self._listing(found, url, home=True)
        if listing is None:
            raise SourceError(f"{url} is no feed and names none in its head; give the address of its RSS or Atom feed")
        return listing

    def _listing(self, response: Response, url: str, *, home: bool = False) -> Listing | None:
        """Read a response as a feed; a home page stands for the feed it names. None where it is a page."""
        feed = parse_feed(response.content, response.url)
        if feed is None and (home or urlsplit(response.url).path.strip("/") == ""):
            for named in find_feeds(response.content, response.url)[:1]:
                response = self._response(named)
                feed = parse_feed(response.content, response.url)
        if feed is None:
            return None
        entries, notes = feed.entries, list[str]()
        if feed.sitemaps:
            entries = self._below(feed.sitemaps, notes)
        whole = not notes and not feed.sitemaps and response.url == clean_address(url)
        visit = Visit(
            url, "feed", utc_now(), "read",
            etag=response.header("etag") if whole else None,
            last_modified=response.header("last-modified") if whole else None,
            payload=response.payload_hash if whole else None,
        )  # fmt: skip
        return Listing(entries, visit, feed.kind, tuple(notes))

    def _below(self, sitemaps: Sequence[str], notes: list[str]) -> tuple[Entry, ...]:
        """Collect what the sitemaps of an index list; an index of indexes is followed once, and never in circles."""
        found: dict[str, Entry] = {}
        queue, seen, left = list(sitemaps), set(sitemaps), MAX_SITEMAPS
        while queue and left:
            url, left = queue.pop(0), left - 1
            try:
                response = self._response(url)
                feed = parse_feed(response.content, response.url)
            except SourceError as error:
                notes.append(str(error))
                continue
            found |= {entry.url: entry for entry in (feed.entries if feed else ())}
            fresh = [one for one in (feed.sitemaps if feed else ()) if one not in seen]
            seen.update(fresh)
            queue += fresh
        if queue:
            notes.append(f"{sitemaps[0]} and others list more than {MAX_SITEMAPS} sitemaps; the rest were left out")
        return tuple(found.values())

    def _response(self, url: str) -> Response:
        found = self.fetcher.fetch(url)
        assert isinstance(found, Response)  # nothing was said that could be unchanged
        return found

    def _from_archive(self, url: str, day: str) -> Response:
        found = self._response(archived_address(url, day, self.archive))
        if found.header("memento-datetime") is None:
            raise FetchError(f"{self.archive} keeps no copy of {url}; try another date or the page itself")
        return found

    def _get_page(self, entry: Entry) -> Page:
        return self._whole(self._response(entry.url), entry.url)

    def _whole(self, response: Response, url: str) -> Page:
        """Complete a page: the report itself in place of its AMP, mobile or print twin, and its further parts."""
        links = find_page_links(response)
        twin = links.canonical
        if twin is not None and twin != url:
            if twin in self._seen or not self.is_wanted(twin):
                return Page((response,), twin_of=twin)
            self._seen.add(twin)
            with suppress(SourceError):  # the twin at hand is better than nothing
                response = self._response(twin)
                links = find_page_links(response)
        parts, following = [response], links.following
        while following and len(parts) < MAX_PARTS and following not in self._seen:
            self._seen.add(following)
            try:
                parts.append(self._response(following))
            except SourceError as error:
                if is_passing(error):  # the whole page is tried again later
                    raise
                break
            following = find_page_links(parts[-1]).following
        return Page(tuple(parts), links.editions)

    def is_wanted(self, url: str) -> bool:
        """Whether a page was never fetched, or is to be tried again by now."""
        visit = self.visits.get(url)
        return (
            visit is None or visit.kind == "feed" or (visit.outcome == "waiting" and (visit.due_at or "") <= utc_now())
        )

    def _failed(self, entry: Entry, error: SourceError) -> Visit:
        before = self.visits.get(entry.url)
        fails = (before.fails if before else 0) + 1
        waits = is_passing(error) and fails < _TRIES
        now = utc_now()
        due = later(now, min(self.first_wait * 2 ** (fails - 1), _LONGEST_WAIT)) if waits else None
        outcome = "waiting" if waits else "given up"
        return Visit(entry.url, "page", now, outcome, message=str(error), listed=entry.day, due_at=due, fails=fails)
