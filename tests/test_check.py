"""Sentences checked: what is read, the verdict and its borders, the evidence, the forms it is written in."""

from __future__ import annotations

import json
import math
import re
import sys
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import yaml
from typer.testing import CliRunner
from worlds import QUICK, SMALL, compared, said

from outproduce.checking import VERDICTS, Check, Question, check, judging
from outproduce.checking.assertion import assert_of
from outproduce.checking.conflicts import conflict
from outproduce.checking.evidence import same_speaker, without_speaker
from outproduce.checking.record import speaker_record
from outproduce.checking.scale import THRESHOLDS, verdict_of
from outproduce.checking.sentences import SentenceClaim
from outproduce.checking.traps import trap_kinds
from outproduce.cli import app
from outproduce.errors import NothingFound, UsageError
from outproduce.estimate.rates import known_by
from outproduce.ledger.imports import starter_claims
from outproduce.ledger.store import Ledger
from outproduce.packs import load_pack
from outproduce.records import Claim
from outproduce.report.checks import check_markdown, check_text, claim_reviews

ROOT = Path(__file__).parents[1]
CASES = yaml.safe_load((Path(__file__).parent / "data" / "check_cases.yml").read_text(encoding="utf-8"))
LETTERS = {"s": "supported", "p": "plausible", "d": "doubtful", "c": "contradicted", "n": "not checkable"}
PACK = load_pack()


@cache
def starter() -> list[Claim]:
    return starter_claims()


@cache
def checked(number: int) -> Check:
    """Check a case with what was public that day, so that then and now are one fit."""
    case = CASES[number]
    public = [claim for claim in starter() if known_by(claim, str(case["said"]))]
    question = Question(str(case["said"]), case.get("by"), case["lang"])
    return check(case["sentence"], public, PACK, question, priors=QUICK)


