from __future__ import annotations

import base64
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from PIL import Image

from backend.domain.errors import OutOfMemory
from backend.domain.generation import LogoRequest, RestyleParams
from backend.domain.jobs import Claim
from backend.main import create_app
from backend.services.records import new_image_record
from backend.settings import Settings
from backend.storage.disk_store import DiskImageStore
from backend.tests.api.conftest import Hire
from backend.tests.api.support import (
    PATIENCE_SECONDS,
    eventually,
    fields,
    hired,
    picture_file,
    problem,
    temporary_settings,
)
from backend.tests.fakes import StubWorker
from backend.tests.loras import write_lora

COFFEE = {"description": "a cosy espresso bar by the sea", "name": "Harbour Beans", "count": 2}


def upload(client: TestClient, **options: Any) -> str:
    answer = client.post("/images", files={"file": ("a.png", picture_file(**options))})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def test_generate_waits_and_answers_with_the_pictures(
    client: TestClient, worker: StubWorker
) -> None:
    answer = client.post("/generate", json={**COFFEE, "seed": 7})
    body = answer.json()
    assert answer.status_code == 200
    assert [image["seed"] for image in body["images"]] == [7, 8]
    assert body["seed"] == 7
    assert body["brief"]["content"] == COFFEE["description"]
    assert body["warnings"] == []
    assert body["timings_ms"] == {"draft": 1.0}
    assert client.get(body["images"][0]["url"]).content.startswith(b"\x89PNG")
    assert client.get(f"/jobs/{body['job']}").json()["state"] == "succeeded"


def test_what_is_left_out_gets_the_defaults_of_the_domain(
    client: TestClient, worker: StubWorker
) -> None:
    job = client.post("/generate", json={"description": "a fox"}).json()["job"]
    request = client.get(f"/jobs/{job}").json()["request"]
    assert request.pop("seed") in range(2**32)
    assert request == {
        "description": "a fox",
        "name": "",
        "palette": [],
        "style": "",
        "avoid": "",
        "count": 4,
        "source": "auto",
        "restyle": False,
        "size": 512,
        "strength": 0.5,
        "speed": "balanced",
        "guidance": 3,
        "loras": [],
    }


def test_what_is_given_reaches_the_worker(client: TestClient, worker: StubWorker) -> None:
    body = {
        "description": "a fox",
        "name": "Fuchs",
        "palette": ["#c0392b", "fff"],
        "style": "neon",
        "avoid": "text",
        "count": 3,
        "seed": 2**32 - 1,
        "source": "composer",
        "restyle": True,
        "strength": 0.7,
        "speed": "quality",
        "guidance": 7.5,
        "loras": [{"name": "pixel-art", "weight": 0.8}],
        "size": 256,
    }
    job = client.post("/generate", json=body).json()["job"]
    request = client.get(f"/jobs/{job}").json()["request"]
    assert request == {
        **body,
        "palette": ["#C0392B", "#FFFFFF"],
    }


def test_base64_is_the_stored_file(client: TestClient, worker: StubWorker) -> None:
    body = client.post("/generate", json={**COFFEE, "response_format": "b64_json"}).json()
    for image in body["images"]:
        assert base64.b64decode(image["b64_json"]) == client.get(image["url"]).content


def test_without_a_seed_one_is_drawn_each_time(client: TestClient, worker: StubWorker) -> None:
    seeds = {client.post("/generate", json=COFFEE).json()["seed"] for _ in range(4)}
    assert len(seeds) == 4


def test_respond_async_answers_at_once(client: TestClient) -> None:
    answer = client.post("/generate", json=COFFEE, headers={"Prefer": "foo=1; respond-async"})
    assert answer.status_code == 202
    assert answer.headers["location"] == f"/jobs/{answer.json()['id']}"
    assert answer.headers["preference-applied"] == "respond-async"
    assert answer.json()["state"] == "queued"
    assert answer.json()["queue_position"] == 1


def test_a_job_longer_than_the_wait_is_answered_202_and_goes_on(tmp_path: Path) -> None:
    settings = temporary_settings(tmp_path, wait_seconds=0.1)
    go_on = threading.Event()

    def slow(worker: StubWorker, claim: Claim) -> None:
        go_on.wait(PATIENCE_SECONDS)

    with TestClient(create_app(settings)) as client, hired(settings, slow):
        answer = client.post("/generate", json=COFFEE)
        assert answer.status_code == 202
        assert "preference-applied" not in answer.headers
        go_on.set()
        assert ended(client, answer.headers["location"])["state"] == "succeeded"


