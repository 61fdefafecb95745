"""Do intervals hold the truth as often as they say? python benchmarks/calibration.py [--worlds N] [--seed S].

Worlds are drawn from the priors themselves (scales, paths, shares, every shared error, every telling) and then
estimated from their claims alone; printed is how often the central 50, 80 and 90 % intervals of the monthly rates, of
the yearly total and of the ratio hold the truth. The same for worlds that break the model in four ways.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from outproduce.estimate.family import build_family
from outproduce.estimate.model import VALUE, Array
from outproduce.estimate.months import month_name
from outproduce.estimate.observations import Sight
from outproduce.estimate.priors import Priors
from outproduce.estimate.rates import Fit, estimate_family
from outproduce.estimate.world import World
from outproduce.ledger.stories import find_stories
from outproduce.records import Claim

LEVELS = (0.5, 0.8, 0.9)
FIRST, MONTHS = 2023 * 12, 24
AS_OF = "2024-12-31"
WORLD = World(
    {"arms": None, "shell": "arms"},
    part_of={"East": (), "Homeland": (), "Union": ()},
    covers={"Pact": {"Homeland": 0.6, "Union": 0.4}},
    sides={"East": "east", "Homeland": "west", "Union": "west", "Pact": "west"}
    | {f"East Voice {n}": "east" for n in range(4)}
    | {f"West Voice {n}": "west" for n in range(4)},
)
Draws = dict[object, float]


@dataclass(frozen=True)
class Drawn:
    """One world: true monthly rates of each party, and its claims."""

    rates: dict[str, Array]
    claims: list[Claim]


def draw_plan(rng: np.random.Generator, count: int) -> list[Claim]:
    """Decide who speaks of what and when; figures are filled in later."""
    plan = []
    for at in range(count):
        side = ("East", "West")[int(rng.integers(2))]
        month = month_name(FIRST + (int(rng.integers(MONTHS)) if at else 0))  # the first claim opens the world
        voice, status = f"{side} Voice {int(rng.integers(4))}", "actual"
        fields = {"low": 1.0 + at, "high": 1.0 + at, "when": (month, month), "published": f"{month}-28"}
        fields |= {"speaker": voice, "url": f"https://example.org/{at}", "note": f"statement {at}"}
        actor = ("East", "Homeland", "Union", "Pact")[int(rng.choice(4, p=[0.4, 0.25, 0.2, 0.15]))]
        kind = ("output", "capacity", "comparison")[int(rng.choice(3, p=[0.7, 0.15, 0.15]))]
        if kind == "comparison":
            plan.append(Claim(kind, ("East",), "shell", relation="more", other=("Pact",), status=status, **fields))
        else:
            plan.append(Claim(kind, (actor,), "shell", per="month", status=status, **fields))
    return plan


def draw_world(seed: int, priors: Priors, count: int = 40) -> Drawn:
    """Draw scales, paths and errors from the priors, and give the claims the figures that follow from them."""
    rng = np.random.default_rng(seed)
    plan = draw_plan(rng, count)
    stories = find_stories(plan, parents=WORLD.parents)
    family = build_family(stories, WORLD, "shell", ("East", "Pact"), priors, FIRST + MONTHS - 1)
    scales = {name: math.exp(sd * rng.standard_normal()) for name, sd in spreads(priors)}
    # The level's prior middle is read off the claims in a fit; here it is fixed, and levels are drawn around it.
    middle = np.where(np.array(family.tree.parent) < 0, math.log(100.0), np.log(0.5))
    family = replace(family, level=middle, level_sd=np.full(middle.size, 0.5))
    prior = family.model(scales).prior
    unknowns = np.asarray(
        prior.sums @ (prior.offset + np.sqrt(prior.variance) * rng.standard_normal(prior.offset.size))
    )
    cells = np.exp(family.tree.many(unknowns[np.newaxis, : family.tree.states])[0])
    grid = cells.reshape(len(family.leaves), family.months)
    rates = {name: sum(grid[leaf] for leaf in family.members[name]) for name in ("East", "Homeland", "Union", "Pact")}
    raw = unknowns[family.tree.states :]
    errors = {e.key: math.exp(u) if e.positive else float(u) for e, u in zip(family.effects, raw, strict=True)}
    by_story = {story.id: story.origin for story in stories}
    claims = [told(by_story[s.story], s, rates, errors, family.first, rng, priors) for s in family.sights]
    start = FIRST - family.first
    return Drawn({name: path[start : start + MONTHS] for name, path in rates.items()}, claims)


def spreads(priors: Priors) -> tuple[tuple[str, float], ...]:
    """Scales and the sds of their logarithms."""
    return ("walk", priors.walk_log_sd), ("noise", priors.noise_log_sd), ("house", priors.house_log_sd)


def told(
    claim: Claim,
    sight: Sight,
    rates: dict[str, Array],
    errors: Draws,
    first: int,
    rng: np.random.Generator,
    priors: Priors,
) -> Claim:
    """Give a claim the figure its speaker would give: the truth, all errors shared with others, and its own noise."""
    if sight.kind != VALUE:
        raise ValueError(f"sight of {sight.story} is a bound; worlds here are drawn with figures only")
    at = sight.months[0] - first
    truth = math.log(rates[sight.top[0]][at]) - (math.log(rates[sight.bottom[0]][at]) if sight.bottom else 0.0)
    shared = sum(effect.sign * errors[effect.key] for effect in sight.effects)
    sd = priors.ratio if sight.bottom else priors.own
    figure = math.exp(truth + shared + sd * float(rng.standard_t(priors.freedom)))
    return claim.with_fields(low=figure, high=figure)


def copied(world: Drawn, rng: np.random.Generator) -> Drawn:
    """A third of the claims are told again a month later by other mouths, without saying where they have it from."""
    again = [
        claim.with_fields(speaker=f"Echo {n}", url=f"https://echo.example/{n}", note=f"echo {n}")
        for n, claim in enumerate(world.claims)
        if rng.random() < 1 / 3
    ]
    return replace(world, claims=world.claims + again)


def lying(world: Drawn, rng: np.random.Generator) -> Drawn:
    """One side gives twice its own figures and half of the other's."""
    factor = {"East": 2.0, "Homeland": 0.5, "Union": 0.5, "Pact": 0.5}
    return replace(world, claims=[scaled(c, factor[c.actor[0]]) if is_east(c) else c for c in world.claims])


