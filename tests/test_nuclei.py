"""Places that may carry a claim: two periods set against each other, with and without a multiple."""

import pytest

from outproduce.claims.mentions import find_mentions
from outproduce.claims.nuclei import find_nuclei
from outproduce.packs import load_pack

SENTENCES = [
    ("en", "Iran makes in two months what Turkey makes in a year.", [("span", 6.0)]),
    ("en", "Iran makes twice as many drones in two months as Turkey makes in a year.", [("span", 12.0)]),
    ("en", "Iran makes three times as many drones: in four months what Turkey makes in a year.",
     [("ratio", 3.0), ("span", 3.0)]),
    ("ru", "Иран за полгода выпускает вдвое больше дронов, чем Турция за год.", [("span", 4.0)]),
    ("ru", "Иран за два месяца выпускает столько дронов, сколько Турция за год.", [("span", 6.0)]),
    ("uk", "Іран за два місяці випускає втричі більше дронів, ніж Туреччина за рік.", [("span", 18.0)]),
    ("uk", "Іран випускає вчетверо більше дронів, ніж Туреччина.", [("ratio", 4.0)]),
]  # fmt: skip


@pytest.mark.parametrize(("lang", "text", "ratios"), SENTENCES, ids=[text[:48] for _, text, _ in SENTENCES])
def test_a_multiple_goes_with_the_periods_of_its_clause(lang: str, text: str, ratios: list[tuple[str, float]]) -> None:
    nuclei = find_nuclei(find_mentions(text, lang, None, load_pack("weapons")))
    assert [(n.form, n.figure.low) for n in nuclei if n.form in ("span", "ratio") and n.figure] == ratios
