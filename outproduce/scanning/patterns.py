"""A pack's item words -> the bytes they are written in on pages, and where any of them stands in a page.

Words are those of the pack: no list is kept here. Each is looked for in small letters, capitalised and in capitals, and
in every way in which pages write Cyrillic: UTF-8, cp1251, KOI8-U, numeric entities, the escapes of scripts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from outproduce.languages import language_codes
from outproduce.lexicon import HYPHENS, tokenize
from outproduce.packs import Pack

Find = Callable[[bytes], Sequence[tuple[int, int]]]  # content -> (number of the pattern, end) of every match
SHORTEST = 4  # a whole word of fewer small letters ("мин") is too often another word to look for
_JOINTS = ("", " ", "-", "\u2011", "\xa0", "&nbsp;")  # what stands between the words of a name
_OTHER_LETTERS = {"ё": "е", "Ё": "Е", "'": "’ʼ"}
_LONGEST_TAG = 500  # bytes
_STAR = "\u2217"


class Form(NamedTuple):
    """A way of writing: `encode` gives None where it cannot; `before` and `after` tell a letter next to a word."""

    encode: Callable[[str], bytes | None]
    before: re.Pattern[bytes]
    after: re.Pattern[bytes]
    width: int  # bytes that a letter takes, or little more
    encodings: tuple[str, ...]  # how text around such a word is decoded


def _in_encoding(name: str) -> Callable[[str], bytes | None]:
    def encode(word: str) -> bytes | None:
        try:
            return word.encode(name)
        except UnicodeEncodeError:
            return None

    return encode


def _escaped(pattern: str) -> Callable[[str], bytes | None]:
    def encode(word: str) -> bytes | None:
        return "".join(pattern.format(ord(sign)) if sign > "\x7f" else sign for sign in word).encode()

    return encode


def _form(encode: Callable[[str], bytes | None], letter: bytes, width: int, *encodings: str) -> Form:
    return Form(encode, re.compile(rb"(?:%s)\Z" % letter), re.compile(letter), width, encodings)


_ENTITY = rb"&#(?:1[01]\d\d|x0?4[0-9a-fA-F]{2});"
_ESCAPE = rb"\\u04[0-9a-fA-F]{2}"
FORMS = {
    "ascii": Form(
        lambda word: word.encode() if word.isascii() else None,
        re.compile(rb"(?<!\\)[A-Za-z0-9](?<!\\u[0-9a-fA-F]{4})\Z"),  # "\u00abdrone" and "\ndrone" begin with d
        re.compile(rb"[A-Za-z]"),
        2,
        ("utf-8", "cp1251", "koi8-u"),
    ),
    "utf-8": _form(_in_encoding("utf-8"), rb"[\xd0-\xd3][\x80-\xbf]", 2, "utf-8"),
    "cp1251": _form(_in_encoding("cp1251"), rb"[\xc0-\xff\xa5\xa8\xaa\xaf\xb2-\xb4\xb8\xba\xbf]", 1, "cp1251"),
    "koi8-u": _form(_in_encoding("koi8-u"), rb"[\xc0-\xff\xa3\xa4\xa6\xa7\xad\xb3\xb4\xb6\xb7\xbd]", 1, "koi8-u"),
    "decimal": _form(_escaped("&#{};"), _ENTITY, 7, "utf-8"),
    "hexadecimal": _form(_escaped("&#x{:x};"), _ENTITY, 8, "utf-8"),
    "HEXADECIMAL": _form(_escaped("&#x{:X};"), _ENTITY, 8, "utf-8"),
    "escaped": _form(_escaped("\\u{:04x}"), _ESCAPE, 6, "utf-8"),
    "ESCAPED": _form(_escaped("\\u{:04X}"), _ESCAPE, 6, "utf-8"),
}


class Anchor(NamedTuple):
    """A word to look for: `whole` is whether it ends there, `weak` that it counts only where something counts it."""

    whole: bool
    weak: bool = False


class Pattern(NamedTuple):
    """Bytes to look for in place of an anchor; `form` is a key of `FORMS`."""

    content: bytes
    form: str
    anchor: Anchor


class Hit(NamedTuple):
    """Where an item word stands: `content[start:end]`, written in `form`; `weak` as in `Anchor`."""

    start: int
    end: int
    form: str
    weak: bool


class _Phrase(NamedTuple):
    words: tuple[str, ...]
    is_stem: tuple[bool, ...]
    exact: bool


def item_phrases(pack: Pack, form: str = "strong") -> list[_Phrase]:
    """Cut every phrase that names an item, in all languages, into words as the lexicon does; words alone come first."""
    entries = (row for lang in language_codes() for row in pack.phrases(lang))
    texts = dict.fromkeys(text for _, text, entry in entries if (entry.category, entry.form) == ("item", form))
    return sorted(map(_phrase, texts), key=lambda phrase: (len(phrase.words), not phrase.is_stem[0]))


def _phrase(text: str) -> _Phrase:
    tokens = tokenize(text.removeprefix("=").replace("*", _STAR))
    tokens = [token for token in tokens if token.norm not in HYPHENS]
    following = [token.norm == _STAR for token in tokens[1:]] + [False]
    words = [(token.raw, stem) for token, stem in zip(tokens, following, strict=True) if token.norm != _STAR]
    letters = "".join(word for word, _ in words if word.isalpha())
    exact = text.startswith("=") or (letters.isupper() and len(letters) > 1)
    return _Phrase(tuple(word for word, _ in words), tuple(stem for _, stem in words), exact)


def anchors(pack: Pack) -> dict[str, Anchor]:
    """Choose words to look for so that each phrase that names an item holds one.

    Phrases of one word are looked for as they are. One of several words needs nothing more where one of its words is
    looked for already; otherwise names ("T-90", "Iron Dome") are looked for with every joint, and phrases with endings
    inside by the last word. Words too short to be sure of, and those the pack calls weak, are weak.
    """
    chosen: dict[str, Anchor] = {}
    known: dict[str, bool] = {}  # words looked for already, in small letters unless exact; True: the whole word only
    for form in ("strong", "weak"):
        for phrase in item_phrases(pack, form):
            if any(_is_known(word, stem, known) for word, stem in zip(phrase.words, phrase.is_stem, strict=True)):
                continue
            words, whole = _part(phrase)
            if len(words) == 1:
                known[words[0] if phrase.exact else words[0].lower()] = whole
            for literal in _spellings(words, phrase.exact):
                if len(literal) >= SHORTEST - 1:
                    weak = form == "weak" or (len(literal) < SHORTEST and literal.isalpha() and not literal.isupper())
                    known_as = chosen.get(literal, Anchor(True, True))
                    chosen[literal] = Anchor(known_as.whole and whole, known_as.weak and weak)
    return chosen


def _part(phrase: _Phrase) -> tuple[tuple[str, ...], bool]:
    """Choose what of a phrase to look for, and say whether a word ends there.

    It is the last run of words without an ending inside, for nouns stand last and are rarer than what describes them;
    of a run no more than its first words that are long enough.
    """
    runs = [0, *(i + 1 for i, stem in enumerate(phrase.is_stem[:-1]) if stem)]
    ends = [*runs[1:], len(phrase.words)]
    spans = [span for span in zip(runs, ends, strict=True) if len("".join(phrase.words[slice(*span)])) >= SHORTEST]
    first, end = (spans or [(0, len(phrase.words))])[-1]
    last = next((i for i in range(first + 1, end) if len("".join(phrase.words[first:i])) >= SHORTEST), end)
    last = max(last, min(first + 2, end))
    return phrase.words[first:last], last == end and not phrase.is_stem[end - 1]


def _is_known(word: str, stem: bool, known: Mapping[str, bool]) -> bool:
    """Tell whether a word of a phrase is found by what is looked for already: itself, or a stem it begins with."""
    for form in (word, word.lower()):
        if (known.get(form) and not stem) or any(known.get(form[:n]) is False for n in range(2, len(form) + 1)):
            return True
    return False


def _spellings(words: tuple[str, ...], exact: bool) -> Iterator[str]:
    """Write words in every case, with every joint, and with the letters that pages write otherwise."""
    for cased in _cases(words, exact):
        for literal in _joined(cased):
            yield literal
            for letter, others in _OTHER_LETTERS.items():
                if letter in literal:
                    yield from (literal.replace(letter, other) for other in others)


def _joined(words: Sequence[str]) -> Iterator[str]:
    """Put words together in every way in which names are written; the same joint between all."""
    for joint in _JOINTS if len(words) > 1 else ("",):
        yield joint.join(words)


def _cases(words: tuple[str, ...], exact: bool) -> set[tuple[str, ...]]:
    """Write words in three cases; names with digits and those that ask for exact case stay as they are."""
    if exact or any(word.isdigit() for word in words):
        return {words} if exact else {words, tuple(map(str.upper, words))}
    small = tuple(map(str.lower, words))
    return {words, small, (small[0].capitalize(), *small[1:]), tuple(map(str.upper, words))}


def byte_patterns(words: Mapping[str, Anchor]) -> list[Pattern]:
    """Write every word in every form; words of Latin letters and digits alone have one."""
    found: dict[bytes, Pattern] = {}
    for word, anchor in words.items():
        names = ("ascii",) if word.isascii() else [name for name in FORMS if name != "ascii"]
        for name in names:
            content = FORMS[name].encode(word)
            if content is not None and (content not in found or found[content].anchor > anchor):
                found[content] = Pattern(content, name, anchor)
    return sorted(found.values())


class ItemFinder:
    """Finds the item words of a pack in the bytes of a page; with hyperscan where it is installed."""

    def __init__(self, pack: Pack, engine: Callable[[Sequence[bytes]], Find] | None = None) -> None:
        self._patterns = byte_patterns(anchors(pack))
        self._find = (engine or best_engine())([pattern.content for pattern in self._patterns])

    def __call__(self, content: bytes) -> list[Hit]:
        """Find every item word that begins where a word begins, in the order of the page."""
        hits = []
        for number, end in self._find(content):
            pattern = self._patterns[number]
            start = end - len(pattern.content)
            if _stands_alone(content, start, end, pattern) and not _is_in_tag(content, start):
                hits.append(Hit(start, end, pattern.form, pattern.anchor.weak))
        hits.sort()
        return hits


def _stands_alone(content: bytes, start: int, end: int, pattern: Pattern) -> bool:
    """Tell whether what was found begins where a word does and, where it is whole, ends where one does."""
    form = FORMS[pattern.form]
    if form.before.search(content[max(0, start - 8) : start]):
        return False
    if not pattern.anchor.whole:
        return True
    following = content[end : end + 8]
    return not (following[:1].isdigit() if pattern.content[-1:].isdigit() else form.after.match(following))


def _is_in_tag(content: bytes, place: int) -> bool:
    """Tell words of the page's text from names of classes, addresses and other attributes of its tags."""
    before = content[max(0, place - _LONGEST_TAG) : place]
    opened = before.rfind(b"<")
    return opened > before.rfind(b">") and before[opened + 1 : opened + 2].isalpha()


