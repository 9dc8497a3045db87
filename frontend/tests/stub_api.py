"""A small stand-in for the API with canned pictures: for tests, and for looking at the page.

    python frontend/tests/stub_api.py            # then start the page as usual

Words in the description choose what happens: "busy" 429, "weights" 503, "broken" 500, "garbage",
"fail" a job that fails, "slow" a drafts job of eight seconds.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Protocol
from urllib.parse import parse_qs, urlsplit

from frontend.tests.stub_branding import KIT_RESULT, StubBranding
from frontend.tests.stub_datasets import StubDatasets
from frontend.tests.stub_drawings import PALETTES, drawing, encoded, restyled
from frontend.tests.stub_gallery import StubGallery
from frontend.tests.stub_loras import StubLoras
from frontend.tests.stub_models import StubModels
from frontend.tests.stub_problem import problem
from frontend.tests.stub_training import StubTraining

CAPABILITIES: Mapping[str, Any] = {
    "limits": {
        "description_characters": 2000,
        "name_characters": 60,
        "avoid_characters": 300,
        "loras": 4,
        "count": {"low": 1, "high": 8, "default": 4},
        "steps": {"low": 1, "high": 100, "default": 10},
        "strength": {"low": 0.3, "high": 0.9, "default": 0.5},
        "guidance": {"low": 1, "high": 20, "default": 3},
    },
    "sources": ["auto", "cgan", "composer"],
    "speeds": {"draft": 5, "balanced": 10, "quality": 20},
    "styles": [
        {"name": name, "caption": name.replace("-", " "), "words": []}
        for name in (
            "flat",
            "gradient",
            "soft-shadow",
            "long-shadow",
            "glossy",
            "neon",
            "paper-cut",
            "hand-drawn",
        )
    ],
    "loras": ["flat-logo", "ink-stamp"],
    "profile": "embedded",
    "restyle_default": True,
    "seconds": {"drafts": 0.42, "draft": 0.3, "balanced": 0.6, "quality": None},
}

# The stage that a job beside the chain is in, and how many steps it has.
_STAGES = {
    "eda": ("analyse", 2_000),
    "pull": ("download", 340),
    "inspect": ("check", 12),
    "tryout": ("restyle", 16),
    "export": ("finish", 48),
}


@dataclass
class Behaviour:
    """What the stub does; tests change it while it runs.

    Attributes:
        answers: fixed answers by "METHOD /path", sent instead of the usual: (status, body), where
            a text is sent as it is.
        share: how much of every job is done, 0 to 1; None lets time decide.
        once: answers given one after the other before the usual ones.
        outcome: state in which jobs end.
        same_pictures: whether all pictures come out equal and so share one id.
        error: the problem of jobs that fail.
    """

    drafts_seconds: float = 0.7
    restyle_seconds: float = 6.0
    work_seconds: float = 3.0
    share: float | None = None
    answers: dict[str, tuple[int, Any]] = field(default_factory=dict)
    once: dict[str, list[tuple[int, Any]]] = field(default_factory=dict)
    outcome: str = "succeeded"
    error: dict[str, Any] | None = None
    queue_position: int | None = None
    loras: bool = True
    restyle_default: bool = True
    worker: bool = True
    same_pictures: bool = False
    warnings: list[str] = field(default_factory=list)


class StubPart(Protocol):
    """A part of the stub that knows some paths."""

    def answer(self, method: str, path: str, query: Mapping[str, str], body: Any) -> Any:
        """(status, JSON value or bytes), or None for a path of somebody else."""


def timeline(stage: str) -> list[dict[str, Any]]:
    """Where a job's time went, as the API tells it."""
    told = [("wait", 12.5, None), ("start", 1.5, "stub-1"), (stage, 2386.0, "stub-1")]
    return [
        {"stage": name, "turn": int(worker is not None), "worker": worker, "outcome": "done",
         "milliseconds": milliseconds}
        for name, milliseconds, worker in [*told, ("save", 100.0, "stub-1")]
    ]  # fmt: skip


