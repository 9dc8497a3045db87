"""How well drawings are told from surfaces: what is seen along their rims."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from backend.branding.drawing import Drawing
from backend.branding.rasters import render_drawing
from backend.domain.brief import Colour
from backend.vector.colour import linear_from_srgb

_LOOK_PX = 240


@dataclass(frozen=True)
class Rim:
    """What of a drawing is seen beside its surface.

    What other colours enclose, such as the white of an eye, is not.

    Attributes:
        luminances: (N,) relative luminances of its pixels, 0..1, at least one.
    """

    luminances: NDArray[np.float64]

    @classmethod
    def of(cls, drawing: Drawing) -> Rim:
        """Looks at a drawing in the size of a small picture."""
        pixels = np.asarray(render_drawing(drawing, width_px=_LOOK_PX))
        solid = np.pad(pixels[..., 3] > 110, 1)
        inside = solid[:-2, 1:-1] & solid[2:, 1:-1] & solid[1:-1, :-2] & solid[1:-1, 2:]
        rim = pixels[solid[1:-1, 1:-1] & ~inside][:, :3]
        return cls(_luminance(rim) if len(rim) else np.ones(1))

    def contrasts(self, surface: Colour) -> NDArray[np.float64]:
        """(N,) WCAG 2.2 contrast ratios to a surface."""
        other = float(_luminance(np.array(surface.rgb)))
        light, dark = np.maximum(self.luminances, other), np.minimum(self.luminances, other)
        return np.asarray((light + 0.05) / (dark + 0.05))


def _luminance(rgb: NDArray[np.generic]) -> NDArray[np.float64]:
    return np.asarray(linear_from_srgb(rgb) @ np.array([0.2126, 0.7152, 0.0722]))