@pytest.fixture(scope="module")
def _fits_are_kept():
    """Fit each question once: many cases ask the same of the same claims."""
    real, kept = judging.estimate_family, {}

    def estimate(claims, world, item, actors, as_of, priors):
        key = (item, frozenset(actors), as_of, tuple(claim.id for claim in claims))
        if key not in kept:
            kept[key] = real(claims, world, item, actors, as_of, priors)
        return kept[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(judging, "estimate_family", estimate)
        yield


SOUND = [n for n, case in enumerate(CASES) if "misread" not in case]
PLAIN = [n for n in SOUND if all(len(letters) == 1 for letters in CASES[n]["verdicts"])]


def is_allowed(number: int) -> bool:
    allowed = [{LETTERS[letter] for letter in letters} for letters in CASES[number]["verdicts"]]
    given = [result.verdict for result in checked(number).results]
    return len(given) == len(allowed) and all(one in verdicts for one, verdicts in zip(given, allowed, strict=True))


@pytest.mark.slow
@pytest.mark.usefixtures("_fits_are_kept")
@pytest.mark.parametrize("number", PLAIN, ids=lambda n: CASES[n]["id"])
def test_plain_cases_get_their_verdict(number: int):
    case, found = CASES[number], checked(number)
    assert is_allowed(number)
    assert case.get("reason", "") in " ".join(result.reason or "" for result in found.results)
    assert set(case.get("traps", ())) <= {trap.kind for result in found.results for trap in result.traps}


@pytest.mark.slow
@pytest.mark.usefixtures("_fits_are_kept")
def test_nineteen_in_twenty_of_the_others_get_an_allowed_verdict():
    others = sorted(set(SOUND) - set(PLAIN))
    wrong = [CASES[number]["id"] for number in others if not is_allowed(number)]
    assert len(wrong) <= len(others) // 20 + 1, wrong


def test_there_are_enough_cases_in_every_language():
    assert len(CASES) >= 60
    assert {case["lang"] for case in CASES} == {"en", "uk", "ru"}
    assert all({*case.get("traps", ())} <= {*trap_kinds()} for case in CASES)


@pytest.mark.parametrize(
    ("border", "above", "below"),
    [
        (THRESHOLDS.supported, "supported", "plausible"),
        (THRESHOLDS.plausible, "plausible", "doubtful"),
        (THRESHOLDS.doubtful, "doubtful", "contradicted"),
    ],
)
def test_the_verdict_turns_at_its_threshold(border: float, above: str, below: str):
    assert verdict_of(border) == above
    assert verdict_of(math.nextafter(border, 0)) == below


def test_where_no_figure_is_likely_the_likeliest_is_plausible():
    assert verdict_of(0.15, best=0.3) == "plausible"
    assert verdict_of(math.nextafter(0.15, 0), best=0.3) == "doubtful"
    assert verdict_of(0.05, best=0.3) == "contradicted"


def test_thresholds_are_documented():
    page = (ROOT / "docs" / "check.md").read_text(encoding="utf-8")
    for value in (THRESHOLDS.supported, THRESHOLDS.plausible, THRESHOLDS.doubtful):
        assert f"{value:.2f}" in page
    assert all(f"`{verdict}`" in page for verdict in VERDICTS)
    assert all(f"`{kind}`" in page for kind in trap_kinds())


@pytest.mark.parametrize(
    ("fields", "approximate", "inside", "outside"),
    [
        ({"low": 1200, "high": 1200, "per": "year"}, False, (84, 100, 119), (80, 125)),
        ({"low": 1200, "high": 1200, "per": "year"}, True, (67, 149), (60, 160)),
        ({"low": 1200, "high": None, "per": "year"}, False, (100, 10_000), (90,)),
        ({"low": None, "high": 1200, "per": "year"}, False, (55, 100), (45, 110)),
        ({"low": 600, "high": 1800, "per": "year"}, False, (45, 170), (38, 190)),
    ],
    ids=["figure", "about", "at least", "up to", "range"],
)
def test_a_figure_leaves_the_room_of_its_words(fields, approximate, inside, outside):
    made = assert_of(SentenceClaim(said("East", None, **fields), approximate), "2024-01-15")
    assert all(value in made for value in inside)
    assert not any(value in made for value in outside)


@pytest.mark.parametrize("kind", ["transfer", "use", "order", "stock", "expansion"])
def test_what_is_not_made_is_not_checkable(kind: str):
    assert isinstance(assert_of(SentenceClaim(said("East", 5, kind=kind, per=None)), "2024-01-15"), str)


RUTTE = {"speaker": "Mark Rutte", "url": "https://example.org/a"}


def test_the_reverse_is_a_contradiction_and_another_year_is_none():
    june, november = compared("East", "Homeland", 4, "2024-06"), compared("Homeland", "East", None, "2024-11")
    assert conflict(november, june, SMALL) == "the reverse order"
    assert conflict(november.with_fields(when=("2026-11", "2026-11")), june, SMALL) is None
    assert conflict(june, compared("East", "Homeland", 12, "2024-07"), SMALL).startswith("another ratio")
    assert conflict(said("East", 100), said("East", 200), SMALL).startswith("another figure")
    assert conflict(said("East", 100), said("East", 120), SMALL) is None
    assert conflict(said("East", 100), said("East", 100, status="denied"), SMALL).startswith("the opposite")


def test_a_speakers_own_word_is_no_evidence():
    own, others = compared("East", "Homeland", 4, **RUTTE), compared("East", "Homeland", 4, speaker="Somebody Else")
    sentence = compared("East", "Homeland", 4, "2024-02")
    assert without_speaker([own, others], sentence, "Mark Rutte", "2024-02-01", SMALL) == [others]
    before = same_speaker(sentence, "Mark Rutte", "2024-02-01", [own, others], SMALL)
    assert [(each.place, each.clash) for each in before] == [("before", None)]


@pytest.mark.parametrize("name", ["Mark Rutte", "Марк Рютте", "Марка Рютте"])
def test_a_speakers_record_marks_what_contradicts(name: str):
    entries = speaker_record(name, starter(), PACK)
    days = [entry.story.origin.published or "9999" for entry in entries]
    assert days == sorted(days)
    november = [e for e in entries if e.story.origin.published == "2025-11-06" and e.story.origin.actor == ("NATO",)]
    assert any("the reverse order" in how for entry in november for _, how in entry.clashes)


def test_an_unknown_speaker_suggests_the_nearest():
    with pytest.raises(NothingFound, match="did you mean Mark Rutte"):
        speaker_record("Mark Ruttee", starter(), PACK)


@cache
def tanks() -> Check:
    return check(
        "Russia makes 20,000 tanks a year.", starter(), PACK, Question("2024-06-01", "A B", "en"), priors=QUICK
    )


def test_json_has_exactly_the_promised_keys():
    told = tanks().as_json()
    assert list(told) == ["sentence", "said", "results"]
    assert list(told["results"][0]) == [
        *("claim", "verdict", "probability", "asserted", "estimate_then", "estimate_now"),
        *("for", "against", "same_speaker", "open_questions"),
    ]
    assert json.loads(json.dumps(told)) == told
    assert told["results"][0]["estimate_then"]["as_of"] < told["results"][0]["estimate_now"]["as_of"]


def test_evidence_has_words_speaker_date_and_link():
    against = tanks().as_json()["results"][0]["against"]
    assert against
    assert all({"words", "speaker", "published", "link", "known_then"} <= each.keys() for each in against)
    assert all(each["known_then"] == (each["published"] <= "2024-06-01") for each in against if each["published"])


def test_it_is_told_what_would_have_to_be_so():
    assert any("would have to make" in words and "times that" in words for words in tanks().results[0].needed)


def test_claimreview_has_what_schema_org_asks_for():
    (review,) = claim_reviews(tanks())
    assert (review["@context"], review["@type"]) == ("https://schema.org", "ClaimReview")
    assert review["claimReviewed"] == "Russia makes 20,000 tanks a year."
    assert review["itemReviewed"] == {
        "@type": "Claim", "datePublished": "2024-06-01", "author": {"@type": "Person", "name": "A B"},
    }  # fmt: skip
    rating = review["reviewRating"]
    assert rating["@type"] == "Rating"
    assert rating["worstRating"] <= rating["ratingValue"] <= rating["bestRating"]
    assert rating["alternateName"].lower() == tanks().results[0].verdict
    assert review["author"]["@type"] == "Organization"
    assert review["creativeWorkStatus"] == "Draft"
    assert not {"url", "datePublished"} & review.keys()  # whoever publishes it sets these


def test_claimreview_has_what_is_required_and_recommended():
    """Those of schema.org and its readers: https://schema.org/ClaimReview; an editor adds url and datePublished."""
    own = Claim("output", ("Russia",), "tank", 20000, 20000, per="year", published="2024-06-01")
    own = own.with_fields(speaker="A B", url="https://example.org/speech")
    asked = Question("2024-06-01", "A B", "en")
    (review,) = claim_reviews(check("Russia makes 20,000 tanks a year.", [*starter(), own], PACK, asked, priors=QUICK))
    assert {"@context", "@type", "claimReviewed", "reviewRating", "author", "itemReviewed"} <= review.keys()
    assert {"ratingValue", "bestRating", "worstRating", "alternateName"} <= review["reviewRating"].keys()
    assert {"@type", "author", "datePublished", "appearance"} == review["itemReviewed"].keys()
    assert review["itemReviewed"]["appearance"] == [{"@type": "CreativeWork", "url": "https://example.org/speech"}]


def test_a_claimreview_of_nothing_has_a_rating_in_words_only():
    (review,) = claim_reviews(check("War is bad.", starter(), PACK, Question("2024-06-01", None, "en")))
    assert "ratingValue" not in review["reviewRating"]


def test_text_and_markdown_say_the_verdict_and_lead_to_sources():
    text, note = check_text(tanks()), check_markdown(tanks())
    assert "CONTRADICTED" in text
    assert re.search(r"\[source\]\(<https?://[^>]+>\)", note)
    assert "not a finding until an editor has checked it" in note


def test_words_of_a_sentence_cannot_become_markup():
    note = check_markdown(
        check("<b>War</b> [is](http://x) *bad*.", starter(), PACK, Question("2024-06-01", None, "en"))
    )
    assert "<b>" not in note
    assert "[is](" not in note


def test_no_claims_says_how_to_begin():
    with pytest.raises(NothingFound, match="import --starter"):
        check("Russia makes 5 tanks a year.", [], PACK)


@pytest.mark.parametrize(
    ("sentence", "question"),
    [
        (" ", Question()),
        ("War.", Question(said="June")),
        ("War.", Question(said="")),
        ("War.", Question(lang="xx")),
        ("War.", Question(lang="")),
        ("War.", Question(by="")),
        ("War.", Question(by=" \t")),
    ],
    ids=["nothing", "no day", "empty day", "no language", "empty language", "empty name", "blank name"],
)
def test_a_question_that_makes_no_sense_is_refused(sentence: str, question: Question):
    with pytest.raises(UsageError):
        check(sentence, [Claim("output", ("Russia",), "tank", 1, 1, published="2024-01-01")], PACK, question)


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("ledger") / "starter.db"
    with Ledger.open(path) as opened:
        opened.append_claims(starter(), source="starter")
    return path


def run(ledger: Path, *arguments: object, stdin: str | bytes | None = None) -> Any:
    return CliRunner().invoke(app, ["--ledger", str(ledger), *map(str, arguments)], input=stdin)


TANKS = ("Russia makes 20,000 tanks a year.", "--said", "2024-06-01")


def test_check_reads_a_pipe_and_a_file(ledger: Path, tmp_path: Path):
    (tmp_path / "said.txt").write_text("War is bad.\n", encoding="utf-8")
    given = [
        run(ledger, "check", "-", "--json", stdin="War is bad.\n"),
        run(ledger, "check", tmp_path / "said.txt", "--json"),
    ]
    assert all(json.loads(each.stdout)["results"][0]["verdict"] == "not checkable" for each in given)


@pytest.mark.parametrize(
    ("options", "begins"),
    [
        (("--json",), '{\n  "sentence"'),
        (("--format", "claimreview"), '{\n  "@context"'),
        (("--format", "markdown"), "# Is it so?"),
    ],
    ids=["json", "claimreview", "markdown"],
)
def test_check_writes_each_form(ledger: Path, options: tuple[str, ...], begins: str):
    told = run(ledger, "check", *TANKS, *options)
    assert told.exit_code == 0
    assert told.stdout.startswith(begins)


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("check", "War.", "--format", "pdf"), 2, "claimreview and markdown"),
        (("check", "War.", "--csv"), 2, "no table"),
        (("check", "War.", "--json", "--format", "markdown"), 2, "exclude"),
        (("check", "x" * 5000), 2, "extract"),
        (("speaker", "Nobody Atall"), 3, "on record"),
        (("speaker", ""), 2, "there is no name"),
        (("check", "/"), 1, "there is no file '/'"),
        (("check", "War.", "--by", ""), 2, "is no name"),
        (("check", "War.", "--item", ""), 2, "no item ''"),
    ],
    ids=["format", "csv", "two forms", "long", "speaker", "empty speaker", "folder", "empty by", "empty item"],
)
def test_wrong_use_is_told(ledger: Path, arguments: tuple[str, ...], code: int, words: str):
    told = run(ledger, *arguments)
    assert (told.exit_code, words in told.stderr) == (code, True)


