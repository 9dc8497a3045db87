"""Stand-ins for the ports, in memory, and a worker without models."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from typing import Any, Protocol

from PIL import Image

from backend.domain.errors import (
    IdempotencyConflict,
    ImageNotFound,
    JobNotFound,
    LeaseLost,
    LogoError,
    QueueFull,
    TooManyJobs,
)
from backend.domain.generation import StageName
from backend.domain.jobs import Claim, Job, JobEvent, JobState, Lane, NewJob, Progress
from backend.domain.ports import (
    Bell,
    ImageFilter,
    ImagePage,
    ImageStore,
    JobStore,
    StoredImage,
    WorkerFigures,
)
from backend.services.records import JobResult, new_image_record


class MemoryJobStore:
    """A JobStore without durability and without leases: what is claimed stays claimed."""

    def __init__(self) -> None:
        self.alive_workers = 1
        self._jobs: dict[str, Job] = {}
        self._new: dict[str, NewJob] = {}
        self._events: dict[str, list[JobEvent]] = {}
        self._previews: dict[str, bytes] = {}
        self._timings: dict[str, float] = {}
        self._lock = threading.RLock()
        self.noted: dict[str, str] = {}
        self.dead_workers: set[str] = set()

    def submit(
        self, job: NewJob, *, queue_limit: int, caller_limit: int | None = None
    ) -> tuple[Job, bool]:
        with self._lock:
            for job_id, known in self._new.items():
                if job.idempotency_key and known.idempotency_key == job.idempotency_key:
                    if known.fingerprint != job.fingerprint:
                        raise IdempotencyConflict("the key belongs to another request")
                    return self.get(job_id), False
            queue = self._queue(job.lane)
            of_caller = sum(self._new[job_id].caller == job.caller for job_id in queue)
            if caller_limit is not None and of_caller >= caller_limit:
                raise TooManyJobs("too many jobs of the caller wait")
            if len(queue) >= queue_limit:
                raise QueueFull("too many jobs wait")
            job_id = f"job{len(self._jobs) + 1:04d}"
            self._new[job_id] = job
            now = datetime.now(UTC)
            self._jobs[job_id] = Job(job_id, job.kind, job.lane, JobState.QUEUED, job.params, now)
            self._add_event(job_id, "state", {"state": "queued"})
            return self.get(job_id), True

    def get(self, job_id: str) -> Job:
        with self._lock:
            job = self._jobs.get(job_id)
            if job is None:
                raise JobNotFound("there is no job of this id")
            queue = self._queue(job.lane)
            return replace(job, queue_position=queue.index(job_id) + 1 if job_id in queue else None)

    def list(
        self, *, limit: int, before: str | None = None, state: JobState | None = None
    ) -> Sequence[Job]:
        ids = sorted(self._jobs, reverse=True)
        jobs = [self.get(job_id) for job_id in ids if before is None or job_id < before]
        return [job for job in jobs if state in (None, job.state)][:limit]

    def request_cancel(self, job_id: str) -> Job:
        with self._lock:
            job = self.get(job_id)
            if job.state is JobState.QUEUED:
                self._end(job_id, JobState.CANCELLED)
            elif job.state is JobState.RUNNING:
                self._jobs[job_id] = replace(self._jobs[job_id], cancel_requested=True)
            return self.get(job_id)

    def claim(
        self, worker_id: str, lane: Lane, *, lease_seconds: float, max_batch: int
    ) -> Sequence[Claim]:
        with self._lock:
            queue = self._queue(lane)
            if not queue:
                return []
            first = self._new[queue[0]]
            same = [
                job_id
                for job_id in queue
                if (self._new[job_id].kind, self._new[job_id].batch_key)
                == (first.kind, first.batch_key)
            ]
            return [self._start(job_id, worker_id) for job_id in same[:max_batch]]

    def renew(self, claims: Sequence[Claim], lease_seconds: float) -> Mapping[str, bool]:
        return {claim.job.id: self._held(claim).cancel_requested for claim in claims}

    def report(self, claim: Claim, progress: Progress) -> None:
        with self._lock:
            job = self._held(claim)
            self._jobs[job.id] = replace(job, progress=replace(progress, preview=None))
            if progress.preview is not None:
                self._previews[job.id] = progress.preview
            data = {"stage": progress.stage, "step": progress.step, "total": progress.total}
            has_preview = progress.preview is not None
            self._add_event(job.id, "progress", {**data, "has_preview": has_preview})

    def checkpoint(self, claim: Claim, stage: StageName, payload: bytes) -> None:
        self._held(claim)

    def finish(
        self,
        claim: Claim,
        state: JobState,
        *,
        result: Mapping[str, Any] | None = None,
        error: Mapping[str, Any] | None = None,
    ) -> None:
        with self._lock:
            job = self._held(claim)
            self._jobs[job.id] = replace(job, result=result, error=error)
            self._end(job.id, state)

    def release(self, claim: Claim) -> None:
        with self._lock:
            job = self._held(claim)
            self._jobs[job.id] = replace(job, state=JobState.QUEUED, attempt=job.attempt - 1)

    def events(self, job_id: str, after: int = 0, limit: int = 500) -> Sequence[JobEvent]:
        found = [event for event in self._events.get(job_id, ()) if event.seq > after]
        return found[:limit]

    def turning_points(self, job_id: str) -> Sequence[JobEvent]:
        return self.events(job_id)

    def preview(self, job_id: str) -> bytes | None:
        return self._previews.get(job_id)

    def counts(self) -> Mapping[JobState, int]:
        states = [job.state for job in self._jobs.values()]
        return {state: states.count(state) for state in JobState}

    def waiting(self) -> Mapping[Lane, int]:
        return {lane: len(self._queue(lane)) for lane in Lane}

    def recover(self, worker_id: str, lane: Lane) -> int:
        return 0

    def heartbeat(self, worker_id: str) -> None:
        self.alive_workers = max(self.alive_workers, 1)

    def workers(self, within_seconds: float) -> int:
        return self.alive_workers

    def oldest_waiting(self) -> Mapping[Lane, float]:
        return dict.fromkeys(Lane, 0.0)

    def note_figures(self, worker_id: str, figures: str) -> None:
        self.noted[worker_id] = figures

    def figures(self, within_seconds: float) -> Sequence[WorkerFigures]:
        return [
            WorkerFigures(name, name not in self.dead_workers, text, not text)
            for name, text in self.noted.items()
        ]

    def timing(self, key: str) -> float | None:
        return self._timings.get(key)

    def remember_timing(self, key: str, seconds: float) -> None:
        self._timings[key] = seconds

    def batch_key(self, job_id: str) -> str:
        """What the service said may share a batch; only tests ask."""
        return self._new[job_id].batch_key

    def _queue(self, lane: Lane) -> Sequence[str]:
        return [
            job_id
            for job_id, job in self._jobs.items()
            if job.state is JobState.QUEUED and job.lane is lane
        ]

    def _start(self, job_id: str, worker_id: str) -> Claim:
        job = self._jobs[job_id]
        started = replace(
            job, state=JobState.RUNNING, attempt=job.attempt + 1, started_at=datetime.now(UTC)
        )
        self._jobs[job_id] = started
        self._add_event(job_id, "state", {"state": "running", "worker": worker_id})
        return Claim(started, worker_id, started.attempt)

    def _held(self, claim: Claim) -> Job:
        job = self._jobs[claim.job.id]
        if job.state is not JobState.RUNNING or job.attempt != claim.fence:
            raise LeaseLost("the job has ended or belongs to another worker")
        return job

    def _end(self, job_id: str, state: JobState) -> None:
        job = self._jobs[job_id]
        self._jobs[job_id] = replace(job, state=state, finished_at=datetime.now(UTC))
        self._previews.pop(job_id, None)
        self._add_event(job_id, "end", {"state": str(state)})

    def _add_event(self, job_id: str, kind: str, data: Mapping[str, Any]) -> None:
        events = self._events.setdefault(job_id, [])
        events.append(JobEvent(job_id, len(events) + 1, kind, data, datetime.now(UTC)))


class MemoryImageStore:
    """An ImageStore in memory."""

    def __init__(self) -> None:
        self._stored: dict[str, tuple[StoredImage, bytes, str | None]] = {}

    def save(
        self, image: Image.Image, record: Mapping[str, Any], *, svg: str | None = None
    ) -> StoredImage:
        stream = BytesIO()
        image.save(stream, "PNG")
        png = stream.getvalue()
        image_id = "img_" + hashlib.sha256(png).hexdigest()[:24]
        if image_id not in self._stored:
            now = datetime.now(UTC)
            stored = StoredImage(image_id, *image.size, now, dict(record), svg is not None)
            self._stored[image_id] = (stored, png, svg)
        return self.get(image_id)

    def get(self, image_id: str) -> StoredImage:
        return self._find(image_id)[0]

    def png(self, image_id: str) -> bytes:
        return self._find(image_id)[1]

    def svg(self, image_id: str) -> str:
        svg = self._find(image_id)[2]
        if svg is None:
            raise ImageNotFound("this picture has no vector drawing")
        return svg

    def load(self, image_id: str) -> Image.Image:
        return Image.open(BytesIO(self.png(image_id)))

    def list(self, *, limit: int, before: str | None = None) -> Sequence[StoredImage]:
        newest = [stored for stored, _, _ in reversed(self._stored.values())]
        ids = [stored.id for stored in newest]
        start = ids.index(before) + 1 if before in ids else 0
        return newest[start : start + limit]

    def derived(self, image_id: str, form: str, make: Callable[[Image.Image], bytes]) -> bytes:
        return make(self.load(image_id))

    def search(self, wanted: ImageFilter, *, limit: int, before: str | None = None) -> ImagePage:
        matching = [stored for stored in self.list(limit=len(self._stored)) if fits(stored, wanted)]
        ids = [stored.id for stored in matching]
        start = ids.index(before) + 1 if before in ids else 0
        return ImagePage(matching[start : start + limit], len(matching))

    def set_favourite(self, image_id: str, favourite: bool) -> None:
        stored, png, svg = self._find(image_id)
        self._stored[image_id] = (replace(stored, favourite=favourite), png, svg)

    def delete(self, image_id: str) -> None:
        self._find(image_id)
        del self._stored[image_id]

    def delete_many(self, image_ids: Iterable[str]) -> int:
        known = set(image_ids) & self._stored.keys()
        for image_id in known:
            del self._stored[image_id]
        return len(known)

    def _find(self, image_id: str) -> tuple[StoredImage, bytes, str | None]:
        if image_id not in self._stored:
            raise ImageNotFound("there is no picture of this id")
        return self._stored[image_id]


def fits(stored: StoredImage, wanted: ImageFilter) -> bool:
    """Whether a picture is one of those wanted; words must be spelled as they stand."""
    record = stored.record
    text = " ".join(str(record.get(key, "")) for key in ("name", "description", "concept"))
    return (
        all(word in f"{text} {stored.style}" for word in wanted.query.split())
        and wanted.stage in (None, record.get("stage"))
        and wanted.origin in (None, record.get("origin"))
        and wanted.favourite in (None, stored.favourite)
    )


class RecordingBell:
    """A Bell that keeps what was rung as (role, message)."""

    def __init__(self) -> None:
        self.rings: list[tuple[str, str]] = []

    def ring(self, role: str, message: str) -> None:
        self.rings.append((role, message))


class Waiter(Protocol):
    """What wakes a worker; `backend.jobs.bell.Listener` is one."""

    def wait(self, timeout_seconds: float) -> Sequence[str]:
        """Messages since the last call."""


Script = Callable[["StubWorker", Claim], None]


class StubWorker:
    """A worker in a thread that paints flat pictures instead of running models.

    Args:
        store, images, bell, waiter: of one installation; the bell is rung for the role "api".
        script: called before each job's end; may report, wait, or raise a LogoError to fail it.
    """

    def __init__(
        self,
        store: JobStore,
        images: ImageStore,
        bell: Bell,
        waiter: Waiter,
        script: Script | None = None,
    ) -> None:
        self.store = store
        self._images = images
        self._bell = bell
        self._waiter = waiter
        self._script = script
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="stub-worker")

    def __enter__(self) -> StubWorker:
        self.store.heartbeat("stub")
        self._thread.start()
        return self

    def __exit__(self, *failure: object) -> None:
        self._stop.set()
        self._thread.join()

    def tell(self, claim: Claim, progress: Progress) -> None:
        """Reports progress and rings."""
        self.store.report(claim, progress)
        self._bell.ring("api", claim.job.id)

    def _run(self) -> None:
        seen = time.monotonic()
        while not self._stop.is_set():
            if time.monotonic() - seen > 1:
                seen = time.monotonic()
                self.store.heartbeat("stub")
            claims = self.store.claim("stub", Lane.DEVICE, lease_seconds=15, max_batch=8)
            for claim in claims:
                self._work(claim)
                self._bell.ring("api", claim.job.id)
            if not claims:
                self._waiter.wait(0.05)

    def _work(self, claim: Claim) -> None:
        try:
            if self._script is not None:
                self._script(self, claim)
        except LogoError as error:
            asked = self.store.get(claim.job.id).cancel_requested
            state = JobState.CANCELLED if asked else JobState.FAILED
            self.store.finish(claim, state, error=None if asked else error.to_record())
            return
        self.store.finish(claim, JobState.SUCCEEDED, result=self._paint(claim.job))

    def _paint(self, job: Job) -> JobResult:
        params = job.params
        count = params.get("count") or len(params.get("images", ()))
        seed = params.get("seed", 0)
        ids = []
        for i in range(count):
            colour = tuple(hashlib.sha256(f"{job.id}{seed + i}".encode()).digest()[:3])
            record = new_image_record(
                reproduce={
                    "request": params,
                    "kind": str(job.kind),
                    "stage": "final",
                    "index": i,
                    "seed": seed + i,
                },
                origin="composer",
                seed=seed + i,
                palette=["#FFFFFF", "#1B3A4B", "#F2A541"],
                layout="disc",
                concept="coffee cup",
                glyphs=[{"id": "tabler:coffee", "licence": "MIT", "author": "Somebody"}],
                scores={"match": 0.5},
                job_id=job.id,
                name=params.get("name", ""),
                description=params.get("description", ""),
            )
            svg = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"/>'
            ids.append(self._images.save(Image.new("RGB", (32, 32), colour), record, svg=svg).id)
        return {
            "images": ids,
            "warnings": [],
            "brief": {"name": params.get("name", ""), "content": params.get("description", "")},
            "seed": seed,
            "timings_ms": {"draft": 1.0},
        }
