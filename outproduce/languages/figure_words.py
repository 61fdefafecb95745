"""What stands around figures in one language: bounds, joiners of ranges, verbs of growth, ratios in one word."""

from __future__ import annotations

from functools import cache

from outproduce.languages import language_data
from outproduce.languages.measures import MeasureWords, measure_words
from outproduce.languages.numbers import NumberReader, number_reader
from outproduce.lexicon import Lexicon, tokenize


class FigureWords:
    """What stands around figures in one language: bounds, joiners of ranges, verbs of growth, ratios in one word."""

    def __init__(self, lang: str) -> None:
        data = language_data(lang, "numbers")
        self.before: Lexicon[str] = Lexicon()
        for sense, phrases in data["before"].items():
            self.before.extend(phrases, sense)
        self.after: Lexicon[str] = Lexicon()
        for sense, phrases in data["after"].items():
            self.after.extend(phrases, sense)
        self.after_noun: Lexicon[str] = Lexicon()
        for sense, phrases in data["after_noun"].items():
            self.after_noun.extend(phrases, sense)
        ends = data["range"]
        self.pairs: dict[str, frozenset[str]] = {opener: frozenset(joins) for opener, joins in ends["pairs"].items()}
        self.joins_of_pairs = frozenset(join for joins in self.pairs.values() for join in joins)
        self.joins: Lexicon[str] = Lexicon()
        self.joins.extend({join for joins in self.pairs.values() for join in joins}, "pair")
        self.joins.extend(ends["joined"], "joined")
        self.joins.extend(ends["near"], "near")
        self.change, self.two_figures = frozenset(ends["change"]), frozenset(ends["two_figures"])
        self.odds = frozenset(data["odds"])
        self.bare_times_before = frozenset(data["bare_times_before"])
        self.bare_after = frozenset(data["bare_after"])
        self.list_joiners = frozenset(data["list_joiners"])
        self.multiples: Lexicon[tuple[float, float | None]] = Lexicon()
        for value, phrases in data["multiples"].items():
            self.multiples.extend(phrases, (float(value), float(value)))
        for value, phrases in data["multiples_open"].items():
            self.multiples.extend(phrases, (float(value), None))
        self.fractions: Lexicon[tuple[float, float | None]] = Lexicon()
        for value, phrases in data["fraction_phrases"].items():
            self.fractions.extend(phrases, (float(value), float(value)))
        self.passed: Lexicon[str] = Lexicon()
        self.passed.extend(data["not_numbers"], "passed")
        self.numbers: NumberReader = number_reader(lang)
        self.measures: MeasureWords = measure_words(lang)
        self.inverted: bool = data["inverted"]
        self.comparatives = frozenset(data["comparatives"])
        self._grows: dict[str, bool] = {}
        self._growth_words = frozenset(word for word in data["growth"] if not word.endswith("*"))
        self._growth_stems = tuple(word[:-1] for word in data["growth"] if word.endswith("*"))
        self._is_start: dict[str, bool] = {}
        firsts = [
            phrase.split()[0]
            for table in ("multiples", "multiples_open", "fraction_phrases")
            for row in data[table].values()
            for phrase in row
        ]
        firsts += [phrase.split()[0] for phrase in data["not_numbers"]]
        self._first_stems = tuple(word[:-1] for word in firsts if word.endswith("*"))
        self._first_words = (
            frozenset(tokenize(word)[0].norm for word in firsts if not word.endswith("*")) | self.numbers.starts
        )

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


@cache
def figure_words(lang: str) -> FigureWords:
    """Give the figure words of a language, read once."""
    return FigureWords(lang)
