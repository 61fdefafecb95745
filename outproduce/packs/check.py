"""`outproduce pack check FOLDER`: every fault of a pack's folder, with file and line, before anything is read with it.

What may stand where is data (keys.yml), the walk over one file is `shapes`; here stands what spans entries and files.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml
from yaml.nodes import Node

from outproduce.errors import PackError
from outproduce.languages import language_codes
from outproduce.packs.shapes import Fault, Findings, Leaf, Spelling, Walker, nearest, spelling

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
# Which definitions a reference may name, and what else it may say.
_NAMED: Mapping[str, tuple[str, ...]] = {
    "item": ("+item",), "actor": ("+actor",), "noun": ("+noun",), "modifier": ("+modifier",), "side": ("+actor",),
}  # fmt: skip
_NO_SIDE = "other"
_ALWAYS = ("0000-00-00", "9999-99-99")


@cache
def known_keys() -> Mapping[str, Any]:
    """Read what a pack may hold: `files` with their shapes, `required` files and trigger `headings`."""
    text = (files("outproduce.packs") / "keys.yml").read_text(encoding="utf-8")
    keys: Mapping[str, Any] = yaml.load(text, Loader=_LOADER)
    return keys


def check_pack(folder: str | Path) -> list[Fault]:
    """Name every fault of a pack's folder, sorted by file and line; an empty list for a sound pack.

    Raises:
        PackError: there is no such folder.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise PackError(f"no folder {str(folder)!r}; give the path of a pack's folder, see docs/packs.md")
    found = Findings()
    _check_files(folder, found)
    for check in _CHECKS:
        check(found)
    return sorted(found.faults)


def _check_files(folder: Path, found: Findings) -> None:
    shapes = {name: shape for name, shape in known_keys()["files"].items() if name != "triggers.yml"}
    shapes |= {f"triggers.{lang}.yml": known_keys()["files"]["triggers.yml"] for lang in language_codes()}
    here = sorted(path.name for path in folder.iterdir() if path.suffix in (".yml", ".yaml"))
    for name in here:
        if name not in shapes:
            found.faults.add(Fault(name, 1, _unknown_file(name, shapes)))
            continue
        node = _compose(folder / name, found)
        if node is not None:
            Walker(name, found).walk(node, shapes[name])
        elif name in known_keys()["required"] and not any(fault.file == name for fault in found.faults):
            found.faults.add(Fault(name, 1, "the file is empty; write at least one entry"))
    missing = [name for name in known_keys()["required"] if name not in here]
    if not any(name.startswith("triggers.") for name in here):
        missing.append("triggers.en.yml")
    for name in missing:
        found.faults.add(Fault(name, 1, "the file is missing; a pack needs it, see docs/packs.md"))


def _unknown_file(name: str, shapes: Iterable[str]) -> str:
    parts = name.split(".")
    if parts[0] == "triggers" and len(parts) == 3 and parts[2] == "yml":
        return f"unknown language {parts[1]!r}; there are {', '.join(language_codes())}"
    return f"no file of a pack bears this name, so nothing reads it{nearest(name, shapes)}"


def _compose(path: Path, found: Findings) -> Node | None:
    """Parse one file into nodes; None for an empty file, and where it is no YAML, which is a fault."""
    content = path.read_bytes()
    try:
        node: Node | None = yaml.compose(content.decode("utf-8"), Loader=_LOADER)
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        found.faults.add(Fault(path.name, line, f"byte {content[error.start]:#x} is no UTF-8; save the file as UTF-8"))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        found.faults.add(
            Fault(path.name, line, f"the file is no YAML: {error.problem}; mend this line or the one before")
        )
    except yaml.YAMLError as error:  # a character that YAML forbids; its place is told in words alone
        what = str(error).splitlines()[0]
        found.faults.add(
            Fault(path.name, _bad_line(content.decode("utf-8")), f"the file is no YAML: {what}; delete it")
        )
    else:
        return node
    return None


def _bad_line(text: str) -> int:
    bad = (i for i, sign in enumerate(text) if not (sign.isprintable() or sign in "\n\r\t\x85\ufeff"))
    return text.count("\n", 0, next(bad, 0)) + 1


