"""Downloads in a process of their own: real processes, a server on this machine."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from backend.domain.errors import (
    JobCancelled,
    NetworkUnavailable,
    StageFailed,
    StoreUnavailable,
    WeightsMissing,
)
from backend.models.catalog import Catalog
from backend.services.pulling import pull_apart
from backend.settings import ROOT
from backend.tests.api.support import PATIENCE_SECONDS, eventually
from backend.tests.hub.pulls import toy_entry, write_manifest
from backend.tests.hub.server import Fault, toy_hub

CONTENT = bytes(range(256)) * 400


def catalog(folder: Path, url: str = "", **more: str) -> Catalog:
    folder.mkdir(exist_ok=True)
    file = {
        "path": "net/model.bin", "bytes": len(CONTENT), "url": url,
        "sha256": hashlib.sha256(CONTENT).hexdigest(),
    }  # fmt: skip
    entry = {
        "name": "net", "stage": "draft", "title": "The net", "version": "1", "profile": "optional",
        "licence": "MIT", "source": "x", "files": [file], **more,
    }  # fmt: skip
    (folder / "manifest.json").write_text(json.dumps({"weights": [entry]}))
    return Catalog.load(folder)


def pull(known: Catalog, **more: str) -> list[tuple[int, int]]:
    told: list[tuple[int, int]] = []
    pull_apart(
        known,
        known.entry("net"),
        report=lambda done, total: told.append((done, total)),
        should_stop=lambda: False,
        **more,
    )
    return told


def processes(word: str) -> list[int]:
    found = []
    for entry in Path("/proc").iterdir():
        with suppress(OSError):
            if entry.name.isdigit() and word in (entry / "cmdline").read_text():
                found.append(int(entry.name))
    return found


@pytest.fixture
def slow_module(tmp_path: Path) -> Iterator[str]:
    """A module that does what a slow download does: writes a little, then waits."""
    (tmp_path / "code").mkdir()
    name = f"slow_{os.getpid()}_{time.monotonic_ns()}"
    (tmp_path / "code" / f"{name}.py").write_text(
        "import subprocess, sys, time\n"
        "from pathlib import Path\n"
        "part = Path(sys.argv[1]) / 'net' / 'model.bin.part'\n"
        "part.parent.mkdir(exist_ok=True)\n"
        "part.write_bytes(b'x' * 1000)\n"
        f"subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600) # {name}'])\n"
        "time.sleep(600)\n"
    )
    before = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = str(tmp_path / "code")
    yield name
    os.environ.pop("PYTHONPATH")
    if before is not None:
        os.environ["PYTHONPATH"] = before


def test_what_is_there_already_is_not_fetched(tmp_path: Path) -> None:
    known = catalog(tmp_path / "weights")
    (tmp_path / "weights" / "net").mkdir()
    (tmp_path / "weights" / "net" / "model.bin").write_bytes(CONTENT)
    assert pull(known)[-1] == (len(CONTENT), len(CONTENT))


def test_what_the_child_fails_with_is_told_by_name(tmp_path: Path) -> None:
    with pytest.raises(WeightsMissing, match="git checkout"):
        pull(catalog(tmp_path / "weights"))
    # Port 9 refuses; the address never leaves this machine.
    with pytest.raises(NetworkUnavailable):
        pull(catalog(tmp_path / "weights", url="https://127.0.0.1:9/model.bin"))


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    known = catalog(tmp_path / "weights", url="https://127.0.0.1:9/model.bin")
    (tmp_path / "weights" / "net").write_text("a file where a folder should be")
    with pytest.raises(StoreUnavailable, match="weights folder"):
        pull(known)


def test_a_child_that_dies_is_a_failure(tmp_path: Path) -> None:
    with pytest.raises(StageFailed):
        pull(catalog(tmp_path / "weights"), module="no_such_module")


def test_lines_of_others_among_the_answers_are_passed_over(tmp_path: Path) -> None:
    (tmp_path / "talkative.py").write_text(
        "for line in ('7', 'null', '[]', '{\"total\": null}', '{\"total\": \"x\"}', 'hello',\n"
        "             '{\"outcome\": 3}', '[' * 100_000, '{\"outcome\": {}}'):\n"
        "    print(line, flush=True)\n"
    )
    stop = threading.Event()
    patience = threading.Timer(PATIENCE_SECONDS, stop.set)
    patience.start()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(tmp_path))
        known = catalog(tmp_path / "weights")
        told: list[tuple[int, int]] = []
        pull_apart(
            known,
            known.entry("net"),
            report=lambda done, total: told.append((done, total)),
            should_stop=stop.is_set,
            module="talkative",
        )
    patience.cancel()
    assert told[-1] == (0, 0)


def test_stopping_ends_everything_the_child_started_and_keeps_what_had_arrived(
    tmp_path: Path, slow_module: str
) -> None:
    known, stop = catalog(tmp_path / "weights"), threading.Event()
    told: list[tuple[int, int]] = []
    patience = threading.Timer(PATIENCE_SECONDS, stop.set)
    patience.start()

    def report(done: int, total: int) -> None:
        told.append((done, total))
        if done:
            stop.set()

    with pytest.raises(JobCancelled):
        pull_apart(
            known, known.entry("net"), report=report, should_stop=stop.is_set, module=slow_module
        )
    patience.cancel()
    assert told[-1] == (1_000, len(CONTENT))
    assert eventually(lambda: not processes(slow_module))
    assert (tmp_path / "weights" / "net" / "model.bin.part").stat().st_size == 1_000


def test_a_model_of_the_hub_is_pulled_stopped_and_continued(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The child's real code and the hub's real client; 12 MB, of which 10 arrive at first."""
    (tmp_path / "repository").mkdir()
    content = bytes(range(256)) * 50_000
    (tmp_path / "repository" / "model.safetensors").write_bytes(content)
    known = write_manifest(
        tmp_path / "weights",
        toy_entry("net", "owner/net", "model.safetensors", facts={"with": ["small"]}),
        toy_entry("small", "owner/small", "config.json"),
    )
    (tmp_path / "small").mkdir()
    (tmp_path / "small" / "config.json").write_text("{}")
    folders = {"owner/net": tmp_path / "repository", "owner/small": tmp_path / "small"}
    told: list[tuple[int, int]] = []

    def fetch() -> None:
        def report(done: int, total: int) -> None:
            told.append((done, total))

        pull_apart(
            known,
            known.entry("net"),
            report=report,
            should_stop=lambda: bool(hub.faults) and bool(told) and told[-1][0] >= 10 << 20,
        )

    with toy_hub(folders) as hub:
        for name, value in hub.environment(tmp_path / "home").items():
            monkeypatch.setenv(name, value)
        hub.faults.append(Fault("/cdn/", stall_at=11 << 20, times=1))
        with pytest.raises(JobCancelled):
            fetch()
        assert told[-1] == (10 << 20, len(content))
        assert not known.is_present(known.entry("net"))
        hub.faults.clear()
        fetch()
        assert [one.first_byte for one in hub.bodies("model.safetensors")] == [0, 10 << 20]
    assert known.is_present(known.entry("net"))
    assert known.is_present(known.entry("small"))
    assert told[-1][0] == told[-1][1] > len(content)


def test_a_child_does_not_outlive_a_killed_parent(tmp_path: Path) -> None:
    """The child's real code; what it fetches comes from an address that never answers."""
    import socket

    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"https://127.0.0.1:{silent.getsockname()[1]}/model.bin"
        folder = tmp_path / "weights"
        catalog(folder, url=url)
        code = (
            "import sys; from pathlib import Path\n"
            "from backend.models.catalog import Catalog\n"
            "from backend.services.pulling import pull_apart\n"
            "known = Catalog.load(Path(sys.argv[1]))\n"
            "pull_apart(known, known.entry('net'), report=lambda *_: None,\n"
            "           should_stop=lambda: False)\n"
        )
        parent = subprocess.Popen([sys.executable, "-c", code, str(folder)], cwd=ROOT)
        try:
            assert eventually(lambda: len(processes(str(folder))) == 2)
            silent.settimeout(PATIENCE_SECONDS)
            connection, _ = silent.accept()
        finally:
            parent.send_signal(signal.SIGKILL)
            parent.wait()
        with connection:
            assert eventually(lambda: not processes(str(folder)))
