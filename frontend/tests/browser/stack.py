"""The whole product as processes of its own: API, worker and page, on free ports."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Self

import httpx

ROOT = Path(__file__).parents[3]
_START_SECONDS = 120.0


class Stack:
    """Three processes with a folder of their own; the API can be killed and started again."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._api_port, self._ui_port = free_port(), free_port()
        self._processes: dict[str, subprocess.Popen[bytes]] = {}

    @property
    def url(self) -> str:
        """Where the page is."""
        return f"http://localhost:{self._ui_port}"

    @property
    def api_url(self) -> str:
        """Where the API is."""
        return f"http://127.0.0.1:{self._api_port}"

    def __enter__(self) -> Self:
        self.start_api()
        self._start("worker", [sys.executable, "-m", "backend.worker"])
        arguments = ["run", "frontend/app.py", "--server.port", str(self._ui_port)]
        self._start("ui", [sys.executable, "-m", "streamlit", *arguments])
        self._wait(f"{self.api_url}/health/ready")
        self._wait(f"{self.url}/_stcore/health")
        return self

    def __exit__(self, *_: object) -> None:
        for process in self._processes.values():
            process.send_signal(signal.SIGTERM)
        for process in self._processes.values():
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def start_api(self) -> None:
        """Starts the API and waits until it answers."""
        self._start("api", [sys.executable, "-m", "backend.main"])
        self._wait(f"{self.api_url}/health/live")

    def kill_api(self) -> None:
        """Kills the API as a crash would: it has no time to say goodbye."""
        self._processes["api"].kill()
        self._processes["api"].wait()

    def _start(self, name: str, command: list[str]) -> None:
        with (self._folder / f"{name}.log").open("ab") as log:
            self._processes[name] = subprocess.Popen(
                command, cwd=ROOT, env=self._environment(), stdout=log, stderr=log
            )

    def _environment(self) -> Mapping[str, str]:
        page = f"http://localhost:{self._ui_port}"
        return {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "LOGO_API__PORT": str(self._api_port),
            "LOGO_API__ALLOWED_ORIGINS": page,
            "LOGO_PATHS__OUTPUT": str(self._folder / "output"),
            "LOGO_PATHS__DATA": str(self._folder / "data"),
            "LOGO_PATHS__LORA": str(self._folder / "lora"),
        }

    def _wait(self, url: str) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline:
            for name, process in self._processes.items():
                if process.poll() is not None:
                    raise RuntimeError(f"{name} ended: {self._log(name)}")
            try:
                if httpx.get(url, timeout=2).is_success:
                    return
            except httpx.HTTPError:
                pass
            time.sleep(0.1)
        raise RuntimeError(f"{url} does not answer: {self._log('api')}")

    def _log(self, name: str) -> str:
        return (self._folder / f"{name}.log").read_text("utf-8", "replace")[-2_000:]


def free_port() -> int:
    """A port that nobody uses at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
