"""How fast texts that hold claims are read: sentences a second, beside a plain pass of one regular expression.

    python benchmarks/reading_speed.py [CORPUS.json ...] [--rounds N]

The regular expression looks for a number near a word of the pack's items: what a quick search would do, and nothing of
what a claim needs. Both run over the same texts, in this process, in turns; the best of N rounds counts. Printed too:
the time of one text made of a hundred against those hundred one by one, and the start-up of the program.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from outproduce.claims.extraction import extract_claims
from outproduce.languages import find_sentences
from outproduce.packs import load_pack

CORPORA = [Path(__file__).parents[1] / "tests" / "corpora" / f"dev_{lang}.json" for lang in ("en", "uk", "ru")]
LONG = 100


def stem(phrase: str) -> str:
    """A phrase of the pack as an expression: stars stand for any ending."""
    return re.escape(phrase.lstrip("=").lower()).replace(r"\*", r"\w*")


def plain_pattern(lang: str) -> re.Pattern[str]:
    """A number and one of the pack's item words within sixty characters of each other."""
    forms = {phrase for _, phrase, entry in load_pack("weapons").phrases(lang) if entry[:1] == ("item",)}
    words = "|".join(stem(form) for form in sorted(forms, key=len, reverse=True))
    return re.compile(rf"\d[\d\s.,]*.{{0,60}}?(?:{words})|(?:{words}).{{0,60}}?\d[\d\s.,]*")


def best_of(rounds: int, run: Callable[[], object]) -> float:
    """Seconds of the quickest of some rounds."""
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return min(times)


def speed_of(path: Path, rounds: int) -> str:
    documents = json.loads(path.read_text(encoding="utf-8"))
    lang = documents[0]["lang"]
    texts = [(d["text"], d.get("published")) for d in documents]
    sentences = sum(len(find_sentences(text, lang)) for text, _ in texts)
    pattern = plain_pattern(lang)
    extract_claims(*texts[0][:1], lang)  # loads pack and weights
    ours = best_of(rounds, lambda: [extract_claims(text, lang, published) for text, published in texts])
    plain = best_of(rounds, lambda: [pattern.findall(text.lower()) for text, _ in texts])
    long = "\n\n".join(text for text, _ in texts[:LONG])
    parts = best_of(1, lambda: [extract_claims(text, lang) for text, _ in texts[:LONG]])
    whole = best_of(1, lambda: extract_claims(long, lang))
    return (
        f"{lang:<9} {sentences:>9,} {sentences / ours:>13,.0f} {sentences / plain:>17,.0f} {ours / plain:>14.1f}"
        f" {whole / parts:>22.2f}"
    )


def start_up(rounds: int) -> tuple[float, float]:
    """Seconds until the help is printed, and until Python itself has started."""

    def run(*code: str) -> float:
        command = [sys.executable, "-c", *code]
        return best_of(rounds, lambda: subprocess.run(command, capture_output=True, check=True))

    return run("from outproduce.cli import main; main()", "--help"), run("")


def main() -> int:
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument("corpora", nargs="*", type=Path, default=CORPORA)
    args.add_argument("--rounds", type=int, default=3)
    options = args.parse_args()
    print("language  sentences  sentences/s  expression alone/s  times its time  a long text / short ones")
    for path in options.corpora:
        print(speed_of(path, options.rounds))
    ours, bare = start_up(options.rounds)
    print(f"start-up: --help after {ours:.2f} s, {ours / bare:.0f} times a bare Python")
    return 0


if __name__ == "__main__":
    sys.exit(main())
