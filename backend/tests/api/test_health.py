from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families

from backend.domain.jobs import JobState, Lane
from backend.jobs.logged_store import LoggedJobStore
from backend.jobs.store import SqlJobStore
from backend.main import create_app
from backend.services.figures import COUNTS, JobTally, WorkerGauges, worker_registry, written
from backend.settings import Settings
from backend.tests.api.support import fields, hired, problem, temporary_settings
from backend.tests.fakes import StubWorker


def figures(client: TestClient) -> dict[tuple[str, ...], float]:
    answer = client.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    return {
        (sample.name, *sorted(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def test_alive(client: TestClient) -> None:
    assert client.get("/health/live").json() == {"status": "ok"}


def test_ready_when_everything_is_there(client: TestClient, worker: StubWorker) -> None:
    answer = client.get("/health/ready")
    assert (answer.status_code, answer.json()) == (200, {"status": "ready"})


def test_not_ready_names_what_is_missing(client: TestClient, tmp_path: Path) -> None:
    (tmp_path / "weights" / "glyphs.bin").unlink()
    answer = client.get("/health/ready")
    found = problem(answer, 503, "not-ready")
    assert fields(found) == ["worker", "weights.glyphs"]
    assert found["errors"][1]["reason"] == "run: python -m backend weights pull glyphs"
    assert "retry-after" in answer.headers


def test_without_a_manifest_the_service_starts_and_says_so(tmp_path: Path) -> None:
    settings = temporary_settings(tmp_path)
    (tmp_path / "weights" / "manifest.json").unlink()
    with TestClient(create_app(settings)) as client, hired(settings, None):
        assert fields(problem(client.get("/health/ready"), 503, "not-ready")) == ["weights"]
        answer = client.post("/drafts", json={"description": "a fox"})
        assert "manifest" in problem(answer, 503, "weights-missing")["detail"]
        assert client.get("/models").json() == {"models": []}


def test_the_sd15_profile_needs_its_weights(tmp_path: Path) -> None:
    settings = temporary_settings(tmp_path).model_copy(update={"profile": "sd15"})
    with TestClient(create_app(settings)) as client, hired(settings, None):
        assert fields(problem(client.get("/health/ready"), 503, "not-ready")) == ["weights.sd15"]
        body = {"description": "a fox", "restyle": True}
        answer = client.post("/generate", json=body)
        assert "pull sd15" in problem(answer, 503, "weights-missing")["detail"]


def test_a_store_that_cannot_be_used_is_named(settings: Settings) -> None:
    with TestClient(create_app(settings)) as client:
        break_store(settings)
        found = problem(client.get("/health/ready"), 503, "not-ready")
        assert fields(found) == ["store"]
        problem(client.get("/jobs"), 503, "store-unavailable")
        answer = client.post("/drafts", json={"description": "a fox"})
        problem(answer, 503, "store-unavailable")
        assert figures(client)[("logo_job_store_up",)] == 0
        # What does not need the store goes on.
        assert client.get("/health/live").status_code == 200
        assert client.get("/images").status_code == 200


def test_figures_count_requests_by_route_and_status(client: TestClient) -> None:
    for job_id in ("a", "b", "c"):
        client.get(f"/jobs/{job_id}")
    client.get("/jobs")
    client.get("/nothing/at/all")
    client.request("BREW", "/jobs")
    found = figures(client)
    requests = "logo_http_requests_total"
    assert found[(requests, "/jobs/{job_id}", "404", "GET")] == 3
    assert found[(requests, "/jobs", "200", "GET")] == 1
    assert found[(requests, "(unmatched)", "404", "GET")] == 1
    assert found[("logo_http_request_duration_seconds_count", "/jobs/{job_id}", "GET")] == 3
    assert not any("BREW" in labels for labels in found)


def test_figures_show_jobs_queue_and_workers(client: TestClient, settings: Settings) -> None:
    job_id = client.post("/drafts", json={"description": "a fox"}).json()["id"]
    client.post("/drafts", json={"description": "a fox"})
    client.delete(f"/jobs/{job_id}")
    found = figures(client)
    assert found[("logo_jobs", "queued")] == 1
    assert found[("logo_jobs", "cancelled")] == 1
    assert found[("logo_queue_length", "device")] == 1
    assert found[("logo_queue_length", "train")] == 0
    assert found[("logo_workers",)] == 0
    assert found[("logo_job_store_up",)] == 1
    with hired(settings, None):
        assert figures(client)[("logo_workers",)] == 1


def test_figures_of_workers_come_with_their_names(client: TestClient, settings: Settings) -> None:
    registry = worker_registry(WorkerGauges(lambda: {"total": 5}, dict))
    with closing(LoggedJobStore(settings.jobs_url, tally=JobTally(registry))) as store:
        cancelled = client.post("/drafts", json={"description": "a fox"}).json()["id"]
        client.delete(f"/jobs/{cancelled}")
        client.post("/drafts", json={"description": "a fox"})
        assert figures(client)[("logo_queue_oldest_seconds", "device")] > 0
        [claim] = store.claim("w1", Lane.DEVICE, lease_seconds=15, max_batch=1)
        store.finish(claim, JobState.FAILED, error={"code": "out-of-memory"})
        store.heartbeat("w1")
        store.note_figures("w1", written(registry))
        found = figures(client)
    ended = "logo_jobs_ended_total"
    assert found[(ended, "", "cancelled", "drafts", "web")] == 1
    assert found[(ended, "drafts", "failed", "out-of-memory", "w1")] == 1
    assert found[("logo_batch_jobs_count", "drafts", "w1")] == 1
    assert found[("logo_device_memory_bytes", "total", "w1")] == 5
    assert found[("logo_worker_up", "w1")] == 1
    assert found[("logo_workers_dead",)] == 0


def test_a_worker_that_fell_silent_is_dead_and_one_that_left_is_not(
    client: TestClient, settings: Settings
) -> None:
    early = datetime.now(UTC) - timedelta(minutes=10)
    with closing(SqlJobStore(settings.jobs_url, lambda: early)) as store:
        for name, text in (("fallen", "[]"), ("gone", "")):
            store.heartbeat(name)
            store.note_figures(name, text)
    found = figures(client)
    assert found[("logo_workers_dead",)] == 1
    assert found[("logo_worker_up", "fallen")] == 0
    assert ("logo_worker_up", "gone") not in found


def test_every_figure_is_named_and_explained_as_prometheus_asks(
    client: TestClient, settings: Settings
) -> None:
    gauges = WorkerGauges(lambda: {"total": 5}, lambda: {name: {"x": 1} for name in COUNTS})
    with closing(SqlJobStore(settings.jobs_url)) as store:
        store.heartbeat("w1")
        store.note_figures("w1", written(worker_registry(gauges)))
    page = client.get("/metrics").text
    found = list(text_string_to_metric_families(page))
    own = [family for family in found if family.name.startswith("logo_")]
    assert {"logo_out_of_memory_retries", "logo_cache_hits"} <= {family.name for family in own}
    for family in own:
        assert family.documentation, family.name
        assert re.fullmatch(r"logo_[a-z_]+[a-z]", family.name), family.name
        assert family.type in ("counter", "gauge", "histogram"), family.name
        if family.type == "histogram":
            assert family.name.endswith(("_seconds", "_jobs")), family.name
    names = [family.name for family in found]
    assert len(names) == len(set(names))


def test_an_application_started_twice_counts_its_jobs_once(settings: Settings) -> None:
    app = create_app(settings)
    for _ in range(2):
        with TestClient(app) as client:
            lines = re.findall(
                r"^logo_queue_length.*device", client.get("/metrics").text, re.MULTILINE
            )
            assert len(lines) == 1


def break_store(settings: Settings) -> None:
    """Takes the tables away, as a damaged file would."""
    path = settings.jobs_url.removeprefix("sqlite:///")
    connection: Any = sqlite3.connect(path)
    tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    connection.execute("PRAGMA foreign_keys=OFF")
    for (name,) in tables:
        if not name.startswith("sqlite_"):
            connection.execute(f"DROP TABLE {name}")
    connection.commit()
    connection.close()
