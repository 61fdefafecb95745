"""A sentence -> what is known about it: each claim in it with a verdict, the evidence, and what it leaves open.

`check` is the way in; it names the stages in order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from outproduce.answers import check_day
from outproduce.checking.assertion import RATE, Assertion, assert_of
from outproduce.checking.evidence import (
    Held,
    Said,
    canonical_speaker,
    find_evidence,
    same_speaker,
    speaker_in_ledger,
    without_speaker,
)
from outproduce.checking.judging import Judged, judge, since_when, would_have_to
from outproduce.checking.scale import NOT_CHECKABLE
from outproduce.checking.sentences import Read, SentenceClaim, read_sentence
from outproduce.checking.telling import Told, tell
from outproduce.checking.traps import Trap, find_traps, open_questions, same_figure_elsewhere
from outproduce.errors import NothingFound, UsageError
from outproduce.estimate.priors import Priors
from outproduce.estimate.rates import known_by, last_day
from outproduce.estimate.world import World
from outproduce.languages import detect_language, language_codes
from outproduce.ledger.stories import speaker_key
from outproduce.packs import Pack
from outproduce.records import Claim
from outproduce.report.wording import claim_words

START = "import claims first: `outproduce import --starter` brings those that are shipped, `outproduce read` reads more"


@dataclass(frozen=True)
class Result:
    """One claim of the sentence; without a claim only `reason` is told. `verdict` is that of the day it was said."""

    verdict: str
    reason: Told | None = None
    claim: Claim | None = None
    asserted: Assertion | None = None
    then: Judged | None = None
    now: Judged | None = None
    supporting: tuple[Held, ...] = ()
    against: tuple[Held, ...] = ()
    same_speaker: tuple[Said, ...] = ()
    needed: tuple[Told, ...] = ()
    traps: tuple[Trap, ...] = ()
    open_questions: tuple[Told, ...] = ()

    @property
    def probability(self) -> float | None:
        """Probability that the claim holds, knowing what was public on the day it was said."""
        return self.then.probability if self.then else None

    def known_then(self, held: Held) -> bool:
        """Whether a story was public on the day the sentence was said, not only later."""
        return self.then is None or any(known_by(claim, self.then.as_of) for claim in held.story.claims)

    def as_json(self) -> dict[str, Any]:
        """Give the result by the keys of docs/check.md; `open_questions` begins with what would have to be so."""
        claim = self.claim
        asserted = None if self.asserted is None else self.asserted.as_json()
        chance = self.probability
        questions = [*self.needed, *(trap.words for trap in self.traps), *self.open_questions]
        return {
            "claim": None if claim is None else claim.as_row() | {"says": claim_words(claim)},
            "verdict": self.verdict,
            "probability": None if chance is None else round(chance, 4),
            "asserted": asserted,
            "estimate_then": None if self.then is None else self.then.as_json(),
            "estimate_now": None if self.now is None else self.now.as_json(),
            "for": [held.as_json() | {"known_then": self.known_then(held)} for held in self.supporting],
            "against": [held.as_json() | {"known_then": self.known_then(held)} for held in self.against],
            "same_speaker": [said.as_json() for said in self.same_speaker],
            "open_questions": questions if self.reason is None else [self.reason, *questions],
        }


@dataclass(frozen=True)
class Check:
    """A sentence checked; `notes` say what was mended or assumed in reading it."""

    sentence: str
    said: str
    by: str | None
    lang: str
    results: tuple[Result, ...]
    notes: tuple[Told, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Give exactly `sentence`, `said` and `results`."""
        return {"sentence": self.sentence, "said": self.said, "results": [each.as_json() for each in self.results]}


@dataclass(frozen=True)
class Question:
    """How a sentence is to be checked: said on a day (None: today), by whom, in which language, about which item."""

    said: str | None = None
    by: str | None = None
    lang: str | None = None
    item: str | None = None