@pytest.mark.parametrize(
    ("content", "options"),
    [
        (b"", ()),
        (b"War. " * 200_000, ()),
        (b"\xff\xfe\x00\x80", ()),
        (None, ()),
        (b"War.", ("--said", "2999-01-01")),
        (b"War.", ("--said", "2025-02-30")),
    ],
    ids=["empty", "1 MB", "binary", "missing", "day to come", "30 February"],
)
def test_wrong_input_ends_in_one_line(ledger: Path, tmp_path: Path, content: bytes | None, options: tuple[str, ...]):
    path = tmp_path / "said.txt"
    if content is not None:
        path.write_bytes(content)
    told = run(ledger, "check", path, *options)
    assert told.exit_code in (1, 2, 3)
    assert (told.output, told.stderr.count("\n")) == (told.stderr, 1)


@pytest.mark.parametrize(
    ("given", "options", "code", "words"),
    [
        ("", (), 2, "no sentence"),
        (" \n\n", (), 2, "no sentence"),
        ("War.", ("--said", "June"), 2, "no day"),
        ("War.", ("--said", "2999-01-01"), 2, "still to come"),
        ("War.", ("--lang", "de"), 2, "no language"),
        ("War.", ("--by", " "), 2, "is no name"),
        ("War.", ("--item", "zorblax"), 2, "no item 'zorblax'"),
        ("War.", ("--csv",), 2, "no table"),
        ("War. " * 1000, (), 2, "extract"),
        (b"War \xff\xfe.", (), 1, "UTF-8"),
        (b"\x00\x01\x02", (), 0, ""),
    ],
    ids=["nothing", "blank", "day", "to come", "language", "name", "item", "csv", "long", "not text", "odd signs"],
)
def test_wrong_use_on_a_pipe_leaves_the_output_empty(
    ledger: Path, given: str | bytes, options: tuple[str, ...], code: int, words: str
):
    told = run(ledger, "check", "-", *options, stdin=given)
    assert told.exit_code == code, told.stderr
    assert (told.stdout == "") == (code > 0)
    assert words in told.stderr
    assert told.stderr.count("\n") == (code > 0)


