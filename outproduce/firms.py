"""The pack's words that tell a maker's name from any other, for one language, ready to be asked."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from outproduce.lexicon import Lexicon
from outproduce.packs import Pack

_LISTS = ("followers", "places", "openers", "named_after")


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
    after: Lexicon[str]
    stems: re.Pattern[str] | None
    words: dict[str, frozenset[str]]
    spellings: dict[str, str]
    letters: dict[str, str]
    adjectives: tuple[str, ...]
    verbs: tuple[str, ...]
    plant_name: str


@lru_cache(maxsize=16)
def firms_of(pack: Pack, lang: str) -> Firms | None:
    """Give a pack's words for firms in one language; None where it has none."""
    data = pack.firms
    spoken = data.get(lang)
    if not spoken:
        return None
    cues: Lexicon[str] = Lexicon()
    for kind in ("cues", "loose", "plants", "others", "people"):
        for phrase in spoken.get(kind, ()):
            cues.add(str(phrase), kind)
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
        after=after,
        stems=re.compile(rf"(.{{3,}}(?:{stems}))(?:{ends})\Z") if stems else None,
        words={key: frozenset(map(str, spoken.get(key, ()))) for key in _LISTS},
        spellings=spoken.get("spellings", {}),
        letters=spoken.get("letters", {}),
        adjectives=tuple(spoken.get("adjectives", ())),
        verbs=tuple(spoken.get("verbs", ())),
        plant_name=spoken.get("plant_name", ""),
    )