def test_the_bell_wakes_a_waiting_request(tmp_path: Path) -> None:
    usual = temporary_settings(tmp_path)
    jobs = usual.jobs.model_copy(update={"poll_seconds": PATIENCE_SECONDS})
    settings = usual.model_copy(update={"jobs": jobs})
    release = threading.Event()

    def late(worker: StubWorker, claim: Claim) -> None:
        release.wait(PATIENCE_SECONDS)

    with TestClient(create_app(settings)) as client, hired(settings, late):
        threading.Timer(0.2, release.set).start()
        started = time.monotonic()
        assert client.post("/generate", json=COFFEE).status_code == 200
        # Without the bell the answer would come with the poll.
        assert time.monotonic() - started < PATIENCE_SECONDS / 2


def test_a_failed_job_gives_its_own_error(client: TestClient, hire: Hire) -> None:
    def fail(worker: StubWorker, claim: Claim) -> None:
        raise OutOfMemory("the device has 2 GB; ask for fewer pictures")

    with hire(fail):
        found = problem(client.post("/generate", json=COFFEE), 503, "out-of-memory")
    assert found["detail"] == "the device has 2 GB; ask for fewer pictures"


def test_a_cancelled_job_gives_409(client: TestClient, hire: Hire) -> None:
    def wait_for_cancel(worker: StubWorker, claim: Claim) -> None:
        client.delete(f"/jobs/{claim.job.id}")
        raise OutOfMemory("any error; the job was asked to stop")

    with hire(wait_for_cancel):
        problem(client.post("/generate", json=COFFEE), 409, "job-cancelled")


def test_without_a_worker_the_client_is_told_and_the_job_cancelled(client: TestClient) -> None:
    found = problem(client.post("/generate", json=COFFEE), 503, "worker-unavailable")
    job = client.get("/jobs").json()["jobs"][0]
    assert job["id"] in found["detail"]
    assert job["state"] == "cancelled"


def test_without_a_worker_a_job_with_a_key_is_kept(client: TestClient, hire: Hire) -> None:
    headers = {"Idempotency-Key": "mine"}
    problem(client.post("/generate", json=COFFEE, headers=headers), 503, "worker-unavailable")
    assert client.get("/jobs").json()["jobs"][0]["state"] == "queued"
    with hire():
        assert client.post("/generate", json=COFFEE, headers=headers).status_code == 200
    assert len(client.get("/jobs").json()["jobs"]) == 1


def test_a_worker_that_appears_in_time_is_waited_for(tmp_path: Path) -> None:
    settings = temporary_settings(tmp_path, worker_grace_seconds=PATIENCE_SECONDS)
    app = create_app(settings)
    with TestClient(app) as client, ThreadPoolExecutor(1) as pool:
        answer = pool.submit(client.post, "/generate", json=COFFEE)
        assert eventually(lambda: app.state.services.wakeups.waiting == 1)
        with hired(settings, None):
            assert answer.result().status_code == 200


def test_the_same_key_gives_the_same_job(client: TestClient, worker: StubWorker) -> None:
    headers = {"Idempotency-Key": "k1"}
    first = client.post("/generate", json=COFFEE, headers=headers).json()
    again = client.post("/generate", json=COFFEE, headers=headers).json()
    # Though no seed was given, and a new one would have been drawn.
    assert first == again
    other = client.post("/generate", json={**COFFEE, "count": 3}, headers=headers)
    problem(other, 409, "idempotency-conflict")
    drafts = client.post("/drafts", json=COFFEE, headers=headers)
    problem(drafts, 409, "idempotency-conflict")


def test_a_key_at_once_from_many_sides_makes_one_job(client: TestClient) -> None:
    headers = {"Idempotency-Key": "k2", "Prefer": "respond-async"}
    with ThreadPoolExecutor(8) as pool:
        answers = list(
            pool.map(lambda _: client.post("/generate", json=COFFEE, headers=headers), range(16))
        )
    assert len({answer.json()["id"] for answer in answers}) == 1


@pytest.mark.parametrize("key", ["", "a b", "x" * 129, "tab\there"])
def test_unusable_keys_are_refused(client: TestClient, key: str) -> None:
    answer = client.post("/drafts", json=COFFEE, headers={"Idempotency-Key": key})
    assert fields(problem(answer, 422, "invalid-request")) == ["Idempotency-Key"]


def test_twenty_clients_at_once_get_their_own_pictures(
    client: TestClient, worker: StubWorker
) -> None:
    def ask(seed: int) -> list[int]:
        answer = client.post("/generate", json={**COFFEE, "seed": seed})
        return [image["seed"] for image in answer.json()["images"]]

    with ThreadPoolExecutor(20) as pool:
        seeds = list(pool.map(ask, range(0, 200, 10)))
    assert seeds == [[seed, seed + 1] for seed in range(0, 200, 10)]


