"""A look into the reader: why a claim reads as it does, what is wrong with a pack, how well it scores."""

from __future__ import annotations

import json
from pathlib import Path
from typing import IO

from rich.console import Console
from rich.markup import escape

from outproduce.claims.explain import Choice, Explanation, explain_claims
from outproduce.evaluation import evaluate_reader, read_corpus, render_scores
from outproduce.packs import load_pack
from outproduce.packs.check import check_pack
from outproduce.reading import Unread, document_id, read_reports


def print_explanations(sources: list[str], stdin: IO[bytes], pack: str, shape: str) -> int:
    """Print every claim of the sources with the words and reasons behind each field; the exit code.

    JSON lines give one document a line: `{"id", "explanations": [{"claim", "sure", "choices"}]}`.
    """
    console, trouble = Console(highlight=False), Console(stderr=True, highlight=False)
    code = 0
    for report in read_reports(sources, stdin=stdin, pack=pack):
        if isinstance(report, Unread):
            trouble.print(f"error: {escape(report.message)}")
            code = 1
            continue
        article = report.article
        found = explain_claims(article.text, article.lang, article.published, pack)
        if shape == "table":
            for explanation in found:
                _print_explanation(console, explanation)
        else:
            line = {"id": document_id(report.raw), "explanations": [explanation.as_json() for explanation in found]}
            print(json.dumps(line, ensure_ascii=False))
    return code


def _print_explanation(console: Console, explanation: Explanation) -> None:
    claim = explanation.claim
    words = claim.evidence.quote if claim.evidence else ""
    console.print(f"[bold]{escape(' '.join(words.split()))}[/bold]  (kind {explanation.sure:.0%} sure)")
    for choice in explanation.choices:
        console.print(f"  {choice.field:8}{escape(_told(choice))}", soft_wrap=True)
    console.print()


def _told(choice: Choice) -> str:
    """One line: the value, its words, what spoke most for it, and the options not taken.

    >>> _told(Choice("actor", "Russia", "Moscow", 2.0, (("case nom", 1.5),), (("Ukraine", None, 0.5),)))
    "Russia from 'Moscow' · case nom +1.5 · not Ukraine (-1.5)"
    """
    parts = [choice.value + (f" from {choice.words!r}" if choice.words else "")]
    parts += [", ".join(f"{name} {added:+.1f}" for name, added in choice.reasons[:3])] if choice.reasons else []
    others = [f"{value} ({score - choice.score:+.1f})" for value, _, score in choice.others]
    return " · ".join([*parts, *(["not " + ", ".join(others)] if others else [])])


def print_faults(folder: str) -> int:
    """Print every fault of a pack, one a line, and give the exit code: 1 where there is one."""
    faults = check_pack(folder)
    for fault in faults:
        print(fault)
    if not faults:
        print(f"{folder}: no fault found")
    return 1 if faults else 0


def print_scores(corpus: Path, pack: str, show: int, shape: str) -> None:
    """Score the reader on a marked corpus and print the table, or JSON where a form was asked for."""
    scores = evaluate_reader(read_corpus(corpus), load_pack(pack))
    print(render_scores(scores, show=show) if shape == "table" else json.dumps(scores.as_json(), ensure_ascii=False))
