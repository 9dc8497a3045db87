"""Jobs that need no models: how use cases hand them in and find them again."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable, Mapping
from typing import Any

from backend.domain.errors import JobNotFound
from backend.domain.jobs import Job, JobKind, JobState, Lane, NewJob
from backend.domain.ports import API_ROLE, CANCEL_PREFIX, WORKER_ROLE, Bell, JobStore

# More than can wait in all lanes together at the default limit of the queue.
_ACTIVE = 1_000
_RECENT = 100


class SideJobs:
    """Jobs beside those that draw, as the web process sees them."""

    def __init__(
        self, store: JobStore, bell: Bell, queue_limit: int = 200, caller_limit: int = 100
    ) -> None:
        self._store = store
        self._bell = bell
        self._queue_limit = queue_limit
        self._caller_limit = caller_limit
        self._lock = threading.Lock()

    def submit_once(
        self,
        kind: JobKind,
        params: Mapping[str, Any],
        is_same: Callable[[Job], bool],
        lane: Lane = Lane.CPU,
    ) -> Job:
        """Stores a job, or returns one that waits or runs already and does the same.

        Raises:
            QueueFull, TooManyJobs, StoreUnavailable: see `JobStore.submit`.
        """
        text = json.dumps({"kind": kind, "params": params}, sort_keys=True, allow_nan=False)
        digest = hashlib.sha256(text.encode("utf-8")).hexdigest()
        # Two clicks at once; of two web processes each may still store one, and the second job
        # then finds its work done.
        with self._lock:
            for job in self.active(kind):
                if is_same(job) and not job.cancel_requested:
                    return job
            new = NewJob(kind, params, digest[:32], digest, lane)
            job, _ = self._store.submit(
                new, queue_limit=self._queue_limit, caller_limit=self._caller_limit
            )
        self._bell.ring(WORKER_ROLE, job.id)
        return job

    def find(self, job_id: str) -> Job | None:
        """A job, if there is one of this id."""
        try:
            return self._store.get(job_id)
        except JobNotFound:
            return None

    def active(self, kind: JobKind) -> list[Job]:
        """Jobs of a kind that wait or run."""
        states = (JobState.RUNNING, JobState.QUEUED)
        return [job for state in states for job in self._of_kind(kind, state, _ACTIVE)]

    def failed(self, kind: JobKind) -> list[Job]:
        """Jobs of a kind among the last hundred failures, newest first."""
        return self._of_kind(kind, JobState.FAILED, _RECENT)

    def cancel(self, job_id: str) -> None:
        """Asks a job to stop."""
        self._store.request_cancel(job_id)
        self._bell.ring(WORKER_ROLE, CANCEL_PREFIX + job_id)
        self._bell.ring(API_ROLE, job_id)

    def _of_kind(self, kind: JobKind, state: JobState, limit: int) -> list[Job]:
        return [job for job in self._store.list(limit=limit, state=state) if job.kind is kind]
