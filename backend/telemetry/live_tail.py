"""An opt-in copy of the log over TCP, by python-logstash, that can cost no caller any time.

The files are the record; this is for watching. Lines wait in a bounded queue for a thread of its
own, because the package blocks its caller for a second when a peer does not read, and forgets
lines when there is none. What did not fit or was not taken is counted and told to the log.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from queue import Empty, SimpleQueue

QUEUE_LINES = 10_000
# People look at a live tail: ten times a second is soon enough, and one wake-up serves many lines.
_PAUSE_SECONDS = 0.1
_BATCH_BYTES = 64 * 1024
_REPORT_SECONDS = 30.0
_GOODBYE_SECONDS = 1.0


class LiveTail:
    """Sends lines to a Logstash `tcp` input with the codec `json_lines`.

    `offer` is to be called by one thread at a time; log handlers do, under their lock.
    """

    def __init__(
        self,
        host: str,
        port: int,
        report: Callable[[int], None],
        *,
        queue_lines: int = QUEUE_LINES,
        report_seconds: float = _REPORT_SECONDS,
    ) -> None:
        """Starts the thread; connects when there is something to send.

        Args:
            report: hears, now and then, how many lines were dropped since it last did.
            queue_lines: how many lines may wait.
        """
        # Only who wants the tail needs the package.
        from logstash import TCPLogstashHandler

        self._handler = TCPLogstashHandler(host, port, version=1)
        self._queue: SimpleQueue[bytes] = SimpleQueue()
        self._limit = queue_lines
        self._report = report
        self._report_seconds = report_seconds
        self._refused = 0
        self._unsent = 0
        self._reported = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="log-live-tail", daemon=True)
        self._thread.start()

    @property
    def dropped(self) -> int:
        """Lines that were not sent and never will be."""
        return self._refused + self._unsent

    def offer(self, line: bytes) -> None:
        """Takes a line that ends with a line feed, or drops it; returns at once."""
        # A forked child has the queue, but nobody who empties it.
        if self._queue.qsize() >= self._limit or not self._thread.is_alive():
            self._refused += 1
        else:
            self._queue.put(line)

    def close(self) -> None:
        """Sends what waits if that goes quickly, and ends the thread."""
        self._stop.set()
        self._thread.join(timeout=_GOODBYE_SECONDS + 1.5)

    def _run(self) -> None:
        report_at = time.monotonic() + self._report_seconds
        while not self._stop.wait(_PAUSE_SECONDS):
            self._drain(deadline=float("inf"))
            if time.monotonic() >= report_at:
                self._tell()
                report_at = time.monotonic() + self._report_seconds
        self._drain(deadline=time.monotonic() + _GOODBYE_SECONDS)
        self._unsent += self._queue.qsize()
        self._tell()
        self._handler.close()

    def _drain(self, deadline: float) -> None:
        while time.monotonic() < deadline and (lines := self._batch()):
            self._handler.send(b"".join(lines))
            if self._handler.sock is None:
                # No connection, or it broke within the batch: how much arrived cannot be known.
                self._unsent += len(lines)
                return

    def _batch(self) -> list[bytes]:
        lines: list[bytes] = []
        size = 0
        while size < _BATCH_BYTES:
            try:
                lines.append(self._queue.get_nowait())
            except Empty:
                break
            size += len(lines[-1])
        return lines

    def _tell(self) -> None:
        dropped = self.dropped
        if dropped > self._reported:
            self._report(dropped - self._reported)
            self._reported = dropped
