"""What stands around the names of a text: what the pack knows of it, words that speak of firms, lines and capitals."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any, Protocol

from outproduce.claims.firms import Firms
from outproduce.lexicon import Token
from outproduce.packs import Pack
from outproduce.statements.names import is_first_name

OPEN, CLOSE = frozenset('«“„"'), frozenset('»”“"')
STOPS = frozenset(".!?…;:•|▪")
_SUBJECT = frozenset({"make", "open", "give", "order"})
_TAKEN = frozenset({"actor", "item", "speaker", "outlet", "time"})


class Known(Protocol):
    """What the pack or another rule has found at tokens `first` to `last`, end exclusive."""

    @property
    def type(self) -> str:
        """Item, actor, trigger and so on."""

    @property
    def value(self) -> Any:
        """Key, name or category."""

    @property
    def form(self) -> str:
        """As in `packs.Entry`."""

    @property
    def first(self) -> int:
        """First token."""

    @property
    def last(self) -> int:
        """Token behind the last."""

    @property
    def sentence(self) -> int:
        """Number of its sentence."""


class Around:
    """One text with what is known of its tokens."""

    def __init__(self, text: str, lang: str, tokens: Sequence[Token], pack: Pack, firms: Firms) -> None:
        self.text, self.lang, self.tokens, self.pack, self.firms = text, lang, tokens, pack, firms
        self.taken = bytearray(len(tokens) + 1)  # 1: names the pack knows; 2: adjectives of states; 3: things
        self.states: dict[int, tuple[str, str]] = {}
        self.actors: dict[int, tuple[int, str]] = {}
        self.verbs: dict[int, int] = {}
        self.triggers: set[int] = set()
        self.items: set[int] = set()

    def read(self, known: Sequence[Known]) -> None:
        """Take down what is known of the text."""
        for found in known:
            if found.type == "trigger":
                self.triggers.add(found.first)
                if found.value in _SUBJECT:
                    self.verbs[found.first] = found.sentence
            elif found.type in _TAKEN:
                self._take(found)

    def _take(self, found: Known) -> None:
        first, last = found.first, found.last
        if found.type == "item":
            self.items.add(found.sentence)
            if last - first == 1 and self.tokens[first].norm in self.firms.endings:
                return
        kind = self.pack.actors[found.value].kind if found.type == "actor" else None
        if kind is not None:
            self.actors[first] = (last, kind)
        if kind == "state":
            self.states[last] = (found.value, found.form)
        mark = 2 if found.type == "actor" and found.form in ("adj", "people") else 3 if found.type == "item" else 1
        for i in range(first, last):
            self.taken[i] = self.taken[i] or mark

    @cached_property
    def lower(self) -> frozenset[str]:
        """Words that the text writes without a capital somewhere."""
        return frozenset([token.norm for token in self.tokens if token.raw[0].islower()])

    @cached_property
    def surnames(self) -> frozenset[str]:
        """Words behind a known first name."""
        pairs = zip(self.tokens, self.tokens[1:], strict=False)
        return frozenset(b.norm for a, b in pairs if b.raw[0].isupper() and is_first_name(a, self.lang))

    @cached_property
    def places(self) -> frozenset[str]:
        """Names behind words such as "in"."""
        words = self.firms.words["places"]
        pairs = zip(self.tokens, self.tokens[1:], strict=False)
        return frozenset(b.norm for a, b in pairs if a.norm in words and b.raw[0].isupper())

    def opens(self, i: int) -> bool:
        """Tell whether a sentence, a line or a quotation begins with this token."""
        before = self.tokens[i - 1] if i else None
        if before is None or "\n" in self.text[before.end : self.tokens[i].start]:
            return True
        return before.raw in STOPS or before.raw in OPEN or before.raw in "–—"

    def norm(self, i: int) -> str:
        """The token's norm, empty outside the text."""
        return self.tokens[i].norm if 0 <= i < len(self.tokens) else ""

    def spaced(self, i: int) -> bool:
        """Tell whether just a space stands between this token and the one before."""
        gap = self.tokens[i].start - self.tokens[i - 1].end
        return gap == 1 and self.text[self.tokens[i].start - 1] != "\n"

    def cue_before(self, last: int) -> str | None:
        """Kind of the cue that ends right before token `last` in its line, `others` for civil makers, None for none."""
        if not last or not self.tokens[last - 1].norm.startswith(self.firms.cue_ends):
            return None
        if last < len(self.tokens) and "\n" in self.text[self.tokens[last - 1].end : self.tokens[last].start]:
            return None
        for first in range(max(0, last - 3), last):
            for match in self.firms.cues.at(self.tokens, first):
                if match.last == last:
                    civil = first > 0 and self.tokens[first - 1].norm.startswith(self.firms.civil)
                    return "others" if civil else match.value
        return None

    def near(self, kind: str, last: int, words: int) -> bool:
        """Tell whether a cue of a kind stands among the words before token `last`."""
        return any(self.cue_before(i) == kind for i in range(max(1, last - words + 1), last + 1))
