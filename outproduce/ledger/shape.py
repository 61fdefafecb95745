"""Is a database still made as this program makes it? Tables, indexes and views; what they hold is not looked at."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa

from outproduce.ledger import schema as db

_PARTS = "SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'claims_words_%'"


def altered_parts(connection: sa.Connection) -> Iterator[tuple[str, str]]:
    """Yield what is missing, made otherwise, or a trigger of somebody else, as ("view current_claims", "is missing").

    Tables, indexes and views that somebody added do no harm and are not told. In PostgreSQL only names are compared.
    """
    if connection.dialect.name == "postgresql":
        yield from ((part, "is missing") for part in sorted(_expected_names() - _names(connection)))
        return
    found = _parts(connection)
    fresh = sa.create_engine("sqlite://")
    with fresh.begin() as made:
        db.create_all(made)
        expected = _parts(made)
    fresh.dispose()
    for part, text in expected.items():
        if part not in found:
            yield part, "is missing"
        elif found[part] != text:
            yield part, "is made otherwise"
    yield from ((part, "is not of this program") for part in found if part.startswith("trigger "))


def _parts(connection: sa.Connection) -> dict[str, str]:
    rows = connection.exec_driver_sql(_PARTS)
    return {f"{kind} {name}": " ".join(sql.replace('"', "").split()) for kind, name, sql in rows}


def _expected_names() -> set[str]:
    indexes = {str(index.name) for table in db.metadata.tables.values() for index in table.indexes}
    return {f"index {name}" for name in indexes | db.WORD_INDEXES} | {f"view {name}" for name in db.VIEWS}


def _names(connection: sa.Connection) -> set[str]:
    inspector = sa.inspect(connection)
    indexes = {index["name"] for found in inspector.get_multi_indexes().values() for index in found}
    return {f"index {name}" for name in indexes} | {f"view {name}" for name in inspector.get_view_names()}
