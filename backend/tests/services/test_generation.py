from __future__ import annotations

import asyncio
import dataclasses
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from backend.domain.brief import Brief, Colour
from backend.domain.errors import (
    InvalidRequest,
    QueueFull,
    UnknownLora,
    WeightsMissing,
    WorkerUnavailable,
)
from backend.domain.generation import LogoRequest, LoraChoice, RestyleParams, SourceName
from backend.domain.jobs import Job, JobKind, JobState, Lane
from backend.models.catalog import Catalog, WeightEntry, WeightFile
from backend.services.generation import GenerationService, ServiceOptions, Ticket
from backend.services.loras import LoraFolder
from backend.services.records import (
    ImageRecord,
    RestyleRequest,
    UpscaleRequest,
    brief_from_json,
    brief_to_json,
    new_image_record,
)
from backend.services.wakeups import Wakeups
from backend.storage.pipeline_note import PipelineNote
from backend.tests.fakes import MemoryImageStore, MemoryJobStore, RecordingBell
from backend.tests.loras import write_lora

EMBEDDED = (
    "text-encoder", "layer-codec", "cgan", "glyphs", "realesr-animevideov3-x4", "sd-embedded",
)  # fmt: skip
FOX = LogoRequest("a fox", seed=5)
PLAIN = Ticket()
PATIENCE_SECONDS, LONG = 120.0, 600.0


class WatchedStore(MemoryJobStore):
    """Counts how often a job was looked at."""

    looks = 0

    def get(self, job_id: str) -> Job:
        found = super().get(job_id)
        self.looks += 1
        return found


class House:
    """A service with everything around it in memory, but weights and LoRAs on disk."""

    def __init__(self, folder: Path, **options: Any) -> None:
        self.weights = folder / "weights"
        self.weights.mkdir()
        for name in EMBEDDED:
            (self.weights / name).write_bytes(b"x")
        (folder / "lora").mkdir()
        write_lora(folder / "lora" / "neon.safetensors")
        self.store = WatchedStore()
        self.images = MemoryImageStore()
        self.bell = RecordingBell()
        self.wakeups = Wakeups()
        chosen = {"worker_grace_seconds": 0.05, "poll_seconds": 0.01, **options}
        self.service = GenerationService(
            store=self.store,
            images=self.images,
            bell=self.bell,
            wakeups=self.wakeups,
            catalog=Catalog(
                self.weights,
                [
                    *(entry(name, restyles_by_default=False) for name in EMBEDDED),
                    entry("sd15", restyles_by_default=True),
                ],
            ),
            loras=LoraFolder(folder / "lora"),
            options=ServiceOptions(**chosen),
        )

    def picture(self, shade: int = 0) -> str:
        image = Image.new("RGB", (32, 32), (shade, 0, 0))
        return self.images.save(image, new_image_record()).id


def entry(name: str, **facts: object) -> WeightEntry:
    return WeightEntry(
        name, "draft", name, "1", "embedded", "MIT", "test", files=(WeightFile(name, 1, ""),),
        facts=facts,
    )  # fmt: skip


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


def test_a_submitted_job_holds_the_request_and_wakes_a_worker(house: House) -> None:
    request = LogoRequest(
        "a fox", "Fuchs", (Colour(1, 2, 3),), "neon", "text", 2, 9, SourceName.CGAN, True,
        RestyleParams(0.6, 12, 4.0, "neon", "text", (LoraChoice("neon", 0.5),)), 256,
    )  # fmt: skip
    job = house.service.submit_generate(request, PLAIN)
    assert job.kind is JobKind.GENERATE
    assert job.lane is Lane.DEVICE
    assert LogoRequest.from_json(job.params) == request
    assert house.bell.rings == [("worker", job.id)]


def test_drafts_never_restyle(house: House) -> None:
    job = house.service.submit_drafts(dataclasses.replace(FOX, restyle=True), PLAIN)
    assert job.kind is JobKind.DRAFTS
    assert job.params["restyle"] is False


def test_requests_about_pictures_survive_the_store(house: House) -> None:
    ids = (house.picture(1), house.picture(2))
    restyle = RestyleRequest(ids, 3, RestyleParams(0.4, style="neon"), 1024)
    job = house.service.submit_restyle(restyle, PLAIN)
    assert (job.kind, RestyleRequest.from_json(job.params)) == (JobKind.RESTYLE, restyle)
    upscale = UpscaleRequest(ids, 256)
    job = house.service.submit_upscale(upscale, PLAIN)
    assert (job.kind, UpscaleRequest.from_json(job.params)) == (JobKind.UPSCALE, upscale)


