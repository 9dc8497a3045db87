"""The adapters' calls against canned answers."""

from __future__ import annotations

import io
import json
from typing import Any

import httpx
import pytest

from frontend.api_client import LogoApi
from frontend.tests.multipart import parts
from frontend.transport import ApiProblem, ApiUnavailable

LORA = {
    "name": "ink.v2",
    "title": "Ink",
    "bytes": 5,
    "sha256": "ab",
    "base": "sd15",
    "layout": "kohya",
    "rank": 16,
    "modules": 3,
    "touches_text": True,
    "licence": None,
    "trigger_words": ["ink"],
    "thumbnail_url": None,
    "fits": False,
    "problem": "it was made for SDXL",
    "removable": True,
    "created_at": "2026-11-20T16:00:00Z",
    "training": {"goal": "style", "steps": 600, "pictures": 8, "metrics": {"copying": 0.1}},
    "tryout": False,
}
TRYOUT = {
    "prompts": ["a", "b"],
    "weights": [0, 0.5],
    "cells": [{"prompt": 1, "weight": 0, "url": "/loras/ink/tryout/1-0.webp"}],
    "strength": 0.5,
    "seed": 7,
    "seconds": 2.5,
    "suggested_weight": None,
}


def loras(body: Any, status: int = 200, seen: list[httpx.Request] | None = None) -> Any:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()

    def answer(request: httpx.Request) -> httpx.Response:
        if seen is not None:
            request.read()
            seen.append(request)
        return httpx.Response(status, content=content)

    return LogoApi("http://api", transport=httpx.MockTransport(answer)).loras


def test_an_adapter_is_read() -> None:
    (lora,) = loras({"loras": [LORA]}).all()

    assert (lora.name, lora.base, lora.rank, lora.touches_text) == ("ink.v2", "sd15", 16, True)
    assert (lora.fits, lora.problem, lora.licence) == (False, "it was made for SDXL", "")
    assert lora.training.pictures == 8
    assert lora.training.metrics == {"copying": 0.1}


def test_an_older_service_tells_less() -> None:
    (lora,) = loras({"loras": [{"name": "ink"}]}).all()

    assert (lora.title, lora.fits, lora.rank, lora.training) == ("ink", True, None, None)


@pytest.mark.parametrize("status", [200, 201])
def test_an_upload_says_whether_it_is_new(status: int) -> None:
    seen: list[httpx.Request] = []
    stored, is_new = loras(LORA, status, seen).upload("ink.safetensors", io.BytesIO(b"abc"))

    assert (stored.name, is_new) == ("ink.v2", status == 201)
    assert parts(seen[0].content) == [("file", "ink.safetensors", b"abc")]


def test_a_grid_is_read_by_row_and_column() -> None:
    grid = loras(TRYOUT).tryout("ink")

    assert (grid.prompts, grid.weights) == (("a", "b"), (0, 0.5))
    assert grid.cells == {(1, 0): "/loras/ink/tryout/1-0.webp"}
    assert grid.suggested_weight is None


@pytest.mark.parametrize(
    "change",
    [
        {"weights": []},
        {"weights": [None]},
        {"weights": "0"},
        {"cells": [{"prompt": None, "weight": 0, "url": "/a"}]},
        {"cells": [{"prompt": 0, "weight": 0, "url": ""}]},
    ],
)
def test_a_strange_grid_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ApiUnavailable):
        loras({**TRYOUT, **change}).tryout("ink")


def test_a_name_with_a_dot_is_a_name_and_one_with_a_folder_is_none() -> None:
    seen: list[httpx.Request] = []
    loras(LORA, seen=seen).get("ink v.2")

    assert seen[0].url.raw_path == b"/loras/ink%20v.2"
    for name in ("../x", "a/b", "..", "", "a\\b", "a\nb"):
        with pytest.raises(ApiProblem):
            loras(LORA).get(name)


def test_a_picture_is_never_fetched_from_another_host() -> None:
    with pytest.raises(ApiUnavailable):
        loras(b"RIFF").thumbnail("https://example.org/x.webp")
    assert loras(b"RIFF..").thumbnail("/loras/ink/thumbnail") == b"RIFF.."
