from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from backend.services.log_stack.status import LogStatus, StackState, last_errors
from backend.tests.services.log_stack_server import LogStackServer
from backend.tests.services.test_log_stack_setup import Clock


@pytest.fixture
def server() -> Iterator[LogStackServer]:
    made = LogStackServer(password="reader-password")
    yield made
    made.close()


def line(second: int, level: str = "error", **more: Any) -> str:
    values = {
        "@timestamp": f"2026-11-21T10:15:{second:02d}.000Z",
        "log": {"level": level},
        "message": f"at {second}",
        "service": {"type": "worker"},
        **more,
    }
    return json.dumps(values, separators=(",", ":")) + "\n"


def test_without_a_stack_and_a_folder_that_is_said() -> None:
    report = LogStatus().report()
    assert (report.stack, report.writes_files, report.errors) == (
        StackState.NOT_CONFIGURED,
        False,
        (),
    )


def test_a_stack_that_answers_is_asked_at_most_every_ten_seconds(server: LogStackServer) -> None:
    clock = Clock()
    status = LogStatus(None, server.url, password="reader-password", monotonic=clock)
    for _ in range(3):
        report = status.report()
    assert (report.stack, report.detail) == (StackState.REACHABLE, "green")
    assert [asked.user for asked in server.asked] == ["logo_reader"]
    clock.sleep(10)
    status.report()
    assert len(server.asked) == 2


def test_a_wrong_password_is_an_unreachable_stack(server: LogStackServer) -> None:
    report = LogStatus(None, server.url, password="another").report()
    assert (report.stack, report.detail) == (StackState.UNREACHABLE, "status 401")


def test_a_stack_that_is_down_is_told() -> None:
    report = LogStatus(None, "http://127.0.0.1:9").report()
    assert (report.stack, report.detail) == (StackState.UNREACHABLE, "ConnectError")


def test_errors_of_all_processes_come_newest_first(tmp_path: Path) -> None:
    request = {"request": {"id": ["r1", "r2"]}}
    (tmp_path / "api-0.1.jsonl").write_text(
        line(1) + line(2, "info") + line(5, http=request, error={"code": "c", "type": "T"})
    )
    (tmp_path / "worker-0.1.jsonl").write_text(
        line(3, "critical", logo={"job": {"id": ["j1", "j2"]}}, error={"type": "KeyError"})
    )
    found = last_errors(tmp_path)
    assert [error.message for error in found] == ["at 5", "at 3", "at 1"]
    assert (found[0].request_id, found[0].code) == ("r1, r2", "c")
    assert (found[1].job_id, found[1].code) == ("j1, j2", "KeyError")


def test_only_the_ends_of_the_newest_files_are_read(tmp_path: Path) -> None:
    filler = line(1, "info") * 5_000
    (tmp_path / "api-0.1.jsonl").write_text(line(1) + filler + line(2))
    for number in range(20):
        path = tmp_path / f"worker-{number}.1.jsonl"
        path.write_text(line(30 + number))
        os.utime(path, (number, number))
    found = last_errors(tmp_path)
    assert "at 1" not in [error.message for error in found]
    assert {"at 2", "at 49"} <= {error.message for error in found}
    assert "at 30" not in [error.message for error in found]


def test_lines_that_are_none_are_passed_over(tmp_path: Path) -> None:
    (tmp_path / "api-0.1.jsonl").write_bytes(
        b'{"level":"error"\n"level":"error"\n[{"level":"error"}]\n{"log":{"level":"error"}}\n'
        + b'\xff{"level":"error"\n{"logo":1,"log":{"level":"error"},"@timestamp":"x","message":"m",'
        + b'"service":{"type":"api"}}\n'
        + line(9).encode()
    )
    assert [error.message for error in last_errors(tmp_path)] == ["at 9"]


def test_a_folder_that_is_not_there_has_no_errors(tmp_path: Path) -> None:
    assert last_errors(tmp_path / "none") == ()
