"""Whose ministry it is: bodies told by what they are, with the state that is named beside them or spoken of.

"Литва закупила 41 танк, сообщили в министерстве обороны" is about the Lithuanian ministry, whatever the language.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

from outproduce.languages import language_data
from outproduce.packs import Pack

_PLAIN = frozenset({"of", "the", "national", "armed", "forces"})
_AMERICAN = {"defense": "defence", "department": "ministry"}
OF_STATE = ("Embassy", "Government")  # bodies whose state stands behind them in English


@cache
def adjectives(pack: Pack) -> Mapping[str, str]:
    """English adjective of each state the pack names."""
    found: dict[str, str] = {}
    for _, phrase, entry in pack.phrases("en"):
        if entry.category == "actor" and entry.form == "adj":
            found.setdefault(entry.value, phrase.removeprefix("="))
    return found


@cache
def _bodies(pack: Pack) -> Mapping[tuple[str, frozenset[str]], str]:
    """Bodies the pack knows, by state and by what they are."""
    found: dict[tuple[str, frozenset[str]], str] = {}
    for speaker in pack.speakers.values():
        if speaker.kind != "person" and speaker.body in pack.actors:
            own = {*speaker.body.lower().split(), *adjectives(pack).get(speaker.body, "").lower().split()}
            found.setdefault((speaker.body, _words(speaker.name) - own), speaker.name)
    return found


def _words(name: str) -> frozenset[str]:
    return frozenset(_AMERICAN.get(word, word) for word in name.lower().split()) - _PLAIN


def body_of(pack: Pack, what: str, state: str) -> str:
    """Name a state's body in English: as the pack does, or made of what it is and the state's adjective."""
    known = _bodies(pack).get((state, _words(what)))
    if known is not None:
        return known
    if what in OF_STATE or state not in adjectives(pack):
        return f"{what} of {state}"
    return f"{adjectives(pack)[state]} {what}"


class Lands:
    """The states a text speaks of, sentence by sentence, and the bodies whose state has been told."""

    def __init__(self, pack: Pack, lang: str, sentences: Sequence[tuple[int, Sequence[str]]]) -> None:
        """`sentences` are the number of its line and the states of each sentence, receivers left out."""
        self._pack = pack
        self._sentences = sentences
        self._home: str | None = language_data(lang, "speech").get("home")
        self._told: dict[str, str] = {}
        self.at = 0  # number of the sentence that is being read

    def remember(self, what: str, name: str) -> None:
        """Keep the full name of a body, for when it is called by what it is alone."""
        self._told[what] = name

    def name(self, what: str, default: str) -> str:
        """Name "the ministry of defence" by the state spoken of; `default` where the text speaks of none."""
        state = self._state()
        told = self._told.get(what)
        if told is not None:
            return told
        return default if state is None else body_of(self._pack, what, state)

    def adjective(self, owner: str) -> str:
        """Adjective of a state, or else the name as it stands."""
        return adjectives(self._pack).get(owner, owner)

    def state(self) -> str | None:
        """The state a bare title or body belongs to, None where the text tells of none."""
        return self._state()

    def _state(self) -> str | None:
        line = self._sentences[self.at][0] if self._sentences else 0
        here = [states for at, (n, states) in enumerate(self._sentences[: self.at + 1]) if n == line]
        earlier = [states for _, states in reversed(self._sentences[: self.at])]
        title = self._sentences[0][1] if self._sentences else ()
        for states in (*reversed(here), title, *earlier):
            found = next((state for state in states if self._may_own(state)), None)
            if found is not None:
                return found
        return self._home

    def _may_own(self, state: str) -> bool:
        """Whether a state is not merely the enemy of which the language's own country speaks."""
        if self._home is None or state == self._home:
            return self._home is None
        if self._home == "Russia" and state == "Ukraine":
            return not any("Russia" in states for _, states in self._sentences)
        return self._pack.actors[state].side not in ("Russia", "Ukraine") or self._home == "Russia"
