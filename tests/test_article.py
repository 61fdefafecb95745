import contextlib
import io
import json
import time
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pypdf import PdfReader, PdfWriter

from outproduce.articles.article import read_article
from outproduce.errors import SourceError
from outproduce.records import RawDocument, content_id

PAGES = sorted(Path(__file__).with_name("pages").glob("*.html"))
BODY = "<p>Завод у Ковилі робить 400 дронів на місяць, повідомив його директор.</p><p>Торік їх було вдвічі менше.</p>"


def read(content, media="html", **given):
    if isinstance(content, str):
        content = content.encode()
    return read_article(RawDocument(f"a.{media}", content, media, given))


def page(head="", body=BODY, top=""):
    return read(f"<!DOCTYPE html><html {top}><head><meta charset=utf-8>{head}</head><body>{body}</body></html>")


def record(text, **given):
    given = {"text": text} | given
    return read(json.dumps(given), "record", **given)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_saved_pages(path):
    expected = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    article = read(path.read_bytes())
    heading, blank, *paragraphs = article.text.split("\n")
    for field in ("title", "lead", "publisher", "published", "url", "lang"):
        assert getattr(article, field) == expected[field], field
    assert article.author == expected.get("author", article.author)
    assert (heading, blank, len(paragraphs)) == (expected["title"], "", expected["paragraphs"])
    assert paragraphs[-1] == expected["last"]
    assert [junk for junk in expected["absent"] if junk in article.text] == []


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1251", "koi8-u", "utf-16"])
def test_a_page_reads_the_same_in_every_encoding(encoding):
    # KOI8-U has no em dash and no curly marks; uk_microdata.html has none either.
    path = Path(__file__).with_name("pages") / "uk_microdata.html"
    text = path.read_text(encoding="utf-8")
    assert read(text.encode(encoding)).text == read(text).text


NOW = "2025-02-03"


@pytest.mark.parametrize("body", [BODY + "<footer>© 2025</footer>", BODY + "<p>Це сталося 03.02.2025.</p>"])
def test_no_day_is_guessed(body):
    assert page(body=body).published is None


HOSTS = {
    "https://www.hvylia.example/2025/2/3/drony": ("hvylia.example", NOW),
    "https://hvylia.example:8080/2025-02-03-drony": ("hvylia.example", NOW),
    "https://hvylia.example/20250203": ("hvylia.example", None),
    "/2025/2/3/drony": (None, None),
    "https://[hvylia/2025/2/3/drony": (None, None),
}


@pytest.mark.parametrize(("url", "case"), HOSTS.items(), ids=HOSTS)
def test_publisher_and_day_are_taken_from_the_address_at_last(url, case):
    article = page(f'<link rel="canonical" href="{url}">')
    assert (article.publisher, article.published) == case


def test_text_begins_with_the_title_once():
    assert page("<title>Цех працює</title>", "<h1>Цех працює</h1>" + BODY).text.startswith("Цех працює\n\nЗавод")
    assert page(body=BODY).text.startswith("Завод")


def test_lead_is_the_description_only_where_it_stands_in_the_text():
    first = "Завод у Ковилі робить 400 дронів на місяць, повідомив його директор."
    assert page('<meta name="description" content="Усі новини дня">').lead == first
    assert page('<meta name="description" content="Торік їх було вдвічі менше.">').lead == "Торік їх було вдвічі менше."


def test_language_is_read_from_the_text_and_not_from_the_template():
    assert page(top='lang="ru"').lang == "uk"
    assert page(top='lang="uk"', body="<p>Ракета.</p>").lang == "uk"
    assert record("The plant makes drones.", lang="uk-UA").lang == "uk"


def test_layout_table_is_undone_and_a_table_of_figures_kept():
    rows = "".join(f"<tr><td>{year}</td><td>{made}</td></tr>" for year, made in ((2022, 90), (2023, 200), (2024, 400)))
    table = f"<table><tr><th>Рік</th><th>Штук</th></tr>{rows}</table>"
    assert "| 2024 | 400 |" in page(body=f"<table><tr><td>{BODY}{table}</td></tr></table>").text


def test_what_is_given_wins():
    given = {"title": "Дрони", "publisher": "Хвиля", "url": "https://a.example/2", "published": "2025-01-02T23:59:00Z"}
    article = read(PAGES[-1].read_bytes(), **given, lang="uk")
    assert (article.title, article.publisher, article.url) == ("Дрони", "Хвиля", "https://a.example/2")
    assert (article.published, article.lang) == ("2025-01-02", "uk")


