"""What the words of a single sentence say for certain: set right what the scored reader chose, and read plain ones.

The reader weighs the evidence of a whole report; a sentence to check is short, and some of its constructions leave no
choice: who stands after "than" is the one compared with, "has cut its production" is a change.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence

from outproduce.claims.mentions import Mention, Reading
from outproduce.languages import language_data
from outproduce.packs import Pack
from outproduce.records import Claim, Evidence

COMPARING, GROWING = ("more", "less"), {"grow": "up", "shrink": "down"}
_REACH = 4  # words between "than" and the name: "than all the countries of NATO"
_QUOTES = frozenset('«»"“”„‘’')
_CASES = frozenset({"nom", "gen", "dat", "acc", "ins", "loc"})
_SAYING = frozenset({"that", "що", "что", "ніби", "нібито", "будто", "якобы"})  # "it is not true that ..."
_RATIOS = ("times", "percent", "fraction", "score")


def set_right(claim: Claim, reading: Reading, pack: Pack) -> Claim:
    """Correct a claim where the sentence's own words leave no choice."""
    if denied_in(reading, claim):
        claim = claim.with_fields(status="denied")
    if claim.kind == "comparison":
        return _parties_as_told(_relation_as_told(claim, reading), reading)
    if claim.kind == "change":
        return _direction_as_told(claim, reading)
    return _named_type(_period_beside(claim, reading), reading, pack)


def plain_claims(reading: Reading, said: str, found: Sequence[Claim] = ()) -> list[Claim]:
    """Read a sentence without a figure: "has cut its production", "makes more than in 2022", "makes more than B".

    Beside one claim that was found, only what is added to it: "makes 1.1 million, more than B", "makes 40, not 100".
    """
    if found:
        return _added_comparison(found, reading) + _added_denial(found, reading)
    if any(_counts(reading, figure) for figure in reading.of("figure")):
        return []
    trigger = _first(reading, (*COMPARING, *GROWING))
    items = {mention.value for mention in reading.of("item")}
    if trigger is None or len(items) != 1 or not _first(reading, ("make", "output")):
        return []
    top, bottom = _overtaking(reading) or ((), ())
    others = bottom or _after_than(reading)
    named = dict.fromkeys(top) or {m.value: m for m in reading.of("actor") if m.value not in others}
    if len(named) != 1:
        return []
    told = _relation(trigger.value, others, _time_after_than(reading))
    if told is None and trigger.value in COMPARING and _than_anyone(reading, trigger):
        told = "comparison", trigger.value
    if told is None:
        return []
    first, last = _sentence_ends(reading, trigger)
    claim = Claim(
        told[0],
        tuple(named),
        next(iter(items)),
        relation=told[1],
        other=others,
        when=(said[:7], said[:7]),
        evidence=Evidence("", first, last, reading.text[first:last]),
        published=said,
        lang=reading.lang,
    )
    return [claim.with_fields(status="denied" if denied_in(reading, claim) else "actual")]


def _added_comparison(found: Sequence[Claim], reading: Reading) -> list[Claim]:
    """The claim that "more than B" behind a figure makes of the maker of that figure."""
    trigger, others = _first(reading, COMPARING), _after_than(reading)
    if len(found) != 1 or trigger is None or not others or found[0].kind != "output" or {*found[0].actor} & {*others}:
        return []
    own = found[0]
    assert own.evidence is not None
    if trigger.start < own.evidence.end or any(figure.form in _RATIOS for figure in reading.of("figure")):
        return []
    compared = own.with_fields(kind="comparison", relation=trigger.value, other=others, low=None, high=None, per=None)
    return [_with_words_to(compared, _sentence_ends(reading, trigger)[1], reading)]


def _added_denial(found: Sequence[Claim], reading: Reading) -> list[Claim]:
    """The claim that "and not 100,000" behind a figure denies of the same maker."""
    own = found[0]
    if len(found) != 1 or own.kind in ("comparison", "change") or own.low is None:
        return []
    assert own.evidence is not None
    denials = {deny.last for deny in _triggers(reading, ("deny",)) if deny.start >= own.evidence.end}
    return [
        _with_words_to(own.with_fields(low=m.value.low, high=m.value.high, status="denied"), m.end, reading)
        for m in reading.of("figure")
        if m.first in denials and m.value.measure is None and m.value.low != own.low
    ][:1]


