"""The general fuser: arrays in, series with intervals out."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outproduce.errors import EstimateError
from outproduce.estimate.fusion import FuseOptions, Fusion, fuse

QUICK = FuseOptions(points=12, tries=12, draws=400)


def noisy(seed: int = 1, count: int = 60) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Times, values around a rising line, and the line."""
    rng = np.random.default_rng(seed)
    times = np.sort(rng.uniform(0, 10, count))
    truth = 20 + 2 * times
    return times, truth + rng.normal(0, 1.5, count), truth


def last(found: Fusion, label: object = 0) -> float:
    return float(found.median[found.labels.index(label), -1])


def test_a_line_is_found_again():
    times, values, _ = noisy()
    found = fuse(times, values, 1.5, options=QUICK)
    low, high = found.interval(0.95)
    assert found.median.shape == (1, 12)
    assert low[0, -1] < 40 < high[0, -1]
    assert abs(last(found) - 40) < 1.5


def test_bias_of_a_source_is_found_and_taken_out():
    times, values, _ = noisy()
    sources = ["fair", "other", "high"] * 20
    values = values + np.array([5.0 if source == "high" else 0.0 for source in sources])
    found = fuse(times, values, 1.5, sources=sources, options=QUICK)
    assert found.bias["high"][0] - found.bias["fair"][0] == pytest.approx(5, abs=1.2)
    assert abs(last(found) - 40) < 2.5


def test_one_garbled_value_hardly_moves_the_series():
    times, values, _ = noisy()
    garbled = values.copy()
    garbled[-1] *= 12
    assert last(fuse(times, garbled, 1.5, options=QUICK)) == pytest.approx(
        last(fuse(times, values, 1.5, options=QUICK)), abs=1
    )


@pytest.mark.parametrize(("bound", "sign"), [("at_least", 1), ("at_most", -1)])
def test_bounds_push_to_their_side_only(bound, sign):
    times, values = [0.0, 1.0, 2.0], [10.0, 10.0, 10.0]
    plain = last(fuse(times, values, 1.0, options=QUICK))
    pushed = fuse([*times, 2.0], [*values, 10 + 2 * sign], 1.0, bounds=[None, None, None, bound], options=QUICK)
    loose = fuse([*times, 2.0], [*values, 10 - 2 * sign], 1.0, bounds=[None, None, None, bound], options=QUICK)
    assert sign * (last(pushed) - plain) > 0.3
    assert last(loose) == pytest.approx(plain, abs=0.3)


@pytest.mark.parametrize(("link", "value"), [("log", 5000.0), ("logit", 0.9)])
def test_links_keep_values_in_their_range(link, value):
    found = fuse([0, 1, 2], [value] * 3, value / 20, link=link, options=QUICK)
    assert found.median[0, -1] == pytest.approx(value, rel=0.05)
    assert found.draws.min() > 0
    assert link == "log" or found.draws.max() < 1


def test_weighted_sums_of_series_inform_their_parts():
    series = [{"north": 1, "south": 1}] * 4 + ["north"] * 4
    found = fuse([0, 1, 2, 3] * 2, [30.0] * 4 + [10.0] * 4, 0.5, series=series, options=QUICK)
    assert last(found, "south") == pytest.approx(20, abs=1.5)


def test_a_mean_over_an_interval_sees_its_middle():
    times, values, _ = noisy()
    found = fuse([*times, 0.0], [*values, 30.0], [*[1.5] * 60, 0.2], ends=[*times, 10.0], options=QUICK)
    assert float(found.median[0].mean()) == pytest.approx(30, abs=0.6)


def test_pooled_series_lend_each_other_their_movement():
    times, values, _truth = noisy()
    series = ["much"] * 60 + ["little"]
    found = fuse([*times, 0.0], [*values, 50.0], 1.5, series=series, pool=True, options=QUICK)
    alone = fuse([*times, 0.0], [*values, 50.0], 1.5, series=series, options=QUICK)
    assert abs(last(found, "little") - 70) < abs(last(alone, "little") - 70)
    assert found.probability_above("little", "much")[-1] > alone.probability_above("little", "much")[-1]


def three(label: str) -> dict[str, object]:
    """Two series that rise together, one that stands still, and `label` seen once, early."""
    times = np.arange(10.0)
    rising, still = 20 + 3 * times, np.full(10, 50.0)
    series = ["a"] * 10 + ["b"] * 10 + ["c"] * 10 + ["d"] * 10 + [label]
    values = [*rising, *rising, *still, *still, 40.0]
    return {"times": [*np.tile(times, 4), 0.0], "values": values, "sds": 1.0, "series": series}


