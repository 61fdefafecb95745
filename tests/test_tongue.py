"""The words of the pages: the same in every language, all used, and numbers and dates as each language writes them."""

from __future__ import annotations

import pickle
import re
from pathlib import Path

import pytest

pytest.importorskip("babel", reason="needs the pages: pip install 'outproduce[web]'")

import outproduce.web
from outproduce.checking.telling import read_texts, tell
from outproduce.records import KINDS, PERIODS, RELATIONS, STATUSES, Claim
from outproduce.web.phrasing import claim_says, told
from outproduce.web.rows import ClaimRow
from outproduce.web.tongue import CODES, read_words, speak

FOLDER = Path(outproduce.web.__file__).parent
BRACES = re.compile(r"\{(\w+)\}")
VALUES = re.compile(r"\{(\w+)(?::\w+)?\}")


def texts(value: object) -> list[str]:
    return [str(text) for text in value.values()] if isinstance(value, dict) else [str(value)]


@pytest.mark.parametrize("code", CODES[1:])
def test_every_language_has_the_same_texts_with_the_same_values(code: str):
    english, other = read_words("en"), read_words(code)
    assert english.keys() == other.keys()
    for key, value in english.items():
        held = [set(BRACES.findall(text)) for text in texts(other[key])]
        assert set.union(*held) == set.union(*(set(BRACES.findall(text)) for text in texts(value))), key


@pytest.mark.parametrize("code", CODES[1:])
def test_what_a_check_says_is_told_in_every_language_with_values_it_has(code: str):
    english, other = read_texts("en"), read_texts(code)
    assert english.keys() == other.keys()
    extra = {"reason.bad_item": {"item"}, "reason.bad_actor": {"who"}, "reason.no_evidence": {"who", "item"}}
    for key, text in english.items():
        assert set(VALUES.findall(other[key])) <= set(VALUES.findall(text)) | extra.get(key, set()), key


def test_what_a_check_says_is_told_in_the_language_of_the_page():
    said = tell("trap.within", inner=("Germany",), whole=("NATO",))
    assert said == "Germany is itself part of NATO, and counted in it"
    sent = pickle.loads(pickle.dumps(said))
    assert told(speak("uk"), sent) == "Німеччина — частина цілого (НАТО) і врахована в ньому."
    hostile = tell("note.mended", wrong="<script>", right="x")
    assert "&lt;script&gt;" in told(speak("ru"), hostile)
    assert told(speak("uk"), "<b>") == '<span lang="en">&lt;b&gt;</span>'


def test_plural_forms_are_those_of_the_language():
    for code in CODES:
        forms = speak(code).locale.plural_form.tags | {"other"}
        for key, value in read_words(code).items():
            if isinstance(value, dict):
                assert value.keys() <= forms, (code, key)
                assert "other" in value


def test_no_text_is_left_over():
    written = "\n".join(
        path.read_text(encoding="utf-8") for path in FOLDER.rglob("*") if path.suffix in (".py", ".html")
    )
    stems = set(re.findall(r"""["']([a-z_]+(?:\.[a-z_]*)+)["'{]""", written))
    stems |= set(re.findall(r"""f["']([a-z_]+\.)\{""", written)) | {"says.comparison.", "says.change."}
    chosen = {"race.": ("sure", "likely", "open"), "check.": ("rate", "ratio", "growth"), "claim.": (), "target.": ()}
    stems = {stem for stem in stems if stem not in chosen} | {f"{at}{end}" for at in chosen for end in chosen[at]}
    open_ended = tuple(stem for stem in stems if stem.endswith("."))
    unused = [key for key in read_words("en") if key not in stems and not key.startswith(open_ended)]
    assert unused == []


@pytest.mark.parametrize(
    ("code", "number", "short", "day", "month", "item"),
    [
        ("en", "250,000", "250K", "6 Nov 2025", "November 2025", "tanks"),
        ("uk", "250\xa0000", "250\xa0тис.", "6 лист. 2025", "листопад 2025", "танки"),
        ("ru", "250\xa0000", "250\xa0тыс.", "6 нояб. 2025", "ноябрь 2025", "танки"),
    ],
)
def test_numbers_days_and_names(code: str, number: str, short: str, day: str, month: str, item: str):
    t = speak(code)
    told = (t.number(250_000), t.short(250_000), t.day("2025-11-06"), t.month("2025-11"), t.item("tank"))
    assert told == (number, short, day, month, item)


def test_counts_take_the_plural_of_the_language():
    t = speak("uk")
    told = [t("stories.found", count=count) for count in (1, 2, 5, 21)]
    assert told == ["1 історія", "2 історії", "5 історій", "21 історія"]


@pytest.mark.parametrize("code", CODES)
def test_every_claim_can_be_said(code: str):
    for kind in KINDS:
        for relation in (None, *RELATIONS.get(kind, ())):
            for low in (None, 2.5):
                for per, status in zip((None, *PERIODS), (*STATUSES, *STATUSES), strict=False):
                    claim = Claim(kind, ("Russia",), "tank", low, low, per, relation, ("NATO",), status=status)
                    says = claim_says(speak(code), ClaimRow.of(claim))
                    assert speak(code).name("Russia") in says
                    assert "{" not in says
