"""Claims to observations: what each story says about which parties' rates, in which months, with what error.

In: stories and a world. Out: `Sight`s on the log scale (pieces a month, or a ratio), still by name; estimate.py turns
names into columns. A claim that says nothing about a rate gives none, by the rules of docs/method.md.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace

from outproduce.estimate.model import AT_LEAST, AT_MOST, VALUE
from outproduce.estimate.months import Span, month_index, month_span
from outproduce.estimate.priors import Priors
from outproduce.estimate.world import World
from outproduce.ledger.stories import utterer
from outproduce.records import Claim, Story, When

PER_MONTH = {"day": 365.25 / 12, "week": 365.25 / 84, "month": 1.0, "quarter": 1 / 3, "year": 1 / 12}
_VAGUE = re.compile(r"\b(about|around|almost|nearly|roughly|approx\w*|some|or so)\b", re.I)
_DOUBT = re.compile(r"may mean|implausible|contradicts|wrongly|literal|garble|misprint|not exact|own reading", re.I)
_GUESSED = re.compile(r"inferred|report month|url month|not told|no date", re.I)
_PART = re.compile(r"\bplant\b|\balone\b|\binitial volume\b|for Ukraine|to Ukraine|\bone line\b|\bnew line\b", re.I)
_EARLIER_LEVEL = re.compile(r"\bearlier (?:level|rate|figure)\b|\bbefore expansion\b|\byears ago\b|\bso far\b", re.I)
_BASE = re.compile(r"\b(?:since|against|over|from|than|on)\s+(?:all\s+|start of\s+)?(?:([A-Z][a-z]+)\s+)?(20\d\d)\b")
_EARLIER = re.compile(r"\b(a|one|two|three|four) years? earlier", re.I)
_COUNT = {"a": 1, "one": 1, "two": 2, "three": 3, "four": 4}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True, slots=True)
class Effect:
    """An error that several sights share: same `key`, same error. `scale` names the searched spread that `sd` obeys.

    `sign` is how it enters. A `positive` effect is the exponential of a Gaussian with mean log(`middle`) and `sd`.
    """

    key: tuple[Hashable, ...]
    sd: float
    scale: str | None = None
    sign: float = 1.0
    positive: bool = False
    middle: float = 0.0


@dataclass(frozen=True, slots=True)
class Sight:
    """One observation: log of the mean rate of `top` over `months`, less that of `bottom` over `base` where given.

    `wide` marks a figure about a wider item, which says how much there is at most and is no evidence on its own.
    """

    story: str
    top: tuple[str, ...]
    months: Span
    value: float
    sd: float
    kind: int = VALUE
    bottom: tuple[str, ...] = ()
    base: Span | None = None
    effects: tuple[Effect, ...] = ()
    wide: bool = False

    @property
    def tells_level(self) -> bool:
        """Whether it says how much is made, not only that it grew or cannot be more than something wider."""
        return not self.wide and self.top != self.bottom


def find_sights(stories: list[Story], world: World, item: str, priors: Priors) -> list[Sight]:
    """Read every story that bears on the rates of `item`; none is raised for those that do not."""
    found = []
    for story in sorted(stories, key=lambda story: story.id):
        reading = _Reading(story, story.origin, world, item, priors)
        see = _SEE.get(story.origin.kind)
        sight = see(reading) if see else None
        if sight is not None:
            found.append(sight)
    return found


@dataclass(frozen=True, slots=True)
class _Reading:
    """One story being read for the rates of `item`."""

    story: Story
    claim: Claim
    world: World
    item: str
    priors: Priors

    @property
    def note(self) -> str:
        return self.claim.note or ""

    @property
    def steps(self) -> int | None:
        """Distance of the claim's item from the one asked; None where it tells nothing."""
        steps = self.world.distance(self.claim.item, self.item)
        return None if steps is None or steps > self.priors.far else steps

    @property
    def stands_for(self) -> bool:
        return self.claim.item in self.world.stands_for.get(self.item, ())

    @property
    def variant(self) -> str | None:
        """Name of the single type that note or words say it is about."""
        evidence = self.claim.evidence
        words = self.note + " " + (evidence.quote if evidence else "")
        return self.world.variant_in(words)

    @property
    def about_part(self) -> bool:
        """Whether the note says that the figure is about one plant, or only about what goes to one receiver."""
        if "all plants" in self.note:
            return False
        return bool(_PART.search(self.note)) or any(plant in self.note for plant in self.world.plants)

    def months(self) -> Span | None:
        """Months the claim is about; a present claim without a time is about the month it was published in.

        None where there is neither, or where only an earlier time is told, and not which.
        """
        if self.claim.when is not None:
            return self._told_months(self.claim.when)
        if self.claim.published is None or self.claim.status != "actual" or _EARLIER_LEVEL.search(self.note):
            return None
        month = month_index(self.claim.published)
        return month, month

    def _told_months(self, when: When) -> Span | None:
        """Months of a time that is told; a total promised by a month is that of its year, if the month ends one."""
        months = month_span(when)
        total = self.claim.per is None and self.claim.kind == "output" and self.claim.low is not None
        if total and self.claim.status == "planned" and months[0] == months[1]:
            return (months[0] - 11, months[0]) if months[0] % 12 == 11 else None
        return months

    def words_sd(self) -> float:
        """Extra noise for vague, doubted or undated words."""
        priors = self.priors
        extra = (
            (_VAGUE, priors.vague),
            (_DOUBT, priors.doubt),
            (_GUESSED, priors.guessed_date),
        )
        undated = priors.guessed_date if self.claim.when is None else 0.0
        return math.hypot(undated, *(sd for words, sd in extra if words.search(self.note)))

    def is_future(self, months: Span) -> bool:
        """Whether a target or forecast still had time to run when it was published."""
        return self.claim.published is None or months[1] >= month_index(self.claim.published)

    def side_key(self, actors: tuple[str, ...]) -> Hashable:
        """Whom a side is biased towards: a side where the makers have one, else the makers."""
        sides = {self.world.side_of(actor) for actor in actors}
        return sides.pop() if len(sides) == 1 and None not in sides else actors

    @property
    def own_count(self) -> bool:
        """Whether a party tells what it has itself made."""
        claim = self.claim
        made = claim.kind == "output" and claim.status == "actual"
        return made and self.world.speaks_for_itself(claim.speaker, claim.actor)

    def house(self, actors: tuple[str, ...], sign: float = 1.0) -> tuple[Effect, ...]:
        """Bias of the speaker's side towards these makers; its own counts have half of it."""
        side = self.world.side_of(self.claim.speaker)
        if side is None:
            return ()
        sign *= self.priors.own_count if self.own_count else 1.0
        return (Effect(("house", side, self.side_key(actors)), self.priors.house, "house", sign),)

    def speaker(self) -> str:
        """Whose word it is: the speaker, else the outlet."""
        return utterer(self.story)


