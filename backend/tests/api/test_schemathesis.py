"""The service against its own OpenAPI document: every answer is one it documents."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import positive_data_acceptance

from backend.api.app_factory import build_app
from backend.main import create_app
from backend.tests.api.support import hired, serving, temporary_settings


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    chosen = temporary_settings(
        tmp_path_factory.mktemp("schema"),
        queue_limit=100_000,
        queue_limit_per_caller=100_000,
        worker_grace_seconds=5,
    )
    with serving(create_app(chosen)) as address, hired(chosen, None):
        yield address


# Loaded here and not by a fixture: only then there is one test for each operation.
schema = schemathesis.openapi.from_dict(build_app().openapi())
# The document cannot say that a picture must exist, that a name or a description is needed, that
# steps and speed must agree, where a chunk begins, that an SVG has no size, or that a finish is of
# its picture; there a valid request may be refused.
UNDOCUMENTED = [positive_data_acceptance]
QUICK = settings(max_examples=8, suppress_health_check=list(HealthCheck))


def check(case: Any, address: str) -> None:
    refusing = ("/images/{image_id}", "/images/{image_id}/finish")
    may_refuse = case.method in ("POST", "PATCH") or case.path in refusing
    excluded = list(UNDOCUMENTED) if may_refuse else []
    if case.path in ("/training/runs", "/training/sets", "/datasets"):
        # A size may well be more than the disk has room for, weights of a base may be missing, and
        # there is a limit to the sets: those are a 503 or a 507.
        excluded.append(not_a_server_error)
    answer = case.call_and_validate(base_url=address, excluded_checks=excluded)
    assert answer.status_code != 500


@schema.parametrize()  # type: ignore[untyped-decorator]
@QUICK
def test_every_answer_is_documented(case: Any, address: str) -> None:
    check(case, address)


@pytest.mark.slow
@schema.parametrize()  # type: ignore[untyped-decorator]
@settings(QUICK, max_examples=60)
def test_every_answer_is_documented_in_a_long_run(case: Any, address: str) -> None:
    check(case, address)