@pytest.mark.parametrize("verb", [("check", "War."), ("speaker", "Mark Rutte")], ids=lambda verb: verb[0])
def test_without_a_ledger_it_says_how_to_begin(tmp_path: Path, verb: tuple[str, ...]):
    told = run(tmp_path / "none.db", *verb)
    assert told.exit_code == 3
    assert "outproduce import --starter" in told.stderr
    assert not (tmp_path / "none.db").exists()


def test_speaker_as_json_lines(ledger: Path):
    rows = [json.loads(line) for line in run(ledger, "speaker", "Mark Rutte", "--jsonl").stdout.splitlines()]
    assert {row["speaker"] for row in rows} == {"Mark Rutte"}
    assert any(row["contradicts"] for row in rows)


def test_report_writes_all_four_files(ledger: Path, tmp_path: Path):
    pytest.importorskip("typst", reason="PDF and PNG need typst: pip install 'outproduce[report]'")
    told = run(ledger, "report", "United States", "Rheinmetall", "--item", "shell_155", "--out", tmp_path)
    assert told.exit_code == 0, told.stderr
    starts = {"report.html": b"<!doctype html>", "chart.svg": b"<svg ", "chart.png": b"\x89PNG", "report.pdf": b"%PDF"}
    assert all((tmp_path / name).read_bytes().startswith(start) for name, start in starts.items())
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "How it is worked out" in page
    assert "All sources" in page


def test_without_typst_the_rest_is_written(ledger: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "typst", None)
    told = run(ledger, "report", "United States", "Rheinmetall", "--item", "shell_155", "--out", tmp_path)
    assert told.exit_code == 1
    assert "outproduce[report]" in told.stderr
    assert {path.name for path in tmp_path.iterdir()} == {"report.html", "chart.svg"}


def test_the_chart_stands_alone(ledger: Path, tmp_path: Path):
    run(ledger, "report", "United States", "Rheinmetall", "--item", "shell_155", "--out", tmp_path)
    drawn = ElementTree.fromstring((tmp_path / "chart.svg").read_text(encoding="utf-8"))
    assert drawn.tag == "{http://www.w3.org/2000/svg}svg"
    assert "var(" not in (tmp_path / "chart.svg").read_text(encoding="utf-8")
    assert not drawn.findall(".//{http://www.w3.org/2000/svg}a")
