"""A real web process under slow clients, as the command measures it."""

from __future__ import annotations

from pathlib import Path

from backend.bench.slow_clients import attack, running_web


def test_slow_clients_are_closed_and_nobody_else_notices(tmp_path: Path) -> None:
    with running_web(tmp_path) as web:
        verdict = attack(web.port, 40)
    late = {
        kind: seconds
        for kind, seconds in verdict.closed_seconds.items()
        if seconds is None or seconds > 30
    }
    assert late == {}
    assert verdict.statuses == {
        ("half a head, 1 byte/s", "408"): 8,
        ("body at 1 byte/s", "408"): 8,
        ("reads no answer", ""): 8,
        ("idle after an answer", "200"): 8,
        ("says nothing", ""): 8,
    }
    # Every request of the well-behaved client was answered all the while.
    assert len(verdict.health_ms) > 10
