"""Traps of units and definitions: each is found in each language, and not told where there is none."""

from __future__ import annotations

from functools import cache

import pytest
from worlds import QUICK

from outproduce.checking import Question, check
from outproduce.checking.traps import trap_kinds
from outproduce.estimate.rates import known_by
from outproduce.ledger.imports import starter_claims
from outproduce.packs import load_pack
from outproduce.records import Claim

PACK = load_pack()
# trap, day, sentence in English, Ukrainian, Russian
ROWS = [
    (
        "period",
        "2024-06-15",
        "Russia produces 3 million artillery shells a month.",
        "Росія виробляє 3 мільйони артилерійських снарядів на місяць.",
        "Россия производит 3 миллиона артиллерийских снарядов в месяц.",
    ),
    (
        "capacity",
        "2025-12-01",
        "Europe can produce 2 million artillery shells a year.",
        "Європа може виробляти 2 мільйони артилерійських снарядів на рік.",
        "Европа может производить 2 миллиона артиллерийских снарядов в год.",
    ),
    (
        "ammunition",
        "2025-06-10",
        "Russia makes more ammunition than NATO.",
        "Росія виробляє більше боєприпасів, ніж НАТО.",
        "Россия производит больше боеприпасов, чем НАТО.",
    ),
    (
        "calibre",
        "2025-03-01",
        "The United States makes 40,000 artillery shells a month.",
        "США виробляють 40 тисяч артилерійських снарядів на місяць.",
        "США производят 40 тысяч артиллерийских снарядов в месяц.",
    ),
    (
        "member",
        "2025-06-01",
        "Germany makes more artillery shells than Europe.",
        "Німеччина виробляє більше артилерійських снарядів, ніж Європа.",
        "Германия производит больше артиллерийских снарядов, чем Европа.",
    ),
    (
        "deliveries",
        "2024-11-15",
        "The EU delivered one million artillery shells to Ukraine.",
        "ЄС передав Україні один мільйон артилерійських снарядів.",
        "ЕС передал Украине один миллион артиллерийских снарядов.",
    ),
    (
        "use",
        "2024-06-01",
        "Russia fires 10,000 artillery shells a day.",
        "Росія випускає по Україні 10 тисяч снарядів на добу.",
        "Россия расходует 10 тысяч артиллерийских снарядов в сутки.",
    ),
    (
        "stock",
        "2024-06-01",
        "Russia has 3 million artillery shells in its stocks.",
        "Росія має на складах 3 мільйони снарядів.",
        "На складах России 3 миллиона снарядов.",
    ),
    (
        "order",
        "2024-06-01",
        "Germany ordered 200,000 artillery shells from Rheinmetall.",
        "Німеччина замовила 200 тисяч артилерійських снарядів.",
        "Германия заказала 200 тысяч артиллерийских снарядов.",
    ),
    (
        "planned",
        "2024-06-01",
        "Russia plans to produce 4 million artillery shells in 2025.",
        "Росія планує виробити 4 мільйони артилерійських снарядів у 2025 році.",
        "Россия планирует произвести 4 миллиона артиллерийских снарядов в 2025 году.",
    ),
]
CASES = [
    pytest.param(trap, day, lang, sentence, id=f"{trap}-{lang}")
    for trap, day, *sentences in ROWS
    for lang, sentence in zip(("en", "uk", "ru"), sentences, strict=True)
]


@cache
def public(day: str) -> list[Claim]:
    return [claim for claim in starter_claims() if known_by(claim, day)]


def traps(sentence: str, day: str, lang: str) -> set[str]:
    found = check(sentence, public(day), PACK, Question(day, None, lang), priors=QUICK)
    return {trap.kind for result in found.results for trap in result.traps}


@pytest.mark.slow
@pytest.mark.parametrize(("trap", "day", "lang", "sentence"), CASES)
def test_each_trap_is_told_in_each_language(trap: str, day: str, lang: str, sentence: str):
    assert trap in traps(sentence, day, lang)


def test_there_is_a_sentence_for_every_trap():
    assert {trap for trap, *_ in ROWS} == {*trap_kinds()}


@pytest.mark.parametrize(
    ("lang", "sentence"),
    [
        ("en", "Russia makes more artillery shells than NATO."),
        ("uk", "Росія виробляє більше снарядів, ніж НАТО."),
        ("ru", "Россия производит больше снарядов, чем НАТО."),
    ],
    ids=["en", "uk", "ru"],
)
def test_none_is_told_where_there_is_none(lang: str, sentence: str):
    assert traps(sentence, "2024-06-01", lang) == set()
