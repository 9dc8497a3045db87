"""One rule says what a LoRA is: what is listed is accepted, and nothing else."""

from __future__ import annotations

import base64
import errno
import os
import shutil
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from backend.domain.errors import InvalidRequest, LoraIncompatible, NameTaken, NotFound, UnknownLora
from backend.domain.generation import LoraChoice
from backend.domain.lora_names import (
    LORA_NAME,
    is_lora_name,
    lora_file,
    lora_name_from,
    lora_names,
    numbered_lora_name,
)
from backend.domain.lora_orders import LoraOrder
from backend.models.lora_confined import inspect_confined
from backend.services.lora_fits import PipelineInUse
from backend.services.loras import LoraFile, LoraFolder
from backend.storage.pipeline_note import PipelineNote
from backend.tests.loras import write_lora
from backend.tests.models.lora_hostiles import HOSTILES
from backend.tests.models.lora_toys import known_matrices, kohya, write
from backend.tests.toys import toy_sd15, toy_sdxl
from backend.utils.files import write_bytes

GOOD = ("neon", "Flat-Logo_v1.5", "7", "\u0437\u0438\u043c\u0430", "a" * 81)
BAD = ("my style", ".hidden", "-v", "a" * 82, "neon\n", "a(1)")

# A letter of four bytes in UTF-8.
WIDE = "\U00020000"


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


def test_what_is_listed_and_sound_is_accepted(folder: Path) -> None:
    loras = LoraFolder(folder)
    assert loras.list() == [LoraFile(name, 4) for name in sorted(GOOD)]
    for name in GOOD:
        write_lora(folder / f"{name}.safetensors")
    loras.require([LoraChoice(file.name) for file in loras.list()])


def test_what_is_not_sound_is_refused_for_its_reason(folder: Path) -> None:
    write_lora(folder / "neon.safetensors")
    with pytest.raises(LoraIncompatible) as caught:
        LoraFolder(folder).require([LoraChoice("neon"), LoraChoice("7")])
    assert caught.value.detail.startswith("7 cannot be used: it ends after 4 bytes; ")
    assert [field for field, _ in caught.value.fields] == ["loras[1].name"]


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


@pytest.mark.parametrize(
    "text", ["", ".", "..", "/", "a b", "\ud800", "x" * 500, "COM1.x", "nul", WIDE * 80]
)
def test_any_text_becomes_a_name_of_the_rule(text: str, tmp_path: Path) -> None:
    name = lora_name_from(text)
    assert is_lora_name(name)
    assert lora_name_from(name) == name
    write_bytes(tmp_path / f"{name}.safetensors", b"x")
    assert lora_names(tmp_path) == [name]


@pytest.mark.parametrize("name", ["neon", "a" * 81, WIDE * 50, "a." * 40])
def test_a_numbered_name_is_of_the_rule_too(name: str) -> None:
    numbered = [numbered_lora_name(name, number) for number in (1, 2, 10, 100)]
    assert numbered[0] == name
    assert len(set(numbered)) == 4
    assert all(is_lora_name(each) for each in numbered)
    assert numbered_lora_name("neon", 2) == "neon-2"


def test_a_name_of_wide_letters_is_bounded_in_bytes(tmp_path: Path) -> None:
    assert not is_lora_name(WIDE * 80)
    with pytest.raises(InvalidRequest) as caught:
        LoraOrder.from_json({"name": WIDE * 80, "goal": "style", "set": "x"})
    assert [name for name, _ in caught.value.fields] == ["name"]
    loras, content = LoraFolder(tmp_path / "lora"), tmp_path / "content"
    write_lora(content)
    name, is_new = uploaded(loras, content, WIDE * 80)
    assert is_new
    assert name == WIDE * 50


def uploaded(loras: LoraFolder, content: Path, name: str) -> tuple[str, bool]:
    with loras.incoming() as path:
        path.write_bytes(content.read_bytes())
        card, is_new = loras.add(path, "the file", name)
    return card.name, is_new


def test_uploads_are_kept_once_and_never_written_over(tmp_path: Path) -> None:
    loras = LoraFolder(tmp_path / "lora")
    first = write_lora(tmp_path / "first")
    second = write_lora(tmp_path / "second", fill=2.0)
    assert uploaded(loras, first, "a") == ("a", True)
    assert uploaded(loras, first, "b") == ("a", False)
    with pytest.raises(NameTaken):
        uploaded(loras, second, "a")
    assert uploaded(loras, second, "b") == ("b", True)
    assert sorted(path.name for path in (tmp_path / "lora").iterdir()) == [
        "a.safetensors",
        "b.safetensors",
    ]
    assert (tmp_path / "lora" / "a.safetensors").read_bytes() == first.read_bytes()


