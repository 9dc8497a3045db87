"""The end of a web process does not wait for clients that keep it busy."""

from __future__ import annotations

import os
import signal
import socket
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from backend.api.server import GRACE_SECONDS
from backend.bench.slow_clients import running_web
from backend.tests.api.support import PATIENCE_SECONDS, eventually

_LARGE = b"GET /docs-assets/swagger-ui-bundle.js HTTP/1.1\r\nHost: localhost\r\n\r\n"
_HALF = (
    b"POST /drafts HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    b"Content-Length: 90000\r\n\r\n{"
)


def test_a_signal_ends_the_process_in_spite_of_clients_that_hang(tmp_path: Path) -> None:
    with running_web(tmp_path) as web, ExitStack() as stack:
        for request in (_LARGE, _HALF, b"GET / HT"):
            connection = stack.enter_context(socket.socket())
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            connection.connect(("127.0.0.1", web.port))
            connection.sendall(request)
        client = stack.enter_context(
            httpx.Client(base_url=f"http://127.0.0.1:{web.port}", timeout=PATIENCE_SECONDS)
        )
        client.get("/health/live").raise_for_status()
        os.kill(web.pid, signal.SIGTERM)

        def is_refused() -> bool:
            try:
                httpx.get(f"http://127.0.0.1:{web.port}/health/live")
            except httpx.TransportError:
                return True
            return False

        assert eventually(is_refused)
        with pytest.raises(httpx.TransportError):
            client.post("/drafts", json={"description": "a fox"})
        assert eventually(lambda: has_ended(web.pid), seconds=GRACE_SECONDS + PATIENCE_SECONDS)


def has_ended(pid: int) -> bool:
    """Whether a child of this process has; it is left for whoever started it to collect."""
    return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