def test_a_series_moves_with_those_it_is_like():
    groups = {"a": "up", "b": "up", "c": "flat", "d": "flat"}
    up, flat = (fuse(**three("e"), alike=groups | {"e": name}, options=QUICK) for name in ("up", "flat"))
    assert last(up, "e") > last(flat, "e") + 8
    assert {"own_walk", "alike_walk", "walk"} <= set(up.scales)


@pytest.mark.parametrize(("count", "together"), [(1, False), (2, False), (3, True)])
def test_three_series_or_more_are_pooled(count, together):
    found = fuse(np.arange(6.0), np.ones(6), 1.0, series=[at % count for at in range(6)], options=QUICK)
    assert ("walk" in found.scales) is together


def test_what_no_source_shows_tells_nothing_of_the_level():
    times = np.tile(np.arange(10.0), 6)
    series = np.repeat(list("abcdef"), 10)
    values = 20 + 4 * times + np.repeat(np.arange(6.0), 10)
    sure, unsure = (
        fuse(times, values, 1.0, series=series, sources=["x", "y"] * 30, options=replace(QUICK, shared_error=size))
        for size in (0.0, 3.0)
    )
    assert np.median(unsure.sd[:, -1]) > np.median(sure.sd[:, -1])
    assert unsure.median[:, -1] == pytest.approx(sure.median[:, -1], abs=0.3)


def test_white_space_makes_no_new_source():
    found = fuse([0, 1, 2], [1.0, 2.0, 3.0], 1.0, sources=["Old Post", "Old  Post ", None], options=QUICK)
    assert list(found.bias) == ["Old Post"]


def test_series_known_beforehand_need_no_value():
    found = fuse([0, 1], [10.0, 10.0], 1.0, series=["a", "a"], pool=True, prior={"b": (30.0, 2.0)}, options=QUICK)
    assert last(found, "b") == pytest.approx(30, abs=3)


def test_a_forecast_is_less_sure_than_the_last_value():
    days = [date(2024, 1, day) for day in range(1, 29)]
    found = fuse(days, np.linspace(10, 12, 28), 0.3, until=date(2024, 3, 1), options=QUICK)
    assert found.grid[-1] - found.grid[0] == 60
    assert found.sd[0, -1] > 2 * found.sd[0, 4]


@given(st.permutations(range(8)))
@settings(max_examples=5, deadline=None)
def test_order_does_not_matter(order):
    times, values, sources = np.arange(8.0), np.arange(8.0) + 5, np.array(list("abcabcab"))
    straight = fuse(times, values, 1.0, sources=sources, options=QUICK)
    mixed = fuse(times[order], values[order], 1.0, sources=sources[order], options=QUICK)
    assert np.allclose(straight.median, mixed.median, atol=1e-3)


def test_the_seed_decides_the_draws():
    one, same, other = (fuse([0, 1], [1.0, 2.0], 1.0, options=QUICK, seed=seed) for seed in (1, 1, 2))
    assert np.array_equal(one.draws, same.draws)
    assert not np.array_equal(one.draws, other.draws)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"values": [1.0]}, "2 times"),
        ({"sds": [1.0, 0.0]}, "observation 1"),
        ({"values": [1.0, -1.0], "link": "log"}, "observation 1"),
        ({"link": "square"}, "identity, log, logit"),
        ({"bounds": ["below", None]}, "below"),
        ({"series": ["a"]}, "series has 1"),
        ({"grid": [3.0, 1.0]}, "rise strictly"),
    ],
    ids=["lengths", "sd", "range", "link", "bound", "series", "grid"],
)
def test_wrong_arrays_are_refused_in_words(changes, words):
    arrays = {"times": [0.0, 1.0], "values": [1.0, 2.0], "sds": 1.0} | changes
    with pytest.raises(EstimateError, match=words):
        fuse(**arrays)


def test_an_unknown_series_is_refused():
    with pytest.raises(EstimateError, match="no series 'b'"):
        fuse([0, 1], [1.0, 2.0], 1.0, series=["a", "a"], options=QUICK).samples("b")


def test_intervals_hold_the_truth_as_often_as_they_say():
    options, held = FuseOptions(points=10, tries=8, draws=400, shared_error=0, own_error=0), []
    for seed in range(60):
        rng = np.random.default_rng(seed)
        truth = 10 + np.cumsum(rng.normal(0, 1, 10))
        times = rng.integers(0, 10, 25)
        found = fuse(times, truth[times] + rng.normal(0, 1, 25), 1.0, grid=np.arange(10), options=options)
        low, high = found.interval(0.9)
        held.append(np.mean((low[0] <= truth) & (truth <= high[0])))
    assert 0.85 < np.mean(held) < 0.96
