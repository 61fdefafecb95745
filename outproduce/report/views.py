"""What each verb shows: the rows and columns of its table, and the answers as text with a small chart."""

from __future__ import annotations

import math
import re
import textwrap
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, TextIO

from outproduce.answers import BY_HAND, Comparison, UsedClaim
from outproduce.errors import UsageError
from outproduce.ledger.reasons import Reason
from outproduce.ledger.verification import Verification
from outproduce.reading import ReadReport, document_id
from outproduce.records import Claim, Story
from outproduce.report.charts import render_bands, render_probability
from outproduce.report.export import Column, Row, plain, write_rows, write_value
from outproduce.report.wording import claim_words, item_words, record_words, site, when_words

SHOWN_CLAIMS = 5  # claims that moved an answer most, on a terminal


def report_row(report: ReadReport) -> dict[str, Any]:
    """Make the row of one report that was read."""
    article = report.article
    return {
        "id": article.id,
        "document": document_id(report.raw),
        "title": article.title,
        "publisher": article.publisher,
        "published": article.published,
        "lang": article.lang,
        "url": article.url,
        "author": article.author,
        "stub": article.stub,
        "statements": len(report.statements),
        "claims": len(report.claims),
        "new": report.is_new,
    }


def document_row(document: str | int, claims: Sequence[Claim]) -> dict[str, Any]:
    """Make the row of one document for `extract`."""
    return {"id": document, "claims": [claim.as_row() for claim in claims]}


def story_row(story: Story) -> dict[str, Any]:
    """Make the row of a story: its origin's fields, and who told it again."""
    row = story.origin.as_row()
    outlets = dict.fromkeys(claim.publisher or site(claim.url) for claim in story.claims)
    return {
        "story": story.id,
        "claims": len(story.claims),
        "languages": sorted({claim.lang for claim in story.claims if claim.lang}),
        "outlets": [outlet for outlet in outlets if outlet],
        "origin": row,
        "claim_ids": [claim.id for claim in story.claims],
    }


def _claim_of(row: Row) -> Claim:
    """Make a claim of its row again, for its wording; the words stay in the row."""
    return Claim(
        kind=row["kind"],
        actor=tuple(row["actor"]),
        item=row["item"],
        low=row["low"],
        high=row["high"],
        per=row["per"],
        relation=row["relation"],
        other=tuple(row["other"]),
        when=tuple(row["when"]) if row["when"] else None,
        status=row["status"],
        unit=row["unit"],
    )


CLAIM_COLUMNS = (
    Column("published", lambda row: row["published"] or "", width=10),
    Column("claim", lambda row: claim_words(_claim_of(row)), 5),
    Column("about", lambda row: when_words(_claim_of(row)), width=10),
    Column("speaker", lambda row: row["speaker"] or row["publisher"] or "", 3),
    Column("words", lambda row: row["evidence"] or f"entered by hand, {row['url']}", 6),
)
REPORT_COLUMNS = (
    Column("published", lambda row: row["published"] or "?", width=10),
    Column("lang", lambda row: row["lang"], width=4),
    Column("title", lambda row: row["title"] or str(row["document"]), 8),
    Column("publisher", lambda row: row["publisher"] or "", 3),
    Column("claims", lambda row: str(row["claims"]), width=6, right=True),
    Column("", lambda row: {True: "new", False: "known", None: "not kept"}[row["new"]], width=8),
)
FEED_COLUMNS = (
    Column("name", lambda row: row["name"] or row["url"], 3),
    Column("", lambda row: "answers" if row["answers"] else "fails", width=7),
    Column("kind", lambda row: row["kind"] or "", width=13),
    Column("pages", lambda row: "" if row["pages"] is None else str(row["pages"]), width=5, right=True),
    Column("newest", lambda row: row["newest"] or "", width=10),
    Column("what is wrong", lambda row: row["message"] or "", 5),
)
STORY_COLUMNS = (
    Column("told", lambda row: "once" if row["claims"] == 1 else f"{row['claims']} times", width=8),
    Column("first", lambda row: row["origin"]["published"] or "?", width=10),
    Column("claim", lambda row: claim_words(_claim_of(row["origin"])), 5),
    Column("speaker", lambda row: row["origin"]["speaker"] or "", 3),
    Column("outlets", lambda row: ", ".join(row["outlets"]), 5),
)
HISTORY_COLUMNS = (
    Column("added", lambda row: (row["added_at"] or "")[:10], width=10),
    Column("ended", lambda row: (row["superseded_at"] or "")[:10], width=10),
    *CLAIM_COLUMNS[1:4],
    Column("why, and who decided what", lambda row: "; ".join(_told_history(row)), 6),
)
WHY_COLUMNS = (
    Column("story", lambda row: row["story"][:6], width=6),
    Column("published", lambda row: row["published"] or "?", width=10),
    Column("claim", lambda row: claim_words(_claim_of(row)), 4),
    Column("speaker, outlet", lambda row: ", ".join(filter(None, (row["speaker"], row["publisher"]))), 4),
    Column("why it belongs", lambda row: row["why"], 5),
)
FINDING_COLUMNS = (
    Column("what", lambda row: row["what"], width=14),
    Column("article", lambda row: row["article"] or "", width=16),
    Column("claim", lambda row: row["claim"] or "", width=16),
    Column("detail", lambda row: row["detail"], 8),
)


