"""Why a claim reads as it does: which words gave which field, and what else was considered.

The same reading as `claims.extract_claims`, with an ear on every decision of the linker.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from outproduce.claims.extraction import build_claim, build_scene, link
from outproduce.claims.features import Candidate, Scene
from outproduce.claims.linker import Note, load_linker
from outproduce.languages import detect_language
from outproduce.packs import Pack, load_pack
from outproduce.records import Claim


@dataclass(frozen=True)
class Choice:
    """One field of a claim: its value, the words it comes from, the score, what spoke for it, what else there was.

    `others` are value, words and score of the options not taken, the best first; scores are sums of weights, so only
    their differences mean something: one more is e times as likely.
    """

    field: str
    value: str
    words: str | None
    score: float
    reasons: tuple[tuple[str, float], ...]
    others: tuple[tuple[str, str | None, float], ...]


@dataclass(frozen=True)
class Explanation:
    """A claim with the choices that made it; `sure` is the probability of its kind."""

    claim: Claim
    sure: float
    choices: tuple[Choice, ...]

    def as_json(self) -> dict[str, Any]:
        """Give claim and choices as JSON-ready values."""
        choices = [
            {
                "field": choice.field,
                "value": choice.value,
                "words": choice.words,
                "score": round(choice.score, 2),
                "reasons": [{"feature": name, "adds": round(added, 2)} for name, added in choice.reasons],
                "others": [{"value": v, "words": w, "score": round(s, 2)} for v, w, s in choice.others],
            }
            for choice in self.choices
        ]
        return {"claim": self.claim.as_row(), "sure": round(self.sure, 3), "choices": choices}


def explain_claims(
    text: str, lang: str | None = None, published: str | None = None, pack: Pack | str = "weapons", most: int = 3
) -> list[Explanation]:
    """Read a text as `extract_claims` does and tell of each claim how its fields were chosen.

    `most` options not taken are told of each field. Claims said twice are told twice.

    >>> found = explain_claims("Russia makes 250,000 shells a month.")[0]
    >>> [(choice.field, choice.words) for choice in found.choices if choice.field in ("item", "actor", "period")]
    [('item', 'shells'), ('actor', 'Russia'), ('period', 'a month')]
    """
    pack = load_pack(pack) if isinstance(pack, str) else pack
    scene = build_scene(text, lang or detect_language(text), published, pack)
    notes: list[Note] = []
    links = link(scene, replace(load_linker(), listener=notes.append))
    groups = _groups(notes)
    return [
        Explanation(build_claim(scene, found, ""), found.sure, tuple(_choice(scene, note, most) for note in group))
        for found, group in zip(links, groups, strict=True)
    ]


def _groups(notes: list[Note]) -> list[list[Note]]:
    """Notes of each claim: a choice of kind begins one, and only claims go on to a status."""
    groups: list[list[Note]] = []
    for note in notes:
        if note.decision == "guess":  # the first sight of all nuclei, before any is chosen
            continue
        if note.decision == "kind":
            groups.append([])
        groups[-1].append(note)
    return [group for group in groups if group[-1].decision == "status"]


def _choice(scene: Scene, note: Note, most: int) -> Choice:
    told = [(_value(option), _words(scene, option), score) for option, score in note.options]
    value, words, score = told[0]
    return Choice(note.decision, value, words, score, note.reasons, tuple(told[1 : most + 1]))


def _value(option: object) -> str:
    if not isinstance(option, Candidate):
        return str(option)
    value = option.value
    if isinstance(value, tuple):
        return ", ".join(value) or "none"
    for name in ("when", "per"):
        if hasattr(value, name):
            return str(getattr(value, name))
    return str(value) if value is not None else option.source


def _words(scene: Scene, option: object) -> str | None:
    if not isinstance(option, Candidate) or not option.mentions:
        return None
    return scene.reading.text[option.mentions[0].start : option.mentions[-1].end]
