"""A worker process with two lanes and no models, for tests that kill it.

Usage: lanes_worker.py DATABASE_URL FOLDER WORKER_ID

While FOLDER/hold exists an analysis waits before it begins, and says so by FOLDER/at-WORKER_ID;
FOLDER/crash lets it end the loop it runs in.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from backend.datasets.confined import analyse_confined
from backend.domain.errors import JobCancelled
from backend.domain.jobs import Lane
from backend.jobs.bell import Listener, UnixBell, bell_directory
from backend.jobs.store import SqlJobStore
from backend.models.catalog import Catalog
from backend.services.analysing import SideRunner
from backend.services.lanes import run_together
from backend.services.pulling import pull_apart
from backend.services.working import JobContext, WorkLoop
from backend.storage.dataset_reports import ReportStore
from backend.storage.dataset_store import DatasetStore


class InstantRunner:
    """Every job is done at once."""

    def __init__(self, worker_id: str) -> None:
        self._worker_id = worker_id

    def run(self, jobs: Sequence[JobContext]) -> None:
        for job in jobs:
            job.succeed({"worker": self._worker_id})


def analyse(
    folder: Path,
    worker_id: str,
    paths: Sequence[Path],
    *,
    report: Callable[[int, int], None],
    should_stop: Callable[[], bool],
    name: str,
) -> Mapping[str, Any]:
    """The real analysis, after the hold."""
    (folder / f"at-{worker_id}").touch()
    while (folder / "hold").exists():
        if (folder / "crash").exists():
            raise SystemExit
        if should_stop():
            raise JobCancelled("stopped")
        time.sleep(0.01)
    return analyse_confined(paths, report=report, should_stop=should_stop, name=name)


def main(url: str, folder: Path, worker_id: str) -> None:
    """Works until SIGTERM."""
    logging.basicConfig(filename=folder / f"log-{worker_id}", level=logging.WARNING)
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    doors = bell_directory(folder)
    bell, store = UnixBell(doors), SqlJobStore(url)
    side = SideRunner(
        datasets=DatasetStore(folder / "data"),
        reports=ReportStore(folder),
        analyse=partial(analyse, folder, worker_id),
        catalog=Catalog(folder, ()),
        pull=pull_apart,
        timings=store,
    )
    with Listener(doors, "worker") as first, Listener(doors, "worker") as second:
        loop = partial(
            WorkLoop, store=store, bell=bell, worker_id=worker_id, lease_seconds=1.5,
            poll_seconds=0.05, grace_seconds=0.3,
        )  # fmt: skip
        (folder / f"up-{worker_id}").write_text(str(os.getpid()))
        run_together(
            loop(bell_listener=first, runner=InstantRunner(worker_id), lane=Lane.DEVICE),
            [loop(bell_listener=second, runner=side, lane=Lane.CPU, max_batch=1)],
            stop,
        )


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), sys.argv[3])