def test_a_full_queue_gives_429_with_a_time(tmp_path: Path) -> None:
    with TestClient(create_app(temporary_settings(tmp_path, queue_limit=2))) as client:
        for _ in range(2):
            assert client.post("/drafts", json=COFFEE).status_code == 202
        answer = client.post("/drafts", json=COFFEE)
        problem(answer, 429, "queue-full")
        assert int(answer.headers["retry-after"]) > 0


@pytest.mark.parametrize(
    ("missing", "field"),
    [
        ("text-encoder", ["source"]),
        ("cgan", ["source"]),
        ("layer-codec", ["source"]),
        # Nothing that a request could say would do without it.
        ("realesr-animevideov3-x4", []),
    ],
)
def test_missing_weights_are_named_with_their_command(
    client: TestClient, tmp_path: Path, missing: str, field: list[str]
) -> None:
    (tmp_path / "weights" / f"{missing}.bin").unlink()
    image = upload(client)
    if missing.startswith("realesr"):
        answer = client.post("/upscale", json={"images": [image]})
    else:
        answer = client.post("/drafts", json={**COFFEE, "source": "cgan"})
    found = problem(answer, 503, "weights-missing")
    assert f"python -m backend weights pull {missing}" in found["detail"]
    assert fields(found) == field
    assert client.get("/jobs").json()["jobs"] == []


def test_a_file_of_another_size_counts_as_missing(client: TestClient, tmp_path: Path) -> None:
    (tmp_path / "weights" / "glyphs.bin").write_bytes(b"half")
    answer = client.post("/drafts", json={**COFFEE, "source": "composer"})
    problem(answer, 503, "weights-missing")


def test_auto_does_without_the_conditional_gan(client: TestClient, tmp_path: Path) -> None:
    (tmp_path / "weights" / "cgan.bin").unlink()
    assert client.post("/drafts", json=COFFEE).status_code == 202
    problem(client.post("/drafts", json={**COFFEE, "source": "cgan"}), 503, "weights-missing")
    (tmp_path / "weights" / "glyphs.bin").unlink()
    problem(client.post("/drafts", json=COFFEE), 503, "weights-missing")


def test_restyling_needs_the_pipeline_and_only_restyling(
    client: TestClient, tmp_path: Path
) -> None:
    (tmp_path / "weights" / "sd-embedded.bin").unlink()
    headers = {"Prefer": "respond-async"}
    restyled = client.post("/generate", json={**COFFEE, "restyle": True}, headers=headers)
    assert fields(problem(restyled, 503, "weights-missing")) == ["restyle"]
    problem(client.post("/restyle", json={"images": [upload(client)]}), 503, "weights-missing")
    plain = client.post("/generate", json={**COFFEE, "restyle": False}, headers=headers)
    assert plain.status_code == 202


def test_unknown_loras_are_named_by_their_place(client: TestClient) -> None:
    loras = [{"name": "pixel-art"}, {"name": "../../etc/passwd"}]
    found = problem(client.post("/generate", json={**COFFEE, "loras": loras}), 422, "unknown-lora")
    assert fields(found) == ["loras[1].name"]
    assert "pixel-art" in found["detail"]
    assert "passwd" not in found["detail"]


def test_a_lora_is_known_as_soon_as_its_file_is_there(client: TestClient, tmp_path: Path) -> None:
    body = {"images": [upload(client)], "loras": [{"name": "new"}]}
    problem(client.post("/restyle", json=body), 422, "unknown-lora")
    write_lora(tmp_path / "lora" / "new.safetensors")
    assert client.post("/restyle", json=body).status_code == 202


def test_drafts_restyle_and_upscale_answer_202_and_make_pictures(
    client: TestClient, worker: StubWorker
) -> None:
    image = upload(client)
    for path, body, count in (
        ("/drafts", COFFEE, 2),
        ("/restyle", {"images": [image], "style": "neon", "seed": 3}, 1),
        ("/upscale", {"images": [image], "size": 1024}, 1),
    ):
        answer = client.post(path, json=body)
        assert answer.status_code == 202
        job = ended(client, answer.headers["location"])
        assert job["kind"] == path[1:]
        assert job["state"] == "succeeded"
        assert len(job["result"]["images"]) == count


