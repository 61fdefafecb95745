"""Claims and articles <-> rows of the ledger, and a filter -> the conditions it puts on them."""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from operator import attrgetter
from typing import Any

import sqlalchemy as sa

from outproduce.articles.sources import RECORD_FIELDS
from outproduce.errors import LedgerError, UsageError
from outproduce.ledger import schema as db
from outproduce.ledger.changes import Change, insert
from outproduce.ledger.words import NAMES, WORDS, index_words, matches
from outproduce.records import CLAIM_FIELDS, KINDS, STATUSES, Article, Claim, Evidence, RawDocument

HAND, REVIEW = "hand", "review"  # the readers of claims entered, and of claims corrected, by a person
INHERITED = ("publisher", "url", "lang")  # not written again where they are the article's
_PLAIN_FIELDS = tuple(name for name in CLAIM_FIELDS if name not in ("actor", "other", "when", "evidence", *INHERITED))
_PLAIN_OF, _INHERITED_OF = attrgetter(*_PLAIN_FIELDS), attrgetter(*INHERITED)
_SEARCHED_OF = attrgetter("raw", "note", "speaker", "via", "publisher")
_NO_PLACE = dict.fromkeys(("article_row", "start", "end", "quote", "statement_row"))
_DAY = re.compile(r"\d{4}(-\d\d(-\d\d)?)?\Z")
_MOMENT = re.compile(r"\d{4}(-\d\d(-\d\d(T\d\d:\d\d:\d\dZ)?)?)?\Z")


@dataclass(frozen=True, slots=True)
class ClaimFilter:
    """Which claims to give; None asks for nothing. Names compare without regard to case.

    `item` is a key, or a key with those below it. `since` and `until` (YYYY, YYYY-MM or YYYY-MM-DD, both inclusive) are
    about the time a claim speaks of, or its publication where that is unknown. `as_of` keeps what was known by the end
    of that day: published by then or, undated, about a time that had begun; claims without either are left out.
    Every word of `speaker` must begin a word of the name, every word of `text` one of evidence, note, speaker or
    outlet. `as_of_ledger` (a day as above, its end, or YYYY-MM-DDThh:mm:ssZ) gives the claims the ledger held then.
    `unreviewed` leaves out those a person has decided on. `ids` are the only claims wanted.
    """

    actor: str | None = None
    item: str | tuple[str, ...] | None = None
    kind: str | None = None
    status: str | None = None
    speaker: str | None = None
    since: str | None = None
    until: str | None = None
    as_of: str | None = None
    text: str | None = None
    limit: int | None = None
    newest_first: bool = False
    as_of_ledger: str | None = None
    unreviewed: bool = False
    ids: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        """Refuse values no claim can have.

        Raises:
            UsageError: names the option and the value.
        """
        for name, value, allowed in (("kind", self.kind, KINDS), ("status", self.status, STATUSES)):
            if value is not None and value not in allowed:
                raise UsageError(f"{name} {value!r} is not one of {', '.join(allowed)}")
        for name, day in (("since", self.since), ("until", self.until), ("as_of", self.as_of)):
            if day is not None and not _in_calendar(day):
                raise UsageError(f"{name} {day!r} is no date; write YYYY, YYYY-MM or YYYY-MM-DD")
        if self.as_of_ledger is not None and not _MOMENT.match(self.as_of_ledger):
            raise UsageError(
                f"as_of_ledger {self.as_of_ledger!r} is no date; write YYYY, YYYY-MM, YYYY-MM-DD or "
                "YYYY-MM-DDThh:mm:ssZ"
            )
        if self.limit is not None and self.limit < 0:
            raise UsageError(f"limit {self.limit} is below 0; give a number of claims or leave it out")
        if self.limit is not None and self.limit >= 2**63:
            raise UsageError(f"limit {self.limit} is more than a ledger can hold; leave it out to have all claims")


