"""Files, folders and standard input -> raw documents, one at a time and lazily.

What comes in: paths. What goes out: `RawDocument`s, and a `SourceProblem` for whatever could not be read, so that one
bad file never stops the others. Nothing is understood here (that is article.py) and nothing comes from the network.
"""

from __future__ import annotations

import gzip
import io
import json
import os
import re
import stat
import zlib
from codecs import BOM_UTF8
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from outproduce.articles.archives import Damage, read_archive
from outproduce.articles.decoding import decode, unicode_mark
from outproduce.articles.mail import is_mail
from outproduce.articles.posts import is_telegram, read_post_table, read_telegram
from outproduce.errors import SourceError
from outproduce.records import RawDocument

MAX_BYTES = 64 * 2**20
RECORD_FIELDS = ("id", "text", "published", "lang", "title", "publisher", "url")
_HEAD_BYTES = 65536
_KINDS = {
    ".html": "html", ".htm": "html", ".xhtml": "html",
    ".txt": "text", ".text": "text", ".md": "text",
    ".json": "json", ".jsonl": "lines", ".ndjson": "lines",
    ".pdf": "pdf", ".eml": "mail", ".csv": "table", ".tsv": "table",
}  # fmt: skip
# What a browser saves beside a page; in a folder these are passed over without a word.
_PAGE_ASSETS = re.compile(
    r"\.(css|m?js|map|png|jpe?g|gif|webp|avif|svg|ico|bmp|tiff?|woff2?|ttf|otf|eot|mp3|mp4|webm|ogg|wav|download|db)\Z",
    re.I,
)
_SIGNATURES = (
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"PK\x03\x04", "a ZIP archive or an office document"),
    (b"\xd0\xcf\x11\xe0", "an old office document"),
    (b"{\\rtf", "a rich-text document"),
    (b"SQLite format 3", "an SQLite database"),
    (b"From: <Saved by", "an MHTML archive"),
)
_HTML_START = re.compile(
    rb"\s*(<\?xml[^>]*>\s*)?(<!--(?:(?!-->).)*-->\s*)*<(!doctype\s+html|html|head|body|meta|title)\b", re.I | re.S
)
_CONTROLS = bytes(set(range(32)) - set(b"\t\n\r\f\x1a\x1b"))
_READABLE = "save it as HTML, text, PDF or JSON and read that"


@dataclass(frozen=True, slots=True)
class SourceProblem:
    """What could not be read, and why; `message` names `origin` and says what to do.

    `record` is the id of one record of a JSON source, or where it stands; None for anything larger.
    """

    origin: str
    message: str
    record: str | int | None = None


Found = RawDocument | SourceProblem


def read_sources(
    paths: Iterable[str | Path], *, stdin: IO[bytes] | None = None, max_bytes: int = MAX_BYTES
) -> Iterator[Found]:
    """Read every document of the paths in order, opening each file only when it is that file's turn.

    A path is a file (HTML, text, PDF, mail, JSON, JSON lines, posts as Telegram or CSV have them, or one of these as
    .gz), a folder (read recursively in the order of names, without hidden files) or `-` for `stdin`. A document, or one
    line of JSON lines, of more than `max_bytes` after unpacking is refused. Nothing is raised for a path that cannot be
    read: it is a `SourceProblem`.
    """
    for path in paths:
        name = str(path)
        try:
            if not name or "\0" in name:
                raise SourceError(f"{name!r} names no source; give a file, a folder or -")
            if name == "-":
                yield from _read_stdin(stdin, max_bytes)
            elif re.match(r"(?i)(https?|ftp)://", name):
                raise SourceError(f"{name} is an address, and nothing is fetched here; use outproduce read or extract")
            elif Path(name).is_dir():
                yield from _read_folder(Path(name), max_bytes)
            else:
                yield from _read_file(Path(name), max_bytes)
        except SourceError as error:
            yield SourceProblem(_named(name), str(error))
        except OSError as error:  # already the look at a path may fail: too long a name, a closed folder
            yield SourceProblem(_named(name), str(_unreadable(name, error)))


