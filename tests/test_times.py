"""Times and periods: tables per language seen from a fixed day, and properties over all months, cases and years."""

from __future__ import annotations

import itertools
import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outproduce.errors import UsageError
from outproduce.languages import language_data
from outproduce.languages.times import Time, find_periods, find_times, find_times_and_periods
from outproduce.lexicon import tokenize

SHARED = Path(__file__).parents[2] / "shared"
TODAY = "2025-06-10"  # a Tuesday

# text, first, last, role; seen from TODAY
ENGLISH = [
    ("9 June 2025", "2025-06-09", "2025-06-09", "in"),
    ("June 9, 2025", "2025-06-09", "2025-06-09", "in"),
    ("Nov. 6", "2024-11-06", "2024-11-06", "in"),
    ("the 1st of March", "2025-03-01", "2025-03-01", "in"),
    ("June 24-25", "2025-06-24", "2025-06-25", "in"),
    ("from the 13th to the 15th of May", "2025-05-13", "2025-05-15", "in"),
    ("2025-06-09", "2025-06-09", "2025-06-09", "in"),
    ("in June", "2025-06", "2025-06", "in"),
    ("in May it made 5", "2025-05", "2025-05", "in"),
    ("in July it made 5", "2024-07", "2024-07", "in"),
    ("it will open in July", "2025-07", "2025-07", "in"),
    ("In July, it said, output will grow", "2024-07", "2024-07", "in"),
    ("this October", "2025-10", "2025-10", "in"),
    ("in 2024", "2024", "2024", "in"),
    ("in 2023-2024", "2023", "2024", "in"),
    ("2024/25", "2024", "2025", "in"),
    ("FY2025", "2025", "2025", "in"),
    ("fiscal year 2025", "2025", "2025", "in"),
    ("by the end of fiscal 2025", "2025-09", "2025-09", "by"),
    ("by the end of '25", "2025-12", "2025-12", "by"),
    ("the third quarter of 2025", "2025-07", "2025-09", "in"),
    ("Q1 2026", "2026-01", "2026-03", "in"),
    ("the first half of the year", "2025-01", "2025-06", "in"),
    ("the first nine months of 2024", "2024-01", "2024-09", "in"),
    ("the spring of 2023", "2023-03", "2023-05", "in"),
    ("last autumn", "2024-09", "2024-11", "in"),
    ("last summer", "2024-06", "2024-08", "in"),
    ("this spring", "2025-03", "2025-05", "in"),
    ("this year", "2025", "2025", "in"),
    ("last year", "2024", "2024", "in"),
    ("next year's target", "2026", "2026", "in"),
    ("this and next year", "2025", "2026", "in"),
    ("the year before last", "2023", "2023", "in"),
    ("last month", "2025-05", "2025-05", "in"),
    ("last quarter", "2025-01", "2025-03", "in"),
    ("this week", "2025-06-09", "2025-06-15", "in"),
    ("yesterday", "2025-06-09", "2025-06-09", "in"),
    ("on Tuesday", "2025-06-10", "2025-06-10", "in"),
    ("on Friday", "2025-06-06", "2025-06-06", "in"),
    ("a year earlier", "2024", "2024", "in"),
    ("two years ago", "2023", "2023", "in"),
    ("a year ago", "2024-06", "2024-06", "in"),
    ("three months ago", "2025-03", "2025-03", "in"),
    ("so far this year", "2025", "2025-06", "since"),
    ("since the start of the year", "2025-01", "2025-06", "since"),
    ("since February 2022", "2022-02", "2025-06", "since"),
    ("since the full-scale invasion began", "2022-02", "2025-06", "since"),
    ("before the war", "2022-02", "2022-02", "before"),
    ("pre-war output", "2022-02", "2022-02", "before"),
    ("in the last 12 months", "2024-06", "2025-06", "in"),
    ("it grew over two years", "2023-06", "2025-06", "in"),
    ("within two years", "2027", "2027", "by"),
    ("within the next two to three years", "2028", "2028", "by"),
    ("in two years' time", "2027", "2027", "in"),
    ("in a year's time", "2026-06", "2026-06", "in"),
    ("by the end of the year", "2025-12", "2025-12", "by"),
    ("by the end of 2025", "2025-12", "2025-12", "by"),
    ("by mid-2026", "2026-06", "2026-06", "by"),
    ("by spring", "2026-03", "2026-03", "by"),
    ("by March", "2026-03", "2026-03", "by"),
    ("by 2027", "2027", "2027", "by"),
    ("to 2030", "2030", "2030", "by"),
    ("early 2026", "2026-01", "2026-03", "in"),
    ("late 2025", "2025-10", "2025-12", "in"),
    ("from 2027", "2027", "2027", "from"),
    ("from 2022 to 2024", "2022", "2024", "in"),
    ("between 2022 and 2024", "2022", "2024", "in"),
    ("until 2028", "2028", "2028", "until"),
    ("now", "2025-06", "2025-06", "now"),
    ("at present", "2025-06", "2025-06", "now"),
]
UKRAINIAN = [
    ("9 червня 2025 року", "2025-06-09", "2025-06-09", "in"),
    ("09.06.2025", "2025-06-09", "2025-06-09", "in"),
    ("двадцять шостого травня", "2025-05-26", "2025-05-26", "in"),
    ("13–15 травня", "2025-05-13", "2025-05-15", "in"),
    ("у червні", "2025-06", "2025-06", "in"),
    ("у серпні 2024-го", "2024-08", "2024-08", "in"),
    ("у травні минулого року", "2024-05", "2024-05", "in"),
    ("за січень–травень 2025 року", "2025-01", "2025-05", "in"),
    ("з вересня по червень", "2024-09", "2025-06", "in"),
    ("2024 року", "2024", "2024", "in"),
    ("у 2025-му", "2025", "2025", "in"),
    ("у 2023–2024 роках", "2023", "2024", "in"),
    ("за 2024 рік", "2024", "2024", "in"),
    ("у третьому кварталі 2025 року", "2025-07", "2025-09", "in"),
    ("III квартал 2024 року", "2024-07", "2024-09", "in"),
    ("перше півріччя 2025 року", "2025-01", "2025-06", "in"),
    ("торік восени", "2024-09", "2024-11", "in"),
    ("цього року", "2025", "2025", "in"),
    ("торік", "2024", "2024", "in"),
    ("минулого року", "2024", "2024", "in"),
    ("за минулий рік", "2024", "2024", "in"),
    ("за цей рік", "2025", "2025", "in"),
    ("наступного року", "2026", "2026", "in"),
    ("у поточному році", "2025", "2025", "in"),
    ("позаторік", "2023", "2023", "in"),
    ("роком раніше", "2024", "2024", "in"),
    ("рік тому", "2024-06", "2024-06", "in"),
    ("два роки тому", "2023", "2023", "in"),
    ("через рік", "2026-06", "2026-06", "in"),
    ("через два роки", "2027", "2027", "in"),
    ("з початку року", "2025-01", "2025-06", "since"),
    ("з лютого 2022-го", "2022-02", "2025-06", "since"),
    ("від початку повномасштабної війни", "2022-02", "2025-06", "since"),
    ("до початку великої війни", "2022-02", "2022-02", "before"),
    ("за останні три місяці", "2025-03", "2025-06", "in"),
    ("за пів року", "2024-12", "2025-06", "in"),
    ("до кінця року", "2025-12", "2025-12", "by"),
    ("до середини 2026 року", "2026-06", "2026-06", "by"),
    ("до березня", "2026-03", "2026-03", "by"),
    ("до літа", "2025-06", "2025-06", "by"),
    ("на початку 2026-го", "2026-01", "2026-01", "in"),
    ("з 2027 року", "2027", "2027", "from"),
    ("у вівторок", "2025-06-10", "2025-06-10", "in"),
    ("нині", "2025-06", "2025-06", "now"),
    ("наразі", "2025-06", "2025-06", "now"),
    ("сьогодні", "2025-06", "2025-06", "now"),
]
RUSSIAN = [
    ("31 марта", "2025-03-31", "2025-03-31", "in"),
    ("9 мая 2025 года", "2025-05-09", "2025-05-09", "in"),
    ("13 янв. 2005", "2005-01-13", "2005-01-13", "in"),
    ("в мае 2025-го", "2025-05", "2025-05", "in"),
    ("с августа 2023-го по март 2025 года", "2023-08", "2025-03", "in"),
    ("в январе—мае", "2025-01", "2025-05", "in"),
    ("в 2025-м", "2025", "2025", "in"),
    ("за 2023–2024 годы", "2023", "2024", "in"),
    ("за весь двадцать второй год", "2022", "2022", "in"),
    ("III квартал 2024 года", "2024-07", "2024-09", "in"),
    ("в последние месяцы 2023-го", "2023-10", "2023-12", "in"),
    ("первое полугодие 2025 года", "2025-01", "2025-06", "in"),
    ("за восемь месяцев 2024 года", "2024-01", "2024-08", "in"),
    ("прошлой осенью", "2024-09", "2024-11", "in"),
    ("зимой", "2024-12", "2025-02", "in"),
    ("в прошлом году", "2024", "2024", "in"),
    ("в текущем году", "2025", "2025", "in"),
    ("на будущий год", "2026", "2026", "in"),
    ("в следующем — 60 тысяч", "2026", "2026", "in"),
    ("в этом месяце", "2025-06", "2025-06", "in"),
    ("в прошлом месяце", "2025-05", "2025-05", "in"),
    ("на прошлой неделе", "2025-06-02", "2025-06-08", "in"),
    ("два года назад", "2023", "2023", "in"),
    ("годом ранее", "2024", "2024", "in"),
    ("через год", "2026-06", "2026-06", "in"),
    ("с начала года", "2025-01", "2025-06", "since"),
    ("с февраля 2022 года", "2022-02", "2025-06", "since"),
    ("начиная с 2027-го", "2027", "2027", "from"),
    ("по сравнению с 2022-м", "2022", "2022", "in"),
    ("до войны", "2022-02", "2022-02", "before"),
    ("за годы войны", "2022-02", "2025-06", "in"),
    ("до 2023 года", "2023", "2023", "before"),
    ("за последние полгода", "2024-12", "2025-06", "in"),
    ("к концу года", "2025-12", "2025-12", "by"),
    ("до конца 2025 года", "2025-12", "2025-12", "by"),
    ("к весне", "2026-03", "2026-03", "by"),
    ("к маю", "2026-05", "2026-05", "by"),
    ("к 31 марта", "2026-03-31", "2026-03-31", "by"),
    ("к середине следующего года", "2026-06", "2026-06", "by"),
    ("сейчас", "2025-06", "2025-06", "now"),
]
TABLE = [(lang, *row) for lang, rows in (("en", ENGLISH), ("uk", UKRAINIAN), ("ru", RUSSIAN)) for row in rows]


