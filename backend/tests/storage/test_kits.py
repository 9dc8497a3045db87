from __future__ import annotations

import os
from pathlib import Path

import pytest

from backend.domain.errors import KitNotFound, StorageFull
from backend.storage.kits import KitBounds, KitStore


def age(folder: Path, kit: str, seconds: float) -> None:
    os.utime(folder / "kits" / f"{kit}.zip", (seconds, seconds))


def kept(folder: Path) -> set[str]:
    return {path.stem for path in (folder / "kits").iterdir()}


def test_the_same_content_is_one_kit(tmp_path: Path) -> None:
    store = KitStore(tmp_path)
    one, other = store.save(b"one"), store.save(b"other")
    assert store.save(b"one") == one != other
    length, pieces = KitStore(tmp_path).pieces(one)
    assert (length, b"".join(pieces)) == (3, b"one")
    assert kept(tmp_path) == {one, other}


@pytest.mark.parametrize("name", ["kit_" + "0" * 24, "../secret", "kit_", "", "kit_" + "g" * 24])
def test_a_kit_that_is_not_there_is_not_found(tmp_path: Path, name: str) -> None:
    (tmp_path / "secret.zip").write_bytes(b"x")
    with pytest.raises(KitNotFound):
        KitStore(tmp_path).pieces(name)


def test_a_kit_comes_in_small_pieces_even_if_it_is_cleared_away_meanwhile(tmp_path: Path) -> None:
    store, content = KitStore(tmp_path), os.urandom(1_000_000)
    kit = store.save(content)
    length, pieces = store.pieces(kit)
    first = next(pieces)
    store.path(kit).unlink()
    rest = list(pieces)
    assert (length, first + b"".join(rest)) == (len(content), content)
    assert max(map(len, (first, *rest))) <= 2**18
    with pytest.raises(KitNotFound):
        store.pieces(kit)


def test_the_oldest_go_beyond_the_number(tmp_path: Path) -> None:
    store = KitStore(tmp_path, KitBounds(kits=2))
    first, second = store.save(b"1"), store.save(b"2")
    age(tmp_path, first, 1000)
    age(tmp_path, second, 2000)
    # Made anew: it is the younger one now.
    store.save(b"1")
    third = store.save(b"3")
    assert kept(tmp_path) == {first, third}


def test_the_oldest_go_beyond_the_bytes_but_never_the_new_one(tmp_path: Path) -> None:
    store = KitStore(tmp_path, KitBounds(total_bytes=25))
    old = [store.save(bytes([i]) * 10) for i in range(2)]
    for place, kit in enumerate(old):
        age(tmp_path, kit, 1000 + place)
    new = store.save(b"n" * 10)
    assert kept(tmp_path) == {old[1], new}
    huge = store.save(b"h" * 100)
    assert kept(tmp_path) == {huge}


def test_a_full_disk_leaves_nothing_half_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = KitStore(tmp_path)
    old = store.save(b"old")

    def full(descriptor: int) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StorageFull):
        store.save(b"new")
    assert kept(tmp_path) == {old}
