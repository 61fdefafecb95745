"""What takes seconds: the index, estimates and checks of a ledger; functions that can run in a process of their own.

In: a ledger's address, its state, a question. Out: frozen rows that can be sent between processes.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

from outproduce.answers import Band, Comparison, compare
from outproduce.checking import Question
from outproduce.checking import check as check_sentence
from outproduce.checking.check import Result
from outproduce.checking.evidence import Held, Said
from outproduce.checking.judging import Judged
from outproduce.errors import NothingFound
from outproduce.estimate.insight import find_leans, find_moved, find_targets
from outproduce.estimate.model import AT_LEAST, AT_MOST
from outproduce.estimate.months import month_index
from outproduce.estimate.observations import Sight, find_sights
from outproduce.estimate.priors import Priors
from outproduce.estimate.rates import Fit, estimate_family, last_day, series_of
from outproduce.estimate.world import World
from outproduce.ledger.review import story_rules
from outproduce.ledger.store import Ledger
from outproduce.packs import Pack, load_pack
from outproduce.records import Claim, Story
from outproduce.report.drawing import marks_of
from outproduce.web.index import Index, build_index
from outproduce.web.rows import (
    CheckAnswer,
    ClaimRow,
    CountsRow,
    Dot,
    EvidenceRow,
    JudgedRow,
    LeanRow,
    RaceAnswer,
    RaceMonth,
    RateAnswer,
    RateMonth,
    SaidRow,
    TargetRow,
    UsedRow,
    VerdictRow,
)

LEVEL = 0.9
AHEAD = 24  # months after the last known one up to which targets are drawn
_BOUNDS = {AT_LEAST: "least", AT_MOST: "most"}


@dataclass(frozen=True)
class Known:
    """All claims of a ledger in one state of it."""

    address: str
    state: int

    @cached_property
    def claims(self) -> list[Claim]:
        """The claims, by day."""
        with Ledger.open(self.address, create=False) as ledger:
            return list(ledger.claims())

    @cached_property
    def pack(self) -> Pack:
        """The pack whose names the ledger uses."""
        return load_pack()

    @cached_property
    def world(self) -> World:
        """What the estimate knows of the world."""
        return World.from_pack(self.pack)


@lru_cache(maxsize=1)
def known(address: str, state: int) -> Known:
    """Give the claims of a ledger, read once for each state of it."""
    return Known(address, state)


def weigh_index(address: str, state: int) -> Index:
    """Index all claims of a ledger."""
    held = known(address, state)
    with Ledger.open(address, create=False) as ledger:
        rules = story_rules(ledger, held.claims)
    return build_index(held.claims, held.pack, rules, state)


def weigh_race(address: str, state: int, a: str, b: str, item: str, as_of: str | None) -> RaceAnswer:
    """Compare two makers; errors are those of `compare`."""
    held = known(address, state)
    answer = compare(held.claims, held.world, a, b, item, as_of=as_of, level=LEVEL)
    return RaceAnswer(
        a,
        b,
        item,
        answer.counted_in,
        answer.as_of,
        answer.level,
        answer.probability_a_ahead,
        answer.ratio,
        list(answer.a_since),
        list(answer.b_since),
        [RaceMonth(row.month, row.a, row.b, row.probability_a_ahead) for row in answer.series],
        [_used(used.story, used.moved) for used in answer.claims],
        _race_dots(answer, held.world),
        _counts_row(answer),
    )


def _counts_row(answer: Comparison) -> CountsRow | None:
    alone = answer.counts_alone
    if alone is None:
        return None
    latest = ClaimRow.of(alone.latest.origin) if alone.latest else None
    return CountsRow(alone.probability_a_ahead, alone.ratio, alone.words, latest, alone.without_latest)


def _used(story: Story, moved: float) -> UsedRow:
    others = [ClaimRow.of(claim) for claim in story.claims if claim.id != story.origin.id]
    return UsedRow(story.id, ClaimRow.of(story.origin), _words_of(story), others, moved)


def _words_of(story: Story) -> ClaimRow:
    return ClaimRow.of(next((each for each in (story.origin, *story.claims) if each.evidence), story.origin))


def _race_dots(answer: Comparison, world: World) -> list[Dot]:
    stories = {used.story.id: used.story for used in answer.claims}
    sights = find_sights(list(stories.values()), world, answer.counted_in, Priors())
    titles = dict.fromkeys(stories, "")
    marks = marks_of(answer, sights, world, titles, "", AHEAD)
    return [
        Dot(
            stories[mark.target].origin.id,
            mark.place,
            mark.value,
            mark.side,
            stories[mark.target].origin.kind,
            stories[mark.target].origin.status,
            mark.shape,
            mark.part,
        )
        for mark in sorted(marks, key=lambda mark: (mark.place, mark.target))
    ]


def weigh_rate(address: str, state: int, actor: str, item: str, as_of: str | None) -> RateAnswer:
    """Estimate one maker's output of an item; errors are those of `estimate_family`."""
    held = known(address, state)
    day = as_of or last_day(held.claims)
    fit = estimate_family(held.claims, held.world, item, (actor,), day)
    month = month_index(day)
    series = series_of(fit, actor, month, LEVEL)
    moved = find_moved(fit, actor, month)
    used = [_used(row.story, row.moved) for row in moved]
    return RateAnswer(
        actor,
        item,
        fit.family.item,
        day,
        LEVEL,
        [RateMonth(row.month, Band(row.median, row.low, row.high)) for row in series],
        used,
        _rate_dots(fit, actor, {row.story.id for row in moved}, month),
        _targets(fit, actor, month),
        [LeanRow(row.side, row.about, Band(row.factor, row.low, row.high), row.stories)
         for row in find_leans(fit, LEVEL)],
    )  # fmt: skip