def _named(path: str | Path) -> str:
    """Name a path in characters that can be kept and printed, also where its bytes are not UTF-8."""
    return str(path).encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _unreadable(path: str | Path, error: OSError) -> SourceError:
    return SourceError(
        f"{_named(path)[:200]} cannot be read: {error.strerror or error}; check the path and its permissions"
    )


def _read_stdin(stdin: IO[bytes] | None, max_bytes: int) -> Iterator[Found]:
    if stdin is None:
        raise SourceError("'-' stands for standard input, but there is none here; give a file")
    yield from _read_stream(stdin, "-", None, max_bytes)


def _read_folder(folder: Path, max_bytes: int) -> Iterator[Found]:
    found = False
    closed: list[OSError] = []
    for path in _list_files(folder, closed.append):
        found = True
        try:
            yield from _read_file(path, max_bytes)
        except SourceError as error:
            yield SourceProblem(_named(path), str(error))
    for refusal in closed:
        yield SourceProblem(_named(refusal.filename), str(_unreadable(refusal.filename, refusal)))
    if not found and not closed:
        raise SourceError(
            f"{_named(folder)} holds no file that could be a report; {', '.join(_KINDS)} and .gz of these are read"
        )


def _list_files(folder: Path, tell: Callable[[OSError], None]) -> Iterator[Path]:
    """Regular files under the folder; without hidden ones, page assets and the `PAGE_files` folders of saved pages.

    Folders that cannot be listed are passed to `tell`.
    """
    for root, folders, names in os.walk(folder, onerror=tell):
        stems = {Path(name).stem for name in names if _KINDS.get(Path(name).suffix.lower()) == "html"}
        hidden = {name for name in folders if name.startswith(".") or name.removesuffix("_files") in stems}
        folders[:] = sorted(set(folders) - hidden)
        for name in sorted(names):
            path = Path(root, name)
            if not name.startswith(".") and not _PAGE_ASSETS.search(name) and _is_file(path):
                yield path


def _is_file(path: Path) -> bool:
    """Whether it is a regular file, or may be one in a folder that shows names but lets nobody in."""
    try:
        return path.is_file()
    except PermissionError:
        return True


def _read_file(path: Path, max_bytes: int) -> Iterator[Found]:
    packed = path.suffix.lower() == ".gz"
    kind = _KINDS.get(Path(path.stem if packed else path.name).suffix.lower())
    name = _named(path)
    try:
        info = path.stat()
        is_warc = re.search(r"(?i)\.warc(\.gz)?\Z", path.name) is not None
        if stat.S_ISREG(info.st_mode) and kind != "lines" and not packed and not is_warc:
            _check_size(name, info.st_size, max_bytes)
        with path.open("rb") as stream:
            if is_warc:
                yield from _read_warc(stream, name, max_bytes)
            else:
                yield from _read_stream(stream, name, kind, max_bytes)
    except FileNotFoundError:
        raise SourceError(f"{name} does not exist; check the path") from None
    except OSError as error:
        raise _unreadable(path, error) from error


def _read_warc(stream: IO[bytes], name: str, max_bytes: int) -> Iterator[Found]:
    found = False
    for page in read_archive(stream, max_bytes=max_bytes):
        found = True
        if isinstance(page, Damage):
            place = f"{name}@{page.offset}"
            yield SourceProblem(place, f"{place} is a damaged WARC record ({page.reason}); the others are read", place)
        else:
            yield page.document(name)
    if not found:
        raise SourceError(f"{name} holds no page that a server sent; look into it with a WARC tool")


def _check_size(origin: str, size: int, max_bytes: int) -> None:
    if size > max_bytes:
        raise SourceError(
            f"{origin} is larger ({_mebibytes(size)} or more) than the {_mebibytes(max_bytes)} a document may have; "
            "split it, or give many reports as JSON lines (.jsonl), of which only each line is bound by the limit"
        )


