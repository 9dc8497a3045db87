"""The health commands of the containers, against real processes and stores."""

from __future__ import annotations

import http.server
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from backend.health import main, web_fault, worker_fault
from backend.jobs.store import SqlJobStore
from backend.settings import ApiSettings, JobSettings, PathSettings, Settings


class _Web(http.server.BaseHTTPRequestHandler):
    """Answers like the web process: to one name only."""

    def do_GET(self) -> None:
        is_ours = self.headers["Host"] == "logo.example.org" and self.path == "/health/live"
        self.send_response(200 if is_ours else 400)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def port() -> Iterator[int]:
    with http.server.HTTPServer(("127.0.0.1", 0), _Web) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


def web(port: int, *names: str) -> Settings:
    return Settings(_env_file=None, api=ApiSettings(port=port, allowed_hosts=names))


def with_output(folder: Path) -> Settings:
    return Settings(
        _env_file=None, paths=PathSettings(output=folder), jobs=JobSettings(lease_seconds=15)
    )


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqlJobStore]:
    settings = with_output(tmp_path)
    settings.state_folder.mkdir()
    with closing(SqlJobStore(settings.jobs_url)) as store:
        yield store


def test_the_web_process_is_asked_by_a_name_that_it_answers_to(port: int) -> None:
    assert web_fault(web(port, "logo.example.org", "localhost")) is None
    assert web_fault(web(port, "localhost")) == "/health/live answers 400"


def test_a_web_process_that_is_not_there_is_a_fault() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        fault = web_fault(web(probe.getsockname()[1], "localhost"))
    assert fault is not None
    assert "no answer" in fault


def test_a_worker_of_this_host_is_seen(tmp_path: Path, store: SqlJobStore) -> None:
    assert worker_fault(with_output(tmp_path)) == "no worker of this host has shown itself yet"
    store.heartbeat(f"{socket.gethostname()}-1")
    assert worker_fault(with_output(tmp_path)) is None


def test_a_worker_of_another_host_does_not_count(tmp_path: Path, store: SqlJobStore) -> None:
    store.heartbeat(f"{socket.gethostname()}x-1")
    assert worker_fault(with_output(tmp_path)) == "no worker of this host has shown itself yet"


def test_a_silent_worker_is_a_fault(
    tmp_path: Path, store: SqlJobStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = datetime.now(UTC)
    with closing(SqlJobStore(with_output(tmp_path).jobs_url, lambda: now)) as past:
        past.heartbeat(f"{socket.gethostname()}-1")
    monkeypatch.setattr(time, "time", lambda: now.timestamp() + 100)
    assert worker_fault(with_output(tmp_path)) == "silent for 100 s"


def test_a_store_that_is_not_there_is_a_fault(tmp_path: Path) -> None:
    fault = worker_fault(with_output(tmp_path / "nowhere"))
    assert fault == "the job store cannot be read (OperationalError)"


@pytest.mark.parametrize("arguments", [[], ["neither"], ["web", "worker"]])
def test_a_wrong_name_is_refused(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 2
    assert "usage" in capsys.readouterr().err
