"""The ledger's tables and views, the same in SQLite and PostgreSQL; docs/ledger.md describes every column.

Rows are only added. What no longer holds gets `superseded_in` and `superseded_why`. `added_in` and `superseded_in` are
numbers of `changes`, one for each transaction that wrote, so that order never hangs on a clock.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from outproduce.ledger.columns import WorkedOut

REVISIONS = ("v1", "v2", "v3", "v4")  # every schema there was, oldest first; the last is that of this module
FIRST_DAY = "coalesce(substr(when_start || '-01-01', 1, 10), published)"  # the days that since and until ask for
LAST_DAY = (  # of a month its 31st, which need not be a day of the calendar
    "coalesce(substr(when_end || CASE length(when_end) WHEN 4 THEN '-12-31' ELSE '-31' END, 1, 10), published)"
)
metadata = sa.MetaData()
_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")  # compare by code point, as SQLite does
_REAL = sa.Float().with_variant(sa.Double(), "postgresql")


def _row() -> sa.Column[int]:
    return sa.Column("row", sa.Integer, primary_key=True, autoincrement=False)


def _texts(*names: str, needed: bool = False) -> list[sa.Column[str]]:
    return [sa.Column(name, _TEXT, nullable=not needed) for name in names]


def _numbers(*names: str, needed: bool = False) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.Integer, nullable=not needed) for name in names]


def _history() -> list[sa.Column[Any]]:
    return [
        *_numbers("added_in", needed=True),
        *_numbers("superseded_in"),
        sa.Column("superseded_why", _TEXT),
    ]


ledger_version = sa.Table("alembic_version", metadata, sa.Column("version_num", sa.String(32), primary_key=True))
changes = sa.Table(
    "changes",
    metadata,
    _row(),
    *_texts("at", "what", needed=True),  # UTC, never before the change above; read, import, review or upgrade
    *_texts("source", "digest"),
)
raw_documents = sa.Table(
    "raw_documents",
    metadata,
    sa.Column("hash", _TEXT, primary_key=True),
    *_numbers("size", needed=True),
    sa.Column("compressed", sa.LargeBinary, nullable=False),
    *_numbers("added_in", needed=True),
)
articles = sa.Table(
    "articles",
    metadata,
    _row(),
    *_texts("id", "lang", needed=True),
    sa.Column("compressed_text", sa.LargeBinary, nullable=False),
    *_texts("title", "lead"),
    *_numbers("lead_start", "lead_end"),  # where the lead stands in the text; `lead` is used where it does not
    *_texts("publisher", "published", "url", "retrieved"),
    sa.Column("raw_hash", _TEXT, sa.ForeignKey("raw_documents.hash")),
    *_texts("origin", "media", "given"),
    *_history(),
)
statements = sa.Table(
    "statements",
    metadata,
    _row(),
    sa.Column("article_row", sa.Integer, sa.ForeignKey("articles.row"), nullable=False, index=True),
    *_numbers("start", "end", needed=True),
    *_texts("speaker", "via", "mode"),
    *_history(),
)
claims = sa.Table(
    "claims",
    metadata,
    _row(),
    *_texts("id", needed=True),
    sa.Column("article_row", sa.Integer, sa.ForeignKey("articles.row")),
    sa.Column("statement_row", sa.Integer, sa.ForeignKey("statements.row")),
    *_numbers("start", "end"),
    *_texts("quote"),
    *_texts("kind", "actor", "item", needed=True),
    *_texts("other"),
    sa.Column("low", _REAL),
    sa.Column("high", _REAL),
    *_texts("per", "relation", "when_start", "when_end"),
    *_texts("status", needed=True),
    *_texts("speaker", "via", "raw", "unit", "note"),
    *_numbers("as_article", needed=True),  # 1: publisher, url and lang are the article's and not written again
    *_texts("publisher", "published", "url", "lang", "published_basis", "reader", "version", "corrects"),
    *_history(),
    sa.Column("first_day", _TEXT, WorkedOut(FIRST_DAY)),
    sa.Column("last_day", _TEXT, WorkedOut(LAST_DAY)),
)
reviews = sa.Table(
    "reviews",
    metadata,
    _row(),
    *_texts("decision", "claim_id", needed=True),
    *_texts("other_id", "field", "value"),
    *_texts("who", needed=True),
    *_texts("why"),
    *_numbers("added_in", needed=True),
    sa.Index("reviews_by_claim", "claim_id"),
)
issues = sa.Table(
    "issues",
    metadata,
    _row(),
    sa.Column("article_id", _TEXT, nullable=False, index=True),
    *_numbers("start", "end", needed=True),
    *_texts("reason", needed=True),
    *_numbers("added_in", needed=True),
)
visits = sa.Table(  # working notes of `watch` and `read`: the only rows that are overwritten
    "visits",
    metadata,
    sa.Column("url", _TEXT, primary_key=True),
    *_texts("kind", "checked_at", "outcome", needed=True),
    *_texts("etag", "last_modified", "payload", "raw_hash", "message", "listed", "due_at"),
    *_numbers("fails", "interval_s", needed=True),
    sa.Index("visits_by_time", "kind", "due_at"),
)
DIGESTED = (raw_documents, articles, statements, claims, reviews, issues)  # what a change's digest covers


def written(table: sa.Table) -> list[sa.Column[Any]]:
    """Columns of a table that are written, without those that are worked out."""
    return [column for column in table.columns if column.computed is None]


def _where(name: str, table: sa.Table, *columns: str, current: bool = True, unique: bool = False) -> None:
    """Index the current rows of a table, or those superseded."""
    condition = table.c.superseded_in.is_(None) if current else table.c.superseded_in.is_not(None)
    chosen = [table.c[column] for column in columns]
    sa.Index(name, *chosen, unique=unique, sqlite_where=condition, postgresql_where=condition)


_where("one_current_article", articles, "id", unique=True)
_where("superseded_articles", articles, "id", current=False)
_where("one_current_claim", claims, "id", "reader", unique=True)
_where("superseded_claims", claims, "id", current=False)
_where("claims_by_article", claims, "article_row")
# The order of claims, and after it what filters ask for, so that who walks it need not look at the claims themselves.
_where("claims_by_time", claims, "published", "last_day", "first_day", "item", "kind", "status")
_newest_first = claims.c.published.desc().nulls_last()  # PostgreSQL cannot walk the other index backwards for it
_current = claims.c.superseded_in.is_(None)
sa.Index("newest_claims", _newest_first, postgresql_where=_current).ddl_if(dialect="postgresql")

_NAMES = {  # names of several actors as one cell
    "sqlite": "(SELECT group_concat(value, '; ') FROM json_each(c.{0}))",
    "postgresql": "(SELECT string_agg(value, '; ') FROM jsonb_array_elements_text(c.{0}::jsonb))",
}
_CLAIM_VIEW = """
SELECT c.id AS claim, c.published, {actor} AS actor, c.kind, c.item, c.low, c.high, c.unit, c.per AS per_period,
  c.relation, {other} AS compared_with, c.when_start AS about_from, c.when_end AS about_to, c.status, c.speaker, c.via,
  c.quote AS words, CASE c.as_article WHEN 1 THEN a.publisher ELSE c.publisher END AS publisher,
  CASE c.as_article WHEN 1 THEN a.url ELSE c.url END AS url, c.note, a.title AS article_title, a.id AS article,
  c.reader, c.version AS reader_version, added.at AS added_at{more}
