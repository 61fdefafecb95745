"""A place in an article -> a link that opens the page at these words (a text fragment, `#:~:text=`).

A browser looks for whole words without regard to case and takes the first place it finds; so the words before are
added where the same words stand further up, and long quotations are given by their first and last words.
"""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import quote

from outproduce.errors import NothingFound
from outproduce.ledger.store import Ledger
from outproduce.records import Claim

_LONGEST = 8  # words of a quotation given whole
_ENDS = 4  # words given of each end of a longer one
_CONTEXT = 6  # words before it, at most


def fragment_link(url: str, text: str, start: int, end: int) -> str:
    """Link to a page at the words `text[start:end]` of its article; what follows a # in the address gives way.

    >>> fragment_link("https://a.example/x#top", "Ten tanks. Ten tanks a day.", 11, 20)
    'https://a.example/x#:~:text=tanks.-,Ten%20tanks'
    """
    start, end = _whole_words(text, start, end)
    words = text[start:end].split()
    if not words:
        return url
    short = len(words) <= _LONGEST and "\n" not in text[start:end].strip()
    first, last = (words, []) if short else (words[:_ENDS], words[-_ENDS:])
    before = _context(text, start, first)
    parts = [f"{_coded(before)}-"] if before else []
    parts += [_coded(first)] + ([_coded(last)] if last else [])
    return f"{url.split('#')[0]}#:~:text={','.join(parts)}"


def _whole_words(text: str, start: int, end: int) -> tuple[int, int]:
    while 0 < start < end and text[start - 1].isalnum() and text[start].isalnum():
        start -= 1
    while start < end < len(text) and text[end - 1].isalnum() and text[end].isalnum():
        end += 1
    return start, end


def _context(text: str, start: int, first: list[str]) -> list[str]:
    """Give the fewest words before the place that make it the first in the text where these stand."""
    above = text[:start].split()
    for count in range(min(_CONTEXT, len(above)) + 1):
        chosen = above[len(above) - count :]
        phrase = r"\W+".join(re.escape(word) for word in (*chosen, *first))
        found = re.search(rf"(?<!\w){phrase}(?!\w)", text, re.IGNORECASE)
        if found is None or found.end() > start:
            return chosen
    return above[-_CONTEXT:]


def _coded(words: list[str]) -> str:
    return quote(" ".join(words), safe="").replace("-", "%2D")


class Linker:
    """Links to the claims of a ledger, at their words in the article as it was last read."""

    def __init__(self, ledger: Ledger) -> None:
        self._text = lru_cache(maxsize=256)(lambda article_id: _text_of(ledger, article_id))

    def link(self, claim: Claim) -> str | None:
        """Link to a claim; its plain address where no words are known."""
        evidence = claim.evidence
        if claim.url is None or evidence is None:
            return claim.url
        text = self._text(evidence.article_id)
        if text[evidence.start : evidence.end] != evidence.quote:
            return claim.link
        return fragment_link(claim.url, text, evidence.start, evidence.end)


def _text_of(ledger: Ledger, article_id: str) -> str:
    try:
        return ledger.article(article_id).text
    except NothingFound:
        return ""
