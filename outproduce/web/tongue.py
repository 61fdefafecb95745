"""The languages of the pages: words from words/*.yml, numbers and dates as each language writes them, names of things.

A `Tongue` is one of them. Texts with a number in them stand in the plural forms of their language.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from importlib.resources import files
from typing import Any

import yaml
from babel import Locale
from babel.dates import format_date
from babel.numbers import format_compact_decimal, format_decimal

from outproduce.packs import Pack, load_pack

CODES = ("en", "uk", "ru")
_CONTEXT_FORMS = ("nom", "any", "name")
_ACCEPTED = re.compile(r"\s*([a-zA-Z]{2,3})(?:-[\w-]+)?\s*(?:;\s*q\s*=\s*([01](?:\.\d{0,3})?))?\s*\Z")


@lru_cache(maxsize=len(CODES))
def read_words(code: str) -> dict[str, Any]:
    """Read the texts of a language: key to a text, or to texts by plural form; nested keys are joined with dots."""
    text = files("outproduce.web").joinpath("words", f"{code}.yml").read_text(encoding="utf-8")
    return dict(_flat("", yaml.safe_load(text)))


def _flat(above: str, node: Mapping[str, Any]) -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for key, value in node.items():
        name = f"{above}{key}"
        if isinstance(value, dict) and "other" not in value:
            found += _flat(f"{name}.", value)
        else:
            found.append((name, value))
    return found


def choose_code(asked: str | None, remembered: str | None, accepted: str | None) -> str:
    """Choose the language of a page: as asked in the address, as chosen before, as the browser prefers, else English.

    >>> choose_code(None, None, "de-DE,uk;q=0.8,ru;q=0.9"), choose_code("uk", "ru", None), choose_code("xx", None, "*")
    ('ru', 'uk', 'en')
    """
    for code in (asked, remembered):
        if code in CODES:
            return code
    weighed = []
    for place, part in enumerate((accepted or "").split(",")[:20]):
        match = _ACCEPTED.match(part)
        if match and match[1].lower() in CODES:
            weighed.append((-float(match[2] or 1), place, match[1].lower()))
    return min(weighed)[2] if weighed else CODES[0]


@dataclass(frozen=True)
class Tongue:
    """One language of the pages."""

    code: str
    pack: Pack

    @cached_property
    def locale(self) -> Locale:
        """What is known of the language's numbers and dates."""
        return Locale(self.code)

    def __call__(self, key: str, **values: Any) -> str:
        """Give the text of a key with its values; `count` chooses the plural form, and is written as a number.

        Raises:
            KeyError: there is no such text; all languages have the same keys, a test says so.
        """
        text = read_words(self.code)[key]
        count = values.get("count", 0)
        if isinstance(text, dict):
            text = text.get(self.locale.plural_form(count), text["other"])
        if "count" in values:
            values["count"] = self.number(count)
        return str(text).format(**values) if values else str(text)

    def has(self, key: str) -> bool:
        """Whether there is such a text."""
        return key in read_words(self.code)

    def number(self, value: float | None) -> str:
        """Write a number in full, in four figures at most where it is no whole one."""
        if value is None:
            return ""
        if not float(value).is_integer():
            value = float(f"{value:.4g}")
        return str(format_decimal(value, locale=self.locale))

    def rounded(self, value: float, figures: int = 2) -> str:
        """Write a number rounded to so many figures."""
        return str(format_decimal(float(f"{value:.{figures}g}"), locale=self.locale))

    def short(self, value: float) -> str:
        """Write a number in few signs: 250K, 250 тис."""
        if abs(value) < 1000:
            return self.rounded(value)
        digits = 0 if value / 1000 ** int(math.log(value, 1000)) >= 100 else 1
        return str(format_compact_decimal(float(f"{value:.3g}"), locale=self.locale, fraction_digits=digits))

    def percent(self, chance: float) -> str:
        """Write a probability, never as 0 or 100 %.

        >>> [Tongue("en", load_pack()).percent(chance) for chance in (0.9999, 0.5, 0.0001, 0.992)]
        ['over 99.9 %', '50 %', 'under 0.1 %', '99.2 %']
        """
        if chance > 0.999:
            return self("chance.over")
        if chance < 0.001:
            return self("chance.under")
        exact = chance > 0.99 or chance < 0.01
        return f"{self.rounded(100 * chance, 3) if exact else self.number(round(100 * chance))} %"

    def signed_percent(self, log_factor: float) -> str:
        """Write by how many percent a factor, given as its logarithm, changes what it multiplies."""
        value = round(100 * math.expm1(log_factor))
        return "0 %" if value == 0 else f"{'+' if value > 0 else '−'}{self.number(abs(value))} %"

    def day(self, told: str | None) -> str:
        """Write a day, a month or a year; "no date" for None."""
        if told is None:
            return self("day.none")
        if len(told) == 4:
            return told
        try:
            when = date.fromisoformat(f"{told}-01"[:10])
        except ValueError:
            return told
        if len(told) == 7:
            return self.month(told)
        return str(format_date(when, "d MMM y", locale=self.locale))

    def month(self, told: str, *, since: bool = False) -> str:
        """Write a month by its name; `since` gives the form that stands behind "since"."""
        when = date.fromisoformat(f"{told}-01")
        return str(format_date(when, "MMMM y" if since else "LLLL y", locale=self.locale))

    def span(self, when: tuple[str, str] | list[str] | None) -> str:
        """Write a time from a first to a last day, month or year."""
        if not when:
            return ""
        first, last = when
        return self.day(first) if first == last else f"{self.day(first)} – {self.day(last)}"

    def item(self, key: str) -> str:
        """Name an item."""
        known = self.pack.items.get(key)
        return known.label.get(self.code, known.label.get("en", key)) if known else key.replace("_", " ")

    def name(self, canonical: str) -> str:
        """Name an actor as the language does, else by its canonical name."""
        return canonical if self.code == "en" else _names(self.pack, self.code).get(canonical, canonical)

    def names(self, canonical: tuple[str, ...] | list[str]) -> str:
        """Name several actors."""
        return f" {self('list.and')} ".join(self.name(one) for one in canonical)


@lru_cache(maxsize=8)
def _names(pack: Pack, code: str) -> dict[str, str]:
    """First whole form in the nominative of every actor that has one in the script of the language."""
    found: dict[str, str] = {}
    for _, phrase, entry in pack.phrases(code):
        fits = entry.category == "actor" and entry.form in _CONTEXT_FORMS and "*" not in phrase
        if fits and re.search("[а-яіїєґ]", phrase, re.IGNORECASE):
            found.setdefault(entry.value, phrase.lstrip("="))
    return found


@lru_cache(maxsize=len(CODES))
def speak(code: str) -> Tongue:
    """Give the tongue of a language with the names of the shipped pack."""
    return Tongue(code, load_pack())
