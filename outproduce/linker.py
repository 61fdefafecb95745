"""Scores for the linker: linear weights over named features, read from `data/linker.json`.

`tools/train_linker.py` makes the file again from marked corpora.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from outproduce.features import Features


@dataclass(frozen=True)
class Linker:
    """Weights of each decision: decision -> feature -> class -> weight; a ranking has the one class "yes"."""

    weights: Mapping[str, Mapping[str, Mapping[str, float]]]

    def scores(self, decision: str, features: Features) -> dict[str, float]:
        """Sum the weights of the features for each class of a decision."""
        table = self.weights[decision]
        totals: dict[str, float] = {}
        for name, value in features.items():
            if value and (row := table.get(name)) is not None:
                for label, weight in row.items():
                    totals[label] = totals.get(label, 0.0) + weight * value
        return totals

    def choose(self, decision: str, features: Features, bias: Mapping[str, float] | None = None) -> tuple[str, float]:
        """Pick the class with the highest score and tell its probability; `bias` is added to the scores."""
        totals = self.scores(decision, features)
        for label, extra in (bias or {}).items():
            totals[label] = totals.get(label, 0.0) + extra
        best = max(totals, key=lambda label: (totals[label], label))
        top = totals[best]
        return best, 1.0 / sum(math.exp(min(50.0, score - top)) for score in totals.values())

    def rank(self, decision: str, rows: Sequence[Features]) -> list[float]:
        """Score each candidate of a ranking."""
        return [self.scores(decision, row).get("yes", 0.0) for row in rows]


@lru_cache(maxsize=1)
def load_linker() -> Linker:
    """Load the shipped weights once."""
    text = (files("outproduce") / "data" / "linker.json").read_text(encoding="utf-8")
    return Linker(json.loads(text))