def _mebibytes(size: int) -> str:
    return f"{size / 2**20:.4g} MiB"


class _Replayed(io.RawIOBase):
    """A stream whose first bytes were taken for a look and are given again; works where seeking does not."""

    def __init__(self, head: bytes, rest: IO[bytes]) -> None:
        self._head, self._rest = head, rest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._head[: len(buffer)] or self._rest.read(len(buffer))
        self._head = self._head[len(buffer) :]
        buffer[: len(data)] = data
        return len(data)


def _read_stream(stream: IO[bytes], origin: str, kind: str | None, max_bytes: int) -> Iterator[Found]:
    try:
        head, whole = _look(stream)
        if head.startswith(b"\x1f\x8b"):
            head, whole = _look(io.BufferedReader(gzip.GzipFile(fileobj=whole)))
        kind = sniff(head, origin, kind)
        if kind == "lines" and unicode_mark(head) in (None, "utf-8-sig"):
            yield from _read_json_lines(whole, origin, max_bytes)
            return
        content = whole.read(max_bytes + 1)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise SourceError(f"{origin} is a damaged .gz file ({error}); unpack it again from where it came") from error
    _check_size(origin, len(content), max_bytes)
    if not content.strip():
        raise SourceError(f"{origin} is empty; save the page or the text again")
    if kind == "lines":
        yield from _read_json_lines(io.BytesIO(_decode_json(content, origin).encode()), origin, max_bytes)
    elif kind == "json":
        yield from _read_json(content, origin)
    elif kind == "table":
        yield from _read_table(content, origin)
    else:
        yield RawDocument(origin, content, kind, {})


def _look(stream: IO[bytes]) -> tuple[bytes, io.BufferedReader]:
    """Give the first bytes, and the whole stream all the same."""
    head = stream.read(_HEAD_BYTES)
    return head, io.BufferedReader(_Replayed(head, stream), _HEAD_BYTES)


def sniff(head: bytes, origin: str, kind: str | None) -> str:
    """Tell the kind of the bytes; what they plainly are goes before what the name says (`kind`)."""
    for signature, what in _SIGNATURES:
        if head.startswith(signature):
            raise SourceError(f"{origin} is {what}, which cannot be read as a report; {_READABLE}")
    if kind == "mail" or (kind in (None, "text") and is_mail(head)):
        return "mail"
    if b"%PDF-" in head[:1024] or kind == "pdf":
        return "pdf"
    mark = unicode_mark(head)
    view = head.decode(mark, "ignore").encode("utf-8", "ignore") if mark else head
    controls = len(view) - len(view.translate(None, _CONTROLS))
    if b"\0" in view or controls * 50 > len(view):
        raise SourceError(f"{origin} is neither text nor HTML, PDF or JSON, but some binary format; {_READABLE}")
    if kind in (None, "text") and _HTML_START.match(view):
        return "html"
    if kind == "json" or (kind is None and re.match(rb'\s*(\[\s*[{\]]|\{\s*["}])', view)):
        return "lines" if _is_json_lines(view) else "json"
    return kind or "text"


def _is_json_lines(view: bytes) -> bool:
    """Whether an object is followed by another on the next line; an indented object never goes on so."""
    first, _, rest = view.strip().partition(b"\n")
    return first.startswith(b"{") and (rest.lstrip().startswith(b"{") or len(first) > _HEAD_BYTES - 8)


def _decode_json(content: bytes, origin: str, line: int = 1) -> str:
    try:
        return content.decode(unicode_mark(content) or "utf-8")
    except UnicodeDecodeError as error:
        line += content[: error.start].count(b"\n")
        raise SourceError(
            f"{origin} is not UTF-8 in line {line} (byte 0x{content[error.start]:02x}); JSON must be, save it so"
        ) from None


