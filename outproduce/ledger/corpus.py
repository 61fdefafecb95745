"""Reviewed articles -> documents of the corpus format, so that what people decided becomes a test of the reader."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from outproduce.ledger import schema as db
from outproduce.ledger.history import reviews
from outproduce.ledger.rows import REVIEW, article_of
from outproduce.ledger.store import Ledger
from outproduce.ledger.verification import claims_by_article
from outproduce.records import Claim

_FIELDS = ("kind", "actor", "other", "item", "low", "high", "per", "relation", "when", "status", "speaker", "via")


def reviewed_documents(ledger: Ledger) -> Iterator[dict[str, Any]]:
    """Yield each article of whose claims a person decided on every one, as a document with the claims that stand.

    A claim the reader missed is not in it: what is exported says that the claims are right, not that they are all.
    """
    last = {decision.claim_id: decision.decision for decision in reviews(ledger)}
    settled = {claim_id for claim_id, decision in last.items() if decision == "accept"}
    for row in _decided_articles(ledger):
        with ledger.reading() as connection:
            claims = claims_by_article(connection, [row["id"]]).get(row["id"], [])
        if all(claim.reader == REVIEW or claim.id in settled for claim in claims):
            article = article_of(row, ledger.name)
            yield {
                **{name: getattr(article, name) for name in ("id", "url", "publisher", "published", "lang", "title")},
                "text": article.text,
                "claims": [_claim(claim) for claim in claims],
            }


def _decided_articles(ledger: Ledger) -> list[sa.RowMapping]:
    """Articles a claim of which somebody decided on, in the order they came."""
    table = db.articles.alias()
    ids = sa.select(table.c.id).join(db.claims, db.claims.c.article_row == table.c.row)
    ids = ids.where(db.claims.c.id.in_(sa.select(db.reviews.c.claim_id)))
    query = sa.select(db.articles).where(db.articles.c.id.in_(ids), db.articles.c.superseded_in.is_(None))
    with ledger.reading() as connection:
        return list(connection.execute(query.order_by(db.articles.c.row)).mappings())


def _claim(claim: Claim) -> dict[str, Any]:
    row = claim.as_row()
    return {name: row[name] for name in (*_FIELDS, "evidence", "start", "end")}
