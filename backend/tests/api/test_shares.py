"""One key may have only so many jobs waiting, whatever it asks for and however it asks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from backend.main import create_app
from backend.tests.api.keyed import keyed
from backend.tests.api.support import picture_file, problem
from backend.tests.api.test_datasets import upload

FOX = {"description": "a fox", "count": 1}


def bodies(client: TestClient, headers: dict[str, str]) -> dict[str, Any]:
    """Requests for every kind of job of the lane of models, by their path."""
    file = {"file": ("a.png", picture_file(), "image/png")}
    image = client.post("/images", files=file, headers=headers).json()["id"]
    return {
        "/drafts": FOX,
        "/generate": FOX,
        "/restyle": {"images": [image]},
        "/upscale": {"images": [image], "size": 1024},
        "/exports": {"image": image},
        "/loras/pixel-art/tryout": None,
    }


@pytest.mark.parametrize("first", ["/drafts", "/exports", "/loras/pixel-art/tryout"])
def test_a_key_with_its_share_waiting_is_refused_for_any_kind(tmp_path: Path, first: str) -> None:
    with (made := keyed(tmp_path, queue_limit_per_caller=1)).client as client:
        one, other = made.bearing("admin"), made.bearing("admin")
        told = {**one, "Prefer": "respond-async"}
        asked = bodies(client, one)
        waiting = client.post(first, json=asked[first], headers=told)
        assert waiting.status_code == 202
        for path, body in asked.items():
            # The same export or try-on again is the job that waits already.
            if path == first != "/drafts":
                continue
            answer = client.post(path, json=body, headers=told)
            found = problem(answer, 429, "too-many-jobs")
            assert int(answer.headers["retry-after"]) > 0
            assert "your key" in found["detail"]
        assert client.post("/drafts", json=FOX, headers=other).status_code == 202
        client.delete(f"/jobs/{waiting.json()['id']}", headers=one)
        assert client.post("/drafts", json=FOX, headers=one).status_code == 202
        series = client.get("/metrics", headers=one).text
        assert 'logo_jobs_refused_total{code="too-many-jobs",kind="upscale",worker="web"} 1' in (
            series
        )


def test_analyses_have_a_share_of_their_own(tmp_path: Path) -> None:
    with (made := keyed(tmp_path, queue_limit_per_caller=1)).client as client:
        client.headers.update(made.bearing("admin"))
        from_one, from_other = upload(client), upload(client, name="others.parquet")
        assert client.post("/drafts", json=FOX).status_code == 202
        assert client.post(f"/datasets/{from_one}/eda").status_code == 202
        assert client.post(f"/datasets/{from_one}/eda").status_code == 202
        problem(client.post(f"/datasets/{from_other}/eda"), 429, "too-many-jobs")


def test_those_without_a_key_are_one_caller(tmp_path: Path) -> None:
    with (made := keyed(tmp_path, queue_limit_per_caller=2)).client as client:
        key = made.bearing("admin")
        assert client.post("/drafts", json=FOX, headers=key).status_code == 202
    (made.settings.state_folder / "keys.json").unlink()
    with TestClient(create_app(made.settings)) as client:
        for _ in range(2):
            assert client.post("/drafts", json=FOX).status_code == 202
        found = problem(client.post("/drafts", json=FOX), 429, "too-many-jobs")
        assert "without a key" in found["detail"]
