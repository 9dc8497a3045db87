"""Brand kits: ordered by the web process, made by the worker, kept for a while."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from backend.domain.branding import BrandSpec, KitLanguage
from backend.domain.generation import StageName
from backend.domain.jobs import Job, JobKind, Lane, Progress
from backend.services.branding import KIT_LANGUAGE, BrandDesk
from backend.services.side_jobs import SideJobs
from backend.services.side_runs import plain_result, run_each
from backend.services.working import JobContext
from backend.storage.kits import KitStore


class ExportService:
    """What the web process does about kits; blocking, safe for several threads."""

    def __init__(self, desk: BrandDesk, kits: KitStore, jobs: SideJobs) -> None:
        self._desk = desk
        self._kits = kits
        self._jobs = jobs

    def start(self, spec: BrandSpec, language: KitLanguage = KitLanguage.ENGLISH) -> Job:
        """Has a kit made; a job that makes the same one already is returned.

        Raises:
            ImageNotFound: there is no such picture.
            InvalidRequest: there is no such font.
            QueueFull, TooManyJobs, StoreUnavailable: see `JobStore.submit`.
        """
        self._desk.check_spec(spec)
        params = {**spec.to_json(), KIT_LANGUAGE: str(language)}
        return self._jobs.submit_once(
            JobKind.EXPORT, params, lambda job: job.params == params, Lane.DEVICE
        )

    def check(self, kit_id: str) -> None:
        """Raises KitNotFound."""
        self._kits.path(kit_id)

    def pieces(self, kit_id: str) -> tuple[int, Iterator[bytes]]:
        """The length of a kit's ZIP and its bytes. Raises KitNotFound."""
        return self._kits.pieces(kit_id)


class ExportRunner:
    """Makes kits; satisfies `services.working.Runner`."""

    def __init__(self, desk: BrandDesk, kits: KitStore) -> None:
        self._desk = desk
        self._kits = kits

    def run(self, jobs: Sequence[JobContext]) -> None:
        """Ends every job; what one raises is the outcome of that one alone."""
        run_each(jobs, self._export)

    def _export(self, job: JobContext) -> Mapping[str, Any]:
        started = time.monotonic()

        def report(done: int, total: int) -> None:
            spent = time.monotonic() - started
            eta = round(spent / done * (total - done), 2) if done else None
            job.report(Progress(StageName.FINISH, done, max(total, 1), eta))

        job.report(Progress(StageName.FINISH))
        params = job.job.params
        # Orders from before kits had a language are for English ones.
        language = KitLanguage(params.get(KIT_LANGUAGE, KitLanguage.ENGLISH))
        kit = self._desk.kit(BrandSpec.from_json(params), report, language)
        job.raise_if_cancelled()
        kit_id = self._kits.save(kit.content)
        seconds = time.monotonic() - started
        return plain_result(
            StageName.FINISH, seconds, kit=kit_id, files=kit.files, bytes=len(kit.content)
        )