def _rounding(figure: float) -> float:
    """Noise of a round figure: uniform within half a unit of its last digit that is not zero.

    2,000,000 may be anything from 1.5 to 2.5 million: 14 %.
    """
    digits = f"{figure:.6e}".split("e", maxsplit=1)[0].rstrip("0").rstrip(".")
    places = len(digits.split(".")[1]) if "." in digits else 0
    return min(0.5 * 10.0**-places / float(digits) / math.sqrt(3), 0.3)


def _figure(low: float | None, high: float | None) -> tuple[float, float, int] | None:
    """Log value, noise and kind of a figure; None where there is none."""
    if (low is None and high is None) or (low is not None and low <= 0) or (high is not None and high <= 0):
        return None
    if low is None:
        return math.log(float(high or 0)), 0.0, AT_MOST
    if high is None:
        return math.log(low), 0.0, AT_LEAST
    middle = math.sqrt(low * high)
    spread = math.log(high / low) / (2 * 1.645)
    return math.log(middle), math.hypot(spread, _rounding(low) if low == high else 0.0), VALUE


def _limited(kind: int, allowed: int) -> int | None:
    """Combine a figure's kind with what its item or scope allows; None where nothing is left."""
    if allowed == VALUE or kind == allowed:
        return kind
    return allowed if kind == VALUE else None


