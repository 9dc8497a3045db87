from __future__ import annotations

import asyncio
import os
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import pytest

from backend.domain.errors import StoreUnavailable
from backend.jobs.bell import Listener, UnixBell, bell_directory


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return bell_directory(tmp_path / "state")


def test_every_listener_of_the_role_hears_a_ring(folder: Path) -> None:
    bell = UnixBell(folder)
    with (
        Listener(folder, "worker") as first,
        Listener(folder, "worker") as second,
        Listener(folder, "web") as other,
    ):
        bell.ring("worker", "job_é")
        bell.ring("worker", "cancel:job_1")
        assert first.wait(1) == ["job_é", "cancel:job_1"]
        assert second.wait(1) == ["job_é", "cancel:job_1"]
        assert other.wait(0) == []
        assert first.wait(0) == []
    assert list(folder.iterdir()) == []
    bell.close()


def test_waiting_ends_with_a_ring_or_with_the_time(folder: Path) -> None:
    bell = UnixBell(folder)
    with Listener(folder, "worker") as listener:
        began = time.monotonic()
        assert listener.wait(0.1) == []
        assert 0.09 < time.monotonic() - began < 60
        timer = threading.Timer(0.05, bell.ring, ("worker", "now"))
        timer.start()
        began = time.monotonic()
        assert listener.wait(600) == ["now"]
        assert time.monotonic() - began < 60
        timer.join()
    bell.close()


def test_ringing_never_fails_and_never_blocks(folder: Path, tmp_path: Path) -> None:
    bell = UnixBell(folder)
    bell.ring("worker", "nobody is there")
    lost = UnixBell(tmp_path / "absent")
    lost.ring("worker", "no folder")
    lost.close()
    with Listener(folder, "worker") as deaf:
        began = time.monotonic()
        for _ in range(2000):
            bell.ring("worker", "x" * 100_000)
        assert time.monotonic() - began < 60
        heard = deaf.wait(0)
        assert heard
        assert set(heard) == {"x" * 4096}
    bell.close()


def test_the_socket_of_a_killed_process_is_removed(folder: Path) -> None:
    script = (
        "import sys, time; from pathlib import Path; from backend.jobs.bell import Listener;"
        "kept = Listener(Path(sys.argv[1]), 'worker'); print('up', flush=True); time.sleep(60)"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", script, str(folder)],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])},
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"up\n"
    assert len(list(folder.iterdir())) == 1
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    bell = UnixBell(folder)
    with Listener(folder, "worker") as living:
        bell.ring("worker", "hello")
        assert living.wait(1) == ["hello"]
        assert len(list(folder.iterdir())) == 1
    bell.close()


def test_an_event_loop_hears_messages_and_lets_go(folder: Path) -> None:
    bell = UnixBell(folder)

    async def hear() -> list[str]:
        heard = []
        with Listener(folder, "web") as listener:
            loop = asyncio.get_running_loop()
            loop.call_later(0.02, bell.ring, "web", "one")
            loop.call_later(0.04, bell.ring, "web", "two")
            messages = listener.messages()
            async for message in messages:
                heard.append(message)
                if message == "two":
                    break
            await messages.aclose()
            assert not loop.remove_reader(listener.fileno())
        return heard

    assert asyncio.run(asyncio.wait_for(hear(), 10)) == ["one", "two"]
    bell.close()


def test_a_cancelled_consumer_lets_go(folder: Path) -> None:
    async def consume(listener: Listener) -> None:
        async for _ in listener.messages():
            pass

    async def run() -> bool:
        with Listener(folder, "web") as listener:
            task = asyncio.create_task(consume(listener))
            await asyncio.sleep(0.02)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            return asyncio.get_running_loop().remove_reader(listener.fileno())

    assert asyncio.run(run()) is False


def test_a_role_is_a_plain_word(folder: Path) -> None:
    for role in ("", "../x", "web-1", "Worker", "w" * 13):
        with pytest.raises(ValueError, match="not a role"):
            Listener(folder, role)


def test_a_listener_without_a_folder_says_so(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable, match="doorbell"):
        Listener(tmp_path / "absent", "web")


def test_the_folder_is_private_also_when_it_existed(tmp_path: Path) -> None:
    made = bell_directory(tmp_path)
    assert made == tmp_path.resolve() / "bell"
    assert stat.S_IMODE(made.stat().st_mode) == 0o700
    made.chmod(0o777)
    assert bell_directory(tmp_path) == made
    assert stat.S_IMODE(made.stat().st_mode) == 0o700


def test_a_long_state_folder_gets_a_short_place_of_its_own(tmp_path: Path) -> None:
    long = tmp_path / ("very-long-folder-name-" * 4)
    folder = bell_directory(long)
    try:
        assert folder.parent == Path(tempfile.gettempdir())
        assert folder == bell_directory(long)
        other = bell_directory(long / "other")
        assert folder != other
        other.rmdir()
        bell = UnixBell(folder)
        with Listener(folder, "worker") as listener:
            bell.ring("worker", "short enough")
            assert listener.wait(1) == ["short enough"]
        bell.close()
    finally:
        folder.rmdir()


def test_the_longest_allowed_folder_still_takes_a_socket(tmp_path: Path) -> None:
    room = 103 - len("/worker-4194304-01234567.sock") - len("/bell") - len(str(tmp_path)) - 1
    if room < 1:
        pytest.skip("the temporary folder's own path is too long for this test")
    state = tmp_path / ("x" * room)
    folder = bell_directory(state)
    assert folder == state.resolve() / "bell"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as longest:
        longest.bind(f"{folder}/worker-4194304-01234567.sock")
    assert bell_directory(tmp_path / ("x" * (room + 1))).parent == Path(tempfile.gettempdir())
    bell_directory(tmp_path / ("x" * (room + 1))).rmdir()


def test_a_folder_that_is_a_link_or_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "bell").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(StoreUnavailable, match="somebody else"):
        bell_directory(tmp_path)
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreUnavailable, match="cannot be made"):
        bell_directory(tmp_path / "file")


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give a folder to somebody else")
def test_a_folder_of_another_user_is_refused(tmp_path: Path) -> None:
    os.chown(bell_directory(tmp_path), 12345, 12345)
    with pytest.raises(StoreUnavailable, match="somebody else"):
        bell_directory(tmp_path)