@pytest.mark.parametrize(("lang", "text", "first", "last", "role"), TABLE, ids=[f"{row[0]}: {row[1]}" for row in TABLE])
def test_time(lang: str, text: str, first: str, last: str, role: str) -> None:
    times = find_times(text, lang, TODAY)
    assert [(time.when, time.role) for time in times] == [((first, last), role)]


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("en", "it may make 25 drones"),
        ("en", "2,025 shells"),
        ("en", "the year"),
        ("en", "30 years"),
        ("en", "in the 1990s"),
        ("en", "a quarter of a million"),
        ("uk", "у 90-х роках"),
        ("uk", "понад 2000 дронів"),
        ("uk", "до 2024 дронів"),
        ("uk", "за рік війни"),
        ("ru", "форум «Армия-2024»"),
        ("ru", "на 20 процентов"),
        ("ru", "2000 снарядов"),
        ("ru", "5 кв. км"),
        ("uk", "того ж дня"),
    ],
)
def test_no_time_and_no_false_year(lang: str, text: str) -> None:
    assert find_times(text, lang, TODAY) == []


@pytest.mark.parametrize(
    ("lang", "text", "per", "count", "bare"),
    [
        ("en", "250 a month", "month", 1, False),
        ("en", "per month", "month", 1, False),
        ("en", "each year", "year", 1, False),
        ("en", "every single day", "day", 1, False),
        ("en", "every three months", "month", 3, False),
        ("en", "monthly", "month", 1, False),
        ("en", "per annum", "year", 1, False),
        ("en", "annual production", "year", 1, False),
        ("en", "25/month", "month", 1, False),
        ("en", "a quarter", "quarter", 1, False),
        ("en", "what it makes in a year", "year", 1, True),
        ("uk", "на місяць", "month", 1, False),
        ("uk", "щомісяця", "month", 1, False),
        ("uk", "щомісячно", "month", 1, False),
        ("uk", "щороку", "year", 1, False),
        ("uk", "річне виробництво", "year", 1, False),
        ("uk", "на добу", "day", 1, False),
        ("uk", "щодоби", "day", 1, False),
        ("uk", "щодня", "day", 1, False),
        ("uk", "щотижня", "week", 1, False),
        ("uk", "за рік", "year", 1, True),
        ("uk", "за квартал", "quarter", 1, True),
        ("uk", "кожні три місяці", "month", 3, False),
        ("ru", "в месяц", "month", 1, False),
        ("ru", "ежемесячно", "month", 1, False),
        ("ru", "за месяц российские заводы", "month", 1, True),
        ("ru", "в год", "year", 1, False),
        ("ru", "годовой выпуск", "year", 1, False),
        ("ru", "в сутки", "day", 1, False),
        ("ru", "суточный темп", "day", 1, False),
        ("ru", "в неделю", "week", 1, False),
        ("ru", "шт./мес", "month", 1, False),
        ("ru", "за почти год", "year", 1, True),
    ],
)
def test_period(lang: str, text: str, per: str, count: float, bare: bool) -> None:
    found = [(period.per, period.count, period.bare) for period in find_periods(text, lang)]
    assert found == [(per, count, bare)]


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("en", "in a year's time"),
        ("en", "last year"),
        ("en", "a year ago"),
        ("en", "the annual report"),
        ("en", "a year-long siege"),
        ("en", "a quarter of a million"),
        ("uk", "через рік"),
        ("uk", "рік тому"),
        ("uk", "за 2024 рік"),
        ("uk", "за минулий рік"),
        ("uk", "за рік війни"),
        ("ru", "30 лет"),
        ("ru", "в ежегодном докладе"),
    ],
)
def test_no_period(lang: str, text: str) -> None:
    assert find_periods(text, lang) == []


