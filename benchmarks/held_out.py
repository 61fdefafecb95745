"""Hide claims of the starter ledger and predict them: python benchmarks/held_out.py [--quick].

Each story with a figure is hidden in turn, and, forward in time, everything published after a date. Every forecast is
of the claim itself (its figure, as its speaker would give it), on the log scale. Printed per kind of claim: coverage of
the 80 % interval, mean absolute log error and CRPS, beside three plain rules given the same other claims.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from outproduce.errors import NothingFound
from outproduce.estimate.family import build_family
from outproduce.estimate.laplace import fit
from outproduce.estimate.model import VALUE, Array
from outproduce.estimate.months import month_index
from outproduce.estimate.observations import Sight, find_sights
from outproduce.estimate.prediction import crps, predict, with_echoes
from outproduce.estimate.priors import Priors
from outproduce.estimate.rates import Fit, counted_item, known_by
from outproduce.estimate.scales import Found, search_scales
from outproduce.estimate.world import World
from outproduce.ledger.imports import starter_claims
from outproduce.ledger.stories import find_stories
from outproduce.packs import load_pack
from outproduce.records import Claim, Story

LAST = month_index("2026-11-24")
FORWARD = ("2023-10-01", "2024-04-01", "2024-10-01", "2025-04-01", "2025-10-01")
HORIZON = 12  # months after a date within which a claim is predicted
RULES = ("model", "last claim", "median of 12 months", "line through logs")


@dataclass(frozen=True)
class Case:
    """One hidden figure: its class, what came true (log), the model's draws and the three rules' values (NaN: none)."""

    group: str
    truth: float
    draws: Array
    rules: tuple[float, ...]


def group_of(claim: Claim) -> str:
    """Class of a claim in the table."""
    if claim.kind in ("comparison", "change"):
        return "ratio"
    return "target" if claim.status == "planned" else claim.kind


def items_of(stories: Sequence[Story], world: World) -> list[str]:
    """Items to be estimated: those of claims, narrow ones counted in what they stand for."""
    stand_in = {part: item for item, parts in world.stands_for.items() for part in parts}
    found = {stand_in.get(story.origin.item, counted_item(world, story.origin.item)) for story in stories}
    return sorted(item for item in found if world.parents[item] is not None)


def own_item(story: Story, item: str, world: World) -> bool:
    """Whether a story is predicted with this item: each with one only."""
    return story.origin.item == item or story.origin.item in world.stands_for.get(item, ())


def middle(sight: Sight) -> float:
    """Middle of the months a sight is about."""
    return (sight.months[0] + sight.months[1]) / 2


def plain_rules(hidden: Sight, others: Sequence[Sight]) -> tuple[float, ...]:
    """Last claim, median of the 12 months up to it, straight line: from sights about the very same thing."""
    same = [(middle(s), s.value) for s in others if (s.top, s.bottom) == (hidden.top, hidden.bottom)]
    if not same:
        return (np.nan,) * 3
    at = middle(hidden)
    times, values = (np.array(column) for column in zip(*sorted(same), strict=True))
    before = np.flatnonzero(times <= at)
    last = values[before[-1]] if before.size else values[0]
    recent = values[(times <= at) & (times > at - 12)]
    line = last
    if np.unique(times).size > 1:
        _, start = np.polyfit(times - at, values, 1)
        line = float(start)
    return float(last), float(np.median(recent)) if recent.size else float(last), line


def near_by(hidden: Sight, others: Sequence[Sight]) -> list[float]:
    """Figures told of the very same thing and a time within a year."""
    same = [s for s in others if (s.top, s.bottom) == (hidden.top, hidden.bottom) and s.story != hidden.story]
    return [s.value for s in same if abs(middle(s) - middle(hidden)) <= 12]


def repeat_chance(known: Sequence[Sight]) -> float:
    """How often, among the known claims, one that could repeat another does; counted as if one of two had, before."""
    chances = [(s.value, near_by(s, known)) for s in known]
    could = [any(abs(value - told) < 0.01 for told in others) for value, others in chances if others]
    return (sum(could) + 1) / (len(could) + 2)


@dataclass(frozen=True)
class Hiding:
    """The stories of one item and what is needed to fit them again and again."""

    stories: list[Story]
    world: World
    item: str
    priors: Priors

    def fit(self, stories: Sequence[Story], actors: Sequence[str], month: int, scales: dict[str, float] | None) -> Fit:
        """Fit without looking at anything else; at given scales where there are some."""
        family = build_family(stories, self.world, self.item, actors, self.priors, month)
        if scales is None:
            found = search_scales(family.model, family.scales, tries=self.priors.tries, neighbours=False)
        else:
            found = Found(scales, fit(family.model(scales), tolerance=0.01), ())
        return Fit(family, found, {story.id: story for story in stories}, 0)

    def sights(self, stories: Sequence[Story]) -> list[Sight]:
        """Exact figures among the stories that say something of this item."""
        return [s for s in find_sights(list(stories), self.world, self.item, self.priors) if s.kind == VALUE]

    def cases(self, hidden: Sequence[Story], known: Sequence[Story], found: Fit) -> Iterator[Case]:
        """Forecast hidden stories from a fit of the known ones."""
        others = self.sights(known)
        by_id = {story.id: story for story in hidden}
        for sight in self.sights(hidden):
            story = by_id[sight.story]
            if not own_item(story, self.item, self.world):
                continue
            draws = predict(found, sight)
            if draws is None:
                continue
            group = group_of(story.origin)
            alike = [s for s in others if group_of(found.stories[s.story].origin) == group]
            draws = with_echoes(draws, near_by(sight, alike), repeat_chance(alike))
            yield Case(group, sight.value, draws, plain_rules(sight, alike or others))


def echoes(sight: Sight, sights: Sequence[Sight]) -> set[str]:
    """Stories that give the very same figure on the same party and year, the sight's own among them."""
    counts = {effect.key for effect in sight.effects if effect.key[0] == "figure"}
    same = {other.story for other in sights if counts & {effect.key for effect in other.effects}}
    return same | {sight.story}


