"""Pages among others: twins, parts, editions in other languages; walls in place of a report."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from outproduce.articles.article import read_article
from outproduce.articles.page_links import find_page_links
from outproduce.articles.responses import Response
from outproduce.cli import app
from outproduce.errors import SourceError
from outproduce.ledger.review import story_rules
from outproduce.ledger.store import Ledger
from outproduce.ledger.stories import find_stories
from outproduce.records import RawDocument
from tests.servers import Site
from tests.test_gathering import page, rss

Run = Callable[..., Result]
URL = "https://visnyk.example/novyny/1"


def links(head: str, url: str = URL, body: str = ""):
    content = f"<html><head>{head}</head><body>{body}</body></html>".encode()
    return find_page_links(Response(url, 200, (("Content-Type", "text/html"),), content, "2025-06-10T08:00:00Z"))


CANONICALS = {
    "itself": (f"<link rel=canonical href='{URL}?utm_source=x'>", URL, None),
    "AMP": (f"<link rel=canonical href='{URL}'>", "https://amp.visnyk.example/novyny/1", URL),
    "mobile": (f"<link rel='canonical' href='{URL}'>", "https://m.visnyk.example/novyny/1", URL),
    "print": ("<link rel=canonical href=/novyny/1>", f"{URL}?print=1", URL),
    "home page on every page": ("<link rel=canonical href='https://visnyk.example/'>", URL, None),
    "another outlet": ("<link rel=canonical href='https://other.example/x'>", URL, None),
    "none": ("", URL, None),
}


@pytest.mark.parametrize("name", CANONICALS)
def test_the_real_address_of_a_twin(name: str):
    head, url, expected = CANONICALS[name]
    assert links(head, url).canonical == expected


PARTS = {
    "rel next": ("<link rel=next href='?page=2'>", URL, f"{URL}?page=2"),
    "a numbered link": ("", URL, f"{URL}/2"),
    "the third part": ("", f"{URL}?page=2", f"{URL}?page=3"),
    "html": ("", "https://visnyk.example/a.html", "https://visnyk.example/a_2.html"),
}


@pytest.mark.parametrize("name", PARTS)
def test_the_next_part_of_a_report(name: str):
    head, url, following = PARTS[name]
    body = "" if head else f"<article><a href='{url}'>1</a><a href='{following}'>next</a></article>"
    assert links(head, url, body).following == following


NO_PARTS = {
    "the next report": "<link rel=next href='https://visnyk.example/novyny/2-inshe'>",
    "another number": f"<a href='{URL}?page=7'>7</a>",
    "pages of comments": f"<div class='comments-list'><a href='{URL}?page=2'>2</a></div>",
    "another site": "<a href='https://other.example/novyny/1?page=2'>2</a>",
}


@pytest.mark.parametrize("name", NO_PARTS)
def test_what_is_no_part(name: str):
    assert links("", body=NO_PARTS[name]).following is None


def editions(*pairs: tuple[str, str]) -> str:
    return "".join(f"<link rel=alternate hreflang={lang} href='{url}'>" for lang, url in pairs)


def test_editions_that_name_each_other_have_one_key():
    pairs = (("uk", URL), ("ru-UA", "https://visnyk.example/ru/novosti/1"), ("x-default", "https://visnyk.example/"))
    one, two = links(editions(*pairs)), links(editions(*reversed(pairs)), "https://visnyk.example/ru/novosti/1")
    assert one.editions is not None
    assert one.editions == two.editions


@pytest.mark.parametrize(
    "pairs",
    [
        [("uk", "https://visnyk.example/"), ("ru", "https://visnyk.example/ru/")],
        [("uk", URL), ("uk", "https://visnyk.example/2")],
        [("uk", "https://other.example/1"), ("ru", "https://other.example/ru/1")],
    ],
    ids=["home pages", "one language", "another outlet"],
)
def test_what_are_no_editions(pairs: list):
    assert links(editions(*pairs)).editions is None


# From the site to the ledger


@pytest.fixture
def site() -> Iterator[Site]:
    with Site({f"/{number}": page(number) for number in range(1, 6)}) as site:
        yield site


@pytest.fixture
def run(tmp_path: Path) -> Run:
    def call(*arguments: object) -> Result:
        web = ["--allow-private", "--pause", "0"]
        return CliRunner().invoke(app, ["--ledger", str(tmp_path / "l.db"), "read", *web, *map(str, arguments)])

    return call


def rows(result: Result) -> list[dict]:
    return [json.loads(line) for line in result.stdout.splitlines()]


@pytest.mark.parametrize("order", [("/amp/1", "/1"), ("/1", "/amp/1")], ids=["twin first", "twin last"])
def test_twins_are_one_article(run: Run, site: Site, tmp_path: Path, order: tuple[str, str]):
    site.pages["/amp/1"] = page(1, f"<link rel=canonical href='{site.url('/1')}'>").replace("сьогодні", "нині")
    site.pages["/feed"] = rss(*order)
    (row,) = rows(run(site.url("/feed")))
    assert row["url"] == site.url("/1")
    (again,) = rows(run(site.url("/amp/1")))
    assert (again["url"], again["new"]) == (site.url("/1"), False)
    with Ledger.open(tmp_path / "l.db") as ledger:
        assert ledger.counts()["articles"] == ledger.counts()["raw_documents"] == 1
        assert "сьогодні" in ledger.article(row["id"]).text


def test_a_twin_serves_where_the_page_itself_is_gone(run: Run, site: Site):
    site.pages["/amp/9"] = page(9, f"<link rel=canonical href='{site.url('/9')}'>")
    (row,) = rows(run(site.url("/amp/9")))
    assert (row["url"], row["claims"]) == (site.url("/9"), 1)


def test_parts_are_one_article_and_read_again_from_the_ledger(run: Run, site: Site, tmp_path: Path):
    more = "<p>Крім того, завод у Харкові виробляє 70 танків на рік, додав він.</p>"
    site.pages["/1"] = page(1, "<link rel=next href='/1?page=2'>")
    site.pages["/1?page=2"] = page(1).replace("<p>Україна виробляє 100 дронів", f"{more}<p>Росія має 200 дронів")
    (row,) = rows(run(site.url("/1")))
    with Ledger.open(tmp_path / "l.db") as ledger:
        text = ledger.article(row["id"]).text
        before = ledger.counts()
    assert text.count("Новина 1 про виробництво") == 1
    assert text.index("100 дронів") < text.index("70 танків")
    (again,) = rows(run(site.url("/1")))
    assert again["new"] is False
    with Ledger.open(tmp_path / "l.db") as ledger:
        assert ledger.counts() == before
    verified = CliRunner().invoke(app, ["--ledger", str(tmp_path / "l.db"), "verify"])
    assert verified.exit_code == 0, verified.stdout


def test_endless_parts_end(run: Run, site: Site):
    plain = site.answer

    def answer(to):
        if to.path.startswith("/1"):
            number = int(to.path.rpartition("=")[2]) if "=" in to.path else 1
            to.send(page(1, f"<link rel=next href='/1?page={number + 1}'>"))
        else:
            plain(to)

    site.answer = answer
    assert len(rows(run(site.url("/1")))) == 1
    assert len(site.paths()) == 10


def test_editions_are_one_story(run: Run, site: Site, tmp_path: Path):
    head = editions(("uk", site.url("/1")), ("ru", site.url("/ru/1")))
    site.pages["/1"] = page(1, head).replace("міністр оборони України", "директор заводу")
    said = "Украина производит 100 дронов в месяц, сообщил представитель предприятия."
    day = "<meta name=date content=2025-06-11>"
    site.pages["/ru/1"] = f"<html><head><title>Дроны</title>{head}{day}</head><body><p>{said}</p></body></html>"
    run(site.url("/1"), site.url("/ru/1"))
    with Ledger.open(tmp_path / "l.db") as ledger:
        claims = list(ledger.claims())
        rules = story_rules(ledger, claims)
    assert {claim.lang for claim in claims} == {"uk", "ru"}
    assert len(set(rules.copies.values())) == 1
    assert len(find_stories(claims)) == 2
    assert len(find_stories(claims, rules=rules)) == 1


# Walls

LONG = "<p>" + "Завод виробляє 400 дронів на місяць, і це лише один із трьох заводів громади. " * 30 + "</p>"
SHORT = "<p>Завод виробляє 400 дронів на місяць, повідомив його директор.</p>"
CLOSED = '<script type="application/ld+json">{"@type": "NewsArticle", "isAccessibleForFree": false}</script>'
OPEN = '<script type="application/ld+json">{"@type": "NewsArticle", "isAccessibleForFree": true}</script>'
WALLS = {
    "closed by its data": (CLOSED, SHORT, True),
    "closed by its words": ("", SHORT + "<div>Оформіть підписку, щоб читати далі</div>", True),
    "closed by a mark": ("", SHORT + "<div class='c-paywall'>Читайте далі за 10 гривень на місяць</div>", True),
    "closed by its data, whole": (CLOSED, LONG, False),
    "open": (OPEN, SHORT, False),
    "an empty mark": ("", SHORT + "<div class='paywall-slot'></div>", False),
    "cookies beside a report": (OPEN, SHORT + "<p>Ми використовуємо файли cookie.</p>", False),
}


def read(head: str, body: str):
    markup = f"<html><head><title>Дрони</title>{head}</head><body><article><h1>Дрони</h1>{body}</article></body></html>"
    return read_article(RawDocument("x", markup.encode(), "html", {}))


@pytest.mark.parametrize("name", WALLS)
def test_paywall_stubs_are_told(name: str):
    head, body, stub = WALLS[name]
    article = read(head, body)
    assert article.stub is stub
    assert "400 дронів" in article.text


IN_PLACE = {
    "cookies": "<p>We value your privacy</p><p>We and our partners use cookies to store and access information.</p>",
    "cookies, Ukrainian": "<p>Ми використовуємо файли cookie, щоб сайт працював краще. Прийняти всі cookie?</p>",
    "check": "<p>Just a moment...</p><p>Verifying you are human. This may take a few seconds.</p>",
    "check, Russian": "<p>Проверка вашего браузера перед переходом на сайт. Включите JavaScript.</p>",
}


@pytest.mark.parametrize("name", IN_PLACE)
def test_what_stands_in_place_of_a_report_is_no_report(name: str):
    with pytest.raises(SourceError, match=r"shows a question about cookies|asks whether a person is there"):
        read("", IN_PLACE[name])


def test_reading_a_stub_says_so(run: Run, site: Site):
    site.pages["/1"] = page(1, CLOSED)
    result = run(site.url("/1"))
    assert "shows only its beginning to those who do not pay" in result.stderr
    assert rows(result)[0]["stub"] is True
