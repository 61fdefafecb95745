"""WARC files -> claims as Parquet: one pure function a file, the same on one machine and on a cluster.

The stages for a page, from the cheapest to the dearest: its bytes (screen), its text, then the ordinary way of `read`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import IO, Any

from outproduce.articles.archives import Damage, read_archive
from outproduce.articles.decoding import decode
from outproduce.errors import SourceError, UsageError
from outproduce.packs import load_pack
from outproduce.reading import read_report
from outproduce.scanning.results import Counts, ResultFolder, ResultWriter
from outproduce.screen import Screen, load_screen

MAX_PAGE_BYTES = 16 << 20
TELL_EVERY = 500  # pages
_READ_AHEAD = 8 << 20  # bytes fetched at once of a file that is not on this machine
Tell = Callable[[Counts, int], None]  # gets the counts of a file so far, and how many of its bytes are read


def scan_archive(archive: str, out: str, pack: str = "weapons", tell: Tell | None = None) -> Counts:
    """Scan one WARC file, a path or an address that fsspec opens, and write its claims and counts to `out`.

    Nothing is left half written, and doing it again gives the same. `tell` gets the counts so far now and then.

    Raises:
        SourceError: the file cannot be opened or read, or the results cannot be written.
    """
    began = time.perf_counter()
    with _opened(archive) as stream:
        try:
            with ResultFolder(out).writer(archive) as writer:
                _scan_pages(stream, writer, pack, tell)
                writer.counts.seconds = time.perf_counter() - began
        except OSError as error:
            raise SourceError(f"{archive} could not be scanned into {out} ({error!s:.200}); try it again") from error
    return writer.counts


def _scan_pages(stream: IO[bytes], writer: ResultWriter, pack: str, tell: Tell | None) -> None:
    screen, loaded, counts = load_screen(pack), load_pack(pack), writer.counts
    for page in read_archive(stream, max_bytes=MAX_PAGE_BYTES):
        if isinstance(page, Damage):
            counts.damaged.append(f"{page.offset}: {page.reason}")
            continue
        counts.pages += 1
        counts.bytes += len(page.content)
        if tell is not None and counts.pages % TELL_EVERY == 0:
            tell(counts, page.offset)
        if not screen.passes(page.content):
            continue
        counts.passed_screen += 1
        if not passes_text(screen, page.content):
            continue
        counts.passed_text += 1
        try:
            report = read_report(page.document(counts.archive), loaded)
        except SourceError:
            counts.unreadable += 1
            continue
        writer.add(page, report)


def passes_text(screen: Screen, content: bytes) -> bool:
    """The second sieve: tell whether the text that a page shows, without menus and scripts, can hold a claim."""
    from resiliparse.extract.html2text import extract_plain_text  # imported here: an extra

    if b"articleBody" in content:  # the report stands in a script, from which `read` takes it
        return True
    return screen.passes_text(extract_plain_text(decode(content), main_content=True, alt_texts=False))


def find_archives(sources: Iterable[str]) -> list[str]:
    """Spell out paths, globs and addresses as the files they name, in order, each once.

    Raises:
        SourceError: a path or glob names no file.
    """
    fsspec = needed("fsspec")
    found: dict[str, None] = {}
    for source in sources:
        files, path = fsspec.core.url_to_fs(source)
        if any(sign in path for sign in "*?[") and not source.startswith(("http://", "https://")):
            matches = sorted(map(str, files.glob(path)))
            local = "file" in (files.protocol if isinstance(files.protocol, tuple) else (files.protocol,))
            names = matches if local else [files.unstrip_protocol(match) for match in matches]
        else:
            names = [source] if source.startswith(("http://", "https://")) or files.exists(path) else []
        if not names:
            raise SourceError(f"{source} names no file; check the path, or quote the glob's letters")
        found |= dict.fromkeys(names)
    return list(found)


def size_of(archive: str) -> int:
    """Give the size of a file in bytes, 0 where that cannot be told."""
    files, path = needed("fsspec").core.url_to_fs(archive)
    try:
        return int(files.size(path) or 0)
    except OSError:
        return 0


def needed(module: str) -> Any:
    """Import what the extra `scan` brings.

    Raises:
        UsageError: it is not installed.
    """
    from importlib import import_module

    try:
        return import_module(module)
    except ImportError as error:
        raise UsageError(f"scanning needs {error.name}; install it with: pip install 'outproduce[scan]'") from None


def _opened(archive: str) -> Any:
    files, path = needed("fsspec").core.url_to_fs(archive)
    try:
        return files.open(path, "rb", block_size=_READ_AHEAD) if "://" in archive else open(path, "rb")
    except FileNotFoundError:
        raise SourceError(f"{archive} does not exist; check the path or the address") from None
    except OSError as error:
        raise SourceError(f"{archive} cannot be opened ({error!s:.200}); check the path and its permissions") from error
