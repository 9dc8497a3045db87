"""Clients that send or read next to nothing: `python -m backend.bench.slow_clients`.

Starts a web process in a folder of its own, opens connections of five kinds, asks for
`/health/live` all the while, and tells how long that took and when the last of them was closed.
"""

from __future__ import annotations

import argparse
import os
import selectors
import socket
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx

_START_SECONDS = 180.0
_END_SECONDS = 120.0
_PATIENCE_SECONDS = 60.0
_HEAD = b"POST /drafts HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
# A megabyte and more, which does not fit into the buffers of a connection.
_LARGE = b"GET /docs-assets/swagger-ui-bundle.js HTTP/1.1\r\nHost: localhost\r\n\r\n"


@dataclass(slots=True)
class SlowClient:
    """A connection and what it does.

    Attributes:
        kind: what it is called in the report.
        drips: a byte that it sends each second, for as long as it may.
        reads: whether it looks at what comes back.
        answer: the beginning of what came back.
    """

    kind: str
    connection: socket.socket
    drips: bytes = b""
    reads: bool = True
    answer: bytearray = field(default_factory=bytearray)
    closed_after: float | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of it.

    Attributes:
        clients: how many there were.
        health_ms: each request for `/health/live` while they were there, sorted.
        closed_seconds: for each kind, when the last one was closed; None: one is open still.
        statuses: how often each kind was answered with which status, "" for no answer.
    """

    clients: int
    health_ms: tuple[float, ...]
    closed_seconds: dict[str, float | None]
    statuses: Counter[tuple[str, str]]

    def percentile_ms(self, part: float) -> float:
        """A percentile of the times of `/health/live`."""
        return self.health_ms[min(len(self.health_ms) - 1, int(part * len(self.health_ms)))]


def attack(port: int, count: int) -> Verdict:
    """Opens `count` slow connections, a fifth of each kind, and waits until they are closed."""
    clients = [_KINDS[number % len(_KINDS)](port) for number in range(count)]
    begun = time.monotonic()
    health_ms: list[float] = []
    dripped_at = begun
    with (
        httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=_PATIENCE_SECONDS) as browser,
        _watched(clients) as watch,
    ):
        while any(client.closed_after is None for client in clients):
            now = time.monotonic()
            if now - begun > _PATIENCE_SECONDS:
                break
            asked = time.perf_counter()
            browser.get("/health/live").raise_for_status()
            health_ms.append(1000 * (time.perf_counter() - asked))
            if now - dripped_at >= 1:
                dripped_at = now
                for client in clients:
                    _drip(client, now - begun)
            for key, _ in watch.select(timeout=0.01):
                _hear(watch, key.data, time.monotonic() - begun)
    return _verdict(clients, sorted(health_ms))


def _verdict(clients: list[SlowClient], health_ms: list[float]) -> Verdict:
    closed: dict[str, float | None] = {}
    statuses: Counter[tuple[str, str]] = Counter()
    for kind in dict.fromkeys(client.kind for client in clients):
        times = [client.closed_after for client in clients if client.kind == kind]
        known = [seconds for seconds in times if seconds is not None]
        closed[kind] = max(known) if len(known) == len(times) else None
    for client in clients:
        statuses[client.kind, client.answer[9:12].decode("latin-1")] += 1
        client.connection.close()
    return Verdict(len(clients), tuple(health_ms), closed, statuses)


@contextmanager
def _watched(clients: list[SlowClient]) -> Iterator[selectors.BaseSelector]:
    with selectors.DefaultSelector() as watch:
        for client in clients:
            client.connection.setblocking(False)
            # Without reading, only an error tells that the other side has gone: see _drip.
            if client.reads:
                watch.register(client.connection, selectors.EVENT_READ, client)
        yield watch


def _drip(client: SlowClient, elapsed: float) -> None:
    """A byte more. For clients that do not read it is also how they learn of the end."""
    if client.closed_after is not None or not client.drips:
        return
    try:
        client.connection.send(client.drips)
    except BlockingIOError:
        return
    except OSError:
        client.closed_after = elapsed


def _hear(watch: selectors.BaseSelector, client: SlowClient, elapsed: float) -> None:
    try:
        piece = client.connection.recv(65_536)
    except BlockingIOError:
        return
    except OSError:
        piece = b""
    client.answer += piece[: 200 - len(client.answer)] if len(client.answer) < 200 else b""
    if not piece:
        watch.unregister(client.connection)
        client.closed_after = client.closed_after or elapsed


def _connected(port: int, *, receive_bytes: int | None = None) -> socket.socket:
    connection = socket.socket()
    if receive_bytes is not None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
    connection.settimeout(10)
    connection.connect(("127.0.0.1", port))
    return connection


def _silent(port: int) -> SlowClient:
    return SlowClient("says nothing", _connected(port))


def _half_head(port: int) -> SlowClient:
    connection = _connected(port)
    connection.sendall(_HEAD + b"X-Slow: ")
    return SlowClient("half a head, 1 byte/s", connection, drips=b"x")


def _slow_body(port: int) -> SlowClient:
    connection = _connected(port)
    connection.sendall(_HEAD + b"Content-Length: 10000\r\n\r\n{")
    return SlowClient("body at 1 byte/s", connection, drips=b" ")


def _never_reads(port: int) -> SlowClient:
    connection = _connected(port, receive_bytes=4096)
    connection.sendall(_LARGE)
    return SlowClient("reads no answer", connection, drips=b"\r", reads=False)


def _idle(port: int) -> SlowClient:
    connection = _connected(port)
    connection.sendall(b"GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n")
    return SlowClient("idle after an answer", connection)


_KINDS: tuple[Callable[[int], SlowClient], ...] = (
    _half_head, _slow_body, _never_reads, _idle, _silent,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class RunningWeb:
    """A web process and where it listens on this machine."""

    port: int
    pid: int


@contextmanager
def running_web(folder: Path, **variables: str) -> Iterator[RunningWeb]:
    """A web process that keeps everything in the folder.

    Args:
        folder: of pictures, data sets, adapters and logs.
        variables: more of its environment.

    Raises:
        TimeoutError: it did not answer in time.
    """
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LOGO_")}
    paths = {
        f"LOGO_PATHS__{part.upper()}": str(folder / part) for part in ("data", "output", "lora")
    }
    environment = {
        **kept, **paths, "LOGO_API__PORT": str(port), "LOGO_LOG__FOLDER": str(folder / "logs"),
        **variables,
    }  # fmt: skip
    web = subprocess.Popen(
        [sys.executable, "-m", "backend.main"], env=environment, stderr=subprocess.DEVNULL
    )
    try:
        _wait_for(port)
        yield RunningWeb(port, web.pid)
    finally:
        web.terminate()
        web.wait(_END_SECONDS)


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        try:
            httpx.get(f"http://127.0.0.1:{port}/health/live").raise_for_status()
        except httpx.HTTPError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError(f"the web process did not answer within {_START_SECONDS:.0f} s")


def main() -> None:
    """Attacks a web process of its own and prints what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, default=200)
    arguments = parser.parse_args()
    with TemporaryDirectory() as folder, running_web(Path(folder)) as web:
        verdict = attack(web.port, arguments.clients)
    lines = [
        f"{verdict.clients} slow clients; /health/live {len(verdict.health_ms)} times:",
        f"  median {statistics.median(verdict.health_ms):.1f} ms, "
        f"p99 {verdict.percentile_ms(0.99):.1f} ms, most {verdict.health_ms[-1]:.1f} ms",
        *(
            f"  {kind}: " + ("open still" if seconds is None else f"closed by {seconds:.1f} s")
            for kind, seconds in verdict.closed_seconds.items()
        ),
        *(
            f"  answered {status or 'nothing'}: {count} x {kind}"
            for (kind, status), count in sorted(verdict.statuses.items())
        ),
    ]
    print("\n".join(lines))


if __name__ == "__main__":
    main()
