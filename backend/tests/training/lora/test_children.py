"""The two processes that the service starts, as it starts them."""

from __future__ import annotations

import errno
import json
import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import torch

from backend.domain.errors import from_record
from backend.tests.training.lora.support import picture, toy_set, toy_weights
from backend.training.lora import __main__ as child
from backend.training.lora.lines import Lines, Stopped

ROOT = Path(__file__).parents[4]


def _started(*words: str, most_bytes: int | None = None) -> subprocess.Popen[str]:
    def limited() -> None:
        if most_bytes is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, most_bytes))

    return subprocess.Popen(
        [sys.executable, "-m", "backend.training.lora", *words],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        cwd=ROOT,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        preexec_fn=limited,
    )


def _ended(child: subprocess.Popen[str]) -> tuple[int, list[dict[str, Any]]]:
    # Standard input stays open until the child has ended: its end would mean that we are gone.
    assert child.stdout is not None
    lines = [json.loads(line) for line in child.stdout]
    code = child.wait(300)
    child.stdout.close()
    assert child.stdin is not None
    child.stdin.close()
    return code, lines


def _training(tmp_path: Path, **overrides: Any) -> list[str]:
    toy_weights(tmp_path / "weights", "sd-embedded")
    toy_set(tmp_path / "set")
    (tmp_path / "run").mkdir()
    order = {
        "name": "toy",
        "title": "Toy",
        "goal": "style",
        "base": "sd-embedded",
        "set": str(tmp_path / "set"),
        "trigger": "",
        "overrides": {"rank": 2, "batch_size": 1, "resolution_px": 64, **overrides},
    }
    (tmp_path / "run" / "order.json").write_text(json.dumps(order))
    folders = ("--weights", str(tmp_path / "weights"), "--lora", str(tmp_path / "lora"))
    return ["train", str(tmp_path / "run"), *folders]


def test_inspect_reads_uploads_and_says_how_far_it_is(tmp_path: Path) -> None:
    (tmp_path / "uploads").mkdir()
    for number in range(3):
        picture(number).save(tmp_path / "uploads" / f"{number}.png")
    child = _started("inspect", str(tmp_path), "--weights", str(tmp_path / "nowhere"))
    code, lines = _ended(child)
    assert code == 0
    assert lines[-1] == {"outcome": {}}
    phases = [line["progress"]["phase"] for line in lines[:-1]]
    assert phases == sorted(phases, key=["unpack", "pictures", "captions"].index)
    assert set(lines[0]["progress"]) == {"phase", "step", "total", "eta_seconds"}
    stored = json.loads((tmp_path / "inspection.json").read_text())
    assert len(stored["pictures"]) == 3
    assert stored["is_ready"]


@pytest.mark.slow
def test_train_is_stopped_by_a_signal_and_goes_on(tmp_path: Path) -> None:
    words = _training(tmp_path, steps=40)
    child = _started(*words)
    assert child.stdout is not None
    for line in child.stdout:
        if json.loads(line).get("progress", {}).get("phase") == "train":
            child.send_signal(signal.SIGTERM)
            break
    stopped = time.monotonic()
    code, lines = _ended(child)
    assert time.monotonic() - stopped < 120
    assert (code, lines[-1]) == (0, {"outcome": {"stopped": True}})
    assert (tmp_path / "run" / "state.pt").exists()
    assert not (tmp_path / "lora" / "toy.safetensors").exists()
    code, lines = _ended(_started(*words))
    assert (code, lines[-1]) == (0, {"outcome": {}})
    first = next(line for line in lines if line.get("progress", {}).get("phase") == "train")
    assert first["progress"]["step"] > 1
    assert lines[-1] == {"outcome": {}}
    assert any("metrics" in line for line in lines)
    assert (tmp_path / "lora" / "toy.safetensors").exists()
    result = json.loads((tmp_path / "run" / "result.json").read_text())
    assert result.keys() == {"adapter", "metrics", "seconds", "note"}


