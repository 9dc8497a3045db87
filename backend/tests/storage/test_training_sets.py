from __future__ import annotations

import json
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import IO, Any

import pytest

from backend.domain.errors import InvalidRequest, NotFound, SetNotFound, StorageFull
from backend.storage.training_inspection import MAX_REFUSED, MAX_SOURCE, read_inspection
from backend.storage.training_sets import StoredSet, TrainingSetStore
from backend.storage.training_uploads import MAX_PICTURES
from backend.tests.services.training_scene import write_check
from backend.tests.storage.test_dataset_store import largest_file

NOW = datetime(2026, 11, 20, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> TrainingSetStore:
    return TrainingSetStore(tmp_path)


def files(*names: str, content: bytes | None = None) -> list[tuple[str, IO[bytes]]]:
    return [(name, BytesIO(content or name.encode())) for name in names]


def filled(store: TrainingSetStore, *names: str) -> StoredSet:
    return store.add(store.create("a set").id, files(*names))


def checked(store: TrainingSetStore, *names: str, **more: Any) -> StoredSet:
    stored = filled(store, *names)
    write_check(stored.folder, list(names), **more)
    return store.settle_inspection(stored.id, stored.stamp)


def pictures(stored: StoredSet) -> list[str]:
    assert stored.inspection is not None
    return [picture.file for picture in stored.inspection.pictures]


def test_a_new_set_is_empty_and_its_name_only_a_label(store: TrainingSetStore) -> None:
    made = store.create("  ../../x\n\u202egnp\0 ")
    assert made.name == "../../x gnp"
    assert (made.uploads, made.bytes, made.inspection, made.is_checked) == ({}, 0, None, False)
    assert store.create("\ud800").name == "untitled"
    assert len(store.create("x" * 4_096).name) == 100


def test_files_are_kept_as_they_were_sent(store: TrainingSetStore) -> None:
    stored = filled(store, "a.png", "../b.JPG", "photos.zip", "captions.txt")
    assert dict(stored.uploads) == {"a.png": 5, "b.jpg": 8, "captions.txt": 12, "photos.zip": 10}
    assert (stored.folder / "uploads" / "b.jpg").read_bytes() == b"../b.JPG"
    again = store.add(stored.id, files("a.png", content=b"another"))
    assert (again.folder / "uploads" / "a-2.png").read_bytes() == b"another"
    assert (again.folder / "uploads" / "a.png").read_bytes() == b"a.png"
    assert again.stamp != stored.stamp


def test_sets_are_listed_newest_first(tmp_path: Path) -> None:
    made = [
        TrainingSetStore(tmp_path, clock=lambda age=age: NOW - timedelta(days=age)).create(str(age))  # type: ignore[misc]
        for age in (1, 0, 2)
    ]
    listed = TrainingSetStore(tmp_path).list()
    assert [stored.name for stored in listed] == ["0", "1", "2"]
    assert {stored.id for stored in listed} == {stored.id for stored in made}


@pytest.mark.parametrize("name", ["a.exe", "a.svg", "a", "x.png.html", "a.gif"])
def test_other_kinds_of_files_are_refused_by_place(store: TrainingSetStore, name: str) -> None:
    stored = store.create("x")
    with pytest.raises(InvalidRequest) as caught:
        store.add(stored.id, files("good.png", name))
    assert caught.value.fields[0][0] == "files[1]"
    assert not store.get(stored.id).uploads


def test_an_empty_file_keeps_all_of_them_out(store: TrainingSetStore) -> None:
    stored = store.create("x")
    with pytest.raises(InvalidRequest) as caught:
        store.add(stored.id, [("a.png", BytesIO(b"x")), ("b.png", BytesIO(b""))])
    assert caught.value.fields == (("files[1]", "is empty"),)
    assert not store.get(stored.id).uploads
    assert leftovers(stored) == []


def test_a_set_takes_so_many_pictures(store: TrainingSetStore) -> None:
    stored = store.create("x")
    names = [f"{i}.png" for i in range(MAX_PICTURES)]
    store.add(stored.id, files(*names))
    with pytest.raises(InvalidRequest, match="201 pictures"):
        store.add(stored.id, files("one-more.png"))
    assert len(store.add(stored.id, files("photos.zip", "0.txt")).uploads) == MAX_PICTURES + 2


def leftovers(stored: StoredSet) -> list[str]:
    return [name for name in os.listdir(stored.folder) if name.startswith(".")]


def test_a_full_disk_leaves_nothing_of_the_files(store: TrainingSetStore) -> None:
    stored = filled(store, "a.png")
    with largest_file(50_000), pytest.raises(StorageFull):
        store.add(stored.id, [("b.png", BytesIO(b"x")), ("c.png", BytesIO(bytes(200_000)))])
    assert list(store.get(stored.id).uploads) == ["a.png"]
    assert leftovers(stored) == []


def test_some_of_the_disk_stays_free(tmp_path: Path) -> None:
    store = TrainingSetStore(tmp_path, free=lambda _: 300 * 2**20)
    stored = store.create("x")
    store.add(stored.id, files("a.png"))
    tight = TrainingSetStore(tmp_path, free=lambda _: 256 * 2**20 + 4)
    with pytest.raises(StorageFull):
        tight.add(stored.id, files("b.png"))
    full = TrainingSetStore(tmp_path, free=lambda _: 0)
    with pytest.raises(StorageFull):
        full.add(stored.id, files("b.png"))
    assert list(store.get(stored.id).uploads) == ["a.png"]


def test_nothing_is_seen_of_files_that_are_still_coming(store: TrainingSetStore) -> None:
    stored = store.create("x")
    seen: list[dict[str, int]] = []

    class Slow(BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            seen.append(dict(store.get(stored.id).uploads))
            return super().read(size)

    store.add(stored.id, [("a.png", BytesIO(b"a")), ("b.png", Slow(b"b"))])
    assert seen == [{}, {}]
    assert list(store.get(stored.id).uploads) == ["a.png", "b.png"]


def test_what_a_crash_left_is_swept_away(tmp_path: Path) -> None:
    now = datetime.now(UTC)
    store = TrainingSetStore(tmp_path, clock=lambda: now)
    stored = filled(store, "a.png")
    sets = tmp_path / "training" / "sets"
    for left in (".in-set_1", ".gone-set_2", f"{stored.id}/.in-3"):
        (sets / left).mkdir()
    store.list()
    assert sorted(path.name for path in sets.glob(".*")) == [".in-set_1"]
    now += timedelta(days=2)
    assert [one.id for one in store.list()] == [stored.id]
    assert (list(sets.glob(".*")), leftovers(stored)) == ([], [])


def test_two_who_send_at_once_both_keep_their_files(store: TrainingSetStore) -> None:
    stored, gate = store.create("x"), threading.Barrier(8)

    def send(number: int) -> None:
        gate.wait()
        store.add(stored.id, files("a.png", content=str(number).encode()))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(send, range(8)))
    uploads = stored.folder / "uploads"
    assert sorted(path.read_text() for path in uploads.iterdir()) == [str(i) for i in range(8)]


@pytest.mark.parametrize("set_id", ["set_0", "../sets", "", "set_" + "0" * 24, "a\0b"])
def test_unknown_sets_are_not_found(store: TrainingSetStore, set_id: str) -> None:
    store.create("x")
    for action in (
        lambda: store.get(set_id),
        lambda: store.delete(set_id),
        lambda: store.add(set_id, files("a.png")),
        lambda: store.write_captions(set_id, {"a.png": "x"}),
        lambda: store.remove_picture(set_id, "a.png"),
        lambda: store.thumbnail(set_id, "a.png"),
    ):
        with pytest.raises(SetNotFound):
            action()


def test_a_deleted_set_has_gone(store: TrainingSetStore) -> None:
    stored = filled(store, "a.png")
    store.delete(stored.id)
    assert store.list() == []
    assert not stored.folder.exists()
    with pytest.raises(SetNotFound):
        store.delete(stored.id)


def test_a_check_belongs_to_the_files_it_was_of(store: TrainingSetStore) -> None:
    stored = checked(store, "a.png", "b.png", "c.png")
    assert stored.is_checked
    assert stored.inspection is not None
    assert stored.inspection.is_ready
    assert store.thumbnail(stored.id, "a.png") == b"small"
    later = store.add(stored.id, files("d.png"))
    assert not later.is_checked
    # The pictures of the check before are still shown.
    assert pictures(later) == ["a.png", "b.png", "c.png"]


def test_a_check_that_cannot_be_read_counts_as_none(store: TrainingSetStore) -> None:
    stored = checked(store, "a.png", "b.png", "c.png")
    path = stored.folder / "inspection.json"
    whole = json.loads(path.read_text())
    hostile = {**whole["pictures"][0], "file": "../../../etc/passwd"}
    for content in ("{", "[]", "{}", json.dumps({**whole, "pictures": [hostile]}), "null"):
        path.write_text(content)
        assert store.get(stored.id).inspection is None
        with pytest.raises(NotFound):
            store.thumbnail(stored.id, "../../../etc/passwd")


def test_captions_by_hand_outlive_a_check_that_names_pictures_anew(
    store: TrainingSetStore,
) -> None:
    stored = checked(store, "a.png", "b.png", "c.png")
    stored = store.write_captions(stored.id, {"a.png": "first", "b.png": "second"})
    stored = store.write_captions(stored.id, {"b.png": "better"})
    assert dict(stored.captions) == {"a.png": "first", "b.png": "better"}
    write_check(stored.folder, ["a.png", "b.png", "c.png"])
    found = json.loads((stored.folder / "inspection.json").read_text())
    for picture in found["pictures"]:
        picture["file"] = "new-" + picture["file"]
    (stored.folder / "inspection.json").write_text(json.dumps(found))
    again = store.settle_inspection(stored.id, stored.stamp)
    assert dict(again.captions) == {"new-a.png": "first", "new-b.png": "better"}


def test_captions_of_other_things_are_refused(store: TrainingSetStore) -> None:
    stored = checked(store, "a.png", "b.png", "c.png")
    with pytest.raises(InvalidRequest) as caught:
        store.write_captions(stored.id, {"a.png": "x", "../x": "y"})
    assert [name for name, _ in caught.value.fields] == ["captions.../x"]
    assert store.get(stored.id).captions == {}


def test_a_removed_picture_stays_away(store: TrainingSetStore) -> None:
    names = ["a.png", "b.png", "c.png", "photos.zip/d.png"]
    stored = filled(store, "a.png", "b.png", "c.png", "a.txt", "photos.zip")
    write_check(stored.folder, names)
    stored = store.settle_inspection(stored.id, stored.stamp)
    stored = store.remove_picture(stored.id, "a.png")
    assert pictures(stored) == ["b.png", "c.png", "d.png"]
    assert stored.is_checked
    assert list(stored.uploads) == ["b.png", "c.png", "photos.zip"]
    assert not (stored.folder / "pictures" / "a.png").exists()
    stored = store.remove_picture(stored.id, "d.png")
    assert stored.inspection is not None
    assert not stored.inspection.is_ready
    write_check(stored.folder, names[1:])
    again = store.settle_inspection(stored.id, stored.stamp)
    assert pictures(again) == ["b.png", "c.png"]
    assert not (stored.folder / "pictures" / "d.png").exists()
    for gone in ("a.png", "d.png", "../set.json"):
        with pytest.raises(NotFound):
            store.remove_picture(stored.id, gone)


def test_what_was_said_of_a_removed_picture_goes_with_it(store: TrainingSetStore) -> None:
    finding = {"code": "blurred", "level": "warning", "files": ["b.png"], "detail": "x"}
    repeats = {
        "code": "duplicate", "level": "warning", "files": ["b.png", "c.png"], "detail": "y",
    }  # fmt: skip
    general = {"code": "few", "level": "note", "files": [], "detail": "z"}
    stored = filled(store, "a.png", "b.png", "c.png", "d.png")
    write_check(stored.folder, list(stored.uploads), (finding, repeats, general))
    found = json.loads((stored.folder / "inspection.json").read_text())
    for picture in found["pictures"][1:3]:
        picture |= {"duplicate_of": "a.png", "problems": ["small", "duplicate"]}
    (stored.folder / "inspection.json").write_text(json.dumps(found))
    store.settle_inspection(stored.id, stored.stamp)
    left = store.remove_picture(stored.id, "a.png").inspection
    assert left is not None
    facts = [(one.file, one.duplicate_of, one.problems) for one in left.pictures]
    # The first repeat stands for the picture from now on.
    assert facts == [
        ("b.png", None, ("small",)),
        ("c.png", "b.png", ("small", "duplicate")),
        ("d.png", None, ()),
    ]
    assert [(one.code, one.files) for one in left.findings] == [
        ("blurred", ("b.png",)), ("duplicate", ("c.png",)), ("few", ()),
    ]  # fmt: skip
    last = store.remove_picture(stored.id, "b.png").inspection
    assert last is not None
    assert [one.code for one in last.findings] == ["few"]


def test_exact_repeats_count_for_nothing(store: TrainingSetStore) -> None:
    stored = filled(store, "a.png", "again.png", "b.png", "c.png")
    write_check(stored.folder, list(stored.uploads))
    found = json.loads((stored.folder / "inspection.json").read_text())
    found["pictures"][1] |= {"duplicate_of": "a.png", "problems": ["duplicate"]}
    (stored.folder / "inspection.json").write_text(json.dumps(found))
    ready = store.settle_inspection(stored.id, stored.stamp)
    assert ready.check is not None
    assert ready.check.is_ready
    left = store.remove_picture(stored.id, "c.png")
    assert left.inspection is not None
    assert (len(left.inspection.pictures), left.inspection.usable) == (3, 2)
    assert not left.inspection.is_ready


def test_a_list_reads_no_check(store: TrainingSetStore, monkeypatch: pytest.MonkeyPatch) -> None:
    stored = checked(store, "a.png", "b.png", "c.png")
    whole = Path.read_bytes

    def read(path: Path) -> bytes:
        assert path.name not in ("inspection.json", "captions.json")
        return whole(path)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "read_bytes", read)
        (listed,) = store.list()
    assert (listed.is_checked, listed.check, listed.inspection) == (True, stored.check, None)
    # What another process wrote meanwhile is looked at.
    write_check(stored.folder, ["a.png"])
    (listed,) = store.list()
    assert not listed.is_checked
    assert listed.check is not None
    assert not listed.check.is_ready


