"""Tokens of a text, and a dictionary of phrases that is looked up in them.

A phrase is words with spaces; `*` ends a stem ("завод*"), `=` in front asks for exact case, capitals alone match
capitals alone. Hyphens separate nothing and join nothing: "FPV-дрон" is "FPV дрон".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from operator import itemgetter
from typing import Generic, NamedTuple, TypeVar

from outproduce.errors import PackError

V = TypeVar("V")

_INVISIBLE = "\u00ad\u200b\u200c\u200d\u2060\ufeff"
_WORD = rf"[^\W\d_](?:[^\W\d_]|[{_INVISIBLE}\u0301]|['’ʼ`](?=[^\W\d_]))*"
_TOKEN = re.compile(rf"{_WORD}|\d+|[^\w\s]|_")
_APOSTROPHES = str.maketrans({"’": "'", "ʼ": "'", "`": "'", "ё": "е", "\u0301": None, **dict.fromkeys(_INVISIBLE)})
_TO_CYRILLIC = str.maketrans("abcehikmoptxy", "авсенікмортху")
_POSSESSIVE = ("'s", "'S")
HYPHENS = frozenset("-‐‑")
KEPT = 100_000  # words of which a lexicon remembers what begins with them


class Token(NamedTuple):
    """One word, number or sign: `text[start:end] == raw`; `norm` is what phrases are compared with."""

    start: int
    end: int
    raw: str
    norm: str


_RAW_AND_NORM = itemgetter(2, 3)


def tokenize(text: str) -> list[Token]:
    """Cut a text into tokens; letters and digits never share one, a possessive 's is a token of its own.

    >>> [token.norm for token in tokenize("Russia's 1,5 млн «Х-101»")]
    ['russia', "'s", '1', ',', '5', 'млн', '«', 'х', '-', '101', '»']
    """
    tokens: list[Token] = []
    for match in _TOKEN.finditer(text):
        raw, (start, end) = match[0], match.span()
        if raw[-1] in "sS" and len(raw) > 2 and raw[-2] in "'’ʼ`" and raw[0].isalpha():
            cut = end - 2
            tokens.append(Token(start, cut, raw[:-2], _normal(raw[:-2])))
            tokens.append(Token(cut, end, raw[-2:], "'s"))
        elif norm := _normal(raw):  # an invisible sign alone is nothing
            tokens.append(Token(start, end, raw, norm))
    return [_letter_of_a_name(tokens, i) if len(token.norm) == 1 else token for i, token in enumerate(tokens)]


@lru_cache(maxsize=1 << 16)
def _normal(raw: str) -> str:
    norm = raw.lower()
    if norm.isascii():
        return norm
    norm = norm.translate(_APOSTROPHES)
    latin = sum("a" <= letter <= "z" for letter in norm)
    if 0 < latin < len(norm) and any("а" <= letter <= "ґ" for letter in norm):
        norm = norm.translate(_TO_CYRILLIC)  # a Latin letter strayed into a Cyrillic word
    return norm


def _letter_of_a_name(tokens: Sequence[Token], i: int) -> Token:
    """Make "X-101" and "Х-101" one name: a single letter beside a number is read as Cyrillic where it could be."""
    token = tokens[i]
    if not ("a" <= token.norm <= "z") or i + 1 == len(tokens):
        return token
    after = tokens[i + 1]
    beside = after.start == token.end and (after.norm.isdigit() or after.norm in HYPHENS)
    return token._replace(norm=token.norm.translate(_TO_CYRILLIC)) if beside else token


class Match(NamedTuple, Generic[V]):
    """A phrase found: tokens `first` to `last`, `last` exclusive, and what the phrase stands for."""

    first: int
    last: int
    value: V


@dataclass(slots=True)
class _Node(Generic[V]):
    words: dict[str, _Node[V]] = field(default_factory=dict)
    stems: dict[str, _Node[V]] = field(default_factory=dict)
    exact: dict[str, _Node[V]] = field(default_factory=dict)
    values: list[V] = field(default_factory=list)
    lengths: list[int] = field(default_factory=list)  # of the stems, each once, the longest first

    def step_by_stem(self, stem: str) -> _Node[V]:
        """The node behind a stem, made where there is none yet."""
        if len(stem) not in self.lengths:
            self.lengths = sorted([*self.lengths, len(stem)], reverse=True)
        return self.stems.setdefault(stem, _Node())

    @property
    def ends(self) -> bool:
        """Whether no phrase goes on from here."""
        return not (self.words or self.stems or self.exact)

    def steps(self, token: Token) -> list[_Node[V]]:
        """Nodes one token further on."""
        found = []
        if self.exact and (node := self.exact.get(token.raw)):
            found.append(node)
        if self.words and (node := self.words.get(token.norm)):
            found.append(node)
        if self.stems:
            norm, stems = token.norm, self.stems
            found += [stems[norm[:n]] for n in self.lengths if n <= len(norm) and norm[:n] in stems]
        return found


# Values of the phrases of one word, and nodes from which longer phrases go on; empty where nothing begins.
_Start = tuple[list[V], list[_Node[V]]] | tuple[()]


class Lexicon(Generic[V]):
    """Phrases and what they stand for.

    >>> words: Lexicon[str] = Lexicon()
    >>> words.add("артилерійськ* снаряд*", "shell")
    >>> [(m.first, m.last, m.value) for m in words.find(tokenize("ці артилерійські снаряди"))]
    [(1, 3, 'shell')]
    """

    def __init__(self) -> None:
        self._root: _Node[V] = _Node()
        self._starts: dict[tuple[object, ...], _Start[V]] = {}

    def add(self, phrase: str, value: V) -> None:
        """Add one phrase.

        Raises:
            PackError: the phrase holds no word.
        """
        exact = phrase.startswith("=")
        words = phrase.removeprefix("=").replace("*", "\u2217").split()
        node = self._root
        tokens = [token for token in tokenize(" ".join(words)) if token.norm not in HYPHENS]
        if not tokens:
            raise PackError(f"phrase {phrase!r} holds no word; write at least one, or delete the line")
        letters = "".join(token.raw for token in tokens if token.raw.isalpha())
        exact = exact or (letters.isupper() and len(letters) > 1)
        for i, token in enumerate(tokens):
            if token.norm == "\u2217":
                continue
            stem = i + 1 < len(tokens) and tokens[i + 1].norm == "\u2217" and tokens[i + 1].start == token.end
            if stem:
                node = node.step_by_stem(token.norm)
            elif exact:
                node = node.exact.setdefault(token.raw, _Node())
            else:
                node = node.words.setdefault(token.norm, _Node())
        if value not in node.values:
            node.values.append(value)
        self._starts.clear()

    def extend(self, phrases: Iterable[str], value: V) -> None:
        """Add several phrases for one value."""
        for phrase in phrases:
            self.add(phrase, value)

    def at(self, tokens: Sequence[Token], first: int) -> list[Match[V]]:
        """All phrases that begin at one token, the longest first."""
        token = tokens[first]
        start = self._starts.get(_RAW_AND_NORM(token))
        if start is None:
            start = self._begin(token)
        if not start:
            return []
        values, nodes = start
        found = [Match(first, first + 1, value) for value in values]
        last = first + 1
        while nodes:
            while last < len(tokens) and tokens[last].norm in HYPHENS:
                last += 1
            if last == len(tokens):
                break
            nodes = [step for node in nodes for step in node.steps(tokens[last])]
            last += 1
            found += [Match(first, last, value) for node in nodes for value in node.values]
        found.reverse()
        return found

    def starts(self, tokens: Sequence[Token]) -> list[int]:
        """Tokens at which a phrase may begin; at all others `at` finds nothing."""
        known = map(self._starts.get, map(_RAW_AND_NORM, tokens))
        return [i for i, start in enumerate(known) if start or (start is None and self._begin(tokens[i]))]

    def _begin(self, token: Token) -> _Start[V]:
        """Look up what begins with a token, and keep it: most words of a text are met again."""
        if len(self._starts) >= KEPT:
            self._starts.clear()
        nodes = self._root.steps(token)
        values = [value for node in nodes for value in node.values]
        start: _Start[V] = (values, [node for node in nodes if not node.ends]) if nodes else ()
        self._starts[_RAW_AND_NORM(token)] = start
        return start

    def find(self, tokens: Sequence[Token]) -> list[Match[V]]:
        """Longest phrases from left to right, none inside another; equal ones keep all their values."""
        found: list[Match[V]] = []
        last = 0
        for i in self.starts(tokens):
            here = self.at(tokens, i) if i >= last else []
            if here:
                found += [match for match in here if match.last == here[0].last]
                last = here[0].last
        return found
