from __future__ import annotations

import threading
from datetime import datetime
from typing import Any

import pytest
from fastapi.testclient import TestClient

from backend.domain.errors import StageFailed
from backend.domain.generation import StageName
from backend.domain.jobs import Claim, Progress
from backend.tests.api.conftest import Hire
from backend.tests.api.support import PATIENCE_SECONDS, fields, problem
from backend.tests.fakes import StubWorker

FOX = {"description": "a fox", "count": 1}


def submit(client: TestClient, **more: Any) -> str:
    return str(client.post("/drafts", json={**FOX, **more}).json()["id"])


def test_a_waiting_job_tells_its_place(client: TestClient) -> None:
    ids = [submit(client) for _ in range(3)]
    jobs = [client.get(f"/jobs/{job_id}").json() for job_id in ids]
    assert [job["queue_position"] for job in jobs] == [1, 2, 3]
    assert jobs[0]["kind"] == "drafts"
    assert jobs[0]["state"] == "queued"
    assert jobs[0]["attempt"] == 0
    assert jobs[0]["started_at"] is None
    assert jobs[0]["progress"] is None
    assert jobs[0]["result"] is None
    assert jobs[0]["error"] is None
    assert jobs[0]["request"]["description"] == "a fox"
    assert jobs[0]["links"]["events"] == f"/jobs/{ids[0]}/events"


def test_history_comes_in_pages_newest_first(client: TestClient) -> None:
    ids = [submit(client) for _ in range(5)]
    seen: list[str] = []
    before = None
    for _ in range(4):
        page = client.get("/jobs", params={"limit": 2, **({"before": before} if before else {})})
        seen += [job["id"] for job in page.json()["jobs"]]
        before = page.json()["next"]
        if before is None:
            break
    assert seen == ids[::-1]


def test_history_can_be_filtered_by_state(client: TestClient) -> None:
    kept, cancelled = submit(client), submit(client)
    client.delete(f"/jobs/{cancelled}")
    for state, expected in (("queued", [kept]), ("cancelled", [cancelled]), ("failed", [])):
        jobs = client.get("/jobs", params={"state": state}).json()["jobs"]
        assert [job["id"] for job in jobs] == expected


def test_a_page_after_an_unknown_job_is_empty(client: TestClient) -> None:
    submit(client)
    assert client.get("/jobs", params={"before": "nothing"}).json() == {"jobs": [], "next": None}


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"limit": 0}, "limit"),
        ({"limit": 101}, "limit"),
        ({"limit": "many"}, "limit"),
        ({"limit": "9" * 5000}, "limit"),
        ({"state": "done"}, "state"),
        ({"before": "x" * 65}, "before"),
    ],
)
def test_impossible_pages_are_refused(
    client: TestClient, query: dict[str, Any], field: str
) -> None:
    found = problem(client.get("/jobs", params=query), 422, "invalid-request")
    assert fields(found) == [field]


def test_cancelling_ends_a_waiting_job_and_may_be_repeated(client: TestClient) -> None:
    job_id = submit(client)
    for _ in range(2):
        answer = client.delete(f"/jobs/{job_id}")
        assert answer.status_code == 200
        assert answer.json()["state"] == "cancelled"


def test_cancelling_a_finished_job_changes_nothing(client: TestClient, worker: StubWorker) -> None:
    job_id = client.post("/generate", json=FOX).json()["job"]
    answer = client.delete(f"/jobs/{job_id}")
    assert answer.json()["state"] == "succeeded"
    assert answer.json()["result"]["images"]


def test_a_running_job_shows_progress_and_preview_until_it_ends(
    client: TestClient, hire: Hire
) -> None:
    reported, go_on = threading.Event(), threading.Event()

    def restyle(worker: StubWorker, claim: Claim) -> None:
        worker.tell(claim, Progress(StageName.RESTYLE, 6, 20, 3.25, preview=b"\xff\xd8jpeg"))
        reported.set()
        go_on.wait(PATIENCE_SECONDS)

    job_id = submit(client)
    problem(client.get(f"/jobs/{job_id}/preview"), 404, "not-found")
    with hire(restyle):
        assert reported.wait(PATIENCE_SECONDS)
        job = client.get(f"/jobs/{job_id}").json()
        assert job["state"] == "running"
        assert job["attempt"] == 1
        assert job["progress"] == {
            "stage": "restyle",
            "step": 6,
            "total": 20,
            "eta_seconds": 3.25,
            "preview_url": f"/jobs/{job_id}/preview",
        }
        preview = client.get(f"/jobs/{job_id}/preview")
        assert preview.content == b"\xff\xd8jpeg"
        assert preview.headers["content-type"] == "image/jpeg"
        assert preview.headers["cache-control"] == "no-store"
        go_on.set()
    assert client.get(f"/jobs/{job_id}").json()["progress"] is None
    problem(client.get(f"/jobs/{job_id}/preview"), 404, "not-found")


def test_a_failed_job_keeps_its_problem(client: TestClient, hire: Hire) -> None:
    def fail(worker: StubWorker, claim: Claim) -> None:
        raise StageFailed("the upscaler gave up", fields=[("size", "too large for it")])

    with hire(fail):
        client.post("/generate", json=FOX)
    job = client.get("/jobs").json()["jobs"][0]
    assert job["state"] == "failed"
    assert job["error"] == {
        "type": "/problems/stage-failed",
        "title": "A step of the chain failed",
        "status": 503,
        "detail": "the upscaler gave up",
        "instance": f"/jobs/{job['id']}",
        "code": "stage-failed",
        # The failure belongs to the job, not to the request that reads it.
        "request_id": None,
        "errors": [{"field": "size", "reason": "too large for it"}],
    }


@pytest.mark.parametrize("job_id", ["nothing", "a.b", "%00", "%F0%9F%A6%8A", "x" * 3000, "..%2Fx"])
@pytest.mark.parametrize("tail", ["", "/events", "/preview"])
def test_unknown_jobs_are_not_found(client: TestClient, job_id: str, tail: str) -> None:
    code = "not-found" if "%2F" in job_id else "job-not-found"
    found = problem(client.get(f"/jobs/{job_id}{tail}"), 404, code)
    assert "x" * 100 not in found["instance"]


def test_unknown_jobs_cannot_be_cancelled(client: TestClient) -> None:
    problem(client.delete("/jobs/nothing"), 404, "job-not-found")


def test_a_job_tells_where_its_time_went(client: TestClient, hire: Hire) -> None:
    job_id = submit(client)
    (waiting,) = client.get(f"/jobs/{job_id}").json()["timeline"]
    assert (waiting["stage"], waiting["outcome"], waiting["ended_at"]) == ("wait", "running", None)
    with hire():
        client.get(f"/jobs/{job_id}/events")
    job = client.get(f"/jobs/{job_id}").json()
    spans = job["timeline"]
    assert {name for span in spans for name in span} == {
        "stage", "unit", "turn", "worker", "started_at", "ended_at", "milliseconds", "outcome",
    }  # fmt: skip
    assert [span["worker"] for span in spans] == [None, *["stub"] * (len(spans) - 1)]
    assert (spans[0]["started_at"], spans[-1]["ended_at"]) == (
        job["created_at"],
        job["finished_at"],
    )
    begin, end = (datetime.fromisoformat(job[f"{name}_at"]) for name in ("created", "finished"))
    wall_ms = (end - begin).total_seconds() * 1000
    assert sum(span["milliseconds"] for span in spans) == pytest.approx(wall_ms, abs=1e-3)
    assert client.get("/jobs").json()["jobs"][0]["timeline"] is None
