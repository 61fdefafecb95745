"""Article text to statements: who says which words, and through whom.

Sentences come with the voices and cues that stand in them; what a sentence does not tell is carried over from those
before it, as readers do. Offsets are characters of the text.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import groupby, pairwise
from typing import NamedTuple

from outproduce.languages import find_sentences, language_data
from outproduce.lexicon import Token, tokenize
from outproduce.packs import Pack
from outproduce.records import Statement
from outproduce.statements.carry import Page, fill_via, load_weights, settle
from outproduce.statements.frames import frame_of, in_first_person
from outproduce.statements.lands import Lands
from outproduce.statements.names import surname_key
from outproduce.statements.references import ORGANISED, Memory, Said, Sentence, resolve
from outproduce.statements.spoken import Cue, Voice
from outproduce.statements.subjects import DASHES, read_sentence
from outproduce.statements.voices import find_voices

SHORT_QUOTE = 5  # tokens: up to here a quotation is a name, not words said
LONGEST_QUOTE = 400
SHORT_HEADER = 9
SHORT_WORD = 3
TOLD_LAST = ("person", "role", "company")


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
    published: str | None = None,
    sentences: Sequence[tuple[int, int]] | None = None,
    tokens: Sequence[Token] | None = None,
) -> list[Statement]:
    """Cut a text into statements, in its order, that cover every sentence and do not overlap.

    `published` (`YYYY-MM-DD`) tells who held an office that day; `sentences` and `tokens` are found here unless given.
    `speaker` and `via` are English names or descriptions, None where the outlet speaks itself or nobody stands between.
    """
    spans = find_sentences(text, lang) if sentences is None else sentences
    told, page = _page(_read(text, lang, pack, spans, tokens), lang, pack, published)
    parts = _carry(told, page)
    return [
        Statement(article_id, part.start, part.end, part.said.speaker, part.said.via, part.said.mode)
        if part.said is not None and (part.said.speaker or part.said.via)
        else Statement(article_id, part.start, part.end)
        for part in parts
    ]


def _read(
    text: str, lang: str, pack: Pack, spans: Sequence[tuple[int, int]], given: Sequence[Token] | None = None
) -> list[Sentence]:
    """Find tokens, quotations and voices of every sentence."""
    tokens = tokenize(text) if given is None else given
    starts = [token.start for token in tokens]
    quoted = _quotations(text, tokens)
    read: list[Sentence] = []
    paragraph = block = 0
    for k, (start, end) in enumerate(spans):
        gap = text[spans[k - 1][1] : start] if k else ""
        paragraph += "\n" in gap
        block += gap.count("\n") > 1
        first, last = bisect_left(starts, start), bisect_left(starts, end)
        own = _lowered(tokens[first:last])
        marks = quoted[first:last]
        found = find_voices(own, lang, pack)
        _unquote(own, marks, found.cues)
        cues = list(found.cues)
        read.append(Sentence(start, end, own, marks, list(found.voices), cues, paragraph, found.states, block))
    _add_surnames(read, lang)
    _mark_lists(read)
    return read


def _mark_lists(read: Sequence[Sentence]) -> None:
    """Mark paragraphs of one sentence, and those of several lines in which nobody is said to speak."""
    for _, group in groupby(read, key=lambda sentence: sentence.block):
        block = list(group)
        silent = not any(sentence.says("say") or sentence.says("according") for sentence in block)
        points = silent and block[0].paragraph != block[-1].paragraph
        for sentence in block:
            sentence.alone, sentence.points = len(block) == 1, points


def _lowered(tokens: Sequence[Token]) -> Sequence[Token]:
    """Write a line set in capitals as other lines are, so that its names are known."""
    long = [token.raw for token in tokens if len(token.raw) > SHORT_WORD and token.raw.isalpha()]
    if len(long) < 2 or sum(raw.isupper() for raw in long) < len(long):
        return tokens
    return [t._replace(raw=t.raw.capitalize()) if len(t.raw) > SHORT_WORD else t for t in tokens]


def _quotations(text: str, tokens: Sequence[Token]) -> list[int]:
    """Give each token the number of the quotation it stands in, 0 outside and in a mere name's quotation marks."""
    marks = [0] * len(tokens)
    opened: int | None = None
    number = 0
    for i, token in enumerate(tokens):
        new_line = opened is not None and "\n" in text[tokens[i - 1].end : token.start]
        if opened is not None and new_line and not _goes_on(tokens, i, opened):
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


