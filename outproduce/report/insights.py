"""What stands behind an estimate, as tables and charts: what moved it, how sides lean, targets, other assumptions."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, TextIO

from outproduce.answers import Band, Comparison, UsedClaim
from outproduce.estimate.insight import Lean, Moved, Target
from outproduce.records import Estimate, Story
from outproduce.report.charts import render_bands, short
from outproduce.report.export import Column, Row, plain, write_rows, write_value
from outproduce.report.views import comparison_text, source_words
from outproduce.report.wording import claim_words, item_words

TORNADO, BAR = 10, 20  # stories in a tornado; signs of its longest bar on either side
LAST_MONTHS = 12  # rows of the table under a chart


@dataclass(frozen=True, slots=True)
class SeriesAnswer:
    """One party's months as asked: `series` as it is, `assumed` under other assumptions, `points` single figures."""

    series: Sequence[Estimate]
    points: Sequence[tuple[str, float]] = ()
    assumed: Sequence[Estimate] = ()
    words: Sequence[str] = ()

    def rows(self) -> list[dict[str, Any]]:
        """Flatten the months, one row each; other assumptions stand beside as `assumed_...`."""
        rows = [asdict(row) | _rounded(row) for row in self.series]
        other = {row.month: _rounded(row) for row in self.assumed}
        if not self.assumed:
            return rows
        none = dict.fromkeys(("median", "low", "high"))
        return [
            row | {f"assumed_{name}": value for name, value in other.get(row["month"], none).items()} for row in rows
        ]


def _rounded(row: Estimate) -> dict[str, float]:
    return {key: float(f"{getattr(row, key):.4g}") for key in ("median", "low", "high")}


def write_series(answer: SeriesAnswer, shape: str, stream: TextIO | None = None) -> None:
    """Write one party's monthly estimates; on a terminal a chart with the claims above the table's last months."""
    rows, first = answer.rows(), answer.series[0]
    if shape != "table":
        write_rows(rows, shape, (), stream)
        return
    level = f"{100 * first.level:.0f} %"
    print(f"{first.actor}: {item_words(first.item)} a month, on {first.stories} independent claims", file=stream)
    months = [row.month for row in answer.series]
    bands: dict[str, Sequence[Any]] = {first.actor: list(answer.series)}
    if answer.assumed:
        print(f"Assumed beside it: {'; '.join(answer.words)}", file=stream)
        by_month = {row.month: row for row in answer.assumed}
        bands["as assumed"] = [by_month.get(row.month, row) for row in answer.series]
    print(render_bands(months, bands, answer.points), file=stream)
    shown = ["", "assumed_"] if answer.assumed else [""]
    columns = [Column("month", lambda row: row["month"])]
    for prefix in shown:
        head = prefix.replace("_", " ")
        columns += [
            Column(f"{head}{title}", _number_of(f"{prefix}{key}"), right=True)
            for title, key in (("median", "median"), (f"{level} low", "low"), (f"{level} high", "high"))
        ]
    write_rows(rows[-LAST_MONTHS:], "table", columns, stream)


def _number_of(key: str) -> Any:
    return lambda row: "-" if row[key] is None else f"{row[key]:,.0f}" if row[key] >= 100 else f"{row[key]:.3g}"


def _story_row(story: Story, **more: Any) -> dict[str, Any]:
    """Give the row of a story with what is said of it here."""
    claim = story.origin
    return {"story": story.id, "says": claim_words(claim), "source": source_words(claim), "link": claim.link, **more}


def write_moved(moved: Sequence[Moved], month: str, shape: str, stream: TextIO | None = None) -> None:
    """Write for each claim the rate of the last month without it, the strongest first; on a terminal with a tornado."""
    if shape == "table":
        rate = moved[0].without * math.exp(moved[0].moved) if moved else 0.0
        count = f"the ten strongest of {len(moved)}"
        print(f"\nWhat moved {month} ({short(rate)} a month) most: the rate without each claim ({count})", file=stream)
        print(tornado([(row.story, row.moved, short(row.without)) for row in moved]), file=stream)
        return
    rows = [
        _story_row(row.story, month=month, without=float(f"{row.without:.4g}"), moved=float(f"{row.moved:.4g}"))
        for row in moved
    ]
    write_rows(rows, shape, (), stream)


