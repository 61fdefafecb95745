"""Reviewed articles -> documents of the corpus format, so that what people decided becomes a test of the reader."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import sqlalchemy as sa

from outproduce.ledger import schema as db
from outproduce.ledger.appending import SETTLE
from outproduce.ledger.history import Reviewed, reviews
from outproduce.ledger.rows import CLAIM_ROWS, REVIEW, article_of, claims_of
from outproduce.ledger.store import Ledger
from outproduce.ledger.verification import claims_by_article
from outproduce.records import Claim

_FIELDS = ("kind", "actor", "other", "item", "low", "high", "per", "relation", "when", "status", "speaker", "via")


def reviewed_documents(ledger: Ledger) -> Iterator[dict[str, Any]]:
    """Yield each article of whose claims a person decided on every one, as a document with the claims that stand.

    A claim merged into one of another article stays in its own: the words are there. A claim the reader missed is not
    in it: what is exported says that the claims are right, not that they are all. An article that was read differently
    since, so that the words of a claim stand elsewhere, is left out.
    """
    last = {decision.claim_id: decision for decision in reviews(ledger) if decision.decision in SETTLE}
    accepted = {claim_id for claim_id, decision in last.items() if decision.decision == "accept"}
    for row in _decided_articles(ledger):
        article = article_of(row, ledger.name)
        with ledger.reading() as connection:
            claims = claims_by_article(connection, [article.id]).get(article.id, [])
            merged = _merged_elsewhere(connection, article.id, last)
        if all(claim.reader == REVIEW or claim.id in accepted for claim in claims):
            standing = sorted((*claims, *merged), key=_place)
            if all(_stands(claim, article.text) for claim in standing):
                about = ("id", "url", "publisher", "published", "lang", "title", "text")
                yield {name: getattr(article, name) for name in about} | {"claims": list(map(_claim, standing))}


def _decided_articles(ledger: Ledger) -> list[sa.RowMapping]:
    """Articles a claim of which somebody decided on, in the order they came."""
    table = db.articles.alias()
    ids = sa.select(table.c.id).join(db.claims, db.claims.c.article_row == table.c.row)
    ids = ids.where(db.claims.c.id.in_(sa.select(db.reviews.c.claim_id)))
    query = sa.select(db.articles).where(db.articles.c.id.in_(ids), db.articles.c.superseded_in.is_(None))
    with ledger.reading() as connection:
        return list(connection.execute(query.order_by(db.articles.c.row)).mappings())


def _merged_elsewhere(connection: sa.Connection, article_id: str, last: Mapping[str, Reviewed]) -> list[Claim]:
    """Give the claims of an article that were merged into claims that are not of it, as they were then."""
    query = CLAIM_ROWS.where(db.articles.c.id == article_id).order_by(db.claims.c.row)
    versions = {claim.id: claim for claim in claims_of(connection.execute(query).all())}
    merged = {key: found for key in versions if (found := last.get(key)) and found.decision == "merge"}
    return [versions[key] for key, decision in merged.items() if decision.other_id not in versions]


def _place(claim: Claim) -> tuple[int, int, str]:
    return (claim.evidence.start, claim.evidence.end, claim.id) if claim.evidence else (0, 0, claim.id)


def _stands(claim: Claim, text: str) -> bool:
    return claim.evidence is not None and text[claim.evidence.start : claim.evidence.end] == claim.evidence.quote


def _claim(claim: Claim) -> dict[str, Any]:
    row = claim.as_row()
    return {name: row[name] for name in (*_FIELDS, "evidence", "start", "end")}
