"""The JSON twins against their OpenAPI description: values that fit it and values that do not, made by schemathesis."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

pytest.importorskip("fastapi", reason="needs the pages: pip install 'outproduce[web]'")
schemathesis = pytest.importorskip("schemathesis", reason="needs schemathesis: pip install 'outproduce[dev]'")
from schemathesis.specs.openapi.checks import positive_data_acceptance  # noqa: E402
from web_ledger import make_ledger, open_library  # noqa: E402

from outproduce.web.app import make_app  # noqa: E402

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def described(tmp_path_factory: pytest.TempPathFactory):
    """The description that the server gives of itself."""
    path: Path = tmp_path_factory.mktemp("schema") / "ledger.db"
    return schemathesis.openapi.from_asgi("/api", make_app(open_library(make_ledger(path))))


def test_answers_are_as_described(described):
    operations = [result.ok() for result in described.get_all_operations()]
    assert len(operations) > 10
    for operation in operations:

        @settings(max_examples=6, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
        @given(case=operation.as_strategy())
        def answers(case):
            case.call_and_validate(excluded_checks=[positive_data_acceptance])  # names nobody knows are refused

        answers()
