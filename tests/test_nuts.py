"""The same model, written anew and sampled by NUTS, gives the same answer."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("numpyro", reason="NumPyro is not installed: pip install -e '.[dev,nuts]'")

PARTIES = ("NATO", "Russia", "United States", "Europe")


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_nuts_agrees_on_the_starter_ledger():
    from benchmarks import nuts_check

    found = nuts_check.starter_fit()
    cells = nuts_check.sample(found.family, warmup=300, samples=700, seed=0)["cells"]
    rows = [nuts_check.agreement(found, cells, party, nuts_check.DAY) for party in PARTIES]
    assert np.mean([row.apart.mean() for row in rows]) < 0.1
    for row in rows:
        assert np.abs(row.widths - 1).mean() < 0.15, row.party
