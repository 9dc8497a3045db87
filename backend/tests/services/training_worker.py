"""A worker process with the lane `train` and a trainer without networks, for tests that kill it.

Usage: training_worker.py DATABASE_URL FOLDER WORKER_ID
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from pathlib import Path

from backend.domain.jobs import Lane
from backend.jobs.bell import Listener, UnixBell, bell_directory
from backend.jobs.store import SqlJobStore
from backend.services.training_jobs import TrainingRunner
from backend.services.working import WorkLoop
from backend.storage.training_runs import TrainingRunStore


def main(url: str, folder: Path, worker_id: str) -> None:
    """Works until SIGTERM."""
    logging.basicConfig(filename=folder / f"log-{worker_id}", level=logging.WARNING)
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    doors = bell_directory(folder)
    store = SqlJobStore(url)
    runner = TrainingRunner(
        runs=TrainingRunStore(folder / "data"),
        weights=folder / "weights",
        lora_folder=folder / "lora",
        timings=store,
        module="backend.tests.services.fake_trainer",
        patience_seconds=5,
    )
    with Listener(doors, "worker") as listener:
        (folder / f"up-{worker_id}").write_text(str(os.getpid()))
        WorkLoop(
            store=store, bell_listener=listener, bell=UnixBell(doors), runner=runner,
            lane=Lane.TRAIN, worker_id=worker_id, max_batch=1, lease_seconds=1, poll_seconds=0.05,
            grace_seconds=0,
        ).run(stop)  # fmt: skip


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), sys.argv[3])
