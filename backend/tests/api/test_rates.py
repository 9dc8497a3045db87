"""Rates at the door: who is counted, what things cost, and what is said to whoever is too fast."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from backend.main import create_app
from backend.tests.api.keyed import Keyed, bearer, keyed
from backend.tests.api.support import problem, temporary_settings

# So slow that nothing comes back while a test runs.
SLOW: dict[str, Any] = {"rate_per_second": 0.001, "rate_burst": 100}
STRANGER = ("192.0.2.7", 5000)


def left(answer: Any) -> int:
    policy, told = answer.headers["ratelimit-policy"], answer.headers["ratelimit"]
    assert policy == '"default";q=100;w=100000'
    return int(told.removeprefix('"default";r='))


@pytest.fixture
def door(tmp_path: Path) -> Keyed:
    return keyed(tmp_path, **SLOW)


def test_things_cost_what_they_are(door: Keyed) -> None:
    with door.client as client:
        headers = door.bearing("admin")
        assert left(client.get("/jobs", headers=headers)) == 99
        assert client.get("/health/live", headers=headers).headers.get("ratelimit") is None
        told = {"description": "a fox", "count": 8}
        # 5 for the job, 1 a picture; an answer tells what was left before the job was understood.
        assert left(client.post("/drafts", json=told, headers=headers)) == 94
        assert left(client.get("/jobs", headers=headers)) == 85
        repainted = told | {"count": 2, "restyle": True, "steps": 30}
        wish = {**headers, "Prefer": "respond-async"}
        assert client.post("/generate", json=repainted, headers=wish).status_code == 202
        assert left(client.get("/jobs", headers=headers)) == 85 - 5 - 2 * 31 - 1


def test_who_is_too_fast_is_told_when_to_come_back(door: Keyed) -> None:
    with door.client as client:
        headers = door.bearing("admin")
        body = {"description": "a fox", "count": 8, "restyle": True, "steps": 100}
        found = problem(
            client.post("/generate", json=body, headers=headers), 429, "too-many-requests"
        )
        assert "Retry-After" in found["detail"]
        assert client.get("/jobs", headers=headers).json()["jobs"] == []
        answers = [client.get("/jobs", headers=headers) for _ in range(100)]
        refused = answers[-1]
        problem(refused, 429, "too-many-requests")
        assert 900 <= int(refused.headers["retry-after"]) <= 1_000


def test_each_key_has_a_rate_of_its_own(door: Keyed) -> None:
    with door.client as client:
        one, other = door.bearing("admin"), door.bearing("admin")
        client.post("/models/x/pull", headers=one)
        assert left(client.get("/jobs", headers=one)) == 49
        assert left(client.get("/jobs", headers=other)) == 99


def test_a_ticket_counts_for_its_key(door: Keyed) -> None:
    with door.client as client:
        headers = door.bearing("upload")
        made = client.post("/tickets", json={"scope": "upload"}, headers=headers).json()
        client.get("/datasets/none", headers=bearer(made["ticket"]))
        assert left(client.get("/jobs", headers=headers)) == 97


def test_strangers_are_counted_by_address_and_do_not_stop_keys(door: Keyed) -> None:
    with door.client as client:
        for _ in range(100):
            problem(client.get("/jobs", headers=bearer("guess")), 401, "key-invalid")
        problem(client.get("/jobs", headers=bearer("guess")), 429, "too-many-requests")
        problem(client.get("/jobs"), 429, "too-many-requests")
        assert client.get("/jobs", headers=door.bearing("generate")).status_code == 200
        assert client.get("/health/live").status_code == 200


def test_without_keys_this_machine_is_not_counted_and_others_are(tmp_path: Path) -> None:
    app = create_app(temporary_settings(tmp_path, **SLOW))
    with TestClient(app, client=("127.0.0.1", 5000)) as client:
        for _ in range(101):
            assert client.get("/jobs").status_code == 200
        stranger = TestClient(app, client=STRANGER)
        assert left(stranger.get("/jobs")) == 99
        body = {"description": "a fox", "count": 4}
        assert stranger.post("/drafts", json=body).status_code == 202
        assert left(stranger.get("/jobs")) == 99 - 5 - 4 - 1


def test_a_line_with_many_addresses_has_one_rate(tmp_path: Path) -> None:
    app = create_app(temporary_settings(tmp_path, **SLOW))
    with TestClient(app, client=("2001:db8::1", 5000)) as client:
        assert left(client.get("/jobs")) == 99
        neighbour = TestClient(app, client=("2001:db8::ffff:2", 5000))
        assert left(neighbour.get("/jobs")) == 98
        other = TestClient(app, client=("2001:db8:0:1::1", 5000))
        assert left(other.get("/jobs")) == 99


def test_limits_can_be_switched_off(tmp_path: Path) -> None:
    made = keyed(tmp_path, rate_per_second=0, rate_burst=1)
    with made.client as client:
        headers = made.bearing("generate")
        for _ in range(3):
            answer = client.get("/jobs", headers=headers)
            assert answer.status_code == 200
            assert "ratelimit" not in answer.headers
