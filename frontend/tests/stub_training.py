"""The training part of the stub API: sets with their check, trainings that time moves on."""

from __future__ import annotations

import io
import time
import zipfile
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from PIL import Image, UnidentifiedImageError

from frontend.tests.multipart import parts
from frontend.tests.stub_drawings import encoded
from frontend.tests.stub_problem import problem
from frontend.tests.stub_runs import PRESETS, StubRun

if TYPE_CHECKING:
    from frontend.tests.stub_api import StubApi

_SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".heic", ".heif")
_MIN_PICTURES = 3


class StubTraining:
    """See `StubPart`.

    Attributes:
        sets: what was uploaded, by id.
        runs: trainings by id, newest last.
        run_seconds: how long a training takes; 0 ends it at once.
    """

    def __init__(self, stub: StubApi) -> None:
        self.stub = stub
        self.sets: dict[str, dict[str, Any]] = {}
        self.runs: dict[str, StubRun] = {}
        self.run_seconds = 40.0

    def answer(self, method: str, path: str, query: Mapping[str, str], body: Any) -> Any:
        """(status, JSON value or bytes), or None for a path of somebody else."""
        if not path.startswith("/training/"):
            return None
        kind, *rest = [unquote(part) for part in path.removeprefix("/training/").split("/")]
        if kind == "presets":
            return 200, PRESETS
        if kind == "sets":
            return self._sets(method, rest, body)
        return self._runs(method, rest, body)

    # Sets

    def add_set(self, name: str, files: Mapping[str, bytes] | None = None) -> str:
        """Puts a set with files on the server and returns its id."""
        set_id = f"set-{len(self.sets) + 1}"
        record = {"id": set_id, "name": name, "created_at": "2026-11-21T10:00:00Z"}
        self.sets[set_id] = {**record, "uploads": dict(files or {}), "job": "", "captions": {}}
        return set_id

    def _sets(self, method: str, rest: list[str], body: Any) -> Any:
        if not rest and method == "POST":
            return 201, self.set_json(self.add_set(body["name"]))
        if not rest:
            empty: dict[str, Any] = {"pictures": [], "findings": [], "refused": []}
            return 200, {"sets": [{**self.set_json(one), **empty} for one in self.sets]}
        if rest[0] not in self.sets:
            return problem(404, "set-not-found", "There is no such set of pictures.")
        record = self.sets[rest[0]]
        match (method, *rest[1:]):
            case ("DELETE",):
                if any(run.order["set"] == rest[0] and run.is_busy for run in self.runs.values()):
                    return problem(409, "in-use", "A training uses this set.")
                del self.sets[rest[0]]
                return 204, b""
            case ("POST", "files"):
                record["uploads"] |= {name: content for _, name, content in parts(body)}
                record["job"] = ""
            case ("POST", "inspect"):
                record["job"] = self.stub.add_job("inspect", {"set": rest[0]})
                return 202, self.stub.job_json(record["job"])
            case ("PUT", "captions"):
                record["captions"] |= body["captions"]
            case ("DELETE", "pictures", file):
                record["uploads"].pop(file, None)
            case ("GET", "pictures", file, "thumbnail"):
                return 200, _thumbnail(self._pictures(record).get(file, b""))
        return 200, self.set_json(rest[0])

    def _pictures(self, record: Mapping[str, Any]) -> dict[str, bytes]:
        found: dict[str, bytes] = {}
        for name, content in record["uploads"].items():
            if name.lower().endswith(_SUFFIXES) and _is_picture(content):
                found[name] = content
            elif name.endswith(".zip"):
                with zipfile.ZipFile(io.BytesIO(content)) as archive:
                    found |= {one: archive.read(one) for one in archive.namelist()}
        return found

    def _state(self, record: Mapping[str, Any]) -> str:
        if not record["uploads"]:
            return "empty"
        if not record["job"]:
            return "uploaded"
        job = self.stub.job_json(record["job"])
        if job["state"] in ("queued", "running"):
            return "inspecting"
        if job["state"] != "succeeded":
            return "failed"
        return "ready" if len(self._pictures(record)) >= _MIN_PICTURES else "unready"

    def set_json(self, set_id: str) -> dict[str, Any]:
        """The set as the API gives it."""
        record = self.sets[set_id]
        state = self._state(record)
        pictures = self._pictures(record)
        was_checked = state in ("ready", "unready")
        job = self.stub.job_json(record["job"]) if record["job"] else {}
        return {
            "id": set_id,
            "name": record["name"],
            "created_at": record["created_at"],
            "state": state,
            "files": len(record["uploads"]),
            "bytes": sum(map(len, record["uploads"].values())),
            "job": record["job"] if state == "inspecting" else None,
            "problem": job.get("error") if state == "failed" else None,
            "pictures": _described(set_id, record, pictures) if was_checked else [],
            "findings": _findings(pictures) if was_checked else [],
            "refused": _refused(record["uploads"], pictures) if was_checked else [],
        }

    # Trainings

    def add_run(self, **order: Any) -> StubRun:
        """Starts a training."""
        run = StubRun(f"run-{len(self.runs) + 1}", order, self.run_seconds, time.monotonic())
        self.runs[run.id] = run
        return run

    def _runs(self, method: str, rest: list[str], body: Any) -> Any:
        for run in self.runs.values():
            if run.state == "finished" and run.name not in self.stub.loras.adapters:
                trained = {"goal": run.order["goal"], "steps": run.steps, "pictures": 4}
                training = {**trained, "metrics": run.metrics()}
                self.stub.loras.add(run.name, title=run.title, training=training)
        if not rest and method == "POST":
            return self._start(body)
        if not rest:
            return 200, {"runs": [run.json() for run in reversed(self.runs.values())]}
        if rest[0] not in self.runs:
            return problem(404, "run-not-found", "There is no such training.")
        run = self.runs[rest[0]]
        match (method, *rest[1:]):
            case ("POST", "stop"):
                run.stop()
                return 202, run.json()
            case ("POST", "resume"):
                run.resume()
                return 202, run.json()
            case ("DELETE",):
                if run.is_busy:
                    return problem(409, "in-use", "It is still running; stop it first.")
                del self.runs[run.id]
                return 204, b""
            case ("GET", "samples", file):
                return 200, run.sample(file)
        return 200, run.json()

    def _start(self, body: Mapping[str, Any]) -> Any:
        taken = {run.name for run in self.runs.values()} | set(self.stub.loras.adapters)
        if body["name"] in taken:
            return problem(409, "name-taken", f"An adapter named {body['name']} is there already.")
        if self.set_json(body["set"])["state"] != "ready":
            return problem(422, "set-unready", "Too few pictures: 2 of at least 3.")
        return 202, self.add_run(**body).json()


