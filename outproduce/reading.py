"""The way through the program for one report, with the stages in their order; `read`, `extract` and `demo` go it.

    source -> article -> statements -> mentions -> claims -> ledger

Nothing is decided here: each stage is a module of its own, named in the order in which it works.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO

from outproduce import __version__
from outproduce.addresses import is_address
from outproduce.articles.article import read_article
from outproduce.articles.sources import Found, SourceProblem, read_sources
from outproduce.claims.extraction import read_claims
from outproduce.errors import SourceError
from outproduce.ledger.store import Ledger
from outproduce.packs import Pack, load_pack
from outproduce.records import Article, Claim, RawDocument, Statement


@dataclass(frozen=True, slots=True)
class ReadReport:
    """One report and all that was read from it; `is_new` is whether the ledger did not know it (None: not asked)."""

    raw: RawDocument
    article: Article
    statements: tuple[Statement, ...]
    claims: tuple[Claim, ...]
    is_new: bool | None = None


@dataclass(frozen=True, slots=True)
class Unread:
    """What could not be read and why; `raw` is None where not even bytes were to be had.

    `record` is the id of one record of a JSON source, or where it stands; None for anything larger.
    """

    origin: str
    message: str
    raw: RawDocument | None = None
    record: str | int | None = None

    @property
    def is_blank_record(self) -> bool:
        """Whether it is an object of a JSON source whose text is empty: sound, but nothing to read."""
        return self.raw is not None and self.raw.media == "record" and not str(self.raw.given["text"]).strip()


def read_report(raw: RawDocument, pack: Pack) -> ReadReport:
    """Take one document through every stage up to its claims.

    Raises:
        SourceError: there is no text in it, or it is broken.
    """
    article = read_article(raw)  # text, title, publisher, day, language
    statements, claims = read_claims(  # who says which words; mentions; what belongs to what
        article.text, article.lang, article.published, pack, article.id
    )
    held = tuple(claim.with_fields(publisher=article.publisher, url=article.url) for claim in claims)
    return ReadReport(raw, article, tuple(statements), held)


def read_reports(
    sources: Iterable[str | Path],
    ledger: Ledger | Callable[[], Ledger] | None = None,
    *,
    stdin: IO[bytes] | None = None,
    pack: str = "weapons",
    web: Callable[[str], Iterable[Found]] | None = None,
) -> Iterator[ReadReport | Unread]:
    """Read every document of the sources in order and, where a ledger is given, append each to it as it is read.

    What cannot be read comes out as `Unread` and does not stop the others. Each report is one transaction. `ledger` may
    be what opens one: it is called when there is a first report to keep, so that none is made for nothing. `web` gets
    the documents of a source that is an address.

    Raises:
        LedgerError: the ledger cannot be written.
    """
    yield from read_documents(_find_documents(sources, stdin, web), ledger, pack=pack)


def read_documents(
    documents: Iterable[Found], ledger: Ledger | Callable[[], Ledger] | None = None, *, pack: str = "weapons"
) -> Iterator[ReadReport | Unread]:
    """Read documents that were found; as `read_reports`, of which this is the second half."""
    loaded = load_pack(pack)
    for found in documents:
        if isinstance(found, SourceProblem):
            yield Unread(found.origin, found.message, record=found.record)
            continue
        try:
            report = read_report(found, loaded)
        except SourceError as error:
            yield Unread(found.origin, str(error), found, document_id(found) if found.media == "record" else None)
            continue
        if ledger is not None:
            ledger = ledger if isinstance(ledger, Ledger) else ledger()
            is_new = ledger.append_article(
                report.article, report.raw, report.statements, report.claims, version=__version__
            )
            report = replace(report, is_new=is_new)
        yield report


def _find_documents(
    sources: Iterable[str | Path], stdin: IO[bytes] | None, web: Callable[[str], Iterable[Found]] | None
) -> Iterator[Found]:
    for source in sources:
        if web is not None and is_address(str(source)):
            yield from web(str(source))
        else:
            yield from read_sources([source], stdin=stdin)


def document_id(raw: RawDocument) -> str | int:
    """Give the identifier a document came with, or where it came from.

    >>> document_id(RawDocument("a.jsonl:1", b"", "record", {"id": "en-001", "text": ""}))
    'en-001'
    """
    given = raw.given.get("id")
    return given if isinstance(given, str | int) else raw.origin
