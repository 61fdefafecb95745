"""Passages that tempt a reader and hold no production claim: the share left alone may not fall below the floor."""

from __future__ import annotations

import json
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from outproduce.claims.extraction import extract_claims

DATA = Path(__file__).parent / "data"
PASSAGES: list[dict[str, Any]] = [json.loads(line) for line in (DATA / "negatives.jsonl").read_text().splitlines()]
GROUPS = [PASSAGES[at : at + 10] for at in range(0, len(PASSAGES), 10)]
FLOORS: dict[str, float] = json.loads((DATA / "floors.json").read_text())


@cache
def misread(number: int) -> tuple[str, ...]:
    """Name what was wrongly read in one group of ten passages, one entry per passage with a claim."""
    found = ((row, extract_claims(row["text"], row["lang"], row["published"])) for row in GROUPS[number])
    return tuple(
        f"{row['id']} {row['topic']}: {claims[0].kind} of {claims[0].item}, {claims[0].raw!r}"
        for row, claims in found
        if claims
    )


@pytest.mark.parametrize("number", range(len(GROUPS)), ids=[f"{group[0]['id']}..{group[-1]['id']}" for group in GROUPS])
def test_no_group_is_widely_misread(number: int) -> None:
    clean = 1 - len(misread(number)) / len(GROUPS[number])
    assert clean >= FLOORS["negatives_clean_worst_group"], "\n".join(misread(number))


def test_share_of_passages_without_a_claim() -> None:
    wrong = [line for number in range(len(GROUPS)) for line in misread(number)]
    assert 1 - len(wrong) / len(PASSAGES) >= FLOORS["negatives_clean"], "\n".join(wrong)


def test_seventy_passages_a_language_of_newspaper_length() -> None:
    assert all(count >= 70 for count in Counter(row["lang"] for row in PASSAGES).values())
    assert all(30 <= len(row["text"].split()) <= 130 for row in PASSAGES)
    assert len({row["id"] for row in PASSAGES}) == len(PASSAGES)
