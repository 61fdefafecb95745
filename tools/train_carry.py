"""Make outproduce/data/carry.json again from marked corpora.

    python tools/train_carry.py CORPUS.json [...] [--odd]     --odd: of the reports (ids "r-...") only the odd ones

The corpora are those of docs/accuracy.md. Each sentence with a marked claim in which nobody is said to speak is one
decision; what was chosen for the sentence before is learned by going through the texts several times.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from scipy.optimize import minimize
from scipy.sparse import csr_matrix

from outproduce.languages import find_sentences
from outproduce.packs import load_pack
from outproduce.statements import attribution
from outproduce.statements.carry import Option, Page, choose, each_silent, settle, via_options

TARGET = Path(__file__).parents[1] / "outproduce" / "data" / "carry.json"
PENALTY = {"carry": 3.0, "via": 1.0}  # strength of the L2 penalty
SMALLEST = 0.02  # weights nearer to zero are left out of the file
ROUNDS = 3
LEAST_SEEN = 3  # facts seen more rarely are left out

Decision = tuple[list[Option], list[bool]]


def read_documents(path: Path, *, odd: bool) -> list[dict]:
    """Read a corpus: a JSON array, or JSON lines."""
    text = path.read_text(encoding="utf-8")
    rows = json.loads(text) if text.lstrip().startswith("[") else [json.loads(x) for x in text.splitlines() if x]
    return [
        row for row in rows if not (odd and row["id"].startswith("r-")) or int(re.findall(r"\d+", row["id"])[-1]) % 2
    ]


def page_of(document: dict) -> Page:
    """Read a text as far as the rules go."""
    pack, lang = load_pack("weapons"), document["lang"]
    return attribution.read_page(
        document["text"], lang, pack, find_sentences(document["text"], lang), document.get("published")
    )


def decisions(page: Page, claims: Sequence[dict], text: str, weights: dict[str, float]) -> Iterator[Decision]:
    """Give the silent sentences that hold a claim: their options, and which of them the marks call right."""
    marks = [(text.find(claim["evidence"]), claim) for claim in claims]
    chosen: list = []
    for k, options in each_silent(page, chosen):
        sentence = page.read[k]
        chosen.append(choose(options, weights).said if options else None)
        inside = [claim for at, claim in marks if sentence.start <= at < sentence.end]
        if options and inside:
            right = [all(fits(option, claim) for claim in inside) for option in options]
            if any(right) and not all(right):
                yield options, right


def _words(name: str | None) -> set[str]:
    return set(re.sub(r"[^\w ]", "", (name or "-none-").lower()).split()) - {"of", "the", "minister"}


def fits(option: Option, claim: dict) -> bool:
    """Tell whether an option names the claim's speaker and outlet, in whatever wording."""
    speaker, via = option.key
    later = speaker is not None and via is None  # the outlet may be filled in afterwards
    return _alike(speaker, claim["speaker"]) and (later or _alike(via, claim["via"]))


def _alike(left: str | None, right: str | None) -> bool:
    return bool(_words(left) & _words(right))


def ways(page: Page, document: dict, weights: dict[str, float]) -> Iterator[Decision]:
    """Give the marked sentences whose speaker is known, with the outlets through which his words may have come."""
    chosen = settle(page, weights)
    for k, sentence in enumerate(page.read):
        said = page.told[k][-1] if page.told[k] else chosen[k]
        for claim in document["claims"]:
            if said is None or not sentence.start <= document["text"].find(claim["evidence"]) < sentence.end:
                continue
            options = via_options(page, k, said) if _alike(said.speaker, claim["speaker"]) else []
            right = [_alike(option.key[1], claim["via"]) for option in options]
            if any(right) and not all(right):
                yield options, right


def train(rows: Sequence[Decision], penalty: float) -> dict[str, float]:
    """Maximise the log of the softmax mass on the right options of each decision, with an L2 penalty."""
    seen: dict[str, int] = {}
    for options, _ in rows:
        for fact in {fact for option in options for fact in option.facts}:
            seen[fact] = seen.get(fact, 0) + 1
    index = {fact: i for i, fact in enumerate(sorted(fact for fact, n in seen.items() if n >= LEAST_SEEN))}
    pairs = [(r, index[f]) for r, o in enumerate(o for os, _ in rows for o in os) for f in o.facts if f in index]
    count = sum(len(options) for options, _ in rows)
    matrix = csr_matrix((np.ones(len(pairs)), tuple(zip(*pairs, strict=True))), shape=(count, len(index)))
    good = np.array([right for _, rights in rows for right in rights])
    sizes = [len(options) for options, _ in rows]
    starts, owner = np.cumsum([0, *sizes])[:-1], np.repeat(np.arange(len(rows)), sizes)

    def loss(w: np.ndarray) -> tuple[float, np.ndarray]:
        score = matrix @ w
        mass = np.exp(score - np.maximum.reduceat(score, starts)[owner])
        whole = np.add.reduceat(mass, starts)
        right = np.maximum(np.add.reduceat(mass * good, starts), 1e-12)
        pull = mass / whole[owner] - mass * good / right[owner]
        value = np.log(whole).sum() - np.log(right).sum() + 0.5 * penalty * w @ w
        return float(value), matrix.T @ pull + penalty * w

    best = minimize(loss, np.zeros(len(index)), jac=True, method="L-BFGS-B", options={"maxiter": 300})
    return {fact: round(float(best.x[i]), 3) for fact, i in index.items() if abs(best.x[i]) >= SMALLEST}


def main() -> None:
    """Read the corpora, learn, write the weights."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpora", nargs="+", type=Path)
    parser.add_argument("--odd", action="store_true")
    parser.add_argument("--out", type=Path, default=TARGET)
    given = parser.parse_args()
    documents = [d for path in given.corpora for d in read_documents(path, odd=given.odd)]
    pages = [(page_of(document), document) for document in documents]
    weights: dict[str, float] = {"none": 0.1}
    for _ in range(ROUNDS):
        rows = [row for page, d in pages for row in decisions(page, d["claims"], d["text"], weights)]
        weights = train(rows, PENALTY["carry"])
        right = sum(_is_right(options, rights, weights) for options, rights in rows)
        print(f"{len(rows)} decisions, {right / len(rows):.3f} right in training, {len(weights)} weights")
    rows = [row for page, d in pages for row in ways(page, d, weights)]
    via = train(rows, PENALTY["via"])
    print(f"{len(rows)} outlets, {sum(_is_right(*row, via) for row in rows) / len(rows):.3f} right in training")
    found = json.dumps({"carry": weights, "via": via}, ensure_ascii=False, indent=0, sort_keys=True)
    given.out.write_text(found + "\n", encoding="utf-8")


def _is_right(options: Sequence[Option], rights: Sequence[bool], weights: dict[str, float]) -> bool:
    best = choose(options, weights)
    return next(right for option, right in zip(options, rights, strict=True) if option is best)


if __name__ == "__main__":
    main()
