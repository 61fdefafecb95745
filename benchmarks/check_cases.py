"""Print what came out of each sentence to check: python benchmarks/check_cases.py [--quick] [ID ...].

Cases are those of tests/data/check_cases.yml. A line for each: whether it was read as written down, whether the verdict
is allowed, whether reason and traps are told, then verdict, probability and traps. Each is held against what was public
on its day. With --quick the posterior is drawn as roughly as in tests.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

import yaml

from outproduce.checking import Check, Question, check, judging
from outproduce.estimate.priors import Priors
from outproduce.estimate.rates import estimate_family, known_by
from outproduce.ledger.imports import starter_claims
from outproduce.packs import Pack, load_pack
from outproduce.records import Claim

CASES = Path(__file__).resolve().parents[1] / "tests" / "data" / "check_cases.yml"
LETTERS = {"s": "supported", "p": "plausible", "d": "doubtful", "c": "contradicted", "n": "not checkable"}
QUICK = Priors(tries=8, draws=400)


@dataclass(frozen=True)
class Outcome:
    """What came out of one case: `read`, `allowed` and `told` (reason and traps) say whether it is as written down."""

    case: dict[str, Any]
    found: Check
    verdicts: str
    traps: str
    read: bool
    allowed: bool
    told: bool

    @property
    def good(self) -> bool:
        """Whether nothing differs from what was written down."""
        return self.read and self.allowed and self.told

    def row(self) -> str:
        """Give one line of the table."""
        marks = [f"{'yes' if each else 'NO':<4}" for each in (self.read, self.allowed, self.told)]
        head = f"{self.case['id']:<22}{self.case['lang']:<4}{'  '.join(marks)}  "
        known = f"  (known: {self.case['misread']})" if "misread" in self.case else ""
        return f"{head}{self.verdicts}{f'  [{self.traps}]' if self.traps else ''}{known}"


def as_written(case: dict[str, Any], found: Check) -> bool:
    """Whether the claims read are those of the case, in their order."""
    claims = [result.claim for result in found.results if result.claim]
    fields = [
        [c.kind, ", ".join(c.actor), c.item, c.low, c.high, c.per, c.relation, ", ".join(c.other) or None]
        for c in claims
    ]
    return fields == [[*want, *[None] * (8 - len(want))] for want in case["parse"]]


def is_allowed(case: dict[str, Any], found: Check) -> bool:
    """Whether each verdict is one of those that were written down for it."""
    given, wanted = [result.verdict for result in found.results], case["verdicts"]
    return len(given) == len(wanted) and all(
        verdict in [LETTERS[letter] for letter in letters] for verdict, letters in zip(given, wanted, strict=True)
    )


def try_case(case: dict[str, Any], claims: list[Claim], pack: Pack, priors: Priors) -> Outcome:
    """Check one sentence with what was public that day."""
    day = str(case["said"])
    public = [claim for claim in claims if known_by(claim, day)]
    found = check(case["sentence"], public, pack, Question(day, case.get("by"), case["lang"]), priors=priors)
    traps = sorted({trap.kind for result in found.results for trap in result.traps})
    reasons = " ".join(result.reason or "" for result in found.results)
    return Outcome(
        case,
        found,
        "; ".join(
            result.verdict + ("" if result.probability is None else f" {result.probability:.2f}")
            for result in found.results
        ),
        ", ".join(traps),
        as_written(case, found),
        is_allowed(case, found),
        case.get("reason", "") in reasons and {*case.get("traps", ())} <= {*traps},
    )


def outcomes(cases: list[dict[str, Any]], priors: Priors) -> Iterator[Outcome]:
    """Try cases one after another; the same question of the same claims is fitted once."""
    kept: dict[Any, Any] = {}

    def estimate(known: Any, world: Any, item: str, actors: Any, as_of: str, priors: Priors) -> Any:
        key = (item, frozenset(actors), as_of, tuple(claim.id for claim in known))
        if key not in kept:
            kept[key] = estimate_family(known, world, item, actors, as_of, priors)
        return kept[key]

    claims, pack = starter_claims(), load_pack()
    with patch.object(judging, "estimate_family", estimate):
        for case in cases:
            yield try_case(case, claims, pack, priors)


def counts(tried: list[Outcome]) -> Iterator[str]:
    """Sum up: by language, and how many are read, allowed, told and all three."""
    for lang in ("en", "uk", "ru", "all"):
        some = [each for each in tried if lang in ("all", each.case["lang"])]
        told = {name: sum(getattr(each, name) for each in some) for name in ("read", "allowed", "told", "good")}
        yield f"{lang:<4}{len(some):>4} cases: " + ", ".join(f"{name} {number}" for name, number in told.items())
    verdicts = Counter(part.split(" 0")[0].split(" 1")[0] for each in tried for part in each.verdicts.split("; "))
    yield "verdicts: " + ", ".join(f"{name} {verdicts[name]}" for name in LETTERS.values())


def main(arguments: list[str] | None = None) -> int:
    """Print the table and the counts; 1 where a case without a known misreading is not as written down."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n\n")[0])
    parser.add_argument("--quick", action="store_true", help="draw as roughly as the tests do")
    parser.add_argument("id", nargs="*", help="only these cases; all without")
    asked = parser.parse_args(arguments)
    cases = yaml.safe_load(CASES.read_text(encoding="utf-8"))
    chosen = [case for case in cases if not asked.id or case["id"] in asked.id]
    print(f"{'case':<22}{'':<4}read  allowed  told  verdict, probability  [traps]")
    tried = []
    for each in outcomes(chosen, QUICK if asked.quick else Priors()):
        tried.append(each)
        print(each.row(), flush=True)
    print(*counts(tried), sep="\n")
    return int(any(not each.good and "misread" not in each.case for each in tried))


if __name__ == "__main__":
    sys.exit(main())
