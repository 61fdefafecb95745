"""Claims -> the words they are searched by, and their index in SQLite (FTS5) or PostgreSQL (tsvector).

Words are cut here and not in the database, so that both find the same: letters and digits, without regard to case. A
word of a question fits every word that begins with it, which serves languages with endings.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from hashlib import blake2b
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import TSQUERY

NAMES, WORDS, ACTORS = COLUMNS = ("names", "words", "actors")  # the speaker; everything that is searched; who makes it
_ENDING = {NAMES: ":*", WORDS: ":*", ACTORS: ""}  # names and words are found by how they begin
_WORD = re.compile(r"[^\W_\u19b0-\u19c0\u19c8\u19c9\u1cf2\u1cf3]+")  # without letters that FTS5 takes for marks
_LONGEST = 100  # characters of a word; PostgreSQL refuses very long ones


class Searched(NamedTuple):
    """A row of claims and what it is found by: its speaker, everything that is searched, its actors."""

    row: int
    speaker: str
    text: str
    actors: Sequence[str]


def find_words(text: str) -> list[str]:
    """Cut a text into its words, in one spelling of case and accents.

    >>> find_words("Завод «Х-101» (Kyiv)")
    ['завод', 'х', '101', 'kyiv']
    """
    composed = unicodedata.normalize("NFC", text.replace("\u0301", "")).casefold()  # without marks of stress
    return [word[:_LONGEST] for word in _WORD.findall(composed)]


def actor_sign(name: str) -> str:
    """Give the one word by which an actor is found, without regard to case; it says nothing to people."""
    return blake2b(name.casefold().encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def index_words(connection: sa.Connection, rows: Sequence[Searched]) -> None:
    """Add claims to the index."""
    if connection.dialect.name == "sqlite":
        values = [(row.row, *(" ".join(words) for _, words in _cut(row))) for row in rows]
        sql = "INSERT INTO claims_words(rowid, names, words, actors) VALUES (?, ?, ?, ?)"
        connection.connection.cursor().executemany(sql, values)  # by the driver, as in changes.insert
        return
    cut = [{"row": row.row} | {name: sorted(set(words)) for name, words in _cut(row)} for row in rows]
    made = ", ".join(f"array_to_tsvector(:{name})" for name in COLUMNS)
    insert = sa.text(f"INSERT INTO claims_words VALUES (:row, {made})")
    connection.execute(insert.bindparams(*(sa.bindparam(name, type_=sa.ARRAY(sa.Text)) for name in COLUMNS)), cut)


def _cut(row: Searched) -> Iterator[tuple[str, list[str]]]:
    yield NAMES, find_words(row.speaker)
    yield WORDS, find_words(row.text)
    yield ACTORS, [actor_sign(name) for name in row.actors]


def indexed_words(row: Searched) -> set[tuple[str, int, str]]:
    """Give what the index should hold of a claim, as (word, row, column)."""
    return {(word, row.row, name) for name, words in _cut(row) for word in words}


def stored_words(connection: sa.Connection) -> Iterator[tuple[str, int, str]]:
    """Yield all that the index holds, as (word, row, column)."""
    if connection.dialect.name == "postgresql":
        for name in COLUMNS:
            query = f"SELECT unnest(tsvector_to_array({name})), row FROM claims_words"
            yield from ((word, row, name) for word, row in connection.exec_driver_sql(query))
        return
    connection.exec_driver_sql("CREATE VIRTUAL TABLE temp.held_words USING fts5vocab(main, claims_words, instance)")
    try:
        for held in connection.exec_driver_sql("SELECT term, doc, col FROM temp.held_words"):
            yield held[0], held[1], held[2]
    finally:
        connection.exec_driver_sql("DROP TABLE temp.held_words")


def has_words(row: Searched, speaker: str | None, text: str | None, actor: str | None) -> bool:
    """Whether `rows_with` would select a claim."""
    for wanted, held in ((speaker, row.speaker), (text, row.text)):
        if wanted is not None:
            words, begun = find_words(held), find_words(wanted)
            if not begun or not all(any(word.startswith(start) for word in words) for start in begun):
                return False
    return actor is None or actor.casefold() in (name.casefold() for name in row.actors)


def rows_with(dialect: str, speaker: str | None, text: str | None, actor: str | None) -> sa.Select[Any] | None:
    """Select the rows of claims that have all that is given, superseded ones too; None where nothing is given.

    Every word of the speaker and of the text must begin a word of the claim; one without words fits nothing.
    """
    wanted = {name: find_words(given) for name, given in ((NAMES, speaker), (WORDS, text)) if given is not None}
    if actor is not None:
        wanted[ACTORS] = [actor_sign(actor)]
    if not wanted:
        return None
    index = sa.table("claims_words", *(sa.column(name) for name in ("rowid", "row", *COLUMNS)))
    row = index.c.rowid if dialect == "sqlite" else index.c.row
    if not all(wanted.values()):
        return sa.select(row).where(sa.false())
    if dialect == "sqlite":
        phrases = (f'{name} : "{word}"{_ENDING[name] and " *"}' for name, words in wanted.items() for word in words)
        return sa.select(row).where(sa.literal_column("claims_words").op("MATCH")(" AND ".join(phrases)))
    queries = {name: " & ".join(f"'{word}'{_ENDING[name]}" for word in words) for name, words in wanted.items()}
    return sa.select(row).where(*(index.c[name].op("@@")(sa.cast(said, TSQUERY)) for name, said in queries.items()))
