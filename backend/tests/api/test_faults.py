"""Bad input, one kind after another: never a 500, never an echo, the field at fault by name."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from backend.domain.generation import LIMITS
from backend.main import create_app
from backend.tests.api.support import (
    any_problem,
    fields,
    picture_file,
    problem,
    temporary_settings,
)

JSON = {"Content-Type": "application/json"}
POSTS = ["/generate", "/drafts", "/restyle", "/upscale"]


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """One web process for all faults; nothing here may change it."""
    folder: Path = tmp_path_factory.mktemp("faults")
    with TestClient(create_app(temporary_settings(folder))) as client:
        yield client
        assert client.get("/jobs").json()["jobs"] == []


@pytest.fixture(scope="module")
def picture(shared: TestClient) -> str:
    answer = shared.post("/images", files={"file": ("a.png", picture_file())})
    return str(answer.json()["id"])


def send(client: TestClient, path: str, body: bytes) -> Any:
    return client.post(path, content=body, headers=JSON)


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize(
    "body",
    [
        b'{"description":',
        b"{",
        b"description=a fox",
        b'{"description": "a fox"} trailing',
        b"{'description': 'a fox'}",
        b'{"description": "\xff\xfe"}',
        b"\xff\xff\xff\xff",
        b"\x00",
        b'{"count": 0x10}',
        b"[" * 100_000,
        b'{"a":' * 20_000 + b"1" + b"}" * 20_000,
        b'{"seed": ' + b"9" * 5_000 + b"}",
    ],
    ids=lambda body: repr(body[:20]),
)
def test_bodies_that_are_not_json_are_malformed(shared: TestClient, path: str, body: bytes) -> None:
    problem(send(shared, path, body), 400, "malformed-request")


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize("body", [b"", b"null", b"[]", b'"text"', b"7", b"true", b"NaN"])
def test_bodies_that_are_no_objects_are_refused(shared: TestClient, path: str, body: bytes) -> None:
    assert fields(problem(send(shared, path, body), 422, "invalid-request")) == ["body"]


def test_a_bom_is_tolerated_or_refused_never_worse(shared: TestClient) -> None:
    any_problem(send(shared, "/drafts", b'\xef\xbb\xbf{"count": 99}'))
    any_problem(send(shared, "/drafts", '{"count": 99}'.encode("utf-16")))


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999", "-1e999"])
@pytest.mark.parametrize(
    "field", ["strength", "guidance", "count", "seed", "steps", "size", "loras[0].weight"]
)
def test_numbers_that_are_none_are_refused_by_name(
    shared: TestClient, number: str, field: str
) -> None:
    inside = f'"{field}": {number}'
    if field == "loras[0].weight":
        inside = f'"loras": [{{"name": "pixel-art", "weight": {number}}}]'
    body = f'{{"description": "a fox", {inside}}}'
    found = problem(send(shared, "/generate", body.encode()), 422, "invalid-request")
    assert fields(found) == [field]


TEXTS = ["description", "name", "style", "avoid"]


@pytest.mark.parametrize("field", TEXTS)
@pytest.mark.parametrize(
    "text",
    [r"\ud800", r"a\udfffb", r"\ude00\ud83d", r"\u0000", r"a\u0007", r"\u001b[31m", r"\u007f"],
)
def test_text_that_is_none_is_refused_by_name(shared: TestClient, field: str, text: str) -> None:
    body = f'{{"description": "a fox", "{field}": "{text}"}}'.encode()
    assert fields(problem(send(shared, "/drafts", body), 422, "invalid-request")) == [field]


@pytest.mark.parametrize("field", ["name", "style", "avoid"])
def test_short_texts_are_one_line(shared: TestClient, field: str) -> None:
    answer = shared.post("/drafts", json={"description": "a fox", field: "a\nb"})
    assert fields(problem(answer, 422, "invalid-request")) == [field]


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("description", [7, None, ["a"], {}, True, "x" * (LIMITS.description_characters + 1)]),
        ("name", [7, None, "x" * (LIMITS.name_characters + 1)]),
        ("style", [7, None, "x" * (LIMITS.style_characters + 1)]),
        ("avoid", [7, None, "x" * (LIMITS.avoid_characters + 1)]),
        ("palette", ["#FFF", 7, None, {}, ["#FFF"] * (LIMITS.palette_colours + 1)]),
        ("count", [0, 9, -1, 10**9, 10**400, 4.0, 4.5, "4", True, None, [4]]),
        ("seed", [-1, 2**32, 10**400, 1.0, "1", True, [1]]),
        ("source", ["", "CGAN", "gan", 7, None, ["cgan"]]),
        ("restyle", [0, 1, "true", "", [True]]),
        ("strength", [0.29, 0.91, -1, 10**400, "0.5", True, None]),
        ("steps", [101, 0, -1, 10**9, 20.0, "20", True]),
        ("speed", ["fast", "", 20, True]),
        ("guidance", [0.99, 20.1, "3", True, None]),
        ("loras", ["pixel-art", {}, None, [{"name": "pixel-art"}] * (LIMITS.loras + 1)]),
        ("size", [511, 0, -512, 2048, 10**400, 512.0, "512", True, None]),
        ("response_format", ["png", "", None, 1]),
    ],
)
def test_wrong_types_and_ranges_are_refused_by_name(
    shared: TestClient, field: str, values: list[Any]
) -> None:
    for value in values:
        body = json.dumps({"description": "a fox", field: value}).encode()
        found = problem(send(shared, "/generate", body), 422, "invalid-request")
        assert fields(found) == [field], value


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"palette": ["#FFF", "red"]}, "palette[1]"),
        ({"palette": ["#FFF", "#GGGGGG"]}, "palette[1]"),
        ({"palette": [" #FFF"]}, "palette[0]"),
        ({"palette": ["#FFFF"]}, "palette[0]"),
        ({"palette": [None]}, "palette[0]"),
        ({"loras": ["pixel-art"]}, "loras[0]"),
        ({"loras": [{}]}, "loras[0].name"),
        ({"loras": [{"name": ""}]}, "loras[0].name"),
        ({"loras": [{"name": "x" * 101}]}, "loras[0].name"),
        ({"loras": [{"name": "pixel-art", "weight": 2.01}]}, "loras[0].weight"),
        ({"loras": [{"name": "pixel-art"}, {"name": "b", "weight": -0.1}]}, "loras[1].weight"),
        ({"loras": [{"name": "pixel-art", "path": "/etc"}]}, "loras[0].path"),
        ({"prompt": "x"}, "prompt"),
        ({"\ud800": "x"}, "body"),
        ({"loras": [{"name": "\ud800"}]}, "loras[0].name"),
        ({"x" * 5_000: 1}, "x" * 79 + "…"),
    ],
)
def test_faults_inside_lists_are_named_by_their_place(
    shared: TestClient, body: dict[str, Any], field: str
) -> None:
    content = json.dumps({"description": "a fox", **body}).encode()
    found = problem(send(shared, "/generate", content), 422, "invalid-request")
    assert fields(found) == [field]


@pytest.mark.parametrize("path", ["/restyle", "/upscale"])
@pytest.mark.parametrize(
    ("images", "field"),
    [
        (None, "images"),
        ([], "images"),
        ("img", "images"),
        (["a"] * 9, "images"),
        ([7], "images[0]"),
        ([""], "images[0]"),
        (["../../etc/passwd"], "images[0]"),
        (["x" * 65], "images[0]"),
        (["a\x00"], "images[0]"),
    ],
)
def test_lists_of_pictures_are_checked(
    shared: TestClient, path: str, images: Any, field: str
) -> None:
    found = problem(shared.post(path, json={"images": images}), 422, "invalid-request")
    assert fields(found) == [field]


def test_several_faults_are_named_together(shared: TestClient) -> None:
    body = {"count": 0, "seed": -1, "strength": 2, "nonsense": 1}
    found = problem(shared.post("/generate", json=body), 422, "invalid-request")
    assert set(fields(found)) == {"count", "seed", "strength", "nonsense"}


def test_a_thousand_faults_make_a_small_answer(shared: TestClient) -> None:
    body = {"description": "a fox", **{f"field{i}": i for i in range(5_000)}}
    found = problem(shared.post("/generate", json=body), 422, "invalid-request")
    assert len(found["errors"]) <= 20


def test_the_last_of_two_equal_names_counts(shared: TestClient, picture: str) -> None:
    body = b'{"images": [7], "images": ["%s"], "size": 7}' % picture.encode()
    assert fields(problem(send(shared, "/upscale", body), 422, "invalid-request")) == ["size"]


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize(
    "kind",
    [None, "", "text/plain", "application/xml", "application/x-www-form-urlencoded", "json", "*/*"],
)
def test_other_content_types_are_refused(shared: TestClient, path: str, kind: str | None) -> None:
    headers = {} if kind is None else {"Content-Type": kind}
    answer = shared.post(path, content=b'{"description": "a fox"}', headers=headers)
    problem(answer, 415, "unsupported-media-type")


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", "/generate", {"POST"}),
        ("PUT", "/drafts", {"POST"}),
        ("PATCH", "/images", {"GET", "POST"}),
        ("DELETE", "/jobs", {"GET"}),
        ("POST", "/jobs/a", {"GET", "DELETE"}),
        ("TRACE", "/metrics", {"GET"}),
        ("BREW", "/health/live", {"GET"}),
    ],
)
def test_wrong_methods_say_which_are_right(
    shared: TestClient, method: str, path: str, allowed: set[str]
) -> None:
    answer = shared.request(method, path)
    problem(answer, 405, "method-not-allowed")
    assert set(answer.headers["allow"].split(", ")) == allowed


@pytest.mark.parametrize(
    "path", ["/nothing", "/jobs/", "/images/", "/generate/", "//jobs", "/docs/x", "/%ff", "/a%00b"]
)
def test_unknown_addresses_are_problems_too(shared: TestClient, path: str) -> None:
    problem(shared.get(path), 404, "not-found")


def test_nothing_long_comes_back(shared: TestClient) -> None:
    secret = "Zq" * 40
    answers = [
        shared.post("/generate", json={"description": secret * 100}),
        shared.post("/generate", json={"description": "a", "source": secret}),
        shared.post("/generate", json={"description": "a", "palette": [secret]}),
        shared.post("/generate", json={"description": "a", secret: 1}),
        shared.post("/generate", json={"description": "a", "loras": [{"name": secret}]}),
        shared.get("/jobs/" + secret),
        shared.get("/jobs", params={"state": secret}),
        shared.get("/" + secret * 20),
        send(shared, "/generate", b'{"description": ' + secret.encode()),
    ]
    for answer in answers:
        found = any_problem(answer)
        assert (secret + secret) not in json.dumps(found)
        assert all(len(entry["field"]) <= 80 for entry in found["errors"])


@pytest.mark.parametrize("path", POSTS)
def test_a_body_over_the_limit_is_refused(shared: TestClient, path: str) -> None:
    body = json.dumps({"description": "x" * LIMITS.body_bytes}).encode()
    problem(send(shared, path, body), 413, "payload-too-large")
