"""The measures of reading: each by itself, and all together equal to those of the corpus's own scorer."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outproduce.claims.extraction import extract_claims
from outproduce.errors import SourceError
from outproduce.evaluation import (
    FIELDS,
    Rate,
    evaluate_reader,
    read_corpus,
    render_scores,
    same_actor,
    same_figure,
    same_item,
    same_number,
    same_period,
    same_speaker,
    score_documents,
    wrong_fields,
)  # fmt: skip
from outproduce.packs import load_pack

SHARED = Path(__file__).parents[2] / "shared" / "corpus"
DEV = [SHARED / f"dev_{lang}.json" for lang in ("en", "ru", "uk")]
TEXT = "Russia makes 250,000 shells a month, and 3 million a year."
PARENTS = load_pack("weapons").parents


def claim(**changes: Any) -> dict[str, Any]:
    fields = {
        "kind": "output", "actor": ["Russia"], "other": [], "item": "artillery_shell", "low": 250_000, "high": 250_000,
        "per": "month", "relation": None, "when": ["2025-06", "2025-06"], "status": "actual", "speaker": None,
        "via": None, "evidence": "Russia makes 250,000 shells a month",
    }  # fmt: skip
    return {**fields, **changes}


YEARLY = claim(low=3e6, high=3e6, per="year", evidence="3 million a year")


def document(*claims: dict[str, Any], lang: str = "en", doc_id: str = "d") -> dict[str, Any]:
    return {"id": doc_id, "lang": lang, "text": TEXT, "published": "2025-06-10", "claims": list(claims)}


def score(gold: list[dict[str, Any]], found: list[dict[str, Any]]):
    return score_documents([document(*gold)], {"d": found}, PARENTS)


@pytest.mark.parametrize(
    ("gold", "found", "same"),
    [
        pytest.param((100, 100), (100.4, 100.4), True, id="half a per cent"),
        pytest.param((100, 100), (101, 101), False, id="one per cent"),
        pytest.param((100, None), (100, 100), True, id="bound read as figure"),
        pytest.param((None, 100), (100, None), True, id="bound read as the other bound"),
        pytest.param((100, 200), (100, 100), False, id="range read as one end"),
        pytest.param((None, None), (None, None), True, id="none"),
        pytest.param((None, None), (1, 1), False, id="none read as one"),
    ],
)
def test_figures(gold, found, same):
    rows = [claim(low=low, high=high) for low, high in (gold, found)]
    assert same_figure(*rows) is same


def test_one_plant_may_be_counted_or_not():
    assert same_figure(claim(kind="expansion", low=None, high=None), claim(low=1, high=1))
    assert not same_figure(claim(kind="expansion", low=None, high=None), claim(low=2, high=2))


@pytest.mark.parametrize(
    ("gold", "found", "when", "same"),
    [
        pytest.param("year", "year", None, True, id="equal"),
        pytest.param("year", None, ("2024", "2024"), True, id="total of the year"),
        pytest.param(None, "month", ("2024-05", "2024-05"), True, id="rate for a total of the month"),
        pytest.param(None, "month", ("2024", "2024"), False, id="month of a whole year"),
        pytest.param(None, "year", ("2023", "2024"), False, id="two years"),
        pytest.param(None, "year", None, False, id="no time"),
        pytest.param("month", "year", ("2024", "2024"), False, id="two rates"),
    ],
)
def test_periods(gold, found, when, same):
    assert same_period(claim(per=gold, when=when), claim(per=found, when=when)) is same


@pytest.mark.parametrize(
    ("one", "two", "same"),
    [
        ("shell_155", "shell_155", True),
        ("shell_155", "artillery_shell", True),
        ("ammunition", "artillery_shell", True),
        ("shell_155", "ammunition", False),
        ("shell_155", "shell_152", False),
        ("shell_155", None, False),
    ],
)
def test_items_match_their_parents_and_children(one, two, same):
    assert same_item(one, two, PARENTS) is same


@pytest.mark.parametrize(
    ("one", "two", "same"),
    [
        (["US"], ["United States"], True),
        (["the EU"], ["European  Union"], True),
        (["EU", "Norway"], ["EU"], True),
        (["EU", "Norway", "UK"], ["EU"], False),
        (["Russia"], ["Belarus"], False),
        (["Russia"], None, False),
    ],
)
def test_actors_match_where_half_is_shared(one, two, same):
    assert same_actor(claim(actor=one), claim(actor=two)) is same


@pytest.mark.parametrize(
    ("one", "two", "same"),
    [
        ("Mark Rutte", "Rutte", True),
        ("senior NATO official", "NATO official", True),
        ("Minister of Defence", "Minister of Health", False),
        (None, None, True),
        ("Mark Rutte", None, False),
        ("?", "?", True),
    ],
)
def test_speakers_match_by_a_telling_word(one, two, same):
    assert same_speaker(claim(speaker=one), claim(speaker=two)) is same


def test_wrong_fields_are_named_in_order():
    found = claim(kind="capacity", low=1, high=1, per="day", relation="up", item="tank", actor=["Iran"])
    assert wrong_fields(claim(), found, PARENTS) == FIELDS[:-1]
    other = claim(kind="transfer", other=["Ukraine"])
    assert wrong_fields(other, claim(kind="transfer"), PARENTS) == ("other",)


def test_what_is_read_right_is_found_and_whole():
    scores = score([claim(), YEARLY], [YEARLY, claim()])
    assert (scores.languages["en"].whole, scores.languages["en"].found) == (Rate(2, 2, 2), Rate(2, 2, 2))
    assert scores.languages["all"].right == {"status": 2, "speaker": 2, "via": 2, "when": 2}
    assert scores.misses == scores.false_claims == ()


@pytest.mark.parametrize(
    ("changes", "found", "reason"),
    [
        pytest.param({"actor": ["Iran"]}, 1, "actor", id="actor"),
        pytest.param({"item": "tank", "per": "day"}, 1, "per+item", id="two fields"),
        pytest.param({"low": 1, "high": 1}, 0, "figure", id="figure"),
        pytest.param({"kind": "use"}, 0, "kind", id="kind"),
    ],
)
def test_a_wrong_field_is_the_reason(changes, found, reason):
    scores = score([claim()], [claim(**changes)])
    assert scores.languages["all"].found.hits == found
    assert [mistake.reason for mistake in scores.misses + scores.false_claims] == [reason, reason]


def test_what_stands_alone_is_unread_or_invented():
    scores = score([claim()], [claim(evidence="3 million")])
    assert [(m.reason, m.near) for m in scores.misses + scores.false_claims] == [("unread", None), ("invented", None)]


def test_a_claim_read_twice_counts_once():
    scores = score([claim()], [claim(), claim()])
    assert scores.languages["all"].whole == Rate(1, 2, 1)
    assert [mistake.reason for mistake in scores.false_claims] == ["twin"]


def test_pairing_leaves_nobody_without_a_partner():
    """The first mark fits both claims, the second only the first claim."""
    both, one = claim(low=100, high=None), claim(low=100, high=200)
    found = [claim(low=100, high=200), claim(low=100, high=100)]
    assert score([claim(low=100, high=100), one], found).languages["all"].whole.hits == 2
    assert score([both, one], found).languages["all"].whole.hits == 2


def test_a_net_over_the_page_finds_nothing():
    text = TEXT + " x" * 400
    doc = {**document(claim()), "text": text}
    scores = score_documents([doc], {"d": [claim(start=0, end=len(text))]}, PARENTS)
    assert scores.languages["all"].found.hits == 0


def test_languages_are_told_apart_and_pooled():
    documents = [document(claim(), doc_id="a"), document(claim(), lang="uk", doc_id="b")]
    scores = score_documents(documents, {"a": [claim(status="planned")]}, PARENTS)
    assert {lang: row.whole for lang, row in scores.languages.items()} == {
        "en": Rate(1, 1, 1), "uk": Rate(0, 0, 1), "all": Rate(1, 1, 2),
    }  # fmt: skip
    assert (scores.languages["en"].share("status"), scores.languages["uk"].share("status")) == (0.0, None)


def test_table_and_json_say_the_same():
    scores = score([claim(), YEARLY], [claim()])
    row = scores.as_json()["languages"]["en"]
    assert (row["gold"], row["predicted"], row["whole"]["recall"], row["right"]["via"]) == (2, 1, 0.5, 1.0)
    assert row["by_kind"] == {"output": {"whole": 1, "gold": 2}}
    table = render_scores(scores, show=1)
    assert "en        2     1        1.000  0.500  0.667" in table
    assert "missed d (unread): " in table
    assert json.loads(json.dumps(scores.as_json())) == scores.as_json()


def test_nothing_marked_and_nothing_read_is_perfect():
    assert score([], []).languages["all"].whole.f1 == 1.0


def test_evaluates_the_reader_as_it_is():
    scores = evaluate_reader([document(claim())])
    assert scores.languages["en"].found.gold == 1
    assert scores.languages["en"].whole.recall == 1.0


@pytest.mark.parametrize("lines", [False, True], ids=["array", "lines"])
def test_reads_a_corpus(tmp_path, lines):
    rows = [document(claim(), doc_id="a"), {"id": "b", "lang": "uk", "text": "Нічого."}]
    path = tmp_path / "corpus.json"
    path.write_text("\n".join(map(json.dumps, rows)) if lines else json.dumps(rows))
    assert [(row["id"], len(row["claims"])) for row in read_corpus(path)] == [("a", 1), ("b", 0)]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("[{]", "no JSON array and no JSON lines", id="no JSON"),
        pytest.param('[{"id": "a", "lang": "en"}]', "document 1: `id`, `lang` and `text`", id="no text"),
        pytest.param("7", "document 1", id="number"),
        pytest.param('{"id": "a", "lang": "en", "text": "", "claims": 3}', "must be a list of claims", id="no list"),
        pytest.param(
            '[{"id": "a", "lang": "en", "text": "", "claims": [{"kind": "use"}]}]',
            "lacks actor, item, status",
            id="fields",
        ),
    ],
)
def test_refuses_what_is_no_corpus(tmp_path, text, message):
    path = tmp_path / "corpus.json"
    path.write_text(text)
    with pytest.raises(SourceError, match=message):
        read_corpus(path)


def test_a_missing_corpus_is_named(tmp_path):
    with pytest.raises(SourceError, match=r"none\.json cannot be read"):
        read_corpus(tmp_path / "none.json")


@given(st.floats(0.001, 1e9), st.floats(0.001, 1e9))
def test_numbers_are_alike_both_ways(a, b):
    assert same_number(a, b) == same_number(b, a)
    assert same_number(a, a)


@pytest.mark.skipif(
    not all(path.is_file() for path in DEV), reason="shared/corpus/dev_*.json is not beside the repository"
)
def test_numbers_are_those_of_the_corpus_scorer(tmp_path):
    documents = [row for path in DEV for row in read_corpus(path)]
    found = {
        row["id"]: [c.as_row() for c in extract_claims(row["text"], row["lang"], row["published"])] for row in documents
    }
    path = tmp_path / "found.jsonl"
    path.write_text("".join(json.dumps({"id": doc, "claims": claims}) + "\n" for doc, claims in found.items()))
    command = [sys.executable, str(SHARED / "score.py"), *map(str, DEV), "--pred", str(path), "--json"]
    theirs = json.loads(subprocess.run(command, capture_output=True, check=True, text=True).stdout)
    assert _as_scorer(score_documents(documents, found)) == theirs


def _as_scorer(scores):
    """Our scores in the shape and to the digits of the scorer's JSON."""
    result: dict[str, Any] = {
        lang: {"gold": row.whole.gold, "pred": row.whole.predicted}
        | {name: [round(x, 3) for x in (rate.precision, rate.recall, rate.f1)]
           for name, rate in (("found", row.found), ("whole", row.whole))}
        for lang, row in scores.languages.items()
    }  # fmt: skip
    pooled = scores.languages["all"]
    names = {"status": "status", "speaker": "speaker", "via": "via", "when": "when (year)"}
    result["attributes"] = {theirs: round(pooled.share(ours), 3) for ours, theirs in names.items()}
    result["whole recall by kind"] = {kind: f"{rate.hits}/{rate.gold}" for kind, rate in pooled.by_kind.items()}
    return result
