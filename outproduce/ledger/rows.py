"""Claims <-> rows of the ledger, and a filter -> the conditions it puts on them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import sqlalchemy as sa

from outproduce.errors import UsageError
from outproduce.ledger import schema as db
from outproduce.ledger.schema import utc_now
from outproduce.records import CLAIM_FIELDS, KINDS, STATUSES, Claim, Evidence

_PLAIN_FIELDS = tuple(name for name in CLAIM_FIELDS if name not in ("actor", "other", "when", "evidence"))
_SEARCHED = ("quote", "raw", "note", "speaker", "via", "publisher")
_DAY = re.compile(r"\d{4}(-\d\d(-\d\d)?)?\Z")


@dataclass(frozen=True, slots=True)
class ClaimFilter:
    """Which claims to give; None asks for nothing. Names compare without regard to case.

    `item` is a key, or a key with those below it. `since` and `until` (YYYY, YYYY-MM or YYYY-MM-DD, both inclusive) are
    about the time a claim speaks of, or its publication where that is unknown. `as_of` keeps what was known by the end
    of that day: published by then or, undated, about a time that had begun; claims without either are left out.
    `speaker` may be a part of the name. Every word of `text` must stand in evidence, note, speaker or outlet.
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

    def __post_init__(self) -> None:
        """Refuse values no claim can have.

        Raises:
            UsageError: names the option and the value.
        """
        for name, value, allowed in (("kind", self.kind, KINDS), ("status", self.status, STATUSES)):
            if value is not None and value not in allowed:
                raise UsageError(f"{name} {value!r} is not one of {', '.join(allowed)}")
        for name, day in (("since", self.since), ("until", self.until), ("as_of", self.as_of)):
            if day is not None and not _DAY.match(day):
                raise UsageError(f"{name} {day!r} is no date; write YYYY, YYYY-MM or YYYY-MM-DD")
        if self.limit is not None and self.limit < 0:
            raise UsageError(f"limit {self.limit} is below 0; give a number of claims or leave it out")


def insert_claims(
    connection: sa.Connection, claims: Sequence[Claim], links: dict[str, Any], statements: Sequence[sa.Row[Any]]
) -> None:
    """Add claims with their actors and the index of their words; `statements` are those that may hold them."""
    if not claims:
        return
    now = utc_now()
    values = [_claim_values(claim, statements) | links | {"added_at": now} for claim in claims]
    insert = db.claims.insert().returning(db.claims.c.row, sort_by_parameter_order=True)
    rows = list(connection.scalars(insert, values))
    actors = [
        {"claim_row": row, "role": role, "position": position, "name": name, "folded": name.casefold()}
        for row, claim in zip(rows, claims, strict=True)
        for role, names in (("actor", claim.actor), ("other", claim.other))
        for position, name in enumerate(names)
    ]
    connection.execute(db.claim_actors.insert(), actors)
    words = [
        {"row": row, "words": "\n".join(v[n] or "" for n in _SEARCHED)} for row, v in zip(rows, values, strict=True)
    ]
    connection.execute(sa.text("INSERT INTO claims_words(rowid, words) VALUES (:row, :words)"), words)


def _claim_values(claim: Claim, statements: Sequence[sa.Row[Any]]) -> dict[str, Any]:
    values: dict[str, Any] = {name: getattr(claim, name) for name in _PLAIN_FIELDS}
    start, end = claim.when or (None, None)
    values |= {"id": claim.id, "when_start": start, "when_end": end}
    values |= {"first_day": start and _first_day(start), "last_day": end and _last_day(end)}
    values |= dict.fromkeys(("article_id", "start", "end", "quote", "statement_row"))
    if claim.evidence is not None:
        values |= asdict(claim.evidence)
        holds = (row.row for row in statements if row.start <= claim.evidence.start and claim.evidence.end <= row.end)
        values["statement_row"] = next(holds, None)
    return values


def claims_of(connection: sa.Connection, rows: Sequence[sa.Row[Any]]) -> Iterator[Claim]:
    """Turn rows of the claims table into claims, in their order."""
    table = db.claim_actors
    names: dict[tuple[int, str], list[str]] = {}
    query = sa.select(table).where(table.c.claim_row.in_([row.row for row in rows])).order_by(table.c.position)
    for actor in connection.execute(query):
        names.setdefault((actor.claim_row, actor.role), []).append(actor.name)
    for row in rows:
        evidence = None if row.article_id is None else Evidence(row.article_id, row.start, row.end, row.quote)
        yield Claim(
            actor=tuple(names[row.row, "actor"]),
            other=tuple(names.get((row.row, "other"), ())),
            when=None if row.when_start is None else (row.when_start, row.when_end),
            evidence=evidence,
            **{name: row._mapping[name] for name in _PLAIN_FIELDS},
        )


def _first_day(day: str) -> str:
    return (day + "-01-01")[:10]


def _last_day(day: str) -> str:
    """Upper bound of a year, month or day, for comparing as text; not always a day of the calendar."""
    return (day + "-12-31")[:10] if len(day) == 4 else (day + "-31")[:10]


def conditions(wanted: ClaimFilter) -> Iterator[sa.ColumnElement[bool]]:
    """Give what a row must fulfil to fit the filter."""
    table = db.claims
    if wanted.actor is not None:
        actors = db.claim_actors
        named = (actors.c.folded == wanted.actor.casefold(), actors.c.role == "actor")
        yield table.c.row.in_(sa.select(actors.c.claim_row).where(*named))
    if wanted.item is not None:
        yield table.c.item.in_([wanted.item] if isinstance(wanted.item, str) else wanted.item)
    if wanted.kind is not None:
        yield table.c.kind == wanted.kind
    if wanted.status is not None:
        yield table.c.status == wanted.status
    if wanted.speaker is not None:
        yield sa.func.lower(table.c.speaker).contains(wanted.speaker.lower(), autoescape=True)
    if wanted.since is not None:
        yield sa.func.coalesce(table.c.last_day, table.c.published) >= _first_day(wanted.since)
    if wanted.until is not None:
        yield sa.func.coalesce(table.c.first_day, table.c.published) <= _last_day(wanted.until)
    if wanted.as_of is not None:
        yield sa.func.coalesce(table.c.published, table.c.first_day) <= _last_day(wanted.as_of)
    yield from map(_says, (wanted.text or "").split())


def _says(word: str) -> sa.ColumnElement[bool]:
    """Search one word: in the index of three-letter pieces or, where it is shorter, in the texts themselves."""
    if len(word) < 3:
        texts = (sa.func.lower(db.claims.c[name]).contains(word.lower(), autoescape=True) for name in _SEARCHED)
        return sa.or_(*texts)
    phrase = '"' + word.replace('"', '""') + '"'
    found: sa.Select[Any] = sa.select(sa.column("rowid")).select_from(sa.table("claims_words"))
    return db.claims.c.row.in_(found.where(sa.column("claims_words").op("MATCH")(phrase)))
