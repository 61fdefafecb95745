"""Article text to statements: who says which words, and through whom.

Sentences come with the voices and cues that stand in them; what a sentence does not tell is carried over from those
before it, as readers do. Offsets are characters of the text.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from typing import NamedTuple

from outproduce.languages import find_sentences
from outproduce.lexicon import Token, tokenize
from outproduce.names import surname_key
from outproduce.packs import Pack
from outproduce.records import Statement
from outproduce.subjects import Memory, Said, Sentence, read_sentence
from outproduce.voices import Voice, find_voices

_OPEN, _CLOSE = "«„“", "»”“"
_DASHES = "—–"
SHORT_QUOTE = 5  # tokens: up to here a quotation is a name, not words said
SHORT_HEADER = 9


class Part(NamedTuple):
    """A stretch of one sentence with the one who says it; `said` is None where nothing tells."""

    start: int
    end: int
    said: Said | None


def find_statements(
    text: str,
    lang: str,
    pack: Pack,
    *,
    article_id: str = "",
    sentences: Sequence[tuple[int, int]] | None = None,
) -> list[Statement]:
    """Cut a text into statements, in its order, that cover every sentence and do not overlap.

    `speaker` and `via` are English names or descriptions, None where the outlet speaks itself or nobody stands between.
    """
    spans = find_sentences(text, lang) if sentences is None else sentences
    read = _read(text, lang, pack, spans)
    parts = _carry(read, lang)
    return [
        Statement(article_id, part.start, part.end, part.said.speaker, part.said.via, part.said.mode)
        if part.said is not None and (part.said.speaker or part.said.via)
        else Statement(article_id, part.start, part.end)
        for part in parts
    ]


def _read(text: str, lang: str, pack: Pack, spans: Sequence[tuple[int, int]]) -> list[Sentence]:
    """Find tokens, quotations and voices of every sentence."""
    tokens = tokenize(text)
    starts = [token.start for token in tokens]
    quoted = _quotations(text, tokens)
    read: list[Sentence] = []
    paragraph = 0
    for k, (start, end) in enumerate(spans):
        if k and "\n" in text[spans[k - 1][1] : start]:
            paragraph += 1
        first, last = bisect_left(starts, start), bisect_left(starts, end)
        own = tokens[first:last]
        marks = quoted[first:last]
        found = find_voices(own, lang, pack)
        read.append(Sentence(start, end, own, marks, list(found.voices), list(found.cues), paragraph))
    _add_surnames(read, lang)
    return read


def _quotations(text: str, tokens: Sequence[Token]) -> list[int]:
    """Number each token by the quotation it stands in; 0 is outside, or in the quotation marks of a mere name."""
    marks = [0] * len(tokens)
    opened: int | None = None
    number = 0
    for i, token in enumerate(tokens):
        if opened is not None and ("\n" in text[tokens[i - 1].end : token.start]):
            opened = None
        if token.raw not in '«»„“”"':
            continue
        if opened is None:
            opened = i if token.raw in '«„“"' else None
        elif token.raw in '»”"' or (token.raw == "“" and tokens[opened].raw == "„"):
            if tokens[opened].raw == "«" and token.raw != "»":
                continue
            if i - opened - 1 > SHORT_QUOTE:
                number += 1
                marks[opened : i + 1] = [number] * (i + 1 - opened)
            opened = None
    return marks


def _add_surnames(read: Sequence[Sentence], lang: str) -> None:
    """Know a person again by the surname alone, anywhere in the text."""
    full: dict[str, str] = {}
    for sentence in read:
        for voice in sentence.voices:
            if voice.kind == "person":
                person = [t for t in sentence.tokens[voice.first : voice.last] if t.raw[0].isupper()]
                if len(person) > 1:
                    full.setdefault(surname_key(person[-1].norm, lang), voice.name)
    if not full:
        return
    for sentence in read:
        taken = {i for voice in sentence.voices for i in range(voice.first, voice.last)}
        more = [
            Voice(i, i + 1, "person", full[surname_key(token.norm, lang)])
            for i, token in enumerate(sentence.tokens)
            if i not in taken
            and len(token.raw) > 2
            and token.raw[0].isupper()
            and surname_key(token.norm, lang) in full
        ]
        if more:
            sentence.voices = sorted([*sentence.voices, *more])


def _carry(read: Sequence[Sentence], lang: str) -> list[Part]:
    """Go through the sentences with a memory of who spoke last; give each its speaker."""
    memory = Memory()
    parts: list[list[Part]] = []
    interviewee = _interviewee(read)
    for k, sentence in enumerate(read):
        before = read[k - 1] if k else None
        if before is not None and before.paragraph != sentence.paragraph:
            memory.new_paragraph(is_header=_is_header(before))
        if interviewee is not None and _is_dialogue(sentence, before, memory):
            said = Said(0, 0, interviewee, None, "direct")
            parts.append([Part(sentence.start, sentence.end, said)])
            memory.see(sentence)
            continue
        found = read_sentence(sentence, memory, lang)
        if not found:
            memory.see(sentence)
            kept = _kept(sentence, before, memory)
            parts.append([Part(sentence.start, sentence.end, kept)])
            if kept is None:
                memory.stop()
            continue
        parts.append(_split(sentence, found))
        memory.see(sentence)
        memory.said(found[-1])
        if sentence.says("backward"):
            _give_back(read, parts, k, found[-1])
    _join_quotations(read, parts)
    return [part for group in parts for part in group]


def _kept(sentence: Sentence, before: Sentence | None, memory: Memory) -> Said | None:
    """The last speaker goes on in this sentence, or None where the outlet takes over."""
    if memory.current is None or before is None:
        return None
    if sentence.says("background"):
        return None
    if sentence.paragraph == before.paragraph or memory.header:
        return replace_mode(memory.current, sentence)
    if sentence.quoted and all(sentence.quoted[:3]):
        return replace_mode(memory.current, sentence)
    return None


def replace_mode(said: Said, sentence: Sentence) -> Said:
    """The same speaker, direct where the sentence is a quotation."""
    return said._replace(mode="direct" if any(sentence.quoted) else "indirect")


def _is_header(sentence: Sentence) -> bool:
    """A line that only announces who speaks below."""
    return len(sentence.tokens) <= SHORT_HEADER and sentence.says("say") and sentence.paragraph > 0


def _give_back(read: Sequence[Sentence], parts: list[list[Part]], k: int, said: Said) -> None:
    """ "This was said by X": what stood before it in the paragraph, or in the one before, is X's."""
    home = read[k].paragraph
    if k and read[k - 1].paragraph != home:
        home = read[k - 1].paragraph
    for j in range(k - 1, -1, -1):
        if read[j].paragraph != home or any(part.said is not None for part in parts[j]) or home == 0:
            break
        parts[j] = [Part(read[j].start, read[j].end, said._replace(mode="indirect"))]


