"""One rule says what a LoRA is: what is listed is accepted, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from backend.domain.errors import UnknownLora
from backend.domain.generation import LoraChoice
from backend.domain.lora_names import LORA_NAME, lora_file, lora_names
from backend.services.loras import LoraFile, LoraFolder

GOOD = ("neon", "Flat-Logo_v1.5", "7", "\u0437\u0438\u043c\u0430", "a" * 81)
BAD = ("my style", ".hidden", "-v", "a" * 82, "neon\n", "a(1)")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Adapters with good and bad names, and what is none at all."""
    for name in (*GOOD, *BAD):
        (tmp_path / f"{name}.safetensors").write_bytes(b"1234")
    (tmp_path / "notes.txt").write_text("x")
    (tmp_path / "pickle.ckpt").write_bytes(b"x")
    (tmp_path / "folder.safetensors").mkdir()
    (tmp_path / "style").mkdir()
    (tmp_path / "style" / "inner.safetensors").write_bytes(b"x")
    return tmp_path


def test_what_fits_the_rule_is_listed_and_found(folder: Path) -> None:
    assert lora_names(folder) == sorted(GOOD)
    for name in GOOD:
        assert LORA_NAME.fullmatch(name)
        assert lora_file(folder, name) == folder / f"{name}.safetensors"


@pytest.mark.parametrize(
    "name", [*BAD, "folder", "style", "style/inner", "../neon", "gone", "", "notes.txt", "\ud800"]
)
def test_nothing_else_is(folder: Path, name: str) -> None:
    assert lora_file(folder, name) is None
    with pytest.raises(UnknownLora) as caught:
        LoraFolder(folder).require([LoraChoice("neon"), LoraChoice(name)])
    assert [field for field, _ in caught.value.fields] == ["loras[1].name"]


def test_what_is_listed_is_accepted(folder: Path) -> None:
    loras = LoraFolder(folder)
    assert loras.list() == [LoraFile(name, 4) for name in sorted(GOOD)]
    loras.require([LoraChoice(file.name) for file in loras.list()])


def test_without_a_folder_there_is_none(tmp_path: Path) -> None:
    assert lora_names(tmp_path / "gone") == []
    assert lora_file(tmp_path / "gone", "neon") is None
    assert LoraFolder(tmp_path / "gone").list() == []
