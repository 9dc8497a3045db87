"""The promises of `make logs-proof`, in a shorter form."""

from __future__ import annotations

from pathlib import Path

import pytest

from backend.bench.logs import prove_extras, prove_latency, prove_rotation


def test_no_line_is_lost_when_several_processes_rotate_hard(tmp_path: Path) -> None:
    result = prove_rotation(tmp_path, processes=4, lines=20_000, file_bytes=100_000)
    assert result.is_clean, result
    assert result.files > 40


def test_arbitrary_extras_give_valid_lines() -> None:
    found = prove_extras(5_000)
    assert (found["invalid"], found["raised"]) == (0, 0)


@pytest.mark.parametrize("peer", ["dead", "deaf"])
def test_a_bad_peer_does_not_slow_a_log_call(tmp_path: Path, peer: str) -> None:
    # The promise is 100 µs for 99 of 100 calls, measured by make logs-proof. Here a busy machine
    # may take the processor away, so the middle is looked at, and a slow one is slow in the loops
    # between the calls too, which take 40 µs beside 30 µs for a call. python-logstash alone takes
    # a second for a call beside a deaf peer.
    result = prove_latency(tmp_path, peer, 5_000)
    assert result.p50 < 5 * result.loop_p50
    assert result.longest < 900_000