@pytest.mark.parametrize("path", ["/restyle", "/upscale"])
def test_unknown_pictures_are_named_by_their_place(client: TestClient, path: str) -> None:
    images = [upload(client), "img_000000000000000000000000", "nothing"]
    found = problem(client.post(path, json={"images": images}), 422, "invalid-request")
    assert fields(found) == ["images[1]", "images[2]"]


def test_pictures_are_enlarged_to_the_largest_size_unless_told(client: TestClient) -> None:
    body = {"images": [upload(client)]}
    assert client.post("/upscale", json=body).json()["request"]["size"] == 1024


def test_what_is_as_large_already_is_not_enlarged(client: TestClient) -> None:
    large, small = upload(client, size=(512, 300)), upload(client, size=(511, 511))
    answer = client.post("/upscale", json={"images": [large], "size": 512})
    found = problem(answer, 422, "invalid-request")
    assert found["errors"] == [{"field": "size", "reason": "every picture is as large already"}]
    assert client.get("/jobs").json()["jobs"] == []
    both = client.post("/upscale", json={"images": [large, small], "size": 512})
    assert both.status_code == 202


def test_steps_and_speed_exclude_each_other(client: TestClient) -> None:
    body = {"images": [upload(client)], "speed": "quality"}
    assert client.post("/restyle", json={**body, "steps": None}).status_code == 202
    found = problem(client.post("/restyle", json={**body, "steps": 20}), 422, "invalid-request")
    assert fields(found) == ["steps"]
    own = client.post("/restyle", json={"images": body["images"], "steps": 1})
    assert own.json()["request"]["steps"] == 1
    assert "speed" not in own.json()["request"]


def test_words_are_needed(client: TestClient) -> None:
    for body in ({}, {"description": " \n ", "name": "\u200b"}):
        found = problem(client.post("/drafts", json=body), 422, "invalid-request")
        assert fields(found) == ["description"]
    assert client.post("/drafts", json={"name": "Fuchs"}).status_code == 202


def test_text_is_normalised_as_the_documentation_says(client: TestClient) -> None:
    body = {"description": "  cafe\u0301\u202e by the sea\n", "name": "A\u200bB"}
    request = client.post("/drafts", json=body).json()["request"]
    assert request["description"] == "caf\u00e9 by the sea"
    assert request["name"] == "AB"


def test_pictures_deleted_since_are_left_out_of_a_result(
    client: TestClient, worker: StubWorker
) -> None:
    body = client.post("/generate", json=COFFEE).json()
    client.delete(body["images"][0]["url"])
    result = client.get(f"/jobs/{body['job']}").json()["result"]
    assert [image["id"] for image in result["images"]] == [body["images"][1]["id"]]
    assert "deleted" in result["warnings"][0]


def ended(client: TestClient, location: str) -> dict[str, Any]:
    assert eventually(lambda: bool(client.get(location).json()["finished_at"]))
    job: dict[str, Any] = client.get(location).json()
    return job


ASKED = LogoRequest("a fox", "Foxy", style="neon", restyle_params=RestyleParams(style="neon"))


def stored_draft(settings: Settings, **changes: Any) -> str:
    record = new_image_record(
        **{
            "reproduce": {"request": ASKED.to_json()},
            "stage": "draft",
            "origin": "composer",
            "seed": 7,
            "palette": ["#FFFFFF", "#1B3A4B", "#F2A541"],
            "layout": "disc",
            **changes,
        }
    )
    with closing(DiskImageStore(settings.paths.output)) as images:
        return images.save(Image.new("RGB", (32, 32), "teal"), record).id


def test_a_variation_takes_its_words_and_its_artist_from_the_draft(
    client: TestClient, settings: Settings
) -> None:
    draft = stored_draft(settings)
    vary = {"image": draft, "amount": "little"}
    answer = client.post("/drafts", json={"vary": vary, "seed": 3, "name": "Zorro"})
    assert answer.status_code == 202
    request = answer.json()["request"]
    assert request["vary"] == vary
    assert (request["description"], request["name"]) == ("a fox", "Zorro")
    assert (request["style"], request["source"]) == ("neon", "composer")


def test_what_cannot_be_varied_is_said_with_the_next_step(
    client: TestClient, settings: Settings
) -> None:
    final = stored_draft(settings, stage="final")
    for image, told in ((final, "restyle it instead"), ("img_0", "no picture with this id")):
        answer = client.post("/drafts", json={"vary": {"image": image, "amount": "lot"}})
        found = problem(answer, 422, "invalid-request")
        assert fields(found) == ["vary.image"]
        assert told in str(found["errors"])
    answer = client.post("/drafts", json={"vary": {"image": final, "amount": "some"}})
    assert fields(problem(answer, 422, "invalid-request")) == ["vary.amount"]
