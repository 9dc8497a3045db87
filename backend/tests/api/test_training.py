"""Training sets, trainings and tryouts over HTTP."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from backend.api.routes.training import MAX_REQUEST_BYTES
from backend.settings import Settings
from backend.storage.training_runs import TrainingRunStore
from backend.storage.training_sets import TrainingSetStore
from backend.storage.tryouts import Tryout, TryoutStore
from backend.tests.api.support import any_problem, fields, picture_file, problem
from backend.tests.services.training_scene import write_check
from backend.utils.files import sha256_of

NOBODY = {"sets": "set_" + "0" * 24, "runs": "run_" + "0" * 24}


def send(client: TestClient, set_id: str, *names: str, content: bytes = b"x") -> Any:
    files = [("files", (name, content)) for name in names]
    return client.post(f"/training/sets/{set_id}/files", files=files)


def make(client: TestClient, *names: str) -> str:
    set_id: str = client.post("/training/sets", json={"name": "a set"}).json()["id"]
    if names:
        assert send(client, set_id, *names).status_code == 200
    return set_id


def check(settings: Settings, set_id: str) -> None:
    """What the worker makes of a set."""
    store = TrainingSetStore(settings.paths.data)
    stored = store.get(set_id)
    write_check(stored.folder, list(stored.uploads))
    store.settle_inspection(set_id, stored.stamp)


@pytest.fixture
def ready(client: TestClient, settings: Settings) -> str:
    set_id = make(client, "a.png", "b.png", "c.png")
    check(settings, set_id)
    return set_id


def test_a_set_is_made_filled_and_deleted(client: TestClient) -> None:
    answer = client.post("/training/sets", json={"name": "Harbour"})
    assert answer.status_code == 201
    body = answer.json()
    assert answer.headers["location"] == f"/training/sets/{body['id']}"
    assert (body["name"], body["state"], body["files"], body["bytes"]) == ("Harbour", "empty", 0, 0)
    picture = picture_file()
    sent = send(client, body["id"], "a.png", "../b.png", content=picture).json()
    assert (sent["state"], sent["files"], sent["bytes"]) == ("uploaded", 2, 2 * len(picture))
    assert [one["id"] for one in client.get("/training/sets").json()["sets"]] == [body["id"]]
    assert client.delete(f"/training/sets/{body['id']}").status_code == 204
    problem(client.get(f"/training/sets/{body['id']}"), 404, "set-not-found")


def test_what_was_sent_is_stored_unread(client: TestClient, settings: Settings) -> None:
    """A bomb and a lie are the check's to find, in its own process."""
    set_id = make(client, "bomb.png", "broken.zip", "lie.heic", "captions.txt")
    uploads = TrainingSetStore(settings.paths.data).get(set_id).folder / "uploads"
    assert {path.read_bytes() for path in uploads.iterdir()} == {b"x"}


def test_files_that_are_not_taken_are_named(client: TestClient) -> None:
    set_id = make(client)
    found = problem(send(client, set_id, "a.png", "b.exe"), 422, "invalid-request")
    assert fields(found) == ["files[1]"]
    found = problem(send(client, set_id, "a.png", content=b""), 422, "invalid-request")
    assert fields(found) == ["files[0]"]
    address = f"/training/sets/{set_id}/files"
    problem(client.post(address, files=[("other", ("a.png", b"x"))]), 422, "invalid-request")
    problem(client.post(address, data={"files": "x"}), 415, "unsupported-media-type")
    text = b'--b\r\nContent-Disposition: form-data; name="files"\r\n\r\nx\r\n--b--\r\n'
    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    problem(client.post(address, content=text, headers=headers), 422, "invalid-request")
    many = [("files", (f"{i}.png", b"x")) for i in range(500)]
    problem(client.post(address, files=many), 400, "malformed-request")
    problem(send(client, NOBODY["sets"], "a.png"), 404, "set-not-found")
    assert client.get(f"/training/sets/{set_id}").json()["state"] == "empty"


def test_a_body_that_is_too_large_is_refused_by_its_length(client: TestClient) -> None:
    address = f"/training/sets/{make(client)}/files"
    headers = {
        "Content-Type": "multipart/form-data; boundary=b",
        "Content-Length": str(MAX_REQUEST_BYTES + 2**20),
    }
    problem(client.post(address, content=b"x", headers=headers), 413, "payload-too-large")


