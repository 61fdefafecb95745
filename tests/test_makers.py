"""Makers that no pack lists: who is found, under which name, and who is left alone."""

from __future__ import annotations

import pytest

from outproduce.claims.mentions import Mention, find_mentions
from outproduce.packs import load_pack


def makers(text: str, lang: str) -> list[Mention]:
    """Actors that the pack does not list."""
    return [m for m in find_mentions(text, lang, "2025-06-01", load_pack()).of("actor") if m.form == "new"]


FOUND = {
    "en": [
        ("The Danish company Brimfell opened a shell plant.", "Brimfell", "Denmark"),
        ("Tarnwick Ordnance will make 900 barrels a year.", "Tarnwick Ordnance", None),
        ("Orders at Ravnholm Oy rose; it made 40,000 shells.", "Ravnholm", None),
        ("She runs Osprel, a Latvian maker of interceptor drones.", "Osprel", "Latvia"),
        ("Estonia's Kuldtiib produces 500 drones a month.", "Kuldtiib", "Estonia"),
        ("The plant, Quillmere Works, turns out 600 mines a day.", "Quillmere Works", None),
        ("The drone start-up Falkentau has built 3,000 drones.", "Falkentau", None),
        ('Thanks from everybody at the workshop "Dzhmil", Lviv.', "Dzhmil", None),
        ("London-based Marrow Dynamics sold 40 drones.", "Marrow Dynamics", None),
        ("Last week Larkfield & Sons Ltd delivered 90 howitzers.", "Larkfield & Sons", None),
        ("Denmark's Weibork, maker of radars, has an order for 90.", "Weibork", "Denmark"),
        ("The firms Brimfell Arms and Osk Munitions make shells.", "Osk Munitions", None),
    ],
    "uk": [
        ("Українська компанія «Січ Дефенс» робить 900 дронів на місяць.", "Sich Defence", "Ukraine"),
        ("Литовська фірма Brimfell відкрила цех.", "Brimfell", "Lithuania"),
        ("На заводі «Імпульс-7» виготовляють міни.", "Impuls-7", None),
        ("ТОВ «Крилатий Жук» передало 40 дронів.", "Krylatyi Zhuk", None),
        ("Торік «Бджола-Аеро» виготовила 300 дронів.", "Bdzhola-Aero", None),
        ("Латвійська Osprel виготовила 900 дронів.", "Osprel", "Latvia"),
        ("Osprel, естонський виробник дронів, наростив випуск.", "Osprel", "Estonia"),
        ("Снаряди робить завод імені Петриченка.", "Petrychenko Plant", None),
        ("Сумський завод важкого машинобудування дає 30 стволів.", "Sumy Heavy Machinery Plant", None),
        ("Завод боєприпасів «Дзвінок» дає 900 мін на день.", "Dzvinok", None),
        ("На Дніпрохіммаші роблять порох.", "Dniprokhimmash", None),
        ("Фінська компанія Nammo Kemi робить патрони.", "Nammo Kemi", "Finland"),
        ("Компанія Saab-Brimfell робить патрони.", "Saab-Brimfell", None),
        ("На заводі «Мышегонъ» роблять міни.", "Myshegon", None),
        ("Компанія Вітрогон збирає 30 дронів на день.", "Vitrohon", None),
    ],
    "ru": [
        ("Рязанская «Стрекоза» отгружает войскам 500 дронов в месяц.", "Strekoza", None),
        ("Норвежская «Бримфьорд» строит завод пороха.", "Brimfjord", "Norway"),
        ("Концерн «Стальной Барс» выпустил 300 танков.", "Stalnoy Bars", None),
        ("Украинская компания «Гром-Аэро» собирает 900 дронов.", "Hrom-Aero", "Ukraine"),
        ("Чешский концерн Brimfell Munition выпускает снаряды.", "Brimfell Munition", "Czech Republic"),
        ("Снаряды делает завод им. Петриченкова.", "Petrichenkov Plant", None),
        ("«Завод имени Петриченкова» в Коврове выпускает мины.", "Petrichenkov Plant", None),
        ("Луцкая компания «Поліс-Крук» выпускает дроны.", "Polis-Kruk", None),
        ("ООО «Ижкомпозит» передало 40 дронов.", "Izhkompozit", None),
        ("Пороха поставляет «Уфимхимпром».", "Ufimkhimprom", None),
    ],
}  # fmt: skip

