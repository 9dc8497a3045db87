"""`python -m backend train lora`, alone and in two processes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from backend.tests.training.lora.support import picture, toy_weights
from backend.training.history import read_history

ROOT = Path(__file__).parents[4]
WORDS = ("steps=4", "rank=2", "batch_size=1", "sample_every=4", "sample_steps=2", "epoch_steps=1")


def _prepared(tmp_path: Path) -> dict[str, str]:
    """Weights and pictures of a toy; gives the environment that points there."""
    toy_weights(tmp_path / "weights", "sd-embedded")
    (tmp_path / "fox").mkdir()
    for number in range(4):
        picture(number).save(tmp_path / "fox" / f"{number}.png")
    folders = {name: str(tmp_path / name) for name in ("weights", "data", "lora")}
    return {
        **os.environ,
        **{f"LOGO_PATHS__{name.upper()}": path for name, path in folders.items()},
        "OMP_NUM_THREADS": "1",
    }


def _run(launcher: list[str], tmp_path: Path, environment: dict[str, str], *words: str) -> str:
    done = subprocess.run(
        [*launcher, "backend", "train", "lora", str(tmp_path / "fox"), *words],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        env=environment,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.slow
def test_the_command_checks_trains_and_says_where_the_adapter_is(tmp_path: Path) -> None:
    environment = _prepared(tmp_path)
    said = _run([sys.executable, "-m"], tmp_path, environment, "--check")
    assert "captions.json" in said
    assert not (tmp_path / "lora").exists()
    said = _run([sys.executable, "-m"], tmp_path, environment, "--show", *WORDS)
    assert "rank: 2" in said
    said = _run([sys.executable, "-m"], tmp_path, environment, *WORDS)
    assert said.splitlines()[-1].endswith("fox.safetensors")
    assert (tmp_path / "lora" / "fox.safetensors").is_file()


@pytest.mark.slow
def test_two_processes_share_a_training(tmp_path: Path) -> None:
    launcher = [sys.executable, "-m", "torch.distributed.run", "--nproc_per_node=2", "-m"]
    _run(launcher, tmp_path, _prepared(tmp_path), *WORDS)
    history = read_history(tmp_path / "data" / "runs" / "lora" / "fox")
    assert [row["step"] for row in history] == [1, 2, 3, 4]
    assert [row["images"] for row in history] == [2, 4, 6, 8]
    assert (tmp_path / "lora" / "fox.safetensors").is_file()
