from __future__ import annotations

import errno
import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from backend.domain.errors import (
    DatasetNotFound,
    InvalidRequest,
    LogoError,
    NotRemovable,
    StorageFull,
    StoreUnavailable,
    UploadOffsetMismatch,
)
from backend.settings import ROOT
from backend.storage.dataset_store import MAX_UPLOAD_BYTES, DatasetStore, label

NOW = datetime(2026, 11, 20, tzinfo=UTC)
CONTENT = bytes(range(256)) * 400


@pytest.fixture
def store(tmp_path: Path) -> DatasetStore:
    return DatasetStore(tmp_path)


def sent(store: DatasetStore, content: bytes = CONTENT, name: str = "a.parquet") -> str:
    dataset_id = store.begin(name, len(content)).id
    store.append(dataset_id, 0, content)
    return dataset_id


def right_offset(error: LogoError) -> int:
    ((field, reason),) = error.fields
    assert field == "Upload-Offset"
    return int(reason)


def test_chunks_in_order_make_the_file(store: DatasetStore) -> None:
    begun = store.begin("logos.parquet", len(CONTENT))
    assert (begun.received_bytes, begun.is_complete, begun.paths) == (0, False, ())
    for offset in range(0, len(CONTENT), 30_000):
        stored = store.append(begun.id, offset, CONTENT[offset : offset + 30_000])
        assert stored.received_bytes == min(len(CONTENT), offset + 30_000)
    assert stored.is_complete
    assert stored.paths[0].read_bytes() == CONTENT
    assert stored.paths[0].suffix == ".parquet"
    assert store.get(begun.id) == stored


def test_another_process_goes_on_where_the_first_one_stopped(tmp_path: Path) -> None:
    dataset_id = DatasetStore(tmp_path).begin("x", len(CONTENT)).id
    cut = len(CONTENT) * 37 // 100
    DatasetStore(tmp_path).append(dataset_id, 0, CONTENT[:cut])
    later = DatasetStore(tmp_path)
    assert later.get(dataset_id).received_bytes == cut
    later.append(dataset_id, cut, CONTENT[cut:])
    assert later.get(dataset_id).paths[0].read_bytes() == CONTENT


@pytest.mark.parametrize("offset", [0, 400, 999, 1_001, 50_000])
def test_a_chunk_out_of_order_twice_or_overlapping_changes_nothing(
    store: DatasetStore, offset: int
) -> None:
    dataset_id = store.begin("x", len(CONTENT)).id
    store.append(dataset_id, 0, CONTENT[:1_000])
    with pytest.raises(UploadOffsetMismatch) as caught:
        store.append(dataset_id, offset, CONTENT[offset : offset + 1_000])
    assert right_offset(caught.value) == 1_000
    store.append(dataset_id, 1_000, CONTENT[1_000:])
    assert store.get(dataset_id).paths[0].read_bytes() == CONTENT


def test_of_two_senders_of_the_same_chunk_one_wins(store: DatasetStore) -> None:
    dataset_id = store.begin("x", 8 * 5_000).id
    for round_number in range(8):
        piece = bytes([round_number]) * 5_000

        def send(_: int, offset: int = round_number * 5_000, piece: bytes = piece) -> bool:
            try:
                store.append(dataset_id, offset, piece)
            except UploadOffsetMismatch:
                return False
            return True

        with ThreadPoolExecutor(4) as senders:
            assert sum(senders.map(send, range(4))) == 1
    expected = b"".join(bytes([number]) * 5_000 for number in range(8))
    assert store.get(dataset_id).paths[0].read_bytes() == expected


def test_more_than_announced_and_nothing_at_all_are_refused(store: DatasetStore) -> None:
    dataset_id = store.begin("x", 100).id
    store.append(dataset_id, 0, b"a" * 60)
    for chunk in (b"b" * 41, b""):
        with pytest.raises(InvalidRequest):
            store.append(dataset_id, 60, chunk)
    assert store.get(dataset_id).received_bytes == 60
    store.append(dataset_id, 60, b"b" * 40)
    with pytest.raises(UploadOffsetMismatch):
        store.append(dataset_id, 0, b"c")
    assert store.get(dataset_id).paths[0].read_bytes() == b"a" * 60 + b"b" * 40


@pytest.mark.parametrize("size", [0, -1, MAX_UPLOAD_BYTES + 1])
def test_impossible_sizes_are_refused(store: DatasetStore, tmp_path: Path, size: int) -> None:
    with pytest.raises(InvalidRequest):
        store.begin("x", size)
    assert not list(tmp_path.rglob("*.part"))


