"""How parties make up blocs: a whole has a path of its own, and its parts have shares of it, so none exceeds its whole.

In: parties and who is part of whom. Out: a `ShareTree`, a map from path states to the log rates of the leaves with its
Jacobian. A part's share is a softmax over the whole's parts and, where these are not all of it, a nameless rest.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy import sparse

from outproduce.estimate.model import Array


@dataclass(frozen=True)
class ShareTree:
    """A forest of parties over `months` months; satisfies laplace.CellMap.

    `names`: parties, wholes before parts. `parent`: index of each one's whole, -1 for a root. `closed`: whether a whole
    is exactly the sum of its parts. States: party by party its levels (a root's log rate, a part's share logit) at
    knots `every` so many months, straight in between, and, for a root, as many slopes, which the cells do not see.
    Cells: leaf by leaf its log rate by month.
    """

    names: tuple[str, ...]
    parent: tuple[int, ...]
    closed: tuple[bool, ...]
    months: int
    every: int = 3

    @property
    def knots(self) -> int:
        """Number of knots; the last stands at or after the last month."""
        return max(-(-(self.months - 1) // self.every), 1) + 1

    @cached_property
    def leaves(self) -> tuple[int, ...]:
        """Parties with output of their own: those without parts, and the nameless rest of open wholes."""
        wholes = set(self.parent)
        return tuple(at for at in range(len(self.names)) if at not in wholes or not self.closed[at])

    @cached_property
    def roots(self) -> tuple[int, ...]:
        """Parties that are part of nothing."""
        return tuple(at for at, above in enumerate(self.parent) if above < 0)

    @property
    def states(self) -> int:
        """Number of path states."""
        return (len(self.names) + len(self.roots)) * self.knots

    @cached_property
    def _places(self) -> npt.NDArray[np.int64]:
        """Where each party's levels stand among the states, shape (parties, knots)."""
        blocks = np.array([2 if above < 0 else 1 for above in self.parent])
        starts = (np.cumsum(blocks) - blocks) * self.knots
        return np.asarray(starts[:, np.newaxis] + np.arange(self.knots))

    @cached_property
    def _between(self) -> Array:
        """Weights of the knots in each month, shape (months, knots)."""
        at = np.arange(self.months) / self.every
        weights: Array = np.maximum(1.0 - np.abs(at[:, np.newaxis] - np.arange(self.knots)), 0.0)
        return weights

    @cached_property
    def _by_state(self) -> sparse.csr_matrix:
        """Monthly levels (parties * months) from states."""
        count = len(self.names)
        pick = sparse.csr_matrix(
            (np.ones(self._places.size), (np.arange(self._places.size), self._places.ravel())),
            shape=(self._places.size, self.states),
        )
        return sparse.csr_matrix(sparse.kron(sparse.eye(count), self._between) @ pick)

    @cached_property
    def parts(self) -> dict[int, list[int]]:
        """Parts of each whole."""
        found: dict[int, list[int]] = {}
        for at, above in enumerate(self.parent):
            if above >= 0:
                found.setdefault(above, []).append(at)
        return found

    def _log_shares(self, levels: Array) -> tuple[Array, Array]:
        """Log share of each party in its whole and of each whole's rest in it; `levels` is (..., parties, months)."""
        own, rest = np.zeros_like(levels), np.full_like(levels, 0.0)
        for whole, parts in self.parts.items():
            logits = levels[..., parts, :]
            if not self.closed[whole]:
                logits = np.concatenate([logits, np.zeros_like(logits[..., :1, :])], axis=-2)
            top = logits.max(axis=-2, keepdims=True)
            total = top + np.log(np.exp(logits - top).sum(axis=-2, keepdims=True))
            own[..., parts, :] = levels[..., parts, :] - total
            rest[..., whole, :] = -total[..., 0, :]
        return own, rest

    def _log_rates(self, levels: Array, own: Array, rest: Array) -> Array:
        """Log rates of the leaves, shape (..., leaves, months)."""
        rates = np.empty_like(levels)
        for at, above in enumerate(self.parent):
            rates[..., at, :] = levels[..., at, :] if above < 0 else rates[..., above, :] + own[..., at, :]
        return np.asarray((rates + rest)[..., list(self.leaves), :])

    def _levels(self, states: Array) -> Array:
        return np.asarray(states[..., self._places] @ self._between.T)

    def many(self, states: Array) -> Array:
        """Cells for states of shape (count, states): shape (count, leaves * months)."""
        levels = self._levels(states)
        return self._log_rates(levels, *self._log_shares(levels)).reshape(states.shape[0], -1)

    def traced(self, states: Array) -> tuple[Array, Callable[[Array], Array]]:
        """Cells for states of shape (states, count), shape (cells, count), and the function that turns a derivative.

        It makes a derivative by the cells one by the states; draws stand in columns, which is quicker for many.
        """
        levels = self._between @ states[self._places]
        rates, shares, rest = levels.copy(), {}, {}
        for whole, parts in self.parts.items():  # wholes stand before their parts
            logs = levels[parts] if self.closed[whole] else np.concatenate([levels[parts], np.zeros_like(levels[:1])])
            logs -= logs.max(axis=0)
            sizes = np.exp(logs)
            total = sizes.sum(axis=0)
            logs -= np.log(total)
            rates[parts] = rates[whole] + logs[: len(parts)]
            shares[whole] = sizes[: len(parts)] / total
            rest[whole] = logs[-1]
        leaves = list(self.leaves)
        for whole in self.parts:
            if not self.closed[whole]:
                rates[whole] += rest[whole]

        def pull(by_cell: Array) -> Array:
            by_rate = np.zeros_like(levels)
            by_rate[leaves] = by_cell.reshape(len(leaves), self.months, -1)
            by_level = by_rate.copy()
            for whole, parts in reversed(self.parts.items()):
                given = by_rate[parts].sum(axis=0)
                by_level[parts] = by_rate[parts] - shares[whole] * (given + by_rate[whole])
                by_rate[whole] += given
                by_level[whole] = by_rate[whole]
            found = np.zeros_like(states)
            found[self._places] = self._between.T @ by_level
            return found

        return rates[leaves].reshape(-1, states.shape[1]), pull

    def at(self, states: Array) -> tuple[Array, sparse.csr_matrix]:
        """Cells and their Jacobian by the states."""
        levels = self._levels(states)
        own, rest = self._log_shares(levels)
        cells = self._log_rates(levels, own, rest).ravel()
        sizes = np.exp(own)
        ones = np.ones(self.months)
        coefficients = np.concatenate([sign * ones if of < 0 else -sizes[of] for sign, of in self._pattern[2]])
        empty, fill = self._jacobian
        return cells, sparse.csr_matrix((fill @ coefficients, empty.indices, empty.indptr), shape=empty.shape)

    @cached_property
    def _jacobian(self) -> tuple[sparse.csr_matrix, sparse.csr_matrix]:
        """Pattern of the Jacobian by the states, and what makes its entries of the coefficients of `_pattern`.

        The pattern never changes, so that a Jacobian costs one product.
        """
        rows, columns, _ = self._pattern
        knots = self._by_state[columns].tocoo()
        entries, place = np.unique(rows[knots.row] * np.int64(self.states) + knots.col, return_inverse=True)
        shape = (len(self.leaves) * self.months, self.states)
        starts = np.searchsorted(entries, np.arange(shape[0] + 1) * np.int64(self.states))
        empty = sparse.csr_matrix((np.zeros(entries.size), entries % self.states, starts), shape=shape)
        return empty, sparse.csr_matrix((knots.data, (place, knots.row)), shape=(entries.size, rows.size))

    @cached_property
    def _pattern(self) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], list[tuple[float, int]]]:
        """Rows, columns and makers of the Jacobian: (1, -1) for the path itself, (0, party) for minus its share."""
        blocks: list[tuple[int, int, tuple[float, int]]] = []
        for row, leaf in enumerate(self.leaves):
            blocks.extend((row, part, (0.0, part)) for part in self.parts.get(leaf, ()))
            at = leaf
            while at >= 0:
                blocks.append((row, at, (1.0, -1)))
                above = self.parent[at]
                if above >= 0:
                    blocks.extend((row, part, (0.0, part)) for part in self.parts[above])
                at = above
        along = np.arange(self.months)
        rows = np.concatenate([row * self.months + along for row, _, _ in blocks])
        columns = np.concatenate([column * self.months + along for _, column, _ in blocks])
        return rows, columns, [maker for _, _, maker in blocks]


def share_tree(wholes: Mapping[str, Sequence[str]], closed: Container[str], months: int) -> ShareTree:
    """Build the tree of the parties that are keys of `wholes`, each given what it is part of, the nearest first.

    A party hangs on the first of its wholes that is itself a key. `closed` wholes are exactly the sum of their parts.
    """
    above = {name: next((whole for whole in listed if whole in wholes), None) for name, listed in wholes.items()}

    def depth(name: str) -> int:
        whole = above[name]
        return 0 if whole is None else 1 + depth(whole)

    names = tuple(sorted(above, key=lambda name: (depth(name), name)))
    place = {name: at for at, name in enumerate(names)}
    hangs_on = [above[name] for name in names]
    parent = tuple(-1 if whole is None else place[whole] for whole in hangs_on)
    return ShareTree(names, parent, tuple(name in closed for name in names), months)