def _goes_on(tokens: Sequence[Token], i: int, opened: int) -> bool:
    """Tell whether a quotation goes on in a new line: it is closed before another is opened."""
    if tokens[opened].raw != "«":
        return False
    return next((token.raw for token in tokens[i : i + LONGEST_QUOTE] if token.raw in "«»"), "") == "»"


def _unquote(tokens: Sequence[Token], marks: list[int], cues: Sequence[Cue]) -> None:
    """Take the author's words out of a quotation that goes on around them: «..., - said X. - ...»."""
    for cue in cues:
        if cue.kind != "say" or not marks[cue.first]:
            continue
        dash = next((i for i in range(cue.first - 1, max(cue.first - 8, 0), -1) if tokens[i].raw in DASHES), None)
        if dash is None or tokens[dash - 1].raw not in ",.!?…":
            continue
        end = next((i for i in range(cue.last, len(tokens)) if tokens[i].raw in DASHES), len(tokens))
        marks[dash:end] = [0] * (end - dash)


def _add_surnames(read: Sequence[Sentence], lang: str) -> None:
    """Know a person again by the surname alone, anywhere in the text."""
    full: dict[str, str] = {}
    for sentence in read:
        for voice in sentence.voices:
            if voice.kind == "person":
                person = [t for t in sentence.tokens[voice.first : voice.last] if t.raw[0].isupper()]
                if len(person) > 1 or sentence.tokens[voice.first].raw in "«„":
                    full.setdefault(surname_key(person[-1].norm, lang), voice.name)
    if not full:
        return
    for sentence in read:  # "Mr Doe" is the Jane Doe named elsewhere
        sentence.voices = [
            voice._replace(name=full.get(surname_key(sentence.tokens[voice.last - 1].norm, lang), voice.name))
            if voice.kind == "person" and " " not in voice.name
            else voice
            for voice in sentence.voices
        ]
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


def _carry(told: Sequence[list[Part]], page: Page) -> list[Part]:
    """Carry speakers over to sentences in which nobody is said to speak, and outlets over to speakers."""
    chosen = settle(page, load_weights()["carry"])
    parts = [
        group or [Part(sentence.start, sentence.end, said and _in_mode(said, sentence))]
        for sentence, group, said in zip(page.read, told, chosen, strict=True)
    ]
    _join_quotations(page.read, parts)
    final = [[part.said for part in group if part.said] for group in parts]
    filled = iter([said for row in fill_via(page, final, load_weights()["via"]) for said in row])
    return [part._replace(said=next(filled)) if part.said else part for group in parts for part in group]


def read_page(text: str, lang: str, pack: Pack, spans: Sequence[tuple[int, int]], published: str | None = None) -> Page:
    """Read a text as far as it tells itself who speaks; what is left silent is decided by `carry`."""
    return _page(_read(text, lang, pack, spans), lang, pack, published)[1]


@cache
def _bodies(pack: Pack) -> Mapping[str, str]:
    """Whom the pack's persons speak for."""
    return {speaker.name: speaker.body for speaker in pack.speakers.values() if speaker.body}


def _page(read: Sequence[Sentence], lang: str, pack: Pack, published: str | None) -> tuple[list[list[Part]], Page]:
    people = dict.fromkeys(v.name for sentence in read for v in sentence.voices if v.kind == "person")
    lands = Lands(pack, lang, [(sentence.paragraph, sentence.states) for sentence in read])
    told, ruled = _told(read, lang, Memory(tuple(people), _bodies(pack), lands, published, pack.terms))
    return told, Page(read, [[part.said for part in group if part.said] for group in told], ruled, lang)