@pytest.mark.parametrize("text", ["Дрони\n\nЇх 400.", "  x\r\n\ty \n", "\ufeffОдин", "Їх 400.\u2028Ще"])
def test_text_of_a_record_is_exactly_the_records(text):
    assert record(text, title="Інша назва").text == text


@pytest.mark.parametrize("text", ["Дрони\r\n\r\nЇх 400.\r\n", "  Їх 400.\n\n\n", "# Дрони\nЇх 400."])
def test_plain_text_is_exactly_what_came(text):
    assert read(text, "text").text == text


LINES = {
    "apart": ("Дрони з Ковили\n\nЇх 400.", "Дрони з Ковили", "Їх 400."),
    "above a longer line": ("Дрони\nЇх 400 на місяць.", "Дрони", "Їх 400 на місяць."),
    "question": ("Скільки дронів?\n\nЇх 400.", "Скільки дронів?", "Їх 400."),
    "markdown": ("# Дрони\n\nЇх 400.", "Дрони", "Їх 400."),
    "sentence": ("Їх роблять 400.\n\nЩе 200 куплять.", None, "Їх роблять 400."),
    "wrapped lines": ("Їх роблять 400 на місяць у\nКовилі.", None, "Їх роблять 400 на місяць у"),
    "long": ("Дрони " * 40 + "\n\nЇх 400.", None, ("Дрони " * 40).strip()),
    "one line": ("Дрони", None, "Дрони"),
}


@pytest.mark.parametrize(("text", "title", "lead"), LINES.values(), ids=LINES)
def test_title_and_lead_of_plain_text(text, title, lead):
    article = read(text, "text")
    assert (article.title, article.lead) == (title, lead)


def test_identifiers_hash_few_stable_fields():
    url = "https://a.example/1"
    assert record("a", id=1, url=url).id == record("b", id=1, url=url, title="T").id == content_id(1, url)
    assert record("a", id=1).id != record("b", id=1).id
    assert record("a", url=url).id == page(f'<link rel="canonical" href="{url}">').id == content_id(url)
    assert read("Слова.", "text").id == read("Слова.", "text").id


def test_day_of_retrieval_is_passed_on():
    raw = RawDocument("a.txt", b"Words.", "text", {})
    assert read_article(raw).retrieved is None
    assert read_article(raw, retrieved=NOW).retrieved == NOW
    assert read_article(raw).raw_hash == raw.raw_hash


# PDF: written by hand, with a font that names its Cyrillic letters by a ToUnicode map and needs no font file.


def make_pdf(lines, info=""):
    letters = sorted(set("".join(lines)))
    codes = {letter: 33 + number for number, letter in enumerate(letters)}
    pairs = "".join(f"<{code:02x}> <{ord(letter):04x}>\n" for letter, code in codes.items())
    ranges = "1 begincodespacerange <00> <ff> endcodespacerange"
    cmap = f"begincmap {ranges} {len(codes)} beginbfchar\n{pairs}endbfchar endcmap"
    shown = "".join(f"<{''.join(f'{codes[letter]:02x}' for letter in line)}> Tj T*\n" for line in lines)
    objects = [
        "<</Type/Catalog/Pages 2 0 R>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>",
        stream(f"BT /F 11 Tf 14 TL 50 780 Td\n{shown}ET"),
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/ToUnicode 6 0 R>>",
        stream(cmap),
        f"<<{info}>>",
    ]
    parts = ["%PDF-1.4\n"]
    places = []
    for number, content in enumerate(objects, 1):
        places.append(sum(map(len, parts)))
        parts.append(f"{number} 0 obj\n{content}\nendobj\n")
    start = sum(map(len, parts))
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    parts.append(f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}trailer\n")
    parts.append(f"<</Size {len(objects) + 1}/Root 1 0 R/Info {len(objects)} 0 R>>\nstartxref\n{start}\n%%EOF")
    return "".join(parts).encode("latin-1")


def stream(content):
    return f"<</Length {len(content)}>>\nstream\n{content}\nendstream"


PRINTED = [
    "Дрони з Ковили",
    "Завод у Ковилі збирає чотириста дронів на мі-",
    "сяць, повідомив його директор. Торік їх було",
    "удвічі менше.",
    "Двигуни завод купує в сусідній області, а свою",
    "лінію обіцяє запустити.",
]


def test_pdf_with_cyrillic_text_is_read_in_paragraphs():
    article = read(make_pdf(PRINTED), "pdf")
    assert article.text.split("\n") == [
        "Дрони з Ковили",
        "Завод у Ковилі збирає чотириста дронів на місяць, повідомив його директор. Торік їх було удвічі менше.",
        "Двигуни завод купує в сусідній області, а свою лінію обіцяє запустити.",
    ]
    assert (article.title, article.lang) == ("Дрони з Ковили", "uk")


