from __future__ import annotations

from contextlib import closing
from pathlib import Path

from fastapi.testclient import TestClient

from backend.api.problems import problem_kinds
from backend.domain.generation import EVALUATIONS_BY_SPEED, LIMITS
from backend.jobs.store import SqlJobStore
from backend.main import create_app
from backend.settings import Settings
from backend.tests.api.support import problem, temporary_settings
from backend.vector.finishes import Finish
from backend.vector.layouts import Layout


def test_capabilities_repeat_the_domain(client: TestClient) -> None:
    found = client.get("/capabilities").json()
    assert found["limits"]["count"] == {"low": 1, "high": 8, "default": 4}
    assert found["limits"]["sizes_px"] == list(LIMITS.sizes_px)
    assert found["limits"]["upload_sides_px"] == list(LIMITS.upload_sides_px)
    assert found["speeds"] == {str(speed): count for speed, count in EVALUATIONS_BY_SPEED.items()}
    assert found["sources"] == ["auto", "cgan", "composer"]
    assert [style["name"] for style in found["styles"]] == [str(finish) for finish in Finish]
    assert found["layouts"] == [str(layout) for layout in Layout]
    assert found["loras"] == ["pixel-art"]
    assert found["profile"] == "embedded"
    assert found["restyle_default"] is False


def test_seconds_are_what_was_remembered(client: TestClient, settings: Settings) -> None:
    unknown = dict.fromkeys(["drafts", "draft", "balanced", "quality"])
    assert client.get("/capabilities").json()["seconds"] == unknown
    with closing(SqlJobStore(settings.jobs_url)) as store:
        store.remember_timing("stage:restyle", 0.1)
        store.remember_timing("stage:finish", 0.2)
    seconds = client.get("/capabilities").json()["seconds"]
    assert seconds == {"drafts": None, "draft": 0.7, "balanced": 1.2, "quality": 2.2}


def test_whether_to_restyle_by_default_is_a_fact_of_the_weights(tmp_path: Path) -> None:
    settings = temporary_settings(tmp_path)
    manifest = tmp_path / "weights" / "manifest.json"
    entry = '"name": "sd-embedded", '
    text = manifest.read_text().replace(entry, entry + '"facts": {"restyles_by_default": true}, ')
    manifest.write_text(text)
    with TestClient(create_app(settings)) as client:
        assert client.get("/capabilities").json()["restyle_default"] is True
        job = client.post("/generate", json={"name": "x"}, headers={"Prefer": "respond-async"})
        assert job.json()["request"]["restyle"] is True
        (tmp_path / "weights" / "sd-embedded.bin").unlink()
        assert client.get("/capabilities").json()["restyle_default"] is False


def test_every_problem_is_explained(client: TestClient) -> None:
    for code, kind in problem_kinds().items():
        page = client.get(f"/problems/{code}").json()
        assert page["code"] == code
        assert page["status"] == kind.status
        assert page["title"]
        assert len(page["explanation"]) > 20
    problem(client.get("/problems/nothing"), 404, "not-found")


def test_the_documentation_works_without_the_internet(client: TestClient) -> None:
    page = client.get("/docs").text
    assets = [part.split('"')[0] for part in page.replace('href="', 'src="').split('src="')[1:]]
    assert len(assets) == 3
    for asset in assets:
        assert asset.startswith("/docs-assets/")
        assert len(client.get(asset).content) > 1_000
    assert client.get("/openapi.json").json()["info"]["title"] == "Text to logo"
    problem(client.get("/docs-assets/nothing.js"), 404, "not-found")
