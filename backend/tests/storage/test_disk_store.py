from __future__ import annotations

import json
import multiprocessing
import os
import re
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from backend.domain.errors import ImageNotFound, LogoError, StoreUnavailable
from backend.storage.disk_store import DiskImageStore
from backend.storage.png_files import encode_png
from backend.tests.storage.support import RECORD, Clock, fill, picture

HOSTILE_IDS = [
    "",
    "img_",
    "../../etc/passwd",
    "img_/../../../../etc/passwd",
    "img_" + "g" * 24,
    "img_" + "0" * 23,
    "img_" + "0" * 25,
    "img_" + "A" * 24,
    "img_" + "0" * 24 + "\n",
    "img_" + "0" * 20 + "/../",
    "img_\0" + "0" * 23,
    "img_" + "\u0660" * 24,
]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[DiskImageStore]:
    opened = DiskImageStore(tmp_path, Clock())
    yield opened
    opened.close()


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / "images").rglob("*") if path.is_file())


def test_beginnings_of_files_that_a_killed_process_left_are_cleared_away(
    store: DiskImageStore, tmp_path: Path
) -> None:
    saved = store.save(picture(1), RECORD)
    shard = tmp_path / "images" / saved.id[4:6]
    old, young = shard / f".{saved.id}.png.abc.part", shard / f".{saved.id}.json.abc.part"
    for path in (old, young):
        path.write_bytes(b"half")
    hour_ago = time.time() - 3600
    for path in (old, shard / f"{saved.id}.png"):
        os.utime(path, (hour_ago, hour_ago))
    again = DiskImageStore(tmp_path, Clock())
    assert files(tmp_path) == [young.name, f"{saved.id}.json", f"{saved.id}.png"]
    assert again.get(saved.id).id == saved.id
    again.close()


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_a_saved_picture_reads_back_exactly(store: DiskImageStore, mode: str) -> None:
    image = picture(3, mode)
    saved = store.save(image, RECORD, svg="<svg>é</svg>")
    assert re.fullmatch(r"img_[0-9a-f]{24}", saved.id)
    assert (saved.width, saved.height, saved.has_svg) == (24, 16, True)
    assert saved.created_at == datetime(2030, 1, 1, 0, 0, 1, tzinfo=UTC)
    assert saved.record["reproduce"] == RECORD["reproduce"]
    assert store.get(saved.id) == saved
    loaded = store.load(saved.id)
    assert (loaded.mode, loaded.size, loaded.tobytes()) == (mode, image.size, image.tobytes())
    assert store.svg(saved.id) == "<svg>é</svg>"
    assert store.list(limit=9) == [saved]


def test_the_file_carries_what_reproduces_it(store: DiskImageStore, tmp_path: Path) -> None:
    saved = store.save(picture(), RECORD)
    with Image.open(BytesIO(store.png(saved.id))) as image:
        assert json.loads(image.info["parameters"]) == RECORD["reproduce"]
        # Readable by people, not only by JSON readers.
        assert "кафе «Лиса» 🦊" in image.info["parameters"]
    assert files(tmp_path) == [f"{saved.id}.json", f"{saved.id}.png"]
    assert (tmp_path / "images" / saved.id[4:6] / f"{saved.id}.png").exists()


def test_equal_input_gives_equal_bytes_whatever_the_picture_carries_along() -> None:
    one, two = picture(), picture()
    two.info = {"parameters": "old", "dpi": (300, 300), "icc_profile": b"x" * 200, "exif": b"y"}
    first = encode_png(one, {"b": 1, "a": [1, 2]})
    assert encode_png(two, {"a": [1, 2], "b": 1}) == first
    assert encode_png(one, {"a": [1, 3], "b": 1}) != first
    assert two.info["parameters"] == "old"


def test_half_a_surrogate_pair_is_no_reason_to_lose_a_picture(store: DiskImageStore) -> None:
    saved = store.save(picture(), {"reproduce": {"text": "a\ud800b"}})
    with Image.open(BytesIO(store.png(saved.id))) as image:
        assert json.loads(image.info["parameters"]) == {"text": "a\ud800b"}
    assert store.get(saved.id).record["reproduce"] == {"text": "a\ud800b"}


def test_a_record_that_is_not_json_is_refused_before_anything_is_written(
    store: DiskImageStore, tmp_path: Path
) -> None:
    for bad in ({"score": float("nan")}, {"reproduce": {"x": float("inf")}}):
        with pytest.raises(ValueError, match="JSON compliant"):
            store.save(picture(), bad)
    assert files(tmp_path) == []


