"""Claims and the articles they stand in."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from outproduce.errors import NothingFound
from outproduce.ledger.catalogue import (
    ArticleFilter,
    Shown,
    claims_in,
    count_articles,
    list_articles,
    list_claims,
)
from outproduce.ledger.history import ClaimVersion, claim_history
from outproduce.ledger.links import Linker
from outproduce.ledger.reasons import explain_story
from outproduce.ledger.search import ClaimFilter
from outproduce.records import Claim, Statement, Story
from outproduce.report.render import safe_link
from outproduce.report.wording import is_sample
from outproduce.resolve import items_below
from outproduce.web.library import Library
from outproduce.web.pages.race import find_actor, find_item
from outproduce.web.rows import ClaimRow

PER_PAGE = 50
AROUND = 600  # characters of the article shown before and after the words of a claim


@dataclass(frozen=True, slots=True)
class Asked:
    """What a list of claims was asked for; None asks for nothing."""

    text: str | None = None
    actor: str | None = None
    item: str | None = None
    kind: str | None = None
    status: str | None = None
    speaker: str | None = None
    since: str | None = None
    until: str | None = None
    order: str = "newest"


EVERYTHING = Asked()


@dataclass(frozen=True, slots=True)
class ClaimsPage:
    """A list of claims by the page; `total` is how many fit, `first` the number of the first shown."""

    asked: Asked
    total: int
    page: int
    pages: int
    first: int
    claims: list[ClaimRow]
    actors: list[str]
    items: list[str]


def claims_page(library: Library, asked: Asked, page: int = 1, per_page: int = PER_PAGE) -> ClaimsPage:
    """Make a page of the list of claims.

    Raises:
        UsageError: a filter has a value that no claim can have.
    """
    wanted = filter_of(library, asked)
    total = library.count(wanted)
    pages = max(1, -(-total // per_page))
    page = min(page, pages)
    shown = Shown(asked.order, (page - 1) * per_page, per_page)
    rows = [ClaimRow.of(claim) for claim in list_claims(library.ledger, wanted, shown)]
    index = library.index()
    actors = sorted({row.actor for row in index.made})
    held = {row.item for row in index.made}
    wide = held | {above for item in held for above in library.pack.ancestors(item)}
    items = [item for item in library.pack.items if item in wide]
    return ClaimsPage(asked, total, page, pages, shown.offset + 1 if rows else 0, rows, actors, items)


def filter_of(library: Library, asked: Asked) -> ClaimFilter:
    """Turn what a page was asked for into the ledger's filter; names may be in any language."""
    actor = None
    if asked.actor:
        actor = library.index().actor_by_slug.get(asked.actor) or (
            asked.actor if asked.actor in {row.actor for row in library.index().made} else None
        )
        actor = actor or find_actor(library, asked.actor)
    item = items_below(find_item(library, asked.item), library.pack) if asked.item else None
    return ClaimFilter(
        actor=actor,
        item=item,
        kind=asked.kind or None,
        status=asked.status or None,
        speaker=asked.speaker or None,
        since=asked.since or None,
        until=asked.until or None,
        text=asked.text or None,
    )


