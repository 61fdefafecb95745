"""Watching feeds: rounds, intervals, faults that pass, and a clean stop."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from benchmarks import watch_faults
from outproduce import gathering, watching
from outproduce.cli import app
from outproduce.feeds import Source
from outproduce.fetch import Fetcher, Manners
from outproduce.gathering import Gatherer
from outproduce.ledger.store import Ledger
from outproduce.ledger.visits import Visits
from outproduce.watching import Round, Watch
from tests.servers import Site
from tests.test_gathering import page, rss

QUICK = Manners(pause_s=0, timeout_s=1, attempts=1, backoff_s=0.01, allow_private=True)
Clock = Callable[[int], None]


@pytest.fixture
def site() -> Iterator[Site]:
    with Site({f"/{number}": page(number) for number in range(1, 6)}) as site:
        site.pages["/feed"] = rss("/1", "/2")
        yield site


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Lets the given minutes pass."""
    now = ["2025-06-10T12:00:00Z"]

    def pass_by(minutes: int) -> None:
        now[0] = gathering.later(now[0], timedelta(minutes=minutes))

    for module in (gathering, watching):
        monkeypatch.setattr(module, "utc_now", lambda: now[0])
    return pass_by


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with Ledger.open(tmp_path / "l.db") as ledger:
        yield ledger


def go_round(ledger: Ledger, *urls: str, manners: Manners = QUICK) -> Round:
    with Fetcher(manners) as fetcher:
        watch = Watch([Source(url) for url in urls], Gatherer(fetcher, Visits(ledger)), ledger)
        *_, last = watch.rounds(once=True)
    assert isinstance(last, Round)
    return last


def test_a_round_reads_what_is_new_and_the_next_only_what_came_since(site: Site, ledger: Ledger, clock: Clock):
    first = go_round(ledger, site.url("/feed"))
    assert (first.feeds, first.answered, first.pages, first.new, first.claims) == (1, 1, 2, 2, 2)
    assert go_round(ledger, site.url("/feed")).feeds == 0  # not due yet
    clock(16)
    site.pages["/feed"] = rss("/3", "/1", "/2")
    second = go_round(ledger, site.url("/feed"))
    assert (second.feeds, second.pages, second.new) == (1, 1, 1)
    assert [site.paths().count(f"/{n}") for n in (1, 2, 3)] == [1, 1, 1]


