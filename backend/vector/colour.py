"""Colour arithmetic on arrays: sRGB to CIELAB, CIEDE2000, WCAG contrast."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from backend.domain.brief import Colour

Array = NDArray[np.float64]

# IEC 61966-2-1, linear sRGB to XYZ under D65.
_SRGB_TO_XYZ = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)
_WHITE_D65 = np.array([0.95047, 1.0, 1.08883])


def linear_from_srgb(rgb: ArrayLike) -> Array:
    """Undoes the sRGB transfer curve. rgb: (..., 3) in 0..255; returns (..., 3) in 0..1."""
    value = np.asarray(rgb, dtype=np.float64) / 255.0
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


def lab_from_srgb(rgb: ArrayLike) -> Array:
    """CIELAB (D65) of sRGB colours. rgb: (..., 3) in 0..255; returns (..., 3) as L*, a*, b*."""
    xyz = linear_from_srgb(rgb) @ _SRGB_TO_XYZ.T / _WHITE_D65
    epsilon, kappa = 216 / 24389, 24389 / 27
    f = np.where(xyz > epsilon, np.cbrt(xyz), (kappa * xyz + 16) / 116)
    return np.stack(
        [116 * f[..., 1] - 16, 500 * (f[..., 0] - f[..., 1]), 200 * (f[..., 1] - f[..., 2])],
        axis=-1,
    )


def delta_e_2000(lab_1: ArrayLike, lab_2: ArrayLike) -> Array:
    """The CIEDE2000 colour difference.

    Formula: Sharma, Wu, Dalal, "The CIEDE2000 Color-Difference Formula", 2005, equations 2-22.

    Args:
        lab_1: CIELAB colours, (..., 3).
        lab_2: as many, or a shape that broadcasts.

    Returns:
        (...,) differences; about 1 is just noticeable.
    """
    l1, a1, b1 = np.moveaxis(np.asarray(lab_1, dtype=np.float64), -1, 0)
    l2, a2, b2 = np.moveaxis(np.asarray(lab_2, dtype=np.float64), -1, 0)
    c_mean = (np.hypot(a1, b1) + np.hypot(a2, b2)) / 2
    g = 0.5 * (1 - np.sqrt(c_mean**7 / (c_mean**7 + 25.0**7)))
    a1p, a2p = (1 + g) * a1, (1 + g) * a2
    c1p, c2p = np.hypot(a1p, b1), np.hypot(a2p, b2)
    h1p = np.degrees(np.arctan2(b1, a1p)) % 360
    h2p = np.degrees(np.arctan2(b2, a2p)) % 360

    grey = c1p * c2p == 0
    hue_step = (h2p - h1p + 180) % 360 - 180
    # Equation 10 takes +180 for exactly opposite hues; the sine below only sees the sign.
    delta_h = np.where(grey, 0.0, 2 * np.sqrt(c1p * c2p) * np.sin(np.radians(hue_step) / 2))
    hue_sum = h1p + h2p
    hue_mean = np.where(
        np.abs(h1p - h2p) > 180, (hue_sum + np.where(hue_sum < 360, 360, -360)) / 2, hue_sum / 2
    )
    hue_mean = np.where(grey, hue_sum, hue_mean)

    l_mean, cp_mean = (l1 + l2) / 2, (c1p + c2p) / 2
    t = (
        1
        - 0.17 * np.cos(np.radians(hue_mean - 30))
        + 0.24 * np.cos(np.radians(2 * hue_mean))
        + 0.32 * np.cos(np.radians(3 * hue_mean + 6))
        - 0.20 * np.cos(np.radians(4 * hue_mean - 63))
    )
    s_l = 1 + 0.015 * (l_mean - 50) ** 2 / np.sqrt(20 + (l_mean - 50) ** 2)
    s_c = 1 + 0.045 * cp_mean
    s_h = 1 + 0.015 * cp_mean * t
    rotation = (
        -2
        * np.sqrt(cp_mean**7 / (cp_mean**7 + 25.0**7))
        * np.sin(np.radians(60 * np.exp(-(((hue_mean - 275) / 25) ** 2))))
    )
    light, chroma, hue = (l2 - l1) / s_l, (c2p - c1p) / s_c, delta_h / s_h
    return np.asarray(
        np.sqrt(np.maximum(light**2 + chroma**2 + hue**2 + rotation * chroma * hue, 0))
    )


def colour_difference(first: Colour, second: Colour) -> float:
    """CIEDE2000 between two colours."""
    return float(delta_e_2000(lab_from_srgb(first.rgb), lab_from_srgb(second.rgb)))


def contrast_ratio(first: Colour, second: Colour) -> float:
    """The WCAG 2.2 contrast ratio, 1..21."""
    weights = np.array([0.2126, 0.7152, 0.0722])
    bright, dark = sorted(
        (float(linear_from_srgb(c.rgb) @ weights) for c in (first, second)), reverse=True
    )
    return (bright + 0.05) / (dark + 0.05)
