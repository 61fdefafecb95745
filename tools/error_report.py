"""Write docs/accuracy.md again: how well claims are read, and the commonest kinds of remaining error.

    python tools/error_report.py                     read the corpora, cross-validate (two minutes), write the page
    python tools/error_report.py --held HELD.jsonl   the same with cross-validated claims that are there already
    python tools/error_report.py --check             exit 1 where the page's first table is not what the reader does now

Needs the extra `dev` (scikit-learn). The corpora are tests/corpora; where that is missing, ../shared/corpus.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

from outproduce.evaluation import Mistake, Row, Scores, evaluate_reader, read_corpus, render_scores, score_documents

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "accuracy.md"
FOLDS = 5
KINDS = 10
TELLING = 40, 160  # characters of a good example
LANGUAGES = ("en", "uk", "ru")  # examples take turns
EXTRA = ("positives", "negatives", "reports_en", "reports_uk", "reports_ru")
WORDS = {
    "unread": "not read at all", "invented": "read where nothing is claimed", "twin": "read twice, or two marks as one",
    "kind": "wrong kind", "figure": "wrong figure", "per": "wrong period", "relation": "wrong relation",
    "item": "wrong item", "actor": "wrong actor", "other": "wrong other party",
}  # fmt: skip

TEXT = """# How well claims are read

*Written by `python tools/error_report.py`; do not edit by hand. Run it again after every change of the reader, of the
pack or of the weights.*

The measures are those of `outproduce eval CORPUS.json` (`outproduce/evaluation.py`). A claim is **found** when its
kind and figure are right and its words overlap those marked; it is **whole** when period, relation, item (or its parent
or child), actor and other party are right too. P, R and F1 are precision, recall and their harmonic mean; `right` are,
of the whole claims, those whose status, speaker, outlet (`via`) and year (`when`) are right as well.
The corpora hold {documents} made-up reports in the manner of real ones, with {claims} marked claims:
{names}.

## Reports that the weights have seen
```
{seen}
```

## Stories that the weights have not seen
Cross-validated: the stories are cut into {folds} parts, and each part is read with weights trained on the others and on
the marked sentences of {extra}.
Rules, words and names are the same in all parts, so that this measures what is learnt, not what is written down.
```
{held}
```

## The commonest kinds of remaining error
Counted on the stories not seen: marked claims that are not whole, by what is wrong with the nearest claim read, and
claims read where none is marked. One example each.

{kinds}

## Making this page again
```
{command}
python tools/error_report.py
```
The second command runs the first by itself. `--held held.jsonl` takes its result where it is there; `--check` compares
the first table with what the reader does now.
"""


def corpora() -> list[Path]:
    """Marked reports the weights are trained on."""
    own = sorted((ROOT / "tests" / "corpora").glob("dev_*.json"))
    return own or sorted((ROOT.parent / "shared" / "corpus").glob("dev_*.json"))


def extra_files() -> list[Path]:
    """Further marked sentences, trained on and never scored here."""
    return [path for name in EXTRA if (path := ROOT / "tests" / "data" / f"{name}.jsonl").is_file()]


def training_command(held: str) -> list[str]:
    """Command that cross-validates and writes the claims read from held-out stories."""
    files = [_relative(path) for path in corpora()]
    extra = [_relative(path) for path in extra_files()]
    return ["python", "tools/train_linker.py", *files, "--extra", *extra, "--folds", str(FOLDS), "--pred", held]


def _relative(path: Path) -> str:
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else f"../{path.relative_to(ROOT.parent)}"


def cross_validate() -> dict[str, list[Row]]:
    """Read every story with weights that have not seen it: claims by document id."""
    with tempfile.TemporaryDirectory() as folder:
        held = Path(folder) / "held.jsonl"
        _, *arguments = training_command(str(held))
        subprocess.run([sys.executable, *arguments], check=True, cwd=ROOT)
        return read_predictions(held)


def read_predictions(path: Path) -> dict[str, list[Row]]:
    """Read claims by document id from JSON lines of `id` and `claims`."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]
    return {row["id"]: row["claims"] for row in rows}


def commonest(scores: Scores, most: int = KINDS) -> list[tuple[str, list[Mistake]]]:
    """Group mistakes by reason, the commonest first; a false claim counts only where it answers to no marked one."""
    groups: dict[str, list[Mistake]] = defaultdict(list)
    for mistake in scores.misses:
        groups[mistake.reason].append(mistake)
    for mistake in scores.false_claims:
        if mistake.reason == "invented":
            groups[mistake.reason].append(mistake)
    return sorted(groups.items(), key=lambda group: (-len(group[1]), group[0]))[:most]


