"""How parties make up wholes, and that the slopes are the derivative."""

from __future__ import annotations

import numpy as np
import pytest
from worlds import SMALL

from outproduce.estimate.shares import ShareTree, share_tree

TREE = share_tree(
    {"Pact": [], "Homeland": ["Pact"], "Union": ["Pact"], "Works": ["Homeland", "Pact"], "East": []}, {"Pact"}, 8
)


def states(tree: ShareTree, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=tree.states)


def test_a_party_hangs_on_its_nearest_whole():
    parents = {
        name: TREE.names[above] if above >= 0 else None for name, above in zip(TREE.names, TREE.parent, strict=True)
    }
    assert parents == {"East": None, "Pact": None, "Homeland": "Pact", "Union": "Pact", "Works": "Homeland"}
    assert [TREE.names[leaf] for leaf in TREE.leaves] == ["East", "Homeland", "Union", "Works"]


def test_leaves_of_a_closed_whole_add_up_to_it():
    cells = np.exp(TREE.at(states(TREE))[0]).reshape(4, 8)
    root = states(TREE)[TREE.knots * 2 : TREE.knots * 3]
    assert cells[1:].sum(axis=0)[::3] == pytest.approx(np.exp(root)[:3])


def test_the_jacobian_is_the_derivative():
    at = states(TREE)
    _, slopes = TREE.at(at)
    step = 1e-6
    moved = [(TREE.at(at + step * row)[0] - TREE.at(at - step * row)[0]) / (2 * step) for row in np.eye(at.size)]
    assert np.allclose(slopes.toarray(), np.array(moved).T, atol=1e-6)


def test_many_states_at_once_give_the_same_cells():
    several = np.stack([states(TREE, seed) for seed in range(3)])
    assert np.allclose(TREE.many(several), [TREE.at(row)[0] for row in several])


def test_the_small_world_knows_its_wholes():
    assert SMALL.wholes_above("Newland") == ("Union", "Pact")
    assert SMALL.memberships("Newland")["Pact"] == ("2024-01-01", None)
    assert SMALL.with_parts(["Pact"]) == ("Homeland", "Pact", "Union")


@pytest.mark.parametrize(
    ("item", "asked", "steps"), [("shell", "shell", 0), ("shell", "ammunition", -1), ("tank", "shell", None)]
)
def test_distance_in_the_item_tree(item, asked, steps):
    assert SMALL.distance(item, asked) == steps


@pytest.mark.parametrize(
    ("name", "side"), [("General", "east"), ("Homeland Army", "west"), ("a passer-by", None), (None, None)]
)
def test_side_of_a_speaker(name, side):
    assert SMALL.side_of(name) == side
