"""Typing errors in a sentence to check: words nobody knows become the nearest word of the pack, and it is said so."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any

from outproduce.claims.mentions import Reading, find_mentions
from outproduce.languages import language_data
from outproduce.languages.number_words import NumberWords, expand_words
from outproduce.lexicon import Token, tokenize
from outproduce.packs import Pack

_SURE = frozenset({"period", "time", "figure", "item", "actor", "trigger"})  # what is understood as it stands
_SHORTEST = 4  # letters of a word that is mended; shorter ones resemble too much
_LONG = 8  # letters from which a word may be two errors away
_NUMBER_ROLES = frozenset({"scale", "group", "adding"})  # million, dozen, hundred: words that follow a number

Mended = tuple[str, dict[str, str]]


def mend(sentence: str, lang: str, pack: Pack) -> Mended:
    """Replace words one typing error away from a word of the pack (two in long words); gives what was replaced.

    Names of items and parties, what is done with them and numbers are known; every other word stays as it is.

    >>> from outproduce.packs import load_pack
    >>> mend("Rusia makes artilery shels", "en", load_pack())
    ('Russia makes artillery shells', {'Rusia': 'Russia', 'artilery': 'artillery', 'shels': 'shells'})
    """
    whole, stems = _vocabulary(pack, lang)
    reading = find_mentions(sentence, lang, None, pack)
    scales = _scales(lang)
    return _replace(
        reading, lambda _, word: _nearest(word, whole) or _nearest_scale(word, scales) or _with_stem(word, stems)
    )


def mend_measures(sentence: str, lang: str, pack: Pack) -> Mended:
    """Replace a misspelt "million" after a number, and where no time is told, a misspelt "month" after what is counted.

    Without it "3 milion shells a moth" would be three shells at no time.

    >>> from outproduce.packs import load_pack
    >>> mend_measures("Russia makes 3 milion shells a moth.", "en", load_pack())
    ('Russia makes 3 million shells a month.', {'milion': 'million', 'moth': 'month'})
    """
    reading = find_mentions(sentence, lang, None, pack)
    numbers, scales, ends = _numbers(lang), _scales(lang), {item.last for item in reading.of("item")}
    before_units, units, adverbs = _period_words(lang)
    timeless = not reading.of("period") and not reading.of("time")

    def better(at: int, word: str) -> str | None:
        last = reading.tokens[at - 1].norm if at else ""
        if last.isdigit() or last in numbers:
            return _nearest_scale(word, scales)
        if not timeless or not ends:
            return None
        if at - 1 in ends and last in before_units:
            return _nearest(word, units)
        return _nearest(word, adverbs) if at > min(ends) - 1 else None

    return _replace(reading, better)


def _replace(reading: Reading, better: Callable[[int, str], str | None]) -> Mended:
    """Put the better word, where there is one, for each word of a text that nothing is known of; both in one case."""
    common = _known_words(reading.lang)
    sure = [(m.start, m.end) for m in reading.mentions if m.type in _SURE]
    pieces, done, replaced = [], 0, dict[str, str]()
    for at, token in enumerate(reading.tokens):
        if len(token.norm) < _SHORTEST or not token.raw.isalpha() or token.norm in common:
            continue
        if any(start <= token.start < end for start, end in sure):
            continue
        found = better(at, token.norm)
        if found is not None and found.casefold() != token.norm:
            found = _in_case_of(token, found)
            pieces += [reading.text[done : token.start], found]
            done, replaced[token.raw] = token.end, found
    return "".join(pieces) + reading.text[done:], replaced


@lru_cache(maxsize=8)
def _known_words(lang: str) -> frozenset[str]:
    """All words of a language's files on numbers, times and texts: none of them is an error ("nearly", "yearly")."""
    waiting: list[Any] = [language_data(lang, name) for name in ("numbers", "time", "text")]
    found = set[str]()
    while waiting:
        node = waiting.pop()
        if isinstance(node, str):
            found |= {token.norm for word in expand_words(node) for token in tokenize(word)}
        elif isinstance(node, Mapping):
            waiting += node.values()
        elif isinstance(node, Iterable):
            waiting += node
    return frozenset(found)


