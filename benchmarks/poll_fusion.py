"""Try the general fuser on elections with known results: python benchmarks/poll_fusion.py [--data DIR] [YEAR ...].

Prints leader right, Brier score, RMSE of the margin and coverage of the 90 % interval per year, beside the median of
the last 14 days and the published scores. The fuser sees polls alone, as a plain call gives it; or is also told which
states lie in one division of the country; or also what is known beforehand: each state's margin of four years before.
"""

from __future__ import annotations

import argparse
import csv
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np

from outproduce.estimate.fusion import FuseOptions, Fusion, fuse

SHARED = Path(__file__).resolve().parents[2] / "shared" / "bench" / "poll-fusion" / "data"
ELECTION = {"2008": date(2008, 11, 4), "2012": date(2012, 11, 6), "2016": date(2016, 11, 8)}
PUBLISHED = {"2008": "Economist 49 states, Brier .0290", "2012": "Economist 50 states, Brier .0193"}
DIVISIONS = (  # of the Census Bureau
    "CT ME MA NH RI VT",
    "NJ NY PA",
    "IN IL MI OH WI",
    "IA KS MN MO NE ND SD",
    "DE DC FL GA MD NC SC VA WV",
    "AL KY MS TN",
    "AR LA OK TX",
    "AZ CO ID NM MT UT NV WY",
    "AK CA HI OR WA",
)
CANDIDATES = (("obama", "clinton", "biden", "dem"), ("mccain", "romney", "trump", "rep"))


@dataclass(frozen=True)
class Poll:
    """One poll: margin of the Democrat over the Republican among the decided, in points, its sampling sd and middle."""

    state: str
    pollster: str
    day: date
    margin: float
    sd: float


@dataclass(frozen=True)
class Score:
    """How estimates met results, over `count` states."""

    right: float
    brier: float
    rmse: float
    coverage: float
    count: int

    def row(self, name: str) -> str:
        """Give one line of the table."""
        covered = f"{100 * self.coverage:8.0f}" if np.isfinite(self.coverage) else "       -"
        return f"{name:<38}{self.right:5.1f}/{self.count}{self.brier:9.4f}{self.rmse:8.2f}{covered}"


def parse_day(text: str) -> date:
    """Read `3/6/08` or `2012-11-01`."""
    form = "%Y-%m-%d" if "-" in text else "%m/%d/%y" if len(text.split("/")[-1]) == 2 else "%m/%d/%Y"
    return datetime.strptime(text, form).date()


def read_polls(path: Path, election: date) -> Iterator[Poll]:
    """Read polls that ended before election day; a missing sample size counts as 500. Columns go by their names."""
    with path.open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.DictReader(lines))
    democrat, republican = (next(name for name in names if name in rows[0]) for names in CANDIDATES)
    for row in rows:
        if "" in (row[democrat], row[republican], row["end.date"]):
            continue
        start, end = parse_day(row["start.date"] or row["end.date"]), parse_day(row["end.date"])
        if end >= election:
            continue
        told = row["number.of.observations"]
        size = float(told) if told.replace(".", "").isdigit() else 500.0
        dem, rep = float(row[democrat]) / 100, float(row[republican]) / 100
        share = dem / (dem + rep)  # the undecided are left out: they split as the decided do
        sd = 200 * float(np.sqrt(share * (1 - share) / (size * (dem + rep))))
        yield Poll(row["state"], row["pollster"], start + (end - start) / 2, 100 * (2 * share - 1), sd)


def read_results(path: Path, year: int) -> dict[str, float]:
    """Margins of one election in points per state, DC left out."""
    with path.open(encoding="utf-8-sig", newline="") as lines:
        rows = [row for row in csv.DictReader(lines) if row["year"] == str(year) and row["state"] != "DC"]
    return {row["state"]: 100 * (float(row["dem"]) - float(row["rep"])) for row in rows}


