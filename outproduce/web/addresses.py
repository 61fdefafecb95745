"""Every page's address, template and function; the parameters of the functions are what the address may hold."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Path, Query

from outproduce.web.library import Library
from outproduce.web.pages import checks, claims, makers, race, stories

Name = Annotated[str, Path(min_length=1, max_length=200, description="A name as it stands in addresses.")]
Day = Annotated[
    str | None,
    Query(pattern=r"^(\d{4}-\d\d-\d\d)?$", description="Know only what was public on this day (YYYY-MM-DD)."),
]
Text = Annotated[str | None, Query(max_length=200)]
Number = Annotated[int, Query(ge=1, le=1_000_000, description="Which page of the list, from 1.")]
PerPage = Annotated[int, Query(ge=1, le=200, description="How many rows a page has.")]
Sentence = Annotated[str | None, Query(max_length=2000, description="The sentence to check.")]


def race_front(library: Library) -> race.RacePage:
    """Who is ahead in the race of which most is known."""
    return race.front_page(library)


def race_of(library: Library, a: Name, b: Name, item: Name, as_of: Day = None) -> race.RacePage:
    """Who is ahead of two makers, month by month, on which claims."""
    return race.race_page(library, a, b, item, as_of or None)


def _filters(
    text: Text = None,
    actor: Text = None,
    item: Text = None,
    kind: Text = None,
    status: Text = None,
    speaker: Text = None,
    since: Text = None,
    until: Text = None,
    order: Annotated[str, Query(max_length=20)] = "newest",
) -> claims.Asked:
    return claims.Asked(text, actor, item, kind, status, speaker, since, until, order)


Filters = Annotated[claims.Asked, Depends(_filters)]


def claims_list(
    library: Library, asked: Filters = claims.EVERYTHING, page: Number = 1, per_page: PerPage = claims.PER_PAGE
) -> claims.ClaimsPage:
    """Claims that fit the filters; every word of `text` must begin a word of the claim, in any language."""
    return claims.claims_page(library, asked, page, per_page)


def claim_of(library: Library, claim_id: Name) -> claims.ClaimPage:
    """One claim with its words in the article, its story, effect and history."""
    return claims.claim_page(library, claim_id)


def articles_list(
    library: Library, text: Text = None, lang_of: Text = None, page: Number = 1, per_page: PerPage = claims.PER_PAGE
) -> claims.ArticlesPage:
    """Articles, the newest first; `text` are words of their claims."""
    return claims.articles_page(library, text, lang_of, page, per_page)


def article_of(library: Library, article_id: Name) -> claims.ArticlePage:
    """One article with the words of its claims marked."""
    return claims.article_page(library, article_id)


def speakers_list(
    library: Library, name: Text = None, page: Number = 1, per_page: PerPage = claims.PER_PAGE
) -> stories.SpeakersPage:
    """Speakers, those who said most first."""
    return stories.speakers_page(library, name, page, per_page)


def speaker_of(library: Library, speaker: Name) -> stories.SpeakerPage:
    """All a speaker is on record with, and what contradicts what."""
    return stories.speaker_page(library, speaker)


def stories_list(
    library: Library,
    told: Annotated[int, Query(ge=1, le=1000, description="Leave out stories with fewer claims.")] = 1,
    page: Number = 1,
    per_page: PerPage = claims.PER_PAGE,
) -> stories.StoriesPage:
    """Stories, the newest first."""
    return stories.stories_page(library, told, page, per_page)


def story_of(library: Library, story_id: Name) -> stories.StoryPage:
    """One story: everybody who told it."""
    return stories.story_page(library, story_id)


def actors_list(library: Library) -> makers.ActorsPage:
    """Everybody who makes something."""
    return makers.actors_page(library)


def actor_of(library: Library, actor: Name) -> makers.ActorPage:
    """One actor and what is known of what it makes."""
    return makers.actor_page(library, actor)


def items_list(library: Library) -> makers.ItemsPage:
    """Everything that is made."""
    return makers.items_page(library)


def item_of(library: Library, item: Name) -> makers.ItemPage:
    """One item and what is known of who makes it."""
    return makers.item_page(library, item)


def rate_of(library: Library, actor: Name, item: Name, as_of: Day = None) -> makers.RatePage:
    """How much of an item an actor makes, month by month."""
    return makers.rate_page(library, actor, item, as_of or None)


def targets_list(
    library: Library, verdict: Annotated[str | None, Query(pattern="^(met|late|missed|open)?$")] = None
) -> makers.TargetsPage:
    """Targets: met, late, missed or open."""
    return makers.targets_page(library, verdict)


def check_of(library: Library, sentence: Sentence = None, said: Day = None, by: Text = None) -> checks.CheckPage:
    """Whether a sentence holds, as known on the day it was said and now; the address stays the same."""
    return checks.check_page(library, sentence, said, by)


@dataclass(frozen=True, slots=True)
class Address:
    """A page: its path, the section of the site it is in, its template and the function that makes its data."""

    path: str
    section: str
    template: str
    make: Callable[..., Any]


ADDRESSES = (
    Address("/", "race", "race.html", race_front),
    Address("/race/{a}/{b}/{item}", "race", "race.html", race_of),
    Address("/claims", "claims", "claims.html", claims_list),
    Address("/claims/{claim_id}", "claims", "claim.html", claim_of),
    Address("/articles", "articles", "articles.html", articles_list),
    Address("/articles/{article_id}", "articles", "article.html", article_of),
    Address("/speakers", "speakers", "speakers.html", speakers_list),
    Address("/speakers/{speaker}", "speakers", "speaker.html", speaker_of),
    Address("/stories", "stories", "stories.html", stories_list),
    Address("/stories/{story_id}", "stories", "story.html", story_of),
    Address("/actors", "actors", "actors.html", actors_list),
    Address("/actors/{actor}", "actors", "actor.html", actor_of),
    Address("/items", "items", "items.html", items_list),
    Address("/items/{item}", "items", "item.html", item_of),
    Address("/makes/{actor}/{item}", "actors", "rate.html", rate_of),
    Address("/targets", "targets", "targets.html", targets_list),
    Address("/check", "check", "check.html", check_of),
)
