"""What pages are made of: claims, answers, verdicts and lists as frozen values that are pages' data and their JSON.

Rates are pieces a month. Words from outside stand here as they came; templates escape them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from outproduce.answers import Band
from outproduce.records import Claim
from outproduce.report.render import safe_link
from outproduce.report.wording import is_sample, site


@dataclass(frozen=True, slots=True)
class ClaimRow:
    """A claim as docs/claims.md describes it; `link` opens the page at the words, None where it is no web address."""

    id: str
    kind: str
    actor: list[str]
    item: str
    low: float | None
    high: float | None
    unit: str
    per: str | None
    relation: str | None
    other: list[str]
    when: list[str] | None
    status: str
    words: str | None
    article: str | None
    start: int | None
    end: int | None
    speaker: str | None
    via: str | None
    publisher: str | None
    published: str | None
    lang: str | None
    note: str | None
    reader: str
    link: str | None
    site: str
    sample: bool

    @classmethod
    def of(cls, claim: Claim) -> ClaimRow:
        """Make the row of a claim; the link of a sample leads to the public record without looking for its words."""
        told, sample = claim.evidence, is_sample(claim)
        return cls(
            claim.id,
            claim.kind,
            list(claim.actor),
            claim.item,
            claim.low,
            claim.high,
            claim.unit,
            claim.per,
            claim.relation,
            list(claim.other),
            list(claim.when) if claim.when else None,
            claim.status,
            told.quote if told else None,
            told.article_id if told else None,
            told.start if told else None,
            told.end if told else None,
            claim.speaker,
            claim.via,
            claim.publisher,
            claim.published,
            claim.lang,
            claim.note,
            claim.reader,
            safe_link(claim.url if sample else claim.link),
            site(claim.url),
            sample,
        )


@dataclass(frozen=True, slots=True)
class UsedRow:
    """A story behind an estimate: the claim it goes back to, who else told it, and the log factor by which it moved it.

    `words_of` is the claim of the story whose words are shown.
    """

    story: str
    claim: ClaimRow
    words_of: ClaimRow
    retellings: list[ClaimRow]
    moved: float


@dataclass(frozen=True, slots=True)
class Dot:
    """One story on a chart.

    `place` is the month counted from year 0 (12 a year, halves between), `value` None where it compares; `side` a, b or
    even; `bound` value, least or most; `part` a member or company of the side.
    """

    claim: str
    place: float
    value: float | None
    side: str
    kind: str
    status: str
    bound: str
    part: bool


@dataclass(frozen=True, slots=True)
class RaceMonth:
    """One month of a race."""

    month: str
    a: Band
    b: Band
    probability_a_ahead: float


@dataclass(frozen=True, slots=True)
class CountsRow:
    """The answer without the stories that compare producers; `latest` is the newest that counts do not bear out."""

    probability_a_ahead: float
    ratio: Band
    comparisons: int
    latest: ClaimRow | None
    without_latest: float | None


@dataclass(frozen=True, slots=True)
class RaceAnswer:
    """Who is ahead, `a` or `b`, in making `item`, as known on `as_of`; the fields are those of `outproduce compare`."""

    a: str
    b: str
    item: str
    counted_in: str
    as_of: str
    level: float
    probability_a_ahead: float
    ratio: Band
    a_since: list[str | None]
    b_since: list[str | None]
    months: list[RaceMonth]
    used: list[UsedRow]
    dots: list[Dot]
    counts_alone: CountsRow | None


@dataclass(frozen=True, slots=True)
class RateMonth:
    """One month of a rate."""

    month: str
    rate: Band


@dataclass(frozen=True, slots=True)
class TargetRow:
    """What became of a target: `verdict` is met, late (`reached_in` the month), missed or open; rates a month."""

    story: str
    claim: ClaimRow
    due: str
    figure: float
    reached: float
    chance: float
    verdict: str
    reached_in: str | None


@dataclass(frozen=True, slots=True)
class LeanRow:
    """By what factor speakers of `side` put the output of `about` too high (above 1), with its interval."""

    side: str
    about: str
    factor: Band
    stories: int


@dataclass(frozen=True, slots=True)
class RateAnswer:
    """How much of `item` an actor makes a month, as known on `as_of`, with what stands behind it."""

    actor: str
    item: str
    counted_in: str
    as_of: str
    level: float
    months: list[RateMonth]
    used: list[UsedRow]
    dots: list[Dot]
    targets: list[TargetRow]
    leans: list[LeanRow]


@dataclass(frozen=True, slots=True)
class JudgedRow:
    """A sentence held against what was known on a day: `band` is what is estimated of what it says (`quantity`)."""

    as_of: str
    verdict: str
    probability: float | None
    quantity: str | None
    band: Band | None
    stories: int
    reason: str | None


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    """A story for or against; `direct` says so itself, `known_then` was public on the day of the sentence."""

    claim: ClaimRow
    words_of: ClaimRow
    retellings: int
    direct: bool
    known_then: bool


@dataclass(frozen=True, slots=True)
class SaidRow:
    """What the same speaker said: `place` is before, same day, after or undated; `clash` says how it contradicts."""

    claim: ClaimRow
    words_of: ClaimRow
    place: str
    clash: str | None


@dataclass(frozen=True, slots=True)
class VerdictRow:
    """One claim of a sentence with its verdict on the day it was said, and what speaks for and against it."""

    verdict: str
    reason: str | None
    claim: ClaimRow | None
    then: JudgedRow | None
    now: JudgedRow | None
    supporting: list[EvidenceRow]
    against: list[EvidenceRow]
    same_speaker: list[SaidRow]
    needed: list[str]
    traps: list[str]
    open_questions: list[str]


@dataclass(frozen=True, slots=True)
class CheckAnswer:
    """A sentence checked."""

    sentence: str
    said: str
    by: str | None
    lang: str
    results: list[VerdictRow]
    notes: list[str]


@dataclass(frozen=True, slots=True)
class StoryLine:
    """A story in the index: ids of its claims, the origin first."""

    id: str
    claims: tuple[str, ...]
    published: str | None
    actors: tuple[str, ...]
    item: str
    languages: tuple[str, ...]
    outlets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SpeakerLine:
    """A speaker in the index: `slug` is the address, `ids` the claims, `first` and `last` days of publication."""

    slug: str
    name: str
    side: str | None
    ids: tuple[str, ...]
    stories: int
    first: str | None
    last: str | None


@dataclass(frozen=True, slots=True)
class Made:
    """What is known of how much of an item an actor makes: `figures` are stories that count actual output or capacity.

    `thin` where fewer than three do, or where the latest is older than a year.
    """

    actor: str
    item: str
    stories: int
    figures: int
    targets: int
    speakers: int
    first: str | None
    last: str | None
    thin: bool


@dataclass(frozen=True, slots=True)
class RaceLine:
    """A pair of makers and an item that enough is known of to ask who is ahead."""

    a: str
    b: str
    item: str
    stories: int


def slug(name: str) -> str:
    """Make the part of an address that stands for a name.

    >>> slug("United States"), slug("Ukraine's military intelligence"), slug("…")
    ('united-states', 'ukraine-s-military-intelligence', '-')
    """
    return re.sub(r"[\W_]+", "-", name.casefold()).strip("-")[:80] or "-"
