import pytest
from hypothesis import given
from hypothesis import strategies as st

from outproduce.articles.decoding import decode, unicode_mark

UK = "«Завод у Ґринівцях, — каже її директорка, — виготовляє ще п’ять тисяч снарядів щомісяця; торік їх було менше»."
RU = (
    "«Завод в Лесогорске, — говорит его директор, — выпускает ещё пять тысяч снарядов в месяц; это больше, чем прежде»."
)


def page(text, encoding, declared=None):
    charset = f'<meta http-equiv="Content-Type" content="text/html; charset={declared}">' if declared else ""
    return f"<html><head>{charset}</head><body><p>{text}</p></body></html>".encode(encoding, "replace")


PAGES = [
    ("utf-8", None),
    ("utf-8", "utf-8"),
    ("utf-8", "windows-1251"),
    ("utf-8-sig", None),
    ("cp1251", "windows-1251"),
    ("cp1251", None),
    ("cp1251", "utf-8"),
    ("cp1251", "koi8-r"),
    ("cp1251", "iso-8859-1"),
    ("koi8-u", "koi8-u"),
    ("koi8-u", None),
    ("koi8-u", "windows-1251"),
    ("koi8-r", "koi8-r"),
    ("koi8-r", None),
    ("utf-16", None),
    ("utf-16-le", None),
    ("utf-16-be", "utf-8"),
    ("utf-32", None),
]
CASES = [
    pytest.param(text, encoding, declared, id=f"{lang}-{encoding}-declared-{declared}")
    for lang, text in (("uk", UK), ("ru", RU))
    for encoding, declared in PAGES
    if (lang, encoding) != ("uk", "koi8-r")  # which has no Ukrainian letters
]


@pytest.mark.parametrize(("text", "encoding", "declared"), CASES)
def test_pages_are_read_in_the_encoding_they_are_in(text, encoding, declared):
    kept = text if not encoding.startswith("koi8") else text.translate(str.maketrans("«»—’", '""-\''))
    assert f"<p>{kept}</p>" in decode(page(kept, encoding, declared))


@pytest.mark.parametrize("declared", ["no-such-encoding", "rot13", "hex", "idna", "utf-16", "unicode_escape", "é"])
def test_senseless_declarations_are_passed_over(declared):
    assert RU in decode(page(RU, "cp1251", declared))


def test_xml_declaration_counts():
    western = "<?xml version='1.0' encoding='ISO-8859-2'?><html><p>Zakład w Łodzi</p></html>"
    assert "Łodzi" in decode(western.encode("iso-8859-2"))


def test_western_page_without_declaration():
    assert decode("<p>Plant’s café – £5 naïve</p>".encode("cp1252")) == "<p>Plant’s café – £5 naïve</p>"


@pytest.mark.parametrize("cut", range(1, 4))
def test_utf8_page_cut_in_a_letter_stays_utf8(cut):
    content = (UK * 3).encode()[:-cut]
    assert decode(content).startswith(UK * 2)


def test_utf8_page_with_one_foreign_byte_stays_utf8():
    assert decode(UK.encode() + b"\xe9" + RU.encode()) == UK + "\ufffd" + RU


def test_mark_of_plain_text_is_none():
    assert unicode_mark(b"Plain") is None


@given(st.binary(max_size=300))
def test_no_bytes_break_it(content):
    assert isinstance(decode(content), str)


@given(
    st.text(st.characters(codec="utf-8"), max_size=100).filter(
        lambda text: not text.startswith(("\ufeff", "<\0", "\0<"))
    )
)
def test_utf8_comes_back_as_it_was(text):
    assert decode(text.encode()) == text
