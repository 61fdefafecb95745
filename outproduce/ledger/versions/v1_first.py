"""v1: articles with their bytes, statements and claims; times beside every row, words in pieces of three letters.

Ledgers of this schema were made before Alembic came in; they are known by their table schema_version.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from outproduce.ledger.columns import indexes, key, numbers, texts

revision = "v1"
down_revision: str | None = None


def upgrade() -> None:
    """Make the first schema."""
    for table, columns in _tables().items():
        op.create_table(table, *columns)
    for name, table, names, options in indexes(_INDEXES):
        op.create_index(name, table, names, **options)
    if op.get_bind().dialect.name == "sqlite":
        op.execute("CREATE VIRTUAL TABLE claims_words USING fts5(words, content='', tokenize='trigram')")
    else:  # no ledger in PostgreSQL was ever of this schema; the next step drops what stands here
        op.execute("CREATE TABLE claims_words (row integer PRIMARY KEY, words text)")
    op.execute("INSERT INTO schema_version (version, applied_at) VALUES (1, '2025-01-01T00:00:00Z')")


def _row() -> sa.Column[Any]:
    return sa.Column("row", sa.Integer, primary_key=True)


def _history() -> list[sa.Column[Any]]:
    return [*texts("added_at", needed=True), *texts("superseded_at superseded_why")]


def _tables() -> dict[str, list[sa.Column[Any]]]:
    return {
        "schema_version": [sa.Column("version", sa.Integer, primary_key=True), *texts("applied_at", needed=True)],
        "raw_documents": [
            sa.Column("hash", sa.Text, primary_key=True),
            *numbers("size", needed=True),
            sa.Column("compressed", sa.LargeBinary, nullable=False),
            *texts("added_at", needed=True),
        ],
        "articles": [
            _row(),
            *texts("id text lang", needed=True),
            *texts("title lead publisher published url retrieved"),
            sa.Column("raw_hash", sa.Text, sa.ForeignKey("raw_documents.hash")),
            *texts("origin media given"),
            *_history(),
        ],
        "statements": [
            _row(),
            key("article_row", "articles.row", needed=True),
            *numbers("start end", needed=True),
            *texts("speaker via mode"),
            *_history(),
        ],
        "imports": [_row(), *texts("source", needed=True), *numbers("claims", needed=True), *texts("added_at")],
        "claims": [
            _row(),
            *texts("id", needed=True),
            key("article_row", "articles.row"),
            key("statement_row", "statements.row"),
            key("import_row", "imports.row"),
            *texts("article_id"),
            *numbers("start end"),
            *texts("quote"),
            *texts("kind item", needed=True),
            sa.Column("low", sa.Float),
            sa.Column("high", sa.Float),
            *texts("per relation when_start when_end first_day last_day"),
            *texts("status", needed=True),
            *texts("speaker via raw unit note publisher published url lang reader version published_basis"),
            *_history(),
        ],
        "claim_actors": [
            sa.Column("claim_row", sa.Integer, sa.ForeignKey("claims.row"), primary_key=True),
            sa.Column("role", sa.Text, primary_key=True),
            sa.Column("position", sa.Integer, primary_key=True),
            *texts("name folded", needed=True),
        ],
        "issues": [
            _row(),
            *texts("article_id", needed=True),
            *numbers("start end", needed=True),
            *texts("reason added_at", needed=True),
        ],
    }


_INDEXES = {
    "ix_statements_article_row statements article_row": None,
    "ix_claims_article_row claims article_row": None,
    "ix_issues_article_id issues article_id": None,
    "claim_actors_by_name claim_actors folded,claim_row": None,
    "one_current_article articles id": "superseded_at IS NULL",
    "one_current_claim claims id,reader": "superseded_at IS NULL",
    "claims_by_day claims published,id": None,
    "claims_by_item claims item,published": None,
}
