"""Assertions held against estimates of small worlds: single types, makers without figures, growth, none, denials."""

from __future__ import annotations

from dataclasses import replace

import pytest
from worlds import QUICK, SMALL, compared, monthly, said

from outproduce.checking.assertion import GROWTH, RATE, Assertion, assert_of
from outproduce.checking.check import Question, check
from outproduce.checking.judging import judge, since_when, would_have_to
from outproduce.checking.sentences import SentenceClaim
from outproduce.estimate.months import month_index
from outproduce.ledger.imports import starter_claims
from outproduce.packs import load_pack
from outproduce.records import Claim

NAMED = replace(SMALL, variants={"Kind": ("Сорт",)})
NOW = (month_index("2024-12-01"),) * 2


def about(figure: float, actor: str = "East", **more: object) -> Assertion:
    made = assert_of(SentenceClaim(said(actor, figure, "2024-12")), "2024-12-15")
    assert isinstance(made, Assertion)
    return replace(made, **more)  # type: ignore[arg-type]


def typed_claims() -> list[Claim]:
    """East makes 1,000 shells a month, 200 of them of one type."""
    kind = [
        each.with_fields(note="Kind only", url="https://example.org/kind") for each in monthly("East", [200.0] * 12)
    ]
    return [*monthly("East", [1000.0] * 12), *kind]


def test_a_figure_on_a_named_type_is_held_against_that_type():
    whole, single = (
        judge(about(200, variant=variant), "shell", typed_claims(), NAMED, "2024-12-31", QUICK)
        for variant in (None, "Kind")
    )
    assert whole.verdict == "contradicted"
    assert single.verdict in ("supported", "plausible")
    assert single.band is not None
    assert 120 < single.band.median < 330
    assert (
        judge(about(1000, variant="Kind"), "shell", typed_claims(), NAMED, "2024-12-31", QUICK).verdict
        == "contradicted"
    )


@pytest.mark.parametrize(
    ("words", "name"),
    [("of the Kind", "Kind"), ("типу «Сорт»", "Kind"), ("kind", None), ("", None)],
    ids=["name", "other spelling", "small letters", "nothing"],
)
def test_a_type_is_known_by_each_of_its_spellings(words: str, name: str | None):
    assert NAMED.variant_in(words) == name


@pytest.mark.parametrize(
    ("lang", "sentence"),
    [
        ("en", "Russia makes 30 Kalibr missiles a month."),
        ("uk", "Росія виробляє 30 ракет «Калібр» на місяць."),
        ("ru", "Россия производит 30 ракет «Калибр» в месяц."),
    ],
    ids=["en", "uk", "ru"],
)
def test_a_sentence_on_a_named_type_is_held_against_it_in_each_language(lang: str, sentence: str):
    own = [
        Claim("output", ("Russia",), "cruise_missile", 30, 30, per="month", when=("2024", "2024"), note="Kalibr",
              published="2024-05-01", speaker="A B", url="https://example.org/a"),
        Claim("output", ("Russia",), "cruise_missile", 90, 90, per="month", when=("2024", "2024"),
              published="2024-05-02", speaker="C D", url="https://example.org/b"),
    ]  # fmt: skip
    (result,) = check(sentence, own, load_pack(), Question("2024-06-01", None, lang), priors=QUICK).results
    assert result.asserted is not None
    assert result.asserted.variant == "Kalibr"
    assert result.verdict in ("supported", "plausible")


OTHERS = [*monthly("Works", [500.0] * 12), *monthly("East", [300.0] * 12, item="shell_105")]


@pytest.mark.parametrize(
    ("figure", "verdict"),
    [(5000, "contradicted"), (50, "not checkable"), (500, "not checkable")],
    ids=["more than all", "less", "as many"],
)
def test_a_wider_item_tells_how_much_there_is_at_most(figure: float, verdict: str):
    judged = judge(about(figure, "Works"), "shell_105", OTHERS, SMALL, "2024-12-31", QUICK)
    assert judged.without == ("Works",)
    assert judged.fit is not None
    assert judged.fit.family.item == "shell"
    assert judged.verdict == verdict
    assert ("at most" in (judged.reason or "")) == (verdict == "not checkable")