def test_quiet_feeds_are_asked_less_often_and_lively_ones_more(site: Site, ledger: Ledger, clock: Clock):
    intervals = []
    for number in range(12):
        if number == 9:
            site.pages["/feed"] = rss("/5")
        go_round(ledger, site.url("/feed"))
        visit = Visits(ledger).get(site.url("/feed"))
        assert visit is not None
        intervals.append(visit.interval_s // 60)
        clock(60 * 24)
    assert intervals[:3] == [15, 22, 33]
    assert intervals[8] > 2 * intervals[9] - 3 > intervals[10] / 2
    assert max(intervals) <= 24 * 60


def test_an_unchanged_feed_costs_one_short_answer(site: Site, ledger: Ledger, clock: Clock):
    def answer(to):
        to.send("", status=304) if to.headers["if-none-match"] == '"f"' else to.send(rss("/1"), etag='"f"')

    site.pages["/feed"] = answer
    go_round(ledger, site.url("/feed"))
    clock(30)
    again = go_round(ledger, site.url("/feed"))
    assert (again.answered, again.unchanged, again.pages) == (1, 1, 0)


def test_a_page_that_fails_for_a_while_is_read_later_even_when_its_feed_has_moved_on(
    site: Site, ledger: Ledger, clock: Clock
):
    site.pages["/1"] = lambda to: to.send("", status=503)
    first = go_round(ledger, site.url("/feed"))
    assert (first.pages, first.failed, first.waiting) == (1, 1, 1)
    site.pages |= {"/1": page(1), "/feed": rss("/2")}
    assert go_round(ledger, site.url("/feed")).pages == 0
    clock(6)
    second = go_round(ledger, site.url("/feed"))
    assert (second.pages, second.new, second.waiting) == (1, 1, 0)


def test_what_never_comes_is_given_up(site: Site, ledger: Ledger, clock: Clock):
    site.pages |= {"/1": lambda to: to.send("", status=503), "/feed": rss("/1", "/gone")}
    for _ in range(12):
        last = go_round(ledger, site.url("/feed"))
        clock(60 * 13)
    assert last.waiting == 0
    assert site.paths().count("/1") == 8
    assert site.paths().count("/gone") == 1
    visit = Visits(ledger).get(site.url("/1"))
    assert visit is not None
    assert (visit.outcome, visit.fails) == ("given up", 8)


def test_a_feed_that_fails_is_left_alone_longer_each_time(site: Site, ledger: Ledger, clock: Clock):
    site.pages["/feed"] = "<html>no feed</html>"
    dues = []
    for _ in range(3):
        assert go_round(ledger, site.url("/feed")).answered == 0
        visit = Visits(ledger).get(site.url("/feed"))
        assert visit is not None
        dues.append((visit.checked_at, visit.due_at))
        clock(60 * 24)
    waits = [int(due[11:13]) * 60 + int(due[14:16]) - 12 * 60 for _, due in dues if due]
    assert waits == [15, 30, 60]


def test_a_stopped_round_forgets_nothing(site: Site, ledger: Ledger, clock: Clock):
    site.pages["/feed"] = rss("/1", "/2", "/3", "/4")
    with Fetcher(QUICK) as fetcher:
        gatherer = Gatherer(fetcher, Visits(ledger))

        def stop_after_two(to):
            fetcher.stop.set()
            to.send(page(3))

        site.pages["/3"] = stop_after_two
        list(Watch([Source(site.url("/feed"))], gatherer, ledger).rounds())
    assert Visits(ledger).get(site.url("/feed")) is None
    site.pages["/3"] = page(3)
    go_round(ledger, site.url("/feed"))
    assert ledger.counts()["articles"] == 4
    assert ledger.counts()["raw_documents"] == 4


# The verbs


def run(tmp_path: Path, *arguments: object) -> Result:
    return CliRunner().invoke(app, ["--ledger", str(tmp_path / "w.db"), *map(str, arguments)])


def listing(tmp_path: Path, *urls: str) -> Path:
    path = tmp_path / "feeds.yml"
    path.write_text("".join(f"- url: {url}\n" for url in urls))
    return path


WEB = ("--allow-private", "--pause", "0")


def test_watch_prints_a_line_a_round(site: Site, tmp_path: Path):
    feeds = listing(tmp_path, site.url("/feed"), site.url("/none"))
    result = run(tmp_path, "watch", feeds, "--once", *WEB)
    (counts,) = [json.loads(line) for line in result.stdout.splitlines()]
    assert (counts["feeds"], counts["answered"], counts["new"]) == (2, 1, 2)
    assert "/none does not exist any more (404)" in result.stderr
    assert result.exit_code == 0


def test_feeds_check_says_which_answer(site: Site, tmp_path: Path):
    site.pages["/"] = "<html><head><link rel=alternate type=application/rss+xml href=/feed></head></html>"
    result = run(tmp_path, "feeds", "check", listing(tmp_path, site.url("/"), site.url("/1")), *WEB)
    first, second = sorted((json.loads(line) for line in result.stdout.splitlines()), key=lambda row: row["url"])
    assert (first["answers"], first["kind"], first["pages"], first["newest"]) == (True, "RSS", 2, "2025-06-10")
    assert (second["answers"], "is no feed and names none" in second["message"]) == (False, True)
    assert "1 of 2 feeds answered" in result.stderr
    assert result.exit_code == 1


def test_the_shipped_list_is_printed(tmp_path: Path):
    result = run(tmp_path, "feeds", "starter")
    (tmp_path / "mine.yml").write_text(result.stdout, encoding="utf-8")
    from outproduce.feeds import read_listing

    assert read_listing(tmp_path / "mine.yml") == read_listing()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["SIGINT", "SIGTERM"])
def test_a_signal_ends_it_cleanly(site: Site, tmp_path: Path, number: int):
    slow = threading.Event()
    site.pages |= {"/feed": rss("/1", "/2"), "/2": lambda to: slow.set() or time.sleep(30)}
    command = [sys.executable, "-m", "outproduce.cli", "--ledger", str(tmp_path / "w.db"), "watch"]
    process = subprocess.Popen(
        [*command, str(listing(tmp_path, site.url("/feed"))), *WEB],
        stderr=subprocess.PIPE, stdout=subprocess.PIPE, env=os.environ | {"PYTHONPATH": os.getcwd()},
    )  # fmt: skip
    assert slow.wait(60)
    process.send_signal(number)
    out, err = process.communicate(timeout=20)
    assert process.returncode == 0, err
    assert b"Traceback" not in err
    with Ledger.open(tmp_path / "w.db") as ledger:
        assert ledger.counts()["articles"] == 1
    assert json.loads(out)["pages"] == 1


@pytest.mark.slow
def test_a_site_that_fails_in_every_way_is_read_whole_and_once(tmp_path: Path):
    counts = watch_faults.watch(70, 10, tmp_path)
    assert watch_faults.faults_of(counts) == []
    assert counts["rounds"][-1]["waiting"] == 0
