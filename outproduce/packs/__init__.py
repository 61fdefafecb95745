"""Packs: what a field's actors, items, speakers, outlets and trigger words are called, as YAML that anybody can edit.

A pack is a folder: `items.yml`, `actors.yml`, `speakers.yml`, `roles.yml`, `outlets.yml`, `blocs.yml`, `origins.yml`,
`firms.yml` and one `triggers.LANG.yml` a language. `load_pack` reads and checks it; `docs/packs.md` tells how to
write one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from outproduce.errors import PackError
from outproduce.languages import language_codes
from outproduce.lexicon import Lexicon

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Entry(NamedTuple):
    """What a phrase stands for: `category` item, actor, speaker, outlet, role or trigger; `value` its key or name.

    `form` tells more: the case of a name (`nom`, `gen`, `adj`, `people`), `weak` for a word that names its item only
    where the context already speaks of it, `not` for one that only looks like it, the phrase itself for a trigger.
    """

    category: str
    value: str
    form: str


@dataclass(frozen=True, slots=True)
class Item:
    """A node of the item tree; `label` is its name by language."""

    key: str
    parent: str | None
    label: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Membership:
    """Part of `whole` from `since` to `until`, both inclusive `YYYY-MM-DD`, None where always."""

    whole: str
    since: str | None = None
    until: str | None = None


@dataclass(frozen=True, slots=True)
class Actor:
    """Who makes, holds or gives: `kind` state, bloc, company, agency or force; `side` whom they lean to."""

    name: str
    kind: str
    side: str
    part_of: tuple[Membership, ...] = ()


@dataclass(frozen=True, slots=True)
class Speaker:
    """A person or body whose word is quoted; `body` is whom a person speaks for."""

    name: str
    kind: str
    body: str | None
    side: str


class Pack:
    """One field's words and knowledge; built by `load_pack`."""

    def __init__(self, name: str, data: Mapping[str, Any]) -> None:
        self.name = name
        self._data = data

    @cached_property
    def items(self) -> dict[str, Item]:
        """Items by key, in the order of the file."""
        rows = self._data["items"]
        return {key: Item(key, row.get("parent"), row.get("label", {})) for key, row in rows.items()}

    @cached_property
    def parents(self) -> dict[str, str | None]:
        """Parent of each item, None for the root."""
        return {key: item.parent for key, item in self.items.items()}

    @cached_property
    def actors(self) -> dict[str, Actor]:
        """Actors by canonical name."""
        found = {}
        for row in self._data["actors"]:
            parts = tuple(
                Membership(part["name"], _day(part.get("since")), _day(part.get("until")))
                for part in row.get("part_of", ())
            )
            found[row["name"]] = Actor(row["name"], row["kind"], row.get("side", "other"), parts)
        return found

    @cached_property
    def speakers(self) -> dict[str, Speaker]:
        """Speakers by canonical name."""
        return {
            row["name"]: Speaker(row["name"], row.get("kind", "person"), row.get("body"), row.get("side", "other"))
            for row in self._data["speakers"]
        }

    @property
    def roles(self) -> Mapping[str, Any]:
        """Words for unnamed speakers by language and their English rendering."""
        roles: Mapping[str, Any] = self._data["roles"]
        return roles

    @cached_property
    def terms(self) -> dict[str, tuple[str, str, str]]:
        """Of every person with an office: first and last day in it (both inclusive), and its English title."""
        return {
            row["name"]: (
                str(row.get("since") or "0000"),
                str(row.get("until") or "9999"),
                str(row["roles"].get("en", [row["name"]])[0]),
            )
            for row in self._data["speakers"]
            if row.get("roles")
        }

    def offices(self, lang: str) -> Iterator[tuple[str, str]]:
        """Titles that mean one person ("NATO chief") with that person's name; holders of old come first."""
        rows = sorted(self._data["speakers"], key=lambda row: str(row.get("until") or "9999"))
        for row in rows:
            for phrase in row.get("roles", {}).get(lang, ()):
                yield str(phrase), row["name"]

    @property
    def blocs(self) -> Mapping[str, Any]:
        """Covers of blocs: the parts whose sum a bloc is."""
        blocs: Mapping[str, Any] = self._data["blocs"]
        return blocs

    @property
    def firms(self) -> Mapping[str, Any]:
        """Words that tell a maker's name that the pack does not list."""
        firms: Mapping[str, Any] = self._data["firms"]
        return firms

    @cached_property
    def origins(self) -> dict[str, str]:
        """Beginnings of weapons' own names and who makes them."""
        return {str(name): maker for maker, names in self._data["origins"].items() for name in names}

    @property
    def enemies(self) -> Mapping[str, str]:
        """Whom "the enemy" means in the mouth of each side."""
        enemies: Mapping[str, str] = self._data["sides"]
        return enemies

    def ancestors(self, item: str) -> tuple[str, ...]:
        """Give the item's parent, grandparent and so on up to the root."""
        chain: list[str] = []
        above = self.parents.get(item)
        while above is not None and above not in chain:
            chain.append(above)
            above = self.parents.get(above)
        return tuple(chain)

    @cached_property
    def broad_items(self) -> frozenset[str]:
        """Items with at least two levels below them: words for them say little about what is counted."""
        chains = [self.ancestors(key) for key in self.items]
        return frozenset(above for chain in chains for above in chain[1:])

    @cached_property
    def nameless_items(self) -> frozenset[str]:
        """Items marked `named: false` and all below them: nothing of theirs goes by its own name."""
        marked = {key for key, row in self._data["items"].items() if row.get("named") is False}
        return frozenset(key for key in self.items if marked & {key, *self.ancestors(key)})

    def common_item(self, items: set[str]) -> str | None:
        """Nearest common ancestor of several items (an item counts as its own ancestor); None for none."""
        chains = [(item, *self.ancestors(item)) for item in items]
        return next((item for item in chains[0] if all(item in chain for chain in chains)), None) if chains else None

    @lru_cache(maxsize=8)  # noqa: B019 - packs live as long as the process
    def lexicon(self, lang: str) -> Lexicon[Entry]:
        """All phrases of one language; names in Latin script are known in every language."""
        words: Lexicon[Entry] = Lexicon()
        for where, phrase, entry in self.phrases(lang):
            try:
                words.add(phrase, entry)
            except PackError as error:
                raise PackError(f"pack {self.name!r}, {where}: {error}") from error
        return words

    def phrases(self, lang: str) -> Iterator[tuple[str, str, Entry]]:
        """Every phrase of one language with the place it stands in the pack and what it stands for."""
        for spoken in dict.fromkeys((lang, "en")):
            for key, row in self._data["items"].items():
                for list_name, form in (("forms", "strong"), ("weak", "weak"), ("not", "not")):
                    if form != "strong" and spoken != lang:
                        continue
                    for phrase in row.get(list_name, {}).get(spoken, ()):
                        yield f"items.yml, {key}", str(phrase), Entry("item", key, form)
            for file, category in (("actors", "actor"), ("speakers", "speaker"), ("outlets", "outlet")):
                for row in self._data[file]:
                    for form, phrase in _forms(row.get("forms", {}).get(spoken)):
                        yield f"{file}.yml, {row['name']}", phrase, Entry(category, row["name"], form)
        for category, forms in self._data[f"triggers.{lang}"].items():
            for phrase in forms:
                yield f"triggers.{lang}.yml, {category}", str(phrase), Entry("trigger", category, str(phrase))


