"""The read-only pages as plain files in a folder, in every language, that work from any static host and from disk.

The same functions and templates make them as on the server; only addresses differ. English stands at the top, the other
languages in folders of their own; JSON twins are written once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from posixpath import dirname, relpath
from typing import Any
from urllib.parse import quote, urlencode

from outproduce.errors import NothingFound, OutproduceError
from outproduce.ledger.catalogue import ArticleFilter, Shown, list_articles
from outproduce.report.printed import chart_png
from outproduce.web import addresses as made_by
from outproduce.web.downloads import months_csv
from outproduce.web.library import Library
from outproduce.web.rendering import ASSETS, View, chart_file, page_json, race_path, read_asset, render
from outproduce.web.rows import slug
from outproduce.web.tongue import CODES, speak

ROWS = 1000  # of a list on one page: filters work among the rows of a page
_KEPT_IN_ADDRESS = ("actor", "item")


@dataclass(frozen=True)
class Sheet:
    """One page to write: its path as on the server, which page of a list it is, and what makes its data."""

    path: str
    section: str
    template: str
    make: Callable[[Library], Any]
    number: int = 1

    @property
    def file(self) -> str:
        """Path of its file without the ending."""
        name = self.path.strip("/") or "index"
        return name if self.number == 1 else f"{name}-{self.number}"


@dataclass(frozen=True)
class FileLinks:
    """References of one file to others, relative; `written` are the paths that there are."""

    sheet: Sheet
    code: str
    written: frozenset[str]
    query: tuple[tuple[str, str], ...] = ()
    live: bool = False

    def url(self, path: str, **query: str | None) -> str:
        """Refer to a page; one that is not written gives way to the nearest above it that is."""
        if "." in path.rsplit("/", 1)[-1]:
            return self._to(path.strip("/"))
        while path not in self.written and path != "/":
            path = f"/actors/{path.split('/')[2]}" if path.startswith("/makes/") else dirname(path)
        kept = {name: value for name, value in query.items() if value and name in _KEPT_IN_ADDRESS}
        return self._page(path.strip("/") or "index") + (f"?{urlencode(kept)}" if kept else "")

    def asset(self, name: str) -> str:
        """Refer to an asset."""
        return self._to(f"assets/{name}")

    def here(self, **changes: Any) -> str:
        """Refer to another page of this list."""
        return self._page(replace(self.sheet, number=int(changes["page"])).file)

    def tongue(self, code: str) -> str:
        """Refer to this page in another language."""
        return self._to(f"{_root(code)}{self.sheet.file}.html")

    def twin(self) -> str | None:
        """Refer to the page's JSON."""
        return self._to(f"{self.sheet.file}.json")

    def days(self, path: str, days: Sequence[str]) -> list[str]:
        """Refer to a page as known on days; the last day is the page itself."""
        paths = (f"{path}/{day}" for day in days)
        return [self._page(one.strip("/")) if one in self.written else self.url(path) for one in paths]

    def here_as(self, path: str) -> str:
        """Refer to another page; a folder has no query to keep."""
        return self.url(path)

    def _page(self, file: str) -> str:
        return self._to(f"{_root(self.code)}{file}.html")

    def _to(self, target: str) -> str:
        return quote(relpath(target, dirname(f"{_root(self.code)}{self.sheet.file}") or "."))


def _root(code: str) -> str:
    return "" if code == CODES[0] else f"{code}/"


def write_site(library: Library, folder: Path) -> int:
    """Write the site into a folder, which is made where there is none; gives the number of pages, of all languages.

    Raises:
        NothingFound: the ledger holds nothing.
        OutproduceError: the folder cannot be written.
    """
    if not library.index().claims:
        raise NothingFound("the ledger holds no claim to make pages of; read or import something first")
    library.work_out()
    sheets = list(_sheets(library))
    written = frozenset(sheet.path for sheet in sheets if sheet.number == 1)
    try:
        for name in ASSETS:
            _write(folder / "assets" / name, read_asset(name))
        for sheet in sheets:
            _write_sheet(library, folder, sheet, written)
    except OSError as error:
        raise OutproduceError(f"cannot write {folder}: {error.strerror or error}; name another --out") from error
    return len(sheets) * len(CODES)


