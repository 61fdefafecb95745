from datetime import date

import lxml.html
import pytest
from hypothesis import given
from hypothesis import strategies as st

from outproduce.articles.page import PageFacts, day_of_url, find_page_facts, host_of, parse_day


def facts(head="", body=""):
    return find_page_facts(lxml.html.fromstring(f"<html><head>{head}</head><body>{body}<p>Їх 400.</p></body></html>"))


NOW = "2025-02-03"
DAYS = {
    "meta before modified": '<meta property="article:modified_time" content="2025-03-01">'
    f'<meta property="article:published_time" content="{NOW}T01:00+02:00">',
    "json-ld over meta": '<meta name="date" content="2025-02-05"><script type="application/ld+json">'
    f'[{{"@type": ["NewsArticle"], "datePublished": "{NOW}"}}]</script>',
    "broken json-ld": f'<script type="application/ld+json">{{"a": </script><meta name="pubdate" content="{NOW}">',
    "meta that is none": f'<meta name="pubdate" content="yesterday"><meta name="date" content="{NOW}">',
    "impossible day": f'<meta name="pubdate" content="2025-02-31"><meta name="dc.date" content="{NOW}">',
    "json-ld that is a number": '<script type="application/ld+json">{"@type": "Article", "datePublished": 5}</script>'
    f'<meta name="date" content="{NOW}">',
}


@pytest.mark.parametrize("head", DAYS.values(), ids=DAYS)
def test_publication_day_of_the_head(head):
    assert facts(head).published == NOW


SHOWN = {
    "time": f'<h1>Дрони</h1><time class="updated" datetime="2025-02-09">9</time><time datetime="{NOW}">3</time>',
    "time text": "<h1>Дрони</h1><time>03.02.2025, 18:00</time>",
    "class": '<h1>Дрони</h1><div class="post-date">3.2.2025</div>',
    "above the heading": '<div><span class="date">03.02.2025</span><h1>Дрони</h1></div>',
    "not of the ticker": f'<h1>Дрони</h1><aside><time datetime="2025-02-08">8</time></aside>'
    f'<time datetime="{NOW}">3</time>',
}


@pytest.mark.parametrize("shown", SHOWN.values(), ids=SHOWN)
def test_publication_day_that_is_shown(shown):
    assert facts(body=shown).published == NOW


TITLES = {
    "heading": ("", "<h1>Цех працює</h1>", "Цех працює"),
    "title element": ("<title>Цех працює</title>", "", "Цех працює"),
    "without the outlet": (
        '<meta property="og:site_name" content="Хвиля"><title>Цех працює - Хвиля</title>',
        "",
        "Цех працює",
    ),
    "entities": ('<meta property="og:title" content="Цех &amp;quot;Ковила&amp;quot;">', "", 'Цех "Ковила"'),
    "not the logo": (
        '<meta property="og:title" content="Цех працює">',
        "<header><h1>Хвиля</h1></header>",
        "Цех працює",
    ),
    "heading of a cut title": (
        '<meta property="og:title" content="Цех у Ковилі працює…">',
        "<h1>Цех у Ковилі працює цілодобово</h1>",
        "Цех у Ковилі працює цілодобово",
    ),
    "none": ("", "", None),
}


@pytest.mark.parametrize(("head", "body", "title"), TITLES.values(), ids=TITLES)
def test_title_of_a_page(head, body, title):
    assert facts(head, body).title == title


PUBLISHERS = {
    "site name": (
        '<meta property="og:site_name" content="Хвиля"><link rel=canonical href="https://a.example/1">',
        "Хвиля",
    ),
    "json-ld list": (
        '<script type="application/ld+json">{"@type":"Article","publisher":[{"name":"Хвиля"}]}</script>',
        "Хвиля",
    ),
    "json-ld text": ('<script type="application/ld+json">{"@type":"Article","publisher":"Хвиля"}</script>', "Хвиля"),
    "none": ("", None),
}


@pytest.mark.parametrize(("head", "publisher"), PUBLISHERS.values(), ids=PUBLISHERS)
def test_publisher(head, publisher):
    assert facts(head).publisher == publisher


ADDRESSES = {
    "canonical": (
        '<link rel="Canonical" href=" https://a.example/1 "><meta property="og:url" content="https://b.example">',
        1,
    ),
    "meta": ('<link rel="canonical" href="/1"><meta property="og:url" content="https://a.example/1">', 1),
    "json-ld": ('<script type="application/ld+json">{"@type":"Article","url":"https://a.example/1"}</script>', 1),
    "main entity": (
        '<script type="application/ld+json">{"@graph":[{"@type":"Report","mainEntityOfPage":{"@id":"https://a.example/1"}}]}</script>',
        1,
    ),
    "script": ('<link rel="canonical" href="javascript:void(0)">', 0),
}


@pytest.mark.parametrize(("head", "found"), ADDRESSES.values(), ids=ADDRESSES)
def test_address(head, found):
    assert facts(head).url == ("https://a.example/1" if found else None)


WRITTEN = {
    "2025-02-03": "2025-02-03",
    " 2025-02-03T23:59:59-10:00": "2025-02-03",
    "20250203T1130": "2025-02-03",
    "3.2.2025": "2025-02-03",
    "Понеділок, 3 лютого 2025 року, 18:00": "2025-02-03",
    "3 лют. 2025": "2025-02-03",
    "3 февраля 2025 г.": "2025-02-03",
    "Mon, 03 Feb 2025 18:00:00 GMT": "2025-02-03",
    "Published February 3, 2025 at noon": "2025-02-03",
    "May 3, 2025": "2025-05-03",
    "02/03/2025": None,  # February or March, nobody knows
    "31.02.2025": None,
    "31 June 2025": None,
    "13.13.2025": None,
    "3 of 2025": None,
    "2025": None,
    "1738600000": None,
    "": None,
}


@pytest.mark.parametrize(("text", "day"), WRITTEN.items(), ids=WRITTEN)
def test_days_as_they_are_written(text, day):
    assert parse_day(text) == day


@given(st.dates(min_value=date(1990, 1, 1), max_value=date(2099, 12, 31)))
def test_every_day_comes_back(day):
    assert parse_day(day.isoformat()) == parse_day(day.strftime("%d.%m.%Y")) == day.isoformat()
    assert day_of_url(f"https://a.example/{day.year}/{day.month}/{day.day}/x") == day.isoformat()


@given(st.text())
def test_no_address_breaks_it(url):
    assert host_of(f"https://{url}") != ""
    assert day_of_url(url) is None or len(url) > 9


def test_a_page_that_says_nothing():
    assert facts() == PageFacts()
