"""Takes requests for pictures, turns them into durable jobs, and waits for what becomes of them."""

from __future__ import annotations

import asyncio
import hashlib
import json
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from backend.domain.errors import (
    ImageNotFound,
    InvalidRequest,
    UnknownWeights,
    WeightsMissing,
    WorkerUnavailable,
)
from backend.domain.generation import LIMITS, LogoRequest, RestyleParams, SourceName, Speed
from backend.domain.jobs import Job, JobEvent, JobKind, JobState, NewJob
from backend.domain.likeness import Variation
from backend.domain.ports import (
    API_ROLE,
    CANCEL_PREFIX,
    WORKER_ROLE,
    Bell,
    ImageStore,
    JobStore,
    StoredImage,
)
from backend.models.catalog import Catalog
from backend.models.speeds import SpeedPlan, evaluations_by_speed, plan
from backend.services.loras import LoraFolder
from backend.services.records import RestyleRequest, UpscaleRequest
from backend.services.timeline import Span, timeline_of
from backend.services.variations import varied
from backend.services.wakeups import Wakeups, set_within

# Which entries of the weights manifest each part of the chain needs. Both sources look glyphs up by
# meaning; AUTO draws with the conditional GAN too when it is there.
_RETRIEVAL = ("text-encoder", "glyphs")
DRAFT_WEIGHTS: Mapping[SourceName, tuple[str, ...]] = {
    SourceName.AUTO: _RETRIEVAL,
    SourceName.COMPOSER: _RETRIEVAL,
    SourceName.CGAN: (*_RETRIEVAL, "layer-codec", "cgan"),
}
UPSCALE_WEIGHTS = "realesr-animevideov3-x4"
RESTYLE_WEIGHTS: Mapping[str, str] = {"embedded": "sd-embedded", "sd15": "sd15", "sdxl": "sdxl"}
_AUTO_RESTYLE_WEIGHTS = ("sd-embedded", "sd15")


@dataclass(frozen=True, slots=True)
class ServiceOptions:
    """What the settings say.

    Attributes:
        profile: "auto", "embedded" or "sd15".
        worker_grace_seconds: how long no worker at all is put up with.
        worker_seen_seconds: a worker that was silent for longer counts as gone.
        poll_seconds: how often a waiting request looks by itself; bells may be lost.
        taken_pipeline: the manifest name of the pipeline that a worker took; None while unknown.
    """

    profile: str = "auto"
    queue_limit: int = 200
    caller_limit: int = 100
    wait_seconds: float = 300
    worker_grace_seconds: float = 10
    worker_seen_seconds: float = 15
    poll_seconds: float = 0.25
    taken_pipeline: Callable[[], str | None] = lambda: None


@dataclass(frozen=True, slots=True)
class Ticket:
    """How a request was handed in.

    Attributes:
        idempotency_key: the client's key for repeating the same request safely.
        any_seed: no seed was asked for; the service draws one.
    """

    idempotency_key: str | None = None
    any_seed: bool = False


