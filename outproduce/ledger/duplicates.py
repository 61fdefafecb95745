"""Texts -> groups of near-copies: syndicated reports, by MinHash over runs of words.

Two texts are near-copies when about `LIKE` of all their runs of `RUN` words are in both; the share is estimated from
`SIGNS` minima, and compared only where a band of them is equal, so that a million texts need no million pairs each.
"""

from __future__ import annotations

import zlib
from collections import defaultdict
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from outproduce.ledger.words import find_words

RUN = 4
LIKE = 0.6
SIGNS, BAND = 96, 4
_PRIME = np.uint64(2**31 - 1)
_MIXERS = np.random.default_rng(1).integers(1, 2**31 - 1, size=(2, SIGNS, 1), dtype=np.uint64)

Signature = npt.NDArray[np.uint32]


def near_copies(texts: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Group texts, given as (id, text), that are near-copies of each other; gives id -> smallest id of its group.

    Texts without a near-copy are left out; so are texts of fewer words than a run.

    >>> wire = "the plant made forty tanks in May and will make fifty in June, its director said on Monday"
    >>> near_copies([("b", wire), ("a", wire + "."), ("c", "another report about the same plant and its tanks")])
    {'b': 'a', 'a': 'a'}
    """
    signatures = {key: sign for key, text in texts if (sign := signature(text)) is not None}
    above: dict[str, str] = {}
    bands: dict[tuple[int, bytes], list[str]] = defaultdict(list)
    for key, sign in signatures.items():
        for at in range(0, SIGNS, BAND):
            bucket = bands[at, sign[at : at + BAND].tobytes()]
            for other in bucket[:8]:  # members of one bucket are joined to each other already
                if _root(above, other) != _root(above, key) and likeness(sign, signatures[other]) >= LIKE:
                    one, two = sorted((_root(above, key), _root(above, other)))
                    above[two] = one
            bucket.append(key)
    groups = {key: _root(above, key) for key in signatures}
    grouped = set(above) | set(above.values())
    return {key: group for key, group in groups.items() if key in grouped}


def _root(above: dict[str, str], key: str) -> str:
    while key in above:
        key = above[key]
    return key


def signature(text: str) -> Signature | None:
    """Give the minima of `SIGNS` hashes over the text's runs of words, None where it is too short for one."""
    words = find_words(text)
    runs = {zlib.crc32(" ".join(words[at : at + RUN]).encode()) for at in range(len(words) - RUN + 1)}
    if not runs:
        return None
    hashes = np.fromiter(runs, dtype=np.uint64) % _PRIME
    mixed = (_MIXERS[0] * hashes + _MIXERS[1]) % _PRIME
    found: Signature = mixed.min(axis=1).astype(np.uint32)
    return found


def likeness(one: Signature, two: Signature) -> float:
    """Estimate the share of runs two texts have in common, from 0 to 1."""
    return float(np.mean(one == two))
