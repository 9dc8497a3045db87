"""Training adapters: sets of pictures, what can be chosen, trainings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import IO

from frontend.api_answers import read_job
from frontend.api_types import Job
from frontend.training_answers import read_presets, read_run, read_runs, read_set, read_sets
from frontend.training_types import PictureSet, Presets, Run, RunOrder
from frontend.transport import Transport, as_picture, own_path, safe_id, safe_name, understood

MAX_FILES = 200
MAX_REQUEST_MB = 512
MAX_CAPTION_CHARACTERS = 500
_UPLOAD_SECONDS = 600.0


class TrainingApi:
    """Part of `LogoApi`. Every call may raise ApiError."""

    def __init__(self, http: Transport) -> None:
        self._http = http

    def sets(self) -> tuple[PictureSet, ...]:
        """All sets, without their pictures."""
        return understood(read_sets, self._http.get("/training/sets"))

    def set(self, set_id: str) -> PictureSet:
        """A set with its pictures and findings."""
        return understood(read_set, self._http.get(_set(set_id)))

    def create_set(self, name: str) -> PictureSet:
        """A new set without files."""
        return understood(read_set, self._http.send("POST", "/training/sets", json={"name": name}))

    def delete_set(self, set_id: str) -> None:
        """Removes a set with its files."""
        self._http.send("DELETE", _set(set_id))

    def add_files(self, set_id: str, files: Sequence[tuple[str, IO[bytes]]]) -> PictureSet:
        """Adds pictures, ZIPs and captions.

        Args:
            files: names with what they hold, open for reading at its beginning.
        """
        answer = self._http.send(
            "POST",
            f"{_set(set_id)}/files",
            files=[("files", file) for file in files],
            timeout=_UPLOAD_SECONDS,
        )
        return understood(read_set, answer)

    def inspect(self, set_id: str) -> Job:
        """Orders the check of a set."""
        return understood(read_job, self._http.send("POST", f"{_set(set_id)}/inspect"))

    def remove_picture(self, set_id: str, file: str) -> PictureSet:
        """Takes a picture out of a set."""
        path = f"{_set(set_id)}/pictures/{safe_name(file, 'picture')}"
        return understood(read_set, self._http.send("DELETE", path))

    def save_captions(self, set_id: str, captions: Mapping[str, str]) -> PictureSet:
        """Changes captions, by the files of their pictures; others stay as they are."""
        body = {"captions": dict(captions)}
        return understood(read_set, self._http.send("PUT", f"{_set(set_id)}/captions", json=body))

    def thumbnail(self, url: str) -> bytes:
        """A small WEBP of a picture.

        Args:
            url: path of the API as a set gives it; never another host's.
        """
        return as_picture(self._http.get(own_path(url)).content, "webp")

    def presets(self) -> Presets:
        """What can be chosen for a training."""
        return understood(read_presets, self._http.get("/training/presets"))

    def runs(self) -> tuple[Run, ...]:
        """All trainings, newest first."""
        return understood(read_runs, self._http.get("/training/runs"))

    def run(self, run_id: str) -> Run:
        """A training as it stands."""
        return understood(read_run, self._http.get(_run(run_id)))

    def start(self, order: RunOrder) -> Run:
        """Orders a training."""
        answer = self._http.send("POST", "/training/runs", json=order.to_json())
        return understood(read_run, answer)

    def stop(self, run_id: str) -> Run:
        """Asks a training to stop after its step; it can be resumed."""
        return understood(read_run, self._http.send("POST", f"{_run(run_id)}/stop"))

    def resume(self, run_id: str) -> Run:
        """Lets a stopped or failed training go on where it was."""
        return understood(read_run, self._http.send("POST", f"{_run(run_id)}/resume"))

    def delete_run(self, run_id: str) -> None:
        """Removes a training; its finished adapter stays."""
        self._http.send("DELETE", _run(run_id))

    def sample(self, url: str) -> bytes:
        """A sheet of samples as PNG.

        Args:
            url: path of the API as a training gives it; never another host's.
        """
        return as_picture(self._http.get(own_path(url)).content, "png")


def _set(set_id: str) -> str:
    return f"/training/sets/{safe_id(set_id, 'set')}"


def _run(run_id: str) -> str:
    return f"/training/runs/{safe_id(run_id, 'run')}"
