"""Who "he", "the company" and "the minister" are: what is remembered of a text while it is read, and its sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from outproduce.lexicon import Token
from outproduce.statements.lands import Lands
from outproduce.statements.spoken import COMPANY_ROLES, SERVICES, SPOKESMEN, UNNAMED, Cue, Voice

# Tokens in which a word of order counts as standing at the head of a sentence.
HEADS = {"background": 1, "backward": 5, "continuing": 5, "comparing": 5}
VIA_REACH = 4  # sentences in which an unnamed source may still speak through the outlet named last
ORGANISED = ("body", "company")
OWNERS = ("company", "body", "state")
STAND_FOR = frozenset({"officer", "official", "expert", "manager", "analyst", "spokesman", "spokeswoman"})
SAME = ("person", "role")  # whom "the officer" may mean
BARE_HEADS = frozenset({"CEO", "managers", "manager", "head", "director", "chief executive", "founder", "chairman"})
BARE_OFFICES = frozenset({"minister", "defence minister", "foreign minister", "prime minister", "deputy minister"})
ITS = "its "  # how the description of "its head" begins until it is known whose
OF_COMPANY = "company "  # how the description of somebody at "the company" begins
SPECIFIC = frozenset(  # titles that mean another person than one known under other titles
    {"director", "analyst", "expert", "engineer", "spokesman", "spokeswoman", "professor", "economist", "worker"}
)


class Said(NamedTuple):
    """Somebody speaks: tokens `first` to `last` that tell it, the speaker, the outlet between, and the mode."""

    first: int
    last: int
    speaker: str | None
    via: str | None
    mode: str = "indirect"
    kind: str = ""


@dataclass(slots=True)
class Sentence:
    """A sentence as read: its place, tokens, the quotation each token stands in (0 for none), voices and cues."""

    start: int
    end: int
    tokens: Sequence[Token]
    quoted: list[int]
    voices: list[Voice]
    cues: list[Cue]
    paragraph: int  # number of its line
    states: tuple[str, ...] = ()  # states it speaks of
    block: int = 0  # number of its paragraph: lines with no empty one between
    alone: bool = False  # the only sentence of its paragraph
    points: bool = False  # its paragraph is a list of lines in which nobody is said to speak

    def ends_with(self, sign: str) -> bool:
        """Whether its last token is this sign."""
        return bool(self.tokens) and self.tokens[-1].raw == sign

    def says(self, kind: str) -> bool:
        """Whether a cue of this kind stands in it outside quotations; words of order count only at its head."""
        head = HEADS.get(kind, len(self.tokens))
        return any(cue.kind == kind and self._heads(cue, head) and not self.quoted[cue.first] for cue in self.cues)

    def _heads(self, cue: Cue, head: int) -> bool:
        return cue.first < head or self.tokens[cue.first - 1].raw == "."


@dataclass(slots=True)
class Memory:
    """Who was spoken of so far, for pronouns and stand-ins."""

    people: tuple[str, ...] = ()  # persons named anywhere in the text, in its order
    bodies: Mapping[str, str] = field(default_factory=dict)  # whom the pack's persons speak for
    lands: Lands | None = None
    published: str | None = None  # day of publication, YYYY-MM-DD
    terms: Mapping[str, tuple[str, str, str]] = field(default_factory=dict)  # since, until and title of offices
    subject: tuple[str, str] | None = None  # name and kind of the organisation the text is about
    current: Said | None = None
    before: Said | None = None
    last: dict[str, str] = field(default_factory=dict)
    titles: dict[str, str] = field(default_factory=dict)
    roles: dict[str, str] = field(default_factory=dict)
    header: bool = False  # a line of its own has told who speaks in all that follows
    label: Said | None = None  # a label such as "Doe:" has told who speaks, as in a transcript
    listed: int = -1  # the paragraph whose lines are points of the speaker
    via: str | None = None  # the outlet named last, and how many sentences ago
    since_via: int = 0
    silent: tuple[str, str] | None = None  # name and kind of the one named in the sentence before, if nobody spoke

    def see(self, voices: Sequence[Voice]) -> None:
        """Remember everybody named."""
        self.since_via += 1
        for voice in voices:
            name = office(voice, self)
            if self.subject is None and voice.kind in ORGANISED and voice.case in ("", "nom"):
                self.subject = name, voice.kind
            if voice.kind == "body" and voice.heads and self.lands is not None:
                self.lands.remember(voice.heads[0], name)
            if voice.kind in ("person", "body", "company", "outlet", "office"):
                self.last["person" if voice.kind == "office" else voice.kind] = name
                if voice.kind in ORGANISED:
                    self.last["any body"] = name
            if voice.kind == "person":
                self.titles.update(dict.fromkeys(voice.heads, name))
            elif voice.kind == "role" and not voice.definite:
                self.roles.update(dict.fromkeys(voice.heads, name))

    def said(self, said: Said) -> None:
        """Remember who spoke last."""
        self.current = self.before = said
        self.silent = None
        if said.via:
            self.via, self.since_via = said.via, 0

    def not_said(self, sentence: Sentence) -> None:
        """Remember whom a sentence names in which nobody speaks."""
        people = [(office(v, self), "person") for v in sentence.voices if v.kind in ("person", "office")]
        roles = [(v.name, "role") for v in sentence.voices if v.kind == "role" and not v.definite]
        self.silent = next(iter([*people, *roles]), None)

    def stop(self) -> None:
        """Let the outlet itself speak."""
        self.current = None
        self.header = False


def office(voice: Voice, memory: Memory) -> str:
    """Name of a voice; of an office the holder who is named in the text, or else that of the day.

    A body called by what it is alone is that of the state spoken of.
    """
    if voice.kind == "body" and voice.definite and voice.heads and memory.lands is not None:
        return memory.lands.name(voice.heads[0], voice.name)
    if voice.kind != "office":
        return voice.name
    named = next((name for name in voice.heads if name in memory.people), None)
    return named or _holder(voice, memory)


def _holder(voice: Voice, memory: Memory) -> str:
    """Who held an office on the day of publication; its title where the pack knows of nobody."""
    if memory.published is None:
        return voice.name
    terms = [(name, *memory.terms[name]) for name in voice.heads if name in memory.terms]
    held = next((name for name, since, until, _ in terms if since <= memory.published <= until), None)
    return held or (terms[-1][3] if terms else voice.name)


def resolve(voice: Voice, memory: Memory, nearer: Sequence[Voice] = ()) -> tuple[str | None, str]:
    """Name and kind of a voice, stand-ins by those that stand nearer before them and by what was said before."""
    near = {other.kind: office(other, memory) for other in nearer}
    if voice.kind == "state":
        return f"Government of {voice.name}", "body"
    if voice.kind in ("outlet", "the outlet"):
        return None, "outlet"
    if voice.kind in UNNAMED:
        name, kind = _unnamed(voice, memory, near)
        return (_owned(name, memory, near) if kind == "role" else name), kind
    if voice.kind == "pronoun":
        return _pronoun(voice.name, memory, near)
    if voice.kind == "the document":
        return _issuer(memory, nearer)
    if voice.kind in ("the company", "the body"):
        return _stand_in(voice, memory, near)
    return office(voice, memory), "person" if voice.kind == "office" else voice.kind


def _unnamed(voice: Voice, memory: Memory, near: dict[str, str]) -> tuple[str | None, str]:
    current = memory.current or memory.before
    known = next((memory.titles[head] for head in voice.heads if head in memory.titles), None)
    described = next((memory.roles[head] for head in voice.heads if head in memory.roles), None)
    if voice.kind == "role" and not voice.definite:
        return voice.name, "role"
    if voice.name in COMPANY_ROLES and "company" in memory.last:
        return memory.last["company"], "company"
    holder = next((name for name in _lately(memory) if _heads(name, voice, memory)), None)
    if holder is not None:
        return holder, "person"
    if current and current.speaker and current.kind == "role" and (described == current.speaker):
        return current.speaker, "role"
    if known is not None:
        return known, "person"
    if voice.definite and voice.name in SPOKESMEN and current and current.kind in ORGANISED:
        return current.speaker, current.kind
    if described is not None and not (current and current.kind == "person"):
        return described, "role"
    generic = voice.kind == "role" and voice.name in STAND_FOR and current is not None and current.kind in SAME
    if voice.definite and generic and current is not None:
        return current.speaker, current.kind
    if voice.kind == "title" and voice.definite and _may_be(voice, memory):
        if "person" in near:
            return near["person"], "person"
        if memory.silent and memory.silent[1] == "person":
            return memory.silent
        if current and current.kind in ("person", "role"):
            return current.speaker, current.kind
        if "person" in memory.last or memory.people:
            return memory.last.get("person") or memory.people[0], "person"
    return voice.name or None, "role"


def _owned(name: str | None, memory: Memory, near: Mapping[str, str]) -> str | None:
    """Say whose "company head" he is, where the text names a company."""
    if name in BARE_HEADS and "company" in near:
        return f"{near['company']} {name}"
    if name in BARE_OFFICES and memory.lands is not None and (state := memory.lands.state()) is not None:
        return f"{memory.lands.adjective(state)} {name}"
    if name is None or not name.startswith((OF_COMPANY, ITS)):
        return name
    what = name.removeprefix(OF_COMPANY).removeprefix(ITS)
    if name.startswith(ITS) and memory.lands is not None:
        beside = [name for kind, name in near.items() if kind in OWNERS]
        owner = beside[-1] if beside else memory.last.get("any body")
        return what if owner is None else f"{memory.lands.adjective(owner)} {what}"
    company = near.get("company") or memory.last.get("company")
    return name if company is None else f"{company} {what}"


def _may_be(voice: Voice, memory: Memory) -> bool:
    """Whether a bare title may mean the person spoken of last, who may be known under quite another one."""
    name = next(iter(_lately(memory)), None)
    others = {title for title, holder in memory.titles.items() if holder == name}
    return not others or not set(voice.heads) <= SPECIFIC


def _lately(memory: Memory) -> list[str]:
    """Persons last spoken of, the nearest first."""
    names = [memory.silent[0] if memory.silent else None, memory.before.speaker if memory.before else None]
    return [name for name in (*names, memory.last.get("person")) if name]


def _heads(name: str, voice: Voice, memory: Memory) -> bool:
    """Whether a title "head of the ministry" can be this person's, who speaks for that body."""
    body = memory.bodies.get(name)
    return body is not None and voice.kind == "title" and voice.name.startswith(f"{body} ")


