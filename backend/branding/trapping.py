"""Trapping: areas reach a little under those painted over them, so that no ground shows between."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import pathops

from backend.branding.drawing import Drawing, Layer
from backend.branding.outlines import Outline, combined, within, without
from backend.branding.visible_areas import area_of, boxes_meet

TRAP_SHARE = 0.01
"""How far an area reaches under its neighbours, as a share of the drawing's shorter side: a pixel
where that is 100 px long."""

# Of the reaching area: what is less is the noise of computing with curves.
_NOTHING = 0.02
_AREA_TOLERANCE = 1e-4
# Stroked at a small scale the new edge has fewer points; nobody sees where it runs.
_COARSE = 0.1


# A mark is set in many lockups, and for a page again with every letter that is typed.
@lru_cache(maxsize=32)
def trapped(drawing: Drawing) -> Drawing:
    """A drawing that looks the same, in which areas that only touch overlap.

    Programs smooth the edge of each area by itself: where two touch, both cover a part of a pixel
    only, and what is behind shines through as a hairline. Only what is hidden is added, so no area
    is seen to grow; one whose extension cannot be computed stays as it is.
    """
    reach = TRAP_SHARE * min(drawing.width, drawing.height)
    boxes = [layer.outline.bounds for layer in drawing.layers]
    layers = []
    for i, layer in enumerate(drawing.layers):
        above = [
            other.outline
            for other, box in zip(drawing.layers[i + 1 :], boxes[i + 1 :], strict=True)
            if not other.outline.is_empty and boxes_meet(boxes[i], box, reach)
        ]
        layers.append(_extended(layer, above, reach) if above else layer)
    return replace(drawing, layers=tuple(layers))


def _extended(layer: Layer, above: list[Outline], reach: float) -> Layer:
    """The layer's area, and what of those above it is closer to it than the reach."""
    try:
        cover = combined(above)
        hidden = within(_around(layer.outline, reach), cover)
        new = without(hidden, layer.outline)
        if area_of(new) <= _NOTHING * area_of(hidden):
            return layer
        outline = combined([layer.outline, hidden])
        before = area_of(combined([layer.outline, cover]))
        after = area_of(combined([outline, cover]))
    except (ValueError, pathops.PathOpsError):
        return layer
    return replace(layer, outline=outline) if _is_same(before, after) else layer


def _around(outline: Outline, reach: float) -> Outline:
    """The area with about all that is closer to it than the reach."""
    band = outline.to_skia().transform(_COARSE, 0, 0, _COARSE, 0, 0)
    width = 2 * reach * _COARSE
    band.stroke(width, pathops.LineCap.BUTT_CAP, pathops.LineJoin.MITER_JOIN, 4)
    large = band.transform(1 / _COARSE, 0, 0, 1 / _COARSE, 0, 0)
    return combined([outline, Outline.from_skia(large)])


def _is_same(first: float, second: float) -> bool:
    return abs(first - second) <= _AREA_TOLERANCE * max(first, second)
