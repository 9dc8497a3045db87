"""The worker's runner: a batch of jobs becomes work for the chain, its pictures results."""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from typing import Any

from backend.domain.errors import (
    ImageNotFound,
    InvalidRequest,
    JobCancelled,
    LeaseLost,
    LogoError,
)
from backend.domain.generation import LogoRequest, StageName
from backend.domain.jobs import JobKind
from backend.domain.ports import ImageStore, StoredImage
from backend.services import records
from backend.services.chain import (
    DRAFTS_ONLY,
    GENERATE_PLAIN,
    GENERATE_RESTYLED,
    RESTYLE_ONLY,
    UPSCALE_ONLY,
    Chain,
    Models,
    Work,
)
from backend.services.forecast import Timings
from backend.services.pictures import Picture
from backend.services.recording import record_of
from backend.services.records import RestyleRequest, UpscaleRequest, brief_to_json
from backend.services.timeline import SAVING_MS
from backend.services.working import JobContext
from backend.utils.images import squared


class ChainRunner:
    """Runs batches of jobs of one kind through the chain; satisfies `services.working.Runner`."""

    def __init__(self, models: Models, images: ImageStore, timings: Timings) -> None:
        self._models = models
        self._images = images
        self._chain = Chain(models, timings)

    def run(self, jobs: Sequence[JobContext]) -> None:
        """Ends every job: succeeded with stored pictures, failed with its error, or cancelled."""
        works: dict[str, Work] = {}
        for job in jobs:
            try:
                works[job.job.id] = self._work(job)
            except LogoError as error:
                _end(job, error)
        self._chain.run(list(works.values()))
        for job in jobs:
            work = works.get(job.job.id)
            if work is None:
                continue
            try:
                if work.error is not None:
                    raise work.error
                job.raise_if_cancelled()
                started = time.perf_counter()
                result = self._store(job, work)
                saving_ms = round((time.perf_counter() - started) * 1000, 1)
                job.succeed({**result, SAVING_MS: saving_ms})
            except LogoError as error:
                _end(job, error)

    def _work(self, job: JobContext) -> Work:
        params, kind = job.job.params, job.job.kind
        if kind in (JobKind.GENERATE, JobKind.DRAFTS):
            return self._work_from_request(job, LogoRequest.from_json(params))
        if kind is JobKind.RESTYLE:
            wanted = RestyleRequest.from_json(params)
            return Work(
                observer=job,
                stages=RESTYLE_ONLY,
                group=job.job.id,
                seed=wanted.seed,
                size_px=wanted.size_px,
                restyle_params=wanted.params,
                pictures=self._stored_pictures(wanted.images, wanted.seed),
            )
        enlarge = UpscaleRequest.from_json(params)
        pictures = self._stored_pictures(enlarge.images)
        return Work(job, UPSCALE_ONLY, job.job.id, 0, enlarge.size_px, pictures=pictures)

    def _work_from_request(self, job: JobContext, request: LogoRequest) -> Work:
        stages: tuple[StageName, ...] = DRAFTS_ONLY
        if job.job.kind is JobKind.GENERATE:
            restyle = request.restyle
            if restyle is None:
                restyle = self._models.restyles_by_default
            stages = GENERATE_RESTYLED if restyle else GENERATE_PLAIN
        return Work.of_request(job, job.job.id, request, stages)

    def _stored_pictures(self, image_ids: Sequence[str], seed: int | None = None) -> list[Picture]:
        """Stored pictures as squares; with a seed, picture i is drawn anew from seed + i."""
        pictures = []
        for index, image_id in enumerate(image_ids):
            image = squared(self._images.load(image_id))
            record = self._images.get(image_id).record
            own_seed = None if seed is None else seed + index
            pictures.append(Picture.from_record(image, record, index, own_seed, image_id))
        if not pictures:
            raise InvalidRequest(
                "no picture was named", fields=[("images", "name at least one picture")]
            )
        return pictures

    def _store(self, job: JobContext, work: Work) -> dict[str, Any]:
        """Saves the pictures and what they came from; returns the job's result."""
        restyled = StageName.RESTYLE in work.stages
        pictures = list(work.pictures)
        if restyled and work.drafts:
            drafts = replace(work, models=work.draft_models)
            parents = [
                image.id for image in self._save_all(job, drafts, work.drafts, records.STAGE_DRAFT)
            ]
            pictures = [
                replace(picture, parent=parent)
                for picture, parent in zip(pictures, parents, strict=True)
            ]
        stage = {
            JobKind.DRAFTS: records.STAGE_DRAFT,
            JobKind.UPSCALE: records.STAGE_UPSCALED,
        }.get(job.job.kind, records.STAGE_FINAL)
        saved = self._save_all(job, work, pictures, stage)
        return {
            "images": [image.id for image in saved],
            "warnings": list(work.warnings),
            "brief": brief_to_json(work.brief) if work.brief else {},
            "seed": work.seed,
            "timings_ms": work.timings_ms,
            "models": {fact.name: fact.sha256 for fact in work.models},
        }

    def _save_all(
        self, job: JobContext, work: Work, pictures: Sequence[Picture], stage: str
    ) -> list[StoredImage]:
        """Saves pictures side by side: each waits for the disk, not for the processor."""
        with ThreadPoolExecutor(max_workers=max(1, len(pictures))) as pool:
            return list(pool.map(lambda picture: self._save(job, work, picture, stage), pictures))

    def _save(self, job: JobContext, work: Work, picture: Picture, stage: str) -> StoredImage:
        record = record_of(
            work, picture, stage, params=job.job.params, kind=job.job.kind, job_id=job.job.id
        )
        if picture.parent is not None and work.brief is None:
            # A restyle or upscale has no words of its own; without them nobody would find it.
            with suppress(ImageNotFound):
                parent = self._images.get(picture.parent).record
                record["name"], record["description"] = parent["name"], parent["description"]
        return self._images.save(picture.image, record, svg=picture.svg)


def _end(job: JobContext, error: LogoError) -> None:
    if isinstance(error, LeaseLost):
        # Somebody else owns the job now; whatever is written here would be refused.
        job.abandon()
    elif isinstance(error, JobCancelled):
        job.cancelled()
    elif job.is_open:
        job.fail(error)
