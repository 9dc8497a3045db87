"""One rule says what a LoRA is: what is listed is accepted, and nothing else."""

from __future__ import annotations

import base64
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from backend.domain.errors import NotFound, UnknownLora
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


def test_cards_follow_the_files(tmp_path: Path) -> None:
    path = tmp_path / "зима.safetensors"
    save_file({"lora": np.zeros(1)}, path, {"modelspec.title": "Winter"})
    loras = LoraFolder(tmp_path)
    (card,) = loras.cards()
    assert (card.name, card.title, card.trigger_words) == ("зима", "Winter", ())
    assert not card.has_thumbnail
    metadata = {"modelspec.title": "Winter 2", "modelspec.trigger_phrase": "snow"}
    save_file({"lora": np.zeros(1)}, path, metadata)
    (tmp_path / "зима.jpg").write_bytes(b"picture")
    (card,) = loras.cards()
    assert (card.title, card.trigger_words, card.has_thumbnail) == ("Winter 2", ("snow",), True)
    path.unlink()
    assert loras.cards() == []


def test_the_picture_beside_an_adapter_comes_before_its_own(tmp_path: Path) -> None:
    url = "data:image/png;base64," + base64.b64encode(b"inside").decode()
    save_file({"lora": np.zeros(1)}, tmp_path / "neon.safetensors", {"modelspec.thumbnail": url})
    loras = LoraFolder(tmp_path)
    assert loras.thumbnail("neon") == b"inside"
    (tmp_path / "neon.webp").write_bytes(b"beside")
    assert loras.thumbnail("neon") == b"beside"


@pytest.mark.parametrize("name", ["neon", "gone", "../secret", "", "a/b"])
def test_without_a_picture_there_is_none(tmp_path: Path, name: str) -> None:
    (tmp_path / "secret.png").write_bytes(b"x")
    folder = tmp_path / "lora"
    folder.mkdir()
    (folder / "neon.safetensors").write_bytes(b"1234")
    with pytest.raises(NotFound):
        LoraFolder(folder).thumbnail(name)
