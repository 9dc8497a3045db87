"""The section about the logs on the page of models."""

from __future__ import annotations

from typing import Any

import pytest

from frontend.tests.conftest import OpenPage
from frontend.tests.stub_api import StubApi
from frontend.tests.views.datasets_page import press_section
from frontend.tests.views.other_page import on_page
from frontend.tests.views.page import NASTY, texts

STATE: dict[str, Any] = {
    "stack": "reachable",
    "detail": "green",
    "kibana_url": "https://logs.example",
    "writes_files": True,
    "errors": [
        {
            "at": "2026-11-21T10:15:00.123Z",
            "process": "worker",
            "message": NASTY,
            "code": "KeyError",
            "request_id": "r1",
            "job_id": "",
        }
    ],
}


@pytest.fixture
def open_models(open_page: OpenPage) -> OpenPage:
    return on_page(open_page, "models")


def answer(stub: StubApi, **changes: Any) -> None:
    stub.behaviour.answers["GET /health/logs"] = (200, STATE | changes)


def test_a_folded_section_asks_nothing(open_models: OpenPage, stub: StubApi) -> None:
    open_models()
    assert stub.asked("GET", "/health/logs") == []


def test_errors_come_with_their_request_ids_and_the_way_to_kibana(
    open_models: OpenPage, stub: StubApi
) -> None:
    answer(stub)
    page = press_section(open_models(), "status.title")
    assert "The log stack answers" in texts(page)
    (frame,) = [each.value for each in page.dataframe if "Request id" in each.value.columns]
    assert list(frame.iloc[0]) == ["2026-11-21 10:15:00", "worker", NASTY, "KeyError", "r1", ""]
    (link,) = page.get("link_button")
    assert link.proto.url == "https://logs.example"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"stack": "not-configured"}, "No log stack is set up"),
        ({"stack": "unreachable", "detail": "ConnectError"}, "the service goes on without it"),
        ({"stack": "something new"}, "the service goes on without it"),
        ({"errors": []}, "No errors in the log files"),
        ({"writes_files": False}, "LOGO_LOG__FOLDER"),
    ],
)
def test_what_is_the_case_is_said(
    open_models: OpenPage, stub: StubApi, changes: dict[str, Any], said: str
) -> None:
    answer(stub, **changes)
    assert said in texts(press_section(open_models(), "status.title"))


def test_a_link_that_is_none_is_not_shown(open_models: OpenPage, stub: StubApi) -> None:
    answer(stub, kibana_url="javascript:alert(1)")
    assert not press_section(open_models(), "status.title").get("link_button")


def test_a_service_that_fails_is_told_in_its_section(open_models: OpenPage, stub: StubApi) -> None:
    stub.behaviour.answers["GET /health/logs"] = (500, "oops")
    page = press_section(open_models(), "status.title")
    assert not page.exception
    assert any(button.key == "retry_logs" for button in page.button)
