"""What the eye sees of a mark: how heavy it is, where its middle lies, how far it reaches."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from backend.branding.drawing import Drawing
from backend.branding.rasters import render_drawing

_LONGER_SIDE_PX = 96


@dataclass(frozen=True, slots=True)
class Optics:
    """Measures of a drawing, as shares of its box.

    Attributes:
        coverage: share of the box that is inked, 0..1.
        centre: where the ink's centre of mass lies, x and y, 0..1 each.
        reach: distance from the box's middle to the farthest ink, in the drawing's units.
    """

    coverage: float
    centre: tuple[float, float]
    reach: float


def optics(drawing: Drawing) -> Optics:
    """Looks at a drawing in small."""
    side = max(drawing.width, drawing.height)
    width_px = max(1, round(_LONGER_SIDE_PX * drawing.width / side))
    alpha = np.asarray(render_drawing(drawing, width_px=width_px).getchannel("A"), dtype=float)
    total = alpha.sum()
    if total == 0:
        return Optics(0.0, (0.5, 0.5), side / 2)
    rows, columns = np.indices(alpha.shape) + 0.5
    height_px = alpha.shape[0]
    across = (columns - width_px / 2) * drawing.width / width_px
    down = (rows - height_px / 2) * drawing.height / height_px
    return Optics(
        coverage=float(total / 255 / alpha.size),
        centre=(
            float((columns * alpha).sum() / total / width_px),
            float((rows * alpha).sum() / total / height_px),
        ),
        reach=float(np.hypot(across, down)[alpha > 32].max(initial=0.0)),
    )