def _see_figure(reading: _Reading) -> Sight | None:
    """Read an output or capacity: a rate, or a total over its months."""
    claim, priors, steps = reading.claim, reading.priors, reading.steps
    months, figure = reading.months(), _figure(claim.low, claim.high)
    if steps is None or months is None or figure is None or claim.unit != "piece":
        return None
    if claim.status not in ("actual", "planned") or (
        claim.per is None and (claim.kind == "capacity" or not claim.when)
    ):
        return None
    if claim.status == "planned" and (not reading.is_future(months) or reading.about_part):
        return None  # a plan for one plant bounds nothing: it may come late, or another plant may give way
    scale = PER_MONTH[claim.per] if claim.per else 1.0 / (months[1] - months[0] + 1)
    narrower = AT_LEAST if (steps < 0 and not reading.stands_for) or reading.about_part else VALUE
    kind = _limited(figure[2], AT_MOST if steps > 0 else narrower)
    if kind is None:
        return None
    sd = math.hypot(priors.own, figure[1], reading.words_sd())
    value = figure[0] + math.log(scale)
    count = (claim.actor, round(value, 2), (months[0] + months[1]) // 24, figure[2], claim.status)
    effects = (*_figure_effects(reading, count), *reading.house(claim.actor))
    if claim.status == "planned":
        year = (months[0] + months[1]) // 24
        effects += (Effect(("plan", claim.actor, year), priors.target), *_shortfall(priors, claim.actor))
    return Sight(reading.story.id, claim.actor, months, value, sd, kind, effects=effects, wide=steps > 0)


def _figure_effects(reading: _Reading, count: tuple[Hashable, ...]) -> tuple[Effect, ...]:
    """Give the errors that a figure shares with others; `count` is the same for one figure on one party and year."""
    claim, priors = reading.claim, reading.priors
    part = priors.own_count if reading.own_count else 1.0
    found = [
        Effect(("figure", *count), priors.figure, "noise", part),
        Effect(("speaker", reading.speaker(), claim.actor, claim.status), priors.speaker, "noise", part),
        Effect(("counting", reading.side_key(claim.actor)), priors.counting, None, part),
        Effect(("defined", claim.actor), priors.defined, None, part),
    ]
    if claim.kind == "capacity":
        middle = math.log(priors.slack)
        found.append(Effect(("slack", claim.actor), priors.slack_log_sd, positive=True, middle=middle))
        found.append(Effect(("nameplate", claim.actor), priors.nameplate))
    if reading.stands_for:
        middle = math.log(priors.missing)
        key = ("missing", claim.item, claim.actor)
        found.append(Effect(key, priors.missing_log_sd, sign=-1.0, positive=True, middle=middle))
    if reading.variant is not None:
        middle = math.log(priors.variant)
        key = ("variant", reading.variant, claim.actor)
        found.append(Effect(key, priors.variant_log_sd, sign=-1.0, positive=True, middle=middle))
    return tuple(found)


def _meaning(reading: _Reading, steps: int, about: Hashable, sign: float) -> tuple[Effect, ...]:
    """Give the error of a word wider or narrower than asked, the same for all who use it of the same parties."""
    if steps == 0:
        return ()
    return (Effect(("meaning", reading.claim.item, about), reading.priors.meaning * abs(steps), sign=sign),)


def _see_comparison(reading: _Reading) -> Sight | None:
    """Read one party's output against another's, with a ratio or without."""
    claim, priors, steps = reading.claim, reading.priors, reading.steps
    months = reading.months()
    if steps is None or months is None or not claim.other or claim.relation is None:
        return None
    if (steps < 0 and not reading.stands_for) or claim.status not in ("actual", "planned"):
        return None
    if claim.status == "planned" and not reading.is_future(months):
        return None
    top, bottom = (claim.other, claim.actor) if claim.relation == "less" else (claim.actor, claim.other)
    if claim.relation == "equal":
        value, sd, kind = 0.0, priors.equal, VALUE
    else:
        value, sd, kind = _figure(claim.low, claim.high) or (0.0, priors.sign, AT_LEAST)
    if reading.about_part and kind == VALUE:
        sd = math.hypot(sd, priors.doubt)
    sd = math.hypot(sd, priors.ratio, reading.words_sd(), priors.target if claim.status == "planned" else 0.0)
    pair = tuple(sorted((top, bottom)))
    sign = 1.0 if pair == (top, bottom) else -1.0
    effects = (
        Effect(("ratio", reading.speaker(), top, bottom), priors.repeated_ratio),
        *_meaning(reading, steps, pair, sign),
        *reading.house(top),
        *reading.house(bottom, -1.0),
        *_own_target(reading, top),
    )
    return Sight(reading.story.id, top, months, value, sd, kind, bottom, months, effects)


def _own_target(reading: _Reading, top: tuple[str, ...]) -> tuple[Effect, ...]:
    """Give the shortfall of a target that a side sets itself in terms of another."""
    claim = reading.claim
    if claim.status != "planned" or reading.world.side_of(claim.speaker) not in {reading.world.side_of(a) for a in top}:
        return ()
    return _shortfall(reading.priors, top)


def _shortfall(priors: Priors, actors: tuple[str, ...]) -> tuple[Effect, ...]:
    middle = math.log(priors.shortfall)
    common = Effect(("shortfall",), priors.shortfall_log_sd, positive=True, middle=middle)
    return common, Effect(("shortfall", actors), priors.own_shortfall)


def _base_months(reading: _Reading, months: Span) -> tuple[Span, Span] | None:
    """Months compared: of the new and of the old level; None where the claim does not tell the old one."""
    named = _BASE.search(reading.note)
    if named:
        year = int(named[2]) * 12
        month = next((n for n, name in enumerate(_MONTHS) if (named[1] or "").startswith(name)), None)
        base = (year, year + 11) if month is None else (year + month, year + month)
        return (months, base) if base[0] < months[0] else None
    earlier = _EARLIER.search(reading.note)
    if earlier:
        back = 12 * _COUNT[earlier[1].lower()]
        return months, (months[0] - back, months[1] - back)
    when = reading.claim.when
    if when and len(when[0]) == len(when[1]) == 4 and when[0] < when[1]:
        return (months[1] - 11, months[1]), (months[0], months[0] + 11)
    return None


def _see_change(reading: _Reading) -> Sight | None:
    """Read one party's output against its own past, where the claim tells which past."""
    claim, priors, steps = reading.claim, reading.priors, reading.steps
    months = reading.months()
    compared = _base_months(reading, months) if months else None
    if steps is None or compared is None or claim.status != "actual" or claim.relation is None or reading.about_part:
        return None
    if steps < 0 and not reading.stands_for:
        return None
    figure = (0.0, priors.equal, VALUE) if claim.relation == "flat" else _figure(claim.low, claim.high)
    value, sd, kind = figure or (0.0, priors.sign, AT_LEAST if claim.relation == "up" else AT_MOST)
    side = reading.world.side_of(claim.speaker)
    effects = (
        Effect(("ratio", reading.speaker(), claim.actor, "change"), priors.repeated_ratio),
        Effect(("house change", side, reading.side_key(claim.actor)), 2 * priors.house, "house"),
        *_meaning(reading, steps, (claim.actor, "change"), 1.0),
    )
    sd = math.hypot(sd, priors.ratio, reading.words_sd())
    return Sight(reading.story.id, claim.actor, compared[0], value, sd, kind, claim.actor, compared[1], effects)


_SEE: dict[str, Callable[[_Reading], Sight | None]] = {
    "output": _see_figure,
    "capacity": _see_figure,
    "comparison": _see_comparison,
    "change": _see_change,
}


def clipped(sight: Sight, first: int, last: int) -> Sight | None:
    """Keep the months from `first` to `last`; None where less than half of a span lies inside."""
    months = _overlap(sight.months, first, last)
    base = None if sight.base is None else _overlap(sight.base, first, last)
    if months is None or (base is None) != (sight.base is None):
        return None
    return replace(sight, months=months, base=base)


def _overlap(span: Span, first: int, last: int) -> Span | None:
    inside = (max(span[0], first), min(span[1], last))
    return inside if 2 * (inside[1] - inside[0] + 1) >= span[1] - span[0] + 1 else None
