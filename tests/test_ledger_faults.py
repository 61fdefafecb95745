"""The ledger outlives what is done to it; benchmarks/ledger_faults.py holds the faults and prints their counts."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from benchmarks import ledger_faults as faults
from benchmarks.ledger_size import articles
from outproduce.errors import LedgerError
from outproduce.ledger.store import Ledger

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are forked; run on Unix")


@pytest.mark.slow
def test_killed_fifty_times_while_reading_five_hundred_articles(tmp_path: Path):
    counts = faults.kill_runs(tmp_path, runs=50, articles=500)
    assert counts["runs"] == counts["survived"] == 50, counts
    assert counts["lost"] == counts["torn"] == 0


def test_killed_a_few_times(tmp_path: Path):
    counts = faults.kill_runs(tmp_path, runs=2, articles=60)
    assert (counts["survived"], counts["lost"], counts["torn"]) == (2, 0, 0), counts


def test_full_disk_is_told_and_leaves_the_ledger_intact(tmp_path: Path):
    counts = faults.full_disk_runs(tmp_path, runs=3, articles=60)
    assert counts["survived"] == counts["told_clearly"] == 3, counts
    assert counts["lost"] == counts["torn"] == 0


def test_corrupt_page_is_never_passed_over_in_silence(tmp_path: Path):
    counts = faults.corrupt_page_runs(tmp_path, runs=25, articles=60)
    assert counts["silent"] == 0, counts
    assert counts["reported"] > 0


def test_two_writers_wait_for_each_other(tmp_path: Path):
    assert faults.two_writer_runs(tmp_path, runs=1, articles=60)["survived"] == 1


def test_clock_that_jumps_changes_nothing(tmp_path: Path):
    assert faults.clock_runs(tmp_path, runs=1, articles=60)["survived"] == 1


def test_really_full_file_system_is_told(tmp_path: Path):
    disk = tmp_path / "disk"
    disk.mkdir()
    try:
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=300k", "tmpfs", str(disk)], capture_output=True)
    except FileNotFoundError:
        pytest.skip("there is no mount here")
    if mounted.returncode:
        pytest.skip("a small file system cannot be mounted; run as root")
    try:
        reports = faults.write_reports(tmp_path / "reports.jsonl", 200)
        with pytest.raises(LedgerError, match="the disk is full"):
            faults.read_into(disk / "l.db", reports)
        with Ledger.open(disk / "l.db", create=False) as ledger:
            assert 0 < ledger.counts()["articles"] < 200
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_a_batch_of_articles_is_whole_or_not_there(tmp_path: Path):
    given = list(articles(20))
    broken = [*given[:15], (given[15][0], given[16][1], [], [])]  # bytes that are not the article's
    with Ledger.open(tmp_path / "one.db") as one, Ledger.open(tmp_path / "many.db") as many:
        for article, raw, statements, claims in given:
            one.append_article(article, raw, statements, claims)
        with pytest.raises(LedgerError, match="was read from bytes"):
            many.append_articles(broken, at_once=10)
        assert many.counts()["articles"] == 10
        assert many.append_articles(given, at_once=10) == 10
        assert many.content_hash() == one.content_hash()
