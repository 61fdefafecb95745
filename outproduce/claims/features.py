"""What the linker looks at: features of a nucleus, and of each candidate for its item, actor, period and time.

A feature is a short name with a number; which features exist follows from the pack's trigger headings and from the
types of mentions, never from a language. Lexical features carry the trigger phrase itself.
"""

from __future__ import annotations

import itertools
import math
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable
from functools import cached_property
from typing import NamedTuple, TypeVar

from outproduce.claims.mentions import Mention, Reading
from outproduce.claims.nuclei import BREAKS, Nucleus
from outproduce.languages import language_data
from outproduce.lexicon import HYPHENS
from outproduce.packs import Pack
from outproduce.records import Statement

Features = dict[str, float]
M = TypeVar("M")

BEARING = frozenset(
    {"make", "output", "can", "hold", "give", "receive", "use", "order", "open", "lose", "need", "each", "civil"}
)
THEMES = ("make", "output", "lose", "civil", "use", "give", "order", "hold")
MOODS = ("plan", "may", "deny", "can")
WINDOW = 4  # sentences looked back for a time
LONGEST_LIST = 25  # lines under a colon
LONGEST_LINE = 30  # words in a line of a list
LOOK_BACK = 30  # sentences looked back for an item or an actor


class Candidate(NamedTuple):
    """Something a nucleus may take as item, actor, period or time: its value and the mentions it comes from."""

    value: object
    mentions: tuple[Mention, ...]
    source: str = "text"


def _sentence(mention: Mention) -> int:
    return mention.sentence


def _sentence_of_group(group: tuple[Mention, ...]) -> int:
    return group[0].sentence


def _looking_back(found: list[M], here: Mention, sentence: Callable[[M], int]) -> list[M]:
    first = bisect_left(found, here.sentence - LOOK_BACK, key=sentence)
    title = bisect_right(found, 0, hi=first, key=sentence)
    return found[:title] + found[first : bisect_right(found, here.sentence, key=sentence)]


