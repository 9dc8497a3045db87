"""Work in a process of its own: it may crash, be stopped in the middle, and never runs twice.

The child prints JSON lines: `progress`, `metrics`, and at last `outcome`. SIGTERM asks it to save
what it has and to end; so does the end of its standard input, which comes when its parent dies.
While it lives it holds a lock on the folder that it works in, which the next child waits for: a
worker that lost its lease, or was killed a moment ago, may have left one behind.
"""

from __future__ import annotations

import fcntl
import json
import logging
import os
import resource
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from backend.domain.errors import OutOfMemory, StageFailed, from_record

_LOG = logging.getLogger(__name__)
_ROOT = Path(__file__).resolve().parents[2]
_LOCK = "child.lock"
_LOOK_SECONDS = 0.1
_LAST_LINES = 30
_GIVE_UP_SECONDS = 15.0
_MEMORY = "The process was ended by the system, most likely for want of memory. "


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildWork:
    """What a child shall do.

    Attributes:
        folder: where it works; nobody else does meanwhile.
        module, arguments: what runs, as in `python -m`.
        hear: called from this thread with each line that the child says.
        should_stop: asked several times a second; when true the child is asked to end.
        is_lost: as `should_stop`; when true the child is ended at once.
        on_stop: called once when the child has been asked to end, before it has.
        patience_seconds: how long a child that was asked may take before it is killed.
        memory_bytes: the most that it may write to; None for no bound.
        advice: what to do when it needed more memory than there is.
    """

    folder: Path
    module: str
    arguments: Sequence[str]
    hear: Callable[[Mapping[str, Any]], None]
    should_stop: Callable[[], bool]
    is_lost: Callable[[], bool]
    on_stop: Callable[[], None] = lambda: None
    patience_seconds: float = 60.0
    memory_bytes: int | None = None
    advice: str = "Try again with less to do at once."
    nice: int = 10


def run_child(work: ChildWork) -> bool:
    """Runs a child to its end.

    Returns:
        Whether it did all it had to; False if it was stopped before.

    Raises:
        LogoError: what the child failed with.
        StageFailed: it ended without a word, or an older child cannot be ended.
        OutOfMemory: the system ended it.
        FileNotFoundError: the folder has gone.
    """
    with (work.folder / _LOCK).open("a+b") as lock:
        if not _alone(lock, work):
            return False
        child = _started(work, lock)
        _sign(lock, child.pid)
    # The lock is the child's alone from here on: it ends with the child, and not with us.
    voice = _Voice(child)
    was_killed = False
    try:
        was_killed = _followed(child, voice, work)
    finally:
        _end(child)
        voice.join()
    for said in voice.take():
        work.hear(said)
    return _verdict(child.returncode, voice, work, was_killed=was_killed)


def _followed(child: subprocess.Popen[bytes], voice: _Voice, work: ChildWork) -> bool:
    """Passes on what the child says until it ends. Returns whether it had to be killed."""
    deadline: float | None = None
    while child.poll() is None:
        voice.spoke.wait(_LOOK_SECONDS)
        for said in voice.take():
            work.hear(said)
        is_lost = work.is_lost()
        if deadline is None and (is_lost or work.should_stop()):
            # One that is lost saves what it has, too: whoever took the job over goes on from there.
            child.terminate()
            deadline = time.monotonic() + work.patience_seconds
            if not is_lost:
                work.on_stop()
        if deadline is not None and time.monotonic() > deadline:
            _LOG.warning("a child did not end in %.0f s and is killed", work.patience_seconds)
            return True
    return False


def _verdict(code: int, voice: _Voice, work: ChildWork, *, was_killed: bool) -> bool:
    outcome = voice.outcome
    if outcome is not None and not outcome:
        return True
    if was_killed or (outcome is not None and outcome.get("stopped") is True):
        return False
    if outcome is not None:
        raise from_record(outcome)
    _LOG.error("%s ended without a word (exit code %d)\n%s", work.module, code, voice.last_words)
    if code == -signal.SIGKILL or "MemoryError" in voice.last_words:
        raise OutOfMemory(_MEMORY + work.advice)
    if code == -signal.SIGTERM:
        # Somebody else's signal reached it before it could listen.
        return False
    raise StageFailed("The process ended by itself. Start again; the worker's log says more.")


