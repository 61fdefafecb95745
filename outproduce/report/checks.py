"""A check as text for a terminal, as a short note in Markdown, and as a draft ClaimReview for an editor."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Iterable, Sequence
from typing import Any

from outproduce import __version__
from outproduce.answers import BY_HAND, Band
from outproduce.checking.assertion import RATE, Assertion
from outproduce.checking.check import Check, Result
from outproduce.checking.evidence import Held, Said
from outproduce.checking.judging import Judged
from outproduce.checking.scale import NOT_CHECKABLE, RATINGS
from outproduce.checking.telling import number
from outproduce.records import Claim, Story
from outproduce.report.export import Column, Row, plain
from outproduce.report.wording import claim_words, evidence_words, site, when_words

DRAFT = "Draft made by outproduce from its ledger; not published and not a finding until an editor has checked it."
_MARKUP = re.compile(r"([\\`*_\[\]<>#|~])")


def check_text(found: Check, width: int = 100) -> str:
    """Say a check on a terminal, wrapped to `width` columns."""
    lines = [f"“{found.sentence}”", f"said {found.said}" + (f" by {found.by}" if found.by else "")]
    lines += [f"note: {note}" for note in found.notes]
    for result in found.results:
        lines += ["", *_result_lines(result)]
    return "\n".join(_wrapped(lines, width))


def _wrapped(lines: Iterable[str], width: int) -> Iterable[str]:
    """Wrap lines; a link stands whole on a line of its own, without the fragment that points at the words."""
    for line in lines:
        indent = re.match(r" *(- )?", line)
        hang = " " * len(indent[0]) if indent else ""
        words, _, link = line.partition(" <http")
        yield textwrap.fill(plain(words), width, subsequent_indent=hang, break_on_hyphens=False) if words else ""
        if link:
            yield f"{hang}http{plain(link[:-1]).split('#:~')[0]}"


def _result_lines(result: Result) -> list[str]:
    if result.claim is None:
        return [f"{NOT_CHECKABLE.upper()}: {result.reason}"]
    about = when_words(result.claim)
    lines = [f"{claim_words(result.claim)}{f', about {about}' if about else ''}"]
    lines.append(f"{result.verdict.upper()}" + (f": {result.reason}" if result.reason else ""))
    lines += [f"  {line}" for line in _judged_lines(result)]
    for title, texts in _sections(result):
        lines += [title, *(f"  - {text}" for text in texts)]
    return lines


def _judged_lines(result: Result) -> list[str]:
    lines = []
    if result.then is not None:
        lines.append(judged_words(result.asserted, result.then))
    if result.now is not None and result.now is not result.then:
        lines.append(judged_words(result.asserted, result.now))
    return lines


def judged_words(made: Assertion | None, judged: Judged) -> str:
    """Say in a sentence what is estimated, knowing what was public on a day, and how likely the assertion is."""
    known = f"knowing what was public on {judged.as_of}"
    if judged.band is None or made is None:
        return f"{known}: {judged.reason}"
    chance = "" if judged.probability is None else f"{100 * judged.probability:.0f} % likely to hold"
    chance = chance or str(judged.reason)
    return f"{known}: {chance}; the estimate is {band_words(made, judged.band)}, on {judged.stories} independent claims"


def band_words(made: Assertion, band: Band) -> str:
    """Say an estimate with its interval: a rate by the year, or how many times."""
    if made.quantity == RATE:
        low, middle, high = (number(12 * value) for value in (band.low, band.median, band.high))
        return f"{middle} a year ({low} to {high})"
    who = f"{' and '.join(made.top)} over {' and '.join(made.bottom)}" if made.bottom else "new over old"
    return f"{band.median:.2g} times ({band.low:.2g} to {band.high:.2g}), {who}"


def _sections(result: Result) -> list[tuple[str, list[str]]]:
    rows: list[tuple[str, Sequence[str]]] = [
        ("For", _held_words(result, result.supporting)),
        ("Against", _held_words(result, result.against)),
        ("The same speaker", [said_words(said) for said in result.same_speaker]),
        ("For it to hold", list(result.needed)),
        ("Traps", [trap.words for trap in result.traps]),
        ("Left open", list(result.open_questions)),
    ]
    return [(title, list(texts)) for title, texts in rows if texts]


def _held_words(result: Result, stories: Sequence[Held]) -> list[str]:
    """Say the stories of one side; that there are none where there is an estimate all the same."""
    if not stories and result.then is not None and result.then.band is not None:
        return ["no story that is independent of the speaker and about that time"]
    return [story_words(held, result) for held in stories]


def story_words(held: Held, result: Result) -> str:
    """Say a story with its speaker, day, words and link; and whether it is of one side, or came later."""
    return f"{_story(held.story)}{_how(held, result)}{_source(held.story)}"


def _how(held: Held, result: Result) -> str:
    marks = [] if held.direct else ["of one side, set against the estimate of the other"]
    marks += [] if result.known_then(held) else ["known only later"]
    return f" [{'; '.join(marks)}]" if marks else ""


def said_words(said: Said) -> str:
    """Say what the speaker said on another day, and whether it contradicts the sentence."""
    clash = f" [CONTRADICTS: {said.clash}]" if said.clash else ""
    return f"{said.place}, {_story(said.story)}{clash}{_source(said.story)}"


def _story(story: Story) -> str:
    claim = story.origin
    who = ", ".join(dict.fromkeys(filter(None, (claim.speaker, claim.via or claim.publisher))))
    quoted = next((each for each in (claim, *story.claims) if each.evidence), None)
    words = f" “{evidence_words(quoted)}”" if quoted else " (entered by hand)"
    again = len(story.claims) - 1
    more = f", told {again} more time{'s' if again > 1 else ''}" if again else ""
    return f"{claim.published or 'no date'}: {claim_words(claim)}. {who}{more}{words}"


def _source(story: Story) -> str:
    return f" <{story.origin.link}>" if story.origin.link else ""


def check_markdown(found: Check) -> str:
    """Write a short note with sources in Markdown; text from outside cannot become markup."""
    head = f"> {_safe(found.sentence)}\n>\n> said {found.said}" + (f" by {_safe(found.by)}" if found.by else "")
    parts = ["# Is it so?", head]
    parts += [f"*Note: {_safe(note)}.*" for note in found.notes]
    for result in found.results:
        parts += _result_markdown(result)
    parts.append(f"*{DRAFT}*")
    return "\n\n".join(parts) + "\n"


def _result_markdown(result: Result) -> list[str]:
    if result.claim is None:
        return [f"**{NOT_CHECKABLE.capitalize()}**: {_safe(result.reason or '')}."]
    parts = [f"## {_safe(claim_words(result.claim))}"]
    because = f": {_safe(result.reason)}" if result.reason else ""
    sentences = [f"{_safe(line[0].upper() + line[1:])}." for line in _judged_lines(result)]
    parts.append(f"**{result.verdict.capitalize()}**{because}. {' '.join(sentences)}".strip())
    for title, stories in (("For", result.supporting), ("Against", result.against)):
        if stories:
            parts.append(
                f"**{title}**\n\n" + "\n".join(f"- {_linked(held.story, _how(held, result))}" for held in stories)
            )
    if result.same_speaker:
        rows = "\n".join(
            f"- {_linked(said.story)}" + (f" **Contradicts: {_safe(said.clash)}.**" if said.clash else "")
            for said in result.same_speaker
        )
        parts.append(f"**The same speaker**\n\n{rows}")
    for title, texts in _sections(result):
        if title in ("For it to hold", "Traps", "Left open"):
            parts.append(f"**{title}**\n\n" + "\n".join(f"- {_safe(text)}" for text in texts))
    return parts


def _linked(story: Story, how: str = "") -> str:
    link = story.origin.link
    return _safe(_story(story) + how) + (f" [source](<{link}>)" if _is_web(link) and link else "")


def _is_web(link: str | None) -> bool:
    return bool(link and re.fullmatch(r"https?://[^\s<>\"]+", link))


def _safe(text: str) -> str:
    return _MARKUP.sub(r"\\\1", plain(text))


def claim_reviews(found: Check) -> list[dict[str, Any]]:
    """Make a schema.org ClaimReview of each claim, as a draft: an editor adds author, address and publishes, or not.

    A claim that cannot be checked has a rating in words only.
    """
    return [_claim_review(found, result) for result in found.results]


def _claim_review(found: Check, result: Result) -> dict[str, Any]:
    by = found.by or (result.claim.speaker if result.claim else None)
    claim: dict[str, Any] = {"@type": "Claim", "datePublished": found.said}
    if by:
        claim["author"] = {"@type": "Person" if len(by.split()) in (2, 3) else "Organization", "name": by}
    appearances = [story.origin.url for story in _own_stories(result) if _is_web(story.origin.url)]
    if appearances:
        claim["appearance"] = [{"@type": "CreativeWork", "url": url} for url in dict.fromkeys(appearances)]
    rating: dict[str, Any] = {"@type": "Rating", "alternateName": result.verdict.capitalize()}
    if result.verdict in RATINGS:
        rating |= {"ratingValue": RATINGS[result.verdict], "worstRating": 1, "bestRating": len(RATINGS)}
    citations = [held.story.origin.url for held in (*result.supporting, *result.against)]
    review: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "ClaimReview",
        "creativeWorkStatus": "Draft",
        "inLanguage": "en",
        "claimReviewed": claim_words(result.claim) if len(found.results) > 1 and result.claim else found.sentence,
        "itemReviewed": claim,
        "reviewRating": rating,
        "reviewBody": " ".join([*(f"{line}." for line in _judged_lines(result) or [result.reason or ""]), DRAFT]),
        "author": {"@type": "Organization", "name": f"outproduce {__version__} (draft, no editor yet)"},
    }
    sources = [url for url in dict.fromkeys(citations) if _is_web(url)]
    return review | ({"citation": sources} if sources else {})


def _own_stories(result: Result) -> Sequence[Story]:
    """Stories in which the speaker said this very thing that day."""
    return [said.story for said in result.same_speaker if said.place == "same day" and said.clash is None]


def claim_review_text(found: Check) -> str:
    """Write the drafts as JSON-LD: one object, or a list where the sentence holds several claims."""
    reviews = claim_reviews(found)
    return json.dumps(reviews[0] if len(reviews) == 1 else reviews, ensure_ascii=False, indent=2) + "\n"


def _clash_words(row: Row) -> str:
    """Say what contradicts, each way once with all days it stands against."""
    days: dict[str, list[str]] = {}
    for each in row["contradicts"]:
        days.setdefault(each["how"], []).append(each["published"] or "no date")
    return "; ".join(f"{how} (of {', '.join(those)})" for how, those in days.items())


def _quoted(row: Row) -> str:
    """Quote the words; where there are none, say where they are to be found."""
    if row["words"] != BY_HAND:
        return f"“{row['words']}”"
    return ", ".join(filter(None, (BY_HAND, site(row["link"]))))


SPEAKER_COLUMNS = (
    Column("published", lambda row: row["published"] or "no date", width=10),
    Column("claim", lambda row: claim_words(_claim(row)), 4),
    Column("about", lambda row: when_words(_claim(row)), width=10),
    Column("words", _quoted, 4),
    Column("contradicts", _clash_words, 4),
)


def _claim(row: Row) -> Claim:
    """Make a claim of its row again, for its wording."""
    fields = ("kind", "item", "low", "high", "per", "relation", "status")
    when = tuple(row["when"]) if row["when"] else None
    return Claim(
        **{name: row[name] for name in fields}, actor=tuple(row["actor"]), other=tuple(row["other"]), when=when
    )
