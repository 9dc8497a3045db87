"""A worker whose models cost nothing: what is left is the service itself."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from PIL import Image

from backend.domain.jobs import Lane
from backend.domain.ports import WORKER_ROLE
from backend.jobs.bell import Listener, UnixBell, bell_directory
from backend.jobs.store import SqlJobStore
from backend.services.records import new_image_record
from backend.services.working import JobContext, WorkLoop
from backend.storage.disk_store import DiskImageStore


class StubRunner:
    """Hands every job the same ready picture."""

    def __init__(self, images: DiskImageStore) -> None:
        self._id = images.save(
            Image.new("RGB", (64, 64), "navy"), new_image_record(origin="composer")
        ).id

    def run(self, jobs: Sequence[JobContext]) -> None:
        """See `services.working.Runner`."""
        for job in jobs:
            job.succeed(
                {"images": [self._id], "warnings": [], "brief": {}, "seed": 0, "timings_ms": {}}
            )


def main(output: Path) -> None:
    """Runs until SIGTERM on the stores of an output folder."""
    state = output / "state"
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    bells = bell_directory(state)
    with Listener(bells, WORKER_ROLE) as listener:
        WorkLoop(
            store=SqlJobStore(f"sqlite:///{state / 'jobs.db'}"),
            bell_listener=listener,
            bell=UnixBell(bells),
            runner=StubRunner(DiskImageStore(output)),
            lane=Lane.DEVICE,
            worker_id="stub",
        ).run(stop)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
