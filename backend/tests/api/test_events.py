from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncGenerator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import httpx
import pytest
from fastapi.sse import ServerSentEvent
from fastapi.testclient import TestClient

from backend.api.deps import ApiServices, BrandServices
from backend.api.events import job_events
from backend.datasets.rows import LocalRows
from backend.domain.errors import StoreUnavailable
from backend.domain.generation import StageName
from backend.domain.jobs import Claim, JobEvent, JobKind, Lane, NewJob, Progress
from backend.main import create_app
from backend.models.catalog import Catalog
from backend.services.brand_pictures import StoredPictures
from backend.services.branding import BrandDesk
from backend.services.datasets import DatasetService
from backend.services.exporting import ExportService
from backend.services.finishing import FinishService
from backend.services.generation import GenerationService, ServiceOptions
from backend.services.loras import LoraFolder
from backend.services.models import ModelService
from backend.services.side_jobs import SideJobs
from backend.services.training import TrainingServices
from backend.services.wakeups import Wakeups
from backend.services.workshop import open_workshop
from backend.settings import Settings
from backend.storage.dataset_reports import ReportStore
from backend.storage.dataset_store import DatasetStore
from backend.storage.finishes import FinishStore
from backend.storage.kits import KitStore
from backend.tests.api.conftest import Hire
from backend.tests.api.support import PATIENCE_SECONDS, eventually, hired, problem, serving
from backend.tests.fakes import MemoryImageStore, MemoryJobStore, RecordingBell, StubWorker

FOX = {"description": "a fox", "count": 1}
STEPS = 120


@dataclass
class Event:
    id: str
    kind: str
    data: Any


def ordered(address: str) -> str:
    """A job that a server was asked for."""
    answer = httpx.post(f"{address}/drafts", json=FOX, timeout=PATIENCE_SECONDS)
    return str(answer.json()["id"])


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
def test_a_stream_goes_on_behind_the_last_event(client: TestClient, hire: Hire, last: int) -> None:
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


