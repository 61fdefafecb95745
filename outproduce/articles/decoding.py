"""Bytes of a page or a text -> characters: Unicode marks, UTF-8, declared encodings, Cyrillic ones by their letters.

What comes in may be declared wrongly or not at all; nothing is raised, what fits nowhere becomes U+FFFD.
"""

from __future__ import annotations

import codecs
import contextlib
import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (b"<\0", "utf-16-le"),  # no mark, but a page begins so
    (b"\0<", "utf-16-be"),
)
_DECLARED = re.compile(rb"""(?:charset|encoding)\s*=\s*["']?\s*([\w.:-]+)""", re.I)
_CYRILLIC = ("cp1251", "koi8-u", "koi8-r", "iso8859-5", "cp866")
_GUESSES = (*_CYRILLIC, "cp1252")
# Declared encodings that are believed; browsers read Latin-1 as cp1252, and so do we.
_SINGLE_BYTE = {name: name for name in (*_GUESSES, "cp1250", "iso8859-2", "iso8859-15", "mac-cyrillic")}
_SINGLE_BYTE["iso8859-1"] = "cp1252"
# Letters of Ukrainian and Russian texts, the most frequent first.
_BY_FREQUENCY = "оаиентрсвлкпдумізьяыгйбчхжєїюцшщфґэъё"
_LETTER_SCORE = {letter: 1 - rank / len(_BY_FREQUENCY) for rank, letter in enumerate(_BY_FREQUENCY)}
_NEUTRAL = frozenset("«»—–’‘“”„…№§°\xa0•·€£©®±×½¼")
_BESIDE = 30  # bytes of a word on both sides of one beyond ASCII
_WORD = re.compile(rb"[^\s<>]{0,%d}[\x80-\xff][^\s<>]{0,%d}" % (_BESIDE, _BESIDE))
_BEYOND_ASCII = re.compile(rb"[\x80-\xff]")
_SAMPLE_WORDS = 300


def unicode_mark(content: bytes) -> str | None:
    """Name the Unicode encoding that the first bytes give away, or None.

    >>> unicode_mark("да".encode("utf-16"))
    'utf-16'
    """
    return next((encoding for mark, encoding in _MARKS if content.startswith(mark)), None)


def decode(content: bytes, declared: str | None = None) -> str:
    """Decode a text or page: Unicode marks, then valid UTF-8, then the declared encoding or what reads most like text.

    Bytes that are valid UTF-8 are UTF-8 whatever is declared. A declaration is weighed against the Cyrillic encodings
    by the frequency of letters, since servers that recode pages leave it standing. `declared` is what the server said,
    which counts where the page says nothing. Nothing is raised: single bytes that fit nowhere become U+FFFD.

    >>> decode("Завод виробив 500 дронів".encode("koi8-u"))
    'Завод виробив 500 дронів'
    """
    mark = unicode_mark(content)
    if mark:
        return content.decode(mark, "replace").removeprefix("\ufeff")
    with contextlib.suppress(UnicodeDecodeError):
        return content.decode()
    as_utf8 = content.decode("utf-8", "replace")
    strange = len(as_utf8) - len(as_utf8.encode("ascii", "ignore"))
    if as_utf8.count("\ufffd") * 20 < strange:  # a page cut off in the middle, or one spoilt by a foreign block
        return as_utf8
    sample = b" ".join(islice(_find_words(content), _SAMPLE_WORDS))
    declared = _declared_encoding(content) or _single_byte(declared)
    candidates = ([declared] if declared else []) + [guess for guess in _GUESSES if guess != declared]
    scores = {encoding: _score_text(sample.decode(encoding, "replace")) for encoding in candidates}
    best = max(candidates, key=lambda encoding: scores[encoding] + 0.1 * (encoding == declared))
    return content.decode(best, "replace")


def _find_words(content: bytes) -> Iterator[bytes]:
    """Give what stands around bytes beyond ASCII; scripts and tags are passed over quickly."""
    at = 0
    while strange := _BEYOND_ASCII.search(content, at):
        word = _WORD.search(content, max(at, strange.start() - _BESIDE))
        assert word is not None, f"the byte at {strange.start()} is a word by itself"
        yield word.group()
        at = word.end()


def _declared_encoding(content: bytes) -> str | None:
    match = _DECLARED.search(content[:4096])
    return _single_byte(match.group(1).decode("ascii", "replace")) if match else None


def _single_byte(name: str | None) -> str | None:
    """The name under which a declared encoding is believed, None where it is not."""
    try:
        return _SINGLE_BYTE.get(codecs.lookup(name or "").name)
    except (LookupError, ValueError):
        return None


def _score_text(text: str) -> float:
    """Say how much the characters beyond ASCII read like words: 0.7 or so for Cyrillic text, less for a wrong guess."""
    scores = [score for score in map(_score_letter, " " + text, text) if score is not None]
    return sum(scores) / len(scores) if scores else 0.0


@lru_cache(maxsize=1 << 15)
def _score_letter(before: str, char: str) -> float | None:
    """Score a character by the one before it; None where it tells nothing."""
    if char <= "\x7f" or char in _NEUTRAL:
        return None
    small = char.lower()
    score = _LETTER_SCORE.get(small, -1.0)
    if small == char and score > 0 and before.isascii() and before.isalpha():
        return -1.0  # a word of two scripts
    if score < 0 and char.isalpha() and char < "\u0250":
        return 0.5 if before.isascii() else -1.0  # an accented Latin letter stands among plain ones
    if small != char:
        return -1.0 if before.islower() else score / 2
    return score