@pytest.mark.parametrize(
    ("lang", "text", "counts"),
    [
        ("en", "in three months what the others make in a year", [("month", 3.0), ("year", 1.0)]),
        ("uk", "за три місяці стільки, скільки весь Альянс за цілий рік", [("month", 3.0), ("year", 1.0)]),
        ("ru", "за квартал больше, чем альянс — за три года", [("quarter", 1.0), ("year", 3.0)]),
        ("ru", "за 3,5 месяца столько, сколько другие за год", [("month", 3.5), ("year", 1.0)]),
    ],
)
def test_compared_intervals_are_periods(lang: str, text: str, counts: list[tuple[str, float]]) -> None:
    times, periods = find_times_and_periods(text, lang, TODAY)
    assert times == []
    assert [(period.per, period.count) for period in periods] == counts
    assert all(period.bare for period in periods)


@pytest.mark.parametrize(
    ("text", "role", "tense"),
    [
        ("last year", "in", "past"),
        ("this year", "in", "present"),
        ("next year", "in", "future"),
        ("by 2027", "by", "future"),
        ("by 2020", "by", "past"),
        ("since 2022", "since", "present"),
        ("from 2030", "from", "future"),
        ("now", "now", "present"),
    ],
)
def test_tense(text: str, role: str, tense: str) -> None:
    assert [(time.role, time.tense) for time in find_times(text, "en", TODAY)] == [(role, tense)]


