"""Names of persons in a text, in their common English form; first names and letters are data of each language.

Names that the pack knows are looked up before; what is left to this module is the name nobody has written down yet.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from outproduce.languages import language_data
from outproduce.lexicon import HYPHENS, Token

LONGEST = 5  # words of a name, particles included
_VOWEL_END = re.compile(r"[аеєиіїйоуьюя]+\Z")


class Person(NamedTuple):
    """A name found: tokens `first` to `last`, `last` exclusive, and its English form."""

    first: int
    last: int
    name: str


@dataclass(frozen=True, slots=True)
class _FirstName:
    nominative: str
    english: str
    female: bool


@dataclass(frozen=True, slots=True)
class _Names:
    first: dict[str, list[_FirstName]]
    particles: frozenset[str]
    letters: dict[str, str]
    initials: dict[str, str]
    clusters: dict[str, str]
    endings: dict[str, str]
    male: list[tuple[str, str]]
    female: list[tuple[str, str]]
    case_endings: frozenset[str]


def _stems(name: str) -> set[str]:
    """Parts that stay the same in all cases; a last vowel before л or ц may fall out (Павел, Павла)."""
    bare = _VOWEL_END.sub("", name) or name
    stems = {name, bare}
    if name.endswith(("й", "ия", "ія")):
        stems.add(name[:-1])
    if name.endswith(("ел", "ец")):
        stems.add(name[:-2] + name[-1])
    return stems


@cache
def _names(lang: str) -> _Names:
    data = language_data(lang, "names")
    listed = data["first"]
    pairs = {name: name for name in listed} if isinstance(listed, list) else listed
    male_vowel = frozenset(data["male_vowel"])
    first: dict[str, list[_FirstName]] = {}
    for name, english in pairs.items():
        plain = name.lower().replace("ё", "е").replace("ґ", "г")
        entry = _FirstName(plain, english, plain[-1] in "ая" and name not in male_vowel)
        for stem in _stems(plain) if data["letters"] else {plain}:
            first.setdefault(stem, []).append(entry)
    return _Names(
        first,
        frozenset(word.lower() for word in data["particles"]),
        data.get("letters", {}),
        data.get("initials", {}),
        data.get("clusters", {}),
        data.get("endings", {}),
        [tuple(pair) for pair in data["male"]],
        [tuple(pair) for pair in data["female"]],
        frozenset(data["case_endings"]),
    )


def is_capital(token: Token) -> bool:
    """Tell whether a token is a word written as names are: a capital, or capitals throughout."""
    return token.raw[0].isupper() and len(token.raw) > 1


def _plain(norm: str) -> str:
    """Drop the marks of Latin letters: "elżbieta" is "elzbieta"."""
    if norm.isascii():
        return norm
    if "a" <= norm[0] <= "ʯ":
        bare = unicodedata.normalize("NFKD", norm.replace("ł", "l").replace("ø", "o").replace("đ", "d"))
        return "".join(letter for letter in bare if not unicodedata.combining(letter))
    return norm.replace("ґ", "г")


@cache
def _first_name(norm: str, lang: str) -> _FirstName | None:
    names, norm = _names(lang), _plain(norm)
    for cut in range(min(4, len(norm) - 1)):
        stem, ending = norm[: len(norm) - cut], norm[len(norm) - cut :]
        found = names.first.get(stem, []) if ending in names.case_endings else []
        if found:
            declined = [name for name in found if name.nominative == norm or len(name.nominative) > len(stem)]
            return next((name for name in found if name.nominative == norm), (declined or found)[0])
    return None


def is_first_name(token: Token, lang: str) -> bool:
    """Tell whether a token is a known first name, in whatever case."""
    return is_capital(token) and _first_name(token.norm, lang) is not None


def transliterate(word: str, lang: str) -> str:
    """Write a Cyrillic word in Latin letters as the language's names are commonly written.

    >>> transliterate("Скібіцький", "uk"), transliterate("Чемезов", "ru")
    ('Skibitskyi', 'Chemezov')
    """
    names, lower, out = _names(lang), word.lower(), ""
    if not names.letters or not any("а" <= letter <= "ґ" for letter in lower):
        return word
    ending = next((end for end in names.endings if lower.endswith(end) and len(lower) > len(end) + 1), "")
    body, i = lower[: len(lower) - len(ending)], 0
    while i < len(body):
        pair = body[i : i + 2]
        if pair in names.clusters:
            out, i = out + names.clusters[pair], i + 2
            continue
        begins = i == 0 or (body[i - 1] in "аеёиоуыэюяьъ'" and lang == "ru")
        table = names.initials if begins and body[i] in names.initials else names.letters
        out, i = out + table.get(body[i], body[i]), i + 1
    out += names.endings.get(ending, "")
    return out[:1].upper() + out[1:]


def nominative(surname: str, lang: str, *, female: bool) -> str:
    """Give a surname in an oblique case its first case back, by its ending.

    >>> nominative("Литвиненка", "uk", female=False), nominative("Ивановой", "ru", female=True)
    ('Литвиненко', 'Иванова')
    """
    names = _names(lang)
    for ending, instead in names.female if female else names.male:
        if surname.lower().endswith(ending) and len(surname) > len(ending) + 1:
            return surname[: len(surname) - len(ending)] + instead
    return surname


def surname_key(norm: str, lang: str) -> str:
    """Shorten a surname to what all its cases share, to know it again later in a text.

    >>> surname_key("литвиненка", "uk") == surname_key("литвиненко", "uk")
    True
    """
    if not _names(lang).letters:
        return norm
    for ending in (
        "ського",
        "ському",
        "ським",
        "ський",
        "ского",
        "скому",
        "ским",
        "ский",
        "ской",
        "ская",
        "ської",
        "ська",
    ):
        if norm.endswith(ending) and len(norm) > len(ending):
            return norm[: len(norm) - len(ending)]
    bare = re.sub(r"(?:ові|еві|єві|ого|ому|ової|ом|ем|єм|им|ым|ою|ой|ей)\Z", "", norm) if len(norm) > 5 else norm
    return _VOWEL_END.sub("", bare) or norm


def english_name(words: Sequence[str], lang: str) -> str:
    """Write a name of first name and surname in its common English form, whatever case it stands in.

    >>> english_name(["Олександра", "Литвиненка"], "uk"), english_name(["Сергею", "Иванову"], "ru")
    ('Oleksandr Lytvynenko', 'Sergei Ivanov')
    """
    names = _names(lang)
    if not names.letters:
        return " ".join(word.capitalize() if word.isupper() and len(word) > 2 else word for word in words)
    known = _first_name(words[0].lower().replace("ё", "е").replace("’", "'"), lang)
    spoken = words[0].lower().replace("ё", "е").replace("’", "'").replace("ґ", "г")
    first, female, oblique = transliterate(words[0], lang), spoken[-1:] in "ая", False
    if known is not None:
        known = _by_surname(known, spoken, words[-1].lower(), lang)
        first, female, oblique = known.english, known.female, spoken != known.nominative
    rest = list(words[1:])
    if oblique and rest:
        rest[-1] = nominative(rest[-1], lang, female=female)
    return " ".join((first, *(word if word in names.particles else transliterate(word, lang) for word in rest)))


def _by_surname(found: _FirstName, spoken: str, surname: str, lang: str) -> _FirstName:
    """Choose between Олександра (she) and Олександра (of him) by the surname's ending."""
    if not found.female or spoken != found.nominative:
        return found
    male = [name for name in _names(lang).first.get(spoken[:-1], []) if not name.female]
    if male and surname.endswith(("енка", "ого", "ука", "юка", "ака", "ича", "ка")) and not surname.endswith("ська"):
        return male[0]
    return found