def _write_sheet(library: Library, folder: Path, sheet: Sheet, written: frozenset[str]) -> None:
    page, slugs, png = sheet.make(library), library.index().slug_of, find_spec("typst") is not None
    for code in CODES:
        view = View(speak(code), FileLinks(sheet, code, written), sheet.section, slugs.get, png=png)
        _write(
            folder / f"{_root(code)}{sheet.file}.html", render(sheet.template, page, view).encode("utf-8", "replace")
        )
    _write(folder / f"{sheet.file}.json", page_json(page))
    if sheet.template == "race.html" and page.race is not None and sheet.path == race_path(page.race):
        chart = chart_file(page, CODES[0])
        _write(folder / sheet.file / "chart.svg", chart)
        _write(folder / sheet.file / "months.csv", months_csv(page).encode())
        if png:
            _write(folder / sheet.file / "chart.png", chart_png(chart.decode()))


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def _sheets(library: Library) -> Iterator[Sheet]:
    """Every page of the site."""
    yield from _races(library)
    yield from _lists(library)
    index = library.index()
    for claim in index.story_of:
        yield Sheet(f"/claims/{claim}", "claims", "claim.html", _with(made_by.claim_of, claim))
    for article in list_articles(library.ledger, ArticleFilter(), Shown()):
        yield Sheet(f"/articles/{article.id}", "articles", "article.html", _with(made_by.article_of, article.id))
    for story in index.stories:
        yield Sheet(f"/stories/{story.id}", "stories", "story.html", _with(made_by.story_of, story.id))
    for speaker in index.speakers:
        yield Sheet(f"/speakers/{speaker.slug}", "speakers", "speaker.html", _with(made_by.speaker_of, speaker.slug))
    for name in index.actor_by_slug:
        yield Sheet(f"/actors/{name}", "actors", "actor.html", _with(made_by.actor_of, name))
    for item in dict.fromkeys(row.item for row in index.made):
        yield Sheet(f"/items/{item}", "items", "item.html", _with(made_by.item_of, item))
    for row in index.made:
        if not row.thin:
            path = f"/makes/{slug(row.actor)}/{row.item}"
            yield Sheet(path, "actors", "rate.html", _today(made_by.rate_of, slug(row.actor), row.item))


def _races(library: Library) -> Iterator[Sheet]:
    """The front page, every race offered, and that of the front page as known on each of its days."""
    yield Sheet("/", "race", "race.html", made_by.race_front)
    races, front = library.races(), library.front()
    for race in races:
        path, question = race_path(race), (slug(race.a), slug(race.b), race.item)
        is_front = front is not None and path == race_path(front)
        yield Sheet(path, "race", "race.html", (_with if is_front else _today)(made_by.race_of, *question))
        for day in _answered(library, question) if is_front else ():
            yield Sheet(f"{path}/{day}", "race", "race.html", _known(made_by.race_of, *question, day))


def _answered(library: Library, question: tuple[str, str, str]) -> Iterator[str]:
    """Give the days, but for the last, on which enough was known to answer."""
    for day in library.index().days[:-1]:
        with suppress(NothingFound):
            made_by.race_of(library, *question, as_of=day)
            yield day


def _lists(library: Library) -> Iterator[Sheet]:
    index = library.index()
    listed = (
        ("claims", index.claims, made_by.claims_list),
        ("articles", made_by.articles_list(library).total, made_by.articles_list),
        ("speakers", len(index.speakers), made_by.speakers_list),
        ("stories", len(index.stories), made_by.stories_list),
    )
    for name, total, make in listed:
        for number in range(1, max(1, -(-total // ROWS)) + 1):
            yield Sheet(f"/{name}", name, f"{name}.html", _page_of(make, number), number)
    for name, whole in (("actors", made_by.actors_list), ("items", made_by.items_list)):
        yield Sheet(f"/{name}", name, f"{name}.html", whole)
    yield Sheet("/targets", "targets", "targets.html", made_by.targets_list)


def _with(make: Callable[..., Any], *given: str) -> Callable[[Library], Any]:
    return lambda library: make(library, *given)


def _page_of(make: Callable[..., Any], number: int) -> Callable[[Library], Any]:
    return lambda library: make(library, page=number, per_page=ROWS)


def _today(make: Callable[..., Any], *given: str) -> Callable[[Library], Any]:
    """Leave out the days that a page offers to look back to: they are not written."""
    return lambda library: replace(make(library, *given), days=[])


def _known(make: Callable[..., Any], *given: str) -> Callable[[Library], Any]:
    *question, day = given
    return lambda library: make(library, *question, as_of=day)
