"""Can a piece of text bear a claim? An item word, a figure and a word of making, holding or giving, near each other.

Words are those of the pack and of the languages. What passes is read by the ordinary way; nothing is decided here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from outproduce.languages import language_codes, language_data
from outproduce.languages.number_words import NumberWords
from outproduce.lexicon import Lexicon, Token, tokenize
from outproduce.packs import Pack

NEAR = 30  # tokens between an item word and what must stand near it
BESIDE = 3  # tokens between a figure and the item it plainly counts
LINE = 15  # tokens that the end of a line stands for
# What a trigger of each heading speaks for here. Comparing, growing and opening need no figure: "on a par with Russia".
_HEADINGS = {
    "deed": ("make", "output", "hold", "give", "receive", "use", "order", "can", "facility", "plan"),
    "deny": ("deny",),
    "change": ("more", "less", "equal", "grow", "shrink", "same", "open", "series"),
    "other": ("lose", "need", "each", "civil", "war", "own", "may", "refurbish"),
}
_KINDS = {heading: kind for kind, headings in _HEADINGS.items() for heading in headings}
_ITEMS = {"strong": "item", "weak": "weak", "not": "not"}
Places = dict[str, list[tuple[int, int]]]


class ClaimShape:
    """The words of a pack in all languages at once, and the rule of what must stand near what."""

    def __init__(self, pack: Pack) -> None:
        self._words: Lexicon[str] = Lexicon()
        self._numbers: set[str] = set()
        for lang in language_codes():
            for _, phrase, entry in pack.phrases(lang):
                kind = _ITEMS[entry.form] if entry.category == "item" else _KINDS.get(entry.value)
                if kind is not None and entry.category in ("item", "trigger"):
                    self._words.add(phrase, kind)
            time = language_data(lang, "time")
            for phrases in (*time["units"].values(), *time["rates"].values()):
                self._words.extend(map(str, phrases), "period")
            words = NumberWords(lang)
            self._numbers |= {word for word, number in words.words.items() if number.value != 1 and len(word) > 1}
            self._numbers |= words.fractions.keys()

    def fits(self, text: str) -> bool:
        """Tell whether there may be a claim in a text."""
        places = self._places(text)
        return any(_bears_claim(item, places) for item in places["item"]) or any(
            _is_counted(item, places) for item in places["weak"]
        )

    def ends_in_count(self, text: str) -> bool:
        """Tell whether the last words of a text may count what follows: a number, "more", "output of"."""
        tokens = tokenize(text)
        last = max(0, len(tokens) - BESIDE - 1)
        if any(self._is_figure(tokens, i) for i in range(last, len(tokens))):
            return True
        kinds = {match.value for i in range(last, len(tokens)) for match in self._words.at(tokens, i)}
        return bool(kinds & {"change", "deed"})

    def _places(self, text: str) -> Places:
        """Where each kind of word stands: first and last token, the latter exclusive; line ends count as `LINE`."""
        tokens = tokenize(text)
        begins = set(self._words.starts(tokens))
        places: Places = defaultdict(list)
        named = lines = seen = 0
        for i, token in enumerate(tokens):
            lines += "\n" in text[seen : token.start]
            seen, shift = token.start, lines * LINE
            matches = self._words.at(tokens, i) if i in begins else []
            kinds = {match.value for match in matches if match.last == matches[0].last} & _ITEM_KINDS
            if kinds and i >= named:
                named = matches[0].last
                kind = "not" if "not" in kinds else "item" if "item" in kinds else "weak"
                places[kind].append((i + shift, named + shift))
            for match in matches:
                if match.value not in _ITEM_KINDS and (match.value != "other" or i >= named):  # "attack" of a drone
                    places[match.value].append((i + shift, match.last + shift))
            if i >= named and self._is_figure(tokens, i):
                places["figure"].append((i + shift, i + shift + 1))
        return places

    def _is_figure(self, tokens: Sequence[Token], i: int) -> bool:
        """Tell numbers, in digits or words, from years and the time of day."""
        norm = tokens[i].norm
        if not norm.isdigit():
            return norm in self._numbers
        if len(norm) == 4 and norm[:2] in ("19", "20"):
            return False
        return len(norm) > 2 or not any(other.raw == ":" for other in tokens[max(i - 1, 0) : i + 2])


_ITEM_KINDS = frozenset(_ITEMS.values())


def _near(item: tuple[int, int], places: Sequence[tuple[int, int]], reach: int = NEAR) -> int:
    """Count what stands within reach of an item word."""
    return sum(max(item[0] - place[1], place[0] - item[1], 0) <= reach for place in places)


def _bears_claim(item: tuple[int, int], places: Places) -> bool:
    """The rule for words that surely name an item.

    A figure with what is done, denied or changed or with a period; a figure right beside where no word says what it is
    about; or without a figure a change and a deed, or a change right beside, or two deeds, or two periods and a deed.
    """
    deed, deny, change, period = (_near(item, places[kind]) for kind in ("deed", "deny", "change", "period"))
    if _near(item, places["figure"]):
        plain = _near(item, places["figure"], BESIDE) and not _near(item, places["other"])
        return bool(deed or deny or change or period or plain)
    changed = change and (deed or _near(item, places["change"], 2 * BESIDE))
    return bool(changed) or (bool(deed) and (deed + deny > 1 or period > 1))


def _is_counted(item: tuple[int, int], places: Places) -> bool:
    """The rule for words that name an item only in context: "2,000 rounds a day", "more mines", "output of barrels".

    A figure right beside with a period and what is done, denied or changed, or with two deeds ("of a million rounds
    pledged 300,000 have been sent"); without a figure a change, and a deed right beside.
    """
    close = NEAR // 2
    if _near(item, places["figure"], BESIDE):
        done = [_near(item, places[kind], close) for kind in ("deed", "deny", "change")]
        if (any(done) and _near(item, places["period"], close)) or _near(item, places["deed"]) > 1:
            return True
    return bool(_near(item, places["change"], close) and _near(item, places["deed"], BESIDE))
