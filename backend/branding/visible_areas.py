"""What of a drawing is seen: connected areas of one colour, and which of them touch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO

import numpy as np
import pathops
import resvg_py
from PIL import Image

from backend.branding.drawing import Drawing, Layer, drawing_to_svg
from backend.branding.outlines import Box, Outline, combined, without
from backend.domain.brief import Colour

# Contacts are looked for at this size: what is closer than a pixel of it touches.
_MAP_PX = 384


@dataclass(frozen=True, slots=True)
class Region:
    """A connected area that is seen in one colour.

    Attributes:
        area: in square units of the drawing.
    """

    outline: Outline
    fill: Colour
    area: float


def visible_regions(drawing: Drawing) -> tuple[Region, ...]:
    """The connected areas of a drawing, none of which overlaps another."""
    layers = [layer for layer in drawing.layers if not layer.outline.is_empty]
    boxes = [layer.outline.bounds for layer in layers]
    seen: dict[Colour, list[Outline]] = {}
    for i, layer in enumerate(layers):
        above = [
            layers[j].outline
            for j in range(i + 1, len(layers))
            if layers[j].fill != layer.fill and boxes_meet(boxes[i], boxes[j])
        ]
        left = without(layer.outline, combined(above)) if above else layer.outline
        seen.setdefault(layer.fill, []).append(left)
    return tuple(
        Region(outline, fill, area_of(outline))
        for fill, outlines in seen.items()
        for outline in _connected(combined(outlines))
    )


def contacts(drawing: Drawing, regions: tuple[Region, ...]) -> Mapping[tuple[int, int], int]:
    """How long the common edges are, in pixels of a map of _MAP_PX.

    Returns:
        By pairs (i, j), i < j, of places in `regions` counted from 1; 0 is what is outside.
    """
    numbered = tuple(
        Layer(region.outline, Colour(*(n + 1).to_bytes(3, "big")))
        for n, region in enumerate(regions)
    )
    scale = _MAP_PX / max(drawing.width, drawing.height)
    png = resvg_py.svg_to_bytes(
        svg_string=drawing_to_svg(Drawing(drawing.width, drawing.height, numbered)),
        width=max(1, round(drawing.width * scale)),
        height=max(1, round(drawing.height * scale)),
        shape_rendering="crisp_edges",
    )
    pixels = np.asarray(Image.open(BytesIO(bytes(png))).convert("RGBA"), np.int64)
    labels = (pixels[..., 0] << 16) + (pixels[..., 1] << 8) + pixels[..., 2]
    labels = np.pad(labels, 1)
    pairs = np.concatenate(
        [
            np.stack([first[first != second], second[first != second]], axis=1)
            for first, second in (
                (labels[:, :-1], labels[:, 1:]),
                (labels[:-1], labels[1:]),
            )
        ]
    )
    pairs.sort(axis=1)
    kinds, counts = np.unique(pairs, axis=0, return_counts=True)
    return {(int(i), int(j)): int(count) for (i, j), count in zip(kinds, counts, strict=True)}


def area_of(outline: Outline) -> float:
    """Of an outline whose contours do not overlap, holes taken off, in square units."""
    return abs(float(outline.to_skia().area))


def boxes_meet(first: Box, second: Box, reach: float = 0.0) -> bool:
    """Whether boxes overlap, or are closer than the reach."""
    return (
        first[0] < second[2] + reach
        and second[0] < first[2] + reach
        and first[1] < second[3] + reach
        and second[1] < first[3] + reach
    )


def _connected(outline: Outline) -> list[Outline]:
    """Each outer contour with its own holes."""
    contours = sorted(outline.to_skia().contours, key=lambda contour: -contour.area)
    if not contours:
        return []
    # The largest contour is no hole; outer contours all turn as it does.
    turn = contours[0].clockwise
    outer = [contour for contour in contours if contour.clockwise == turn]
    parts: list[list[pathops.Path]] = [[contour] for contour in outer]
    for hole in contours:
        if hole.clockwise != turn:
            parts[_owner(hole, outer)].append(hole)
    return [
        Outline(tuple(step for contour in part for step in Outline.from_skia(contour).segments))
        for part in parts
    ]


def _owner(hole: pathops.Path, outer: Sequence[pathops.Path]) -> int:
    """The place of the smallest outer contour around a hole; they come by size, largest first."""
    for i in range(len(outer) - 1, -1, -1):
        if outer[i].area > hole.area and outer[i].contains(hole.firstPoints[0]):
            return i
    return 0