def find_people(
    tokens: Sequence[Token],
    lang: str,
    taken: Collection[int],
    cued: Collection[int],
    titled: Collection[int] = (),
) -> list[Person]:
    """Find names of persons: a known first name with what follows, or capitals where a name is awaited.

    `taken` are tokens that belong to something else; `cued` are tokens before which a title or a verb of saying stands,
    `titled` those behind a title, where a surname alone will do.
    """
    found: list[Person] = []
    names, i = _names(lang), 0
    while i < len(tokens):
        token = tokens[i]
        if i in taken or not (is_capital(token) or (i in cued and _is_initial(tokens, i))):
            i += 1
            continue
        last = _name_end(tokens, i, names.particles, taken)
        known = next((j for j in range(i, last) if _first_name(tokens[j].norm, lang)), last)
        first = i if known == last and (i in cued or i in titled) else known
        words = _words(tokens, first, last)
        alone = first in titled and last not in taken and _first_name(tokens[first].norm, lang) is None
        if len(words) > 1 or (words and alone):
            found.append(Person(first, last, english_name(words, lang)))
        i = max(last, i + 1)
    return found


def _is_initial(tokens: Sequence[Token], i: int) -> bool:
    """Tell whether a letter with a dot stands for a first name."""
    return len(tokens[i].raw) == 1 and tokens[i].raw.isupper() and i + 1 < len(tokens) and tokens[i + 1].raw == "."


def _name_end(tokens: Sequence[Token], first: int, particles: frozenset[str], taken: Collection[int]) -> int:
    """End of the run of capitals, hyphens and particles that begins at `first`."""
    last = i = first + (2 if _is_initial(tokens, first) else 1)
    while i < len(tokens) and i - first < 2 * LONGEST and i not in taken:
        token = tokens[i]
        joined = token.start == tokens[i - 1].end
        if token.norm in HYPHENS and joined and i + 1 < len(tokens) and tokens[i + 1].start == token.end:
            i += 2
            last = i
        elif token.raw[0].isupper() and len(token.raw) <= 2 and i + 1 < len(tokens) and tokens[i + 1].raw == ".":
            i += 2
        elif is_capital(token) and not joined:
            i += 1
            last = i
        elif token.norm in particles and token.raw.islower():
            i += 1
        else:
            break
    return min(last, len(tokens))


def _words(tokens: Sequence[Token], first: int, last: int) -> list[str]:
    """Words of a name, hyphened parts in one."""
    words: list[str] = []
    for i in range(first, last):
        raw = tokens[i].raw
        if words and (raw in HYPHENS or words[-1][-1] in HYPHENS):
            words[-1] += raw
        elif raw != ".":
            words.append(raw)
    return words