class Scene:
    """A reading with what the features need many times: clause breaks, nuclei by sentence, statements."""

    def __init__(self, reading: Reading, pack: Pack, nuclei: list[Nucleus], statements: list[Statement]) -> None:
        self.reading = reading
        self.pack = pack
        self.nuclei = nuclei
        self.statements = statements
        conjunctions = frozenset(language_data(reading.lang, "text")["conjunctions"])
        self._breaks = [0]
        self._joints = [0]
        for token in reading.tokens:
            self._breaks.append(self._breaks[-1] + (token.norm in BREAKS))
            self._joints.append(self._joints[-1] + (token.norm in conjunctions))

    @cached_property
    def triggers(self) -> list[list[Mention]]:
        """Triggers of each sentence, in order."""
        return [[m for m in mentions if m.type == "trigger"] for mentions in self.reading.by_sentence]

    @cached_property
    def figures_by_sentence(self) -> list[list[Nucleus]]:
        """Nuclei with a figure of each sentence, in order."""
        found: list[list[Nucleus]] = [[] for _ in self.reading.sentences]
        for nucleus in self.nuclei:
            if nucleus.figure is not None:
                found[nucleus.mention.sentence].append(nucleus)
        return found

    @cached_property
    def figure_ends(self) -> dict[tuple[float | None, float | None], tuple[Nucleus, Nucleus]]:
        """First and last nucleus of each figure, by its two ends."""
        found: dict[tuple[float | None, float | None], tuple[Nucleus, Nucleus]] = {}
        for nucleus in self.nuclei:
            if nucleus.figure is not None:
                ends = nucleus.figure.low, nucleus.figure.high
                found[ends] = found[ends][0] if ends in found else nucleus, nucleus
        return found

    @cached_property
    def actor_groups(self) -> list[tuple[Mention, ...]]:
        """Actors in order, those joined by "and" or a comma together."""
        joining = frozenset(language_data(self.reading.lang, "text")["joining"])
        groups: list[list[Mention]] = []
        for mention in self.reading.of("actor"):
            if groups and groups[-1][-1].sentence == mention.sentence:
                words = self.reading.tokens[groups[-1][-1].last : mention.first]
                if 0 < len(words) <= 3 and all(word.norm in joining for word in words):
                    groups[-1].append(mention)
                    continue
            groups.append([mention])
        return [tuple(group) for group in groups]

    @cached_property
    def bearing(self) -> list[list[Mention]]:
        """Triggers of each sentence that say what is done with the item, in order."""
        return [[m for m in triggers if m.value in BEARING] for triggers in self.triggers]

    @cached_property
    def list_heads(self) -> list[int | None]:
        """For each sentence the one whose closing colon opens the list it stands in, as far as `LONGEST_LIST` lines."""
        tokens = self.reading.tokens
        found: list[int | None] = []
        head, lines = None, 0
        for i, (_, last) in enumerate(self.reading.sentences):
            lines += i > 0 and self.paragraphs[i] > self.paragraphs[i - 1]
            short = last - self.reading.sentences[i][0] <= LONGEST_LINE
            if head is not None and (lines > LONGEST_LIST or not short):
                head = None
            found.append(head)
            if tokens[last - 1].norm == ":":
                head, lines = i, 0
        return found

    @cached_property
    def has_title(self) -> bool:
        """Whether the first sentence stands on a line of its own, with more text below it."""
        if len(self.reading.sentences) < 2:
            return False
        last, following = (self.reading.sentences[0][1] - 1, self.reading.sentences[1][0])
        return "\n" in self.reading.text[self.reading.tokens[last].end : self.reading.tokens[following].start]

    def in_title(self, mention: Mention) -> bool:
        """Whether a mention stands in the title."""
        return mention.sentence == 0 and self.has_title

    def opens_with(self, sentence: int, name: str, within: int = 3) -> bool:
        """Whether one of the language's words of a sort stands among the first words of a sentence."""
        first, last = self.reading.sentences[sentence]
        words = language_data(self.reading.lang, "text")[name]
        return any(token.norm in words for token in self.reading.tokens[first : min(last, first + within)])

    def verb(self, here: Mention) -> Mention | None:
        """Find the trigger nearest to a mention that says what is done with the item."""
        found, least = None, 1 << 30
        for trigger in self.triggers[here.sentence]:
            if trigger.value not in BEARING or (trigger.first >= here.first and trigger.last <= here.last):
                continue
            words, breaks, _, after = self.between(here, trigger)
            cost = words + 6 * breaks + 3 * after
            if cost < least:
                found, least = trigger, cost
        return found

    def origin(self, item: Mention | None) -> str | None:
        """Who makes a weapon that is called by its own name; None for other items."""
        if item is None or item.value in self.pack.nameless_items:
            return None
        words = [token.norm for token in self.reading.tokens[item.first : item.last] if token.norm not in HYPHENS]
        for i in range(len(words)):
            rest = " ".join(words[i:])
            for length in range(len(rest), 1, -1):
                if rest[:length] in self.pack.origins:
                    return self.pack.origins[rest[:length]]
        return None

    @cached_property
    def voices(self) -> tuple[str, ...]:
        """Actors for whom somebody in the text speaks, the commonest first."""
        counts: dict[str, int] = {}
        for mention in self.reading.of("speaker"):
            speaker = self.pack.speakers.get(mention.value)
            if speaker is not None and speaker.body in self.pack.actors:
                counts[speaker.body] = counts.get(speaker.body, 0) + 1
        return tuple(sorted(counts, key=lambda name: -counts[name]))

    @cached_property
    def counts(self) -> dict[str, Counter[str]]:
        """How often each actor and each item is named in the text, by type of mention."""
        return {kind: Counter(m.value for m in self.reading.of(kind)) for kind in ("actor", "item")}

    @cached_property
    def in_titles(self) -> frozenset[tuple[str, str]]:
        """Type and value of the actors and items that the title names."""
        named = (m for m in self.reading.by_sentence[0] if m.type in ("actor", "item") and self.in_title(m))
        return frozenset((m.type, m.value) for m in named)

    @cached_property
    def paragraphs(self) -> list[int]:
        """Number of the line each sentence stands in."""
        tokens, text, found = self.reading.tokens, self.reading.text, [0]
        for (_, last), (first, _) in itertools.pairwise(self.reading.sentences):
            found.append(found[-1] + ("\n" in text[tokens[last - 1].end : tokens[first].start]))
        return found

    @cached_property
    def theme(self) -> Features:
        """What the whole text is about, the same for all its nuclei."""
        n = max(1, len(self.reading.sentences))
        counts: dict[str, int] = {}
        for sentence in self.triggers:
            for trigger in sentence:
                counts[trigger.value] = counts.get(trigger.value, 0) + 1
        strong = sum(m.form == "strong" for m in self.reading.of("item"))
        found = {f"theme {name}": min(1.0, counts.get(name, 0) / n) for name in THEMES}
        return found | {"theme items": min(1.0, strong / n), "theme no item": float(not strong)}

    def breaks(self, first: int, last: int) -> int:
        """Count clause breaks between two token positions, whichever comes first."""
        return abs(self._breaks[last] - self._breaks[first])

    def joints(self, first: int, last: int) -> int:
        """Count conjunctions between two token positions."""
        return abs(self._joints[last] - self._joints[first])

    def between(self, a: Mention, b: Mention) -> tuple[int, int, int, bool]:
        """Words, breaks and conjunctions between two mentions, and whether `b` stands after `a`."""
        if b.first >= a.last:
            return b.first - a.last, self.breaks(a.last, b.first), self.joints(a.last, b.first), True
        if a.first >= b.last:
            return a.first - b.last, self.breaks(b.last, a.first), self.joints(b.last, a.first), False
        return 0, 0, 0, b.first >= a.first

    def items_up_to(self, here: Mention) -> list[Mention]:
        """Items in the title, in the `LOOK_BACK` sentences before a mention and in its own, in order."""
        return _looking_back(self.reading.of("item"), here, _sentence)

    def groups_up_to(self, here: Mention) -> list[tuple[Mention, ...]]:
        """Groups of actors in the title, in the `LOOK_BACK` sentences before a mention and in its own, in order."""
        return _looking_back(self.actor_groups, here, _sentence_of_group)

    def count_since(self, mention: Mention, sentence: int) -> int:
        """Count the mentions of a type behind a mention and before a sentence."""
        mentions = self.reading.of(mention.type)
        last = bisect_left(mentions, sentence, key=_sentence)
        return max(0, last - bisect_right(mentions, mention.first, key=lambda m: m.first))

    def figures_between(self, here: Mention, there: Mention) -> float:
        """Count the figures between two mentions of one sentence."""
        low, high = sorted((here.first, there.first))
        return float(sum(low < n.mention.first < high for n in self.figures_by_sentence[here.sentence]))

    def statement_at(self, offset: int) -> Statement | None:
        """Find the statement that holds a character."""
        place = bisect_right(self.statements, offset, key=lambda s: s.start) - 1
        return self.statements[place] if place >= 0 and offset < self.statements[place].end else None


