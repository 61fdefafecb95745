"""Why the claims of a story belong together: each beside the most alike of the others, in plain words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from outproduce.ledger.likeness import Likeness, Telling, compare, telling
from outproduce.ledger.stories import StoryRules
from outproduce.records import Claim, Story


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a claim belongs to its story: what it shares with `beside`; None and "the origin" for the origin itself."""

    claim: Claim
    words: str
    beside: Claim | None = None


def explain_story(
    story: Story, *, parents: Mapping[str, str | None] | None = None, rules: StoryRules | None = None
) -> list[Reason]:
    """Say for every claim of a story, the origin first, why it is in it."""
    rules = rules or StoryRules()
    tellings = [telling((claim,), rules.copies) for claim in story.claims]
    return [
        Reason(node.claim, _why_origin(story))
        if node.claim is story.origin
        else _reason(node, tellings, parents or {}, rules)
        for node in tellings
    ]


def _why_origin(story: Story) -> str:
    if len(story.claims) == 1:
        return "the only claim of its story"
    if story.origin.published is None:
        return "the origin: none of them is dated, and it is the first in order"
    own = "in its own words" if story.origin.via is None else f"through {story.origin.via}"
    return f"the origin: published first, on {story.origin.published}, {own}"


def _reason(node: Telling, nodes: list[Telling], parents: Mapping[str, str | None], rules: StoryRules) -> Reason:
    for one, two in rules.together:
        if node.id in (one, two):
            for joined in nodes:
                if joined is not node and joined.id in (one, two):
                    return Reason(node.claim, "a person joined them", joined.claim)
    found = [(like, other) for other in nodes if other is not node and (like := compare(node, other, parents))]
    if not found:  # held together through claims that are told alike in everything
        return Reason(node.claim, "told alike in speaker, figure, item and day", nodes[0].claim)
    like, other = min(found, key=lambda pair: (pair[0].penalty, pair[0].gap, pair[1].id))
    return Reason(node.claim, _words(node, other, like), other.claim)


def _words(node: Telling, other: Telling, like: Likeness) -> str:
    claim, beside = node.claim, other.claim
    if not node.copies.isdisjoint(other.copies):
        mouth = "its article is a near-copy"
    elif like.bridge == "report":
        outlet = claim.via or beside.via or claim.publisher
        mouth = f"both tell what {outlet} reported"
    elif like.bridge == "speaker":
        mouth = f"the same speaker, {claim.speaker}"
    elif like.bridge == "company":
        mouth = "a company and its head"
    else:
        mouth = "nobody is named, all else agrees"
    parts = [mouth, "same figure" if claim.low is not None or claim.high is not None else "no figure in both"]
    if claim.item != beside.item:
        parts.append(f"{claim.item} for {beside.item}")
    parts.append("same day" if like.gap == 0 else "a day apart" if like.gap == 1 else f"{like.gap} days apart")
    if claim.lang and beside.lang and claim.lang != beside.lang:
        parts.append(f"told in {claim.lang} and in {beside.lang}")
    return ", ".join(parts)
