"""Figures that a text leaves to be worked out: shares of what was counted, "as many", "N for each", odds below one."""

import pytest

from outproduce.claims.derived import derive
from outproduce.claims.mentions import find_mentions
from outproduce.claims.nuclei import find_nuclei
from outproduce.packs import load_pack

WORKED_OUT = [
    ("en", "Iran sent four million shells, half of them of 122 mm calibre.", [("count", "share", 2_000_000)]),
    ("en", "Iran sent 300,000 shells. A third of those were mortar rounds.", [("count", "share", 100_000)]),
    ("ru", "Иран передал 4 млн снарядов, из них половина — калибра 122 мм.", [("count", "share", 2_000_000)]),
    ("ru", "Иран передал 500 тысяч снарядов, 40% из которых — мины.", [("count", "share", 200_000)]),
    ("uk", "Іран передав 1,5 млн снарядів, третина з них — міни.", [("count", "share", 500_000)]),
    ("en", "Iran makes 2,700 drones a month and about as many decoys.", [("count", "as many", 2_700)]),
    ("ru", "Иран передал 120 гаубиц и столько же установок.", [("count", "as many", 120)]),
    ("uk", "Іран робить 2 700 дронів щомісяця, плюс приблизно стільки ж імітаторів.", [("count", "as many", 2_700)]),
    ("en", "For every shell Turkey fires, Iran fires five.", [("ratio", "each", 5)]),
    ("en", "In March they fired ten shells for each of ours.", [("ratio", "each", 10)]),
    ("en", "For every ten missiles we had, we now have seven.", [("ratio", "each", 0.7)]),
    ("ru", "На каждый наш выстрел они отвечают пятью.", [("ratio", "each", 5)]),
    ("uk", "На один наш постріл ворог відповідає п'ятьма.", [("ratio", "each", 5)]),
    ("en", "In shells the ratio is one to ten.", [("ratio", "under", 10)]),
]  # fmt: skip

AS_IT_STANDS = [
    ("en", "Iran makes twice as many drones as Turkey."),
    ("en", "Iran makes 300 drones, as many as Turkey."),
    ("en", "Half of the plants were closed."),
    ("en", "Iran makes one to three tanks a day."),
    ("en", "They gave 300 shells for every gun."),
    ("ru", "Иран делает 300 дронов, столько же, сколько Турция."),
    ("ru", "Половина заводов закрыта."),
    ("uk", "Іран робить удвічі більше дронів, ніж Туреччина."),
    ("ru", "«Ротор» выиграл со счётом 1:3."),
    ("uk", "Запас на один місяць — 40 ракет."),
]


def worked_out(lang: str, text: str) -> list[tuple[str, str, float | None]]:
    """Form, word and low end of the nuclei that had to be worked out."""
    reading = find_mentions(text, lang, None, load_pack("weapons"))
    nuclei = derive(reading, find_nuclei(reading))
    return [(n.form, n.word, n.figure.low) for n in nuclei if n.figure and n.word]


@pytest.mark.parametrize(("lang", "text", "expected"), WORKED_OUT, ids=[text[:48] for _, text, _ in WORKED_OUT])
def test_a_figure_is_worked_out_of_the_one_before(lang: str, text: str, expected: list) -> None:
    assert worked_out(lang, text) == expected


@pytest.mark.parametrize(("lang", "text"), AS_IT_STANDS, ids=[text[:48] for _, text in AS_IT_STANDS])
def test_a_figure_that_stands_by_itself_is_left_alone(lang: str, text: str) -> None:
    assert worked_out(lang, text) == []