def key_of(house: House, request: LogoRequest, *, drafts: bool = False) -> str:
    submit = house.service.submit_drafts if drafts else house.service.submit_generate
    return house.store.batch_key(submit(request, PLAIN).id)


@pytest.mark.parametrize(
    "change",
    [
        {"description": "a cat"},
        {"seed": 6},
        {"count": 2},
        {"name": "x"},
        {"palette": (Colour(1, 2, 3),)},
    ],
)
def test_requests_that_differ_in_what_is_drawn_share_a_batch(
    house: House, change: dict[str, Any]
) -> None:
    restyled = dataclasses.replace(FOX, restyle=True)
    assert key_of(house, restyled) == key_of(house, dataclasses.replace(restyled, **change))


@pytest.mark.parametrize(
    "change",
    [
        {"size_px": 256},
        {"restyle": False},
        {"restyle": None},
        {"restyle_params": RestyleParams(strength=0.6)},
        {"restyle_params": RestyleParams(steps=30)},
        {"restyle_params": RestyleParams(guidance=9)},
        {"restyle_params": RestyleParams(loras=(LoraChoice("neon"),))},
    ],
)
def test_requests_that_differ_in_how_it_is_restyled_do_not(
    house: House, change: dict[str, Any]
) -> None:
    restyled = dataclasses.replace(FOX, restyle=True)
    assert key_of(house, restyled) != key_of(house, dataclasses.replace(restyled, **change))


def test_restyle_parameters_do_not_part_what_is_not_restyled(house: House) -> None:
    plain = dataclasses.replace(FOX, restyle=False)
    other = dataclasses.replace(plain, restyle_params=RestyleParams(steps=30))
    assert key_of(house, plain) == key_of(house, other)
    assert key_of(house, plain, drafts=True) == key_of(house, other, drafts=True)


def test_a_repeated_request_without_a_seed_is_the_same_one(house: House) -> None:
    ticket = Ticket("key", any_seed=True)
    first = house.service.submit_generate(FOX, ticket)
    again = house.service.submit_generate(FOX, ticket)
    assert again.id == first.id
    assert again.params["seed"] == first.params["seed"]
    # The worker is rung once: there is one job.
    assert house.bell.rings == [("worker", first.id)]


def test_seeds_are_drawn_only_when_none_is_given(house: House) -> None:
    drawn = {
        house.service.submit_drafts(FOX, Ticket(any_seed=True)).params["seed"] for _ in range(5)
    }
    assert len(drawn) == 5
    assert house.service.submit_drafts(FOX, PLAIN).params["seed"] == 5


def test_the_queue_has_an_end(tmp_path: Path) -> None:
    house = House(tmp_path, queue_limit=1)
    house.service.submit_drafts(FOX, PLAIN)
    with pytest.raises(QueueFull):
        house.service.submit_drafts(FOX, PLAIN)
    assert len(house.bell.rings) == 1


def test_impossible_jobs_are_not_stored(house: House) -> None:
    loras = RestyleParams(loras=(LoraChoice("neon"), LoraChoice("oil")))
    with pytest.raises(UnknownLora) as unknown:
        house.service.submit_generate(dataclasses.replace(FOX, restyle_params=loras), PLAIN)
    assert unknown.value.fields[0][0] == "loras[1].name"
    with pytest.raises(InvalidRequest) as invalid:
        house.service.submit_upscale(UpscaleRequest((house.picture(), "x"), 1024), PLAIN)
    assert invalid.value.fields[0][0] == "images[1]"
    with pytest.raises(InvalidRequest) as invalid:
        house.service.submit_upscale(UpscaleRequest((house.picture(),), 32), PLAIN)
    assert invalid.value.fields[0][0] == "size"
    (house.weights / "text-encoder").unlink()
    with pytest.raises(WeightsMissing, match="weights pull text-encoder") as missing:
        house.service.submit_drafts(FOX, PLAIN)
    assert missing.value.fields[0][0] == "source"
    assert house.service.list(limit=9) == []
    assert house.bell.rings == []


