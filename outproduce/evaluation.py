"""How well claims are read: found claims against those a person marked, in the measures of docs/accuracy.md.

A claim is *found* when its kind and figure are right and its words overlap; it is *whole* when period, relation, item,
actor and other party are right too. Both as precision, recall and F1, by language and pooled; nothing is read here but
a corpus file, and nothing is written.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from outproduce.claims.extraction import extract_claims
from outproduce.errors import SourceError
from outproduce.packs import Pack, load_pack

Row = Mapping[str, Any]  # a claim as JSON holds it: `Claim.as_row()`, or a mark of a corpus

WITHIN = 0.005  # figures this near, as a share of the larger, are one
WIDEST = 300, 3  # a claim's words may be this many characters, or this many times the marked ones
POOLED = "all"
_ALIASES = {
    "united states": ("usa", "us", "u.s.", "america", "us army", "u.s. army"),
    "united kingdom": ("uk", "britain", "great britain"),
    "russia": ("russian federation",), "eu": ("european union",), "nato": ("nato allies",), "west": ("the west",),
    "north korea": ("dprk",), "czech republic": ("czechia",),
}  # fmt: skip
_NAMES = {alias: name for name, aliases in _ALIASES.items() for alias in aliases}
_NO_NAME = frozenset({"of", "the", "minister"})  # words that two speakers may share without being one


class Rate(NamedTuple):
    """Hits among the claims found and among those marked; shares are 1 where there is nothing to hit."""

    hits: int
    predicted: int
    gold: int

    @property
    def precision(self) -> float:
        """Share of the found claims that are right."""
        return self.hits / self.predicted if self.predicted else 1.0

    @property
    def recall(self) -> float:
        """Share of the marked claims that are found."""
        return self.hits / self.gold if self.gold else 1.0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall.

        >>> Rate(1, 2, 1).f1.__round__(3)
        0.667
        """
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


@dataclass(frozen=True)
class LanguageScore:
    """Scores of one language, or of all: `right` counts, of the whole claims, those with the attribute right too."""

    found: Rate
    whole: Rate
    right: Mapping[str, int]
    by_kind: Mapping[str, Rate]

    def share(self, attribute: str) -> float | None:
        """Share of the whole claims whose status, speaker, via or when is right; None where no claim is whole."""
        return self.right[attribute] / self.whole.hits if self.whole.hits else None


class Mistake(NamedTuple):
    """A marked claim that was missed, or a found one that is false.

    `reason` is `unread` (no claim near), `invented` (no mark near), `twin` (another claim took its partner), or the
    fields that are wrong: `kind`, `figure`, `per`, `relation`, `item`, `actor`, `other`, joined by a plus sign.
    `near` is the claim it was compared with.
    """

    doc_id: str
    lang: str
    reason: str
    claim: Row
    near: Row | None = None


@dataclass(frozen=True)
class Scores:
    """All measures: by language, `all` last, and every mistake in the order of the documents."""

    languages: Mapping[str, LanguageScore]
    misses: tuple[Mistake, ...]
    false_claims: tuple[Mistake, ...]

    def as_json(self) -> dict[str, Any]:
        """Give the measures as JSON-ready values; shares are not rounded, mistakes are told by document and reason."""
        return {
            "languages": {lang: _json_row(score) for lang, score in self.languages.items()},
            "misses": [_json_mistake(mistake) for mistake in self.misses],
            "false_claims": [_json_mistake(mistake) for mistake in self.false_claims],
        }


def _json_row(score: LanguageScore) -> dict[str, Any]:
    rates = {
        name: {"hits": rate.hits, "precision": rate.precision, "recall": rate.recall, "f1": rate.f1}
        for name, rate in (("found", score.found), ("whole", score.whole))
    }
    kinds = {kind: {"whole": rate.hits, "gold": rate.gold} for kind, rate in score.by_kind.items()}
    shares = {attribute: score.share(attribute) for attribute in ATTRIBUTES}
    return {"gold": score.whole.gold, "predicted": score.whole.predicted, **rates, "right": shares, "by_kind": kinds}


def _json_mistake(mistake: Mistake) -> dict[str, Any]:
    return {"id": mistake.doc_id, "lang": mistake.lang, "reason": mistake.reason, "claim": dict(mistake.claim)}


def _name(text: str) -> str:
    folded = " ".join(text.lower().split()).removeprefix("the ").strip()
    return _NAMES.get(folded, folded)