def tornado(moved: Sequence[tuple[Story, float, str]]) -> str:
    """Draw the ten strongest stories as bars to either side: what each did, the answer without it, and what it says."""
    shown = sorted(moved, key=lambda row: -abs(row[1]))[:TORNADO]
    widest = max((abs(shift) for _, shift, _ in shown), default=0.0) or 1.0
    lines = []
    for story, shift, without in shown:
        signs = round(BAR * abs(shift) / widest)
        left, right = ("█" * signs, "") if shift < 0 else ("", "█" * signs)
        words = plain(f"{claim_words(story.origin)} ({source_words(story.origin)})")
        lines.append(f"{left:>{BAR}}│{right:<{BAR}} {100 * math.expm1(shift):>+5.0f} %  without: {without}")
        lines.append(f"{'':{2 * BAR + 2}}{words}")
    return "\n".join(lines)


LEAN_COLUMNS = (
    Column("speakers of", lambda row: row["side"]),
    Column("on output of", lambda row: row["about"]),
    Column("say", lambda row: _percent(row["factor"]), right=True),
    Column("interval", lambda row: f"{_percent(row['low'])} to {_percent(row['high'])}", right=True),
    Column("claims", lambda row: str(row["stories"]), right=True),
)
TARGET_COLUMNS = (
    Column("due", lambda row: row["due"], width=7),
    Column("of", lambda row: ", ".join(row["actor"]), 2),
    Column("target a month", lambda row: short(row["figure"]), right=True),
    Column("made then", lambda row: short(row["reached"]), right=True),
    Column("chance", lambda row: f"{100 * row['chance']:.0f} %", right=True),
    Column("verdict", lambda row: " ".join(filter(None, (row["verdict"], row["reached_in"]))), width=12),
    Column("whose word", lambda row: ", ".join(filter(None, (row["speaker"], row["published"]))), 3),
)


def _percent(factor: float) -> str:
    return f"{100 * (factor - 1):+.0f} %"


def write_leans(leans: Sequence[Lean], shape: str, stream: TextIO | None = None) -> None:
    """Write the bias of each side's speakers; a factor above 1 is too much."""
    rows = [
        asdict(row) | {key: float(f"{getattr(row, key):.4g}") for key in ("factor", "low", "high")} for row in leans
    ]
    if shape == "table":
        print("\nBias of each side's speakers: by how much they put output too high (+) or too low", file=stream)
    write_rows(rows, shape, LEAN_COLUMNS, stream)


def write_targets(targets: Sequence[Target], shape: str, stream: TextIO | None = None) -> None:
    """Write what became of targets: met, late, missed, or open."""
    rows: list[Row] = [row.as_json() for row in targets]
    if shape == "table":
        told = {
            verdict: sum(row.verdict == verdict for row in targets) for verdict in ("met", "late", "missed", "open")
        }
        print("\nTargets: " + ", ".join(f"{count} {verdict}" for verdict, count in told.items()), file=stream)
        if not rows:
            return
    write_rows(rows, shape, TARGET_COLUMNS, stream)


def write_tornado(answer: Comparison, shape: str, stream: TextIO | None = None) -> None:
    """Draw the ten stories that moved a comparison most, with the ratio as it would be without each; for people."""
    if shape != "table":
        return
    print(f"\nTornado: what moved {answer.a} over {answer.b} ({answer.ratio.median:.2g}) most", file=stream)
    print(tornado([(used.story, used.moved, _without(answer.ratio, used)) for used in answer.claims]), file=stream)


def _without(ratio: Band, used: UsedClaim) -> str:
    return f"{ratio.median * math.exp(-used.moved):.2g}"


def write_both(as_is: Comparison, assumed: Comparison, words: Sequence[str], shape: str) -> None:
    """Write an answer as it is and under other assumptions."""
    if shape == "table":
        print(comparison_text(as_is))
        print(f"Assuming {'; '.join(words)} instead:\n\n{comparison_text(assumed)}")
        return
    if shape == "csv":
        rows = [("as is", as_is), ("; ".join(words), assumed)]
        write_rows([{"assuming": name, **_head(answer)} for name, answer in rows], shape, ())
        return
    write_value({"as_is": as_is.as_json(), "assumed": assumed.as_json(), "assumptions": list(words)}, shape)


def _head(answer: Comparison) -> dict[str, Any]:
    told = answer.as_json()
    ratio = {f"ratio_{name}": value for name, value in told["ratio"].items()}
    return {name: told[name] for name in ("a", "b", "item", "as_of", "probability_a_ahead")} | ratio
