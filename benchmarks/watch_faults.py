"""Watch a site of 1,000 pages and 20 feeds on this machine that fails in every way it can; print what came of it.

    python benchmarks/watch_faults.py            the whole, a few minutes
    python benchmarks/watch_faults.py 100 20     so many pages and feeds

Of every seven pages one is sound at once; the others first answer 429 with Retry-After, 503, a reset connection,
silence, half an answer, or fail so often that they are had only in a later round. Beside them the feeds list pages that
are gone, pictures, pages closed by robots.txt, and the same pages twice, with marks of advertisers. Counts that must
hold are checked; exit 1 where one does not.
"""

from __future__ import annotations

import itertools
import json
import socket
import struct
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from outproduce.feeds import Source  # noqa: E402
from outproduce.fetch import Fetcher, Manners  # noqa: E402
from outproduce.gathering import Gatherer  # noqa: E402
from outproduce.ledger.store import Ledger  # noqa: E402
from outproduce.ledger.visits import Visits  # noqa: E402
from outproduce.watching import Round, Watch  # noqa: E402
from tests.servers import Site  # noqa: E402

PAUSE_S = 0.05
FAULTS = ("none", "429", "503", "reset", "silence", "half", "often")
ROUNDS = 8
GONE, PICTURES, CLOSED = 3, 2, 2  # per feed


def page(number: int) -> str:
    """One report with one claim."""
    return (
        f"<!DOCTYPE html><html lang=en><head><title>Report {number}</title><meta property='article:published_time' "
        f"content='2025-06-{number % 28 + 1:02}'></head><body><article><h1>Report {number} of the plant</h1>"
        f"<p>Russia makes {1000 + number} tanks a year, the director of plant number {number} said on Monday.</p>"
        f"<p>Visitors were shown hall {number % 97}, where the machines of line {number * 7 % 1009} stand.</p>"
        "</article></body></html>"
    )


class FaultySite(Site):
    """A site whose pages fail at first, each in its own way."""

    def __init__(self, host: str, numbers: list[int]) -> None:
        super().__init__(host=host)
        self._times: Counter[str] = Counter()
        self._lock = threading.Lock()
        self.numbers = numbers
        self.sent: Counter[int] = Counter()

    def answer(self, handler: Any) -> None:
        """Answer one request."""
        kind, _, number = handler.path.strip("/").partition("-")
        with self._lock:
            self._times[handler.path] += 1
            times = self._times[handler.path]
        if kind == "robots.txt":
            handler.send("User-agent: *\nDisallow: /closed", "text/plain")
        elif kind == "feed":
            handler.send(self.feed(int(number)), "application/rss+xml")
        elif kind == "picture":
            handler.send(b"\x89PNG", "image/png")
        elif kind == "page":
            self._fail_or_send(handler, int(number), times)
        else:
            handler.send("gone", status=410)

    def feed(self, number: int) -> str:
        """List every page of the site, some twice, and what cannot be read."""
        links = [self.url(f"/page-{n}") for n in self.numbers]
        links += [f"{link}?utm_source=feed{number}" for link in links[::3]]
        for kind, count in (("gone", GONE), ("picture", PICTURES), ("closed", CLOSED)):
            links += [self.url(f"/{kind}-{number}.{n}") for n in range(count)]
        items = "".join(f"<item><link>{link}</link></item>" for link in links)
        return f"<rss version='2.0'><channel>{items}</channel></rss>"

    def _fail_or_send(self, handler: Any, number: int, times: int) -> None:
        fault = FAULTS[number % len(FAULTS)]
        if fault == "none" or times > (6 if fault == "often" else 1):
            self.sent[number] += 1
            handler.send(page(number))
        elif fault == "429":
            handler.send("slowly", status=429, retry_after="1")
        elif fault in ("503", "often"):
            handler.send("later", status=503)
        elif fault == "silence":
            time.sleep(1.5)
            handler.close_connection = True
        elif fault == "half":
            handler.wfile.write(b"HTTP/1.1 200 OK\r\ncontent-length: 5000\r\ncontent-type: text/html\r\n\r\n<html>")
            handler.close_connection = True
        else:
            handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            handler.connection.close()
            handler.close_connection = True


