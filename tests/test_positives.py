"""The made-up marked sentences keep to the rules of docs/claims.md: fields, evidence, and enough of each kind."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from outproduce.packs import load_pack
from outproduce.records import KINDS, STATUSES, Claim

ROWS: list[dict[str, Any]] = [
    json.loads(line) for line in (Path(__file__).parent / "data" / "positives.jsonl").read_text().splitlines()
]


def mark(row: dict[str, Any]) -> Claim:
    """Build the claim of one mark; refused by `Claim` where a field is wrong."""
    given = {key: value for key, value in row.items() if key not in ("evidence", "start", "end")}
    lists = {key: tuple(given[key]) for key in ("actor", "other")}
    return Claim(**{**given, **lists, "when": tuple(given["when"]) if given["when"] else None})


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["id"])
def test_marks_quote_the_text_and_keep_the_rules(row: dict[str, Any]) -> None:
    items = set(load_pack("weapons").items)
    assert row["claims"]
    for claim in row["claims"]:
        assert row["text"][claim["start"] : claim["end"]] == claim["evidence"]
        assert mark(claim).item in items
        assert (claim["relation"] is not None) == (claim["kind"] in ("comparison", "change"))


@pytest.mark.parametrize("lang", ["en", "uk", "ru"])
def test_each_language_has_each_kind_and_status(lang: str) -> None:
    rows = [row for row in ROWS if row["lang"] == lang]
    marks = {(claim["kind"], claim["status"]) for row in rows for claim in row["claims"]}
    assert len(rows) >= 80
    assert marks == {(kind, status) for kind in KINDS for status in STATUSES}
