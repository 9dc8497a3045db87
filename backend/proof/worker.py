"""The worker of the proofs: the real loop, store and bells around models that cost nothing."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import ExitStack, closing
from functools import partial
from hashlib import sha256
from pathlib import Path

from PIL import Image

from backend.domain.errors import JobCancelled, LeaseLost, LogoError, StageFailed
from backend.domain.generation import StageName
from backend.domain.jobs import Job, JobKind, Lane, Progress
from backend.domain.ports import WORKER_ROLE
from backend.jobs.bell import Listener, UnixBell, bell_directory
from backend.jobs.logged_store import LoggedJobStore
from backend.proof.kits import PackingRunner
from backend.services.lanes import run_together
from backend.services.records import new_image_record
from backend.services.side_runs import ByKind
from backend.services.working import JobContext, WorkLoop
from backend.storage.disk_store import DiskImageStore
from backend.storage.kits import KitStore
from backend.telemetry.logs import LogOptions, configure_logging

# Set by `installation.Installation`; workers of one name get each other's jobs back.
STEPS_VARIABLE = "PROOF_STEPS"
STEP_SECONDS_VARIABLE = "PROOF_STEP_SECONDS"
_NAME = "proof-1"
_CHAIN = (StageName.BRIEF, StageName.DRAFT, StageName.UPSCALE, StageName.FINISH)
_SIDE_PX = 32


class PaintingRunner:
    """Takes jobs through the stages of the chain, with progress, checkpoints and flat pictures.

    Equal jobs give equal pictures, as with real models; different jobs never do.
    """

    def __init__(self, images: DiskImageStore, steps: int, step_seconds: float) -> None:
        self._images = images
        self._steps = steps
        self._step_seconds = step_seconds

    def run(self, jobs: Sequence[JobContext]) -> None:
        """See `services.working.Runner`."""
        for job in jobs:
            try:
                self._run(job)
            except JobCancelled:
                job.cancelled()
            except LeaseLost:
                job.abandon()
            except LogoError as error:
                job.fail(error)

    def _run(self, context: JobContext) -> None:
        if context.job.kind not in _PAINTED:
            raise StageFailed("The worker of the proofs only paints.")
        for stage in _CHAIN:
            if context.checkpoint_payload(stage) is None:
                self._run_stage(context, stage)
        ids = json.loads(context.checkpoint_payload(StageName.FINISH) or b"[]")
        context.succeed(
            {
                "images": ids,
                "warnings": [],
                "brief": {},
                "seed": context.job.params.get("seed", 0),
                "timings_ms": {},
            }
        )

    def _run_stage(self, context: JobContext, stage: StageName) -> None:
        for step in range(self._steps + 1):
            context.report(Progress(stage, step, self._steps))
            time.sleep(self._step_seconds)
        made = self._paint(context.job) if stage is StageName.FINISH else []
        context.checkpoint(stage, json.dumps(made).encode())

    def _paint(self, job: Job) -> list[str]:
        count = int(job.params.get("count") or len(job.params.get("images", ())))
        ids = []
        for index in range(count):
            colour = tuple(sha256(f"{job.id} {index}".encode()).digest()[:3])
            record = new_image_record(
                reproduce={"request": dict(job.params), "job": job.id, "index": index},
                origin="composer",
                job_id=job.id,
            )
            picture = Image.new("RGB", (_SIDE_PX, _SIDE_PX), colour)
            ids.append(self._images.save(picture, record).id)
        return ids


_PAINTED = frozenset({JobKind.GENERATE, JobKind.DRAFTS, JobKind.RESTYLE, JobKind.UPSCALE})


def main(output: Path) -> None:
    """Runs until SIGTERM on the stores of an output folder."""
    configure_logging(LogOptions(folder=output / "logs"), "worker", to_stderr=False)
    state = output / "state"
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    bells = bell_directory(state)
    with (
        closing(LoggedJobStore(f"sqlite:///{state / 'jobs.db'}")) as store,
        closing(DiskImageStore(output)) as images,
        closing(UnixBell(bells)) as bell,
        ExitStack() as listeners,
    ):
        steps = int(os.environ.get(STEPS_VARIABLE, "1"))
        step_seconds = float(os.environ.get(STEP_SECONDS_VARIABLE, "0"))
        packing = PackingRunner(KitStore(output), steps, step_seconds)
        painting = PaintingRunner(images, steps, step_seconds)
        runner = ByKind(painting, {JobKind.EXPORT: packing})
        loop = partial(
            WorkLoop, store=store, bell=bell, runner=runner, worker_id=_NAME, poll_seconds=0.25
        )

        def listener() -> Listener:
            return listeners.enter_context(Listener(bells, WORKER_ROLE))

        device, *others = [loop(bell_listener=listener(), lane=lane) for lane in Lane]
        store.heartbeat(_NAME)
        run_together(device, others, stop)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
