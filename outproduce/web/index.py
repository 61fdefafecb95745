"""Claims -> an index of all that pages list: stories, speakers, makers and items, races; ids only, not the claims.

Pure: the same claims in any order give the same index. It is made once for each state of the ledger.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from outproduce.estimate.observations import find_sights
from outproduce.estimate.priors import Priors
from outproduce.estimate.world import World
from outproduce.ledger.stories import StoryRules, find_stories, speaker_key
from outproduce.packs import Pack
from outproduce.records import Claim, Story, content_id
from outproduce.report.wording import site
from outproduce.web.rows import Made, RaceLine, SpeakerLine, StoryLine, slug

FIGURES = 3  # stories that count output below which what is known is thin
STALE_DAYS = 365
RACES = 8  # races offered at most
OF_ONE_ITEM = 2  # and of one item
_RACERS = ("state", "bloc")


@dataclass(frozen=True)
class Index:
    """What the ledger holds, in the state it had when the index was made."""

    state: int
    claims: int
    last_day: str | None
    stories: tuple[StoryLine, ...]
    speakers: tuple[SpeakerLine, ...]
    made: tuple[Made, ...]
    races: tuple[RaceLine, ...]
    planned_items: tuple[str, ...]
    days: tuple[str, ...]

    @cached_property
    def story_of(self) -> Mapping[str, StoryLine]:
        """Story of every claim, by the claim's id."""
        return {claim: story for story in self.stories for claim in story.claims}

    @cached_property
    def story_by_id(self) -> Mapping[str, StoryLine]:
        """Stories by their own id."""
        return {story.id: story for story in self.stories}

    @cached_property
    def speaker_by_slug(self) -> Mapping[str, SpeakerLine]:
        """Speakers by the part of the address that stands for them."""
        return {line.slug: line for line in self.speakers}

    @cached_property
    def slug_of(self) -> Mapping[str, str]:
        """Part of the address of the speaker of every claim that has one, by the claim's id."""
        return {claim: line.slug for line in self.speakers for claim in line.ids}

    @cached_property
    def actor_by_slug(self) -> Mapping[str, str]:
        """Actors that the ledger has claims of, by the part of the address that stands for them."""
        return {slug(row.actor): row.actor for row in self.made}


def build_index(claims: Sequence[Claim], pack: Pack, rules: StoryRules | None, state: int) -> Index:
    """Index the claims of a ledger."""
    world = World.from_pack(pack)
    stories = find_stories(claims, parents=world.parents, rules=rules)
    days = sorted({claim.published for claim in claims if claim.published})
    last = days[-1] if days else None
    made = _made(stories, last)
    return Index(
        state,
        len(claims),
        last,
        tuple(_story_line(story) for story in reversed(stories)),
        _speakers(stories, world),
        made,
        _races(stories, made, world, pack),
        _planned_items(stories, world),
        _month_ends(days),
    )


def _story_line(story: Story) -> StoryLine:
    origin = story.origin
    others = [claim for claim in story.claims if claim.id != origin.id]
    outlets = dict.fromkeys(claim.publisher or site(claim.url) for claim in (origin, *others))
    return StoryLine(
        story.id,
        (origin.id, *(claim.id for claim in others)),
        origin.published,
        origin.actor,
        origin.item,
        tuple(sorted({claim.lang for claim in story.claims if claim.lang})),
        tuple(outlet for outlet in outlets if outlet),
    )


def _speakers(stories: Iterable[Story], world: World) -> tuple[SpeakerLine, ...]:
    """Everybody who is named as a speaker, those with most stories first."""
    said: dict[str, list[Claim]] = defaultdict(list)
    told: Counter[str] = Counter()
    for story in stories:
        named = [(speaker_key(claim), claim) for claim in story.claims if claim.speaker]
        for key, claim in named:
            said[key].append(claim)
        told.update({key for key, _ in named})
    slugs = Counter(slug(key) for key in said)
    lines = []
    for key, claims in said.items():
        names = Counter(claim.speaker for claim in claims if claim.speaker)
        name = min(names, key=lambda one: (-names[one], one))
        days = sorted(claim.published for claim in claims if claim.published)
        address = slug(key) if slugs[slug(key)] == 1 else f"{slug(key)}-{content_id(key, length=4)}"
        ids = tuple(sorted({claim.id for claim in claims}))
        first, last = (days[0], days[-1]) if days else (None, None)
        lines.append(SpeakerLine(address, name, world.side_of(name), ids, told[key], first, last))
    return tuple(sorted(lines, key=lambda line: (-line.stories, line.name)))


