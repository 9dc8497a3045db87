"""Trainings on disk: what was ordered, a copy of the pictures, and what the training writes."""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from backend.domain.errors import NotFound, RunNotFound, StorageFull
from backend.storage.training_folders import GONE, read_object, removed_at_once, translated
from backend.utils.files import write_json

MAX_RUNS = 200
SET_FOLDER = "set"
_ID = re.compile(r"run_[0-9a-f]{24}")
_SAMPLE = re.compile(r"samples-(\d{1,9})\.png")
_RUN, _ORDER, _RESULT, _HISTORY = "run.json", "order.json", "result.json", "history.jsonl"
_PROGRESS, _PUBLISHED = "progress.json", "published.json"
_INCOMING = ".in-"
# A line has about 300 bytes and a long training 20,000 of them.
_HISTORY_BYTES = 64 * 2**20


@dataclass(frozen=True, slots=True)
class StoredRun:
    """A training.

    Attributes:
        order: what the training process reads.
        set_id: the set that the pictures were copied from.
        settings: every setting with the preset's values filled in.
        job: the last job that was to run it; None when there is none.
        progress: the last thing that the process said: phase, step, total, eta_seconds, metrics.
        result: adapter, metrics, seconds; None before the end.
        adapter: the name under which the adapter was put into the lora folder.
    """

    id: str
    folder: Path
    order: Mapping[str, Any]
    set_id: str
    settings: Mapping[str, Any]
    created_at: datetime
    job: str | None
    progress: Mapping[str, Any]
    result: Mapping[str, Any] | None
    adapter: str | None

    @property
    def name(self) -> str:
        """What the adapter shall be called."""
        return str(self.order.get("name", ""))


def _now() -> datetime:
    return datetime.now(UTC)


