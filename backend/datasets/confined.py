"""The analysis in a process of its own: bounded memory, low priority, and a crash that stays there.

The bound is RLIMIT_DATA and not RLIMIT_AS: it counts what is written to and not the address space
that threads and libraries merely reserve. The child talks JSON lines over its standard output and
ends when its standard input does, so it never outlives the process that started it.
"""

from __future__ import annotations

import errno
import json
import logging
import os
import queue
import resource
import subprocess
import sys
import threading
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO, Any

from backend.domain.errors import (
    DatasetUnreadable,
    JobCancelled,
    LogoError,
    StageFailed,
    from_record,
)

MEMORY_MB = 1_024
_POLL_SECONDS = 0.1
_STOP_SECONDS = 5.0
# Words of Python and of the loader where a thread's stack or a library does not fit.
_WANT_OF_MEMORY = ("can't start new thread", "failed to map", "cannot map", "cannot allocate")
_BUG = "The analysis failed unexpectedly through a fault of ours; the log says more."
_ROOT = Path(__file__).parents[2]
_LOG = logging.getLogger(__name__)
_ENVIRONMENT = {
    # Arrow's own allocator keeps its pages: plain malloc spends eight times as long, in page
    # faults. Python's and numpy's blocks come from malloc, whose arenas keep 64 MB each.
    "ARROW_DEFAULT_MEMORY_POOL": "mimalloc",
    # Milliseconds after which it gives freed pages back: a fifth less memory at the same speed.
    "MIMALLOC_PURGE_DELAY": "1",
    "MALLOC_ARENA_MAX": "2",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
}