@pytest.mark.parametrize(("named", "title"), [("Drone report", "Drone report"), ("Microsoft Word - a.docx", None)])
def test_title_of_a_pdf(named, title):
    assert read(make_pdf(["We make 400 drones."], f"/Title({named})"), "pdf").title == title


def encrypt(content, password):
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(content)))
    writer.encrypt(password, "owner", algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def test_pdf_locked_by_a_password():
    content = make_pdf(["We make 400 drones."])
    assert read(encrypt(content, ""), "pdf").text == "We make 400 drones."
    with pytest.raises(SourceError, match=r"a\.pdf is a PDF locked by a password; save a copy"):
        read(encrypt(content, "secret"), "pdf")


EMPTY = {
    "page": ("<html><body></body></html>", "html", {}, "has no text of a report"),
    "page of scripts": ("<html><body><script>var a = 1</script></body></html>", "html", {}, "has no text of a report"),
    "page of pictures": (
        "<html><body><img src=a.png><img src=b.png></body></html>",
        "html",
        {},
        "has no text of a report",
    ),
    "text": (" \n ", "text", {}, "has no text"),
    "record": ("{}", "record", {"text": ""}, "has no text"),
    "scanned pdf": (make_pdf([""]), "pdf", {}, "PDF without text"),
    "broken pdf": ("%PDF-1.4\nnothing", "pdf", {}, "broken PDF"),
    "cut pdf": (make_pdf(["We make 400."])[:60], "pdf", {}, "broken PDF"),
    "date": ("Words.", "text", {"published": "last week"}, "has published 'last week', which is no date"),
    "day": ("Words.", "text", {"published": "2025-02-31"}, "is no date"),
    "language": ("Words.", "text", {"lang": "de"}, "has lang 'de', which is not one of en, ru, uk"),
}


@pytest.mark.parametrize(("content", "media", "given_", "message"), EMPTY.values(), ids=EMPTY)
def test_what_cannot_be_understood_is_named_with_the_reason(content, media, given_, message):
    with pytest.raises(SourceError) as error:
        read(content, media, **given_)
    assert str(error.value).startswith(f"a.{media} ")
    assert message in str(error.value)


@pytest.mark.parametrize(
    "markup", ["<div>" * 20_000 + BODY, "<table><tr><td>" * 2000 + BODY, BODY, "words <b>only</b> words"]
)
def test_odd_markup_is_read_or_refused_in_seconds(markup):
    start = time.monotonic()
    with contextlib.suppress(SourceError):
        assert read(markup).text
    assert time.monotonic() - start < 20


def test_trouble_inside_the_extractor_is_a_source_error(monkeypatch):
    monkeypatch.setattr("trafilatura.bare_extraction", lambda *_, **__: [][0])
    with pytest.raises(SourceError, match=r"a\.html is no HTML that can be read \(list index out of range\)"):
        page()


def test_nothing_is_logged_or_warned(caplog, recwarn):
    for media, content in (("html", "<html><body></body></html>"), ("pdf", "%PDF-1.4\nnothing")):
        with pytest.raises(SourceError):
            read(content, media)
    assert not caplog.records
    assert not recwarn.list


STARTS = {
    "html": [
        "",
        "<html><body><p>Words.",
        "<!DOCTYPE html><table><tr><td>",
        '<script type="application/ld+json">{',
        "<h1>Дрони",
    ],
    "text": ["", "Words\n\n"],
    "pdf": ["", "%PDF-1.4\n", make_pdf(["We make 400."]).decode("latin-1")],
}


@pytest.mark.parametrize("media", STARTS)
@settings(max_examples=120, deadline=None)
@given(data=st.data())
def test_no_bytes_raise_anything_else(media, data):
    start = data.draw(st.sampled_from(STARTS[media])).encode("utf-8" if media == "html" else "latin-1")
    cut = data.draw(st.integers(0, len(start)))
    content = start[:cut] + data.draw(st.binary(max_size=200)) + start[cut:]
    with contextlib.suppress(SourceError):
        assert read(content, media).text.strip()


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                "<p>",
                "</p>",
                "<td>",
                "<table>",
                "<!--",
                "-->",
                "<script>",
                "\0",
                "&#0;",
                "&#xd800;",
                "слово ",
                "<a href='http://[x'>",
                "<h1>",
                "<time>",
                "<?xml version='1.0' encoding='koi8-r'?>",
            ]
        )
    )
)
@example(["<?xml version='1.0' encoding='koi8-r'?>", "<p>", "слово ", "&#xd800;"])
def test_no_markup_raises_anything_else(pieces):
    try:
        article = read("".join(pieces))
    except SourceError:
        return
    assert article.text.encode()
