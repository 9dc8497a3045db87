"""Palette lock: takes any picture apart into planes of exact colours with soft edges."""

from __future__ import annotations

from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from backend.branding.planes import Cover, Planes
from backend.branding.regions import Mask, box_sum, grown, regions_of
from backend.domain.brief import Colour
from backend.vector.colour import lab_from_srgb

Pixels = NDArray[np.uint8]
Labels = NDArray[np.int32]

_CORE_LEVELS = 10.0
"""RGB distance within which a pixel of a flat picture is taken for a colour itself."""
_LIGHTNESS = 0.6
"""Weight of lightness beside hue and chroma: shades of one paint differ in it above all."""
_ROUNDS = 5
_ASTRAY = 22.0
"""CIELAB distance from its ink at which a colour may be a mixture of two others instead."""
_FLAT_LEVELS = 16
"""Contrast within 3 x 3 px below which a spot is painted evenly: above noise, below soft edges."""
_MOST_UNDECIDED = 0.4
"""Share of soft pixels from which a picture has no edges to un-mix: it is a photograph."""
_REACH_PX = 6
"""How wide the blurred edges of a shaded picture are at most, halved."""
_PIECE = 1 << 18
"""Pixels that are un-mixed together: the colours near each take a hundred bytes and more."""
_UNEXPLAINED = 64.0
"""RGB distance from every mixture of its neighbours at which a pixel is a detail of its own."""


def flat_planes(pixels: Pixels, palette: tuple[Colour, ...]) -> Planes:
    """Planes of a picture whose areas wear the palette already.

    Args:
        pixels: (H, W, 3) uint8.
        palette: the ground first.
    """
    inks = np.array([colour.rgb for colour in palette], np.float32)
    packed, place = _distinct(pixels)
    distance = np.linalg.norm(packed[:, None] - inks, axis=2)
    label = np.argmin(distance, axis=1).astype(np.int32)
    label[distance.min(axis=1) > _CORE_LEVELS] = -1
    cores = label[place].reshape(pixels.shape[:2])
    colours = inks[:, :, None, None]
    cover = unmixed(pixels, cores, colours, reach_px=2)
    # A hairline has no pixel of its own colour, so nothing near it says what it is mixed of.
    poor = _misses(pixels, cover, colours) > _UNEXPLAINED
    if poor.any():
        rest = unmixed(pixels, np.where(poor, -1, 0), colours, reach_px=max(pixels.shape))
        cover = np.where(poor, rest, cover)
    return Planes(_settled(cover, speck_px(pixels.shape)), palette)


def shaded_planes(pixels: Pixels, ground: Mask, palette: tuple[Colour, ...]) -> Planes:
    """Planes of a picture with shades, noise and blurred edges.

    Colours are clustered in CIELAB from the palette's on, so that each ink gathers the shades it
    was painted with. Flat spots decide first; what lies between them is a mixture of those beside
    it, so that an edge between two inks never passes for a third one.

    Args:
        pixels: (H, W, 3) uint8.
        ground: (H, W) pixels that are the ground.
        palette: the ground first; pixels beside the ground wear one of the others.
    """
    return Planes(_settled(_explained(pixels, ground, palette), speck_px(pixels.shape)), palette)


def _explained(pixels: Pixels, ground: Mask, palette: tuple[Colour, ...]) -> Cover:
    """The planes of `shaded_planes` with their specks."""
    calm = np.asarray(Image.fromarray(pixels).filter(ImageFilter.MedianFilter(3)))
    nearest, doubtful = _clustered(calm, ground, palette)
    labels = np.where(ground, 0, nearest)
    decided = _flat_spots(calm, labels) & (ground | ~doubtful)
    cores = _without_specks(np.where(decided, labels, -1), speck_px(pixels.shape))
    if (cores < 0).mean() > _MOST_UNDECIDED:
        cores = labels
    colours = _local_colours(pixels, cores, palette)
    cover = unmixed(pixels, cores, colours, reach_px=_REACH_PX)
    details = _unexplained(pixels, cover, colours, cores) & (ground | ~doubtful)
    if details.any():
        cores = np.where(details, labels, cores)
        colours = _local_colours(pixels, cores, palette)
        cover = unmixed(pixels, cores, colours, reach_px=_REACH_PX)
    return cover