class StubApi:
    """The stub server, on a port of its own. `calls` is what it was asked, oldest first."""

    def __init__(self, behaviour: Behaviour | None = None, port: int = 0) -> None:
        self.behaviour = behaviour or Behaviour()
        self.calls: list[tuple[str, str, Any]] = []
        self.headers: list[Mapping[str, str]] = []
        self.jobs: dict[str, dict[str, Any]] = {}
        self.pictures: dict[str, tuple[int, tuple[str, str, str], bool]] = {}
        self.loras = StubLoras(self)
        self.training = StubTraining(self)
        self.branding = StubBranding(self)
        self.parts: list[StubPart] = [
            self.branding,
            StubGallery(self),
            StubDatasets(self),
            StubModels(self),
            self.loras,
            self.training,
        ]
        self._server = _Server(("127.0.0.1", port), _handler(self))

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> StubApi:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def serve_forever(self) -> None:
        """Serves until interrupted."""
        self._server.serve_forever()

    def asked(self, method: str, path: str) -> list[Any]:
        """Bodies of the calls of one kind."""
        return [body for was, at, body in self.calls if (was, at) == (method, path)]

    def add_job(self, kind: str, request: Mapping[str, Any]) -> str:
        """Stores a job and returns its id."""
        job_id = f"job-{len(self.jobs) + 1}"
        self.jobs[job_id] = {"kind": kind, "request": dict(request), "start": time.monotonic()}
        return job_id

    def answer(self, method: str, path: str, query: Mapping[str, str], body: Any) -> Any:
        """(status, JSON value or bytes) of a call."""
        self.calls.append((method, path, body))
        if (fixed := self.behaviour.answers.get(f"{method} {path}")) is not None:
            return fixed
        if once := self.behaviour.once.get(f"{method} {path}"):
            return once.pop(0)
        for part in self.parts:
            if (found := part.answer(method, path, query, body)) is not None:
                return found
        if path == "/capabilities":
            return 200, {
                **CAPABILITIES,
                "loras": self.loras.names(),
                "restyle_default": self.behaviour.restyle_default,
            }
        if path == "/health/ready":
            return self._ready()
        if method == "POST" and path in ("/drafts", "/restyle"):
            return self._submit(path[1:], body)
        if path.startswith("/jobs/"):
            return self._job(method, path.split("/")[2], path.endswith("/preview"))
        if method == "POST" and path == "/images":
            return self._upload(body)
        if path.endswith("/record"):
            job_id = path.split("/")[2].rpartition("-")[0]
            if job_id not in self.jobs:
                return problem(404, "image-not-found", "There is no such picture.")
            return 200, {"job_id": job_id}
        if path.startswith("/images/"):
            return self._picture(path.split("/")[2], query.get("format", "png"))
        return problem(404, "not-found", "There is nothing here.")

    def _ready(self) -> Any:
        if self.behaviour.worker:
            return 200, {"status": "ready"}
        errors = [{"field": "worker", "reason": "none is running; start one"}]
        return problem(503, "not-ready", "Missing: worker.", errors=errors)

    def _submit(self, kind: str, body: Any) -> Any:
        words = str(body.get("description", "")).lower()
        if "busy" in words:
            return problem(429, "queue-full", "100 jobs are waiting.")
        if "weights" in words:
            command = "run: python -m backend weights pull composer"
            return problem(503, "weights-missing", f"The glyph library is missing; {command}")
        if "broken" in words:
            return problem(500, "internal-error", "An unexpected error; it has been logged.")
        if "garbage" in words:
            return 200, "<html>not json"
        return 202, self.job_json(self.add_job(kind, body))

    def _job(self, method: str, job_id: str, is_preview: bool) -> Any:
        if job_id not in self.jobs:
            return problem(404, "job-not-found", "There is no such job.")
        if method == "DELETE":
            self.jobs[job_id]["cancelled"] = True
        if is_preview:
            share = self._share(self.jobs[job_id])
            return 200, encoded(restyled(drawing(3, PALETTES[0]), share, 128), "JPEG")
        return 200, self.job_json(job_id)

    def _picture(self, picture_id: str, format: str) -> Any:
        if picture_id not in self.pictures:
            return problem(404, "image-not-found", "There is no such picture.")
        motif, palette, is_restyled = self.pictures[picture_id]
        if format == "svg":
            return 200, b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"></svg>'
        image = drawing(motif, palette)
        return 200, encoded(restyled(image, 1.0, 512) if is_restyled else image, "PNG")

    def _upload(self, body: bytes) -> Any:
        if b"PNG" not in body:
            return problem(422, "unreadable-image", "The picture cannot be used.")
        self.pictures["upload-1"] = (0, PALETTES[0], False)
        return 201, {"id": "upload-1", "url": "/images/upload-1", "origin": "upload"}

    def _share(self, job: Mapping[str, Any]) -> float:
        if self.behaviour.share is not None:
            return self.behaviour.share
        words = str(job["request"].get("description", ""))
        seconds = self.behaviour.restyle_seconds
        if job["kind"] == "drafts":
            seconds = 8.0 if "slow" in words else self.behaviour.drafts_seconds
        elif job["kind"] != "restyle":
            seconds = self.behaviour.work_seconds
        elapsed: float = time.monotonic() - job["start"]
        return min(1.0, elapsed / max(seconds, 1e-6))

    def job_json(self, job_id: str) -> dict[str, Any]:
        """The job as the API gives it."""
        job = self.jobs[job_id]
        share = self._share(job)
        answer = {
            "id": job_id,
            "kind": job["kind"],
            "state": "running",
            "queue_position": None,
            "progress": None,
            "request": job["request"],
            "result": None,
            "error": None,
        }
        if job.get("cancelled"):
            return {**answer, "state": "cancelled"}
        if self.behaviour.queue_position is not None:
            return {**answer, "state": "queued", "queue_position": self.behaviour.queue_position}
        if share < 1:
            return {**answer, "progress": self._progress(job_id, job, share)}
        if self.behaviour.outcome == "failed" or "fail" in str(
            job["request"].get("description", "")
        ):
            error = problem(503, "stage-failed", "The restyle step ended in an error.")[1]
            error = {**(self.behaviour.error or error), "request_id": None}
            return {**answer, "state": "failed", "error": error}
        if job["kind"] not in ("drafts", "restyle"):
            kit = KIT_RESULT if job["kind"] == "export" else None
            return {**answer, "state": self.behaviour.outcome, "result": kit}
        result = self._result(job_id, job)
        spans = timeline("restyle" if job["kind"] == "restyle" else "draft")
        return {**answer, "state": self.behaviour.outcome, "result": result, "timeline": spans}

    def _progress(self, job_id: str, job: Mapping[str, Any], share: float) -> dict[str, Any]:
        if job["kind"] not in ("drafts", "restyle"):
            left = (1 - share) * self.behaviour.work_seconds
            stage, total = _STAGES[job["kind"]]
            step = int(share * total)
            return {"stage": stage, "step": step, "total": total, "eta_seconds": left}
        is_restyle = job["kind"] == "restyle"
        total = 20 if is_restyle else 5
        return {
            "stage": "restyle" if is_restyle else "draft",
            "step": math.floor(share * total),
            "total": total,
            "eta_seconds": (1 - share) * self.behaviour.restyle_seconds,
            "preview_url": f"/jobs/{job_id}/preview" if is_restyle and share > 0.1 else None,
        }

    def _result(self, job_id: str, job: Mapping[str, Any]) -> dict[str, Any]:
        request = job["request"]
        parents = request.get("images") or [None] * int(request.get("count", 5))
        images = [
            self._image(
                "same" if self.behaviour.same_pictures else f"{job_id}-{i}", i, request, parent
            )
            for i, parent in enumerate(parents)
        ]
        brief = {"name": request.get("name", ""), "content": request.get("description", "")}
        warnings = self.behaviour.warnings
        return {"images": images, "warnings": warnings, "seed": request["seed"], "brief": brief}

    def _image(
        self, picture_id: str, index: int, request: Mapping[str, Any], parent: str | None
    ) -> dict[str, Any]:
        rng = random.Random(f"{request.get('seed')}{index}")
        own = tuple(request.get("palette") or ())
        palette = own[:3] if len(own) >= 3 else rng.choice(PALETTES)
        motif = (index + rng.randrange(6)) % 6
        if parent in self.pictures:
            motif, palette, _ = self.pictures[parent]
        self.pictures[picture_id] = (motif, palette, parent is not None)
        is_composed = parent is None and index % 2 == 0
        glyph = {"id": "mdi:fox", "licence": "Apache-2.0", "author": "Pictogrammers"}
        shown = {"id": "tabler:paw", "licence": "MIT", "author": "Paweł Kuna"}
        return {
            "id": picture_id,
            "url": f"/images/{picture_id}",
            "width": 512,
            "height": 512,
            "created_at": "2026-11-20T16:00:00Z",
            "seed": request.get("seed", 0) + index,
            "origin": "composer" if is_composed else "cgan",
            "stage": "restyle" if parent else "draft",
            "layout": "rounded-square",
            "concept": request.get("description") or "fox",
            "palette": list(palette),
            "glyphs": [glyph if is_composed else shown],
            "scores": {"text_match": 0.71, "legibility": 0.925, "meaning": 0.8},
            "parent": parent,
            "svg_url": f"/images/{picture_id}?format=svg" if is_composed else None,
        }


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    # A page asks many things at once; on a busy machine five places are taken before one is served,
    # and whoever comes then is turned away for longer than the page waits for a connection.
    request_queue_size = 128


