"""One reading of an article on its way into the ledger, within one change: what is new, what holds no longer."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import attrgetter
from typing import Any

import sqlalchemy as sa

from outproduce.errors import ClaimError
from outproduce.ledger import schema as db
from outproduce.ledger.changes import Change, run
from outproduce.ledger.rows import (
    CLAIM_ROWS,
    COMPRESSION,
    HAND,
    REVIEW,
    add_claims,
    article_of,
    article_values,
    claims_of,
)
from outproduce.records import Article, Claim, RawDocument, Statement

_NOT_COMPARED = (
    "retrieved",
    "raw_hash",
    "author",
    "stub",
)  # an article read again with these alone changed is the same article
_STATEMENT = ("start", "end", "speaker", "via", "mode")
_PLACE_OF = attrgetter(*_STATEMENT)
_CURRENT_ARTICLE = sa.select(db.articles).where(
    db.articles.c.id == sa.bindparam("id"), db.articles.c.superseded_in.is_(None)
)
_HAS_RAW = sa.select(db.raw_documents.c.hash).where(db.raw_documents.c.hash == sa.bindparam("hash"))


@dataclass(frozen=True, slots=True)
class SetAside:
    """A stretch of an article that could not be made a claim, and why; it keeps what was lost in view."""

    article_id: str
    start: int
    end: int
    reason: str


class Reading:
    """What was read of one article, to be compared with what the ledger holds of it."""

    def __init__(self, change: Change, article: Article, ledger_name: str) -> None:
        self._change = change
        self._article = article
        self._ledger_name = ledger_name
        self._stored = _first(run(change.connection, _CURRENT_ARTICLE, {"id": article.id}))

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
        newest = max([version_order(claim.version) for claim in claims] + [version_order(version or "")])
        old = {row: claim for row, claim in stored.items() if claim.reader in readers}
        if any(version_order(claim.version) > newest for claim in old.values()):
            return False
        article_row, article_is_new = self._article_row(raw)
        fresh, kept = _sort_out(claims, {} if article_is_new else old)
        settled, accepted = self._decided(stored.values(), [claim_id for claim_id, _ in fresh])
        fresh = [(claim_id, claim) for claim_id, claim in fresh if claim_id not in settled]
        gone = [row for row, claim in old.items() if row not in kept and claim.id not in accepted]
        changed = bool(article_is_new or fresh or gone)
        if changed:
            why = f"read again by version {version or claims[0].version}" if version or claims else "read again"
            self._change.supersede(db.claims, gone, why)
            places = self._statement_rows(article_row, statements, why)
            add_claims(self._change, fresh, (article_row, self._article), places)
        return self._append_issues(set_aside) or changed

    def _stored_claims(self) -> dict[int, Claim]:
        if self._stored is None:
            return {}
        rows = self._change.connection.execute(
            CLAIM_ROWS.where(db.claims.c.superseded_in.is_(None), db.articles.c.id == self._article.id)
        ).all()
        return dict(zip((row.row for row in rows), claims_of(rows), strict=True))

    def _decided(self, stored: Iterable[Claim], fresh: Iterable[str]) -> tuple[set[str], set[str]]:
        """Ids of claims not to be added, because a person has them or let them go; and of those a person accepted."""
        if self._stored is None:
            return set(), set()
        held = list(stored)
        table = db.reviews
        ids = {claim.id for claim in held} | set(fresh)
        query = sa.select(table.c.claim_id, table.c.decision).where(table.c.claim_id.in_(ids)).order_by(table.c.row)
        last = {row.claim_id: row.decision for row in self._change.connection.execute(query) if row.decision in SETTLE}
        accepted = {key for key, decision in last.items() if decision == "accept"}
        present = {claim.id for claim in held if claim.reader == REVIEW or claim.id in accepted}
        return (last.keys() - accepted) | present, accepted

    def _article_row(self, raw: RawDocument | None) -> tuple[int, bool]:
        """Find the row of this article as read now, or add it; a differing earlier one is superseded."""
        if raw is not None:
            self._store_raw(raw)
        known = self._stored
        if known is not None and self._same_as_stored(article_of(known, self._ledger_name), raw):
            return int(known["row"]), False
        values = article_values(self._article, raw)
        if raw is None and self._article.raw_hash is not None and not self._has_raw(self._article.raw_hash):
            values["raw_hash"] = None  # nothing to point at
        if known is not None:
            self._change.supersede(db.articles, [known["row"]], "the article was read differently")
        return self._change.add(db.articles, [values])[0], True

    def _same_as_stored(self, known: Article, raw: RawDocument | None) -> bool:
        names = [name for name in Article.__dataclass_fields__ if name not in _NOT_COMPARED]
        same = all(getattr(known, name) == getattr(self._article, name) for name in names)
        return same and not (raw is not None and known.raw_hash is not None and not self._has_raw(known.raw_hash))

    def _store_raw(self, raw: RawDocument) -> None:
        if not self._has_raw(raw.raw_hash):
            compressed = zlib.compress(raw.content, COMPRESSION)
            values = {"hash": raw.raw_hash, "size": len(raw.content), "compressed": compressed}
            self._change.add(db.raw_documents, [values])

    def _has_raw(self, raw_hash: str) -> bool:
        return run(self._change.connection, _HAS_RAW, {"hash": raw_hash}).fetchone() is not None

    def _statement_rows(
        self, article_row: int, statements: Sequence[Statement], why: str
    ) -> list[tuple[int, int, int]]:
        """Make these the current statements of the article; gives row, start and end of each, the shortest first."""
        table = db.statements
        stored: dict[tuple[Any, ...], int] = {}
        if self._stored is not None:
            query = sa.select(table).join(db.articles).where(db.articles.c.id == self._article.id)
            rows = self._change.connection.execute(query.where(table.c.superseded_in.is_(None)))
            stored = {(row.article_row, *_PLACE_OF(row)): row.row for row in rows}
        wanted = dict.fromkeys((article_row, *_PLACE_OF(statement)) for statement in statements)
        self._change.supersede(table, [row for key, row in stored.items() if key not in wanted], why)
        fresh = [key for key in wanted if key not in stored]
        names = ("article_row", *_STATEMENT)
        numbers = self._change.add(table, [dict(zip(names, key, strict=True)) for key in fresh])
        held = {key: row for key, row in stored.items() if key in wanted} | dict(zip(fresh, numbers, strict=True))
        places = [(row, key[1], key[2]) for key, row in held.items()]
        return sorted(places, key=lambda place: (place[2] - place[1], place[0]))

    def _append_issues(self, set_aside: Sequence[SetAside]) -> bool:
        if not set_aside:
            return False
        table = db.issues
        query = sa.select(table.c.start, table.c.end, table.c.reason).where(table.c.article_id == self._article.id)
        known = {tuple(row) for row in self._change.connection.execute(query)}
        fresh = [issue for issue in dict.fromkeys(set_aside) if (issue.start, issue.end, issue.reason) not in known]
        names = SetAside.__dataclass_fields__
        self._change.add(table, [{name: getattr(issue, name) for name in names} for issue in fresh])
        return bool(fresh)


SETTLE = ("accept", "reject", "correct", "merge")  # decisions after which a machine has no say about a claim


def split_by_evidence(article: Article, claims: Sequence[Claim]) -> tuple[list[Claim], list[SetAside]]:
    """Part the claims whose words stand where they say from those whose words do not.

    Raises:
        ClaimError: a claim is of another article or a person's.
    """
    sound, unsound = [], []
    for claim in claims:
        evidence = claim.evidence
        if claim.reader in (HAND, REVIEW) or evidence is None or evidence.article_id != article.id:
            raise ClaimError(
                f"claim {claim.id} is not read from article {article.id}; store hand-entered ones by themselves"
            )
        if article.text[evidence.start : evidence.end] == evidence.quote:
            sound.append(claim)
        else:
            reason = f"{claim.kind} of {claim.item}: the text does not read {evidence.quote!r} there"
            unsound.append(SetAside(article.id, evidence.start, evidence.end, reason))
    return sound, unsound


@lru_cache(maxsize=64)
def version_order(version: str) -> tuple[int, ...]:
    """Version as comparable numbers; what follows a plus sign is a build and does not count."""
    return tuple(int(number) for number in re.findall(r"\d+", version.split("+")[0]))


def _first(cursor: Any) -> dict[str, Any] | None:
    row = cursor.fetchone()
    return None if row is None else {column[0]: value for column, value in zip(cursor.description, row, strict=True)}


def _sort_out(claims: Sequence[Claim], old: Mapping[int, Claim]) -> tuple[list[tuple[str, Claim]], set[int]]:
    """Part what was read into claims that are new, with their ids, and the rows that say the same already."""
    known = {_unversioned(claim): row for row, claim in old.items()}
    kept = {known[key] for claim in claims if (key := _unversioned(claim)) in known} if known else set()
    held = {(old[row].id, old[row].reader) for row in kept}
    fresh = {(claim.id, claim.reader): claim for claim in reversed(claims)}  # of two alike the first stays
    return [(key[0], claim) for key, claim in reversed(fresh.items()) if key not in held], kept


def _unversioned(claim: Claim) -> Claim:
    return claim.with_fields(version="")