def _started(work: ChildWork, lock: IO[bytes]) -> subprocess.Popen[bytes]:
    path = os.pathsep.join(filter(None, [str(_ROOT), os.environ.get("PYTHONPATH")]))
    child = subprocess.Popen(
        [sys.executable, "-m", work.module, *work.arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": path},
        # Ctrl-C and supervisors reach every process of a group: the parent says what becomes of it.
        start_new_session=True,
        pass_fds=(lock.fileno(),),
    )
    with suppress(OSError):  # It may have ended already.
        if work.memory_bytes is not None:
            bounds = (work.memory_bytes, work.memory_bytes)
            resource.prlimit(child.pid, resource.RLIMIT_DATA, bounds)
        os.setpriority(os.PRIO_PROCESS, child.pid, work.nice)
        # Linux weighs sessions against each other first, where this is switched on; a session's
        # only process gains and loses nothing by its own niceness then.
        Path(f"/proc/{child.pid}/autogroup").write_text(str(work.nice), "utf-8")
    return child


def _alone(lock: IO[bytes], work: ChildWork) -> bool:
    """Waits until no other child works in the folder; one that is slow to go is ended.

    Returns:
        False if there is no use in waiting any longer.
    """
    begun = time.monotonic()
    asked = False
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if work.should_stop() or work.is_lost():
                work.on_stop()
                return False
            waited = time.monotonic() - begun
            if waited > work.patience_seconds + _GIVE_UP_SECONDS:
                raise StageFailed(
                    "Another process still works in this folder and does not end. Restart the "
                    "machine, or end that process."
                ) from None
            is_late = waited > work.patience_seconds
            if not asked or is_late:
                _signal_holder(lock, signal.SIGKILL if is_late else signal.SIGTERM)
                asked = True
            time.sleep(_LOOK_SECONDS)
        else:
            return True


def _sign(lock: IO[bytes], pid: int) -> None:
    """Notes who holds the lock: a number alone may be another process's by the time it is read."""
    lock.truncate(0)
    lock.write(json.dumps({"pid": pid, "since": _started_at(pid)}).encode())
    lock.flush()


def _signal_holder(lock: IO[bytes], number: int) -> None:
    lock.seek(0)
    try:
        found = json.loads(lock.read())
        pid, since = int(found["pid"]), found["since"]
    except (ValueError, LookupError, TypeError):
        return
    if since is not None and since == _started_at(pid):
        _LOG.warning("process %d still works in this folder: signal %d", pid, number)
        with suppress(OSError):
            if number == signal.SIGKILL:
                os.killpg(pid, number)
            else:
                os.kill(pid, number)


def _started_at(pid: int) -> str | None:
    """When a process was started, in the system's own count; None if it has gone."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
    except OSError:
        return None
    return fields[19]


class _Voice:
    """Hears a child's lines as they come, and keeps its last words on standard error."""

    def __init__(self, child: subprocess.Popen[bytes]) -> None:
        assert child.stdout is not None
        assert child.stderr is not None
        self.spoke = threading.Event()
        self.outcome: Mapping[str, Any] | None = None
        self._said: deque[Mapping[str, Any]] = deque()
        self._errors: deque[bytes] = deque(maxlen=_LAST_LINES)
        streams = ((child.stdout, self._hear), (child.stderr, self._errors.append))
        self._threads = [
            threading.Thread(target=_each_line, args=stream, name="child", daemon=True)
            for stream in streams
        ]
        for thread in self._threads:
            thread.start()

    @property
    def last_words(self) -> str:
        """What stood on its standard error at last."""
        return b"".join(self._errors).decode("utf-8", "replace")[-4_000:]

    def take(self) -> Sequence[Mapping[str, Any]]:
        """What it said since the last time."""
        self.spoke.clear()
        return [self._said.popleft() for _ in range(len(self._said))]

    def join(self) -> None:
        """Returns when its output has ended, which it has when the child is gone."""
        for thread in self._threads:
            thread.join(1)

    def _hear(self, line: bytes) -> None:
        try:
            said = json.loads(line)
        except (ValueError, RecursionError):  # A library that prints.
            return
        if not isinstance(said, dict):
            return
        if isinstance(said.get("outcome"), dict):
            self.outcome = said["outcome"]
        else:
            self._said.append(said)
        self.spoke.set()


def _each_line(stream: IO[bytes], take: Callable[[bytes], None]) -> None:
    with stream:
        for line in stream:
            take(line)


def _end(child: subprocess.Popen[bytes]) -> None:
    """Ends the child with everything that it has started."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()
    if child.stdin is not None:
        with suppress(OSError):
            child.stdin.close()
