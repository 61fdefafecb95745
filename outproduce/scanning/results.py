"""What a scan leaves: for each WARC file one Parquet of claims and one of counts; and the way from there to a ledger.

The counts are written last, each file under another name first: a WARC file is done or not done, whatever was killed.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from typing import IO, Any, Self
from uuid import uuid4

from outproduce.articles.archives import ArchivedPage
from outproduce.errors import SourceError, UsageError
from outproduce.reading import ReadReport
from outproduce.records import CLAIM_FIELDS, Article, Claim, Evidence, RawDocument, Statement, content_id
from outproduce.report.files import COLUMNS, claim_row, parquet_schema

CLAIM_COLUMNS = COLUMNS | {
    "archive": ("text", "the WARC file, as it was named"),
    "offset": ("place", "where the page's record begins in it, in bytes from 0"),
    "record": ("text", "the record's WARC-Record-ID"),
    "article": ("text", "beside an article's first claim: its text and statements as JSON"),
    "page": ("bytes", "beside an article's first claim: its WARC record"),
}
COUNT_COLUMNS = {
    "archive": ("text", "the WARC file, as it was named"),
    "pages": ("place", "pages in it: answers with status 200 that are HTML or text"),
    "bytes": ("place", "bytes of these pages, unpacked"),
    "passed_screen": ("place", "pages whose bytes may hold a claim"),
    "passed_text": ("place", "pages of these whose text may hold one, which were read"),
    "unreadable": ("place", "pages of these without a text that can be read"),
    "with_claims": ("place", "pages with a claim"),
    "claims": ("place", "claims"),
    "damaged": ("texts", "records that could not be read: offset and reason"),
    "seconds": ("number", "time the scan of this file took"),
}
Reading = tuple[Article, RawDocument, list[Statement], list[Claim]]
_HELD_BYTES = 16 << 20  # bytes of pages after which rows are written


@dataclass
class Counts:
    """How much of one WARC file passed what; the fields are those of `COUNT_COLUMNS`."""

    archive: str
    pages: int = 0
    bytes: int = 0
    passed_screen: int = 0
    passed_text: int = 0
    unreadable: int = 0
    with_claims: int = 0
    claims: int = 0
    damaged: list[str] = field(default_factory=list)
    seconds: float = 0.0


def result_names(archive: str) -> tuple[str, str]:
    """Name the two files of a WARC file: its claims and its counts; files of one name in two folders differ.

    >>> result_names("s3://crawl/2025/news-1.warc.gz")[0].startswith("news-1-")
    True
    """
    stem = archive.rstrip("/").rsplit("/", 1)[-1].removesuffix(".gz").removesuffix(".warc")
    name = f"{stem}-{content_id(archive, length=8)}"
    return f"{name}.claims.parquet", f"{name}.counts.parquet"


class ResultFolder:
    """A folder for results: a path, or an address such as s3://bucket/folder."""

    def __init__(self, place: str) -> None:
        import fsspec  # imported here: an extra

        self.place = place
        self._files, self._root = fsspec.core.url_to_fs(place)

    def prepare(self) -> None:
        """Make the folder, and clear away what a killed run left half written.

        Raises:
            UsageError: it cannot be made or written.
        """
        try:
            self._files.makedirs(self._root, exist_ok=True)
            for stale in self._files.glob(f"{self._root}/*.part"):
                self._files.rm(stale)
        except OSError as error:
            raise UsageError(f"--out {self.place} cannot be written ({error}); name another folder") from error

    def is_done(self, archive: str) -> bool:
        """Tell whether the results of a WARC file are whole."""
        return bool(self._files.exists(self._path(result_names(archive)[1])))

    def counts(self, archive: str) -> Counts:
        """Read the counts of a WARC file that is done.

        Raises:
            SourceError: they are damaged.
        """
        return Counts(**next(self._rows(self._path(result_names(archive)[1]), COUNT_COLUMNS)))

    def claim_files(self) -> list[str]:
        """Name the files of claims whose counts are there too, in order."""
        done = (path.removesuffix(".counts.parquet") for path in self._files.glob(self._path("*.counts.parquet")))
        return [f"{stem}.claims.parquet" for stem in sorted(done)]

    def readings(self, path: str) -> Iterator[Reading]:
        """Read the articles of one file of claims, each with its record, statements and claims.

        Raises:
            SourceError: it is not what a scan wrote, or is damaged.
        """
        group: list[dict[str, Any]] = []
        for row in self._rows(path, CLAIM_COLUMNS):
            if row["page"] is not None and group:
                yield _reading(group)
                group = []
            group.append(row)
        if group:
            yield _reading(group)

    @contextmanager
    def writer(self, archive: str) -> Iterator[ResultWriter]:
        """Write the results of one WARC file; they are there, whole, when the block ends without an error."""
        self._files.makedirs(self._root, exist_ok=True)
        names = result_names(archive)
        parts = [self._path(f".{name}.{uuid4().hex}.part") for name in names]
        with self._files.open(parts[0], "wb") as claims, ResultWriter(archive, claims) as writer:
            yield writer
        with self._files.open(parts[1], "wb") as counts:
            _write_table([asdict(writer.counts)], COUNT_COLUMNS, counts)
        for part, name in zip(parts, names, strict=True):  # the counts last
            self._files.mv(part, self._path(name))

    def _path(self, name: str) -> str:
        return f"{self._root}/{name}"

    def _rows(self, path: str, columns: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        import pyarrow as pa
        import pyarrow.parquet as pq

        try:
            with self._files.open(path, "rb") as stream:
                file = pq.ParquetFile(stream)
                missing = [name for name in columns if name not in file.schema_arrow.names]
                if missing:
                    raise SourceError(f"{path} has no column {missing[0]!r}; it was not written by outproduce scan")
                for batch in file.iter_batches(100, columns=list(columns)):
                    yield from batch.to_pylist()
        except (OSError, pa.ArrowException) as error:
            raise SourceError(f"{path} cannot be read ({error!s:.120}); delete it and scan its file again") from error


class ResultWriter:
    """Writes claims as they come, in groups that bound the memory they take; counts what it is told of."""

    def __init__(self, archive: str, stream: IO[bytes]) -> None:
        import pyarrow.parquet as pq

        self.counts = Counts(archive)
        self._parquet = pq.ParquetWriter(stream, parquet_schema(CLAIM_COLUMNS), compression="zstd")
        self._rows: list[dict[str, Any]] = []
        self._held = 0

    def add(self, page: ArchivedPage, report: ReadReport) -> None:
        """Keep the claims of a page."""
        self.counts.with_claims += bool(report.claims)
        self.counts.claims += len(report.claims)
        place = {"archive": self.counts.archive, "offset": page.offset, "record": page.record_id}
        beside: dict[str, Any] = {"article": _article_json(report), "page": report.raw.content}
        for claim in report.claims:
            self._rows.append(claim_row(claim, claim.link) | place | beside)
            beside = dict.fromkeys(beside)
        self._held += len(report.raw.content) if report.claims else 0
        if self._held > _HELD_BYTES:
            self._flush()

    def _flush(self) -> None:
        import pyarrow as pa

        self._parquet.write_table(pa.Table.from_pylist(self._rows, schema=parquet_schema(CLAIM_COLUMNS)))
        self._rows, self._held = [], 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self._flush()
        self._parquet.close()


def _write_table(rows: list[dict[str, Any]], columns: Mapping[str, tuple[str, str]], stream: IO[bytes]) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    pq.write_table(pa.Table.from_pylist(rows, schema=parquet_schema(columns)), stream, compression="zstd")


_STATEMENT = ("start", "end", "speaker", "via", "mode")


def _article_json(report: ReadReport) -> str:
    article = asdict(report.article)
    article["statements"] = [[getattr(statement, name) for name in _STATEMENT] for statement in report.statements]
    article |= {"origin": report.raw.origin, "given": dict(report.raw.given)}
    return json.dumps(article, ensure_ascii=False)


def _reading(rows: list[dict[str, Any]]) -> Reading:
    """Make the rows of one page what they were: its article, record, statements and claims."""
    told = json.loads(rows[0]["article"])
    article = Article(**{name: told[name] for name in Article.__dataclass_fields__})
    raw = RawDocument(told["origin"], rows[0]["page"], "response", told["given"])
    statements = [Statement(article.id, *values) for values in told["statements"]]
    return article, raw, statements, [_claim(row) for row in rows]


def _claim(row: Mapping[str, Any]) -> Claim:
    values = {name: row[name] for name in CLAIM_FIELDS if name in COLUMNS}
    values |= {"actor": tuple(row["actor"]), "other": tuple(row["other"] or ())}
    values["published"] = None if row["published"] is None else row["published"].isoformat()
    values["when"] = (row["when_start"], row["when_end"]) if row["when_start"] else None
    values["evidence"] = Evidence(row["article_id"], row["start"], row["end"], row["evidence"])
    return Claim(**values)
