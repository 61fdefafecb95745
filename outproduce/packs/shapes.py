"""YAML nodes held against the shapes of keys.yml: what is wrong where, and the values that stand in a file.

In come the nodes of one file, out come faults with their line and leaves for the checks that span files (check.py).
"""

from __future__ import annotations

import datetime
import difflib
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from outproduce.languages import language_codes
from outproduce.lexicon import HYPHENS, tokenize

_TAG = "tag:yaml.org,2002:"
_TYPES = {"str": "text", "int": "a number", "float": "a number", "bool": "yes or no", "null": "nothing",
          "timestamp": "a date", "seq": "a list", "map": "a mapping"}  # fmt: skip
_DAY = re.compile(r"\d{4}-\d\d-\d\d\Z")
_STRAY_STAR = re.compile(r"(?:^=?|\s)\*|\*\w")


class Fault(NamedTuple):
    """Something wrong in a pack: the file's name, the line from 1, and what is wrong with what to do about it."""

    file: str
    line: int
    what: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.what}"


class Leaf(NamedTuple):
    """A value of a kind that other checks ask for; `path` are the keys that lead to it, names of rows among them."""

    kind: str
    value: str
    file: str
    line: int
    path: tuple[str, ...]


@dataclass
class Findings:
    """What the walk over the files of a pack has found so far."""

    faults: set[Fault] = field(default_factory=set)
    leaves: list[Leaf] = field(default_factory=list)

    def of(self, kind: str) -> list[Leaf]:
        """Leaves of one kind, in the order of the files."""
        return [leaf for leaf in self.leaves if leaf.kind == kind]

    def blame(self, leaf: Leaf, what: str) -> None:
        """Add a fault at the place of a leaf."""
        self.faults.add(Fault(leaf.file, leaf.line, what))


def nearest(word: str, known: Iterable[str], most: int = 12) -> str:
    """Say which known word a wrong one may be meant for, or which there are.

    >>> nearest("forsm", ["forms", "parent"])
    "; did you mean 'forms'?"
    """
    listed = list(known)
    near = difflib.get_close_matches(word, listed, n=1, cutoff=0.7)
    if near:
        return f"; did you mean {near[0]!r}?"
    return f"; known are {', '.join(listed)}" if listed and len(listed) <= most else "; correct it or leave it out"


class Walker:
    """Holds the nodes of one file against a shape; everything found goes to `found`."""

    def __init__(self, file: str, found: Findings) -> None:
        self.file = file
        self.found = found

    def walk(self, node: Node, shape: Any, path: tuple[str, ...] = ()) -> None:
        """Check a node and all below it; `path` are the keys above it."""
        if isinstance(shape, str):
            self._scalar(node, shape, path)
        elif isinstance(shape, list):
            self._list(node, shape[0], path)
        elif "either" in shape:
            as_list, as_mapping = shape["either"]
            self.walk(node, as_list if isinstance(node, SequenceNode) else as_mapping, path)
        else:
            self._mapping(node, shape, path)

    def _blame(self, node: Node, what: str) -> None:
        self.found.faults.add(Fault(self.file, node.start_mark.line + 1, what))

    def _is(self, node: Node, wanted: str, path: tuple[str, ...]) -> bool:
        """Whether a node has one of the tags in `wanted`; else a fault."""
        tag = node.tag.removeprefix(_TAG)
        if tag in wanted.split():
            return True
        expected = " or ".join(dict.fromkeys(_TYPES[name] for name in wanted.split()))
        given = repr(node.value) if isinstance(node, ScalarNode) and node.value else _TYPES.get(tag, tag)
        told = f" ({_TYPES.get(tag, tag)})" if isinstance(node, ScalarNode) and node.value else ""
        advice = (
            "; put it in quotation marks" if wanted == "str" and isinstance(node, ScalarNode) and node.value else ""
        )
        self._blame(node, f"{_place(path)}: expected {expected}, found {given}{told}{advice}")
        return False

    def _list(self, node: Node, shape: Any, path: tuple[str, ...]) -> None:
        if not self._is(node, "seq", path) or not isinstance(node, SequenceNode):
            return
        seen: set[str] = set()
        for number, inner in enumerate(node.value, 1):
            if isinstance(inner, ScalarNode):
                self.walk(inner, shape, path)
                if inner.value in seen:
                    self._blame(inner, f"{_place(path)}: {inner.value!r} stands twice in the list; delete one")
                seen.add(inner.value)
            else:
                self.walk(inner, shape, (*path, _row_name(inner) or f"entry {number}"))

    def _mapping(self, node: Node, shape: Mapping[str, Any], path: tuple[str, ...]) -> None:
        if not self._is(node, "map", path) or not isinstance(node, MappingNode):
            return
        keys = {key.removesuffix("!"): inner for key, inner in shape.get("keys", {}).items()}
        seen: dict[str, int] = {}
        for key, value in node.value:
            if not isinstance(key, ScalarNode):
                self._blame(key, f"{_place(path)}: a key must be one word or phrase; write it without brackets")
                continue
            name, line = key.value, key.start_mark.line + 1
            if name in seen:
                self._blame(key, f"{_place(path)}: {name!r} stands here and in line {seen[name]}; join the two")
            seen[name] = line
            if name in keys:
                self.walk(value, keys[name], (*path, name))
            elif "languages" in shape and name in language_codes():
                self.walk(value, shape["languages"], (*path, name))
            elif "each" in shape:
                self._scalar(key, shape["of"], path)
                self.walk(value, shape["each"], (*path, name))
            else:
                self._blame(key, f"{_place(path)}: {_unknown(name, keys, 'languages' in shape)}")
        for key in shape.get("keys", {}):
            if key.endswith("!") and key[:-1] not in seen:
                self._blame(node, f"{_place(path)}: {key[:-1]!r} is missing; add it")

    def _scalar(self, node: Node, kind: str, path: tuple[str, ...]) -> None:
        if kind.endswith("?") and node.tag == f"{_TAG}null":
            return
        kind = kind.removesuffix("?")
        if not self._is(node, _TAGS.get(kind, "str"), path):
            return
        trouble = trouble_with(node.value, kind)
        if trouble:
            self._blame(node, f"{_place(path)}: {trouble}")
        else:
            self.found.leaves.append(Leaf(kind, node.value, self.file, node.start_mark.line + 1, path))


