"""Long texts: what is looked at for one claim is bounded, so that time grows with length only."""

import pytest

from outproduce.claims.extraction import build_scene, extract_claims
from outproduce.claims.features import LOOK_BACK
from outproduce.claims.items import item_candidates
from outproduce.claims.parties import actor_candidates
from outproduce.languages import LONGEST, find_sentences
from outproduce.packs import load_pack


@pytest.mark.parametrize("text", ["9 " * 4000, "a" * 5000, "снаряд " * 2000], ids=["numbers", "one word", "words"])
def test_no_sentence_is_endless(text: str) -> None:
    spans = find_sentences(text, "en")
    assert all(end - start <= LONGEST for start, end in spans)
    assert "".join(text[a:b] for a, b in spans).replace(" ", "") == text.replace(" ", "")


def test_a_sentence_is_cut_between_words() -> None:
    spans = find_sentences("word " * 1000, "en")
    assert len(spans) > 1
    assert all(set("word " * 1000) >= set("word ") and (end - start + 1) % 5 == 0 for start, end in spans)


def test_items_and_actors_far_back_are_left_alone() -> None:
    far = "Sweden makes mortar mines.\n" + "Nothing is known of it.\n" * (LOOK_BACK + 5)
    text = "A title\n" + far + "Iran makes tanks. It made 300 of them in 2024."
    scene = build_scene(text, "en", "2025-01-01", load_pack("weapons"))
    nucleus = next(n for n in scene.nuclei if n.figure and n.figure.low == 300)
    assert "mine" not in [c.value for c in item_candidates(scene, nucleus)]
    assert ("Sweden",) not in [c.value for c in actor_candidates(scene, nucleus) if c.mentions]


def test_the_title_is_remembered_however_far() -> None:
    text = "Sweden makes tanks\n" + "Nothing is known of it.\n" * (LOOK_BACK + 5) + "They made 300 in 2024."
    scene = build_scene(text, "en", "2025-01-01", load_pack("weapons"))
    nucleus = next(n for n in scene.nuclei if n.figure and n.figure.low == 300)
    assert ("Sweden",) in [c.value for c in actor_candidates(scene, nucleus)]
    assert "tank" in [c.value for c in item_candidates(scene, nucleus)]


def test_each_of_many_paragraphs_gives_its_claim() -> None:
    lines = [f"Russia made {n} tanks in 2024." for n in range(1001, 1201)]
    claims = extract_claims("A title\n" + "\n".join(lines), "en", "2025-01-01")
    assert [c.low for c in claims if c.kind == "output"] == [float(n) for n in range(1001, 1201)]


def test_the_name_in_full_is_found_for_a_short_one() -> None:
    text = "The plant makes 155 mm shells.\nRheinmetall made 25,000 rounds in 2024, and it made 40,000 rounds in 2025."
    assert {c.item for c in extract_claims(text, "en", "2025-12-01")} == {"shell_155"}
