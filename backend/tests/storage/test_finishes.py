from __future__ import annotations

import os
from pathlib import Path

import pytest
from PIL import Image

from backend.domain.branding import BrandSpec, LetterCase, LockupKind, MarkOptions, TextOptions
from backend.domain.brief import Colour
from backend.domain.errors import StorageFull
from backend.storage.disk_store import DiskImageStore
from backend.storage.finishes import FinishStore

ID = "img_" + "a" * 24
SPEC = BrandSpec(
    ID,
    MarkOptions(False, 0.25, True, False, (Colour(1, 2, 3),), (Colour(4, 5, 6),)),
    TextOptions("Кофейня «Лис»", "с 1987", "pt-serif", 400, 40, LetterCase.UPPER, Colour(7, 8, 9)),
    LockupKind.BADGE,
    Colour(9, 9, 9),
)


def always() -> bool:
    return True


def test_a_state_outlives_the_process_and_the_last_one_counts(tmp_path: Path) -> None:
    store = FinishStore(tmp_path)
    assert store.get(ID) is None
    store.save(ID, BrandSpec(ID), always)
    saved = store.save(ID, SPEC, always)
    found = FinishStore(tmp_path).get(ID)
    assert found == saved
    assert found.brand == SPEC
    assert store.remove(ID)
    assert not store.remove(ID)
    assert store.get(ID) is None


def test_a_state_goes_with_its_picture(tmp_path: Path) -> None:
    images, store = DiskImageStore(tmp_path), FinishStore(tmp_path)
    one = images.save(Image.new("RGB", (16, 16)), {}).id
    other = images.save(Image.new("RGB", (17, 16)), {}).id
    for image_id in (one, other):
        store.save(image_id, BrandSpec(image_id), always)
    images.delete_many([one])
    assert store.get(one) is None
    assert store.get(other) is not None


def test_what_became_of_a_picture_that_was_deleted_meanwhile_does_not_stay(tmp_path: Path) -> None:
    store = FinishStore(tmp_path)
    store.save(ID, SPEC, lambda: False)
    assert store.get(ID) is None


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"brand": {}}', '{"brand": 5, "saved_at": "2026-01-01T00:00:00Z"}']
)
def test_a_damaged_file_counts_as_none(tmp_path: Path, text: str) -> None:
    store = FinishStore(tmp_path)
    store.save(ID, SPEC, always)
    (tmp_path / "finishes" / f"{ID}.json").write_text(text)
    assert store.get(ID) is None


def test_no_name_leads_out_of_the_folder(tmp_path: Path) -> None:
    store = FinishStore(tmp_path / "output")
    outside = tmp_path / "output" / "x.json"
    outside.parent.mkdir()
    outside.write_text("{}")
    assert store.get("../x") is None
    assert not store.remove("../x")
    assert outside.exists()
    with pytest.raises(ValueError, match="picture's id"):
        store.save("../x", SPEC, always)


def test_a_full_disk_leaves_the_older_state(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = FinishStore(tmp_path)
    store.save(ID, SPEC, always)

    def full(descriptor: int) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StorageFull):
        store.save(ID, BrandSpec(ID), always)
    found = store.get(ID)
    assert found is not None
    assert found.brand == SPEC
    assert len(list((tmp_path / "finishes").iterdir())) == 1
