"""The languages that can be read: one folder of YAML each (`text`, `numbers`, `time`), one small interface here.

A new language is a new folder; its code is the folder's name.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from outproduce.errors import UsageError
from outproduce.lexicon import tokenize

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_BREAK = re.compile(r"(?<=[.!?…])[\"'”»“’)\]]*\s+|\n+")
LONGEST = 1000  # characters: a longer "sentence" is a table or a list without stops, and is cut at a blank
_FLAG = re.compile(r"[\U0001f1e6-\U0001f1ff]{2}(?:\s*\n\s*\d+)?")
_INITIAL = re.compile(r"(?:^|[\s(«\"])[^\W\d_]\.$")


@cache
def language_codes() -> tuple[str, ...]:
    """Codes of the languages at hand, in alphabetical order.

    >>> language_codes()
    ('en', 'ru', 'uk')
    """
    folders = files(__name__).iterdir()
    return tuple(sorted(folder.name for folder in folders if folder.is_dir() and (folder / "text.yml").is_file()))


@cache
def language_data(lang: str, subject: str) -> dict[str, Any]:
    """Read one language's data of one subject: `text`, `numbers` or `time`.

    Raises:
        UsageError: there is no such language.
    """
    if lang not in language_codes():
        raise UsageError(f"no language {lang!r} among {', '.join(language_codes())}; give one of these, or none")
    path = files(__name__) / lang / f"{subject}.yml"
    data: dict[str, Any] = yaml.load(path.read_text(encoding="utf-8"), Loader=_LOADER)
    return data


def detect_language(text: str) -> str:
    """Name the likeliest language of a text by its letters and its commonest words.

    >>> detect_language("Росія виробляє їх щомісяця"), detect_language("Россия делает это")
    ('uk', 'ru')
    """
    sample = text[:20_000].lower()
    words = [token.norm for token in tokenize(sample)]
    best, best_score = "", -1.0
    for lang in language_codes():
        data = language_data(lang, "text")
        common = frozenset(data["common_words"])
        score = 3.0 * sum(word in common for word in words) + sum(
            sample.count(letter) for letter in data["own_letters"]
        )
        score += 0.1 * sum(sample.count(letter) for letter in data["alphabet"])
        if score > best_score:
            best, best_score = lang, score
    return best


@cache
def _abbreviations(lang: str) -> frozenset[str]:
    return frozenset(word.lower() for word in language_data(lang, "text")["abbreviations"])


def find_sentences(text: str, lang: str) -> list[tuple[int, int]]:
    """Cut a text into sentences: start and end of each, in characters, end exclusive, without blank edges.

    Line ends always end a sentence, but a flag on a line of its own begins the next; a stop after an abbreviation, an
    initial or before a small letter does not. One longer than `LONGEST` is cut, so that the time to read a text grows
    with its length only.

    >>> [text[a:b] for text in ["Gen. Lee said so. It is 1.5 m."] for a, b in find_sentences(text, "en")]
    ['Gen. Lee said so.', 'It is 1.5 m.']
    """
    short = _abbreviations(lang)
    spans: list[tuple[int, int]] = []
    start = 0
    for match in _BREAK.finditer(text):
        flag = _FLAG.fullmatch(text[start : match.start()].strip())
        if flag or ("\n" not in match.group() and not _ends_sentence(text, start, match, short)):
            continue
        _append_trimmed(spans, text, start, match.start() if "\n" in match.group() else match.end())
        start = match.end()
    _append_trimmed(spans, text, start, len(text))
    return spans


def _ends_sentence(text: str, start: int, gap: re.Match[str], short: frozenset[str]) -> bool:
    following = text[gap.end() : gap.end() + 3].lstrip("\"'«“„(—–- ")
    if not following or following[0].islower():
        return False
    before = text[start : gap.start()]
    if not before.endswith("."):
        return True
    last = before.rsplit(None, 1)[-1].lower().lstrip("(\"'«“„") if before.strip() else ""
    if _INITIAL.search(before) and last.rstrip(".") not in {"р", "г", "т", "i"}:
        return False
    return last not in short


def _append_trimmed(spans: list[tuple[int, int]], text: str, start: int, end: int) -> None:
    while end - start > LONGEST:
        blank = text.rfind(" ", start + LONGEST // 2, start + LONGEST)
        cut = blank + 1 if blank > 0 else start + LONGEST
        _append_trimmed(spans, text, start, cut)
        start = cut
    piece = text[start:end]
    left, right = len(piece) - len(piece.lstrip()), len(piece.rstrip())
    if right > left:
        spans.append((start + left, start + right))
