"""The verbs that ask what the claims add up to: compare and estimate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

import typer

from outproduce.errors import NothingFound, UsageError
from outproduce.ledger_verbs import known_pack
from outproduce.options import Form, open_ledger, verb

ActorName = Annotated[str, typer.Argument(metavar="ACTOR", help="A state, bloc or company, in any language.")]
Counted = Annotated[str, typer.Option("--item", help="What is made: ammunition, снаряди, attack_drone.")]
AsOf = Annotated[
    str | None,
    typer.Option("--as-of", help="Know only what was public on this day (YYYY-MM-DD); default: the latest claim's."),
]
Level = Annotated[float, typer.Option(help="Level of the credible intervals, between 0 and 1.")]
Assume = Annotated[
    list[str] | None,
    typer.Option(
        "--assume",
        metavar="NAME=VALUE",
        help="Show the answer also under another assumption: a prior (house=0.4), without-speaker=NAME, "
        "without-kind=KIND or without-side=SIDE; may be given again.",
    ),
]


@dataclass(frozen=True)
class Behind:
    """What is shown of what stands behind an estimate."""

    why: Annotated[bool, typer.Option("--why", help="For each claim, the last month's rate without it.")] = False
    sides: Annotated[bool, typer.Option("--sides", help="The bias of each side's speakers, with intervals.")] = False
    targets: Annotated[bool, typer.Option("--targets", help="Which targets were met, late or missed.")] = False

    @property
    def asked(self) -> list[str]:
        """Names of what is asked for."""
        return [name for name in ("why", "sides", "targets") if getattr(self, name)]


@dataclass(frozen=True)
class Span:
    """Which months are shown."""

    first: Annotated[str | None, typer.Option("--from", help="First month to show (YYYY-MM).")] = None
    last: Annotated[str | None, typer.Option("--to", help="Last month to show (YYYY-MM).")] = None


@verb
def compare(
    context: typer.Context,
    a: ActorName,
    b: ActorName,
    item: Counted,
    form: Form,
    as_of: AsOf = None,
    level: Level = 0.9,
    assume: Assume = None,
    why: Annotated[bool, typer.Option("--why", help="Draw the ten claims that moved the answer most.")] = False,
) -> None:
    """Answer who makes more of an item, since when and how surely, with the claims that moved the answer most.

    Example: `outproduce compare NATO Russia --item ammunition --as-of 2025-07-01`
    """
    from outproduce import answers
    from outproduce.estimate.assumptions import read_assumptions
    from outproduce.estimate.world import World
    from outproduce.progress import waiting
    from outproduce.report.insights import write_both, write_tornado
    from outproduce.report.views import write_comparison
    from outproduce.resolve import resolve_actor, resolve_item

    shape, pack = form.shape, known_pack()
    question = resolve_actor(a, pack), resolve_actor(b, pack), resolve_item(item, pack)
    assumed, world = read_assumptions(assume or ()), World.from_pack(pack)
    with open_ledger(context) as ledger, waiting(f"weighing what is known of {question[2]}"):
        claims = list(ledger.claims())
        answer = answers.compare(claims, world, *question, as_of=as_of, level=level)
        if assume:
            kept, day = assumed.keep(claims, world), answer.as_of
            other = answers.compare(kept, world, *question, as_of=day, level=level, priors=assumed.priors)
    if assume:
        write_both(answer, other, assumed.words, shape)
    else:
        write_comparison(answer, shape)
    if why:
        write_tornado(answer, shape)


@verb
def estimate(
    context: typer.Context,
    actor: ActorName,
    item: Counted,
    form: Form,
    span: Span,
    behind: Behind,
    as_of: AsOf = None,
    level: Level = 0.9,
    assume: Assume = None,
) -> None:
    """Estimate how much of an item an actor makes a month, with credible intervals.

    Where rows are written, --why, --sides or --targets gives its own rows instead of the months.

    Example: `outproduce estimate Russia --item attack_drone --from 2024-01`
    """
    from outproduce.answers import check_day
    from outproduce.estimate.assumptions import read_assumptions
    from outproduce.estimate.rates import estimate_family, last_day
    from outproduce.estimate.world import World
    from outproduce.progress import waiting
    from outproduce.report.views import check_month
    from outproduce.resolve import resolve_actor, resolve_item

    if not 0 < level < 1:
        raise UsageError(f"level {level} is no probability; give a number between 0 and 1, such as 0.9")
    shape, pack, day = form.shape, known_pack(), check_day(as_of) if as_of else None
    months = (check_month("--from", span.first), check_month("--to", span.last))
    if shape != "table" and len(behind.asked) > 1:
        raise UsageError(
            f"--{' and --'.join(behind.asked)} have different rows; give one of them, or read them as text"
        )
    who, what = resolve_actor(actor, pack), resolve_item(item, pack)
    assumed, world = read_assumptions(assume or ()), World.from_pack(pack)
    with open_ledger(context) as ledger, waiting(f"weighing what is known of {what}"):
        claims = list(ledger.claims())
        day = day or last_day(claims)
        found = estimate_family(claims, world, what, (who,), day)
        kept = assumed.keep(claims, world)
        other = estimate_family(kept, world, what, (who,), day, assumed.priors) if assume else None
    if shape == "table" or not behind.asked:
        _write_months(found, other, (who, day, level), months, shape, assumed.words)
    for name in behind.asked:
        _WRITERS[name](other or found, who, day, level, shape)


def _write_months(
    found: Any, other: Any, question: tuple[str, str, float], months: Any, shape: str, words: tuple[str, ...]
) -> None:
    """Write the months asked for, with the claims as points."""
    from outproduce.estimate.insight import find_points
    from outproduce.estimate.months import month_index
    from outproduce.estimate.rates import series_of
    from outproduce.report.insights import SeriesAnswer, write_series

    who, day, level = question
    series = series_of(found, who, month_index(day), level)
    shown = [row for row in series if (months[0] or "") <= row.month <= (months[1] or "9999")]
    if not shown:
        raise NothingFound(f"the series runs from {series[0].month} to {series[-1].month}; ask for months among these")
    assumed = series_of(other, who, month_index(day), level) if other else ()
    write_series(SeriesAnswer(shown, find_points(found, who), assumed, words), shape)


def _why(found: Any, who: str, day: str, level: float, shape: str) -> None:
    from outproduce.estimate.insight import find_moved
    from outproduce.estimate.months import month_index
    from outproduce.report.insights import write_moved

    write_moved(find_moved(found, who, month_index(day)), day[:7], shape)


def _sides(found: Any, who: str, day: str, level: float, shape: str) -> None:
    from outproduce.estimate.insight import find_leans
    from outproduce.report.insights import write_leans

    write_leans(find_leans(found, level), shape)


def _targets(found: Any, who: str, day: str, level: float, shape: str) -> None:
    from outproduce.estimate.insight import find_targets
    from outproduce.estimate.months import month_index
    from outproduce.report.insights import write_targets

    write_targets(find_targets(found, who, month_index(day)), shape)


_WRITERS = {"why": _why, "sides": _sides, "targets": _targets}
