from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from backend.telemetry.rotation import OwnFile, Rotation

ROOT = Path(__file__).parents[3]
DAY = 86_400


class Clock:
    def __init__(self) -> None:
        self.now = time.time()

    def __call__(self) -> float:
        return self.now


def text(folder: Path) -> str:
    return "".join(path.read_text() for path in sorted(folder.glob("*.jsonl")))


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("*.jsonl"))


def look_again(file: OwnFile) -> None:
    """Files are looked at once a second; this second is over."""
    file._look_at = 0.0


def test_a_file_ends_before_it_grows_too_large_and_is_never_touched_again(tmp_path: Path) -> None:
    file = OwnFile(tmp_path, "api", Rotation(file_bytes=10, file_count=9))
    for number in range(7):
        assert file.write(b"12%d\n" % number)
    file.close()
    assert [path.stat().st_size for path in sorted(tmp_path.glob("*.jsonl"))] == [8, 8, 8, 4]
    assert text(tmp_path) == "".join(f"12{n}\n" for n in range(7))


def test_only_so_many_files_are_kept(tmp_path: Path) -> None:
    file = OwnFile(tmp_path, "api", Rotation(file_bytes=1, file_count=3))
    for number in range(10):
        file.write(b"%d\n" % number)
    assert text(tmp_path) == "7\n8\n9\n"
    file.close()


def test_a_file_ends_with_its_day(tmp_path: Path) -> None:
    clock = Clock()
    file = OwnFile(tmp_path, "api", Rotation(file_hours=24), clock)
    file.write(b"a\n")
    clock.now += DAY
    look_again(file)
    file.write(b"b\n")
    file.close()
    assert len(names(tmp_path)) == 2


def test_files_of_processes_long_gone_are_removed(tmp_path: Path) -> None:
    for name in ("api-7.20200101T000000000000.jsonl", "other-7.20200101T000000000000.jsonl"):
        (tmp_path / name).write_text("old\n")
        os.utime(tmp_path / name, (0, time.time() - 15 * DAY))
    OwnFile(tmp_path, "api", Rotation(keep_days=14)).close()
    assert [name.split("-")[0] for name in names(tmp_path)] == ["api", "other"]
    assert "api-7.20200101T000000000000.jsonl" not in names(tmp_path)


def test_a_clock_that_goes_back_does_not_change_the_order(tmp_path: Path) -> None:
    clock = Clock()
    file = OwnFile(tmp_path, "api", Rotation(file_bytes=1), clock)
    file.write(b"a\n")
    clock.now -= 3_600
    file.write(b"b\n")
    file.write(b"c\n")
    file.close()
    assert text(tmp_path) == "a\nb\nc\n"


def test_the_next_process_goes_on_in_the_file(tmp_path: Path) -> None:
    for line in (b"a\n", b"b\n"):
        file = OwnFile(tmp_path, "api", Rotation())
        file.write(line)
        file.close()
    assert len(names(tmp_path)) == 1
    assert text(tmp_path) == "a\nb\n"


def test_a_line_cut_by_a_kill_does_not_spoil_the_next(tmp_path: Path) -> None:
    (tmp_path / f"api-0.{time.strftime('%Y%m%dT%H%M%S', time.gmtime())}000000.jsonl").write_text(
        "whole\ncut he"
    )
    file = OwnFile(tmp_path, "api", Rotation())
    file.write(b"next\n")
    file.close()
    assert text(tmp_path) == "whole\ncut he\nnext\n"


def test_two_writers_never_share_a_file(tmp_path: Path) -> None:
    first, second = (OwnFile(tmp_path, "api", Rotation()) for _ in range(2))
    assert first.path.name.startswith("api-0.")
    assert second.path.name.startswith("api-1.")
    first.close()
    third = OwnFile(tmp_path, "api", Rotation())
    assert third.path.name.startswith("api-0.")
    second.close()
    third.close()


def test_a_forked_child_takes_a_file_of_its_own(tmp_path: Path) -> None:
    script = """
import os, sys
from pathlib import Path
from backend.telemetry.rotation import OwnFile, Rotation
file = OwnFile(Path(sys.argv[1]), "api", Rotation())
file.write(b"parent\\n")
child = os.fork()
if child == 0:
    file.write(b"child\\n")
    os._exit(0)
os.waitpid(child, 0)
file.write(b"parent\\n")
"""
    subprocess.run([sys.executable, "-c", script, str(tmp_path)], cwd=ROOT, check=True, timeout=120)
    assert [path.read_text() for path in sorted(tmp_path.glob("*.jsonl"))] == [
        "parent\nparent\n",
        "child\n",
    ]


def test_a_removed_folder_is_made_again(tmp_path: Path) -> None:
    folder = tmp_path / "logs"
    file = OwnFile(folder, "api", Rotation())
    file.write(b"gone\n")
    shutil.rmtree(folder)
    look_again(file)
    assert file.write(b"here\n")
    assert text(folder) == "here\n"
    other = OwnFile(folder, "api", Rotation())
    assert other.path.name.startswith("api-1.")
    file.close()
    other.close()


def test_a_folder_that_is_not_there_for_a_while_costs_only_its_lines(tmp_path: Path) -> None:
    folder = tmp_path / "logs"
    file = OwnFile(folder, "api", Rotation())
    shutil.rmtree(folder)
    folder.write_text("in the way")
    look_again(file)
    assert not file.write(b"lost\n")
    assert not file.write(b"lost\n")
    assert file.lost == 2
    folder.unlink()
    look_again(file)
    assert file.write(b"here\n")
    assert text(folder) == "here\n"
    file.close()


_FULL = """
import resource, signal, sys
from pathlib import Path
from backend.telemetry.rotation import OwnFile, Rotation
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
file = OwnFile(Path(sys.argv[1]), "api", Rotation())
line = b"x" * 9 + b"\\n"
# The limit lies within the third line: the disk is full there.
soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (25, hard))
kept = [file.write(line) for _ in range(5)]
resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
print(kept, file.lost, file.write(line))
"""


def test_a_full_disk_tears_no_line(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _FULL, str(tmp_path)],
        cwd=ROOT, check=True, timeout=120, capture_output=True, text=True,
    )  # fmt: skip
    assert done.stdout == "[True, True, True, False, False] 2 True\n"
    assert text(tmp_path) == ("x" * 9 + "\n") * 4


def test_a_folder_that_cannot_be_written_at_the_start_is_told(tmp_path: Path) -> None:
    (tmp_path / "logs").write_text("a file")
    with pytest.raises(FileExistsError):
        OwnFile(tmp_path / "logs", "api", Rotation())


def test_a_file_that_cannot_be_followed_is_written_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = OwnFile(tmp_path, "api", Rotation(file_bytes=4))
    file.write(b"one\n")
    with monkeypatch.context() as patch:
        patch.setattr("os.open", lambda *_: (_ for _ in ()).throw(OSError(24, "too many files")))
        assert file.write(b"two\n")
    assert file.write(b"three\n")
    file.close()
    assert [path.read_text() for path in sorted(tmp_path.glob("*.jsonl"))] == [
        "one\ntwo\n",
        "three\n",
    ]
