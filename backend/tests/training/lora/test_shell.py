"""What a training from a shell refuses and does again."""

from __future__ import annotations

from pathlib import Path

import pytest

from backend.domain.errors import InvalidRequest
from backend.tests.training.lora.support import picture, silent, train
from backend.tests.training.support import lab
from backend.training.lora.run import LoraFolders
from backend.training.lora.shell import inspect_once, refuse_foreign


def test_pictures_are_checked_again_only_when_they_are_others(tmp_path: Path) -> None:
    def checked(place: Path) -> tuple[list[str], bool]:
        inspection = inspect_once(place, target, tmp_path / "nowhere", silent)
        stored = (target / "inspection.json").stat().st_mtime_ns
        is_new = stored not in times
        times.add(stored)
        return [each.source for each in inspection.pictures], is_new

    target, times = tmp_path / "set", set[int]()
    for place, seeds in (("a", range(3)), ("b", range(4, 8))):
        (tmp_path / place).mkdir()
        for seed in seeds:
            picture(seed).save(tmp_path / place / f"{seed}.png")
    assert checked(tmp_path / "a") == (["0.png", "1.png", "2.png"], True)
    assert checked(tmp_path / "a") == (["0.png", "1.png", "2.png"], False)
    picture(3).save(tmp_path / "a" / "3.png")
    assert checked(tmp_path / "a") == ([f"{seed}.png" for seed in range(4)], True)
    assert checked(tmp_path / "b") == ([f"{seed}.png" for seed in range(4, 8)], True)
    assert checked(tmp_path / "b")[1] is False
    with pytest.raises(InvalidRequest, match="no folder or zip"):
        checked(tmp_path / "c")


def test_only_the_run_s_own_adapter_is_written_over(tmp_path: Path) -> None:
    folders = LoraFolders(tmp_path / "run", tmp_path / "weights", tmp_path / "run" / "lora")
    refuse_foreign(folders, "toy")
    assert train(tmp_path, "sd-embedded") is not None
    refuse_foreign(folders, "toy")
    train(tmp_path, "sd-embedded", run="other", place=lab(1), goal="object")
    (tmp_path / "begun").mkdir()
    for run in (tmp_path / "begun", tmp_path / "other"):
        with pytest.raises(InvalidRequest, match="has not made"):
            refuse_foreign(LoraFolders(run, folders.weights, folders.adapters), "toy")
    (folders.adapters / "toy.safetensors").write_bytes(b"somebody's")
    with pytest.raises(InvalidRequest, match="has not made"):
        refuse_foreign(folders, "toy")
