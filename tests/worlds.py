"""Small worlds and claims for the tests of the estimate."""

from __future__ import annotations

from typing import Any

from outproduce.estimate.priors import Priors
from outproduce.estimate.world import World
from outproduce.packs import Membership
from outproduce.records import Claim

PARENTS = {"ammunition": None, "shell": "ammunition", "shell_155": "shell", "shell_105": "shell", "tank": None}
SMALL = World(
    PARENTS,
    {
        "East": (),
        "Works": (Membership("Homeland"),),
        "Homeland": (),
        "Newland": (Membership("Union", "2024-01-01"),),
        "Union": (),
    },
    {"Pact": {"Homeland": 0.6, "Union": 0.4}},
    {"East": "east", "Homeland": "west", "Union": "west", "Pact": "west", "General": "east", "Minister": "west"},
    {"ammunition": "shell"},
    {"shell": ("shell_155",)},
    ("Plantville",),
)
QUICK = Priors(tries=8, draws=400)


def said(actor: str, figure: float | None, when: str = "2024-01", **fields: Any) -> Claim:
    """Make a claim of `figure` shells a month, exact, said and published in the month it is about."""
    given = {
        "kind": "output",
        "actor": tuple(actor.split("+")),
        "item": "shell",
        "low": figure,
        "high": figure,
        "per": "month",
        "when": (when, when),
        "published": f"{when}-15" if len(when) == 7 else f"{when}-12-15",
        "url": "https://example.org/",
    }
    return Claim(**(given | fields))


def compared(actor: str, other: str, ratio: float | None, when: str = "2024-01", **fields: Any) -> Claim:
    """Make a claim that `actor` makes `ratio` times as many shells as `other`."""
    given = {"kind": "comparison", "other": tuple(other.split("+")), "relation": "more", "per": None}
    return said(actor, ratio, when, **(given | fields))


def monthly(actor: str, figures: list[float], year: int = 2024, **fields: Any) -> list[Claim]:
    """One claim a month from January of `year`, each by a speaker of its own."""
    months = [f"{year + at // 12}-{at % 12 + 1:02d}" for at in range(len(figures))]
    return [
        said(actor, figure, month, speaker=f"Counter {len(actor)} of {month}", **fields)
        for month, figure in zip(months, figures, strict=True)
    ]
