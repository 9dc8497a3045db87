from __future__ import annotations

import asyncio
import gc
import json
import threading
import time
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient

from backend.domain.generation import StageName
from backend.domain.jobs import Claim, Progress
from backend.settings import Settings
from backend.tests.api.conftest import Hire
from backend.tests.api.support import hired, problem, serving
from backend.tests.fakes import StubWorker

FOX = {"description": "a fox", "count": 1}
STEPS = 120


@dataclass
class Event:
    id: str
    kind: str
    data: Any


def parse(text: str) -> list[Event]:
    events = []
    for block in text.split("\n\n"):
        parts = dict(line.split(": ", 1) for line in block.split("\n") if ": " in line)
        if "event" in parts:
            events.append(Event(parts["id"], parts["event"], json.loads(parts["data"])))
    return events


def report_steps(worker: StubWorker, claim: Claim) -> None:
    for step in range(1, STEPS + 1):
        preview = b"jpeg" if step == 7 else None
        worker.tell(claim, Progress(StageName.RESTYLE, step, STEPS, 1.5, preview=preview))


def finished_job(client: TestClient, hire: Hire) -> str:
    with hire(report_steps):
        return str(client.post("/generate", json=FOX).json()["job"])


def stream(client: TestClient, job_id: str, last: str | None = None) -> list[Event]:
    headers = {} if last is None else {"Last-Event-ID": last}
    answer = client.get(f"/jobs/{job_id}/events", headers=headers)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.headers["cache-control"] == "no-cache"
    return parse(answer.text)


def test_a_finished_job_is_told_from_the_start_to_its_end(client: TestClient, hire: Hire) -> None:
    job_id = finished_job(client, hire)
    events = stream(client, job_id)
    assert [int(event.id) for event in events] == list(range(1, STEPS + 4))
    assert [event.kind for event in events[:2]] == ["state", "state"]
    assert {event.kind for event in events[2:-1]} == {"progress"}
    assert [event.data["step"] for event in events[2:-1]] == list(range(1, STEPS + 1))
    assert events[-1].kind == "end"
    assert events[-1].data["state"] == "succeeded"
    assert events[-1].data == client.get(f"/jobs/{job_id}").json()
    previews = [event.data["preview_url"] for event in events[2:-1] if event.data["preview_url"]]
    assert previews == [f"/jobs/{job_id}/preview?seq=9"]


@pytest.mark.parametrize("last", [1, 2, 50, 51, STEPS + 2])
def test_a_stream_goes_on_behind_the_last_event(
    client: TestClient, hire: Hire, last: int
) -> None:
    events = stream(client, finished_job(client, hire), str(last))
    assert [int(event.id) for event in events] == list(range(last + 1, STEPS + 4))


def test_who_has_seen_the_end_gets_it_again_and_nothing_else(
    client: TestClient, hire: Hire
) -> None:
    events = stream(client, finished_job(client, hire), str(STEPS + 3))
    assert [(event.id, event.kind) for event in events] == [(str(STEPS + 3), "end")]


@pytest.mark.parametrize("last", ["999", "0", "-1", "abc", "1e3", "9" * 40, "\u0661", ""])
def test_an_unknown_last_event_starts_anew(client: TestClient, last: str) -> None:
    job_id = client.post("/drafts", json=FOX).json()["id"]
    client.delete(f"/jobs/{job_id}")
    headers = {"Last-Event-ID": last.encode("utf-8")}
    answer = client.get(f"/jobs/{job_id}/events", headers=headers)  # type: ignore[arg-type]
    assert [event.kind for event in parse(answer.text)] == ["state", "end"]


def test_unknown_jobs_have_no_stream(client: TestClient) -> None:
    problem(client.get("/jobs/nothing/events"), 404, "job-not-found")


