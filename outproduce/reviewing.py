"""Review in the terminal: one claim after another with its words marked, and what a person says of it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from outproduce.errors import NothingFound, OutproduceError, UsageError
from outproduce.ledger import review
from outproduce.ledger.links import Linker
from outproduce.ledger.review import Reviewer
from outproduce.ledger.store import Ledger
from outproduce.ledger.stories import find_stories
from outproduce.packs import Pack
from outproduce.records import Claim
from outproduce.report.export import plain
from outproduce.report.views import source_words
from outproduce.report.wording import claim_words, when_words
from outproduce.resolve import resolve_actor, resolve_item

PROMPT = "[a]ccept [r]eject [c]orrect [m]erge [j]oin [s]plit [n]ext [q]uit > "
_AROUND = 240  # characters of the article shown on each side of the words
Ask = Callable[[str], str]


def parse_field(name: str, text: str, pack: Pack) -> Any:
    """Read what a person gives for a field: names in any language, `;` between several, `A..B` for a time; "" is none.

    Raises:
        UsageError: it cannot be read as the field's value.
    """
    text = text.strip()
    if name in ("low", "high"):
        return _number(name, text)
    if name in ("actor", "other"):
        return tuple(resolve_actor(part.strip(), pack) for part in text.split(";") if part.strip())
    if name == "when":
        start, _, end = text.partition("..")
        return (start.strip(), (end or start).strip()) if text else None
    if name == "item":
        return resolve_item(text, pack)
    return text or None


def _number(name: str, text: str) -> float | None:
    try:
        return float(text.replace(" ", "").replace(",", "")) if text else None
    except ValueError:
        raise UsageError(f"{name} {text!r} is no number; write digits only, such as 250000, or nothing") from None


def parse_settings(settings: Sequence[str], pack: Pack) -> dict[str, Any]:
    """Read `FIELD=VALUE` for every field to be corrected.

    Raises:
        UsageError: there is none, or one of them cannot be read.
    """
    fields: dict[str, Any] = {}
    for setting in settings:
        name, equals, value = setting.partition("=")
        if not equals or name.strip() not in review.CORRECTABLE:
            known = ", ".join(review.CORRECTABLE)
            raise UsageError(f"{setting!r} names no field and value; write FIELD=VALUE with one of {known}")
        fields[name.strip()] = parse_field(name.strip(), value, pack)
    if not fields:
        raise UsageError("nothing to correct; give --set FIELD=VALUE, such as --set low=250000")
    return fields


def others_of_story(ledger: Ledger, claim_id: str, parents: Mapping[str, str | None]) -> list[str]:
    """Give the ids of the other claims in the story of a claim.

    Raises:
        NothingFound: it is alone in its story, or unknown.
    """
    claims = list(ledger.claims())
    rules = review.story_rules(ledger, claims)
    for story in find_stories(claims, parents=parents, rules=rules):
        ids = [claim.id for claim in story.claims]
        mine = [found for found in ids if found.startswith(claim_id)]
        if mine and len(ids) > 1:
            return [found for found in ids if found not in mine]
    raise NothingFound(f"claim {claim_id} is alone in its story, or unknown; there is nothing to split")


def ask_line(prompt: str) -> str:
    """Ask for a line; where it comes from a file or a pipe, it is shown after the prompt, as a terminal would show it.

    Raises:
        EOFError: there is no further line.
    """
    try:
        answer = input(prompt)
    except EOFError:
        print()
        raise
    if not sys.stdin.isatty():
        print(plain(answer))
    return answer


class Desk:
    """The place where one person reviews: `ask` gets a line for a prompt, `tell` shows one."""

    def __init__(self, ledger: Ledger, pack: Pack, who: str, ask: Ask, tell: Callable[[str], None]) -> None:
        self._ledger, self._pack, self._who = ledger, pack, who
        self._ask, self._tell = ask, tell
        self._linker = Linker(ledger)

    def work_through(self, claims: Sequence[Claim]) -> int:
        """Show the claims one after another until all are seen or the person ends; gives how many were decided on."""
        decided = 0
        for number, claim in enumerate(claims, 1):
            self._tell(f"\n{number} of {len(claims)}  {claim.id}\n{self._shown(claim)}")
            answer = self._decide(claim)
            if answer == "q":
                break
            decided += answer == "decided"
        self._tell(f"{decided} of {len(claims)} claims decided on")
        return decided

    def _decide(self, claim: Claim) -> str:
        """Ask until there is a decision that can be kept; gives decided, n or q."""
        while True:
            try:
                answer = self._ask(PROMPT).strip().lower()[:1]
            except EOFError:
                return "q"
            if answer in ("n", "q"):
                return answer
            try:
                if self._act(answer, claim):
                    return "decided"
            except EOFError:
                return "q"
            except OutproduceError as error:
                self._tell(f"  {plain(str(error))}")

    def _act(self, answer: str, claim: Claim) -> bool:
        if answer == "a":
            review.accept(self._ledger, claim.id, self._by())
        elif answer == "r":
            review.reject(self._ledger, claim.id, self._by())
        elif answer == "c":
            given = self._ask("  FIELD=VALUE, | between several > ")
            review.correct(self._ledger, claim.id, parse_settings(given.split("|"), self._pack), self._by())
        elif answer == "m":
            review.merge(self._ledger, claim.id, self._ask("  into the claim with the id > ").strip(), self._by())
        elif answer == "j":
            review.join(self._ledger, claim.id, self._ask("  one story with the claim with the id > "), self._by())
        elif answer == "s":
            others = others_of_story(self._ledger, claim.id, self._pack.parents)
            review.split(self._ledger, claim.id, others, self._by())
        else:
            self._tell("  one of the letters a r c m j s n q, please")
            return False
        return True

    def _by(self) -> Reviewer:
        return Reviewer(self._who, self._ask("  why (may be empty) > ").strip() or None)

    def _shown(self, claim: Claim) -> str:
        lines = [claim_words(claim), f"about {when_words(claim)} · {source_words(claim)}", self._words(claim)]
        return "\n".join(f"  {plain(line)}" for line in [*lines, self._linker.link(claim) or ""] if line)

    def _words(self, claim: Claim) -> str:
        """Give the words between the marks >> and << with what stands around them."""
        evidence = claim.evidence
        if evidence is None:
            return f"entered by hand{': ' + claim.note if claim.note else ''}"
        text = self._ledger.article(evidence.article_id).text
        before, after = text[max(0, evidence.start - _AROUND) : evidence.start], text[evidence.end :][:_AROUND]
        return " ".join(f"{before}>>{text[evidence.start : evidence.end]}<<{after}".split())
