"""The page of remaining errors: how they are counted and told, and that it holds what it promises."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from outproduce.evaluation import Mistake, Scores

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "accuracy.md"


@pytest.fixture(scope="module")
def report() -> ModuleType:
    spec = importlib.util.spec_from_file_location("error_report", ROOT / "tools" / "error_report.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def mistake(reason: str, near: dict[str, Any] | None = None, lang: str = "en", evidence: str = "x" * 50) -> Mistake:
    claim = {"kind": "output", "item": "tank", "actor": ["Iran"], "other": [], "low": 3e6, "high": None, "per": "year"}
    return Mistake("d-1", lang, reason, {**claim, "evidence": evidence}, {**claim, **near} if near else None)


def test_kinds_of_error_are_counted_once_and_sorted(report: ModuleType) -> None:
    misses = (mistake("unread"), mistake("actor"), mistake("actor"))
    scores = Scores({}, misses, (mistake("actor"), mistake("invented"), mistake("twin")))
    assert [(reason, len(found)) for reason, found in report.commonest(scores)] == [
        ("actor", 2), ("invented", 1), ("unread", 1),
    ]  # fmt: skip
    assert len(report.commonest(scores, most=1)) == 1


@pytest.mark.parametrize(
    ("reason", "near", "told"),
    [
        ("unread", None, "; marked output of tank, Iran, 3,000,000 to …"),
        ("invented", None, "; read as output of tank, Iran, 3,000,000 to …"),
        ("actor", {"actor": ["Russia"]}, "; marked actor Iran, read Russia"),
        ("figure", {"low": 30, "high": 30}, "; marked figure 3,000,000 to …, read 30"),
        ("per+other", {"per": None, "other": ["EU"]}, "; marked per year, read none, marked other nobody, read EU"),
    ],
)
def test_an_example_says_what_was_marked_and_read(report: ModuleType, reason: str, near: Any, told: str) -> None:
    text = report.describe(reason, [mistake(reason, near)], "en")
    assert text.endswith(f"“{'x' * 50}”{told}.")
    assert ": 1 (en 1; output 1)." in text


def test_examples_are_telling_and_take_turns_in_language(report: ModuleType) -> None:
    found = [mistake("unread", evidence="one"), mistake("unread"), mistake("unread", lang="uk", evidence="ю" * 60)]
    assert "x" * 50 in report.describe("unread", found, "en")
    assert "ю" * 60 in report.describe("unread", found, "uk")
    assert "x" * 50 in report.describe("unread", found, "ru")


def test_the_command_names_files_that_are_there(report: ModuleType) -> None:
    if not report.corpora():
        pytest.skip("tests/corpora/dev_*.json and ../shared/corpus/dev_*.json are missing")
    command = report.training_command("held.jsonl")
    assert all((ROOT / part).exists() for part in command[1:] if part.endswith((".py", ".json")))
    assert command[-4:] == ["--folds", "5", "--pred", "held.jsonl"]


def test_the_page_holds_both_tables_and_ten_kinds(report: ModuleType) -> None:
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    assert [sum(line.startswith(f"{lang} ") for line in lines) for lang in ("en", "ru", "uk", "all")] == [2, 2, 2, 2]
    assert sum(line.split(".")[0].isdigit() for line in lines) == report.KINDS
    assert "python tools/error_report.py" in lines
