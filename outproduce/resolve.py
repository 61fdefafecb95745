"""Names as people type them -> canonical actors and item keys, in any of the languages and any case form."""

from __future__ import annotations

import difflib
from collections.abc import Mapping

from outproduce.errors import UsageError
from outproduce.languages import language_codes
from outproduce.lexicon import tokenize
from outproduce.packs import Pack


def resolve_actor(name: str, pack: Pack) -> str:
    """Give the canonical name of an actor.

    Raises:
        UsageError: nobody in the pack bears the name; the message suggests the nearest.

    >>> from outproduce.packs import load_pack
    >>> [resolve_actor(name, load_pack()) for name in ("russia", "росії", "США", "usa", "Rheinmetall")]
    ['Russia', 'Russia', 'United States', 'United States', 'Rheinmetall']
    """
    return _resolve(name, "actor", {actor: actor for actor in pack.actors}, pack)


def resolve_item(name: str, pack: Pack) -> str:
    """Give the key of an item.

    Raises:
        UsageError: nothing in the pack bears the name; the message suggests the nearest.

    >>> from outproduce.packs import load_pack
    >>> [resolve_item(name, load_pack()) for name in ("artillery shells", "снаряди", "боеприпасов", "shell_155")]
    ['artillery_shell', 'artillery_shell', 'ammunition', 'shell_155']
    """
    known = {key: key for key in pack.items}
    known |= {label: key for key, item in pack.items.items() for label in item.label.values()}
    return _resolve(name, "item", {phrase.replace("_", " "): key for phrase, key in known.items()}, pack)


def items_below(item: str, pack: Pack) -> tuple[str, ...]:
    """Give an item and everything below it in the tree, in the order of the pack."""
    return tuple(key for key in pack.items if key == item or item in pack.ancestors(key))


def _resolve(name: str, category: str, known: Mapping[str, str], pack: Pack) -> str:
    wanted = " ".join(name.replace("_", " ").split())
    folded = {phrase.casefold(): value for phrase, value in known.items()}
    if wanted.casefold() in folded:
        return folded[wanted.casefold()]
    for spelling in dict.fromkeys((wanted, wanted.capitalize(), wanted.title(), wanted.upper())):
        for form in ("strong", "weak"):
            found = _phrases(spelling, category, form, pack)
            if len(found) == 1:
                return found.pop()
            if found:
                raise UsageError(f"{category} {name!r} may be {' or '.join(sorted(found))}; give one of these")
    raise UsageError(f"no {category} {name!r} is known; {_advice(wanted, category, folded, pack)}")


def _phrases(name: str, category: str, form: str, pack: Pack) -> set[str]:
    """Values of the pack's phrases that are the whole of a name; weak words only where `form` is weak."""
    tokens = tokenize(name)
    found: set[str] = set()
    for lang in language_codes() if tokens else ():
        if name.isascii() and lang != "en":
            continue  # every language knows the Latin names, and English alone is quickest to load
        for match in pack.lexicon(lang).at(tokens, 0):
            entry = match.value
            if match.last == len(tokens) and entry.category == category and (entry.form == "weak") == (form == "weak"):
                found.add(entry.value)
    return found


def _advice(name: str, category: str, known: Mapping[str, str], pack: Pack) -> str:
    """Suggest the nearest names there are."""
    phrases = dict(known)
    for lang in language_codes():
        for _, phrase, entry in pack.phrases(lang):
            if entry.category == category:
                phrases.setdefault(phrase.strip("=").replace("*", "").casefold(), entry.value)
    near = difflib.get_close_matches(name.casefold(), phrases, n=8, cutoff=0.6)
    values = list(dict.fromkeys(phrases[phrase] for phrase in near))[:3]
    if values:
        return f"did you mean {' or '.join(values)}?"
    first = list(dict.fromkeys(known.values()))[:12]
    return f"there are, for instance, {', '.join(first)}"
