"""Figures in sentences: values, bounds, what they measure, and where they stand."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outproduce.errors import UsageError
from outproduce.languages import language_data
from outproduce.languages.figures import find_figures
from outproduce.languages.measures import MEASURES
from outproduce.languages.number_words import expand_words
from outproduce.lexicon import tokenize

LANGS = ("en", "uk", "ru")


def ends(text, lang):
    return [(figure.low, figure.high) for figure in find_figures(text, lang)]


def measures(text, lang):
    return [(figure.raw, figure.measure) for figure in find_figures(text, lang)]


VALUES = [
    ("en", "250 000 shells", 250_000),
    ("en", "250\u202f000 shells", 250_000),
    ("en", "250,000 shells", 250_000),
    ("en", "250.000 shells", 250_000),
    ("en", "1.000 was the ratio", 1),
    ("en", "1.2m rounds", 1_200_000),
    ("en", "700k drones", 700_000),
    ("en", "1.155 million rounds", 1_155_000),
    ("en", "half a million rockets", 500_000),
    ("en", "a quarter of a billion rounds", 250_000_000),
    ("en", "two and a half million rounds", 2_500_000),
    ("en", "two dozen tanks", 24),
    ("en", "a couple of dozen tanks", 24),
    ("en", "one million nine hundred thousand rounds", 1_900_000),
    ("en", "two hundred and fifty thousand rounds", 250_000),
    ("en", "another hundred", 100),
    ("uk", "1,2 млн снарядів", 1_200_000),
    ("uk", "500 тис. снарядів", 500_000),
    ("uk", "пів мільйона снарядів", 500_000),
    ("uk", "півмільйона снарядів", 500_000),
    ("uk", "півтори тисячі танків", 1500),
    ("uk", "півтораста ракет", 150),
    ("uk", "чверть мільйона мін", 250_000),
    ("uk", "мільйон снарядів", 1_000_000),
    ("uk", "250.000 снарядів", 250_000),
    ("uk", "два з половиною мільйони", 2_500_000),
    ("uk", "двомастами п'ятдесятьма тисячами", 250_000),
    ("ru", "полтора миллиона снарядов", 1_500_000),
    ("ru", "около сорока тысяч", 40_000),
    ("ru", "1 млн 200 тыс. штук", 1_200_000),
    ("ru", "миллион восемьсот тысяч", 1_800_000),
    ("ru", "пять с половиной сотен ракет", 550),
    ("ru", "полсотни машин", 50),
    ("ru", "0,5 млн", 500_000),
    ("ru", "ноль целых четыре десятых миллиона", 400_000),
]


@pytest.mark.parametrize(("lang", "text", "value"), VALUES, ids=[row[1] for row in VALUES])
def test_value(lang, text, value):
    assert ends(text, lang) == [(value, value)]


RANGES = [
    ("en", "between 115 and 130 missiles", [(115, 130)]),
    ("en", "300-350 drones", [(300, 350)]),
    ("en", "one to two million rounds", [(1e6, 2e6)]),
    ("en", "five, six thousand a day", [(5000, 6000)]),
    ("en", "two or three missiles", [(2, 3)]),
    ("en", "from 600 to 2,000 rounds", [(600, 2000)]),
    ("en", "output rose from 600 to 2,000", [(600, 600), (2000, 2000)]),
    ("en", "between half a million and several millions", [(500_000, None)]),
    ("en", "from 5 to 10 thousand: output grew", [(5000, 10_000)]),
    ("uk", "від 40 до 50 тисяч", [(40_000, 50_000)]),
    ("uk", "збільшити з 600 до 2000 снарядів", [(600, 600), (2000, 2000)]),
    ("uk", "зросли від трьохсот тисяч до двох мільйонів", [(300_000, 300_000), (2e6, 2e6)]),
    ("uk", "півтора-два десятки гармат", [(15, 20)]),
    ("uk", "двісті – двісті п'ятдесят бомб", [(200, 250)]),
    ("ru", "60–70 тысяч", [(60_000, 70_000)]),
    ("ru", "2,5–3 млн", [(2_500_000, 3_000_000)]),
    ("ru", "от двадцати до шестидесяти тысяч", [(20_000, 60_000)]),
    ("ru", "двадцать пять — тридцать ракет", [(25, 30)]),
    ("ru", "с 50 до 70", [(50, 50), (70, 70)]),
    ("ru", "два-три десятка", [(20, 30)]),
]


@pytest.mark.parametrize(("lang", "text", "expected"), RANGES, ids=[row[1] for row in RANGES])
def test_range(lang, text, expected):
    assert ends(text, lang) == expected


BOUNDS = [
    ("en", "at least 500 drones", (500, None)),
    ("en", "upwards of 200 guns", (200, None)),
    ("en", "2,000 or more missiles", (2000, None)),
    ("en", "as many as 120,000 bombs", (None, 120_000)),
    ("en", "no more than about 500 tanks", (None, 500)),
    ("en", "fewer than one submarine", (None, 1)),
    ("en", "ramp up to 100,000 rounds", (100_000, 100_000)),
    ("en", "dozens of lines", (24, None)),
    ("en", "tens of thousands of shells", (20_000, None)),
    ("en", "a few thousand drones", (2000, None)),
    ("uk", "понад 1,2 млн", (1_200_000, None)),
    ("uk", "не менш як сто танків", (100, None)),
    ("uk", "до двадцяти бомб", (None, 20)),
    ("uk", "довести виробництво до 1,5 млн", (1_500_000, 1_500_000)),
    ("uk", "сотні гаубиць", (200, None)),
    ("uk", "кілька тисяч корпусів", (2000, None)),
    ("ru", "не менее тысячи", (1000, None)),
    ("ru", "три с лишним тысячи", (3000, None)),
    ("ru", "максимум двести пятьдесят", (None, 250)),
    ("ru", "выпуск вырос до 50 машин", (50, 50)),
    ("ru", "менее двух десятков гаубиц", (None, 20)),
]


@pytest.mark.parametrize(("lang", "text", "expected"), BOUNDS, ids=[row[1] for row in BOUNDS])
def test_bound(lang, text, expected):
    assert ends(text, lang) == [expected]


@pytest.mark.parametrize(
    ("lang", "text", "value"),
    [
        ("en", "nearly 300,000 rounds", 300_000),
        ("en", "60 tanks or so", 60),
        ("uk", "тисяч п'ять снарядів", 5000),
        ("uk", "майже 400 дронів", 400),
        ("ru", "штук сорок", 40),
        ("ru", "десятка два танков", 20),
        ("ru", "без малого сто машин", 100),
    ],
)
def test_about(lang, text, value):
    assert [(f.low, f.high, f.approximate) for f in find_figures(text, lang)] == [(value, value, True)]


RATIOS = [
    ("en", "three times as many", (3, 3, "times")),
    ("en", "output doubled", (2, 2, "times")),
    ("en", "2.5x as many", (2.5, 2.5, "times")),
    ("en", "two- to threefold", (2, 3, "times")),
    ("en", "sixteenfold", (16, 16, "times")),
    ("en", "half as many", (0.5, 0.5, "fraction")),
    ("en", "more than 60 percent", (60, None, "percent")),
    ("en", "outnumber ours 3:1", (3, 3, "score")),
    ("en", "a hundred to one", (100, 100, "score")),
    ("uk", "утричі більше", (3, 3, "times")),
    ("uk", "у 2,6 раза", (2.6, 2.6, "times")),
    ("uk", "більш ніж удвічі", (2, None, "times")),
    ("uk", "стало більше вдвічі", (2, 2, "times")),
    ("uk", "на порядок менше", (10, 10, "times")),
    ("uk", "впаде на чверть", (0.25, 0.25, "fraction")),
    ("uk", "у кілька разів", (2, None, "times")),
    ("ru", "в полтора раза", (1.5, 1.5, "times")),
    ("ru", "более чем в 22 раза", (22, None, "times")),
    ("ru", "семнадцатикратный рост", (17, 17, "times")),
    ("ru", "удвоить выпуск", (2, 2, "times")),
    ("ru", "процентов на семьдесят", (70, 70, "percent")),
    ("ru", "пять к двум", (2.5, 2.5, "score")),
]


@pytest.mark.parametrize(("lang", "text", "expected"), RATIOS, ids=[row[1] for row in RATIOS])
def test_ratio(lang, text, expected):
    assert [(f.low, f.high, f.measure) for f in find_figures(text, lang)] == [expected]


def test_a_ratio_may_leave_out_times():
    found = measures("беспилотников — в 16,8 раза, а снарядов — в 17,5.", "ru")
    assert found == [("16,8", "times"), ("17,5", "times")]


MEASURED = [
    ("en", "$1.47 trillion", [("1.47 trillion", "money")]),
    ("en", "25,000 dollars", [("25,000", "money")]),
    ("en", "10,000 North Korean troops", [("10,000", "people")]),
    ("en", "155 mm and 152 mm shells", [("155", "calibre"), ("152", "calibre")]),
    ("en", "105- and 155-mm rounds", [("105", "calibre"), ("155", "calibre")]),
    ("en", "40 155 mm howitzers", [("40", None), ("155", "calibre")]),
    ("en", "an F-35 and a T-72, PAC-3 and G7", [("35", "name"), ("72", "name"), ("3", "name"), ("7", "name")]),
    ("en", "9K720 and No. 9", [("9", "name"), ("720", "name"), ("9", "name")]),
    ("en", "on June 9, 2025", [("9", "date"), ("2025", "date")]),
    ("en", "by mid-2026, in the 2030s", [("2026", "date"), ("2030", "date")]),
    ("en", "2,000 drones in 2000", [("2,000", None), ("2000", "date")]),
    ("en", "at 10:30 CET", [("10:30", "clock")]),
    ("en", "in three months", [("three", "duration")]),
    ("en", "a range of 500 km", [("500", "length")]),
    ("en", "816 000 t of powder", [("816 000", "mass")]),
    ("en", "1. Deliver", [("1", "ordinal")]),
    ("en", "the 5th brigade", [("5", "ordinal")]),
    ("uk", "31 березня 2025 року", [("31", "date"), ("2025", "date")]),
    ("uk", "у 2023–2024 роках", [("2023–2024", "date")]),
    ("uk", "до 2025 року", [("2025", "date")]),
    ("uk", "1970 таких ракет", [("1970", None)]),
    ("uk", "2,5 млн євро", [("2,5 млн", "money")]),
    ("uk", "18 місяців", [("18", "duration")]),
    ("uk", "тел. 0-800-000-000", [("0-800-000-000", "phone")]),
    ("ru", "Х-101, С-300 и «Герань»-2", [("101", "name"), ("300", "name"), ("2", "name")]),
    ("ru", "калибра 155", [("155", "calibre")]),
    ("ru", "12 тысяч военнослужащих", [("12 тысяч", "people")]),
    ("ru", "45-летний инженер", [("45", "age")]),
    ("ru", "в 2025-м", [("2025", "date")]),
    ("ru", "к двадцать первому году", [("двадцать первому", "date")]),
    ("ru", "8 и 9 мая", [("8", "date"), ("9", "date")]),
    ("ru", "2,4 миллиона мин", [("2,4 миллиона", None)]),
    ("en", "FY26 budget", [("26", "date")]),
    ("en", "Aug. 10-21, 2023 exercises", [("10-21", "date"), ("2023", "date")]),
    ("en", "founded in 1880", [("1880", "date")]),
    ("en", "10x Shahed", [("10", None)]),
    ("en", "5,000 a quarter, a quarter of them lost", [("5,000", None), ("a quarter", "fraction")]),
    ("en", "a Su-27/30, 24/7", [("27", "name"), ("30", "name"), ("24/7", "name")]),
    ("en", "a mast 30m tall", [("30", "length")]),
    ("ru", "100-тысячный дрон", [("100", "ordinal")]),
    ("uk", "60 років", [("60", "duration")]),
    ("uk", "у 22 році", [("22", "date")]),
    ("uk", "5/9м", [("5/9", "length")]),
    ("uk", "0к", [("0к", None)]),
]


@pytest.mark.parametrize(("lang", "text", "expected"), MEASURED, ids=[row[1] for row in MEASURED])
def test_measure(lang, text, expected):
    assert measures(text, lang) == expected


@pytest.mark.parametrize(
    ("lang", "text"),
    [("en", "one of the plants"), ("uk", "один із заводів"), ("ru", "одна из линий"), ("ru", "кратно выросло")],
)
def test_no_figure(lang, text):
    assert find_figures(text, lang) == []


def test_units_are_canonical():
    found = [(f.measure, f.unit) for f in find_figures("1,200 tonnes, 5 kg, €3 million, two years", "en")]
    assert found == [("mass", "tonne"), ("mass", "kilogram"), ("money", "EUR"), ("duration", "year")]


def test_outer_spans_bound_and_unit():
    text = "It makes at least 40 tonnes a day"
    (figure,) = find_figures(text, "en")
    assert (text[slice(*figure.outer)], figure.raw) == ("at least 40 tonnes", "40")


def test_a_magnitude_may_be_left_out():
    figures = find_figures("у грудні сто п'ятдесят тисяч, у січні вісімдесят.", "uk")
    assert [(f.low, f.implied) for f in figures] == [(150_000, 1), (80, 1000)]


def test_unknown_language():
    with pytest.raises(UsageError, match="no language 'xx'"):
        find_figures("5", "xx")


@pytest.mark.parametrize("lang", LANGS)
def test_every_unit_has_a_documented_measure(lang):
    assert set(language_data(lang, "numbers")["units"]) <= set(MEASURES)


@given(st.text(alphabet="0123456789 .,-–:/%$№«»xхкмтdабтысяч\u00a0", max_size=40), st.sampled_from(LANGS))
def test_any_text_gives_figures_in_order(text, lang):
    figures = find_figures(text, lang, tokenize(text))
    assert all(text[f.start : f.end] == f.raw != "" for f in figures)
    assert all(f.outer[0] <= f.start and f.end <= f.outer[1] for f in figures)
    assert all(a.end <= b.start for a, b in pairwise(figures))


STYLES = {"en": [",", " ", "\u00a0"], "uk": [" ", ".", "\u00a0", "\u202f", "\u2009"], "ru": [" ", ".", ",", "\u00a0"]}


@given(st.integers(10_000, 10**9), st.sampled_from(LANGS), st.data())
def test_grouped_digits_round_trip(number, lang, data):
    separator = data.draw(st.sampled_from(STYLES[lang]))
    assert ends(f"{number:,}".replace(",", separator) + " ящ", lang) == [(number, number)]


@given(st.decimals("0.1", "99", places=1), st.sampled_from([("uk", "млн"), ("ru", "тысяч"), ("en", "billion")]))
def test_decimals_round_trip(number, case):
    lang, word = case
    text = str(number) if lang == "en" else str(number).replace(".", ",")
    factor = {"млн": 1e6, "тысяч": 1e3, "billion": 1e9}[word]
    (figure,) = find_figures(f"{text} {word}", lang)
    assert figure.low == figure.high == pytest.approx(float(number) * factor)


def below_thousand(number, lang, draw):
    """Spell a number below 1000 in words of the YAML, each in any of its case forms."""
    data = language_data(lang, "numbers")
    words = {int(value): list(expand_words(forms)) for value, forms in data["plain"].items()}
    spelt = []
    if number >= 100:
        whole = number // 100 * 100
        spelt += [draw(words[number // 100]), "hundred"] if lang == "en" else [draw(words[whole])]
        number %= 100
    if number > 20:
        spelt.append(draw(words[number // 10 * 10]))
        number %= 10
    return [*spelt, draw(words[number])] if number else spelt


@given(st.integers(1, 999_999), st.sampled_from(LANGS), st.data())
def test_words_round_trip(number, lang, data):
    def draw(forms):
        return data.draw(st.sampled_from(forms))

    scale = language_data(lang, "numbers")["scales"][1000]
    thousands, rest = divmod(number, 1000)
    spelt = []
    if thousands:
        forms = scale["one"] if thousands == 1 or "either" not in scale else scale["many"]
        spelt = [*below_thousand(thousands, lang, draw), draw(list(expand_words(forms)))]
    spelt += below_thousand(rest, lang, draw)
    assert ends(" ".join(spelt), lang) == [(number, number)]


@pytest.mark.parametrize("digits", [400, 5000], ids=["beyond floats", "beyond integers"])
def test_endless_digits_are_no_quantity(digits):
    assert [figure.raw for figure in find_figures(f"{'9' * digits} shells and 5 tanks", "en")] == ["5"]
