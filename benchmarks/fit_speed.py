"""Time the estimate of the starter ledger: python benchmarks/fit_speed.py [--runs N].

Seconds of one core, the best of several runs: claims to stories, the model, mode and scales, joint draws; for the
question about ammunition and for every item of the ledger together. Beside it a baseline: the same mode, at scales
already known, by SciPy's L-BFGS with exact gradients, and how much higher (worse) its objective ends.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np
from scipy import optimize
from threadpoolctl import threadpool_limits

from outproduce.errors import NothingFound
from outproduce.estimate.family import Family, build_family
from outproduce.estimate.laplace import fit
from outproduce.estimate.misfit import predict_many, tell_misfit
from outproduce.estimate.model import Array, Model
from outproduce.estimate.months import month_index
from outproduce.estimate.priors import Priors
from outproduce.estimate.rates import Fit, counted_item
from outproduce.estimate.scales import search_scales
from outproduce.estimate.world import World
from outproduce.ledger.imports import starter_claims
from outproduce.ledger.stories import find_stories
from outproduce.packs import load_pack
from outproduce.records import Story

Given = TypeVar("Given")
MONTH = month_index("2026-11-24")
START = {"walk": 1.0, "noise": 1.0, "house": 1.0}


def families(stories: Sequence[Story], world: World, priors: Priors) -> list[Family]:
    """Give every item's family, of all parties somebody speaks of."""
    found = []
    for item in sorted({counted_item(world, story.origin.item) for story in stories}):
        actors = sorted({actor for s in stories if s.origin.item == item for actor in s.origin.actor})
        for actor in actors:
            if any(actor in family.members for family in found if family.item == item):
                continue
            try:
                found.append(build_family(stories, world, item, (actor,), priors, MONTH))
            except NothingFound:
                continue
    return found


def fitted(family: Family) -> Fit:
    """Search mode and scales, as an estimate does."""
    scales = search_scales(family.model, family.scales, tries=family.priors.tries, neighbours=False)
    return Fit(family, scales, {}, 0)


def objective(model: Model) -> Callable[[Array], tuple[float, Array]]:
    """Give the function that L-BFGS is to make small, and its gradient."""

    def height(u: Array) -> tuple[float, Array]:
        predictions, pull = predict_many(model, u[:, np.newaxis])
        misfit, slope = tell_misfit(model, predictions)
        away = model.prior.differences @ u - model.prior.offset
        total = float(misfit[0]) + 0.5 * float(np.sum(away**2 / model.prior.variance))
        return total, model.prior.pull(u) + pull(slope)[:, 0]

    return height


def seconds(runs: int, work: Callable[[], Given]) -> tuple[float, Given]:
    """Time the best of several runs on one core, and give what the last one gave."""
    times = []
    for _ in range(runs):
        started = time.process_time()
        given = work()
        times.append(time.process_time() - started)
    return min(times), given


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    runs = parser.parse_args().runs
    claims, world, priors = starter_claims(), World.from_pack(load_pack("weapons")), Priors()
    with threadpool_limits(limits=1, user_api="blas"):
        told, stories = seconds(runs, lambda: find_stories(claims, parents=world.parents))
        built, family = seconds(
            runs, lambda: build_family(stories, world, "artillery_shell", ("NATO", "Russia"), priors, MONTH)
        )
        searched, found = seconds(runs, lambda: fitted(family))
        drawn, _ = seconds(runs, lambda: Fit(family, found.found, {}, 0).draws)
        print(f"shells: {len(family.sights)} stories, {found.posterior.u.size} unknowns, {priors.draws} draws")
        print(f"  stories {told:.2f} s, model {built:.2f} s, mode and scales {searched:.2f} s, draws {drawn:.2f} s")
        print(f"  together {told + built + searched + drawn:.2f} s of one core")
        newton, best = seconds(runs, lambda: fit(family.model(START), tolerance=0.01))
        height, model = objective(family.model(START)), family.model(START)
        options = {"maxiter": 5000, "maxfun": 5000}
        plain, lbfgs = seconds(
            1, lambda: optimize.minimize(height, model.prior.mean(), jac=True, method="L-BFGS-B", options=options)
        )
        print(f"baseline, one mode at known scales: Gauss-Newton {newton:.2f} s, L-BFGS {plain:.2f} s, ", end="")
        print(f"{float(lbfgs.fun) - height(best.u)[0]:+.2f} in the objective, {lbfgs.nfev} evaluations")
        every = families(stories, world, priors)
        whole, _ = seconds(1, lambda: [fitted(one).draws for one in every])
        sights = sum(len(one.sights) for one in every)
        print(f"every item of the ledger: {len(every)} models, {sights} stories, {told + whole:.2f} s")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