def test_a_comparison_with_a_maker_without_own_figures_is_of_the_wider_item():
    made = assert_of(SentenceClaim(compared("Works", "East", None, "2024-12", item="shell_105")), "2024-12-15")
    assert isinstance(made, Assertion)
    judged = judge(made, "shell_105", [*OTHERS, *monthly("East", [300.0] * 12)], SMALL, "2024-12-31", QUICK)
    assert judged.without == ("Works",)
    assert judged.verdict in ("supported", "plausible")


def test_a_maker_with_own_figures_is_held_against_them():
    claims = [*monthly("Works", [500.0] * 12), *monthly("Works", [100.0] * 12, item="shell_105")]
    judged = judge(about(500, "Works"), "shell_105", claims, SMALL, "2024-12-31", QUICK)
    assert judged.without == ()
    assert judged.verdict == "contradicted"


def test_nobodys_figure_is_told_in_words():
    (result,) = check(
        "Rheinmetall alone makes more 155 mm shells than the United States.",
        starter_claims(),
        load_pack(),
        Question("2025-06-01", None, "en"),
        priors=QUICK,
    ).results
    assert any("Nothing on record says how many" in trap.words for trap in result.traps)


GROWING = monthly("East", [100.0 * 1.06**month for month in range(36)], 2022)


def growth(low: float, high: float, *, assumed: bool) -> Assertion:
    return Assertion(GROWTH, ("East",), NOW, low, high, base=(NOW[0] - 12, NOW[0] - 12), base_assumed=assumed)


def test_a_growth_that_would_hold_since_another_year_is_too_vague():
    made = growth(3.2, 5.0, assumed=True)  # 6 % a month: twofold in a year, fourfold in two
    judged = since_when(made, judge(made, "shell", GROWING, SMALL, "2024-12-31", QUICK), SMALL)
    assert judged.verdict == "not checkable"
    assert judged.reason is not None
    assert "since when" in judged.reason
    assert "2022-12" in judged.reason


@pytest.mark.parametrize(
    "made",
    [growth(3.2, 5.0, assumed=False), growth(30, 60, assumed=True), growth(1.7, 2.4, assumed=True)],
    ids=["since is told", "holds since never", "holds since a year"],
)
def test_other_verdicts_on_growth_stay(made: Assertion):
    judged = judge(made, "shell", GROWING, SMALL, "2024-12-31", QUICK)
    assert since_when(made, judged, SMALL) is judged
    assert judged.verdict != "not checkable"


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [(0, 0, "contradicted"), (0, 2000, "supported"), (0, 100, "contradicted")],
    ids=["none", "from none to more", "from none to less"],
)
def test_a_figure_of_none_is_a_figure(low: float, high: float, verdict: str):
    made = assert_of(SentenceClaim(said("East", None, "2024-12", low=low, high=high)), "2024-12-15")
    assert isinstance(made, Assertion)
    judged = judge(made, "shell", typed_claims(), SMALL, "2024-12-31", QUICK)
    assert judged.verdict == verdict
    assert all("would have to make" in words for words in would_have_to(made, judged, "shells"))


@pytest.mark.parametrize(
    ("figure", "relation", "low", "high"),
    [(100, None, 100 / 1.05, None), (3, "up", 3 / 1.05, None), (0.5, "down", None, 0.5 * 1.05)],
    ids=["figure", "grown", "shrunk"],
)
def test_not_so_much_is_less_than_that(figure: float, relation: str | None, low: float | None, high: float | None):
    kind = {"kind": "change", "relation": relation, "per": None} if relation else {}
    made = assert_of(SentenceClaim(said("East", figure, "2024-12", status="denied", **kind)), "2024-12-15")
    assert isinstance(made, Assertion)
    assert made.denied
    assert (made.low, made.high) == (pytest.approx(low), pytest.approx(high))
    assert made.quantity == (GROWTH if relation else RATE)