def bucket(distance: int) -> str:
    """Name a distance in words coarsely.

    >>> [bucket(n) for n in (0, 2, 4, 9, 30)]
    ['0', '1-2', '3-5', '6-10', 'far']
    """
    for limit, name in ((0, "0"), (2, "1-2"), (5, "3-5"), (10, "6-10"), (18, "11-18")):
        if distance <= limit:
            return name
    return "far"


def beside_features(scene: Scene, first: Mention, last: Mention) -> Features:
    """The words beside a stretch of mentions, as stems of five letters, and the triggers right before it."""
    tokens = scene.reading.tokens
    found: Features = {}
    if first.first:
        found[f"left {tokens[first.first - 1].norm[:5]}"] = 1.0
    if last.last < len(tokens):
        found[f"right {tokens[last.last].norm[:5]}"] = 1.0
    for trigger in scene.triggers[last.sentence]:
        if 0 <= first.first - trigger.last <= 1:
            found[f"after {trigger.value}"] = 1.0
    return found


def pair_features(scene: Scene, here: Mention, there: Mention) -> Features:
    """Distance and order of two mentions, in words, clauses and sentences."""
    gap = here.sentence - there.sentence
    found: Features = {"bias": 1.0}
    if gap == 0:
        words, breaks, joints, after = scene.between(here, there)
        side = ">" if after else "<"
        found[f"{side}{bucket(words)}"] = 1.0
        found[f"{side} breaks {min(breaks, 3)}"] = 1.0
        found[f"{side} joints {min(joints, 2)}"] = 1.0
        found["words"] = min(words, 30) / 30
    else:
        found[f"back {min(gap, 4)}" if gap > 0 else "ahead"] = 1.0
        found["sentences"] = min(abs(gap), 8) / 8
        found["title"] = float(scene.in_title(there))
        found["others since"] = float(min(scene.count_since(there, here.sentence), 3))
    return found


