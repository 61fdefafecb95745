"""Print what the estimate makes of the starter ledger: python benchmarks/ledger_sanity.py.

Yearly output in millions of shells, the answers as of two days, what single statements and one speaker move, the biases
of the sides, and how long it takes. docs/method.md quotes it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from importlib.resources import files

import numpy as np

from outproduce.answers import Comparison, compare
from outproduce.estimate.months import month_index
from outproduce.estimate.rates import Fit, estimate_family
from outproduce.estimate.world import World
from outproduce.ledger.imports import read_claims_csv
from outproduce.packs import load_pack
from outproduce.records import Claim

DAYS = ("2025-07-01", "2025-12-31", "2026-11-24")
PARTIES = ("NATO", "United States", "Europe", "EU", "Rheinmetall", "Russia")


def starter() -> tuple[list[Claim], World]:
    """Read the shipped claims and the world of the pack."""
    claims, _ = read_claims_csv(str(files("outproduce") / "data" / "starter_claims.csv"))
    return claims, World.from_pack(load_pack("weapons"))


def yearly(found: Fit, actor: str, year: int) -> str:
    """Median and 90 % interval of a year's output in millions."""
    start = month_index(str(year)) - found.family.first
    low, middle, high = np.quantile(found.rates(actor)[:, start : start + 12].sum(axis=1) / 1e6, [0.05, 0.5, 0.95])
    return f"{middle:5.2f} ({low:.2f}-{high:.2f})"


def print_years(found: Fit) -> None:
    """Print the table of yearly outputs and the biases of the sides."""
    years = range(2022, 2027)
    print(f"{'millions of shells':<20}" + "".join(f"{year:>20}" for year in years))
    for actor in PARTIES:
        print(f"{actor:<20}" + "".join(f"{yearly(found, actor, year):>20}" for year in years))
    print("bias of a side's speakers (log factor, sd):")
    for (side, about), (mean, sd) in found.biases().items():
        print(f"  {side} of {about}: {mean:+.2f} ({sd:.2f})")
    print("scales found:", {name: round(value, 2) for name, value in found.found.scales.items()})


def race(claims: list[Claim], world: World, day: str) -> Comparison:
    """Compare NATO with Russia in ammunition."""
    return compare(claims, world, "NATO", "Russia", "ammunition", as_of=day)


def is_rutte(claim: Claim) -> bool:
    """Whether it is a comparison by the speaker who made most of them."""
    return claim.kind == "comparison" and claim.speaker == "Mark Rutte"


def is_november(claim: Claim) -> bool:
    """Whether it is the statement of November 2025 that NATO is ahead."""
    return is_rutte(claim) and claim.actor == ("NATO",)


def is_comparison(claim: Claim) -> bool:
    """Whether it compares producers at all: without these, only the counts speak."""
    return claim.kind == "comparison"


def leavings() -> Iterator[tuple[str, Callable[[Claim], bool]]]:
    """Give what is left out in turn."""
    yield "everything", lambda _: False
    yield "without the statement of November 2025", is_november
    yield "without that speaker's comparisons", is_rutte
    yield "counts alone, no comparison by anybody", is_comparison


def main() -> int:
    """Print everything."""
    claims, world = starter()
    started = time.perf_counter()
    found = estimate_family(claims, world, "ammunition", ("NATO", "Russia"), DAYS[-1])
    print(f"fit: {time.perf_counter() - started:.2f} s, {len(found.family.sights)} stories seen")
    print_years(found)
    for day in DAYS:
        print(f"\n{day}")
        for name, left_out in leavings():
            answer = race([claim for claim in claims if not left_out(claim)], world, day)
            ratio = answer.ratio
            print(
                f"  {name:<40} P(NATO ahead) {answer.probability_a_ahead:.4f}, "
                f"NATO/Russia {ratio.median:.2f} ({ratio.low:.2f}-{ratio.high:.2f}), {answer.independent_claims} claims"
            )
            if name == "everything":
                print("  " + answer.sentence())
                for used in answer.claims[:5]:
                    claim = used.story.origin
                    print(f"    {used.moved:+.3f} {claim.speaker}: {claim.kind} {claim.actor} {claim.low} {claim.when}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
