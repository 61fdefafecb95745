"""A person's decisions on claims: accept, reject, correct, merge, join stories, split a story. Each is an added row.

The current view takes them in at once: what is rejected or merged away ends, what is corrected ends and its correction
stands in its place with reader "review". Reading again never undoes a decision; a later decision does.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from outproduce.errors import ClaimError, NothingFound, UsageError
from outproduce.ledger import schema as db
from outproduce.ledger.changes import Change
from outproduce.ledger.duplicates import near_copies
from outproduce.ledger.history import reviews
from outproduce.ledger.rows import CLAIM_ROWS, REVIEW, add_claims, article_of, claims_of
from outproduce.ledger.store import Ledger
from outproduce.ledger.stories import Pairs, StoryRules
from outproduce.records import Article, Claim, Evidence

CORRECTABLE = (
    *("kind", "actor", "item", "low", "high", "per", "relation", "other", "when", "status", "speaker", "via"),
    *("unit", "note", "evidence", "published"),
)


@dataclass(frozen=True, slots=True)
class Reviewer:
    """Who decides, and why."""

    who: str
    why: str | None = None

    def __post_init__(self) -> None:
        """Refuse a decision without a name.

        Raises:
            UsageError: nobody is named.
        """
        if not self.who.strip():
            raise UsageError("nobody is named as the reviewer; give --who NAME")

    def ended(self, what: str) -> str:
        """Say why a row ended: "rejected by Ann: a plan, not a figure"."""
        return f"{what} by {self.who}" + (f": {self.why}" if self.why else "")


@dataclass(frozen=True, slots=True)
class _Held:
    """A row of a claim in the ledger, with the article it stands in."""

    row: int
    claim: Claim
    is_current: bool
    article: tuple[int, Article] | None
    statement_row: int | None


def accept(ledger: Ledger, claim_id: str, by: Reviewer) -> Claim:
    """Say that a claim is read rightly; one that was let go comes back. Newer readings keep it as it is."""
    with ledger.writing("review") as change:
        held = _find(change, ledger, claim_id)
        if not held.is_current:
            _add_again(change, held, held.claim, None)
        _decide(change, "accept", held.claim.id, by)
    return held.claim


def reject(ledger: Ledger, claim_id: str, by: Reviewer) -> Claim:
    """Say that a claim is none; it ends, and reading the same again does not bring it back."""
    with ledger.writing("review") as change:
        held = _find_current(change, ledger, claim_id)
        change.supersede(db.claims, [held.row], by.ended("rejected"))
        _decide(change, "reject", held.claim.id, by)
    return held.claim


def correct(ledger: Ledger, claim_id: str, fields: Mapping[str, Any], by: Reviewer) -> Claim:
    """Put other values in some fields of a claim; gives the corrected claim, which stands in its place.

    Values are those of `Claim`; `evidence` is the words, which must stand in the article. Articles stay as they are.

    Raises:
        ClaimError: a field cannot be corrected, its value breaks the rules, or nothing would change.
    """
    for name in fields:
        if name not in CORRECTABLE:
            raise UsageError(f"{name!r} cannot be corrected; it is one of {', '.join(CORRECTABLE)}")
    with ledger.writing("review") as change:
        held = _find_current(change, ledger, claim_id)
        claim = held.claim
        values = {name: _words(held, value) if name == "evidence" else value for name, value in fields.items()}
        values = {name: value for name, value in values.items() if value != getattr(claim, name)}
        if not values:
            raise ClaimError(f"claim {claim.id} says so already; name a field and another value for it")
        corrected = claim.with_fields(**values, reader=REVIEW, version="")
        change.supersede(db.claims, [held.row], by.ended("corrected"))
        _end_same(change, corrected, by)
        _add_again(change, held, corrected, claim.id)
        for name, value in values.items():
            told = value.quote if isinstance(value, Evidence) else value
            _decide(change, "correct", claim.id, by, corrected.id, name, json.dumps(told, ensure_ascii=False))
    return corrected


def merge(ledger: Ledger, claim_id: str, into: str, by: Reviewer) -> Claim:
    """Say that a claim is another one told twice; the first ends, the second, which is given back, stands for both."""
    with ledger.writing("review") as change:
        held, kept = _find_current(change, ledger, claim_id), _find_current(change, ledger, into)
        if held.row == kept.row:
            raise UsageError(f"claim {claim_id} cannot be merged into itself; name two claims")
        change.supersede(db.claims, [held.row], by.ended(f"merged into {kept.claim.id}"))
        _decide(change, "merge", held.claim.id, by, kept.claim.id)
    return kept.claim


def join(ledger: Ledger, claim_id: str, other: str, by: Reviewer) -> None:
    """Say that two claims go back to one utterance; both stay, and count as one story."""
    _relate(ledger, "join", claim_id, [other], by)


def split(ledger: Ledger, claim_id: str, others: Sequence[str], by: Reviewer) -> None:
    """Say that a claim goes back to another utterance than the others do; it leaves their story."""
    _relate(ledger, "split", claim_id, others, by)


def _relate(ledger: Ledger, decision: str, claim_id: str, others: Sequence[str], by: Reviewer) -> None:
    with ledger.writing("review") as change:
        held = _find_current(change, ledger, claim_id)
        for other in others:
            beside = _find_current(change, ledger, other)
            if beside.claim.id == held.claim.id:
                raise UsageError(f"claim {claim_id} and {other} are one; name two claims")
            _decide(change, decision, held.claim.id, by, beside.claim.id)


def story_decisions(ledger: Ledger) -> tuple[Pairs, Pairs]:
    """Give the pairs of claims that people said are one story, and those they said are not; the last word counts.

    Ids are those of today: a decision on a claim holds for its correction.
    """
    with ledger.reading() as connection:
        query = sa.select(db.claims.c.corrects, db.claims.c.id).order_by(db.claims.c.row)
        rows = connection.execute(query.where(db.claims.c.corrects.is_not(None)))
        later: dict[str | None, str] = {row.corrects: row.id for row in rows}
    last: dict[tuple[str, str], str] = {}
    for decision in reviews(ledger):
        if decision.decision in ("join", "split") and decision.other_id is not None:
            one, two = sorted((_today(decision.claim_id, later), _today(decision.other_id, later)))
            last[one, two] = decision.decision
    together = frozenset(pair for pair, decision in last.items() if decision == "join")
    return together, frozenset(last) - together


def story_rules(ledger: Ledger, claims: Iterable[Claim]) -> StoryRules:
    """Gather what is known beside the claims for telling stories: near-copies among their articles, and decisions."""
    ids = sorted({claim.evidence.article_id for claim in claims if claim.evidence is not None})
    copies = near_copies((article_id, ledger.article(article_id).text) for article_id in ids)
    return StoryRules(_with_editions(copies, _editions(ledger, set(ids))), *story_decisions(ledger))


def _editions(ledger: Ledger, ids: set[str]) -> dict[str, str]:
    """Find the articles whose pages name each other as editions in other languages, with one key for each report."""
    table = db.articles
    query = sa.select(table.c.id, table.c.given).where(
        table.c.superseded_in.is_(None), table.c.media == "response", table.c.given.is_not(None)
    )
    with ledger.reading() as connection:
        found = {row.id: json.loads(row.given).get("editions") for row in connection.execute(query) if row.id in ids}
    return {article_id: key for article_id, key in found.items() if key}


def _with_editions(copies: Mapping[str, str], editions: Mapping[str, str]) -> dict[str, str]:
    """Let editions of a report in several languages count as copies, together with the near-copies of each."""
    key_of = {copies[article_id]: key for article_id, key in sorted(editions.items()) if article_id in copies}
    return {article_id: key_of.get(group, group) for article_id, group in copies.items()} | {
        article_id: key_of.get(copies.get(article_id, ""), key) for article_id, key in editions.items()
    }


def _today(claim_id: str, later: Mapping[str | None, str]) -> str:
    seen = set[str]()
    while claim_id in later and claim_id not in seen:
        seen.add(claim_id)
        claim_id = later[claim_id]
    return claim_id


def _find(change: Change, ledger: Ledger, claim_id: str) -> _Held:
    """Find a claim by its id or the first characters of it: the current row, else the last one."""
    prefix = claim_id.replace("\\", "").replace("%", "").replace("_", "")
    if len(prefix) < 4 or prefix != claim_id:
        raise UsageError(
            f"{claim_id!r} is no claim id; give at least its first 4 characters, 'outproduce claims' shows it"
        )
    query = CLAIM_ROWS.where(db.claims.c.id >= prefix, db.claims.c.id < f"{prefix}g")
    rows = change.connection.execute(query.order_by(db.claims.c.superseded_in.is_(None), db.claims.c.row)).all()
    if not rows:
        raise NothingFound(f"the ledger {ledger.name} has no claim {claim_id!r}; 'outproduce claims' shows the ids")
    row = rows[-1]
    if len({found.id for found in rows}) > 1:
        raise UsageError(f"{claim_id!r} begins the ids of {len({found.id for found in rows})} claims; give more of it")
    (claim,) = claims_of([row])
    article = None
    if row.article_row is not None:
        stored = change.connection.execute(sa.select(db.articles).where(db.articles.c.row == row.article_row))
        article = (row.article_row, article_of(stored.mappings().one(), ledger.name))
    return _Held(row.row, claim, row.superseded_in is None, article, row.statement_row)


def _find_current(change: Change, ledger: Ledger, claim_id: str) -> _Held:
    held = _find(change, ledger, claim_id)
    if not held.is_current:
        raise NothingFound(
            f"claim {held.claim.id} holds no longer; 'outproduce claims --history' says why, and to accept it brings "
            "it back"
        )
    return held


def _words(held: _Held, words: str) -> Evidence:
    if held.article is None:
        raise ClaimError(f"claim {held.claim.id} was entered by hand and has no words in an article; correct its note")
    article_id, text = held.article[1].id, held.article[1].text
    places = [at for at in range(len(text)) if text.startswith(words, at)] if words else []
    if not places:
        raise ClaimError(f"the words {words!r:.80} do not stand in article {article_id}; copy them from its text")
    old = held.claim.evidence.start if held.claim.evidence else 0
    start = min(places, key=lambda at: abs(at - old))
    return Evidence(article_id, start, start + len(words), words)


def _end_same(change: Change, claim: Claim, by: Reviewer) -> None:
    """End a current claim of a person that says the very same; there is one at most."""
    same = sa.select(db.claims.c.row).where(db.claims.c.id == claim.id, db.claims.c.superseded_in.is_(None))
    rows = list(change.connection.scalars(same))
    change.supersede(db.claims, rows, by.ended(f"the correction of another claim, {claim.id}, says the same"))


def _add_again(change: Change, held: _Held, claim: Claim, corrects: str | None) -> None:
    places = [(held.statement_row, 0, 10**12)] if held.statement_row is not None else []
    add_claims(change, [(claim.id, claim)], held.article, places, corrects)


def _decide(
    change: Change,
    decision: str,
    claim_id: str,
    by: Reviewer,
    other_id: str | None = None,
    field: str | None = None,
    value: str | None = None,
) -> None:
    values = {"decision": decision, "claim_id": claim_id, "other_id": other_id, "field": field, "value": value}
    change.add(db.reviews, [values | {"who": by.who, "why": by.why}])