def analyse_confined(
    paths: Path | Sequence[Path],
    *,
    report: Callable[[int, int], None] = lambda _done, _total: None,
    should_stop: Callable[[], bool] = lambda: False,
    memory_mb: int = MEMORY_MB,
    workers: int = 2,
    nice: int = 10,
    name: str | None = None,
) -> dict[str, Any]:
    """`eda.analyse` in a child process.

    Args:
        paths: a file, a folder of shards, or files.
        report: called from this thread with rows done and rows in all.
        should_stop: asked ten times a second; when true the child is ended.
        memory_mb: the most memory that the child may write to.
        workers: threads of the child.
        nice: how far the child steps back for other processes.
        name: the data set's name in the report; by default of the file or folder.

    Raises:
        JobCancelled: `should_stop` said so.
        DatasetUnreadable: the file is broken, or needs more memory than it may have.
        DatasetSchemaMismatch: a file lacks the agreed columns.
        StageFailed: a bug of ours; the log has the child's traceback.
    """
    listed = [paths] if isinstance(paths, Path) else list(paths)
    order = {
        "paths": [str(path.absolute()) for path in listed],
        "is_one": isinstance(paths, Path),
        "memory_mb": memory_mb,
        "workers": workers,
        "nice": nice,
        "name": name,
    }
    child = subprocess.Popen(
        [sys.executable, "-m", "backend.datasets.confined"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        cwd=_ROOT,
        env={**os.environ, **_ENVIRONMENT, "PYTHONPATH": str(_ROOT)},
        # A signal to the whole group of processes (Ctrl-C, a supervisor's stop) is for the parent,
        # which then says what becomes of the work.
        start_new_session=True,
    )
    assert child.stdin is not None
    assert child.stdout is not None
    try:
        # A child that died at once closes the pipe; its exit is told below.
        try:
            child.stdin.write(json.dumps(order) + "\n")
            child.stdin.flush()
        except BrokenPipeError:
            pass
        return _followed(child, child.stdout, report, should_stop, memory_mb)
    finally:
        _end(child)


def _followed(
    child: subprocess.Popen[str],
    output: IO[str],
    report: Callable[[int, int], None],
    should_stop: Callable[[], bool],
    memory_mb: int,
) -> dict[str, Any]:
    """Passes progress on until the child has answered or ended."""
    lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()

    def read() -> None:
        for line in output:
            lines.put(line)
        lines.put(None)

    threading.Thread(target=read, name="eda-child", daemon=True).start()
    while True:
        try:
            line = lines.get(timeout=_POLL_SECONDS)
        except queue.Empty:
            line = ""
        if should_stop():
            raise JobCancelled("the analysis was cancelled")
        if line is None:
            raise _died(child.wait(), memory_mb)
        message = _message(line)
        if "done" in message:
            report(message["done"], message["total"])
        elif "error" in message:
            raise from_record(message["error"])
        elif "internal" in message:
            _LOG.error("the analysis failed unexpectedly\n%s", message["internal"])
            raise StageFailed(_BUG)
        elif "report" in message:
            answer: dict[str, Any] = message["report"]
            return answer


def _message(line: str) -> dict[str, Any]:
    """One line of the child; what is no message, or cut by its death, is no message."""
    try:
        message = json.loads(line) if line.strip() else {}
    except ValueError:
        return {}
    return message if isinstance(message, dict) else {}


def _died(code: int, memory_mb: int) -> LogoError:
    """Bugs of ours are told, so an end without a word is a signal or want of memory.

    The exit code does not tell which: OpenBLAS ends the process with 1 when it gets no memory.
    """
    return DatasetUnreadable(
        f"The data set cannot be analysed: reading it needs more memory than {memory_mb:,} MB, or "
        f"brings the parquet reader down (exit code {code}). "
        "Write it again with smaller row groups and cells."
    )


def _end(child: subprocess.Popen[str]) -> None:
    if child.poll() is None:
        child.terminate()
        try:
            child.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
    for stream in (child.stdin, child.stdout):
        if stream is not None:
            try:
                stream.close()
            except BrokenPipeError:
                continue


def main() -> None:
    """The child: reads one order from standard input and answers on standard output."""
    answers = os.fdopen(os.dup(1), "w")
    # Whatever a library prints must not mix with the answers.
    os.dup2(2, 1)

    def tell(message: dict[str, Any]) -> None:
        answers.write(json.dumps(message, allow_nan=False) + "\n")
        answers.flush()

    try:
        order = json.loads(sys.stdin.readline())
        threading.Thread(target=_end_with_parent, daemon=True).start()
        _confine(order["memory_mb"], order["nice"])
        tell({"report": _analysed(order, tell)})
    except LogoError as error:
        tell({"error": error.to_record()})
    except Exception as error:  # noqa: BLE001 (nobody above it sees what this process raises)
        if _is_want_of_memory(error):
            # The parent says what that means.
            sys.exit(1)
        tell({"internal": traceback.format_exc()})


def _is_want_of_memory(error: Exception) -> bool:
    """Arrow's own error is a MemoryError too; those of threads, files and the loader are not."""
    if isinstance(error, OSError):
        return error.errno == errno.ENOMEM
    is_told = any(words in str(error).lower() for words in _WANT_OF_MEMORY)
    return isinstance(error, MemoryError) or (
        isinstance(error, (ImportError, RuntimeError)) and is_told
    )


def _analysed(order: dict[str, Any], tell: Callable[[dict[str, Any]], None]) -> dict[str, Any]:
    from backend.datasets.eda import analyse
    from backend.datasets.parquet import Dataset

    paths = [Path(path) for path in order["paths"]]
    dataset = Dataset(paths[0] if order["is_one"] else paths, order["name"])
    told = -1

    def report(done: int, total: int) -> None:
        nonlocal told
        if done != told:
            told = done
            tell({"done": done, "total": total})

    return analyse(dataset, report=report, workers=order["workers"])


def _confine(memory_mb: int, nice: int) -> None:
    os.nice(nice)
    limit = memory_mb * 2**20
    resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _end_with_parent() -> None:
    while sys.stdin.buffer.read(4096):
        continue
    os._exit(1)


if __name__ == "__main__":
    main()
