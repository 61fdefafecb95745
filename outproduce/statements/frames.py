"""Texts whose layout tells who speaks: interviews, transcripts, speeches, columns by a guest, lists under a name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

from outproduce.languages import language_data
from outproduce.statements.references import Said, Sentence
from outproduce.statements.spoken import Voice
from outproduce.statements.subjects import DASHES

Frame = Callable[[Sentence], Said | None]
LEAST_LINES = 4  # lines of dialogue that make an interview
LEAST_QUESTIONS = 3
LEAST_POINTS = 2
NAME_LINE = 5  # tokens of a title that is only somebody's name
HEADLINES = 3  # sentences that may be title and line under it
BYLINE = 12  # tokens a line at most has that only tells who writes
LABEL = 3  # tokens a label at most has: "Q:", "Question 2:"


def frame_of(read: Sequence[Sentence], lang: str) -> Frame:
    """Give the function that tells a sentence's speaker from the layout, None where the layout is silent."""
    for find in (_interview, _questions, _speech, _answer, _column, _list):
        framed = find(read, lang)
        if framed:
            return lambda sentence: framed.get(sentence.start)
    return lambda sentence: None


def _interview(read: Sequence[Sentence], lang: str) -> dict[int, Said]:
    """Give the lines of a dialogue to the first person named before them."""
    labels = frozenset(language_data(lang, "speech")["labels"])
    lines = [sentence for sentence in read if _opens_line(sentence, labels)]
    lines += [asked for asked, next_one in pairwise(read) if _asked_in_line(asked, next_one)]
    lines.sort(key=lambda sentence: sentence.start)
    told = [s for s in lines if s.says("say") and sum(token.raw in DASHES for token in s.tokens) > 1]
    if len(lines) < LEAST_LINES or len(told) > len(lines) / 3:
        return {}
    first = next(k for k, sentence in enumerate(read) if sentence is lines[0])
    person = _answerer(read, first, lang)
    if person is None:
        return {}
    paragraphs = {sentence.paragraph for sentence in lines}
    return _all(read[first:], person, paragraphs)


def _opens_line(sentence: Sentence, labels: frozenset[str]) -> bool:
    """Tell whether a line of dialogue begins here: with a dash, or a label such as "Q:"."""
    raws = [token.raw for token in sentence.tokens[: LABEL + 1]]
    if not raws:
        return False
    labelled = sentence.tokens[0].norm in labels and any(raw in ":." for raw in raws[1:])
    return raws[0] in DASHES or labelled


def _asked_in_line(asked: Sentence, answer: Sentence) -> bool:
    """Tell whether a question and, behind a dash, its answer stand in one line."""
    same = asked.paragraph == answer.paragraph and asked.ends_with("?")
    return same and bool(answer.tokens) and answer.tokens[0].raw in DASHES


def _questions(read: Sequence[Sentence], lang: str) -> dict[int, Said]:
    """Give an interview without dashes, a paragraph of question and one of answer in turn, to the one who answers."""
    blocks: dict[int, list[Sentence]] = {}
    for sentence in read:
        blocks.setdefault(sentence.block, []).append(sentence)
    lines = _asked_in_blocks(read)
    if len(lines) >= LEAST_QUESTIONS:
        person = _answerer(read, next(k for k, sentence in enumerate(read) if sentence.paragraph == lines[0]), lang)
        return _all(read, person, {*lines, *(n + 1 for n in lines)}) if person is not None else {}
    asked = [n for n, block in blocks.items() if block[-1].ends_with("?") and not any(s.says("say") for s in block)]
    if len(asked) < LEAST_QUESTIONS or any(n + 1 in asked for n in asked):
        return {}
    person = _answerer(read, next(k for k, sentence in enumerate(read) if sentence.block == asked[0]), lang)
    answers = {n + 1 for n in asked}
    told = [s for n in answers for s in blocks.get(n, ()) if _tells(s)]
    if person is None or len(told) > len(answers) / 2:
        return {}
    mine = {sentence.paragraph for sentence in read if sentence.block in answers or sentence.block in asked}
    return _all(read, person, mine)


def _asked_in_blocks(read: Sequence[Sentence]) -> list[int]:
    """Numbers of the lines that are a question with its answer in the line below, in the same paragraph."""
    return [
        left.paragraph
        for left, right in pairwise(read)
        if left.ends_with("?") and right.paragraph != left.paragraph and right.block == left.block
    ]


