from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from backend.domain.errors import LogStackFailed
from backend.services.log_stack.canary import await_canary, send_canary
from backend.services.log_stack.setup import Patience, StackAddress
from backend.tests.services.log_stack_server import Answer, Asked, LogStackServer
from backend.tests.services.test_log_stack_setup import Clock


@pytest.fixture
def server() -> Iterator[LogStackServer]:
    made = LogStackServer(password="reader-password")
    yield made
    made.close()


def wait(server: LogStackServer, counts: list[int], dead: int = 0) -> int:
    """Answers the counts one after the other, the last one again and again."""
    remaining = list(counts)

    def answer(asked: Asked) -> Answer | None:
        if "_count" not in asked.path:
            return 200, {"_shards": {}}
        if "dead_letter" in asked.path:
            return 200, {"count": dead}
        assert asked.body == {"query": {"term": {"logo.canary": "canary-1"}}}
        return 200, {"count": remaining.pop(0) if len(remaining) > 1 else remaining[0]}

    server.override = answer
    clock = Clock()
    address = StackAddress(server.url, user="logo_reader", password=server.password)
    return await_canary(address, "canary-1", Patience(30, clock, clock.sleep))


def test_a_canary_is_a_line_like_any_other(tmp_path: Path) -> None:
    mark = send_canary(tmp_path)
    (file,) = tmp_path.glob("canary-0.*.jsonl")
    line = json.loads(file.read_text())
    assert line["logo"]["canary"] == mark
    assert line["data_stream"]["dataset"] == "logo.canary"


def test_one_line_that_arrives_late_is_enough(server: LogStackServer) -> None:
    assert wait(server, [0, 0, 1], dead=4) == 4
    assert {asked.user for asked in server.asked} == {"logo_reader"}


@pytest.mark.parametrize(("counts", "said"), [([0], "not ready after"), ([1, 2], "2 times")])
def test_none_or_two_are_a_failure(server: LogStackServer, counts: list[int], said: str) -> None:
    with pytest.raises(LogStackFailed, match=said):
        wait(server, counts)


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "logs").write_text("a file")
    with pytest.raises(LogStackFailed, match="cannot be written"):
        send_canary(tmp_path / "logs")


def test_a_stack_that_is_not_there_is_told() -> None:
    clock = Clock()
    with pytest.raises(LogStackFailed, match="does not answer"):
        await_canary(
            StackAddress("http://127.0.0.1:9"), "canary-1", Patience(1, clock, clock.sleep)
        )
