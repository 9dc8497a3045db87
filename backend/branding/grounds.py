"""Marks on grounds that they were not drawn for."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from PIL import Image, ImageDraw

from backend.branding.drawing import Drawing
from backend.branding.marks import Mark
from backend.branding.rasters import render_drawing
from backend.domain.branding import Finding, Verdict
from backend.domain.brief import Colour
from backend.vector.colour import contrast_ratio

_LOOK_PX = 160
# WCAG 2.2, success criterion 1.4.11, asks 3 of graphics; below 1.6 an edge is hardly seen.
_SEEN, _CLEAR = 1.6, 3.0
# How much of an ink may be lost before the mark is another one, as a share of that ink.
_LOSS = 0.15


def suited(mark: Mark, ground: Colour) -> Mark:
    """The mark with an ink that drowns on a ground exchanged for the ground it was drawn on.

    A white bird on a blue ground becomes a blue bird on white. An ink that others enclose, such as
    the white of an eye, is seen on any ground and stays. Marks of pixels stay as they are.

    Args:
        mark: as it is worn.
        ground: what it shall stand on.
    """
    worn = mark.worn or mark.palette
    if not worn or not mark.drawing.is_vector:
        return mark
    own = worn[0]
    if own in mark.drawing.fills or contrast_ratio(own, ground) < _CLEAR:
        return mark
    drowned = [ink for ink in mark.drawing.fills if _drowns(mark.drawing, ink, ground)]
    if len(drowned) != 1:
        return mark
    (ink,) = drowned
    exchange = {ink: own, own: ink}
    text = f"{ink.hex} is not seen on {ground.hex}: the mark wears {own.hex} there instead."
    figures = {"ink": ink.hex, "ground": ground.hex, "instead": own.hex}
    return replace(
        mark,
        drawing=mark.drawing.painted(lambda fill: exchange.get(fill, fill)),
        worn=tuple(exchange.get(colour, colour) for colour in worn),
        findings=(*mark.findings, Finding("ink-exchanged", Verdict.NOTE, text, figures=figures)),
    )


def _drowns(drawing: Drawing, ink: Colour, ground: Colour) -> bool:
    """Whether much of an ink has neither contrast to a ground nor another ink around it."""
    if contrast_ratio(ink, ground) >= _SEEN:
        return False
    layers = {
        is_it: tuple(layer for layer in drawing.layers if (layer.fill == ink) is is_it)
        for is_it in (True, False)
    }
    its, others = (_covered(replace(drawing, layers=layers[is_it])) for is_it in (True, False))
    # Pillow does not paint into pictures that share an array's memory.
    open_air = Image.fromarray(np.where(others, 0, 255).astype(np.uint8)).copy()
    ImageDraw.floodfill(open_air, (0, 0), 128)
    lost = its & (np.asarray(open_air) == 128)
    return float(lost.sum()) > _LOSS * max(float(its.sum()), 1.0)


def _covered(drawing: Drawing) -> np.ndarray[tuple[int, int], np.dtype[np.bool_]]:
    """Where a drawing has ink, with a rim of nothing around it: (H, W) bool."""
    alpha = render_drawing(drawing.with_margin(drawing.width / 20), width_px=_LOOK_PX)
    return np.asarray(alpha.getchannel("A")) > 127
