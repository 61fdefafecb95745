"""The race: who is ahead, since when, on which claims; and what can be asked instead."""

from __future__ import annotations

from dataclasses import dataclass

from outproduce.answers import Band, check_day
from outproduce.errors import UsageError
from outproduce.estimate.rates import check_countable
from outproduce.resolve import resolve_actor, resolve_item
from outproduce.web.library import Library
from outproduce.web.rows import RaceAnswer, slug


@dataclass(frozen=True, slots=True)
class RaceHead:
    """Another race in one line."""

    a: str
    b: str
    item: str
    counted_in: str
    as_of: str
    probability_a_ahead: float
    ratio: Band
    stories: int


@dataclass(frozen=True, slots=True)
class RacePage:
    """A race with what its controls offer: `days` to look back to, `actors` and `items` to choose, races to go to.

    `race` is None where the ledger holds nothing that two makers can be compared by.
    """

    race: RaceAnswer | None
    days: list[str]
    actors: list[str]
    items: list[str]
    others: list[RaceHead]
    claims: int
    speakers: int
    stories: int


def front_page(library: Library) -> RacePage:
    """Make the front page: the race of which most is known."""
    return _page(library, library.front())


def race_page(library: Library, a: str, b: str, item: str, as_of: str | None = None) -> RacePage:
    """Make the page of two makers and an item.

    Raises:
        UsageError: an actor, the item or the day is none, or both makers are one.
        NothingFound: no claim known by then bears on one of them.
    """
    question = find_actor(library, a), find_actor(library, b), find_item(library, item)
    day = check_day(as_of) if as_of else None
    if question[0] == question[1]:
        raise UsageError(f"{question[0]!r} is compared with itself; name two makers")
    check_countable(library.world, question[2])
    index = library.index()
    return _page(library, library.race(*question, None if day == index.last_day else day))


def find_actor(library: Library, name: str) -> str:
    """Give the actor that a part of an address, or a name in any language, stands for.

    Raises:
        UsageError: there is none; the message suggests the nearest.
    """
    known = {slug(actor): actor for actor in library.pack.actors}
    wanted = slug(name)
    if wanted in known:
        return known[wanted]
    return resolve_actor(name.replace("-", " "), library.pack)


def find_item(library: Library, name: str) -> str:
    """Give the item that a key, or a name in any language, stands for.

    Raises:
        UsageError: there is none; the message suggests the nearest.
    """
    return name if name in library.pack.items else resolve_item(name.replace("-", " "), library.pack)


def _page(library: Library, race: RaceAnswer | None) -> RacePage:
    index = library.index()
    shown = (race.a, race.b, race.item) if race else None
    others = [head_of(other) for other in library.races() if (other.a, other.b, other.item) != shown]
    figures = [row for row in index.made if row.figures]
    makers = {row.actor for row in figures if row.actor in library.pack.actors} | set(shown[:2] if shown else ())
    makers |= {line.a for line in index.races} | {line.b for line in index.races}
    counted = {row.item for row in figures} | {line.item for line in index.races} | ({shown[2]} if shown else set())
    items = [item for item in library.pack.items if item in counted and _countable(library, item)]
    days = list(index.days)
    return RacePage(race, days, sorted(makers), items, others, index.claims, len(index.speakers), len(index.stories))


def _countable(library: Library, item: str) -> bool:
    try:
        check_countable(library.world, item)
    except UsageError:
        return False
    return True


def head_of(race: RaceAnswer) -> RaceHead:
    """Tell a race in one line."""
    chance, stories = race.probability_a_ahead, len(race.used)
    return RaceHead(race.a, race.b, race.item, race.counted_in, race.as_of, chance, race.ratio, stories)
