"""Ask of every marked claim in ../shared/corpus whether its figure is found, and print found/asked per language.

A claim of output, capacity, stock, transfer, use or order asks for a figure with its low and high (0.5 % off at most;
one bound counts as the other, as in score.py) within 60 characters of its evidence, with the magnitude it leaves out
where it leaves one out. A comparison or change asks for a figure from which its ratio follows. Some follow from none:
"as much in three months as B in a year", "level with"; they count as missed all the same.

    python benchmarks/figure_recall.py [--missed]
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from outproduce.languages.figures import Figure, find_figures

CORPUS = Path(__file__).resolve().parents[2] / "shared" / "corpus"
COUNTED = ("output", "capacity", "stock", "transfer", "use", "order")
RATIOS = ("comparison", "change")
_NEAR = 60

Ends = tuple[float | None, float | None]


def same_number(a: float | None, b: float | None) -> bool:
    """Tell whether two ends are equal within 0.5 %."""
    if a is None or b is None:
        return a is b
    return abs(a - b) <= 0.005 * max(abs(a), abs(b), 1e-9)


def same_ends(claim: Ends, figure: Ends) -> bool:
    """Tell whether two figures are the same as score.py counts: one bound is as good as the other."""
    if same_number(claim[0], figure[0]) and same_number(claim[1], figure[1]):
        return True
    ours, theirs = ({end for end in ends if end is not None} for ends in (claim, figure))
    return len(ours) == 1 and len(theirs) == 1 and same_number(ours.pop(), theirs.pop())


def _mapped(figure: Figure, change: Any) -> Ends:
    low = None if figure.low is None else change(figure.low)
    high = None if figure.high is None else change(figure.high)
    return (high, low) if low is not None and high is not None and low > high else (low, high)


def ratio_ends(figure: Figure) -> Iterator[Ends]:
    """Every ratio that a figure may stand for: 40 % is 1.4, 0.6 and 0.4; a third is 1.33, 0.67, 0.33."""
    scale = 0.01 if figure.measure == "percent" else 1.0
    if figure.measure in ("percent", "fraction"):
        yield _mapped(figure, lambda value: 1 + scale * value)
        yield _mapped(figure, lambda value: 1 - scale * value)
    yield _mapped(figure, lambda value: scale * value)
    if figure.measure in ("times", "fraction", "score", None):
        yield _mapped(figure, lambda value: 1 / value if value else 0.0)


def _implied(figure: Figure) -> Ends:
    """Give a figure the magnitude it leaves out."""
    return _mapped(figure, lambda value: value * figure.implied)


def is_found(claim: dict[str, Any], figures: list[Figure], text: str) -> bool:
    """Tell whether a figure near the claim's evidence carries its value."""
    at = text.find(claim["evidence"])
    first, last = at - _NEAR, at + len(claim["evidence"]) + _NEAR
    near = [figure for figure in figures if figure.end > first and figure.start < last]
    ends = (claim["low"], claim["high"])
    if claim["kind"] in RATIOS:
        return any(same_ends(ends, ratio) for figure in near for ratio in ratio_ends(figure))
    return any(same_ends(ends, (figure.low, figure.high)) or same_ends(ends, _implied(figure)) for figure in near)


def count_found(lang: str) -> tuple[Counter[str], Counter[str], list[str]]:
    """Count found and asked claims by group, `counted` and `ratio`, and list the missed ones."""
    found, asked, missed = Counter[str](), Counter[str](), []
    for document in json.loads((CORPUS / f"dev_{lang}.json").read_text(encoding="utf-8")):
        figures = find_figures(document["text"], lang)
        for claim in document["claims"]:
            group = "ratio" if claim["kind"] in RATIOS else "counted"
            if claim["kind"] == "expansion" or (claim["low"] is None and claim["high"] is None):
                continue
            asked[group] += 1
            if is_found(claim, figures, document["text"]):
                found[group] += 1
            else:
                missed.append(f"{document['id']} {claim['kind']} {claim['low']} {claim['high']} | {claim['evidence']}")
    return found, asked, missed


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("--missed", action="store_true", help="print the claims whose figure is not found")
    arguments = parser.parse_args()
    if not CORPUS.is_dir():
        print(f"no corpus at {CORPUS}: put the corpus folder there", file=sys.stderr)
        return 1
    for lang in ("en", "uk", "ru"):
        found, asked, missed = count_found(lang)
        shares = (f"{group} {found[group]}/{asked[group]} {found[group] / asked[group]:.1%}" for group in sorted(asked))
        print(lang, *shares, sep="   ")
        if arguments.missed:
            print(*missed, sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
