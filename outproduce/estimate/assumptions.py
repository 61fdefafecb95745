"""What a user assumes otherwise: another prior, or a speaker, kind or side left out.

In: texts such as `house=0.4` or `without-speaker=Mark Rutte`. Out: an `Assumptions` that changes priors and claims.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from typing import Any

from outproduce.errors import UsageError
from outproduce.estimate.priors import Priors
from outproduce.estimate.world import World
from outproduce.records import KINDS, Claim

WITHOUT = ("without-speaker", "without-kind", "without-side")


@dataclass(frozen=True, slots=True)
class Assumptions:
    """Changed priors and what is left out; `words` is how the user put it."""

    words: tuple[str, ...]
    priors: Priors
    speakers: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()
    sides: frozenset[str] = frozenset()

    def keep(self, claims: Iterable[Claim], world: World) -> list[Claim]:
        """Leave out the claims of the speakers, kinds and sides named.

        Raises:
            UsageError: a speaker or side of whom there is no claim.
        """
        given = list(claims)
        kept = [claim for claim in given if not self._is_left_out(claim, world)]
        spoke = {claim.speaker.casefold(): claim.speaker for claim in given if claim.speaker}
        for name in sorted(self.speakers - set(spoke)):
            near = [spoke[match] for match in difflib.get_close_matches(name, spoke, n=3, cutoff=0.5)]
            hint = f"; did you mean {' or '.join(near)}?" if near else "; `outproduce claims` lists the speakers"
            raise UsageError(f"no claim has the speaker {name!r}{hint}")
        sides = {side.casefold() for side in world.sides.values()}
        for name in sorted(self.sides - sides):
            raise UsageError(f"no side is called {name!r}; there are {', '.join(sorted(set(world.sides.values())))}")
        return kept

    def _is_left_out(self, claim: Claim, world: World) -> bool:
        side = world.side_of(claim.speaker) or ""
        spoken = (claim.speaker or "").casefold() in self.speakers
        return spoken or claim.kind in self.kinds or side.casefold() in self.sides


def read_assumptions(texts: Iterable[str]) -> Assumptions:
    """Read assumptions, each `NAME=VALUE`: a prior of priors.py, or one of `WITHOUT`.

    Raises:
        UsageError: no such name, or a value that is no number; says what there is.

    >>> read_assumptions(["house=0.4", "without-kind=comparison"]).priors.house
    0.4
    """
    given = tuple(texts)
    priors = Priors()
    left: dict[str, set[str]] = {name: set() for name in WITHOUT}
    known = [field.name for field in fields(Priors)]
    for text in given:
        name, equals, value = (part.strip() for part in text.partition("="))
        if name in left and value:
            left[name].add(value.casefold())
        elif equals and name in known:
            changes: dict[str, Any] = {name: _number(text, value, getattr(priors, name))}
            priors = replace(priors, **changes)
        else:
            near = difflib.get_close_matches(name, [*known, *WITHOUT], n=3, cutoff=0.5) or ["house", *WITHOUT]
            raise UsageError(f"nothing can be assumed by {text!r}; write NAME=VALUE, such as {', '.join(near)}")
    for kind in sorted(left["without-kind"] - set(KINDS)):
        raise UsageError(f"no kind of claim is called {kind!r}; there are {', '.join(KINDS)}")
    return Assumptions(given, priors, *(frozenset(left[name]) for name in WITHOUT))


def _number(text: str, value: str, now: float) -> float:
    """Read a positive number, whole where the prior is."""
    try:
        number = float(value)
    except ValueError:
        number = -1.0
    if not 0 < number < 1e6:
        raise UsageError(f"{text!r} has no positive number; it is {now} now (outproduce/estimate/priors.py says why)")
    return int(number) if isinstance(now, int) else number
