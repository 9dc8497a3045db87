"""Every hostile file, sent where it is meant to go, with the time and memory that it costs."""

from __future__ import annotations

import resource
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from backend.tests.hostile.blobs import foreign, images, uploads_only
from backend.tests.hostile.tables import row_groups, tables, with_picture
from backend.tests.models.lora_hostiles import HOSTILES

SECONDS, RISE_MB = 2.0, 300.0
_LOOK_SECONDS = 0.005
_OCTETS = {"Content-Type": "application/octet-stream"}


@dataclass(frozen=True, slots=True)
class Hostile:
    """A file, where it goes, and the codes that refuse it."""

    target: str
    name: str
    content: bytes
    codes: frozenset[str]


@dataclass(frozen=True, slots=True)
class Cost:
    """What became of a file."""

    hostile: Hostile
    status: int
    code: str
    seconds: float
    rise_mb: float

    @property
    def is_refused(self) -> bool:
        """Whether it was refused with the right code."""
        return 400 <= self.status < 500 and self.code in self.hostile.codes


def catalogue() -> Iterator[Hostile]:
    """All of them."""
    picture = frozenset({"unreadable-image", "invalid-request"})
    for name, content in (*foreign(), *images(), *uploads_only()):
        yield Hostile("images", name, content, picture)
    row = frozenset({"unreadable-image"})
    for name, content in (*foreign(), *images()):
        yield Hostile("row", name, with_picture(content), row)
    for name, content in row_groups():
        yield Hostile("row", name, content, row)
    table = frozenset({"dataset-unreadable", "dataset-schema-mismatch"})
    for name, content in (*foreign(), *tables()):
        if content:
            yield Hostile("dataset", name, content, table)
    for name, content in foreign():
        yield Hostile("lora", name, content, frozenset({"lora-incompatible"}))
    for name, (content, _) in HOSTILES.items():
        yield Hostile("lora", f"adapter: {name}", content, frozenset({"lora-incompatible"}))


def sent(client: httpx.Client, pid: int, hostile: Hostile) -> Cost:
    """Sends a file; time and memory are those from its last byte to the answer."""
    with _watched_memory(pid) as rise:
        status, code, seconds = _TARGETS[hostile.target](client, hostile)
    return Cost(hostile, status, code, seconds, rise())


def _to_images(client: httpx.Client, hostile: Hostile) -> tuple[int, str, float]:
    return _judged(client.post, "/images", files={"file": ("logo.png", hostile.content)})


def _to_loras(client: httpx.Client, hostile: Hostile) -> tuple[int, str, float]:
    return _judged(client.post, "/loras", files={"file": ("x.safetensors", hostile.content)})


def _to_datasets(client: httpx.Client, hostile: Hostile) -> tuple[int, str, float]:
    with _uploaded(client, hostile.content) as (dataset_id, seconds):
        found = client.get(f"/datasets/{dataset_id}").raise_for_status().json()
        assert found["state"] == "unusable", found
        status, code, more = _judged(client.post, f"/datasets/{dataset_id}/eda")
        return status, code, seconds + more


def _to_rows(client: httpx.Client, hostile: Hostile) -> tuple[int, str, float]:
    with _uploaded(client, hostile.content) as (dataset_id, _):
        client.get(f"/datasets/{dataset_id}/sample?index=0").raise_for_status()
        return _judged(client.get, f"/datasets/{dataset_id}/rows/0/image")


_TARGETS: dict[str, Callable[[httpx.Client, Hostile], tuple[int, str, float]]] = {
    "images": _to_images, "lora": _to_loras, "dataset": _to_datasets, "row": _to_rows,
}  # fmt: skip


@contextmanager
def _uploaded(client: httpx.Client, content: bytes) -> Iterator[tuple[str, float]]:
    """A data set of these bytes: its id, and how long its last chunk took."""
    body = {"name": "x.parquet", "bytes": len(content)}
    begun = client.post("/datasets", json=body).raise_for_status().json()
    started = time.perf_counter()
    headers = {**_OCTETS, "Upload-Offset": "0"}
    client.patch(f"/datasets/{begun['id']}", content=content, headers=headers).raise_for_status()
    try:
        yield begun["id"], time.perf_counter() - started
    finally:
        client.delete(f"/datasets/{begun['id']}")


def _judged(
    ask: Callable[..., httpx.Response], path: str, **options: object
) -> tuple[int, str, float]:
    started = time.perf_counter()
    answer = ask(path, **options)
    seconds = time.perf_counter() - started
    is_problem = answer.headers.get("content-type") == "application/problem+json"
    return answer.status_code, answer.json()["code"] if is_problem else "", seconds


@contextmanager
def _watched_memory(pid: int) -> Iterator[Callable[[], float]]:
    """How far the memory of a process and of all below it rises meanwhile, in MB."""
    before = most = _resident_mb(pid)
    is_over = threading.Event()

    def look() -> None:
        nonlocal most
        while not is_over.wait(_LOOK_SECONDS):
            most = max(most, _resident_mb(pid))

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield lambda: most - before
    finally:
        is_over.set()
        thread.join()


def _resident_mb(pid: int) -> float:
    """Private and file pages of a process and of all below it; 0 for one that has gone."""
    place = Path("/proc") / str(pid)
    try:
        pages = int((place / "statm").read_text("ascii").split()[1])
        children = [
            int(child)
            for task in (place / "task").iterdir()
            for child in (task / "children").read_text("ascii").split()
        ]
    except (OSError, IndexError):
        return 0.0
    return pages * resource.getpagesize() / 2**20 + sum(map(_resident_mb, children))
