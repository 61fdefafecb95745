"""Typing errors in a sentence to check: words nobody knows become the nearest word of the pack, and it is said so."""

from __future__ import annotations

from functools import lru_cache

from outproduce.claims.mentions import find_mentions
from outproduce.languages import language_data
from outproduce.lexicon import tokenize
from outproduce.packs import Pack

_SURE = frozenset({"period", "time", "figure", "item", "actor", "trigger"})  # what is understood as it stands
_SHORTEST = 4  # letters of a word that is mended; shorter ones resemble too much
_LONG = 8  # letters from which a word may be two errors away


def mend(sentence: str, lang: str, pack: Pack) -> tuple[str, dict[str, str]]:
    """Replace words one typing error away from a word of the pack (two in long words); gives what was replaced.

    Names of items and parties and what is done with them are known; every other word stays as it is.

    >>> from outproduce.packs import load_pack
    >>> mend("Rusia makes artilery shels", "en", load_pack())
    ('Russia makes artillery shells', {'Rusia': 'Russia', 'artilery': 'artillery', 'shels': 'shells'})
    """
    whole, stems = _vocabulary(pack, lang)
    times = [(m.start, m.end) for m in find_mentions(sentence, lang, None, pack).mentions if m.type in _SURE]
    known = {word.casefold() for word in whole} | set(language_data(lang, "text")["common_words"])
    pieces, at, replaced = [], 0, dict[str, str]()
    for token in tokenize(sentence):
        word = sentence[token.start : token.end]
        folded = word.casefold()
        if len(word) < _SHORTEST or not word.isalpha() or folded in known:
            continue
        if any(start <= token.start < end for start, end in times):
            continue
        better = _nearest(folded, whole) or _with_stem(folded, stems)
        if better is None:
            continue
        better = better.capitalize() if word[0].isupper() and better.islower() else better
        pieces += [sentence[at : token.start], better]
        at, replaced[word] = token.end, better
    return "".join(pieces) + sentence[at:], replaced


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


def _nearest(word: str, known: tuple[str, ...]) -> str | None:
    """Give the only nearest known word within reach; None where there is none or several."""
    reach = 2 if len(word) >= _LONG else 1
    found = [(far, other) for other in known if (far := distance(word, other.casefold(), reach)) <= reach]
    near = min((far for far, _ in found), default=None)
    best = sorted(
        {other for far, other in found if far == near}, key=lambda other: (other[-1] != word[-1], -len(other))
    )
    return best[0] if best and len({other.casefold()[:3] for other in best}) == 1 else None


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
