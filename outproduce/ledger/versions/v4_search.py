"""v4: quicker searches, and fewer pages to write for a claim.

The database works out the days a claim is about; one index has the order of claims and what filters ask for; actors are
searched like words. No row that is digested changes.
"""

from __future__ import annotations

import json

import sqlalchemy as sa
from alembic import op

from outproduce.ledger.columns import TEXT, WorkedOut, indexes
from outproduce.ledger.words import Searched, index_words

revision = "v4"
down_revision = "v3"

_DAYS = {
    "first_day": "coalesce(substr(when_start || '-01-01', 1, 10), published)",
    "last_day": (
        "coalesce(substr(when_end || CASE length(when_end) WHEN 4 THEN '-12-31' ELSE '-31' END, 1, 10), published)"
    ),
}
_GONE = ("articles_by_id", "claims_by_day", "claims_by_item")
_INDEXES: dict[str, str | None] = {
    "superseded_articles articles id": "superseded_in IS NOT NULL",
    "claims_by_time claims published,last_day,first_day,item,kind,status": "superseded_in IS NULL",
}
_SEARCHED = ("quote", "raw", "note", "speaker", "via", "publisher")
_BATCH = 5000


def upgrade() -> None:
    """Change the indexes, add the days, and write the index of words again, with the actors."""
    for name in _GONE:
        op.drop_index(name)
    for name, expression in _DAYS.items():
        op.add_column("claims", sa.Column(name, TEXT, WorkedOut(expression)))
    for name, table, names, options in indexes(_INDEXES):
        op.create_index(name, table, names, **options)
    op.execute("DROP TABLE claim_actors")
    op.execute("DROP TABLE claims_words")
    connection = op.get_bind()
    _create_words(connection.dialect.name)
    _fill_words(connection)


def _create_words(dialect: str) -> None:
    if dialect == "sqlite":
        options = "content='', columnsize=0, detail=column, tokenize='unicode61 remove_diacritics 0'"
        op.execute(f"CREATE VIRTUAL TABLE claims_words USING fts5(names, words, actors, {options})")
        return
    op.execute("CREATE INDEX newest_claims ON claims (published DESC NULLS LAST) WHERE superseded_in IS NULL")
    op.execute("CREATE TABLE claims_words (row integer PRIMARY KEY, names tsvector, words tsvector, actors tsvector)")
    for column in ("names", "words", "actors"):
        op.execute(f"CREATE INDEX claims_words_{column} ON claims_words USING gin ({column})")


def _fill_words(connection: sa.Connection) -> None:
    query = sa.text(
        "SELECT c.row, c.actor, c.quote, c.raw, c.note, c.speaker, c.via, "
        "CASE c.as_article WHEN 1 THEN a.publisher ELSE c.publisher END AS publisher "
        "FROM claims c LEFT JOIN articles a ON a.row = c.article_row WHERE c.row > :last ORDER BY c.row LIMIT :batch"
    )
    last = 0
    while rows := connection.execute(query, {"last": last, "batch": _BATCH}).all():
        index_words(connection, [_searched(row) for row in rows])
        last = rows[-1].row


def _searched(row: sa.Row[tuple[object, ...]]) -> Searched:
    text = "\n".join(getattr(row, name) or "" for name in _SEARCHED)
    return Searched(row.row, row.speaker or "", text, json.loads(row.actor))
