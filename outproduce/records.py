"""The nouns: articles, statements, claims and what is estimated from them.

Plain frozen values without input or output. Offsets count characters of `Article.text`; `end` is exclusive.
The fields of `Claim` and their values are those of docs/claims.md.
"""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any
from urllib.parse import quote

from outproduce.errors import ClaimError

KINDS = ("output", "capacity", "stock", "transfer", "use", "order", "comparison", "change", "expansion")
PERIODS = ("day", "week", "month", "quarter", "year")
STATUSES = ("actual", "planned", "possible", "denied")
RELATIONS = {"comparison": ("more", "less", "equal"), "change": ("up", "down", "flat")}
_DATE = re.compile(r"\d{4}(-\d\d(-\d\d)?)?\Z")

When = tuple[str, str]


def content_id(*parts: object, length: int = 16) -> str:
    """Hash the given parts into a short stable identifier of `length` hexadecimal digits.

    >>> content_id("a", 1) == content_id("a", 1)
    True
    """
    joined = "\x1f".join(["" if part is None else str(part) for part in parts])
    return hashlib.sha256(joined.encode()).hexdigest()[:length]


@dataclass(frozen=True, slots=True)
class RawDocument:
    """Bytes as they came, before anything is understood: `media` is html, text, pdf, mail, record, response.

    A record is one object of a JSON source; its fields stand in `given` and override what is found in the bytes. A
    response is what a web server sent, as WARC records.
    """

    origin: str
    content: bytes
    media: str
    given: Mapping[str, Any]

    @property
    def raw_hash(self) -> str:
        """SHA-256 of the bytes, in hexadecimal."""
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True, slots=True)
class Article:
    """One report as retrieved. `text` begins with the title when there is one; dates are `YYYY-MM-DD` or None.

    A `stub` is the open beginning of a report behind a paywall. `author` and `stub` are of the reading at hand and not
    kept in the ledger.
    """

    id: str
    text: str
    lang: str
    title: str | None = None
    lead: str | None = None
    publisher: str | None = None
    published: str | None = None
    url: str | None = None
    retrieved: str | None = None
    raw_hash: str | None = None
    author: str | None = None
    stub: bool = False


@dataclass(frozen=True, slots=True)
class Statement:
    """Words somebody asserts: `article.text[start:end]`; `speaker` is None where the outlet speaks itself."""

    article_id: str
    start: int
    end: int
    speaker: str | None = None
    via: str | None = None
    mode: str = "narrated"  # direct, indirect or narrated


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where a claim stands: `article.text[start:end] == quote`; offsets in characters, end exclusive."""

    article_id: str
    start: int
    end: int
    quote: str


@dataclass(frozen=True, slots=True)
class Claim:
    """What a statement says about production: the fields of docs/claims.md and where they come from.

    `low` and `high` are pieces (or `unit`), per `per` where that is not None; for comparison and change the ratio.
    `when` is first and last day, month or year, both inclusive. `evidence` is None for claims entered by hand.
    """

    kind: str
    actor: tuple[str, ...]
    item: str
    low: float | None = None
    high: float | None = None
    per: str | None = None
    relation: str | None = None
    other: tuple[str, ...] = ()
    when: When | None = None
    status: str = "actual"
    speaker: str | None = None
    via: str | None = None
    evidence: Evidence | None = None
    raw: str | None = None
    unit: str = "piece"
    note: str | None = None
    publisher: str | None = None
    published: str | None = None
    url: str | None = None
    lang: str | None = None
    reader: str = "rules"
    version: str = ""
    published_basis: str | None = None  # how `published` is known: given, page, url or event (earliest sure date)

    def __post_init__(self) -> None:
        """Refuse values outside the fields' rules.

        Raises:
            ClaimError: names the field and the value.
        """
        for field, value, allowed in (
            ("kind", self.kind, KINDS),
            ("status", self.status, STATUSES),
            ("per", self.per, (None, *PERIODS)),
            ("relation", self.relation, (None, *RELATIONS.get(self.kind, ()))),
        ):
            if value not in allowed:
                raise ClaimError(f"{field} {value!r} is not one of {allowed}; correct the row or leave it out")
        if not self.actor:
            raise ClaimError(f"the {self.kind} claim of {self.item!r} names no actor; give at least one")
        if not all(math.isfinite(bound) for bound in (self.low, self.high) if bound is not None):
            raise ClaimError(f"figure {self.low} to {self.high} in a {self.kind} of {self.item!r} is no finite number")
        if self.low is not None and self.high is not None and self.low > self.high:
            raise ClaimError(f"low {self.low} is above high {self.high} in a {self.kind} of {self.item!r}; swap them")
        for day in self.when or ():
            if not _DATE.match(day):
                raise ClaimError(f"when {day!r} is not YYYY, YYYY-MM or YYYY-MM-DD in a {self.kind} of {self.item!r}")

    @property
    def id(self) -> str:
        """Hash of what was said and where; a cleaner name for an actor or speaker elsewhere never changes it."""
        if self.evidence is not None:
            place: tuple[object, ...] = (self.evidence.article_id, self.evidence.start, self.evidence.end)
        else:
            place = (self.url, self.publisher, self.published, self.speaker, self.note)
        low, high = (None if end is None else float(end) for end in (self.low, self.high))  # 30 and 30.0 are one figure
        figure = (self.kind, self.item, low, high, self.per, self.relation, self.when, self.status)
        return content_id(*place, *figure, self.actor, self.other)

    @property
    def link(self) -> str | None:
        """Address of the page, opened at the words where they are known (a text fragment)."""
        if self.url is None or self.evidence is None:
            return self.url
        words = self.evidence.quote.split()
        if len(words) > 8:
            fragment = quote(" ".join(words[:4]), safe="") + "," + quote(" ".join(words[-4:]), safe="")
        else:
            fragment = quote(" ".join(words), safe="")
        return f"{self.url.split('#')[0]}#:~:text={fragment.replace('-', '%2D')}"

    def as_row(self) -> dict[str, Any]:
        """Give the claim as JSON-ready values; `evidence` is the words, `start` and `end` their place."""
        row = asdict(self)
        row.update(
            id=self.id,
            actor=list(self.actor),
            other=list(self.other),
            when=list(self.when) if self.when else None,
            evidence=self.evidence.quote if self.evidence else None,
            start=self.evidence.start if self.evidence else None,
            end=self.evidence.end if self.evidence else None,
        )
        return row

    def brief(self) -> dict[str, Any]:
        """Give what the claim says, without who said it where, as JSON-ready values."""
        row = self.as_row()
        return {name: row[name] for name in BRIEF_FIELDS}

    def with_fields(self, **changes: Any) -> Claim:
        """Copy the claim with some fields replaced."""
        return replace(self, **changes)


BRIEF_FIELDS = ("kind", "actor", "other", "item", "low", "high", "per", "relation", "when", "status")
CLAIM_FIELDS = tuple(field.name for field in fields(Claim))


@dataclass(frozen=True, slots=True)
class Story:
    """Claims that go back to one utterance; `origin` is the earliest and best-sourced of them. Counts once."""

    id: str
    origin: Claim
    claims: tuple[Claim, ...]


@dataclass(frozen=True, slots=True)
class Estimate:
    """Monthly rate of one actor and item in one month, in pieces a month, with its central credible interval.

    `claims` are the ids of the stories' origins the series rests on; `level` 0.9 leaves 5 % on either side.
    """

    actor: str
    item: str
    month: str
    median: float
    low: float
    high: float
    level: float
    stories: int
