"""From claims to rates: parts and wholes, evidence of every kind, simulated worlds and the starter ledger's sanity."""

from __future__ import annotations

import random
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from worlds import PARENTS, QUICK, SMALL, compared, monthly, said

from outproduce.errors import NothingFound, UsageError
from outproduce.estimate.months import month_index
from outproduce.estimate.observations import find_sights
from outproduce.estimate.rates import Fit, estimate_family, estimate_series, known_by
from outproduce.estimate.world import World
from outproduce.ledger.imports import read_claims_csv
from outproduce.ledger.stories import find_stories
from outproduce.packs import load_pack
from outproduce.records import Claim

AS_OF = "2024-12-31"


def fitted(claims: list[Claim], *actors: str, as_of: str = AS_OF) -> Fit:
    return estimate_family(claims, SMALL, "shell", actors or ("East",), as_of, QUICK)


def median(found: Fit, actor: str, month: str) -> float:
    """Median rate in one month."""
    return float(np.median(found.rates(actor)[:, month_index(month) - found.family.first]))


EAST = monthly("East", [103.0, 107, 109, 113, 117, 121, 127, 131, 137, 141, 147, 151])
HOME = monthly("Homeland", [53.0, 51, 54, 57, 56, 58, 57, 59, 61, 60, 59, 62])
UNION = monthly("Union", [21.0, 22, 21, 23, 24, 22, 23, 24, 25, 26, 25, 27])


def test_steady_counts_are_found_again():
    found = fitted(EAST)
    assert median(found, "East", "2024-06") == pytest.approx(121, rel=0.15)


def test_a_bloc_is_the_sum_of_its_cover():
    found = fitted(EAST + HOME + UNION, "Pact", "East")
    together = found.rates("Homeland") + found.rates("Union")
    assert np.allclose(found.rates("Pact"), together)
    assert median(found, "Pact", "2024-06") == pytest.approx(81, rel=0.2)


def test_a_part_never_exceeds_its_whole():
    found = fitted(HOME + monthly("Works", [90.0, 95, 92]), "Works", "Homeland")
    assert (found.rates("Works") <= found.rates("Homeland") * (1 + 1e-9)).all()


def test_a_part_lifts_its_whole():
    loud = fitted(HOME[:1] + monthly("Works", [190.0, 195, 192]), "Homeland")
    assert median(loud, "Homeland", "2024-02") > median(fitted(HOME[:1], "Homeland"), "Homeland", "2024-02") * 1.2


def test_a_member_counts_from_the_day_it_joined():
    claims = monthly("Newland", [40.0] * 24, year=2023) + monthly("Union", [100.0] * 24, year=2023)
    found = fitted(claims, "Union", "Newland")
    own, whole = found.rates("Newland"), found.rates("Union")
    joined = month_index("2024-01") - found.family.first
    assert (whole[:, joined:] >= own[:, joined:]).all()
    assert float(np.median(whole[:, joined] / whole[:, joined - 1])) > 1.2


def test_a_ratio_carries_one_side_to_the_other():
    ratios = [compared("East", "Homeland", 4, f"2024-{m:02d}", speaker=f"Observer {m}") for m in range(1, 9)]
    found = fitted(EAST + ratios, "East", "Homeland")
    assert median(found, "Homeland", "2024-06") == pytest.approx(30, rel=0.3)


def test_a_sign_alone_moves_less_than_a_count():
    before = fitted(EAST + monthly("Homeland", [100.0] * 12), "East", "Homeland")
    word = compared("Homeland", "East", None, "2024-11", speaker="Minister")
    after = fitted([*EAST, *monthly("Homeland", [100.0] * 12), word], "East", "Homeland")
    month = month_index("2024-11")
    moved = after.log_ratio("Homeland", "East", month) - before.log_ratio("Homeland", "East", month)
    assert 0.005 < moved < 0.25


def test_the_tenth_repetition_adds_little():
    def shift(times: int) -> float:
        said_again = [compared("East", "Homeland", 9, f"2024-{m:02d}", speaker="Minister") for m in range(1, times + 1)]
        found = fitted(EAST + HOME + said_again, "East", "Homeland")
        return found.log_ratio("East", "Homeland", month_index("2024-06"))

    none, once, often = shift(0), shift(1), shift(10)
    assert once - none > 0
    assert often - none < 2.5 * (once - none)


def test_capacity_stands_above_output():
    held = fitted([replace_kind(claim) for claim in EAST])
    assert median(held, "East", "2024-06") < 0.95 * median(fitted(EAST), "East", "2024-06")


def replace_kind(claim: Claim) -> Claim:
    return claim.with_fields(kind="capacity")


def test_a_target_raises_the_future_by_less_than_it_says():
    targets = [
        said("East", 400, "2025-06", status="planned", published="2024-12-01", speaker=f"Planner {n}") for n in range(4)
    ]
    plain, hoped = (fitted(EAST + more, as_of="2025-06-30") for more in ([], targets))
    assert median(plain, "East", "2025-06") * 1.1 < median(hoped, "East", "2025-06") < 380
    assert median(hoped, "East", "2024-03") == pytest.approx(median(plain, "East", "2024-03"), rel=0.2)


