"""The adapters part of the stub API: uploads, try-outs, files that do not fit."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from frontend.tests.multipart import parts
from frontend.tests.stub_drawings import PALETTES, drawing, encoded, restyled
from frontend.tests.stub_problem import problem

if TYPE_CHECKING:
    from frontend.tests.stub_api import StubApi

PROMPTS = ["a friendly fox", "a mountain at dawn", "the letter R", "a coffee cup"]
WEIGHTS = [0, 0.5, 1, 1.5]
WRONG_BASE = (
    "It was trained for Stable Diffusion XL (its text matrices are 2048 wide); the model in use "
    "is the embedded pipeline (384 wide)."
)
NOT_FINITE = "unet.down_blocks.0.lora.up holds values that are not finite."

_TOLD = {"title": "title", "licence": "license"}


class StubLoras:
    """See `StubPart`.

    Attributes:
        adapters: as `GET /loras` gives them, by name.
        suggested: the weight that try-outs suggest.
    """

    def __init__(self, stub: StubApi) -> None:
        self.stub = stub
        self.suggested: float | None = 0.5
        self.tryouts: dict[str, str] = {}
        self.adapters: dict[str, dict[str, Any]] = {}
        for adapter in _ADAPTERS:
            self.add(**adapter)

    def add(self, name: str, **more: Any) -> dict[str, Any]:
        """Puts an adapter into the folder."""
        adapter = {**_usual(name), **more}
        self.adapters = {name: adapter, **self.adapters}
        return adapter

    def names(self) -> list[str]:
        """Names as the capabilities tell them."""
        return sorted(self.adapters) if self.stub.behaviour.loras else []

    def answer(self, method: str, path: str, query: Mapping[str, str], body: Any) -> Any:
        """(status, JSON value or bytes), or None for a path of somebody else."""
        if path == "/loras" and method == "POST":
            return self._upload(body)
        if path == "/loras":
            shown = [self._info(name) for name in self.adapters if self.stub.behaviour.loras]
            return 200, {"loras": shown}
        if not path.startswith("/loras/"):
            return None
        name, _, rest = path.removeprefix("/loras/").partition("/")
        if name not in self.adapters:
            return problem(404, "unknown-lora", f"There is no adapter named {name}.")
        if rest == "thumbnail":
            motif = sum(name.encode()) % 6
            return 200, encoded(drawing(motif, PALETTES[motif], 128), "WEBP")
        if rest.startswith("tryout"):
            return self._tryout(method, name, rest.removeprefix("tryout").strip("/"))
        if method == "DELETE":
            if not self.adapters[name]["removable"]:
                return problem(409, "not-removable", "It belongs to the product.")
            del self.adapters[name]
            return 204, b""
        return 200, self._info(name)

    def _info(self, name: str) -> dict[str, Any]:
        job = self.tryouts.get(name, "")
        is_drawn = job != "" and self.stub.job_json(job)["state"] == "succeeded"
        return {**self.adapters[name], "tryout": is_drawn}

    def _upload(self, body: bytes) -> Any:
        sent = {field: (file_name, content) for field, file_name, content in parts(body)}
        file_name, content = sent["file"]
        name = file_name.removesuffix(".safetensors")
        name = sent["name"][1].decode() if "name" in sent else name
        sha256 = hashlib.sha256(content).hexdigest()
        for known in self.adapters.values():
            if known["sha256"] == sha256:
                return 200, self._info(known["name"])
        if name in self.adapters:
            return problem(409, "name-taken", f"Another adapter is named {name}.")
        told = _metadata(content)
        if b"nan" in content or told.get("modelspec.title") == "Broken look":
            return problem(422, "lora-incompatible", NOT_FINITE)
        is_large = b"xl" in content
        misfit = {"fits": False, "base": "sdxl", "problem": WRONG_BASE} if is_large else {}
        named = {key: told[f"modelspec.{name}"] for key, name in _TOLD.items() if told}
        self.add(name, sha256=sha256, bytes=len(content), **misfit, **named)
        return 201, self._info(name)

    def _tryout(self, method: str, name: str, cell: str) -> Any:
        if method == "POST":
            job_id = self.stub.add_job("tryout", {"lora": name})
            self.tryouts[name] = job_id
            return 202, self.stub.job_json(job_id)
        if not self._info(name)["tryout"]:
            return problem(404, "tryout-not-found", "It was not tried on yet.")
        if cell:
            row, column = (int(part) for part in cell.removesuffix(".webp").split("-"))
            image = drawing((row + 2) % 6, PALETTES[(row + column * 2) % len(PALETTES)])
            return 200, encoded(restyled(image, 0.7 + 0.1 * column, 192), "WEBP")
        cells = [
            {"prompt": row, "weight": column, "url": f"/loras/{name}/tryout/{row}-{column}.webp"}
            for row in range(len(PROMPTS))
            for column in range(len(WEIGHTS))
        ]
        return 200, {
            "prompts": PROMPTS,
            "weights": WEIGHTS,
            "cells": cells,
            "strength": 0.5,
            "seed": 7,
            "seconds": 21.4,
            "suggested_weight": self.suggested,
        }


def _metadata(content: bytes) -> dict[str, str]:
    """What a safetensors file says of itself; nothing for the short ones of the tests."""
    length = int.from_bytes(content[:8], "little")
    if len(content) <= length:
        return {}
    told: dict[str, str] = json.loads(content[8 : 8 + length])["__metadata__"]
    return told


def _usual(name: str) -> dict[str, Any]:
    return {
        "name": name,
        "title": name.replace("-", " ").capitalize(),
        "bytes": 3_351_552,
        "sha256": hashlib.sha256(name.encode()).hexdigest(),
        "base": "sd-embedded",
        "layout": "kohya",
        "rank": 16,
        "modules": 96,
        "touches_text": False,
        "licence": None,
        "trigger_words": [],
        "thumbnail_url": None,
        "fits": True,
        "problem": None,
        "removable": True,
        "created_at": "2026-11-20T16:00:00Z",
        "training": None,
        "tryout": False,
    }


_ADAPTERS: tuple[dict[str, Any], ...] = (
    {
        "name": "paper-luxe",
        "title": "Paper luxe XL",
        "base": "sdxl",
        "rank": 32,
        "bytes": 228_456_120,
        "licence": "CreativeML Open RAIL++-M",
        "trigger_words": ["paperluxe"],
        "fits": False,
        "problem": WRONG_BASE,
    },
    {"name": "flat-logo", "licence": "MIT", "removable": False, "touches_text": True},
    {
        "name": "ink-stamp",
        "layout": "diffusers",
        "licence": "CC-BY-4.0",
        "trigger_words": ["inkstamp", "rubber stamp"],
        "thumbnail_url": "/loras/ink-stamp/thumbnail",
        "training": {
            "goal": "style",
            "steps": 600,
            "pictures": 8,
            "metrics": {"image_similarity": 0.812, "copying": 0.21},
        },
    },
)
