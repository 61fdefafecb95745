"""What a check says in words of its own: each text has a key and values, so that it can be told in other languages.

The texts are data, words/*.yml; {name:kind} says how a value is written: names, item, Item (as a sentence begins),
number (three figures), ratio (two), times, claim, verdict, or as it is. A value that is a `Told` is told in turn.
"""

from __future__ import annotations

import string
from collections.abc import Callable, Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Any, Self

import yaml

from outproduce.records import Claim
from outproduce.report.wording import claim_words, item_words

Writer = Callable[[Any], str]


class Told(str):
    """A text in English that knows its key and values; made by `tell`."""

    __slots__ = ("key", "values")
    key: str
    values: Mapping[str, Any]

    def __new__(cls, key: str, values: Mapping[str, Any]) -> Self:
        """Write the text."""
        made = super().__new__(cls, write(read_texts("en")[key], values, ENGLISH))
        made.key, made.values = key, values
        return made

    def __reduce__(self) -> tuple[Any, ...]:
        """Send key and values to other processes."""
        return Told, (self.key, self.values)


def tell(key: str, **values: Any) -> Told:
    """Say something by its key in words/*.yml."""
    return Told(key, values)


@lru_cache(maxsize=3)
def read_texts(code: str) -> dict[str, str]:
    """Read the texts of a language, by key."""
    text = files("outproduce.checking").joinpath("words", f"{code}.yml").read_text(encoding="utf-8")
    return {f"{group}.{key}": told for group, texts in yaml.safe_load(text).items() for key, told in texts.items()}


class _Formatter(string.Formatter):
    """Writes each value as its kind asks."""

    def __init__(self, writers: Mapping[str, Writer]) -> None:
        self._writers = writers

    def format_field(self, value: Any, format_spec: str) -> str:
        """Write one value."""
        return self._writers["told" if isinstance(value, Told) else format_spec](value)


def write(text: str, values: Mapping[str, Any], writers: Mapping[str, Writer]) -> str:
    """Put values into a text, each written by the writer of its kind."""
    return _Formatter(writers).vformat(text, (), values)


def number(value: float) -> str:
    """Write a quantity in three figures, with millions in words.

    >>> number(3_412_345), number(41_234), number(12.34)
    ('3.41 million', '41,200', '12.3')
    """
    if value >= 999_500:
        return f"{value / 1e6:.3g} million"
    rounded = float(f"{value:.3g}")
    return f"{rounded:,.0f}" if rounded >= 100 or rounded.is_integer() else f"{rounded:g}"


def _times(factor: float) -> str:
    """Say a factor in two figures.

    >>> _times(3.14), _times(37.4), _times(0.0268)
    ('3.1 times', '37 times', '0.027 times')
    """
    return f"{factor:.2g} times" if factor < 100 else f"{factor:,.0f} times"


def _claim(claim: Claim) -> str:
    return claim_words(claim)


ENGLISH: dict[str, Writer] = {
    "": str,
    "told": str,
    "names": " and ".join,
    "list": ", ".join,
    "item": item_words,
    "Item": lambda key: item_words(key).capitalize(),
    "number": number,
    "ratio": lambda value: f"{value:.2g}",
    "exact": lambda value: f"{value:.3g}",
    "times": _times,
    "claim": _claim,
    "verdict": str,
    "day": str,
    "period": str,
}