def _is_picture(content: bytes) -> bool:
    try:
        with Image.open(io.BytesIO(content)) as image:
            image.verify()
    except (UnidentifiedImageError, OSError):
        return False
    return True


def _thumbnail(content: bytes) -> bytes:
    with Image.open(io.BytesIO(content)) as image:
        image.thumbnail((256, 256))
        return encoded(image.convert("RGB"), "WEBP")


def _described(
    set_id: str, record: Mapping[str, Any], pictures: Mapping[str, bytes]
) -> list[dict[str, Any]]:
    first: dict[bytes, str] = {}
    told = []
    for number, (file, content) in enumerate(pictures.items()):
        with Image.open(io.BytesIO(content)) as image:
            width, height = image.size
        repeats = first.setdefault(content, file)
        problems = ["duplicate"] if repeats != file else []
        problems += ["small"] if min(width, height) < 256 else []
        problems += ["blurred"] if "blurred" in file else []
        is_own = file in record["captions"] or "captions.txt" in record["uploads"]
        told.append(
            {
                "file": file,
                "source": file,
                "width": width,
                "height": height,
                "caption": record["captions"].get(file, f"a flat mark, number {number + 1}"),
                "caption_from": "captions.txt" if is_own else "proposed",
                "sharpness": 0.8,
                "problems": problems,
                "duplicate_of": repeats if repeats != file else None,
                "thumbnail_url": f"/training/sets/{set_id}/pictures/{file}/thumbnail",
            }
        )
    return told


def _findings(pictures: Mapping[str, bytes]) -> list[dict[str, Any]]:
    findings = []
    if len(pictures) < _MIN_PICTURES:
        detail = f"There are {len(pictures)} pictures; add at least {_MIN_PICTURES}."
        findings.append({"code": "too-few", "level": "error", "files": [], "detail": detail})
    blurred = [file for file in pictures if "blurred" in file]
    if blurred:
        detail = "These pictures are blurred; replace them with sharper ones."
        findings.append({"code": "blurred", "level": "warning", "files": blurred, "detail": detail})
    repeated = [
        file
        for number, (file, content) in enumerate(pictures.items())
        if content in list(pictures.values())[:number]
    ]
    if repeated:
        detail = "These pictures repeat others; remove them."
        findings.append(
            {"code": "duplicate", "level": "warning", "files": repeated, "detail": detail}
        )
    return findings


def _refused(uploads: Mapping[str, bytes], pictures: Mapping[str, bytes]) -> list[dict[str, str]]:
    return [
        {"source": name, "reason": "It is not a picture: its first bytes are unknown."}
        for name in uploads
        if name not in pictures and not name.endswith((".txt", ".zip"))
    ]
