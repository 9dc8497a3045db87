from __future__ import annotations

import logging
import re
from pathlib import Path
from typing import Any

import pytest
from anyio import BrokenResourceError
from fastapi.testclient import TestClient
from starlette.types import Receive, Scope, Send

from backend.api.middleware import ProblemMiddleware
from backend.main import create_app
from backend.tests.api.support import problem, temporary_settings

FOX = {"description": "a fox"}


def test_every_answer_has_a_request_id(client: TestClient) -> None:
    ids = {client.get(path).headers["x-request-id"] for path in ("/jobs", "/nothing", "/docs")}
    assert len(ids) == 3
    assert all(re.fullmatch(r"[0-9a-f]{32}", request_id) for request_id in ids)


def test_a_sane_request_id_is_kept(client: TestClient) -> None:
    answer = client.get("/nothing", headers={"X-Request-ID": "Trace-1.2_3"})
    assert answer.headers["x-request-id"] == "Trace-1.2_3"
    assert answer.json()["request_id"] == "Trace-1.2_3"


@pytest.mark.parametrize("sent", ["", "a b", "x" * 65, "<script>", "\u00e9", "a\tb"])
def test_an_odd_request_id_is_replaced(client: TestClient, sent: str) -> None:
    answer = client.get("/jobs", headers={"X-Request-ID": sent.encode("latin-1")})  # type: ignore[arg-type]
    assert re.fullmatch(r"[0-9a-f]{32}", answer.headers["x-request-id"])


def test_each_request_leaves_one_log_line(
    client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "backend.api.access"):
        client.get("/jobs?secret=1", headers={"X-Request-ID": "r-9"})
        client.get("/health/live")
        client.get("/metrics")
    (line,) = [record for record in caplog.records if record.name == "backend.api.access"]
    assert vars(line)["url.path"] == "/jobs"
    assert vars(line)["http.response.status_code"] == 200
    assert vars(line)["event.duration"] > 0
    assert vars(line)["logo.route"] == "/jobs"
    assert vars(line)["event.outcome"] == "success"
    assert "secret" not in caplog.text


@pytest.mark.parametrize(
    "host", ["evil.example", "evil/x", "", "localhost.evil.example", "[::1", "a b"]
)
def test_other_hosts_are_refused(client: TestClient, host: str) -> None:
    found = problem(client.get("/jobs", headers={"Host": host}), 400, "malformed-request")
    assert "LOGO_API__ALLOWED_HOSTS" in found["detail"]
    assert "evil" not in found["detail"]


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8000", "127.0.0.1:9"])
def test_own_hosts_are_answered(client: TestClient, host: str) -> None:
    assert client.get("/jobs", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": ""},
        {"Origin": "http://testserver:8501"},
        {"Origin": "http://testserver.evil.example"},
        {"Origin": "http://[::1"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/drafts"), ("POST", "/images"), ("DELETE", "/jobs/a"), ("DELETE", "/images/a")],
)
def test_pages_of_other_sites_may_not_change_anything(
    client: TestClient, headers: dict[str, str], method: str, path: str
) -> None:
    problem(client.request(method, path, json=FOX, headers=headers), 403, "cross-origin")
    assert client.get("/jobs").json()["jobs"] == []


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "http://testserver"},
        {"Sec-Fetch-Site": "same-origin"},
        {"Sec-Fetch-Site": "none"},
    ],
)
def test_programs_and_own_pages_may(client: TestClient, headers: dict[str, str]) -> None:
    assert client.post("/drafts", json=FOX, headers=headers).status_code == 202


def test_reading_is_open_but_not_to_scripts_of_other_sites(client: TestClient) -> None:
    answer = client.get("/jobs", headers={"Origin": "https://evil.example"})
    assert answer.status_code == 200
    assert "access-control-allow-origin" not in answer.headers


def test_listed_sites_may_call(tmp_path: Path) -> None:
    settings = temporary_settings(tmp_path, allowed_origins="https://shop.example")
    with TestClient(create_app(settings)) as client:
        origin = {"Origin": "https://shop.example"}
        answer = client.post("/drafts", json=FOX, headers=origin)
        assert answer.status_code == 202
        assert answer.headers["access-control-allow-origin"] == "https://shop.example"
        asked: dict[str, Any] = {"Access-Control-Request-Method": "POST", **origin}
        assert client.options("/drafts", headers=asked).status_code == 200
        asked["Origin"] = "https://evil.example"
        problem(client.options("/drafts", headers=asked), 400, "malformed-request")
        problem(
            client.post("/drafts", json=FOX, headers={"Origin": "https://evil.example"}),
            403,
            "cross-origin",
        )


def test_answers_are_not_to_be_guessed_at(client: TestClient) -> None:
    for path in ("/jobs", "/nothing", "/metrics", "/docs"):
        assert client.get(path).headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    ("failure", "is_hang_up"),
    [
        # What FastAPI raises from a stream whose client hangs up within an event.
        (ExceptionGroup("unhandled errors in a TaskGroup", [BrokenResourceError()]), True),
        # What uvloop raises when the socket was closed a moment ago.
        (RuntimeError("unable to perform operation on <TCP>; the handler is closed"), True),
        (ExceptionGroup("unhandled errors", [BrokenResourceError(), ValueError("a bug")]), False),
        (RuntimeError("a bug"), False),
    ],
)
def test_a_client_that_went_away_is_no_fault(
    caplog: pytest.LogCaptureFixture, failure: Exception, is_hang_up: bool
) -> None:
    async def stream(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        raise failure

    client = TestClient(ProblemMiddleware(stream), raise_server_exceptions=True)
    with caplog.at_level(logging.ERROR, "backend.api"):
        if is_hang_up:
            client.get("/jobs/job_1/events")
        else:
            with pytest.raises(type(failure)):
                client.get("/jobs/job_1/events")
    assert len(caplog.records) == (not is_hang_up)