def speck_px(shape: tuple[int, ...]) -> int:
    """The least area of a spot that is no noise: some 3 x 4 px in a picture of 512."""
    return max(6, round(12 * shape[0] * shape[1] / 512**2))


def unmixed(pixels: Pixels, cores: Labels, colours: NDArray[np.float32], *, reach_px: int) -> Cover:
    """Planes from decided pixels; the others become mixtures of two colours found near them.

    A mixture is the nearest point on the straight line between two colours in sRGB, which is
    where renderers blend.

    Args:
        pixels: (H, W, 3).
        cores: (H, W), the colour of a decided pixel, -1 for others.
        colours: what each colour looks like, see `_spread`.
        reach_px: how far to look for colours.

    Returns:
        (K, H, W), summing to 1.
    """
    count = len(colours)
    cover = np.zeros((count, *cores.shape), np.float32)
    for k in range(count):
        cover[k][cores == k] = 1
    rows, columns = np.nonzero(cores < 0)
    if not len(rows):
        return cover
    near = np.ones((len(rows), count), np.bool_)
    if reach_px < min(cores.shape):
        found = [grown(cores == k, reach_px)[rows, columns] for k in range(count)]
        near = np.stack(found, axis=1)
        near[~near.any(axis=1)] = True
    for begin in range(0, len(rows), _PIECE):
        piece = slice(begin, begin + _PIECE)
        places = (rows[piece], columns[piece])
        looks = np.stack([_looks(colours[k], *places) for k in range(count)], axis=1)
        values = pixels[places].astype(np.float32)
        cover[:, *places] = mixtures(values, looks, near[piece]).T
    return cover


def mixtures(
    values: NDArray[np.float32],
    colours: NDArray[np.float32],
    allowed: Mask | None = None,
) -> NDArray[np.float32]:
    """Each value as the nearest mixture of at most two colours, straight in sRGB.

    Args:
        values: (N, 3) RGB.
        colours: (K, 3), or (N, K, 3) where they differ from value to value.
        allowed: (N, K) which colours may take part; all, if None.

    Returns:
        (N, K) shares that sum to 1.
    """
    looks = np.broadcast_to(colours, (len(values), *colours.shape[-2:]))
    count = looks.shape[1]
    may = np.ones((len(values), count), np.bool_) if allowed is None else allowed
    best = np.full(len(values), np.inf, np.float32)
    parts = np.zeros((len(values), count), np.float32)
    every = [(k, k) for k in range(count)] + list(combinations(range(count), 2))
    for a, b in every:
        start, step = looks[:, a], looks[:, b] - looks[:, a]
        length = np.maximum(np.square(step).sum(axis=1), 1e-6)
        share = np.clip(((values - start) * step).sum(axis=1) / length, 0, 1)
        miss = np.square(values - start - share[:, None] * step).sum(axis=1)
        # A pair has to explain more than its nearer end does.
        miss = np.where(may[:, a] & may[:, b], miss + (a != b) * 0.5, np.inf)
        nearer = miss < best
        best[nearer] = miss[nearer]
        parts[nearer] = 0
        parts[nearer, a] = 1 - share[nearer]
        parts[nearer, b] += share[nearer]
    return parts


