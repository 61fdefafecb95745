"""Actors and items with what is known of each, how much one makes, and what became of targets."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from outproduce.answers import check_day
from outproduce.errors import NothingFound, NotReady, OutproduceError
from outproduce.estimate.rates import check_countable
from outproduce.web.library import Library
from outproduce.web.pages.race import RaceHead, find_actor, find_item, head_of
from outproduce.web.rows import Made, RateAnswer, TargetRow, slug


@dataclass(frozen=True, slots=True)
class ThingRow:
    """An actor or item in a list: how much is known of it, summed over what it is known with."""

    key: str
    kind: str | None
    stories: int
    figures: int
    targets: int
    others: int
    last: str | None
    thin: bool


@dataclass(frozen=True, slots=True)
class ActorsPage:
    """Everybody who makes something, those of whom most is known first; `others` counts items."""

    actors: list[ThingRow]


@dataclass(frozen=True, slots=True)
class ItemsPage:
    """Everything that is made, in the order of the item tree; `others` counts actors."""

    items: list[ThingRow]


@dataclass(frozen=True, slots=True)
class ActorPage:
    """One actor: what it belongs to, its parts on record, what is known of each item, races it runs in."""

    actor: str
    kind: str | None
    part_of: list[str]
    parts: list[str]
    made: list[Made]
    races: list[RaceHead]


@dataclass(frozen=True, slots=True)
class ItemPage:
    """One item: where it stands in the tree, what is known of each maker, races about it."""

    item: str
    above: list[str]
    below: list[str]
    made: list[Made]
    races: list[RaceHead]


@dataclass(frozen=True, slots=True)
class RatePage:
    """How much one actor makes of one item; `rate` is None where nothing bears on it, and `reason` says so."""

    actor: str
    item: str
    days: list[str]
    known: list[Made]
    rate: RateAnswer | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class TargetsPage:
    """What became of targets; `counts` by verdict, `waiting` items whose targets are still being weighed."""

    verdict: str | None
    counts: dict[str, int]
    targets: list[TargetRow]
    waiting: list[str]


def actors_page(library: Library) -> ActorsPage:
    """Make the list of actors."""
    by_actor: dict[str, list[Made]] = {}
    for row in library.index().made:
        by_actor.setdefault(row.actor, []).append(row)
    kinds = {name: actor.kind for name, actor in library.pack.actors.items()}
    rows = [_thing(actor, kinds.get(actor), rows, "item") for actor, rows in by_actor.items()]
    return ActorsPage(sorted(rows, key=lambda row: (-row.stories, row.key)))


def items_page(library: Library) -> ItemsPage:
    """Make the list of items."""
    by_item: dict[str, list[Made]] = {}
    for row in library.index().made:
        by_item.setdefault(row.item, []).append(row)
    keys = [*library.pack.items, *sorted(set(by_item) - set(library.pack.items))]
    return ItemsPage([_thing(key, None, by_item[key], "actor") for key in keys if key in by_item])


def _thing(key: str, kind: str | None, rows: Iterable[Made], counted: str) -> ThingRow:
    made = list(rows)
    return ThingRow(
        key,
        kind,
        sum(row.stories for row in made),
        sum(row.figures for row in made),
        sum(row.targets for row in made),
        len({getattr(row, counted) for row in made}),
        max((row.last for row in made if row.last), default=None),
        all(row.thin for row in made),
    )


def actor_page(library: Library, actor: str) -> ActorPage:
    """Make the page of an actor, given by the last part of its address or a name.

    Raises:
        UsageError: there is none of that name.
    """
    index = library.index()
    name = index.actor_by_slug.get(slug(actor)) or find_actor(library, actor)
    known = library.pack.actors.get(name)
    made = sorted((row for row in index.made if row.actor == name), key=lambda row: (-row.stories, row.item))
    on_record = {row.actor for row in index.made}
    parts = sorted(other for other in on_record if name in library.world.wholes_above(other))
    races = [head_of(race) for race in library.races() if name in (race.a, race.b)]
    return ActorPage(name, known.kind if known else None, list(library.world.wholes_above(name)), parts, made, races)


def item_page(library: Library, item: str) -> ItemPage:
    """Make the page of an item.

    Raises:
        UsageError: there is none of that name.
    """
    key = find_item(library, item)
    made = [row for row in library.index().made if row.item == key]
    held = {row.item for row in library.index().made}
    below = [one for one, above in library.pack.parents.items() if above == key and one in held]
    races = [head_of(race) for race in library.races() if key in (race.item, race.counted_in)]
    above = list(library.pack.ancestors(key))
    return ItemPage(key, above, below, sorted(made, key=lambda row: (-row.stories, row.actor)), races)


def rate_page(library: Library, actor: str, item: str, as_of: str | None = None) -> RatePage:
    """Make the page of how much an actor makes of an item.

    Raises:
        UsageError: the actor, the item or the day is none.
    """
    index, key = library.index(), find_item(library, item)
    name = index.actor_by_slug.get(slug(actor)) or find_actor(library, actor)
    day = check_day(as_of) if as_of else None
    known = [row for row in index.made if row.actor == name and row.item == key]
    rate, reason = None, None
    try:
        if name not in library.world.known_actors():
            raise NothingFound(f"{name} is not among the actors whose output is estimated")
        check_countable(library.world, key)
        rate = library.rate(name, key, None if day == index.last_day else day)
    except NotReady:
        raise
    except OutproduceError as error:
        reason = str(error)
    return RatePage(name, key, list(index.days), known, rate, reason)


def targets_page(library: Library, verdict: str | None = None) -> TargetsPage:
    """Make the page of targets that have been weighed by now, the latest due first."""
    found: dict[str, TargetRow] = {}
    waiting = []
    for item in library.index().planned_items:
        try:
            found |= {row.story: row for row in library.targets(item)}
        except NotReady:
            waiting.append(item)
        except OutproduceError:
            continue
    counts = {one: sum(row.verdict == one for row in found.values()) for one in ("met", "late", "missed", "open")}
    rows = [row for row in found.values() if verdict in (None, "", row.verdict)]
    rows.sort(key=lambda row: (row.due, row.story), reverse=True)
    return TargetsPage(verdict or None, counts, rows, waiting)
