"""The client against canned answers: what it reads, what it raises, what it repeats."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from frontend.api_client import LogoApi
from frontend.api_types import (
    DraftsRequest,
    JobState,
    LoraChoice,
    NumberRange,
    RestyleRequest,
)
from frontend.tests.stub_api import CAPABILITIES
from frontend.transport import ApiProblem, ApiUnavailable, Trouble

JOB = {
    "id": "job-1",
    "kind": "drafts",
    "state": "succeeded",
    "queue_position": None,
    "progress": None,
    "request": {"name": "Foxy"},
    "result": {
        "images": [
            {
                "id": "img-1",
                "url": "/images/img-1",
                "width": 512,
                "height": 512,
                "seed": 7,
                "origin": "composer",
                "stage": "draft",
                "layout": "disc",
                "concept": "fox",
                "palette": ["#FFFFFF", "#000000"],
                "glyphs": [{"id": "mdi:fox", "licence": "Apache-2.0", "author": "P"}],
                "parent": None,
                "svg_url": "/images/img-1?format=svg",
            }
        ],
        "warnings": ["The word teal was not understood."],
        "seed": 7,
        "brief": {"name": "Foxy", "content": "fox"},
    },
    "error": None,
}
DRAFTS = DraftsRequest(description="a fox", name="Foxy", seed=7, count=5, palette=("#FFFFFF",))
PROBLEM = {
    "status": 422,
    "code": "invalid-request",
    "title": "The request has invalid fields",
    "detail": "count is too large",
    "request_id": "req-1",
    "errors": [{"field": "count", "reason": "at most 8"}],
}
Answer = Callable[[httpx.Request], httpx.Response]


def api(answer: Answer, pauses: list[float] | None = None) -> LogoApi:
    waited = pauses if pauses is not None else []
    return LogoApi("http://api/", transport=httpx.MockTransport(answer), sleep=waited.append)


def always(status: int, body: Any, **headers: str) -> Answer:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return lambda request: httpx.Response(status, content=content, headers=headers)


def test_a_job_is_read_with_its_pictures() -> None:
    job = api(always(200, JOB)).job("job-1")

    assert job.state is JobState.SUCCEEDED
    assert job.result is not None
    (image,) = job.result.images
    assert (image.id, image.seed, image.origin, image.palette) == (
        "img-1",
        7,
        "composer",
        ("#FFFFFF", "#000000"),
    )
    assert image.glyphs[0].licence == "Apache-2.0"
    assert image.svg_url == "/images/img-1?format=svg"
    assert job.result.content == "fox"
    assert job.result.warnings == ("The word teal was not understood.",)


def test_progress_is_read() -> None:
    progress = {"stage": "restyle", "step": 3, "total": 20, "eta_seconds": 4.5, "preview_url": "/p"}
    job = api(always(200, {**JOB, "state": "running", "result": None, "progress": progress})).job(
        "j"
    )

    assert job.progress is not None
    assert (job.progress.stage, job.progress.step, job.progress.total) == ("restyle", 3, 20)
    assert (job.progress.eta_seconds, job.progress.preview_url) == (4.5, "/p")


def test_drafts_are_ordered_with_the_key_given() -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(202, json=JOB)

    assert api(answer).create_drafts(DRAFTS, key="k1").id == "job-1"
    (request,) = seen
    assert (request.method, request.url.path) == ("POST", "/drafts")
    assert request.headers["Idempotency-Key"] == "k1"
    assert json.loads(request.content) == {
        "description": "a fox",
        "name": "Foxy",
        "seed": 7,
        "count": 5,
        "palette": ["#FFFFFF"],
        "style": "",
        "avoid": "",
        "size": 512,
    }


def test_a_restyle_carries_its_loras() -> None:
    seen: list[Any] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(json.loads(request.content))
        return httpx.Response(202, json=JOB)

    loras = (LoraChoice("ink", 0.8), LoraChoice("dot", 1.0, 0.5))
    request = RestyleRequest(("a", "b"), 0.5, "draft", 3.0, 1, loras=loras)
    api(answer).create_restyle(request)

    assert seen[0]["images"] == ["a", "b"]
    assert seen[0]["loras"] == [
        {"name": "ink", "weight": 0.8},
        {"name": "dot", "weight": 1.0, "text_weight": 0.5},
    ]
    assert RestyleRequest.again(seen[0]) == request


def test_capabilities_are_read() -> None:
    offered = api(always(200, dict(CAPABILITIES))).capabilities()

    assert offered.styles[:2] == ("flat", "gradient")
    assert offered.speeds == ("draft", "balanced", "quality")
    assert offered.speed == "balanced"
    assert offered.loras == ("flat-logo", "ink-stamp")
    assert offered.count == NumberRange(1, 8, 4)


@pytest.mark.parametrize(
    ("speeds", "usual"), [(["draft", "balanced"], "balanced"), (["fast", "slow"], "fast")]
)
def test_the_usual_speed_is_the_balanced_one_where_there_is_one(
    speeds: list[str], usual: str
) -> None:
    told = dict.fromkeys(speeds, 4)

    assert api(always(200, {**CAPABILITIES, "speeds": told})).capabilities().speed == usual


@pytest.mark.parametrize("limit", [{"low": 5, "high": 5, "default": 5}, {"low": 9, "high": 1}])
def test_an_empty_range_is_not_taken_over(limit: dict[str, float]) -> None:
    """A slider between 5 and 5 would be an error of the page."""
    offered = api(always(200, {"limits": {"count": limit}})).capabilities()

    assert offered.count == NumberRange(1, 8, 4)


def test_a_problem_is_raised_with_everything_it_says() -> None:
    with pytest.raises(ApiProblem, match="count is too large") as caught:
        api(always(422, PROBLEM)).create_drafts(DRAFTS)

    problem = caught.value.problem
    assert (problem.status, problem.code, problem.request_id) == (422, "invalid-request", "req-1")
    assert problem.fields == (("count", "at most 8"),)


@pytest.mark.parametrize(("header", "seconds"), [("7", 7.0), ("soon", None)])
def test_retry_after_is_read_when_it_is_a_number(header: str, seconds: float | None) -> None:
    answer = always(429, {**PROBLEM, "code": "queue-full"}, **{"Retry-After": header})

    with pytest.raises(ApiProblem) as caught:
        api(answer).create_drafts(DRAFTS)
    assert caught.value.problem.retry_after_seconds == seconds
    assert caught.value.problem.status == 429


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>hello</html>",
        b"\xff\xfe",
        b"[]",
        b"null",
        b'{"id": "x"}',
        b'{"id": 5, "state": "running"}',
        b'{"id": "x", "state": "dancing"}',
        b'{"id": "x", "state": "running", "queue_position": Infinity}',
        b'{"id": "x", "state": "running", "result": {"images": [{}]}}',
        b'{"id": "x", "state": "running", "result": {"images": 7}}',
        b"[" * 100_000,
    ],
)
def test_garbage_is_one_plain_sentence(body: bytes) -> None:
    with pytest.raises(ApiUnavailable, match="cannot be understood") as caught:
        api(always(200, body)).job("job-1")
    assert caught.value.trouble is Trouble.GARBAGE


@pytest.mark.parametrize(
    ("status", "trouble"),
    [(500, Trouble.GARBAGE), (404, Trouble.GARBAGE), (302, Trouble.GARBAGE)]
    + [(status, Trouble.UNREACHABLE) for status in (502, 503, 504)],
)
def test_an_error_page_of_a_proxy_is_no_problem_document(status: int, trouble: Trouble) -> None:
    with pytest.raises(ApiUnavailable) as caught:
        api(always(status, b"<html>Bad gateway</html>")).create_drafts(DRAFTS)
    assert caught.value.trouble is trouble


def failing(times: int, error: type[httpx.RequestError], calls: list[str]) -> Answer:
    def answer(request: httpx.Request) -> httpx.Response:
        calls.append(request.method)
        if len(calls) <= times:
            raise error("no", request=request)
        return httpx.Response(200, json=JOB)

    return answer


def test_reading_is_repeated_when_the_connection_fails() -> None:
    calls: list[str] = []
    pauses: list[float] = []

    job = api(failing(2, httpx.ConnectError, calls), pauses).job("job-1")

    assert job.id == "job-1"
    assert calls == ["GET"] * 3
    assert pauses == [0.1, 0.3]


def test_reading_gives_up_after_three_attempts() -> None:
    calls: list[str] = []

    with pytest.raises(ApiUnavailable, match="cannot be reached") as caught:
        api(failing(9, httpx.ConnectError, calls)).job("job-1")
    assert caught.value.trouble is Trouble.UNREACHABLE
    assert len(calls) == 3


def test_a_time_out_is_not_repeated() -> None:
    calls: list[str] = []

    with pytest.raises(ApiUnavailable, match="too long") as caught:
        api(failing(9, httpx.ReadTimeout, calls)).job("job-1")
    assert caught.value.trouble is Trouble.TIMEOUT
    assert len(calls) == 1


@pytest.mark.parametrize("method", ["create", "cancel"])
def test_writing_is_never_repeated(method: str) -> None:
    calls: list[str] = []
    client = api(failing(9, httpx.ConnectError, calls))

    with pytest.raises(ApiUnavailable):
        client.create_drafts(DRAFTS) if method == "create" else client.cancel("job-1")
    assert len(calls) == 1


def test_a_problem_is_not_repeated() -> None:
    calls: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        calls.append(request.method)
        return httpx.Response(503, json={**PROBLEM, "code": "store-unavailable"})

    with pytest.raises(ApiProblem):
        api(answer).job("job-1")
    assert len(calls) == 1


@pytest.mark.parametrize("job_id", ["", "../images/x", "a/b", "a?b=c", "ид", "x" * 200])
def test_an_id_that_is_none_is_never_sent(job_id: str) -> None:
    with pytest.raises(ApiProblem) as caught:
        api(lambda request: pytest.fail(f"asked for {request.url}")).job(job_id)
    assert (caught.value.problem.status, caught.value.problem.code) == (404, "job-not-found")


def test_pictures_are_recognised_by_their_bytes() -> None:
    png = b"\x89PNG\r\n\x1a\nrest"

    assert api(always(200, png)).picture("img-1") == png
    assert api(always(200, b"<svg/>")).picture("img-1", "svg") == b"<svg/>"
    with pytest.raises(ApiUnavailable):
        api(always(200, b"<html>")).picture("img-1")


@pytest.mark.parametrize("url", ["http://elsewhere/x", "//elsewhere/x", "x"])
def test_a_preview_comes_from_the_api_alone(url: str) -> None:
    with pytest.raises(ApiUnavailable):
        api(lambda request: pytest.fail(f"asked for {request.url}")).preview(url)


def test_a_preview_is_fetched() -> None:
    assert api(always(200, b"\xff\xd8\xff123")).preview("/jobs/j/preview") == b"\xff\xd8\xff123"


def test_a_refused_connection_is_said_plainly() -> None:
    """The real thing, without a mock: nothing listens on port 9."""
    client = LogoApi("http://127.0.0.1:9", sleep=lambda seconds: None)

    with pytest.raises(ApiUnavailable, match="cannot be reached"):
        client.capabilities()
    client.close()


def test_a_broken_address_is_said_plainly() -> None:
    with pytest.raises(ApiUnavailable):
        LogoApi("not a url", sleep=lambda seconds: None).capabilities()
