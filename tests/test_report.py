"""The page: what stands on it, that it needs nothing else, and that nothing on it can be made to run."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest
from test_answers import EAST, HOME, answer
from worlds import SMALL, compared, said

from outproduce.answers import Comparison
from outproduce.estimate.observations import find_sights
from outproduce.estimate.priors import Priors
from outproduce.records import Claim, Evidence, Story
from outproduce.report.drawing import NARROW, WIDE, crossing, limits, marks_of, render_race
from outproduce.report.printed import report_html
from outproduce.report.render import render_report, safe_link

HOSTILE = "<script>alert(1)</script>\"'&<img src=x onerror=alert(1)>"


def hostile_claim() -> Claim:
    quote = f"East makes 300 {HOSTILE}"
    return EAST[-1].with_fields(
        low=300.0,
        high=300.0,
        speaker=HOSTILE,
        via=HOSTILE,
        publisher=HOSTILE,
        url="javascript:alert(1)",
        evidence=Evidence("a", 0, len(quote), quote),
        lang="en",
    )


@pytest.fixture(scope="module")
def told() -> Comparison:
    return answer([*EAST, *HOME, hostile_claim()])


@pytest.fixture(scope="module")
def page(told: Comparison) -> str:
    return render_report([told, told], SMALL)


class _Tags(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        if tag not in ("meta", "input", "br"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_every_tag_is_closed_and_every_id_is_one(page: str):
    tags = _Tags(page)
    ids = [attrs["id"] for _, attrs in tags.found if "id" in attrs]
    assert not tags.open
    assert len(ids) == len(set(ids))
    targets = {attrs["href"][1:] for _, attrs in tags.found if attrs.get("href", "").startswith("#")}
    assert targets <= set(ids)


def test_nothing_can_run_and_nothing_is_loaded(page: str):
    for tag, attrs in _Tags(page).found:
        assert tag not in ("script", "img", "link", "iframe", "object")
        assert not any(name.startswith("on") or name == "src" for name in attrs)
        assert not (attrs.get("href") or "#").startswith("javascript")
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "url(" not in page


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("https://example.org/a?b=1#:~:text=x", True),
        ("http://example.org", True),
        ("javascript:alert(1)", False),
        ("JavaScript:alert(1)", False),
        (" https://example.org", False),
        ("https:///nohost", False),
        ("//example.org", False),
        ("data:text/html,x", False),
        ("https://exa\nmple.org", False),
        ("https://[broken", False),
        (None, False),
    ],
)
def test_only_web_addresses_become_links(url: str | None, allowed: bool):
    assert (safe_link(url) is not None) == allowed


def test_the_page_says_the_answer_and_every_claim(told: Comparison, page: str):
    assert told.sentence() in re.sub(r"<[^>]+>", "", page)
    assert page.count('<tr id="c1-') == told.independent_claims
    assert "moved" in page
    assert "credible" in page


def test_samples_and_claims_by_hand_are_marked():
    sample = EAST[-1].with_fields(publisher="outproduce sample", url="https://example.org/r", low=301.0, high=301.0)
    sample = sample.with_fields(evidence=Evidence("s", 0, 5, "words"))
    text = render_report([answer([*EAST[:-1], *HOME, sample])], SMALL)
    assert '<q>words</q> <span class="tag">sample</span>' in text
    assert 'href="https://example.org/r">public record at example.org<' in text
    assert '<span class="tag">by hand</span>' in text


@pytest.mark.parametrize("frame", [WIDE, NARROW], ids=["wide", "narrow"])
@pytest.mark.parametrize("log", [True, False], ids=["log", "linear"])
def test_the_drawing_is_whole_and_inside_its_frame(told: Comparison, frame, log: bool):
    sights = find_sights([used.story for used in told.claims], SMALL, told.counted_in, Priors())
    marks = marks_of(told, sights, SMALL, {used.story.id: HOSTILE for used in told.claims}, "c-")
    drawing = ElementTree.fromstring(render_race(told, marks, frame, log=log, ident="x"))
    assert len(marks) > 10
    for shape in drawing.iter():
        for name, most in (("x", frame.width), ("y", frame.height), ("cx", frame.width), ("cy", frame.height)):
            assert 0 <= float(shape.get(name, "0")) <= most
    numbers = re.findall(r"[-\d.]+,([-\d.]+)", " ".join(s.get("points", "") for s in drawing.iter()))
    assert all(0 <= float(y) <= frame.height for y in numbers)


@pytest.mark.parametrize(
    ("claim", "side"),
    [
        (compared("East", "Homeland", 2), "a"),
        (compared("Homeland", "East", None), "b"),
        (compared("East", "Homeland", 2, relation="less"), "b"),
        (compared("East", "Homeland", None, relation="equal"), "even"),
        (compared("East", "Union", 2), None),
        (compared("Union", "Homeland", 2), None),
        (said("Works", 5), "b"),
        (said("Union", 5), None),
    ],
    ids=["a ahead", "b ahead", "less", "equal", "other below", "other above", "part", "another"],
)
def test_a_mark_is_on_the_side_that_its_story_tells_of(told: Comparison, claim: Claim, side: str | None):
    (sight,) = find_sights([Story("s", claim, (claim,))], SMALL, "shell", Priors())
    marks = marks_of(told, [sight], SMALL, {sight.story: "words"}, "c-")
    assert [mark.side for mark in marks] == ([side] if side else [])
    if side and claim.other:
        assert f'class="said {side}"' in render_race(told, marks, WIDE, log=True, ident="x")


def test_the_drawing_has_a_text_alternative_and_the_crossing(told: Comparison):
    drawing = render_race(told, [], WIDE, log=True, ident="x")
    assert 'role="img" aria-labelledby="x-t x-d"' in drawing
    assert f"East ahead since {told.a_since[0]}" in drawing
    assert crossing(told) == ("East", told.a_since[0])


def test_limits_hold_the_bands(told: Comparison):
    low, high = limits(told.series, [], True)
    assert low < min(row.a.low for row in told.series)
    assert high > max(row.b.high for row in told.series)
    assert limits(told.series, [], False)[0] == 0


def test_a_sample_is_no_source_but_the_record_it_was_written_from():
    sample = EAST[-1].with_fields(publisher="outproduce sample", url="https://example.org/r", low=301.0, high=301.0)
    page = report_html(answer([*EAST[:-1], *HOME, sample]), SMALL)
    sources = page.partition("All sources")[2]
    assert "public record at example.org" in sources
    assert "outproduce sample" not in sources
