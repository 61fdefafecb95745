"""Text -> the words it is searched by, and their index in SQLite (FTS5) or PostgreSQL (tsvector).

Words are cut here and not in the database, so that both find the same: letters and digits, without regard to case. A
word of a question fits every word that begins with it, which serves languages with endings.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from outproduce.ledger import schema as db

NAMES, WORDS = "names", "words"  # the columns of the index: the speaker; everything that is searched
_WORD = re.compile(r"[^\W_\u19b0-\u19c0\u19c8\u19c9\u1cf2\u1cf3]+")  # without letters that FTS5 takes for marks
_LONGEST = 100  # characters of a word; PostgreSQL refuses very long ones


def find_words(text: str) -> list[str]:
    """Cut a text into its words, in one spelling of case and accents.

    >>> find_words("Завод «Х-101» (Kyiv)")
    ['завод', 'х', '101', 'kyiv']
    """
    composed = unicodedata.normalize("NFC", text.replace("\u0301", "")).casefold()  # without marks of stress
    return [word[:_LONGEST] for word in _WORD.findall(composed)]


def index_words(connection: sa.Connection, rows: Sequence[tuple[int, str, str]]) -> None:
    """Add rows of claims (row, speaker, all texts) to the index."""
    if connection.dialect.name == "sqlite":
        sql = "INSERT INTO claims_words(rowid, names, words) VALUES (?, ?, ?)"
        values = [(row, " ".join(find_words(names)), " ".join(find_words(words))) for row, names, words in rows]
        connection.connection.cursor().executemany(sql, values)  # by the driver, as in changes.insert
        return
    insert = sa.text("INSERT INTO claims_words VALUES (:row, array_to_tsvector(:names), array_to_tsvector(:words))")
    bound = insert.bindparams(*(sa.bindparam(name, type_=sa.ARRAY(sa.Text)) for name in (NAMES, WORDS)))
    cut: Iterable[Mapping[str, Any]] = (
        {"row": row, "names": sorted(set(find_words(names))), "words": sorted(set(find_words(words)))}
        for row, names, words in rows
    )
    connection.execute(bound, list(cut))


def indexed_words(row: int, names: str, words: str) -> set[tuple[str, int, str]]:
    """Give what the index should hold of a claim, as (word, row, column)."""
    return {(word, row, NAMES) for word in find_words(names)} | {(word, row, WORDS) for word in find_words(words)}


def stored_words(connection: sa.Connection) -> Iterator[tuple[str, int, str]]:
    """Yield all that the index of a SQLite ledger holds, as (word, row, column)."""
    connection.exec_driver_sql("CREATE VIRTUAL TABLE temp.held_words USING fts5vocab(main, claims_words, instance)")
    try:
        for held in connection.exec_driver_sql("SELECT term, doc, col FROM temp.held_words"):
            yield held[0], held[1], held[2]
    finally:
        connection.exec_driver_sql("DROP TABLE temp.held_words")


def matches(dialect: str, column: str, text: str) -> sa.ColumnElement[bool]:
    """Give the condition that every word of the text begins a word of the claim; a text without words fits nothing."""
    wanted = find_words(text)
    if not wanted:
        return sa.false()
    index = sa.table("claims_words", sa.column("rowid"), sa.column("row"), sa.column(column))
    if dialect == "sqlite":
        phrase = " AND ".join(f'{column} : "{word}" *' for word in wanted)
        found = sa.select(index.c.rowid).where(sa.literal_column("claims_words").op("MATCH")(phrase))
        return db.claims.c.row.in_(found)
    query = sa.literal(" & ".join(f"'{word}':*" for word in wanted))
    condition = index.c[column].op("@@")(sa.cast(query, sa.dialects.postgresql.TSQUERY))
    return db.claims.c.row.in_(sa.select(index.c.row).where(condition))