def _handler(stub: StubApi) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _serve(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            raw = self.rfile.read(length)
            is_json = "json" in self.headers.get("Content-Type", "")
            body = json.loads(raw) if is_json and raw else raw or None
            stub.headers.append({name.title(): value for name, value in self.headers.items()})
            parts = urlsplit(self.path)
            query = {key: values[0] for key, values in parse_qs(parts.query).items()}
            status, answer = stub.answer(self.command, parts.path, query, body)
            self._send(status, answer)

        def _send(self, status: int, answer: Any) -> None:
            content = answer if isinstance(answer, bytes) else None
            if content is None:
                text = answer if isinstance(answer, str) else json.dumps(answer)
                content = text.encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            if status == 429:
                self.send_header("Retry-After", "7")
            # Browsers send uploads from the page's address to this one.
            self.send_header("Access-Control-Allow-Origin", self.headers.get("Origin") or "*")
            self.send_header("Access-Control-Allow-Methods", "GET, POST, PUT, PATCH, DELETE")
            self.send_header("Access-Control-Allow-Headers", "Content-Type, Upload-Offset")
            self.end_headers()
            self.wfile.write(content)

        def do_OPTIONS(self) -> None:
            self._send(200, b"")

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _serve

        def log_message(self, format: str, *args: Any) -> None:
            """Stays quiet."""

    return Handler


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=8000)
    StubApi(port=parser.parse_args().port).serve_forever()
