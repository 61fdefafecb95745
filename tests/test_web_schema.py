"""The JSON twins against their OpenAPI description: values that fit it and values that do not, made by schemathesis."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

pytest.importorskip("fastapi", reason="needs the pages: pip install 'outproduce[web]'")
schemathesis = pytest.importorskip("schemathesis", reason="needs schemathesis: pip install 'outproduce[dev]'")
from web_ledger import make_ledger, open_library  # noqa: E402

from outproduce.web.app import make_app  # noqa: E402

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def described(tmp_path_factory: pytest.TempPathFactory):
    """The description that the server gives of itself."""
    path: Path = tmp_path_factory.mktemp("schema") / "ledger.db"
    return schemathesis.openapi.from_asgi("/api", make_app(open_library(make_ledger(path))))


schema = schemathesis.pytest.from_fixture("described")


@schema.parametrize()
@settings(max_examples=6, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_answers_are_as_described(case):
    case.call_and_validate()
