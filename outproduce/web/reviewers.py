"""Who may review: names with tokens, of which only hashes are kept, and those who are signed in now.

The list is a file beside the ledger, so that whoever has the ledger says who reviews it.
"""

from __future__ import annotations

import hmac
import json
import os
import secrets
import threading
import time
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from outproduce.errors import LedgerError, NothingFound, UsageError
from outproduce.ledger.store import default_ledger_path

SIGNED_IN_S = 8 * 3600.0
_MOST = 500  # people signed in at once; the first to sign in goes


def reviewers_path(ledger: str) -> Path:
    """Give the file of the reviewers of a ledger: beside it, or in the user's data folder for one on a server."""
    if "://" not in ledger:
        path = Path(ledger).expanduser()
        return path.with_name(f"{path.name}.reviewers.json")
    mark = sha256(ledger.split("@")[-1].encode()).hexdigest()[:12]
    return default_ledger_path().with_name(f"reviewers-{mark}.json")


class Reviewers:
    """The list of reviewers in a file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def names(self) -> list[str]:
        """Give the names of all reviewers."""
        return sorted(self._read())

    def add(self, name: str) -> str:
        """Add a reviewer, or give one a new token in place of the old; gives the token, which is kept nowhere.

        Raises:
            UsageError: the name is empty.
            LedgerError: the file cannot be written.
        """
        if not name.strip() or not name.isprintable():
            raise UsageError(f"{name!r} is no name; give the reviewer's, such as Ann")
        token = secrets.token_urlsafe(32)
        self._write(self._read() | {name.strip(): _hash(token)})
        return token

    def remove(self, name: str) -> None:
        """Take a reviewer off the list.

        Raises:
            NothingFound: there is nobody of that name.
        """
        held = self._read()
        if name not in held:
            raise NothingFound(f"there is no reviewer {name!r}; there are {', '.join(sorted(held)) or 'none'}")
        self._write({other: mark for other, mark in held.items() if other != name})

    def who(self, token: str) -> str | None:
        """Give whose token it is, None where it is nobody's."""
        mark, found = _hash(token), None
        for name, held in self._read().items():
            if hmac.compare_digest(mark, held):
                found = name
        return found

    def _read(self) -> dict[str, str]:
        try:
            text = self._path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise LedgerError(f"cannot read {self._path} ({error.strerror}); check who may read it") from error
        try:
            held = json.loads(text)
        except ValueError:
            held = None
        if not isinstance(held, dict) or not all(isinstance(mark, str) for mark in held.values()):
            raise LedgerError(f"{self._path} is no list of reviewers; remove it and add them again")
        return held

    def _write(self, held: dict[str, str]) -> None:
        half = self._path.with_name(f".{self._path.name}.part")
        try:
            half.parent.mkdir(parents=True, exist_ok=True)
            with open(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
                json.dump(held, file, ensure_ascii=False, indent=1)
            half.replace(self._path)
        except OSError as error:
            raise LedgerError(f"cannot write {self._path} ({error.strerror}); check who may write there") from error


def _hash(token: str) -> str:
    """Hash a token; it is random and long, so that a plain hash cannot be turned back."""
    return sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True)
class Session:
    """One signed-in reviewer: `secret` must come with everything that is sent."""

    who: str
    secret: str
    until: float


class Sessions:
    """Those who are signed in, by what their cookie says; forgotten when the server ends."""

    def __init__(self) -> None:
        self._held: dict[str, Session] = {}
        self._lock = threading.Lock()

    def begin(self, who: str) -> str:
        """Sign somebody in; gives what the cookie is to say."""
        key = secrets.token_urlsafe(32)
        with self._lock:
            self._held = {one: held for one, held in self._held.items() if held.until > time.monotonic()}
            while len(self._held) >= _MOST:
                del self._held[next(iter(self._held))]
            self._held[key] = Session(who, secrets.token_urlsafe(32), time.monotonic() + SIGNED_IN_S)
        return key

    def find(self, key: str | None) -> Session | None:
        """Give the session of a cookie, None where there is none or its time is over."""
        with self._lock:
            held = self._held.get(key or "")
        return held if held is not None and held.until > time.monotonic() else None

    def end(self, key: str | None) -> None:
        """Sign somebody out."""
        with self._lock:
            self._held.pop(key or "", None)
