"""The models part of the stub API: the repository's own manifest, curves, figures and sheets."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow.parquet

if TYPE_CHECKING:
    from frontend.tests.stub_api import StubApi

_REPOSITORY = Path(__file__).parent.parent.parent
_WEIGHTS = _REPOSITORY / "weights"
_WITH_CURVES = ("cgan", "matcher", "sd-embedded")
_SHEETS = {
    "card-trained": "24 subjects that were trained on",
    "card-held-out": "24 held-out subjects",
}


class StubModels:
    """See `StubPart`.

    Attributes:
        missing: names of models whose files are not there.
        pull_seconds: how long a pull takes.
        pull_error: the problem that pulls end with; None for pulls that succeed.
        delay_seconds: how long every answer takes.
    """

    def __init__(self, stub: StubApi) -> None:
        self.stub = stub
        manifest = json.loads((_WEIGHTS / "manifest.json").read_text("utf-8"))
        self.entries: list[dict[str, Any]] = manifest["weights"]
        self.missing = {entry["name"] for entry in self.entries if entry["profile"] != "embedded"}
        self.pulls: dict[str, tuple[str, float]] = {}
        self.pull_seconds = 6.0
        self.pull_error: dict[str, Any] | None = None
        self.delay_seconds = 0.0

    def answer(self, method: str, path: str, query: Mapping[str, str], body: Any) -> Any:
        """(status, JSON value or bytes), or None for a path of somebody else."""
        from frontend.tests.stub_problem import problem

        for job_id, (name, _) in self.pulls.items():
            if self._share(job_id) >= 1 and self.pull_error is None:
                self.missing.discard(name)
        if path.startswith("/jobs/pull-"):
            return self._job(method, path.split("/")[2])
        if not path.startswith("/models"):
            return None
        time.sleep(self.delay_seconds)
        if path == "/models":
            return 200, {"models": [self._model(entry) for entry in self.entries]}
        if path == "/models/evaluation":
            return 200, _evaluation()
        if path.startswith("/models/sheets/"):
            return self._sheet(path.split("/")[3])
        name = path.split("/")[2]
        if path.endswith("/history") and name in _WITH_CURVES:
            return 200, _history(name)
        if path.endswith("/pull") and method == "POST":
            return self._pull(name)
        return problem(404, "history-not-found", "There is no history of this model.")

    def _model(self, entry: Mapping[str, Any]) -> dict[str, Any]:
        name = entry["name"]
        is_missing = name in self.missing
        files = [
            {**file, "bytes": file.get("bytes", 0), "present": not is_missing}
            for file in entry["files"]
        ]
        running = [job for job, (model, _) in self.pulls.items() if model == name]
        return {
            **{key: entry.get(key, "") for key in _TEXTS},
            "bytes": sum(file["bytes"] for file in files),
            "present": not is_missing,
            "pull": f"python -m backend weights pull {name}" if is_missing else None,
            "files": [{**file, "sha256": file.get("sha256", "")} for file in files],
            "facts": entry.get("facts", {}),
            "curves": name in _WITH_CURVES,
            "pulling": next((job for job in running if self._share(job) < 1), None),
        }

    def _sheet(self, name: str) -> Any:
        from frontend.tests.stub_problem import problem

        if name not in _SHEETS:
            return problem(404, "not-found", "There is no such sheet.")
        return 200, (_REPOSITORY / "data" / "pictures" / f"{name}.png").read_bytes()

    def _pull(self, name: str) -> Any:
        from frontend.tests.stub_problem import problem

        if name not in self.missing:
            return problem(409, "weights-present", "All files are there.")
        job_id = f"pull-{len(self.pulls) + 1}"
        self.pulls[job_id] = (name, time.monotonic())
        return 202, self._job("GET", job_id)[1]

    def _share(self, job_id: str) -> float:
        if self.stub.behaviour.share is not None:
            return self.stub.behaviour.share
        elapsed = time.monotonic() - self.pulls[job_id][1]
        return min(1.0, elapsed / max(self.pull_seconds, 1e-6))

    def _job(self, method: str, job_id: str) -> Any:
        from frontend.tests.stub_problem import problem

        if job_id not in self.pulls:
            return problem(404, "job-not-found", "There is no such job.")
        if method == "DELETE":
            return 200, {}
        name, _ = self.pulls[job_id]
        share = self._share(job_id)
        job = {"id": job_id, "kind": "pull", "request": {"name": name}, "state": "running"}
        if share < 1:
            step = math.floor(share * 340)
            eta = (1 - share) * self.pull_seconds
            progress = {"stage": "download", "step": step, "total": 340, "eta_seconds": eta}
            return 200, {**job, "progress": progress}
        if self.pull_error is not None:
            return 200, {**job, "state": "failed", "error": self.pull_error}
        empty = {"images": [], "warnings": [], "seed": 0, "brief": {}}
        return 200, {**job, "state": "succeeded", "result": empty}


_TEXTS = ("name", "stage", "title", "version", "profile", "licence", "source", "trained")


def _history(name: str) -> dict[str, Any]:
    table = pyarrow.parquet.read_table(_WEIGHTS / name / "history.parquet").to_pylist()
    names = list(dict.fromkeys(str(row["network"]) for row in table))
    networks = []
    for network in names:
        rows = [row for row in table if row["network"] == network]
        keys = [key for key in rows[0] if key != "network"]
        columns = {key: [_finite(row[key]) for row in rows] for key in keys}
        networks.append({"name": network, "points": len(rows), "columns": columns})
    return {"networks": networks}


def _finite(value: Any) -> Any:
    return None if value is None or not math.isfinite(value) else value


def _evaluation() -> dict[str, Any]:
    report = json.loads((_WEIGHTS / "evaluation.json").read_text("utf-8"))
    sheets = [
        {"name": name, "title": title, "url": f"/models/sheets/{name}"}
        for name, title in _SHEETS.items()
    ]
    return {"profile": "embedded", "report": report, "sheets": sheets}