def _check_names(found: Findings) -> None:
    """Every name is defined once, and every reference names something that is defined."""
    defined: dict[str, dict[str, int]] = {}
    for leaf in found.leaves:
        if leaf.kind.startswith("+"):
            names = defined.setdefault(leaf.kind, {})
            if leaf.value in names and leaf.file.endswith("s.yml") and leaf.path:
                found.blame(leaf, f"{leaf.value!r} stands in line {names[leaf.value]} already; join the two entries")
            names.setdefault(leaf.value, leaf.line)
    for leaf in found.leaves:
        if leaf.kind in _NAMED:
            known = [name for kind in _NAMED[leaf.kind] for name in defined.get(kind, ())]
            known += [_NO_SIDE] if leaf.kind == "side" else []
            if leaf.value not in known:
                what = "actor" if leaf.kind == "side" else leaf.kind
                found.blame(leaf, f"{_told(leaf)}unknown {what} {leaf.value!r}{nearest(leaf.value, known)}")


def _check_tree(found: Findings) -> None:
    """The items make one tree: one root, no circle; nobody is part of itself."""
    roots = dict.fromkeys(leaf.value for leaf in found.of("+item"))
    parents = [leaf for leaf in found.of("item") if leaf.path[1:] == ("parent",)]
    for leaf in parents:
        roots.pop(leaf.path[0], None)
    lines = {leaf.value: leaf for leaf in found.of("+item")}
    first, *more = [*roots] or [""]
    for root in more:
        found.blame(
            lines[root], f"{root!r} has no parent, and neither has {first!r}; name a parent, one item is the root"
        )
    if lines and not roots:
        found.faults.add(Fault("items.yml", 1, "no item is the root; write `parent: null` at the widest one"))
    _check_circles(found, [(leaf.path[0], leaf.value, leaf) for leaf in parents], "parent")
    parts = [leaf for leaf in found.of("actor") if leaf.path[1:2] == ("part_of",)]
    _check_circles(found, [(leaf.path[0], leaf.value, leaf) for leaf in parts], "part_of")
    covers = [leaf for leaf in found.of("actor") if leaf.path[:1] == ("covers",) and len(leaf.path) == 2]
    _check_circles(found, [(leaf.value, leaf.path[1], leaf) for leaf in covers], "covers")


def _check_circles(found: Findings, edges: Iterable[tuple[str, str, Leaf]], key: str) -> None:
    """Blame the first line of each circle among edges (below, above, where it is said)."""
    above: dict[str, list[tuple[str, Leaf]]] = {}
    for low, high, leaf in edges:
        above.setdefault(low, []).append((high, leaf))
    told: set[frozenset[str]] = set()
    for start in above:
        for way in _ways(start, above):
            members = frozenset(leaf.path[0] if key != "covers" else leaf.value for leaf in way)
            if members not in told:
                told.add(members)
                first = min(way, key=lambda leaf: leaf.line)
                names = [start, *(leaf.value if key != "covers" else leaf.path[1] for leaf in way)]
                found.blame(first, f"{key} runs in a circle: {' -> '.join(names)}; delete one of these")


def _ways(start: str, above: Mapping[str, list[tuple[str, Leaf]]]) -> Iterator[list[Leaf]]:
    """Shortest way from a name back to itself, if there is one."""
    waiting: list[tuple[str, list[Leaf]]] = [(start, [])]
    seen: set[str] = set()
    while waiting:
        at, way = waiting.pop(0)
        for high, leaf in above.get(at, ()):
            if high == start:
                yield [*way, leaf]
                return
            if high not in seen:
                seen.add(high)
                waiting.append((high, [*way, leaf]))


