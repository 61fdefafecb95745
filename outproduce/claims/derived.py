"""Figures that a text leaves to be worked out: "half of them", "as many again", "for each of ours they fire five".

In: a reading and its nuclei. Out: the nuclei with such figures put in numbers; the words for them are data of each
language (`text.yml`: `of_them`, `as_many`, `for_each`, `results`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache

from outproduce.claims.mentions import Mention, Reading
from outproduce.claims.nuclei import Nucleus
from outproduce.languages import language_data
from outproduce.languages.figures import Figure
from outproduce.lexicon import Lexicon

_BACK = 2  # sentences back in which the whole that a share is taken of may stand
_LEAST = 4  # a smaller count is hardly the whole
_ODDS = 100  # more for one of ours is a count, not a comparison
_BEHIND = 6  # words by which "for each of ours" may follow its figure

Place = tuple[int, int]


def derive(reading: Reading, nuclei: Sequence[Nucleus]) -> list[Nucleus]:
    """Put derived figures in numbers, in the order of the text.

    A share of what was counted last becomes a count, "as many" a count like it, "N for each" a ratio, and odds below
    one ("one to ten") are turned round. The score of a match is left out.
    """
    found: list[Nucleus] = []
    for nucleus in nuclei:
        if not _is_result(reading, nucleus):
            found.append(_turned(_share(reading, nucleus, found)))
    for sentence in range(len(reading.sentences)):
        spans = [m for m in reading.by_sentence[sentence] if m.type in ("time", "period") or m.form == "duration"]
        for place in _places(reading, sentence, "for_each"):
            if not any(m.first <= place[1] and m.last > place[0] for m in spans):
                found = _each(found, place, sentence)
        places = _places(reading, sentence, "as_many")
        found += [n for place in places if (n := _as_many(reading, place, sentence, found))]
    found.sort(key=lambda nucleus: (nucleus.mention.start, nucleus.form))
    return found


@cache
def _phrases(lang: str, key: str) -> Lexicon[None]:
    phrases: Lexicon[None] = Lexicon()
    phrases.extend(language_data(lang, "text")[key], None)
    return phrases


def _end(reading: Reading, i: int, key: str) -> int | None:
    """Where the longest phrase that begins at token `i` ends; None where none does."""
    found = _phrases(reading.lang, key).at(reading.tokens, i) if i < len(reading.tokens) else []
    return found[0].last if found else None


def _places(reading: Reading, sentence: int, key: str) -> Iterator[Place]:
    for i in range(*reading.sentences[sentence]):
        end = _end(reading, i, key)
        if end is not None:
            yield i, end


def _whole(found: Sequence[Nucleus], here: Place, sentence: int) -> Figure | None:
    """Give the count said last before a place."""
    for nucleus in reversed(found):
        figure: Figure | None = nucleus.figure
        if nucleus.form != "count" or nucleus.mention.last > here[0] or figure is None:
            continue
        if sentence - nucleus.mention.sentence > _BACK:
            return None
        if (figure.low or figure.high or 0) >= _LEAST:
            return figure
    return None


def _share(reading: Reading, nucleus: Nucleus, found: Sequence[Nucleus]) -> Nucleus:
    """Make "half of them" and "из них треть" a count, where a whole was counted before."""
    figure, here = nucleus.figure, nucleus.mention
    if nucleus.form != "ratio" or figure is None or figure.measure not in ("fraction", "percent"):
        return nucleus
    behind = any(_end(reading, here.last + gap, "of_them") for gap in (0, 1))
    before = any(_end(reading, i, "of_them") in (here.first, here.first - 1) for i in range(here.first - 4, here.first))
    whole = _whole(found, (here.first, here.last), here.sentence) if behind or before else None
    if whole is None:
        return nucleus
    unit = 100 if figure.measure == "percent" else 1
    low, high = (
        None if part is None or full is None else round(part / unit * full, 4)
        for part, full in ((figure.low, whole.low), (figure.high, whole.high))
    )
    return Nucleus("count", here, replace(figure, low=low, high=high, measure=None, unit=None), "share")


def _is_result(reading: Reading, nucleus: Nucleus) -> bool:
    """Whether a score is told to be one: "with the score of 3:1" is a match, not a comparison of makers."""
    if nucleus.figure is None or nucleus.figure.measure != "score":
        return False
    before = reading.tokens[max(0, nucleus.mention.first - 2) : nucleus.mention.first]
    words = language_data(reading.lang, "text")["results"]
    return any(token.norm in words for token in before)


def _turned(nucleus: Nucleus) -> Nucleus:
    """Make "one to ten" ten: how many times fewer."""
    figure = nucleus.figure
    if figure is None or figure.measure != "score" or not figure.low or figure.low >= 1:
        return nucleus
    value = round(1 / figure.low, 4)
    return nucleus._replace(figure=replace(figure, low=value, high=value), word="under")


def _each(found: list[Nucleus], place: Place, sentence: int) -> list[Nucleus]:
    """Make five a ratio in "for each of ours they fire five"; "for every ten there are seven" is seven tenths."""
    row = [n for n in found if n.mention.sentence == sentence and n.form == "count" and n.figure and n.word is None]
    divisor = next((n for n in row if 0 <= n.mention.first - place[1] <= 1), None)
    after = [n for n in row if n.mention.first >= place[1] and n is not divisor]
    before = [n for n in row if 0 <= place[0] - n.mention.last <= _BEHIND]
    told = (after or before[-1:] or [None])[0]  # type: ignore[list-item]
    if told is None or told.figure is None or (told.figure.low or told.figure.high or _ODDS) >= _ODDS:
        return found
    by = (divisor.figure.low if divisor and divisor.figure else None) or 1.0
    low, high = (None if end is None else round(end / by, 4) for end in (told.figure.low, told.figure.high))
    ratio = Nucleus("ratio", told.mention, replace(told.figure, low=low, high=high, measure="score"), "each")
    return [ratio if nucleus is told else nucleus for nucleus in found]


def _as_many(reading: Reading, place: Place, sentence: int, found: Sequence[Nucleus]) -> Nucleus | None:
    """Count "as many again", unless it is set against another party or is a multiple: "twice as many as"."""
    first, last = place
    than = language_data(reading.lang, "text")["than"]
    follows = [token.norm for token in reading.tokens[last : last + 2]]
    multiple = any(m.type == "figure" and m.last in (first, first - 1) for m in reading.by_sentence[sentence])
    if multiple or any(word in than for word in follows):
        return None
    whole = _whole(found, place, sentence)
    if whole is None:
        return None
    start, end = reading.tokens[first].start, reading.tokens[last - 1].end
    figure = replace(whole, start=start, end=end, raw=reading.text[start:end], outer=(start, end))
    return Nucleus("count", Mention("figure", figure, "count", start, end, first, last, sentence), figure, "as many")