@pytest.mark.parametrize(
    ("profile", "missing", "accepted"),
    [
        ("embedded", (), True),
        ("embedded", ("sd-embedded",), False),
        ("sd15", (), False),
        ("auto", (), True),
        ("auto", ("sd-embedded",), False),
    ],
)
def test_a_restyle_needs_a_pipeline_of_the_profile(
    tmp_path: Path, profile: str, missing: tuple[str, ...], accepted: bool
) -> None:
    house = House(tmp_path, profile=profile)
    for name in missing:
        (house.weights / name).unlink()
    request = dataclasses.replace(FOX, restyle=True)
    if accepted:
        assert house.service.submit_generate(request, PLAIN)
        return
    with pytest.raises(WeightsMissing) as caught:
        house.service.submit_generate(request, PLAIN)
    ((field, why),) = caught.value.fields
    assert field == "restyle"
    assert "is not installed" in why


@pytest.mark.parametrize(
    ("profile", "has_sd15", "restyled"),
    [
        ("embedded", True, False),
        ("sd15", True, True),
        ("sd15", False, False),
        # No matter what a worker with a GPU would do: the job says it.
        ("auto", True, False),
        ("auto", False, False),
    ],
)
def test_what_a_request_leaves_open_is_settled_as_the_service_says(
    tmp_path: Path, profile: str, has_sd15: bool, restyled: bool
) -> None:
    house = House(tmp_path, profile=profile)
    if has_sd15:
        (house.weights / "sd15").write_bytes(b"x")
    assert house.service.restyles_by_default is restyled
    assert house.service.submit_generate(FOX, PLAIN).params["restyle"] is restyled


def test_a_repeated_request_stays_the_same_one_when_the_default_changes(tmp_path: Path) -> None:
    house = House(tmp_path, profile="sd15")
    first = house.service.submit_generate(FOX, Ticket("key"))
    (house.weights / "sd15").write_bytes(b"x")
    assert house.service.submit_generate(FOX, Ticket("key")).id == first.id


def test_auto_takes_sd15_when_only_that_is_there(tmp_path: Path) -> None:
    house = House(tmp_path, profile="auto")
    (house.weights / "sd-embedded").unlink()
    (house.weights / "sd15").write_bytes(b"x")
    assert house.service.submit_restyle(RestyleRequest((house.picture(),)), PLAIN)


def test_how_many_wait_may_be_read_while_others_come() -> None:
    wakeups = Wakeups()

    class Counted(set[asyncio.Event]):
        """While it is counted, the event loop's thread lets somebody else in."""

        def __len__(self) -> int:
            wakeups._waiting[f"job_{len(wakeups._waiting)}"] = {asyncio.Event()}
            return super().__len__()

    wakeups._waiting = {"a": Counted([asyncio.Event()]), "b": {asyncio.Event()}}
    assert wakeups.waiting == 2


def run_wait(house: House, job: Job, **options: Any) -> Job:
    return asyncio.run(asyncio.wait_for(house.service.wait(job.id, **options), PATIENCE_SECONDS))


def test_waiting_returns_a_finished_job_at_once(tmp_path: Path) -> None:
    house = House(tmp_path, poll_seconds=LONG)
    job = house.service.submit_drafts(FOX, PLAIN)
    house.service.cancel(job.id)
    assert run_wait(house, job).state is JobState.CANCELLED


def test_waiting_ends_after_its_time(tmp_path: Path) -> None:
    house = House(tmp_path, wait_seconds=0.05)
    assert run_wait(house, house.service.submit_drafts(FOX, PLAIN)).state is JobState.QUEUED


def test_waiting_ends_when_the_process_does(tmp_path: Path) -> None:
    house = House(tmp_path, poll_seconds=LONG)
    job = house.service.submit_drafts(FOX, PLAIN)

    async def wait() -> Job:
        waiting = asyncio.create_task(house.service.wait(job.id))
        await asyncio.sleep(0.05)
        house.wakeups.close()
        return await asyncio.wait_for(waiting, PATIENCE_SECONDS)

    assert asyncio.run(wait()).state is JobState.QUEUED
    assert house.wakeups.waiting == 0


