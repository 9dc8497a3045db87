"""Colours as people with a colour vision deficiency see them."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

from backend.domain.brief import Colour
from backend.vector.colour import linear_from_srgb


class Deficiency(StrEnum):
    """Which of the three kinds of cones is missing: those for long, middle or short waves."""

    PROTANOPIA = "protanopia"
    DEUTERANOPIA = "deuteranopia"
    TRITANOPIA = "tritanopia"


# Machado, Oliveira, Fernandes, "A Physiologically-based Model for Simulation of Color Vision
# Deficiency", IEEE TVCG 15(6), 2009: the matrices of severity 1.0, for linear RGB.
MATRICES: Mapping[Deficiency, NDArray[np.float64]] = {
    Deficiency.PROTANOPIA: np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    Deficiency.DEUTERANOPIA: np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    Deficiency.TRITANOPIA: np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}


def seen_with(deficiency: Deficiency, rgb: ArrayLike) -> NDArray[np.float64]:
    """Colours (sRGB) as they look to someone who lacks one kind of cones.

    Args:
        rgb: (..., 3) in 0..255.

    Returns:
        (..., 3) in 0..255, not rounded; what no screen shows is clipped.
    """
    linear = linear_from_srgb(rgb) @ MATRICES[deficiency].T
    value = np.clip(linear, 0, 1)
    return 255 * np.where(value <= 0.0031308, 12.92 * value, 1.055 * value ** (1 / 2.4) - 0.055)


def colour_seen_with(deficiency: Deficiency, colour: Colour) -> Colour:
    """The same for one colour, rounded."""
    red, green, blue = (round(float(value)) for value in seen_with(deficiency, colour.rgb))
    return Colour(red, green, blue)