_TAGS = {"day": "timestamp str", "share": "float int", "rank": "int", "bool": "bool"}


def trouble_with(value: str, kind: str) -> str | None:
    """Say what is wrong with a value of a kind, None where nothing is.

    >>> trouble_with("2024-02-30", "day")
    "'2024-02-30' is no date; write YYYY-MM-DD"
    """
    if "|" in kind:
        choices = kind.split("|")
        return None if value in choices else f"{value!r} is unknown{nearest(value, choices)}"
    if kind == "day":
        return None if _is_day(value) else f"{value!r} is no date; write YYYY-MM-DD"
    if kind == "share":
        return None if _is_share(value) else f"{value!r} is no share; write a number above 0 and at most 1"
    if kind == "rank":
        return None if value.isdigit() and value.strip("0") else f"{value!r} is no rank; write 1, 2, 3, ..."
    if kind == "ending":
        good = not value or value.replace("'", "").isalpha()
        return None if good else f"{value!r} is no ending; write letters alone"
    if not value.strip():
        return "the text is empty; write something, or delete the line"
    if kind == "beginning":
        return _beginning_trouble(value)
    return _phrase_trouble(value) if kind == "phrase" else None


def _phrase_trouble(phrase: str) -> str | None:
    if not any(sign.isalnum() or unicodedata.category(sign) == "So" for sign in phrase):
        return f"phrase {phrase!r} holds no word; write at least one, or delete it"
    if _STRAY_STAR.search(phrase):
        return f"phrase {phrase!r} has a * that ends no word; put it right behind the letters, with a space after it"
    return None


def _beginning_trouble(value: str) -> str | None:
    read = " ".join(token.norm for token in tokenize(value) if token.norm not in HYPHENS)
    return None if read == value else f"{value!r} can never be found; text is compared as {read!r}: write that"


def _is_day(value: str) -> bool:
    if not _DAY.match(value):
        return False
    try:
        datetime.date.fromisoformat(value)
    except ValueError:
        return False
    return True


def _is_share(value: str) -> bool:
    try:
        return 0 < float(value) <= 1
    except ValueError:
        return False


class Spelling(NamedTuple):
    """A phrase as texts are compared with it: `loose` without case, `exact` the letters where case is asked for."""

    loose: str
    exact: str | None

    def meets(self, other: Spelling) -> bool:
        """Tell whether some text is found by both phrases."""
        return self.loose == other.loose and (None in (self.exact, other.exact) or self.exact == other.exact)


def spelling(phrase: str) -> Spelling:
    """Give a phrase as texts are compared with it; a stem keeps its star, hyphens are gone.

    >>> spelling("FPV-дрон*"), spelling("=AP")
    (Spelling(loose='fpv дрон*', exact=None), Spelling(loose='ap', exact='AP'))
    """
    tokens = [token for token in tokenize(phrase.removeprefix("=")) if token.norm not in HYPHENS]
    letters = "".join(token.raw for token in tokens if token.raw.isalpha())
    exact = phrase.startswith("=") or (letters.isupper() and len(letters) > 1)
    loose = " ".join(token.norm for token in tokens).replace(" *", "*")
    return Spelling(loose, " ".join(token.raw for token in tokens).replace(" *", "*") if exact else None)


def _place(path: tuple[str, ...]) -> str:
    return ", ".join(path) or "the file"


def _unknown(name: str, keys: Iterable[str], languages: bool) -> str:
    listed = list(keys)
    if languages and (not listed or re.fullmatch(r"[a-z]{2,3}", name)):
        return f"unknown language {name!r}; there are {', '.join(language_codes())}"
    return f"unknown key {name!r}{nearest(name, listed)}"


def _row_name(node: Node) -> str | None:
    """Name of a row of a list of mappings, None where it has none."""
    if not isinstance(node, MappingNode):
        return None
    named = (value.value for key, value in node.value if key.value == "name" and isinstance(value, ScalarNode))
    return next(named, None)
