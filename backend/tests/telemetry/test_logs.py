from __future__ import annotations

import json
import logging
import socket
import threading
import time
import warnings
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from backend.telemetry.logs import LogOptions, OwnFileHandler, configure_logging, reset_logging
from backend.telemetry.rotation import Rotation


@pytest.fixture
def logs(tmp_path: Path) -> Iterator[Path]:
    level, kind = logging.getLogger().level, logging.getLoggerClass()
    yield tmp_path / "logs"
    reset_logging()
    logging.getLogger().setLevel(level)
    logging.setLoggerClass(kind)


def lines(folder: Path, name: str = "") -> list[dict[str, Any]]:
    files = sorted(folder.glob(f"{name}*.jsonl"))
    return [json.loads(line) for file in files for line in file.read_text("utf-8").splitlines()]


def options(folder: Path, **values: Any) -> LogOptions:
    return LogOptions(folder=folder, **values)


def test_logs_go_to_a_file_of_their_own(logs: Path) -> None:
    configure_logging(options(logs), "worker")
    logging.getLogger("x").info("told")
    logging.getLogger("x").debug("not told")
    logging.getLogger("httpx").info("GET https://example.org/?token=secret")
    assert [line["message"] for line in lines(logs, "worker-0.")] == ["told"]


def test_warnings_are_logged(logs: Path) -> None:
    configure_logging(options(logs, format="json"), "api")
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(capture=True)
        warnings.warn("old ways", DeprecationWarning, stacklevel=1)
    assert "old ways" in lines(logs)[0]["message"]


def test_configuring_again_replaces_what_was_there(logs: Path) -> None:
    before = len(logging.getLogger().handlers)
    for _ in range(3):
        configure_logging(options(logs), "api")
    assert len(logging.getLogger().handlers) == before + 2
    logging.getLogger("x").info("once")
    assert len(lines(logs)) == 1
    assert len(list(logs.glob("*.jsonl"))) == 1


def test_a_folder_that_cannot_be_made_is_no_reason_to_stop(
    logs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    logs.write_text("a file")
    configure_logging(options(logs), "api")
    logging.getLogger("x").info("still here")
    shown = capsys.readouterr().err
    assert "no log file" in shown
    assert "still here" in shown


def test_any_extra_is_taken_by_loggers_old_and_new(logs: Path) -> None:
    old = logging.getLogger("test.logs.made.before")
    configure_logging(options(logs), "api")
    for logger in (old, logging.getLogger("test.logs.made.after")):
        logger.info("hello", extra={"message": "x", "name": "y", "args": 1, 7: 8})  # type: ignore[dict-item]
    expected = {"extra_message": "x", "extra_name": "y", "extra_args": 1, "7": 8}
    assert [line["labels"] for line in lines(logs)] == [expected, expected]


def test_known_secrets_and_prompts_follow_the_options(
    logs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    configure_logging(options(logs, secrets=("tr0ub4dor",)), "api")
    logging.getLogger("x").info("so it is tr0ub4dor", extra={"prompt": "a red fox"})
    written = str(lines(logs)) + capsys.readouterr().err
    assert "tr0ub4dor" not in written
    assert "fox" not in written


def test_lost_lines_are_told_once_writing_works_again(
    logs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    handler = OwnFileHandler(options(logs), "api")
    logger = logging.Logger("x")
    logger.addHandler(handler)
    logger.info("first")
    with monkeypatch.context() as patch:
        patch.setattr("os.write", lambda *_: (_ for _ in ()).throw(OSError(28, "full")))
        logger.info("lost")
        logger.info("lost too")
    logger.info("last")
    handler.close()
    found = lines(logs)
    assert [line["message"] for line in found[:2]] == ["first", "last"]
    assert found[2]["logo"]["log"]["lost"] == 2
    assert len(found) == 3


class Peer:
    """A Logstash tcp input that keeps what it reads."""

    def __init__(self) -> None:
        self.server = socket.create_server(("127.0.0.1", 0))
        self.port = self.server.getsockname()[1]
        self.received = b""
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        connection, _ = self.server.accept()
        with connection:
            while chunk := connection.recv(65_536):
                self.received += chunk

    def close(self) -> None:
        self._thread.join(timeout=120)
        self.server.close()


def test_the_live_tail_gets_every_line_that_the_file_gets(logs: Path) -> None:
    peer = Peer()
    configure_logging(options(logs, live_tail=f"127.0.0.1:{peer.port}"), "api")
    for number in range(500):
        logging.getLogger("x").info("line %d", number)
    reset_logging()
    peer.close()
    assert peer.received.splitlines() == next(logs.glob("*.jsonl")).read_bytes().splitlines()


def seconds_of_lines(handler: logging.Handler) -> float:
    """How long the caller of twenty thousand log lines is busy."""
    logger = logging.Logger("x")
    logger.addHandler(handler)
    started = time.perf_counter()
    for _ in range(20_000):
        logger.info("x" * 1_000)
    return time.perf_counter() - started


@pytest.mark.parametrize("peer", ["dead", "deaf"])
def test_a_bad_peer_costs_no_caller_time_and_drops_are_counted(
    logs: Path, peer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(socket.create_server(("127.0.0.1", 0), backlog=1)) as listener:
        port = listener.getsockname()[1]
        if peer == "dead":
            listener.close()
        alone = OwnFileHandler(options(logs), "alone")
        usual = seconds_of_lines(alone)
        alone.close()
        handler = OwnFileHandler(options(logs, live_tail=f"127.0.0.1:{port}"), "api")
        seconds = seconds_of_lines(handler)
        told: list[int] = []
        monkeypatch.setattr(handler.tail, "_report", told.append)
        handler.close()
    # python-logstash alone takes a second for each batch that a deaf peer does not read.
    assert seconds < 10 * usual
    assert sum(told) > 1_000


def test_drops_of_the_live_tail_are_told_in_the_file(logs: Path) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        port = listener.getsockname()[1]
    configure_logging(options(logs, live_tail=f"127.0.0.1:{port}"), "api")
    logging.getLogger("x").info("into the void")
    reset_logging()
    told = lines(logs)[-1]
    assert told["event"]["action"] == "log-lines-dropped"
    assert told["logo"]["log"]["lost"] == 1


def test_lines_of_a_file_that_rotates_are_all_kept(logs: Path) -> None:
    configure_logging(options(logs, rotation=Rotation(file_bytes=2_000, file_count=1_000)), "api")
    for number in range(200):
        logging.getLogger("x").info("line %d", number)
    assert len(list(logs.glob("*.jsonl"))) > 20
    assert [line["message"] for line in lines(logs)] == [f"line {n}" for n in range(200)]


def test_a_command_keeps_its_terminal_to_itself(
    logs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    configure_logging(options(logs), "train", to_stderr=False)
    logging.getLogger("x").info("told")
    assert [line["message"] for line in lines(logs, "train-0.")] == ["told"]
    assert capsys.readouterr().err == ""
