"""Figures in sentences: values, bounds, what they measure, and where they stand."""

import pytest

from outproduce.figures import find_figures


def brief(text, lang):
    return [(figure.low, figure.high, figure.measure) for figure in find_figures(text, lang)]


@pytest.mark.parametrize(
    ("lang", "text", "expected"),
    [
        ("en", "some 250,000 rounds a month, or about 3 million a year", [(250_000, 250_000, None), (3e6, 3e6, None)]),
        ("en", "between 115 and 130 a month and 300-350 drones", [(115, 130, None), (300, 350, None)]),
        ("en", "as many as 120,000 bombs", [(None, 120_000, None)]),
        ("en", "rose from 600 to 2,000", [(600, 600, None), (2000, 2000, None)]),
        ("en", "dozens of lines", [(24, None, None)]),
        ("uk", "від 40 до 50 тисяч", [(40_000, 50_000, None)]),
        ("uk", "тисяч п'ять", [(5000, 5000, None)]),
        ("ru", "от двадцати до шестидесяти тысяч", [(20_000, 60_000, None)]),
        ("ru", "более чем в 22 раза", [(22, None, "times")]),
    ],
)
def test_values(lang, text, expected):
    assert brief(text, lang) == expected


def test_raw_is_the_text():
    text = "Завод дав понад 1,2 млн снарядів і 155-мм гаубиць"
    assert [text[f.start : f.end] == f.raw for f in find_figures(text, "uk")] == [True, True]