def _told(read: Sequence[Sentence], lang: str, memory: Memory) -> tuple[list[list[Part]], list[Said | None]]:
    """Go through the sentences with a memory of who spoke last.

    Gives who is said to speak in each, nobody where the sentence is silent, and whom the rules alone would carry there.
    """
    told: list[list[Part]] = []
    parts: list[list[Part]] = []
    frame = frame_of(read, lang)
    for k, sentence in enumerate(read):
        if memory.lands is not None:
            memory.lands.at = k
        framed = frame(sentence)
        if framed is not None:
            parts.append([Part(sentence.start, sentence.end, framed)])
            told.append(parts[-1])
            memory.see(sentence.voices)
            continue
        found = read_sentence(sentence, memory, lang)
        memory.see(sentence.voices)
        if found:
            parts.append(_split(sentence, found))
            told.append(parts[-1])
            memory.said(found[-1])
            _fill_opening(read, parts, k, found[0])
            back = _points_back(sentence, lang)
            if back or _told_last(read, k, found):
                _give_back(read, parts, k, found[0], back)
            continue
        _introduce(read, k, memory)
        kept = _kept(sentence, read[k - 1] if k else None, memory, lang)
        parts.append([Part(sentence.start, sentence.end, kept)])
        told.append([])
        memory.not_said(sentence)
        if kept is None:
            memory.stop()
    return told, [None if mine else group[0].said for mine, group in zip(told, parts, strict=True)]


def _points_back(sentence: Sentence, lang: str) -> bool:
    """Tell whether a sentence says of those before it who said them: "this was said by", "so says"."""
    bare = language_data(lang, "speech")["bare_backward"]
    heads = [token.norm for token in sentence.tokens[:2]]
    return sentence.says("backward") or (len(heads) == 2 and heads[0] in bare and heads[1] != ",")


def _introduce(read: Sequence[Sentence], k: int, memory: Memory) -> None:
    """Let the points after "In short:" be those of whom that paragraph, or a title over quotations, names."""
    sentence, before = read[k], read[k - 1] if k else None
    if before is None or memory.current is not None:
        return
    named: list[Voice] = []
    quoted = bool(sentence.quoted) and all(sentence.quoted[:2])
    if before.ends_with(":") and before.paragraph != sentence.paragraph:
        named = [v for other in read[:k] if other.block == before.block for v in other.voices]
    elif quoted and before.paragraph == sentence.paragraph and _portrays(before):
        name, kind = resolve(_portrays(before)[0], memory)
        memory.said(Said(0, 0, name, None, "direct", kind))
    elif memory.before is None and quoted:
        named = [v for v in read[0].voices if v.kind == "person"]
    elif memory.before is None and sentence.tokens and sentence.tokens[0].raw in DASHES:
        named = [v for other in reversed(read[:k]) for v in other.voices if v.kind == "person"]
    voice = next((v for v in named if v.kind in ("person", "body", "company") and v.case != "other"), None)
    if voice is not None:
        memory.said(Said(0, 0, voice.name, None, "indirect", voice.kind))


def _portrays(sentence: Sentence) -> list[Voice]:
    """Persons a sentence begins with, named or "he": a quotation behind it is theirs."""
    return [v for v in sentence.voices if v.first <= 1 and v.kind in ("person", "pronoun") and v.name != "body"]


def _kept(sentence: Sentence, before: Sentence | None, memory: Memory, lang: str) -> Said | None:
    """Give the last speaker where he goes on in this sentence, None where the outlet takes over."""
    if before is None or memory.before is None or sentence.says("background") or sentence.says("own_words"):
        return None
    if memory.label is not None and in_first_person(sentence, _first_person(lang)):
        return _in_mode(memory.label, sentence)
    new_line = sentence.paragraph != before.paragraph
    if sentence.says("continuing") or (new_line and _speaks_on(sentence, before, memory)):
        return _in_mode(memory.before, sentence)
    if memory.current is None:
        return None
    if sentence.quoted and all(sentence.quoted[:3]):
        return _in_mode(memory.current, sentence)
    if new_line:
        return None
    return _in_mode(memory.current, sentence) if _may_go_on(sentence, memory.current, memory.bodies) else None


def _of_itself(sentence: Sentence, memory: Memory) -> bool:
    """Tell whether an organisation that has just spoken is what the sentence is about."""
    said = memory.before
    if said is None or said.kind not in ORGANISED:
        return False
    return any(voice.name == said.speaker for voice in sentence.voices)


@cache
def _first_person(lang: str) -> frozenset[str]:
    return frozenset(language_data(lang, "speech")["first_person"])


