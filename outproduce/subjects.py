"""Who speaks in one sentence: the subject of its verb of saying, the name after its "according to", what a pronoun means."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from outproduce.languages import language_data
from outproduce.lexicon import Token
from outproduce.voices import UNNAMED, Cue, Voice

_DASHES = "—–"
BASE = {
    "person": 3.0,
    "role": 2.2,
    "title": 2.2,
    "body": 2.0,
    "company": 1.8,
    "the body": 1.2,
    "the company": 1.2,
    "pronoun": 1.6,
    "outlet": 1.5,
    "the outlet": 1.0,
    "state": 0.4,
}
PER_TOKEN, PER_COMMA, PER_BREAK, PREPOSITION = 0.15, 0.6, 3.0, 3.0
FAR_AFTER = 14
REACH = 9  # tokens after "according to" in which its name must begin


class Said(NamedTuple):
    """Somebody speaks: the tokens `first` to `last` that tell it, the speaker, the outlet between, and the mode."""

    first: int
    last: int
    speaker: str | None
    via: str | None
    mode: str = "indirect"


@dataclass(slots=True)
class Sentence:
    """A sentence as read: its place, tokens, the quotation each token stands in (0 for none), voices and cues."""

    start: int
    end: int
    tokens: Sequence[Token]
    quoted: Sequence[int]
    voices: list[Voice]
    cues: list[Cue]
    paragraph: int

    def says(self, kind: str) -> bool:
        """Whether a cue of this kind stands in it outside quotations; background words count only at its head."""
        head = 4 if kind in ("background", "backward") else len(self.tokens)
        return any(cue.kind == kind and cue.first < head and not self.quoted[cue.first] for cue in self.cues)


@dataclass(slots=True)
class Memory:
    """Who was spoken of so far, for pronouns and stand-ins."""

    current: Said | None = None
    current_kind: str = ""
    person: str | None = None
    body: str | None = None
    company: str | None = None
    outlet: str | None = None
    header: bool = False
    dialogue: int = -1
    last_kind: str = ""

    def see(self, sentence: Sentence) -> None:
        """Remember everybody the sentence names."""
        for voice in sentence.voices:
            if voice.kind in ("person", "body", "company", "outlet"):
                setattr(self, voice.kind, voice.name)

    def said(self, said: Said) -> None:
        """Remember who spoke last."""
        self.current = said

    def stop(self) -> None:
        """The outlet itself speaks."""
        self.current = None
        self.header = False

    def new_paragraph(self, *, is_header: bool) -> None:
        """A line has ended; after a header its speaker goes on."""
        self.header = self.header or is_header


@cache
def _blockers(lang: str) -> tuple[frozenset[str], frozenset[str]]:
    data = language_data(lang, "speech")
    return frozenset(data["blockers"]), frozenset(data["own"])


def resolve(voice: Voice, memory: Memory) -> str | None:
    """Name of a voice, stand-ins and pronouns by what was said before; None where nobody is known."""
    current = memory.current.speaker if memory.current else None
    if voice.kind == "state":
        return f"Government of {voice.name}"
    if voice.kind == "pronoun" or (voice.kind in UNNAMED and voice.definite):
        return current or memory.person or voice.name or None
    if voice.kind == "title":
        return current or memory.person or voice.name
    if voice.kind == "the company":
        return memory.company or current
    if voice.kind == "the body":
        return current or memory.body
    if voice.kind in ("outlet", "the outlet"):
        return None
    return voice.name


def read_sentence(sentence: Sentence, memory: Memory, lang: str) -> list[Said]:
    """Everybody who speaks in a sentence, in its order; empty where it tells of nobody."""
    voices = [v for v in sentence.voices if not sentence.quoted[v.first]]
    via = _via(sentence, voices, memory, lang)
    found: list[Said] = []
    named: list[tuple[Cue | None, Voice | None]] = []
    for cue in sentence.cues:
        if sentence.quoted[cue.first]:
            continue
        if cue.kind == "own_words":
            return [Said(cue.first, cue.last, None, None)]
        if cue.kind == "by_words":
            speaker = memory.current.speaker if memory.current else memory.person
            old = memory.current.via if memory.current else None
            found.append(Said(cue.first, cue.last, speaker, via or old))
        elif cue.kind == "according":
            named.append((cue, _after(sentence, voices, cue)))
        elif cue.kind == "say":
            named.append((cue, _subject(sentence, voices, cue, lang)))
    named.append((None, _announced(sentence, voices)))
    for cue, voice in named:
        if voice is not None:
            found.append(_said(cue, voice, via, memory))
    return _settled(found, via, sentence)


def _said(cue: Cue | None, voice: Voice, via: str | None, memory: Memory) -> Said:
    first = min(voice.first, cue.first) if cue else voice.first
    last = max(voice.last, cue.last) if cue else voice.last
    if voice.kind == "outlet":
        return Said(first, last, None, voice.name)
    speaker = resolve(voice, memory)
    if via is None and memory.current is not None and memory.current.via:
        if speaker == memory.current.speaker or voice.kind == "role" or voice.kind == "the outlet":
            via = memory.current.via
    return Said(first, last, speaker, via)


def _settled(found: list[Said], via: str | None, sentence: Sentence) -> list[Said]:
    """Drop what only names the outlet where a speaker is told as well, and repetitions."""
    named = [said for said in found if said.speaker is not None]
    kept: list[Said] = []
    for said in sorted(named or found[:1]):
        if kept and kept[-1].speaker == said.speaker:
            kept[-1] = kept[-1]._replace(last=max(said.last, kept[-1].last), via=kept[-1].via or said.via)
        else:
            kept.append(said)
    mode = "direct" if any(sentence.quoted) else "indirect"
    return [said._replace(mode=mode) for said in kept if said.speaker or said.via]


def _via(sentence: Sentence, voices: Sequence[Voice], memory: Memory, lang: str) -> str | None:
    """The outlet through which the words came: any outlet named beside a verb of saying."""
    outlets = [voice for voice in voices if voice.kind == "outlet"]
    if outlets:
        return outlets[0].name
    if any(voice.kind == "the outlet" for voice in voices):
        return memory.outlet
    return None


def _after(sentence: Sentence, voices: Sequence[Voice], cue: Cue) -> Voice | None:
    """The voice that follows "according to"."""
    for voice in voices:
        if cue.last <= voice.first < cue.last + REACH:
            between = sentence.tokens[cue.last : voice.first]
            return voice if all(token.raw not in ",;:" for token in between) else None
    return None


def _announced(sentence: Sentence, voices: Sequence[Voice]) -> Voice | None:
    """The voice of "X: words" and of "words - X"."""
    tokens = sentence.tokens
    if not voices:
        return None
    first, last = voices[0], voices[-1]
    head = all(not token.raw.isalpha() for token in tokens[: first.first])
    if head and first.last < len(tokens) and tokens[first.last].raw == ":" and first.kind != "pronoun":
        return first
    tail = [token.raw for token in tokens[last.last :]]
    if last.first > 2 and tokens[last.first - 1].raw in _DASHES and all(raw in '.!"»' for raw in tail):
        return last
    return None


def _subject(sentence: Sentence, voices: Sequence[Voice], cue: Cue, lang: str) -> Voice | None:
    """The voice likeliest to be the subject of a verb of saying."""
    best, best_score = None, 0.3 if not cue.weak else 1.2
    for voice in voices:
        score = _score(sentence, voice, cue, lang)
        if score > best_score:
            best, best_score = voice, score
    return best


def _score(sentence: Sentence, voice: Voice, cue: Cue, lang: str) -> float:
    tokens = sentence.tokens
    blockers, own = _blockers(lang)
    if voice.last <= cue.first:
        gap = tokens[voice.last : cue.first]
    elif voice.first >= cue.last:
        gap = tokens[cue.last : voice.first]
        if lang == "en" and len([t for t in gap if t.raw.isalpha() and t.norm != "the"]) > 1:
            return -1.0
        if lang == "en" and tokens[cue.first].norm in ("told", "tells", "telling"):
            return -1.0
    else:
        return -1.0
    score = BASE[voice.kind] - PER_TOKEN * len(gap)
    score -= PER_COMMA * sum(token.raw == "," for token in gap)
    score -= PER_BREAK * sum(token.raw in ";:" for token in gap)
    before = tokens[voice.first - 1].norm if voice.first else ""
    if before in blockers:
        inside = before in own and voice.kind in ("body", "company", "the body", "the company")
        score -= 0.5 if inside else PREPOSITION
    if voice.last < len(tokens) and tokens[voice.last].norm == "'s":
        score -= 2.0
    return score