def test_events_arrive_while_the_job_runs(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Whoever only polled would not see one of them before the client gives up.
    monkeypatch.setattr("backend.api.events._FALLBACK_SECONDS", 10 * PATIENCE_SECONDS)
    turn = threading.Semaphore(0)

    def step_by_step(worker: StubWorker, claim: Claim) -> None:
        for step in range(1, 4):
            turn.acquire(timeout=PATIENCE_SECONDS)
            worker.tell(claim, Progress(StageName.RESTYLE, step, 3))
        turn.acquire(timeout=PATIENCE_SECONDS)

    with serving(create_app(settings)) as address, hired(settings, step_by_step):
        job_id = ordered(address)
        progress = 0
        ended = False
        with httpx.stream(
            "GET", f"{address}/jobs/{job_id}/events", timeout=PATIENCE_SECONDS
        ) as answer:
            for line in answer.iter_lines():
                progress += line == "event: progress"
                if line in ("event: progress", "event: end") or '"running"' in line:
                    turn.release()
                ended = line == "event: end" or (ended and not line.startswith("event: "))
    # The loop came to its end because the server closed the stream.
    assert ended
    assert progress == 3


def test_cut_at_random_and_resumed_every_event_comes_exactly_once(settings: Settings) -> None:
    with serving(create_app(settings)) as address, hired(settings, report_steps):
        job_id = ordered(address)
        seen: list[int] = []
        cut = 0
        while True:
            cut += 1
            headers = {"Last-Event-ID": str(seen[-1])} if seen else {}
            url = f"{address}/jobs/{job_id}/events"
            with httpx.stream("GET", url, headers=headers, timeout=PATIENCE_SECONDS) as answer:
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
    app = create_app(settings)
    with serving(app) as address:
        wakeups = app.state.services.wakeups
        job_id = ordered(address)
        url = f"{address}/jobs/{job_id}/events"
        with ExitStack() as stack:
            readers = []
            for _ in range(20):
                answer = stack.enter_context(httpx.stream("GET", url, timeout=PATIENCE_SECONDS))
                # Kept: an iterator that is thrown away closes its connection.
                readers.append(answer.iter_lines())
                next(readers[-1])
            assert eventually(lambda: wakeups.waiting == 20)
        assert eventually(lambda: wakeups.waiting == 0)


def test_a_stream_reads_ahead_one_page_at_most() -> None:
    """So a thousand readers that have stopped reading hold a thousand pages, not all events."""
    store = CountingStore()
    job, _ = store.submit(NewJob(JobKind.DRAFTS, {"description": "a fox"}, "", ""), queue_limit=10)
    (claim,) = store.claim("w", Lane.DEVICE, lease_seconds=1, max_batch=1)
    for step in range(5_000):
        store.report(claim, Progress(StageName.RESTYLE, step, 5_000))

    async def read_a_little() -> list[str | None]:
        events = job_events(memory_services(store), job.id, None)
        read = [(await anext(events)).id for _ in range(11)]
        await cast(AsyncGenerator[Any], events).aclose()
        return read

    assert asyncio.run(read_a_little()) == [None, *(str(i) for i in range(1, 11))]
    assert store.handed_out <= 50


def test_a_store_that_fails_in_the_middle_ends_the_stream_with_its_problem() -> None:
    store = CountingStore()
    job, _ = store.submit(NewJob(JobKind.DRAFTS, {"description": "a fox"}, "", ""), queue_limit=10)

    async def read() -> list[ServerSentEvent]:
        events = []
        async for event in job_events(memory_services(store), job.id, None):
            events.append(event)
            store.broken = True
        return events

    last = asyncio.run(read())[-1]
    assert last.event == "error"
    assert last.id is None
    assert last.data.code == "store-unavailable"


def test_streams_end_when_the_process_is_told_to(settings: Settings) -> None:
    app = create_app(settings)
    with serving(app) as address:
        job_id = ordered(address)
        with httpx.stream(
            "GET", f"{address}/jobs/{job_id}/events", timeout=PATIENCE_SECONDS
        ) as answer:
            lines = answer.iter_lines()
            next(lines)
            assert eventually(lambda: app.state.services.wakeups.waiting == 1)
            threading.Timer(0.1, app.state.services.wakeups.close).start()
            assert "event: end" not in list(lines)


def test_fifty_readers_of_a_live_job_all_get_its_end(settings: Settings) -> None:
    with serving(create_app(settings)) as address:
        job_id = ordered(address)
        with hired(settings, report_steps):
            counts = asyncio.run(read_all(address, job_id, readers=50))
    assert counts == [STEPS + 3] * 50


async def read_all(address: str, job_id: str, readers: int) -> list[int]:
    async with httpx.AsyncClient(timeout=PATIENCE_SECONDS) as client:

        async def read() -> int:
            async with client.stream("GET", f"{address}/jobs/{job_id}/events") as answer:
                text = [line async for line in answer.aiter_lines()]
            return sum(line.startswith("event: ") for line in text)

        return await asyncio.gather(*(read() for _ in range(readers)))


class CountingStore(MemoryJobStore):
    handed_out = 0
    broken = False

    def events(self, job_id: str, after: int = 0, limit: int = 500) -> Sequence[JobEvent]:
        if self.broken:
            raise StoreUnavailable("the disk has gone")
        found = super().events(job_id, after, limit)
        self.handed_out += len(found)
        return found


def memory_services(store: MemoryJobStore) -> ApiServices:
    images, wakeups, bell = MemoryImageStore(), Wakeups(), RecordingBell()
    catalog, loras = Catalog(Path(), ()), LoraFolder(Path())
    generation = GenerationService(
        store=store,
        images=images,
        bell=bell,
        wakeups=wakeups,
        catalog=catalog,
        loras=loras,
        options=ServiceOptions(),
    )
    side_jobs = SideJobs(store, bell)
    datasets = DatasetService(
        DatasetStore(Path("none")), ReportStore(Path("none")), side_jobs, LocalRows()
    )
    models = ModelService(catalog, Path("none"), side_jobs)
    none = Path("none")
    training = TrainingServices.on(
        data=none, output=none, lora_folder=none, jobs=side_jobs, timings=store, catalog=catalog
    )
    desk = BrandDesk(StoredPictures(images), open_workshop)
    brand = BrandServices(
        desk,
        FinishService(images, FinishStore(none)),
        ExportService(desk, KitStore(none), side_jobs),
    )
    return ApiServices(
        generation, store, images, loras, catalog, wakeups, datasets, models, training, brand
    )
