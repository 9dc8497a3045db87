"""Composition root of the process that owns the device: loads the models once and takes jobs.

Beside the device's jobs it takes those of the lanes `cpu`, `download` and `train`. They compute in
processes of their own, with lower priority, so that drafts stay fast and neither a data set nor a
training can bring the models down.
"""

from __future__ import annotations

import fcntl
import logging
import signal
import socket
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from functools import partial
from pathlib import Path

from backend.datasets.confined import analyse_confined
from backend.domain.errors import LogoError
from backend.domain.jobs import JobKind, JobState, Lane
from backend.domain.ports import WORKER_ROLE
from backend.jobs.bell import Listener, UnixBell, bell_directory
from backend.jobs.logged_store import LoggedJobStore
from backend.jobs.store import SqlJobStore
from backend.models.catalog import Catalog
from backend.models.devices import detect_compute, device_memory_bytes
from backend.models.registry import ModelHouse, pipeline_for
from backend.services.analysing import SideRunner
from backend.services.brand_pictures import StoredPictures
from backend.services.branding import BrandDesk
from backend.services.chain import Models
from backend.services.exporting import ExportRunner
from backend.services.figures import JobTally, WorkerGauges, noting, worker_registry
from backend.services.lanes import run_together
from backend.services.loras import LoraFolder
from backend.services.measuring import measure_what_is_unknown
from backend.services.pulling import pull_apart
from backend.services.rendering import ChainRunner
from backend.services.side_runs import ByKind
from backend.services.training_jobs import InspectionRunner, TrainingRunner
from backend.services.trying import TryoutRunner
from backend.services.worker_log import worker_life
from backend.services.working import Runner, WorkLoop
from backend.services.workshop import open_workshop
from backend.settings import Settings, settings_or_exit
from backend.storage.dataset_reports import ReportStore
from backend.storage.dataset_store import DatasetStore
from backend.storage.disk_store import DiskImageStore
from backend.storage.kits import KitStore
from backend.storage.pipeline_note import PipelineNote
from backend.storage.training_runs import TrainingRunStore
from backend.storage.training_sets import TrainingSetStore
from backend.storage.tryouts import TryoutStore
from backend.telemetry.logs import configure_logging

_LOG = logging.getLogger(__name__)
# Less than process managers wait between asking and killing; a killed job has lost an attempt.
_GRACE_SECONDS = 3.0


def main(settings: Settings | None = None) -> None:
    """Runs until SIGTERM or SIGINT; the job at hand is finished or handed back."""
    try:
        _work(settings or settings_or_exit())
    except LogoError as error:
        _LOG.critical("the worker cannot start: %s", error.detail)
        sys.exit(1)


def _work(settings: Settings) -> None:
    configure_logging(settings.log_options, "worker")
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())

    state = settings.state_folder
    bells = bell_directory(state)
    catalog, compute = Catalog.load(settings.paths.weights), detect_compute(settings.device)
    pipeline = pipeline_for(settings.profile, catalog, has_gpu=compute.is_cuda)
    house = ModelHouse(catalog, settings.paths.lora, compute, pipeline, settings.upscaler)
    gauges = WorkerGauges(partial(device_memory_bytes, compute), house.counts)
    figures = worker_registry(gauges)
    with (
        closing(LoggedJobStore(settings.jobs_url, tally=JobTally(figures))) as store,
        closing(DiskImageStore(settings.paths.output)) as images,
        closing(UnixBell(bells)) as bell,
        _worker_slot(state) as worker_id,
        ExitStack() as listeners,
        worker_life(worker_id, store.counts),
        noting(store, worker_id, figures, settings.jobs.lease_seconds / 3),
    ):
        _warm_up(house)
        _measure(house, store, stop)
        loop = partial(
            WorkLoop,
            store=store,
            bell=bell,
            worker_id=worker_id,
            lease_seconds=settings.jobs.lease_seconds,
            poll_seconds=settings.jobs.poll_seconds,
        )

        def listener() -> Listener:
            return listeners.enter_context(Listener(bells, WORKER_ROLE))

        device = loop(
            bell_listener=listener(),
            runner=_device_runner(settings, house, images, store),
            lane=Lane.DEVICE,
            max_batch=settings.jobs.max_batch,
            grace_seconds=_GRACE_SECONDS,
        )
        others = [
            loop(
                bell_listener=listener(),
                runner=runner,
                lane=lane,
                max_batch=1,
                # A training has something to save: it is asked at once.
                grace_seconds=0 if lane is Lane.TRAIN else _GRACE_SECONDS,
            )
            for lane, runner in _side_runners(settings, catalog, store).items()
        ]
        # All loops do this again; the first row of a worker must not be written by two at once.
        store.heartbeat(worker_id)
        PipelineNote(state).write(pipeline)
        _LOG.info("worker %s is ready", worker_id)
        run_together(device, others, stop)


