from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import Metric
from prometheus_client.parser import text_string_to_metric_families

from backend.domain.errors import StoreUnavailable
from backend.domain.jobs import Job, JobKind, JobState, Lane
from backend.services.figures import (
    JobTally,
    WorkerGauges,
    families,
    noting,
    worker_registry,
    written,
)
from backend.tests.fakes import MemoryJobStore

NOW = datetime(2030, 1, 1, tzinfo=UTC)
JOB = Job("job_1", JobKind.DRAFTS, Lane.DEVICE, JobState.SUCCEEDED, {}, NOW)


class Shown:
    """Families as a registry wants them."""

    def __init__(self, found: list[Metric]) -> None:
        self.found = found

    def collect(self) -> list[Metric]:
        return self.found


def samples(*texts: tuple[str, str]) -> Mapping[tuple[str, ...], float]:
    """What Prometheus reads of the joined figures."""
    page = generate_latest(Shown(families(texts))).decode()
    return {
        (sample.name, *(sample.labels[name] for name in sorted(sample.labels))): sample.value
        for family in text_string_to_metric_families(page)
        for sample in family.samples
    }


def tallied(jobs: int = 1) -> str:
    registry = CollectorRegistry()
    tally = JobTally(registry)
    tally.taken(Lane.DEVICE, [str(JobKind.DRAFTS)] * jobs, [0.03] * jobs)
    timings = {"draft": 40.0, "nonsense": 1.0}
    for _ in range(jobs):
        tally.ended(replace(JOB, result={"timings_ms": timings}), NOW)
    return written(registry)


def test_figures_of_two_workers_stand_side_by_side_in_one_family() -> None:
    found = samples(("w1", tallied(1)), ("w2", tallied(3)))
    ended = "logo_jobs_ended_total"
    assert found[(ended, "", "drafts", "succeeded", "w1")] == 1
    assert found[(ended, "", "drafts", "succeeded", "w2")] == 3
    assert found[("logo_batch_jobs_bucket", "drafts", "2.0", "w1")] == 1
    assert found[("logo_batch_jobs_bucket", "drafts", "2.0", "w2")] == 0
    assert found[("logo_job_wait_seconds_count", "device", "w2")] == 3
    assert found[("logo_stage_duration_seconds_sum", "draft", "w2")] == pytest.approx(0.12)
    assert not [name for name in found if "nonsense" in name]
    assert not [name for name in found if name[0].endswith("_created")]
    assert [family.name for family in families([("w1", tallied()), ("w2", tallied())])].count(
        "logo_jobs_ended"
    ) == 1


def test_failures_are_counted_by_their_code() -> None:
    registry = CollectorRegistry()
    failed = replace(JOB, state=JobState.FAILED, error={"code": "out-of-memory"})
    JobTally(registry).ended(failed, NOW)
    found = samples(("w1", written(registry)))
    assert found[("logo_jobs_ended_total", "out-of-memory", "drafts", "failed", "w1")] == 1


def test_a_worker_tells_of_its_device_its_models_and_its_process() -> None:
    gauges = WorkerGauges(
        lambda: {"allocated": 10, "total": 30},
        lambda: {"logo_out_of_memory_retries": {"": 2}, "logo_cache_hits": {"prompts": 7}},
    )
    found = samples(("w1", written(worker_registry(gauges))))
    assert found[("logo_device_memory_bytes", "total", "w1")] == 30
    assert found[("logo_out_of_memory_retries_total", "w1")] == 2
    assert found[("logo_cache_hits_total", "prompts", "w1")] == 7
    assert found[("logo_worker_process_resident_memory_bytes", "w1")] > 1_000_000


@pytest.mark.parametrize("text", ["", "{", "7", '[{"name": "x"}]', '[{"name": "x", "help": ""}]'])
def test_figures_that_are_none_are_passed_over(text: str) -> None:
    assert samples(("broken", text), ("w1", tallied())) == samples(("w1", tallied()))


def empty_registry() -> CollectorRegistry:
    return worker_registry(WorkerGauges(dict, dict))


def test_a_worker_that_leaves_in_peace_says_goodbye() -> None:
    store = MemoryJobStore()
    with noting(store, "w1", empty_registry(), every_seconds=600):
        pass
    assert store.noted == {"w1": ""}


def test_a_worker_that_falls_does_not_say_goodbye() -> None:
    store = MemoryJobStore()
    with pytest.raises(RuntimeError), noting(store, "w1", empty_registry(), every_seconds=600):
        raise RuntimeError("down")
    assert "logo_worker_process" in store.noted["w1"]


def test_a_store_out_of_order_costs_the_figures_only() -> None:
    class Broken(MemoryJobStore):
        def note_figures(self, worker_id: str, figures: str) -> Any:
            raise StoreUnavailable("locked")

    with noting(Broken(), "w1", empty_registry(), every_seconds=600):
        pass