def describe(reason: str, mistakes: Iterable[Mistake], lang: str) -> str:
    """Tell one kind of error: how often, in which languages and kinds of claim, and an example, best in `lang`."""
    mistakes = list(mistakes)
    langs = _counts(mistake.lang for mistake in mistakes)
    kinds = _counts(mistake.claim["kind"] for mistake in mistakes)
    title = " and ".join(WORDS[part] for part in reason.split("+"))
    example = min(mistakes, key=lambda mistake: _worth(mistake, lang))
    told = f"{example.doc_id}: {_quoted(example)}{_difference(example)}"
    return f"**{title}**: {len(mistakes)} ({langs}; {kinds}).\n   {told}."


def _worth(mistake: Mistake, lang: str) -> tuple[bool, bool, int, str]:
    """Order examples: neither too short to tell anything nor long, in the language, then the shortest."""
    size = len(mistake.claim["evidence"])
    return not TELLING[0] <= size <= TELLING[1], mistake.lang != lang, size, mistake.doc_id


def _counts(values: Iterable[str]) -> str:
    return ", ".join(f"{value} {count}" for value, count in Counter(values).most_common(5))


def _quoted(mistake: Mistake) -> str:
    words = " ".join(mistake.claim["evidence"].split())
    return f"“{words if len(words) <= TELLING[1] else words[: TELLING[1]].rsplit(' ', 1)[0] + ' …'}”"


def _difference(mistake: Mistake) -> str:
    """Say what was marked and what was read, in the fields that differ."""
    claim, near = mistake.claim, mistake.near
    if near is None or mistake.reason == "twin":
        done = "read as" if mistake.reason == "invented" else "marked"
        return f"; {done} {claim['kind']} of {claim['item']}, {', '.join(claim['actor'])}, {_figure(claim)}"
    told = [(f"{field} {_value(claim, field)}", _value(near, field)) for field in mistake.reason.split("+")]
    return "; " + ", ".join(f"marked {marked}, read {read}" for marked, read in told)


def _value(claim: Row, field: str) -> str:
    if field == "figure":
        return _figure(claim)
    value = claim[field]
    return (", ".join(value) or "nobody") if isinstance(value, list) else str(value or "none")


def _figure(claim: Row) -> str:
    low, high = ("…" if claim[end] is None else f"{claim[end]:,g}" if claim[end] < 1e6 else f"{claim[end]:,.0f}"
                 for end in ("low", "high"))  # fmt: skip
    if low == high:
        return "no figure" if low == "…" else low
    return f"{low} to {high}"


def render_page(seen: Scores, held: Scores, documents: list[dict[str, object]]) -> str:
    """Fill in the page."""
    kinds = [
        f"{n}. {describe(reason, found, LANGUAGES[n % len(LANGUAGES)])}"
        for n, (reason, found) in enumerate(commonest(held), 1)
    ]
    fields: Mapping[str, object] = {
        "documents": f"{len(documents):,}", "claims": f"{seen.languages['all'].whole.gold:,}", "folds": FOLDS,
        "names": ", ".join(f"`{_relative(path)}`" for path in corpora()), "seen": render_scores(seen),
        "held": render_scores(held), "kinds": "\n".join(kinds), "command": " ".join(training_command("held.jsonl")),
        "extra": ", ".join(f"`{_relative(path)}`" for path in extra_files()),
    }  # fmt: skip
    return TEXT.format_map(fields)


def main() -> int:
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument("--held", type=Path, help="cross-validated claims, JSON lines, instead of making them")
    args.add_argument("--out", type=Path, default=PAGE)
    args.add_argument("--check", action="store_true", help="only compare the first table with the reader as it is")
    options = args.parse_args()
    documents = [document for path in corpora() for document in read_corpus(path)]
    seen = evaluate_reader(documents)
    print(render_scores(seen))
    if options.check:
        current = render_scores(seen) in options.out.read_text(encoding="utf-8")
        print("the page is current" if current else f"{options.out} is stale: run python tools/error_report.py")
        return 0 if current else 1
    found = read_predictions(options.held) if options.held else cross_validate()
    held = score_documents(documents, found)
    print(render_scores(held))
    options.out.write_text(render_page(seen, held, documents), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
