"""What a fit expects to read: the distribution of a figure that it has not seen, and how good such forecasts are.

In: a `Fit` and a `Sight` that it was not given. Out: samples of the log figure, its errors and noise included.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import sparse

from outproduce.estimate.model import Array
from outproduce.estimate.months import Span
from outproduce.estimate.observations import Sight
from outproduce.estimate.rates import Fit


def predict(found: Fit, sight: Sight, seed: int = 0) -> Array | None:
    """Draw what the figure of a sight will be, on its log scale; None where the fit knows nothing of its parties.

    Errors that the fit knows (this speaker, this side, this party's slack) are drawn from its posterior, new ones from
    the priors at the scales found, and the telling's own noise, heavy tails included, is added.
    """
    family, scales = found.family, found.draws.scales
    rng = np.random.default_rng(seed)
    unknowns = found.unknowns
    values = np.exp(found.posterior.cells(unknowns))
    total = _log_mean(found, values, sight.top, sight.months)
    rest = _log_mean(found, values, sight.bottom, sight.base) if sight.base else np.zeros(len(unknowns))
    if total is None or rest is None:
        return None
    logs = total - rest
    place = {effect.key: at for at, effect in enumerate(family.effects)}
    for effect in sight.effects:
        if effect.key in place:
            raw = unknowns[:, found.posterior.model.paths + place[effect.key]]
        else:
            sd = effect.sd * (scales[effect.scale] if effect.scale else 1.0)
            raw = effect.middle + sd * rng.standard_normal(len(unknowns))
        logs = logs + effect.sign * (np.exp(raw) if effect.positive else raw)
    noise = rng.standard_t(family.priors.freedom, len(unknowns))
    return np.asarray(logs + sight.sd * noise)


def with_echoes(draws: Array, told: Sequence[float], chance: float, seed: int = 0) -> Array:
    """Mix the draws of a new figure with figures already told: with `chance` the next claim repeats one of them.

    Claims repeat one another far more often than new counts agree by chance; without any told the draws stay.
    """
    if not told:
        return draws
    rng = np.random.default_rng(seed)
    return np.where(rng.random(draws.size) < chance, rng.choice(np.asarray(told), draws.size), draws)


def _log_mean(found: Fit, values: Array, actors: tuple[str, ...], months: Span) -> Array | None:
    """Log of the mean monthly rate of the parties together, by draw; None where a party or month is not in the fit."""
    family = found.family
    inside = (max(months[0], family.first), min(months[1], family.last))
    if inside[0] > inside[1] or not all(family.members.get(actor) for actor in actors):
        return None
    weights = family.weights(actors, inside)
    if not weights:
        return None
    row = sparse.csr_matrix((list(weights.values()), ([0] * len(weights), list(weights))), shape=(1, values.shape[1]))
    return np.asarray(np.log(np.asarray(row @ values.T).ravel()))


def crps(draws: Array, truth: float) -> float:
    """Continuous ranked probability score of draws: mean distance to the truth less half that between draws; 0 is best.

    >>> crps(np.array([1.0, 1.0]), 1.0)
    0.0
    """
    ordered = np.sort(draws)
    ranks = 2.0 * np.arange(1, ordered.size + 1) - ordered.size - 1
    between = 2.0 * float(ranks @ ordered) / ordered.size**2
    return float(np.mean(np.abs(ordered - truth)) - 0.5 * between)
