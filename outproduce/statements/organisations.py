"""Companies, bodies and outlets nobody has written down, and bodies told by what they are and whose."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from outproduce.languages import language_data
from outproduce.lexicon import Lexicon, Token
from outproduce.packs import Pack
from outproduce.statements.lands import body_of
from outproduce.statements.names import is_capital, transliterate
from outproduce.statements.spoken import Cue, Spoken, Voice

ORGANISATIONS = {"companies": "company", "bodies": "body", "outlets": "outlet"}
DOMAINS = frozenset(
    {"com", "net", "org", "ua", "ru", "pl", "cz", "de", "lv", "lt", "ee", "info", "media", "eu", "io", "be"}
)
LINKS = frozenset({"з", "із", "по", "с", "и", "і", "та", "питань", "вопросам", "при", "для"})  # within names of bodies
CALL_SIGN = "call sign"


def find_institutions(
    tokens: Sequence[Token], spoken: Spoken, named: Sequence[Voice], adjectives: dict[int, str], pack: Pack
) -> list[Voice]:
    """Bodies told by what they are and whose: "the Norwegian ministry of defence", "the embassy of Chile"."""
    states = {voice.first: voice for voice in named if voice.kind == "state"}
    found = []
    for i, matches in spoken.items():
        match = next((m for m in matches if m.value.group == "institutions"), None)
        if match is None:
            continue
        what = match.value.english
        owner = next((adjectives[j] for j in (i - 1, i - 2) if j in adjectives), None)
        state = states.get(match.last) or states.get(match.last + 1 if _joins(tokens, match.last) else -1)
        genitive = tokens[i - 1].norm == "'s" if i else False
        behind = next((v for v in states.values() if genitive and v.last == i - 1), None)
        if owner is not None or behind is not None:
            name = body_of(pack, what, owner or (behind.name if behind else ""))
            found.append(Voice(behind.first if behind else i, match.last, "body", name, heads=(what,)))
        elif state is not None:
            found.append(Voice(i, state.last, "body", body_of(pack, what, state.name), heads=(what,)))
    return found


def _joins(tokens: Sequence[Token], i: int) -> bool:
    return i < len(tokens) and tokens[i].norm in ("of", "in", "the", "'s")


def find_organisations(
    tokens: Sequence[Token], spoken: Spoken, taken: set[int], cues: Sequence[Cue], lang: str
) -> list[Voice]:
    """Companies, bodies and outlets nobody has written down: a quoted name or capitals behind what it is."""
    found = []
    for matches in spoken.values():
        match = next((m for m in matches if m.value.group in ORGANISATIONS), None)
        if match is None or match.last >= len(tokens) or match.last in taken:
            continue
        end = _organisation_end(tokens, match.last, taken)
        if end > match.last:
            words = [t.raw for t in tokens[match.last : end] if t.raw[0].isalnum()]
            name = " ".join(transliterate(word, lang) for word in words)
            found.append(Voice(match.last, end, ORGANISATIONS[match.value.group], name))
    if lang != "en":
        beside = {i for cue in cues if cue.kind == "report" for i in (cue.last, cue.last + 1, cue.first - 1)}
        inside = taken | {i for voice in found for i in range(voice.first, voice.last)}
        found += _latin_outlets(tokens, inside, beside)
        inside = inside | {i for voice in found for i in range(voice.first, voice.last)}
        found += _described(tokens, inside, lang)
    inside = taken | {i for voice in found for i in range(voice.first, voice.last)}
    return found + _sites(tokens, inside)


@cache
def _body_words(lang: str, key: str) -> Lexicon[str]:
    words: Lexicon[str] = Lexicon()
    for phrase, english in language_data(lang, "speech")[key].items():
        words.add(phrase, english)
    return words


def _described(tokens: Sequence[Token], taken: set[int], lang: str) -> list[Voice]:
    """Bodies whose name is words of the language, put into English: "Центр стратегических коммуникаций"."""
    heads, words = _body_words(lang, "body_heads"), _body_words(lang, "body_words")
    found: list[Voice] = []
    for i in heads.starts(tokens):
        here = heads.at(tokens, i) if i not in taken and not (found and i < found[-1].last) else []
        if not here:
            continue
        before: list[str] = []
        first, last = i, here[0].last
        while first and first - 1 not in taken and (match := words.at(tokens, first - 1)):
            first, before = first - 1, [match[0].value, *before]
        after: list[str] = []
        while last < len(tokens) and last not in taken:
            match = words.at(tokens, last)
            if not match and not (tokens[last].norm in LINKS and last + 1 < len(tokens) and words.at(tokens, last + 1)):
                break
            after += [match[0].value] if match else []
            last = match[0].last if match else last + 1
        if tokens[first].raw[0].isupper() and (before or after):
            name = " ".join([*before, here[0].value, *(("of", *after) if after else ())])
            found.append(Voice(first, last, "body", name))
    return found


def _sites(tokens: Sequence[Token], taken: set[int]) -> list[Voice]:
    """Outlets called by their address: "dev.ua"."""
    found = []
    for i in range(1, len(tokens) - 1):
        left, dot, right = tokens[i - 1 : i + 2]
        joined = dot.raw == "." and left.end == dot.start and dot.end == right.start
        if joined and right.norm in DOMAINS and left.raw.isalnum() and not taken & {i - 1, i + 1}:
            found.append(Voice(i - 1, i + 2, "outlet", f"{left.raw}.{right.raw}"))
    return found


def find_call_signs(tokens: Sequence[Token], taken: set[int], spoken: Spoken, lang: str) -> list[Voice]:
    """Names in quotation marks right beside a verb of saying or a title, in Cyrillic: call signs and firms."""
    found = _known_as(tokens, taken, spoken)
    if lang == "en":
        return found
    beside: set[int] = set()
    reported = {at for ms in spoken.values() for m in ms if m.value.group == "prints" for at in (m.first, m.last)}
    for i, matches in spoken.items():
        if any(m.value.english == CALL_SIGN for m in matches):
            beside.add(max(m.last for m in matches))
        if any(m.value.group == "say" for m in matches):
            beside.add(i - 1)
    for i, token in enumerate(tokens):
        if token.raw not in "«„" or i + 1 >= len(tokens) or taken & {i, i + 1} or not is_capital(tokens[i + 1]):
            continue
        end = _organisation_end(tokens, i, taken)
        if end > i and (i in beside or end - 1 in beside or i in reported or end in reported):
            words = [t.raw for t in tokens[i:end] if t.raw[0].isalnum()]
            kind = "outlet" if i in reported or end in reported else "person" if len(words) == 1 else "company"
            found.append(Voice(i, end, kind, " ".join(transliterate(word, lang) for word in words)))
    return found


def _known_as(tokens: Sequence[Token], taken: set[int], spoken: Spoken) -> list[Voice]:
    """Persons by their call sign or first name alone: "known as Tokha"."""
    ends = {max(m.last for m in ms) for ms in spoken.values() if any(m.value.english == CALL_SIGN for m in ms)}
    return [
        Voice(i, i + 1, "person", tokens[i].raw)
        for i in sorted(ends - taken)
        if i < len(tokens) and is_capital(tokens[i]) and tokens[i].raw.isascii()
    ]


def _organisation_end(tokens: Sequence[Token], first: int, taken: set[int]) -> int:
    if tokens[first].raw in '«„"“':
        close = next((j for j in range(first + 1, min(first + 6, len(tokens))) if tokens[j].raw in '»”“"'), first - 1)
        return close + 1 if close > first + 1 and is_capital(tokens[first + 1]) else first
    end = first
    while end < len(tokens) and end not in taken and is_capital(tokens[end]) and tokens[end].raw.isascii():
        end += 1
    return end if end > first and not tokens[0].raw.isascii() else first


def _latin_outlets(tokens: Sequence[Token], taken: set[int], beside: set[int]) -> list[Voice]:
    """Names in Latin letters beside "writes" or "citing", in a Cyrillic sentence."""
    found, i = [], 0
    while i < len(tokens):
        first = i
        while i < len(tokens) and i not in taken and tokens[i].raw.isascii() and is_capital(tokens[i]):
            i += 1
        if i > first and (first in beside or i - 1 in beside):
            found.append(Voice(first, i, "outlet", " ".join(token.raw for token in tokens[first:i])))
        i = max(i, first + 1)
    return found
