from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from backend.domain.errors import ImageNotFound
from backend.services.gallery import MANIFEST, zipped
from backend.services.records import new_image_record
from backend.storage.disk_store import DiskImageStore

GONE = "img_" + "0" * 24


@pytest.fixture
def images(tmp_path: Path) -> Iterator[DiskImageStore]:
    store = DiskImageStore(tmp_path)
    yield store
    store.close()


def save(images: DiskImageStore, name: str, colour: int = 0, svg: str | None = None) -> str:
    record = new_image_record(name=name, description="кафе")
    return images.save(Image.new("RGB", (8, 8), (colour, 0, 0)), record, svg=svg).id


def opened(pieces: Iterator[bytes]) -> zipfile.ZipFile:
    archive = zipfile.ZipFile(BytesIO(b"".join(pieces)))
    assert archive.testzip() is None
    return archive


def test_files_are_those_of_the_store(images: DiskImageStore) -> None:
    ids = [save(images, "Harbour & Beans", 1, "<svg>é</svg>"), save(images, "Кафе «Лиса»", 2)]
    archive = opened(zipped(images, ids))
    stems = [f"harbour-beans-{ids[0][4:12]}", f"кафе-лиса-{ids[1][4:12]}"]
    assert archive.namelist() == [
        f"{stems[0]}.png", f"{stems[0]}.svg", f"{stems[0]}.json",
        f"{stems[1]}.png", f"{stems[1]}.json",
        MANIFEST,
    ]  # fmt: skip
    for image_id, stem in zip(ids, stems, strict=True):
        assert archive.read(f"{stem}.png") == images.png(image_id)
        assert json.loads(archive.read(f"{stem}.json")) == images.get(image_id).record
    assert archive.read(f"{stems[0]}.svg").decode() == "<svg>é</svg>"
    assert "кафе" in archive.read(f"{stems[1]}.json").decode()


def test_the_order_is_the_one_asked_for_and_bytes_are_repeatable(images: DiskImageStore) -> None:
    one, two = save(images, "b", 1), save(images, "a", 2)
    first = b"".join(zipped(images, [two, one, two]))
    assert first == b"".join(zipped(images, [two, one, two]))
    names = zipfile.ZipFile(BytesIO(first)).namelist()
    assert [name[0] for name in names] == ["a", "a", "b", "b", "M"]


def test_the_manifest_names_what_is_missing(images: DiskImageStore) -> None:
    one = save(images, "fox")
    archive = opened(zipped(images, [GONE, one, "../../etc/passwd"]))
    manifest = archive.read(MANIFEST).decode().splitlines()
    assert manifest == [
        "1 pictures",
        f"fox-{one[4:12]}.png  {one}",
        "",
        "2 were not in the store and are left out:",
        GONE,
        "../../etc/passwd",
    ]
    assert all(not name.startswith(("/", ".")) for name in archive.namelist())


def test_a_picture_deleted_on_the_way_is_missing_as_a_whole(images: DiskImageStore) -> None:
    one, two = save(images, "a", 1, "<svg/>"), save(images, "b", 2, "<svg/>")
    pieces = zipped(images, [one, two])
    first = next(pieces)
    images.delete(two)
    archive = opened(iter([first, *pieces]))
    assert [name[0] for name in archive.namelist()] == ["a", "a", "a", "M"]
    assert archive.read(MANIFEST).decode().splitlines()[-1] == two


def test_nothing_at_all_is_refused_before_the_first_byte(images: DiskImageStore) -> None:
    with pytest.raises(ImageNotFound):
        zipped(images, [GONE])


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("", "logo"),
        ("../../etc/passwd", "etc-passwd"),
        ("a\ud800/b\\c:d\n", "a-b-c-d"),
        ("CON", "con"),
        ("x" * 200, "x" * 40),
        ("🦊🦊", "logo"),
        ("___", "logo"),
    ],
)
def test_names_are_safe_everywhere(images: DiskImageStore, name: str, stem: str) -> None:
    image_id = save(images, name)
    assert opened(zipped(images, [image_id])).namelist()[0] == f"{stem}-{image_id[4:12]}.png"


def test_equal_names_with_equal_short_ids_stay_apart(
    images: DiskImageStore, tmp_path: Path
) -> None:
    one = save(images, "fox")
    twin = one[:12] + ("f" * 16 if one[12] != "f" else "0" * 16)
    for suffix in (".png", ".json"):
        path = tmp_path / "images" / one[4:6] / f"{one}{suffix}"
        # No test can wait for two ids that begin alike.
        path.with_name(f"{twin}{suffix}").write_bytes(
            path.read_bytes().replace(one.encode(), twin.encode())
        )
    names = opened(zipped(images, [one, twin])).namelist()
    assert names[0] == f"fox-{one[4:12]}.png"
    assert names[2] == f"fox-{twin[4:]}.png"
    assert len(set(names)) == len(names)


def test_one_picture_is_held_at_a_time(images: DiskImageStore) -> None:
    ids = [
        images.save(Image.effect_noise((128, 128), 90 + n).convert("RGB"), new_image_record()).id
        for n in range(6)
    ]
    largest = max(len(images.png(image_id)) for image_id in ids)
    assert max(map(len, zipped(images, ids))) < 2 * largest
