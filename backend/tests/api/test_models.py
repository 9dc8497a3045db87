from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from fastapi.testclient import TestClient

from backend.main import create_app
from backend.settings import Settings
from backend.tests.api.support import WEIGHTS, picture_file, problem


def test_models_say_what_is_there_and_how_to_get_the_rest(
    client: TestClient, tmp_path: Path
) -> None:
    models = {model["name"]: model for model in client.get("/models").json()["models"]}
    assert set(models) == set(WEIGHTS)
    assert models["cgan"]["present"] is True
    assert models["cgan"]["pull"] is None
    assert models["cgan"]["files"] == [
        {"path": "cgan.bin", "bytes": 3, "sha256": "0" * 64, "present": True}
    ]
    assert models["sd15"]["present"] is False
    assert models["sd15"]["pull"] == "python -m backend weights pull sd15"
    assert {(model["curves"], model["pulling"]) for model in models.values()} == {(False, None)}
    assert str(tmp_path) not in client.get("/models").text


def test_files_that_arrive_are_noticed_without_a_restart(
    client: TestClient, settings: Settings
) -> None:
    def present() -> list[str]:
        return [m["name"] for m in client.get("/models").json()["models"] if m["present"]]

    assert "sd15" not in present()
    (settings.paths.weights / "sd15.bin").write_bytes(b"abc")
    assert "sd15" in present()
    problem(client.post("/models/sd15/pull"), 409, "already-present")


def test_curves(client: TestClient, settings: Settings) -> None:
    problem(client.get("/models/cgan/history"), 404, "history-not-found")
    problem(client.get("/models/nothing/history"), 404, "unknown-weights")
    table = {
        "network": ["gan"] * 3,
        "epoch": [1, 2, 3],
        "step": [10, 20, 30],
        "seconds": [1.0, 2.0, 3.0],
        "images": [100, 200, 300],
        "g_loss": [0.5, float("inf"), None],
    }
    pq.write_table(pa.table(table), settings.paths.weights / "history.parquet")
    (network,) = client.get("/models/cgan/history").json()["networks"]
    assert (network["name"], network["points"], network["rows"]) == ("gan", 3, 3)
    assert network["columns"]["step"] == [10, 20, 30]
    assert network["columns"]["g_loss"] == [0.5, None, None]
    assert client.get("/models").json()["models"][0]["curves"] is True


def test_the_evaluation_and_the_sheets(client: TestClient, settings: Settings) -> None:
    problem(client.get("/models/evaluation"), 404, "not-found")
    (settings.paths.weights / "evaluation.json").write_text('{"seed": 0, "figures": []}')
    found = client.get("/models/evaluation").json()
    assert found == {"profile": "embedded", "report": {"seed": 0, "figures": []}, "sheets": []}
    pictures = settings.paths.data / "pictures"
    pictures.mkdir(parents=True)
    (pictures / "card-held-out.png").write_bytes(picture_file())
    (pictures / "private.png").write_bytes(picture_file())
    ((sheet),) = client.get("/models/evaluation").json()["sheets"]
    answer = client.get(sheet["url"])
    assert (answer.status_code, answer.content) == (200, picture_file())
    assert answer.headers["content-type"] == "image/png"
    for name in ("card-trained", "private", "..%2Fcard-held-out", "card-held-out.png"):
        problem(client.get(f"/models/sheets/{name}"), 404, "not-found")


def test_what_cannot_be_pulled_says_why(client: TestClient) -> None:
    problem(client.post("/models/nothing/pull"), 404, "unknown-weights")
    problem(client.post("/models/cgan/pull"), 409, "already-present")
    # None of the test's models has an address.
    problem(client.post("/models/sd15/pull"), 422, "invalid-request")
    assert client.get("/jobs").json()["jobs"] == []


def test_a_model_with_an_address_is_pulled_by_a_job(settings: Settings) -> None:
    manifest = settings.paths.weights / "manifest.json"
    name = '"name": "sd15", '
    manifest.write_text(manifest.read_text().replace(name, name + '"hub": "owner/name", '))
    with TestClient(create_app(settings)) as client:
        answer = client.post("/models/sd15/pull")
        job = answer.json()
        assert (answer.status_code, answer.headers["location"]) == (202, f"/jobs/{job['id']}")
        assert (job["kind"], job["state"], job["request"]) == ("pull", "queued", {"model": "sd15"})
        assert client.post("/models/sd15/pull").json()["id"] == job["id"]
        models = {model["name"]: model for model in client.get("/models").json()["models"]}
        assert models["sd15"]["pulling"] == job["id"]
        client.delete(f"/jobs/{job['id']}")
        models = {model["name"]: model for model in client.get("/models").json()["models"]}
        assert models["sd15"]["pulling"] is None
