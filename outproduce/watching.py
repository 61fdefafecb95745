"""Rounds over a list of feeds: what is due is asked for, what is new is read, and quiet feeds are asked less often."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from outproduce.addresses import site_of
from outproduce.errors import SourceError
from outproduce.feeds.listing import Source
from outproduce.feeds.parsing import Entry
from outproduce.fetch import in_lanes
from outproduce.gathering import Gatherer, Listing, later
from outproduce.ledger.opening import utc_now
from outproduce.ledger.store import Ledger
from outproduce.ledger.visits import Visit
from outproduce.reading import ReadReport, Unread, read_documents

LONGEST = timedelta(days=1)
_SHORTEST_WAIT_S = 1.0


def check_sources(sources: Sequence[Source], gatherer: Gatherer) -> Iterator[dict[str, Any]]:
    """Ask every source once and yield a row of what it answers, as it comes."""
    by_url = {source.url: source for source in sources}
    lanes: dict[str, list[str]] = defaultdict(list)
    for url in by_url:
        lanes[site_of(url)].append(url)
    for url, found in in_lanes(lanes, gatherer.list_feed, gatherer.fetcher.stop):
        row = asdict(by_url[url]) | {"answers": False, "kind": None, "pages": None, "newest": None, "message": None}
        if isinstance(found, SourceError):
            yield row | {"message": str(found)}
            continue
        entries = found.entries or ()
        days = [entry.day for entry in entries if entry.day]
        known = {"kind": found.kind, "pages": len(entries), "newest": max(days, default=None)}
        yield row | known | {"answers": bool(entries), "message": None if entries else "it lists no page"}


@dataclass(slots=True)
class Round:
    """What one round did; feeds that were not due are not counted. `next_at` is when the next one is due."""

    began: str
    feeds: int = 0
    answered: int = 0
    unchanged: int = 0
    pages: int = 0
    new: int = 0
    claims: int = 0
    failed: int = 0
    unreadable: int = 0
    stubs: int = 0
    waiting: int = 0
    next_at: str | None = None

    def as_row(self) -> dict[str, Any]:
        """Give the counts as JSON-ready values."""
        return asdict(self)

    def __str__(self) -> str:
        """Say it in one line."""
        return (
            f"{self.began}  feeds: {self.answered} of {self.feeds} answered, {self.unchanged} unchanged; pages: "
            f"{self.pages} read ({self.new} new, {self.claims} claims, {self.stubs} behind paywalls), "
            f"{self.failed} not had, {self.unreadable} unreadable, {self.waiting} to be tried again; "
            f"next round {self.next_at or 'not planned'}"
        )


@dataclass(slots=True)
class Watch:
    """Polls `sources` through `gatherer` into `ledger`; a feed is left alone `every` at first, a day at the most."""

    sources: Sequence[Source]
    gatherer: Gatherer
    ledger: Ledger
    every: timedelta = timedelta(minutes=15)
    _counts: Round = field(init=False)

    def rounds(self, *, once: bool = False) -> Iterator[Round | Unread]:
        """Yield what could not be had as it comes and the counts of each round, until the fetcher is stopped."""
        stop = self.gatherer.fetcher.stop
        while not stop.is_set():
            yield from self._go_round()
            yield self._counts
            if once or stop.wait(self._seconds_left()):
                return

    def _go_round(self) -> Iterator[Unread]:
        self._counts = counts = Round(utc_now())
        listings: dict[str, Listing] = {}
        yield from self._ask_feeds(listings)
        entries = [entry for listing in listings.values() for entry in listing.entries or ()]
        fresh = {url: self._count_new(listing) for url, listing in listings.items()}
        entries += [Entry(visit.url, visit.listed) for visit in self.gatherer.visits.due("page", counts.began)]
        for report in read_documents(self.gatherer.pages(entries), self.ledger):
            self._count(report)
            if isinstance(report, Unread):
                yield report
        if not self.gatherer.fetcher.stop.is_set():  # or else the pages that were left out would be forgotten
            for url, listing in listings.items():
                self.gatherer.visits.note(self._due_again(listing.visit, fresh[url]))
        self._look_ahead()

    def _ask_feeds(self, listings: dict[str, Listing]) -> Iterator[Unread]:
        """Ask every feed whose time has come; a feed that fails is left alone twice as long each time."""
        visits, counts = self.gatherer.visits, self._counts
        lanes: dict[str, list[str]] = defaultdict(list)
        for source in self.sources:
            visit = visits.get(source.url)
            if visit is None or (visit.due_at or "") <= counts.began:
                lanes[site_of(source.url)].append(source.url)
        counts.feeds = sum(map(len, lanes.values()))
        for url, found in in_lanes(lanes, self.gatherer.list_feed, self.gatherer.fetcher.stop):
            if isinstance(found, SourceError):
                yield Unread(url, str(found))
                if not self.gatherer.fetcher.stop.is_set():
                    visits.note(self._failed(url, found))
                continue
            counts.answered += 1
            counts.unchanged += found.entries is None
            listings[url] = found
            for note in found.notes:
                yield Unread(url, note)

    def _count_new(self, listing: Listing) -> int:
        return sum(self.gatherer.is_wanted(entry.url) for entry in listing.entries or ())

    def _count(self, report: ReadReport | Unread) -> None:
        counts = self._counts
        if isinstance(report, ReadReport):
            counts.pages += 1
            counts.new += bool(report.is_new)
            counts.claims += len(report.claims)
            counts.stubs += report.article.stub
        elif report.raw is None:
            counts.failed += 1
        else:
            counts.unreadable += 1

    def _due_again(self, visit: Visit, fresh: int) -> Visit:
        """Halve the interval of a feed that brought something, down to `every`, and lengthen that of a quiet one."""
        shortest = self.every.total_seconds()
        before = visit.interval_s or self._interval_before(visit.url) or shortest
        interval = before / 2 if fresh else before * 1.5
        interval = min(max(interval, shortest), LONGEST.total_seconds())
        return replace(visit, interval_s=int(interval), due_at=later(utc_now(), timedelta(seconds=interval)), fails=0)

    def _interval_before(self, url: str) -> int:
        visit = self.gatherer.visits.get(url)
        return visit.interval_s if visit else 0

    def _failed(self, url: str, error: SourceError) -> Visit:
        before = self.gatherer.visits.get(url) or Visit(url, "feed", utc_now(), "waiting")
        fails = before.fails + 1
        due = later(utc_now(), min(self.every * 2 ** min(fails - 1, 10), LONGEST))
        return replace(before, checked_at=utc_now(), outcome="waiting", message=str(error), fails=fails, due_at=due)

    def _look_ahead(self) -> None:
        """Find when the next thing is due, and how many pages are to be tried again."""
        visits = self.gatherer.visits
        far = later(utc_now(), 2 * LONGEST)
        pages = visits.due("page", far)
        feeds = [visit for source in self.sources if (visit := visits.get(source.url))]
        dues = sorted(visit.due_at for visit in (*pages, *feeds) if visit.due_at)
        self._counts.waiting = len(pages)
        self._counts.next_at = dues[0] if dues else None

    def _seconds_left(self) -> float:
        if self._counts.next_at is None:
            return self.every.total_seconds()
        left = (datetime.fromisoformat(self._counts.next_at) - datetime.now(UTC)).total_seconds()
        return max(left, _SHORTEST_WAIT_S)
