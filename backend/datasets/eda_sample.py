"""The decoded sample: which pictures cannot be decoded, their colours, near duplicates.

Decoding is a hundred times the work of reading a header, so it is done for an evenly spread sample
and the report says of how many rows.
"""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import numpy as np
import xxhash
from numpy.typing import NDArray
from PIL import Image

from backend.datasets.eda_colours import ColourCounts, are_black_and_white
from backend.datasets.eda_images import HUGE_PIXELS
from backend.datasets.eda_near import SIDE_PX, near_duplicates
from backend.datasets.eda_quality import Issue

SAMPLE_ROWS = 2_000
# Colours are looked at in a grid of so many points a side: real pixels, not blends of them.
_GRID_PX = 32
# Grids are counted so many at once: numpy costs more per call than per pixel.
_GRIDS_AT_ONCE = 64
# What Pillow's decoders raise for broken files.
_DECODE_ERRORS = (
    OSError, ValueError, SyntaxError, struct.error, EOFError, IndexError, KeyError, TypeError,
    OverflowError, ZeroDivisionError, AttributeError, NotImplementedError, MemoryError,
    Image.DecompressionBombError, Image.DecompressionBombWarning,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Look:
    """What is kept of one decoded picture, about 1 kB.

    Attributes:
        row: its number.
        digest: hash of its bytes.
        ratio: width / height.
        thumbnail: S x S x RGB, the whole picture averaged.
    """

    row: int
    digest: int
    ratio: float
    thumbnail: bytes


class SampleTally:
    """What one worker has decoded; tallies of several workers are merged at the end."""

    def __init__(self) -> None:
        self.tried = 0
        self.undecodable = Issue()
        self.looks: list[Look] = []
        self._grey = 0
        self._colours = ColourCounts()
        self._grids: list[bytes] = []

    def add(self, row: int, data: memoryview) -> None:
        """Decodes one picture."""
        self.tried += 1
        try:
            image = _decoded(data)
        except _DECODE_ERRORS:
            self.undecodable.add([row])
            return
        grid = image.resize((_GRID_PX, _GRID_PX), Image.Resampling.NEAREST)
        self._grids.append(grid.tobytes())
        thumbnail = image.resize((SIDE_PX, SIDE_PX), Image.Resampling.BOX, reducing_gap=2.0)
        ratio = image.width / image.height
        self.looks.append(Look(row, xxhash.xxh3_64_intdigest(data), ratio, thumbnail.tobytes()))
        if len(self._grids) >= _GRIDS_AT_ONCE:
            self._count_grids()

    def merge(self, other: SampleTally) -> None:
        """Adds all that another tally has decoded."""
        other._count_grids()
        self.tried += other.tried
        self.undecodable.merge(other.undecodable)
        self.looks += other.looks
        self._grey += other._grey
        self._colours.merge(other._colours)

    def to_reports(self, rows: int) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
        """The `colours` of a report and, of its `quality`, `undecodable` and `near_duplicates`."""
        self.looks.sort(key=lambda look: look.row)
        self._count_grids()
        decoded, grey = len(self.looks), self._grey
        computed_on = {"rows": decoded, "of": rows}
        colours = {
            "computed_on": computed_on,
            "black_and_white": grey,
            "colourful": decoded - grey,
            "half_width_percent": half_width_percent(grey, decoded, rows),
            "dominant": self._colours.dominant(),
        }
        undecodable = {
            "computed_on": {"rows": self.tried, "of": rows},
            **self.undecodable.to_report(),
        }
        # Equal files are counted as exact duplicates already.
        looks = list({look.digest: look for look in reversed(self.looks)}.values())[::-1]
        near = near_duplicates(
            [look.row for look in looks],
            np.frombuffer(b"".join(look.thumbnail for look in looks), np.uint8).reshape(
                -1, SIDE_PX, SIDE_PX, 3
            ),
            np.array([look.ratio for look in looks]),
        )
        return colours, undecodable, {"computed_on": computed_on, **near}

    def _count_grids(self) -> None:
        if self._grids:
            grids = np.frombuffer(b"".join(self._grids), np.uint8)
            grids = grids.reshape(-1, _GRID_PX, _GRID_PX, 3)
            self._grids.clear()
            self._grey += int(are_black_and_white(grids).sum())
            self._colours.add(grids)


def sampled_rows(rows: int, limit: int = SAMPLE_ROWS) -> NDArray[np.int64]:
    """Evenly spread row numbers, all of them when there are no more than the limit."""
    count = min(rows, limit)
    return (np.arange(count, dtype=np.int64) * rows + rows // 2) // max(1, count)


def half_width_percent(hits: int, tried: int, of: int) -> float | None:
    """Half the width of the 95 % interval of a share, in percent; None without a sample.

    Wilson's interval, narrowed by the finite population correction: a sample of everything is
    exact.
    """
    if not tried:
        return None
    left = max(0.0, (of - tried) / max(1, of - 1))
    share, z2 = hits / tried, 1.959964**2 * left
    spread = math.sqrt(z2 * (share * (1 - share) / tried + z2 / (4 * tried**2)))
    return round(100 * spread / (1 + z2 / tried), 3)


def _decoded(data: memoryview) -> Image.Image:
    """The picture as RGB, transparency over white."""
    image: Image.Image = Image.open(BytesIO(data))
    if image.width * image.height > HUGE_PIXELS:
        raise ValueError("too large")
    image.draft("RGB", (4 * _GRID_PX, 4 * _GRID_PX))
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        rgba = image.convert("RGBA")
        white = Image.new("RGBA", rgba.size, (255, 255, 255, 255))
        return Image.alpha_composite(white, rgba).convert("RGB")
    if image.mode.startswith("I") or image.mode == "F":
        # Pillow clips deeper grey at 255 instead of scaling it.
        deep = np.asarray(image, np.float64)
        return Image.fromarray(np.clip(deep / 257, 0, 255).astype(np.uint8)).convert("RGB")
    if image.mode == "RGB":
        # `convert` would copy it.
        image.load()
        return image
    return image.convert("RGB")