@pytest.mark.parametrize("text", ["last year", "by March", "two years ago", "on Friday", "since May", "first quarter"])
def test_relative_time_without_publication_has_no_date(text: str) -> None:
    assert [time.when for time in find_times(text, "en", None)] == [None]


def test_absolute_time_needs_no_publication() -> None:
    times = find_times("by the end of 2025, since 2022", "en", None)
    assert [(time.when, time.role) for time in times] == [(("2025-12", "2025-12"), "by"), (("2022", "2022"), "since")]


def test_year_earlier_counts_from_the_year_named_last() -> None:
    times = find_times("In 2020 it made 9, a year earlier 7.", "en", TODAY)
    assert [time.when for time in times] == [("2020", "2020"), ("2019", "2019")]


@pytest.mark.parametrize(
    ("text", "expected"), [("in May", "2025-05"), ("in June", "2025-06"), ("in December", "2024-12")]
)
def test_month_without_year_lies_behind(text: str, expected: str) -> None:
    assert find_times(text, "en", TODAY)[0].when == (expected, expected)


@pytest.mark.parametrize(
    ("lang", "text", "expected", "role"),
    [
        ("ru", "завод выпустит тысячу к маю", "2026-05", "by"),
        ("ru", "к маю завод вышел на тысячу", "2025-05", "by"),
        ("uk", "до травня завод виробляв тисячу", "2025-05", "before"),
        ("en", "output had reached 9 by March", "2025-03", "by"),
        ("en", "output will reach 9 by March", "2026-03", "by"),
    ],
)
def test_deadline_beside_a_past_verb_may_have_gone_by(lang: str, text: str, expected: str, role: str) -> None:
    assert [(time.when, time.role) for time in find_times(text, lang, TODAY)] == [((expected, expected), role)]


def test_span_covers_the_preposition() -> None:
    text = "Завод до кінця 2025 року дасть 5 тисяч."
    (time,) = find_times(text, "uk", TODAY)
    assert text[time.start : time.end] == "до кінця 2025 року"