def test_a_biased_side_is_noticed_by_its_contradiction():
    boasts = [
        said("East", 400, f"2024-{m:02d}", speaker="General", note=f"speech {m}", url=f"https://example.org/{m}")
        for m in range(1, 13)
    ]
    found = fitted(EAST + boasts)
    assert median(found, "East", "2024-06") < 230
    assert found.biases()[("east", "east")][0] > 0


def test_order_of_claims_does_not_move_the_estimate():
    claims = EAST + HOME + UNION
    mixed = claims.copy()
    random.Random(3).shuffle(mixed)
    one, other = fitted(claims, "Pact", "East"), fitted(mixed, "Pact", "East")
    assert np.array_equal(one.rates("Pact"), other.rates("Pact"))


def test_the_series_has_every_month_and_its_count():
    rows = estimate_series(EAST, SMALL, "East", "ammunition", AS_OF)
    assert [row.month for row in rows] == [f"2024-{m:02d}" for m in range(1, 13)]
    assert (rows[0].item, rows[0].stories) == ("shell", 12)
    assert all(row.low < row.median < row.high for row in rows)


@pytest.mark.parametrize(
    ("changes", "known"),
    [
        ({"published": "2024-06-30"}, True),
        ({"published": "2024-07-01"}, False),
        ({"published": None, "when": ("2024-06", "2024-06")}, True),
        ({"published": None, "when": ("2024", "2024")}, True),
        ({"published": None, "when": ("2025", "2025")}, False),
        ({"published": None, "when": None}, False),
    ],
    ids=["that_day", "next_day", "undated_month", "undated_year", "undated_future", "nothing"],
)
def test_only_what_was_public_is_known(changes, known):
    assert known_by(said("East", 1).with_fields(**changes), "2024-06-30") is known


@pytest.mark.parametrize(
    ("actor", "item", "error", "words"),
    [
        ("Est", "shell", UsageError, "did you mean East"),
        ("East", "shel", UsageError, "did you mean shell"),
        ("Union", "shell", NothingFound, "Union"),
    ],
)
def test_questions_without_answer_say_why(actor, item, error, words):
    with pytest.raises(error, match=words):
        estimate_family(EAST, SMALL, item, (actor,), AS_OF, QUICK)


def test_everything_at_once_is_not_counted():
    world = replace(SMALL, parents={**PARENTS, "arms": None, "ammunition": "arms", "tank": "arms"})
    with pytest.raises(UsageError, match="ask about ammunition, tank"):
        estimate_family(EAST, world, "arms", ("East",), AS_OF, QUICK)


def test_a_wider_figure_alone_is_no_evidence():
    with pytest.raises(NothingFound):
        fitted([said("East", 500, item="ammunition")])


def test_no_claims_at_all_is_nothing_found():
    with pytest.raises(NothingFound):
        estimate_family([], SMALL, "shell", ("East",), None, QUICK)


# The starter ledger


@cache
def starter() -> tuple[tuple[Claim, ...], World]:
    """The shipped claims and the world of the pack."""
    from importlib.resources import files

    claims, _ = read_claims_csv(str(files("outproduce") / "data" / "starter_claims.csv"))
    return tuple(claims), World.from_pack(load_pack("weapons"))


@cache
def shells() -> Fit:
    claims, world = starter()
    return estimate_family(claims, world, "ammunition", ("NATO", "Russia"), "2026-11-24")


def yearly(actor: str, year: int) -> float:
    """Median output of a year, in millions."""
    found = shells()
    start = month_index(str(year)) - found.family.first
    return float(np.median(found.rates(actor)[:, start : start + 12].sum(axis=1)) / 1e6)


def test_starter_rates_of_2024_are_within_what_is_known():
    assert 2 < yearly("Russia", 2024) < 5
    assert 0.6 < yearly("NATO", 2024) < 2.2


@pytest.mark.parametrize("year", [2023, 2024])
def test_starter_russia_is_ahead_in(year):
    found = shells()
    start = month_index(str(year)) - found.family.first
    ahead = (found.rates("Russia") > found.rates("NATO"))[:, start : start + 12].mean(axis=0)
    assert ahead.min() > 0.85  # January 2023, before most counts; 0.89 with five times the draws
    assert np.median(ahead) > 0.97


@pytest.mark.parametrize(
    ("part", "whole"),
    [
        ("Rheinmetall", "Germany"),
        ("Rheinmetall", "Europe"),
        ("Europe", "NATO"),
        ("United States", "NATO"),
        ("EU", "Europe"),
    ],
)
def test_starter_parts_never_exceed_their_blocs(part, whole):
    found = shells()
    assert (found.rates(part) <= found.rates(whole) * (1 + 1e-9)).all()


def test_starter_every_claim_of_the_family_can_be_seen():
    claims, world = starter()
    stories = find_stories(claims, parents=world.parents)
    assert len(find_sights(stories, world, "artillery_shell", QUICK)) > 100


def test_a_tighter_prior_changes_the_answer():
    sure = replace(QUICK, level=0.1, figure=0.01, own=0.01)
    wide = estimate_family(EAST, SMALL, "shell", ("East",), AS_OF, QUICK)
    narrow = estimate_family(EAST, SMALL, "shell", ("East",), AS_OF, sure)
    assert narrow.rates("East")[:, 5].std() < wide.rates("East")[:, 5].std()
