"""A worker process for tests that kill it: five stages, each of which leaves a trace.

Usage: kill_worker.py DATABASE_URL FOLDER WORKER_ID LEASE_SECONDS

It writes a line "stage job" into FOLDER/trace when it begins a stage. While FOLDER/hold-STAGE-JOB
exists it stays in that stage, and says so by FOLDER/at-STAGE-WORKER_ID.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from backend.domain.generation import StageName
from backend.domain.jobs import Lane, Progress
from backend.jobs.bell import Listener, UnixBell, bell_directory
from backend.jobs.store import SqlJobStore
from backend.services.working import JobContext, WorkLoop


class TracingRunner:
    """Passes through all stages that no earlier attempt has finished."""

    def __init__(self, folder: Path, worker_id: str) -> None:
        self._folder = folder
        self._worker_id = worker_id

    def run(self, jobs: Sequence[JobContext]) -> None:
        for job in jobs:
            for stage in StageName:
                if job.checkpoint_payload(stage) is None:
                    self._run_stage(job, stage)
            job.succeed({"worker": self._worker_id})

    def _run_stage(self, job: JobContext, stage: StageName) -> None:
        with (self._folder / "trace").open("a") as trace:
            trace.write(f"{stage} {job.job.id}\n")
        hold = self._folder / f"hold-{stage}-{job.job.id}"
        if hold.exists():
            (self._folder / f"at-{stage}-{self._worker_id}").touch()
        while hold.exists():
            time.sleep(0.01)
        job.report(Progress(stage, 1, 1))
        job.checkpoint(stage, stage.encode())


def main(url: str, folder: Path, worker_id: str, lease_seconds: float) -> None:
    """Works until SIGTERM."""
    logging.basicConfig(filename=folder / f"log-{worker_id}", level=logging.WARNING)
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    doors = bell_directory(folder)
    bell, store = UnixBell(doors), SqlJobStore(url)
    with Listener(doors, "worker") as listener:
        (folder / f"up-{worker_id}").write_text(str(os.getpid()))
        WorkLoop(
            store=store,
            bell_listener=listener,
            bell=bell,
            runner=TracingRunner(folder, worker_id),
            lane=Lane.DEVICE,
            worker_id=worker_id,
            lease_seconds=lease_seconds,
            poll_seconds=0.05,
        ).run(stop)
    store.close()
    bell.close()


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), sys.argv[3], float(sys.argv[4]))