def shortest_gap(site: Site) -> float:
    """Seconds between the beginning of one answer and the next request."""
    times = sorted((one.began, one.ended) for one in site.asked)
    return min((after[0] - before[1] for before, after in itertools.pairwise(times)), default=9.0)


def watch(pages: int, feeds: int, folder: Path) -> dict[str, Any]:
    """Watch until nothing is left to be tried again and give the counts."""
    hosts = [f"127.0.0.{n}" for n in range(1, min(feeds, 20) + 1)] if sys.platform == "linux" else ["127.0.0.1"] * feeds
    shares = [list(range(pages))[n::feeds] for n in range(feeds)]
    manners = Manners(pause_s=PAUSE_S, timeout_s=1.0, backoff_s=0.1, allow_private=True)
    rounds: list[Round] = []
    messages: Counter[str] = Counter()
    began = time.monotonic()
    with ExitStack() as stack:
        sites = [stack.enter_context(FaultySite(h, s)) for h, s in zip(itertools.cycle(hosts), shares, strict=False)]
        ledger = stack.enter_context(Ledger.open(folder / "watch.db"))
        fetcher = stack.enter_context(Fetcher(manners))
        gatherer = Gatherer(fetcher, Visits(ledger), first_wait=timedelta(seconds=1))
        watching = Watch(
            [Source(s.url(f"/feed-{n}")) for n, s in enumerate(sites)], gatherer, ledger, timedelta(seconds=2)
        )
        while len(rounds) < ROUNDS and (len(rounds) < 2 or rounds[-1].waiting):
            for found in watching.rounds(once=True):
                if isinstance(found, Round):
                    rounds.append(found)
                else:
                    messages[" ".join(w for w in found.message.split() if "://" not in w)[:60]] += 1
            time.sleep(1.0)
        held = [claim.low for claim in ledger.claims()]
        counts = ledger.counts()
        asked = Counter(path for site in sites for path in site.paths())
        gaps = [shortest_gap(site) for site in sites]
    return {
        "pages": pages,
        "feeds": feeds,
        "seconds": round(time.monotonic() - began, 1),
        "rounds": [one.as_row() for one in rounds],
        "articles": counts["articles"],
        "raw_documents": counts["raw_documents"],
        "claims": len(held),
        "claims twice": len(held) - len(set(held)),
        "pages missing": len({1000.0 + n for n in range(pages)} - set(held)),
        "pages sent twice": sum(count > 1 for site in sites for count in site.sent.values()),
        "closed pages asked for": sum(count for path, count in asked.items() if path.startswith("/closed")),
        "requests": sum(asked.values()),
        "requests by kind": dict(_by_kind(asked)),
        "shortest pause, ms": round(1000 * min(gaps)),
        "told": dict(messages.most_common()),
    }


def _by_kind(asked: Counter[str]) -> dict[str, int]:
    found: dict[str, int] = defaultdict(int)
    for path, count in asked.items():
        found[path.strip("/").partition("-")[0]] += count
    return found


def faults_of(counts: dict[str, Any]) -> list[str]:
    """Name what does not hold."""
    pages = counts["pages"]
    wanted = {
        "articles": pages, "raw_documents": pages, "claims": pages, "claims twice": 0, "pages missing": 0,
        "pages sent twice": 0, "closed pages asked for": 0,
    }  # fmt: skip
    wrong = [f"{name} is {counts[name]}, not {number}" for name, number in wanted.items() if counts[name] != number]
    if counts["shortest pause, ms"] < 1000 * PAUSE_S - 1:
        wrong.append(f"the shortest pause was {counts['shortest pause, ms']} ms, not {1000 * PAUSE_S:.0f}")
    return wrong


def main() -> int:
    pages, feeds = (int(value) for value in (sys.argv[1:] or ["1000", "20"]))
    with tempfile.TemporaryDirectory() as folder:
        counts = watch(pages, feeds, Path(folder))
    print(json.dumps(counts, indent=1))
    wrong = faults_of(counts)
    print("\n".join(wrong) or "all readable pages are in the ledger, none twice, the pauses kept")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
