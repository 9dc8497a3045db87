"""Matting: what of a picture is its ground, and a cut-out that keeps the shades."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from backend.branding.locking import lab_of, speck_px
from backend.branding.regions import Mask, box_sum, grown, regions_of
from backend.domain.brief import Colour
from backend.vector.colour import lab_from_srgb

Pixels = NDArray[np.uint8]
Field = NDArray[np.float32]

_LEAST_REACH, _MOST_REACH = 7.0, 20.0
"""CIELAB distances within which pixels are ground at tolerance 0.5: above noise, below pale ink."""
_CARRIED_PX = 3
"""How far blur carries the ground's colour into the ink."""
_UNEVEN = 6.0
"""CIELAB distance, over the whole ground, from which it no longer looks evenly painted."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What a picture's ink stands on.

    Attributes:
        mask: (H, W) pixels that belong to it, areas that ink encloses included.
        colours: (H, W, 3) RGB of the ground everywhere, under the ink too.
        colour: what most of it wears.
        unevenness: CIELAB distance that its colour spans.
        at_border: share of the picture's edge that belongs to it, 0..1.
    """

    mask: Mask
    colours: Field
    colour: Colour
    unevenness: float
    at_border: float

    @property
    def is_even(self) -> bool:
        """Whether it looks like one flat colour that surrounds the ink."""
        return self.unevenness <= _UNEVEN and self.at_border > 0.6


def find_ground(pixels: Pixels, palette: tuple[Colour, ...], tolerance: float) -> Ground:
    """The ground of a picture: flooded from its edge, and what is enclosed in the same colour.

    The ground's colour may drift over the picture: it is fitted by a quadratic surface in CIELAB,
    first to the edge and then to all that was flooded.

    Args:
        pixels: (H, W, 3) uint8.
        palette: colours it was made with, the ground first; or none.
        tolerance: 0..1, see `MarkOptions`.
    """
    lab = lab_of(pixels)
    usual = _usual_border(lab)
    negative = _is_negative(lab, usual, palette)
    seed = _near(lab, lab_from_srgb(palette[0].rgb), 14) if negative else _border(lab, usual)
    surface = _surface(lab, seed)
    reach = _reach(usual if not negative else lab[seed].mean(axis=0), palette, tolerance)
    for _ in range(2):
        mask = np.square(lab - surface).sum(axis=2) < reach**2
        if not negative:
            mask = _kept(mask, pixels.shape)
        if mask.sum() < 16:
            mask = seed
        surface = _surface(lab, mask)
    mask = _kept(np.square(lab - surface).sum(axis=2) < reach**2, pixels.shape)
    if mask.sum() < 16:
        mask = seed
    own = surface[mask]
    spread = np.percentile(own, 97, axis=0) - np.percentile(own, 3, axis=0)
    mean = pixels[mask].astype(np.float32)
    red, green, blue = (int(value) for value in np.round(np.median(mean, axis=0)))
    edge = np.concatenate([mask[0], mask[-1], mask[:, 0], mask[:, -1]])
    return Ground(
        mask,
        _rgb_surface(pixels, mask),
        Colour(red, green, blue),
        float(np.linalg.norm(spread)),
        1.0 if negative else float(edge.mean()),
    )


def matted(pixels: Pixels, alpha: Field, ground: Ground) -> Image.Image:
    """RGBA with the picture's own shades: edges un-mixed from the ground.

    pixel = a * ink + (1 - a) * ground. Near an edge the ink is what lies further inside: blur has
    carried the ground's colour beyond the edge itself. Lines too thin for that are solved for it.

    Args:
        pixels: (H, W, 3) uint8.
        alpha: (H, W) in 0..1.
        ground: what the ink stands on.
    """
    values = pixels.astype(np.float32)
    edge = grown(alpha < 0.99, _CARRIED_PX)
    inside = (~edge).astype(np.float32)
    weight = box_sum(inside, _CARRIED_PX + 4)
    ink = np.moveaxis(box_sum(np.moveaxis(values, -1, 0) * inside, _CARRIED_PX + 4), 0, -1)
    ink /= np.maximum(weight, 1)[..., None]
    own = (values - (1 - alpha[..., None]) * ground.colours) / np.maximum(alpha, 0.2)[..., None]
    near = np.where((weight > 0.5)[..., None], ink, own)
    rgba = np.empty((*pixels.shape[:2], 4), np.uint8)
    rgba[..., :3] = np.clip(np.round(np.where(edge[..., None], near, values)), 0, 255)
    rgba[..., 3] = np.round(alpha * 255)
    return Image.fromarray(rgba, "RGBA")


