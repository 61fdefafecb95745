"""Who speaks in one sentence: the subject of a verb of saying, the name behind "according to" or before a colon."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from outproduce.languages import language_data
from outproduce.lexicon import Token
from outproduce.statements.references import ORGANISED, VIA_REACH, Memory, Said, Sentence, resolve
from outproduce.statements.spoken import Cue, Voice

DASHES = "—–"
# How likely a voice of each kind is the subject of a verb of saying, before its distance and case are looked at.
BASE = {
    "person": 3.0,
    "office": 2.6,
    "role": 2.2,
    "title": 2.2,
    "body": 2.0,
    "company": 1.8,
    "the body": 1.4,
    "the document": 1.3,
    "the company": 1.4,
    "pronoun": 1.9,
    "outlet": 1.6,
    "the outlet": 1.4,
    "bloc": 1.2,
    "state": 0.9,
}
PER_TOKEN, PER_COMMA, PER_BREAK, PREPOSITION, TITLED, OBLIQUE, BARE = 0.14, 0.5, 3.0, 3.0, 0.6, 1.5, 0.4
LEAST, LEAST_WEAK = 0.3, 0.9
REACH = 9  # tokens after "according to" in which its name must begin
COLON_REACH = 16
LABEL_START = 2  # tokens that may stand before the name in a label: "Mr."
LABELLED = 8  # tokens of "Answer (Jane Doe)."
ADDRESSING = frozenset({"told", "tells", "telling"})
ONE_OF = frozenset({"one", "some", "two", "several", "один", "одна", "двоє", "кілька", "двое", "несколько"})
ARTICLES = frozenset({"the", "a", "an", "his", "her", "its", "their"})
PERSONAL = ("person", "role", "title", "office")


@cache
def _prepositions(lang: str) -> tuple[frozenset[str], frozenset[str]]:
    data = language_data(lang, "speech")
    return frozenset(data["blockers"]), frozenset(data["own"])


def read_sentence(sentence: Sentence, memory: Memory, lang: str) -> list[Said]:
    """Everybody who speaks in a sentence, in its order; empty where it tells of nobody."""
    voices = [voice for voice in sentence.voices if not sentence.quoted[voice.first]]
    outlets = _through(sentence, voices)
    via = _via(voices, outlets, memory)
    found: list[Said] = []
    for cue in sentence.cues:
        if sentence.quoted[cue.first] or (cue.kind == "say" and _is_part(cue, sentence.cues)):
            continue
        if cue.kind == "own_words":
            return [Said(cue.first, cue.last, None, None, kind="own")]
        if cue.kind == "by_words":
            found.append(_by_words(cue, voices, found, via, memory))
        elif cue.kind in ("according", "say"):
            pick = _after if cue.kind == "according" else _subject
            voice = pick(sentence, [v for v in voices if v not in outlets or cue.kind == "according"], cue, lang)
            if voice is not None:
                found.append(_said(cue, voice, voices, via, memory))
    announced = _announced(sentence, voices, lang) if not any(said.speaker for said in found) else None
    announced = announced or _before_colon(sentence, voices, lang)
    if announced is None and not found and sentence.says("backward"):
        announced = next((voice for voice in voices if voice.kind in (*PERSONAL, *ORGANISED)), None)
    if announced is None and not found:
        found += _by_noun(sentence, voices, via, memory, lang)
    if announced is not None:
        found.insert(0, _said(None, announced, voices, via, memory))
    if announced is not None:
        memory.label = found[0] if announced.kind == "person" and announced.first <= LABEL_START else None
    return _settled(found, sentence)


def _is_part(cue: Cue, cues: Sequence[Cue]) -> bool:
    """Whether a verb is part of a longer phrase that tells it better: "if you believe"."""
    longer = ("according", "by_words", "own_words")
    return any(c.kind in longer and c.first <= cue.first and cue.last <= c.last for c in cues)


def _said(cue: Cue | None, voice: Voice, voices: Sequence[Voice], via: str | None, memory: Memory) -> Said:
    first = min(voice.first, cue.first) if cue else voice.first
    last = max(voice.last, cue.last) if cue else voice.last
    if voice.kind == "outlet":
        return Said(first, last, None, voice.name, kind="cited" if cue and cue.kind == "according" else "outlet")
    if voice.kind == "the outlet":
        return Said(first, last, None, via or memory.last.get("outlet"), kind="outlet")
    nearer = [v for v in voices if v.last <= voice.first and v.case != "other"]
    speaker, kind = resolve(voice, memory, nearer)
    old = memory.before
    if via is None and old is not None and speaker == old.speaker:
        via = old.via
    if via is None and kind == "role" and memory.since_via <= VIA_REACH:
        via = memory.via
    return Said(first, last, speaker, via, kind=kind)


def _by_words(cue: Cue, voices: Sequence[Voice], found: Sequence[Said], via: str | None, memory: Memory) -> Said:
    """Tell whose words "in his words" are, by the sentence itself or by those before it."""
    if found and found[-1].speaker:
        return found[-1]._replace(last=cue.last)
    ahead = [v for v in voices if v.last <= cue.first and v.case != "other"]
    near = [v for v in ahead if v.kind in ("person", "office", "role")]
    near = near or [v for v in ahead[-1:] if v.kind in ORGANISED and memory.current is None]
    if near:
        speaker, kind = resolve(near[-1], memory)
        return Said(cue.first, cue.last, speaker, via, kind=kind)
    old = memory.current or memory.before
    if memory.silent:
        return Said(cue.first, cue.last, memory.silent[0], via, kind=memory.silent[1])
    if old is not None and old.speaker is not None:
        return Said(cue.first, cue.last, old.speaker, via or old.via, kind=old.kind)
    return Said(cue.first, cue.last, memory.last.get("person"), via, kind="person")


def _by_noun(sentence: Sentence, voices: Sequence[Voice], via: str | None, memory: Memory, lang: str) -> list[Said]:
    """Find "by the ministry's own tally", "the words of X": a noun of speech with a voice as its owner."""
    tokens, nouns = sentence.tokens, _words(lang, "speech_nouns")
    for voice in voices:
        if voice.kind in ("state", "bloc", "pronoun"):
            continue
        behind = tokens[voice.last : voice.last + 4]
        owns = lang == "en" and bool(behind) and behind[0].norm == "'s" and any(t.norm in nouns for t in behind[1:])
        owned = lang != "en" and any(t.norm in nouns for t in tokens[max(voice.first - 2, 0) : voice.first])
        if owns or owned:
            return [_said(None, voice, voices, via, memory)]
    return []


@cache
def _words(lang: str, key: str) -> frozenset[str]:
    return frozenset(language_data(lang, "speech")[key])


def _settled(found: Sequence[Said], sentence: Sentence) -> list[Said]:
    """Drop what only names the outlet where a speaker is told as well, and repetitions."""
    named = [said for said in found if said.speaker is not None]
    kept: list[Said] = []
    cited = [said for said in found if said.kind == "cited"]
    for said in sorted(named or cited[:1] or found[:1], key=lambda said: said.first):
        if kept and kept[-1].speaker == said.speaker:
            kept[-1] = kept[-1]._replace(last=max(said.last, kept[-1].last), via=kept[-1].via or said.via)
        else:
            kept.append(said)
    mode = "direct" if any(sentence.quoted) else "indirect"
    return [said._replace(mode=mode) for said in kept if said.speaker or said.via]


def _through(sentence: Sentence, voices: Sequence[Voice]) -> list[Voice]:
    """Outlets that are spoken to, not speaking: "told X", "in an interview with X"."""
    ends = {cue.last for cue in sentence.cues if cue.kind == "interview"}
    return [
        voice
        for voice in voices
        if voice.kind in ("outlet", "the outlet") and any(end <= voice.first <= end + 2 for end in ends)
    ]


def _via(voices: Sequence[Voice], outlets: Sequence[Voice], memory: Memory) -> str | None:
    """Name the outlet through which the words came: any outlet beside a verb of saying."""
    named = [voice for voice in (*outlets, *voices) if voice.kind == "outlet"]
    if named:
        return named[0].name
    return memory.last.get("outlet") if any(voice.kind == "the outlet" for voice in voices) else None


def _after(sentence: Sentence, voices: Sequence[Voice], cue: Cue, lang: str) -> Voice | None:
    """Find the voice that follows "according to"; a person before the body that is named with him."""
    near: list[Voice] = []
    for voice in voices:
        if cue.last <= voice.first < cue.last + REACH:
            between = [token.raw for token in sentence.tokens[cue.last : voice.first] if token.raw in ",;:—–"]
            aside = voice.kind == "person" and between == [","] and sentence.tokens[voice.first - 1].raw == ","
            if between and not aside:
                break
            near.append(voice)
    return next((voice for voice in near if voice.kind == "person"), near[0] if near else None)


def _announced(sentence: Sentence, voices: Sequence[Voice], lang: str) -> Voice | None:
    """Find the voice of "X: words" and of "words - X"."""
    tokens = sentence.tokens
    if not voices:
        return None
    first, last = voices[0], voices[-1]
    if first.kind == "person" and len(tokens) <= LABELLED and _is_label(tokens, first):
        return first
    labelled = tokens[0].norm in _words(lang, "labels") and len(tokens) <= LABELLED and first.kind == "person"
    if labelled and tokens[first.first - 1].raw == "(":
        return first
    head = all(not token.raw.isalpha() for token in tokens[: first.first])
    if head and first.last < len(tokens) and tokens[first.last].raw == ":":
        return first if first.kind != "state" or lang != "en" else None
    tail = [token.raw for token in tokens[last.last :]]
    if last.first > 2 and _is_dash(tokens, last.first - 1) and all(raw in '.!"»' for raw in tail):
        return last
    return None


def _is_dash(tokens: Sequence[Token], i: int) -> bool:
    """Tell whether a sign is a dash; a hyphen with a blank before it is meant as one."""
    return tokens[i].raw in DASHES or (tokens[i].raw == "-" and tokens[i].start > tokens[i - 1].end)


def _is_label(tokens: Sequence[Token], voice: Voice) -> bool:
    """Tell whether a sentence is nothing but a speaker's label in a transcript: "Mr. DOE."."""
    rest = [token.raw for token in tokens[voice.last :]]
    return voice.first <= LABEL_START and rest == ["."] and tokens[voice.last - 1].raw.isupper()