def _counts(reading: Reading, figure: Mention) -> bool:
    """Whether a figure is a ratio or counts an item, so that the sentence is not one without a figure."""
    counted = any(0 <= item.first - figure.last <= 2 for item in reading.of("item"))
    return figure.form in _RATIOS or counted


def _relation(word: str, others: tuple[str, ...], than_then: bool) -> tuple[str, str] | None:
    """Kind and relation that a word of comparing or growing gives; None where it gives nothing."""
    if word in GROWING and not others:
        return "change", GROWING[word]
    if word in COMPARING and others:
        return "comparison", word
    if word in COMPARING and than_then:
        return "change", "up" if word == "more" else "down"
    return None


def _triggers(reading: Reading, values: Iterable[str]) -> list[Mention]:
    wanted = set(values)
    return [mention for mention in reading.of("trigger") if mention.value in wanted]


def _first(reading: Reading, values: Iterable[str]) -> Mention | None:
    return next(iter(_triggers(reading, values)), None)


def _sentence_ends(reading: Reading, inside: Mention) -> tuple[int, int]:
    """Characters from the first to the last word of the sentence that a mention stands in."""
    first, last = reading.sentences[inside.sentence]
    words = [token for token in reading.tokens[first:last] if token.raw.isalnum()]
    return words[0].start, words[-1].end


def _than(reading: Reading) -> int | None:
    """Place of the first word like "than" after a word of comparing; None where there is none."""
    trigger = _first(reading, COMPARING)
    if trigger is None:
        return None
    words = set(language_data(reading.lang, "text")["than"])
    last = reading.sentences[trigger.sentence][1]
    for at in range(trigger.first, last):
        if reading.tokens[at].norm in words and _next(reading, at) is not None:
            return at
    return None


def _than_anyone(reading: Reading, trigger: Mention) -> bool:
    """Whether the comparison is with nobody by name: "more than anyone else"."""
    text = language_data(reading.lang, "text")
    words = [token.norm for token in reading.tokens[trigger.first : reading.sentences[trigger.sentence][1]]]
    return any(one in text["than"] and two in text["anyone"] for one, two in itertools.pairwise(words))


def _next(reading: Reading, at: int) -> Mention | None:
    """The actor or time that follows a place within a few words, with nothing else known between."""
    known = ("actor", "time", "item", "figure", "period")
    follow = [m for m in reading.mentions if m.type in known and m.first > at and m.inside is None]
    near = min(follow, key=lambda m: (m.first, -m.last), default=None)
    return near if near is not None and near.type in ("actor", "time") and near.first - at <= _REACH else None


def _after_than(reading: Reading) -> tuple[str, ...]:
    """Names of the parties that stand together after "than", in order."""
    at = _than(reading)
    first = None if at is None else _next(reading, at)
    if first is None or first.type != "actor":
        return ()
    joining = set(language_data(reading.lang, "text")["joining"])
    actors = {m.first: m for m in reading.of("actor") if m.first >= first.first and m.inside is None}.values()
    group = [first.value]
    for one, following in itertools.pairwise(actors):
        between = reading.tokens[one.last : following.first]
        if not between or any(token.norm not in joining for token in between) or _makes(reading, following):
            break
        group.append(following.value)
    return tuple(dict.fromkeys(group))


def _makes(reading: Reading, actor: Mention) -> bool:
    """Whether a party is followed by what it makes or does: it opens a clause of its own."""
    return any(0 <= trigger.first - actor.last <= 1 for trigger in _triggers(reading, ("make", "can", "hold", "give")))


def _overtaking(reading: Reading) -> tuple[tuple[str], tuple[str]] | None:
    """Who overtakes whom, where a sentence names two parties and no "than"; their cases tell, else their order.

    In the passive ("overtaken by B") the second is ahead.
    """
    trigger = _first(reading, COMPARING)
    cases: dict[int, set[str]] = {}
    for mention in reading.of("actor"):
        if mention.inside is None:
            cases.setdefault(mention.first, set()).add(mention.form)
    named = {m.first: m.value for m in reading.of("actor") if m.first in cases}
    if trigger is None or trigger.value != "more" or _than(reading) is not None or len(named) != 2:
        return None
    (at, first), (then, second) = sorted(named.items())
    if first == second or trigger.first > then:
        return None
    passive = reading.lang == "en" and reading.tokens[then - 1].norm == "by"
    turned = bool(cases[at] & _CASES) and "nom" not in cases[at] and "nom" in cases[then]
    return ((second,), (first,)) if passive or turned else ((first,), (second,))