def hyperscan_engine(patterns: Sequence[bytes]) -> Find:
    """Compile patterns for hyperscan: the fastest, but its wheels exist for some platforms only."""
    import hyperscan

    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    database.compile(expressions=list(patterns), ids=list(range(len(patterns))), elements=len(patterns), literal=True)

    def find(content: bytes) -> list[tuple[int, int]]:
        found: list[tuple[int, int]] = []

        def remember(number: int, _start: int, end: int, _flags: int, _context: object) -> None:
            found.append((number, end))

        database.scan(content, match_event_handler=remember)
        return found

    return find


def ahocorasick_engine(patterns: Sequence[bytes]) -> Find:
    """Compile patterns for ahocorasick_rs, which works everywhere and takes several times as long."""
    from ahocorasick_rs import BytesAhoCorasick

    automaton = BytesAhoCorasick(patterns)

    def find(content: bytes) -> list[tuple[int, int]]:
        return [(number, end) for number, _, end in automaton.find_matches_as_indexes(content, overlapping=True)]

    return find


def best_engine() -> Callable[[Sequence[bytes]], Find]:
    """Give hyperscan where it can be imported, else ahocorasick_rs."""
    try:
        import hyperscan  # noqa: F401
    except ImportError:
        return ahocorasick_engine
    return hyperscan_engine
