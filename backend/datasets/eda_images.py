"""Pictures by their headers: sizes, formats, modes, and what is wrong with them."""

from __future__ import annotations

from typing import Any

import numpy as np

from backend.datasets.cells import Cells
from backend.datasets.eda_numbers import Distribution
from backend.datasets.eda_quality import Issue
from backend.datasets.headers import (
    FORMAT_LABELS,
    MODE_LABELS,
    Format,
    Headers,
    Mode,
    read_headers,
)

# A picture of more pixels takes over 100 MB when decoded: it is counted and never opened.
HUGE_PIXELS = 36_000_000


class ImageTally:
    """What one worker has counted; tallies of several workers are merged at the end."""

    def __init__(self) -> None:
        self.rows = 0
        self.squares = 0
        self.numbers = {
            name: Distribution()
            for name in (
                "width",
                "height",
                "aspect_ratio",
                "aspect_ratio_without_squares",
                "pixels",
                "file_bytes",
            )
        }
        self.formats = np.zeros(len(Format), np.int64)
        self.modes = np.zeros(len(Mode), np.int64)
        self.issues = {
            name: Issue()
            for name in ("missing_image", "not_an_image", "truncated_image", "huge_image")
        }

    def add(self, cells: Cells) -> Headers:
        """Counts a batch and returns its headers."""
        headers = read_headers(cells)
        self.rows += len(cells)
        has_bytes = cells.sizes > 0
        is_image = headers.format != Format.NOT_AN_IMAGE
        pixels = headers.width * headers.height
        for name, found in (
            ("missing_image", ~has_bytes),
            ("not_an_image", has_bytes & ~is_image),
            ("truncated_image", headers.is_truncated),
            ("huge_image", pixels > HUGE_PIXELS),
        ):
            self.issues[name].add(cells.first_row + np.flatnonzero(found))
        self.formats += np.bincount(headers.format[is_image], minlength=len(Format))
        has_size = is_image & (headers.width > 0) & (headers.height > 0)
        self.modes += np.bincount(headers.mode[is_image], minlength=len(Mode))
        width, height = headers.width[has_size], headers.height[has_size]
        ratio, is_square = width / np.maximum(height, 1), width == height
        self.squares += int(is_square.sum())
        self.numbers["width"].add(width)
        self.numbers["height"].add(height)
        self.numbers["aspect_ratio"].add(ratio)
        self.numbers["aspect_ratio_without_squares"].add(ratio[~is_square])
        self.numbers["pixels"].add(pixels[has_size])
        self.numbers["file_bytes"].add(cells.sizes[is_image])
        return headers

    def merge(self, other: ImageTally) -> None:
        """Adds all that another tally has counted."""
        self.rows += other.rows
        self.squares += other.squares
        self.formats += other.formats
        self.modes += other.modes
        for name, numbers in self.numbers.items():
            numbers.merge(other.numbers[name])
        for name, issue in self.issues.items():
            issue.merge(other.issues[name])

    def to_report(self, rows: int) -> dict[str, Any]:
        """The `images` of a report. rows: of the data set."""
        return {
            "computed_on": {"rows": int(self.formats.sum()), "of": rows},
            **{name: numbers.to_report() for name, numbers in self.numbers.items()},
            "squares": self.squares,
            "formats": _labelled(FORMAT_LABELS, self.formats),
            "modes": _labelled(MODE_LABELS, self.modes),
        }


def _labelled(labels: dict[Any, str], counts: Any) -> list[list[Any]]:
    pairs = [[label, int(counts[code])] for code, label in labels.items() if counts[code]]
    return sorted(pairs, key=lambda pair: -pair[1])
