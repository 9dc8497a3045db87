"""Helpers of the web process's tests: workers, servers, pictures, and what every problem obeys."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any, Protocol

import uvicorn
from PIL import Image
from starlette.types import ASGIApp

from backend.api.connections import ConnectionLimits
from backend.api.problems import MAX_PROBLEM_BYTES, PROBLEM_JSON, problem_kinds
from backend.api.server import server_config
from backend.jobs.bell import Listener, UnixBell, bell_directory
from backend.jobs.store import SqlJobStore
from backend.settings import Settings
from backend.storage.disk_store import DiskImageStore
from backend.tests.fakes import Script, StubWorker
from backend.tests.loras import write_lora

# Only keeps a test that has failed from waiting for ever: machines may be slow.
PATIENCE_SECONDS = 120.0
# The last one is what the test client calls the service by.
TEST_HOSTS = ("localhost", "127.0.0.1", "testserver")
WEIGHTS = {
    "text-encoder": "embedded",
    "layer-codec": "embedded",
    "cgan": "embedded",
    "glyphs": "embedded",
    "realesr-animevideov3-x4": "embedded",
    "sd-embedded": "embedded",
    "sd15": "sd15",
}


class Answer(Protocol):
    """What the test client and httpx both answer."""

    @property
    def status_code(self) -> int: ...
    @property
    def headers(self) -> Any: ...
    @property
    def content(self) -> bytes: ...


def problem(answer: Answer, status: int, code: str) -> dict[str, Any]:
    """The problem document of an answer, after checking what every one of them promises."""
    found = any_problem(answer)
    assert (answer.status_code, found["code"]) == (status, code), found
    return found


def any_problem(answer: Answer) -> dict[str, Any]:
    """A problem document of whatever kind."""
    assert 400 <= answer.status_code < 500 or answer.status_code in (503, 507), answer.content[:500]
    assert answer.headers["content-type"] == PROBLEM_JSON
    assert len(answer.content) <= MAX_PROBLEM_BYTES
    found: dict[str, Any] = json.loads(answer.content)
    members = {"type", "title", "status", "detail", "instance", "code", "request_id", "errors"}
    assert set(found) == members
    assert found["status"] == answer.status_code
    assert found["code"] in problem_kinds()
    assert found["type"] == f"/problems/{found['code']}"
    assert found["request_id"] == answer.headers["x-request-id"]
    return found


def fields(found: dict[str, Any]) -> list[str]:
    """The fields that a problem names."""
    return [entry["field"] for entry in found["errors"]]


def write_weights(folder: Path) -> None:
    """A manifest; the files of every embedded model are there, those of sd15 are not."""
    folder.mkdir()
    entries = []
    for name, profile in WEIGHTS.items():
        entries.append(
            {
                "name": name,
                "stage": "draft",
                "title": name.upper(),
                "version": "1",
                "profile": profile,
                "licence": "MIT",
                "source": "a test",
                "files": [{"path": f"{name}.bin", "bytes": 3, "sha256": "0" * 64}],
            }
        )
        if profile == "embedded":
            (folder / f"{name}.bin").write_bytes(b"abc")
    (folder / "manifest.json").write_text(json.dumps({"weights": entries}), "utf-8")


def temporary_settings(folder: Path, **api: Any) -> Settings:
    """Settings on a folder of their own, with short times, a LoRA and all embedded weights."""
    folder.mkdir(exist_ok=True)
    write_weights(folder / "weights")
    (folder / "lora").mkdir()
    write_lora(folder / "lora" / "pixel-art.safetensors")
    return Settings(
        _env_file=None,
        profile="embedded",
        api={
            "wait_seconds": PATIENCE_SECONDS,
            "worker_grace_seconds": 0.3,
            "allowed_hosts": TEST_HOSTS,
            "rate_per_second": 0,
            **api,
        },
        paths={name: folder / name for name in ("weights", "lora", "data", "output")},
        jobs={"poll_seconds": 0.05},
        log={"level": "WARNING"},
    )


@contextmanager
def hired(settings: Settings, script: Script | None) -> Iterator[StubWorker]:
    """A worker with connections of its own, as a separate process would have."""
    with ExitStack() as stack:
        bells = bell_directory(settings.state_folder)
        store = stack.enter_context(closing(SqlJobStore(settings.jobs_url)))
        images = stack.enter_context(closing(DiskImageStore(settings.paths.output)))
        bell = stack.enter_context(closing(UnixBell(bells)))
        listener = stack.enter_context(Listener(bells, "worker"))
        yield stack.enter_context(StubWorker(store, images, bell, listener, script))


@contextmanager
def serving(app: ASGIApp, limits: ConnectionLimits | None = None) -> Iterator[str]:
    """The address of an application behind our server on a free port."""
    limits = limits or ConnectionLimits()
    config = server_config(app, limits, log_config=None)
    server = uvicorn.Server(config)
    listening = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not server.started and time.monotonic() < deadline:
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(PATIENCE_SECONDS)
        listening.close()
        assert not thread.is_alive(), "the server did not stop"


def picture_file(
    size: tuple[int, int] = (64, 48), mode: str = "RGB", file_format: str = "PNG", **options: Any
) -> bytes:
    """A small picture file with something on it."""
    image = Image.new(mode, size)
    image.putpixel((1, 1), 200 if mode in ("L", "P") else (255, 0, 0, 255)[: len(mode)])
    stream = BytesIO()
    image.save(stream, file_format, **options)
    return stream.getvalue()


def eventually(holds: Callable[[], bool], seconds: float = PATIENCE_SECONDS) -> bool:
    """Whether something becomes true in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if holds():
            return True
        time.sleep(0.02)
    return False


def free_port() -> int:
    """A port that nobody uses at the moment."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
    return port
