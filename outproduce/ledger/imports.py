"""Hand-collected claims: a CSV table comes in, claims and the rows that were refused, each with its reason, go out.

Nothing is guessed: a cell that breaks a rule refuses its row, a header that breaks one refuses the table.
"""

from __future__ import annotations

import csv
import difflib
import io
import re
from collections.abc import Callable, Container, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import TextIO

from outproduce.errors import ClaimError, SourceError
from outproduce.records import Claim, When

COLUMNS = (
    *("kind", "actor", "other", "item", "low", "high", "per", "relation", "when_start", "when_end", "status"),
    *("speaker", "via", "publisher", "published", "url", "lang", "note", "published_basis"),
)
REQUIRED = ("kind", "actor", "item", "low", "high", "status", "url")
PUBLISHED_BASES = ("given", "page", "url", "event")
_NUMBER = re.compile(r"\d+(\.\d+)?([eE]\+?\d{1,2})?\Z")
_DATE = re.compile(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?\Z")

Row = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row that did not come in: `line` is where it begins in the file, counted from 1 (the header)."""

    line: int
    reason: str
    row: Row


def read_claims_csv(
    source: str | Path | TextIO,
    *,
    items: Container[str] | None = None,
    actors: Container[str] | None = None,
    doubt: Callable[[str], None] | None = None,
) -> tuple[list[Claim], list[RefusedRow]]:
    """Read hand-collected claims from a path or an open text stream.

    The columns are `COLUMNS`, in any order; those outside `REQUIRED` may be left out. `;` separates several actors.
    `items` and `actors` are the known item keys and canonical names; None takes any. A row with a name outside `actors`
    is refused or, where `doubt` is given, comes in and `doubt` is told in a line. Empty lines are skipped.
    Claims have `reader` "hand" and no evidence. A row that repeats an earlier one is refused.

    Raises:
        SourceError: the table cannot be read at all: missing, not UTF-8, a wrong or missing column.
    """
    claims: dict[str, Claim] = {}
    refused: list[RefusedRow] = []
    with _opened(source) as (stream, name):
        for line, row, fault in _rows(stream, name):
            try:
                claim = _claim(row, fault, items, None if doubt else actors)
            except ClaimError as error:
                refused.append(RefusedRow(line, f"{name}, line {line}: {error}", row))
                continue
            if claim.id in claims:
                reason = f"{name}, line {line}: the row says the same as an earlier one; leave one of them out"
                refused.append(RefusedRow(line, reason, row))
            elif doubt is not None:
                for unknown in _unknown_actors(claim, actors):
                    doubt(f"{name}, line {line}: {unknown}")
            claims.setdefault(claim.id, claim)
    return list(claims.values()), refused


def starter_claims() -> list[Claim]:
    """Read the claims shipped with the package; their cautions stand in data/README.md.

    >>> len(starter_claims())
    772
    """
    text = files("outproduce").joinpath("data", "starter_claims.csv").read_text(encoding="utf-8")
    claims, refused = read_claims_csv(io.StringIO(text, newline=""))
    if refused:
        raise SourceError(f"the shipped claims are damaged: {refused[0].reason}; install the package again")
    return claims


@contextmanager
def _opened(source: str | Path | TextIO) -> Iterator[tuple[TextIO, str]]:
    """Open a path, or pass a stream through, with the name to use in messages."""
    name = str(source) if isinstance(source, str | Path) else getattr(source, "name", "the table")
    try:
        if isinstance(source, str | Path):
            with Path(source).open(encoding="utf-8-sig", newline="") as stream:
                yield stream, name
        else:
            yield source, str(name)
    except OSError as error:
        raise SourceError(f"cannot read {name}: {error.strerror or error}; give the path of a CSV file") from error
    except UnicodeDecodeError as error:
        raise SourceError(f"{name} is not UTF-8 (byte {error.start}); save it as CSV UTF-8") from error


def _rows(stream: TextIO, name: str) -> Iterator[tuple[int, Row, str | None]]:
    """Yield line, cells by column, and what is wrong with the row's shape (None where nothing is)."""
    reader = csv.reader(stream, strict=True)
    try:
        header = [cell.strip().removeprefix("\ufeff") for cell in next(reader, [])]
        _check_header(header, name)
        line = reader.line_num + 1
        for cells in reader:
            row = dict(zip(header, (cell.strip() for cell in cells), strict=False))
            fault = None
            if len(cells) != len(header):
                fault = f"the row has {len(cells)} cells, the header {len(header)}; quote cells that hold a comma"
            if any(row.values()):
                yield line, row, fault
            line = reader.line_num + 1
    except csv.Error as error:
        raise SourceError(f"{name}, line {reader.line_num}: {error}; save the table as plain CSV") from error


def _check_header(header: list[str], name: str) -> None:
    if not any(header):
        raise SourceError(f"{name} is empty; its first line must name the columns {', '.join(COLUMNS)}")
    for column in header:
        if column not in COLUMNS:
            near = difflib.get_close_matches(column, COLUMNS, 1)
            advice = f"rename it to {near[0]!r}" if near else f"the columns are {', '.join(COLUMNS)}"
            raise SourceError(f"{name}, line 1: unknown column {column!r}; {advice}")
        if header.count(column) > 1:
            raise SourceError(f"{name}, line 1: column {column!r} stands twice; leave one out")
    missing = [column for column in REQUIRED if column not in header]
    if missing:
        raise SourceError(f"{name}, line 1: column {missing[0]!r} is missing; add it")


def _claim(row: Row, fault: str | None, items: Container[str] | None, actors: Container[str] | None) -> Claim:
    """Turn one row into a claim, or raise ClaimError with the cell that is wrong."""
    if fault is not None:
        raise ClaimError(fault)
    item = row["item"]
    if not item or (items is not None and item not in items):
        raise ClaimError(f"item {item!r} is not a key of the item tree; take the nearest key that covers it")
    return Claim(
        kind=row["kind"],
        actor=_names(row, "actor", actors),
        other=_names(row, "other", actors),
        item=item,
        low=_number(row, "low"),
        high=_number(row, "high"),
        per=row.get("per") or None,
        relation=row.get("relation") or None,
        when=_when(row),
        status=row["status"],
        speaker=row.get("speaker") or None,
        via=row.get("via") or None,
        note=row.get("note") or None,
        publisher=row.get("publisher") or None,
        published=_published(row),
        published_basis=_basis(row),
        url=_url(row),
        lang=row.get("lang") or None,
        reader="hand",
    )


def _names(row: Row, column: str, known: Container[str] | None) -> tuple[str, ...]:
    names = tuple(name for part in row.get(column, "").split(";") if (name := part.strip()))
    for name in names:
        if known is not None and name not in known:
            raise ClaimError(_unknown(column, name))
    return names


def _unknown(column: str, name: str) -> str:
    return f"{column} {name!r} is not a known actor; use the canonical name or add it to the pack"


def _unknown_actors(claim: Claim, known: Container[str] | None) -> Iterator[str]:
    """Say of every name in a claim that is not known what to do about it."""
    for column, names in (("actor", claim.actor), ("other", claim.other)):
        yield from (_unknown(column, name) for name in names if known is not None and name not in known)


def _number(row: Row, column: str) -> float | None:
    cell = row[column]
    if not cell:
        return None
    if not _NUMBER.match(cell):
        raise ClaimError(f"{column} {cell!r} is no number; write digits only, with a point for decimals (250000, 1.5)")
    return float(cell)


def _day(cell: str, column: str) -> str:
    """Check that a date of year, month or day precision is in the calendar."""
    found = _DATE.match(cell)
    try:
        if found is None:
            raise ValueError
        date(int(found[1]), int(found[2] or 1), int(found[3] or 1))
    except ValueError:
        raise ClaimError(f"{column} {cell!r} is no date; write YYYY, YYYY-MM or YYYY-MM-DD") from None
    return cell


def _when(row: Row) -> When | None:
    start, end = row.get("when_start", ""), row.get("when_end", "")
    if not start and not end:
        return None
    if not start or not end:
        raise ClaimError(f"when_start {start!r} and when_end {end!r}: one is missing; fill both, or neither")
    first, last = _day(start, "when_start"), _day(end, "when_end")
    if first[: len(last)] > last[: len(first)]:
        raise ClaimError(f"when_start {start!r} is after when_end {end!r}; swap them")
    return first, last


def _published(row: Row) -> str | None:
    cell = row.get("published", "")
    if cell and len(_day(cell, "published")) != len("YYYY-MM-DD"):
        raise ClaimError(f"published {cell!r} is no full date; write YYYY-MM-DD or leave it empty")
    return cell or None


def _basis(row: Row) -> str | None:
    cell = row.get("published_basis", "")
    if cell and cell not in PUBLISHED_BASES:
        raise ClaimError(f"published_basis {cell!r} is not one of {PUBLISHED_BASES}; correct it or leave it empty")
    return cell or None


def _url(row: Row) -> str:
    """Only web addresses: a hand-entered claim has no other proof, and it becomes a link in reports."""
    cell = row["url"]
    if not re.match(r"https?://[^\s\"'<>]+\Z", cell):
        raise ClaimError(f"url {cell!r} is no web address; give the http(s) address where the claim can be read")
    return cell
