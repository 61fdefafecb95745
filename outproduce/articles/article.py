"""Raw documents -> articles: the text of the report without the page around it, title, date, publisher, language.

Nothing is fetched and no clock is read. Paragraphs of `Article.text` are lines; for plain text and for records the
text is exactly what came in, so that offsets refer to it.
"""

from __future__ import annotations

import contextlib
import io
import logging
import re
import struct
import warnings
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urljoin

from outproduce.articles.decoding import decode
from outproduce.articles.mail import parse_mail
from outproduce.articles.page import PageFacts, day_of_url, find_page_facts, host_of, is_date_line, parse_day
from outproduce.articles.page_links import own_address
from outproduce.articles.responses import Response, read_records
from outproduce.articles.sources import sniff
from outproduce.articles.walls import begins_other_reports, find_wall
from outproduce.errors import SourceError
from outproduce.languages import detect_language, language_codes
from outproduce.records import Article, RawDocument, content_id

_SAVED_FROM = re.compile(r"(?:saved from url=\(\d+\)|Page saved with SingleFile\s+url:)\s*(https?://\S+)")
_NO_TITLE = re.compile(r"(?i)(untitled|microsoft word|.*\.(docx?|pdf|indd|pptx?|odt)\b)")
# Parsers of other people's making meet hostile bytes here; these are what they let through besides their own errors.
_PARSER_ERRORS = (
    ArithmeticError, AssertionError, AttributeError, LookupError, RuntimeError, TypeError, ValueError, struct.error,
    zlib.error,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Content:
    """What was understood of one document before what is given about it has its say."""

    text: str
    title: str | None = None
    lead: str | None = None
    publisher: str | None = None
    published: str | None = None
    url: str | None = None
    lang_hint: str | None = None
    retrieved: str | None = None
    author: str | None = None
    stub: bool = False


def read_article(raw: RawDocument, *, retrieved: str | None = None) -> Article:
    r"""Understand one raw document; `retrieved` is the day (YYYY-MM-DD) it was got, None where that is not known.

    What is `given` with the document wins over what its bytes say. The identifier hashes a record's id with its
    address, or the address, or the bytes. An address without a day leaves `published` None: no date is guessed. What
    was fetched says itself when; `listed` is the day its feed gives, which counts where the page shows none.

    Raises:
        SourceError: no text in it, a broken or encrypted PDF, a given date or language that is none.

    >>> raw = RawDocument("a.txt", "Plant opens\n\nIt makes 500 drones a month.".encode(), "text", {})
    >>> read_article(raw).title
    'Plant opens'
    """
    found = _READERS[raw.media](raw)
    given = raw.given
    if not found.text.strip():
        raise SourceError(f"{raw.origin} has no text; check that it is a report and was saved in full")
    url = given.get("url") or found.url
    return Article(
        id=_article_id(raw, url),
        text=found.text,
        lang=_language(raw, found),
        title=given.get("title") or found.title,
        lead=found.lead,
        publisher=given.get("publisher") or found.publisher or host_of(url),
        published=_given_day(raw) or found.published or parse_day(str(given.get("listed") or "")),
        url=url,
        retrieved=retrieved or found.retrieved,
        raw_hash=raw.raw_hash,
        author=found.author,
        stub=found.stub,
    )


def _article_id(raw: RawDocument, url: str | None) -> str:
    if "id" in raw.given:  # ids such as "1" are unique in one file only
        return content_id(raw.given["id"], url or raw.raw_hash)
    return content_id(url or raw.raw_hash)


def _language(raw: RawDocument, found: _Content) -> str:
    given = raw.given.get("lang")
    if given:
        code = re.split(r"[-_]", given.lower())[0]
        if code not in language_codes():
            raise SourceError(
                f"{raw.origin} has lang {given!r:.20}, which is not one of {', '.join(language_codes())}; "
                "leave it out to have it found"
            )
        return code
    hint = (found.lang_hint or "").lower()[:2]
    # Templates are copied between editions, so the page's word counts only where there is too little to tell from.
    if hint in language_codes() and sum(map(str.isalpha, found.text)) < 40:
        return hint
    return detect_language(found.text)


def _given_day(raw: RawDocument) -> str | None:
    given = raw.given.get("published")
    if not given:
        return None
    day = parse_day(given)
    if day is None:
        raise SourceError(
            f"{raw.origin} has published {given!r:.40}, which is no date; write it as YYYY-MM-DD or leave it out"
        )
    return day


# Reading by media


def _read_record(raw: RawDocument) -> _Content:
    text = raw.given["text"]
    title = raw.given.get("title") or _title_line(text)
    return _Content(text, title, _first_paragraph(text, title))


def _read_text(raw: RawDocument) -> _Content:
    text = decode(raw.content, raw.given.get("charset"))
    title = _title_line(text)
    return _Content(text, title, _first_paragraph(text, title))


def _title_line(text: str) -> str | None:
    """Take the first line if it is short, does not end like a sentence and stands apart or above a longer line."""
    lines = text.strip().splitlines()
    if len(lines) < 2 or len(lines[0]) > 150 or re.search(r"[.,;:…]\W*\Z", lines[0]):
        return None
    if lines[1].strip() and len(lines[1]) <= len(lines[0]):
        return None
    return lines[0].strip().lstrip("# ") or None


def _first_paragraph(text: str, title: str | None) -> str | None:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if title and lines and lines[0].lstrip("# ") == title:
        lines = lines[1:]
    return lines[0] if lines else None


@contextlib.contextmanager
def _silence() -> Iterator[None]:
    """Keep the log lines and warnings of the parsers from the user: what matters of them becomes a SourceError."""
    loggers = [logging.getLogger(name) for name in ("trafilatura", "htmldate", "courlan", "justext", "pypdf")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL + 1)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)


