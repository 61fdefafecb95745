"""The shipped actors: names that are one actor's alone, sound memberships, and nobody missing whom claims name."""

from __future__ import annotations

import csv
import datetime
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from outproduce.lexicon import Lexicon, tokenize

ROOT = Path(__file__).parents[1]
ACTORS: list[dict[str, Any]] = yaml.load(
    (ROOT / "outproduce/packs/weapons/actors.yml").read_text(encoding="utf-8"), Loader=yaml.CSafeLoader
)
BY_NAME = {row["name"]: row for row in ACTORS}
STATES = [row for row in ACTORS if row["kind"] == "state"]
LANGS = ("en", "uk", "ru")
CASES = {"nom", "gen", "dat", "acc", "ins", "loc", "any"}
CORPORA = sorted((ROOT.parent / "shared/corpus").glob("dev_*.json"))
# Firms that exist only in the made-up reports of the corpora.
INVENTED = {
    "Aurora Dynamics", "Boreal Tactics", "Chmil", "Fjordkem", "Fjordnammo", "Khortytsia-Motor", "Moravia Ordnance",
    "Nerija Dynamics", "Nordvik Arms", "Skovoroda Robotics", "Ushkuy", "Vitriak Aero",
}  # fmt: skip


class Form(NamedTuple):
    """One phrase of an actor and where it stands: `slot` is a case, or the kind of form where there is none."""

    actor: str
    kind: str
    slot: str
    phrase: str


def forms(row: dict[str, Any], lang: str) -> Iterator[Form]:
    for kind, value in row["forms"].get(lang, {}).items():
        for slot, phrases in value.items() if isinstance(value, dict) else [(kind, value)]:
            for phrase in phrases:
                yield Form(row["name"], kind, slot, phrase)


def spelt(phrase: str) -> str:
    """A phrase as it is compared: a stem keeps its star; hyphens and the mark of exact case are gone."""
    return " ".join(t.norm for t in tokenize(phrase.removeprefix("=")) if t.norm not in "-‐‑").replace(" *", "*")


def lexicon(lang: str) -> Lexicon[str]:
    words: Lexicon[str] = Lexicon()
    for row in ACTORS:
        for spoken in {lang, "en"}:
            words.extend((form.phrase for form in forms(row, spoken)), row["name"])
    return words


def example(phrase: str) -> str:
    """Words that the phrase stands for: any ending is played by one that no word has."""
    return phrase.removeprefix("=").replace("*", "ъъ")


def wholes(name: str) -> list[str]:
    return [part["name"] for part in BY_NAME[name].get("part_of", [])]


def test_names_are_unique() -> None:
    assert len(BY_NAME) == len(ACTORS)


def test_keys_and_values_are_known() -> None:
    for row in ACTORS:
        assert set(row) <= {"name", "kind", "side", "part_of", "forms"}, row["name"]
        assert row["kind"] in {"state", "bloc", "company", "agency", "force"}, row["name"]
        assert row["side"] in {"Russia", "Ukraine", "West", "other"}, row["name"]


def test_forms_stand_under_known_keys() -> None:
    for row in ACTORS:
        assert set(row["forms"]) <= set(LANGS), row["name"]
        for lang, given in row["forms"].items():
            assert set(given) <= {"name", "adj", "people", "bare"}, (row["name"], lang)
            assert all(isinstance(value, list) or set(value) <= CASES for value in given.values()), row["name"]
        assert all(isinstance(value, list) for value in row["forms"]["en"].values()), row["name"]


@pytest.mark.parametrize("lang", LANGS)
def test_no_form_stands_twice_in_one_place(lang: str) -> None:
    places = [form for row in ACTORS for form in forms(row, lang)]
    assert [place for place, count in Counter(places).items() if count > 1] == []


@pytest.mark.parametrize("lang", LANGS)
def test_a_form_names_one_actor(lang: str) -> None:
    owners: dict[str, set[str]] = {}
    for row in ACTORS:
        for spoken in {lang, "en"}:
            for form in forms(row, spoken):
                owners.setdefault(spelt(form.phrase), set()).add(form.actor)
    assert {phrase: names for phrase, names in owners.items() if len(names) > 1} == {}


@pytest.mark.parametrize("lang", LANGS)
def test_each_form_is_read_as_its_actor_alone(lang: str) -> None:
    words = lexicon(lang)
    wrong = {}
    for row in ACTORS:
        for form in forms(row, lang):
            found = {match.value for match in words.find(tokenize(example(form.phrase)))}
            if found != {form.actor}:
                wrong[form] = found
    assert wrong == {}


