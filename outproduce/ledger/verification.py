"""Does the ledger still hold what it says? Every article is read again from its bytes, and every row compared.

Out come findings, each of something wrong, and counts of what was looked at. Nothing is changed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from outproduce.articles.article import read_article
from outproduce.errors import LedgerError, NothingFound, SourceError
from outproduce.ledger import schema as db
from outproduce.ledger.changes import WHOLE, change_digest, digest_text, end_digest, kept_number, row_digest
from outproduce.ledger.rows import CLAIM_ROWS, article_of, claims_of, searched_in
from outproduce.ledger.shape import altered_parts
from outproduce.ledger.store import Ledger
from outproduce.ledger.words import indexed_words, stored_words
from outproduce.records import Claim

_BATCH = 200
FINDINGS = {
    "moved": "the words stand elsewhere in the article as it reads today",
    "gone": "the words do not stand in the article as it reads today",
    "bytes missing": "the bytes of an article are not kept",
    "bytes altered": "the bytes of an article no longer give their hash",
    "unreadable": "the bytes no longer read as a report",
    "row altered": "rows are not what was written with their change",
    "page damaged": "the database itself reports damage",
    "schema altered": "a table, index or view is not as this program makes it",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong: `what` is a key of `FINDINGS`; claim and article are ids, None where it is about neither."""

    what: str
    detail: str
    article: str | None = None
    claim: str | None = None