def _join_quotations(read: Sequence[Sentence], parts: list[list[Part]]) -> None:
    """A quotation over several sentences has one speaker, told in the sentence where it ends or begins."""
    speakers: dict[int, Said] = {}
    for sentence, group in zip(read, parts, strict=True):
        for part in group:
            if part.said is not None:
                for mark in sentence.quoted:
                    if mark:
                        speakers[mark] = part.said
    for k, (sentence, group) in enumerate(zip(read, parts, strict=True)):
        if len(group) == 1 and group[0].said is None and sentence.quoted and sentence.quoted[0] in speakers:
            parts[k] = [Part(sentence.start, sentence.end, speakers[sentence.quoted[0]])]


def _split(sentence: Sentence, found: Sequence[Said]) -> list[Part]:
    """Cut a sentence between two who speak in it, at the border of a clause."""
    parts: list[Part] = []
    start = sentence.start
    for left, right in zip(found, found[1:], strict=False):
        cut = _border(sentence.tokens, left.last, right.first)
        if cut is None or (left.speaker, left.via) == (right.speaker, right.via):
            continue
        end = sentence.tokens[cut].start
        parts.append(Part(start, end, left))
        start = end
    last = found[-1] if parts or len(found) == 1 or found[0].speaker == found[-1].speaker else found[0]
    parts.append(Part(start, sentence.end, last))
    return parts


def _border(tokens: Sequence[Token], first: int, last: int) -> int | None:
    """First token of the second clause: after the strongest sign between two tokens, None where there is none."""
    for signs in (";", ":", _DASHES, ","):
        cuts = [i + 1 for i in range(first, last) if tokens[i].raw in signs]
        if cuts:
            return cuts[-1]
    return None


def _interviewee(read: Sequence[Sentence]) -> str | None:
    """Who answers in an interview: the first person before the lines of a dialogue; None where there is no dialogue."""
    lines = [s for s in read if s.tokens and s.tokens[0].raw in _DASHES]
    if len(lines) < 4 or sum(s.says("say") for s in lines) > len(lines) / 3:
        return None
    for sentence in read[: read.index(lines[0])]:
        for voice in sentence.voices:
            if voice.kind == "person":
                return voice.name
    return None


def _is_dialogue(sentence: Sentence, before: Sentence | None, memory: Memory) -> bool:
    if sentence.tokens and sentence.tokens[0].raw in _DASHES:
        memory.dialogue = sentence.paragraph
    return memory.dialogue == sentence.paragraph
