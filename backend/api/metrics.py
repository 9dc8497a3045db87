"""Figures for Prometheus: requests as they come, jobs and workers when somebody asks."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Histogram,
    PlatformCollector,
    ProcessCollector,
)
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import generate_latest
from prometheus_client.registry import Collector

from backend.domain.errors import LogoError
from backend.domain.jobs import JobState, Lane
from backend.domain.ports import JobStore
from backend.services.figures import WORKER, JobTally, families, written
from backend.services.wakeups import Wakeups

# From a cached picture to a restyled batch on a slow machine.
_SECONDS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300)
_WEB = "web"
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class HttpMetrics:
    """All figures of one web process, in a registry of its own.

    Attributes:
        tally: counts jobs that end by this process's hand, as if it were a worker called `web`.
    """

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        labels = ("method", "route")
        self._requests = Counter(
            "logo_http_requests", "Requests answered.", (*labels, "status"), registry=self.registry
        )
        self._seconds = Histogram(
            "logo_http_request_duration_seconds",
            "Time from a request's arrival to the end of its answer.",
            labels,
            buckets=_SECONDS,
            registry=self.registry,
        )
        self._jobs: _JobCollector | None = None
        own = CollectorRegistry()
        self.tally = JobTally(own)
        self._own = own
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)

    def observe(self, method: str, route: str, status: int, seconds: float) -> None:
        """Counts a request. The route is a template, so that ids do not make new series."""
        told = method if method in _METHODS else "other"
        self._requests.labels(told, route, str(status)).inc()
        self._seconds.labels(told, route).observe(seconds)

    def watch_jobs(self, store: JobStore, wakeups: Wakeups, worker_seen_seconds: float) -> None:
        """Adds figures about jobs and workers, read from the store at each scrape.

        A store that was watched before, in an earlier life of the application, gives way.
        """
        if self._jobs is not None:
            self.registry.unregister(self._jobs)
        self._jobs = _JobCollector(store, wakeups, worker_seen_seconds, self._own)
        self.registry.register(self._jobs)

    def render(self) -> bytes:
        """The Prometheus text format, version 0.0.4."""
        return generate_latest(self.registry)


class _JobCollector(Collector):
    def __init__(
        self,
        store: JobStore,
        wakeups: Wakeups,
        worker_seen_seconds: float,
        own: CollectorRegistry,
    ) -> None:
        self._own = own
        self._store = store
        self._wakeups = wakeups
        self._worker_seen_seconds = worker_seen_seconds

    def collect(self) -> Iterator[Metric]:
        yield GaugeMetricFamily(
            "logo_waiting_clients",
            "Requests and event streams that wait for news of a job.",
            value=self._wakeups.waiting,
        )
        up = GaugeMetricFamily("logo_job_store_up", "Whether the job store answers.")
        try:
            counts = self._store.counts()
            waiting = self._store.waiting()
            oldest = self._store.oldest_waiting()
            crew = self._store.figures(self._worker_seen_seconds)
            workers = self._store.workers(self._worker_seen_seconds)
        except LogoError:
            up.add_metric([], 0)
            yield up
            yield from families([(_WEB, written(self._own))])
            return
        up.add_metric([], 1)
        yield up
        jobs = GaugeMetricFamily("logo_jobs", "Jobs by state.", labels=["state"])
        for state in JobState:
            jobs.add_metric([str(state)], counts.get(state, 0))
        yield jobs
        queue = GaugeMetricFamily("logo_queue_length", "Jobs that wait.", labels=["lane"])
        for lane in Lane:
            queue.add_metric([str(lane)], waiting.get(lane, 0))
        yield queue
        age = GaugeMetricFamily(
            "logo_queue_oldest_seconds",
            "For how long the oldest waiting job has waited; 0 when none waits.",
            labels=["lane"],
        )
        for lane in Lane:
            age.add_metric([str(lane)], oldest.get(lane, 0))
        yield age
        yield GaugeMetricFamily("logo_workers", "Workers seen lately.", value=workers)
        yield GaugeMetricFamily(
            "logo_workers_dead",
            "Workers that fell silent within the last day without a goodbye.",
            value=sum(not one.is_seen and not one.has_left for one in crew),
        )
        up = GaugeMetricFamily(
            "logo_worker_up",
            "1 for a worker seen lately, 0 for one that fell silent within the last day.",
            labels=[WORKER],
        )
        for one in crew:
            if not one.has_left:
                up.add_metric([one.worker_id], one.is_seen)
        yield up
        told = [(one.worker_id, one.text) for one in crew if one.is_seen and one.text]
        # What cannot be told apart from a worker's own series is joined with them.
        yield from families([(_WEB, written(self._own)), *told])
