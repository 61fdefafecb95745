"""What the verbs that fetch share, and the verbs that live from the web: watch and feeds."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from outproduce.addresses import addresses_in, is_address
from outproduce.options import Form, open_ledger, verb, warn


@dataclass(frozen=True)
class Web:
    """How addresses are fetched."""

    contact: Annotated[
        str | None,
        typer.Option(envvar="OUTPRODUCE_CONTACT", help="Your mail or web address, told to the sites that are asked."),
    ] = None
    pause: Annotated[
        float, typer.Option(min=0, metavar="SECONDS", help="At least so long between two requests to a host.")
    ] = 1.0
    allow_private: Annotated[
        bool, typer.Option("--allow-private", help="Also fetch from addresses inside your own network.")
    ] = False


@contextmanager
def open_web(
    web: Web, sources: Iterable[str], keep: Callable[[], Any] | None = None, archived: str | None = None
) -> Iterator[Callable[[str], Any] | None]:
    """Make what gathers documents from an address; None where no source is one, and nothing is loaded for it.

    `keep` opens the ledger that remembers what was fetched; without it each run begins anew.
    """
    if not any(map(is_address, sources)):
        yield None
        return
    with open_gatherer(web, keep() if keep is not None else None, archived) as gatherer:
        yield gatherer.gather


def with_lists(sources: Iterable[str]) -> list[str]:
    """Put the addresses of a text file that holds nothing else in its place."""
    found: list[str] = []
    for source in sources:
        path = Path(source)
        listed: list[str] = []
        with suppress(OSError):  # whoever reads it says what is wrong with it
            if path.suffix.lower() == ".txt" and path.is_file() and path.stat().st_size < _LONGEST_LIST:
                listed = addresses_in(path.read_text(encoding="utf-8", errors="replace"))
        found += listed or [source]
    return found


_LONGEST_LIST = 2**20


@contextmanager
def open_gatherer(web: Web, ledger: Any = None, archived: str | None = None) -> Iterator[Any]:
    """Make what gathers pages from the web, with what the ledger remembers of them."""
    from outproduce.fetch import Fetcher, Manners
    from outproduce.gathering import ARCHIVE, Gatherer
    from outproduce.ledger.visits import Visits

    manners = Manners(contact=web.contact, pause_s=web.pause, allow_private=web.allow_private)
    with Fetcher(manners) as fetcher:
        archive = os.environ.get("OUTPRODUCE_ARCHIVE", ARCHIVE).rstrip("/")
        yield Gatherer(fetcher, Visits(ledger), archived, archive)


FeedFile = Annotated[
    Path | None,
    typer.Argument(metavar="FEEDS", help="YAML of feeds, or a list of addresses; default: the shipped feeds.yml."),
]


@verb
def watch(
    context: typer.Context,
    web: Web,
    feeds: FeedFile = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a round (what a pipe gets).")] = False,
    once: Annotated[bool, typer.Option("--once", help="One round over what is due, then end.")] = False,
    every: Annotated[
        float, typer.Option(min=0, metavar="MINUTES", help="How long a feed is left alone; a quiet one up to a day.")
    ] = 15.0,
) -> None:
    """Poll feeds for ever: read their new pages into the ledger, with a line on each round.

    What was fetched and when it is due again stands in the ledger. Ctrl-C and SIGTERM end it after the page in hand.

    Example: `outproduce watch feeds.yml --once`
    """
    from outproduce.feeds.listing import read_listing
    from outproduce.reading import Unread
    from outproduce.watching import Watch

    sources, in_words = read_listing(feeds), sys.stdout.isatty() and not as_json
    with (
        open_ledger(context, create=True) as ledger,
        open_gatherer(web, ledger) as gatherer,
        _stopped_by_signals(gatherer.fetcher.stop),
    ):
        for found in Watch(sources, gatherer, ledger, timedelta(minutes=every)).rounds(once=once):
            if isinstance(found, Unread):
                warn(found.message)
            else:
                print(found if in_words else json.dumps(found.as_row()), flush=True)


@contextmanager
def _stopped_by_signals(stop: threading.Event) -> Iterator[None]:
    """Let the first SIGINT or SIGTERM end the work cleanly, and the second at once."""

    def end(number: int, _frame: Any) -> None:
        stop.set()
        signal.signal(number, signal.SIG_DFL)
        warn("ending after the page in hand", "note")

    before = {number: signal.signal(number, end) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


feeds_app = typer.Typer(help="Lists of feeds: which answer, and the one that is shipped.", no_args_is_help=True)


@feeds_app.command("check")
@verb
def check_feeds(form: Form, web: Web, feeds: FeedFile = None) -> None:
    """Ask every feed once and say which answer, with how many pages and of which day. Exit 1 where one does not.

    Example: `outproduce feeds check my_feeds.yml`
    """
    from outproduce.feeds.listing import read_listing
    from outproduce.progress import watched
    from outproduce.report.export import write_rows
    from outproduce.report.views import FEED_COLUMNS
    from outproduce.watching import check_sources

    shape = form.shape
    with open_gatherer(web) as gatherer:
        rows = list(watched(check_sources(read_listing(feeds), gatherer), "asking", "feeds"))
    write_rows(rows, shape, FEED_COLUMNS)
    answered = sum(row["answers"] for row in rows)
    if answered < len(rows):
        warn(f"{answered} of {len(rows)} feeds answered", "note")
        sys.exit(1)


@feeds_app.command("starter")
@verb
def starter_feeds() -> None:
    """Print the shipped feeds.yml, to begin a list of your own.

    Example: `outproduce feeds starter > feeds.yml`
    """
    from outproduce.feeds.listing import starter_text

    print(starter_text(), end="")
