"""The screen lets every page through that bears a claim, in every encoding, and almost no other."""

from __future__ import annotations

import json
import random
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from benchmarks.warc_pages import ENCODINGS, LANGS, encode, everyday_news, sites
from outproduce.claims.mentions import find_mentions
from outproduce.packs import load_pack
from outproduce.scanning.patterns import ItemFinder, ahocorasick_engine, anchors, byte_patterns, hyperscan_engine
from outproduce.screen import Screen, load_screen

TESTS = Path(__file__).parent
CORPORA = [*TESTS.glob("corpora/dev_*.json"), *TESTS.glob("data/reports_*.jsonl"), TESTS / "data" / "positives.jsonl"]


@cache
def positives() -> tuple[dict[str, Any], ...]:
    """Read every marked document with a claim for which the pack has a word at all."""
    found = []
    for path in CORPORA:
        text = path.read_text(encoding="utf-8")
        records = json.loads(text) if path.suffix == ".json" else map(json.loads, text.splitlines())
        found += [record for record in records if record["claims"]]
    return tuple(found)


def has_item(record: dict[str, Any]) -> bool:
    return bool(find_mentions(record["text"], record["lang"], None, load_pack()).of("item"))


@cache
def markup(place: int) -> str:
    record = positives()[place]
    return sites(record["lang"])[place % 8].page(record["text"], random.Random(place))[1]


@pytest.mark.slow
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_every_page_with_a_claim_passes(encoding: str) -> None:
    screen = load_screen()
    asked = [i for i, record in enumerate(positives()) if record["lang"] != "en" or encoding in ("utf-8", "escaped")]
    missed = [positives()[i] for i in asked if not screen.passes(encode(markup(i), encoding))]
    assert [record["id"] for record in missed if has_item(record)] == []
    assert len(missed) <= 2, "more documents than before name what is made by words the pack does not have"


def test_unrelated_news_is_let_through_in_less_than_a_hundredth() -> None:
    screen, rng = load_screen(), random.Random(1)
    passed = 0
    for number in range(600):
        lang = LANGS[number % 3]
        _, page = rng.choice(sites(lang)).page(everyday_news(lang, rng), rng, war_beside=number % 10 == 0)
        passed += screen.passes(page.encode())
    assert passed < 6


@pytest.mark.parametrize(
    ("markup", "passes"),
    [
        ("<p>The plant makes 40,000 shells a month.</p>", True),
        ("<p>THE PLANT MAKES 40,000 SHELLS A MONTH.</p>", True),
        ('<p class="shell">The plant makes 40,000 a month.</p>', False),
        ("<p>Bombshells: the plant makes 40,000 a month.</p>", False),
        ("<p>Shells lie on the beach.</p>", False),
        ("<p>Завод выпускает 90 минометов в месяц.</p>", True),
        ("<p>Росія випускає 90 танків Т-90М на рік.</p>", True),
        ("<p>Матч длился 90 минут, команда забила 3 мяча.</p>", False),
        (r'<script>{"articleBody": "It makes\n90 tanks \u00abtanks\u00bb a year"}</script>', True),
    ],
)
def test_what_stands_near_decides(markup: str, passes: bool) -> None:
    assert load_screen().passes(markup.encode()) is passes


def test_both_engines_find_the_same() -> None:
    pages = [encode(markup(i), encoding) for i in range(0, 1300, 130) for encoding in ENCODINGS]
    fast, everywhere = ItemFinder(load_pack(), hyperscan_engine), ItemFinder(load_pack(), ahocorasick_engine)
    assert [everywhere(page) for page in pages] == [fast(page) for page in pages]
    assert any(fast(page) for page in pages)


def test_words_are_those_of_the_pack() -> None:
    pack = load_pack(str(TESTS / "packs" / "vaccines"))
    assert {"vaccine", "Vaccine", "VACCINE", "вакцин"} <= anchors(pack).keys()
    assert not {"shell", "снаряд"} & anchors(pack).keys()
    assert Screen(pack).passes("<p>Завод виробляє 3 млн вакцин на місяць.</p>".encode("koi8-u"))


def test_a_word_is_looked_for_in_every_encoding() -> None:
    forms = {pattern.form for pattern in byte_patterns(anchors(load_pack()))}
    assert {"utf-8", "cp1251", "koi8-u", "decimal", "hexadecimal", "escaped", "ascii"} <= forms
