"""Speakers with all they are on record with, and stories with everybody who told them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from outproduce.checking.record import Entry, utterances
from outproduce.errors import NothingFound
from outproduce.ledger.catalogue import Shown, list_claims
from outproduce.ledger.search import ClaimFilter
from outproduce.web.library import Library
from outproduce.web.pages.claims import PER_PAGE, Telling, tellings_of
from outproduce.web.rows import ClaimRow, StoryLine


@dataclass(frozen=True, slots=True)
class SpeakerRow:
    """A speaker in a list; `slug` is the last part of the address of the speaker's page."""

    slug: str
    name: str
    side: str | None
    claims: int
    stories: int
    first: str | None
    last: str | None


@dataclass(frozen=True, slots=True)
class SpeakersPage:
    """A list of speakers by the page, those who said most first."""

    name: str | None
    total: int
    page: int
    pages: int
    speakers: list[SpeakerRow]


@dataclass(frozen=True, slots=True)
class Clash:
    """An earlier utterance that one contradicts, and how."""

    claim: ClaimRow
    how: str


@dataclass(frozen=True, slots=True)
class Utterance:
    """What a speaker said once: the claim, that whose words are shown, how often it was told again, contradictions."""

    story: str
    claim: ClaimRow
    words_of: ClaimRow
    retellings: int
    clashes: list[Clash]


@dataclass(frozen=True, slots=True)
class SpeakerPage:
    """A speaker's record, the oldest first, undated last."""

    speaker: SpeakerRow
    utterances: list[Utterance]


@dataclass(frozen=True, slots=True)
class StoryRow:
    """A story in a list: its origin, and who told it in which languages."""

    id: str
    origin: ClaimRow
    claims: int
    languages: list[str]
    outlets: list[str]


@dataclass(frozen=True, slots=True)
class StoriesPage:
    """A list of stories by the page, the newest first; `told` is how often they were told at least."""

    told: int
    total: int
    page: int
    pages: int
    stories: list[StoryRow]


@dataclass(frozen=True, slots=True)
class StoryPage:
    """One story: everybody who told it, and why each telling belongs to it."""

    id: str
    languages: list[str]
    outlets: list[str]
    tellings: list[Telling]


def speakers_page(library: Library, name: str | None = None, page: int = 1, per_page: int = PER_PAGE) -> SpeakersPage:
    """Make a page of the list of speakers; `name` is a part of the names wanted."""
    wanted = (name or "").strip().casefold()
    lines = [line for line in library.index().speakers if wanted in line.name.casefold()]
    pages = max(1, -(-len(lines) // per_page))
    page = min(page, pages)
    rows = [
        SpeakerRow(line.slug, line.name, line.side, len(line.ids), line.stories, line.first, line.last)
        for line in lines[(page - 1) * per_page : page * per_page]
    ]
    return SpeakersPage(name, len(lines), page, pages, rows)


def speaker_page(library: Library, speaker: str) -> SpeakerPage:
    """Make the page of a speaker, given by the last part of its address.

    Raises:
        NothingFound: nobody of that address is on record.
    """
    line = library.index().speaker_by_slug.get(speaker)
    if line is None:
        raise NothingFound(f"no speaker {speaker!r} is on record; the list of speakers shows who is")
    claims = list(list_claims(library.ledger, ClaimFilter(ids=line.ids), Shown("oldest")))
    entries = utterances(claims, library.pack)
    index = library.index()
    row = SpeakerRow(line.slug, line.name, line.side, len(line.ids), line.stories, line.first, line.last)
    return SpeakerPage(row, [_utterance(entry, index.story_of) for entry in entries])


def _utterance(entry: Entry, story_of: Mapping[str, StoryLine]) -> Utterance:
    story = entry.story
    told = next((claim for claim in (story.origin, *story.claims) if claim.evidence), story.origin)
    line = story_of.get(story.origin.id)
    clashes = [Clash(ClaimRow.of(other.origin), how) for other, how in entry.clashes]
    retellings = (len(line.claims) if line else len(story.claims)) - 1
    return Utterance(line.id if line else story.id, ClaimRow.of(story.origin), ClaimRow.of(told), retellings, clashes)


def stories_page(library: Library, told: int = 1, page: int = 1, per_page: int = PER_PAGE) -> StoriesPage:
    """Make a page of the list of stories; `told` leaves out those with fewer claims."""
    lines = [line for line in library.index().stories if len(line.claims) >= told]
    pages = max(1, -(-len(lines) // per_page))
    page = min(page, pages)
    shown = lines[(page - 1) * per_page : page * per_page]
    ids = tuple(line.claims[0] for line in shown)
    origins = {claim.id: claim for claim in list_claims(library.ledger, ClaimFilter(ids=ids), Shown())}
    rows = [
        StoryRow(line.id, ClaimRow.of(origins[line.claims[0]]), len(line.claims), [*line.languages], [*line.outlets])
        for line in shown
        if line.claims[0] in origins
    ]
    return StoriesPage(told, len(lines), page, pages, rows)


def story_page(library: Library, story_id: str) -> StoryPage:
    """Make the page of a story.

    Raises:
        NothingFound: there is none of that id.
    """
    line = library.index().story_by_id.get(story_id)
    if line is None:
        raise NothingFound(f"there is no story {story_id!r}; the list of stories shows what there is")
    return StoryPage(line.id, list(line.languages), list(line.outlets), tellings_of(library, line.claims))