def _before_colon(sentence: Sentence, voices: Sequence[Voice], lang: str) -> Voice | None:
    """Find the voice of "X was more careful: words", where no verb of saying tells it."""
    tokens = sentence.tokens
    blockers, _ = _prepositions(lang)
    colons = (i for i, token in enumerate(tokens) if token.raw == ":" and not sentence.quoted[i])
    colon = next((i for i in colons if i and not tokens[i - 1].raw.isdigit()), None)
    if colon is None or colon > COLON_REACH or colon > len(tokens) - 4:
        return None
    if colon + 1 < len(tokens) and sentence.quoted[colon + 1]:
        quoted = [v for v in voices if v.last <= colon and v.kind in (*PERSONAL, *ORGANISED)]
        told = any(cue.kind == "say" and not cue.weak and cue.first < colon for cue in sentence.cues)
        return quoted[-1] if quoted and not told else None
    if any(cue.kind in ("say", "according", "by_words") and cue.first < colon for cue in sentence.cues):
        return None
    for voice in voices:
        before = _governor(tokens, voice)
        if voice.last <= colon and voice.kind in (*PERSONAL, "pronoun") and before not in blockers:
            return voice
    return None


def _subject(sentence: Sentence, voices: Sequence[Voice], cue: Cue, lang: str) -> Voice | None:
    """Choose the voice likeliest to be the subject of a verb of saying."""
    best, best_score = None, LEAST_WEAK if cue.weak else LEAST
    for voice in voices:
        if cue.weak and voice.kind in ("state", "bloc"):
            continue
        score = _score(sentence, voice, cue, lang)
        if score > best_score:
            best, best_score = voice, score
    if best is None or best.kind in ("person", "outlet", "the outlet", "pronoun"):
        return best
    return _person_behind(sentence, voices, best)