def test_tokens_may_be_given() -> None:
    text = "5 a month since 2022"
    assert find_times(text, "en", TODAY, tokenize(text)) == find_times(text, "en", TODAY)
    assert find_periods(text, "en", tokenize(text)) == find_periods(text, "en")


def test_unknown_language_is_refused() -> None:
    with pytest.raises(UsageError, match="no language 'xx'"):
        find_times("2025", "xx", TODAY)


FORMS = [
    (lang, int(month), form)
    for lang in ("en", "uk", "ru")
    for month, forms in language_data(lang, "time")["months"].items()
    for form in forms
    if len(form.split()) == 1
]
SETTINGS = {"en": ("{} {}", "in {} {}"), "uk": ("{} {} року", "{} {}-го"), "ru": ("{} {} года", "{} {}-го")}


@settings(deadline=None)  # the first example loads the dictionaries
@given(st.sampled_from(FORMS), st.integers(1950, 2060), st.integers(0, 1))
def test_every_form_of_every_month_in_any_year(case: tuple[str, int, str], year: int, which: int) -> None:
    lang, month, form = case
    times = find_times(SETTINGS[lang][which].format(form, year), lang, TODAY)
    assert [time.when for time in times] == [(f"{year}-{month:02d}",) * 2]


DAY_FORMS = {"en": "{d} {m} {y}", "uk": "{d} {m} {y} року", "ru": "{d} {m} {y} г."}


DAYS = st.dates(min_value=date(1950, 1, 1), max_value=date(2060, 12, 31))


@settings(deadline=None)  # the first example loads the dictionaries
@given(DAYS, st.sampled_from(["en", "uk", "ru"]))
def test_a_written_day_reads_back(day: date, lang: str) -> None:
    names = language_data(lang, "time")["months"][day.month] or language_data(lang, "time")["weak_months"][day.month]
    name = names[0].title() if lang == "en" else names[min(1, len(names) - 1)]
    for text in (DAY_FORMS[lang].format(d=day.day, m=name, y=day.year), day.isoformat(), f"{day:%d.%m.%Y}"):
        assert [time.when for time in find_times(text, lang, TODAY)] == [(day.isoformat(),) * 2], text


def _phrases(lang: str) -> list[str]:
    data = language_data(lang, "time")
    words = [phrase for phrases in data["classes"].values() for phrase in phrases]
    for table in ("months", "units", "parts", "counts", "ordinals"):
        words += [phrase for phrases in data[table].values() for phrase in phrases]
    others = ["2025", "2024-го", "7", "300", "1990s", ",", ".", "\n", "—", "шт", "tanks"]
    return [word.replace("*", "") for word in words] + others


WORDS = st.sampled_from(["en", "uk", "ru"]).flatmap(
    lambda lang: st.tuples(st.just(lang), st.lists(st.sampled_from(_phrases(lang)), max_size=14))
)


@settings(deadline=None)  # the first example loads the dictionaries
@given(WORDS)
def test_any_words_of_time_give_sound_spans(case: tuple[str, list[str]]) -> None:
    lang, words = case
    text = " ".join(words)
    times, periods = find_times_and_periods(text, lang, TODAY)
    spans = sorted([(time.start, time.end) for time in times] + [(period.start, period.end) for period in periods])
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert all(one[1] <= two[0] for one, two in itertools.pairwise(spans))
    assert find_periods(text, lang) == periods
    assert all(time.when is None or time.when[0][:4] <= time.when[1][:4] for time in times)


def _holds(times: list[Time], claim: dict[str, list[str]], published: str | None) -> bool:
    year = claim["when"][1][:4]
    known = [time.when[1][:4] for time in times if time.when] + ([published[:4]] if published else [])
    return year in known


@pytest.mark.parametrize("lang", ["en", "uk", "ru"])
def test_years_of_the_development_corpus(lang: str) -> None:
    path = SHARED / "corpus" / f"dev_{lang}.json"
    if not path.is_file():
        pytest.skip(f"no corpus at ../shared/corpus/{path.name}")
    found = [
        _holds(times, claim, document["published"])
        for document in json.loads(path.read_text(encoding="utf-8"))
        for times in [find_times(document["text"], lang, document["published"])]
        for claim in document["claims"]
        if claim["when"]
    ]
    assert sum(found) / len(found) >= 0.97


def test_thousands_of_digits_are_no_time():
    assert find_times_and_periods("9" * 5000 + " shells", "en", None)[0] == []