def test_saving_twice_keeps_the_first(store: DiskImageStore, tmp_path: Path) -> None:
    first = store.save(picture(), RECORD)
    again = store.save(picture(), RECORD | {"stage": "final"})
    assert again == first
    assert len(files(tmp_path)) == 2
    assert store.list(limit=9) == [first]
    with_svg = store.save(picture(), RECORD, svg="<svg/>")
    assert (with_svg.has_svg, with_svg.created_at) == (True, first.created_at)
    assert store.svg(first.id) == "<svg/>"


@pytest.mark.parametrize("image_id", HOSTILE_IDS)
def test_an_id_that_is_none_is_not_found(store: DiskImageStore, image_id: str) -> None:
    for ask in (store.get, store.png, store.svg, store.load, store.delete):
        with pytest.raises(ImageNotFound):
            ask(image_id)
    assert store.list(limit=3, before=image_id) == []


@pytest.mark.parametrize("image_id", ["../evilx", "img_" + "0" * 24 + "\n"])
def test_an_id_that_is_none_is_not_even_looked_for(
    store: DiskImageStore, tmp_path: Path, image_id: str
) -> None:
    saved = store.save(picture(), RECORD)
    shard = tmp_path / "images" / image_id[4:6]
    shard.mkdir(exist_ok=True)
    for suffix in (".json", ".png"):
        original = tmp_path / "images" / saved.id[4:6] / f"{saved.id}{suffix}"
        (shard / f"{image_id}{suffix}").write_bytes(original.read_bytes())
    for ask in (store.get, store.png, store.load, store.delete):
        with pytest.raises(ImageNotFound):
            ask(image_id)


def test_a_picture_without_drawing_says_so(store: DiskImageStore) -> None:
    saved = store.save(picture(), RECORD)
    with pytest.raises(ImageNotFound, match="no vector drawing"):
        store.svg(saved.id)


def test_pages_go_from_the_newest_to_the_oldest(store: DiskImageStore) -> None:
    ids = [store.save(picture(i), RECORD).id for i in range(7)][::-1]
    assert [stored.id for stored in store.list(limit=3)] == ids[:3]
    assert [stored.id for stored in store.list(limit=3, before=ids[2])] == ids[3:6]
    assert [stored.id for stored in store.list(limit=3, before=ids[5])] == ids[6:]
    assert store.list(limit=3, before=ids[6]) == []


def test_a_deleted_picture_is_gone_but_a_page_goes_on_after_it(
    store: DiskImageStore, tmp_path: Path
) -> None:
    ids = [store.save(picture(i), RECORD, svg="<svg/>").id for i in range(4)][::-1]
    store.delete(ids[1])
    for ask in (store.get, store.png, store.svg, store.load, store.delete):
        with pytest.raises(ImageNotFound):
            ask(ids[1])
    assert not any(ids[1] in name for name in files(tmp_path))
    assert [stored.id for stored in store.list(limit=2)] == [ids[0], ids[2]]
    assert [stored.id for stored in store.list(limit=2, before=ids[1])] == ids[2:]
    again = store.save(picture(2), RECORD)
    assert again.id == ids[1]
    assert [stored.id for stored in store.list(limit=9)] == [ids[1], ids[0], *ids[2:]]


def test_torn_sidecars_are_no_pictures_and_are_mended_by_saving_again(
    store: DiskImageStore, tmp_path: Path
) -> None:
    whole, *torn = [store.save(picture(i), RECORD).id for i in range(5)]
    for image_id, content in zip(torn, [b"", b'{"id": "im', b"[]", b"\xff\xfe{}"], strict=True):
        (tmp_path / "images" / image_id[4:6] / f"{image_id}.json").write_bytes(content)
    for image_id in torn:
        with pytest.raises(ImageNotFound):
            store.get(image_id)
    assert [stored.id for stored in store.list(limit=2)] == [whole]
    assert store.save(picture(1), RECORD).id == torn[0]
    assert store.get(torn[0]).width == 24
    assert {stored.id for stored in store.list(limit=9)} == {whole, torn[0]}


def test_a_lost_png_is_not_found_and_comes_back_by_saving_again(
    store: DiskImageStore, tmp_path: Path
) -> None:
    saved = store.save(picture(), RECORD)
    (tmp_path / "images" / saved.id[4:6] / f"{saved.id}.png").unlink()
    with pytest.raises(ImageNotFound):
        store.png(saved.id)
    store.save(picture(), RECORD)
    assert store.load(saved.id).size == (24, 16)


