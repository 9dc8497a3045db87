"""Folders and zips, the hostile ones too."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from backend.domain.errors import UnreadableImage
from backend.training.lora import sources
from backend.training.lora.sources import sources_in


def test_a_folder_and_its_zips_are_read_in_the_order_of_names(tmp_path: Path) -> None:
    (tmp_path / "b.png").write_bytes(b"b")
    (tmp_path / ".hidden").write_bytes(b"x")
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("in/2.png", b"2")
        archive.writestr("1.png", b"1")
        archive.writestr("__MACOSX/._1.png", b"x")
    found = [(source.name, source.read()) for source in sources_in(tmp_path)]
    assert found == [("a.zip/1.png", b"1"), ("a.zip/in/2.png", b"2"), ("b.png", b"b")]


def test_a_zip_alone_is_read(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("fox.PNG", b"1")
    (source,) = sources_in(tmp_path / "a.zip")
    assert (source.stem, source.suffix, source.is_text) == ("fox", ".png", False)


def test_paths_of_an_archive_reach_nothing(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("../../evil.png", b"1")
        archive.writestr("/etc/evil.png", b"2")
    before = sorted(tmp_path.parent.iterdir())
    assert [source.read() for source in sources_in(tmp_path)] == [b"1", b"2"]
    assert sorted(tmp_path.parent.iterdir()) == before


def test_what_an_archive_says_of_its_size_is_not_believed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sources, "MAX_FILE_BYTES", 1000)
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb.png", b"\0" * 100_000)
    found = sources_in(tmp_path)
    source = next(found)
    with pytest.raises(UnreadableImage, match="larger than"):
        source.read()


def test_too_many_files_and_broken_archives_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sources, "MAX_ENTRIES", 3)
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for number in range(4):
            archive.writestr(f"{number}.png", b"1")
    with pytest.raises(UnreadableImage, match="4 files"):
        list(sources_in(tmp_path))
    (tmp_path / "a.zip").write_bytes(b"PK no zip at all")
    with pytest.raises(UnreadableImage, match="no zip file"):
        list(sources_in(tmp_path))


def test_an_encrypted_entry_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("1.png", b"1")
    content = bytearray(path.read_bytes())
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(mark) + place] |= 1
    path.write_bytes(bytes(content))
    found = sources_in(path)
    source = next(found)
    with pytest.raises(UnreadableImage, match="encrypted"):
        source.read()


@pytest.mark.parametrize("packing", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_unusual_packings_are_refused_before_they_are_read(tmp_path: Path, packing: int) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", packing) as archive:
        archive.writestr("1.png", bytes(range(256)) * 20)
    content = bytearray(path.read_bytes())
    content[50:90] = b"\xff" * 40
    path.write_bytes(bytes(content))
    found = sources_in(path)
    source = next(found)
    with pytest.raises(UnreadableImage, match="Deflate"):
        source.read()


def test_links_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "set").mkdir()
    (tmp_path / "secret.png").write_bytes(b"secret")
    (tmp_path / "set" / "link.png").symlink_to(tmp_path / "secret.png")
    assert list(sources_in(tmp_path / "set")) == []
