"""What is wrong with a data set: counted rows with examples, and duplicates by hashes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from heapq import nsmallest
from typing import Any

import numpy as np
import xxhash
from numpy.typing import NDArray

from backend.datasets.cells import Cells

EXAMPLES = 20
# Eight bytes for each row: 64 MB. Rows beyond are not searched for duplicates.
MAX_HASHED_ROWS = 8_000_000


class Issue:
    """How many rows have a fault, and the first of them."""

    def __init__(self) -> None:
        self.rows = 0
        self._examples: list[int] = []

    def add(self, rows: Iterable[int] | NDArray[np.int64]) -> None:
        """Counts rows, given by their numbers."""
        found = np.asarray(rows, np.int64)
        if len(found):
            self.rows += len(found)
            self._keep(found[:EXAMPLES].tolist())

    def add_range(self, first: int, count: int) -> None:
        """Counts consecutive rows."""
        self.rows += count
        self._keep(list(range(first, first + min(count, EXAMPLES))))

    def merge(self, other: Issue) -> None:
        """Adds all that another one has counted."""
        self.rows += other.rows
        self._keep(other._examples)

    def to_report(self) -> dict[str, Any]:
        """The `Issue` of a report."""
        return {"rows": self.rows, "examples": self._examples}

    def _keep(self, rows: list[int]) -> None:
        self._examples = nsmallest(EXAMPLES, {*self._examples, *rows})


@dataclass(frozen=True, slots=True)
class Duplicates:
    """Groups of equal rows.

    Attributes:
        groups: contents that occur more than once.
        rows: rows beyond the first of each group.
        examples: largest groups first: their first two rows, and how many rows each has.
    """

    groups: int
    rows: int
    examples: tuple[tuple[int, int, int], ...]


class Hashes:
    """64-bit hashes of one column by row; 0 stands for no content.

    Two different contents share a hash with a chance of 1 in 200 million at 400,000 rows.
    """

    def __init__(self, rows: int) -> None:
        self.rows = min(rows, MAX_HASHED_ROWS)
        self._hashes = np.zeros(self.rows, np.uint64)

    def add(self, cells: Cells) -> None:
        """Hashes the whole bytes of each cell. Workers write to rows of their own."""
        room = max(0, self.rows - cells.first_row)
        starts, sizes = cells.starts[:room].tolist(), cells.sizes[:room].tolist()
        data, digest = cells.data.data, xxhash.xxh3_64_intdigest
        hashes = [
            digest(data[start : start + size]) if size else 0
            for start, size in zip(starts, sizes, strict=True)
        ]
        self._hashes[cells.first_row : cells.first_row + len(hashes)] = hashes

    def duplicates(self) -> Duplicates:
        """Finds equal rows."""
        order = np.argsort(self._hashes, kind="stable")
        hashes = self._hashes[order]
        order, hashes = order[hashes > 0], hashes[hashes > 0]
        if not len(hashes):
            return Duplicates(0, 0, ())
        starts = np.flatnonzero(np.concatenate([[True], hashes[1:] != hashes[:-1]]))
        sizes = np.diff(np.concatenate([starts, [len(hashes)]]))
        starts, sizes = starts[sizes > 1], sizes[sizes > 1]
        firsts = order[starts]
        best = np.lexsort((firsts, -sizes))[:EXAMPLES]
        examples = [(int(firsts[i]), int(order[starts[i] + 1]), int(sizes[i])) for i in best]
        return Duplicates(len(starts), int((sizes - 1).sum()), tuple(examples))
