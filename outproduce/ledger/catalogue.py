"""What pages list and count: claims in any order, articles with how many claims each; and the ledger's state."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

import sqlalchemy as sa

from outproduce.errors import UsageError
from outproduce.ledger import schema as db
from outproduce.ledger.rows import CLAIM_ROWS, claims_of
from outproduce.ledger.search import ClaimFilter, find_claims, fits
from outproduce.ledger.store import Ledger
from outproduce.ledger.words import rows_with, sought_words
from outproduce.records import Claim

ORDERS = ("newest", "oldest", "speaker", "item", "largest", "smallest")


@dataclass(frozen=True, slots=True)
class Shown:
    """Which rows of a list are shown, in which of `ORDERS`: `limit` of them after the first `offset`."""

    order: str = "newest"
    offset: int = 0
    limit: int | None = None

    def __post_init__(self) -> None:
        """Refuse an order there is not.

        Raises:
            UsageError: names the order.
        """
        if self.order not in ORDERS:
            raise UsageError(f"order {self.order!r} is not one of {', '.join(ORDERS)}")


@dataclass(frozen=True, slots=True)
class ArticleLine:
    """One article in a list: `claims` is how many claims of it hold."""

    id: str
    title: str | None
    publisher: str | None
    published: str | None
    lang: str
    url: str | None
    claims: int


@dataclass(frozen=True, slots=True)
class ArticleFilter:
    """Which articles to list; every word of `text` must begin a word of one of their claims. None asks for nothing."""

    lang: str | None = None
    publisher: str | None = None
    text: str | None = None


def ledger_state(ledger: Ledger) -> int:
    """Number of the ledger's last change; it grows with everything that is written."""
    with ledger.reading() as connection:
        return connection.scalar(sa.select(sa.func.max(db.changes.c.row))) or 0


def list_claims(ledger: Ledger, wanted: ClaimFilter, shown: Shown) -> Iterator[Claim]:
    """Yield the claims that fit in the order asked for; `limit` of the filter is not looked at."""
    with ledger.reading() as connection:
        if shown.order in ("newest", "oldest") and shown.limit is not None:  # by the way that is quick for the filter
            last = shown.offset + shown.limit
            first = replace(wanted, newest_first=shown.order == "newest", limit=last)
            yield from islice(find_claims(connection, first), shown.offset, None)
            return
        query = CLAIM_ROWS.where(*fits(connection, wanted))
        query = query.order_by(*_ORDERS[shown.order]).limit(shown.limit).offset(shown.offset)
        with connection.execution_options(yield_per=500).execute(query) as result:
            for rows in result.partitions():
                yield from claims_of(rows)


def count_claims(ledger: Ledger, wanted: ClaimFilter) -> int:
    """Count the claims that fit."""
    with ledger.reading() as connection:
        query = sa.select(sa.func.count()).select_from(db.claims)
        return connection.scalar(query.where(*fits(connection, wanted))) or 0


def claims_in(ledger: Ledger, article_id: str) -> list[Claim]:
    """Give the current claims of an article in the order of its text."""
    query = CLAIM_ROWS.where(db.articles.c.id == article_id, db.claims.c.superseded_in.is_(None))
    with ledger.reading() as connection:
        return list(claims_of(connection.execute(query.order_by(db.claims.c.start, db.claims.c.row)).all()))


def list_articles(ledger: Ledger, wanted: ArticleFilter, shown: Shown) -> list[ArticleLine]:
    """Give the articles that fit, the latest published first (`oldest`: last), undated ones at the end."""
    table = db.articles
    day = table.c.published.asc() if shown.order == "oldest" else table.c.published.desc()
    claims = (
        sa.select(sa.func.count())
        .where(db.claims.c.article_row == table.c.row, db.claims.c.superseded_in.is_(None))
        .scalar_subquery()
    )
    names = ("id", "title", "publisher", "published", "lang", "url")
    with ledger.reading() as connection:
        query = sa.select(*(table.c[name] for name in names), claims.label("claims"))
        query = query.where(*_article_conditions(wanted, connection.dialect.name))
        query = query.order_by(day.nulls_last(), table.c.id).limit(shown.limit).offset(shown.offset)
        return [ArticleLine(**row._mapping) for row in connection.execute(query)]


def count_articles(ledger: Ledger, wanted: ArticleFilter) -> int:
    """Count the articles that fit."""
    with ledger.reading() as connection:
        query = sa.select(sa.func.count()).select_from(db.articles)
        return connection.scalar(query.where(*_article_conditions(wanted, connection.dialect.name))) or 0


def _article_conditions(wanted: ArticleFilter, dialect: str) -> Iterator[sa.ColumnElement[bool]]:
    table = db.articles
    yield table.c.superseded_in.is_(None)
    if wanted.lang is not None:
        yield table.c.lang == wanted.lang
    if wanted.publisher is not None:
        yield table.c.publisher == wanted.publisher
    if wanted.text is not None:
        rows = rows_with(dialect, sought_words(None, wanted.text, None))
        found = sa.select(db.claims.c.article_row).where(db.claims.c.superseded_in.is_(None), db.claims.c.row.in_(rows))
        yield table.c.row.in_(found)


_LAST = (db.claims.c.id, db.claims.c.row)
_FIGURE = sa.func.coalesce(db.claims.c.high, db.claims.c.low)
_ORDERS: dict[str, Sequence[Any]] = {
    "newest": (db.claims.c.published.desc().nulls_last(), *_LAST),
    "oldest": (db.claims.c.published.asc().nulls_last(), *_LAST),
    "speaker": (db.claims.c.speaker.asc().nulls_last(), db.claims.c.published.desc().nulls_last(), *_LAST),
    "item": (db.claims.c.item.asc(), db.claims.c.published.desc().nulls_last(), *_LAST),
    "largest": (_FIGURE.desc().nulls_last(), *_LAST),
    "smallest": (_FIGURE.asc().nulls_last(), *_LAST),
}
