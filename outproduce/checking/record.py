"""Everything a speaker is on record with, in order of time, with what contradicts what."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from outproduce.checking.conflicts import conflict
from outproduce.checking.evidence import canonical_speaker, told
from outproduce.errors import NothingFound, UsageError
from outproduce.estimate.world import World
from outproduce.ledger.stories import find_stories, speaker_key
from outproduce.packs import Pack
from outproduce.records import Claim, Story


@dataclass(frozen=True, slots=True)
class Entry:
    """One utterance; `clashes` are earlier ones of the same speaker that it contradicts, and how."""

    story: Story
    clashes: tuple[tuple[Story, str], ...]

    def as_json(self) -> dict[str, Any]:
        """Give the story and its contradictions, each with the id and day of the earlier claim."""
        earlier = [
            {"id": story.origin.id, "published": story.origin.published, "how": how} for story, how in self.clashes
        ]
        return {**told(self.story), "contradicts": earlier}


def speaker_record(name: str, claims: Iterable[Claim], pack: Pack) -> tuple[Entry, ...]:
    """Give what a speaker said, oldest first, undated last; the name in any spelling or language the pack knows.

    Raises:
        UsageError: the name is empty.
        NothingFound: nobody of that name is on record; the message suggests the nearest.
    """
    if not name.strip():
        raise UsageError('there is no name; give the speaker\'s, such as "Mark Rutte"')
    known = [claim for claim in claims if claim.speaker]
    wanted = canonical_speaker(name, pack)
    key = speaker_key(Claim("output", ("?",), "?", speaker=wanted))
    own = [claim for claim in known if speaker_key(claim) == key]
    if not own:
        names = sorted({claim.speaker for claim in known if claim.speaker})
        near = difflib.get_close_matches(wanted, names, n=3, cutoff=0.5)
        near = near or [other for other in names if wanted.casefold() in other.casefold()][:3]
        advice = f"did you mean {' or '.join(near)}?" if near else "`outproduce claims` lists who is"
        raise NothingFound(f"no claim of {name[:60]!r} is on record; {advice}")
    return utterances(own, pack)


def utterances(own: Iterable[Claim], pack: Pack) -> tuple[Entry, ...]:
    """Bring the claims of one speaker into stories, oldest first, undated last, each with what it contradicts."""
    world = World.from_pack(pack)
    stories = find_stories(own, parents=world.parents)
    return tuple(Entry(story, tuple(_clashes(story, stories[:at], world))) for at, story in enumerate(stories))


def _clashes(story: Story, earlier: list[Story], world: World) -> Iterable[tuple[Story, str]]:
    for other in earlier:
        how = conflict(story.origin, other.origin, world)
        if how is not None:
            yield other, how