def _names(value: Iterable[str] | None) -> frozenset[str]:
    return frozenset(_name(text) for text in value or ())


def same_number(a: float | None, b: float | None) -> bool:
    """Tell whether two figures are one, within half a per cent; None is like None alone.

    >>> same_number(1000, 1004), same_number(1000, 1010), same_number(None, 0)
    (True, False, False)
    """
    if a is None or b is None:
        return a is b
    return abs(a - b) <= WITHIN * max(abs(a), abs(b), 1e-9)


def same_figure(gold: Row, found: Row) -> bool:
    """Tell whether two claims have one figure; a bound is as good as the figure, "a plant" as good as one plant."""
    ends = [(row.get("low"), row.get("high")) for row in (gold, found)]
    if gold["kind"] == "expansion" and all(end in (None, 1) for pair in ends for end in pair):
        return True
    if all(map(same_number, *ends)):
        return True
    values = [set(pair) - {None} for pair in ends]
    return all(len(value) == 1 for value in values) and same_number(*values[0], *values[1])


def same_period(gold: Row, found: Row) -> bool:
    """Tell whether two claims count by one period; a total of one year or month is as good as a rate by it."""
    periods = {gold["per"], found.get("per")}
    if len(periods) == 1:
        return True
    when = (gold if gold["per"] is None else found).get("when")
    if None not in periods or not when:
        return False
    first, last = when
    if periods == {None, "year"}:
        return bool(first[:4] == last[:4])
    return periods == {None, "month"} and len(first) >= 7 and first[:7] == last[:7]


def same_item(gold: str | None, found: str | None, parents: Mapping[str, str | None]) -> bool:
    """Tell whether two items are one, or one the parent of the other."""
    return gold == found or parents.get(str(gold)) == found or parents.get(str(found)) == gold


def same_actor(gold: Row, found: Row) -> bool:
    """Tell whether two claims name the same actors, or share at least half of all they name."""
    ours, theirs = _names(gold["actor"]), _names(found.get("actor"))
    return ours == theirs or (bool(ours & theirs) and len(ours & theirs) / len(ours | theirs) >= 0.5)


def same_speaker(gold: Row, found: Row) -> bool:
    """Tell whether two claims have one speaker: equal names, surnames, or a telling word in common."""
    ours, theirs = (_plain(row.get("speaker")) for row in (gold, found))
    if not ours or not theirs:
        return ours == theirs
    a, b = ours.split(), theirs.split()
    return ours == theirs or a[-1:] == b[-1:] or bool(set(a) & set(b) - _NO_NAME)


def _plain(name: str | None) -> str | None:
    return re.sub(r"[^\w ]", "", _name(name)) if name else None


def _same_when(gold: Row, found: Row) -> bool:
    ours, theirs = gold.get("when"), found.get("when")
    if ours is None or theirs is None:
        return ours is theirs
    return bool(ours[1][:4] == theirs[1][:4])


ATTRIBUTES: Mapping[str, Callable[[Row, Row], bool]] = {
    "status": lambda gold, found: gold["status"] == found.get("status"),
    "speaker": same_speaker,
    "via": lambda gold, found: _plain(gold.get("via")) == _plain(found.get("via")),
    "when": _same_when,
}


def _span(text: str, claim: Row) -> tuple[int, int] | None:
    start, end = claim.get("start"), claim.get("end")
    if isinstance(start, int) and isinstance(end, int):
        return start, end
    words = claim.get("evidence")
    at = text.find(words) if words else -1
    return (at, at + len(words)) if words and at >= 0 else None


def _touch(gold: tuple[int, int] | None, found: tuple[int, int] | None) -> bool:
    """Whether two spans share words, the found one being no net cast over the page."""
    if gold is None or found is None or gold[0] < 0 or found[0] < 0:
        return False
    shared = min(gold[1], found[1]) - max(gold[0], found[0])
    return shared > 0 and found[1] - found[0] <= max(WIDEST[0], WIDEST[1] * (gold[1] - gold[0]))