def _read_pdf(raw: RawDocument) -> _Content:
    with _silence():
        from pypdf import PdfReader  # imported here: a tenth of a second that other sources need not wait for
        from pypdf.errors import PyPdfError

        try:
            reader = PdfReader(io.BytesIO(raw.content))
            if reader.is_encrypted and not reader.decrypt(""):
                raise SourceError(f"{raw.origin} is a PDF locked by a password; save a copy without one and read that")
            pages = [page.extract_text() for page in reader.pages]
            title = reader.metadata.title if reader.metadata else None
        except (PyPdfError, *_PARSER_ERRORS) as error:
            raise SourceError(
                f"{raw.origin} is a broken PDF ({error!s:.80}); open it and save or print it as PDF anew"
            ) from error
    text = _reflow("\n".join(pages))
    if not text:
        raise SourceError(
            f"{raw.origin} is a PDF without text, perhaps scanned pictures; run a text recognition over it first"
        )
    title = " ".join(str(title).split()) if title else ""
    if not title or _NO_TITLE.match(title):
        title = _title_line(text) or ""
    return _Content(text, title or None, _first_paragraph(text, title))


def _reflow(text: str) -> str:
    """Join the printed lines of a page into paragraphs, one a line; a word divided at a line's end becomes whole.

    A paragraph ends at an empty line, or where a line is clearly shorter than the page is wide.
    """
    lines = [" ".join(line.split()) for line in text.splitlines()]
    width = max(map(len, lines), default=0)
    paragraphs = [""]
    short = False
    for line in lines:
        if not line or short:
            paragraphs.append("")
        if re.search(r"\w-\Z", paragraphs[-1]) and line[:1].islower():
            paragraphs[-1] = paragraphs[-1][:-1] + line
        else:
            paragraphs[-1] = f"{paragraphs[-1]} {line}".strip()
        short = len(line) < 0.75 * width
    return "\n".join(filter(None, paragraphs))


def _read_html(raw: RawDocument) -> _Content:
    markup = re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", "", decode(raw.content, raw.given.get("charset")))
    saved_from = _SAVED_FROM.search(markup[:4096])
    markup = re.sub(r"\A\s*<\?xml[^>]*>", "", markup)  # lxml refuses text that declares an encoding
    with _silence():
        import trafilatura  # imported here: it takes longer to load than all the rest of the package

        try:
            tree = trafilatura.load_html(markup)
            if tree is None:  # a fragment, which is taken for no page unless it is wrapped
                tree = trafilatura.load_html(f"<html><body><div>{markup}</div></body></html>")
            if tree is not None:
                if "base" in raw.given:
                    _complete_links(tree, raw.given["base"])
                _undo_layout_tables(tree)
            extracted = None if tree is None else trafilatura.bare_extraction(tree, include_comments=False)
            body = (getattr(extracted, "text", "") or "").strip()
            facts = find_page_facts(tree) if tree is not None else PageFacts()
        except _PARSER_ERRORS as error:
            raise SourceError(
                f"{raw.origin} is no HTML that can be read ({error!s:.80}); save the page again"
            ) from error
    wall = find_wall(tree, body, closed=facts.closed, is_report=facts.is_report)
    if wall in _WALLS:
        raise SourceError(f"{raw.origin} {_WALLS[wall]}; open it in a browser and save the page")
    if not body:
        raise SourceError(f"{raw.origin} has no text of a report; save the page of one report, after it has loaded")
    title, paragraphs = _sort_paragraphs(body, facts, tree)
    body = "\n".join(paragraphs)
    url = facts.url or (saved_from.group(1) if saved_from else None)
    return _Content(
        text=f"{title}\n\n{body}" if title else body,
        title=title,
        lead=facts.description if facts.description and facts.description in body else paragraphs[0],
        publisher=facts.publisher,
        published=facts.published or day_of_url(url),
        url=url,
        lang_hint=facts.lang,
        author=facts.author,
        stub=wall == "paywall",
    )


