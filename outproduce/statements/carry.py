"""Sentences in which nobody is said to speak: whose words they are, decided by weights learned from marked texts.

In come the sentences and what the rules made of them, out comes for each silent one a speaker told before it, behind
it or at the head of the text, or the outlet itself. `tools/train_carry.py` makes `data/carry.json` again.
"""

from __future__ import annotations

import json
import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from typing import NamedTuple

from outproduce.languages import language_data
from outproduce.statements.frames import in_first_person
from outproduce.statements.references import ORGANISED, Said, Sentence
from outproduce.statements.subjects import DASHES

Facts = list[str]
OPENING = 2  # lines that are title and first paragraph
REACH = 60  # sentences over which an outlet named once may still be the source
FAR, MANY = 4, 3  # from here on distances and numbers are all the same


class Told(NamedTuple):
    """A place where somebody is said to speak: the number of its sentence and who."""

    at: int
    said: Said


class Option(NamedTuple):
    """One way to read a silent sentence: who would be speaking, None for the outlet, and what is known of that."""

    said: Said | None
    facts: Facts

    @property
    def key(self) -> tuple[str | None, str | None]:
        """Speaker and outlet: options that share them are one answer."""
        return (self.said.speaker, self.said.via) if self.said else (None, None)


@dataclass(frozen=True)
class Page:
    """The sentences of a text, who is said to speak in each (empty: silent), and what the rules alone would carry."""

    read: Sequence[Sentence]
    told: Sequence[Sequence[Said]]
    ruled: Sequence[Said | None]
    lang: str

    @cached_property
    def through(self) -> list[Told]:
        """The places where words come through an outlet, in order."""
        return [Told(j, said) for j, group in enumerate(self.told) for said in group if said.via]

    def through_near(self, k: int) -> list[Told]:
        """Those of the opening and those not more than `REACH` sentences off, in order."""
        first = bisect_left(self.through, k - REACH, key=lambda told: told.at)
        last = bisect_right(self.through, k + REACH, key=lambda told: told.at)
        start = bisect_right(self.through, OPENING, hi=first, key=lambda told: told.at)
        return self.through[:start] + self.through[first:last]


@cache
def load_weights() -> Mapping[str, Mapping[str, float]]:
    """Load the shipped weights once: decision -> fact -> weight."""
    text = (files("outproduce") / "data" / "carry.json").read_text(encoding="utf-8")
    weights: Mapping[str, Mapping[str, float]] = json.loads(text)
    return weights


def choose(options: Sequence[Option], weights: Mapping[str, float]) -> Option:
    """Pick the likeliest answer; options with the same speaker and outlet add up, the first of them is given."""
    mass: dict[tuple[str | None, str | None], float] = {}
    first: dict[tuple[str | None, str | None], Option] = {}
    for option in options:
        score = math.exp(min(sum(weights.get(fact, 0.0) for fact in option.facts), 50.0))
        mass[option.key] = mass.get(option.key, 0.0) + score
        first.setdefault(option.key, option)
    return first[max(mass, key=lambda key: mass[key])]


def settle(page: Page, weights: Mapping[str, float]) -> list[Said | None]:
    """Decide on every silent sentence in turn; the entries of the others are None."""
    chosen: list[Said | None] = []
    for k, options in each_silent(page, chosen):
        del chosen[k:]
        chosen.append(choose(options, weights).said if options else None)
    return chosen


def each_silent(page: Page, chosen: list[Said | None]) -> Iterator[tuple[int, list[Option]]]:
    """Give each sentence with its options, none where somebody is said to speak; reads what was chosen before."""
    told = [Told(k, group[0]) for k, group in enumerate(page.told) if group]
    ends = [Told(k, group[-1]) for k, group in enumerate(page.told) if group]
    crowd = len({(t.said.speaker, t.said.via) for t in told})
    shared, own = _shared(page, crowd) + _press(page), _itself(page)
    following = 0
    for k in range(len(page.read)):
        while following < len(told) and told[following].at < k:
            following += 1
        if page.told[k]:
            yield k, []
            continue
        before = ends[following - 1] if following else None
        after = told[following] if following < len(told) else None
        yield k, _options(page, k, before, after, told[0] if told else None, chosen, shared, own)


def _shared(page: Page, crowd: int) -> Facts:
    """What is true of the whole text."""
    lines = page.read[-1].paragraph - page.read[0].paragraph + 1 if page.read else 0
    share = 4 * sum(bool(group) for group in page.told) // max(len(page.told), 1)
    return [f"crowd {min(crowd, FAR)}", f"lines {min(lines // 3, FAR)}", f"share told {share}"]


