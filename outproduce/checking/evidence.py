"""What the ledger holds for and against an assertion, and what the same speaker said on the subject."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from outproduce.answers import BY_HAND
from outproduce.checking.assertion import GROWTH, RATE, Assertion
from outproduce.checking.conflicts import conflict, same_subject
from outproduce.checking.judging import Judged
from outproduce.estimate.model import AT_LEAST, AT_MOST, VALUE
from outproduce.estimate.months import Span
from outproduce.estimate.observations import Sight, find_sights
from outproduce.estimate.world import World
from outproduce.languages import language_codes
from outproduce.ledger.stories import find_stories, speaker_key, utterer
from outproduce.lexicon import tokenize
from outproduce.packs import Pack
from outproduce.records import Claim, Story

SHOWN = 5  # stories on each side
_FADE = 0.04  # noise that each month between a story's time and the assertion's adds
_FARTHEST = 24  # months from the asserted time up to which a story is evidence on it
_FARTHEST_PART = 12  # the same for a figure of one party of a comparison
_SAME_FIGURE_DAYS = 31  # one figure on one party within so many days is shown once, whoever told it
_PART = 0.4  # noise added where a figure is about one party of a comparison only
_SPEECH_DAYS = 3
_CLEAR = 0.1  # a figure this far (logarithm) beyond the limits is against


@dataclass(frozen=True, slots=True)
class Held:
    """One story held against an assertion: whether it agrees, and says so itself (`direct`)."""

    story: Story
    agrees: bool
    direct: bool
    noise: float

    def as_json(self) -> dict[str, Any]:
        """Give the claim, its words, who said it, when, where."""
        return {**told(self.story), "direct": self.direct}


def told(story: Story) -> dict[str, Any]:
    """Give what a reader needs of a story: fields, words, speaker, date, link."""
    claim = story.origin
    worded = next((each for each in (claim, *story.claims) if each.evidence), claim)
    return {
        "id": claim.id,
        **claim.brief(),
        "words": worded.evidence.quote if worded.evidence else BY_HAND,
        "speaker": claim.speaker,
        "via": claim.via,
        "publisher": claim.publisher,
        "published": claim.published,
        "link": worded.link,
        "retellings": len(story.claims) - 1,
    }


def find_evidence(made: Assertion, judged: Judged, world: World) -> tuple[list[Held], list[Held]]:
    """Strongest independent stories for and against: nearest and most direct, one a speaker and a figure on a side.

    A figure of one party of a comparison is set against the estimate of the other.
    """
    if judged.fit is None:
        return [], []
    family = judged.fit.family
    sights = find_sights(list(judged.fit.stories.values()), world, family.item, family.priors)
    held = sorted(_held(made, judged, sights), key=lambda one: (one.noise, one.story.id))
    sides: tuple[list[Held], list[Held]] = ([], [])
    heard = set[tuple[bool, str]]()
    for one in held:
        key = (one.agrees, utterer(one.story))
        side = sides[0 if one.agrees else 1]
        if key not in heard and not any(_same_figure(one.story.origin, other.story.origin) for other in side):
            heard.add(key)
            side.append(one)
    return sides[0][:SHOWN], sides[1][:SHOWN]


def _same_figure(a: Claim, b: Claim) -> bool:
    """Whether two claims are one figure told twice within weeks, by a body and its spokesman, say."""
    if a.low is None and a.high is None:
        return False
    fields = ("kind", "actor", "other", "item", "low", "high", "per", "status")
    if any(getattr(a, name) != getattr(b, name) for name in fields):
        return False
    return b.published is None or _days_apart(a.published, b.published) <= _SAME_FIGURE_DAYS


def _held(made: Assertion, judged: Judged, sights: Sequence[Sight]) -> Iterable[Held]:
    assert judged.fit is not None
    for sight in sights:
        gap = max(_gap(sight.months, made.months) - 1, 0)
        if sight.wide or gap > _FARTHEST:
            continue
        seen = _value(made, judged, sight)
        if seen is None:
            continue
        value, kind, direct = seen
        if not direct and gap > _FARTHEST_PART:
            continue
        agrees = _agrees(made, value, kind)
        if agrees is None:
            continue
        noise = math.hypot(sight.sd, _FADE * gap, 0.0 if direct else _PART)
        yield Held(judged.fit.stories[sight.story], agrees != made.denied, direct, noise)


def _value(made: Assertion, judged: Judged, sight: Sight) -> tuple[float, int, bool] | None:
    """What a sight says of the asserted quantity: log value, kind, and whether it says it itself."""
    if made.quantity == GROWTH:
        same = sight.top == sight.bottom == made.top
        return (sight.value, sight.kind, True) if same else None
    if made.quantity == RATE:
        return (sight.value, sight.kind, True) if sight.top == made.top and not sight.bottom else None
    if sight.bottom:
        if (sight.top, sight.bottom) == (made.top, made.bottom):
            return sight.value, sight.kind, True
        if (sight.top, sight.bottom) == (made.bottom, made.top):
            return -sight.value, _turned(sight.kind), True
        return None
    rates = dict(judged.parts)
    top, bottom = (" and ".join(who) for who in (made.top, made.bottom))
    if sight.top == made.top:
        return sight.value - math.log(rates[bottom].median), sight.kind, False
    if sight.top == made.bottom:
        return math.log(rates[top].median) - sight.value, _turned(sight.kind), False
    return None


def _turned(kind: int) -> int:
    return {AT_LEAST: AT_MOST, AT_MOST: AT_LEAST}.get(kind, VALUE)


def _agrees(made: Assertion, value: float, kind: int) -> bool | None:
    """Whether a value or bound is for (True) or against; None where a bound leaves it open."""
    low = -math.inf if made.low is None else math.log(made.low)
    high = math.inf if made.high is None else math.log(made.high)
    if kind == VALUE:
        if low == 0.0 and math.isinf(high) and abs(value) <= _CLEAR:
            return None  # who is ahead is open where both are about even
        return low - _CLEAR <= value <= high + _CLEAR
    if kind == AT_LEAST:
        return False if value > high + _CLEAR else True if made.high is None and value >= low - _CLEAR else None
    return False if value < low - _CLEAR else True if made.low is None and value <= high + _CLEAR else None


def _gap(a: Span, b: Span) -> int:
    """Months between two spans; 0 where they touch."""
    return max(a[0] - b[1], b[0] - a[1], 0)


@dataclass(frozen=True, slots=True)
class Said:
    """What the speaker of a sentence also said on its subject: `place` before, same day or after; `clash` how not."""

    story: Story
    place: str
    clash: str | None

    def as_json(self) -> dict[str, Any]:
        """Give the story, where in time it stands, and the contradiction in words or None."""
        return {**told(self.story), "place": self.place, "contradiction": self.clash}


def same_speaker(claim: Claim, by: str | None, said: str, known: Iterable[Claim], world: World) -> list[Said]:
    """Everything the same speaker said on a claim's parties and item, before and after, in order of time."""
    if by is None:
        return []
    key = speaker_key(claim.with_fields(speaker=by))
    theirs = [other for other in known if other.speaker and speaker_key(other) == key]
    on_it = [story for story in find_stories(theirs, parents=world.parents) if same_subject(claim, story.origin, world)]
    return [Said(story, _place(story, said), conflict(claim, story.origin, world)) for story in on_it]