def test_names_of_refused_files_are_bounded(store: TrainingSetStore) -> None:
    stored = filled(store, "a.png", "b.png", "c.png")
    write_check(stored.folder, list(stored.uploads))
    path = stored.folder / "inspection.json"
    names = ["x" * 30_000 + f"{number:04}.doc" for number in range(1_990)]
    found = json.loads(path.read_text())
    found["refused"] = [{"source": name, "reason": "it is no picture"} for name in names]
    path.write_text(json.dumps(found))
    inspection = store.settle_inspection(stored.id, stored.stamp).inspection
    assert inspection is not None
    assert inspection.refused[-1] == ("…", f"and {1_990 - MAX_REFUSED} more")
    sources = {source for source, _ in inspection.refused}
    assert len(sources) == len(inspection.refused) == MAX_REFUSED + 1
    assert max(map(len, sources)) == MAX_SOURCE
    assert path.stat().st_size < 100_000
    # Reading it again takes nothing away.
    assert read_inspection(stored.folder) == inspection


def test_a_copy_has_what_a_training_reads(store: TrainingSetStore, tmp_path: Path) -> None:
    stored = checked(store, "a.png", "b.png", "c.png")
    stored = store.write_captions(stored.id, {"a.png": "by hand"})
    target = tmp_path / "run"
    target.mkdir()
    store.copy_to(stored, target / "set")
    store.remove_picture(stored.id, "a.png")
    assert sorted(os.listdir(target / "set" / "pictures")) == ["a.png", "b.png", "c.png"]
    assert json.loads((target / "set" / "captions.json").read_text()) == {"a.png": "by hand"}
    copy = read_inspection(target / "set")
    assert copy is not None
    assert len(copy.pictures) == 3
    with pytest.raises(SetNotFound):
        store.copy_to(stored, target / "again")


def test_a_copy_that_does_not_fit_is_refused(tmp_path: Path) -> None:
    stored = checked(TrainingSetStore(tmp_path), "a.png", "b.png", "c.png")
    with pytest.raises(StorageFull):
        TrainingSetStore(tmp_path, free=lambda _: 10).copy_to(stored, tmp_path / "set")