def _options(
    page: Page,
    k: int,
    before: Told | None,
    after: Told | None,
    lead: Told | None,
    chosen: Sequence[Said | None],
    shared: Facts,
    own: Said | None,
) -> list[Option]:
    here = _here(page, k) + shared
    last = _last(page, k, chosen)
    options = [Option(None, _crossed("none", [*here, *_beside(page, k, before, after, last)]))]
    if page.read[k].says("background"):
        return options
    if before is not None:
        options.append(Option(before.said, _crossed("before", [*here, *_of(page, k, before, last)])))
    if after is not None:
        options.append(Option(after.said, _crossed("after", [*here, *_of(page, k, after, last)])))
    if lead is not None and lead not in (before, after):
        options.append(Option(lead.said, _crossed("lead", [*here, *_of(page, k, lead, last)])))
    if own is not None and all(own.speaker != option.key[0] for option in options):
        facts = [*here, *_beside(page, k, before, after, last), *_of(page, k, Told(0, own), last)]
        options.append(Option(own, _crossed("itself", facts)))
    return options


def _itself(page: Page) -> Said | None:
    """The organisation a text opens with, which may be telling of itself."""
    voices = [voice for sentence in page.read[:OPENING] for voice in sentence.voices]
    own = next((v for v in voices if v.kind == "company" and v.case in ("", "nom")), None)
    return None if own is None else Said(0, 0, own.name, None, "indirect", own.kind)


def _press(page: Page) -> Facts:
    """What marks a press release: its header, or a contact at its end."""
    words = frozenset(language_data(page.lang, "speech")["press"])
    ends = [*page.read[:OPENING], *page.read[-2:]]
    return ["press"] if any(token.norm in words for sentence in ends for token in sentence.tokens) else []


def _crossed(label: str, facts: Facts) -> Facts:
    return [label, *(f"{label} {fact}" for fact in facts)]


def _last(page: Page, k: int, chosen: Sequence[Said | None]) -> Said | None:
    """Who had the sentence before."""
    if not k:
        return None
    return page.told[k - 1][-1] if page.told[k - 1] else chosen[k - 1]


def _here(page: Page, k: int) -> Facts:
    """What the sentence itself tells."""
    sentence = page.read[k]
    facts = ["title"] if k == 0 else []
    facts += [kind for kind in ("background", "continuing", "comparing", "own_words") if sentence.says(kind)]
    facts += ["opens line"] if k == 0 or page.read[k - 1].paragraph != sentence.paragraph else []
    facts += ["last line"] if sentence.paragraph == page.read[-1].paragraph else []
    facts += ["first line"] if sentence.paragraph - page.read[0].paragraph < OPENING else []
    facts += ["quoted"] if sentence.quoted and all(sentence.quoted[:3]) else []
    facts += ["quotes"] if any(sentence.quoted) else []
    facts += ["we"] if in_first_person(sentence, _first_person(page.lang)) else []
    facts += ["alone"] if sentence.alone else []
    facts += ["points"] if sentence.points else []
    facts += ["colon before"] if k and page.read[k - 1].ends_with(":") else []
    facts += ["question"] if sentence.ends_with("?") else []
    facts += ["dash"] if sentence.tokens and sentence.tokens[0].raw in DASHES else []
    facts += ["clock"] if _clock(sentence) else []
    return facts


def _clock(sentence: Sentence) -> bool:
    """Tell whether a line begins with the time of day, as those of a live feed do."""
    raws = [token.raw for token in sentence.tokens[:3]]
    return len(raws) == 3 and raws[0].isdigit() and raws[1] in ":." and raws[2].isdigit()


@cache
def _first_person(lang: str) -> frozenset[str]:
    return frozenset(language_data(lang, "speech")["first_person"])


def _beside(page: Page, k: int, before: Told | None, after: Told | None, last: Said | None) -> Facts:
    """What speaks for the outlet itself: nobody near, or other makers named."""
    facts = ["ruled out"] if page.ruled[k] is None else []
    facts += ["last silent"] if last is None else []
    facts += ["nobody before"] if before is None else []
    facts += ["nobody after"] if after is None else []
    facts += [
        f"names {kind}" for kind in {v.kind for v in page.read[k].voices} & {"company", "state", "body", "person"}
    ]
    return facts


