"""Names of persons: found in running text, put into the first case, written in English."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outproduce.lexicon import tokenize
from outproduce.statements.names import english_name, find_people, nominative, surname_key, transliterate


@pytest.mark.parametrize(
    ("words", "lang", "english"),
    [
        pytest.param("Олександра Литвиненка", "uk", "Oleksandr Lytvynenko", id="genitive of a man"),
        pytest.param("Олександра Литвиненко", "uk", "Oleksandra Lytvynenko", id="nominative of a woman"),
        pytest.param("Вадимом Скібіцьким", "uk", "Vadym Skibitskyi", id="instrumental"),
        pytest.param("Юрієві Джигирю", "uk", "Yurii Dzhyhyr", id="dative in -еві"),
        pytest.param("Мар'яни Тесленко", "uk", "Mariana Teslenko", id="indeclinable surname"),
        pytest.param("Сергея Чемезова", "ru", "Sergei Chemezov", id="Russian genitive"),
        pytest.param("Марии Захаровой", "ru", "Maria Zakharova", id="Russian woman"),
        pytest.param("Дмитрий Медведев", "ru", "Dmitry Medvedev", id="Russian -ий"),
        pytest.param("Ґрема Вудлі", "uk", "Graham Vudli", id="Western first name"),
        pytest.param("HANNO PEVKUR", "en", "Hanno Pevkur", id="shouted"),
    ],
)
def test_names_get_their_english_form(words: str, lang: str, english: str) -> None:
    assert english_name(words.split(), lang) == english


@pytest.mark.parametrize(
    ("text", "lang", "names"),
    [
        pytest.param(
            "said Jan-Willem Terpstra and Ursula von der Leyen",
            "en",
            ["Jan-Willem Terpstra", "Ursula von der Leyen"],
            id="en",
        ),
        pytest.param("the United Steel Works said", "en", [], id="capitals alone are no person"),
        pytest.param("Дело Андрея Белова и Павла Орлова", "ru", ["Andrei Belov", "Pavel Orlov"], id="ru"),
        pytest.param("у Рауфоссі Арне Сулем", "uk", ["Arne Sulem"], id="a place before the name"),
    ],
)
def test_people_are_found_by_first_names(text: str, lang: str, names: list[str]) -> None:
    assert [person.name for person in find_people(tokenize(text), lang, (), ())] == names


def test_a_title_makes_an_unknown_name_a_person() -> None:
    tokens = tokenize("minister Zorblat Quux spoke")
    assert find_people(tokens, "en", (), ()) == []
    assert [person.name for person in find_people(tokens, "en", (), {1})] == ["Zorblat Quux"]


def test_taken_tokens_belong_to_no_person() -> None:
    assert find_people(tokenize("John Cockerill said"), "en", {0, 1}, ()) == []


@pytest.mark.parametrize(
    "forms",
    [["литвиненко", "литвиненка", "литвиненком"], ["зеленський", "зеленського"], ["путин", "путина", "путиным"]],
)
def test_all_cases_of_a_surname_share_a_key(forms: list[str]) -> None:
    lang = "ru" if forms[0] == "путин" else "uk"
    assert len({surname_key(form, lang) for form in forms}) == 1


def test_an_unknown_ending_is_left_alone() -> None:
    assert nominative("Шойгу", "uk", female=True) != ""
    assert nominative("Рютте", "ru", female=False) == "Рютте"


@given(st.text(alphabet="абвгдеєжзиіїйклмнопрстуфхцчшщьюя", min_size=1, max_size=20))
def test_transliteration_leaves_no_cyrillic(word: str) -> None:
    assert not any("а" <= letter <= "ґ" for letter in transliterate(word, "uk").lower())