@dataclass(frozen=True)
class _Page:
    """One document with its marked and its found claims; `wrong` says for each pair that touches what is wrong."""

    doc: Row
    gold: Sequence[Row]
    found: Sequence[Row]
    wrong: Mapping[tuple[int, int], tuple[str, ...]]

    def matched(self, fields: frozenset[str]) -> list[tuple[int, int]]:
        """Pair as many marked with found claims as can be, none twice, where none of the fields is wrong."""
        fits = {pair for pair, wrong in self.wrong.items() if not fields.intersection(wrong)}
        owner: dict[int, int] = {}
        for i in range(len(self.gold)):
            self._place(i, fits, owner, set())
        return sorted((i, j) for j, i in owner.items())

    def _place(self, i: int, fits: set[tuple[int, int]], owner: dict[int, int], tried: set[int]) -> bool:
        """Give claim `i` a partner, moving others on where that makes room (an augmenting path)."""
        for j in range(len(self.found)):
            if (i, j) in fits and j not in tried:
                tried.add(j)
                if j not in owner or self._place(owner[j], fits, owner, tried):
                    owner[j] = i
                    return True
        return False


FIELDS = ("kind", "figure", "per", "relation", "item", "actor", "other")
_FOUND = frozenset({"kind", "figure"})


def wrong_fields(gold: Row, found: Row, parents: Mapping[str, str | None]) -> tuple[str, ...]:
    """Name the fields in which a found claim differs from a marked one, in the order of FIELDS."""
    right = {
        "kind": gold["kind"] == found.get("kind"),
        "figure": same_figure(gold, found),
        "per": same_period(gold, found),
        "relation": gold["relation"] == found.get("relation"),
        "item": same_item(gold["item"], found.get("item"), parents),
        "actor": same_actor(gold, found),
        "other": gold["kind"] not in ("comparison", "transfer") or _names(gold["other"]) == _names(found.get("other")),
    }
    return tuple(field for field in FIELDS if not right[field])


def _page(doc: Row, found: Sequence[Row], parents: Mapping[str, str | None]) -> _Page:
    spans = [[_span(doc["text"], claim) for claim in claims] for claims in (doc["claims"], found)]
    wrong = {
        (i, j): wrong_fields(doc["claims"][i], found[j], parents)
        for i, ours in enumerate(spans[0])
        for j, theirs in enumerate(spans[1])
        if _touch(ours, theirs)
    }
    return _Page(doc, doc["claims"], found, wrong)


def score_documents(
    documents: Iterable[Row], predictions: Mapping[str, Sequence[Row]], parents: Mapping[str, str | None] | None = None
) -> Scores:
    """Score found claims against marked documents.

    `documents` have `id`, `lang`, `text` and `claims` as docs/claims.md says; `predictions` are claims by document id,
    none at all for a document that is not there. `parents` is the item tree, None for the shipped pack's.
    """
    tree = load_pack().parents if parents is None else parents
    pages = [_page(doc, predictions.get(doc["id"], ()), tree) for doc in documents]
    langs = sorted({page.doc["lang"] for page in pages})
    groups = {lang: [page for page in pages if page.doc["lang"] == lang] for lang in langs} | {POOLED: pages}
    misses = [mistake for page in pages for mistake in _misses(page)]
    false = [mistake for page in pages for mistake in _false_claims(page)]
    return Scores({lang: _score(group) for lang, group in groups.items()}, tuple(misses), tuple(false))


def _score(pages: Sequence[_Page]) -> LanguageScore:
    gold, predicted = sum(len(page.gold) for page in pages), sum(len(page.found) for page in pages)
    whole = [(page.gold[i], page.found[j]) for page in pages for i, j in page.matched(frozenset(FIELDS))]
    found = sum(len(page.matched(_FOUND)) for page in pages)
    right = {name: sum(fits(*pair) for pair in whole) for name, fits in ATTRIBUTES.items()}
    marked = Counter(claim["kind"] for page in pages for claim in page.gold)
    read = Counter(claim.get("kind") for page in pages for claim in page.found)
    hit = Counter(claim["kind"] for claim, _ in whole)
    kinds = {kind: Rate(hit[kind], read[kind], marked[kind]) for kind in sorted(marked)}
    return LanguageScore(Rate(found, predicted, gold), Rate(len(whole), predicted, gold), right, kinds)


def _misses(page: _Page) -> list[Mistake]:
    hit = {i for i, _ in page.matched(frozenset(FIELDS))}
    return [_mistake(page, i, 0, "unread") for i in range(len(page.gold)) if i not in hit]


def _false_claims(page: _Page) -> list[Mistake]:
    hit = {j for _, j in page.matched(frozenset(FIELDS))}
    return [_mistake(page, j, 1, "invented") for j in range(len(page.found)) if j not in hit]


