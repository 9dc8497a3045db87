"""Figures that one process gathers, and how a worker's reach the process that shows them.

A worker has no address of its own that Prometheus could ask. It notes its figures in the job store
with its signs of life, wherever it runs, and the web process shows them with the worker's name.
"""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from backend.domain.errors import LogoError
from backend.domain.generation import StageName
from backend.domain.jobs import Job, JobState, Lane
from backend.domain.ports import JobStore

_LOG = logging.getLogger(__name__)

# From a glyph's drawing to a night of training.
_STAGE_SECONDS = (0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 7200)
_WAIT_SECONDS = (0.005, 0.02, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300, 1800)
_BATCH_JOBS = (1, 2, 3, 4, 6, 8, 12, 16, 32)
_STAGES = frozenset(map(str, StageName))
WORKER = "worker"


class JobTally:
    """Counts of jobs in a registry; satisfies `jobs.logged_store.Tally`."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._ended = Counter(
            "logo_jobs_ended",
            "Jobs that ended, by kind and state; the code is that of the error, or empty.",
            ("kind", "outcome", "code"),
            registry=registry,
        )
        self._batches = Histogram(
            "logo_batch_jobs",
            "Jobs that were taken together.",
            ("kind",),
            buckets=_BATCH_JOBS,
            registry=registry,
        )
        self._waits = Histogram(
            "logo_job_wait_seconds",
            "Time from a job's arrival to its first worker.",
            ("lane",),
            buckets=_WAIT_SECONDS,
            registry=registry,
        )
        self._stages = Histogram(
            "logo_stage_duration_seconds",
            "Time that a finished job spent in a stage; jobs of a batch spend it together.",
            ("stage",),
            buckets=_STAGE_SECONDS,
            registry=registry,
        )

        self._refused = Counter(
            "logo_jobs_refused",
            "Jobs that were not taken in, as too many of all or of one caller waited.",
            ("kind", "code"),
            registry=registry,
        )

    def refused(self, kind: str, code: str) -> None:
        """See `Tally.refused`."""
        self._refused.labels(str(kind), code).inc()

    def taken(self, lane: Lane, kinds: Sequence[str], waits_seconds: Sequence[float]) -> None:
        """See `Tally.taken`; a batch is of one kind."""
        self._batches.labels(str(kinds[0])).observe(len(kinds))
        for seconds in waits_seconds:
            self._waits.labels(str(lane)).observe(max(0.0, seconds))

    def ended(self, job: Job, at: datetime) -> None:  # noqa: ARG002 - part of the protocol
        """See `Tally.ended`."""
        code = str((job.error or {}).get("code", "")) if job.state is JobState.FAILED else ""
        self._ended.labels(str(job.kind), str(job.state), code).inc()
        timings = (job.result or {}).get("timings_ms") or {}
        for stage, milliseconds in timings.items():
            if stage in _STAGES:
                self._stages.labels(stage).observe(milliseconds / 1000)


class WorkerGauges(Collector):
    """What a worker's device and models say of themselves when they are asked.

    Args of the constructor:
        memory_bytes: of the device, by kind: allocated, reserved, total; empty without one.
        counts: running counts by name and label; see `COUNTS`.
    """

    def __init__(
        self,
        memory_bytes: Callable[[], Mapping[str, int]],
        counts: Callable[[], Mapping[str, Mapping[str, int]]],
    ) -> None:
        self._memory_bytes = memory_bytes
        self._counts = counts

    def collect(self) -> Iterator[Metric]:
        """Families for a registry."""
        memory = GaugeMetricFamily(
            "logo_device_memory_bytes",
            "Memory of the device: allocated and reserved by this worker, and all there is.",
            labels=["kind"],
        )
        for kind, value in self._memory_bytes().items():
            memory.add_metric([kind], value)
        yield memory
        found = self._counts()
        for name, (label, text) in COUNTS.items():
            family = CounterMetricFamily(name, text, labels=[label] if label else [])
            for which, count in found.get(name, {}).items():
                family.add_metric([which] if label else [], count)
            yield family


COUNTS: Mapping[str, tuple[str, str]] = {
    "logo_out_of_memory_retries": (
        "",
        "Runs of the diffusion pipeline that did not fit into memory and were tried leaner.",
    ),
    "logo_cache_hits": ("cache", "Lookups that found what was kept, by what is kept."),
    "logo_cache_misses": ("cache", "Lookups that had to make anew what was not kept."),
}
"""Running counts of the models: name, label ("" for none) and help text."""


def worker_registry(gauges: WorkerGauges) -> CollectorRegistry:
    """A worker's registry: its gauges and its process; a tally is added by `JobTally`."""
    registry = CollectorRegistry()
    registry.register(gauges)
    ProcessCollector(namespace="logo_worker", registry=registry)
    return registry


def written(registry: CollectorRegistry) -> str:
    """All figures of a registry as JSON."""
    return json.dumps(
        [
            {
                "name": family.name,
                "help": family.documentation,
                "type": family.type,
                "samples": [
                    [sample.name, sample.labels, sample.value]
                    for sample in family.samples
                    # When a series began is nothing that a dashboard here asks for.
                    if not sample.name.endswith("_created")
                ],
            }
            for family in registry.collect()
        ],
        separators=(",", ":"),
    )


def families(texts: Iterable[tuple[str, str]]) -> list[Metric]:
    """Families of several processes, joined by name, each sample with its worker's name.

    Args:
        texts: (worker, what `written` gave); a text that is none is passed over.
    """
    joined: dict[str, Metric] = {}
    for worker, text in texts:
        try:
            for told in json.loads(text):
                _join(joined, worker, told)
        except (ValueError, TypeError, KeyError) as error:
            _LOG.warning("the figures of worker %s cannot be read: %s", worker, error)
    return list(joined.values())


def _join(joined: dict[str, Metric], worker: str, told: Mapping[str, Any]) -> None:
    samples = [
        (str(name), {**labels, WORKER: worker}, float(value))
        for name, labels, value in told["samples"]
    ]
    family = joined.setdefault(
        told["name"], Metric(str(told["name"]), str(told["help"]), str(told["type"]))
    )
    for sample in samples:
        family.add_sample(*sample)


@contextmanager
def noting(
    store: JobStore, worker_id: str, registry: CollectorRegistry, every_seconds: float
) -> Iterator[None]:
    """Notes a worker's figures in the store now and then, and its goodbye at a clean end."""
    stop = threading.Event()

    def note(text: str) -> None:
        try:
            store.note_figures(worker_id, text)
        except LogoError as error:
            _LOG.warning("the worker's figures were not noted: %s", error.detail)

    def watch() -> None:
        while True:
            note(written(registry))
            if stop.wait(every_seconds):
                return

    thread = threading.Thread(target=watch, name="worker-figures", daemon=True)
    thread.start()
    try:
        yield
    except BaseException:
        stop.set()
        thread.join()
        raise
    stop.set()
    thread.join()
    note("")
