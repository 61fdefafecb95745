"""Tokens -> words of time: every token that can be part of a date or a period, each with a one-letter class.

The letters are joined into one string per text, over which `times` lays regular expressions. Words and their classes
are data: `languages/<lang>/time.yml`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache
from typing import Any, NamedTuple

from outproduce.languages import language_data
from outproduce.lexicon import HYPHENS, Lexicon, Token, tokenize

# class in time.yml -> its letter; digits, marks and the letters in NUMBERS and MARKS are given by the tokens themselves
LETTERS = {
    "in": "i", "over": "j", "within": "I", "by": "b", "to": "D", "until": "u", "before": "U", "since": "f", "upto": "~",
    "ahead": "z", "filler": "e", "this": "T", "last": "L", "recent": "l", "previous": "K", "next": "X", "same": "Z",
    "before_last": "B", "ago": "A", "earlier": "G", "later": "O", "now": "n", "and": "&", "one": "a", "each": "E",
    "year_mark": "r", "time_word": "@", "quarter_sign": "Q", "half_sign": "^", "war": "W", "wide": "%", "prewar": "V",
    "not_period": "!", "future": ">",
}  # fmt: skip
UNIT_LETTERS = {
    "hour": "H", "day": "g", "week": "v", "month": "k", "quarter": "q", "half": "h", "year": "y", "decade": "x",
}  # fmt: skip
SEASON_MONTHS = {"spring": 3, "summer": 6, "autumn": 9, "winter": 12}
MARKS = {",": ",", ".": ".", "/": "/", "—": "_-", "–": "-", "'": "'", "’": "'", "'s": "'", ":": ":"}
_ROMAN = {"I": 1, "II": 2, "III": 3, "IV": 4, "І": 1, "ІІ": 2, "ІІІ": 3, "ІV": 4, "IІІ": 3, "ІІI": 3}
_PREPOSITIONS = frozenset("ijIbDuUfTLXBKZdoP")
_DIGITS = 30


class Item(NamedTuple):
    """Tokens `first` to `last` (exclusive) that mean `value` in the class `letter`."""

    first: int
    last: int
    letter: str
    value: Any


class Tagged(NamedTuple):
    """A text's tokens, its items and their letters, one letter an item: `letters[i] == items[i].letter`."""

    tokens: Sequence[Token]
    items: list[Item]
    letters: str

    def edges(self, first: int, last: int) -> tuple[int, int]:
        """Start and end in the text, in characters, of items `first` to `last` (exclusive)."""
        return self.tokens[self.items[first].first].start, self.tokens[self.items[last - 1].last - 1].end


Entry = tuple[str, Any]


@cache
def _endings(lang: str) -> frozenset[str]:
    return frozenset(language_data(lang, "time")["endings"])


@cache
def _vocabulary(lang: str) -> Lexicon[Entry]:
    """All phrases of one language with letter and value; the first class a phrase stands in wins."""
    words: Lexicon[Entry] = Lexicon()
    for phrase, letter, value in _phrases(language_data(lang, "time")):
        words.add(phrase, (letter, value))
    return words


@cache
def past_words(lang: str) -> re.Pattern[str]:
    """Pattern of words that tell of the past, matched against whole normal forms."""
    return re.compile(str(language_data(lang, "time")["past"]))


def _phrases(data: dict[str, Any]) -> Iterator[tuple[str, str, Any]]:
    tables: Iterable[tuple[str, str]] = (
        ("months", "M"), ("weak_months", "m"), ("weekdays", "w"), ("ordinals", "o"), ("counts", "c"), ("fiscal", "F"),
        ("parts", "P"), ("seasons", "s"), ("weak_seasons", "S"), ("rates", "p"), ("bare", "t"),
    )  # fmt: skip
    for table, letter in tables:
        for value, phrases in data[table].items():
            for phrase in phrases:
                yield phrase, letter, SEASON_MONTHS.get(value, value)
    for unit, phrases in data["frame_units"].items():
        for letter, kind in (("p", "rate"), ("t", "bare")):
            for frame in data["frames"][kind]:
                for phrase in phrases:
                    yield frame.format(phrase), letter, unit
    for unit, phrases in data["slash"].items():
        for phrase in phrases:
            yield f"/ {phrase}", "p", unit
    for value, phrases in data["fused"].items():
        count, unit = value.split()
        for phrase in phrases:
            yield phrase, "C", (float(count), unit)
    for value, phrases in data["adverbs"].items():
        unit, shift = value.split()
        for phrase in phrases:
            yield phrase, "N" if unit == "year" else "=", int(shift)
    for unit, phrases in data["units"].items():
        for phrase in phrases:
            yield phrase, UNIT_LETTERS[unit], unit
    for name, phrases in data["classes"].items():
        for phrase in phrases:
            yield phrase, LETTERS[name], name


