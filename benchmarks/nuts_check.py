"""Fit the estimate's model once more, by NUTS: python benchmarks/nuts_check.py [--warmup N] [--samples N] [--seed S].

The paths, shares, errors and the three scales are written down anew in NumPyro and sampled without any approximation;
only the observations (which claim sees which months with which error) are taken over. Printed is how far the medians
of the monthly rates lie apart, in posterior sds, and how the widths of the 90 % intervals compare.
Needs the extra `nuts`: pip install 'outproduce[nuts]'.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import numpyro
from jax.scipy.special import logsumexp, ndtr
from numpyro import distributions as dist
from numpyro.infer import MCMC, NUTS, init_to_median

from outproduce.estimate.family import Family
from outproduce.estimate.model import AT_MOST, VALUE, Array
from outproduce.estimate.months import month_index, month_name
from outproduce.estimate.rates import Fit, estimate_family
from outproduce.estimate.world import World
from outproduce.ledger.imports import starter_claims
from outproduce.packs import load_pack

jax.config.update("jax_enable_x64", True)
DAY = "2026-11-24"
ASKED = ("NATO", "Russia")
EVERY = 3  # months between those compared
SD_OF_SCALES = {"walk": "walk_log_sd", "noise": "noise_log_sd", "house": "house_log_sd"}


@dataclass(frozen=True)
class Agreement:
    """How two answers about one party agree, by month: medians apart in posterior sds, and ratio of interval widths."""

    party: str
    months: tuple[str, ...]
    apart: Array
    widths: Array


def paths(family: Family, walk: Any) -> Any:
    """Draw every party's level at the knots, shape (parties, knots): trends for wholes, walks for shares."""
    priors, tree = family.priors, family.tree
    step, knots, parties = float(tree.every), tree.knots, len(tree.names)
    root = np.array(tree.parent) < 0
    start = family.level + family.level_sd * numpyro.sample("start", dist.Normal(jnp.zeros(parties), 1.0))
    moves = numpyro.sample("moves", dist.Normal(jnp.zeros((parties, knots - 1)), 1.0))
    moves = moves * (walk * np.sqrt(step) * np.where(root, priors.step, priors.share_step))[:, np.newaxis]
    fade = priors.slope_fade**step
    first = numpyro.sample("slope", dist.Normal(jnp.zeros(parties), 1.0))
    turns = numpyro.sample("turns", dist.Normal(jnp.zeros((parties, knots - 1)), 1.0)) * np.sqrt(1 - fade**2)
    # slope k is the sum of what is left of every turn before it
    left = np.tril(fade ** (np.arange(knots)[:, np.newaxis] - np.arange(knots)[np.newaxis, :]))
    slopes = priors.slope * walk * jnp.concatenate([first[:, np.newaxis], turns], axis=1) @ left.T
    grown = moves + jnp.where(root[:, np.newaxis], step * slopes[:, :-1], 0.0)
    return jnp.cumsum(jnp.concatenate([start[:, np.newaxis], grown], axis=1), axis=1)


def log_rates(family: Family, levels: Any) -> Any:
    """Monthly log rate of every leaf, shape (leaves, months): whole times share, downwards."""
    tree = family.tree
    away = np.abs(np.arange(tree.months) / tree.every - np.arange(tree.knots)[:, np.newaxis])
    by_month = levels @ np.maximum(1.0 - away, 0.0)  # straight between knots
    shares: dict[int, Any] = {}
    rest: dict[int, Any] = {}
    for whole in sorted({above for above in tree.parent if above >= 0}):
        parts = [at for at, above in enumerate(tree.parent) if above == whole]
        logits = by_month[np.array(parts)]
        if not tree.closed[whole]:
            logits = jnp.concatenate([logits, jnp.zeros((1, tree.months))])
        logs = logits - logsumexp(logits, axis=0)
        shares |= dict(zip(parts, logs, strict=False))
        rest[whole] = logs[-1]
    found: list[Any] = []
    for at, above in enumerate(tree.parent):  # wholes stand before their parts
        found.append(by_month[at] if above < 0 else found[above] + shares[at])
    return jnp.stack([found[leaf] + rest.get(leaf, 0.0) for leaf in tree.leaves])


def errors(family: Family, scales: dict[str, Any]) -> Any:
    """Draw every shared error; those that are positive are log-normal."""
    raw = numpyro.sample("errors", dist.Normal(jnp.zeros(len(family.effects)), 1.0))
    sizes = jnp.stack([jnp.asarray(1.0), *(scales[name] for name in SD_OF_SCALES)])
    spread = sizes[np.array([[None, *SD_OF_SCALES].index(effect.scale) for effect in family.effects])]
    middle, sd = (np.array([getattr(effect, name) for effect in family.effects]) for name in ("middle", "sd"))
    drawn = middle + sd * spread * raw
    return jnp.where(np.array([effect.positive for effect in family.effects]), jnp.exp(drawn), drawn)


