"""Claims and articles <-> rows of the ledger."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from operator import attrgetter
from typing import Any

import sqlalchemy as sa

from outproduce.articles.sources import RECORD_FIELDS
from outproduce.errors import LedgerError
from outproduce.ledger import schema as db
from outproduce.ledger.changes import Change
from outproduce.ledger.words import Searched, index_words
from outproduce.records import CLAIM_FIELDS, Article, Claim, Evidence, RawDocument

HAND, REVIEW = "hand", "review"  # the readers of claims entered, and of claims corrected, by a person
INHERITED = ("publisher", "url", "lang")  # not written again where they are the article's
COMPRESSION = 4  # level of zlib: a third quicker than 6 for texts of news, and 1 % larger
_PLAIN_FIELDS = tuple(name for name in CLAIM_FIELDS if name not in ("actor", "other", "when", "evidence", *INHERITED))
_PLAIN_OF, _INHERITED_OF = attrgetter(*_PLAIN_FIELDS), attrgetter(*INHERITED)
_SEARCHED_OF = attrgetter("raw", "note", "speaker", "via", "publisher")
_NO_PLACE = dict.fromkeys(("article_row", "start", "end", "quote", "statement_row"))


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
    index_words(change.connection, [searched(row, claim) for row, (_, claim) in zip(rows, claims, strict=True)])


def searched(row: int, claim: Claim) -> Searched:
    """Give what a claim is found by: its speaker's name, everything that is searched, its actors."""
    words = claim.evidence.quote if claim.evidence else ""
    text = "\n".join([words, *(text or "" for text in _SEARCHED_OF(claim))])
    return Searched(row, claim.speaker or "", text, claim.actor)


def searched_in(row: sa.Row[Any]) -> Searched:
    """Give the same of a row of `CLAIM_ROWS`."""
    publisher = row.article_publisher if row.as_article else row.publisher
    said = (row.quote, row.raw, row.note, row.speaker, row.via, publisher)
    return Searched(row.row, row.speaker or "", "\n".join([text or "" for text in said]), json.loads(row.actor))


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
CLAIM_ROWS = sa.select(*db.written(db.claims), *_FROM_ARTICLE).select_from(
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
    values["compressed_text"] = zlib.compress(article.text.encode("utf-8", "surrogatepass"), COMPRESSION)
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


def text_of(row: Any, name: str) -> str:
    """Give the text of a row of the articles table; errors are those of `article_of`."""
    try:
        return zlib.decompress(row["compressed_text"]).decode("utf-8", "surrogatepass")
    except (zlib.error, UnicodeDecodeError):
        raise LedgerError(
            f"the text of article {row['id']} in {name} is damaged; restore the ledger from a copy"
        ) from None


def article_of(row: Any, name: str) -> Article:
    """Make the article of a row of the articles table.

    Raises:
        LedgerError: its text is damaged.
    """
    text = text_of(row, name)
    lead = row["lead"] if row["lead_start"] is None else text[row["lead_start"] : row["lead_end"]]
    return Article(text=text, lead=lead, **{field: row[field] for field in _ARTICLE_PLAIN})