def test_a_check_is_a_job(client: TestClient) -> None:
    empty = make(client)
    problem(client.post(f"/training/sets/{empty}/inspect"), 422, "invalid-request")
    set_id = make(client, "a.png")
    answer = client.post(f"/training/sets/{set_id}/inspect")
    job = answer.json()
    assert (answer.status_code, job["kind"], job["state"]) == (202, "inspect", "queued")
    assert answer.headers["location"] == f"/jobs/{job['id']}"
    assert client.post(f"/training/sets/{set_id}/inspect").json()["id"] == job["id"]
    body = client.get(f"/training/sets/{set_id}").json()
    assert (body["state"], body["job"]) == ("inspecting", job["id"])
    problem(client.delete(f"/training/sets/{set_id}"), 409, "in-use")
    client.delete(f"/jobs/{job['id']}")
    assert client.get(f"/training/sets/{set_id}").json()["state"] == "uploaded"


def test_what_a_check_found_is_shown_and_can_be_worked_on(client: TestClient, ready: str) -> None:
    address = f"/training/sets/{ready}"
    body = client.get(address).json()
    assert body["state"] == "ready"
    first = body["pictures"][0]
    assert (first["file"], first["caption"], first["caption_from"]) == (
        "a.png", "proposed words", "proposed",
    )  # fmt: skip
    thumbnail = client.get(first["thumbnail_url"])
    assert (thumbnail.content, thumbnail.headers["content-type"]) == (b"small", "image/webp")
    written = client.put(f"{address}/captions", json={"captions": {"a.png": "  a fox  "}}).json()
    assert (written["pictures"][0]["caption"], written["pictures"][0]["caption_from"]) == (
        "a fox", "edited",
    )  # fmt: skip
    found = client.put(f"{address}/captions", json={"captions": {"x.png": "a"}})
    assert fields(problem(found, 422, "invalid-request")) == ["captions.x.png"]
    found = client.put(f"{address}/captions", json={"captions": {"a.png": "a" * 501}})
    problem(found, 422, "invalid-request")
    left = client.delete(f"{address}/pictures/a.png").json()
    assert [picture["file"] for picture in left["pictures"]] == ["b.png", "c.png"]
    assert left["state"] == "unready"
    problem(client.delete(f"{address}/pictures/a.png"), 404, "not-found")
    problem(client.get(first["thumbnail_url"]), 404, "not-found")
    assert client.get("/training/sets").json()["sets"][0]["pictures"] == []


def test_two_hundred_long_captions_fit(client: TestClient, settings: Settings) -> None:
    names = [f"picture-{i}.png" for i in range(200)]
    set_id = make(client, *names)
    check(settings, set_id)
    body = json.dumps({"captions": dict.fromkeys(names, "Ж" * 500)})
    headers = {"Content-Type": "application/json"}
    answer = client.put(f"/training/sets/{set_id}/captions", content=body, headers=headers)
    assert answer.json()["pictures"][0]["caption"] == "Ж" * 500


def test_presets_say_what_can_be_trained(client: TestClient) -> None:
    body = client.get("/training/presets").json()
    assert [goal["name"] for goal in body["goals"]] == ["style", "object", "trigger"]
    bases = {base["name"]: base["is_present"] for base in body["bases"]}
    assert bases == {"sd-embedded": True, "sd15": False}
    assert set(body["limits"]) == {
        "steps", "rank", "learning_rate", "resolution_px", "batch_size", "seed",
    }  # fmt: skip
    assert body["limits"]["steps"]["low"] >= 1
    assert body["seconds_per_step"] == {"sd-embedded": None, "sd15": None}


def test_a_training_is_ordered_stopped_resumed_and_deleted(client: TestClient, ready: str) -> None:
    order = {"set": ready, "name": "harbour", "goal": "style", "steps": 30}
    answer = client.post("/training/runs", json=order)
    body = answer.json()
    assert answer.status_code == 202
    assert answer.headers["location"] == f"/training/runs/{body['id']}"
    assert (body["state"], body["steps"], body["settings"]["steps"]) == ("queued", 30, 30)
    assert (body["name"], body["title"], body["goal"]) == ("harbour", "harbour", "style")
    job = client.get(f"/jobs/{body['job']}").json()
    assert (job["kind"], job["queue_position"]) == ("train_lora", 1)
    found = problem(client.post("/training/runs", json=order), 409, "name-taken")
    assert fields(found) == ["name"]
    problem(client.delete(f"/training/runs/{body['id']}"), 409, "in-use")
    problem(client.delete(f"/training/sets/{ready}"), 409, "in-use")
    stopped = client.post(f"/training/runs/{body['id']}/stop")
    assert (stopped.status_code, stopped.json()["state"]) == (202, "stopped")
    resumed = client.post(f"/training/runs/{body['id']}/resume")
    assert (resumed.status_code, resumed.json()["state"]) == (202, "queued")
    # Cancelling the job is the same as stopping the training.
    client.delete(f"/jobs/{resumed.json()['job']}")
    listed = client.get("/training/runs").json()["runs"]
    assert [(run["id"], run["state"]) for run in listed] == [(body["id"], "stopped")]
    assert client.delete(f"/training/runs/{body['id']}").status_code == 204
    assert client.get("/training/runs").json() == {"runs": []}


