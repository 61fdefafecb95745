"""Claims -> files for other programs: CSV, JSON lines, Parquet with typed columns; written as the claims come.

`COLUMNS` says what each column is; docs/ledger.md shows it, and Parquet files carry it.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any, TextIO

from outproduce.errors import UsageError
from outproduce.records import Claim
from outproduce.report.export import csv_cell

FORMATS = ("csv", "jsonl", "parquet", "corpus")
_GROUP = 50_000  # rows of a Parquet row group, which are held at once
COLUMNS: dict[str, tuple[str, str]] = {  # name: (type, what it is)
    "id": ("text", "the claim's id: a hash of what was said and where"),
    "published": ("day", "day the article was published"),
    "kind": ("text", "output, capacity, stock, transfer, use, order, comparison, change or expansion"),
    "actor": ("texts", "who makes, holds or gives it; several where they do so together"),
    "item": ("text", "what is counted: a key of the pack's item tree"),
    "low": ("number", "lower end of the figure, or of the ratio; empty where only an upper end is told"),
    "high": ("number", "upper end of the figure, or of the ratio; empty where only a lower end is told"),
    "unit": ("text", "what is counted in: piece unless the text says tonnes or another"),
    "per": ("text", "the period of a rate: day, week, month, quarter or year"),
    "relation": ("text", "of a comparison more, less or equal; of a change up, down or flat"),
    "other": ("texts", "whom the actor is compared with, or who gets it"),
    "when_start": ("text", "first year, month or day it is about, inclusive"),
    "when_end": ("text", "last year, month or day it is about, inclusive"),
    "first_day": ("day", "first day of when_start"),
    "last_day": ("day", "last day of when_end"),
    "status": ("text", "actual, planned, possible or denied"),
    "speaker": ("text", "who said so; empty where the outlet speaks itself"),
    "via": ("text", "outlet or agency through which it came"),
    "evidence": ("text", "the words in the article; empty where entered by hand"),
    "start": ("count", "place of the words in the article's text, in characters from 0"),
    "end": ("count", "end of the words, exclusive"),
    "raw": ("text", "the words of the figure"),
    "note": ("text", "what else matters: refurbished, one plant"),
    "publisher": ("text", "who printed the article"),
    "url": ("text", "address of the article"),
    "link": ("text", "address that opens the article at the words"),
    "lang": ("text", "language of the article: en, uk or ru"),
    "article_id": ("text", "the article's id in the ledger"),
    "reader": ("text", "rules for the machine, hand for claims entered, review for claims corrected by a person"),
    "version": ("text", "version of the reader"),
    "published_basis": ("text", "how published is known: given, page, url or event"),
}


def claim_row(claim: Claim, link: str | None) -> dict[str, Any]:
    """Make the row of one claim, with the keys of `COLUMNS`; days are `date`, lists lists of names.

    >>> claim_row(Claim("stock", ("Russia",), "tank", when=("2024-02", "2024-02")), None)["last_day"]
    datetime.date(2024, 2, 29)
    """
    row = claim.as_row()
    start, end = claim.when or (None, None)
    row |= {"when_start": start, "when_end": end, "link": link, "published": _day(claim.published)}
    row |= {"first_day": _day(start), "last_day": _day(end, last=True)}
    row["article_id"] = claim.evidence.article_id if claim.evidence else None
    return {name: row[name] for name in COLUMNS}


def _day(told: str | None, *, last: bool = False) -> date | None:
    """First or last day of a year, month or day; None where that is not in the calendar."""
    if told is None:
        return None
    parts = [int(part) for part in told.split("-")]
    try:
        if len(parts) == 3 or not last:
            return date(*[*parts, 1, 1][:3])
        year, month = (parts[0] + 1, 1) if len(parts) == 1 or parts[1] == 12 else (parts[0], parts[1] + 1)
        return date.fromordinal(date(year, month, 1).toordinal() - 1)
    except ValueError:
        return None


def write_csv(rows: Iterable[dict[str, Any]], stream: TextIO) -> int:
    """Write rows with a header, text that a spreadsheet would take for a formula made harmless; gives their number."""
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(COLUMNS)
    number = 0
    for row in rows:
        writer.writerow([csv_cell(value) for value in row.values()])
        number += 1
    return number


def write_json_lines(rows: Iterable[dict[str, Any]], stream: TextIO) -> int:
    """Write one JSON object a line, days as YYYY-MM-DD; gives their number."""
    number = 0
    for row in rows:
        stream.write(json.dumps(row, ensure_ascii=False, default=str) + "\n")
        number += 1
    return number


def write_parquet(rows: Iterable[dict[str, Any]], path: Path) -> int:
    """Write a Parquet file whose columns have types and descriptions; gives the number of rows.

    Raises:
        UsageError: pyarrow is not installed.
    """
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError:
        raise UsageError("Parquet needs pyarrow; install it with: pip install 'outproduce[parquet]'") from None
    schema = parquet_schema(COLUMNS)
    number = 0
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        source = iter(rows)
        while group := list(islice(source, _GROUP)):
            writer.write_table(pa.Table.from_pylist(group, schema=schema))
            number += len(group)
    return number


def parquet_schema(columns: Mapping[str, tuple[str, str]]) -> Any:
    """Make a schema of columns as `COLUMNS` gives them: name -> (type, what it is)."""
    import pyarrow as pa

    types = {
        "text": pa.string(), "day": pa.date32(), "texts": pa.list_(pa.string()), "number": pa.float64(),
        "count": pa.int32(), "place": pa.int64(), "bytes": pa.binary(),
    }  # fmt: skip
    fields = [pa.field(name, types[kind], metadata={"description": what}) for name, (kind, what) in columns.items()]
    return pa.schema(fields)


def write_whole(path: Path, write: Callable[[Path], int]) -> int:
    """Write a file under another name first, so that a run that fails leaves no half file; gives what `write` gives.

    Raises:
        UsageError: the place cannot be written.
    """
    beside = path.with_name(f".{path.name}.part")
    try:
        number = write(beside)
        beside.replace(path)
    except OSError as error:
        raise UsageError(f"{path} cannot be written ({error.strerror}); name another place") from error
    finally:
        with suppress(OSError):
            beside.unlink()
    return number


def text_writer(
    rows: Iterable[dict[str, Any]], write: Callable[[Iterable[dict[str, Any]], TextIO], int]
) -> Callable[[Path], int]:
    """Make what writes rows as text to a path."""

    def to_path(path: Path) -> int:
        with path.open("w", encoding="utf-8", newline="") as stream:
            return write(rows, stream)

    return to_path


def column_table() -> Iterator[str]:
    """Give the lines of the table of columns in docs/ledger.md."""
    yield "| column | type | what it is |"
    yield "|---|---|---|"
    for name, (kind, what) in COLUMNS.items():
        yield f"| `{name}` | {kind} | {what} |"