def _check_forms(found: Findings) -> None:
    """A phrase names one entry of its file; phrases under `en` count in every language, `weak` and `not` are shared."""
    for file in ("items.yml", "actors.yml", "speakers.yml", "outlets.yml"):
        phrases = [leaf for leaf in found.of("phrase") if leaf.file == file and leaf.path[1:2] == ("forms",)]
        for lang in language_codes():
            _check_owners(found, [leaf for leaf in phrases if leaf.path[2] in (lang, "en")], lambda leaf: leaf.path[0])
    nouns = [leaf for leaf in found.of("phrase") if leaf.path[:1] == ("nouns",)]
    for lang in language_codes():
        _check_owners(found, [leaf for leaf in nouns if leaf.path[2] == lang], lambda leaf: leaf.path[1])
    makers = found.of("beginning")
    _check_owners(found, makers, lambda leaf: leaf.path[0])


def _check_owners(found: Findings, phrases: Iterable[Leaf], owner: Callable[[Leaf], str]) -> None:
    held: dict[str, list[tuple[Spelling, Leaf]]] = {}
    for leaf in phrases:
        spelt = spelling(leaf.value)
        for other, first in held.setdefault(spelt.loose, []):
            if owner(first) != owner(leaf) and spelt.meets(other):
                one, two = sorted((first, leaf), key=lambda place: place.line)
                found.blame(two, f"{_told(two)}{two.value!r} belongs to {owner(one)!r} already (line {one.line}); "
                            "leave it with one of them")  # fmt: skip
                break
        held[spelt.loose].append((spelt, leaf))


def _check_terms(found: Findings) -> None:
    """Terms end after they begin; a title has one holder on one day."""
    terms: dict[tuple[str, ...], list[str]] = {}
    for leaf in found.of("day"):
        terms.setdefault((leaf.file, *leaf.path[:-1]), list(_ALWAYS))[leaf.path[-1] == "until"] = leaf.value
        since, until = terms[leaf.file, *leaf.path[:-1]]
        if since > until:
            found.blame(leaf, f"{_told(leaf)}since {since} is after until {until}; correct one of them")
    titles: dict[tuple[str, Spelling], list[Leaf]] = {}
    for leaf in found.of("phrase"):
        if leaf.file == "speakers.yml" and leaf.path[1:2] == ("roles",):
            titles.setdefault((leaf.path[2], spelling(leaf.value)), []).append(leaf)
    for holders in titles.values():
        for one, two in itertools.combinations(holders, 2):
            (since, until), (later, end) = (terms.get((leaf.file, leaf.path[0]), _ALWAYS) for leaf in (one, two))
            if one.path[0] != two.path[0] and since <= end and later <= until:
                found.blame(two, f"{_told(two)}{two.value!r} is {one.path[0]!r} on the same days (line {one.line}); "
                            "give both `since` and `until`")  # fmt: skip


def _check_shares(found: Findings) -> None:
    """The parts of a bloc are no more than the whole."""
    sums: dict[str, float] = {}
    for leaf in found.of("share"):
        sums[leaf.path[1]] = sums.get(leaf.path[1], 0.0) + float(leaf.value)
        if sums[leaf.path[1]] > 1.001:
            found.blame(
                leaf, f"{_told(leaf)}the shares add up to {sums[leaf.path[1]]:g}, more than the whole; lower one"
            )


def _check_triggers(found: Findings) -> None:
    """Every heading is one the linker looks at, and has a phrase in some language."""
    spoken = {leaf.path[0] for leaf in found.of("phrase") if leaf.file.startswith("triggers.")}
    told: set[str] = set()
    for leaf in found.of("heading"):
        if leaf.value not in known_keys()["headings"]:
            found.blame(leaf, f"unknown heading {leaf.value!r}: the linker looks for no such trigger"
                        f"{nearest(leaf.value, known_keys()['headings'])}")  # fmt: skip
        elif leaf.value not in spoken and leaf.value not in told:
            found.blame(leaf, f"heading {leaf.value!r} has no phrase in any language; write one, or delete the heading")
            told.add(leaf.value)


def _told(leaf: Leaf) -> str:
    return f"{', '.join(leaf.path)}: " if leaf.path else ""


_CHECKS: tuple[Callable[[Findings], None], ...] = (
    _check_names, _check_tree, _check_forms, _check_terms, _check_shares, _check_triggers,
)  # fmt: skip
