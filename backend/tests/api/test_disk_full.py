"""A real web process on a small file system that fills up and is freed again."""

from __future__ import annotations

import errno
import json
import os
import random
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from backend.bench.slow_clients import running_web
from backend.tests.api.support import PATIENCE_SECONDS, eventually, picture_file, problem
from backend.tests.parquets import content, png

_ASYNC = {"Prefer": "respond-async"}
_OCTETS = "application/octet-stream"
# An upload has to leave 256 MiB of the disk to the others.
_DISK = "272m"


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[Path]:
    """A file system of its own, where this process may mount one."""
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "none", str(folder)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        pytest.skip("there is no mount command")
    if done.returncode != 0:
        pytest.skip(f"no file system may be mounted here: {done.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(disk: Path) -> Path:
    """Takes every byte that is left; returns the file that does."""
    path = disk / "filler"
    with path.open("wb", buffering=0) as stream:
        piece = 2**20
        while piece:
            try:
                os.posix_fallocate(stream.fileno(), stream.seek(0, os.SEEK_END), piece)
            except OSError as error:
                if error.errno != errno.ENOSPC:
                    raise
                piece //= 2
    return path


def begin(client: httpx.Client, size: int) -> httpx.Response:
    return client.post("/datasets", json={"name": "a.parquet", "bytes": size})


def send(client: httpx.Client, dataset_id: str, offset: int, chunk: bytes) -> httpx.Response:
    headers = {"Content-Type": _OCTETS, "Upload-Offset": str(offset)}
    return client.patch(f"/datasets/{dataset_id}", content=chunk, headers=headers)


def test_a_full_disk_refuses_new_work_keeps_the_old_and_recovers(tmp_path: Path) -> None:
    # More than is left over in the last page of its first half.
    words = random.Random(1).randbytes(200_000).hex()
    file = content({"image": [{"bytes": png(), "path": "x"}], "text": [words]})
    with (
        small_disk(tmp_path / "disk", _DISK) as disk,
        running_web(disk) as web,
        httpx.Client(base_url=f"http://127.0.0.1:{web.port}", timeout=PATIENCE_SECONDS) as client,
    ):
        fox = {"description": "a fox"}
        picture = {"file": ("a.png", picture_file((200, 200)))}
        other = {"file": ("b.png", picture_file((99, 99)))}
        adapter = {"file": ("a.safetensors", bytes(9_999))}
        job = client.post("/drafts", json=fox, headers=_ASYNC).json()["id"]
        image = client.post("/images", files=picture).json()["id"]
        dataset = begin(client, len(file)).json()["id"]
        half = len(file) // 2
        assert send(client, dataset, 0, file[:half]).status_code == 200
        training_set = client.post("/training/sets", json={"name": "x"}).json()["id"]

        new_work: dict[str, Callable[[], httpx.Response]] = {
            "job": lambda: client.post("/drafts", json=fox, headers=_ASYNC),
            "image": lambda: client.post("/images", files=other),
            "data set": lambda: begin(client, 5_000),
            "chunk": lambda: send(client, dataset, half, file[half:]),
            "adapter": lambda: client.post("/loras", files=adapter),
            "set": lambda: client.post("/training/sets", json={"name": "y"}),
            "pictures of a set": lambda: client.post(
                f"/training/sets/{training_set}/files", files={"files": ("p.png", bytes(9_999))}
            ),
        }  # fmt: skip
        filler = fill(disk)
        full = {name: ask() for name, ask in new_work.items()}
        assert {name: answer.status_code for name, answer in full.items()} == dict.fromkeys(
            full, 507
        )
        for answer in full.values():
            problem(answer, 507, "storage-full")
        for path in (
            "/health/live", f"/jobs/{job}", "/jobs", f"/images/{image}", "/images",
            f"/images/{image}/record", f"/datasets/{dataset}", "/datasets", "/loras",
            f"/training/sets/{training_set}", "/training/sets",
        ):  # fmt: skip
            assert client.get(path).status_code == 200, path
        assert client.get(f"/datasets/{dataset}").json()["received_bytes"] == half

        filler.unlink()
        found = {name: ask().status_code for name, ask in new_work.items()}
        # What was sent is no adapter, which there is room again to find out.
        assert found == {
            "job": 202, "image": 201, "data set": 201, "chunk": 200, "adapter": 422, "set": 201,
            "pictures of a set": 200,
        }  # fmt: skip
        assert client.get(f"/datasets/{dataset}").json()["state"] == "ready"


def test_a_full_disk_of_the_logs_stops_no_request_and_logging_goes_on_afterwards(
    tmp_path: Path,
) -> None:
    with small_disk(tmp_path / "logs", "2m") as disk:
        with (
            running_web(tmp_path / "web", LOGO_LOG__FOLDER=str(disk)) as web,
            httpx.Client(
                base_url=f"http://127.0.0.1:{web.port}", timeout=PATIENCE_SECONDS
            ) as client,
        ):
            filler = fill(disk)
            for _ in range(50):
                assert client.get("/jobs").status_code == 200
            filler.unlink()

            def is_logged() -> bool:
                client.get("/jobs", headers={"X-Request-ID": "after-the-flood"})
                text = "".join(path.read_text("utf-8") for path in disk.glob("*.jsonl"))
                return "after-the-flood" in text

            assert eventually(is_logged)
        lines = "".join(path.read_text("utf-8") for path in sorted(disk.glob("*.jsonl")))
        last = json.loads(lines.splitlines()[-1])
        assert last["service"]["name"] == "text-to-logo"
