"""Child processes that are kept: they answer one question after another, within memory and time.

Both sides talk in frames: a line of JSON, and as many bytes behind it as its `bytes` says. A child
that dies or is late is replaced at the next question; it ends when its standard input does, so it
never outlives the process that started it.
"""

from __future__ import annotations

import json
import os
import queue
import resource
import select
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO, Any

_ROOT = Path(__file__).parents[2]
_PIECE_BYTES = 2**20
_MAX_LINE_BYTES = 2**20
# Arenas of malloc and threads of linear algebra that nothing needs here would count as memory.
_ENVIRONMENT = {
    "ARROW_DEFAULT_MEMORY_POOL": "system",
    "MALLOC_ARENA_MAX": "1",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
}

Answer = tuple[dict[str, Any], bytes]


class ChildDied(Exception):  # noqa: N818 (a state, for the caller to put into words)
    """The child ended without an answer: want of memory, or a crash."""


class ChildLate(Exception):  # noqa: N818
    """The child did not answer in time and was ended."""


class ChildrenBusy(Exception):  # noqa: N818
    """Every child had something to do for the whole time."""


class KeptChildren:
    """A few children of one kind, for several threads."""

    def __init__(self, module: str, *, count: int, patience_seconds: float = 15.0) -> None:
        """Starts nothing yet.

        Args:
            module: what runs, as in `python -m`; it calls `answer_questions`.
            count: how many there may be at once.
            patience_seconds: how long a question waits for a child.
        """
        self._module = module
        self._patience_seconds = patience_seconds
        # The last one that was used first: a second one is started only if it is needed.
        self._free: queue.LifoQueue[_Child | None] = queue.LifoQueue()
        for _ in range(count):
            self._free.put(None)
        self._count = count

    def ask(self, question: Mapping[str, Any], timeout_seconds: float) -> Answer:
        """What a child says.

        Raises:
            ChildDied, ChildLate, ChildrenBusy: there is no answer.
        """
        try:
            child = self._free.get(timeout=self._patience_seconds)
        except queue.Empty as error:
            raise ChildrenBusy from error
        try:
            if child is None:
                child = _Child(self._module)
            answer = child.ask(question, timeout_seconds)
        except BaseException:
            if child is not None:
                child.end()
                child = None
            raise
        else:
            if answer[0].get("last"):
                child.end()
                child = None
            return answer
        finally:
            self._free.put(child)

    def close(self) -> None:
        """Ends those that have nothing to do; the others end with this process."""
        for _ in range(self._count):
            try:
                child = self._free.get_nowait()
            except queue.Empty:
                return
            if child is not None:
                child.end()


class _Child:
    def __init__(self, module: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", module],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            cwd=_ROOT,
            env={**os.environ, **_ENVIRONMENT, "PYTHONPATH": str(_ROOT)},
            # A signal to the whole group (Ctrl-C, a supervisor's stop) is for the parent.
            start_new_session=True,
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._input, self._output = self._process.stdin, self._process.stdout
        os.set_blocking(self._output.fileno(), False)

    def ask(self, question: Mapping[str, Any], timeout_seconds: float) -> Answer:
        deadline = time.monotonic() + timeout_seconds
        try:
            self._input.write(json.dumps(question).encode() + b"\n")
        except BrokenPipeError as error:
            raise ChildDied from error
        found = bytearray()
        while (end := found.find(b"\n")) < 0 and len(found) <= _MAX_LINE_BYTES:
            found += self._piece(deadline)
        try:
            head = json.loads(found[:end])
            wanted = end + 1 + int(head.get("bytes", 0))
        except (ValueError, TypeError, AttributeError) as error:
            raise ChildDied from error
        while len(found) < wanted:
            found += self._piece(deadline)
        return head, bytes(found[end + 1 : wanted])

    def end(self) -> None:
        self._process.kill()
        self._process.wait()
        self._input.close()
        self._output.close()

    def _piece(self, deadline: float) -> bytes:
        watch = select.poll()
        watch.register(self._output, select.POLLIN)
        left = deadline - time.monotonic()
        if left <= 0 or not watch.poll(1000 * left):
            raise ChildLate
        piece = self._output.read(_PIECE_BYTES)
        if not piece:
            raise ChildDied
        return piece


def answer_questions(
    answer: Callable[[Mapping[str, Any]], Answer], *, memory_mb: int, kept_mb: int
) -> None:
    """The child: answers until its standard input ends.

    Args:
        answer: a JSON-able head and the bytes behind it. What it raises ends the process.
        memory_mb: the most memory that may be written to.
        kept_mb: a child that holds more after an answer lets another one take its place.
    """
    stream: IO[bytes] = os.fdopen(os.dup(1), "wb")
    # Whatever a library prints must not mix with the answers.
    os.dup2(2, 1)
    limit = memory_mb * 2**20
    # It counts what is written to; RLIMIT_AS would count what libraries merely reserve.
    resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for line in sys.stdin.buffer:
        head, body = answer(json.loads(line))
        is_last = _resident_mb() > kept_mb
        stream.write(json.dumps({**head, "bytes": len(body), "last": is_last}).encode() + b"\n")
        stream.write(body)
        stream.flush()


def _resident_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * resource.getpagesize() / 2**20
