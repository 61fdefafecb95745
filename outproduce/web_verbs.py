"""What the verbs that fetch share, and the verbs that live from the web: watch and feeds."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Annotated, Any

import typer

from outproduce.addresses import is_address


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