def test_events_arrive_while_the_job_runs(settings: Settings) -> None:
    turn = threading.Semaphore(0)

    def step_by_step(worker: StubWorker, claim: Claim) -> None:
        for step in range(1, 4):
            turn.acquire(timeout=5)
            worker.tell(claim, Progress(StageName.RESTYLE, step, 3))
        turn.acquire(timeout=5)

    with serving(settings) as address, hired(settings, step_by_step):
        job_id = httpx.post(f"{address}/drafts", json=FOX).json()["id"]
        delays: list[float] = []
        with httpx.stream("GET", f"{address}/jobs/{job_id}/events", timeout=10) as answer:
            asked = time.monotonic()
            for line in answer.iter_lines():
                if line == "event: progress":
                    delays.append(time.monotonic() - asked)
                if line in ("event: progress", "event: end") or '"running"' in line:
                    asked = time.monotonic()
                    turn.release()
                if line == "event: end":
                    break
            # The server closes after the end; a client that hangs on would read for ever.
            assert "".join(answer.iter_lines()).count("event:") == 0
    assert len(delays) == 3
    # By polling alone each would take up to a second.
    assert sum(delays) < 1.5


def test_cut_at_random_and_resumed_every_event_comes_exactly_once(settings: Settings) -> None:
    with serving(settings) as address, hired(settings, report_steps):
        job_id = httpx.post(f"{address}/drafts", json=FOX).json()["id"]
        seen: list[int] = []
        cut = 0
        while True:
            cut += 1
            headers = {"Last-Event-ID": str(seen[-1])} if seen else {}
            url = f"{address}/jobs/{job_id}/events"
            with httpx.stream("GET", url, headers=headers, timeout=10) as answer:
                for line in answer.iter_lines():
                    if line.startswith("id: "):
                        seen.append(int(line[4:]))
                        if len(seen) % (3 + cut * 7 % 11) == 0:
                            break
            if seen[-1] == STEPS + 3:
                break
    assert seen == list(range(1, STEPS + 4))
    assert cut > 5


def test_a_reader_that_goes_away_is_forgotten(settings: Settings) -> None:
    with serving(settings) as address:
        job_id = httpx.post(f"{address}/drafts", json=FOX).json()["id"]
        for _ in range(20):
            with httpx.stream("GET", f"{address}/jobs/{job_id}/events", timeout=10) as answer:
                next(answer.iter_lines())
        # A stream notices that nobody reads when it has something to say.
        deadline = time.monotonic() + 5
        while _open_streams(job_id) and time.monotonic() < deadline:
            httpx.delete(f"{address}/jobs/{job_id}")
            time.sleep(0.05)
        assert _open_streams(job_id) == 0


def test_many_slow_readers_hold_little_memory(settings: Settings) -> None:
    """A reader that stops reading stops its own stream; events stay in the store."""
    big = b"x" * 1000

    def talk(worker: StubWorker, claim: Claim) -> None:
        for step in range(300):
            worker.store.report(claim, Progress(StageName.RESTYLE, step, 300, preview=big))

    async def read_nothing(address: str, job_id: str, readers: int) -> list[bytes]:
        host, port = address.removeprefix("http://").split(":")
        opened = [await asyncio.open_connection(host, int(port), limit=1024) for _ in range(readers)]
        for _, writer in opened:
            writer.write(f"GET /jobs/{job_id}/events HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        await asyncio.sleep(0.5)
        ends = []
        for reader, writer in opened:
            ends.append(await reader.readuntil(b"event: end"))
            writer.close()
        return ends

    with serving(settings) as address:
        job_id = httpx.post(f"{address}/drafts", json=FOX).json()["id"]
        with hired(settings, talk):
            ends = asyncio.run(read_all(address, job_id))
    assert all(ends)


async def read_all(address: str, job_id: str, readers: int = 50) -> list[bool]:
    async with httpx.AsyncClient(timeout=30) as client:

        async def read() -> bool:
            async with client.stream("GET", f"{address}/jobs/{job_id}/events") as answer:
                async for line in answer.aiter_lines():
                    if line == "event: end":
                        return True
            return False

        return await asyncio.gather(*(read() for _ in range(readers)))


def _open_streams(job_id: str) -> int:
    from backend.services.wakeups import Wakeups

    hubs = [item for item in gc.get_objects() if isinstance(item, Wakeups)]
    return sum(len(hub._waiting.get(job_id, ())) for hub in hubs)
