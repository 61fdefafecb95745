"""The number words of one language, from its `numbers.yml`: what each word is worth and what it joins with."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from outproduce.errors import PackError
from outproduce.languages import language_data
from outproduce.lexicon import Lexicon

_BRACES = re.compile(r"([^\s{]*)\{([^}]*)\}")


class Word(NamedTuple):
    """What one number word does: its role, its value, and what it means alone (`one`, `many`, `either`, `short`)."""

    role: str
    value: float
    form: str = ""
    alone: float = 0.0


def expand_words(listing: object) -> Iterator[str]:
    """Spell out a list of words in the short form of the YAML files.

    >>> list(expand_words("ten tenth{,s}"))
    ['ten', 'tenth', 'tenths']
    """
    for word in () if listing is None else str(listing).split():
        braces = _BRACES.fullmatch(word)
        yield from [braces[1] + ending for ending in braces[2].split(",")] if braces else [word]


def _as_numbers(table: Mapping[Any, object] | None) -> Iterator[tuple[float, str]]:
    for value, listing in (table or {}).items():
        for word in expand_words(listing):
            yield float(value), word


def _phrases(phrases: Iterable[str]) -> Lexicon[float]:
    lexicon: Lexicon[float] = Lexicon()
    lexicon.extend(phrases, 1.0)
    return lexicon


class NumberWords:
    """The number words of one language.

    Raises:
        PackError: a word of `numbers.yml` has two meanings; the message names both.
    """

    def __init__(self, lang: str) -> None:
        data = language_data(lang, "numbers")
        self.lang = lang
        self.decimal: str = data["decimal"]
        self.hyphen_joins: bool = data["hyphen_joins"]
        self.words: dict[str, Word] = {}
        self._load_words(data)
        self.fractions = {word: value for value, word in _as_numbers(data["fraction_nouns"])}
        self.bound_fractions = frozenset(expand_words(data["fraction_number_only"]))
        periods = data["period_fractions"]
        self.periods, self.period_before = frozenset(periods["words"]), frozenset(periods["before"])
        self.period_after = frozenset(periods["after"])
        self.metre_after = frozenset(data["metre_after"])
        self.fraction_parts = frozenset(data.get("fraction_parts", ()))
        self.parts = {word: value for value, word in _as_numbers(data["parts"])}
        self.ordinals = {word: value for value, word in _as_numbers(data["ordinals"])}
        for value, stem in _as_numbers(data.get("ordinal_stems")):
            self.ordinals.update({stem + ending: value for ending in expand_words(data["ordinal_endings"])})
        self.articles = frozenset(data["articles"])
        self.genitive_before = frozenset(data["genitive_before"])
        self.joiners = frozenset(data["and"])
        self.whole = frozenset(data["whole"])
        self.point = frozenset(data["point"])
        self.minus = frozenset(data["minus"])
        self.spoken_zero = frozenset(expand_words(data["spoken_zero"]))
        self.of = _phrases(data["of"])
        self.odd = _phrases(data["odd"])
        self.halves: Lexicon[float] = Lexicon()
        self.halves.extend(data["and_half"], 0.5)
        self.halves.extend(data["and_quarter"], 0.25)
        self._load_multiples(data)
        self.starts = (
            frozenset(self.words)
            | frozenset(self.fractions)
            | frozenset(self.ordinals)
            | self.minus
            | self.articles
            | self.point
        )

    def _load_words(self, data: Mapping[str, Any]) -> None:
        for value, word in _as_numbers(data["plain"]):
            self._put(word, Word("plain", value))
        for word in expand_words(data["sesqui"]):
            self._put(word, Word("sesqui", 1.5))
        for role, table in (("scale", data["scales"]), ("group", data["groups"])):
            for value, forms in table.items():
                for form in ("one", "either", "many", "short"):
                    for word in expand_words(forms.get(form)):
                        kind = "adding" if forms.get("adds") else role
                        self._put(word.lower(), Word(kind, float(value), form, float(forms.get("alone", 0))))
        for role in ("pair", "several", "half"):
            for word in expand_words(data[role]):
                self._put(word, Word(role, {"pair": 2.0, "several": 2.0, "half": 0.5}[role]))
        for role in ("fused", "fused_open"):
            for value, word in _as_numbers(data.get(role)):
                self._put(word, Word(role, value))

    def _load_multiples(self, data: Mapping[str, Any]) -> None:
        """Compile the words of the kind "sixteenfold", "двадцатидвукратный"."""
        self._prefixes = {word: entry.value for word, entry in self.words.items() if entry.role in ("plain", "sesqui")}
        self._prefixes.update({word: value for value, word in _as_numbers(data["multiple_prefixes"])})
        pieces = "|".join(sorted(self._prefixes, key=len, reverse=True))
        self.multiple = re.compile(
            f"((?:{pieces})(?:{pieces})?)-?(?:{'|'.join(expand_words(data['multiple_endings']))})"
        )
        self._piece = re.compile(pieces)

    def read_multiple(self, norm: str) -> float | None:
        """Read a multiple in one word ("sixteenfold" is 16), or None."""
        match = self.multiple.match(norm)
        return None if match is None else sum(self._prefixes[piece] for piece in self._piece.findall(match[1]))

    def _put(self, text: str, word: Word) -> None:
        other = self.words.setdefault(text, word)
        if other.value != word.value:
            raise PackError(
                f"numbers.yml of {self.lang}: {text!r} is both {other.value:g} and {word.value:g}; keep one"
            )