class GenerationService:
    """The use cases around jobs. Blocking except for `wait`; safe for several threads.

    Every submit method stores the job before it returns, and raises:
        InvalidRequest, UnknownLora, WeightsMissing: the job could never succeed.
        IdempotencyConflict, QueueFull, TooManyJobs, StoreUnavailable: see `JobStore.submit`.
    """

    def __init__(
        self,
        *,
        store: JobStore,
        images: ImageStore,
        bell: Bell,
        wakeups: Wakeups,
        catalog: Catalog,
        loras: LoraFolder,
        options: ServiceOptions,
    ) -> None:
        self.options = options
        self._store = store
        self._images = images
        self._bell = bell
        self._wakeups = wakeups
        self._catalog = catalog
        self._loras = loras

    def submit_generate(self, request: LogoRequest, ticket: Ticket) -> Job:
        """The whole chain."""
        told = request.to_json()
        self._loras.require(request.restyle_params.loras)
        self._require_draft_weights(request.source)
        if request.restyle is None:
            # Settled here, so that what GET /capabilities says is what the worker does.
            request = replace(request, restyle=self.restyles_by_default)
        batch: dict[str, Any] = {"size": request.size_px, "restyle": request.restyle}
        if request.restyle:
            self._require_restyle_weights("restyle")
            batch |= _restyle_batch(told)
        if ticket.any_seed:
            request = replace(request, seed=_draw_seed())
        return self._submit(JobKind.GENERATE, request.to_json(), batch, ticket, told)

    def submit_drafts(
        self, request: LogoRequest, ticket: Ticket, vary: Variation | None = None
    ) -> Job:
        """Drafts only; the request's restyle part is ignored.

        Args:
            request: of variations what it leaves empty is taken from their original's record.
            ticket: how it was handed in.
            vary: the draft that the new ones shall be like.
        """
        if vary is not None:
            (original,) = self._stored_images([vary.image], ["vary.image"])
            request = varied(request, vary, original)
        self._require_draft_weights(request.source)
        request = replace(request, restyle=False)
        told = request.to_json()
        if ticket.any_seed:
            request = replace(request, seed=_draw_seed())
        batch = {"size": request.size_px}
        return self._submit(JobKind.DRAFTS, request.to_json(), batch, ticket, told)

    def submit_restyle(self, request: RestyleRequest, ticket: Ticket) -> Job:
        """Stored pictures, restyled."""
        self._loras.require(request.params.loras)
        self._stored_images(request.images)
        self._require_restyle_weights()
        told = request.to_json()
        if ticket.any_seed:
            request = replace(request, seed=_draw_seed())
        batch = {"size": request.size_px, **_restyle_batch(told)}
        return self._submit(JobKind.RESTYLE, request.to_json(), batch, ticket, told)

    def submit_upscale(self, request: UpscaleRequest, ticket: Ticket) -> Job:
        """Stored pictures, enlarged. At least one must be smaller than what is asked for."""
        stored = self._stored_images(request.images)
        if all(max(image.width, image.height) >= request.size_px for image in stored):
            raise InvalidRequest(
                f"there is nothing to enlarge to {request.size_px} pixels",
                fields=[("size", "every picture is as large already")],
            )
        self._require_weights(UPSCALE_WEIGHTS)
        told = request.to_json()
        return self._submit(JobKind.UPSCALE, told, {"size": request.size_px}, ticket, told)

    async def wait(self, job_id: str, *, keep: bool = False) -> Job:
        """Waits until a job has ended, for `wait_seconds` at most. Returns it as it stands then.

        Args:
            job_id: of a stored job.
            keep: leave the job in the queue when there is no worker, instead of cancelling it.

        Raises:
            WorkerUnavailable: no worker was seen for `worker_grace_seconds`.
        """
        options = self.options
        started = worker_seen = time.monotonic()
        with self._wakeups.listening(job_id) as news:
            while True:
                news.clear()
                job = await asyncio.to_thread(self._store.get, job_id)
                now = time.monotonic()
                left = started + options.wait_seconds - now
                if job.state.is_final or left <= 0 or self._wakeups.closing:
                    return job
                if await set_within(news, min(options.poll_seconds, left)):
                    continue
                if await asyncio.to_thread(self._store.workers, options.worker_seen_seconds):
                    worker_seen = time.monotonic()
                elif time.monotonic() - worker_seen > options.worker_grace_seconds:
                    return await asyncio.to_thread(self._without_worker, job_id, keep)

    def get(self, job_id: str) -> Job:
        """Raises JobNotFound."""
        return self._store.get(job_id)

    def list(
        self, *, limit: int, before: str | None = None, state: JobState | None = None
    ) -> Sequence[Job]:
        """Jobs, newest first, after the job `before`."""
        return self._store.list(limit=limit, before=before, state=state)

    def cancel(self, job_id: str) -> Job:
        """Ends a queued job, asks a running one to stop, leaves a finished one. Idempotent.

        Raises:
            JobNotFound: there is no such job.
        """
        job = self._store.request_cancel(job_id)
        self._bell.ring(WORKER_ROLE, CANCEL_PREFIX + job_id)
        self._bell.ring(API_ROLE, job_id)
        return job

    def events(self, job_id: str, after: int, limit: int) -> Sequence[JobEvent]:
        """Events with seq > after, oldest first."""
        return self._store.events(job_id, after, limit)

    def timeline(self, job: Job) -> Sequence[Span]:
        """Where a job's time went."""
        return timeline_of(job, self._store.turning_points(job.id))

    def preview(self, job_id: str) -> bytes | None:
        """The newest preview of a running job as JPEG."""
        return self._store.preview(job_id)

    @property
    def restyles_by_default(self) -> bool:
        """Whether requests that leave it open are restyled; a fact of the weights that are here.

        AUTO decides as its worker does; like `embedded` until one has started.
        """
        pipeline = self._pipeline
        return any(
            bool(entry.facts.get("restyles_by_default")) and self._catalog.is_present(entry)
            for entry in self._catalog.entries
            if entry.name == pipeline
        )

    @property
    def evaluations_by_speed(self) -> Mapping[Speed, int]:
        """Denoising evaluations of each speed, as the profile's pipeline takes them."""
        return evaluations_by_speed(self._catalog, self._pipeline)

    @property
    def _pipeline(self) -> str:
        """The pipeline that a worker of this profile has; AUTO without one guesses: no GPU."""
        profile = self.options.profile
        if profile in RESTYLE_WEIGHTS:
            return RESTYLE_WEIGHTS[profile]
        taken = self.options.taken_pipeline()
        guesses = [taken] if taken in _AUTO_RESTYLE_WEIGHTS else []
        pipelines = {entry.name: entry for entry in self._catalog.entries}
        # Looking at files takes longer than all else that a request needs: no more than it must.
        for name in [*guesses, *RESTYLE_WEIGHTS.values()]:
            if name in pipelines and self._catalog.is_present(pipelines[name]):
                return name
        return "sd-embedded"

    def speed_plan(self, params: RestyleParams) -> SpeedPlan:
        """How the profile's pipeline samples such a restyle."""
        return plan(self._catalog, self._pipeline, params)

    def _restyle_weights(self) -> tuple[str, ...]:
        """Manifest names of pipelines that the profile may use, any of which will do."""
        if self.options.profile in RESTYLE_WEIGHTS:
            return (RESTYLE_WEIGHTS[self.options.profile],)
        return _AUTO_RESTYLE_WEIGHTS

    def _submit(
        self,
        kind: JobKind,
        params: Mapping[str, Any],
        batch: Mapping[str, Any],
        ticket: Ticket,
        told: Mapping[str, Any],
    ) -> Job:
        # A repeated request must count as the same one, whatever was filled in for it.
        if ticket.any_seed:
            told = {**told, "seed": None}
        job, is_new = self._store.submit(
            NewJob(
                kind=kind,
                params=params,
                batch_key=_digest(batch)[:32],
                fingerprint=_digest({"kind": kind, "params": told}),
                idempotency_key=ticket.idempotency_key,
            ),
            queue_limit=self.options.queue_limit,
            caller_limit=self.options.caller_limit,
        )
        if is_new:
            self._bell.ring(WORKER_ROLE, job.id)
        return job

    def _without_worker(self, job_id: str, keep: bool) -> Job:
        job = self._store.get(job_id)
        if job.state is JobState.QUEUED and not keep:
            job = self.cancel(job_id)
            fate = (
                f"job {job_id} was cancelled; start one with `python -m backend.worker`, send again"
            )
        else:
            fate = f"job {job_id} goes on as soon as `python -m backend.worker` runs"
        if job.state in (JobState.SUCCEEDED, JobState.FAILED):
            return job
        raise WorkerUnavailable(f"no worker is running; {fate}")

    def _stored_images(
        self, image_ids: Sequence[str], fields: Sequence[str] | None = None
    ) -> Sequence[StoredImage]:
        """Pictures by id; a problem names the request's fields that the ids stand in."""
        stored, unknown = [], []
        for i, image_id in enumerate(image_ids):
            try:
                stored.append(self._images.get(image_id))
            except ImageNotFound:
                field = fields[i] if fields else f"images[{i}]"
                unknown.append((field, "there is no picture with this id"))
        if unknown:
            raise InvalidRequest("some pictures are not in the store", fields=unknown)
        return stored

    def _require_draft_weights(self, source: SourceName) -> None:
        self._require_weights(*DRAFT_WEIGHTS[source], field="source")
        self._require_weights(UPSCALE_WEIGHTS)

    def _require_restyle_weights(self, field: str | None = None) -> None:
        # The finish enlarges what comes out of the pipeline.
        self._require_weights(UPSCALE_WEIGHTS)
        missing: WeightsMissing | None = None
        for name in self._restyle_weights():
            try:
                self._require_weights(name, field=field)
            except WeightsMissing as error:
                missing = missing or error
            else:
                return
        if missing is not None:
            raise missing

    def _require_weights(self, *names: str, field: str | None = None) -> None:
        """Raises WeightsMissing, which blames the request's field that asks for the model."""
        for name in names:
            fields = [(field, f"its model is not installed: {name}")] if field else []
            try:
                self._catalog.require(name)
            except WeightsMissing as error:
                raise WeightsMissing(error.detail, fields=fields) from error
            except UnknownWeights as error:
                raise WeightsMissing(
                    f"the weights manifest does not list {name}; restore weights/manifest.json "
                    "from git and start the service again",
                    fields=fields,
                ) from error


def _draw_seed() -> int:
    return secrets.randbelow(int(LIMITS.seed.high) + 1)


def _restyle_batch(params: Mapping[str, Any]) -> dict[str, Any]:
    """What all pictures of a diffusion batch have in common."""
    return {key: params.get(key) for key in ("steps", "speed", "strength", "guidance", "loras")}


def _digest(value: Mapping[str, Any]) -> str:
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()
