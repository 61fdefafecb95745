"""Who is ahead, since when, how surely, on which claims."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from test_estimate import starter
from worlds import QUICK, SMALL, compared, monthly, said

from outproduce.answers import BY_HAND, Comparison, compare
from outproduce.errors import NothingFound, UsageError
from outproduce.records import Claim, Evidence

EAST = monthly("East", [30.0, 35, 41, 47, 56, 66, 79, 93, 111, 131, 155, 184])
HOME = monthly("Homeland", [60.0, 61, 60, 62, 61, 63, 62, 61, 63, 64, 62, 63])


def answer(claims: list[Claim], a: str = "East", b: str = "Homeland", **options: object) -> Comparison:
    given = {"as_of": "2024-12-31", "priors": QUICK} | options
    return compare(claims, SMALL, a, b, "ammunition", **given)


def test_json_has_exactly_the_promised_keys():
    told = answer(EAST + HOME).as_json()
    assert list(told) == [
        *("a", "b", "item", "as_of", "probability_a_ahead", "ratio", "ahead_since", "independent_claims"),
        *("series", "claims"),
    ]
    assert set(told["ratio"]) == {"median", "low", "high", "level"}
    assert set(told["ahead_since"]) == {"p50", "p90"}
    assert set(told["series"][0]) == {"month", "a", "b", "probability_a_ahead"}
    assert set(told["series"][0]["a"]) == {"median", "low", "high"}
    assert json.loads(json.dumps(told)) == told


def test_the_overtaking_is_dated():
    found = answer(EAST + HOME)
    likely, sure = found.a_since
    assert "2024-04" <= likely <= sure <= "2024-10"
    assert found.b_since == (None, None)
    assert found.series[0].probability_a_ahead < 0.2 < 0.9 < found.probability_a_ahead


def test_turning_the_question_round_turns_the_answer_round():
    one, other = answer(EAST + HOME), answer(EAST + HOME, "Homeland", "East")
    assert one.probability_a_ahead == pytest.approx(1 - other.probability_a_ahead)
    assert one.ratio.median == pytest.approx(1 / other.ratio.median)
    assert (one.a_since, one.b_since) == (other.b_since, other.a_since)
    assert one.sentence() == other.sentence()


def test_a_whole_is_ahead_of_its_part_for_sure():
    found = answer(HOME + monthly("Works", [50.0] * 12), "Homeland", "Works")
    assert found.probability_a_ahead > 0.99
    assert found.ratio.low >= 1


def test_the_sentence_names_leader_time_certainty_and_basis():
    said_so = answer(EAST + HOME).sentence()
    for words in (
        "East is ahead of Homeland",
        "counted in shell",
        "as of 2024-12-31",
        "since 2024-",
        "24 independent",
    ):
        assert words in said_so


def test_only_what_was_known_by_the_day_is_used():
    early = answer(EAST + HOME, as_of="2024-03-31")
    assert early.probability_a_ahead < 0.2
    assert early.series[-1].month == "2024-03"
    assert early.independent_claims == 6
    assert early.a_since == (None, None)


def test_without_a_day_the_latest_claim_gives_it():
    assert answer(EAST + HOME, as_of=None).as_of == "2024-12-15"


def test_retellings_are_counted_with_their_story():
    told = said("East", 92, "2024-08", speaker="General", publisher="One", url="https://one.example/")
    again = told.with_fields(publisher="Two", url="https://two.example/", published="2024-08-16")
    rows = answer([*EAST, *HOME, told, again]).as_json()["claims"]
    assert [row["retellings"] for row in rows if row["speaker"] == "General"] == [1]
    assert len(rows) == 25


def test_words_and_link_stand_with_each_claim():
    quoted = said("East", 92, "2024-08", speaker="General").with_fields(
        evidence=Evidence("article", 3, 20, "ninety-two shells")
    )
    rows = answer([*EAST, *HOME, quoted]).as_json()["claims"]
    words = {row["speaker"]: (row["words"], row["link"]) for row in rows}
    assert words["General"] == ("ninety-two shells", "https://example.org/#:~:text=ninety%2Dtwo%20shells")
    assert words["Counter 4 of 2024-01"][0] == BY_HAND


def test_moved_has_the_sign_of_what_the_claim_says():
    high = said("East", 400, "2024-12", speaker="General")
    low = compared("Homeland", "East", 2, "2024-12", speaker="Minister")
    moved = {used.story.origin.speaker: used.moved for used in answer([*EAST, *HOME, high, low]).claims}
    assert moved["General"] > 0 > moved["Minister"]


def test_seed_and_order_give_the_same_answer():
    assert answer(EAST + HOME) == answer(HOME[::-1] + EAST[::-1])


@pytest.mark.parametrize(
    ("a", "b", "options", "error", "words"),
    [
        ("Eest", "Homeland", {}, UsageError, "did you mean East"),
        ("East", "East", {}, UsageError, "itself"),
        ("East", "Homeland", {"as_of": "July 2025"}, UsageError, "YYYY-MM-DD"),
        ("East", "Homeland", {"level": 90}, UsageError, "level 90"),
        ("East", "Union", {}, NothingFound, "Union"),
        ("East", "Homeland", {"as_of": "2020-01-01"}, NothingFound, "no claim"),
    ],
    ids=["actor", "itself", "day", "level", "nothing", "too_early"],
)
def test_questions_without_answer_say_why(a, b, options, error, words):
    with pytest.raises(error, match=words):
        answer(EAST + HOME, a, b, **options)


# The starter ledger


@cache
def race(as_of: str, without: str = "") -> Comparison:
    """NATO against Russia on the starter ledger, leaving out one speaker's comparisons or those of one month."""
    claims, world = starter()
    kept = [
        c for c in claims if not (without and c.kind == "comparison" and without in (c.speaker, (c.when or ("",))[0]))
    ]
    return compare(kept, world, "NATO", "Russia", "ammunition", as_of=as_of)


