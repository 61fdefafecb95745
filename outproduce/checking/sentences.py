"""A sentence somebody said -> the claims in it, or why there is none to check.

Where nothing is read, typing errors are mended, and where the sentence does not say of what, the item comes from the
question or from what the ledger holds on the same parties; both are told.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from outproduce.checking.constructions import plain_claims, set_right
from outproduce.checking.spelling import mend, mend_measures
from outproduce.checking.telling import Told, tell
from outproduce.claims.extraction import extract_claims
from outproduce.claims.mentions import Reading, find_mentions
from outproduce.languages import language_data
from outproduce.lexicon import tokenize
from outproduce.packs import Pack
from outproduce.records import Claim, When

_MAKING = frozenset({"make", "output", "can"})
_COMPARING = frozenset({"more", "less", "equal", "grow", "shrink"})
_OPEN_ENDS = " ,;:—–-"


@dataclass(frozen=True, slots=True)
class SentenceClaim:
    """One claim of a sentence; `approximate` where the sentence says "about", `times` the times that it names."""

    claim: Claim
    approximate: bool = False
    times: tuple[When, ...] = ()


@dataclass(frozen=True, slots=True)
class Read:
    """What was read: `reason` says why there is no claim; `mended` words, `assumed` the item nobody named."""

    claims: tuple[SentenceClaim, ...]
    reason: Told | None = None
    mended: Mapping[str, str] = field(default_factory=dict)
    assumed: str | None = None


def read_sentence(
    sentence: str, lang: str, said: str, pack: Pack, *, item: str | None = None, known: Iterable[Claim] = ()
) -> Read:
    """Read the claims of a sentence said on a day (`YYYY-MM-DD`), in the order of the sentence.

    `item` is what it is about where it does not say; without it, what most of the `known` claims on its parties are.
    """
    sentence, measures = mend_measures(sentence.rstrip(_OPEN_ENDS), lang, pack)
    found = _claims(sentence, lang, said, pack)
    found = _with_clauses(found, sentence, lang, said, pack)
    if found:
        return Read(found, mended=measures)
    better, mended = mend(sentence, lang, pack)
    found = _claims(better, lang, said, pack) if mended else ()
    if found:
        return Read(found, mended=measures | mended)
    reading = find_mentions(sentence, lang, said, pack)
    if not reading.of("item") and reading.of("actor") and _speaks_of(reading, _MAKING | _COMPARING):
        assumed = item or _usual_item(reading, known, pack)
        found = _about(assumed, sentence, lang, said, pack) if assumed else ()
        if found:
            return Read(found, mended=measures, assumed=assumed)
    return Read((), _why_nothing(reading))


def _with_clauses(
    found: tuple[SentenceClaim, ...], sentence: str, lang: str, said: str, pack: Pack
) -> tuple[SentenceClaim, ...]:
    """Read each clause without a claim alone, in its place: "he scored 50 goals, while A makes B" is of two things."""
    conjunctions = language_data(lang, "text")["conjunctions"]
    cuts = [0]
    for sign, word in itertools.pairwise(tokenize(sentence)):
        if sign.norm == ";" or (sign.norm == "," and word.norm in conjunctions):
            cuts.append(sign.end)
    if len(cuts) == 1:
        return found
    places = [_place(each.claim) for each in found]
    more: list[SentenceClaim] = []
    for start, end in itertools.pairwise([*cuts, len(sentence)]):
        if not any(start <= place < end for place in places):
            more += _claims(" " * start + sentence[start:end].rstrip(_OPEN_ENDS), lang, said, pack)
    return tuple(sorted((*found, *more), key=lambda each: _place(each.claim)))


def _place(claim: Claim) -> int:
    """Where in the sentence the figure or word of a claim stands."""
    assert claim.evidence is not None
    return claim.evidence.start + max(claim.evidence.quote.find(claim.raw or ""), 0)


def _claims(text: str, lang: str, said: str, pack: Pack, skip: int = 0) -> tuple[SentenceClaim, ...]:
    """Read a text whose first `skip` characters are not the sentence's own."""
    reading = find_mentions(text, lang, said, pack)
    claims = [set_right(claim, reading, pack) for claim in extract_claims(text, lang, said, pack)]
    claims += plain_claims(reading, said, claims)
    found = []
    for claim in _one_a_figure(claims):
        assert claim.evidence is not None
        figures = [m.value for m in reading.of("figure") if claim.evidence.start <= m.start < claim.evidence.end]
        vague = any(figure.approximate for figure in figures if claim.raw and claim.raw.endswith(figure.raw))
        times = tuple(m.value.when[:2] for m in reading.of("time") if m.start >= skip and m.value.when)
        found.append(SentenceClaim(claim, vague, times))
    return tuple(found)


def _one_a_figure(claims: list[Claim]) -> list[Claim]:
    """Drop a comparison without a ratio beside one of the same parties with it: one sentence says it once."""
    told = [c for c in claims if c.kind == "comparison" and (c.low, c.high) != (None, None)]
    return [
        c
        for c in claims
        if c.kind != "comparison"
        or (c.low, c.high) != (None, None)
        or not any((t.actor, t.other, t.item, t.relation) == (c.actor, c.other, c.item, c.relation) for t in told)
    ]


def _about(item: str, sentence: str, lang: str, said: str, pack: Pack) -> tuple[SentenceClaim, ...]:
    """Read the sentence under a heading that names the item."""
    label = pack.items[item].label.get(lang, item)
    heading = f"{label.capitalize()}.\n"
    return _claims(heading + sentence, lang, said, pack, len(heading))


def _usual_item(reading: Reading, known: Iterable[Claim], pack: Pack) -> str | None:
    """Item that most claims on all the sentence's parties together are about; never everything at once."""
    parties = {mention.value for mention in reading.of("actor")}
    counts = Counter(
        c.item for c in known if len(parties) > 1 and parties <= {*c.actor, *c.other} and pack.parents.get(c.item)
    )
    return counts.most_common(1)[0][0] if counts else None


def _speaks_of(reading: Reading, triggers: frozenset[str]) -> bool:
    return any(mention.value in triggers for mention in reading.of("trigger"))


def _why_nothing(reading: Reading) -> Told:
    """Say what a sentence lacks to be a claim."""
    counts = [m for m in reading.of("figure") if m.value.measure in (None, "mass", "times", "percent", "fraction")]
    making = _speaks_of(reading, _MAKING)
    if not making and not (_speaks_of(reading, _COMPARING) and reading.of("item")):
        return tell("reason.no_claim")
    if reading.of("actor") and reading.of("item") and not counts:
        return tell("reason.no_figure_or_comparison")
    if reading.of("item") and not reading.of("actor"):
        return tell("reason.unknown_maker")
    if reading.of("actor") and (counts or _speaks_of(reading, _COMPARING)) and not reading.of("item"):
        return tell("reason.unknown_item")
    return tell("reason.no_claim")