def test_orders_that_make_no_sense_name_their_fields(client: TestClient, ready: str) -> None:
    good = {"set": ready, "name": "x", "goal": "style"}
    for change, field in (
        ({"name": "../x"}, "name"),
        ({"goal": "everything"}, "goal"),
        ({"goal": "trigger"}, "trigger"),
        ({"base": "dall-e"}, "base"),
        ({"resolution_px": 100}, "resolution_px"),
        ({"steps": 10**9}, "steps"),
        ({"learning_rate": 0}, "learning_rate"),
        ({"colour": "red"}, "colour"),
        ({"trigger": "<script>"}, "trigger"),
    ):
        found = problem(client.post("/training/runs", json=good | change), 422, "invalid-request")
        assert fields(found) == [field]
    problem(client.post("/training/runs", json=good | {"base": "sd15"}), 503, "weights-missing")
    problem(client.post("/training/runs", json=good | {"set": "x"}), 404, "set-not-found")
    unchecked = make(client, "a.png")
    found = problem(
        client.post("/training/runs", json=good | {"set": unchecked}), 422, "set-unready"
    )
    assert "checked" in found["detail"]
    assert client.get("/training/runs").json() == {"runs": []}


def test_a_training_shows_what_it_wrote_down(
    client: TestClient, settings: Settings, ready: str
) -> None:
    order = {"set": ready, "name": "harbour", "goal": "style"}
    run_id = client.post("/training/runs", json=order).json()["id"]
    folder = TrainingRunStore(settings.paths.data).folder_of(run_id)
    (folder / "history.jsonl").write_text('{"step": 1, "loss": 0.5}\n{"step": 2, "loss": 0.4}\n')
    (folder / "samples-000002.png").write_bytes(b"png")
    body = client.get(f"/training/runs/{run_id}").json()
    assert body["curves"] == {
        "name": "harbour", "points": 2, "rows": 2,
        "columns": {"step": [1, 2], "loss": [0.5, 0.4]},
    }  # fmt: skip
    (sample,) = body["samples"]
    assert sample["step"] == 2
    answer = client.get(sample["url"])
    assert (answer.content, answer.headers["content-type"]) == (b"png", "image/png")
    problem(client.get(f"/training/runs/{run_id}/samples/run.json"), 404, "not-found")
    assert client.get("/training/runs").json()["runs"][0]["curves"] is None


@pytest.mark.parametrize("path", ["", "/stop", "/resume"])
def test_unknown_trainings_are_not_found(client: TestClient, path: str) -> None:
    for run_id in (NOBODY["runs"], "..%2f..", "x" * 65):
        address = f"/training/runs/{run_id}{path}"
        found = client.post(address) if path else client.get(address)
        any_problem(found)
        assert found.status_code == 404


def test_a_tryout_is_ordered_and_shown(client: TestClient, settings: Settings) -> None:
    address = "/loras/pixel-art/tryout"
    problem(client.get(address), 404, "tryout-not-found")
    problem(client.post("/loras/nothing/tryout"), 404, "not-found")
    answer = client.post(address)
    assert (answer.status_code, answer.json()["kind"]) == (202, "tryout")
    assert client.post(address).json()["id"] == answer.json()["id"]
    adapter = settings.paths.lora / "pixel-art.safetensors"
    grid = Tryout(("a fox", "a cup"), (0.0, 1.0), 0.6, 7, 3.5, 1.0)
    cells = {(row, column): b"%d%d" % (row, column) for row in (0, 1) for column in (0, 1)}
    TryoutStore(settings.paths.output).save(sha256_of(adapter), grid, cells)
    body = client.get(address).json()
    assert (body["prompts"], body["weights"]) == (["a fox", "a cup"], [0, 1])
    assert (body["strength"], body["seed"], body["suggested_weight"]) == (0.6, 7, 1.0)
    for cell in body["cells"]:
        found = client.get(cell["url"])
        assert found.content == b"%d%d" % (cell["prompt"], cell["weight"])
        assert found.headers["content-type"] == "image/webp"
    problem(client.get(f"{address}/5-5.webp"), 404, "tryout-not-found")
    problem(client.get(f"{address}/x-1.webp"), 422, "invalid-request")
    # Another file of the same name is another adapter.
    adapter.write_bytes(b"something else")
    problem(client.get(address), 404, "tryout-not-found")


def test_no_file_of_a_set_is_reached_from_outside_of_it(client: TestClient, ready: str) -> None:
    secret = Path("/etc/passwd").read_bytes()
    for name in ("..%2f..%2fset.json", "%2e%2e%2fset.json", "set.json", "..", "%00"):
        answer = client.get(f"/training/sets/{ready}/pictures/{name}/thumbnail")
        assert answer.status_code in (404, 422)
        assert secret not in answer.content