def is_east(claim: Claim) -> bool:
    """Whether an Eastern voice gives a figure."""
    return bool(claim.speaker and claim.speaker.startswith("East")) and claim.kind != "comparison"


def jumping(world: Drawn, rng: np.random.Generator) -> Drawn:
    """The East triples its output within one month."""
    month = int(rng.integers(8, 16))
    rates = world.rates | {"East": world.rates["East"] * np.where(np.arange(MONTHS) >= month, 3.0, 1.0)}
    name = month_name(FIRST + month)
    late = [(c, c.actor == ("East",) and c.when is not None and c.when[0] >= name) for c in world.claims]
    return Drawn(rates, [scaled(c, 3.0) if after else c for c, after in late])


def garbled(world: Drawn, rng: np.random.Generator) -> Drawn:
    """One figure in twelve is a year's taken for a month's, or the other way round."""
    factors = [float(rng.choice([12.0, 1 / 12])) if rng.random() < 1 / 12 else 1.0 for _ in world.claims]
    return replace(
        world,
        claims=[c if c.kind == "comparison" else scaled(c, f) for c, f in zip(world.claims, factors, strict=True)],
    )


def scaled(claim: Claim, factor: float) -> Claim:
    """Multiply a claim's figure."""
    return claim.with_fields(low=(claim.low or 0.0) * factor, high=(claim.high or 0.0) * factor)


def quantities(found: Fit) -> dict[str, Array]:
    """Samples of what is checked, each of shape (draws, numbers)."""
    east, pact, part = found.rates("East"), found.rates("Pact"), found.rates("Homeland")
    start = FIRST - found.family.first
    window = slice(start, start + MONTHS)
    every = slice(start + 2, start + MONTHS, 7)
    return {
        "rate of the East": east[:, every],
        "rate of the Pact": pact[:, every],
        "rate of a part": part[:, every],
        "total of a year": east[:, window][:, 12:].sum(axis=1, keepdims=True),
        "ratio at the end": (east[:, window] / pact[:, window])[:, -1:],
    }


def truths(world: Drawn) -> dict[str, Array]:
    """What is so, in the shape of `quantities` without draws."""
    east, pact, part = (world.rates[name] for name in ("East", "Pact", "Homeland"))
    return {
        "rate of the East": east[2::7],
        "rate of the Pact": pact[2::7],
        "rate of a part": part[2::7],
        "total of a year": east[12:].sum(keepdims=True),
        "ratio at the end": (east / pact)[-1:],
    }


def coverage(worlds: Sequence[Drawn], priors: Priors) -> dict[str, Array]:
    """Share of worlds' numbers that lie in the 50, 80 and 90 % intervals, by quantity."""
    held: dict[str, list[Array]] = {}
    for world in worlds:
        found = estimate_family(world.claims, WORLD, "shell", ("East", "Pact"), AS_OF, priors)
        truth = truths(world)
        for name, draws in quantities(found).items():
            ends = [np.quantile(draws, [(1 - level) / 2, (1 + level) / 2], axis=0) for level in LEVELS]
            inside = [np.mean((low <= truth[name]) & (truth[name] <= high)) for low, high in ends]
            held.setdefault(name, []).append(np.array(inside))
    return {name: np.mean(rows, axis=0) for name, rows in held.items()}


BROKEN: dict[str, Callable[[Drawn, np.random.Generator], Drawn]] = {
    "copied claims": copied,
    "one lying side": lying,
    "a jump": jumping,
    "unit mistakes": garbled,
}


def print_table(title: str, found: dict[str, Array], count: int) -> None:
    """Print one kind of world; the error is that of a share of `count` independent worlds."""
    errors = [100 * math.sqrt(level * (1 - level) / count) for level in LEVELS]
    print(f"\n{title} ({count} worlds; two binomial errors: " + ", ".join(f"{2 * e:.0f}" for e in errors) + " points)")
    print(f"{'':<22}" + "".join(f"{f'in {100 * level:.0f} %':>10}" for level in LEVELS))
    for name, shares in [*found.items(), ("all", np.mean(list(found.values()), axis=0))]:
        print(f"{name:<22}" + "".join(f"{100 * share:>9.0f}%" for share in shares))


def main() -> int:
    """Print the table of sound worlds and of each kind of broken one."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worlds", type=int, default=300)
    parser.add_argument("--broken", type=int, default=60, help="worlds of each broken kind")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    priors = Priors()
    worlds = [draw_world(asked.seed + n, priors) for n in range(asked.worlds)]
    print_table("worlds drawn from the priors", coverage(worlds, priors), asked.worlds)
    rng = np.random.default_rng(asked.seed)
    for name, damage in BROKEN.items():
        broken = [damage(world, rng) for world in worlds[: asked.broken]]
        print_table(name, coverage(broken, priors), len(broken))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
