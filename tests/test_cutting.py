"""Where a text is cut into sentences."""

import pytest

from outproduce.languages import find_sentences

CUTS = [
    ("a flag begins the line below it", "We give:\n🇫🇷\n12 guns\n🇩🇪\n30", ["We give:", "🇫🇷\n12 guns", "🇩🇪\n30"]),
    ("so does a flag with a number", "🇺🇸\n100\nBradleys", ["🇺🇸\n100\nBradleys"]),
    ("a flag beside words does not", "🇫🇷 12 guns\n🇩🇪 30 tanks", ["🇫🇷 12 guns", "🇩🇪 30 tanks"]),
    ("other signs alone stay alone", "***\n12 guns", ["***", "12 guns"]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), [row[1:] for row in CUTS], ids=[row[0] for row in CUTS])
def test_a_text_is_cut_at_the_ends_of_its_lines(text: str, expected: list[str]) -> None:
    assert [text[start:end] for start, end in find_sentences(text, "en")] == expected
