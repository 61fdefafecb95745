"""Text -> what stands in it, in order: figures, items, actors, periods, times, triggers, speakers and outlets.

Nothing is decided here about what belongs together; that is `claims`.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

from outproduce.claims.makers import find_makers
from outproduce.languages import find_sentences
from outproduce.languages.figures import find_figures
from outproduce.languages.times import find_times_and_periods
from outproduce.lexicon import HYPHENS, Token, tokenize
from outproduce.packs import Entry, Pack

_NO_COUNT = frozenset({"item", "time", "period"})


class Mention(NamedTuple):
    """Something that stands at `text[start:end]`, tokens `first` to `last`, both ends exclusive.

    `type` is item, actor, speaker, outlet, trigger, figure, time or period; `value` its key, name, category or the
    Figure, Time or Period itself; `form` is `packs.Entry.form`; `inside` the type of a longer mention around it.
    An actor of the form `new` is a maker the pack does not list; `country` is its state where the text tells it.
    """

    type: str
    value: Any
    form: str
    start: int
    end: int
    first: int
    last: int
    sentence: int
    inside: str | None = None
    country: str | None = None


@dataclass(frozen=True)
class Reading:
    """A text with its tokens, sentences (token ranges, end exclusive) and mentions in order of their start.

    `spans` are the sentences in characters, those without a token too.
    """

    text: str
    lang: str
    published: str | None
    tokens: Sequence[Token]
    sentences: Sequence[tuple[int, int]]
    mentions: Sequence[Mention] = field(default=())
    spans: Sequence[tuple[int, int]] = ()

    @cached_property
    def by_type(self) -> dict[str, list[Mention]]:
        """Mentions of each type, in order."""
        found: dict[str, list[Mention]] = {}
        for mention in self.mentions:
            found.setdefault(mention.type, []).append(mention)
        return found

    @cached_property
    def by_sentence(self) -> list[list[Mention]]:
        """Mentions of each sentence, in order."""
        found: list[list[Mention]] = [[] for _ in self.sentences]
        for mention in self.mentions:
            found[mention.sentence].append(mention)
        return found

    def of(self, kind: str) -> list[Mention]:
        """Mentions of one type, in order; empty where there are none."""
        return self.by_type.get(kind, [])


def find_mentions(text: str, lang: str, published: str | None, pack: Pack) -> Reading:
    """Find everything a claim can be made of in one text.

    `published` is `YYYY-MM-DD` or None; times relative to an unknown day stay without dates.
    """
    tokens = tokenize(text)
    spans = find_sentences(text, lang)
    starts = [token.start for token in tokens]
    sentences = _token_ranges(spans, starts)
    ends = [token.end for token in tokens]
    sentence_of = [0] * (len(tokens) + 1)
    for number, (first, last) in enumerate(sentences):
        for i in range(first, last):
            sentence_of[i] = number

    def mention(kind: str, value: Any, form: str, start: int, end: int) -> Mention:
        first = bisect_right(starts, start) - 1
        last = bisect_left(ends, end) + 1
        return Mention(kind, value, form, start, end, max(first, 0), last, sentence_of[max(first, 0)])

    times, periods = find_times_and_periods(text, lang, published, tokens)
    figures = find_figures(text, lang, tokens)
    found = [mention("time", time, time.role, time.start, time.end) for time in times]
    found += [mention("period", period, period.per, period.start, period.end) for period in periods]
    found += [mention("figure", figure, figure.measure or "count", figure.start, figure.end) for figure in figures]
    found += _words(tokens, sentence_of, pack, lang)
    makers = find_makers(text, lang, tokens, found, pack)
    found = [m for m in found if m.type != "actor" or all(m.end <= new.start or new.end <= m.start for new in makers)]
    found += [mention("actor", new.name, "new", new.start, new.end)._replace(country=new.country) for new in makers]
    found.sort(key=lambda m: (m.start, -m.end))
    return Reading(text, lang, published, tokens, sentences, _mark_inner(_drop_taken_figures(found)), spans)


def _token_ranges(spans: Sequence[tuple[int, int]], starts: Sequence[int]) -> list[tuple[int, int]]:
    ranges = [(bisect_left(starts, start), bisect_left(starts, end)) for start, end in spans]
    return [(first, last) for first, last in ranges if last > first]


def _words(tokens: Sequence[Token], sentence_of: Sequence[int], pack: Pack, lang: str) -> list[Mention]:
    """Longest phrase of each category at each place; a word may be a trigger of several kinds."""
    lexicon = pack.lexicon(lang)
    busy: dict[str, int] = {}
    found: list[Mention] = []
    for i in lexicon.starts(tokens):
        longest: dict[str, int] = {}
        for match in lexicon.at(tokens, i):
            entry: Entry = match.value
            if busy.get(entry.category, 0) > i and entry.category != "trigger":
                continue
            if match.last < longest.get(entry.category, 0) and entry.category != "trigger":
                continue
            longest[entry.category] = match.last
            start, end = tokens[i].start, tokens[match.last - 1].end
            found.append(Mention(entry.category, entry.value, entry.form, start, end, i, match.last, sentence_of[i]))
        for category, last in longest.items():
            busy[category] = max(busy.get(category, 0), last)
    return _one_trigger_a_word(_drop_looks(found))


def _drop_looks(found: Sequence[Mention]) -> list[Mention]:
    """Leave out what only looks like an item, and bare words ("Army") right behind another actor's name."""
    ends = {m.last for m in found if m.type == "actor" and m.form != "bare"}
    return [
        m
        for m in found
        if not (m.type == "item" and m.form == "not")
        and not (m.type == "actor" and m.form == "bare" and ends & {m.first, m.first - 1})
    ]


def _one_trigger_a_word(found: Sequence[Mention]) -> list[Mention]:
    """Of triggers of one category that overlap, keep the first and longest."""
    kept: list[Mention] = []
    until: dict[str, int] = {}
    for mention in sorted(found, key=lambda m: (m.first, -m.last)):
        if mention.type == "trigger":
            if until.get(mention.value, -1) > mention.first:
                continue
            until[mention.value] = mention.last
        kept.append(mention)
    return kept


def _drop_taken_figures(found: Sequence[Mention]) -> list[Mention]:
    """Numbers inside an item's name, a date or a period count nothing."""
    taken = [(m.first, m.last) for m in found if m.type in _NO_COUNT]
    taken.sort()
    firsts = [first for first, _ in taken]
    kept = []
    for mention in found:
        if mention.type == "figure":
            i = bisect_right(firsts, mention.first) - 1
            if any(first <= mention.first and mention.last <= last for first, last in taken[max(0, i - 3) : i + 1]):
                continue
        kept.append(mention)
    return kept


def _mark_inner(found: Sequence[Mention]) -> list[Mention]:
    """Say of actors and items that stand within the name of a speaker, an outlet or another item that they do."""
    around: list[Mention] = []
    marked = []
    for mention in found:
        around = [outer for outer in around if outer.last > mention.first]
        if mention.type in ("actor", "item"):
            outer = next((o for o in around if o.last >= mention.last and o.type != mention.type), None)
            marked.append(mention._replace(inside=outer.type) if outer else mention)
        else:
            marked.append(mention)
        if mention.type in ("speaker", "outlet", "item", "actor"):
            around.append(mention)
    return marked


def gap(tokens: Sequence[Token], first: int, last: int) -> int:
    """Count the words between two tokens, hyphens left out."""
    return sum(token.norm not in HYPHENS for token in tokens[first:last])
