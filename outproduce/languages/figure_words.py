"""What stands around figures in one language: bounds, joiners of ranges, verbs of growth, ratios in one word."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from outproduce.languages import language_data
from outproduce.languages.measures import MeasureWords, measure_words
from outproduce.languages.numbers import NumberReader, number_reader
from outproduce.lexicon import Lexicon, tokenize


class FigureWords:
    """What stands around figures in one language: bounds, joiners of ranges, verbs of growth, ratios in one word."""

    def __init__(self, lang: str) -> None:
        data = language_data(lang, "numbers")
        self.numbers: NumberReader = number_reader(lang)
        self.measures: MeasureWords = measure_words(lang)
        self.before, self.after, self.after_noun = (_by_sense(data[key]) for key in ("before", "after", "after_noun"))
        self.inverted: bool = data["inverted"]
        self.comparatives = frozenset(data["comparatives"])
        self.odds = frozenset(data["odds"])
        self.bare_times_before = frozenset(data["bare_times_before"])
        self.bare_after = frozenset(data["bare_after"])
        self.list_joiners = frozenset(data["list_joiners"])
        self._load_ranges(data["range"])
        self._load_phrases(data)
        self._grows: dict[str, bool] = {}
        self._growth_words = frozenset(word for word in data["growth"] if not word.endswith("*"))
        self._growth_stems = tuple(word[:-1] for word in data["growth"] if word.endswith("*"))

    def _load_ranges(self, ends: Mapping[str, Any]) -> None:
        self.pairs: dict[str, frozenset[str]] = {opener: frozenset(joins) for opener, joins in ends["pairs"].items()}
        self.joins_of_pairs = frozenset(join for joins in self.pairs.values() for join in joins)
        self.joins = _by_sense({"pair": self.joins_of_pairs, "joined": ends["joined"], "near": ends["near"]})
        self.change, self.two_figures = frozenset(ends["change"]), frozenset(ends["two_figures"])

    def _load_phrases(self, data: Mapping[str, Any]) -> None:
        """Compile ratios in one phrase, and what looks like a number and is none."""
        self.multiples: Lexicon[tuple[float, float | None]] = Lexicon()
        self.fractions: Lexicon[tuple[float, float | None]] = Lexicon()
        for value, phrases in data["multiples"].items():
            self.multiples.extend(phrases, (float(value), float(value)))
        for value, phrases in data["multiples_open"].items():
            self.multiples.extend(phrases, (float(value), None))
        for value, phrases in data["fraction_phrases"].items():
            self.fractions.extend(phrases, (float(value), float(value)))
        self.passed = _by_sense({"passed": data["not_numbers"]})
        tables = [data[table] for table in ("multiples", "multiples_open", "fraction_phrases")]
        phrases = [phrase for table in tables for row in table.values() for phrase in row]
        firsts = [phrase.split()[0] for phrase in (*phrases, *data["not_numbers"])]
        self._first_stems = tuple(word[:-1] for word in firsts if word.endswith("*"))
        whole = frozenset(tokenize(word)[0].norm for word in firsts if not word.endswith("*"))
        self._first_words = whole | self.numbers.starts
        self._is_start: dict[str, bool] = {}

    def grows(self, norm: str) -> bool:
        """Tell whether a word speaks of rise or fall."""
        known = self._grows.get(norm)
        if known is None:
            known = self._grows[norm] = norm in self._growth_words or norm.startswith(self._growth_stems)
        return known

    def starts(self, norm: str) -> bool:
        """Tell whether a number, a ratio or a phrase to pass over may begin with a word."""
        known = self._is_start.get(norm)
        if known is None:
            known = norm[0].isdigit() or norm in self._first_words or norm.startswith(self._first_stems)
            known = known or self.numbers.read_multiple(norm) is not None
            self._is_start[norm] = known
        return known


def _by_sense(table: Mapping[str, Iterable[str]]) -> Lexicon[str]:
    lexicon: Lexicon[str] = Lexicon()
    for sense, phrases in table.items():
        lexicon.extend(phrases, sense)
    return lexicon


@cache
def figure_words(lang: str) -> FigureWords:
    """Give the figure words of a language, read once."""
    return FigureWords(lang)