class Verification:
    """A pass over a ledger; `counts` (articles, stands, by hand and every kind of finding) are whole at its end."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self.counts: Counter[str] = Counter(dict.fromkeys(("articles", "stands", "by hand", *FINDINGS), 0))

    def findings(self) -> Iterator[Finding]:
        """Look at everything and yield what is wrong, as it is found."""
        for look in (self._pages, self._schema, self._rows, self._indexes, self._articles):
            try:
                for finding in look():
                    self.counts[finding.what] += 1
                    yield finding
            except LedgerError as error:
                self.counts["page damaged"] += 1
                yield Finding("page damaged", str(error))

    def _pages(self) -> Iterator[Finding]:
        with self._ledger.reading() as connection:
            if connection.dialect.name != "sqlite":
                return
            for (said,) in connection.exec_driver_sql("PRAGMA integrity_check"):
                if said != "ok":
                    yield Finding("page damaged", " ".join(str(said).split()))
            for table, column, parent, _ in connection.exec_driver_sql("PRAGMA foreign_key_check"):
                if parent != "raw_documents":  # bytes that are missing are told with their article
                    yield Finding("row altered", f"row {column} of {table} points at no row of {parent}")

    def _schema(self) -> Iterator[Finding]:
        """Compare what the database is made of with what this program makes."""
        with self._ledger.reading() as connection:
            for part, trouble in altered_parts(connection):
                yield Finding("schema altered", f"the {part} {trouble}")

    def _rows(self) -> Iterator[Finding]:
        """Compare the rows of every change, and those it ended, with the digest written with it."""
        added, ended = self._digests()
        query = sa.select(*(db.changes.c[name] for name in ("row", "at", "what", "source", "digest")))
        expected = 1
        with self._ledger.reading() as connection:
            for change in connection.execute(query.order_by(db.changes.c.row)).mappings():
                row, found = change["row"], added.pop(change["row"], 0)
                ends = ended.pop(row, 0)
                if row != expected:
                    yield Finding("row altered", f"of the changes {expected} to {row - 1} nothing is left")
                expected = row + 1
                if change["digest"] is None:
                    continue
                told = digest_text(found)
                if change["digest"].startswith(WHOLE):
                    told = WHOLE + digest_text(found + ends + change_digest(dict(change)))
                if change["digest"] != told:
                    detail = f"what change {row} of {change['at']} wrote, or ended, reads differently now"
                    yield Finding("row altered", detail)
            last = kept_number(connection)
        if last >= expected:
            yield Finding("row altered", f"of the changes {expected} to {last}, the last there were, nothing is left")
        for number in sorted(added | ended):
            yield Finding("row altered", f"there are rows of change {number}, but no such change")

    def _digests(self) -> tuple[Counter[int], Counter[int]]:
        """Sum the hashes of rows by the change that added them, and of their ends by the change that ended them."""
        added: Counter[int] = Counter()
        ended: Counter[int] = Counter()
        for table in db.DIGESTED:
            with self._ledger.reading() as connection:
                query = sa.select(*db.written(table))
                with connection.execution_options(yield_per=_BATCH).execute(query) as result:
                    for row in result.mappings():
                        added[row["added_in"]] += row_digest(table.name, dict(row))
                        if row.get("superseded_in") is not None:
                            end = end_digest(table.name, row["row"], row["superseded_why"])
                            ended[row["superseded_in"]] += end
        return added, ended

    def _indexes(self) -> Iterator[Finding]:
        """Compare what claims are searched by with what they say, or else a search would miss some in silence."""
        said = 0
        with self._ledger.reading() as connection:
            with connection.execution_options(yield_per=_BATCH).execute(CLAIM_ROWS) as result:
                for rows in result.partitions():
                    said += sum(hash(word) for row in rows for word in indexed_words(searched_in(row)))
            found = sum(map(hash, stored_words(connection)))
        if said != found:
            yield Finding("page damaged", "the index of words does not hold the words and actors of the claims")

    def _articles(self) -> Iterator[Finding]:
        last = 0
        table = db.articles
        while True:
            query = sa.select(table).where(table.c.row > last, table.c.superseded_in.is_(None))
            with self._ledger.reading() as connection:
                rows = connection.execute(query.order_by(table.c.row).limit(_BATCH)).mappings().all()
                claims = claims_by_article(connection, [row["id"] for row in rows])
            for row in rows:
                self.counts["articles"] += 1
                yield from self._article(row, claims.get(row["id"], []))
            if not rows:
                break
            last = rows[-1]["row"]
        by_hand = sa.select(sa.func.count()).select_from(db.claims)
        by_hand = by_hand.where(db.claims.c.article_row.is_(None), db.claims.c.superseded_in.is_(None))
        with self._ledger.reading() as connection:
            self.counts["by hand"] = connection.scalar(by_hand) or 0

    def _article(self, row: Any, claims: list[Claim]) -> Iterator[Finding]:
        """Read one article again; where its bytes are lost, its claims are held against the text that was kept."""
        text, trouble = self._text_of_today(row)
        if trouble is not None:
            yield trouble
        for claim in claims:
            finding = _compare(claim, text)
            if finding is None:
                self.counts["stands"] += 1
            else:
                yield finding

    def _text_of_today(self, row: Mapping[str, Any]) -> tuple[str, Finding | None]:
        article_id = row["id"]
        broken: Finding | None = None
        try:
            kept = article_of(row, self._ledger.name).text
        except LedgerError as error:
            kept = ""
            broken = Finding("row altered", str(error), article_id)
        try:
            return read_article(self._ledger.document_of(row)).text, broken  # type: ignore[arg-type]
        except NothingFound as error:
            return kept, broken or Finding("bytes missing", str(error), article_id)
        except LedgerError as error:
            return kept, broken or Finding("bytes altered", str(error), article_id)
        except SourceError as error:
            return kept, broken or Finding("unreadable", str(error), article_id)


def claims_by_article(connection: sa.Connection, article_ids: list[str]) -> dict[str, list[Claim]]:
    """Give the current claims of some articles that have words in them, by article id, in the order they came."""
    query = CLAIM_ROWS.where(db.articles.c.id.in_(article_ids), db.claims.c.superseded_in.is_(None))
    found: dict[str, list[Claim]] = {}
    for claim in claims_of(connection.execute(query.order_by(db.claims.c.row)).all()):
        if claim.evidence is not None:
            found.setdefault(claim.evidence.article_id, []).append(claim)
    return found


def _compare(claim: Claim, text: str) -> Finding | None:
    evidence = claim.evidence
    if evidence is None or text[evidence.start : evidence.end] == evidence.quote:
        return None
    at = text.find(evidence.quote)
    if at < 0:
        return Finding("gone", f"{evidence.quote!r} stood at {evidence.start}", evidence.article_id, claim.id)
    detail = f"{evidence.quote!r} stood at {evidence.start}, now at {at}"
    return Finding("moved", detail, evidence.article_id, claim.id)