def _pronoun(means: str, memory: Memory, near: dict[str, str]) -> tuple[str | None, str]:
    current = memory.current or memory.before
    if means == "person":
        if "person" in near:
            return near["person"], "person"
        if memory.silent and not (memory.silent[1] == "role" and memory.silent[0].endswith("s")):
            return memory.silent
        if current and current.kind in ("person", "role"):
            return current.speaker, current.kind
        return memory.last.get("person"), "person"
    if means == "body":
        kind = next((kind for kind in reversed(near) if kind in ORGANISED), None)
        if kind is not None:
            return near[kind], kind
        if current and current.kind in ORGANISED:
            return current.speaker, current.kind
        return memory.last.get("any body"), "body"
    if memory.silent and memory.silent[1] == "role":
        return memory.silent
    if current is None and "any body" in memory.last:
        return memory.last["any body"], "body"
    return (current.speaker, current.kind) if current else (None, "")


def _issuer(memory: Memory, nearer: Sequence[Voice]) -> tuple[str | None, str]:
    """Whose report or release it is: the body named before it in the sentence, spoken of, or in the title."""
    near = next((v for v in nearer if v.kind in ORGANISED and v.case in ("", "nom")), None)
    if near is not None:
        return office(near, memory), near.kind
    current = memory.current or memory.before
    if current is not None and current.kind in ORGANISED:
        return current.speaker, current.kind
    if memory.subject is not None:
        return memory.subject
    return memory.last.get("any body"), "body"


def _stand_in(voice: Voice, memory: Memory, near: dict[str, str]) -> tuple[str | None, str]:
    kind = voice.kind.removeprefix("the ")
    current = memory.current or memory.before
    if voice.name in SERVICES:
        owner = near.get("company") or near.get("body") or memory.last.get("any body")
        return owner or voice.name, "body"
    if kind in near:
        return near[kind], kind
    if current and current.kind == kind:
        return current.speaker, kind
    known = memory.last.get(kind)
    if known is None and voice.name:
        return voice.name, "body"
    if known is None and current is not None:
        return current.speaker, current.kind
    return known, kind