@pytest.mark.parametrize(
    "dataset_id", ["", ".", "..", "../..", "ds_" + "0" * 24, "ds_../../../etc/passwd", "uploads"]
)
def test_unknown_ids_lead_nowhere(store: DatasetStore, dataset_id: str) -> None:
    sent(store)
    with pytest.raises(DatasetNotFound):
        store.get(dataset_id)
    with pytest.raises(DatasetNotFound):
        store.append(dataset_id, 0, b"x")
    with pytest.raises(DatasetNotFound):
        store.delete(dataset_id)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../x", "x"),
        ("/etc/cron.d/x.parquet", "x.parquet"),
        ("C:\\Temp\\logos.parquet", "logos.parquet"),
        ("a\x00b\x1b[31m\u202ec", "ab[31mc"),
        ("..", "data set"),
        ("  ", "data set"),
        ("", "data set"),
        ("CON", "CON"),
        ("\ud800", "data set"),
        ("л" * 4_096, "л" * 100),
    ],
)
def test_a_name_is_only_a_label(store: DatasetStore, tmp_path: Path, name: str, shown: str) -> None:
    assert label(name) == shown
    stored = store.get(sent(store, name=name))
    assert stored.name == shown
    assert stored.paths[0].is_relative_to(tmp_path / "uploads" / stored.id)
    assert {path.name for path in tmp_path.iterdir()} == {"uploads"}


def test_newest_uploads_come_first_and_what_lies_in_the_folder_last(tmp_path: Path) -> None:
    times = iter(NOW + timedelta(hours=i) for i in range(9))
    store = DatasetStore(tmp_path, clock=lambda: next(times))
    (tmp_path / "sample.parquet").write_bytes(b"x")
    for name in ("old", "new"):
        store.begin(name, 5)
    assert [found.name for found in store.list()] == ["new", "old", "sample.parquet"]


def test_an_upload_can_be_deleted_at_any_time(store: DatasetStore, tmp_path: Path) -> None:
    whole, half = sent(store), store.begin("x", 9).id
    for dataset_id in (whole, half):
        store.delete(dataset_id)
        with pytest.raises(DatasetNotFound):
            store.get(dataset_id)
        with pytest.raises(DatasetNotFound):
            store.append(dataset_id, 0, b"x")
    assert list((tmp_path / "uploads").iterdir()) == []


def test_what_lies_in_the_data_folder_is_not_ours_to_change(
    store: DatasetStore, tmp_path: Path
) -> None:
    (tmp_path / "sample.parquet").write_bytes(b"x")
    (found,) = store.list()
    assert (found.origin, found.is_complete) == ("folder", True)
    with pytest.raises(NotRemovable, match="data/"):
        store.delete(found.id)
    with pytest.raises(NotRemovable):
        store.append(found.id, 0, b"x")
    assert (tmp_path / "sample.parquet").read_bytes() == b"x"


def test_unfinished_uploads_are_removed_after_a_week_and_finished_ones_stay(
    tmp_path: Path,
) -> None:
    now = datetime.now(UTC)
    store = DatasetStore(tmp_path, clock=lambda: now)
    whole, half, fresh = sent(store), store.begin("half", 9).id, store.begin("fresh", 9).id
    nameless = tmp_path / "uploads" / ("ds_" + "1" * 24)
    nameless.mkdir()
    (tmp_path / "uploads" / ".gone-ds_1").mkdir()
    week_ago = (now - timedelta(days=7, seconds=1)).timestamp()
    for path in (tmp_path / "uploads" / half / "data.part", nameless):
        os.utime(path, (week_ago, week_ago))
    assert {found.id for found in store.list()} == {whole, fresh}
    assert {path.name for path in (tmp_path / "uploads").iterdir()} == {whole, fresh}


def test_a_forgotten_upload_that_cannot_be_removed_does_not_hide_the_others(
    store: DatasetStore, tmp_path: Path
) -> None:
    stuck, forgotten, fresh = (store.begin(name, 9).id for name in ("stuck", "old", "fresh"))
    for dataset_id in (stuck, forgotten):
        os.utime(tmp_path / "uploads" / dataset_id / "data.part", (0, 0))
    # A folder cannot take the name of a file.
    (tmp_path / "uploads" / f".gone-{stuck}").write_text("in the way")
    assert fresh in {found.id for found in store.list()}
    assert forgotten not in {found.id for found in store.list()}


def test_an_upload_that_would_not_fit_is_refused_before_it_starts(tmp_path: Path) -> None:
    free = 2 * 2**30
    store = DatasetStore(tmp_path, free_bytes=lambda _: free)
    store.begin("first", 2**30)
    with pytest.raises(StorageFull, match="768 MiB"):
        store.begin("second", 2**30)
    store.begin("third", 2**29)


def test_uploads_that_nobody_finishes_are_bounded(tmp_path: Path) -> None:
    store = DatasetStore(tmp_path)
    for _ in range(100):
        last = store.begin("x", 5)
    with pytest.raises(StorageFull, match="not finished"):
        store.begin("x", 5)
    store.append(last.id, 0, b"12345")
    store.begin("x", 5)


@contextmanager
def largest_file(size: int) -> Iterator[None]:
    """What a full disk does, made with a quota of this very process."""
    import signal

    previous = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, previous)


