"""What the estimate knows about the world: which parties and items make up which, and who is on whose side.

In: a pack. Out: a frozen `World` of plain mappings, so that a test can write a small one by hand.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from outproduce.errors import UsageError
from outproduce.packs import Membership, Pack


@dataclass(frozen=True, slots=True)
class World:
    """Parties, items and sides.

    `parents`: item to its parent, None at the root. `part_of`: party to what it belongs to, with dates. `covers`: bloc
    to its disjoint parts and their rough shares; such a bloc is exactly the sum of its parts. `sides`: party or speaker
    to side. `counted_in`: class of items to the item in which it is counted. `stands_for`: item to narrower ones that
    are most of it. `plants`: words in a note that show a claim is about one plant. `bodies`: speaker to the body it
    speaks for, body to its state. `variants`: names of single types, each only a part of its item, to the beginnings
    of other spellings. `names`: item to its name in words, for messages.
    """

    parents: Mapping[str, str | None]
    part_of: Mapping[str, tuple[Membership, ...]] = field(default_factory=dict)
    covers: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    sides: Mapping[str, str] = field(default_factory=dict)
    counted_in: Mapping[str, str] = field(default_factory=dict)
    stands_for: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    plants: tuple[str, ...] = ()
    bodies: Mapping[str, str] = field(default_factory=dict)
    variants: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def from_pack(cls, pack: Pack) -> World:
        """Take from a pack what the estimate needs."""
        blocs = pack.blocs
        sides = {actor.name: actor.side for actor in pack.actors.values()}
        sides |= {speaker.name: speaker.side for speaker in pack.speakers.values()}
        sides = {name: side for name, side in sides.items() if side != "other"}  # no side of its own
        return cls(
            pack.parents,
            {actor.name: actor.part_of for actor in pack.actors.values()},
            blocs.get("covers", {}),
            sides,
            blocs.get("counted_in", {}),
            {item: tuple(parts) for item, parts in blocs.get("stands_for", {}).items()},
            tuple(blocs.get("plants", ())),
            {speaker.name: speaker.body for speaker in pack.speakers.values() if speaker.body},
            {name: tuple(spellings) for name, spellings in blocs.get("variants", {}).items()},
            {key: item.label["en"] for key, item in pack.items.items() if "en" in item.label},
        )

    def variant_in(self, words: str) -> str | None:
        """Name of the single type that words name, in any spelling.

        >>> World({}, variants={"Geran": ("Геран",)}).variant_in("3000 «Гераней»")
        'Geran'
        """
        spellings = ((name, (name, *others)) for name, others in self.variants.items())
        return next((name for name, known in spellings if any(each in words for each in known)), None)

    def wholes(self, actor: str) -> tuple[Membership, ...]:
        """Memberships of a party: the covers it stands in, and `part_of` of parties without a cover."""
        in_covers = tuple(Membership(bloc) for bloc, parts in self.covers.items() if actor in parts)
        listed = tuple(part for part in self.part_of.get(actor, ()) if part.whole not in self.covers)
        return in_covers + listed

    def wholes_above(self, actor: str) -> tuple[str, ...]:
        """Everything the party is part of, the nearest first."""
        found: list[str] = []
        level = [actor]
        while level:
            level = sorted({part.whole for below in level for part in self.wholes(below)} - {actor, *found})
            found.extend(level)
        return tuple(found)

    def memberships(self, actor: str) -> dict[str, tuple[str | None, str | None]]:
        """Everything the party is part of, however far up, with the days since and until (None: always); itself too."""
        found: dict[str, tuple[str | None, str | None]] = {actor: (None, None)}
        waiting = [actor]
        while waiting:
            below = waiting.pop()
            since, until = found[below]
            for part in self.wholes(below):
                if part.whole not in found:
                    found[part.whole] = (_later(since, part.since), _earlier(until, part.until))
                    waiting.append(part.whole)
        return found

    def known_actors(self) -> set[str]:
        """Every party that stands somewhere in this world."""
        wholes = {part.whole for parts in self.part_of.values() for part in parts}
        covered = {part for cover in self.covers.values() for part in cover}
        return set(self.part_of) | wholes | set(self.covers) | covered

    def with_parts(self, actors: Iterable[str]) -> tuple[str, ...]:
        """Add to the parties the parts of the blocs among them, however far down, sorted by name."""
        found: set[str] = set()
        waiting = list(actors)
        while waiting:
            actor = waiting.pop()
            if actor not in found:
                found.add(actor)
                waiting.extend(self.covers.get(actor, ()))
        return tuple(sorted(found))

    def distance(self, item: str, asked: str) -> int | None:
        """Count the steps in the item tree: positive where `item` is wider than `asked`, negative where narrower.

        None where neither lies under the other.

        >>> World({"ammunition": None, "shell": "ammunition"}).distance("ammunition", "shell")
        1
        """
        for sign, low, high in ((1, asked, item), (-1, item, asked)):
            steps, at = 0, low
            while at != high:
                above = self.parents.get(at)
                if above is None:
                    break
                steps, at = steps + 1, above
            else:
                return sign * steps
        return None

    def side_of(self, name: str | None) -> str | None:
        """Side of a speaker or party; an unlisted body takes the side of the party whose name it bears."""
        if name is None:
            return None
        if name in self.sides:
            return self.sides[name]
        bearers = [actor for actor in sorted(self.known_actors(), key=len, reverse=True) if actor in name]
        return next((self.sides[actor] for actor in bearers if actor in self.sides), None)

    def speaks_for_itself(self, speaker: str | None, actors: Iterable[str]) -> bool:
        """Whether the speaker is one of the parties, or a body or person of one of them: its figures are its own count.

        >>> World({}, bodies={"Army": "Homeland"}).speaks_for_itself("Army", ("Homeland",))
        True
        """
        asked, at, seen = set(actors), speaker, set[str]()
        while at is not None and at not in seen:
            if at in asked:
                return True
            seen.add(at)
            at = self.bodies.get(at)
        return speaker is not None and any(actor in speaker for actor in asked)

    def check_question(self, actors: Iterable[str], item: str) -> None:
        """Refuse a party or an item that is not in this world.

        Raises:
            UsageError: names the nearest that there are.
        """
        for actor in actors:
            if actor not in self.known_actors():
                raise UsageError(f"no actor {actor!r} is known{_nearest(actor, self.known_actors())}")
        if item not in self.parents:
            raise UsageError(f"no item {item!r} is known{_nearest(item, self.parents)}")


def _later(one: str | None, other: str | None) -> str | None:
    return max(filter(None, (one, other)), default=None)


def _earlier(one: str | None, other: str | None) -> str | None:
    return min(filter(None, (one, other)), default=None)


def _nearest(name: str, known: Iterable[str]) -> str:
    by_fold = {name.casefold(): name for name in sorted(known)}
    near = difflib.get_close_matches(name.casefold(), by_fold, n=3, cutoff=0.5)
    if not near:
        return "; `outproduce pack check` lists what there is"
    return "; did you mean " + " or ".join(by_fold[match] for match in near) + "?"
