"""Claims -> the words they are searched by, and their index in SQLite (FTS5) or PostgreSQL (tsvector).

Words are cut here and not in the database, so that both find the same: letters and digits, without regard to case. A
word of a question fits every word that begins with it, which serves languages with endings.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from hashlib import blake2b
from itertools import repeat
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import TSQUERY

NAMES, WORDS, ACTORS = COLUMNS = ("names", "words", "actors")  # the speaker; everything that is searched; who makes it
_ENDING = {NAMES: ":*", WORDS: ":*", ACTORS: ""}  # names and words are found by how they begin
_FITS: dict[str, Callable[[str, str], bool]] = {NAMES: str.startswith, WORDS: str.startswith, ACTORS: str.__eq__}
_WORD = re.compile(r"[^\W_\u19b0-\u19c0\u19c8\u19c9\u1cf2\u1cf3]+")  # without letters that FTS5 takes for marks
_LONGEST = 100  # characters of a word; PostgreSQL refuses very long ones


Sought = Mapping[str, Sequence[str]]  # by column, the words that a claim must have in it


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


@lru_cache(maxsize=4096)
def actor_sign(name: str) -> str:
    """Give the one word by which an actor is found, without regard to case; it says nothing to people."""
    return blake2b(name.casefold().encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def index_words(connection: sa.Connection, rows: Sequence[Searched]) -> None:
    """Add claims to the index."""
    if connection.dialect.name == "sqlite":
        values = [(row.row, *(" ".join(cut(row)) for cut in _CUT.values())) for row in rows]
        sql = "INSERT INTO claims_words(rowid, names, words, actors) VALUES (?, ?, ?, ?)"
        connection.connection.cursor().executemany(sql, values)  # by the driver, as in changes.insert
        return
    cut = [{"row": row.row} | {name: sorted(set(cut(row))) for name, cut in _CUT.items()} for row in rows]
    made = ", ".join(f"array_to_tsvector(:{name})" for name in COLUMNS)
    insert = sa.text(f"INSERT INTO claims_words VALUES (:row, {made})")
    connection.execute(insert.bindparams(*(sa.bindparam(name, type_=sa.ARRAY(sa.Text)) for name in COLUMNS)), cut)


_CUT: dict[str, Callable[[Searched], list[str]]] = {
    NAMES: lambda row: find_words(row.speaker),
    WORDS: lambda row: find_words(row.text),
    ACTORS: lambda row: [actor_sign(name) for name in row.actors],
}


def indexed_words(row: Searched) -> set[tuple[str, int, str]]:
    """Give what the index should hold of a claim, as (word, row, column)."""
    return {(word, row.row, name) for name, cut in _CUT.items() for word in cut(row)}


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


def sought_words(speaker: str | None, text: str | None, actor: str | None) -> Sought:
    """Cut what is asked for into words by column of the index; what is None is not asked for."""
    sought = {name: find_words(given) for name, given in ((NAMES, speaker), (WORDS, text)) if given is not None}
    return sought if actor is None else sought | {ACTORS: [actor_sign(actor)]}


def has_words(row: Searched, sought: Sought) -> bool:
    """Whether `rows_with` would select a claim."""
    for name, words in sought.items():
        held = _CUT[name](row)
        if not words or not all(any(map(_FITS[name], held, repeat(word))) for word in words):
            return False
    return True


def rows_with(dialect: str, sought: Sought) -> sa.Select[Any]:
    """Select the rows of claims that have all words sought, superseded ones too.

    Every word of the speaker and of the text must begin a word of the claim; one without words fits nothing.
    """
    index = sa.table("claims_words", *(sa.column(name) for name in ("rowid", "row", *COLUMNS)))
    row = index.c.rowid if dialect == "sqlite" else index.c.row
    if not all(sought.values()):
        return sa.select(row).where(sa.false())
    if dialect == "sqlite":
        phrases = (f'{name} : "{word}"{_ENDING[name] and " *"}' for name, words in sought.items() for word in words)
        return sa.select(row).where(sa.literal_column("claims_words").op("MATCH")(" AND ".join(phrases)))
    queries = {name: " & ".join(f"'{word}'{_ENDING[name]}" for word in words) for name, words in sought.items()}
    return sa.select(row).where(*(index.c[name].op("@@")(sa.cast(said, TSQUERY)) for name, said in queries.items()))