def _read_mail(raw: RawDocument) -> _Content:
    """Read the richest body of a mail that has text in it; subject, sender and day are those of its header."""
    with _silence():
        try:
            mail = parse_mail(raw.content)
        except _PARSER_ERRORS as error:
            raise SourceError(f"{raw.origin} is a broken mail ({error!s:.80}); save it again") from error
    for media, content, charset in mail.bodies:
        body = RawDocument(raw.origin, content, media, {"charset": charset})
        with contextlib.suppress(SourceError):
            found = _READERS[media](body)
            told = found.text.removeprefix(f"{found.title}\n\n") if found.title else found.text
            return replace(
                found,
                text=f"{mail.subject}\n\n{told}" if mail.subject else told,
                title=mail.subject,
                publisher=mail.sender,
                published=mail.day,
                url=mail.url,
            )
    raise SourceError(f"{raw.origin} is a mail without text; save the page it leads to and read that")


def _sort_paragraphs(body: str, facts: PageFacts, tree: Any) -> tuple[str | None, list[str]]:
    """Part a page's text into its title and the paragraphs of the report, without date lines above and lists below."""
    title, paragraphs = facts.title, [line.strip() for line in body.splitlines() if line.strip()]
    while len(paragraphs) > 1:
        first = paragraphs[0]
        if tree.find(".//h1") is None and any(_same(first, h.text_content()) for h in tree.iter("h2", "h3")):
            title = first
        elif not is_date_line(first) and not (title and _same(first, title)):
            break
        del paragraphs[0]
    tail = (at for at, line in enumerate(paragraphs) if at > 0 and begins_other_reports(line))
    del paragraphs[next(tail, len(paragraphs)) :]
    while len(paragraphs) > 1 and re.fullmatch(r"\S+@\S+", paragraphs[-1]):
        del paragraphs[-1]
    return title, paragraphs


_WALLS = {
    "cookies": "shows a question about cookies in place of a report",
    "check": "asks whether a person is there in place of showing a report",
}


def _read_response(raw: RawDocument) -> _Content:
    """Read what a server sent; its address counts unless the page names a better one of the same site."""
    first, *more = read_records(raw.content, raw.origin)
    found = _read_page(raw, first)
    url = own_address(found.url, first.original)
    parts = [found.text, *(_new_paragraphs(found.text, _read_page(raw, part)) for part in more)]
    return replace(
        found,
        text="\n".join(filter(None, parts)),
        url=url,
        published=found.published or day_of_url(url),
        retrieved=first.retrieved[:10] or None,
    )


def _new_paragraphs(known: str, part: _Content) -> str:
    """Give the text of a further part of a report without what stands on every part, such as title and lead."""
    held = {line.strip() for line in known.splitlines()}
    return "\n".join(line for line in part.text.splitlines() if line.strip() and line.strip() not in held)


def _read_page(raw: RawDocument, response: Response) -> _Content:
    kind = sniff(response.content[:65536], raw.origin, _KINDS_OF_MEDIA.get(response.media_type))
    if kind not in ("html", "pdf", "text"):
        raise SourceError(f"{response.url} is JSON, not a page; save it and read the file")
    given = {"charset": response.charset, "base": response.original}
    return _READERS[kind](RawDocument(raw.origin, response.content, kind, given))


_KINDS_OF_MEDIA = {
    "text/html": "html", "application/xhtml+xml": "html", "text/plain": "text", "application/pdf": "pdf",
}  # fmt: skip


def _complete_links(tree: Any, base: str) -> None:
    """Write the addresses in the page's head in full; those in its text are not looked at, and there are hundreds."""
    for own in tree.xpath("//base[@href]"):
        with contextlib.suppress(ValueError):  # brackets that hold no address
            base = urljoin(base, own.get("href").strip())
        own.drop_tree()
    for link in tree.xpath("//link[@href]"):
        with contextlib.suppress(ValueError):
            link.set("href", urljoin(base, link.get("href").strip()))


def _undo_layout_tables(tree: Any) -> None:
    """Make divisions of tables that only place things on the page, or else a whole report would be one row."""
    for table in tree.xpath("//table[.//h1 or .//td/table or .//td[count(.//p) > 1 or count(br) > 3]]"):
        for element in table.xpath(".|./tbody|./tr|./tbody/tr|./tr/td|./tbody/tr/td"):
            element.tag = "div"


def _same(first: str, second: str) -> bool:
    return re.sub(r"\W+", "", first).casefold() == re.sub(r"\W+", "", second).casefold()


_READERS: dict[str, Callable[[RawDocument], _Content]] = {
    "html": _read_html,
    "text": _read_text,
    "pdf": _read_pdf,
    "record": _read_record,
    "response": _read_response,
    "mail": _read_mail,
}
