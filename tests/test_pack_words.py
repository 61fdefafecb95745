"""The shipped items, speakers, roles and outlets: known keys, one owner a phrase, all three languages, a sound tree."""

from __future__ import annotations

import datetime
import json
from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml

from outproduce.lexicon import HYPHENS, Lexicon, tokenize

ROOT = Path(__file__).parents[1]
CORPUS = ROOT.parent / "shared" / "corpus"
LANGS = ("en", "uk", "ru")
SIDES = {"West", "Russia", "Ukraine", "other"}
FUNCTION_WORDS = set("авекоубзіисяє")  # letters that are words in Ukrainian or Russian: "с 300 до 500"


def _read(name: str) -> Any:
    path = ROOT / "outproduce/packs/weapons" / f"{name}.yml"
    return yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)


ITEMS: dict[str, dict[str, Any]] = _read("items")
SPEAKERS: list[dict[str, Any]] = _read("speakers")
OUTLETS: list[dict[str, Any]] = _read("outlets")
ROLES: dict[str, Any] = _read("roles")
NAMED = {
    "items": [{"name": key, **row} for key, row in ITEMS.items()],
    "speakers": SPEAKERS,
    "outlets": OUTLETS,
}


def _normal(phrase: str) -> tuple[str, ...]:
    return tuple(token.norm for token in tokenize(phrase.removeprefix("=")) if token.norm not in HYPHENS)


def _item_phrases(field: str) -> Iterator[tuple[str, str, str]]:
    for key, row in ITEMS.items():
        for lang, phrases in row.get(field, {}).items():
            yield from ((lang, phrase, key) for phrase in phrases)


def _chain(item: str) -> list[str]:
    chain = [item]
    while (parent := ITEMS[chain[-1]]["parent"]) is not None and parent not in chain:
        chain.append(parent)
    return chain


@pytest.mark.parametrize(
    ("rows", "needed", "allowed"),
    [
        pytest.param(list(ITEMS.values()), {"parent", "label", "forms"}, {"weak", "not", "named"}, id="items"),
        pytest.param(
            SPEAKERS,
            {"name", "kind", "side", "forms"},
            {"body", "aliases", "first", "roles", "since", "until"},
            id="speakers",
        ),
        pytest.param(OUTLETS, {"name", "side", "country", "forms"}, set(), id="outlets"),
        pytest.param(list(ROLES["nouns"].values()), {"plural", "en"}, {"uk", "ru", "becomes"}, id="nouns"),
        pytest.param(list(ROLES["modifiers"].values()), {"rank", "uk", "ru"}, {"en"}, id="modifiers"),
    ],
)
def test_rows_have_known_keys_and_no_other(rows, needed, allowed):
    assert [row for row in rows if needed - row.keys() or row.keys() - needed - allowed] == []


@pytest.mark.parametrize("file", NAMED)
def test_each_row_has_phrases_in_all_languages(file):
    # An outlet may be known by its name in one script alone.
    wanted = () if file == "outlets" else LANGS
    lacking = [r["name"] for r in NAMED[file] if not r["forms"] or not all(r["forms"].get(lang) for lang in wanted)]
    assert lacking == []


@pytest.mark.parametrize("file", NAMED)
def test_phrase_has_one_owner(file):
    owners: dict[tuple[str, tuple[str, ...]], set[str]] = defaultdict(set)
    for row in NAMED[file]:
        for lang, phrases in row["forms"].items():
            for phrase in phrases:
                owners[lang, _normal(phrase)].add(row["name"])
    assert {key: names for key, names in owners.items() if len(names) > 1} == {}


@pytest.mark.parametrize("file", NAMED)
def test_no_phrase_stands_twice_and_every_one_is_a_string(file):
    for row in NAMED[file]:
        for phrases in row["forms"].values():
            assert all(isinstance(phrase, str) for phrase in phrases), row["name"]
            assert len(phrases) == len(set(phrases)), (row["name"], sorted(phrases))


@pytest.mark.parametrize("file", NAMED)
def test_one_letter_words_before_a_number_ask_for_case(file):
    loose = []
    for row in NAMED[file]:
        for phrase in (phrase for phrases in row["forms"].values() for phrase in phrases):
            words = _normal(phrase)
            if len(words) == 2 and words[0] in FUNCTION_WORDS and words[1].isdigit() and not phrase.startswith("="):
                loose.append((row["name"], phrase))
    assert loose == []


@pytest.mark.parametrize("file", NAMED)
def test_exact_case_is_not_asked_of_a_stem(file):
    loose = [
        (row["name"], phrase)
        for row in NAMED[file]
        for phrases in row["forms"].values()
        for phrase in phrases
        if phrase.startswith("=") and "*" in phrase and len(_normal(phrase)) < 3
    ]
    assert loose == []


def test_tree_has_one_root_and_no_cycle():
    assert [key for key, row in ITEMS.items() if row["parent"] is None] == ["weapons"]
    assert {row["parent"] for row in ITEMS.values()} - {None} <= ITEMS.keys()
    assert [key for key in ITEMS if _chain(key)[-1] != "weapons"] == []


def test_tree_is_the_guide_s():
    guide = CORPUS / "GUIDE.md"
    if not guide.is_file():
        pytest.skip(f"{guide} is missing")
    tree = guide.read_text(encoding="utf-8").split("```")[1]
    assert [key for key in ITEMS if key not in tree] == []


def test_labels_are_in_all_languages():
    assert [key for key, row in ITEMS.items() if set(row["label"]) != set(LANGS)] == []


def test_exceptions_are_no_forms():
    strong = {(lang, _normal(phrase)) for lang, phrase, _ in _item_phrases("forms")}
    assert [row for row in _item_phrases("not") if (row[0], _normal(row[1])) in strong] == []


