"""The numeric core against exact answers."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from outproduce.errors import EstimateError
from outproduce.estimate.laplace import DenseCurvature, SparseCurvature, fit, refit_without
from outproduce.estimate.model import LINKS, VALUE, LinearCells, Model, Observations, join_priors, walk_prior


def model(values: list[float], sd: float = 1.0, freedom: float = 1e9) -> Model:
    """A level known to 2 around 0, seen `values` times, with one effect nobody mentions."""
    count = len(values)
    prior = join_priors([walk_prior(np.ones(1), (0.0, 2.0), 0.5, (0.0, 1.0))], np.zeros(1), np.ones(1))
    first = sparse.csr_matrix(np.tile([1.0, 0.0], (count, 1)))
    seen = Observations(
        first,
        sparse.csr_matrix((count, 2)),
        sparse.csr_matrix((count, 1)),
        np.array(values),
        np.full(count, sd),
        np.full(count, VALUE, dtype=np.int8),
    )
    cells = LinearCells(sparse.eye(2, format="csr"))
    return Model(prior, seen, cells, np.zeros(1, dtype=bool), LINKS["identity"], freedom)


def test_a_gaussian_case_is_exact():
    found = fit(model([1.0, 3.0]))
    assert found.u[:2] == pytest.approx([4 / 2.25, 4 / 2.25], rel=1e-4)
    draws = found.samples(20_000, 1)
    assert draws[:, 0].std() == pytest.approx((1 / 2.25) ** 0.5, rel=0.02)
    assert draws[:, 1].std() == pytest.approx((1 / 2.25 + 0.25) ** 0.5, rel=0.02)


def test_evidence_is_that_of_the_gaussian():
    two, apart = fit(model([1.0, 1.2])).evidence, fit(model([1.0, 9.0])).evidence
    covariance = 4.0 + np.eye(2)
    exact = [-0.5 * np.array(v) @ np.linalg.solve(covariance, v) for v in ([1.0, 1.2], [1.0, 9.0])]
    assert two - apart == pytest.approx(exact[0] - exact[1], rel=1e-3)


def test_heavy_tails_let_an_outlier_go():
    assert fit(model([1.0, 1.1, 0.9, 40.0], 0.2, freedom=4)).u[0] == pytest.approx(1.0, abs=0.1)


def test_leaving_out_is_the_same_as_never_having_seen():
    whole = fit(model([1.0, 3.0, 8.0]))
    assert refit_without(whole, np.array([False, False, True])).u == pytest.approx(fit(model([1.0, 3.0])).u, abs=1e-3)


def test_both_factorisations_agree():
    case = model([1.0, 3.0, 8.0])
    found = fit(case)
    weights = np.array([1.0, 0.5, 0.0])
    dense = DenseCurvature(case.prior, found.slopes.jacobian, weights)
    thin = SparseCurvature(case.prior, found.slopes.jacobian, weights)
    assert dense.log_volume == pytest.approx(thin.log_volume)
    assert dense.solve(np.eye(3)) == pytest.approx(thin.solve(np.eye(3)))


def test_a_trend_goes_on_and_fades():
    prior = walk_prior(np.ones(3), (1.0, 1.0), 0.1, (0.2, 0.5))
    slopes = prior.sums @ np.array([0, 0, 0, 0, 1.0, 0, 0, 0])
    assert slopes[:4] == pytest.approx([0, 1, 1.5, 1.75])
    assert prior.mean()[:4] == pytest.approx([1, 1, 1, 1])


def test_parts_that_do_not_fit_are_refused():
    case = model([1.0])
    wrong = Model(case.prior, case.observations, case.cells, np.zeros(2, dtype=bool), case.link)
    with pytest.raises(EstimateError, match="effects"):
        fit(wrong)
