from __future__ import annotations

import os
from pathlib import Path

import pytest

from backend.storage.dataset_folder import found_sets
from backend.tests.parquets import write


def names(folder: Path) -> list[tuple[str, int]]:
    return [(found.name, len(found.paths)) for found in found_sets(folder)]


def test_files_come_first_then_folders_of_shards(tmp_path: Path) -> None:
    for place in (
        "b.parquet",
        "a.parquet",
        "corpus/2.parquet",
        "corpus/1.parquet",
        "raw/x/0.parquet",
    ):
        write(tmp_path / place)
    (tmp_path / "notes.txt").write_text("x")
    (tmp_path / "empty").mkdir()
    assert names(tmp_path) == [
        ("a.parquet", 1),
        ("b.parquet", 1),
        ("corpus", 2),
        ("raw/x", 1),
    ]
    corpus = found_sets(tmp_path)[2]
    assert [path.name for path in corpus.paths] == ["1.parquet", "2.parquet"]
    assert corpus.bytes == sum(path.stat().st_size for path in corpus.paths)


@pytest.mark.parametrize(
    "place",
    [
        "uploads/ds_1/data.parquet", "bench/0.parquet", "runs/cgan/history.parquet",
        ".hidden/0.parquet", ".x.parquet", "a/b/c/d/deep.parquet", "x.parquet.part",
    ],
)  # fmt: skip
def test_what_is_no_data_set_is_passed_over(tmp_path: Path, place: str) -> None:
    (tmp_path / place).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / place).write_bytes(b"x")
    (tmp_path / "folder.parquet").mkdir()
    assert names(tmp_path) == []


def test_ids_follow_from_the_place_and_stay(tmp_path: Path) -> None:
    write(tmp_path / "one" / "a.parquet")
    write(tmp_path / "two" / "a.parquet")
    before = [found.id for found in found_sets(tmp_path / "one")]
    assert before == [found.id for found in found_sets(tmp_path / "two")]
    write(tmp_path / "one" / "b.parquet")
    after = [found.id for found in found_sets(tmp_path / "one")]
    assert after[0] == before[0]
    assert len(set(after)) == 2


def test_links_in_circles_and_odd_names_do_no_harm(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to(tmp_path)
    (tmp_path / "gone.parquet").symlink_to(tmp_path / "nowhere")
    odd = tmp_path / os.fsdecode(b"\xff.parquet")
    odd.write_bytes(b"x")
    found = found_sets(tmp_path)
    assert found[0].name == "\ufffd.parquet"
    assert all(len(each.paths) == 1 for each in found)


def test_a_linked_file_counts(tmp_path: Path) -> None:
    write(tmp_path / "elsewhere" / "big.parquet")
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "big.parquet").symlink_to(tmp_path / "elsewhere" / "big.parquet")
    assert names(folder) == [("big.parquet", 1)]