def span_candidates(scene: Scene, nucleus: Nucleus, kind: str) -> list[Candidate]:
    """Periods or times (`kind` is period or time) a nucleus may take: of its sentence, then of the one before."""
    here = nucleus.mention
    found = [Candidate(m.value, (m,)) for m in scene.reading.by_sentence[here.sentence] if m.type == kind]
    for back in range(1, WINDOW if kind == "time" else 2):
        if here.sentence >= back:
            found += [
                Candidate(m.value, (m,)) for m in scene.reading.by_sentence[here.sentence - back] if m.type == kind
            ]
    return found


def span_features(scene: Scene, nucleus: Nucleus, kind: str, candidate: Candidate) -> Features:
    """Describe how a nucleus and a period or time stand to each other; a candidate without mention is "none"."""
    here = nucleus.mention
    if not candidate.mentions:
        size = (
            int(math.log10(nucleus.figure.low))
            if nucleus.figure and nucleus.figure.low and nucleus.figure.low >= 1
            else -1
        )
        return {"none": 1.0, f"none {kind}": 1.0, f"none form {nucleus.form}": 1.0, f"none size {size}": 1.0,
                **_mood_features(scene, here, "none ")}  # fmt: skip
    there = candidate.mentions[0]
    found = pair_features(scene, here, there)
    found[f"form {there.form}"] = 1.0
    found[f"form {there.form} {kind}"] = 1.0
    value = candidate.value
    for name in ("role", "grain", "tense", "bare"):
        if hasattr(value, name):
            found[f"{name} {getattr(value, name)}"] = 1.0
            found[f"{name} {getattr(value, name)} {kind}"] = 1.0
    if there.sentence == here.sentence:
        low, high = sorted((here.first, there.first))
        found["figures between"] = scene.figures_between(here, there)
        same = [m for m in scene.reading.by_sentence[here.sentence] if m.type == there.type]
        found["others between"] = float(sum(low < m.first < high for m in same))
        found["only"] = float(len(same) == 1)
    return found


def _mood_features(scene: Scene, here: Mention, prefix: str = "") -> Features:
    found: Features = {}
    for trigger in scene.triggers[here.sentence]:
        if trigger.value in MOODS:
            words, breaks, _, after = scene.between(here, trigger)
            found[f"{prefix}{trigger.value}{'>' if after else '<'}{min(breaks, 2)}"] = 1.0
            if words <= 3:
                found[f"{prefix}{trigger.value} near"] = 1.0
            found[f"{prefix}phrase {trigger.form}"] = 1.0
    return found


def _verb_form(scene: Scene, here: Mention) -> Features:
    """Ending of the word that says what is done, and the words before it: tense and mood in any language."""
    verb = scene.verb(here)
    if verb is None:
        return {"verb none": 1.0}
    tokens = scene.reading.tokens
    word = tokens[verb.last - 1].norm
    found: Features = {f"verb end {word[-n:]}": 1.0 for n in (1, 2, 3)}
    found[f"verb {verb.value} end {word[-2:]}"] = 1.0
    for back in (1, 2):
        if verb.first >= back:
            found[f"verb left{back} {tokens[verb.first - back].norm[:5]}"] = 1.0
    return found


def status_features(scene: Scene, nucleus: Nucleus, kind: str, time: Candidate | None, before: str) -> Features:
    """Describe a nucleus for the choice between actual, planned, possible and denied."""
    found = {"bias": 1.0, f"kind {kind}": 1.0, f"before {before}": 1.0}
    found |= _mood_features(scene, nucleus.mention)
    found |= {f"{name} {kind}": 1.0 for name in list(found) if name.startswith(MOODS)}
    for trigger in scene.triggers[nucleus.mention.sentence]:
        words, breaks, _, _after = scene.between(nucleus.mention, trigger)
        if words + 6 * breaks <= 10:
            found[f"verb {trigger.form}"] = 1.0
    found |= _verb_form(scene, nucleus.mention)
    if time is not None and time.mentions:
        for name in ("role", "tense"):
            found[f"time {name} {getattr(time.value, name, None)}"] = 1.0
    for mention in scene.reading.by_sentence[nucleus.mention.sentence]:
        if mention.type == "time":
            _, breaks, _, _ = scene.between(nucleus.mention, mention)
            found[f"any time {mention.value.tense} {min(breaks, 2)}"] = 1.0
            found[f"any time {mention.value.role} {min(breaks, 2)}"] = 1.0
    found["question"] = float(
        scene.reading.tokens[scene.reading.sentences[nucleus.mention.sentence][1] - 1].norm == "?"
    )
    return found