def _looks(
    colour: NDArray[np.float32], rows: NDArray[np.intp], columns: NDArray[np.intp]
) -> NDArray[np.float32]:
    """(N, 3) of a field at half the size, or of one (3,)-sized colour."""
    if colour.size == 3:
        return np.broadcast_to(colour.reshape(1, 3), (len(rows), 3))
    return colour[:, rows // 2, columns // 2].T


def _spread(colour: NDArray[np.float32], shape: tuple[int, ...]) -> NDArray[np.float32]:
    """What a colour looks like everywhere: (3, H, W), or (3, 1, 1) where that is the same.

    Fields are kept at half the size, (3, H / 2, W / 2) rounded up: at the full one they would be
    most of the memory that taking a picture apart needs.
    """
    if colour.size == 3:
        return colour
    height, width = shape
    return colour.repeat(2, axis=1).repeat(2, axis=2)[:, :height, :width]


def _distinct(pixels: Pixels) -> tuple[NDArray[np.float32], NDArray[np.intp]]:
    """(N, 3) colours that occur, and where each pixel's stands."""
    packed = pixels.astype(np.uint32) @ np.array([1 << 16, 1 << 8, 1], np.uint32)
    found, place = np.unique(packed.ravel(), return_inverse=True)
    colours = np.stack([found >> 16, found >> 8 & 255, found & 255], axis=1)
    return colours.astype(np.float32), place


def _binned(pixels: Pixels) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float32]]:
    """Colours in steps of four levels: each pixel's bin, the bins that occur, and their CIELAB."""
    steps = (pixels >> 2).astype(np.intp)
    bins = (steps[..., 0] << 12) | (steps[..., 1] << 6) | steps[..., 2]
    found = np.flatnonzero(np.bincount(bins.ravel(), minlength=1 << 18))
    return bins, found, lab_from_srgb(_levels(found)).astype(np.float32)


def lab_of(pixels: Pixels) -> NDArray[np.float32]:
    """(H, W, 3) CIELAB of a picture, true to some two levels of a channel."""
    bins, found, lab = _binned(pixels)
    table = np.zeros((1 << 18, 3), np.float32)
    table[found] = lab
    return table[bins]


def _clustered(pixels: Pixels, ground: Mask, palette: tuple[Colour, ...]) -> tuple[Labels, Mask]:
    """The ink of each pixel, and where that is doubtful.

    k-means in CIELAB that starts at the palette and is held near it.
    """
    bins, found, lab = _binned(pixels)
    weights = np.bincount(bins[~ground], minlength=1 << 18)[found].astype(np.float32)
    scale = np.array([_LIGHTNESS, 1, 1], np.float32)
    goal = (lab_from_srgb([colour.rgb for colour in palette[1:]]) * scale).astype(np.float32)
    values: NDArray[np.float32] = lab * scale
    centres = goal
    for _ in range(_ROUNDS):
        nearest = np.argmin(np.square(values[:, None] - centres).sum(axis=2), axis=1)
        means = centres.copy()
        for k in range(len(goal)):
            own = weights * (nearest == k)
            if own.sum() > 0:
                means[k] = own @ values / own.sum()
        centres = (goal + means) / np.float32(2)
    astray = np.linalg.norm(lab - goal[nearest] / scale, axis=1) > _ASTRAY
    doubts = astray & _between(found, weights, nearest, pixels[ground])
    table = np.zeros(1 << 18, np.int32)
    table[found] = nearest + 1
    doubt = np.zeros(1 << 18, np.bool_)
    doubt[found] = doubts
    return table[bins], doubt[bins]


def _between(
    found: NDArray[np.intp],
    weights: NDArray[np.float32],
    nearest: NDArray[np.intp],
    ground: NDArray[np.uint8],
) -> Mask:
    """Which bins look like a mixture of the ground or an ink with an ink other than their own."""
    levels = _levels(found).astype(np.float32)
    count = int(nearest.max()) + 1
    anchors = np.full((count + 1, 3), np.nan, np.float32)
    if len(ground):
        anchors[count] = np.median(ground, axis=0)
    for k in range(count):
        own = weights * (nearest == k)
        if own.sum() > 0:
            anchors[k] = levels[int(np.argmax(own))]
    result = np.zeros(len(found), np.bool_)
    for a, b in combinations(range(count + 1), 2):
        start, step = anchors[a], anchors[b] - anchors[a]
        if not np.isfinite(step).all() or np.linalg.norm(step) < 40:
            continue
        share = (levels - start) @ step / (step @ step)
        miss = np.linalg.norm(levels - start - share[:, None] * step, axis=1)
        inner = (share > 0.06) & (share < 0.94) & (miss < 30)
        result |= inner & (nearest != a) & (nearest != b)
    return result


def _levels(found: NDArray[np.intp]) -> NDArray[np.float64]:
    return np.stack([found >> 12, found >> 6 & 63, found & 63], axis=1) * 4 + 1.5


