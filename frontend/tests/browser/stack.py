"""The whole product as processes of its own: API, worker and page, on free ports."""

from __future__ import annotations

import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Self

import httpx

from frontend.tests.patience import PATIENCE_SECONDS

ROOT = Path(__file__).parents[3]
# Below those that systems lend to whoever connects: between the choice of a port, or a kill of the
# API, and the start of who listens there, a connection of anybody's could be given it.
_PORTS = range(20_000, 32_000)
_ANSWER_SECONDS = 20.0
_LOG_CHARACTERS = 3_000


class Stack:
    """Three processes with a folder of their own; the API can be killed and started again."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._api_port, self._ui_port = free_ports(2)
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
        try:
            self._start_all()
        except BaseException:
            # Who cannot enter never leaves.
            self.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Ends the processes, by force where they do not listen."""
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

    @contextmanager
    def worker_paused(self) -> Iterator[None]:
        """Lets no job go on for a while: a browser may be slower than the work it looks at."""
        worker = self._processes["worker"]
        worker.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            worker.send_signal(signal.SIGCONT)

    def log_ends(self) -> str:
        """The last words of each process."""
        return "\n".join(
            f"{path.stem}: {path.read_text('utf-8', 'replace')[-_LOG_CHARACTERS:]}"
            for path in sorted(self._folder.glob("*.log"))
        )

    def _start_all(self) -> None:
        self.start_api()
        self._start("worker", [sys.executable, "-m", "backend.worker"])
        arguments = ["run", "frontend/app.py", "--server.port", str(self._ui_port)]
        self._start("ui", [sys.executable, "-m", "streamlit", *arguments])
        self._wait(f"{self.api_url}/health/ready")
        self._wait(f"{self.url}/_stcore/health")

    def _start(self, name: str, command: list[str]) -> None:
        with (self._folder / f"{name}.log").open("ab") as log:
            self._processes[name] = subprocess.Popen(
                command, cwd=ROOT, env=self._environment(), stdout=log, stderr=log
            )

    def _environment(self) -> Mapping[str, str]:
        page = f"http://localhost:{self._ui_port}"
        # What whoever runs the tests has set for a product of their own is none of this one's.
        own = ("LOGO_", "STREAMLIT_")
        return {
            **{name: value for name, value in os.environ.items() if not name.startswith(own)},
            "PYTHONPATH": str(ROOT),
            "LOGO_API__PORT": str(self._api_port),
            "LOGO_API__ALLOWED_ORIGINS": page,
            "LOGO_PATHS__OUTPUT": str(self._folder / "output"),
            "LOGO_PATHS__DATA": str(self._folder / "data"),
            "LOGO_PATHS__LORA": str(self._folder / "lora"),
        }

    def _wait(self, url: str) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            for name, process in self._processes.items():
                if process.poll() is not None:
                    raise RuntimeError(f"{name} ended.\n{self.log_ends()}")
            try:
                if httpx.get(url, timeout=_ANSWER_SECONDS, trust_env=False).is_success:
                    return
            except httpx.HTTPError:
                pass
            time.sleep(0.1)
        raise RuntimeError(f"{url} does not answer.\n{self.log_ends()}")


def free_ports(count: int) -> list[int]:
    """Ports that nobody uses at the moment."""
    found: list[int] = []
    for port in random.sample(_PORTS, len(_PORTS)):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        found.append(port)
        if len(found) == count:
            return found
    raise RuntimeError("no port is free")
