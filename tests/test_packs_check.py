"""Each fault of a pack is named with its file and line; the shipped pack and the tests' second pack have none."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from outproduce.claims.linker import load_linker
from outproduce.errors import PackError
from outproduce.lexicon import Lexicon, tokenize
from outproduce.packs import load_pack
from outproduce.packs.check import check_pack, known_keys
from outproduce.packs.shapes import Fault, spelling

ROOT = Path(__file__).parents[1]
SOUND = {
    "items.yml": "thing:\n  parent: null\n  forms: {en: [thing*]}\npart:\n  parent: thing\n  forms: {en: [part]}\n",
    "actors.yml": "- name: Maker\n  kind: company\n  forms: {en: [Maker]}\n"
    "- name: Land\n  kind: state\n  forms: {en: [Land]}\n",
    "speakers.yml": "- name: Ann\n  forms: {en: [Ann]}\n- name: Bob\n  forms: {en: [Bob]}\n",
    "outlets.yml": "- name: Post\n  forms: {en: [Post]}\n- name: Echo\n  forms: {en: [Echo]}\n",
    "roles.yml": "nouns:\n  chief:\n    plural: chiefs\n    en: {one: [chief]}\n"
    "modifiers:\n  old: {rank: 1, en: [old]}\n",
    "blocs.yml": "covers:\n  Land: {Maker: 0.5}\n",
    "origins.yml": "Maker: [th 1]\n",
    "sides.yml": "Land: Maker\n",
    "firms.yml": "endings: [Works]\nlegal: [Ltd]\ngeneric: [New]\noffices: [Bank]\nlatin_joints: [de]\n",
    "triggers.en.yml": "make: [make*]\noutput: [output]\n",
}


def write(folder: Path, **changes: str | None) -> Path:
    """Write the sound pack with some files changed (`items` for items.yml) or left out (None)."""
    files = SOUND | {f"{name.replace('triggers_', 'triggers.')}.yml": text for name, text in changes.items()}
    for name, text in files.items():
        if text is not None:
            (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize("folder", ["outproduce/packs/weapons", "tests/packs/vaccines"])
def test_a_sound_pack_has_no_fault(folder: str) -> None:
    assert [str(fault) for fault in check_pack(ROOT / folder)] == []


def test_the_sound_pack_of_these_tests_has_no_fault(tmp_path: Path) -> None:
    assert check_pack(write(tmp_path)) == []
    assert set(load_pack(str(tmp_path)).actors) == {"Maker", "Land"}


@pytest.mark.parametrize("name", ["speakers", "outlets", "roles", "blocs", "origins", "sides", "firms"])
def test_an_optional_file_may_be_left_out_or_empty(tmp_path: Path, name: str) -> None:
    assert check_pack(write(tmp_path, **{name: "# nothing yet\n"})) == []
    (tmp_path / f"{name}.yml").unlink()
    assert check_pack(tmp_path) == []


ITEMS, ACTORS, SPEAKERS, OUTLETS = (SOUND[f"{name}.yml"] for name in ("items", "actors", "speakers", "outlets"))
FAULTS = {
    # keys and files
    "unknown key of an item": ("items", ITEMS + "  prnt: x\n", 7, "part: unknown key 'prnt'; did you mean 'parent'?"),
    "unknown key of an actor": ("actors", ACTORS + "  colour: red\n", 7, "Land: unknown key 'colour'; known are"),
    "unknown key of a membership": (
        "actors",
        ACTORS + "  part_of: [{name: Maker, form: x}]\n",
        7,
        "Maker: unknown key 'form'",
    ),
    "unknown case": ("actors", ACTORS.replace("[Land]", "{name: {voc: [Land]}}"), 6, "unknown key 'voc'"),
    "unknown key of a speaker": ("speakers", SPEAKERS + "  bodi: Land\n", 5, "did you mean 'body'?"),
    "unknown key of an outlet": ("outlets", OUTLETS + "  lang: en\n", 5, "Echo: unknown key 'lang'"),
    "unknown key of roles": ("roles", "noun: {}\n", 1, "unknown key 'noun'; did you mean 'nouns'?"),
    "unknown key of a noun": ("roles", "nouns:\n  a: {plural: b, english: c}\n", 2, "nouns, a: unknown key 'english'"),
    "unknown key of a number": ("roles", "nouns:\n  a:\n    plural: b\n    en: {two: [c]}\n", 4, "unknown key 'two'"),
    "unknown key of blocs": ("blocs", "cover: {}\n", 1, "did you mean 'covers'?"),
    "unknown key of firms": (
        "firms",
        SOUND["firms.yml"] + "uk:\n  cue: [a]\n",
        7,
        "uk: unknown key 'cue'; did you mean",
    ),
    "key that stands twice": ("items", ITEMS + "part:\n  parent: thing\n  forms: {en: [x]}\n", 7, "and in line 4"),
    "unknown language": (
        "items",
        ITEMS.replace("{en: [part]}", "{ua: [part]}"),
        6,
        "unknown language 'ua'; there are en",
    ),
    "missing field of an item": ("items", "thing: {parent: null}\n", 1, "thing: 'forms' is missing"),
    "missing field of an actor": ("actors", "- {name: A, forms: {en: [A]}}\n", 1, "A: 'kind' is missing"),
    "missing list of firms": ("firms", "endings: [A]\n", 1, "'legal' is missing"),
    # types
    "list where a mapping is due": ("items", "- thing\n", 1, "expected a mapping, found a list"),
    "mapping where a list is due": ("actors", "Land: {kind: state}\n", 1, "expected a list, found a mapping"),
    "text where a list is due": (
        "items",
        "thing:\n  parent: null\n  forms: {en: thing}\n",
        3,
        "expected a list, found 'thing'",
    ),
    "nothing where a list is due": (
        "items",
        "thing:\n  parent: null\n  forms: {en: }\n",
        3,
        "expected a list, found nothing",
    ),
    "word that YAML takes for no": (
        "triggers_en",
        "make: [make]\ndeny: [no]\n",
        2,
        "'no' (yes or no); put it in quotation",
    ),
    "number for a phrase": ("items", "thing:\n  parent: null\n  forms: {en: [57]}\n", 3, "'57' (a number); put it in"),
    "unknown kind of actor": ("actors", ACTORS.replace("state", "sate"), 5, "'sate' is unknown; did you mean 'state'?"),
    "share above one": ("blocs", "covers:\n  Land: {Maker: 1.5}\n", 2, "'1.5' is no share"),
    "shares above the whole": ("blocs", "covers:\n  Land:\n    Maker: 0.7\n    Land: 0.6\n", 4, "add up to 1.3"),
    "rank that is no number": ("roles", "modifiers:\n  old: {rank: first}\n", 2, "expected a number, found 'first'"),
    "rank nought": ("roles", "modifiers:\n  old: {rank: 0}\n", 2, "'0' is no rank"),
    "ending with a sign": ("firms", SOUND["firms.yml"] + "en:\n  stems: ['a(']\n", 7, "'a(' is no ending"),
    # phrases
    "phrase without a word": ("items", "thing:\n  parent: null\n  forms: {en: [thing, '-']}\n", 3, "'-' holds no word"),
    "phrase of a star": ("triggers_en", "make: [make]\noutput:\n  - '*'\n", 3, "phrase '*' holds no word"),
    "empty phrase": ("triggers_en", "make: [make, '']\n", 1, "the text is empty"),
    "star inside a word": ("triggers_en", "make: [ma*e]\n", 1, "'ma*e' has a * that ends no word"),
    "star without a word": ("triggers_en", "make: [make * up]\n", 1, "has a * that ends no word"),
    "phrase twice in a list": ("triggers_en", "make:\n  - make\n  - make\n", 3, "'make' stands twice"),
    "beginning with a capital": ("origins", "Maker: [Th 1]\n", 1, "compared as 'th 1'"),
    "beginning with a letter at its number": ("origins", "Maker: [th1]\n", 1, "compared as 'th 1'"),
    "beginning of two makers": ("origins", "Maker: [th]\nLand: [th]\n", 2, "'th' belongs to 'Maker' already (line 1)"),
    "form of two actors": (
        "actors",
        ACTORS.replace("[Land]", "[LAND, maker]"),
        6,
        "'maker' belongs to 'Maker' already",
    ),
    "form of two actors but for a hyphen": (
        "actors",
        ACTORS.replace("[Maker]", "[Land-Maker]").replace("[Land]", "[land maker]"),
        6,
        "belongs to 'Maker'",
    ),
    "form of two actors in two scripts": (
        "actors",
        ACTORS.replace("[Maker]", "[X-101]").replace("{en: [Land]}", "{ru: [х 101]}"),
        6,
        "belongs to 'Maker'",
    ),
    "form of two items": ("items", ITEMS.replace("[part]", "[thing*]"), 6, "'thing*' belongs to 'thing' already"),
    "form of two speakers": ("speakers", SPEAKERS.replace("[Bob]", "['=Ann']"), 4, "'=Ann' belongs to 'Ann' already"),
    "form of two outlets": ("outlets", OUTLETS.replace("[Echo]", "[post]"), 4, "'post' belongs to 'Post' already"),
    "word of two roles": (
        "roles",
        "nouns:\n  a: {plural: as, en: {one: [x]}}\n  b: {plural: bs, en: {one: [x]}}\n",
        3,
        "belongs to 'a'",
    ),
    "title of two at once": (
        "speakers",
        "".join(f"- {{name: {name}, forms: {{en: [{name}]}}, roles: {{en: [chief]}}}}\n" for name in "AB"),
        2,
        "'chief' is 'A' on the same days (line 1)",
    ),
    # tree, references, dates
    "item without an existing parent": (
        "items",
        ITEMS.replace("parent: thing", "parent: thong"),
        5,
        "unknown item 'thong'",
    ),
    "two roots": (
        "items",
        ITEMS.replace("parent: thing", "parent: null"),
        4,
        "'part' has no parent, and neither has 'thing'",
    ),
    "no root": ("items", ITEMS.replace("null", "part"), 1, "no item is the root"),
    "circle of items": ("items", ITEMS.replace("null", "part"), 2, "parent runs in a circle: thing -> part -> thing"),
    "item above itself": ("items", ITEMS.replace("parent: thing", "parent: part"), 5, "in a circle: part -> part"),
    "circle of actors": (
        "actors",
        ACTORS.replace("company\n", "company\n  part_of: [{name: Land}]\n") + "  part_of: [{name: Maker}]\n",
        3,
        "part_of runs in a circle: Maker -> Land -> Maker",
    ),
    "circle of covers": (
        "blocs",
        "covers:\n  Land: {Maker: 0.5}\n  Maker: {Land: 0.5}\n",
        2,
        "covers runs in a circle",
    ),
    "actor that stands twice": (
        "actors",
        ACTORS + "- {name: Land, kind: state, forms: {}}\n",
        7,
        "stands in line 4 already",
    ),
    "unknown whole": ("actors", ACTORS + "  part_of: [{name: Lnd}]\n", 7, "unknown actor 'Lnd'; did you mean 'Land'?"),
    "unknown side": ("actors", ACTORS + "  side: East\n", 7, "unknown actor 'East'"),
    "unknown actor in origins": ("origins", "Makr: [th]\n", 1, "unknown actor 'Makr'; did you mean 'Maker'?"),
    "unknown actor in sides": ("sides", "Land: Sea\n", 1, "unknown actor 'Sea'"),
    "unknown actor in blocs": ("blocs", "covers:\n  Land: {Sea: 0.5}\n", 2, "unknown actor 'Sea'"),
    "unknown item in blocs": ("blocs", "counted_in: {thing: bolt}\n", 1, "unknown item 'bolt'"),
    "unknown modifier": ("roles", "nouns:\n  a: {plural: b, becomes: {a: [new]}}\n", 2, "unknown modifier 'new'"),
    "date that is none": (
        "actors",
        ACTORS + "  part_of: [{name: Maker, since: 2024-02-30}]\n",
        7,
        "'2024-02-30' is no date",
    ),
    "month for a date": ("speakers", SPEAKERS + "  until: 2024-05\n", 5, "'2024-05' is no date; write YYYY-MM-DD"),
    "number for a date": ("speakers", SPEAKERS + "  since: 2024\n", 5, "expected a date or text, found '2024'"),
    "term that ends before it begins": (
        "speakers",
        SPEAKERS + "  since: '2025-01-01'\n  until: '2024-01-01'\n",
        6,
        "since 2025-01-01 is after until",
    ),
    # triggers
    "unknown heading": (
        "triggers_en",
        "make: [make]\nmkae: [x]\n",
        2,
        "unknown heading 'mkae': the linker looks for no such",
    ),
    "heading without a phrase": ("triggers_en", "make: [make]\ncan: []\n", 2, "'can' has no phrase in any language"),
    # YAML
    "no YAML": ("actors", "- name: [A\n- kind: state\n", 2, "the file is no YAML"),
    "tab": ("items", "thing:\n\tparent: null\n", 2, "the file is no YAML"),
    "two documents": ("sides", "Land: Maker\n---\nMaker: Land\n", 2, "the file is no YAML"),
    "forbidden character": ("sides", "# a\nLand: Ma\x07ker\n", 2, "the file is no YAML"),
}


@pytest.mark.parametrize(("file", "text", "line", "what"), FAULTS.values(), ids=FAULTS.keys())
def test_names_file_line_and_fault(tmp_path: Path, file: str, text: str, line: int, what: str) -> None:
    name = f"{file.replace('triggers_', 'triggers.')}.yml"
    faults = check_pack(write(tmp_path, **{file: text}))
    assert any(f.file == name and f.line == line and what in f.what for f in faults), [str(f) for f in faults]


def test_titles_may_follow_each_other(tmp_path: Path) -> None:
    rows = [f"- {{name: {name}, forms: {{en: [{name}]}}, roles: {{en: [chief]}}, {term}}}\n" for name, term in (
        ("A", "until: '2024-09-30'"), ("B", "since: '2024-10-01'"))]  # fmt: skip
    assert check_pack(write(tmp_path, speakers="".join(rows))) == []


def test_weak_words_may_be_shared_and_letters_of_exact_case_part_names(tmp_path: Path) -> None:
    items = ITEMS.replace("[part]}", "[part]}\n  weak: {en: [piece]}").replace(
        "[thing*]}", "[thing*]}\n  weak: {en: [piece]}"
    )
    outlets = OUTLETS.replace("[Post]", "['=TIME']").replace("[Echo]", "['=Time']")
    assert check_pack(write(tmp_path, items=items, outlets=outlets)) == []


@pytest.mark.parametrize(
    ("missing", "file"),
    [("items", "items.yml"), ("actors", "actors.yml"), ("triggers_en", "triggers.en.yml")],
)
def test_a_needed_file_must_be_there(tmp_path: Path, missing: str, file: str) -> None:
    assert Fault(file, 1, "the file is missing; a pack needs it, see docs/packs.md") in check_pack(
        write(tmp_path, **{missing: None})
    )


def test_a_needed_file_must_hold_something(tmp_path: Path) -> None:
    assert Fault("items.yml", 1, "the file is empty; write at least one entry") in check_pack(
        write(tmp_path, items="#\n")
    )


@pytest.mark.parametrize(
    ("name", "what"),
    [
        pytest.param("actrs.yml", "did you mean 'actors.yml'?", id="misspelt"),
        pytest.param("actors.yaml", "did you mean 'actors.yml'?", id="other ending"),
        pytest.param("triggers.ua.yml", "unknown language 'ua'; there are en, ru, uk", id="language"),
    ],
)
def test_a_file_that_nothing_reads_is_a_fault(tmp_path: Path, name: str, what: str) -> None:
    (write(tmp_path) / name).write_text("{}\n")
    (fault,) = check_pack(tmp_path)
    assert (fault.file, fault.line) == (name, 1)
    assert what in fault.what


def test_bytes_that_are_no_utf8_are_told_by_line(tmp_path: Path) -> None:
    (write(tmp_path) / "sides.yml").write_bytes("Land: Maker\n# завод\n".encode("cp1251"))
    assert [(f.file, f.line) for f in check_pack(tmp_path)] == [("sides.yml", 2)]


def test_faults_are_sorted_and_told_as_file_line_what(tmp_path: Path) -> None:
    faults = check_pack(write(tmp_path, items=ITEMS + "  x: 1\n  y: 2\n", actors=ACTORS + "  x: 1\n"))
    assert faults == sorted(faults)
    assert [str(fault).split(": ")[0] for fault in faults] == ["actors.yml:7", "items.yml:7", "items.yml:8"]


def test_no_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(PackError, match=r"no folder .*missing.*; give the path"):
        check_pack(tmp_path / "missing")


def test_known_headings_are_those_the_linker_weighs() -> None:
    weighed = {re.split("[<>]", name)[0] for name in load_linker().weights["kind"]}
    assert set(known_keys()["headings"]) <= weighed


def test_docs_explain_each_file_key_and_heading() -> None:
    text = (ROOT / "docs/packs.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`([^`\s]+)`", text))
    keys = set(known_keys()["headings"]) | set(known_keys()["files"]) | set(_keys(known_keys()["files"]))
    assert sorted(keys - named - {"triggers.yml"}) == []
    assert len(text.splitlines()) < 200


def _keys(shape: object) -> set[str]:
    if isinstance(shape, list):
        return set().union(*map(_keys, shape))
    if not isinstance(shape, dict):
        return set()
    own = {key.removesuffix("!") for key in shape.get("keys", ())}
    return own.union(*map(_keys, shape.values()))


WORDS = st.text("abxах-' 1", min_size=1, max_size=8).map(lambda words: words.strip("-' ")).filter(bool)


@given(WORDS, WORDS)
def test_phrases_meet_where_the_dictionary_finds_one_by_the_other(one: str, two: str) -> None:
    words: Lexicon[bool] = Lexicon()
    words.add(two, True)
    tokens = tokenize(one)
    found = any((match.first, match.last) == (0, len(tokens)) for match in words.find(tokens))
    assert found == spelling(one).meets(spelling(two))


@given(st.sampled_from(sorted(SOUND)), st.text(max_size=40))
def test_any_text_yields_faults_and_no_crash(tmp_path_factory: pytest.TempPathFactory, file: str, text: str) -> None:
    folder = write(tmp_path_factory.mktemp("pack"))
    (folder / file).write_text(SOUND[file] + text, encoding="utf-8", errors="replace")
    for fault in check_pack(folder):
        assert fault.line >= 1
        assert fault.what


SCALARS = st.none() | st.booleans() | st.integers() | st.text(max_size=6)


@given(st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(SCALARS, inner, max_size=3)))
def test_any_values_yield_faults_and_no_crash(tmp_path_factory: pytest.TempPathFactory, value: object) -> None:
    folder = write(
        tmp_path_factory.mktemp("pack"), items=yaml.safe_dump({"thing": value}), actors=yaml.safe_dump([value])
    )
    assert all(fault.line >= 1 for fault in check_pack(folder))