@dataclass(frozen=True, slots=True)
class Telling:
    """One claim of a story with why it belongs to it."""

    claim: ClaimRow
    why: str


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a claim: from when to when it held (UTC), why it ended, and what people decided on it."""

    claim: ClaimRow
    added_at: str
    ended_at: str | None
    ended_why: str | None
    corrects: str | None
    decisions: list[str]


@dataclass(frozen=True, slots=True)
class Passage:
    """Words of a claim in their article: `before`, `words`, `after`; whether the text goes on beyond either end."""

    before: str
    words: str
    after: str
    begins: bool
    ends: bool


@dataclass(frozen=True, slots=True)
class MovedRace:
    """How far a story moved a race: the log factor on the ratio of a's rate to b's."""

    a: str
    b: str
    item: str
    moved: float


@dataclass(frozen=True, slots=True)
class ClaimPage:
    """One claim: its words in the article, the chain of who said it through whom, its story, effect and history."""

    claim: ClaimRow
    current: bool
    passage: Passage | None
    article_title: str | None
    mode: str | None
    speaker_slug: str | None
    story: str | None
    tellings: list[Telling]
    moved: list[MovedRace]
    history: list[Version]


def claim_page(library: Library, claim_id: str) -> ClaimPage:
    """Make the page of a claim, of one that was let go too.

    Raises:
        NothingFound: the ledger never had it.
    """
    versions = list(claim_history(library.ledger, ClaimFilter(ids=(claim_id,))))
    if not versions:
        raise NothingFound(f"the ledger has no claim {claim_id!r}; the list of claims shows what there is")
    held = next((version for version in versions if version.superseded_at is None), versions[-1])
    claim = held.claim
    passage, title, statement = _in_article(library, claim)
    index = library.index()
    line = index.story_of.get(claim.id)
    row = ClaimRow.of(claim)
    return ClaimPage(
        _with_link(library, claim, row),
        held.superseded_at is None,
        passage,
        title,
        statement.mode if statement else None,
        index.slug_of.get(claim.id),
        line.id if line else None,
        tellings_of(library, line.claims) if line else [],
        _moved(library, claim.id),
        [_version(version) for version in versions],
    )


def _with_link(library: Library, claim: Claim, row: ClaimRow) -> ClaimRow:
    """Put the link in that opens the page at these very words, where others like them stand above."""
    if is_sample(claim):
        return row
    values = {name: getattr(row, name) for name in ClaimRow.__slots__}
    return ClaimRow(**values | {"link": safe_link(Linker(library.ledger).link(claim))})


def _in_article(library: Library, claim: Claim) -> tuple[Passage | None, str | None, Statement | None]:
    told = claim.evidence
    if told is None:
        return None, None, None
    article = library.ledger.article(told.article_id)
    text, start, end = article.text, told.start, told.end
    first, last = max(0, start - AROUND), min(len(text), end + AROUND)
    passage = Passage(text[first:start], text[start:end], text[end:last], first == 0, last == len(text))
    holding = (one for one in library.ledger.statements(article.id) if one.start <= start and end <= one.end)
    return passage, article.title, next(holding, None)


def tellings_of(library: Library, ids: tuple[str, ...]) -> list[Telling]:
    """Give the claims of a story, the origin first, each with why it belongs there."""
    claims = {c.id: c for c in list_claims(library.ledger, ClaimFilter(ids=ids), Shown("oldest"))}
    ordered = tuple(claims[one] for one in ids if one in claims)
    if not ordered:
        return []
    reasons = explain_story(Story("", ordered[0], ordered), parents=library.world.parents)
    return [Telling(ClaimRow.of(reason.claim), reason.words) for reason in reasons]


def _moved(library: Library, claim_id: str) -> list[MovedRace]:
    return [
        MovedRace(race.a, race.b, race.item, used.moved)
        for race in library.races()
        for used in race.used
        if claim_id in (used.claim.id, used.words_of.id, *(other.id for other in used.retellings))
    ]


def _version(version: ClaimVersion) -> Version:
    decisions = [decision.told for decision in version.decisions]
    row = ClaimRow.of(version.claim)
    return Version(row, version.added_at, version.superseded_at, version.superseded_why, version.corrects, decisions)


@dataclass(frozen=True, slots=True)
class ArticleRow:
    """An article in a list; `link` is None where its address is no web address."""

    id: str
    title: str | None
    publisher: str | None
    published: str | None
    lang: str
    link: str | None
    claims: int


@dataclass(frozen=True, slots=True)
class ArticlesPage:
    """A list of articles by the page."""

    text: str | None
    lang: str | None
    total: int
    page: int
    pages: int
    articles: list[ArticleRow]


def articles_page(
    library: Library, text: str | None = None, lang: str | None = None, page: int = 1, per_page: int = PER_PAGE
) -> ArticlesPage:
    """Make a page of the list of articles; `text` are words of their claims."""
    wanted = ArticleFilter(lang=lang or None, text=text or None)
    total = count_articles(library.ledger, wanted)
    pages = max(1, -(-total // per_page))
    page = min(page, pages)
    lines = list_articles(library.ledger, wanted, Shown(offset=(page - 1) * per_page, limit=per_page))
    rows = [
        ArticleRow(line.id, line.title, line.publisher, line.published, line.lang, safe_link(line.url), line.claims)
        for line in lines
    ]
    return ArticlesPage(text, lang, total, page, pages, rows)


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of an article's text; `claims` are the ids of the claims whose words it belongs to."""

    text: str
    claims: list[str]


@dataclass(frozen=True, slots=True)
class ArticlePage:
    """One article: its text in pieces, those that bear claims marked, and the claims."""

    article: ArticleRow
    retrieved: str | None
    sample: bool
    pieces: list[Piece]
    claims: list[ClaimRow]


def article_page(library: Library, article_id: str) -> ArticlePage:
    """Make the page of an article.

    Raises:
        NothingFound: the ledger does not know it.
    """
    article = library.ledger.article(article_id)
    claims = claims_in(library.ledger, article_id)
    link, count = safe_link(article.url), len(claims)
    row = ArticleRow(article.id, article.title, article.publisher, article.published, article.lang, link, count)
    sample = any(is_sample(claim) for claim in claims)
    pieces = cut(article.text, claims)
    return ArticlePage(row, article.retrieved, sample, pieces, [ClaimRow.of(claim) for claim in claims])


def cut(text: str, claims: list[Claim]) -> list[Piece]:
    """Cut a text where the words of claims begin and end; the pieces together are the text.

    >>> [piece.text for piece in cut("abc", [])]
    ['abc']
    """
    spans = [(one.evidence.start, one.evidence.end, one.id) for one in claims if one.evidence]
    edges = sorted({0, len(text), *(min(edge, len(text)) for start, end, _ in spans for edge in (start, end))})
    return [
        Piece(text[first:last], [claim for start, end, claim in spans if start <= first and last <= end])
        for first, last in pairwise(edges)
    ]