class TrainingRunStore:
    """The trainings of one data folder, safe for several threads and processes.

    One with the id run_ab... lies in training/runs/run_ab.../, which appears complete or not.
    """

    def __init__(self, data: Path, clock: Callable[[], datetime] = _now) -> None:
        """Nothing is read or made yet."""
        # The training process has another working folder.
        self._folder = data.absolute() / "training" / "runs"
        self._clock = clock

    def list(self) -> Sequence[StoredRun]:
        """All trainings, newest first."""
        self._sweep()
        found = []
        for name in self._ids():
            with suppress(RunNotFound):  # Deleted between two looks.
                found.append(self.get(name))
        return sorted(found, key=lambda run: run.created_at, reverse=True)

    def get(self, run_id: str) -> StoredRun:
        """Raises RunNotFound."""
        folder = self.folder_of(run_id)
        facts = read_object(folder / _RUN)
        try:
            created_at = datetime.fromisoformat(str(facts["created_at"]))
            settings = dict(facts["settings"])
        except (LookupError, ValueError, TypeError) as error:
            raise _not_found() from error
        job, adapter = facts.get("job"), read_object(folder / _PUBLISHED).get("adapter")
        return StoredRun(
            id=run_id,
            folder=folder,
            order=read_object(folder / _ORDER),
            set_id=str(facts.get("set", "")),
            settings=settings,
            created_at=created_at,
            job=None if job is None else str(job),
            progress=read_object(folder / _PROGRESS),
            result=read_object(folder / _RESULT) or None,
            adapter=None if adapter is None else str(adapter),
        )

    def folder_of(self, run_id: str) -> Path:
        """Raises RunNotFound."""
        folder = self._folder / run_id
        if not _ID.fullmatch(run_id) or not folder.is_dir():
            raise _not_found()
        return folder

    def create(
        self,
        order: Mapping[str, Any],
        *,
        set_id: str,
        settings: Mapping[str, Any],
        fill: Callable[[Path], None],
    ) -> StoredRun:
        """Makes a training's folder.

        Args:
            order: what the training process reads; the place of its pictures is added.
            set_id: where the pictures come from.
            settings: what is shown to people.
            fill: puts the pictures into the folder it is given.

        Raises:
            StorageFull: there is no room, or there are too many trainings.
        """
        self._sweep()
        if len(self._ids()) >= MAX_RUNS:
            raise StorageFull(f"There are {MAX_RUNS} trainings already. Delete some first.")
        run_id = f"run_{secrets.token_hex(12)}"
        hidden, folder = self._folder / f"{_INCOMING}{run_id}", self._folder / run_id
        facts = {
            "id": run_id,
            "set": set_id,
            "settings": dict(settings),
            "created_at": self._clock().isoformat(),
        }
        try:
            with translated():
                hidden.mkdir(parents=True)
                write_json(hidden / _ORDER, {**order, "set": str(folder / SET_FOLDER)})
                write_json(hidden / _RUN, facts)
                fill(hidden / SET_FOLDER)
                hidden.rename(folder)
        finally:
            shutil.rmtree(hidden, ignore_errors=True)
        return self.get(run_id)

    def remember_job(self, run_id: str, job: str) -> None:
        """Notes which job runs the training. Raises RunNotFound."""
        path = self.folder_of(run_id) / _RUN
        with translated():
            write_json(path, {**read_object(path), "job": job})

    def delete(self, run_id: str) -> None:
        """Removes a training; an adapter that it made stays. Raises RunNotFound."""
        try:
            removed_at_once(self.folder_of(run_id))
        except FileNotFoundError as error:
            raise _not_found() from error

    def write_progress(self, run_id: str, progress: Mapping[str, Any]) -> None:
        """Keeps what the process said last; lost without harm. Raises RunNotFound."""
        target = self.folder_of(run_id) / _PROGRESS
        hidden = target.with_name(f".{_PROGRESS}")
        with suppress(OSError):
            # Not flushed: it comes once a second, and after a crash nobody asks for it.
            hidden.write_text(json.dumps(progress, allow_nan=False), "utf-8")
            hidden.replace(target)

    def publish(self, run_id: str, adapter: str) -> None:
        """Notes under which name the adapter was put into the lora folder; drops the pictures.

        Raises:
            RunNotFound: there is no such training.
        """
        folder = self.folder_of(run_id)
        with translated():
            write_json(folder / _PUBLISHED, {"adapter": adapter})
        shutil.rmtree(folder / SET_FOLDER / "pictures", ignore_errors=True)

    def history(self, run_id: str) -> tuple[tuple[int, int], bytes]:
        """What the training wrote down so far as JSON lines, and a mark that changes with it.

        Raises:
            RunNotFound: there is no such training.
        """
        path = self.folder_of(run_id) / _HISTORY
        try:
            with path.open("rb") as stream:
                fact = os.fstat(stream.fileno())
                return (fact.st_mtime_ns, fact.st_size), stream.read(_HISTORY_BYTES)
        except OSError:
            return (0, 0), b""

    def samples(self, run_id: str) -> Sequence[tuple[int, str]]:
        """Steps and names of the sample sheets, by step. Raises RunNotFound."""
        with suppress(OSError):
            found = [_SAMPLE.fullmatch(name) for name in os.listdir(self.folder_of(run_id))]
            return sorted((int(match[1]), match[0]) for match in found if match)
        return []

    def sample(self, run_id: str, file: str) -> bytes:
        """A sample sheet as PNG. Raises RunNotFound, NotFound."""
        folder = self.folder_of(run_id)
        if _SAMPLE.fullmatch(file):
            with suppress(OSError):
                return (folder / file).read_bytes()
        raise NotFound("The training has no samples of this name.")

    def _ids(self) -> Sequence[str]:
        try:
            return [name for name in os.listdir(self._folder) if _ID.fullmatch(name)]
        except OSError:
            return []

    def _sweep(self) -> None:
        """Removes what a crash or a deletion left, once nobody can be at work with it any more."""
        limit = self._clock().timestamp() - 24 * 3600
        with suppress(OSError):
            for entry in self._folder.iterdir():
                is_left = entry.name.startswith(_INCOMING) and entry.stat().st_mtime < limit
                if is_left or entry.name.startswith(GONE):
                    shutil.rmtree(entry, ignore_errors=True)


def _not_found() -> RunNotFound:
    return RunNotFound("There is no training of this id. It may have been deleted.")