@pytest.mark.parametrize("damage", ["missing", "garbage", "torn", "outdated"])
def test_the_index_heals_itself_from_the_sidecars(
    store: DiskImageStore, tmp_path: Path, damage: str
) -> None:
    ids = [store.save(picture(i), RECORD).id for i in range(6)][::-1]
    store.delete(ids.pop(2))
    index = tmp_path / "images.db"
    store.close()
    if damage == "missing":
        index.unlink()
    elif damage == "garbage":
        index.write_bytes(b"no database" * 500)
    elif damage == "torn":
        index.write_bytes(index.read_bytes()[:5000])
    else:
        connection = sqlite3.connect(index)
        connection.execute("DELETE FROM images WHERE id IN (?, ?)", (ids[0], ids[3]))
        connection.commit()
        connection.close()
    opened = DiskImageStore(tmp_path)
    assert [stored.id for stored in opened.list(limit=9)] == ids
    opened.close()


def test_two_stores_on_one_folder_see_each_other(store: DiskImageStore, tmp_path: Path) -> None:
    other = DiskImageStore(tmp_path)
    saved = store.save(picture(), RECORD)
    assert other.get(saved.id) == saved
    assert other.list(limit=5) == [saved]
    other.delete(saved.id)
    assert store.list(limit=5) == []
    other.close()


def save_many(folder: Path, numbers: list[int]) -> None:
    store = DiskImageStore(folder)
    for number in numbers:
        store.save(picture(number), RECORD, svg="<svg/>")
    store.close()


def test_four_processes_may_save_the_same_pictures(tmp_path: Path) -> None:
    fork = multiprocessing.get_context("fork")
    orders = [list(range(20)), list(range(20))[::-1], list(range(10, 30)), [5] * 20]
    processes = [fork.Process(target=save_many, args=(tmp_path, order)) for order in orders]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
        assert process.exitcode == 0
    store = DiskImageStore(tmp_path)
    listed = store.list(limit=100)
    assert len(listed) == len({stored.id for stored in listed}) == 30
    names = files(tmp_path)
    assert len(names) == 90
    for stored in listed:
        assert store.load(stored.id).size == (24, 16)
        assert stored.has_svg
    store.close()


def test_threads_share_one_store(store: DiskImageStore) -> None:
    def save_ten(first: int) -> None:
        for number in range(first, first + 10):
            store.save(picture(number), RECORD)

    threads = [threading.Thread(target=save_ten, args=(10 * n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(store.list(limit=100)) == 40


def test_two_thousand_pictures_page_quickly_and_reopen_quickly(tmp_path: Path) -> None:
    store = DiskImageStore(tmp_path)
    fill(tmp_path, 2_000)
    store.close()
    began = time.perf_counter()
    store = DiskImageStore(tmp_path)
    rebuilt = time.perf_counter() - began
    began = time.perf_counter()
    seen: list[str] = []
    while page := store.list(limit=50, before=seen[-1] if seen else None):
        seen += [stored.id for stored in page]
    paged = time.perf_counter() - began
    store.close()
    assert seen == [f"img_{number:024x}" for number in range(1_999, -1, -1)]
    # Measured 0.15 s and 0.13 s; the bounds only catch a change of the order of growth.
    assert rebuilt < 5
    assert paged < 5


FULL_DISK = """
import resource, signal, sys
from pathlib import Path
from PIL import Image
from backend.domain.errors import StorageFull
from backend.storage.disk_store import DiskImageStore

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
folder, noise = Path(sys.argv[1]), Image.effect_noise((256, 256), 90).convert("RGB")
store = DiskImageStore(folder)
store.save(Image.new("RGB", (8, 8)), {})
soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
for limit, record, svg in (
    (20_000, {}, None), (300_000, {"text": "x" * 400_000}, None), (300_000, {}, "x" * 400_000)
):
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))
    try:
        store.save(noise, record, svg=svg)
    except StorageFull:
        print("full")
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    print(len([p for p in (folder / "images").rglob("*") if p.is_file()]))
store.save(noise, {})
print(len(store.list(limit=9)))
"""


def test_a_full_disk_leaves_nothing_half_written_and_the_store_recovers(tmp_path: Path) -> None:
    answer = subprocess.run(
        [sys.executable, "-c", FULL_DISK, str(tmp_path)],
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])},
    )
    assert answer.stdout.split() == ["full", "2", "full", "2", "full", "2", "2"]


def test_a_folder_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    told = r"The folder for pictures cannot be used \(.+\)\. Check that its permissions"
    with pytest.raises(StoreUnavailable, match=told):
        DiskImageStore(tmp_path / "file")


@pytest.mark.skipif(os.getuid() == 0, reason="root may write and read everything")
def test_missing_permissions_are_an_error_of_ours(store: DiskImageStore, tmp_path: Path) -> None:
    saved = store.save(picture(), RECORD)
    (tmp_path / "images" / saved.id[4:6]).chmod(0)
    with pytest.raises(LogoError):
        store.get(saved.id)
    (tmp_path / "images" / saved.id[4:6]).chmod(0o700)