def test_a_full_disk_keeps_what_was_there_and_nothing_of_the_chunk(store: DatasetStore) -> None:
    dataset_id = store.begin("x", len(CONTENT)).id
    store.append(dataset_id, 0, CONTENT[:50_000])
    with largest_file(70_000), pytest.raises(StorageFull):
        store.append(dataset_id, 50_000, CONTENT[50_000:])
    assert store.get(dataset_id).received_bytes == 50_000
    store.append(dataset_id, 50_000, CONTENT[50_000:])
    assert store.get(dataset_id).paths[0].read_bytes() == CONTENT


def test_an_upload_that_cannot_be_begun_leaves_nothing(store: DatasetStore, tmp_path: Path) -> None:
    with largest_file(10), pytest.raises(StorageFull):
        store.begin("x", 100)
    assert list((tmp_path / "uploads").iterdir()) == []


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file")
    with pytest.raises(StoreUnavailable, match="data folder"):
        DatasetStore(tmp_path / "data").begin("x", 5)


def test_a_lock_that_cannot_be_opened_is_told(store: DatasetStore, tmp_path: Path) -> None:
    dataset_id = stranded(store, tmp_path)
    (tmp_path / "uploads" / dataset_id / "lock").mkdir()
    with pytest.raises(StoreUnavailable, match="data folder"):
        store.append(dataset_id, 0, CONTENT)
    # Looking goes on all the same.
    assert store.get(dataset_id).received_bytes == len(CONTENT)


def test_without_a_data_folder_there_is_nothing(tmp_path: Path) -> None:
    assert DatasetStore(tmp_path / "nowhere").list() == []


def test_a_process_killed_while_it_writes_leaves_a_true_beginning(tmp_path: Path) -> None:
    content = os.urandom(1 << 16) * 64
    dataset_id = DatasetStore(tmp_path).begin("x", len(content)).id
    (tmp_path / "content").write_bytes(content)
    code = (
        "import sys; from pathlib import Path\n"
        "from backend.storage.dataset_store import DatasetStore\n"
        "folder, dataset_id = Path(sys.argv[1]), sys.argv[2]\n"
        "content, store = (folder / 'content').read_bytes(), DatasetStore(folder)\n"
        "at = store.get(dataset_id).received_bytes\n"
        "print('go', flush=True)\n"
        "while at < len(content):\n"
        "    at = store.append(dataset_id, at, content[at : at + 4096]).received_bytes\n"
    )
    for _ in range(3):
        command = [sys.executable, "-c", code, str(tmp_path), dataset_id]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            process.stdout.readline()
            process.kill()
        part = tmp_path / "uploads" / dataset_id / "data.part"
        if not part.exists():
            break
        assert content.startswith(part.read_bytes())
    store = DatasetStore(tmp_path)
    at = store.get(dataset_id).received_bytes
    if at < len(content):
        store.append(dataset_id, at, content[at:])
    assert store.get(dataset_id).paths[0].read_bytes() == content


def stranded(store: DatasetStore, folder: Path) -> str:
    """What a process leaves that dies after its last byte and before the file has its name."""
    dataset_id = store.begin("x", len(CONTENT)).id
    (folder / "uploads" / dataset_id / "data.part").write_bytes(CONTENT)
    return dataset_id


@pytest.mark.parametrize("by_list", [False, True])
def test_an_upload_stranded_with_every_byte_is_finished_when_it_is_looked_at(
    tmp_path: Path, by_list: bool
) -> None:
    store = DatasetStore(tmp_path)
    dataset_id = stranded(store, tmp_path)
    (found,) = store.list() if by_list else [store.get(dataset_id)]
    assert found.is_complete
    assert found.paths[0].read_bytes() == CONTENT
    assert not (tmp_path / "uploads" / dataset_id / "data.part").exists()


def test_a_stranded_upload_is_not_taken_for_a_forgotten_one(tmp_path: Path) -> None:
    store = DatasetStore(tmp_path)
    dataset_id = stranded(store, tmp_path)
    os.utime(tmp_path / "uploads" / dataset_id / "data.part", (0, 0))
    assert [found.is_complete for found in store.list()] == [True]


def test_a_sender_who_does_not_know_of_the_last_chunk_finishes_a_stranded_upload(
    tmp_path: Path,
) -> None:
    store = DatasetStore(tmp_path)
    dataset_id = stranded(store, tmp_path)
    with pytest.raises(UploadOffsetMismatch) as caught:
        store.append(dataset_id, 50_000, CONTENT[50_000:])
    assert right_offset(caught.value) == len(CONTENT)
    assert (tmp_path / "uploads" / dataset_id / "data.parquet").read_bytes() == CONTENT


def test_errors_of_the_disk_are_told_apart() -> None:
    from backend.storage.disk_errors import disk_errors

    for number, kind in (
        (errno.ENOSPC, StorageFull),
        (errno.EDQUOT, StorageFull),
        (errno.EFBIG, StorageFull),
        (errno.EACCES, StoreUnavailable),
    ):
        with pytest.raises(kind), disk_errors(full="full", folder="folder"):
            raise OSError(number, os.strerror(number))
