from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from typing import Any

import pytest

from backend.domain.errors import StoreUnavailable
from backend.domain.jobs import JobState
from backend.services.worker_log import memory_bytes, worker_life


def counts() -> Mapping[JobState, int]:
    return {state: index for index, state in enumerate(JobState)}


def silent() -> Mapping[JobState, int]:
    raise StoreUnavailable("locked")


def told(caplog: pytest.LogCaptureFixture) -> list[dict[str, Any]]:
    return [vars(record) for record in caplog.records]


def test_a_life_is_told_from_start_to_stop(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    with worker_life("w1", counts, every_seconds=0.01):
        deadline = time.monotonic() + 120
        while len(caplog.records) < 3 and time.monotonic() < deadline:
            time.sleep(0.01)
    lines = told(caplog)
    actions = [line["event.action"] for line in lines]
    assert (actions[0], actions[1], actions[-1]) == (
        "worker-started",
        "worker-alive",
        "worker-stopped",
    )
    assert lines[1]["logo.worker.memory_bytes"] > 1_000_000
    assert (lines[1]["logo.queue.queued"], lines[1]["logo.queue.running"]) == (0, 1)
    assert lines[-1]["event.outcome"] == "success"


def test_a_worker_that_falls_is_told_even_without_a_store(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    with pytest.raises(RuntimeError), worker_life("w1", silent):
        raise RuntimeError("down")
    last = told(caplog)[-1]
    assert (last["event.action"], last["event.outcome"]) == ("worker-stopped", "failure")
    assert "logo.queue.queued" not in last


def test_memory_grows_with_what_is_held() -> None:
    before = memory_bytes()
    held = bytearray(b"x" * 50_000_000)
    after = memory_bytes()
    assert before is not None
    assert after is not None
    assert after - before > 40_000_000
    assert len(held) == 50_000_000