@pytest.mark.parametrize("lang", ["uk", "ru"])
def test_cyrillic_forms_hold_no_latin_letters(lang: str) -> None:
    latin = [form for row in ACTORS for form in forms(row, lang) if any("a" <= c <= "z" for c in form.phrase.lower())]
    assert latin == []


@pytest.mark.parametrize(("lang", "foreign"), [("uk", "ыэъё"), ("ru", "іїєґё'")])
def test_each_language_keeps_to_its_letters(lang: str, foreign: str) -> None:
    states_and_blocs = (row for row in ACTORS if row["kind"] in {"state", "bloc"})
    odd = [form for row in states_and_blocs for form in forms(row, lang) if set(form.phrase.lower()) & set(foreign)]
    assert odd == []


@pytest.mark.parametrize("lang", LANGS)
def test_states_have_names_in_all_languages(lang: str) -> None:
    for row in STATES:
        names = row["forms"][lang]["name"]
        assert names if lang == "en" else names["nom"] and names["gen"], row["name"]
        if lang != "en":
            assert all(phrase.endswith("*") for phrase in row["forms"][lang]["adj"]), row["name"]


def test_memberships_name_actors_and_days() -> None:
    for part in (part for row in ACTORS for part in row.get("part_of", [])):
        assert part["name"] in BY_NAME, part
        assert set(part) <= {"name", "since", "until"}, part
        days = [part[key] for key in ("since", "until") if key in part]
        assert all(type(day) is datetime.date for day in days), part
        assert days == sorted(days), part


def test_nobody_is_part_of_itself() -> None:
    for name in BY_NAME:
        above = wholes(name)
        for whole in above:  # grows while it is walked
            above += [higher for higher in wholes(whole) if higher not in above]
        assert name not in above


def test_companies_have_a_home_and_its_side() -> None:
    for row in ACTORS:
        homes = [name for name in wholes(row["name"]) if BY_NAME[name]["kind"] == "state"]
        if row["kind"] in {"company", "agency"}:
            assert homes, row["name"]
        if row["side"] in {"Russia", "Ukraine"} and row["kind"] not in {"state", "bloc"}:
            assert row["side"] in {BY_NAME[home]["side"] for home in homes}, row["name"]


@pytest.mark.parametrize(
    ("lang", "text", "actor"),
    [
        ("en", "a polish for barrels", None),
        ("en", "The turkey was good", None),
        ("en", "Redstone Arsenal", None),
        ("en", "Ask us later", None),
        ("en", "Turkey's exports", "Turkey"),
        ("en", "the U.S. Army", "United States"),
        ("en", "Pentagon officials", "United States"),
        ("uk", "захід із нагородження", None),
        ("uk", "на завод № 9", "Zavod No. 9"),
        ("uk", "виробництво рф", "Russia"),
        ("uk", "концерну «Калашников»", "Kalashnikov"),
        ("uk", "автомати Калашникова", None),
        ("uk", "Rheinmetall", "Rheinmetall"),
        ("ru", "«Рейнметаллом»", "Rheinmetall"),
        ("ru", "луч света", None),
        ("ru", "болгарский «Арсенал»", "Arsenal"),
        ("ru", "арсенал пуст", None),
        ("ru", "весь альянс", "NATO"),
        ("ru", "концерн «Алмаз — Антей»", "Almaz-Antey"),
        ("ru", "Украинской бронетехники", None),
        ("ru", "«Украинской бронетехники»", "Ukrainian Armored Vehicles"),
    ],
)
def test_reads_names_in_text(lang: str, text: str, actor: str | None) -> None:
    found = {match.value for match in lexicon(lang).find(tokenize(text))} - {"Ukraine", "Bulgaria"}
    assert found == ({actor} if actor else set())


def test_actors_of_the_starter_claims_are_known() -> None:
    with (ROOT / "outproduce/data/starter_claims.csv").open(encoding="utf-8", newline="") as file:
        named = {
            name.strip() for row in csv.DictReader(file) for key in ("actor", "other") for name in row[key].split(";")
        }
    assert sorted(named - {""} - BY_NAME.keys()) == []


@pytest.mark.skipif(not CORPORA, reason="shared/corpus/dev_*.json is not beside the repository")
@pytest.mark.parametrize("path", CORPORA, ids=lambda path: path.stem)
def test_actors_of_the_corpora_are_known(path: Path) -> None:
    documents = json.loads(path.read_text(encoding="utf-8"))
    claims = [claim for document in documents for claim in document["claims"]]
    named = {name for claim in claims for name in claim["actor"] + claim["other"]}
    assert sorted(named - INVENTED - BY_NAME.keys()) == []


@pytest.mark.skipif(not CORPORA, reason="shared/corpus/dev_*.json is not beside the repository")
def test_invented_firms_stay_out() -> None:
    assert INVENTED.isdisjoint(BY_NAME)
