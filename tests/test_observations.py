"""What each kind of claim says about a rate."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from worlds import SMALL, compared, said

from outproduce.estimate.model import AT_LEAST, AT_MOST, VALUE
from outproduce.estimate.months import month_index, month_name, month_span
from outproduce.estimate.observations import Sight, clipped, find_sights
from outproduce.estimate.priors import Priors
from outproduce.records import Claim, Story


def see(claim: Claim, item: str = "shell") -> Sight | None:
    """What one claim shows of an item."""
    sights = find_sights([Story("s", claim, (claim,))], SMALL, item, Priors())
    return sights[0] if sights else None


def keys(sight: Sight) -> set[object]:
    return {effect.key[0] for effect in sight.effects}


@pytest.mark.parametrize(
    ("claim", "rate", "kind"),
    [
        (said("East", 100), 100, VALUE),
        (said("East", 1200, "2024", per="year"), 100, VALUE),
        (said("East", 1200, "2024", per=None), 100, VALUE),
        (said("East", 10, per="day"), 304.4, VALUE),
        (said("East", None, low=90, high=None), 90, AT_LEAST),
        (said("East", None, low=None, high=120), 120, AT_MOST),
        (said("East", None, low=100, high=121), 110, VALUE),
        (said("East", 100, item="shell_155"), 100, VALUE),
        (said("East", 100, item="shell_105"), 100, AT_LEAST),
        (said("East", 100, item="ammunition"), 100, AT_MOST),
        (said("East", 100, note="Plantville"), 100, AT_LEAST),
        (said("East", 100, note="one plant"), 100, AT_LEAST),
        (said("East", 100, note="all plants"), 100, VALUE),
    ],
    ids=[
        "rate",
        "year",
        "total",
        "day",
        "at_least",
        "at_most",
        "range",
        "stands_for",
        "narrower",
        "wider",
        "plant",
        "note",
        "all",
    ],
)
def test_figures_become_rates_a_month(claim, rate, kind):
    sight = see(claim)
    assert np.exp(sight.value) == pytest.approx(rate, rel=1e-3)
    assert sight.kind == kind


@pytest.mark.parametrize(
    "claim",
    [
        said("East", 100, status="possible"),
        said("East", 100, status="denied"),
        said("East", 100, status="planned", published="2024-06-01"),
        said("East", 100, kind="stock"),
        said("East", 100, kind="transfer"),
        said("East", 100, unit="tonne"),
        said("East", 100, item="tank"),
        said("East", 0),
        said("East", 100, published=None).with_fields(when=None),
        said("East", None, low=None, high=100, note="one plant"),
        said("East", 2, kind="change", relation="up", per=None),
        compared("East", "Pact", 2, status="possible"),
        compared("East", "Pact", 2, item="tank"),
    ],
    ids=[
        "possible",
        "denied",
        "overdue",
        "stock",
        "transfer",
        "tonnes",
        "aside",
        "nought",
        "undated",
        "part_at_most",
        "no_base",
        "maybe",
        "other",
    ],
)
def test_these_say_nothing_about_the_rate(claim):
    assert see(claim) is None


def test_a_target_stands_for_the_future_with_a_shortfall():
    sight = see(said("East", 100, "2025-12", status="planned", published="2024-06-01"))
    assert "shortfall" in keys(sight)
    assert "plan" in keys(sight)


def test_two_voices_on_one_plan_share_its_error():
    plans = [
        {effect.key for effect in sight.effects if effect.key[0] == "plan"}
        for sight in map(see, (planned("One", 100), planned("Other", 130), planned("One", 130, "2027-12")))
        if sight
    ]
    assert plans[0] == plans[1] != plans[2]


def planned(speaker: str, figure: float, month: str = "2025-12") -> Claim:
    return said("East", figure, month, status="planned", published="2024-06-01", speaker=speaker)


def test_a_capacity_has_slack_and_a_stand_in_misses_a_little():
    assert "slack" in keys(see(said("East", 100, kind="capacity")))
    missing = [effect for effect in see(said("East", 100, item="shell_155")).effects if effect.key[0] == "missing"]
    assert (missing[0].sign, missing[0].positive) == (-1.0, True)


@pytest.mark.parametrize("note", ["about", "date inferred", "contradicts the ministry"])
def test_vague_undated_and_doubted_words_are_noisier(note):
    assert see(said("East", 100, note=note)).sd > see(said("East", 100)).sd


def test_round_figures_are_noisier():
    assert see(said("East", 2_000_000)).sd > see(said("East", 2_130_000)).sd


@pytest.mark.parametrize(
    ("claim", "top", "value", "kind"),
    [
        (compared("East", "Pact", 4), "East", np.log(4), VALUE),
        (compared("East", "Pact", 4, relation="less"), "Pact", np.log(4), VALUE),
        (compared("East", "Pact", None), "East", 0.0, AT_LEAST),
        (compared("East", "Pact", None, relation="equal"), "East", 0.0, VALUE),
        (compared("East", "Pact", None, low=3, high=None), "East", np.log(3), AT_LEAST),
    ],
    ids=["ratio", "less", "sign", "equal", "at_least"],
)
def test_comparisons_see_a_difference_or_its_sign(claim, top, value, kind):
    sight = see(claim)
    assert (sight.top, sight.kind) == ((top,), kind)
    assert sight.value == pytest.approx(value)


def test_a_wider_word_adds_the_error_of_its_meaning():
    assert "meaning" in keys(see(compared("East", "Pact", 4, item="ammunition")))
    assert "meaning" not in keys(see(compared("East", "Pact", 4)))


def test_opposite_houses_enter_a_comparison_with_opposite_signs():
    sight = see(compared("East", "Pact", 4, speaker="Minister"))
    houses = {effect.key: effect.sign for effect in sight.effects if effect.key[0] == "house"}
    assert houses == {("house", "west", "east"): 1.0, ("house", "west", "west"): -1.0}


def test_one_speaker_repeating_a_ratio_shares_its_error():
    first, again = (see(compared("East", "Pact", 4, when, speaker="Minister")) for when in ("2024-01", "2024-09"))
    other = see(compared("East", "Pact", 4, speaker="General"))
    assert first.effects[0].key == again.effects[0].key != other.effects[0].key


@pytest.mark.parametrize(
    ("note", "when", "base"),
    [
        ("since February 2022", ("2024-05", "2024-05"), ("2022-02", "2022-02")),
        ("against 2022", ("2024", "2024"), ("2022-01", "2022-12")),
        ("against two years earlier", ("2024-05", "2024-05"), ("2022-05", "2022-05")),
        (None, ("2021", "2023"), ("2021-01", "2021-12")),
    ],
)
def test_a_change_compares_with_the_past_it_names(note, when, base):
    claim = said("East", 14, kind="change", relation="up", per=None, note=note).with_fields(when=when)
    sight = see(claim)
    assert tuple(map(month_name, sight.base)) == base


def test_spans_are_cut_to_the_months_estimated():
    sight = see(said("East", 1200, "2024", per="year"))
    first, last = month_span(("2024", "2024"))
    assert clipped(sight, first + 3, last + 9).months == (first + 3, last)
    assert clipped(sight, first + 9, last + 9) is None
    changed = replace(sight, base=(first - 24, first - 24))
    assert clipped(changed, first, last) is None


def test_months_read_every_date_form():
    assert month_index("2024") == month_index("2024-01-31") == month_index("2024-01")
    assert month_name(month_index("2024", last=True)) == "2024-12"