def score(truth: dict[str, float], margin: dict[str, float], chance: dict[str, float], covered: list[bool]) -> Score:
    """Compare estimates with results; a state without an estimate, or with a tie, is half right."""
    right = sum(float((margin[s] > 0) == (truth[s] > 0)) if margin.get(s, 0.0) else 0.5 for s in truth)
    brier = np.mean([(chance.get(state, 0.5) - (truth[state] > 0)) ** 2 for state in truth])
    rmse = np.sqrt(np.mean([(margin[state] - truth[state]) ** 2 for state in truth if state in margin]))
    return Score(right, float(brier), float(rmse), float(np.mean(covered)) if covered else float("nan"), len(truth))


def naive(polls: list[Poll], election: date, truth: dict[str, float]) -> Score:
    """Median of the last 14 days (of the last poll where there is none); the leader is taken as certain."""
    margin = {}
    for state in truth:
        own = sorted((poll for poll in polls if poll.state == state), key=lambda poll: poll.day)
        late = [poll.margin for poll in own if (election - poll.day).days <= 14] or [poll.margin for poll in own[-1:]]
        if late:
            margin[state] = float(np.median(late))
    return score(truth, margin, {state: 0.5 + 0.5 * float(np.sign(value)) for state, value in margin.items()}, [])


def judge(found: Fusion, truth: dict[str, float]) -> Score:
    """Score the fused margins at the last time of the grid."""
    place = {label: index for index, label in enumerate(found.labels)}
    low, high = found.interval(0.9)
    known = [state for state in truth if state in place]
    margin = {state: float(found.median[place[state], -1]) for state in known}
    chance = {state: float(found.probability_above(state)[-1]) for state in known}
    covered = [bool(low[place[state], -1] <= truth[state] <= high[place[state], -1]) for state in known]
    return score(truth, margin, chance, covered)


def fuse_polls(polls: list[Poll], election: date, **told: Any) -> Fusion:
    """Fuse all polls, with whatever else the fuser is told."""
    return fuse(
        [poll.day for poll in polls],
        [poll.margin for poll in polls],
        [poll.sd for poll in polls],
        series=[poll.state for poll in polls],
        sources=[poll.pollster for poll in polls],
        until=election,
        **told,
    )


def knowledge(before: dict[str, float]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Give what the fuser is told besides the polls, from nothing to the margins of the election before."""
    yield "polls alone", {}
    yield "and which states are neighbours", {"alike": {state: row for row in DIVISIONS for state in row.split()}}
    # A margin moves by some 9 points in four years, read off nothing here: half of it everywhere, half state by state.
    yield "and the election before", {"prior": {state: (margin, 9.0) for state, margin in before.items()}}


def run(year: str, data: Path, tries: int) -> None:
    """Print the table of one year."""
    election = ELECTION[year]
    polls = list(read_polls(data / f"all_polls_{year}.csv", election))
    truth = read_results(data / "potus_results_76_16.csv", int(year))
    before = read_results(data / "potus_results_76_16.csv", int(year) - 4)
    print(f"\n{year}: {len(polls)} polls of {len({poll.state for poll in polls})} series, {len(truth)} states")
    print(f"{'':<38}{'right':>8}{'Brier':>9}{'RMSE':>8}{'90 % in':>8}")
    print(naive(polls, election, truth).row("median of last 14 days"))
    for name, told in knowledge(before):
        started = time.perf_counter()
        found = fuse_polls(polls, election, options=FuseOptions(tries=tries), **told)
        seconds = time.perf_counter() - started
        print(
            judge(found, truth).row(f"fuse, {name}"),
            f"   {seconds:.1f} s",
            {k: round(v, 2) for k, v in found.scales.items()},
        )
    print(f"published: {PUBLISHED.get(year, 'see SOURCE.txt')}")


def main() -> int:
    """Run the years asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("years", nargs="*", default=["2008", "2012"])
    parser.add_argument("--data", type=Path, default=SHARED)
    parser.add_argument("--tries", type=int, default=60)
    asked = parser.parse_args()
    if not asked.data.is_dir():
        print(f"{asked.data} is not there; give the folder with the polls as --data", file=sys.stderr)
        return 1
    for year in asked.years:
        run(year, asked.data, asked.tries)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