def _place(story: Story, said: str) -> str:
    day = story.origin.published
    return "undated" if day is None else "before" if day < said else "after" if day > said else "same day"


def without_speaker(known: Iterable[Claim], claim: Claim, by: str | None, said: str, world: World) -> list[Claim]:
    """Leave out what cannot be evidence for a claim: all that its own speaker said on the same parties and item.

    A sentence is neither supported by having been said before by the same mouth, nor refuted by the opposite from it.
    Where the speaker is not known, the same words within days of it are left out.
    """
    key = speaker_key(claim.with_fields(speaker=by)) if by else None
    if key is not None:
        own = (c for c in known if c.speaker and speaker_key(c) == key and same_subject(claim, c, world))
    else:
        own = (c for c in known if says_the_same(claim, c, world) and _days_apart(c.published, said) <= _SPEECH_DAYS)
    left_out = {each.id for each in own}
    return [other for other in known if other.id not in left_out]


def speaker_in_ledger(claim: Claim, said: str, known: Iterable[Claim], world: World) -> str | None:
    """Give who is on record with the same claim within days of it, where that is one person or body."""
    tellers = [
        other
        for other in known
        if other.speaker and says_the_same(claim, other, world) and _days_apart(other.published, said) <= _SPEECH_DAYS
    ]
    return tellers[0].speaker if len({speaker_key(teller) for teller in tellers}) == 1 else None


def _days_apart(day: str | None, other: str) -> float:
    return abs(date.fromisoformat(day).toordinal() - date.fromisoformat(other).toordinal()) if day else math.inf


def says_the_same(a: Claim, b: Claim, world: World) -> bool:
    """Whether two claims assert the same of the same, whatever day they are about."""
    if a.kind != b.kind or world.distance(a.item, b.item) is None or a.status != b.status:
        return False
    turned = {"more": "less", "less": "more"}
    straight = ({*a.actor}, {*a.other}, a.relation) == ({*b.actor}, {*b.other}, b.relation)
    crossed = a.kind == "comparison" and ({*a.actor}, {*a.other}, a.relation) == (
        {*b.other}, {*b.actor}, turned.get(b.relation or "", b.relation),
    )  # fmt: skip
    return (straight or crossed) and (a.low, a.high, a.per) == (b.low, b.high, b.per)


def canonical_speaker(name: str, pack: Pack) -> str:
    """Give the pack's name for a speaker written in any of its languages, else the name as it is."""
    tokens = tokenize(name)
    for lang in language_codes():
        lexicon = pack.lexicon(lang)
        for first in range(len(tokens)):  # the whole name, else the surname at its end
            for match in lexicon.at(tokens, first):
                if match.last == len(tokens) and match.value.category == "speaker":
                    return match.value.value
    return name
