"""Use cases around training sets: upload pictures, have them checked, write captions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import IO

from backend.domain.errors import (
    InUse,
    InvalidRequest,
    LogoError,
    SetUnready,
    from_record,
)
from backend.domain.jobs import Job, JobKind
from backend.domain.lora_presets import LIMITS
from backend.services.side_jobs import SideJobs
from backend.storage.training_sets import StoredSet, TrainingSetStore


@dataclass(frozen=True, slots=True)
class SetView:
    """A set as clients see it.

    Attributes:
        state: "empty", "uploaded", "inspecting", "ready", "unready" or "failed".
        job: the id of the check that waits, runs or failed.
        problem: why the last check failed.
    """

    stored: StoredSet
    state: str
    job: str | None
    problem: LogoError | None


class TrainingSetService:
    """The use cases; blocking, safe for several threads. No picture is decoded here."""

    def __init__(self, store: TrainingSetStore, jobs: SideJobs) -> None:
        self._store = store
        self._jobs = jobs

    def list(self) -> Sequence[SetView]:
        """All sets, newest first."""
        checks = self._checks()
        return [_view(stored, checks) for stored in self._store.list()]

    def get(self, set_id: str) -> SetView:
        """Raises SetNotFound."""
        return _view(self._store.get(set_id), self._checks())

    def create(self, name: str) -> SetView:
        """Makes an empty set. Raises StorageFull."""
        return _view(self._store.create(name), ())

    def delete(self, set_id: str) -> None:
        """Removes a set. Raises SetNotFound, InUse."""
        self._store.get(set_id)
        self._require_idle(set_id)
        for job in self._jobs.active(JobKind.TRAIN_LORA):
            if job.params.get("set") == set_id:
                raise InUse("A training works with this set; stop it first.")
        self._store.delete(set_id)

    def add(self, set_id: str, files: Sequence[tuple[str, IO[bytes]]]) -> SetView:
        """Adds files, all or none. Raises like `TrainingSetStore.add`."""
        if not files:
            raise InvalidRequest("no file was sent", fields=[("files", "send at least one file")])
        return _view(self._store.add(set_id, files), self._checks())

    def remove_picture(self, set_id: str, file: str) -> SetView:
        """Takes a picture out. Raises SetNotFound, NotFound, InUse."""
        self._store.get(set_id)
        self._require_idle(set_id)
        return _view(self._store.remove_picture(set_id, file), self._checks())

    def write_captions(self, set_id: str, captions: Mapping[str, str]) -> SetView:
        """Keeps captions. Raises SetNotFound, InvalidRequest, InUse."""
        self._store.get(set_id)
        self._require_idle(set_id)
        return _view(self._store.write_captions(set_id, captions), self._checks())

    def thumbnail(self, set_id: str, file: str) -> bytes:
        """A small WEBP of a picture. Raises SetNotFound, NotFound."""
        return self._store.thumbnail(set_id, file)

    def inspect(self, set_id: str) -> Job:
        """Has the uploads checked; a check that waits or runs already is returned.

        Raises:
            SetNotFound: there is no such set.
            InvalidRequest: it is empty.
            QueueFull, TooManyJobs, StoreUnavailable: see `JobStore.submit`.
        """
        stored = self._store.get(set_id)
        if not stored.uploads:
            raise InvalidRequest("The set is empty; send pictures first.")
        params = {"set": set_id, "name": stored.name, "stamp": stored.stamp}
        return self._jobs.submit_once(
            JobKind.INSPECT, params, lambda job: job.params.get("set") == set_id
        )

    def require_ready(self, set_id: str) -> StoredSet:
        """A set that a training may use.

        Raises:
            SetNotFound: there is no such set.
            InUse: it is being checked.
            SetUnready: it has not been checked as it is now, or the check found errors.
        """
        stored = self._store.get(set_id)
        self._require_idle(set_id)
        found = stored.inspection
        if found is None or not stored.is_checked:
            raise SetUnready("Files were sent since the last check; have the set checked first.")
        if found.is_ready:
            return stored
        details = [finding.detail for finding in found.errors]
        if found.usable < LIMITS.pictures[0]:
            details.append(f"There must be at least {LIMITS.pictures[0]} different pictures.")
        fields = [("set", finding.code) for finding in found.errors]
        raise SetUnready(" ".join(details), fields=fields)

    def _checks(self) -> Sequence[Job]:
        return [*self._jobs.active(JobKind.INSPECT), *self._jobs.failed(JobKind.INSPECT)]

    def _require_idle(self, set_id: str) -> None:
        for job in self._jobs.active(JobKind.INSPECT):
            if job.params.get("set") == set_id:
                raise InUse("The set is being checked; wait for the end, or cancel the check.")


def _view(stored: StoredSet, checks: Sequence[Job]) -> SetView:
    own = [job for job in checks if job.params.get("set") == stored.id]
    running = next((job for job in own if not job.state.is_final), None)
    if running is not None:
        return SetView(stored, "inspecting", running.id, None)
    if not stored.uploads:
        return SetView(stored, "empty", None, None)
    if stored.is_checked and stored.check is not None:
        return SetView(stored, "ready" if stored.check.is_ready else "unready", None, None)
    failed = next((job for job in own if job.params.get("stamp") == stored.stamp), None)
    if failed is not None and failed.error is not None:
        return SetView(stored, "failed", failed.id, from_record(failed.error))
    return SetView(stored, "uploaded", None, None)
