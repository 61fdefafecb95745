"""v2: rows carry the number of a change instead of a time; reviews; texts compressed.

Every row of v1 is written again in the new form and keeps its number; v4 fills the index of words. Times become
changes, one for each second in which something was read and one for each import.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import sqlalchemy as sa
from alembic import op

from outproduce.ledger.columns import TEXT, indexes, key, numbers, texts

revision = "v2"
down_revision = "v1"

_OLD = ("raw_documents", "articles", "statements", "imports", "claims", "claim_actors", "issues")
_RECORD_FIELDS = ("id", "text", "published", "lang", "title", "publisher", "url")
_BATCH = 500
Row = Mapping[str, Any]
ChangeOf = Callable[..., int | None]


def upgrade() -> None:
    """Set the old tables aside, make the new ones, write every row again, drop the old ones."""
    connection = op.get_bind()
    for name in ("one_current_article", "one_current_claim", "claims_by_day", "claims_by_item", "claim_actors_by_name"):
        op.drop_index(name)
    for name in ("ix_statements_article_row", "ix_claims_article_row", "ix_issues_article_id"):
        op.drop_index(name)
    op.execute("DROP TABLE claims_words")
    for name in _OLD:
        op.rename_table(name, f"old_{name}")
    new = {name: op.create_table(name, *columns, **options) for name, (columns, options) in _tables().items()}
    for name, table, names, options in indexes(_INDEXES):
        op.create_index(name, table, names, **options)
    _create_words(connection)
    _copy(connection, new)
    for name in reversed(_OLD):
        op.drop_table(f"old_{name}")
    op.drop_table("schema_version")


def _create_words(connection: sa.Connection) -> None:
    if connection.dialect.name == "sqlite":
        options = "content='', detail=column, tokenize='unicode61 remove_diacritics 0'"
        op.execute(f"CREATE VIRTUAL TABLE claims_words USING fts5(names, words, {options})")
        return
    op.execute("CREATE TABLE claims_words (row integer PRIMARY KEY, names tsvector, words tsvector)")
    for column in ("names", "words"):
        op.execute(f"CREATE INDEX claims_words_{column} ON claims_words USING gin ({column})")


def _copy(connection: sa.Connection, new: Mapping[str, sa.Table]) -> None:
    change = _copy_times(connection, new["changes"])

    def history(row: Row, source: str | None = None) -> dict[str, Any]:
        ended = {"superseded_in": change(row["superseded_at"]), "superseded_why": row["superseded_why"]}
        return {"added_in": change(row["added_at"], source)} | ended

    def write(name: str, rows: list[dict[str, Any]]) -> None:
        if rows:
            connection.execute(new[name].insert(), rows)

    for rows in _batches(connection, "raw_documents", "hash"):
        write("raw_documents", [_only(new["raw_documents"], row, added_in=change(row["added_at"])) for row in rows])
    texts_of_articles: dict[int, Row] = {}
    for rows in _batches(connection, "articles"):
        write("articles", [_article(new["articles"], row, history(row)) for row in rows])
        texts_of_articles |= {row["row"]: {k: row[k] for k in ("publisher", "url", "lang")} for row in rows}
    for rows in _batches(connection, "statements"):
        write("statements", [_only(new["statements"], row, **history(row)) for row in rows])
    imports = connection.execute(sa.text("SELECT row, source FROM old_imports"))
    sources: dict[int, str] = {row.row: row.source for row in imports}
    for rows in _batches(connection, "claims"):
        actors = _actors(connection, rows)
        made = [
            _claim(row, actors, texts_of_articles.get(row["article_row"]))
            | history(row, sources.get(row["import_row"]))
            for row in rows
        ]
        write("claims", [_only(new["claims"], row) for row in made])
        folded = {(name.casefold(), row["row"]) for row in rows for name in actors.get((row["row"], "actor"), [])}
        write("claim_actors", [{"folded": name, "claim_row": number} for name, number in sorted(folded)])
    for rows in _batches(connection, "issues"):
        write("issues", [_only(new["issues"], row, added_in=change(row["added_at"])) for row in rows])


def _copy_times(connection: sa.Connection, changes: sa.Table) -> ChangeOf:
    """Make a change of every time that stands beside a row; gives what finds its number."""
    every = " UNION ".join(
        [f"SELECT added_at AS at, 0 AS imported, '' AS source FROM old_{name}" for name in _OLD if name in _READ]
        + [f"SELECT superseded_at, 0, '' FROM old_{name}" for name in ("articles", "statements", "claims")]
        + ["SELECT c.added_at, 1, i.source FROM old_claims c JOIN old_imports i ON i.row = c.import_row"]
    )
    ordered = f"SELECT at, source FROM ({every}) AS t WHERE at IS NOT NULL ORDER BY at, imported, source"
    known = {tuple(row): number for number, row in enumerate(connection.execute(sa.text(ordered)), 1)}
    rows = [
        {"row": number, "at": at, "what": "import" if source else "read", "source": source or None}
        for (at, source), number in known.items()
    ]
    if rows:
        connection.execute(changes.insert(), rows)
    return lambda at, source=None: None if at is None else known[at, source or ""]


_READ = ("raw_documents", "articles", "statements", "claims", "issues")


def _batches(connection: sa.Connection, name: str, order: str = "row") -> Iterator[list[Row]]:
    """Read an old table in pieces, so that memory stays flat."""
    last: Any = None
    while True:
        where = "" if last is None else f'WHERE "{order}" > :last'
        query = sa.text(f'SELECT * FROM old_{name} {where} ORDER BY "{order}" LIMIT {_BATCH}')
        rows = connection.execute(query, {} if last is None else {"last": last}).mappings().all()
        if not rows:
            return
        yield [dict(row) for row in rows]
        last = rows[-1][order]


def _only(table: sa.Table, row: Row, **more: Any) -> dict[str, Any]:
    values = {**row, **more}
    return {column.name: values.get(column.name) for column in table.columns}


def _article(table: sa.Table, row: Row, history: Row) -> dict[str, Any]:
    text, lead = row["text"], row["lead"]
    start = text.find(lead) if lead else -1
    placed = {"lead": None, "lead_start": start, "lead_end": start + len(lead or "")} if start >= 0 else {}
    given = row["given"]
    if row["media"] == "record" and given is not None and set(json.loads(given)) <= set(_RECORD_FIELDS):
        given = None  # the bytes are the record itself
    return _only(table, row, compressed_text=zlib.compress(text.encode(), 6), given=given, **placed, **history)


def _actors(connection: sa.Connection, rows: list[Row]) -> dict[tuple[int, str], list[str]]:
    query = sa.text(
        "SELECT claim_row, role, name FROM old_claim_actors WHERE claim_row BETWEEN :a AND :b ORDER BY position"
    )
    names: dict[tuple[int, str], list[str]] = {}
    for claim_row, role, name in connection.execute(query, {"a": rows[0]["row"], "b": rows[-1]["row"]}):
        names.setdefault((claim_row, role), []).append(name)
    return names


def _claim(row: Row, actors: Mapping[tuple[int, str], list[str]], article: Row | None) -> dict[str, Any]:
    cells = {
        column: json.dumps(names, ensure_ascii=False) if (names := actors.get((row["row"], column))) else None
        for column in ("actor", "other")
    }
    inherited = article is not None and all(article[name] == row[name] for name in ("publisher", "url", "lang"))
    shared: dict[str, Any] = dict.fromkeys(("publisher", "url", "lang")) if inherited else {}
    return {**row, **cells, **shared, "as_article": int(inherited)}


def _row() -> sa.Column[Any]:
    return sa.Column("row", sa.Integer, primary_key=True, autoincrement=False)


def _history() -> list[sa.Column[Any]]:
    return [*numbers("added_in", needed=True), *numbers("superseded_in"), *texts("superseded_why")]


def _tables() -> dict[str, tuple[list[sa.Column[Any]], dict[str, Any]]]:
    real = sa.Float().with_variant(sa.Double(), "postgresql")
    plain: dict[str, list[sa.Column[Any]]] = {
        "changes": [_row(), *texts("at what", needed=True), *texts("source digest")],
        "raw_documents": [
            sa.Column("hash", TEXT, primary_key=True),
            *numbers("size", needed=True),
            sa.Column("compressed", sa.LargeBinary, nullable=False),
            *numbers("added_in", needed=True),
        ],
        "articles": [
            _row(),
            *texts("id lang", needed=True),
            sa.Column("compressed_text", sa.LargeBinary, nullable=False),
            *texts("title lead"),
            *numbers("lead_start lead_end"),
            *texts("publisher published url retrieved"),
            sa.Column("raw_hash", TEXT, sa.ForeignKey("raw_documents.hash")),
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
        "claims": [
            _row(),
            *texts("id", needed=True),
            key("article_row", "articles.row"),
            key("statement_row", "statements.row"),
            *numbers("start end"),
            *texts("quote"),
            *texts("kind actor item", needed=True),
            *texts("other"),
            sa.Column("low", real),
            sa.Column("high", real),
            *texts("per relation when_start when_end"),
            *texts("status", needed=True),
            *texts("speaker via raw unit note"),
            *numbers("as_article", needed=True),
            *texts("publisher published url lang published_basis reader version corrects"),
            *_history(),
        ],
        "claim_actors": [
            sa.Column("folded", TEXT, primary_key=True),
            sa.Column("claim_row", sa.Integer, primary_key=True, autoincrement=False),
        ],
        "reviews": [
            _row(),
            *texts("decision claim_id", needed=True),
            *texts("other_id field value"),
            *texts("who", needed=True),
            *texts("why"),
            *numbers("added_in", needed=True),
        ],
        "issues": [
            _row(),
            *texts("article_id", needed=True),
            *numbers("start end", needed=True),
            *texts("reason", needed=True),
            *numbers("added_in", needed=True),
        ],
    }
    options: dict[str, dict[str, Any]] = {"claim_actors": {"sqlite_with_rowid": False}}
    return {name: (columns, options.get(name, {})) for name, columns in plain.items()}


_CURRENT, _SUPERSEDED = "superseded_in IS NULL", "superseded_in IS NOT NULL"
_INDEXES: dict[str, str | None] = {
    "ix_statements_article_row statements article_row": None,
    "ix_issues_article_id issues article_id": None,
    "reviews_by_claim reviews claim_id": None,
    "articles_by_id articles id": None,
    "one_current_article articles id": _CURRENT,
    "one_current_claim claims id,reader": _CURRENT,
    "superseded_claims claims id": _SUPERSEDED,
    "claims_by_day claims published,id": _CURRENT,
    "claims_by_item claims item,published": _CURRENT,
    "claims_by_article claims article_row": _CURRENT,
}