def add_claims(
    change: Change,
    claims: Sequence[tuple[str, Claim]],
    article: tuple[int, Article] | None = None,
    statements: Sequence[tuple[int, int, int]] = (),
    corrects: str | None = None,
) -> None:
    """Add claims, given with their ids, and the index of their words.

    `statements` (row, start, end) are those that may hold them.
    """
    if not claims:
        return
    values = [
        {"id": claim_id, "corrects": corrects} | _claim_values(claim, article, statements) for claim_id, claim in claims
    ]
    rows = change.add(db.claims, values)
    told = [(row, claim) for row, (_, claim) in zip(rows, claims, strict=True)]
    actors = {(name.casefold(), row) for row, claim in told for name in claim.actor}
    insert(change.connection, db.claim_actors, [{"folded": name, "claim_row": row} for name, row in sorted(actors)])
    index_words(change.connection, [(row, *searched_texts(claim)) for row, claim in told])


def searched_texts(claim: Claim) -> tuple[str, str]:
    """Give the texts a claim is found by: its speaker's name, and everything that is searched."""
    words = claim.evidence.quote if claim.evidence else ""
    return claim.speaker or "", "\n".join([words, *(text or "" for text in _SEARCHED_OF(claim))])


def _claim_values(
    claim: Claim, article: tuple[int, Article] | None, statements: Sequence[tuple[int, int, int]]
) -> dict[str, Any]:
    values: dict[str, Any] = dict(zip(_PLAIN_FIELDS, _PLAIN_OF(claim), strict=True))
    values["low"] = None if claim.low is None else float(claim.low)
    values["high"] = None if claim.high is None else float(claim.high)
    values["actor"] = _names(claim.actor)
    values["other"] = _names(claim.other) if claim.other else None
    values["when_start"], values["when_end"] = claim.when or (None, None)
    inherited = _INHERITED_OF(claim)
    as_article = article is not None and _INHERITED_OF(article[1]) == inherited
    values["as_article"] = int(as_article)
    values |= zip(INHERITED, (None, None, None) if as_article else inherited, strict=True)
    values |= _NO_PLACE
    if claim.evidence is not None and article is not None:
        start, end = claim.evidence.start, claim.evidence.end
        holder = next((row for row, first, last in statements if first <= start and end <= last), None)
        values |= {"article_row": article[0], "start": start, "end": end, "quote": claim.evidence.quote}
        values["statement_row"] = holder
    return values


@lru_cache(maxsize=4096)
def _names(names: tuple[str, ...]) -> str:
    return json.dumps(names, ensure_ascii=False)


_FROM_ARTICLE = [db.articles.c.id.label("article_id"), *(db.articles.c[n].label(f"article_{n}") for n in INHERITED)]
CLAIM_ROWS = sa.select(db.claims, *_FROM_ARTICLE).select_from(
    db.claims.outerjoin(db.articles, db.articles.c.row == db.claims.c.article_row)
)


def claims_of(rows: Iterable[sa.Row[Any]]) -> Iterator[Claim]:
    """Turn rows of `CLAIM_ROWS` into claims, in their order."""
    for row in rows:
        values = row._mapping
        evidence = None if row.article_id is None else Evidence(row.article_id, row.start, row.end, row.quote)
        shared = "article_" if row.as_article else ""
        yield Claim(
            actor=tuple(json.loads(row.actor)),
            other=tuple(json.loads(row.other)) if row.other else (),
            when=None if row.when_start is None else (row.when_start, row.when_end),
            evidence=evidence,
            **{name: values[name] for name in _PLAIN_FIELDS},
            **{name: values[shared + name] for name in INHERITED},
        )


_ARTICLE_PLAIN = ("id", "lang", "title", "publisher", "published", "url", "retrieved", "raw_hash")


def article_values(article: Article, raw: RawDocument | None) -> dict[str, Any]:
    """Make the row of an article; its text is compressed, its lead a place in the text where it stands there."""
    values: dict[str, Any] = {name: getattr(article, name) for name in _ARTICLE_PLAIN}
    values["compressed_text"] = zlib.compress(article.text.encode("utf-8", "surrogatepass"), 6)
    start = article.text.find(article.lead) if article.lead else -1
    end = start + len(article.lead or "")
    values |= {"lead": article.lead if start < 0 else None, "lead_start": None, "lead_end": None}
    if start >= 0:
        values |= {"lead_start": start, "lead_end": end}
    values |= dict.fromkeys(("origin", "media", "given"))
    if raw is not None:
        values |= {"raw_hash": raw.raw_hash, "origin": raw.origin, "media": raw.media}
        if raw.media != "record" or dict(raw.given) != given_of_record(raw.content):
            values["given"] = json.dumps(dict(raw.given), ensure_ascii=False, sort_keys=True, default=str)
    return values