def _in_case_of(token: Token, word: str) -> str:
    return word.capitalize() if token.raw[0].isupper() and word.islower() else word


@lru_cache(maxsize=8)
def _numbers(lang: str) -> frozenset[str]:
    return frozenset(NumberWords(lang).words)


@lru_cache(maxsize=8)
def _scales(lang: str) -> tuple[str, ...]:
    words = NumberWords(lang).words.items()
    return tuple(sorted(word for word, what in words if what.role in _NUMBER_ROLES and len(word) >= _SHORTEST))


@lru_cache(maxsize=8)
def _period_words(lang: str) -> tuple[frozenset[str], tuple[str, ...], tuple[str, ...]]:
    """Words before a unit of time ("a", "per"), the units, and the words that say a rate alone ("yearly")."""
    data = language_data(lang, "time")
    frames = {frame.split()[-2] for sort in ("rate", "bare") for frame in data["frames"][sort] if " " in frame}
    units = {word for words in data["frame_units"].values() for word in words if len(word) >= _SHORTEST}
    adverbs = {word for words in data["rates"].values() for word in words if word.isalpha() and len(word) > _SHORTEST}
    return frozenset(frames), tuple(sorted(units)), tuple(sorted(adverbs))


@lru_cache(maxsize=8)
def _vocabulary(pack: Pack, lang: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Whole words, and stems (of the pack's `word*`), that name items and parties and what is done with them."""
    whole, stems = set[str](), set[str]()
    for _, phrase, entry in pack.phrases(lang):
        if entry.form == "not" or entry.category not in ("item", "actor", "trigger"):
            continue
        for word in phrase.strip("=").split():
            stem = word.strip("*")
            if len(stem) < _SHORTEST or not stem.isalpha():
                continue
            (stems if word.endswith("*") else whole).add(stem if entry.category == "actor" else stem.casefold())
    return tuple(sorted(whole)), tuple(sorted(stem.casefold() for stem in stems))


def _nearest(word: str, known: tuple[str, ...], reach: int | None = None) -> str | None:
    """Give the only nearest known word within reach; None where there is none or several."""
    reach = reach or (2 if len(word) >= _LONG else 1)
    found = [(far, other) for other in known if (far := distance(word, other.casefold(), reach)) <= reach]
    near = min((far for far, _ in found), default=None)
    best = sorted(
        {other for far, other in found if far == near}, key=lambda other: (other[-1] != word[-1], -len(other))
    )
    return best[0] if best and len({other.casefold()[:3] for other in best}) == 1 else None


def _nearest_scale(word: str, scales: tuple[str, ...]) -> str | None:
    """Give the only scale word an error away, or two where the word begins like it ("мильон"), but no "millionaire"."""
    if len(word) <= _LONG and word[:3] in {scale[:3] for scale in scales}:
        return _nearest(word, tuple(scale for scale in scales if scale[:3] == word[:3]), reach=2)
    return _nearest(word, scales, reach=1)


def _with_stem(word: str, stems: tuple[str, ...]) -> str | None:
    """Mend the beginning of a word by a stem one error away; its ending stays."""
    found = []
    for stem in stems:
        if len(stem) < 5:
            continue
        for cut in (len(stem) - 1, len(stem), len(stem) + 1):
            if 3 < cut <= len(word) and distance(word[:cut], stem, 1) == 1:
                found.append((-len(stem), -(word[cut - 1] == stem[-1]), stem + word[cut:]))
    return min(found)[2] if found else None


def distance(a: str, b: str, limit: int) -> int:
    """Count insertions, deletions, changes and swaps of neighbours between two words; `limit` + 1 where more.

    >>> distance("shels", "shells", 1), distance("rusisa", "russia", 1), distance("tank", "drone", 1)
    (1, 1, 2)
    """
    if abs(len(a) - len(b)) > limit:
        return limit + 1
    before, last = list[int](), list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        row = [i]
        for j, y in enumerate(b, 1):
            cost = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (x != y))
            if i > 1 and j > 1 and x == b[j - 2] and a[i - 2] == y:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        before, last = last, row
    return min(last[-1], limit + 1)
