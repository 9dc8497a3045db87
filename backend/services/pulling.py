"""Fetches weights in a process of their own: `python -m backend.services.pulling FOLDER NAME`.

The hub's client and pip cannot be interrupted from outside; a process can. The child ends with its
parent, keeps what it has for the next try, and says on its output how much there is to fetch and
how it ended.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from backend.domain.errors import JobCancelled, LogoError, StageFailed, from_record
from backend.models.catalog import Catalog, WeightEntry
from backend.models.weights import pull_together
from backend.storage.disk_errors import disk_errors

_ROOT = Path(__file__).resolve().parents[2]
_LOOK_SECONDS = 0.25
_GRACE_SECONDS = 0.5


def pull_apart(
    catalog: Catalog,
    entry: WeightEntry,
    *,
    report: Callable[[int, int], None],
    should_stop: Callable[[], bool],
    module: str = "backend.services.pulling",
) -> None:
    """Runs `models.weights.pull_together` in a child; see there for what it raises.

    Args:
        catalog, entry: what to fetch; the entries that it brings along come with it.
        report: called with bytes that are on the disk and bytes in all.
        should_stop: asked several times a second.
        module: for tests; what the child runs.

    Raises:
        JobCancelled: `should_stop` said so; what had arrived stays for the next try.
    """
    command = [sys.executable, "-m", module, str(catalog.folder), entry.name]
    path = os.pathsep.join(filter(None, [str(_ROOT), os.environ.get("PYTHONPATH")]))
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": path},
        start_new_session=True,
    ) as child:
        answers = _Answers(child.stdout)
        entries = catalog.together(entry)
        known = sum(one.total_bytes for one in entries)
        try:
            while not answers.ended.wait(_LOOK_SECONDS):
                if should_stop():
                    raise JobCancelled("The download was stopped; the next one goes on from there.")
                done = _bytes_there(catalog, entries)
                report(done, max(done, known, answers.total))
        finally:
            _end(child)
            answers.join()
        answers.raise_outcome()
    done = _bytes_there(catalog, entries)
    report(done, done)


class _Answers:
    """Reads the child's lines as they come."""

    def __init__(self, stream: IO[bytes] | None) -> None:
        assert stream is not None
        self.total = 0
        self.ended = threading.Event()
        self._outcome: Mapping[str, Any] | None = None
        self._stream = stream
        self._thread = threading.Thread(target=self._read, name="pull", daemon=True)
        self._thread.start()

    def raise_outcome(self) -> None:
        """Raises what the child failed with."""
        if self._outcome is None:
            raise StageFailed("The download stopped by itself. Start it again; it goes on there.")
        if self._outcome:
            raise from_record(self._outcome)

    def join(self) -> None:
        """Returns when the child's output has ended; it has when the child is gone."""
        self._thread.join(_GRACE_SECONDS)

    def _read(self) -> None:
        # Whoever waits for the end would wait for ever if this thread died without saying so.
        try:
            for line in self._stream:
                with suppress(ValueError, RecursionError):  # A library that prints.
                    self._take(json.loads(line))
        finally:
            self.ended.set()

    def _take(self, said: object) -> None:
        if not isinstance(said, dict):
            return
        total, outcome = said.get("total"), said.get("outcome")
        if isinstance(total, int):
            self.total = total
        if isinstance(outcome, dict):
            self._outcome = outcome


def _end(child: subprocess.Popen[bytes]) -> None:
    """Ends the child with everything it has started."""
    assert child.stdin is not None
    with suppress(OSError):
        child.stdin.close()
    for number in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(child.pid, number)
        with suppress(subprocess.TimeoutExpired):
            child.wait(_GRACE_SECONDS)
            return


def _bytes_there(catalog: Catalog, entries: Sequence[WeightEntry]) -> int:
    """What is on the disk of some entries, unfinished files included."""
    return sum(_bytes_of(catalog, entry) for entry in entries)


def _bytes_of(catalog: Catalog, entry: WeightEntry) -> int:
    if entry.hub:
        return sum(_size(path) for path in (catalog.folder / entry.name).rglob("*"))
    paths = [catalog.folder / file.path for file in entry.files]
    return sum(_size(path) or _size(path.with_name(path.name + ".part")) for path in paths)


def _size(path: Path) -> int:
    with suppress(OSError):
        if path.is_file():
            return path.stat().st_size
    return 0


def _end_with_parent() -> None:
    """Nobody writes to the child; its input ends when the parent does."""
    # Not through `sys.stdin`: its lock, held by a waiting thread, aborts a Python that ends.
    while os.read(0, 1):
        pass
    os.killpg(os.getpgrp(), signal.SIGKILL)


def _say(**values: Any) -> None:
    sys.stdout.write(json.dumps(values) + "\n")
    sys.stdout.flush()


class _Totals:
    """Says how much there is in all as far as it is known; what has come the parent sees itself."""

    def __init__(self) -> None:
        self._totals: dict[str, int] = {}

    def __call__(self, name: str, _done: int, total: int) -> None:
        if self._totals.get(name) != total:
            self._totals[name] = total
            _say(total=sum(self._totals.values()))


def main(folder: Path, name: str) -> None:
    """The child's part."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    catalog = Catalog.load(folder)
    entry = catalog.entry(name)
    try:
        full = "The disk is full. Free some space and start the download again; it goes on there."
        with disk_errors(full=full, folder="weights folder"):
            pull_together(catalog, entry, _Totals())
    except LogoError as error:
        _say(outcome=error.to_record())
    else:
        _say(outcome={})


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