def _flat_spots(pixels: Pixels, labels: Labels) -> Mask:
    """Where a pixel has its neighbours' label, and 3 x 3 pixels around it hardly any contrast."""
    image = Image.fromarray(pixels)
    high = np.asarray(image.filter(ImageFilter.MaxFilter(3)), np.int16)
    low = np.asarray(image.filter(ImageFilter.MinFilter(3)), np.int16)
    same = np.ones(labels.shape, np.bool_)
    for axis in (0, 1):
        for step in (1, -1):
            same &= labels == np.roll(labels, step, axis=axis)
    return np.asarray(((high - low).max(axis=2) < _FLAT_LEVELS) & same)


def _without_specks(cores: Labels, least_px: int) -> Labels:
    regions = regions_of(cores)
    return np.where((regions.areas < least_px)[regions.ids], -1, cores)


def _local_colours(
    pixels: Pixels, cores: Labels, palette: tuple[Colour, ...]
) -> NDArray[np.float32]:
    """The mean of each colour's decided pixels nearby, of them all, or itself; see `_spread`.

    Every other row and column is looked at: shades change slowly, and windows are the dear part.
    """
    few = np.moveaxis(pixels[::2, ::2], -1, 0).astype(np.float32)
    looks = np.empty((len(palette), *few.shape), np.float32)
    for k, colour in enumerate(palette):
        own = cores[::2, ::2] == k
        usual = few[:, own].mean(axis=1) if own.any() else np.array(colour.rgb, np.float32)
        weight = box_sum(own.astype(np.float32), _REACH_PX // 2 + 1)
        total = box_sum(few * own, _REACH_PX // 2 + 1)
        looks[k] = np.where(weight > 0.5, total / np.maximum(weight, 1), usual[:, None, None])
    return looks


def _unexplained(pixels: Pixels, cover: Cover, colours: NDArray[np.float32], cores: Labels) -> Mask:
    """Undecided pixels that no mixture of neighbours comes near: lines without a flat spot."""
    miss = np.where(cores < 0, _misses(pixels, cover, colours), 0)
    levels = Image.fromarray(np.clip(miss, 0, 255).astype(np.uint8))
    peak = np.asarray(levels.filter(ImageFilter.MaxFilter(5)), np.float32)
    return (miss > _UNEXPLAINED) & (miss > 0.75 * peak)


def _misses(pixels: Pixels, cover: Cover, colours: NDArray[np.float32]) -> NDArray[np.float32]:
    """(H, W) RGB distance of each pixel from the mixture that it was taken for."""
    mixture = np.zeros((3, *cover.shape[1:]), np.float32)
    for plane, colour in zip(cover, colours, strict=True):
        mixture += plane * _spread(colour, plane.shape)
    gap = np.moveaxis(pixels, -1, 0) - mixture
    return np.asarray(np.linalg.norm(gap, axis=0), np.float32)


def _settled(cover: Cover, least_px: int) -> Cover:
    """Specks take the mixture of what surrounds them."""
    labels = np.argmax(cover, axis=0)
    regions = regions_of(labels)
    speck = (regions.areas < least_px)[regions.ids]
    if not speck.any():
        return cover
    speck = grown(speck, 1)
    # One plane after the other, here and below: together they take a gigabyte of a large picture.
    around = np.stack([box_sum(plane * ~speck, 4) for plane in cover])
    weight = around.sum(axis=0)
    known, least = speck & (weight > 0.5), np.maximum(weight, 1e-6)
    for plane, filled in zip(cover, around, strict=True):
        np.copyto(filled, np.where(known, filled / least, plane))
    return around


def crisp(cover: Cover) -> Cover:
    """Edges made about a pixel and a half wide where they were blurred; their place stays.

    An anti-aliased edge falls by half between the pixels on either side of one; what falls less
    was blurred, and is steepened about its half-way line.
    """
    sharp = np.empty_like(cover)
    for k, plane in enumerate(cover):
        down, across = np.gradient(plane)
        slope = np.maximum(np.hypot(down, across), 0.06)
        sharp[k] = np.clip((plane - 0.5) * np.maximum(1, 0.55 / slope) + 0.5, 0, 1)
    total = sharp.sum(axis=0)
    for plane, steep in zip(cover, sharp, strict=True):
        np.copyto(steep, np.where(total > 0.25, steep / np.maximum(total, 1e-6), plane))
    return sharp
