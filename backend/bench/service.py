"""Starts the real processes in a folder of their own and talks to them over HTTP."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx

# Beside other work, two cores take minutes to import the libraries of the models.
_START_SECONDS = 600.0
_ANSWER_SECONDS = 300.0
_END_SECONDS = 120.0


class Service:
    """A web process and a worker of one installation.

    Attributes:
        client: talks to the web process.
        output: the folder of pictures, jobs and logs.
        web, worker: the processes, which a test may kill.
    """

    def __init__(
        self, output: Path, worker_module: str, environment: Mapping[str, str] | None = None
    ) -> None:
        """Starts both.

        Args:
            output: the folder of pictures, jobs and logs.
            worker_module: run as the worker with the output folder as its argument.
            environment: more variables for both processes.
        """
        port = _free_port()
        self.output = output
        self._worker_module = worker_module
        self._environment = {
            **os.environ,
            "LOGO_PATHS__OUTPUT": str(output),
            "LOGO_API__PORT": str(port),
            "LOGO_LOG__FOLDER": str(output / "logs"),
            "LOGO_LOG__LEVEL": "INFO",
            **(environment or {}),
        }
        self.client = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=_ANSWER_SECONDS)
        self.start_web()
        self.start_worker()

    def start_web(self) -> None:
        """Starts a web process, in the place of one that has ended."""
        self.web = self._start("backend.main")

    def start_worker(self) -> None:
        """Starts a worker, in the place of one that has ended."""
        self.worker = self._start(self._worker_module, str(self.output))

    def wait_until_ready(self) -> None:
        """Returns when jobs are taken.

        Raises:
            TimeoutError: the service was not ready in time.
        """
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline:
            try:
                if self.client.get("/health/ready").status_code == httpx.codes.OK:
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.2)
        raise TimeoutError(f"the service was not ready within {_START_SECONDS:.0f} s")

    def close(self) -> None:
        """Ends both processes."""
        self.client.close()
        for process in (self.web, self.worker):
            process.terminate()
        for process in (self.web, self.worker):
            process.wait(timeout=_END_SECONDS)

    def _start(self, module: str, *arguments: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", module, *arguments]
        return subprocess.Popen(
            command, env=self._environment, cwd=Path.cwd(), stderr=subprocess.DEVNULL
        )


@contextmanager
def running_service(worker_module: str = "backend.worker") -> Iterator[Service]:
    """A service on a free port that ends with the block.

    Args:
        worker_module: run as the worker with the output folder as its argument; the bench has one
            whose models are stubs.
    """
    with TemporaryDirectory() as folder:
        service = Service(Path(folder), worker_module)
        try:
            service.wait_until_ready()
            yield service
        finally:
            service.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
