"""The analysis of a whole data set: streams row groups over threads, returns one JSON-able report.

Memory: each worker holds one batch of decoded cells (4 MB), the page it came from both packed and
unpacked (for pictures of 42 kB that is 42 MB each), and tallies that are bounded (`eda_numbers`,
`eda_text`); the whole data set costs 16 bytes a row, for the hashes that find duplicates, up to 8
million rows. Threads and not processes, because the heavy parts (decompression, decoding, numpy)
release the interpreter lock, tallies are small, and small files pay for no process start.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, get_ident
from typing import Any

import numpy as np
import pyarrow as pa

from backend.datasets.eda_images import HUGE_PIXELS, ImageTally
from backend.datasets.eda_quality import EXAMPLES, Duplicates, Hashes, Issue
from backend.datasets.eda_sample import SampleTally, sampled_rows
from backend.datasets.eda_text import TextTally
from backend.datasets.headers import Format
from backend.datasets.parquet import (
    IMAGE_COLUMN,
    TEXT_COLUMN,
    Dataset,
    Group,
    GroupUnreadable,
)
from backend.domain.errors import JobCancelled

VERSION = 1
_POLL_SECONDS = 0.1
_EXAMPLE_TEXT = 200
_REASONS = 5

Report = Callable[[int, int], None]
Stop = Callable[[], bool]
Task = tuple[Group, str]


@dataclass
class _Tallies:
    """All that one worker counts."""

    text: TextTally = field(default_factory=TextTally)
    images: ImageTally = field(default_factory=ImageTally)
    sample: SampleTally = field(default_factory=SampleTally)
    text_rows: int = 0
    missing_text: Issue = field(default_factory=Issue)
    unreadable: dict[str, Issue] = field(
        default_factory=lambda: {TEXT_COLUMN: Issue(), IMAGE_COLUMN: Issue()}
    )
    reasons: dict[str, int] = field(default_factory=dict)

    def merge(self, other: _Tallies) -> None:
        self.text.merge(other.text)
        self.images.merge(other.images)
        self.sample.merge(other.sample)
        self.text_rows += other.text_rows
        self.missing_text.merge(other.missing_text)
        for column, issue in self.unreadable.items():
            issue.merge(other.unreadable[column])
        for reason, rows in other.reasons.items():
            self.reasons[reason] = self.reasons.get(reason, 0) + rows


def analyse(
    source: Path | Sequence[Path] | Dataset,
    *,
    report: Report = lambda _done, _total: None,
    should_stop: Stop = lambda: False,
    workers: int = 2,
) -> dict[str, Any]:
    """Analyses a data set.

    Args:
        source: a parquet file, a folder of them, a list of them, or an opened data set.
        report: called from this thread with rows done and rows in all, at most ten times a second.
        should_stop: asked as often; when true the work ends within a batch.
        workers: threads.

    Returns:
        The report: plain dicts, lists, numbers and strings, no NaN.

    Raises:
        JobCancelled: `should_stop` said so.
        DatasetUnreadable: a file is no parquet file or broken as a whole.
        DatasetSchemaMismatch: a file lacks the agreed columns.
    """
    started = time.perf_counter()
    dataset = source if isinstance(source, Dataset) else Dataset(source)
    analysis = _Analysis(dataset)
    tallies = analysis.run(max(1, workers), report, should_stop)
    quality, colours = analysis.quality(tallies)
    rows = dataset.rows
    return {
        "version": VERSION,
        "dataset": _facts(dataset),
        "computed": {
            "seconds": round(time.perf_counter() - started, 3),
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
            "workers": workers,
            "peak_mb": peak_mb(),
        },
        "text": tallies.text.to_report(rows, tallies.text_rows),
        "images": tallies.images.to_report(rows),
        "colours": colours,
        "quality": quality,
    }


def peak_mb() -> float | None:
    """The most memory that this process had in use so far, in MB; None where nobody tells."""
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
    except OSError:
        return None
    # `getrusage` would tell the peak of the process that started this one, if that was larger.
    found = [line.split()[1] for line in status.splitlines() if line.startswith("VmHWM:")]
    return round(int(found[0]) / 1024, 1) if found else None


class _Analysis:
    """One run: the threads share the data set, the hashes (rows of their own) and the stop flag."""

    def __init__(self, dataset: Dataset) -> None:
        self._dataset = dataset
        self._text_hashes = Hashes(dataset.rows)
        self._image_hashes = Hashes(dataset.rows)
        self._sampled = sampled_rows(dataset.rows)
        self._stopped = Event()
        self._tallies: dict[int, _Tallies] = {}
        self._done: dict[int, int] = {}

    def run(self, workers: int, report: Report, should_stop: Stop) -> _Tallies:
        """Reads everything; both columns of a group are tasks of their own."""
        total = self._dataset.rows
        tasks = self._tasks()
        report(0, total)
        told = time.monotonic()
        with ThreadPoolExecutor(workers, thread_name_prefix="eda") as pool:
            pending: set[Future[None]] = set()
            try:
                while True:
                    # A short queue: a data set of many row groups must not become a list of tasks.
                    while len(pending) < 4 * workers and (task := next(tasks, None)):
                        pending.add(pool.submit(self._work, task))
                    if not pending:
                        break
                    done, pending = wait(pending, _POLL_SECONDS, FIRST_COMPLETED)
                    for future in done:
                        future.result()
                    if time.monotonic() - told < _POLL_SECONDS:
                        continue
                    told = time.monotonic()
                    report(sum(self._done.copy().values()) // 2, total)
                    if should_stop():
                        raise JobCancelled("the analysis was cancelled")
            except BaseException:
                self._stopped.set()
                pool.shutdown(cancel_futures=True)
                raise
        # What the readers held is not needed any more, and the rest of the work needs some.
        pa.default_memory_pool().release_unused()
        merged = _Tallies()
        for tallies in self._tallies.values():
            merged.merge(tallies)
        report(total, total)
        return merged

    def quality(self, tallies: _Tallies) -> tuple[dict[str, Any], dict[str, Any]]:
        """The `quality` and `colours` of the report."""
        rows = self._dataset.rows
        colours, undecodable, near = tallies.sample.to_reports(rows)
        same_images, same_texts = self._image_hashes.duplicates(), self._text_hashes.duplicates()
        issues = {name: issue.to_report() for name, issue in tallies.images.issues.items()}
        texts, images = (tallies.unreadable[column] for column in (TEXT_COLUMN, IMAGE_COLUMN))
        unreadable = images if images.rows >= texts.rows else texts
        reasons = sorted(tallies.reasons, key=lambda reason: -tallies.reasons[reason])
        return {
            "computed_on": {"rows": min(tallies.images.rows, tallies.text_rows), "of": rows},
            "missing_text": tallies.missing_text.to_report(),
            **issues,
            "undecodable": undecodable,
            "exact_duplicates": {
                "computed_on": {"rows": self._image_hashes.rows, "of": rows},
                "groups": same_images.groups,
                "rows": same_images.rows,
                "examples": [[first, second] for first, second, _ in same_images.examples],
            },
            "duplicate_texts": {
                "computed_on": {"rows": self._text_hashes.rows, "of": rows},
                "groups": same_texts.groups,
                "rows": same_texts.rows,
                "examples": self._texts_of(same_texts),
            },
            "near_duplicates": near,
            "unreadable_rows": {**unreadable.to_report(), "reasons": reasons[:_REASONS]},
        }, colours

    def _tasks(self) -> Iterator[Task]:
        for group in self._dataset.groups():
            yield group, IMAGE_COLUMN
            yield group, TEXT_COLUMN

    def _work(self, task: Task) -> None:
        group, column = task
        tallies = self._tallies.setdefault(get_ident(), _Tallies())
        count = self._count_images if column == IMAGE_COLUMN else self._count_texts
        rows_before = self._done.get(get_ident(), 0)
        done = 0
        try:
            for cells in self._dataset.cells(group, column):
                count(tallies, cells)
                done += len(cells)
                self._done[get_ident()] = rows_before + done
                if self._stopped.is_set():
                    return
        except GroupUnreadable as error:
            lost = group.rows - error.rows_done
            tallies.unreadable[column].add_range(group.first_row + error.rows_done, lost)
            tallies.reasons[error.reason] = tallies.reasons.get(error.reason, 0) + lost
        self._done[get_ident()] = rows_before + group.rows

    def _count_texts(self, tallies: _Tallies, cells: Any) -> None:
        tallies.text_rows += len(cells)
        tallies.missing_text.add(cells.first_row + np.flatnonzero(~cells.present))
        tallies.text.add(cells)
        self._text_hashes.add(cells)

    def _count_images(self, tallies: _Tallies, cells: Any) -> None:
        headers = tallies.images.add(cells)
        self._image_hashes.add(cells)
        first, last = np.searchsorted(
            self._sampled, [cells.first_row, cells.first_row + len(cells)]
        )
        for row in self._sampled[first:last].tolist():
            place = row - cells.first_row
            is_picture = headers.format[place] != Format.NOT_AN_IMAGE
            if is_picture and headers.width[place] * headers.height[place] <= HUGE_PIXELS:
                tallies.sample.add(row, cells.cell(place))

    def _texts_of(self, duplicates: Duplicates) -> list[list[Any]]:
        found = []
        for row, _, times in duplicates.examples[:EXAMPLES]:
            text = self._dataset.text_of(row)
            if text is not None:
                found.append([text[:_EXAMPLE_TEXT], times])
        return found


def _facts(dataset: Dataset) -> dict[str, Any]:
    return {
        "name": dataset.name,
        "files": len(dataset.shards),
        "bytes": dataset.bytes,
        "rows": dataset.rows,
        "row_groups": sum(len(shard.group_rows) for shard in dataset.shards),
        "fingerprint": dataset.fingerprint,
        "columns": [{"name": name, "type": kind} for name, kind in dataset.columns],
    }
