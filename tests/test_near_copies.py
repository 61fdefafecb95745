"""Near-copies of articles are found, and bring claims together that name neither speaker nor source."""

from __future__ import annotations

import pytest

from outproduce.ledger.duplicates import likeness, near_copies, signature
from outproduce.ledger.reasons import explain_story
from outproduce.ledger.stories import StoryRules, find_stories
from outproduce.records import Claim, Evidence

WORDS = [f"word{number}" for number in range(200)]


def text(first: int, last: int) -> str:
    return " ".join(WORDS[first:last])


@pytest.mark.parametrize(
    ("one", "two", "same"),
    [
        pytest.param(text(0, 100), text(0, 100).upper() + "!", True, id="case-and-marks"),
        pytest.param(text(0, 100), text(0, 90), True, id="cut-short"),
        pytest.param(text(0, 100), "Agency: " + text(0, 100) + " Read also: " + text(150, 160), True, id="with-frame"),
        pytest.param(text(0, 100), text(60, 160), False, id="shares-a-part"),
        pytest.param(text(0, 100), text(100, 200), False, id="other"),
        pytest.param("short one", "short one", False, id="too-short-to-tell"),
    ],
)
def test_near_copies(one, two, same):
    groups = near_copies([("a", one), ("b", two)])
    assert (groups == {"a": "a", "b": "a"}) is same


def test_likeness_estimates_the_share_of_common_runs():
    one, two = signature(text(0, 150)), signature(text(50, 200))
    share = 97 / (2 * 147 - 97)
    assert abs(likeness(one, two) - share) < 0.15


def test_chain_of_copies_is_one_group():
    texts = [(str(n), text(n * 8, n * 8 + 100)) for n in range(3)]
    assert set(near_copies(texts).values()) == {"0"}


def machine(article_id: str, **changes: object) -> Claim:
    claim = Claim("output", ("Russia",), "tank", 40.0, 40.0, "month", published="2025-06-09", via="Wire")
    evidence = Evidence(article_id, 0, 5, "words")
    return claim.with_fields(evidence=evidence, url=f"https://{article_id}.example", publisher=article_id, **changes)


def test_copies_are_one_report_whoever_is_named():
    one, two = machine("a", speaker="an official"), machine("b", via="Other wire", speaker="the ministry of defence")
    assert len(find_stories([one, two])) == 2
    rules = StoryRules(copies={"a": "a", "b": "a"})
    (story,) = find_stories([one, two], rules=rules)
    origin, copy = explain_story(story, rules=rules)
    assert origin.words.startswith("the origin: published first, on 2025-06-09, through ")
    assert copy.words == "its article is a near-copy, same figure, same day"
