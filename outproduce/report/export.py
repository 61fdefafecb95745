"""Rows -> standard output as a table, CSV, JSON or JSON lines; and text made safe for each of them."""

from __future__ import annotations

import csv
import json
import re
import sys
import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TextIO

PIPE_WIDTH = 100  # columns of a table that is not on a terminal
NARROW = 72  # columns of a terminal below which a table is written one cell a line
_UNSEEN = re.compile("[\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a terminal's table: `text` makes its cell of a row; `width` is fixed, `right` aligns numbers."""

    title: str
    text: Callable[[Row], str]
    ratio: int = 1
    width: int | None = None
    right: bool = False


def write_rows(rows: Iterable[Row], shape: str, columns: Sequence[Column], stream: TextIO | None = None) -> int:
    """Write rows in a shape (`table`, `csv`, `json`, `jsonl`) and give how many there were.

    Rows have the same keys in the same order. JSON lines are written as the rows come.
    """
    stream = stream or sys.stdout
    if shape == "jsonl":
        return _write_json_lines(rows, stream)
    held = list(rows)
    if shape == "json":
        stream.write(_json([dict(row) for row in held], indent=2) + "\n")
    elif shape == "csv":
        _write_csv(held, stream)
    elif held:
        _write_table(held, columns, stream)
    return len(held)


def write_value(value: Mapping[str, Any], shape: str, stream: TextIO | None = None) -> None:
    """Write one JSON object: over several lines for `json`, on one for `jsonl`."""
    indent = 2 if shape == "json" else None
    (stream or sys.stdout).write(_json(value, indent) + "\n")


def _json(value: Any, indent: int | None = None) -> str:
    """Write JSON with its letters as they are, but control characters and marks of direction escaped."""
    text = json.dumps(value, ensure_ascii=False, indent=indent)
    return _UNSEEN.sub(lambda sign: f"\\u{ord(sign[0]):04x}", text)


def _write_json_lines(rows: Iterable[Row], stream: TextIO) -> int:
    number = 0
    for row in rows:
        stream.write(_json(dict(row)) + "\n")
        stream.flush()
        number += 1
    return number


def _write_csv(rows: Sequence[Row], stream: TextIO) -> None:
    if not rows:
        return
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(rows[0])
    cells = ([csv_cell(value) for value in row.values()] for row in rows)
    if stream.isatty():  # a file keeps the words to the letter, a terminal must not obey them
        cells = ([plain(cell) if isinstance(cell, str) else cell for cell in row] for row in cells)
    writer.writerows(cells)


def csv_cell(value: Any) -> Any:
    """Make a value fit for a cell; text that a spreadsheet would take for a formula gets an apostrophe in front.

    >>> csv_cell("=1+1"), csv_cell(-0.5), csv_cell(["NATO", "EU"]), csv_cell(None)
    ("'=1+1", -0.5, 'NATO; EU', '')
    """
    if value is None:
        return ""
    if isinstance(value, list | tuple):
        value = "; ".join(str(part) for part in value)
    if isinstance(value, dict):
        value = json.dumps(value, ensure_ascii=False)
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return int(value)
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def _write_table(rows: Sequence[Row], columns: Sequence[Column], stream: TextIO) -> None:
    from rich.box import SIMPLE_HEAD  # imported here: other shapes and --help need not wait for it
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(file=stream, width=None if stream.isatty() else PIPE_WIDTH, highlight=False)
    if console.width < NARROW and len(columns) > 2:
        stream.write("\n".join(_as_blocks(rows, columns, console.width)))
        return
    table = Table(box=SIMPLE_HEAD, expand=True, pad_edge=False)
    for column in columns:
        justify: Any = "right" if column.right else "left"
        ratio = None if column.width else column.ratio
        table.add_column(column.title, ratio=ratio, width=column.width, justify=justify, overflow="fold")
    for row in rows:
        table.add_row(*(Text(plain(column.text(row))) for column in columns))
    console.print(table)


def _as_blocks(rows: Sequence[Row], columns: Sequence[Column], width: int) -> Iterator[str]:
    """Give the rows one under another, a line for each cell that is not empty, where columns would be too narrow."""
    for row in rows:
        for column in columns:
            cell = plain(column.text(row))
            if cell:
                text = f"{column.title}: {cell}" if column.title else cell
                yield textwrap.fill(text, max(width, 20), subsequent_indent="  ", break_on_hyphens=False)
        yield ""


def plain(text: str) -> str:
    r"""Make text of reports safe for a terminal: control characters, which could move the cursor, become spaces.

    >>> plain("a\x1b[2Jb")
    'a [2Jb'
    """
    return "".join(sign if sign.isprintable() else " " for sign in text)
