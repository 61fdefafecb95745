"""What stands behind an estimate: targets judged, leans, and what each story moved."""

from __future__ import annotations

import pytest
from worlds import QUICK, SMALL, monthly, said

from outproduce.estimate.insight import Target, find_leans, find_moved, find_targets
from outproduce.estimate.months import month_index
from outproduce.estimate.rates import Fit, estimate_family
from outproduce.records import Claim

AS_OF = "2024-12-31"
RISING = monthly("Homeland", [50.0 + 6 * at for at in range(12)])
UNION = monthly("Union", [30.0, 31, 29, 30, 31, 32, 30, 31, 29, 30, 31, 30])


def target(actor: str, figure: float, when: str) -> Claim:
    """Make a target of shells a month, set in January."""
    return said(actor, figure, when, status="planned", published="2024-01-05", speaker=f"Planner {figure}")


def fitted(claims: list[Claim], actor: str) -> Fit:
    return estimate_family(claims, SMALL, "shell", (actor,), AS_OF, QUICK)


def judged(actor: str, *targets: Claim) -> list[Target]:
    return find_targets(fitted([*RISING, *UNION, *targets], actor), actor, month_index(AS_OF))


@pytest.mark.parametrize(
    ("figure", "when", "verdict"),
    [(55, "2024-06", "met"), (90, "2024-04", "late"), (400, "2024-08", "missed"), (130, "2025-06", "open")],
    ids=["met", "late", "missed", "open"],
)
def test_a_target_is_held_against_what_was_made(figure, when, verdict):
    (found,) = judged("Homeland", target("Homeland", figure, when))
    assert (found.verdict, found.due, found.figure) == (verdict, when, pytest.approx(figure))
    assert (found.late_month is not None) is (verdict == "late")
    assert 0 <= found.chance <= 1


def test_targets_of_a_blocs_members_are_listed_under_the_bloc():
    own, other = target("Homeland", 55, "2024-06"), target("Union", 300, "2024-07")
    rows = judged("Pact", other, own)
    assert [(row.story.origin.actor, row.verdict) for row in rows] == [(("Homeland",), "met"), (("Union",), "missed")]
    assert [row.story.origin.actor for row in judged("Union", other, own)] == [("Union",)]


def test_a_members_target_is_held_against_the_members_own_output():
    (found,) = judged("Pact", target("Union", 60, "2024-10"))  # the Pact makes over 100 by then, the Union 30
    assert found.verdict == "missed"
    assert found.reached == pytest.approx(30, rel=0.25)


def test_a_target_as_json_names_who_set_it_and_when():
    row = judged("Homeland", target("Homeland", 55, "2024-06"))[0].as_json()
    assert (row["actor"], row["due"], row["published"]) == (["Homeland"], "2024-06", "2024-01-05")


def test_what_a_story_moved_is_the_way_it_points():
    found = fitted([*RISING, said("Homeland", 220, "2024-12", speaker="Booster")], "Homeland")
    rows = find_moved(found, "Homeland", month_index(AS_OF))
    booster = next(row for row in rows if row.story.origin.speaker == "Booster")
    assert booster.moved > 0
    assert [abs(row.moved) for row in rows] == sorted((abs(row.moved) for row in rows), reverse=True)


def test_a_side_that_says_too_much_of_itself_leans():
    honest = monthly("East", [100.0] * 12)
    loud = [said("East", 180, f"2024-{m:02d}", speaker="General", note=f"speech {m}") for m in range(1, 13)]
    (lean,) = find_leans(fitted([*honest, *loud], "East"), 0.9)
    assert (lean.side, lean.about) == ("east", "east")
    assert lean.low < lean.factor < lean.high
    assert lean.factor > 1