def _rate_dots(fit: Fit, actor: str, used: set[str], last: int) -> list[Dot]:
    """Stories that count what the actor or a part of it makes, by their time; targets that are still ahead too."""
    dots = []
    for sight in fit.family.sights:
        whole = len(sight.top) == 1 and sight.top[0] == actor
        part = any(actor in fit.family.world.wholes_above(name) for name in sight.top)
        place = sum(sight.months) / 2
        tells = sight.story in used and not sight.bottom and not sight.wide and (whole or part)
        if tells and fit.family.first <= place <= last + AHEAD:
            dots.append(_rate_dot(fit, sight, place, not whole))
    return sorted(dots, key=lambda dot: (dot.place, dot.claim))


def _rate_dot(fit: Fit, sight: Sight, place: float, part: bool) -> Dot:
    origin = fit.stories[sight.story].origin
    bound = _BOUNDS.get(sight.kind, "value")
    return Dot(origin.id, place, math.exp(sight.value), "a", origin.kind, origin.status, bound, part)


def _targets(fit: Fit, actor: str, month: int) -> list[TargetRow]:
    return [
        TargetRow(
            row.story.id,
            ClaimRow.of(row.story.origin),
            row.due,
            row.figure,
            row.reached,
            row.chance,
            row.verdict,
            row.late_month,
        )
        for row in find_targets(fit, actor, month)
    ]


def weigh_targets(address: str, state: int, item: str) -> list[TargetRow]:
    """Judge every target for an item, of whoever set one; those that nothing can be held against are left out."""
    held = known(address, state)
    day, month = last_day(held.claims), month_index(last_day(held.claims))
    counted = {key for key in held.world.parents if held.world.counted_in.get(key, key) == item}
    wanted = {
        actor
        for claim in held.claims
        if claim.status == "planned" and claim.item in counted and claim.low is not None
        for actor in claim.actor
    }
    found: dict[str, TargetRow] = {}
    while wanted:
        actor = max(wanted, key=lambda name: (len(held.world.with_parts([name])), name))
        wanted.discard(actor)
        try:
            fit = estimate_family(held.claims, held.world, item, (actor,), day)
        except NothingFound:
            continue
        for other in (actor, *sorted(wanted & set(fit.family.members))):
            found |= {row.story: row for row in _targets(fit, other, month)}
            wanted.discard(other)
    return sorted(found.values(), key=lambda row: (row.due, row.story))


def weigh_check(address: str, state: int, sentence: str, said: str | None, by: str | None) -> CheckAnswer:
    """Check a sentence; errors are those of `checking.check`."""
    held = known(address, state)
    found = check_sentence(sentence, held.claims, held.pack, Question(said, by))
    results = [_verdict(result) for result in found.results]
    return CheckAnswer(found.sentence, found.said, found.by, found.lang, results, list(found.notes))


def _verdict(result: Result) -> VerdictRow:
    return VerdictRow(
        result.verdict,
        result.reason,
        ClaimRow.of(result.claim) if result.claim else None,
        _judged(result, result.then),
        _judged(result, result.now) if result.now is not result.then else None,
        _evidence(result, result.supporting),
        _evidence(result, result.against),
        [_said(said) for said in result.same_speaker],
        list(result.needed),
        [trap.words for trap in result.traps],
        list(result.open_questions),
    )


def _judged(result: Result, judged: Judged | None) -> JudgedRow | None:
    if judged is None:
        return None
    quantity = result.asserted.quantity if result.asserted else None
    chance = None if judged.probability is None else float(np.clip(judged.probability, 0.0, 1.0))
    return JudgedRow(judged.as_of, judged.verdict, chance, quantity, judged.band, judged.stories, judged.reason)


def _evidence(result: Result, stories: Sequence[Held]) -> list[EvidenceRow]:
    return [
        EvidenceRow(
            ClaimRow.of(held.story.origin),
            _words_of(held.story),
            len(held.story.claims) - 1,
            held.direct,
            result.known_then(held),
        )
        for held in stories
    ]


def _said(said: Said) -> SaidRow:
    return SaidRow(ClaimRow.of(said.story.origin), _words_of(said.story), said.place, said.clash)