def test_a_parent_that_is_gone_stops_the_child(tmp_path: Path) -> None:
    child = _started(*_training(tmp_path, steps=20_000))
    assert child.stdin is not None
    child.stdin.close()
    _, lines = _ended(child)
    assert lines[-1] == {"outcome": {"stopped": True}}


@pytest.mark.parametrize("content", [None, "no json", '{"name": "../x", "goal": "style"}'])
def test_an_order_that_cannot_be_done_is_an_outcome(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "order.json").write_text(content)
    words = ("train", str(tmp_path), "--weights", str(tmp_path), "--lora", str(tmp_path))
    code, lines = _ended(_started(*words))
    assert code == 1
    error = from_record(lines[-1]["outcome"])
    assert error.code == "invalid-request"


def test_a_full_disk_is_named(tmp_path: Path) -> None:
    (tmp_path / "uploads").mkdir()
    for number in range(3):
        picture(number).save(tmp_path / "uploads" / f"{number}.png")
    words = ("inspect", str(tmp_path), "--weights", str(tmp_path / "nowhere"))
    code, lines = _ended(_started(*words, most_bytes=600))
    assert code == 1
    assert from_record(lines[-1]["outcome"]).code == "storage-full"


@pytest.mark.parametrize("what", ["inspect", "train"])
@pytest.mark.parametrize(
    ("error", "code"),
    [
        (MemoryError(), "out-of-memory"),
        (torch.OutOfMemoryError(), "out-of-memory"),
        (RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried"), "out-of-memory"),
        (RuntimeError("I/O error: No space left on device (os error 28)"), "storage-full"),
        (RuntimeError("[enforce] PytorchStreamWriter failed writing file data/0"), "storage-full"),
        (OSError(errno.ENOSPC, "No space left on device"), "storage-full"),
        (ZeroDivisionError(), "stage-failed"),
    ],
)
def test_what_users_can_help_is_said(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    what: str,
    error: Exception,
    code: str,
) -> None:
    def fails(*_: Any) -> dict[str, Any]:
        raise error

    said: list[dict[str, Any]] = []
    monkeypatch.setattr(child, f"_{what}", fails)
    monkeypatch.setattr(child, "_listen", lambda _: None)
    monkeypatch.setattr("os.dup2", lambda *_: None)
    monkeypatch.setattr(Lines, "outcome", lambda _, record: said.append(record))
    words = [what, str(tmp_path), "--weights", "w", *(["--lora", "l"] if what == "train" else [])]
    if code == "stage-failed":
        with pytest.raises(ZeroDivisionError):
            child.main(words)
    else:
        assert child.main(words) == 1
    assert [record["code"] for record in said] == [code]


def test_nobody_who_listens_is_no_failure() -> None:
    ours, theirs = os.pipe()
    with os.fdopen(theirs, "w", encoding="utf-8") as stream:
        lines = Lines(stream)
        os.close(ours)
        lines.metrics({"loss": 0.5})
        with pytest.raises(Stopped):
            lines.progress("cache", 1, 2)
        lines.outcome({"stopped": True})


def test_progress_estimates_what_is_left(capsys: pytest.CaptureFixture[str]) -> None:
    lines = Lines(sys.stdout)
    lines.progress("train", 10, 20)
    time.sleep(0.05)
    lines.progress("train", 20, 20)
    lines.metrics({"loss": 0.5})
    lines.outcome({})
    said = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert said[0]["progress"]["eta_seconds"] is None
    assert said[1]["progress"]["eta_seconds"] == 0
    assert said[2:] == [{"metrics": {"loss": 0.5}}, {"outcome": {}}]


def test_a_stop_outside_of_the_loop_is_taken_at_the_next_report() -> None:
    lines = Lines(sys.stderr)
    lines.stop()
    lines.progress("train", 1, 2)
    with pytest.raises(Stopped):
        lines.progress("cache", 1, 2)
