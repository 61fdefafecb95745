"""Words that tell who speaks: verbs of saying, phrases that name a source, titles, roles and stand-ins.

Here stand the nouns of this folder, too: a voice is somebody who may speak, a cue is words that point at one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from outproduce.languages import language_data
from outproduce.lexicon import Lexicon, Match, Token
from outproduce.packs import Pack

CUES = (
    "say",
    "according",
    "by_words",
    "own_words",
    "interview",
    "background",
    "backward",
    "continuing",
    "comparing",
    "report",
)
STAND_INS = {"documents": "the document", "companies": "the company", "bodies": "the body", "outlets": "the outlet"}
OVERLAPPING = ("interview", "report", "say", "prints")  # cues that count even inside a longer phrase
SOLID = ("titles", "roles", "qualities", "institutions", "by_words")  # within these nothing is looked for
UNNAMED = ("title", "role")
BODIES = ("body", "company", "state", "outlet", "the company", "the body", "the document")
COMPANY_ROLES = ("manufacturer", "contractor", "manufacturers", "contractors")
SPOKESMEN = frozenset({"analysts", "authors", "experts", "researchers", "spokesman", "spokeswoman", "spokesperson"})
SERVICES = ("press service",)  # speak for whom they belong to


class Voice(NamedTuple):
    """Somebody who may speak: tokens `first` to `last`, `last` exclusive.

    `kind` is person, office, body, company, outlet, state, title, role, pronoun, or "the company" and the like for
    stand-ins. `name` is the English name or description, `heads` the titles told with it, `definite` marks "the
    official", who has been spoken of before. `case` is nom, loc, other or empty where the form does not tell.
    """

    first: int
    last: int
    kind: str
    name: str
    definite: bool = False
    heads: tuple[str, ...] = ()
    case: str = ""
    dative: bool = False


class Cue(NamedTuple):
    """Words that point at a voice: `kind` is one of CUES; `weak` ones count only beside a named voice."""

    first: int
    last: int
    kind: str
    weak: bool = False


@dataclass(frozen=True, slots=True)
class Voices:
    """What `find_voices` found, both in the order of the sentence."""

    voices: tuple[Voice, ...]
    cues: tuple[Cue, ...]
    states: tuple[str, ...] = ()  # those spoken of, without receivers


class SpokenWord(NamedTuple):
    """What a phrase of speech is: the group of `speech.yml` it stands in, and its English rendering."""

    group: str
    english: str
    before: bool = True  # may stand before its noun


Spoken = dict[int, list[Match[SpokenWord]]]
Quality = tuple[int, str, bool]  # end, English, whether it may stand before its noun


@cache
def speech(pack: Pack, lang: str) -> Lexicon[SpokenWord]:
    """Words of speech of a language, with the roles and modifiers of the pack."""
    data = language_data(lang, "speech")
    words: Lexicon[SpokenWord] = Lexicon()
    for group in (*CUES, *STAND_INS, "prints"):
        words.extend(data[group], SpokenWord(group, ""))
    for group in ("titles", "roles", "qualities", "pronouns", "institutions"):
        for phrase, english in data[group].items():
            words.add(phrase, SpokenWord(group, english))
    for english, row in pack.roles.get("nouns", {}).items():
        words.extend(row.get(lang, {}).get("one", ()), SpokenWord("roles", english))
        words.extend(row.get(lang, {}).get("many", ()), SpokenWord("roles", row["plural"]))
    for english, row in pack.roles.get("modifiers", {}).items():
        for phrase in row.get(lang, ()):
            words.add(phrase, SpokenWord("qualities", english, lang == "en" or phrase.endswith("*")))
    words.extend(pack.roles.get("drop", {}).get(lang, ()), SpokenWord("qualities", ""))
    return words


@cache
def ranks(pack: Pack) -> dict[str, int]:
    """Place of a modifier before its noun, 1 first."""
    return {english: row["rank"] for english, row in pack.roles.get("modifiers", {}).items()}


@cache
def _weak(lang: str) -> Lexicon[bool]:
    words: Lexicon[bool] = Lexicon()
    words.extend(language_data(lang, "speech")["weak_say"], True)
    return words


def find_spoken(tokens: Sequence[Token], words: Lexicon[SpokenWord], taken: set[int]) -> Spoken:
    """Words of speech by the token they begin at."""
    spoken: Spoken = {}
    free = 0
    for i in words.starts(tokens):
        here = words.at(tokens, i) if i >= free else []
        if i in taken:
            here = [match for match in here if match.value.group == "qualities"]
        if not here:
            continue
        longest = here[0].last
        spoken[i] = [match for match in here if match.last == longest or match.value.group in OVERLAPPING]
        if i not in taken and here[0].value.group in SOLID:
            free = longest
    return spoken


def find_cues(tokens: Sequence[Token], spoken: Spoken, lang: str) -> list[Cue]:
    """Phrases that point at a voice, in the order of the sentence."""
    found = set()
    for i, matches in spoken.items():
        for match in matches:
            if match.value.group in CUES:
                weak = match.value.group == "say" and bool(_weak(lang).at(tokens, i))
                found.add(Cue(match.first, match.last, match.value.group, weak))
    return sorted(found)