def _device_runner(
    settings: Settings, house: ModelHouse, images: DiskImageStore, store: SqlJobStore
) -> Runner:
    paths = settings.paths
    tryouts = TryoutRunner(
        models=house,
        matcher=house.ranking_matcher,
        store=TryoutStore(paths.output),
        lora_folder=paths.lora,
        thumbnails=LoraFolder(paths.lora),
    )
    exports = ExportRunner(BrandDesk(StoredPictures(images), open_workshop), KitStore(paths.output))
    return ByKind(
        ChainRunner(house, images, store), {JobKind.TRYOUT: tryouts, JobKind.EXPORT: exports}
    )


def _side_runners(
    settings: Settings, catalog: Catalog, store: SqlJobStore
) -> Mapping[Lane, Runner]:
    """What takes the jobs of each lane beside the device's."""
    paths = settings.paths
    side = SideRunner(
        datasets=DatasetStore(paths.data),
        reports=ReportStore(paths.output),
        analyse=analyse_confined,
        catalog=catalog,
        pull=pull_apart,
        timings=store,
    )
    checks = InspectionRunner(TrainingSetStore(paths.data), paths.weights)
    trainings = TrainingRunner(
        runs=TrainingRunStore(paths.data),
        weights=paths.weights,
        lora_folder=paths.lora,
        timings=store,
    )
    return {
        Lane.CPU: ByKind(side, {JobKind.INSPECT: checks}),
        Lane.DOWNLOAD: side,
        Lane.TRAIN: trainings,
    }


def _warm_up(house: ModelHouse) -> None:
    """Loads the models before the first job; says what is missing, which jobs then refuse."""
    started = time.monotonic()
    for fault in house.warm_up():
        _LOG.warning("not everything could be loaded: %s", fault.detail)
    _LOG.info("models loaded in %.1f s", time.monotonic() - started)


def _measure(house: Models, store: SqlJobStore, stop: threading.Event) -> None:
    """Learns what work costs on a machine that has done none; a job or a goodbye goes first."""
    started = time.monotonic()

    def is_wanted() -> bool:
        return stop.is_set() or store.counts()[JobState.QUEUED] > 0

    try:
        measure_what_is_unknown(house, store, is_wanted)
    except Exception:  # noqa: BLE001 - a figure for the forms is not worth a worker
        _LOG.warning("nothing measured at the start", exc_info=True)
    _LOG.info("durations known after %.1f s", time.monotonic() - started)


@contextmanager
def _worker_slot(state: Path) -> Iterator[str]:
    """The first free worker name on this machine, held by a lock that dies with the process.

    A worker that takes the name of one that was killed gets its jobs back at once.
    """
    state.mkdir(parents=True, exist_ok=True)
    for slot in range(1, 100):
        stream = (state / f"worker-{slot}.lock").open("w")
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            stream.close()
            continue
        with stream:
            yield f"{socket.gethostname()}-{slot}"
        return
    raise RuntimeError("99 workers run on this machine already")


if __name__ == "__main__":
    main()