def _of(page: Page, k: int, told: Told, last: Said | None) -> Facts:
    """How a speaker told elsewhere stands to the sentence: how far, what he is, whether he is named here."""
    read, said = page.read, told.said
    sentence, source = read[k], read[told.at]
    lines = abs(sentence.paragraph - source.paragraph)
    gap = abs(k - told.at)
    kind = said.kind or "other"
    facts = [
        f"lines off {min(lines, FAR)}",
        f"off {min(gap, FAR)}",
        f"kind {kind}",
        f"{kind} lines off {min(lines, 2)}",
        f"{'outlet' if said.speaker is None else 'speaker'} via {said.via is not None}",
    ]
    facts += [f"{fact} {min(lines, 2)}" for fact in _manner(source, said)]
    facts += ["opening"] if source.paragraph - read[0].paragraph < OPENING else []
    facts += ["opening title"] if told.at == 0 else []
    rule = page.ruled[k]
    if rule is not None and (rule.speaker, rule.via) == (said.speaker, said.via):
        facts += ["ruled", f"ruled {min(lines, 2)}"]
    facts += _subject(sentence, said)
    if last is not None:
        facts.append("as last" if (last.speaker, last.via) == (said.speaker, said.via) else "unlike last")
    else:
        facts.append("last none")
    named = {voice.name for voice in sentence.voices}
    facts += ["named"] if said.speaker in named else []
    facts += ["other company"] if any(v.kind == "company" and v.name != said.speaker for v in sentence.voices) else []
    facts += ["other person"] if any(v.kind == "person" and v.name != said.speaker for v in sentence.voices) else []
    facts += [f"other state {kind}"] if any(v.kind == "state" for v in sentence.voices) else []
    return facts


def _subject(sentence: Sentence, said: Said) -> Facts:
    """What the sentence begins with: the speaker himself, or somebody else."""
    first = next((voice for voice in sentence.voices if voice.first < FAR), None)
    if first is None:
        return ["begins with nobody"]
    if first.name == said.speaker:
        return ["begins with the speaker"]
    return [f"begins with {first.kind}", f"begins with {first.kind} {said.kind}"]


def _manner(source: Sentence, said: Said) -> Facts:
    """How the source tells that somebody speaks: looking back, at its end, in quotation marks."""
    facts = ["looks back"] if source.says("backward") else []
    facts += ["according"] if source.says("according") or source.says("by_words") else []
    facts += ["told last"] if said.first > len(source.tokens) // 2 else ["told first"]
    facts += ["quoting"] if any(source.quoted) else []
    facts += ["organised"] if said.kind in ORGANISED else []
    return facts


def fill_via(page: Page, final: Sequence[Sequence[Said]], weights: Mapping[str, float]) -> list[list[Said]]:
    """Give speakers without one the outlet through which their words came, where one is likely."""
    filled: list[list[Said]] = []
    for k, group in enumerate(final):
        row = []
        for said in group:
            options = via_options(page, k, said)
            row.append(choose(options, weights).said or said if options else said)
        filled.append(row)
    return filled


def via_options(page: Page, k: int, said: Said) -> list[Option]:
    """The outlets named in a text as ways for a speaker's words; empty where he has one or none is named."""
    if said.speaker is None or said.via is not None:
        return []
    through = page.through_near(k)
    if not through:
        return []
    outlets = {told.said.via for told in through}
    here = [f"outlets {min(len(outlets), MANY)}", f"{'told' if page.told[k] else 'silent'} {said.kind}"]
    here += ["first line"] if page.read[k].paragraph - page.read[0].paragraph < OPENING else []
    options = [Option(said, _crossed("none", here))]
    for outlet in dict.fromkeys(told.said.via for told in through):
        mine = [told for told in through if told.said.via == outlet]
        nearest = min(mine, key=lambda told: abs(told.at - k))
        options.append(
            Option(said._replace(via=outlet), _crossed("through", [*here, *_way(page, k, said, mine, nearest)]))
        )
    return options


def _way(page: Page, k: int, said: Said, mine: Sequence[Told], nearest: Told) -> Facts:
    """How an outlet stands to a speaker's words: near, looking back, at the head of the text, told with him."""
    source = page.read[nearest.at]
    lines = min(abs(source.paragraph - page.read[k].paragraph), 3)
    side = "ahead" if nearest.at > k else "behind"
    facts = [f"lines off {lines}", f"{side} {min(abs(nearest.at - k), FAR)}", side]
    facts += ["his"] if any(told.said.speaker == said.speaker for told in mine) else []
    facts += ["alone"] if all(told.said.speaker is None for told in mine) else ["with another"]
    facts += ["looks back"] if any(page.read[told.at].says("backward") for told in mine) else []
    opening = any(page.read[told.at].paragraph - page.read[0].paragraph <= OPENING for told in mine)
    facts += [f"opening {side}"] if opening else []
    return facts