def test_disks_without_hard_links_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def link(*_: object) -> None:
        raise OSError(errno.EPERM, "no links here")

    monkeypatch.setattr("os.link", link)
    loras = LoraFolder(tmp_path / "lora")
    assert uploaded(loras, write_lora(tmp_path / "one"), "a") == ("a", True)
    with pytest.raises(NameTaken):
        uploaded(loras, write_lora(tmp_path / "two", fill=2.0), "a")


def test_what_a_dead_process_left_is_swept_away(tmp_path: Path) -> None:
    old, new = tmp_path / ".upload-0.part", tmp_path / ".upload-1.part"
    for path in (old, new):
        path.touch()
    os.utime(old, (0, 0))
    with LoraFolder(tmp_path).incoming() as path:
        assert not old.exists()
        assert new.exists()
        assert path.parent == tmp_path
    assert not path.exists()


def test_a_check_that_takes_too_much_is_refused(tmp_path: Path) -> None:
    path = write_lora(tmp_path / "x.safetensors")
    assert len(inspect_confined(path, "x")) == 64
    with pytest.raises(LoraIncompatible, match=r"took longer than 0\.01 seconds"):
        inspect_confined(path, "x", timeout_seconds=0.01)
    path.write_bytes(HOSTILES["100k tensors"][0])
    with pytest.raises(LoraIncompatible, match="it holds 100,000 tensors"):
        inspect_confined(path, "x")
    with pytest.raises(LoraIncompatible, match="more memory than 40 MB"):
        inspect_confined(path, "x", memory_mb=40)


def test_what_fits_is_told_for_the_pipeline_that_a_worker_took(tmp_path: Path) -> None:
    toy_sd15().save_pretrained(tmp_path / "weights" / "sd15")
    toy_sdxl().save_pretrained(tmp_path / "weights" / "sdxl")
    (tmp_path / "lora").mkdir()
    write(tmp_path / "lora", "xl", kohya(known_matrices(toy_sdxl())))
    note = PipelineNote(tmp_path)
    in_use = PipelineInUse(tmp_path / "weights", ["sd15", "sdxl"], note.read)
    loras = LoraFolder(tmp_path / "lora", in_use)
    assert loras.card("xl").problem is None
    note.write("sd15")
    assert "made for SDXL" in str(loras.card("xl").problem)
    note.write("sdxl")
    assert loras.card("xl").problem is None


def test_whether_it_fits_is_told_by_the_pipelines_files(tmp_path: Path) -> None:
    toy_sd15().save_pretrained(tmp_path / "weights" / "sd15")
    (tmp_path / "lora").mkdir()
    write_lora(tmp_path / "lora" / "fits.safetensors")
    write(tmp_path / "lora", "text", kohya(known_matrices(toy_sd15(), networks=("text_encoder",))))
    matrices = known_matrices(toy_sd15())
    wide = {key: (np.repeat(down, 2, axis=1), up) for key, (down, up) in matrices.items()}
    write(tmp_path / "lora", "wide", kohya(wide))
    write(tmp_path / "lora", "xl", kohya(known_matrices(toy_sdxl())))
    in_use = PipelineInUse(tmp_path / "weights", ["sd-embedded", "sd15"])
    cards = {card.name: card for card in LoraFolder(tmp_path / "lora", in_use).cards()}
    assert cards["fits"].problem is None
    assert cards["text"].problem is None
    assert cards["text"].touches_text
    assert "but that layer has the shape" in str(cards["wide"].problem)
    assert "made for SDXL" in str(cards["xl"].problem)
    (tmp_path / "weights" / "sd15" / "unet").rename(tmp_path / "elsewhere")
    assert LoraFolder(tmp_path / "lora", in_use).card("wide").problem is None
    (tmp_path / "elsewhere").rename(tmp_path / "weights" / "sd15" / "unet")
    assert LoraFolder(tmp_path / "lora", in_use).card("wide").problem
    shutil.rmtree(tmp_path / "weights")
    # Nothing to compare with: what tells no base may fit.
    assert LoraFolder(tmp_path / "lora", in_use).card("text").problem is None


def test_a_tryout_belongs_to_the_content(tmp_path: Path) -> None:
    write_lora(tmp_path / "a.safetensors")
    tried = {LoraFolder(tmp_path).card("a").sha256}
    loras = LoraFolder(tmp_path, has_tryout=tried.__contains__)
    assert loras.card("a").was_tried
    write_lora(tmp_path / "a.safetensors", fill=3.0)
    assert not loras.card("a").was_tried
