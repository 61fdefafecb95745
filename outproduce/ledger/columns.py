"""Shorthand for the columns of the frozen schemas."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles


class WorkedOut(sa.Computed):
    """What the database works out from other columns of the row, by an expression; SQLite does not even store it."""

    inherit_cache = True

    def __init__(self, expression: str) -> None:
        super().__init__(expression, persisted=True)


@compiles(WorkedOut, "sqlite")
def _not_stored(element: WorkedOut, _compiler: Any, **_: Any) -> str:
    return f"GENERATED ALWAYS AS ({element.sqltext}) VIRTUAL"


TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def texts(names: str, *, needed: bool = False) -> list[sa.Column[Any]]:
    """Columns of text by their names, separated by spaces."""
    return [sa.Column(name, TEXT, nullable=not needed) for name in names.split()]


def numbers(names: str, *, needed: bool = False) -> list[sa.Column[Any]]:
    """Columns of whole numbers by their names, separated by spaces."""
    return [sa.Column(name, sa.Integer, nullable=not needed) for name in names.split()]


def key(name: str, target: str, *, needed: bool = False) -> sa.Column[Any]:
    """A column that points at the row of another table."""
    return sa.Column(name, sa.Integer, sa.ForeignKey(target), nullable=not needed)


def indexes(where: dict[str, str | None]) -> list[tuple[str, str, list[str], dict[str, Any]]]:
    """Read "name table column,column" -> condition as arguments of `op.create_index`."""
    found = []
    for line, condition in where.items():
        name, table, columns = line.split()
        only = {f"{dialect}_where": sa.text(condition) for dialect in ("sqlite", "postgresql") if condition}
        found.append((name, table, columns.split(","), {"unique": name.startswith("one_"), **only}))
    return found
