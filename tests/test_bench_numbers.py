"""Number rows and marked figures that nobody made for this reader: at least 97 % of the rows, 95 % of the figures."""

import runpy
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared"
SETS = [
    ("duckling", "en"),
    ("duckling", "ru"),
    ("duckling", "uk"),
    ("nemo-itn", "en"),
    ("nemo-itn", "ru"),
    ("num2words-uk", "uk"),
    ("text2num-compositional", "ru"),
    ("text2num-literal", "ru"),
    ("ukr-itn", "uk"),
]


@pytest.fixture(scope="module")
def counts():
    if not (SHARED / "bench").is_dir():
        pytest.skip("no number rows: ../shared/bench is missing")
    return runpy.run_path(str(ROOT / "benchmarks" / "number_rows.py"))["count_right"]()


@pytest.mark.parametrize("key", SETS, ids="-".join)
def test_rows_read_rightly(counts, key):
    right, total = counts[key]
    assert right >= 0.97 * total


def test_every_set_is_counted(counts):
    assert sorted(counts) == SETS


@pytest.mark.parametrize("lang", ["en", "uk", "ru"])
def test_marked_figures_are_found(lang):
    if not (SHARED / "corpus").is_dir():
        pytest.skip("no marked claims: ../shared/corpus is missing")
    found, asked, missed = runpy.run_path(str(ROOT / "benchmarks" / "figure_recall.py"))["count_found"](lang)
    assert found["counted"] >= 0.95 * asked["counted"], missed
    assert found["ratio"] >= 0.80 * asked["ratio"], missed
