"""Intervals hold what is so as often as they say, in worlds drawn from the priors themselves."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from benchmarks import calibration
from outproduce.estimate.priors import Priors

WORLDS = 120
QUICK = replace(Priors(), tries=12, draws=300)


@cache
def held() -> dict[str, np.ndarray]:
    """Share of the true values in the 50, 80 and 90 % intervals, by quantity."""
    worlds = [calibration.draw_world(seed, QUICK) for seed in range(1000, 1000 + WORLDS)]
    return calibration.coverage(worlds, QUICK)


@pytest.mark.parametrize(("at", "level"), list(enumerate(calibration.LEVELS)), ids=lambda value: str(value))
def test_intervals_hold_the_truth_as_often_as_they_say(at, level):
    error = math.sqrt(level * (1 - level) / WORLDS)
    assert np.mean([shares[at] for shares in held().values()]) == pytest.approx(level, abs=2 * error)
    for name, shares in held().items():
        assert shares[at] == pytest.approx(level, abs=3 * error), name