def _read_json(content: bytes, origin: str) -> Iterator[Found]:
    value = _parse_json(_decode_json(content, origin), origin)
    if is_telegram(value) and "text" not in value:
        yield from _read_posts(read_telegram(value), origin, "posts with text")
        return
    if isinstance(value, dict):
        yield _record(value, origin)
        return
    if not isinstance(value, list):
        raise SourceError(f"{origin} holds a JSON {_json_name(value)}; an array of objects with 'text' is needed")
    if not value:
        raise SourceError(f"{origin} holds an empty array; put objects with 'text' in it")
    for number, record in enumerate(value, 1):
        yield _record_or_problem(record, f"{origin}#{number}")


def _read_table(content: bytes, origin: str) -> Iterator[Found]:
    yield from _read_posts(read_post_table(decode(content), origin), origin, "lines of posts with text")


def _read_posts(posts: Iterable[dict[str, Any] | SourceError], origin: str, what: str) -> Iterator[Found]:
    number = 0
    for number, post in enumerate(posts, 1):
        place = f"{origin}#{number}"
        yield (
            SourceProblem(place, str(post), place) if isinstance(post, SourceError) else _record_or_problem(post, place)
        )
    if not number:
        raise SourceError(f"{origin} holds no {what}; export it again")


def _read_json_lines(stream: IO[bytes], origin: str, max_bytes: int) -> Iterator[Found]:
    number = 0
    found = False
    while line := stream.readline(max_bytes + 1):
        number += 1
        if number == 1:
            line = line.removeprefix(BOM_UTF8)
        if not line.strip():
            continue
        found = True
        place = f"{origin}:{number}"
        try:
            if len(line) > max_bytes:
                while line and not line.endswith(b"\n"):
                    line = stream.readline(_HEAD_BYTES)
                _check_size(place, max_bytes + 1, max_bytes)
            value = _parse_json(_decode_json(line.rstrip(), place, number), place, number)
        except SourceError as error:
            yield SourceProblem(place, str(error), place)
            continue
        yield _record_or_problem(value, place)
    if not found:
        raise SourceError(f"{origin} is empty; write one JSON object with 'text' on each line")


def _parse_json(text: str, origin: str, line: int = 1) -> Any:
    """Parse text whose first line is line `line` of its file."""
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise SourceError(
            f"{origin} is broken JSON in line {line + error.lineno - 1}, column {error.colno}: {error.msg}; "
            "correct it there"
        ) from None
    except (ValueError, RecursionError) as error:
        raise SourceError(f"{origin} cannot be read as JSON: {error}; correct or shorten it") from None


def _json_name(value: Any) -> str:
    """Name the type of a parsed value as JSON does."""
    names = {list: "array", str: "string", bool: "boolean", int: "number", float: "number"}
    return names.get(type(value), "null")


def _record_or_problem(value: Any, origin: str) -> Found:
    try:
        return _record(value, origin)
    except SourceError as error:
        given = value.get("id") if isinstance(value, dict) else None
        sound = isinstance(given, int) or (isinstance(given, str) and given.isprintable())
        return SourceProblem(origin, str(error), given if sound else origin)


def _record(value: Any, origin: str) -> RawDocument:
    """Make a document of one object of a JSON source; canonical bytes, so that spacing never changes its hash."""
    if not isinstance(value, dict):
        raise SourceError(f"{origin} is a JSON {_json_name(value)}, not an object with 'text'; correct it")
    if "text" not in value:
        raise SourceError(f"{origin} has no field 'text' (it has {', '.join(value) or 'none'}); add the report's text")
    given = {field: value[field] for field in RECORD_FIELDS if value.get(field) is not None}
    for field, content in given.items():
        if not isinstance(content, (str, int) if field == "id" else str):
            raise SourceError(f"{origin} has {field!r} {content!r:.60}, which is no text; put it in quotation marks")
    if "text" not in given:
        raise SourceError(f"{origin} has null as 'text'; add the report's text")
    try:
        content = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    except (UnicodeEncodeError, RecursionError) as error:  # half a surrogate pair, too many brackets
        raise SourceError(f"{origin} cannot be kept as UTF-8 JSON ({error!s:.90}); correct its text") from None
    return RawDocument(origin, content, "record", given)