def _person_behind(sentence: Sentence, voices: Sequence[Voice], title: Voice) -> Voice:
    """Find the person before whose name a title of whatever length stands: "the head of purchases of the army, X"."""
    after = [voice for voice in voices if voice.first >= title.last]
    for voice in after[:5]:
        gap = sentence.tokens[title.last : voice.first]
        if any(not token.raw[0].isalnum() and token.raw not in "-«»" for token in gap):
            return title
        if voice.kind == "person" and not any(
            c.kind == "say" and title.last <= c.first < voice.first for c in sentence.cues
        ):
            blocked = sentence.tokens[voice.first - 1].norm in ("с", "со", "з", "із", "with", "to", "о", "про", "about")
            return title if blocked else voice
    return title


def _governor(tokens: Sequence[Token], voice: Voice) -> str:
    """Word before a voice, articles passed over: a preposition there makes it no subject."""
    i = voice.first - 1
    while i >= 0 and tokens[i].norm in ARTICLES:
        i -= 1
    if i > 0 and tokens[i].norm in ("of", "из", "із", "з") and tokens[i - 1].norm in ONE_OF:
        return ""
    return tokens[i].norm if i >= 0 else ""


def _may_follow(tokens: Sequence[Token], voice: Voice, cue: Cue) -> bool:
    """Whether an English subject may stand behind its verb: "said Jane Doe", but not "told Jane Doe"."""
    gap = [token for token in tokens[cue.last : voice.first] if token.raw.isalpha() and token.norm not in ARTICLES]
    if cue.weak and (gap or voice.kind != "person"):
        return False
    return len(gap) <= 1 and voice.kind != "pronoun" and tokens[cue.first].norm not in ADDRESSING


def _score(sentence: Sentence, voice: Voice, cue: Cue, lang: str) -> float:
    """How well a voice fits as the subject of a verb: kind, distance, case, what stands between."""
    tokens = sentence.tokens
    blockers, own = _prepositions(lang)
    if voice.last <= cue.first:
        gap = tokens[voice.last : cue.first]
    elif voice.first >= cue.last and (lang != "en" or _may_follow(tokens, voice, cue)):
        gap = tokens[cue.last : voice.first]
    else:
        return -1.0
    score = BASE[voice.kind] - PER_TOKEN * len(gap)
    score -= PER_COMMA * sum(token.raw == "," for token in gap)
    score -= PER_BREAK * sum(token.raw in ";:" for token in gap)
    if voice.kind == "person" and voice.definite:
        score += TITLED
    if voice.kind == "body" and voice.definite:
        score -= BARE
    before = _governor(tokens, voice)
    if before in own and voice.kind in ("body", "company", "the body", "the company", "the document", "state", "bloc"):
        score -= 0.4
    elif before in blockers:
        score -= PREPOSITION
    elif voice.case in ("other", "loc"):
        score -= OBLIQUE
    behind = tokens[voice.last + 1].norm if voice.last + 1 < len(tokens) else ""
    if voice.last < len(tokens) and tokens[voice.last].norm == "'s" and behind not in _words(lang, "of_person"):
        score -= 2.0
    return score