def _told_history(row: Row) -> list[str]:
    return [*filter(None, (row["superseded_why"],)), *row["decisions"]]


def reason_row(story: Story, reason: Reason) -> dict[str, Any]:
    """Make the row of one claim of a story with why it belongs there, and the claim it is most like."""
    beside = reason.beside.id if reason.beside else None
    return {"story": story.id, "why": reason.words, "beside": beside, **reason.claim.as_row()}


def write_verification(found: Verification, shape: str, stream: TextIO | None = None) -> bool:
    """Write what is wrong with a ledger, as it is found, and the counts; gives whether anything is.

    JSON lines end with a line of counts; CSV has the findings alone.
    """
    rows = (asdict(finding) for finding in found.findings())
    if shape == "json":
        findings = list(rows)
        write_value({"findings": findings, "counts": dict(found.counts)}, shape, stream)
        return bool(findings)
    wrong = write_rows(rows, shape, FINDING_COLUMNS, stream)
    if shape == "jsonl":
        write_value({"counts": dict(found.counts)}, shape, stream)
    elif shape == "table":
        print(", ".join(f"{name}: {number}" for name, number in found.counts.items()), file=stream)
    return wrong > 0


def told_claim(used: UsedClaim) -> Claim:
    """Give the claim of a story whose words are shown: the first that has any, else the origin."""
    return next((claim for claim in (used.story.origin, *used.story.claims) if claim.evidence), used.story.origin)


def used_text(used: UsedClaim) -> str:
    """Say in three lines what a story says and did to the answer, who said it in which words, and where it stands.

    The percentage is by how much the story raised (+) or lowered the ratio of the two rates.
    """
    claim, told = used.story.origin, told_claim(used)
    words = f"“{told.evidence.quote}”" if told.evidence else BY_HAND
    others = len(used.story.claims) - 1
    again = f" · {others} retelling{'s' if others > 1 else ''}" if others else ""
    lines = (
        f"{moved_words(used):>6}  {claim_words(claim)}",
        f"{'':8}{source_words(claim)} · {words}{again}",
        f"{'':8}{(told.link or '').split('#:~')[0]}",
    )
    return "\n".join(plain(line) for line in lines)


def source_words(claim: Claim) -> str:
    """Say whose word a claim is, where it stood and when: "Mark Rutte, Daily Star, 2025-06-09"."""
    where = record_words(claim) or claim.via or claim.publisher or site(claim.url)
    return ", ".join(dict.fromkeys(filter(None, (claim.speaker, where, claim.published or "no date"))))


def moved_words(used: UsedClaim) -> str:
    """Say by how many percent a story moved the ratio of a's rate over b's."""
    percent = 100 * math.expm1(used.moved)
    return f"{percent:+.0f} %" if abs(percent) >= 0.5 else "0 %"


def write_comparison(answer: Comparison, shape: str, stream: TextIO | None = None) -> None:
    """Write an answer: the promised JSON, its months as CSV, or for people a sentence, a chart and the claims."""
    if shape in ("json", "jsonl"):
        write_value(answer.as_json(), shape, stream)
    elif shape == "csv":
        write_rows(comparison_rows(answer), shape, (), stream)
    else:
        print(comparison_text(answer), file=stream)
        print(f"What moved {answer.a} over {answer.b} most:", file=stream)
        print("\n".join(used_text(used) for used in answer.claims[:SHOWN_CLAIMS]), file=stream)


def comparison_text(answer: Comparison) -> str:
    """Say an answer in a sentence with a chart under it."""
    months = [row.month for row in answer.series]
    bands = {name: [getattr(row, side) for row in answer.series] for name, side in ((answer.a, "a"), (answer.b, "b"))}
    counted = item_words(answer.counted_in)
    chances = [row.probability_a_ahead for row in answer.series]
    lines = [
        textwrap.fill(answer.sentence(), 100),
        *([textwrap.fill(alone, 100)] if (alone := answer.counts_sentence()) else []),
        "",
        f"{counted} a month, median and {100 * answer.level:.0f} % interval",
        render_bands(months, bands),
        render_probability(months, chances, f"P({answer.a} ahead)"),
        "",
    ]
    return "\n".join(lines)


def comparison_rows(answer: Comparison) -> list[dict[str, Any]]:
    """Flatten the months of an answer, one row each."""
    return [
        {"month": row.month}
        | {f"a_{name}": value for name, value in row.a.as_json().items()}
        | {f"b_{name}": value for name, value in row.b.as_json().items()}
        | {"probability_a_ahead": round(row.probability_a_ahead, 4)}
        for row in answer.series
    ]


def check_month(option: str, month: str | None) -> str | None:
    """Give back a month that is one.

    Raises:
        UsageError: it is not `YYYY-MM`.
    """
    if month is not None and not re.match(r"\d{4}-(0[1-9]|1[0-2])\Z", month):
        raise UsageError(f"{option} {month!r} is no month; write YYYY-MM, such as 2025-07")
    return month