def denied_in(reading: Reading, claim: Claim) -> bool:
    """Whether the sentence denies a claim: "does not make", "it is not true that", "...? Not true"."""
    assert claim.evidence is not None
    doing = _triggers(reading, ("make", "can", "output", *COMPARING, *GROWING))
    for deny in _triggers(reading, ("deny",)):
        if any(m.value.outer[0] <= deny.start < m.value.outer[1] for m in reading.of("figure")):
            continue  # "not more than 100" is a bound
        own = [m for m in doing if claim.evidence.start <= m.start < claim.evidence.end]
        figures = [m.first for m in _figures_of(claim, reading)]
        if any(deny.first < m.first <= deny.last + 1 for m in own) or deny.last in figures:
            return True
        following = next((token.norm for token in reading.tokens[deny.last :] if token.raw.isalnum()), None)
        if following in _SAYING if deny.end <= claim.evidence.start else following is None:
            return True
    return False


def _time_after_than(reading: Reading) -> bool:
    at = _than(reading)
    following = None if at is None else _next(reading, at)
    return following is not None and following.type == "time"


def _parties_as_told(claim: Claim, reading: Reading) -> Claim:
    """Put all who stand after "than" on the other side, and nobody of them on this."""
    told = _after_than(reading)
    overtaking = _overtaking(reading)
    if overtaking and claim.relation == "more" and {*claim.actor, *claim.other} == {*overtaking[0], *overtaking[1]}:
        return claim.with_fields(actor=overtaking[0], other=overtaking[1])
    if claim.relation not in COMPARING or not told:
        return claim
    if {*claim.actor} <= {*told} and claim.other and not {*claim.other} & {*told}:
        return claim.with_fields(actor=claim.other, other=told)
    return claim if {*claim.actor} & {*told} else claim.with_fields(other=told)


def _relation_as_told(claim: Claim, reading: Reading) -> Claim:
    """Take "as many as" for equal, where the sentence has no word of more or less."""
    told = {mention.value for mention in _triggers(reading, (*COMPARING, "equal"))}
    bare = (claim.low, claim.high) == (None, None)
    return claim.with_fields(relation="equal") if bare and told == {"equal"} else claim


def _direction_as_told(claim: Claim, reading: Reading) -> Claim:
    """Turn a change without a figure the way that the only word of growing or shrinking goes."""
    told = {mention.value for mention in _triggers(reading, (*GROWING, "same"))}
    if (claim.low, claim.high) != (None, None) or len(told) != 1 or "same" in told:
        return claim
    return claim.with_fields(relation=GROWING[told.pop()])


def _of_claim(claim: Claim, reading: Reading, kind: str) -> list[Mention]:
    assert claim.evidence is not None
    return [m for m in reading.of(kind) if claim.evidence.start <= m.start < claim.evidence.end]


def _figures_of(claim: Claim, reading: Reading) -> list[Mention]:
    return [m for m in _of_claim(claim, reading, "figure") if claim.raw and claim.raw.endswith(m.value.raw)]


def _period_beside(claim: Claim, reading: Reading) -> Claim:
    """Take the period that stands right before the figure, where none stands right after what is counted."""
    figures = _figures_of(claim, reading)
    if len(figures) != 1:
        return claim
    ends = {figures[0].last} | {item.last for item in _of_claim(claim, reading, "item")}
    before = [m for m in reading.of("period") if m.last == figures[0].first]
    after = [m for m in reading.of("period") if m.first in ends]
    return claim.with_fields(per=before[0].value.per) if len(before) == 1 and not after else claim


def _named_type(claim: Claim, reading: Reading, pack: Pack) -> Claim:
    """Take the type that is named in quotation marks right after its kind: "drones «Geran»"."""
    for one, following in itertools.pairwise(reading.of("item")):
        between = [token.norm for token in reading.tokens[one.last : following.first]]
        named = len(between) == 1 and between[0] in _QUOTES and claim.item in pack.ancestors(following.value)
        if named and one.value == claim.item and one in _of_claim(claim, reading, "item"):
            return _with_words_to(claim.with_fields(item=following.value), following.end, reading)
    return claim


def _with_words_to(claim: Claim, end: int, reading: Reading) -> Claim:
    """Let the words of a claim reach to a place at least."""
    assert claim.evidence is not None
    start, end = claim.evidence.start, max(claim.evidence.end, end)
    return claim.with_fields(evidence=Evidence(claim.evidence.article_id, start, end, reading.text[start:end]))
