from __future__ import annotations

import json
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from backend.api.app_factory import ApiOptions, build_app
from backend.api.problems import (
    MAX_PROBLEM_BYTES,
    field_path,
    problem_kinds,
    problem_of_error,
    problem_of_record,
    problem_response,
)
from backend.domain.errors import InvalidRequest, LogoError, error_types
from backend.telemetry.context import REQUEST_ID, working_for
from backend.tests.api.support import TEST_HOSTS, problem


@pytest.mark.parametrize("code", sorted(error_types()))
def test_every_error_of_the_domain_becomes_its_problem(code: str) -> None:
    error_type = error_types()[code]
    app = build_app(options=ApiOptions(TEST_HOSTS))

    @app.get("/fail")
    def fail() -> None:
        raise error_type("what happened", fields=[("a.b", "why")])

    with TestClient(app) as client:
        answer = client.get("/fail")
    found = json.loads(answer.content)
    assert answer.status_code == found["status"] == error_type.status
    assert answer.headers["content-type"] == "application/problem+json"
    assert found["code"] == code
    assert found["type"] == f"/problems/{code}"
    assert found["title"] == error_type.title
    assert found["detail"] == "what happened"
    assert found["instance"] == "/fail"
    assert found["errors"] == [{"field": "a.b", "reason": "why"}]
    assert ("retry-after" in answer.headers) == (error_type.status in (429, 503))


def test_every_kind_has_an_explanation_of_its_own() -> None:
    kinds = problem_kinds()
    assert set(error_types()) <= set(kinds)
    explanations = [kind.explanation for kind in kinds.values()]
    assert len(set(explanations)) == len(explanations)


def test_a_stored_error_comes_back_as_it_was() -> None:
    record = InvalidRequest("no", fields=[("x", "y")]).to_record()
    with working_for(REQUEST_ID, "the-readers-own"):
        found = problem_of_record(json.loads(json.dumps(record)), "/jobs/1")
    assert found.request_id is None
    assert (found.code, found.detail, found.instance) == ("invalid-request", "no", "/jobs/1")
    assert found.errors[0].field == "x"


def test_an_unknown_stored_error_is_an_internal_one() -> None:
    assert problem_of_record({"code": "from-the-future"}, "/jobs/1").code == "internal-error"


def test_the_unknown_is_told_without_its_words_and_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    app = build_app(options=ApiOptions(TEST_HOSTS))

    @app.get("/bug")
    def bug() -> None:
        raise RuntimeError("the password is hunter2")

    with TestClient(app) as client:
        answer = client.get("/bug", headers={"X-Request-ID": "r-1"})
    assert answer.status_code == 500
    found = json.loads(answer.content)
    assert found["code"] == "internal-error"
    assert found["request_id"] == "r-1"
    assert b"hunter2" not in answer.content
    assert b"Traceback" not in answer.content
    assert "hunter2" in caplog.text


@given(
    st.text(max_size=3_000),
    st.lists(st.tuples(st.text(max_size=500), st.text(max_size=500)), max_size=200),
    st.text(max_size=3_000),
)
def test_no_error_gives_a_document_over_the_limit(
    detail: str, named: list[tuple[str, str]], instance: str
) -> None:
    answer = problem_response(problem_of_error(InvalidRequest(detail, fields=named), instance))
    content = bytes(answer.body)
    assert len(content) <= MAX_PROBLEM_BYTES
    found = json.loads(content.decode("utf-8"))
    text = json.dumps(found, ensure_ascii=False)
    assert all(letter.isprintable() for letter in text)
    if named:
        assert found["errors"]


def test_the_longest_document_fits_with_widest_letters() -> None:
    error = LogoError("\U0001f98a" * 5_000, fields=[("\U0001f98a" * 500, "\U0001f98a" * 500)] * 50)
    answer = problem_response(problem_of_error(error, "\U0001f98a" * 5_000))
    assert len(bytes(answer.body)) <= MAX_PROBLEM_BYTES
    assert json.loads(bytes(answer.body))["detail"].endswith("…")


@pytest.mark.parametrize(
    ("location", "path"),
    [
        (("body", "loras", 0, "weight"), "loras[0].weight"),
        (("body", "palette", 2), "palette[2]"),
        (("query", "limit"), "limit"),
        (("body",), "body"),
        (("body", 3), "[3]"),
    ],
)
def test_field_paths(location: tuple[Any, ...], path: str) -> None:
    assert field_path(location) == path


def test_what_other_layers_refuse_becomes_a_problem(client: TestClient) -> None:
    answer = client.get("/docs-assets/favicon.png", headers={"Range": "bytes=999999999-"})
    found = problem(answer, 416, "request-refused")
    assert "content-range" in answer.headers
    assert found["status"] == 416


def test_a_failure_after_the_start_of_an_answer_ends_the_connection() -> None:
    app: FastAPI = build_app(options=ApiOptions(TEST_HOSTS))

    @app.get("/stream")
    async def stream() -> Any:
        from starlette.responses import StreamingResponse

        async def parts() -> Any:
            yield b"first"
            raise RuntimeError("in the middle")

        return StreamingResponse(parts())

    with TestClient(app) as client, pytest.raises(RuntimeError, match="in the middle"):
        client.get("/stream")