def _mistake(page: _Page, number: int, side: int, alone: str) -> Mistake:
    """Say what is wrong with a claim: against the one that touches it and differs least."""
    mine, others = (page.gold, page.found) if side == 0 else (page.found, page.gold)
    near = [(len(wrong), pair[1 - side], wrong) for pair, wrong in page.wrong.items() if pair[side] == number]
    if not near:
        return Mistake(page.doc["id"], page.doc["lang"], alone, mine[number])
    _, other, wrong = min(near)
    return Mistake(page.doc["id"], page.doc["lang"], "+".join(wrong) or "twin", mine[number], others[other])


def read_corpus(path: str | Path) -> list[dict[str, Any]]:
    """Read marked documents from a JSON array or JSON lines.

    Raises:
        SourceError: the file is missing or no JSON, or a document lacks a field; the message names it.
    """
    try:
        text = Path(path).read_text(encoding="utf-8")
        rows = json.loads(text) if text.lstrip().startswith("[") else [json.loads(row) for row in _lines(text)]
    except OSError as error:
        raise SourceError(f"{path} cannot be read: {error.strerror}; give a corpus file") from error
    except ValueError as error:
        raise SourceError(f"{path} is no JSON array and no JSON lines: {error}; mend the place named") from error
    for number, row in enumerate(rows, 1):
        _check_document(row, f"{path}, document {number}")
    return list(rows)


def _lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.strip()]


def _check_document(row: Any, where: str) -> None:
    if not isinstance(row, dict) or not all(isinstance(row.get(key), str) for key in ("id", "lang", "text")):
        raise SourceError(f"{where}: `id`, `lang` and `text` must be there, each a text; see docs/claims.md")
    claims = row.setdefault("claims", [])
    if not isinstance(claims, list) or not all(isinstance(claim, dict) for claim in claims):
        raise SourceError(f"{where}, {row['id']}: `claims` must be a list of claims, empty where there are none")
    for claim in claims:
        lacking = [key for key in ("kind", "actor", "item", "status") if key not in claim]
        if lacking:
            raise SourceError(f"{where}, {row['id']}: a claim lacks {', '.join(lacking)}; see docs/claims.md")
        for key, empty in (("other", []), ("low", None), ("high", None), ("per", None), ("relation", None)):
            claim.setdefault(key, empty)


def evaluate_reader(documents: Iterable[Row], pack: Pack | str = "weapons") -> Scores:
    """Read marked documents with the reader as it is, and score what it finds."""
    loaded = load_pack(pack) if isinstance(pack, str) else pack
    rows = list(documents)
    found = {
        doc["id"]: [c.as_row() for c in extract_claims(doc["text"], doc["lang"], doc.get("published"), loaded)]
        for doc in rows
    }
    return score_documents(rows, found, loaded.parents)


def render_scores(scores: Scores, show: int = 0) -> str:
    """Render the table of scores as text, with up to `show` misses and as many false claims."""
    lines = [f"{'':5}{'gold':>6}{'read':>6}   found  P      R     F1    whole  P      R     F1" + _heads()]
    for lang, score in scores.languages.items():
        found, whole = (
            f"{rate.precision:.3f}  {rate.recall:.3f}  {rate.f1:.3f}" for rate in (score.found, score.whole)
        )
        counts = f"{score.whole.gold:>6}{score.whole.predicted:>6}"
        lines.append(f"{lang:5}{counts}   {'':5}{found}   {'':5}{whole}{_shares(score)}")
    kinds = scores.languages[POOLED].by_kind
    lines.append("whole by kind: " + "  ".join(f"{kind} {rate.hits}/{rate.gold}" for kind, rate in kinds.items()))
    for title, mistakes in (("missed", scores.misses), ("false", scores.false_claims)):
        lines += [f"{title} {m.doc_id} ({m.reason}): {_told(m.claim)}" for m in mistakes[:show]]
    return "\n".join(lines)


def _heads() -> str:
    return "   right " + " ".join(f"{name:>8}" for name in ATTRIBUTES)


def _shares(score: LanguageScore) -> str:
    cells = (score.share(name) for name in ATTRIBUTES)
    return "         " + " ".join(f"{'-':>8}" if share is None else f"{share:>8.3f}" for share in cells)


def _told(claim: Row) -> str:
    fields = ("kind", "actor", "other", "item", "low", "high", "per", "relation", "status", "evidence")
    return json.dumps({key: claim[key] for key in fields if claim.get(key) not in (None, [])}, ensure_ascii=False)
