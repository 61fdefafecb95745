"""Read the number rows of ../shared/bench and print right/total for each set and language.

A row is right when the figures found in its words have exactly the values expected, in order, and nothing else.
Left out is what no newspaper prints (`LEFT_OUT` is the rule: reasons and patterns), and rows whose written side holds
no digit ("ноль" stays "ноль"): there is nothing to compare.

    python benchmarks/number_rows.py [--wrong]
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from outproduce.languages.figures import find_figures

BENCH = Path(__file__).resolve().parents[2] / "shared" / "bench"
NEMO = "nemo-itn/tests/nemo_text_processing"
LEFT_OUT = {
    "digits spelt one by one, as on the telephone": r"\bo\b|\bone twent|^point |^два (?:б|би) три|^тридцать код$",
    "Indian magnitudes in short; lakh and crore in full stay": r"\b\d*\s?(?:lkhs?|lacs?|l|cr|koti|krores?|kr)$|\bcr\b",
    "G for a billion: in print a network or a force": r"\d[gг]$",
    "a minus with a space behind it: in print a list mark": r"^- \d",
    "no exact number is meant": r"^(?:a )?few$|^нисколько$",
    "an apostrophe set as an opening quotation mark": r"‘",
}
_LEFT_OUT = re.compile("|".join(LEFT_OUT.values()), re.IGNORECASE)
MAGNITUDES = {
    "thousand": 1e3,
    "тыс": 1e3,
    "million": 1e6,
    "млн": 1e6,
    "мільйон": 1e6,
    "billion": 1e9,
    "млрд": 1e9,
    "мільярд": 1e9,
    "trillion": 1e12,
}


class Row(NamedTuple):
    """One case: where from, in which language, the words, and the values meant, in order."""

    name: str
    lang: str
    text: str
    values: tuple[float, ...]


def written_values(written: str) -> tuple[float, ...]:
    """Read the plain digits of a written side: "5.2 million", "0,1", "2 300", "/km²" without its power."""
    joined = re.sub(r"(?<=\d) (?=\d{3}\b)", "", written)
    found = []
    for match in re.finditer(r"(?<!\w)([-+]?\d*[.,]?\d+)(?: ?([^\W\d_]+))?", joined):
        factor = next((value for word, value in MAGNITUDES.items() if (match[2] or "").startswith(word)), 1.0)
        found.append(float(match[1].replace(",", ".")) * factor)
    return tuple(found)


def _duckling() -> Iterator[Row]:
    for lang in ("en", "uk", "ru"):
        for line in (BENCH / "duckling" / f"{lang}_corpus.jsonl").read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            if row["dim"] == "Numeral":
                value = float(row["expected_hs"].removeprefix("NumeralValue").strip(" ()"))
                yield Row("duckling", lang, row["text"], (value,))


def _nemo() -> Iterator[Row]:
    for lang, folder, swapped in (
        ("en", "en/data_inverse_text_normalization", False),
        ("ru", "ru/data_inverse_text_normalization", False),
        ("ru", "ru/data_text_normalization", True),
    ):
        for kind in ("cardinal", "decimal", "measure"):
            path = BENCH / NEMO / folder / f"test_cases_{kind}.txt"
            for line in path.read_text(encoding="utf-8").splitlines():
                spoken, _, written = line.partition("~")
                if swapped and not re.match(r"^-?[\d ,]+$", written):
                    continue  # made for reading aloud: the written side is no plain number
                yield Row("nemo-itn", lang, spoken, written_values(written))


def _ukrainian() -> Iterator[Row]:
    for line in (BENCH / "ukr-itn" / "cases.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if row["class"] in ("cardinal", "decimal", "measure") and "tagger" not in row["test"]:
            yield Row("ukr-itn", "uk", row["case"][0], written_values(row["case"][1]))
    for line in (BENCH / "num2words-uk" / "cases.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        yield Row("num2words-uk", "uk", row["text"], (float(row["value"]),))


def _text2num() -> Iterator[Row]:
    for path in sorted((BENCH / "text2num-ru").glob("*.jsonl")):
        name = f"text2num-{path.stem.split('_')[0]}"
        for line in path.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            values = written_values(row["rewrite"]) if "rewrite" in row else (float(row["value"]),)
            yield Row(name, "ru", row["text"], values)


def read_rows() -> list[Row]:
    """Read all rows of the number sets but those left out."""
    rows = [*_duckling(), *_nemo(), *_ukrainian(), *_text2num()]
    return [row for row in rows if row.values and not _LEFT_OUT.search(row.text)]


def found_values(row: Row) -> tuple[float | None, ...]:
    """Values of the figures in a row's words; a number said twice ("forty-five (45)") counts once."""
    values = [figure.low if figure.low == figure.high else None for figure in find_figures(row.text, row.lang)]
    if len(row.values) == 1 and len(values) == 2 and values[0] == values[1]:
        return tuple(values[:1])
    return tuple(values)


def is_right(row: Row) -> bool:
    """Tell whether the figures of a row are exactly those meant, within a float's rounding."""
    found = found_values(row)
    if len(found) != len(row.values):
        return False
    return all(a is not None and abs(a - b) <= 1e-9 * max(1.0, abs(b)) for a, b in zip(found, row.values, strict=True))


def count_right() -> dict[tuple[str, str], tuple[int, int]]:
    """Count right rows and rows, for each set and language."""
    right, total = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    for row in read_rows():
        total[row.name, row.lang] += 1
        right[row.name, row.lang] += is_right(row)
    return {key: (right[key], total[key]) for key in sorted(total)}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("--wrong", action="store_true", help="print the rows read wrongly")
    arguments = parser.parse_args()
    if not BENCH.is_dir():
        print(f"no rows at {BENCH}: put the bench folder there", file=sys.stderr)
        return 1
    for (name, lang), (right, total) in count_right().items():
        print(f"{name:24} {lang}  {right:5}/{total:<5} {right / total:6.1%}")
    if arguments.wrong:
        for row in read_rows():
            if not is_right(row):
                print(row.name, row.lang, repr(row.text), "meant", row.values, "found", found_values(row))
    return 0


if __name__ == "__main__":
    sys.exit(main())
