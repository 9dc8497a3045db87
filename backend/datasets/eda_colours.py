"""Dominant colours and black-and-white by content."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from backend.domain.brief import Colour
from backend.vector.colour import lab_from_srgb
from backend.vector.colour_names import caption_name

MAX_COLOURS = 16
_MIN_SHARE = 0.001
# Two clusters nearer than this in CIELAB (CIE76) are one colour to most eyes.
_MERGE_DISTANCE = 14.0
_ROUNDS = 25
# A pixel is coloured when its channels differ by more than JPEG's noise on grey edges makes them.
_COLOURED_SPREAD = 24
_COLOURED_SHARE = 0.01


def are_black_and_white(pictures: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Which pictures have a hue in at most 1 % of their pixels. pictures: (N, H, W, 3) uint8."""
    red, green, blue = (pictures[..., channel] for channel in range(3))
    spread = np.maximum(np.maximum(red, green), blue) - np.minimum(np.minimum(red, green), blue)
    return np.asarray((spread > _COLOURED_SPREAD).mean(axis=(1, 2)) <= _COLOURED_SHARE)


class ColourCounts:
    """A histogram of colours in 32 x 32 x 32 boxes, which are clustered in CIELAB at the end."""

    def __init__(self) -> None:
        # Of each box: its pixels, and the sums of their red, green and blue.
        self._boxes = np.zeros((4, 32**3))

    def add(self, pixels: NDArray[np.uint8]) -> None:
        """Counts pixels, (..., 3) uint8."""
        flat = pixels.reshape(-1, 3)
        wide = flat.astype(np.int32) >> 3
        places = (wide[:, 0] << 10) | (wide[:, 1] << 5) | wide[:, 2]
        size = self._boxes.shape[1]
        self._boxes[0] += np.bincount(places, minlength=size)
        for channel in range(3):
            self._boxes[channel + 1] += np.bincount(places, flat[:, channel], minlength=size)

    def merge(self, other: ColourCounts) -> None:
        """Adds all that another one has counted."""
        self._boxes += other._boxes

    def dominant(self) -> list[dict[str, Any]]:
        """At most 16 colours, largest share of the pixels first.

        Each is the commonest box of its cluster, not the cluster's mean, which no picture shows.
        """
        return _clustered(self._boxes.T)


def _clustered(boxes: NDArray[np.float64]) -> list[dict[str, Any]]:
    boxes = boxes[boxes[:, 0] > 0]
    if not len(boxes):
        return []
    weights = boxes[:, 0].astype(np.float64)
    rgb = boxes[:, 1:] / boxes[:, :1]
    lab = lab_from_srgb(rgb)
    labels = _merged(lab, weights, _k_means(lab, weights))
    colours = []
    for label in np.unique(labels):
        members = np.flatnonzero(labels == label)
        red, green, blue = np.round(rgb[members[np.argmax(weights[members])]]).astype(int).tolist()
        colour = Colour(red, green, blue)
        share = float(weights[members].sum() / weights.sum())
        if share >= _MIN_SHARE:
            colours.append(
                {"hex": colour.hex, "name": caption_name(colour), "share": round(share, 5)}
            )
    return sorted(colours, key=lambda found: -float(str(found["share"])))


def _k_means(lab: NDArray[np.float64], weights: NDArray[np.float64]) -> NDArray[np.int64]:
    """Lloyd's rounds from seeds that are chosen without chance: heavy and far from the others."""
    seeds = [int(np.argmax(weights))]
    nearest = np.full(len(lab), np.inf)
    while len(seeds) < min(MAX_COLOURS, len(lab)):
        nearest = np.minimum(nearest, ((lab - lab[seeds[-1]]) ** 2).sum(axis=1))
        seeds.append(int(np.argmax(nearest * np.sqrt(weights))))
    centres = lab[seeds]
    labels = np.zeros(len(lab), np.int64)
    for _ in range(_ROUNDS):
        labels = np.argmin(((lab[:, None] - centres[None]) ** 2).sum(axis=2), axis=1)
        moved = _centres(lab, weights, labels, centres)
        if np.allclose(moved, centres, atol=0.05):
            break
        centres = moved
    return labels


def _centres(
    lab: NDArray[np.float64],
    weights: NDArray[np.float64],
    labels: NDArray[np.int64],
    old: NDArray[np.float64],
) -> NDArray[np.float64]:
    mass = np.bincount(labels, weights=weights, minlength=len(old))
    sums = [np.bincount(labels, weights=weights * lab[:, i], minlength=len(old)) for i in range(3)]
    means = np.stack(sums, axis=1) / np.maximum(mass, 1e-9)[:, None]
    return np.where(mass[:, None] > 0, means, old)


def _merged(
    lab: NDArray[np.float64], weights: NDArray[np.float64], labels: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Joins the two nearest clusters until all are apart."""
    while True:
        used, labels = np.unique(labels, return_inverse=True)
        if len(used) < 2:
            return labels
        centres = _centres(lab, weights, labels, np.zeros((len(used), 3)))
        apart = np.sqrt(((centres[:, None] - centres[None]) ** 2).sum(axis=2))
        np.fill_diagonal(apart, np.inf)
        first, second = np.unravel_index(np.argmin(apart), apart.shape)
        if apart[first, second] >= _MERGE_DISTANCE:
            return labels
        labels = np.where(labels == second, first, labels)
