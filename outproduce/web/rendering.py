"""A page's data -> HTML in a language, with addresses for a server or for files; everything from outside is escaped."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any, Protocol
from urllib.parse import urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from outproduce import __version__
from outproduce.ledger.catalogue import ORDERS
from outproduce.records import KINDS, STATUSES
from outproduce.web import phrasing
from outproduce.web.drawing import NARROW, WIDE, draw
from outproduce.web.rows import slug
from outproduce.web.tongue import CODES, Tongue, speak

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'"
)
SECTIONS = (
    ("race", "/"),
    ("claims", "/claims"),
    ("speakers", "/speakers"),
    ("actors", "/actors"),
    ("items", "/items"),
    ("targets", "/targets"),
    ("stories", "/stories"),
    ("articles", "/articles"),
    ("check", "/check"),
)
NAMES = {"en": "English", "uk": "Українська", "ru": "Русский"}


class Links(Protocol):
    """How a page refers to other pages: by address on a server, by file in a folder."""

    @property
    def live(self) -> bool:
        """Whether a server answers, and not a folder."""

    def url(self, path: str, **query: str | None) -> str:
        """Give the address of a page."""

    def asset(self, name: str) -> str:
        """Give the address of the stylesheet, the script or the icon."""

    def here(self, **changes: Any) -> str:
        """Give the address of this page with other values in its query."""

    def tongue(self, code: str) -> str:
        """Give the address of this page in another language."""

    def twin(self) -> str | None:
        """Give the address of the page's JSON, None where it has none."""

    def days(self, path: str, days: Sequence[str]) -> list[str]:
        """Give the addresses of a page as known on days."""

    def here_as(self, path: str) -> str:
        """Give another address with the query of this one."""


@dataclass(frozen=True)
class LiveLinks:
    """Addresses on the server; `query` is that of the page, without the language."""

    path: str
    query: tuple[tuple[str, str], ...] = ()
    has_twin: bool = True
    live: bool = True

    def url(self, path: str, **query: str | None) -> str:
        """Give the address of a page."""
        given = {name: value for name, value in query.items() if value}
        return f"{path}?{urlencode(given)}" if given else path

    def asset(self, name: str) -> str:
        """Give the address of an asset; it changes with what is in it."""
        return f"/assets/{name}?{asset_version()}"

    def here(self, **changes: Any) -> str:
        """Give the address of this page with other values in its query."""
        given = dict(self.query) | {name: str(value) for name, value in changes.items()}
        return self.url(self.path, **given)

    def tongue(self, code: str) -> str:
        """Give the address of this page in another language."""
        return self.here(lang=code)

    def twin(self) -> str | None:
        """Give the address of the page's JSON."""
        name = "/index.json" if self.path == "/" else f"{self.path}.json"
        return self.url(name, **dict(self.query)) if self.has_twin else None

    def days(self, path: str, days: Sequence[str]) -> list[str]:
        """Give the addresses of a page as known on days."""
        return [self.url(path, as_of=day) for day in days]

    def here_as(self, path: str) -> str:
        """Give another address with the query of this one."""
        return self.url(path, **dict(self.query))


@lru_cache(maxsize=8)
def read_asset(name: str) -> bytes:
    """Give the bytes of an asset."""
    return files("outproduce.web").joinpath("assets", name).read_bytes()


@lru_cache(maxsize=1)
def asset_version() -> str:
    """Mark of what the assets hold, for their addresses."""
    from outproduce.records import content_id

    return content_id(*(read_asset(name).hex() for name in ASSETS), length=8)


ASSETS = {"style.css": "text/css", "page.js": "text/javascript", "icon.svg": "image/svg+xml"}


@dataclass(frozen=True)
class View:
    """Who looks at a page, and how: language, addresses, the section of the site it is in."""

    tongue: Tongue
    links: Links
    section: str
    speaker_slug: Callable[[str], str | None]
    origin: str = ""
    png: bool = False
    reviewer: str | None = None
    secret: str | None = None


@lru_cache(maxsize=1)
def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("outproduce.web", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {"name_in": lambda name, t: t.name(name), "item_in": lambda key, t: t.item(key)}
    made.globals |= {
        "claim_says": phrasing.claim_says,
        "source": phrasing.source,
        "told": phrasing.told,
        "outlet_of": phrasing.outlet,
        "headline": phrasing.headline,
        "answer": phrasing.answer,
        "counts_words": phrasing.counts_words,
        "chart_of": phrasing.race_chart,
        "rate_chart_of": phrasing.rate_chart,
        "draw": draw,
        "wide": WIDE,
        "narrow": NARROW,
        "slug": slug,
        "race_path": race_path,
        "kinds": KINDS,
        "statuses": STATUSES,
        "orders": ORDERS,
        "policy": POLICY,
        "version": __version__,
    }
    return made


def race_path(race: Any) -> str:
    """Give the address of the page of a race."""
    return f"/race/{slug(race.a)}/{slug(race.b)}/{race.item}"


def render(template: str, page: Any, view: View) -> str:
    """Make the HTML of a page."""
    links, code = view.links, view.tongue.code
    return _environment().get_template(template).render(
        page=page,
        t=view.tongue,
        live=links.live,
        url=links.url,
        asset=links.asset,
        here=links.here,
        here_as=links.here_as,
        day_addresses=links.days,
        day_of=lambda race: dict(getattr(links, "query", ())).get("as_of"),
        twin=links.twin(),
        section=view.section,
        sections=[row for row in SECTIONS if links.live or row[0] != "check"],
        languages=[(each, NAMES[each], links.tongue(each)) for each in CODES],
        speaker_slug=view.speaker_slug,
        origin=view.origin,
        png=view.png,
        reviewer=view.reviewer,
        secret=view.secret,
        code=code,
    )  # fmt: skip


def page_json(page: Any) -> bytes:
    """Give the JSON of a page."""
    return json.dumps(asdict(page), ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")


def chart_file(page: Any, code: str) -> bytes:
    """Draw the chart of a race as an SVG file of its own, with its colours in it."""
    drawn = draw(phrasing.race_chart(speak(code), page.race), WIDE, log=True)
    style = files("outproduce.web").joinpath("assets", "chart.css").read_text(encoding="utf-8")
    size = f'xmlns="http://www.w3.org/2000/svg" width="{WIDE.width}" '
    head, rest = str(drawn).replace("<svg ", f"<svg {size}", 1).split("\n", 1)
    paper = f'<style>{style}</style><rect width="100%" height="100%" fill="#fff"/>'
    return Markup(f"{head}\n{paper}\n{rest}\n").encode()
