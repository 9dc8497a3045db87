"""The key of the pages: who gets it, who does not, and what a person reads without one."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from frontend.access_api import AccessApi
from frontend.api_client import LogoApi
from frontend.i18n import TEXTS
from frontend.log_settings import log_options
from frontend.telemetry.redaction import Redactor
from frontend.tests.components.test_upload import mounted
from frontend.tests.conftest import OpenPage
from frontend.tests.stub_api import StubApi
from frontend.transport import ApiProblem, Transport

KEY = "lk_3f9a1c0b77de_" + "5e" * 32


def tickets() -> Any:
    """A server that answers with one ticket after the other, and what it was sent."""
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json={"ticket": f"lt_{len(seen)}", "expires_at": "x"})

    return httpx.MockTransport(answer), seen


def test_every_call_shows_the_key() -> None:
    transport, seen = tickets()
    http = Transport("http://api", api_key=KEY, transport=transport)
    http.send("GET", "/jobs")
    assert seen[0].headers["Authorization"] == f"Bearer {KEY}"


@pytest.mark.parametrize("key", ["", "with space", "two\nlines", "ключ"])
def test_what_cannot_be_a_key_is_not_sent(key: str) -> None:
    transport, seen = tickets()
    http = Transport("http://api", api_key=key, transport=transport)
    http.send("GET", "/jobs")
    assert "Authorization" not in seen[0].headers
    assert AccessApi(http).upload_ticket() == ""
    assert len(seen) == 1


def test_the_key_follows_no_redirect() -> None:
    seen = []

    def away(request: httpx.Request) -> httpx.Response:
        seen.append(str(request.url))
        return httpx.Response(302, headers={"Location": "http://elsewhere/"})

    http = Transport("http://api", api_key=KEY, transport=httpx.MockTransport(away))
    with pytest.raises(Exception, match="cannot be understood"):
        http.send("GET", "/jobs")
    assert seen == ["http://api/jobs"]


def test_a_ticket_is_used_for_a_while_and_then_made_anew() -> None:
    transport, seen = tickets()
    now = [0.0]
    access = AccessApi(Transport("http://api", api_key=KEY, transport=transport), lambda: now[0])
    assert [access.upload_ticket(), access.upload_ticket()] == ["lt_1", "lt_1"]
    now[0] = 601
    assert access.upload_ticket() == "lt_2"
    assert json.loads(seen[0].content) == {"scope": "upload"}


def test_a_refused_ticket_is_an_error() -> None:
    def refuse(request: httpx.Request) -> httpx.Response:
        return httpx.Response(403, json={"code": "scope-missing", "status": 403})

    api = LogoApi("http://api", api_key=KEY, transport=httpx.MockTransport(refuse))
    with pytest.raises(ApiProblem) as caught:
        api.access.upload_ticket()
    assert caught.value.problem.code == "scope-missing"


def test_the_log_masks_the_key() -> None:
    redact = Redactor(log_options({"LOGO_UI__API_KEY": "an odd key"}).secrets)
    assert "an odd key" not in redact("sent an odd key in a header")


def test_the_browser_gets_a_ticket_and_never_the_key(
    open_datasets: OpenPage, stub: StubApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOGO_UI__API_KEY", KEY)
    stub.behaviour.answers["POST /tickets"] = (200, {"ticket": "lt_1", "expires_at": "x"})
    data = mounted(open_datasets())
    assert data["ticket"] == "lt_1"
    assert KEY not in json.dumps(data)
    assert {headers.get("Authorization") for headers in stub.headers} == {f"Bearer {KEY}"}


def test_without_a_key_there_is_no_ticket(open_datasets: OpenPage) -> None:
    assert mounted(open_datasets())["ticket"] == ""


def test_a_key_without_the_right_to_upload_is_told_in_place_of_the_upload(
    open_datasets: OpenPage, stub: StubApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOGO_UI__API_KEY", KEY)
    stub.behaviour.answers["POST /tickets"] = (403, {"code": "scope-missing", "status": 403})
    page = open_datasets()
    assert not page.get("bidi_component")
    assert any(TEXTS["error.scope-missing"][0] in text.value for text in page.markdown)


@pytest.mark.parametrize(("language", "index"), [("en", 0), ("ru", 1)])
@pytest.mark.parametrize("code", ["key-missing", "key-invalid"])
def test_pages_that_are_not_let_in_say_so_once(
    open_page: OpenPage, stub: StubApi, code: str, language: str, index: int
) -> None:
    stub.behaviour.answers["GET /capabilities"] = (401, {"code": code, "status": 401})
    page = open_page(lang=language)
    told = [text.value for text in page.markdown if TEXTS[f"error.{code}"][index] in text.value]
    assert len(told) == 1
    assert not page.text_area
    assert not page.exception
