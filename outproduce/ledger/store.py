"""The ledger: articles with their raw bytes, statements and claims, appended and never overwritten, and searched.

One transaction per article, so that a killed run leaves whole articles only. All SQL of the package is in this folder.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import Any, Self

import sqlalchemy as sa

from outproduce.errors import ClaimError, LedgerError, NothingFound
from outproduce.ledger import schema as db
from outproduce.ledger.appending import Reading, SetAside, split_by_evidence
from outproduce.ledger.changes import Change
from outproduce.ledger.opening import Opened, default_ledger_path, in_plain_words, open_database
from outproduce.ledger.rows import HAND, add_claims, article_of, given_of_record, text_of
from outproduce.ledger.search import ClaimFilter, find_claims
from outproduce.records import Article, Claim, RawDocument, Statement

__all__ = ["ClaimFilter", "Ledger", "SetAside", "default_ledger_path"]

ReadArticle = tuple[Article, RawDocument | None, Sequence[Statement], Sequence[Claim]]
_BATCH = 500  # rows held at once while the ledger is listed


class Ledger:
    """An open ledger; use it in a `with` block, which closes it."""

    def __init__(self, opened: Opened) -> None:
        self._engine = opened.engine
        self._writer = opened.engine.execution_options(writes=True)
        self._writable = opened.writable
        dbapi: Any = opened.engine.dialect.loaded_dbapi
        self._driver_error: type[Exception] = dbapi.Error
        self.name = opened.name

    @classmethod
    def open(cls, path_or_url: str | Path, create: bool = True, *, wait_s: float = 30.0) -> Self:
        """Open a ledger by path, sqlite:/// or postgresql:// address; make it where there is none and `create` is set.

        `wait_s` is how long to wait for another program that is writing. An existing file in a place that may not be
        written is opened for reading. A ledger of an older schema is upgraded, after a copy was written beside it.

        Raises:
            LedgerError: it cannot be opened, is no ledger, or was made by a newer version.
        """
        return cls(open_database(path_or_url, create=create, wait_s=wait_s))

    def close(self) -> None:
        """Close the file; the ledger cannot be used afterwards."""
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """Read within one transaction, which sees the ledger as it was when it began.

        Raises:
            LedgerError: the ledger cannot be read.
        """
        with in_plain_words(self.name), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def writing(self, what: str, source: str | None = None) -> Iterator[Change]:
        """Write within one transaction, all or nothing; waits for another program that is writing.

        Raises:
            LedgerError: the ledger cannot be written.
        """
        if not self._writable:
            raise LedgerError(f"the ledger {self.name} may not be written; copy it to a place you may write to")
        with in_plain_words(self.name, self._driver_error), self._writer.begin() as connection:
            change = Change(connection, what, source)
            yield change
            change.finish()

    def append_article(
        self,
        article: Article,
        raw: RawDocument | None,
        statements: Sequence[Statement],
        claims: Sequence[Claim],
        *,
        set_aside: Sequence[SetAside] = (),
        version: str | None = None,
    ) -> bool:
        """Store one article and what was read from it, in one transaction; False where the ledger knew all of it.

        Claims that an earlier or equal version of the same reader found here and this one did not are superseded; a
        reading by an older version changes nothing, and none brings back or ends what a person decided on. `version`
        is the reader's, needed only to say that a newer one found no claim. A claim whose words do not stand in the
        text is set aside, not stored.

        Raises:
            ClaimError: a claim is of another article or entered by hand.
            LedgerError: the ledger cannot be written, or `raw` is not what the article was read from.
        """
        sound, unsound = split_by_evidence(article, claims)
        _check_bytes(article, raw)
        with self.writing("read") as change:
            reading = Reading(change, article, self.name)
            return reading.append(raw, statements, sound, (*set_aside, *unsound), version)

    def append_articles(
        self, readings: Iterable[ReadArticle], *, version: str | None = None, at_once: int = 100
    ) -> int:
        """Store many articles as `append_article` does, `at_once` of them in one transaction; gives how many were new.

        For programs that bring a whole archive: it takes half the time, and a killed run loses whole articles of the
        last transaction only. Memory holds `at_once` readings.

        Raises:
            ClaimError: a claim is of another article or entered by hand; the articles before its transaction stay.
            LedgerError: as for `append_article`.
        """
        added, rest = 0, iter(readings)
        while group := list(islice(rest, at_once)):
            with self.writing("read") as change:
                for article, raw, statements, claims in group:
                    sound, unsound = split_by_evidence(article, claims)
                    _check_bytes(article, raw)
                    added += Reading(change, article, self.name).append(raw, statements, sound, unsound, version)
        return added

    def append_claims(self, claims: Iterable[Claim], *, source: str = "by hand") -> int:
        """Store claims entered by hand, all or none; gives how many the ledger did not know (by id).

        `source` names the table they come from. A claim superseded since is not brought back.

        Raises:
            ClaimError: a claim is not entered by hand (`reader` is not "hand").
            LedgerError: the ledger cannot be written.
        """
        given = {claim.id: claim for claim in claims}
        for claim in given.values():
            if claim.reader != HAND or claim.evidence is not None:
                raise ClaimError(f"claim {claim.id} was read by {claim.reader!r}; store it with its article")
        with self.writing("import", source) as change:
            by_hand = sa.select(db.claims.c.id).where(db.claims.c.reader == HAND)
            known = set(change.connection.scalars(by_hand))
            fresh = [(key, claim) for key, claim in given.items() if key not in known]
            add_claims(change, fresh)
        return len(fresh)

    def claims(self, wanted: ClaimFilter | None = None) -> Iterator[Claim]:
        """Yield the current claims that fit, by publication day (unknown last), then id; memory stays flat.

        Raises:
            LedgerError: the ledger cannot be read.
        """
        with self.reading() as connection:
            yield from find_claims(connection, wanted or ClaimFilter())

    def article(self, article_id: str) -> Article:
        """Give an article as it was last read.

        Raises:
            NothingFound: the ledger does not know it.
        """
        return article_of(self._article_row(article_id), self.name)

    def document(self, article_id: str) -> RawDocument:
        """Give the bytes an article was read from, with where they came from, ready to be read again.

        Raises:
            NothingFound: the ledger does not know the article, or it was stored without bytes.
            LedgerError: the bytes are damaged.
        """
        return self.document_of(self._article_row(article_id))

    def document_of(self, row: sa.RowMapping) -> RawDocument:
        """Give the bytes of a row of the articles table; errors are those of `document`."""
        if row["raw_hash"] is None or row["media"] is None:
            raise NothingFound(f"article {row['id']} was stored without its bytes; read its source again")
        content = self.raw(row["raw_hash"])
        given = (given_of_record(content) or {}) if row["given"] is None else json.loads(row["given"])
        return RawDocument(row["origin"], content, row["media"], given)

    def raw(self, raw_hash: str) -> bytes:
        """Give stored bytes by their SHA-256.

        Raises:
            NothingFound: the ledger has no such bytes.
            LedgerError: they are damaged: they no longer give their hash.
        """
        with self.reading() as connection:
            stored = connection.scalar(
                sa.select(db.raw_documents.c.compressed).where(db.raw_documents.c.hash == raw_hash)
            )
        if stored is None:
            raise NothingFound(f"the ledger {self.name} has no bytes {raw_hash!r}; see the raw_hash of its articles")
        try:
            content = zlib.decompress(stored)
        except zlib.error:
            content = b""
        if sha256(content).hexdigest() != raw_hash:
            raise LedgerError(f"the bytes {raw_hash} in {self.name} are damaged; restore the ledger from a copy")
        return content

    def statements(self, article_id: str) -> list[Statement]:
        """Give the current statements of an article in the order of its text."""
        table = db.statements
        query = sa.select(table, db.articles.c.id).join(db.articles).order_by(table.c.start, table.c.row)
        query = query.where(db.articles.c.id == article_id, table.c.superseded_in.is_(None))
        with self.reading() as connection:
            rows = connection.execute(query).mappings().all()
        return [Statement(article_id, r["start"], r["end"], r["speaker"], r["via"], r["mode"]) for r in rows]

    def set_aside(self) -> list[SetAside]:
        """Give all stretches that could not be made claims, in the order they were met."""
        table = db.issues
        with self.reading() as connection:
            rows = connection.execute(sa.select(table).order_by(table.c.row)).mappings().all()
        return [SetAside(row["article_id"], row["start"], row["end"], row["reason"]) for row in rows]

    def counts(self) -> dict[str, int]:
        """Count what the ledger holds; articles, statements and claims are current ones, `superseded` is old claims."""
        count = sa.select(sa.func.count())
        queries = {
            table.name: count.select_from(table).where(table.c.superseded_in.is_(None))
            for table in (db.articles, db.statements, db.claims)
        }
        queries["superseded"] = count.select_from(db.claims).where(db.claims.c.superseded_in.is_not(None))
        queries |= {table.name: count.select_from(table) for table in (db.raw_documents, db.issues, db.reviews)}
        queries["imports"] = count.select_from(db.changes).where(db.changes.c.what == "import")
        with self.reading() as connection:
            return {name: connection.scalar(query) or 0 for name, query in queries.items()}

    def content_hash(self) -> str:
        """Hash all the ledger says, whatever the order and time in which it was written.

        Two ledgers into which the same was read and decided give the same hash.
        """
        total = 0
        tables = {
            db.raw_documents: ("compressed", "added_in"),
            db.articles: ("row", "added_in", "superseded_in", "origin"),
            db.statements: ("row", "article_row", "added_in", "superseded_in"),
            db.claims: ("row", "article_row", "statement_row", "added_in", "superseded_in"),
            db.reviews: ("row", "added_in"),
            db.issues: ("row", "added_in"),
        }
        with self.reading() as connection:
            for table, left_out in tables.items():
                query: Any = sa.select(*(column for column in db.written(table) if column.name not in left_out))
                if "article_row" in left_out:
                    query = query.add_columns(db.articles.c.id).outerjoin(db.articles)
                for row in connection.execution_options(yield_per=_BATCH).execute(query).mappings():
                    cells = dict(row)
                    if table is db.articles:  # libraries compress the same text to other bytes
                        cells["compressed_text"] = text_of(row, self.name)
                    said = repr((table.name, *cells.values())).encode("utf-8", "surrogatepass")
                    total += int.from_bytes(sha256(said).digest(), "big")
        return f"{total % 2**256:064x}"

    def _article_row(self, article_id: str) -> sa.RowMapping:
        current = (db.articles.c.id == article_id, db.articles.c.superseded_in.is_(None))
        with self.reading() as connection:
            row = connection.execute(sa.select(db.articles).where(*current)).mappings().first()
        if row is None:
            raise NothingFound(f"the ledger {self.name} has no article {article_id!r}; read its source first")
        return row


def _check_bytes(article: Article, raw: RawDocument | None) -> None:
    if raw is not None and article.raw_hash not in (None, raw.raw_hash):
        raise LedgerError(
            f"article {article.id} was read from bytes {article.raw_hash}, not from {raw.raw_hash}; pass those"
        )
