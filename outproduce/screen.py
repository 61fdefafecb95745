"""Raw bytes -> can there be a claim in here? Says no to almost every page of the web, at gigabytes a minute.

First an item word of the pack must stand in the bytes, however they are encoded; only then is the text around it looked
at for the shape of a claim. `read` does not ask this: it reads everything it is given.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from html import unescape

from outproduce.packs import Pack, load_pack
from outproduce.scanning.patterns import FORMS, Find, Hit, ItemFinder
from outproduce.scanning.shape import ClaimShape

AROUND = 300  # letters looked at on both sides of an item word
_BEFORE = 24  # letters before a weak word in which a count must stand
_BLOCKS = (
    "p|div|li|ul|h[1-6]|tr|td|th|table|article|section|aside|nav|header|footer|time|figure|figcaption|br|script|button"
    "|option|label"
)
_BLOCK = re.compile(rf"\s*(?:<(?:!|/?(?:{_BLOCKS})\b)[^>]*>?\s*)+", re.I)
_TAG = re.compile(r"<[^>]*>?")
_CUT_TAG = re.compile(r"\A[^<>]*>")  # the end of a tag that began before
_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})")
_CYRILLIC_BYTES = re.compile(rb"[\xc0-\xff]{3}")


class Screen:
    """The first sieve for pages and, on their text, the second; words are the pack's."""

    def __init__(self, pack: Pack, engine: Callable[[Sequence[bytes]], Find] | None = None) -> None:
        self._find = ItemFinder(pack, engine)
        self._shape = ClaimShape(pack)

    def passes(self, content: bytes) -> bool:
        """Tell whether there can be a claim in the bytes of a page or a text; sure only where it says no."""
        hits = [hit for hit in self._find(content) if not hit.weak or self._is_counted(content, hit)]
        return bool(hits) and any(self._shape.fits(text) for text in _texts_around(content, hits))

    def _is_counted(self, content: bytes, hit: Hit) -> bool:
        """Tell whether a number, or a word that may stand for one, is right before a word."""
        before = content[max(0, hit.start - _BEFORE * FORMS[hit.form].width) : hit.start]
        return any(self._shape.ends_in_count(_plain(text)) for text in _decoded(before, hit.form))

    def passes_text(self, text: str) -> bool:
        """Tell the same of text that was taken out of a page."""
        return self.passes(text.encode("utf-8", "replace"))


@lru_cache(maxsize=4)
def load_screen(pack: str = "weapons") -> Screen:
    """Build the screen of a pack once; it takes a second or two."""
    return Screen(load_pack(pack))


def _texts_around(content: bytes, hits: Sequence[Hit]) -> Iterator[str]:
    """Give the readable text around item words; stretches that overlap are one."""
    for start, end, form in _stretches(hits):
        for text in _decoded(content[max(0, start) : end], form):
            yield _plain(text)


def _decoded(stretch: bytes, form: str) -> Iterator[str]:
    """Read bytes in the encodings they may be in; a Latin word tells nothing of the letters around it."""
    for encoding in FORMS[form].encodings:
        if encoding == "utf-8" or form != "ascii" or _CYRILLIC_BYTES.search(stretch):
            yield stretch.decode(encoding, "replace")


def _stretches(hits: Sequence[Hit]) -> Iterator[tuple[int, int, str]]:
    """Widen hits to what stands around them and bring together those of one form that overlap."""
    start, end, form = 0, -1, ""
    for hit in hits:
        reach = AROUND * FORMS[hit.form].width
        if end >= hit.start - reach and form == hit.form:
            end = hit.end + reach
            continue
        if form:
            yield start, end, form
        start, end, form = hit.start - reach, hit.end + reach, hit.form
    if form:
        yield start, end, form


def _plain(markup: str) -> str:
    r"""Take tags out and turn entities and escapes into signs; what tags set apart stands on lines of its own.

    >>> _plain('ss="a">&#1090;&#x430;\\u043d\\u043a<br>90').split()
    ['танк', '90']
    """
    text = _TAG.sub(" ", _BLOCK.sub("\n", _CUT_TAG.sub(" ", markup)))
    if "&" in text:
        text = unescape(text)
    if "\\u" in text:
        text = _ESCAPE.sub(lambda sign: chr(int(sign[1], 16)), text)
    return text