def joint(family: Family) -> None:
    """Write down the whole model: scales, paths, errors and what the claims see of them."""
    seen, priors = family.observations, family.priors
    normal = {name: numpyro.sample(name, dist.Normal(0.0, 1.0)) for name in SD_OF_SCALES}
    scales = {name: jnp.exp(getattr(priors, SD_OF_SCALES[name]) * value) for name, value in normal.items()}
    cells = numpyro.deterministic("cells", log_rates(family, paths(family, scales["walk"])).ravel())
    rates = jnp.exp(cells)
    paired = np.diff(seen.bottom.indptr) > 0
    below = jnp.where(paired, seen.bottom.toarray() @ rates, 1.0)
    told = jnp.log(seen.top.toarray() @ rates) - jnp.log(below) + seen.effects.toarray() @ errors(family, scales)
    exact = seen.kind == VALUE
    numpyro.factor("figures", dist.StudentT(priors.freedom, told, seen.sd).log_prob(seen.value)[exact].sum())
    side = np.where(seen.kind == AT_MOST, 1.0, -1.0)
    inside = ndtr(side * (seen.value - told) / seen.sd)
    numpyro.factor("bounds", jnp.log(priors.lapse / 2 + (1 - priors.lapse) * inside)[~exact].sum())


def sample(family: Family, warmup: int, samples: int, seed: int) -> dict[str, Array]:
    """Draw from the posterior: log rates of the leaves by month (`cells`), and the scales."""
    kernel = NUTS(joint, target_accept_prob=0.8, init_strategy=init_to_median(num_samples=5))
    chain = MCMC(kernel, num_warmup=warmup, num_samples=samples, progress_bar=False)
    chain.run(jax.random.PRNGKey(seed), family)
    drawn = {name: np.asarray(values) for name, values in chain.get_samples().items()}
    diverged = int(np.asarray(chain.get_extra_fields()["diverging"]).sum())
    return drawn | {"diverged": np.array(float(diverged))}


def rates_of(family: Family, cells: Array, party: str) -> Array:
    """Monthly rates of a party, shape (draws, months), from drawn cells."""
    values = np.exp(cells).reshape(len(cells), len(family.leaves), family.months)
    inside = np.zeros(values.shape[1:])
    for leaf, (since, until) in family.members[party].items():
        inside[leaf, max(since - family.first, 0) : until - family.first + 1] = 1.0
    return np.asarray(np.einsum("dlm,lm->dm", values, inside))


def agreement(found: Fit, cells: Array, party: str, day: str) -> Agreement:
    """Hold the fit's samples of a party against those drawn by NUTS, from the first month to that of `day`."""
    last = month_index(day) - found.family.first
    at = np.arange(last % EVERY, last + 1, EVERY)
    ours = np.log(found.rates(party)[:, at])
    theirs = np.log(rates_of(found.family, cells, party)[:, at])
    wide = [np.subtract(*np.quantile(draws, [0.95, 0.05], axis=0)) for draws in (ours, theirs)]
    apart = np.abs(np.median(ours, axis=0) - np.median(theirs, axis=0)) / theirs.std(axis=0)
    months = tuple(month_name(found.family.first + int(month)) for month in at)
    return Agreement(party, months, np.asarray(apart), np.asarray(wide[0] / wide[1]))


def starter_fit(day: str = DAY) -> Fit:
    """Fit the starter ledger's shells as `compare` does."""
    world = World.from_pack(load_pack("weapons"))
    return estimate_family(starter_claims(), world, "ammunition", ASKED, day)


def main() -> int:
    """Print how the two agree, party by party."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--warmup", type=int, default=500)
    parser.add_argument("--samples", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    found = starter_fit()
    started = time.perf_counter()
    drawn = sample(found.family, asked.warmup, asked.samples, asked.seed)
    seconds = time.perf_counter() - started
    print(f"{len(found.family.sights)} stories, {found.posterior.u.size} unknowns and 3 scales; NUTS {seconds:.0f} s, ")
    print(f"{asked.samples} samples, {int(drawn['diverged'])} diverging")
    for name, log_sd in SD_OF_SCALES.items():
        theirs = np.exp(getattr(found.family.priors, log_sd) * np.quantile(drawn[name], [0.05, 0.5, 0.95]))
        ours = np.quantile(found.draws.scales[name], [0.05, 0.5, 0.95])
        print(f"scale {name:<6}", *(f"{m:.2f} ({low:.2f}-{high:.2f})" for low, m, high in (ours, theirs)))
    print(f"{'':<16}{'medians apart (sds)':>20}{'at most':>9}{'widths, ours / NUTS':>21}{'least':>8}{'most':>7}")
    rows = [agreement(found, drawn["cells"], party, DAY) for party in ("NATO", "Russia", "United States", "Europe")]
    for row in rows:
        print(
            f"{row.party:<16}{row.apart.mean():>20.2f}{row.apart.max():>9.2f}{row.widths.mean():>21.2f}"
            f"{row.widths.min():>8.2f}{row.widths.max():>7.2f}"
        )
    apart, widths = (np.concatenate([getattr(row, name) for row in rows]) for name in ("apart", "widths"))
    print(f"{'all':<16}{apart.mean():>20.2f}{apart.max():>9.2f}{widths.mean():>21.2f}")
    print(f"widths differ by {100 * np.abs(widths - 1).mean():.0f} % on average")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