def _made(stories: Iterable[Story], last_day: str | None) -> tuple[Made, ...]:
    """What is known of every actor and item, by actor and item."""
    rows: dict[tuple[str, str], list[Story]] = defaultdict(list)
    for story in stories:
        for actor in story.origin.actor:
            rows[actor, story.origin.item].append(story)
    return tuple(_made_row(*key, found, last_day) for key, found in sorted(rows.items()))


def _made_row(actor: str, item: str, stories: Sequence[Story], last_day: str | None) -> Made:
    origins = [story.origin for story in stories]
    counted = [claim for claim in origins if _counts(claim)]
    days = sorted(claim.published for claim in origins if claim.published)
    figure_days = sorted(claim.published for claim in counted if claim.published)
    old = not figure_days or last_day is None or _days_between(figure_days[-1], last_day) > STALE_DAYS
    return Made(
        actor,
        item,
        len(stories),
        len(counted),
        sum(claim.status == "planned" for claim in origins),
        len({speaker_key(claim) for claim in origins}),
        days[0] if days else None,
        days[-1] if days else None,
        len(counted) < FIGURES or old,
    )


def _counts(claim: Claim) -> bool:
    return claim.kind in ("output", "capacity") and claim.status == "actual" and (claim.low, claim.high) != (None, None)


def _days_between(day: str, later: str) -> int:
    try:
        return (date.fromisoformat(later) - date.fromisoformat(day)).days
    except ValueError:
        return STALE_DAYS + 1  # only a year or a month is known: as if it were old


def _races(stories: Sequence[Story], made: Sequence[Made], world: World, pack: Pack) -> tuple[RaceLine, ...]:
    """Pairs of states or blocs of which most is known: what compares them counts thrice, figures on both once."""
    asked = {counted: item for item, counted in world.counted_in.items()}
    figures: Counter[tuple[str, str]] = Counter()
    for row in made:
        if row.actor in pack.actors and pack.actors[row.actor].kind in _RACERS:
            for item in {world.counted_in.get(key, key) for key in (row.item, *pack.ancestors(row.item))}:
                figures[item, row.actor] += row.figures
    weights: Counter[tuple[str, str, str]] = Counter()
    for item, one in figures:
        for other in (actor for counted, actor in figures if counted == item and actor > one):
            weights[item, one, other] = min(figures[item, one], figures[item, other])
    compared: Counter[tuple[str, str, str]] = Counter()
    for story in stories:
        origin = story.origin
        if origin.kind == "comparison" and len(origin.actor) == len(origin.other) == 1:
            one, other = sorted((origin.actor[0], origin.other[0]))
            compared[world.counted_in.get(origin.item, origin.item), one, other] += 1
    for key, count in compared.items():
        weights[key] += 3 * count
    kept = [key for key, weight in weights.items() if weight >= FIGURES and _is_race(*key, world, pack)]
    kept.sort(key=lambda key: (-weights[key], key))
    lines = [RaceLine(*_order(one, other, pack), asked.get(item, item), weights[item, one, other])
             for item, one, other in kept]  # fmt: skip
    return tuple(line for at, line in enumerate(lines) if _times(line.item, lines[:at]) < OF_ONE_ITEM)[:RACES]


def _times(item: str, lines: Sequence[RaceLine]) -> int:
    return sum(line.item == item for line in lines)


def _is_race(item: str, one: str, other: str, world: World, pack: Pack) -> bool:
    racers = all(name in pack.actors and pack.actors[name].kind in _RACERS for name in (one, other))
    within = one in world.wholes_above(other) or other in world.wholes_above(one)
    return racers and not within and world.parents.get(item) is not None and "World" not in (one, other)


def _order(one: str, other: str, pack: Pack) -> tuple[str, str]:
    """Put blocs before states, else by name, so that a pair has one address."""
    first, second = sorted((one, other), key=lambda name: (pack.actors[name].kind != "bloc", name))
    return first, second


def _planned_items(stories: Sequence[Story], world: World) -> tuple[str, ...]:
    """Items with targets that the estimate can hold against something, those with most targets first."""
    counted: Counter[str] = Counter()
    for story in stories:
        claim = story.origin
        if claim.status == "planned" and claim.low is not None and claim.kind in ("output", "capacity"):
            counted[world.counted_in.get(claim.item, claim.item)] += 1
    for item in list(counted):
        if not any(sight.tells_level for sight in find_sights(list(stories), world, item, Priors())):
            del counted[item]
    return tuple(sorted(counted, key=lambda item: (-counted[item], item)))


def _month_ends(days: Sequence[str]) -> tuple[str, ...]:
    """Days that a slider offers: the last day on which something was published in each quarter, and the last of all."""
    quarters: dict[tuple[str, int], str] = {}
    for day in days:
        if len(day) == 10:
            quarters[day[:4], (int(day[5:7]) - 1) // 3] = day
    return tuple(quarters.values())[-16:]