def given_of_record(content: bytes) -> dict[str, Any] | None:
    """Read what is given with a record out of its bytes, None where they are no record."""
    try:
        value = json.loads(content)
    except (ValueError, RecursionError):
        return None
    if not isinstance(value, dict):
        return None
    return {field: value[field] for field in RECORD_FIELDS if value.get(field) is not None}


def article_of(row: Any, name: str) -> Article:
    """Make the article of a row of the articles table.

    Raises:
        LedgerError: its text is damaged.
    """
    try:
        text = zlib.decompress(row["compressed_text"]).decode("utf-8", "surrogatepass")
    except (zlib.error, UnicodeDecodeError):
        raise LedgerError(
            f"the text of article {row['id']} in {name} is damaged; restore the ledger from a copy"
        ) from None
    lead = row["lead"] if row["lead_start"] is None else text[row["lead_start"] : row["lead_end"]]
    return Article(text=text, lead=lead, **{field: row[field] for field in _ARTICLE_PLAIN})


def _in_calendar(day: str) -> bool:
    """Whether it is a year, a month or a day that there is."""
    try:
        date.fromisoformat((day + "-01-01")[:10])
    except ValueError:
        return False
    return _DAY.match(day) is not None


def _first_day(day: str) -> str:
    return (day + "-01-01")[:10]


def _last_day(day: str) -> str:
    """Upper bound of a year, month or day, for comparing as text; not always a day of the calendar."""
    return (day + "-12-31")[:10] if len(day) == 4 else (day + "-31")[:10]


_WHEN_FIRST = sa.func.substr(db.claims.c.when_start + "-01-01", 1, 10)
_WHEN_LAST = sa.func.substr(
    db.claims.c.when_end + sa.case((sa.func.length(db.claims.c.when_end) == 4, "-12-31"), else_="-31"), 1, 10
)


def conditions(wanted: ClaimFilter, dialect: str) -> Iterator[sa.ColumnElement[bool]]:
    """Give what a row of claims must fulfil to fit the filter; whether it is current is `held`'s to say."""
    table = db.claims
    if wanted.actor is not None:
        actors = db.claim_actors
        yield table.c.row.in_(sa.select(actors.c.claim_row).where(actors.c.folded == wanted.actor.casefold()))
    if wanted.item is not None:
        yield table.c.item.in_([wanted.item] if isinstance(wanted.item, str) else wanted.item)
    if wanted.kind is not None:
        yield table.c.kind == wanted.kind
    if wanted.status is not None:
        yield table.c.status == wanted.status
    if wanted.since is not None:
        yield sa.func.coalesce(_WHEN_LAST, table.c.published) >= _first_day(wanted.since)
    if wanted.until is not None:
        yield sa.func.coalesce(_WHEN_FIRST, table.c.published) <= _last_day(wanted.until)
    if wanted.as_of is not None:
        yield sa.func.coalesce(table.c.published, _WHEN_FIRST) <= _last_day(wanted.as_of)
    if wanted.speaker is not None:
        yield matches(dialect, NAMES, wanted.speaker)
    if wanted.text is not None:
        yield matches(dialect, WORDS, wanted.text)
    if wanted.unreviewed:
        yield table.c.reader != REVIEW
        yield table.c.id.not_in(sa.select(db.reviews.c.claim_id))
    if wanted.ids is not None:
        yield table.c.id.in_(wanted.ids)


def held(wanted: ClaimFilter) -> sa.ColumnElement[bool]:
    """Give the condition that a claim is current or, where the filter names a day, was so at its end."""
    table = db.claims
    if wanted.as_of_ledger is None:
        return table.c.superseded_in.is_(None)
    moment = wanted.as_of_ledger if "T" in wanted.as_of_ledger else f"{_last_day(wanted.as_of_ledger)}T99"
    known = sa.select(sa.func.coalesce(sa.func.max(db.changes.c.row), 0)).where(db.changes.c.at <= moment)
    last = known.scalar_subquery()
    return sa.and_(table.c.added_in <= last, sa.or_(table.c.superseded_in.is_(None), table.c.superseded_in > last))