def month(found: Comparison, name: str) -> float:
    return next(row.probability_a_ahead for row in found.series if row.month == name)


def test_starter_in_july_2025_russia_is_ahead():
    found = race("2025-07-01")
    assert found.probability_a_ahead < 0.05
    assert 1.2 < 1 / found.ratio.median < 5
    assert found.sentence().startswith("Russia is ahead of NATO in making ammunition (counted in artillery shells)")


def test_starter_the_statement_of_november_2025_moves_towards_nato_but_does_not_decide():
    with_it, without = race("2025-12-31"), race("2025-12-31", "2025-11")
    assert without.probability_a_ahead < with_it.probability_a_ahead < 0.5
    assert with_it.ratio.median > 1.02 * without.ratio.median
    assert [c.moved > 0 for c in with_it.claims if c.story.origin.actor == ("NATO",) and c.story.origin.other] == [True]


def test_starter_the_statement_is_named_with_and_without_it():
    told = race("2025-12-31").counts_sentence()
    assert "Mark Rutte said (2025-11" in told
    assert "officials and counts do not agree" in told
    assert "moves the probability that NATO is ahead from" in told
    found = race("2025-12-31")
    assert found.counts_alone.without_latest < found.probability_a_ahead < 0.1


def test_a_run_that_is_no_longer_sure_says_until_when():
    assert "(90 % sure from 202" in race("2026-11-24").sentence()
    assert "nowhere" not in race("2026-11-24").sentence()


def test_starter_seven_times_four_times_weigh_little_more_than_once():
    claims, world = starter()
    fours = sorted(
        (c for c in claims if c.kind == "comparison" and c.speaker == "Mark Rutte" and c.low == 4),
        key=lambda claim: claim.published or "",
    )
    ids = {claim.id for claim in fours}
    rest = [claim for claim in claims if claim.id not in ids]
    log_ratio = [
        np.log(compare([*rest, *more], world, "NATO", "Russia", "ammunition", as_of="2025-07-01").ratio.median)
        for more in ([], fours[:1], fours)
    ]
    none, once, often = log_ratio
    assert len(fours) >= 7
    assert abs(often - none) < 2.5 * max(abs(once - none), 0.06)


def test_starter_repeats_of_one_ratio_weigh_little_more_than_one():
    repeats = [
        c.moved
        for c in race("2025-07-01").claims
        if c.story.origin.speaker == "Mark Rutte" and c.story.origin.kind == "comparison"
    ]
    assert len(repeats) > 3
    assert sum(map(abs, repeats)) < 0.3


def test_starter_one_speakers_comparisons_change_the_interval_not_the_sign():
    full, without = race("2025-12-31"), race("2025-12-31", "Mark Rutte")
    for row in full.series:
        if row.month[:4] in ("2023", "2024"):
            assert row.probability_a_ahead < 0.1
            assert month(without, row.month) < 0.1
    assert (full.ratio.low, full.ratio.high) != (without.ratio.low, without.ratio.high)


def test_a_quarter_of_the_draws_gives_nearly_the_same():
    few = compare(*starter(), "NATO", "Russia", "ammunition", as_of="2025-07-01", priors=replace(QUICK, tries=30))
    assert few.ratio.median == pytest.approx(race("2025-07-01").ratio.median, rel=0.1)
