"""The scale of verdicts: what each needs, and how much room a sentence's own words leave its figure.

Every threshold of `check` stands here, each with its reason; docs/check.md tells how they are used.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

SUPPORTED, PLAUSIBLE, DOUBTFUL, CONTRADICTED = "supported", "plausible", "doubtful", "contradicted"
NOT_CHECKABLE = "not checkable"
VERDICTS = (SUPPORTED, PLAUSIBLE, DOUBTFUL, CONTRADICTED, NOT_CHECKABLE)
RATINGS = {CONTRADICTED: 1, DOUBTFUL: 2, PLAUSIBLE: 3, SUPPORTED: 4}  # of a ClaimReview, out of 4


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Least probabilities of the verdicts; below `doubtful` a claim is contradicted.

    They are those of the scale that climate reports use: likely from 2 in 3, unlikely below 1 in 3, very unlikely below
    1 in 10. Where nothing is known precisely, no figure is likely; so a figure is also plausible or doubtful where it
    reaches a share (`near`, `far`) of what the best figure of the same breadth would.
    """

    supported: float = 0.66
    plausible: float = 0.33
    doubtful: float = 0.10
    near: float = 0.5
    far: float = 0.2
    widest: float = 30.0  # an interval with ends further apart than this factor says nothing: not checkable


@dataclass(frozen=True, slots=True)
class Room:
    """How far from the words a quantity may be and the sentence still hold; spreads are logarithms of a factor.

    A figure holds within a factor 1.2, or half of its last digit where that is more (3 million: 2.5 to 3.5); a ratio,
    as people use them, within 1.35; both within 1.5 where the sentence says "about". "Up to N" promises something near
    N: it holds from `up_to` times N. "More" without a figure holds from 0; "equal" within a factor 1.2. None at all (a
    figure of zero) holds up to one piece a period, a ratio of zero up to a twentieth.
    """

    figure: float = math.log(1.2)
    ratio: float = math.log(1.35)
    about: float = math.log(1.5)
    bound: float = math.log(1.05)
    equal: float = math.log(1.2)
    up_to: float = 0.5
    none: float = 1.0
    none_ratio: float = 0.05


THRESHOLDS = Thresholds()
ROOM = Room()


def verdict_of(probability: float, best: float = 1.0, limits: Thresholds = THRESHOLDS) -> str:
    """Give the verdict for a probability; `best` is the greatest that any figure of the same breadth could reach.

    >>> verdict_of(0.66), verdict_of(0.33), verdict_of(0.1), verdict_of(0.05)
    ('supported', 'plausible', 'doubtful', 'contradicted')
    >>> verdict_of(0.28, best=0.3), verdict_of(0.07, best=0.3)
    ('plausible', 'doubtful')
    """
    share = probability / best if best > 0 else 0.0
    if probability >= limits.supported:
        return SUPPORTED
    if probability >= limits.plausible or (best < limits.supported and share >= limits.near):
        return PLAUSIBLE
    if probability >= limits.doubtful or (best < limits.supported and share >= limits.far):
        return DOUBTFUL
    return CONTRADICTED


def rounding(figure: float) -> float:
    """Half a unit of the last digit of a figure that is not zero, as the logarithm of a factor.

    >>> round(rounding(3_000_000), 3), round(rounding(250_000), 3)
    (0.154, 0.02)
    """
    digits = f"{figure:.6e}".split("e", maxsplit=1)[0].rstrip("0").rstrip(".")
    places = len(digits.split(".")[1]) if "." in digits else 0
    return math.log1p(0.5 * 10.0**-places / float(digits))


def room_of(figure: float, *, ratio: bool, approximate: bool, room: Room = ROOM) -> float:
    """Give how far from a figure the truth may lie and the sentence still hold, as the logarithm of a factor."""
    least = room.about if approximate else room.ratio if ratio else room.figure
    return max(least, 0.0 if ratio else min(rounding(figure), room.about))
