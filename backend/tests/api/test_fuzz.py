"""Bytes that no generator of valid JSON would make: below 500, a problem, small, always."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.main import create_app
from backend.tests.api.support import any_problem, picture_file, temporary_settings

PATHS = [
    "/generate", "/drafts", "/restyle", "/upscale", "/datasets", "/training/sets", "/training/runs",
]  # fmt: skip
GOOD = {
    "description": "a cosy espresso bar",
    "name": "Beans",
    "palette": ["#1B3A4B"],
    "count": 4,
    "seed": 7,
    "strength": 0.5,
    "steps": 20,
    "loras": [{"name": "pixel-art", "weight": 1.0}],
    "size": 512,
}
TOKENS = [
    b"NaN", b"-Infinity", b"1e999", b"-1e-999", b"\\ud800", b"\\u0000", b"\xff", b"\xc0\x80",
    b"[", b"{",
    b"}", b'"', b"\\", b",", b":", b"null", b"true", b"9" * 5000, b"\xef\xbb\xbf", b"\r\n", b"/**/",
    b'"seed":', b'"description":', b"0x1", b"1_000", b"\x00",
]  # fmt: skip
FUZZ = settings(max_examples=300)
LONG = settings(FUZZ, max_examples=5_000)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    api = {"queue_limit": 100_000, "queue_limit_per_caller": 100_000}
    with TestClient(
        create_app(temporary_settings(tmp_path_factory.mktemp("fuzz"), **api))
    ) as client:
        yield client


@st.composite
def mutated_json(draw: st.DrawFn) -> bytes:
    """A good request with bytes struck out, doubled, and poison put in."""
    content = bytearray(json.dumps(GOOD).encode())
    for _ in range(draw(st.integers(1, 4))):
        position = draw(st.integers(0, len(content)))
        match draw(st.integers(0, 2)):
            case 0:
                del content[position : position + draw(st.integers(1, 6))]
            case 1:
                content[position:position] = draw(st.sampled_from(TOKENS))
            case _:
                content[position:position] = content[position : position + draw(st.integers(1, 40))]
    return bytes(content)


def any_json() -> st.SearchStrategy[bytes]:
    """JSON of any shape, with the names of real fields, NaN and huge numbers included."""
    values = st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=4),
        max_leaves=12,
    )
    return st.dictionaries(NAMES, values, max_size=8).map(lambda value: json.dumps(value).encode())


NAMES = st.sampled_from(
    [*GOOD, "bytes", "images", "guidance", "speed", "restyle", "set", "goal", "base", "trigger"]
) | st.text(max_size=10)
BODIES = st.binary(max_size=300) | mutated_json() | any_json()


def check(client: TestClient, path: str, body: bytes) -> None:
    headers = {"Content-Type": "application/json", "Prefer": "respond-async"}
    answer: Any = client.post(path, content=body, headers=headers)
    if answer.status_code not in (201, 202):
        any_problem(answer)


@given(st.sampled_from(PATHS), BODIES)
@FUZZ
def test_no_body_brings_the_service_down(shared: TestClient, path: str, body: bytes) -> None:
    check(shared, path, body)


@pytest.mark.slow
@given(st.sampled_from(PATHS), BODIES)
@LONG
def test_no_body_brings_the_service_down_in_a_long_run(
    shared: TestClient, path: str, body: bytes
) -> None:
    check(shared, path, body)


@given(st.binary(max_size=200), st.binary(max_size=60))
@FUZZ
def test_no_upload_brings_the_service_down(
    shared: TestClient, content: bytes, header: bytes
) -> None:
    whole = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\n'
    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    for form in (content, b"--b\r\n" + header + b"\r\n\r\n" + content + b"\r\n--b--"):
        for path in ("/images", "/images/recipe"):
            any_problem(shared.post(path, content=form, headers=headers))
    good = whole + picture_file() + b"\r\n--b--\r\n"
    assert shared.post("/images", content=good, headers=headers).status_code == 201


@given(st.binary(max_size=200), st.binary(max_size=60), st.text(max_size=40))
@settings(FUZZ, max_examples=100)
def test_no_training_picture_brings_the_service_down(
    shared: TestClient, content: bytes, header: bytes, name: str
) -> None:
    address = shared.post("/training/sets", json={"name": "x"}).headers["Location"]
    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    for form in (content, b"--b\r\n" + header + b"\r\n\r\n" + content + b"\r\n--b--"):
        any_problem(shared.post(f"{address}/files", content=form, headers=headers))
    sent: Any = shared.post(f"{address}/files", files=[("files", (name + ".png", content))])
    if sent.status_code != 200:
        any_problem(sent)
    # A name that is sent as plain bytes, quotes and line ends left out.
    raw = name.encode("utf-8", "surrogatepass").translate(None, b'"\r\n\\')
    part = (
        b'--b\r\nContent-Disposition: form-data; name="files"; filename="' + raw + b'.png"\r\n\r\n'
    )
    sent = shared.post(
        f"{address}/files", content=part + content + b"\r\n--b--\r\n", headers=headers
    )
    if sent.status_code != 200:
        any_problem(sent)
    body = json.dumps({"captions": {name: name}})
    json_type = {"Content-Type": "application/json"}
    any_problem(shared.put(f"{address}/captions", content=body, headers=json_type))
    assert shared.get(address).json()["state"] in ("empty", "uploaded")
    assert shared.delete(address).status_code == 204


@given(st.binary(max_size=300), st.binary(max_size=20), st.booleans())
@settings(FUZZ, max_examples=40)
def test_no_chunk_brings_the_service_down(
    shared: TestClient, content: bytes, offset: bytes, is_whole: bool
) -> None:
    """What was sent is a data set to the service: it looks at every whole upload."""
    content = b"PAR1" + content + b"PAR1" if is_whole else content
    body = {"name": "x", "bytes": max(1, len(content))}
    address = shared.post("/datasets", json=body).headers["Location"]
    headers = {"Content-Type": "application/octet-stream"}
    odd = {**headers, "Upload-Offset": offset.translate(None, b"\r\n\0")}
    sent: Any = shared.patch(address, content=content, headers=odd)  # type: ignore[arg-type]
    if sent.status_code != 200:
        any_problem(sent)
        shared.patch(address, content=content, headers={**headers, "Upload-Offset": "0"})
    assert shared.get(address).json()["state"] in ("uploading", "unusable")
    any_problem(shared.post(f"{address}/eda"))
    assert shared.delete(address).status_code == 204


HEADER_NAMES = st.sampled_from(
    [
        "Host",
        "Origin",
        "Content-Type",
        "Idempotency-Key",
        "Prefer",
        "X-Request-ID",
        "Last-Event-ID",
        "Upload-Offset",
    ]
)
HEADER_VALUES = st.binary(max_size=80).map(lambda value: value.translate(None, b"\r\n\0"))


@given(
    st.sampled_from(["GET", "POST", "DELETE", "PUT", "PATCH"]),
    st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=60),
    st.dictionaries(HEADER_NAMES, HEADER_VALUES, max_size=4),
)
@FUZZ
def test_no_address_or_header_brings_the_service_down(
    shared: TestClient, method: str, path: str, headers: dict[str, bytes]
) -> None:
    url = "http://testserver/" + path.replace("\\", "/").lstrip("/")
    for target in (url, "http://testserver/jobs?" + path.replace("#", "%23")):
        answer: Any = shared.request(method, target, headers=headers)  # type: ignore[arg-type]
        if answer.status_code >= 400:
            any_problem(answer)
