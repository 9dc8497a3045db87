"""Main colours of a picture: a palette for those who have a photo or a logo already."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from backend.domain.brief import Colour
from backend.vector.colour import delta_e_2000, lab_from_srgb

_SIDE_PX = 160
_CROWD = 240
"""Cells of colour that are compared with each other; the rest of any picture is next to nothing."""
_ALIKE = 11.0
"""CIEDE2000 below which two colours would not be worth two places of a palette."""
_LEAST_SHARE = 0.004
_ACCENT = 4.0
"""How much more a lone accent counts than so many pixels of a shade that others are near."""


def main_colours(image: Image.Image, count: int) -> tuple[tuple[Colour, float], ...]:
    """The colours that people would name, with their shares of the area.

    Pixels of equal colour are counted, edges left out; colours are taken by how much of the
    picture they cover and how far they stand from those already taken, then gather what is
    nearest to them (CIEDE2000).

    Args:
        image: any mode; transparent parts do not count.
        count: how many at most, 1 or more.

    Returns:
        At most `count`, fewer where the picture has fewer; the ground, which is what most of the
        edge wears, first, then by share. The shares sum to 1. A picture with nothing in it gives
        white.
    """
    small = image.convert("RGBA")
    small.thumbnail((_SIDE_PX, _SIDE_PX), Image.Resampling.BOX)
    pixels = np.asarray(small)
    solid = pixels[..., 3] > 127
    if not solid.any():
        return ((Colour(255, 255, 255), 1.0),)
    levels, weights = _counted(pixels, solid)
    lab = lab_from_srgb(levels)
    chosen = _chosen(lab, weights, count)
    nearest, shares = _gathered(lab, weights, chosen)
    if (shares < _LEAST_SHARE).any():
        chosen = [k for k, share in zip(chosen, shares, strict=True) if share >= _LEAST_SHARE]
        nearest, shares = _gathered(lab, weights, chosen)
    colours = [_typical(levels, weights, nearest == k) for k in range(len(chosen))]
    ground = _ground_of(pixels, solid, colours)
    order = sorted(range(len(colours)), key=lambda k: (k != ground, -shares[k]))
    return tuple((colours[k], float(shares[k])) for k in order)


def _counted(
    pixels: NDArray[np.uint8], solid: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Mean colours of the cells of a coarse grid, and how much each weighs."""
    rgb = pixels[..., :3].astype(np.int64)
    gap = np.zeros(solid.shape)
    gap[:, 1:] += np.abs(np.diff(rgb, axis=1)).sum(axis=2)
    gap[1:] += np.abs(np.diff(rgb, axis=0)).sum(axis=2)
    # Pixels on an edge are mixtures that nobody painted; they count little.
    weight = np.where(solid, 1 / (1 + (gap / 24) ** 2), 0)
    cell = (rgb[..., 0] >> 3 << 10) | (rgb[..., 1] >> 3 << 5) | (rgb[..., 2] >> 3)
    total = np.asarray(np.bincount(cell.ravel(), weight.ravel(), 1 << 15), np.float64)
    used = np.flatnonzero(total > 0)
    means = [
        np.bincount(cell.ravel(), (weight * rgb[..., c]).ravel(), 1 << 15)[used] / total[used]
        for c in range(3)
    ]
    return np.stack(means, axis=1), total[used]


def _chosen(lab: NDArray[np.float64], weights: NDArray[np.float64], count: int) -> list[int]:
    """Places of the colours that are taken, one after another."""
    keep = np.argsort(-weights)[:_CROWD]
    near = delta_e_2000(lab[keep][:, None], lab[keep][None])
    # A shade with many like it is one colour: its neighbours' weight counts for it.
    crowd = (weights[keep] * np.exp(-((near / 8) ** 2))).sum(axis=1)
    # In a photograph no single shade covers much.
    least = min(_LEAST_SHARE * float(weights.sum()), 0.1 * float(crowd.max()))
    taken = [int(np.argmax(crowd))]
    while len(taken) < count:
        apart = near[:, taken].min(axis=1)
        fit = np.where((apart > _ALIKE) & (crowd > least), crowd * (1 + _ACCENT * apart / 50), 0)
        best = int(np.argmax(fit))
        if fit[best] <= 0:
            break
        taken.append(best)
    return [int(keep[k]) for k in taken]


def _gathered(
    lab: NDArray[np.float64], weights: NDArray[np.float64], chosen: list[int]
) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """Which chosen colour each is nearest to, and their shares."""
    nearest = np.argmin(delta_e_2000(lab[:, None], lab[chosen][None]), axis=1)
    shares = np.bincount(nearest, weights, len(chosen))
    return nearest, np.asarray(shares / shares.sum())


def _typical(
    levels: NDArray[np.float64], weights: NDArray[np.float64], own: NDArray[np.bool_]
) -> Colour:
    """The commonest shade of a colour, averaged with what is hardly different from it."""
    heart = levels[own][int(np.argmax(weights[own]))]
    close = own & (np.abs(levels - heart).max(axis=1) <= 12)
    mean = (weights[close] @ levels[close]) / weights[close].sum()
    red, green, blue = (int(value) for value in np.round(mean))
    return Colour(red, green, blue)


def _ground_of(pixels: NDArray[np.uint8], solid: NDArray[np.bool_], colours: list[Colour]) -> int:
    frame = np.zeros(solid.shape, np.bool_)
    frame[0], frame[-1], frame[:, 0], frame[:, -1] = True, True, True, True
    edge = pixels[frame & solid][:, :3]
    if not len(edge):
        edge = pixels[solid][:, :3]
    lab = lab_from_srgb(edge)
    inks = lab_from_srgb([colour.rgb for colour in colours])
    nearest = np.argmin(delta_e_2000(lab[:, None], inks[None]), axis=1)
    return int(np.bincount(nearest, minlength=len(colours)).argmax())
