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
Weights = Mapping[str, Mapping[str, float]]  # feature -> class -> weight
RANKED = "yes"  # the one class of a ranking
MOST_REASONS = 6


@dataclass(frozen=True)
class Note:
    """One decision as it was taken: every option with its score, the best first, and what spoke most for the best.

    `options` are any objects (class names, candidates); `reasons` are features with what each added to the score.
    """

    decision: str
    options: tuple[tuple[object, float], ...]
    reasons: tuple[tuple[str, float], ...]


class Table:
    """The weights of one decision, laid out so that many features are summed quickly: a row of all classes for each.

    `common` and `own` map a feature to the weights of some classes; both count. A row is laid out when first met.
    """

    def __init__(self, common: Weights, own: Weights) -> None:
        self.labels = sorted({label for weights in (common, own) for row in weights.values() for label in row})
        self._common, self._own = common, own
        self._rows: dict[str, tuple[float, ...]] = dict.fromkeys([*common, *own], ())

    def _lay_out(self, name: str) -> tuple[float, ...]:
        common, own = self._common.get(name, {}), self._own.get(name, {})
        row = tuple([common.get(label, 0.0) + own.get(label, 0.0) for label in self.labels])
        self._rows[name] = row
        return row

    def totals(self, features: Features) -> list[float]:
        """Sum the weights of the features for each of `labels`."""
        row_of, found = self._rows.get, []
        for name, value in features.items():
            if value and (row := row_of(name)) is not None:
                row = row or self._lay_out(name)
                found.append(row if value == 1.0 else [weight * value for weight in row])
        return list(map(sum, zip(*found, strict=True))) if found else [0.0] * len(self.labels)

    def total(self, features: Features) -> float:
        """Sum the weights of the features where there is one class only."""
        row_of, found = self._rows.get, 0.0
        for name, value in features.items():
            if value and (row := row_of(name)) is not None:
                found += (row or self._lay_out(name))[0] * value
        return found

    def added(self, features: Features, label: str) -> list[tuple[str, float]]:
        """Tell what each feature adds to the score of a class."""
        place = self.labels.index(label)
        known = ((name, value) for name, value in features.items() if name in self._rows)
        return [(name, self._lay_out(name)[place] * value) for name, value in known]


@dataclass(frozen=True)
class Linker:
    """Weights of each decision: decision -> feature -> class -> weight; a ranking has the one class "yes".

    A decision named "item/order" holds what is added to the weights of "item" where an order's item is chosen.
    `listener` is told of every decision; None where nobody asks why.
    """

    weights: Mapping[str, Weights]
    listener: Callable[[Note], None] | None = None

    @cached_property
    def _tables(self) -> dict[tuple[str, str], Table]:
        return {}

    def table(self, decision: str, part: str = "") -> Table:
        """Weights of a decision in one part of its cases: the common ones and the part's own together."""
        found = self._tables.get((decision, part))
        if found is None:
            found = Table(self.weights[decision], self.weights.get(f"{decision}/{part}", {}))
            self._tables[decision, part] = found
        return found

    def choose(self, decision: str, features: Features, part: str = "") -> tuple[str, float]:
        """Pick the class with the highest score and tell its probability."""
        table = self.table(decision, part)
        totals = table.totals(features)
        top, best = max(zip(totals, table.labels, strict=True))
        if self.listener is not None:
            options = list(zip(table.labels, totals, strict=True))
            self.listener(_note(decision, options, table.added(features, best)))
        return best, 1.0 / sum([math.exp(min(50.0, score - top)) for score in totals])

    def pick(self, decision: str, candidates: Sequence[C], rows: Sequence[Features], part: str = "") -> C | None:
        """Pick the candidate with the highest score, the earlier one of equals; None where there is none."""
        if not candidates:
            return None
        table = self.table(decision, part)
        scores = [table.total(row) for row in rows]
        best = scores.index(max(scores))
        if self.listener is not None:
            options = list(zip(candidates, scores, strict=True))
            self.listener(_note(decision, options, table.added(rows[best], RANKED)))
        return candidates[best]


def _note(decision: str, options: Sequence[tuple[object, float]], added: list[tuple[str, float]]) -> Note:
    added.sort(key=lambda pair: -abs(pair[1]))
    return Note(decision, tuple(sorted(options, key=lambda pair: -pair[1])), tuple(added[:MOST_REASONS]))


@lru_cache(maxsize=1)
def load_linker() -> Linker:
    """Load the shipped weights once."""
    text = (files("outproduce") / "data" / "linker.json").read_text(encoding="utf-8")
    return Linker(json.loads(text))
