"""A pack of another field, three made-up vaccine makers and two items, is read without a line of Python."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest

from outproduce.claims.extraction import extract_claims
from outproduce.packs import load_pack

PACK = str(Path(__file__).parent / "packs" / "vaccines")


class Read(NamedTuple):
    """What a claim must say."""

    kind: str
    actor: str
    item: str
    figure: tuple[float | None, float | None]
    per: str | None = None
    relation: str | None = None
    other: tuple[str, ...] = ()


def once(figure: float | None) -> tuple[float | None, float | None]:
    return figure, figure


CASES = [
    ("en", "Solvia makes 3 million doses a month.", Read("output", "Solvia", "vaccine", once(3e6), "month")),
    (
        "en",
        "Biomedra produces at least 400,000 mRNA vaccines a week, the company said.",
        Read("output", "Biomedra", "mrna_vaccine", (4e5, None), "week"),
    ),
    (
        "en",
        "The capacity of the Kardena plant is 12 million doses a year.",
        Read("capacity", "Kardena Pharma", "vaccine", once(12e6), "year"),
    ),
    (
        "en",
        "Norlandia delivered 250,000 doses of vaccine to Avalia in May 2025.",
        Read("transfer", "Norlandia", "vaccine", once(250_000), other=("Avalia",)),
    ),
    (
        "en",
        "Avalia ordered 1.5 million mRNA vaccines from Biomedra.",
        Read("order", "Avalia", "mrna_vaccine", once(1.5e6)),
    ),
    ("en", "Avalia has 2 million doses of vaccine in store.", Read("stock", "Avalia", "vaccine", once(2e6))),
    (
        "en",
        "Solvia doubled its production of vaccines in 2024.",
        Read("change", "Solvia", "vaccine", once(2), relation="up"),
    ),
    (
        "en",
        "Solvia produces three times as many vaccines as Biomedra.",
        Read("comparison", "Solvia", "vaccine", once(3), relation="more", other=("Biomedra",)),
    ),
    (
        "en",
        "Kardena opened a vaccine plant in Norlandia.",
        Read("expansion", "Kardena Pharma", "vaccine", once(None)),
    ),
    (
        "uk",
        "Солвія виробляє 3 мільйони доз вакцини на місяць.",
        Read("output", "Solvia", "vaccine", once(3e6), "month"),
    ),
    (
        "uk",
        "Біомедра виготовила 400 тисяч мРНК-вакцин у 2024 році.",
        Read("output", "Biomedra", "mrna_vaccine", once(4e5)),
    ),
    (
        "uk",
        "Потужність заводу Кардени — 12 млн доз на рік.",
        Read("capacity", "Kardena Pharma", "vaccine", once(12e6), "year"),
    ),
    (
        "uk",
        "Норландія передала Авалії 250 тисяч доз вакцини.",
        Read("transfer", "Norlandia", "vaccine", once(250_000), other=("Avalia",)),
    ),
    ("uk", "Авалія замовила 1,5 млн мРНК-вакцин у Біомедри.", Read("order", "Avalia", "mrna_vaccine", once(1.5e6))),
    (
        "uk",
        "Виробництво вакцин у Кардени впало вдвічі.",
        Read("change", "Kardena Pharma", "vaccine", once(0.5), relation="down"),
    ),
    (
        "uk",
        "Солвія виробляє втричі більше вакцин, ніж Біомедра.",
        Read("comparison", "Solvia", "vaccine", once(3), relation="more", other=("Biomedra",)),
    ),
]


@pytest.mark.parametrize(("lang", "text", "wanted"), CASES, ids=[f"{lang}-{read.kind}" for lang, _, read in CASES])
def test_reads_a_sentence_of_another_field(lang: str, text: str, wanted: Read) -> None:
    found = [
        Read(c.kind, c.actor[0], c.item, (c.low, c.high), c.per, c.relation, c.other)
        for c in extract_claims(text, lang, "2025-06-10", pack=PACK)
    ]
    assert found == [wanted]


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("en", "Kardena Pharma plans to produce 20 million doses of vaccine in 2026."),
        ("uk", "Кардена планує виробити 20 млн доз вакцини у 2026 році."),
    ],
)
def test_a_target_is_planned_for_its_year(lang: str, text: str) -> None:
    (claim,) = extract_claims(text, lang, "2025-06-10", pack=PACK)
    assert (claim.actor, claim.item, claim.low, claim.status, claim.when) == (
        ("Kardena Pharma",), "vaccine", 20e6, "planned", ("2026", "2026"),
    )  # fmt: skip


@pytest.mark.parametrize("text", ["Russia makes 250,000 shells a month.", "Rheinmetall doubled its output of shells."])
def test_words_of_the_shipped_pack_are_unknown_to_it(text: str) -> None:
    assert extract_claims(text, "en", "2025-06-10", pack=PACK) == []


def test_the_pack_has_no_file_that_may_be_left_out() -> None:
    assert sorted(path.name for path in Path(PACK).iterdir()) == [
        "actors.yml", "items.yml", "triggers.en.yml", "triggers.uk.yml",
    ]  # fmt: skip
    assert load_pack(PACK).speakers == {}
