"""The proofs of the service in a short form: real processes, real signals, real sockets."""

from __future__ import annotations

from pathlib import Path

import pytest

from backend.proof.fuzz import prove_fuzz
from backend.proof.kills import prove_kills
from backend.proof.soak import prove_soak
from backend.proof.streams import prove_streams


def test_killed_processes_lose_nothing_and_do_nothing_twice() -> None:
    report = prove_kills(rounds=5, seed=2)
    assert report.is_kept, str(report)
    assert report.figures["jobs acknowledged"] == 90


def test_streams_that_are_cut_tell_every_event_once() -> None:
    report = prove_streams(cuts=40, kills=1, seed=2)
    assert report.is_kept, str(report)
    cut = report.figures["streams cut by the client"]
    assert isinstance(cut, int)
    assert cut >= 40
    assert report.figures["cut inside an event"]


def test_odd_requests_bring_no_fault_of_the_service(tmp_path: Path) -> None:
    report = prove_fuzz(requests=600, seed=2, keep=tmp_path)
    assert report.is_kept, str(report)
    assert report.figures["other answers >= 500"] == 0
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_steady_load_leaves_no_trace() -> None:
    report = prove_soak(minutes=1, rate=8, seed=2)
    assert report.is_kept, str(report)