FROM claims c LEFT JOIN articles a ON a.row = c.article_row LEFT JOIN changes added ON added.row = c.added_in
{joins} WHERE {condition}
"""
_VIEWS = {
    "current_claims": ("", "", "c.superseded_in IS NULL"),
    "superseded_claims_with_reasons": (
        ", ended.at AS superseded_at, c.superseded_why",
        "LEFT JOIN changes ended ON ended.row = c.superseded_in",
        "c.superseded_in IS NOT NULL",
    ),
}
_OTHER_VIEWS = {
    "current_articles": """
SELECT a.published, a.title, a.publisher, a.lang, a.url, a.id AS article, a.retrieved, a.origin AS read_from,
  (SELECT count(*) FROM claims c WHERE c.article_row = a.row AND c.superseded_in IS NULL) AS claims, added.at AS read_at
FROM articles a LEFT JOIN changes added ON added.row = a.added_in WHERE a.superseded_in IS NULL
""",
    "decisions_of_reviewers": """
SELECT added.at AS decided_at, r.who, r.decision, r.claim_id AS claim, r.other_id AS other_claim,
  r.field, r.value, r.why
FROM reviews r LEFT JOIN changes added ON added.row = r.added_in
""",
    "speakers_by_claims": """
SELECT speaker, count(*) AS claims, min(published) AS first_published, max(published) AS last_published
FROM claims WHERE superseded_in IS NULL AND speaker IS NOT NULL GROUP BY speaker
""",
}
VIEWS = (*_VIEWS, *_OTHER_VIEWS)
_WORD_COLUMNS = ("names", "words", "actors")
WORD_INDEXES = {f"claims_words_{name}" for name in _WORD_COLUMNS}  # of PostgreSQL; in SQLite the index is the table


def create_all(connection: sa.Connection) -> None:
    """Make every table, index and view of the present schema in an empty database, and write down its revision."""
    metadata.create_all(connection)
    create_words(connection)
    create_views(connection)
    connection.execute(ledger_version.insert().values(version_num=REVISIONS[-1]))


def create_words(connection: sa.Connection) -> None:
    """Make the index of words; the words themselves stand in claims."""
    if connection.dialect.name == "sqlite":
        options = "content='', columnsize=0, detail=column, tokenize='unicode61 remove_diacritics 0'"
        connection.exec_driver_sql(f"CREATE VIRTUAL TABLE claims_words USING fts5(names, words, actors, {options})")
        return
    columns = ", ".join(f"{name} tsvector" for name in _WORD_COLUMNS)
    connection.exec_driver_sql(f"CREATE TABLE claims_words (row integer PRIMARY KEY, {columns})")
    for name in _WORD_COLUMNS:
        connection.exec_driver_sql(f"CREATE INDEX claims_words_{name} ON claims_words USING gin ({name})")


def create_views(connection: sa.Connection) -> None:
    """Make the views for people: readable names, the current state, reasons beside what was superseded."""
    names = _NAMES[connection.dialect.name]
    actor, other = names.format("actor"), names.format("other")
    for name, (more, joins, condition) in _VIEWS.items():
        query = _CLAIM_VIEW.format(actor=actor, other=other, more=more, joins=joins, condition=condition)
        connection.exec_driver_sql(f"CREATE VIEW {name} AS {query}")
    for name, query in _OTHER_VIEWS.items():
        connection.exec_driver_sql(f"CREATE VIEW {name} AS {query}")