def test_a_ring_wakes_the_one_who_waits_for_that_job(tmp_path: Path) -> None:
    house = House(tmp_path, poll_seconds=LONG)
    mine, other = (house.service.submit_drafts(FOX, PLAIN) for _ in range(2))

    async def wait() -> JobState:
        house.store.looks = 0
        waiting = asyncio.create_task(house.service.wait(mine.id))
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not house.store.looks:
                await asyncio.sleep(0.01)
        house.service.cancel(mine.id)
        house.wakeups.ring(other.id)
        await asyncio.sleep(0.05)
        assert not waiting.done()
        house.wakeups.ring(mine.id)
        return (await asyncio.wait_for(waiting, PATIENCE_SECONDS)).state

    assert asyncio.run(wait()) is JobState.CANCELLED


def test_without_a_worker_a_waiting_job_is_cancelled_or_kept(house: House) -> None:
    house.store.alive_workers = 0
    for keep, state in ((False, JobState.CANCELLED), (True, JobState.QUEUED)):
        job = house.service.submit_drafts(FOX, PLAIN)
        with pytest.raises(WorkerUnavailable, match=job.id):
            run_wait(house, job, keep=keep)
        assert house.service.get(job.id).state is state


def test_a_running_job_is_left_for_the_next_worker(house: House) -> None:
    job = house.service.submit_drafts(FOX, PLAIN)
    house.store.claim("w", Lane.DEVICE, lease_seconds=1, max_batch=1)
    house.store.alive_workers = 0
    with pytest.raises(WorkerUnavailable, match="goes on"):
        run_wait(house, job)
    assert house.service.get(job.id).state is JobState.RUNNING
    assert not house.service.get(job.id).cancel_requested


def test_cancelling_tells_workers_and_web_processes(house: House) -> None:
    job = house.service.submit_drafts(FOX, PLAIN)
    house.bell.rings.clear()
    house.service.cancel(job.id)
    assert house.bell.rings == [("worker", f"cancel:{job.id}"), ("api", job.id)]


@pytest.mark.parametrize(
    ("profile", "taken", "has_sd15", "restyled"),
    [
        ("auto", "sd15", True, True),
        ("auto", "sd-embedded", True, False),
        ("auto", "sd15", False, False),
        ("auto", "../sdxl", True, False),
        ("embedded", "sd15", True, False),
    ],
)
def test_auto_answers_for_the_pipeline_that_a_worker_took(
    tmp_path: Path, profile: str, taken: str, has_sd15: bool, restyled: bool
) -> None:
    note = PipelineNote(tmp_path / "state")
    house = House(tmp_path, profile=profile, taken_pipeline=note.read)
    if has_sd15:
        (house.weights / "sd15").write_bytes(b"x")
    assert not house.service.restyles_by_default
    note.write(taken)
    assert house.service.restyles_by_default is restyled


def test_a_request_looks_only_for_the_weights_that_it_needs(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[str] = []
    missing = Catalog.missing

    def watched(catalog: Catalog, one: WeightEntry) -> list[str]:
        looked.append(one.name)
        return missing(catalog, one)

    monkeypatch.setattr(Catalog, "missing", watched)
    house.service.submit_generate(FOX, PLAIN)
    # Looking at every file of every model, once per model, was 17 of a request's 25 ms.
    assert "sd-embedded" in looked
    assert set(looked) < {*EMBEDDED}
    assert len(looked) <= len(EMBEDDED)


def test_records_have_every_key() -> None:
    record = new_image_record(seed=3, layout="disc")
    assert set(record) == set(ImageRecord.__annotations__)
    assert (record["seed"], record["layout"], record["parent"]) == (3, "disc", None)


def test_briefs_are_told_in_json() -> None:
    red = Colour(255, 0, 0)
    brief = Brief("Fuchs", "a fox", (red,), ("neon",), ("disc",), ("text",), ("ring",), red, ("w",))
    told = brief_to_json(brief)
    assert told == {
        "name": "Fuchs",
        "content": "a fox",
        "colours": ["#FF0000"],
        "styles": ["neon"],
        "layouts": ["disc"],
        "avoid": ["text"],
        "unwanted_layouts": ["ring"],
        "ground": "#FF0000",
        "warnings": ["w"],
    }
    assert brief_from_json(told) == brief
    # A job that was handed in before these were known goes on.
    del told["unwanted_layouts"], told["ground"]
    assert brief_from_json(told) == dataclasses.replace(brief, unwanted_layouts=(), ground=None)