@lru_cache(maxsize=16)
def tag_text(text: str, lang: str) -> Tagged:
    """Tokenize and tag a whole text; the last few are kept.

    Raises:
        UsageError: there is no such language.
    """
    return tag_tokens(tokenize(text), text, lang)


def tag_tokens(tokens: Sequence[Token], text: str, lang: str) -> Tagged:
    """Class every token: words of time, numbers, marks; all others are `_`, a line end is `|`."""
    words, endings = _vocabulary(lang), _endings(lang)
    begins = set(words.starts(tokens))
    items: list[Item] = []
    i, count, past = 0, len(tokens), 0
    while i < count:
        token = tokens[i]
        if token.start > past and "\n" in text[past : token.start]:
            items.append(Item(i, i, "|", None))
        item = (
            _number(tokens, i, endings)
            if token.raw[0].isdigit()
            else _word(words if i in begins else None, tokens, i, items)
        )
        items.append(item)
        i = item.last
        past = tokens[i - 1].end
    for n, item in enumerate(items):
        if item.letter in "mS":
            items[n] = _strengthen(items, n, tokens)
    return Tagged(tokens, items, "".join(item.letter for item in items))


def _word(words: Lexicon[Entry] | None, tokens: Sequence[Token], i: int, items: list[Item]) -> Item:
    token = tokens[i]
    if words is not None and (found := words.at(tokens, i)):
        match = next(m for m in reversed(found) if m.last == found[0].last)
        return Item(i, match.last, *match.value)
    if (mark := MARKS.get(token.norm)) is not None:
        return Item(i, i + 1, mark[-1], token.raw)
    if token.norm in HYPHENS:
        previous = items[-1].letter if items else "_"
        return Item(i, i + 1, "e" if previous == "P" else "-" if previous in "dYoMmq." else "_", token.raw)
    if token.raw in _ROMAN:
        return Item(i, i + 1, "R", _ROMAN[token.raw])
    return Item(i, i + 1, "_", None)


def _number(tokens: Sequence[Token], i: int, endings: frozenset[str]) -> Item:
    """Days and counts are `d`, with an ending ("26-го", "9th") `o`; years `Y`; all other numbers `#`."""
    token, last, suffix = tokens[i], i + 1, False
    if last < len(tokens) and tokens[last].norm in HYPHENS and last + 1 < len(tokens):
        suffix = tokens[last].start == token.end and tokens[last + 1].norm in endings
        last += 2 if suffix else 0
    elif last < len(tokens) and tokens[last].start == token.end and tokens[last].norm in endings:
        suffix, last = True, last + 1
    value = int(token.raw[:_DIGITS])  # no time has more; Python refuses to read thousands of digits
    if len(token.raw) == 4 and 1900 <= value <= 2099:
        return Item(i, last, "Y", (value, suffix))
    if len(token.raw) <= 2:
        if i and tokens[i - 1].raw in "'’" and tokens[i - 1].end == token.start and len(token.raw) == 2:
            return Item(i, last, "Y", (2000 + value, True))
        return Item(i, last, "o" if suffix else "d", value)
    return Item(i, last, "#", value)


def _strengthen(items: list[Item], n: int, tokens: Sequence[Token]) -> Item:
    """Keep "May", "бер." or "spring" only where a preposition, a number or a pointing word stands beside it."""
    item = items[n]
    before = next((items[k].letter for k in range(n - 1, -1, -1) if items[k].letter != "e"), "_")
    after = [item.letter for item in items[n + 1 : n + 4] if item.letter != "e"]
    raw = tokens[item.first].raw
    if item.letter == "m":
        latin_word = raw.isascii() and len(raw) >= 3
        near = before in "doP-/" or bool(after and (after[0] in "dYo" or (after[0] in ".," and after[-1] in "dYo")))
        near = near or (latin_word and (before in _PREPOSITIONS or bool(after and after[0] in "TLX")))
        strong = near and (raw[0].isupper() or not raw.isascii() or before in "do")
        return item._replace(letter="M" if strong else "_")
    strong = before in _PREPOSITIONS - {"d", "o"} or bool(after and after[0] in "YTLXBN")
    return item._replace(letter="s" if strong else "_")
