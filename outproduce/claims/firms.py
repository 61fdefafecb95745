"""The pack's words that tell a maker's name from any other, for one language, ready to be asked."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from outproduce.lexicon import Lexicon
from outproduce.packs import Pack
from outproduce.statements.names import nominative, transliterate

_LISTS = ("followers", "places", "openers", "named_after", "joining", "passive")

_CYRILLIC = re.compile("[а-яґєії]")
_PLACE = re.compile(r"(.{3,}?)(?:ськ|цьк|зьк|цк|ск)(?:ий|ого|ому|им|ім|ом|ая|а|ой|ої)\Z")


@dataclass(frozen=True)
class Firms:
    """`firms.yml` for one language: words in small letters, phrases as lexicons, endings as patterns."""

    endings: frozenset[str]
    legal: re.Pattern[str]
    legal_words: frozenset[str]
    generic: frozenset[str]
    offices: frozenset[str]
    latin_joints: frozenset[str]
    cues: Lexicon[str]
    cue_ends: tuple[str, ...]
    after: Lexicon[str]
    stems: re.Pattern[str] | None
    words: dict[str, frozenset[str]]
    spellings: dict[str, str]
    letters: dict[str, str]
    adjectives: tuple[str, ...]
    verbs: tuple[str, ...]
    between: tuple[str, ...]
    place_endings: tuple[str, ...]
    commons: tuple[str, ...]
    civil: tuple[str, ...]
    towns: dict[str, str]
    heads: dict[str, str]
    glossary: dict[str, str]


@lru_cache(maxsize=16)
def firms_of(pack: Pack, lang: str) -> Firms | None:
    """Give a pack's words for firms in one language; None where it has none."""
    data = pack.firms
    spoken = data.get(lang)
    if not spoken:
        return None
    cues: Lexicon[str] = Lexicon()
    ends_of_cues: set[str] = set()
    for kind in ("cues", "loose", "plants", "others", "people"):
        for phrase in spoken.get(kind, ()):
            cues.add(str(phrase), kind)
            ends_of_cues.add(re.split(r"[ -]", str(phrase))[-1].rstrip("*").lower())
    after: Lexicon[str] = Lexicon()
    for phrase in spoken.get("after", ()):
        after.add(str(phrase), "after")
    legal = sorted((str(word) for word in data["legal"]), key=len, reverse=True)
    ends = "|".join(spoken.get("case_endings", ()))
    stems = "|".join(spoken.get("stems", ()))
    return Firms(
        endings=frozenset(word.lower() for word in data["endings"]),
        legal=re.compile(rf" (?:{'|'.join(map(re.escape, legal))})(?!\w)|, (?:Inc|LLC|Ltd|Corp)\b"),
        legal_words=frozenset(word.rstrip(".") for word in legal),
        generic=frozenset(word.lower() for word in data["generic"]),
        offices=frozenset(word.lower() for word in data["offices"]),
        latin_joints=frozenset(data["latin_joints"]),
        cues=cues,
        cue_ends=tuple(sorted(ends_of_cues)),
        after=after,
        stems=re.compile(rf"(.{{3,}}(?:{stems}))(?:{ends})\Z") if stems else None,
        words={key: frozenset(map(str, spoken.get(key, ()))) for key in _LISTS},
        spellings=spoken.get("spellings", {}),
        letters=spoken.get("letters", {}),
        adjectives=tuple(spoken.get("adjectives", ())),
        verbs=tuple(spoken.get("verbs", ())),
        between=tuple(spoken.get("between", ())),
        place_endings=tuple(spoken.get("place_endings", ())),
        commons=tuple(spoken.get("commons", ())),
        civil=tuple(spoken.get("civil", ())),
        towns=spoken.get("towns", {}),
        heads=spoken.get("heads", {}),
        glossary=spoken.get("glossary", {}),
    )


def starts_with(norm: str, table: dict[str, str]) -> str | None:
    """What a table of beginnings says of a word; None where it has none of them."""
    return next((value for beginning, value in table.items() if norm.startswith(beginning)), None)


def english_firm(text: str, lang: str, firms: Firms) -> str:
    """Write a firm's name in English: what a plant does is translated, the rest is written as it sounds.

    >>> from outproduce.packs import load_pack
    >>> firms = firms_of(load_pack(), "uk")
    >>> english_firm("Вітряк Аеро", "uk", firms), english_firm("Сумський завод важкого машинобудування", "uk", firms)
    ('Vitriak Aero', 'Sumy Heavy Machinery Plant')
    """
    words = text.split()
    head = next((i for i, word in enumerate(words) if starts_with(word.lower(), firms.heads)), None)
    if head is None or len(words) == 1:
        return "".join(_english(word, lang, firms) for word in re.split(r"([\s‐‑-]+)", text))
    if any(word.strip(".").lower() in firms.words["named_after"] for word in words):
        return english_plant(words[-1], lang, firms)
    names = [_described(word, lang, firms) for word in (*words[:head], *words[head + 1 :])]
    return " ".join((*names, firms.heads[next(key for key in firms.heads if words[head].lower().startswith(key))]))


def english_plant(surname: str, lang: str, firms: Firms) -> str:
    """Name a plant by the person it is called after, whose surname stands in the genitive."""
    name = transliterate(nominative(surname, lang, female=False), lang)
    return f"{name} {next(iter(firms.heads.values()))}"


def _described(word: str, lang: str, firms: Firms) -> str:
    """A word of a plant's description: what it makes, or where it is, told by an adjective."""
    lower = word.lower()
    known = starts_with(lower, firms.glossary) or starts_with(lower, firms.towns)
    if known:
        return known
    place = _PLACE.match(lower)
    return transliterate(place[1], lang) if place else _english(word, lang, firms)


def _english(word: str, lang: str, firms: Firms) -> str:
    if _CYRILLIC.search(word.lower()) is None:
        return word
    pieces = re.split(r"(?<=[а-яґєії])(?=[А-ЯҐЄІЇ])", word)
    if len(pieces) > 1:
        return "".join(_english(piece, lang, firms) for piece in pieces)
    lower = word.lower()
    for known, english in firms.spellings.items():
        if lower.startswith(known) and len(lower) - len(known) <= 1:
            return english
    for letters, instead in firms.letters.items():
        lower = lower.replace(letters, instead)
    name = transliterate(lower, lang)
    return name.upper() if word.isupper() and len(word) > 1 else name
