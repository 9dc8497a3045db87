"""Starts the real processes in a folder of their own and talks to them over HTTP."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx

_START_SECONDS = 180.0


@contextmanager
def running_service(worker_module: str = "backend.worker") -> Iterator[httpx.Client]:
    """A web process and a worker on a free port; both end with the block.

    Args:
        worker_module: run as the worker with the output folder as its argument; the bench has one
            whose models are stubs.

    Raises:
        TimeoutError: the service was not ready in time.
    """
    with TemporaryDirectory() as output, socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        environment = {
            **os.environ,
            "LOGO_PATHS__OUTPUT": output,
            "LOGO_API__PORT": str(port),
            "LOGO_LOG__LEVEL": "WARNING",
        }
        commands = (
            [sys.executable, "-m", worker_module, output],
            [sys.executable, "-m", "backend.main"],
        )
        processes = [
            subprocess.Popen(command, env=environment, cwd=Path.cwd()) for command in commands
        ]
        try:
            with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=120) as client:
                _wait_until_ready(client)
                yield client
        finally:
            for process in processes:
                process.terminate()
            for process in processes:
                process.wait(timeout=30)


def _wait_until_ready(client: httpx.Client) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        try:
            if client.get("/health/ready").status_code == httpx.codes.OK:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.2)
    raise TimeoutError(f"the service was not ready within {_START_SECONDS:.0f} s")