def _forms(value: Any) -> Iterator[tuple[str, str]]:
    """Phrases under a language with the case or kind of form they stand under."""
    if isinstance(value, list):
        yield from (("any", str(phrase)) for phrase in value)
    elif isinstance(value, dict):
        for name, inner in value.items():
            for form, phrase in _forms(inner):
                yield (name if form == "any" else form), phrase


def _day(value: object) -> str | None:
    return None if value is None else str(value)


FILES = ("items", "actors", "speakers", "roles", "outlets", "blocs", "origins", "sides", "firms")


@lru_cache(maxsize=8)
def load_pack(name: str = "weapons") -> Pack:
    """Load a pack shipped with outproduce by its name, or any other by the path of its folder.

    Raises:
        PackError: there is no such pack, or a file of it is missing or no YAML.
    """
    shipped = files(__name__) / name
    folder: Traversable = shipped if "/" not in name and shipped.is_dir() else Path(name)
    if not (folder / "items.yml").is_file():
        raise PackError(f"no pack at {name!r}: it has no items.yml; give the name of a shipped pack or a folder's path")
    data: dict[str, Any] = {file: _read_yaml(folder / f"{file}.yml", required=file == "items") for file in FILES}
    for lang in language_codes():
        data[f"triggers.{lang}"] = _read_yaml(folder / f"triggers.{lang}.yml", required=False) or {}
    for file in FILES[1:]:
        data[file] = data[file] or ([] if file in ("actors", "speakers", "outlets") else {})
    return Pack(name, data)


def _read_yaml(path: Traversable, *, required: bool) -> Any:
    if not path.is_file():
        if required:
            raise PackError(f"{path} is missing; a pack needs it")
        return None
    try:
        return yaml.load(path.read_text(encoding="utf-8"), Loader=_LOADER)
    except yaml.YAMLError as error:
        raise PackError(f"{path} is no YAML: {error}; mend the line named") from error
