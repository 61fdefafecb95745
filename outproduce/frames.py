"""Texts in which the layout tells who speaks: interviews, transcripts, columns by a guest, lists under a name."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from outproduce.languages import language_data
from outproduce.subjects import DASHES, Said, Sentence
from outproduce.voices import Voice

Frame = Callable[[Sentence], Said | None]
LEAST_LINES = 4  # lines of dialogue that make an interview
LEAST_BULLETS = 2
BYLINE = 12  # tokens a line at most has that only tells who writes


def frame_of(read: Sequence[Sentence], lang: str) -> Frame:
    """Give the function that tells the speaker of a sentence from the text's layout, None where the layout is silent."""
    for find in (_interview, _column, _list):
        framed = find(read, lang)
        if framed:
            return lambda sentence: framed.get(sentence.start)
    return lambda sentence: None


def _interview(read: Sequence[Sentence], lang: str) -> dict[int, Said]:
    """Lines of a dialogue go to the first person named before them."""
    lines = [sentence for sentence in read if _opens_line(sentence)]
    told = [s for s in lines if s.says("say") and sum(token.raw in DASHES for token in s.tokens) > 1]
    if len(lines) < LEAST_LINES or len(told) > len(lines) / 3:
        return {}
    first = next(k for k, sentence in enumerate(read) if sentence is lines[0])
    person = _first_person(read[:first])
    if person is None:
        return {}
    paragraphs = {sentence.paragraph for sentence in lines}
    said = Said(0, 0, person.name, None, "direct", "person")
    return {sentence.start: said for sentence in read[first:] if sentence.paragraph in paragraphs}


def _opens_line(sentence: Sentence) -> bool:
    """Tell whether a line of dialogue begins here, or a question and answer stand in one line."""
    raws = [token.raw for token in sentence.tokens]
    return bool(raws) and (raws[0] in DASHES)


def _first_person(read: Sequence[Sentence]) -> Voice | None:
    return next((voice for sentence in read for voice in sentence.voices if voice.kind == "person"), None)


def _column(read: Sequence[Sentence], lang: str) -> dict[int, Said]:
    """A line "Jane Doe, economist, for this paper" under the title: all that follows is hers."""
    byline = frozenset(language_data(lang, "speech")["byline"])
    for k, sentence in enumerate(read[1:4], 1):
        names = [voice for voice in sentence.voices if voice.kind == "person"]
        short = len(sentence.tokens) <= BYLINE and len(names) == 1 and names[0].first == 0
        if short and any(token.norm in byline for token in sentence.tokens) and not sentence.says("say"):
            said = Said(0, 0, names[0].name, None, "direct", "person")
            return {later.start: said for later in read[k + 1 :] if not _tells(later)}
    return {}


def _tells(sentence: Sentence) -> bool:
    return sentence.says("say") or sentence.says("according")


def _list(read: Sequence[Sentence], lang: str) -> dict[int, Said]:
    """Points under a title that names one person, or somebody before a colon, are theirs unless they say otherwise."""
    if not read or _is_point(read[0]) is None and len(read) < LEAST_BULLETS:
        return {}
    points = [sentence for sentence in read[1:] if _is_point(sentence)]
    title = read[0]
    voices = [voice for voice in title.voices if voice.kind in ("person", "body", "company")]
    if len(points) < LEAST_BULLETS or not voices:
        return {}
    first = voices[0]
    colon = first.last < len(title.tokens) and title.tokens[first.last].raw == ":"
    if first.kind != "person" and not colon:
        return {}
    said = Said(0, 0, first.name, None, "indirect", first.kind)
    paragraphs = {point.paragraph for point in points if not _tells(point)}
    named = {s.paragraph for s in read[1:] if any(v.kind in ("person", "body", "outlet") for v in s.voices)}
    return {s.start: said for s in read[1:] if s.paragraph in paragraphs - named}


def _is_point(sentence: Sentence) -> bool:
    """Tell whether a line begins with a bullet or a pictogram."""
    raw = sentence.tokens[0].raw if sentence.tokens else ""
    return bool(raw) and not raw.isalnum() and raw not in "«„“\"'([—–…#"
