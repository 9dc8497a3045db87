"""Dominant colours and black-and-white by content."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from backend.domain.brief import Colour
from backend.vector.colour import lab_from_srgb
from backend.vector.colour_names import everyday_name

MAX_COLOURS = 16
_BOXES = 32**3
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
        self._boxes = np.zeros((4, _BOXES))
        # The colour of each box that most pixels have exactly, by majority vote.
        self._exact = np.zeros(_BOXES, np.int32)
        self._votes = np.zeros(_BOXES, np.int64)

    def add(self, pixels: NDArray[np.uint8]) -> None:
        """Counts pixels, (..., 3) uint8."""
        wide = pixels.reshape(-1, 3).astype(np.int32)
        packed = (wide[:, 0] << 16) | (wide[:, 1] << 8) | wide[:, 2]
        colours, counts = np.unique(packed, return_counts=True)
        channels = colours >> 16, colours >> 8 & 255, colours & 255
        boxes = (channels[0] >> 3 << 10) | (channels[1] >> 3 << 5) | channels[2] >> 3
        self._boxes[0] += np.bincount(boxes, counts, _BOXES)
        for place, channel in enumerate(channels):
            self._boxes[place + 1] += np.bincount(boxes, counts * channel, _BOXES)
        # Ascending counts, so the last colour written to a box is its commonest.
        order = np.argsort(counts, kind="stable")
        exact, votes = np.zeros(_BOXES, np.int32), np.zeros(_BOXES, np.int64)
        exact[boxes[order]], votes[boxes[order]] = colours[order], counts[order]
        self._vote(exact, votes)

    def merge(self, other: ColourCounts) -> None:
        """Adds all that another one has counted."""
        self._boxes += other._boxes
        self._vote(other._exact, other._votes)

    def dominant(self) -> list[dict[str, Any]]:
        """At most 16 colours, largest share of the pixels first.

        Each is the commonest colour of the commonest box of its cluster and not the cluster's
        mean, which no picture shows.
        """
        used = self._boxes[0] > 0
        return _clustered(self._boxes[:, used].T, self._exact[used])

    def _vote(self, exact: NDArray[np.int32], votes: NDArray[np.int64]) -> None:
        """Boyer and Moore, 1981: a colour with more than half of a box's pixels always wins."""
        agrees = exact == self._exact
        wins = ~agrees & (votes > self._votes)
        self._votes = np.where(agrees, self._votes + votes, np.abs(self._votes - votes))
        self._exact[wins] = exact[wins]


def _clustered(boxes: NDArray[np.float64], exact: NDArray[np.int32]) -> list[dict[str, Any]]:
    """Clusters boxes, (B, 4), in CIELAB; exact: (B,) colours that stand for them, as 0xRRGGBB."""
    if not len(boxes):
        return []
    weights = boxes[:, 0]
    lab = lab_from_srgb(boxes[:, 1:] / boxes[:, :1])
    labels = _merged(lab, weights, _k_means(lab, weights))
    found = []
    for label in np.unique(labels):
        members = np.flatnonzero(labels == label)
        share = float(weights[members].sum() / weights.sum())
        if share >= _MIN_SHARE:
            colour = Colour.from_hex(f"#{exact[members[np.argmax(weights[members])]]:06X}")
            found.append((share, colour))
    found.sort(key=lambda pair: -pair[0])
    return [
        {"hex": colour.hex, "name": everyday_name(colour), "share": round(share, 5)}
        for share, colour in found
    ]


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
        # |a - c|^2 without |a|^2, which is the same for all centres. Not by `@`: for three columns
        # waking the threads of the matrix library takes longer than the sum.
        products = np.einsum("bi,ci->bc", lab, centres)
        labels = np.argmin((centres**2).sum(axis=1) - 2 * products, axis=1)
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
