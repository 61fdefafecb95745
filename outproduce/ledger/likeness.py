"""Two tellings of a claim -> how alike they are, or that they cannot go back to one utterance.

Speakers and outlets are compared in one spelling, figures within `TOLERANCE`, items along the tree, times in days.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from outproduce.records import Claim, When

TOLERANCE = 0.005  # two figures are the same within half a per cent
SPEECH_DAYS = 3  # a present rate said again later than this was said on another occasion
REPORT_DAYS = 10  # fixed periods, targets and copies of one report are retold for longer
LATE_DAYS = 10  # published this long after the month it is about, a claim may recall what was said then
RECALL_DAYS = 400
_BRIDGES = {"speaker": 0, "report": 1, "unknown": 2, "company": 3}  # what makes two claims one mouth, best first

_BODY_WORDS = re.compile(
    r"(agency|analysts|armed|army|bureau|cent(er|re)|command|commission|committee|company|corporation|council|defen[cs]e|"
    r"department|documents|estimates?|experts?|forces|foreign|general|government|group|informants|institute|intelligence|"
    r"leaders|media|military|minist(er|ers|ry)|navy|office|officials?|parliament|party|president|representatives?|"
    r"security|service|sources?|spokes(man|person|woman)|staff|state|systems|team|treasury|union)\Z",
    re.IGNORECASE,
)
_ANONYMOUS = re.compile(r"\b(official|source|informant|expert|analyst|adviser|diplomat|media|leader|executive)s?\Z")


@dataclass(frozen=True, slots=True)
class Telling:
    """Claims alike in everything compared, which is worked out once; `when` and `published` are day ordinals.

    `family` puts output, capacity and deliveries to one's own together; `present` is a rate of a month or day said to
    be so, `late` one published well after that month; `outlets` are where the report comes from, `via` or publisher.
    `copies` are the groups of near-duplicate articles it stands in.
    `point` is the one number of the figure, bound or not; `range` both ends where they differ.
    """

    id: str
    claims: tuple[Claim, ...]
    claim: Claim
    family: str
    speaker: str | None
    person: bool
    anonymous: bool
    via: str | None
    outlets: frozenset[str]
    published: int | None
    when: tuple[int, int] | None
    present: bool
    late: bool
    point: float | None
    range: tuple[float, float] | None
    other: frozenset[str]
    copies: frozenset[str] = frozenset()


def content(claim: Claim) -> tuple[object, ...]:
    """Give what one article keeps apart when it makes two claims of it."""
    figure = (claim.low, claim.high, claim.per, claim.unit)
    return (claim.kind, claim.item, *figure, claim.relation, frozenset(claim.other), claim.when, claim.status)


def telling(claims: tuple[Claim, ...], copies: Mapping[str, str] | None = None) -> Telling:
    """Work out what is compared for claims (one at least) that agree in it; `copies` maps article ids to groups."""
    claim = claims[0]
    when = _interval(claim.when)
    published = _interval((claim.published, claim.published)) if claim.published else None
    within_month = when is not None and when[1] - when[0] <= 31
    present = within_month and claim.status == "actual"
    supply = claim.kind in ("output", "capacity") or (claim.kind == "transfer" and not claim.other)
    person, anonymous = _voice(claim)
    low, high = claim.low, claim.high
    ends = (low, high) if low is not None and high is not None and low != high else None
    return Telling(
        id=claim.id,
        claims=claims,
        claim=claim,
        family="supply" if supply else claim.kind,
        speaker=fold_speaker(claim.speaker),
        person=person,
        anonymous=anonymous,
        via=fold_outlet(claim.via),
        outlets=frozenset(name for told in claims if (name := fold_outlet(told.via or told.publisher))),
        published=published[0] if published else None,
        when=when,
        present=present,
        late=present and when is not None and published is not None and published[0] > when[1] + LATE_DAYS,
        point=None if ends else low if low is not None else high,
        range=ends,
        other=frozenset(claim.other),
        copies=frozenset(
            copies[told.evidence.article_id] for told in claims if told.evidence and told.evidence.article_id in copies
        )
        if copies
        else frozenset(),
    )


def _interval(when: When | None) -> tuple[int, int] | None:
    """First and last day, as ordinals, of a time told by year, month or day; None where it is not in the calendar."""
    if when is None:
        return None
    parts = [int(part) for part in when[1].split("-")]
    try:
        first = date.fromisoformat((when[0] + "-01-01")[:10]).toordinal()
        if len(parts) == 3:
            return first, date(*parts).toordinal()
        year, month = (parts[0] + 1, 1) if len(parts) == 1 or parts[1] == 12 else (parts[0], parts[1] + 1)
        return first, date(year, month, 1).toordinal() - 1
    except ValueError:
        return None


def _fold(name: str) -> list[str]:
    """Words of a name in one spelling: no case or accents, y, j and i alike, no article."""
    bare = "".join(char for char in unicodedata.normalize("NFKD", name.casefold()) if not unicodedata.combining(char))
    words = re.findall(r"[\w&'-]+", re.sub(r"[iyj]+", "i", bare))
    return words[1:] if words[:1] == ["the"] and len(words) > 1 else words


def fold_speaker(name: str | None) -> str | None:
    """Write a person as initial and surname, a body as its words, in one spelling; None where nobody is named."""
    words = _fold(name or "")
    if not words:
        return None
    if _is_name_of_person(name or ""):
        return f"{words[0][0]} {words[-1]}"
    return " ".join([*words[:-1], words[-1].removesuffix("s")])


def _is_name_of_person(name: str) -> bool:
    words = name.split()
    body = any(_BODY_WORDS.match(word) or not word[0].isupper() for word in words)
    return len(words) in (2, 3) and words[0] != "The" and not body


def _voice(claim: Claim) -> tuple[bool, bool]:
    """Whether the speaker is a person by name, and whether one who is only described."""
    if claim.speaker is None:
        return False, False
    person = _is_name_of_person(claim.speaker) and claim.speaker not in claim.actor
    return person, not person and _ANONYMOUS.search(claim.speaker.casefold()) is not None


def fold_outlet(name: str | None) -> str | None:
    """Write an outlet in one spelling; a copy ("Reuters (copy)") is the outlet it copies."""
    words = _fold(re.sub(r"\(.*?\)", "", name or ""))
    if words and words[-1] == "news" and len(words) > 1:
        words.pop()
    return " ".join(words) or None


@dataclass(frozen=True, slots=True)
class Likeness:
    """The less `penalty` and `gap` (days), the more alike; a story joined on it spans `reach` days at most.

    `bridge` is what makes two claims one mouth: speaker, report, company or unknown.
    """

    penalty: int
    gap: int
    reach: int
    bridge: str


def compare(one: Telling, two: Telling, parents: Mapping[str, str | None]) -> Likeness | None:
    """Compare two tellings of one kind, actor and relation; None where they cannot be one utterance."""
    bridge = _bridge(one, two)
    if bridge is None or not _same_period(one.claim, two.claim):
        return None
    figure, item = _figure_penalty(one, two), _item_steps(one.claim.item, two.claim.item, parents)
    if figure is None or item is None:
        return None
    reach = REPORT_DAYS if bridge in ("report", "unknown") or not (one.present or two.present) else SPEECH_DAYS
    if bridge == "company" or (bridge == "unknown" and one.point is None and one.range is None):
        reach = SPEECH_DAYS
    timing = _time_penalty(one, two, reach, bridge)
    undated = one.published is None or two.published is None
    if timing is None or (undated and not _safe_undated(one, two, figure + item)):
        return None
    penalty, gap, reach = timing
    penalty += figure + item + _BRIDGES[bridge] * (one.speaker != two.speaker)
    penalty += (one.claim.kind != two.claim.kind) + (one.claim.status != two.claim.status)
    penalty += 3 * (one.other != two.other)
    return Likeness(penalty, gap, reach, bridge)


def _bridge(one: Telling, two: Telling) -> str | None:
    """Say what makes two nodes one mouth: one speaker, one report, a company and its man, or nobody named."""
    same_report = (one.via or two.via) is not None and not one.outlets.isdisjoint(two.outlets)
    same_report = same_report or not one.copies.isdisjoint(two.copies)
    if one.other != two.other and (not same_report or one.point is None):
        return None
    if one.speaker == two.speaker and one.speaker is not None:
        apart = one.anonymous and one.via is not None and two.via is not None and one.via != two.via
        return None if apart else "report" if same_report else "speaker"
    if same_report and not (one.person and two.person):
        return "report"
    if one.speaker is None or two.speaker is None:
        figureless = one.point is None and one.range is None
        return None if figureless and one.speaker == two.speaker else "unknown"
    if (one.person and two.claim.speaker in two.claim.actor) or (two.person and one.claim.speaker in one.claim.actor):
        return "company"
    return None


def _safe_undated(one: Telling, two: Telling, penalty: int) -> bool:
    """Say whether a page without a date is alike enough: the very item and figure, and no other outlet named."""
    told = one.point is not None or one.range is not None
    outlets_differ = one.via is not None and two.via is not None and one.via != two.via
    timed = (one.when is None) == (two.when is None)
    return penalty == 0 and told and timed and one.family != "expansion" and not outlets_differ


def near(a: float, b: float) -> bool:
    """Say whether two figures are the same within `TOLERANCE`."""
    return abs(a - b) <= TOLERANCE * min(abs(a), abs(b))


def _figure_penalty(one: Telling, two: Telling) -> int | None:
    """0 for the same figure, 1 where the bound differs, 3 for a range against one of its ends."""
    if one.range and two.range:
        return 0 if near(one.range[0], two.range[0]) and near(one.range[1], two.range[1]) else None
    ends, point = (one.range, two.point) if one.range else (two.range, one.point)
    if ends:
        return 3 if point is not None and any(near(point, end) for end in ends) else None
    if one.point is None or two.point is None:
        return 0 if one.point is two.point else None
    bounds_differ = (one.claim.low is None, one.claim.high is None) != (two.claim.low is None, two.claim.high is None)
    return int(bounds_differ) if near(one.point, two.point) else None


def _item_steps(a: str, b: str, parents: Mapping[str, str | None]) -> int | None:
    """Count the steps from one item up to the other; None where neither stands above the other."""
    for low, high in ((a, b), (b, a)):
        steps, item, seen = 0, low, set[str]()
        while item != high and item not in seen and (above := parents.get(item)) is not None:
            seen.add(item)
            steps, item = steps + 1, above
        if item == high:
            return steps
    return None


def _same_period(one: Claim, two: Claim) -> bool:
    """Equal `per`; a total of one month or year may carry that period or not."""
    if one.per == two.per:
        return True
    total, rate = (one, two) if one.per is None else (two, one)
    if total.per is not None:
        return False
    return rate.per in {_period(claim.when) for claim in (total, rate)}


def _period(when: When | None) -> str | None:
    return {4: "year", 7: "month", 10: "day"}[len(when[0])] if when and when[0] == when[1] else None


def _time_penalty(one: Telling, two: Telling, reach: int, bridge: str) -> tuple[int, int, int] | None:
    """Penalty, days between, and days the story may span; None where the times exclude one utterance."""
    off = _when_penalty(one, two)
    if off is None:
        return None
    if one.published is None or two.published is None:
        return (off + 4, 0, reach) if bridge in ("speaker", "report") else None
    gap = abs(one.published - two.published)
    if gap <= reach and (off < 4 or gap <= SPEECH_DAYS):
        return off, gap, reach
    early, late = sorted((one, two), key=lambda node: node.published or 0)
    recalls = late.late and late.when is not None and early.published is not None
    if not recalls or bridge not in ("speaker", "report") or gap > RECALL_DAYS or late.when is None:
        return None
    said_then = late.when[0] <= (early.published or 0) <= late.when[1] + SPEECH_DAYS
    return (off + 5, gap, SPEECH_DAYS) if said_then else None


def _when_penalty(one: Telling, two: Telling) -> int | None:
    """0 for the same time, 1 for overlapping or untold; 4 for a change whose outlets date it up to a year apart."""
    if one.when is None or two.when is None:
        return int(one.when != two.when)
    apart = max(one.when[0], two.when[0]) - min(one.when[1], two.when[1])
    if apart <= 0:
        return int(one.when != two.when)
    return 4 if one.family == "change" and apart <= 366 and one.speaker == two.speaker is not None else None