def check(
    sentence: str,
    claims: Sequence[Claim],
    pack: Pack,
    question: Question | None = None,
    *,
    priors: Priors | None = None,
) -> Check:
    """Check a sentence against claims: as known on the day it was said and, beside it, with all that is known now.

    Raises:
        UsageError: the sentence is empty, or the day or the language is none.
        NothingFound: there are no claims to hold it against.
    """
    asked = question or Question()
    text = " ".join(sentence.split())
    if not text:
        raise UsageError("there is no sentence to check; give it in quotation marks, as a file or, with -, on a pipe")
    if not claims:
        raise NothingFound(f"the ledger holds no claim to check against; {START}")
    if asked.by is not None and not asked.by.strip():
        raise UsageError(f'by {asked.by!r} is no name; give the speaker\'s, such as "Mark Rutte", or leave it out')
    lang = detect_language(text) if asked.lang is None else asked.lang
    if lang not in language_codes():
        raise UsageError(f"there is no language {lang!r}; there are {', '.join(language_codes())}")
    today = max(date.today().isoformat(), last_day(claims))
    said = today if asked.said is None else check_day(asked.said, "said")
    if said > today:
        raise UsageError(f"said {said!r} is still to come; give the day on which the sentence was said")
    by = canonical_speaker(asked.by.strip(), pack) if asked.by else None
    read = read_sentence(text, lang, said, pack, item=asked.item, known=claims)
    if not read.claims:
        return Check(text, said, by, lang, (Result(NOT_CHECKABLE, read.reason),), _notes(read))
    world = World.from_pack(pack)
    results = tuple(_check_one(found, by, said, claims, world, priors) for found in read.claims)
    return Check(text, said, by, lang, results, (*_notes(read), *_unknown_speaker(by, claims)))


def _unknown_speaker(by: str | None, claims: Sequence[Claim]) -> tuple[Told, ...]:
    if by is None:
        return ()
    key = speaker_key(Claim("output", ("?",), "?", speaker=by))
    known = any(claim.speaker and speaker_key(claim) == key for claim in claims)
    return () if known else (tell("note.speaker", by=by),)


def _notes(read: Read) -> tuple[Told, ...]:
    notes = [tell("note.mended", wrong=wrong, right=right) for wrong, right in read.mended.items()]
    if read.assumed:
        notes.append(tell("note.assumed", item=read.assumed))
    return tuple(notes)


def _check_one(
    found: SentenceClaim, by: str | None, said: str, known: Sequence[Claim], world: World, priors: Priors | None
) -> Result:
    """Take one claim of a sentence through judging, evidence and traps."""
    claim = found.claim
    speaker = by or claim.speaker or speaker_in_ledger(claim, said, known, world)
    made = assert_of(found, said)
    public = without_speaker(known, claim, speaker, said, world)
    before = tuple(same_speaker(claim, speaker, said, known, world))
    if isinstance(made, Told):
        traps = (*find_traps(found, None, None, world), *same_figure_elsewhere(claim, public, world))
        questions = open_questions(found, None, known, world)
        return Result(NOT_CHECKABLE, made, claim, same_speaker=before, traps=traps, open_questions=tuple(questions))
    if made.quantity == RATE and claim.evidence:
        made = replace(made, variant=world.variant_in(claim.evidence.quote))
    latest = last_day(known)
    then = since_when(made, judge(made, claim.item, public, world, said, priors), world)
    now = then if said >= latest else since_when(made, judge(made, claim.item, public, world, latest, priors), world)
    supporting, against = find_evidence(made, then if said >= latest else now, world)
    item = then.fit.family.item if then.fit else claim.item
    traps = (*find_traps(found, made, then, world), *same_figure_elsewhere(claim, public, world))
    questions = open_questions(found, made, known, world)
    return Result(
        then.verdict,
        then.reason,
        claim,
        made,
        then,
        now,
        tuple(supporting),
        tuple(against),
        before,
        tuple(would_have_to(made, then, item)),
        tuple({trap.words: trap for trap in traps}.values()),
        tuple(questions),
    )
