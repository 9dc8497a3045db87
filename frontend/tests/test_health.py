"""The health command of the pages' container, against real servers."""

from __future__ import annotations

import http.server
import socket
import threading
from collections.abc import Iterator

import pytest

from frontend.health import main


class _Pages(http.server.BaseHTTPRequestHandler):
    """Well until it is told otherwise."""

    status = 200

    def do_GET(self) -> None:
        self.send_response(self.status if self.path == "/_stcore/health" else 404)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def port() -> Iterator[int]:
    with http.server.HTTPServer(("127.0.0.1", 0), _Pages) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


def test_pages_that_answer_are_well(port: int) -> None:
    assert main(port) == 0


def test_pages_that_are_unwell_are_a_fault(
    port: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(_Pages, "status", 503)
    assert main(port) == 1
    assert "the answer is 503" in capsys.readouterr().err


def test_pages_that_are_not_there_are_a_fault(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        assert main(probe.getsockname()[1]) == 1
    assert "no answer" in capsys.readouterr().err