def _speaks_on(sentence: Sentence, before: Sentence, memory: Memory) -> bool:
    """Tell whether a new line is the speaker's by its form: after a colon or a header, a point, a dash of speech."""
    dashed = bool(sentence.tokens) and sentence.tokens[0].raw in DASHES
    if dashed and memory.before is not None and memory.before.kind in ("person", "role"):
        return True
    if memory.current is None:
        return False
    if before.ends_with(":") or (sentence.points and before.alone):
        memory.listed = sentence.block
    memory.header = memory.header or _is_header(before)
    return memory.header or memory.listed == sentence.block or _of_itself(sentence, memory)


def _may_go_on(sentence: Sentence, said: Said, bodies: Mapping[str, str]) -> bool:
    """Tell whether a sentence may be the speaker's: unnamed ones seldom go on, nor does news of another company."""
    if any(sentence.quoted):
        return True
    own = (said.speaker, bodies.get(said.speaker or ""))
    return said.kind != "role" and not any(v.kind == "company" and v.name not in own for v in sentence.voices)


def _in_mode(said: Said, sentence: Sentence) -> Said:
    return said._replace(mode="direct" if any(sentence.quoted) else "indirect")


def _is_header(sentence: Sentence) -> bool:
    """Tell whether a line only announces who speaks below."""
    return len(sentence.tokens) <= SHORT_HEADER and sentence.says("say") and sentence.paragraph > 0


def _told_last(read: Sequence[Sentence], k: int, found: Sequence[Said]) -> bool:
    """Tell whether the opening paragraph ends with who says it, as the end of a longer speech."""
    said, sentence = found[0], read[k]
    opening = sentence.paragraph - read[0].paragraph <= 1
    return opening and len(found) == 1 and said.first > len(sentence.tokens) // 3 and said.kind in TOLD_LAST


def _give_back(read: Sequence[Sentence], parts: list[list[Part]], k: int, said: Said, back: bool) -> None:
    """Give what stands before "this was said by X", in its paragraph or the one before, to X."""
    home = read[k].paragraph
    if k and read[k - 1].paragraph != home and back:
        home = read[k - 1].paragraph
    for j in range(k - 1, -1, -1):
        if read[j].paragraph != home or any(part.said is not None and not _of_state(part.said) for part in parts[j]):
            break
        if read[j].says("background"):
            break
        parts[j] = [Part(read[j].start, read[j].end, said._replace(mode="indirect"))]


def _fill_opening(read: Sequence[Sentence], parts: list[list[Part]], k: int, said: Said) -> None:
    """Give the sentence that opens a paragraph to the speaker of those on either side of it."""
    if k < 2 or read[k].paragraph != read[k - 1].paragraph or read[k - 1].paragraph == read[k - 2].paragraph:
        return
    silent, before = parts[k - 1][0].said, parts[k - 2][-1].said
    aside = read[k - 1].says("background") or read[k - 1].says("own_words")
    if silent is None and not aside and before is not None and before.speaker == said.speaker and said.speaker:
        parts[k - 1] = [Part(read[k - 1].start, read[k - 1].end, said._replace(mode="indirect"))]


def _of_state(said: Said) -> bool:
    return (said.speaker or "").startswith("Government of ")


def _join_quotations(read: Sequence[Sentence], parts: list[list[Part]]) -> None:
    """Give a quotation over several sentences one speaker, told in the sentence where it ends or begins."""
    speakers: dict[int, Said] = {}
    for sentence, group in zip(read, parts, strict=True):
        for part in group:
            if part.said is not None and any(v for v in sentence.cues if v.kind == "say"):
                for mark in sentence.quoted:
                    if mark:
                        speakers.setdefault(mark, part.said)
    for k, (sentence, group) in enumerate(zip(read, parts, strict=True)):
        mark = sentence.quoted[0] if sentence.quoted else 0
        if (
            len(group) == 1
            and mark in speakers
            and not any(cue.kind == "say" and not sentence.quoted[cue.first] for cue in sentence.cues)
        ):
            parts[k] = [Part(sentence.start, sentence.end, speakers[mark])]


def _split(sentence: Sentence, found: Sequence[Said]) -> list[Part]:
    """Cut a sentence between two who speak in it, at the border of a clause."""
    parts: list[Part] = []
    start = sentence.start
    for left, right in pairwise(found):
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
    for signs in (";", ":", DASHES, ","):
        cuts = [i + 1 for i in range(first, last) if tokens[i].raw in signs]
        if cuts:
            return cuts[-1]
    return None
