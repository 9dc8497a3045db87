from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

import httpx
import pytest
import streamlit as st

from frontend.log_events import drawing
from frontend.telemetry.context import REQUEST_ID
from frontend.telemetry.logs import reset_logging
from frontend.tests.conftest import OpenPage
from frontend.transport import ApiError, Transport


def failing(answer: httpx.Response | Exception) -> Transport:
    def handle(_: httpx.Request) -> httpx.Response:
        if isinstance(answer, Exception):
            raise answer
        return answer

    return Transport("http://api", transport=httpx.MockTransport(handle), sleep=lambda _: None)


def told(caplog: pytest.LogCaptureFixture) -> list[dict[str, Any]]:
    return [vars(record) for record in caplog.records if record.name == "frontend.log_events"]


def test_a_page_is_told_with_its_time(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    with drawing("history"):
        pass
    (line,) = told(caplog)
    assert (line["event.action"], line["logo.page"]) == ("page-drawn", "history")
    assert line["event.duration"] >= 0


@pytest.mark.parametrize(
    ("answer", "code", "status"),
    [
        (httpx.ReadTimeout("slow"), "timeout", None),
        (httpx.ConnectError("down"), "unreachable", None),
        (httpx.Response(500, text="oops"), "garbage", 500),
        (httpx.Response(503, json={"code": "worker-unavailable"}), "worker-unavailable", 503),
    ],
)
def test_calls_that_fail_are_told(
    answer: httpx.Response | Exception,
    code: str,
    status: int | None,
    caplog: pytest.LogCaptureFixture,
) -> None:
    with pytest.raises(ApiError):
        failing(answer).send("POST", "/drafts")
    (line,) = told(caplog)
    assert (line["error.code"], line["http.response.status_code"]) == (code, status)
    assert (line["http.request.method"], line["url.path"]) == ("POST", "/drafts")


def test_a_failure_is_told_under_the_request_id_of_the_service(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []

    def look(_: logging.LogRecord) -> bool:
        seen.append(REQUEST_ID.get())
        return True

    monkeypatch.setattr(caplog.handler, "filters", [look])
    answer = httpx.Response(500, text="oops", headers={"X-Request-ID": "r1"})
    with pytest.raises(ApiError):
        failing(answer).send("GET", "/jobs")
    assert seen == ["r1"]


def test_a_request_that_was_refused_for_its_own_faults_is_not_told(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with pytest.raises(ApiError):
        failing(httpx.Response(422, json={"code": "invalid-request"})).send("POST", "/drafts")
    assert told(caplog) == []


def test_the_pages_write_a_log_file_where_there_is_a_folder(
    open_page: OpenPage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOGO_LOG__FOLDER", str(tmp_path))
    level, kind = logging.getLogger().level, logging.getLoggerClass()
    st.cache_resource.clear()
    try:
        open_page()
    finally:
        reset_logging()
        st.cache_resource.clear()
        logging.getLogger().setLevel(level)
        logging.setLoggerClass(kind)
    (file,) = tmp_path.glob("ui-0.*.jsonl")
    lines = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    drawn = [line for line in lines if line["event"].get("action") == "page-drawn"]
    assert [line["logo"]["page"] for line in drawn] == ["generate"]
