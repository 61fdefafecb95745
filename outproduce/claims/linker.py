"""Scores for the linker: linear weights over named features, read from `data/linker.json`.

`tools/train_linker.py` makes the file again from marked corpora.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib.resources import files
from typing import TypeVar

from outproduce.claims.features import Features

C = TypeVar("C")


@dataclass(frozen=True)
class Note:
    """One decision as it was taken: every option with its score, the best first, and what spoke most for the best.

    `options` are any objects (class names, candidates); `reasons` are features with what each added to the score.
    """

    decision: str
    options: tuple[tuple[object, float], ...]
    reasons: tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class Linker:
    """Weights of each decision: decision -> feature -> class -> weight; a ranking has the one class "yes".

    A decision named "item/order" holds what is added to the weights of "item" where an order's item is chosen.
    `listener` is told of every decision; None where nobody asks why.
    """

    weights: Mapping[str, Mapping[str, Mapping[str, float]]]
    listener: Callable[[Note], None] | None = None

    @cached_property
    def _tables(self) -> dict[tuple[str, str], Mapping[str, Mapping[str, float]]]:
        return {}

    def table(self, decision: str, part: str = "") -> Mapping[str, Mapping[str, float]]:
        """Weights of a decision in one part of its cases: the common ones and the part's own together."""
        if (decision, part) not in self._tables:
            own, merged = self.weights.get(f"{decision}/{part}", {}), dict(self.weights[decision])
            for feature, row in own.items():
                known = merged.get(feature, {})
                merged[feature] = {**known, **{label: known.get(label, 0.0) + extra for label, extra in row.items()}}
            self._tables[decision, part] = merged
        return self._tables[decision, part]

    def scores(self, decision: str, features: Features, part: str = "") -> dict[str, float]:
        """Sum the weights of the features for each class of a decision."""
        table = self.table(decision, part)
        totals: dict[str, float] = {}
        for name, value in features.items():
            if value and (row := table.get(name)) is not None:
                for label, weight in row.items():
                    totals[label] = totals.get(label, 0.0) + weight * value
        return totals

    def choose(self, decision: str, features: Features, part: str = "") -> tuple[str, float]:
        """Pick the class with the highest score and tell its probability."""
        totals = self.scores(decision, features, part)
        best = max(totals, key=lambda label: (totals[label], label))
        top = totals[best]
        if self.listener is not None:
            self.listener(self._note((decision, part), list(totals.items()), features, best))
        return best, 1.0 / sum(math.exp(min(50.0, score - top)) for score in totals.values())

    def pick(self, decision: str, candidates: Sequence[C], rows: Sequence[Features], part: str = "") -> C | None:
        """Pick the candidate with the highest score, the earlier one of equals; None where there is none."""
        if not candidates:
            return None
        scores = [self.scores(decision, row, part).get("yes", 0.0) for row in rows]
        best = max(range(len(candidates)), key=lambda i: (scores[i], -i))
        if self.listener is not None:
            options = list(zip(candidates, scores, strict=True))
            self.listener(self._note((decision, part), options, rows[best], "yes"))
        return candidates[best]

    def _note(
        self,
        case: tuple[str, str],
        options: Sequence[tuple[object, float]],
        features: Features,
        label: str,
        most: int = 6,
    ) -> Note:
        table = self.table(*case)
        added = [(name, table[name].get(label, 0.0) * value) for name, value in features.items() if name in table]
        added.sort(key=lambda pair: -abs(pair[1]))
        return Note(case[0], tuple(sorted(options, key=lambda pair: -pair[1])), tuple(added[:most]))


@lru_cache(maxsize=1)
def load_linker() -> Linker:
    """Load the shipped weights once."""
    text = (files("outproduce") / "data" / "linker.json").read_text(encoding="utf-8")
    return Linker(json.loads(text))
