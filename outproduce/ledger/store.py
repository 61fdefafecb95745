"""The ledger: articles with their raw bytes, statements and claims, appended and never overwritten, and searched.

One transaction per article, so that a killed run leaves whole articles only. All SQL of the package is here, in
ledger_schema and in ledger_rows.
"""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from hashlib import sha256
from pathlib import Path
from typing import Any, Self

import sqlalchemy as sa

from outproduce.errors import ClaimError, LedgerError, NothingFound
from outproduce.ledger import schema as db
from outproduce.ledger.rows import ClaimFilter, claims_of, conditions, insert_claims
from outproduce.ledger.schema import default_ledger_path, in_plain_words, open_engine, utc_now
from outproduce.records import Article, Claim, RawDocument, Statement

__all__ = ["ClaimFilter", "Ledger", "SetAside", "default_ledger_path"]

HAND = "hand"  # the reader of claims entered by a person; machine reading never supersedes them
_ARTICLE_FIELDS = tuple(field.name for field in fields(Article))


@dataclass(frozen=True, slots=True)
class SetAside:
    """A stretch of an article that could not be made a claim, and why; it keeps what was lost in view."""

    article_id: str
    start: int
    end: int
    reason: str


class Ledger:
    """An open ledger; use it in a `with` block, which closes it."""

    def __init__(self, engine: sa.Engine, name: str) -> None:
        self._engine = engine
        self.name = name

    @classmethod
    def open(cls, path_or_url: str | Path, create: bool = True, *, wait_s: float = 30.0) -> Self:
        """Open a ledger by path or sqlite:/// address, making it where there is none and `create` is set.

        `wait_s` is how long to wait for another program that is writing.

        Raises:
            LedgerError: it cannot be opened, is no ledger, or was made by a newer version.
        """
        return cls(*open_engine(path_or_url, create=create, wait_s=wait_s))

    def close(self) -> None:
        """Close the file; the ledger cannot be used afterwards."""
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def _transaction(self, *, writes: bool = False) -> Iterator[sa.Connection]:
        with in_plain_words(self.name), self._engine.execution_options(writes=writes).begin() as connection:
            yield connection

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
        reading by an older version changes nothing. `version` is the reader's, needed only to say that a newer one
        found no claim. A claim whose words do not stand in the text is set aside, not stored.

        Raises:
            ClaimError: a claim is of another article or entered by hand.
            LedgerError: the ledger cannot be written, or `raw` is not what the article was read from.
        """
        sound, unsound = _split_by_evidence(article, claims)
        if raw is not None and article.raw_hash not in (None, raw.raw_hash):
            raise LedgerError(
                f"article {article.id} was read from bytes {article.raw_hash}, not from {raw.raw_hash}; pass those"
            )
        with self._transaction(writes=True) as connection:
            return _Reading(connection, article).append(raw, statements, sound, (*set_aside, *unsound), version)

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
        with self._transaction(writes=True) as connection:
            known = set(connection.scalars(sa.select(db.claims.c.id).where(db.claims.c.reader == HAND)))
            fresh = [claim for key, claim in given.items() if key not in known]
            if fresh:
                values = {"source": source, "claims": len(fresh), "added_at": utc_now()}
                row = connection.execute(db.imports.insert().values(values)).inserted_primary_key
                insert_claims(connection, fresh, {"import_row": row[0] if row else None}, [])
        return len(fresh)

    def claims(self, wanted: ClaimFilter | None = None) -> Iterator[Claim]:
        """Yield the current claims that fit, by publication day (unknown last), then id; memory stays flat.

        Raises:
            LedgerError: the ledger cannot be read.
        """
        wanted = wanted or ClaimFilter()
        day = db.claims.c.published.desc() if wanted.newest_first else db.claims.c.published.asc()
        query = sa.select(db.claims).where(db.claims.c.superseded_at.is_(None), *conditions(wanted))
        query = query.order_by(day.nulls_last(), db.claims.c.id, db.claims.c.row).limit(wanted.limit)
        with self._transaction() as connection:
            result = connection.execution_options(yield_per=500).execute(query)
            for rows in result.partitions():
                yield from claims_of(connection, rows)

    def article(self, article_id: str) -> Article:
        """Give an article as it was last read.

        Raises:
            NothingFound: the ledger does not know it.
        """
        row = self._article_row(article_id)
        return Article(**{name: row[name] for name in _ARTICLE_FIELDS})

    def document(self, article_id: str) -> RawDocument:
        """Give the bytes an article was read from, with where they came from, ready to be read again.

        Raises:
            NothingFound: the ledger does not know the article, or it was stored without bytes.
            LedgerError: the bytes are damaged.
        """
        row = self._article_row(article_id)
        if row["raw_hash"] is None or row["media"] is None:
            raise NothingFound(f"article {article_id} was stored without its bytes; read its source again")
        return RawDocument(row["origin"], self.raw(row["raw_hash"]), row["media"], json.loads(row["given"]))

    def raw(self, raw_hash: str) -> bytes:
        """Give stored bytes by their SHA-256.

        Raises:
            NothingFound: the ledger has no such bytes.
            LedgerError: they are damaged: they no longer give their hash.
        """
        with self._transaction() as connection:
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
        query = query.where(db.articles.c.id == article_id, table.c.superseded_at.is_(None))
        with self._transaction() as connection:
            rows = connection.execute(query).mappings().all()
        return [Statement(article_id, r["start"], r["end"], r["speaker"], r["via"], r["mode"]) for r in rows]

    def set_aside(self) -> list[SetAside]:
        """Give all stretches that could not be made claims, in the order they were met."""
        table = db.issues
        with self._transaction() as connection:
            rows = connection.execute(sa.select(table).order_by(table.c.row)).mappings().all()
        return [SetAside(row["article_id"], row["start"], row["end"], row["reason"]) for row in rows]

    def counts(self) -> dict[str, int]:
        """Count what the ledger holds; articles, statements and claims are current ones, `superseded` is old claims."""
        current = {"articles": db.articles, "statements": db.statements, "claims": db.claims}
        every = {"raw_documents": db.raw_documents, "issues": db.issues, "imports": db.imports}
        count = sa.select(sa.func.count())
        with self._transaction() as connection:
            found = {
                name: connection.scalar(count.select_from(table).where(table.c.superseded_at.is_(None)))
                for name, table in current.items()
            }
            old = count.select_from(db.claims).where(db.claims.c.superseded_at.is_not(None))
            found["superseded"] = connection.scalar(old)
            found |= {name: connection.scalar(count.select_from(table)) for name, table in every.items()}
        return {name: number or 0 for name, number in found.items()}

    def _article_row(self, article_id: str) -> sa.RowMapping:
        current = (db.articles.c.id == article_id, db.articles.c.superseded_at.is_(None))
        with self._transaction() as connection:
            row = connection.execute(sa.select(db.articles).where(*current)).mappings().first()
        if row is None:
            raise NothingFound(f"the ledger {self.name} has no article {article_id!r}; read its source first")
        return row


class _Reading:
    """One reading of an article, on its way into the ledger within one transaction."""

    def __init__(self, connection: sa.Connection, article: Article) -> None:
        self._connection = connection
        self._article = article
        self._now = utc_now()

    def append(
        self,
        raw: RawDocument | None,
        statements: Sequence[Statement],
        claims: Sequence[Claim],
        set_aside: Sequence[SetAside],
        version: str | None,
    ) -> bool:
        """Store what is new and supersede what no longer holds; False where nothing changed."""
        stored = self._stored_claims()
        readers = {claim.reader for claim in claims} | ({"rules"} if version is not None else set())
        newest = max([_order(claim.version) for claim in claims] + [_order(version or "")])
        old = {row: claim for row, claim in stored.items() if claim.reader in readers}
        if any(_order(claim.version) > newest for claim in old.values()):
            return False
        article_row, article_is_new = self._article_row(raw)
        known = {} if article_is_new else {_unversioned(claim): row for row, claim in old.items()}
        fresh = [claim for key, claim in {_unversioned(claim): claim for claim in claims}.items() if key not in known]
        kept = {known[key] for claim in claims if (key := _unversioned(claim)) in known}
        gone = [row for row in old if row not in kept]
        changed = bool(article_is_new or fresh or gone)
        if changed:
            why = f"read again by version {version or claims[0].version}" if version or claims else "read again"
            self._supersede(db.claims, gone, why)
            rows = self._statement_rows(article_row, statements, why)
            insert_claims(self._connection, fresh, {"article_row": article_row}, rows)
        return self._append_issues(set_aside) or changed

    def _stored_claims(self) -> dict[int, Claim]:
        query = sa.select(db.claims).where(db.claims.c.superseded_at.is_(None))
        query = query.join(db.articles, db.articles.c.row == db.claims.c.article_row)
        rows = self._connection.execute(query.where(db.articles.c.id == self._article.id)).all()
        return dict(zip((row.row for row in rows), claims_of(self._connection, rows), strict=True))

    def _article_row(self, raw: RawDocument | None) -> tuple[int, bool]:
        """Find the row of this article as read now, or add it; a differing earlier one is superseded."""
        values = asdict(self._article)
        if raw is not None:
            self._store_raw(raw)
            given = json.dumps(dict(raw.given), ensure_ascii=False, sort_keys=True, default=str)
            values |= {"raw_hash": raw.raw_hash, "origin": raw.origin, "media": raw.media, "given": given}
        elif self._article.raw_hash is not None and not self._has_raw(self._article.raw_hash):
            values["raw_hash"] = None  # nothing to point at
        query = sa.select(db.articles).where(
            db.articles.c.id == self._article.id, db.articles.c.superseded_at.is_(None)
        )
        known = self._connection.execute(query).mappings().first()
        read = [name for name in _ARTICLE_FIELDS if name not in ("retrieved", "raw_hash")]
        if known is not None and all(known[name] == values[name] for name in read):
            return int(known["row"]), False
        if known is not None:
            self._supersede(db.articles, [known["row"]], "the article was read differently")
        key = self._connection.execute(db.articles.insert().values(added_at=self._now, **values)).inserted_primary_key
        return int(key[0]) if key else 0, True

    def _store_raw(self, raw: RawDocument) -> None:
        if not self._has_raw(raw.raw_hash):
            values = {"hash": raw.raw_hash, "size": len(raw.content), "compressed": zlib.compress(raw.content, 6)}
            self._connection.execute(db.raw_documents.insert().values(added_at=self._now, **values))

    def _has_raw(self, raw_hash: str) -> bool:
        table = db.raw_documents
        return self._connection.scalar(sa.select(table.c.hash).where(table.c.hash == raw_hash)) is not None

    def _statement_rows(self, article_row: int, statements: Sequence[Statement], why: str) -> list[sa.Row[Any]]:
        """Make the current statements of the article these; gives their rows, the shortest first."""
        table = db.statements
        query = sa.select(table).join(db.articles).where(db.articles.c.id == self._article.id)
        stored = {
            (row.article_row, row.start, row.end, row.speaker, row.via, row.mode): row.row
            for row in self._connection.execute(query.where(table.c.superseded_at.is_(None)))
        }
        wanted = {(article_row, s.start, s.end, s.speaker, s.via, s.mode) for s in statements}
        self._supersede(table, [row for key, row in stored.items() if key not in wanted], why)
        names = ("article_row", "start", "end", "speaker", "via", "mode")
        fresh = [dict(zip(names, key, strict=True)) for key in sorted(wanted - stored.keys(), key=repr)]
        if fresh:
            self._connection.execute(table.insert(), [values | {"added_at": self._now} for values in fresh])
        query = sa.select(table).where(table.c.article_row == article_row, table.c.superseded_at.is_(None))
        return list(self._connection.execute(query.order_by(table.c.end - table.c.start, table.c.row)))

    def _supersede(self, table: sa.Table, rows: Sequence[int], why: str) -> None:
        if rows:
            ended = table.update().where(table.c.row.in_(rows))
            self._connection.execute(ended.values(superseded_at=self._now, superseded_why=why))

    def _append_issues(self, set_aside: Sequence[SetAside]) -> bool:
        table = db.issues
        query = sa.select(table.c.start, table.c.end, table.c.reason).where(table.c.article_id == self._article.id)
        known = {tuple(row) for row in self._connection.execute(query)}
        fresh = [issue for issue in dict.fromkeys(set_aside) if (issue.start, issue.end, issue.reason) not in known]
        if fresh:
            self._connection.execute(table.insert(), [asdict(issue) | {"added_at": self._now} for issue in fresh])
        return bool(fresh)


def _split_by_evidence(article: Article, claims: Sequence[Claim]) -> tuple[list[Claim], list[SetAside]]:
    """Part the claims whose words stand where they say from those whose words do not."""
    sound, unsound = [], []
    for claim in claims:
        evidence = claim.evidence
        if claim.reader == HAND or evidence is None or evidence.article_id != article.id:
            raise ClaimError(
                f"claim {claim.id} is not read from article {article.id}; store hand-entered ones by themselves"
            )
        if article.text[evidence.start : evidence.end] == evidence.quote:
            sound.append(claim)
        else:
            reason = f"{claim.kind} of {claim.item}: the text does not read {evidence.quote!r} there"
            unsound.append(SetAside(article.id, evidence.start, evidence.end, reason))
    return sound, unsound


def _order(version: str) -> tuple[int, ...]:
    """Version as comparable numbers; what follows a plus sign is a build and does not count."""
    return tuple(int(number) for number in re.findall(r"\d+", version.split("+")[0]))


def _unversioned(claim: Claim) -> Claim:
    return claim.with_fields(version="")
