"""The reader's accuracy never sinks in silence: floors per language on the marked corpora and on stories held out.

`python tools/error_report.py` prints what is reached; raise the floors in tests/data/floors.json when it rises.
"""

from __future__ import annotations

import json
import random
import sys
from functools import cache
from pathlib import Path

import pytest

from outproduce.evaluation import Scores, evaluate_reader, read_corpus, score_documents
from outproduce.packs import load_pack

TESTS = Path(__file__).parent
FLOORS = json.loads((TESTS / "data" / "floors.json").read_text(encoding="utf-8"))
DEV = [TESTS / "corpora" / f"dev_{lang}.json" for lang in ("en", "uk", "ru")]


@cache
def _seen() -> Scores:
    return evaluate_reader([document for path in DEV for document in read_corpus(path)], load_pack("weapons"))


@pytest.mark.parametrize("lang", ["en", "uk", "ru"])
@pytest.mark.parametrize("measure", ["found", "whole"])
def test_f1_of_the_language_holds(lang: str, measure: str) -> None:
    rate = getattr(_seen().languages[lang], measure)
    assert rate.f1 >= FLOORS["seen"][lang][measure]


@pytest.mark.parametrize("lang", ["en", "uk", "ru"])
def test_precision_of_the_language_holds(lang: str) -> None:
    assert _seen().languages[lang].whole.precision >= FLOORS["seen"][lang]["precision"]


@pytest.mark.parametrize("attribute", ["status", "speaker", "via", "when"])
def test_share_right_of_the_whole_claims_holds(attribute: str) -> None:
    share = _seen().languages["all"].share(attribute)
    assert share is not None
    assert share >= FLOORS["seen"]["all"][attribute]


def test_no_claim_in_documents_marked_as_holding_none() -> None:
    empty = [document for path in DEV for document in read_corpus(path) if not document["claims"]]
    scores = evaluate_reader(empty, load_pack("weapons"))
    clean = len(empty) - len({mistake.doc_id for mistake in scores.false_claims})
    assert clean / len(empty) >= FLOORS["seen"]["all"]["clean"]


@pytest.mark.slow
def test_stories_never_seen_are_read_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(TESTS.parent / "tools"))
    train_linker = pytest.importorskip("train_linker", reason="needs scikit-learn, of the extra dev")
    documents = [document for path in DEV for document in read_corpus(path)]
    stories = sorted({document["story"] for document in documents})
    random.Random(0).shuffle(stories)
    held = set(stories[::5])
    linker, scenes = train_linker.train_without(documents, held, [])
    unseen = [document for document in documents if document["story"] in held]
    claims = {d["id"]: train_linker.predict(scenes[d["id"]], linker, d["id"])["claims"] for d in unseen}
    rate = score_documents(unseen, claims).languages["all"].whole
    assert rate.f1 >= FLOORS["held_out"]["whole"], f"whole F1 {rate.f1:.3f} on {len(unseen)} documents never seen"
    sys.modules.pop("train_linker", None)
