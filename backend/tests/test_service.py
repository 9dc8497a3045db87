"""The real web process and the real worker with the shipped weights, as a user has them."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from typing import Any

import numpy as np
import pytest
from PIL import Image

from backend.bench.service import Service, running_service
from backend.domain.brief import Colour
from backend.tests.services.test_working_kill import freeze
from backend.vector.colour import delta_e_2000, lab_from_srgb

FOXY = {
    "description": "a red fox for a coffee brand",
    "name": "Foxy",
    "count": 4,
    "seed": 7,
    "palette": ["#C0392B", "#FFFFFF"],
}


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    with running_service() as running:
        yield running


def pictures(service: Service, answer: dict[str, Any]) -> list[bytes]:
    return [
        service.client.get(image["url"]).raise_for_status().content for image in answer["images"]
    ]


def start(service: Service, body: dict[str, Any]) -> dict[str, Any]:
    answer = service.client.post("/generate", json=body, headers={"Prefer": "respond-async"})
    assert answer.status_code == 202
    job: dict[str, Any] = answer.json()
    return job


def job_of(service: Service, job_id: str) -> dict[str, Any]:
    found: dict[str, Any] = service.client.get(f"/jobs/{job_id}").raise_for_status().json()
    return found


def waiting(service: Service) -> int:
    """How many jobs nobody has begun."""
    answer = service.client.get("/jobs", params={"state": "queued"}).raise_for_status()
    return len(answer.json()["jobs"])


def steps_told(service: Service, job_id: str) -> list[int]:
    """The steps of a restyle that its events tell of: not more than ten a second."""
    text = service.client.get(f"/jobs/{job_id}/events").text
    lines = [line.removeprefix("data: ") for line in text.splitlines() if line[:6] == "data: "]
    events = [json.loads(line) for line in lines]
    return [event["step"] for event in events if event.get("stage") == "restyle"]


def wait_for(condition: Callable[[], bool], seconds: float = 300) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


def flat_colours(picture: Image.Image) -> np.ndarray[Any, Any]:
    """Lab of the pixels whose eight neighbours have their very colour."""
    pixels = np.asarray(picture.convert("RGB"), np.int16)
    centre = pixels[1:-1, 1:-1]
    flat = np.ones(centre.shape[:2], bool)
    height, width = centre.shape[0], centre.shape[1]
    for top in range(3):
        for left in range(3):
            flat &= (pixels[top : top + height, left : left + width] == centre).all(axis=2)
    return lab_from_srgb(centre[flat] / 255)


def test_a_sentence_gives_four_pictures_and_the_same_ones_again(service: Service) -> None:
    first, second = (service.client.post("/generate", json=FOXY) for _ in range(2))
    assert (first.status_code, second.status_code) == (200, 200)
    files = pictures(service, first.json())
    assert len(set(files)) == 4
    assert all(content.startswith(b"\x89PNG") for content in files)
    assert pictures(service, second.json()) == files


def test_flat_areas_wear_the_asked_colours(service: Service) -> None:
    asked = ["#0B3D91", "#F4F1DE", "#E07A5F"]
    body = {"description": "a lighthouse", "palette": asked, "count": 4, "seed": 3}
    answer = service.client.post("/generate", json=body | {"restyle": False})
    targets = lab_from_srgb(np.array([Colour.from_hex(text).rgb for text in asked]) / 255)
    for content in pictures(service, answer.raise_for_status().json()):
        colours = flat_colours(Image.open(BytesIO(content)))
        assert len(colours) > 10_000
        distances = np.min([delta_e_2000(colours, target) for target in targets], axis=0)
        assert np.quantile(distances, 0.99) <= 1


def test_twenty_clients_at_once_are_all_answered_in_batches(service: Service) -> None:
    def ask(seed: int) -> int:
        body = {"description": "a tree", "count": 1, "seed": seed, "size": 256}
        return service.client.post("/generate", json=body | {"restyle": False}).status_code

    # However fast the worker is, it finds several jobs: it is held until there are.
    freeze(service.worker, service.output / "state" / "jobs.db")
    with ThreadPoolExecutor(20) as clients:
        try:
            answers = clients.map(ask, range(20))
            wait_for(lambda: waiting(service) > 1)
        finally:
            service.worker.send_signal(signal.SIGCONT)
        assert list(answers) == [200] * 20
    files = sorted((service.output / "logs").glob("worker-0.*.jsonl"))
    log = [line for file in files for line in file.read_text("utf-8").splitlines()]
    messages = [json.loads(line)["message"] for line in log]
    sizes = [int(text.split()[2]) for text in messages if text.startswith("batch of ")]
    assert max(sizes) > 1


def test_a_cancelled_restyle_stops_within_a_step(service: Service) -> None:
    body = FOXY | {"restyle": True, "steps": 100, "strength": 0.9}
    job = start(service, body)

    def step() -> int:
        progress = job_of(service, job["id"])["progress"] or {}
        return progress.get("step", 0) if progress.get("stage") == "restyle" else 0

    wait_for(lambda: step() >= 2)
    service.client.delete(f"/jobs/{job['id']}").raise_for_status()
    before = step()
    wait_for(lambda: job_of(service, job["id"])["state"] == "cancelled")
    later = [number for number in steps_told(service, job["id"]) if number > before]
    assert len(later) <= 2  # One that was under way, one that was reported in between.


def test_a_job_outlives_the_web_process_that_took_it(service: Service) -> None:
    job = start(service, FOXY | {"restyle": False, "seed": 55})
    service.web.kill()
    service.web.wait()
    service.start_web()
    service.wait_until_ready()
    wait_for(lambda: job_of(service, job["id"])["state"] == "succeeded")
    assert len(pictures(service, job_of(service, job["id"])["result"])) == 4


@pytest.mark.parametrize("stage", ["draft", "upscale", "restyle"])
@pytest.mark.slow
def test_a_killed_worker_changes_nothing_in_the_pictures(service: Service, stage: str) -> None:
    seed = {"draft": 101, "upscale": 102, "restyle": 103}[stage]
    body = FOXY | {"restyle": True, "steps": 40, "seed": seed}
    job = start(service, body)

    def stage_now() -> str | None:
        progress = job_of(service, job["id"])["progress"] or {}
        return progress.get("stage")

    wait_for(lambda: stage_now() == stage)
    service.worker.kill()
    service.worker.wait()
    service.start_worker()
    wait_for(lambda: job_of(service, job["id"])["state"] not in ("queued", "running"))
    ended = job_of(service, job["id"])
    assert ended["state"] == "succeeded"
    again = service.client.post("/generate", json=body).raise_for_status().json()
    assert pictures(service, ended["result"]) == pictures(service, again)


def test_the_sample_is_analysed_beside_the_drafts(service: Service) -> None:
    client = service.client
    listed = client.get("/datasets").raise_for_status().json()["datasets"]
    (sample,) = [each for each in listed if each["name"] == "sample.parquet"]
    row = client.get(f"/datasets/{sample['id']}/sample").raise_for_status().json()
    picture = client.get(row["image"]["url"]).raise_for_status().content
    assert Image.open(BytesIO(picture)).size == (row["image"]["width"], row["image"]["height"])
    job = client.post(f"/datasets/{sample['id']}/eda").raise_for_status().json()
    drawn = client.post("/generate", json=FOXY | {"count": 1, "restyle": False})
    assert drawn.status_code == 200
    wait_for(lambda: job_of(service, job["id"])["state"] not in ("queued", "running"))
    assert job_of(service, job["id"])["state"] == "succeeded"
    report = client.get(f"/datasets/{sample['id']}/eda").raise_for_status().json()
    assert report["dataset"]["rows"] == sample["rows"] == 2_000
    assert report["text"]["computed_on"] == {"rows": 2_000, "of": 2_000}