def _usual_border(lab: Field) -> NDArray[np.float32]:
    """The commonest colour of the edge: the median of those near the densest spot."""
    edge = np.concatenate([lab[:2], lab[-2:]], axis=None).reshape(-1, 3)
    edge = np.concatenate([edge, lab[:, :2].reshape(-1, 3), lab[:, -2:].reshape(-1, 3)])
    sample = edge[:: max(1, len(edge) // 400)]
    distance = np.square(sample[:, None] - sample).sum(axis=2)
    densest = sample[int(np.argmax((distance < 64).sum(axis=1)))]
    near = edge[np.square(edge - densest).sum(axis=1) < 144]
    return np.asarray(np.median(near, axis=0), np.float32)


def _border(lab: Field, usual: NDArray[np.float32]) -> Mask:
    """Pixels at the edge that are not far from its commonest colour."""
    frame = np.zeros(lab.shape[:2], np.bool_)
    frame[:3], frame[-3:], frame[:, :3], frame[:, -3:] = True, True, True, True
    near = frame & _near(lab, usual, 30)
    return near if near.any() else frame


def _near(lab: Field, colour: NDArray[np.floating], reach: float) -> Mask:
    return np.asarray(np.square(lab - colour.astype(np.float32)).sum(axis=2) < reach**2)


def _is_negative(lab: Field, usual: NDArray[np.float32], palette: tuple[Colour, ...]) -> bool:
    """Whether an ink fills the picture to its edge, and the ground is what is cut out of it."""
    if len(palette) < 2:
        return False
    colours = lab_from_srgb([colour.rgb for colour in palette])
    distance = np.linalg.norm(colours - usual, axis=1)
    if distance.argmin() == 0 or distance.min() > 18:
        return False
    return bool(_near(lab, colours[0], 14).mean() > 0.02)


def _reach(usual: NDArray[np.floating], palette: tuple[Colour, ...], tolerance: float) -> float:
    inks = [np.linalg.norm(lab_from_srgb(colour.rgb) - usual) for colour in palette[1:]]
    middle = 0.4 * float(min(inks, default=50))
    return max(1.0, float(np.clip(middle, _LEAST_REACH, _MOST_REACH)) * 2 * tolerance)


def _kept(mask: Mask, shape: tuple[int, ...]) -> Mask:
    """Without specks, and with those of the ink filled."""
    regions = regions_of(mask.astype(np.int32))
    small = (regions.areas < speck_px(shape))[regions.ids]
    return np.where(small, ~mask, mask)


def _terms(height: int, width: int) -> NDArray[np.float32]:
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j].astype(np.float32)
    return np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], axis=-1)


def _surface(values: Field, mask: Mask) -> Field:
    """A quadratic surface through the masked values; outliers are dropped once."""
    terms = _terms(*mask.shape)
    rows, columns = np.nonzero(mask)
    step = max(1, len(rows) // 4000)
    a = terms[rows[::step], columns[::step]].astype(np.float64)
    b = values[rows[::step], columns[::step]].astype(np.float64)
    # A small ridge keeps the surface level where the mask says nothing.
    ridge = np.diag([0, 1, 1, 1, 1, 1]) * 1e-3 * len(a)
    fit = np.linalg.solve(a.T @ a + ridge + 1e-9 * np.eye(6), a.T @ b)
    miss = np.linalg.norm(a @ fit - b, axis=1)
    good = miss <= max(4.0, 2.5 * float(np.median(miss)))
    if good.sum() > 12:
        a, b = a[good], b[good]
        fit = np.linalg.solve(a.T @ a + ridge + 1e-9 * np.eye(6), a.T @ b)
    return np.asarray(terms @ fit.astype(np.float32), np.float32)


def _rgb_surface(pixels: Pixels, mask: Mask) -> Field:
    return np.clip(_surface(pixels.astype(np.float32), mask), 0, 255)