def one_by_one(hiding: Hiding, *, with_echoes: bool = False) -> Iterator[Case]:
    """Hide each story in turn, or with it all that repeat its figure.

    The scales are those of all stories together; everything else is done again without the hidden ones.
    """
    scales: dict[str, dict[str, float]] = {}
    sights = hiding.sights(hiding.stories)
    for sight in sights:
        story = next(story for story in hiding.stories if story.id == sight.story)
        if not own_item(story, hiding.item, hiding.world):
            continue
        asked = tuple(sorted({*sight.top, *sight.bottom}))
        hidden = echoes(sight, sights) if with_echoes else {sight.story}
        rest = [other for other in hiding.stories if other.id not in hidden]
        try:
            key = min(asked)
            if key not in scales:
                scales[key] = dict(hiding.fit(hiding.stories, asked, LAST, None).found.scales)
            found = hiding.fit(rest, asked, LAST, scales[key])
        except NothingFound:
            continue
        yield from hiding.cases([story], rest, found)


def forward(hiding: Hiding, day: str) -> Iterator[Case]:
    """Know what was public on a day; forecast what was published in the year after about times after that day."""
    known = [s for s in hiding.stories if known_by(s.origin, day)]
    month = month_index(day)
    until = f"{int(day[:4]) + 1}{day[4:]}"
    fits: dict[tuple[str, ...], Fit] = {}
    later = [s for s in hiding.stories if s not in known and s.origin.published and s.origin.published <= until]
    for sight in hiding.sights(later):
        if sight.months[1] < month or sight.months[0] > month + 2 * HORIZON:
            continue
        story = next(story for story in later if story.id == sight.story)
        asked = tuple(sorted({*sight.top, *sight.bottom}))
        try:
            fits[asked] = fits.get(asked) or hiding.fit(known, asked, month, None)
        except NothingFound:
            continue
        yield from hiding.cases([story], known, fits[asked])


def table(cases: Sequence[Case]) -> Iterator[str]:
    """Print lines: coverage over all cases; errors where the plain rules have an answer too."""
    groups = ("output", "capacity", "ratio", "target")
    yield f"{'':<22}{'cases':>6}{'in 50':>7}{'in 80':>7}{'in 90':>7}  {'mean absolute log error':^44}  {'CRPS':^44}"
    heads = "".join(f"{name:>11}" for name in ("model", "last", "median", "line"))
    yield f"{'':<49}  {heads}  {heads}"
    wanted = [("all but targets", groups[:3]), *((group, (group,)) for group in groups), ("all", groups)]
    for name, chosen in wanted:
        mine = [case for case in cases if case.group in chosen]
        if not mine:
            continue
        covered = [np.mean([inside(case, level) for case in mine]) for level in (0.5, 0.8, 0.9)]
        both = [case for case in mine if not np.isnan(case.rules).any()]
        errors = np.array([[float(np.median(c.draws)) - c.truth, *(r - c.truth for r in c.rules)] for c in both])
        scores = [float(np.mean([crps(c.draws, c.truth) for c in both]))] if both else []
        scores += [spread_crps(errors[:, 1 + at]) for at in range(3)] if both else []
        told = "".join(f"{value:>11.3f}" for value in np.abs(errors).mean(axis=0)) if both else ""
        yield (
            f"{name:<16}{len(both):>5}/"
            + f"{len(mine):<6}"
            + "".join(f"{100 * value:>6.0f}%" for value in covered)
            + f"  {told}  "
            + "".join(f"{value:>11.3f}" for value in scores)
        )


def inside(case: Case, level: float) -> bool:
    """Whether the truth lies in the central interval."""
    low, high = np.quantile(case.draws, [(1 - level) / 2, (1 + level) / 2])
    return bool(low <= case.truth <= high)


def spread_crps(errors: Array) -> float:
    """CRPS of a plain rule that knows how wrong it usually is: its own errors, turned about, are its spread."""
    spread = np.concatenate([errors, -errors])
    return float(np.mean([crps(spread, float(-error)) for error in errors]))


def main() -> int:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", nargs="*", help="only these items")
    parser.add_argument("--only", choices=("one", "forward"))
    asked = parser.parse_args()
    world = World.from_pack(load_pack("weapons"))
    stories = find_stories(starter_claims(), parents=world.parents)
    priors = Priors()
    hidings = [Hiding(stories, world, item, priors) for item in asked.items or items_of(stories, world)]
    if asked.only != "forward":
        print("Each story hidden in turn")
        print("\n".join(table([case for hiding in hidings for case in one_by_one(hiding)])))
        print("\nEach figure hidden in turn, with every story that repeats it")
        print("\n".join(table([case for hiding in hidings for case in one_by_one(hiding, with_echoes=True)])))
    if asked.only != "one":
        print(f"\nForward in time: everything after {', '.join(FORWARD)} hidden, what came in the year after predicted")
        print("\n".join(table([case for hiding in hidings for day in FORWARD for case in forward(hiding, day)])))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