def test_weak_words_are_no_strong_ones_of_kin():
    owners = {(lang, _normal(phrase)): key for lang, phrase, key in _item_phrases("forms")}
    weak = [(key, owners.get((lang, _normal(phrase))), phrase) for lang, phrase, key in _item_phrases("weak")]
    assert [row for row in weak if row[1] and _kin(row[0], row[1])] == []


@pytest.mark.parametrize(
    ("lang", "text", "item"),
    [
        pytest.param("en", "2,000 Geran-2s", "attack_drone", id="geran"),
        pytest.param("en", "155mm shells", "shell_155", id="shell_155"),
        pytest.param("en", "T-90M tanks", "tank", id="t-90m"),
        pytest.param("en", "PAC-3 MSE interceptors", "air_defence_missile", id="pac-3"),
        pytest.param("en", "155 mm howitzers", "artillery_system", id="howitzers of a calibre"),
        pytest.param("uk", "двісті «Іскандерів»", "ballistic_missile", id="iskander"),
        pytest.param("uk", "FPV-дронів", "fpv_drone", id="fpv"),
        pytest.param("uk", "X-101", "cruise_missile", id="kh-101 in latin"),
        pytest.param("uk", "дронів-перехоплювачів", "interceptor_drone", id="interceptor"),
        pytest.param("uk", "мінометних мін", "mortar_round", id="mortar"),
        pytest.param("ru", "152-мм снарядов", "shell_152", id="shell_152"),
        pytest.param("ru", "планирующих авиабомб", "bomb", id="glide bomb"),
        pytest.param("ru", "БМП-3", "ifv", id="bmp"),
        pytest.param("ru", "подводные лодки", "submarine", id="submarine"),
    ],
)
def test_names_find_the_narrowest_item(lang, text, item):
    assert {match.value for match in _lexicon(NAMED["items"], lang).find(tokenize(text))} == {item}


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        pytest.param("ru", "с 300 до 500 штук, а 50 тысяч в 52 цехах", id="prepositions"),
        pytest.param("uk", "кабінет міністрів, мінімум і мінування", id="stems of capitals"),
        pytest.param("en", "engineers of a tanker", id="engineers"),
    ],
)
def test_common_words_are_no_items(lang, text):
    assert _lexicon(NAMED["items"], lang).find(tokenize(text)) == []


@pytest.mark.parametrize("rows", [pytest.param(SPEAKERS, id="speakers"), pytest.param(OUTLETS, id="outlets")])
def test_names_are_unique_and_sides_known(rows):
    names = [row["name"] for row in rows]
    assert sorted(names) == sorted(set(names))
    assert [row["name"] for row in rows if row["side"] not in SIDES] == []


def test_persons_speak_for_somebody_and_bodies_have_no_first_name():
    assert {row["kind"] for row in SPEAKERS} == {"person", "body"}
    assert [row["name"] for row in SPEAKERS if row["kind"] == "person" and not row.get("body")] == []
    assert [row["name"] for row in SPEAKERS if row["kind"] == "body" and "first" in row] == []


def test_aliases_belong_to_one_speaker():
    names = {row["name"] for row in SPEAKERS}
    aliases = [alias for row in SPEAKERS for alias in row.get("aliases", ())]
    assert len(aliases) == len(set(aliases))
    assert names.intersection(aliases) == set()


def test_titles_never_have_two_holders_on_one_day():
    terms: dict[tuple[str, str], list[tuple[str, str, str]]] = defaultdict(list)
    for row in SPEAKERS:
        term = (_day(row.get("since"), "0001-01-01"), _day(row.get("until"), "9999-12-31"), row["name"])
        for lang, titles in row.get("roles", {}).items():
            for title in titles:
                terms[lang, title].append(term)
    for title, held in terms.items():
        held.sort()
        assert all(before[1] < after[0] for before, after in pairwise(held)), (title, held)


def test_role_words_say_whether_one_or_many():
    for name, row in ROLES["nouns"].items():
        for lang in LANGS:
            assert set(row.get(lang, {})) <= {"one", "many"}, name
        assert set(row.get("becomes", {})) <= ROLES["nouns"].keys(), name
        assert set().union(*row.get("becomes", {}).values()) <= ROLES["modifiers"].keys(), name


@pytest.mark.parametrize("lang", LANGS)
def test_role_word_has_one_rendering(lang):
    owners: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for name, row in ROLES["nouns"].items():
        for phrase in (phrase for phrases in row.get(lang, {}).values() for phrase in phrases):
            owners[_normal(phrase)].add(name)
    assert {word: names for word, names in owners.items() if len(names) > 1} == {}


@pytest.mark.parametrize("lang", LANGS)
def test_items_of_the_corpus_are_named_in_their_documents(lang):
    path = CORPUS / f"dev_{lang}.json"
    if not path.is_file():
        pytest.skip(f"{path} is missing")
    words = _lexicon(NAMED["items"], lang)
    named = []
    for document in json.loads(path.read_text(encoding="utf-8")):
        found = {match.value for match in words.find(tokenize(document["text"]))}
        named += [any(_kin(claim["item"], other) for other in found) for claim in document["claims"]]
    assert sum(named) / len(named) > 0.97


def _kin(item: str, other: str) -> bool:
    return other in _chain(item)[:2] or item in _chain(other)


def _lexicon(rows: list[dict[str, Any]], lang: str) -> Lexicon[str]:
    words: Lexicon[str] = Lexicon()
    for row in rows:
        for spoken in dict.fromkeys((lang, "en")):
            words.extend(row["forms"].get(spoken, ()), row["name"])
    return words


def _day(value: str | None, default: str) -> str:
    return datetime.date.fromisoformat(value).isoformat() if value else default
