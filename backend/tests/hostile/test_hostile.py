"""Hostile files, sent to a real web process, are refused and leave it as it was."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from backend.bench.slow_clients import RunningWeb, running_web
from backend.tests.hostile.blobs import picture
from backend.tests.hostile.sending import RISE_MB, Hostile, catalogue, sent
from backend.tests.hostile.tables import sound

# Each adapter is checked in a process of its own, which takes a second on a slow machine; every
# one of them is a test of `inspect_adapter`, and the command sends them all.
_EVERY = {"lora": 8}
_PATIENCE_SECONDS = 120


def chosen() -> list[Hostile]:
    """All that are cheap, and some of the others."""
    found: list[Hostile] = []
    seen: dict[str, int] = {}
    for hostile in catalogue():
        number = seen[hostile.target] = seen.get(hostile.target, -1) + 1
        if number % _EVERY.get(hostile.target, 1) == 0:
            found.append(hostile)
    return found


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningWeb]:
    with running_web(tmp_path_factory.mktemp("hostile")) as web:
        yield web


def test_there_are_many() -> None:
    assert len(list(catalogue())) >= 150


def test_every_one_is_refused_and_the_service_is_as_well_as_before(web: RunningWeb) -> None:
    with httpx.Client(base_url=f"http://127.0.0.1:{web.port}", timeout=_PATIENCE_SECONDS) as client:
        costs = [sent(client, web.pid, hostile) for hostile in chosen()]
        wrong = [
            (cost.hostile.target, cost.hostile.name, cost.status, cost.code, int(cost.rise_mb))
            for cost in costs
            if not cost.is_refused or cost.rise_mb > RISE_MB
        ]
        assert wrong == []
        client.get("/health/live").raise_for_status()
        image = client.post("/images", files={"file": ("a.png", picture("PNG"))})
        assert image.status_code == 201
        begun = client.post("/datasets", json={"name": "good", "bytes": len(sound())}).json()
        headers = {"Content-Type": "application/octet-stream", "Upload-Offset": "0"}
        client.patch(f"/datasets/{begun['id']}", content=sound(), headers=headers)
        shown = client.get(f"/datasets/{begun['id']}/rows/0/image")
        assert shown.headers["content-type"] == "image/png"
        assert client.get("/datasets").json()["datasets"][0]["state"] == "ready"
        assert client.get("/loras").json()["loras"] == []


def test_names_of_files_reach_no_path(web: RunningWeb, tmp_path: Path) -> None:
    del tmp_path
    names = ("../../x.png", "/etc/x.png", "x" * 4_000 + ".png", "CON.png", "a\u202egnp.exe")
    with httpx.Client(base_url=f"http://127.0.0.1:{web.port}", timeout=_PATIENCE_SECONDS) as client:
        for name in names:
            answer = client.post("/images", files={"file": (name, picture("PNG", (40, 40)))})
            assert answer.status_code == 201, name
            assert "/" not in answer.json()["id"]