LEFT = {
    "en": [
        "Rheinmetall makes shells.",
        "The company Monday said it would make 900 shells.",
        "The Ministry of Strategic Industries ordered 900 shells.",
        "The Institute for Defence Systems counted 900 tanks.",
        "Air Defence Systems made in May: 40.",
        "Marta Osprel, a maker of drones, delivered 40.",
        "Scranton turned out 7,000 shells in May.",
        "The shipping company Osprel bought 40 tankers.",
        "The first Evolved Cape was handed over to the Navy.",
        "The company said. Workers make 900 shells a month.",
        "Arms makers meet\nLVIV, Oct 2 - Ukraine makes 900 shells.",
    ],
    "uk": [
        "Фонд «Крила» передав 40 дронів.",
        "Партія «Нова Гармата» відкрила завод.",
        "Ракета «Джміль» виготовила враження.",
        "Виробник «Джмеля» наростив випуск дронів.",
        "Про це сказав глава концерну Іваненко.",
        "Дрон «Джміль» виготовляють у Києві.",
        "Автозавод виготовив 900 дронів.",
        "Судноплавна компанія «Дельфін» замовила 4 кораблі.",
        "Концерн Rheinmetall Defence робить снаряди.",
        "«Гармаш» – «Верес» 3:0, «Снаряд» – «Олімп» 1:1.",
        "«Такого заводу немає», – сказав він про снаряди.",
    ],
    "ru": [
        "Фонд «Крылья» передал 40 дронов.",
        "Войска получили новые «Вьюги».\nЗавод отгрузил 40 танков.",
        "«Вьюга» поступит в войска.",
        "Госкомвоенпром заказал 900 снарядов.",
        "Директор компании Иванов обещал 900 снарядов.",
        "Журнал «Ствол» сделал обзор снарядов.",
        "«Коалиция дронов» передала 900 дронов.",
    ],
}  # fmt: skip


@pytest.mark.parametrize(
    ("text", "lang", "name", "country"), [(text, lang, *rest) for lang, rows in FOUND.items() for text, *rest in rows]
)
def test_a_maker_is_found(text: str, lang: str, name: str, country: str | None) -> None:
    assert (name, country) in {(m.value, m.country) for m in makers(text, lang)}


@pytest.mark.parametrize(("text", "lang"), [(text, lang) for lang, rows in LEFT.items() for text in rows])
def test_others_are_left_alone(text: str, lang: str) -> None:
    assert [m.value for m in makers(text, lang)] == []


@pytest.mark.parametrize(
    ("text", "lang", "spans"),
    [
        ("Boreth Tactics AB makes drones. Boreth sold 40.", "en", ["Boreth Tactics", "Boreth"]),
        ("Boreth opens hall\n\nThe firm Boreth makes drones.", "en", ["Boreth", "Boreth"]),
        ("The firm Boreth Arms makes drones, says Lars Boreth.", "en", ["Boreth Arms"]),
        ("Компанія «Вітряк Аеро» робить дрони. У «Вітряка» їх 40.", "uk", ["Вітряк Аеро", "Вітряка"]),
        ("Компания «Стрекоза» делает дроны. У «Стрекозы» их 40.", "ru", ["Стрекоза", "Стрекозы"]),
    ],
)
def test_a_name_found_is_known_again(text: str, lang: str, spans: list[str]) -> None:
    found = makers(text, lang)
    assert [text[m.start : m.end] for m in found] == spans
    assert len({m.value for m in found}) == 1


def test_a_pack_without_firms_finds_none(tmp_path) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "items.yml").write_text("drone: {forms: {en: [drone]}}\n", encoding="utf-8")
    reading = find_mentions("The firm Boreth makes drones.", "en", None, load_pack(str(tmp_path)))
    assert reading.of("actor") == []