def _speech(read: Sequence[Sentence], lang: str) -> dict[int, Said]:
    """Give a speech or a transcript with one named speaker to that speaker."""
    titles = frozenset(language_data(lang, "speech")["speeches"])
    head = [sentence for sentence in read[:HEADLINES] if any(token.norm in titles for token in sentence.tokens)]
    name = read[0].voices[0] if read and len(read[0].tokens) <= NAME_LINE and read[0].voices else None
    if not head and name is not None and name.kind == "person":
        head = [read[0]]
    if not head:
        return {}
    own = frozenset(language_data(lang, "speech")["first_person"])
    first = sum(in_first_person(sentence, own) for sentence in read[1:])
    people = {v.name: v for sentence in read for v in sentence.voices if v.kind == "person"}
    named = next((v for v in head[0].voices if v.kind in ("person", "office")), None)
    speaker = named or (next(iter(people.values())) if len(people) == 1 else None)
    if speaker is None or first < LEAST_POINTS:
        return {}
    return {s.start: _frame_said(speaker) for s in read if s is not read[0] and not _tells(s)}


def in_first_person(sentence: Sentence, words: frozenset[str]) -> bool:
    """Tell whether a sentence says "we" or "I" outside quotations."""
    return any(token.norm in words and not mark for token, mark in zip(sentence.tokens, sentence.quoted, strict=True))


def _answer(read: Sequence[Sentence], lang: str) -> dict[int, Said]:
    """Give a body's written answer, as its title calls it, to that body."""
    titles = frozenset(language_data(lang, "speech")["answers"])
    if not read or not any(token.norm in titles for token in read[0].tokens):
        return {}
    body = next((voice for voice in read[0].voices if voice.kind == "body"), None)
    if body is None:
        return {}
    return {s.start: _frame_said(body) for s in read[1:] if not _tells(s) and not s.ends_with("?")}


def _column(read: Sequence[Sentence], lang: str) -> dict[int, Said]:
    """Give what follows a line "Jane Doe, economist, for this paper" to her."""
    byline = frozenset(language_data(lang, "speech")["byline"])
    for k, sentence in enumerate(read[1:4], 1):
        names = [voice for voice in sentence.voices if voice.kind == "person"]
        short = len(sentence.tokens) <= BYLINE and len(names) == 1 and names[0].first == 0
        if short and any(token.norm in byline for token in sentence.tokens) and not sentence.says("say"):
            return {later.start: _frame_said(names[0]) for later in read[k + 1 :] if not _tells(later)}
    return {}


def _list(read: Sequence[Sentence], lang: str) -> dict[int, Said]:
    """Give points under a title that names a person, or somebody before a colon, to them unless they say otherwise."""
    points = [sentence for sentence in read[1:] if _is_point(sentence)]
    if len(points) < LEAST_POINTS:
        return {}
    title = read[0]
    voices = [voice for voice in title.voices if voice.kind in ("person", "body", "company")]
    if not voices:
        return {}
    first = voices[0]
    colon = first.last < len(title.tokens) and title.tokens[first.last].raw == ":"
    if first.kind != "person" and not colon:
        return {}
    named = {s.paragraph for s in read[1:] if any(v.kind in ("person", "body", "outlet") for v in s.voices)}
    return _all(read[1:], first, {point.paragraph for point in points if not _tells(point)} - named)


def _all(read: Sequence[Sentence], voice: Voice, paragraphs: set[int]) -> dict[int, Said]:
    return {sentence.start: _frame_said(voice) for sentence in read if sentence.paragraph in paragraphs}


def _frame_said(voice: Voice) -> Said:
    return Said(0, 0, voice.name, None, "direct" if voice.kind == "person" else "indirect", voice.kind)


def _answerer(read: Sequence[Sentence], first: int, lang: str) -> Voice | None:
    """Who answers in a dialogue: the first person named before it, or else one with a title named in or behind it."""
    asking = frozenset(language_data(lang, "speech")["interviewers"])
    before, behind = (
        [v for s in part for v in s.voices if v.kind == "person" and not _asks(s, v, asking)]
        for part in (read[:first], read[first:])
    )
    return next(iter([*before, *(voice for voice in behind if voice.definite), *behind]), None)


def _asks(sentence: Sentence, voice: Voice, words: frozenset[str]) -> bool:
    """Tell whether somebody is only named as who asked: "Розмовляла Jane Doe"."""
    return voice.first > 0 and sentence.tokens[voice.first - 1].norm in words


def _tells(sentence: Sentence) -> bool:
    return sentence.says("say") or sentence.says("according")


def _is_point(sentence: Sentence) -> bool:
    """Tell whether a line begins with a bullet or a pictogram."""
    raw = sentence.tokens[0].raw if sentence.tokens else ""
    return bool(raw) and not raw.isalnum() and raw not in "«„“\"'([—–…#"
