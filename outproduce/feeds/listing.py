"""The YAML file of feeds that `watch` polls -> sources, or every fault of it by its place."""

from __future__ import annotations

from dataclasses import dataclass, fields
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml

from outproduce.addresses import clean_address
from outproduce.errors import SourceError
from outproduce.feeds.parsing import parse_feed
from outproduce.languages import language_codes

SIDES = ("West", "Russia", "Ukraine", "other")


@dataclass(frozen=True, slots=True)
class Source:
    """One feed, news sitemap or home page to be polled; `verified` is the day somebody saw it answer."""

    url: str
    name: str | None = None
    language: str | None = None
    country: str | None = None
    side: str | None = None
    verified: str | None = None


_FIELDS = {field.name for field in fields(Source)}


def starter_text() -> str:
    """The feeds.yml that is shipped, with its comments."""
    return files("outproduce").joinpath("data", "feeds.yml").read_text(encoding="utf-8")


def read_listing(path: Path | None = None) -> list[Source]:
    """Read a YAML list of feeds, or a text file of addresses; None reads the shipped one. Each address comes once.

    Raises:
        SourceError: the file cannot be read, or an entry of it is wrong; the message says which and how.
    """
    name = str(path or "feeds.yml")
    try:
        text = starter_text() if path is None else path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SourceError(f"{name} cannot be read ({error!s:.100}); give a YAML file of feeds in UTF-8") from error
    listed = parse_feed(text.encode(), name)
    if listed is not None and listed.kind == "list":
        return [Source(entry.url) for entry in listed.entries]
    try:
        value = yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError) as error:
        raise SourceError(f"{name} is no YAML: {' '.join(str(error).split()):.150}; correct it there") from error
    if not isinstance(value, list) or not value:
        raise SourceError(f"{name} holds no list of feeds; write '- url: https://...' for each")
    found: dict[str, Source] = {}
    for number, entry in enumerate(value, 1):
        source = _source(entry, f"entry {number} of {name}")
        found.setdefault(source.url, source)
    return list(found.values())


def _source(entry: Any, place: str) -> Source:
    given = {"url": entry} if isinstance(entry, str) else entry
    if not isinstance(given, dict) or not isinstance(given.get("url"), str):
        raise SourceError(f"{place} has no url; write '- url: https://...'")
    unknown = sorted(map(str, given.keys() - _FIELDS))
    if unknown:
        raise SourceError(f"{place} has {unknown[0]!r}, which is none of {', '.join(sorted(_FIELDS))}; take it out")
    values: dict[str, Any] = {name: None if value in (None, False) else str(value) for name, value in given.items()}
    for name, allowed in (("side", SIDES), ("language", language_codes())):
        if values.get(name) not in (None, *allowed):
            raise SourceError(f"{place} has {name} {values[name]!r}, which is none of {', '.join(allowed)}; correct it")
    return Source(**(values | {"url": clean_address(str(given["url"]))}))
