"""Reading -> nuclei: the places that may carry a claim, before anything decides whether they do.

A nucleus is a count ("250,000"), a ratio ("threefold", "in three months what takes a year"), or a word that compares,
grows, shrinks or opens without a figure.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from outproduce.claims.mentions import Mention, Reading
from outproduce.languages.figures import Figure

RATIO_MEASURES = frozenset({"times", "percent", "fraction", "score"})
_DAYS = {"day": 1.0, "week": 7.0, "month": 30.4375, "quarter": 91.3125, "year": 365.25}
_WORDS = {
    "grow": "change", "shrink": "change", "same": "change",
    "more": "comparison", "less": "comparison", "equal": "comparison", "open": "expansion",
    "series": "expansion",
}  # fmt: skip
_PLANT = ("facility", "output", "series")


class Nucleus(NamedTuple):
    """A place that may carry a claim: `form` is count, ratio, span (two periods set against each other) or word.

    `word` is the trigger's category for the form word; `mention` the figure or trigger; `figure` None for words.
    """

    form: str
    mention: Mention
    figure: Figure | None
    word: str | None = None


def find_nuclei(reading: Reading) -> list[Nucleus]:
    """List all nuclei of a text in order."""
    found: list[Nucleus] = []
    plant = False  # whether the sentence before tells of one
    for mentions in reading.by_sentence:
        spans, used = _spans(reading, mentions)
        found += [nucleus for nucleus in _figures(mentions) if nucleus.mention not in used]
        found += spans
        here = any(m.type == "trigger" and m.value in _PLANT for m in mentions)
        found += _words(reading, mentions, here or plant)
        plant = here
    found.sort(key=lambda nucleus: (nucleus.mention.start, nucleus.form))
    return found


def _figures(mentions: list[Mention]) -> Iterator[Nucleus]:
    for mention in mentions:
        if mention.type != "figure":
            continue
        figure: Figure = mention.value
        if figure.measure is None or figure.measure == "mass":
            yield Nucleus("count", mention, _in_full(figure, mention, mentions))
        elif figure.measure in RATIO_MEASURES:
            yield Nucleus("ratio", mention, figure)


def _in_full(figure: Figure, mention: Mention, mentions: list[Mention]) -> Figure:
    """Give "and next year eighty" its thousands, where no item follows to say that eighty are meant."""
    counted = any(m.type == "item" and 0 <= m.first - mention.last <= 1 for m in mentions)
    if figure.implied == 1 or counted:
        return figure
    low, high = (None if end is None else end * figure.implied for end in (figure.low, figure.high))
    return replace(figure, low=low, high=high)


def _spans(reading: Reading, mentions: list[Mention]) -> tuple[list[Nucleus], list[Mention]]:
    """Find "in three months what B makes in a year": two bare periods of different length in one sentence.

    "Three times as much in three months as B in a year" is one ratio, twelve; gives such multiples as used too.
    """
    found, used = [], []
    spans = [(m, length) for m in mentions if (length := _days(m)) is not None]
    for (first, a), (second, b) in itertools.pairwise(spans):
        ratio = max(a, b) / min(a, b)
        if 1.5 <= ratio <= 400 and second.first - first.last <= 25:
            value = float(round(ratio))
            multiple = next((m for m in mentions if _multiplies(reading, m, first, second)), None)
            if multiple is not None:
                used.append(multiple)
                value *= multiple.value.low
            figure = Figure(first.start, first.end, value, value, "", "times", None, False, (first.start, second.end))
            found.append(Nucleus("span", first, figure))
    return found, used


def _multiplies(reading: Reading, mention: Mention, first: Mention, second: Mention) -> bool:
    """Tell whether "three times" goes with the first of two periods: in its clause, and before the second."""
    if mention.type != "figure" or mention.form != "times" or not mention.value.low or mention.value.low <= 1:
        return False
    near = abs(mention.first - first.first) <= 12 and mention.last <= second.first
    return near and breaks_before(reading, mention) == breaks_before(reading, first)


def _days(mention: Mention) -> float | None:
    if mention.type == "period" and mention.value.bare:
        return _DAYS[mention.value.per] * float(mention.value.count)
    if mention.type == "figure" and mention.form == "duration" and mention.value.unit in _DAYS:
        low = mention.value.low
        return _DAYS[mention.value.unit] * low if low else None
    return None


def _words(reading: Reading, mentions: list[Mention], has_facility: bool) -> Iterator[Nucleus]:
    """One nucleus for the first word of each sort between two breaks, unless a ratio says it there already."""
    seen: set[tuple[str, int]] = set()
    ratios = {breaks_before(reading, m) for m in mentions if m.type == "figure" and m.form in RATIO_MEASURES}
    for mention in mentions:
        sort = _WORDS.get(mention.value) if mention.type == "trigger" else None
        if sort is None or (mention.value == "open" and not has_facility):
            continue
        place = breaks_before(reading, mention)
        if (sort, place) in seen or (sort != "expansion" and place in ratios):
            continue
        seen.add((sort, place))
        yield Nucleus("word", mention, None, mention.value)


BREAKS = frozenset({",", ";", ":", "—", "–", "(", ")", "…", "|", "/"})


def breaks_before(reading: Reading, mention: Mention) -> int:
    """Count the signs that part clauses between the start of the sentence and a mention."""
    first = reading.sentences[mention.sentence][0]
    return sum(token.norm in BREAKS for token in reading.tokens[first : mention.first])
