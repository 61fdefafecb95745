"""Drafts of ClaimReview held against a schema of schema.org's properties and of what their readers ask for."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from test_check import CASES, _fits_are_kept, checked, tanks

from outproduce.checking import Check, Result
from outproduce.report.checks import claim_review_text, claim_reviews

SCHEMA = json.loads((Path(__file__).parent / "data" / "claimreview.schema.json").read_text(encoding="utf-8"))
LOWEST = {"@type": "Rating", "ratingValue": 1, "worstRating": 1, "bestRating": 4}
kept = _fits_are_kept  # a fixture is known by the name it is imported under


def faults(review: dict[str, Any], name: str = "draft") -> list[str]:
    """What a schema says against a review."""
    checker = jsonschema.Draft202012Validator(SCHEMA | {"$ref": f"#/$defs/{name}"})
    return [f"{'/'.join(map(str, fault.path))}: {fault.message}" for fault in checker.iter_errors(review)]


def published(review: dict[str, Any]) -> dict[str, Any]:
    """What an editor adds and takes away."""
    own = {name: value for name, value in review.items() if name != "creativeWorkStatus"}
    editor = {"@type": "Organization", "name": "A newsroom", "url": "https://example.org/"}
    return own | {"url": "https://example.org/check", "datePublished": "2025-11-10", "author": editor}


def test_the_schema_is_one():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.slow
@pytest.mark.usefixtures("_fits_are_kept")
def test_the_drafts_of_all_cases_are_valid_and_so_is_what_an_editor_makes_of_them():
    wrong = {}
    for number, case in enumerate(CASES):
        for review in claim_reviews(checked(number)):
            found = faults(review) + faults(published(review), "published")
            if found:
                wrong[case["id"]] = found
    assert not wrong


@pytest.mark.parametrize(
    "change",
    [
        {"claimReviewed": ""},
        {"claimReviewd": "x"},
        {"@type": "Review"},
        {"url": "https://example.org/"},
        {"creativeWorkStatus": "Published"},
        {"citation": ["javascript:alert(1)"]},
        {"reviewRating": LOWEST | {"alternateName": "Supported"}},
        {"reviewRating": LOWEST | {"alternateName": "Not checkable"}},
        {"itemReviewed": {"@type": "Claim", "datePublished": "June 2025"}},
        {"author": {"@type": "Robot", "name": "x"}},
    ],
    ids=["no claim", "unknown", "type", "published", "status", "link", "rating", "rating of nothing", "day", "author"],
)
def test_the_schema_refuses_what_is_wrong(change: dict[str, Any]):
    (review,) = claim_reviews(tanks())
    assert faults(review) == []
    assert faults(review | change)


@pytest.mark.parametrize("by", ["Mark Rutte", "NATO", "the ministry of defence of a very long name", "Ян"])
@pytest.mark.parametrize("sentence", ["«Так!» <b>…</b>", 'Say "no"', "x" * 3000], ids=["markup", "quotes", "long"])
def test_odd_words_stay_valid(by: str, sentence: str):
    found = Check(sentence, "2025-06-01", by, "en", (Result("not checkable", "no claim about production found"),))
    assert faults(json.loads(claim_review_text(found))) == []
