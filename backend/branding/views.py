"""Views: a drawing as pixels, told apart by ink. What is measured on drawings is measured here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from backend.branding.drawing import Drawing
from backend.branding.rasters import height_of, render_drawing, rendered_png
from backend.domain.brief import Colour
from backend.vector.colour import colour_difference

Cover = NDArray[np.float32]
Labels = NDArray[np.int32]

_PRIMARIES = (Colour(255, 0, 0), Colour(0, 255, 0), Colour(0, 0, 255))
_BLACK = Colour(0, 0, 0)
# Shades closer than this (CIEDE2000) are one ink.
_ONE_INK = 12.0
_MOST_INKS = 6
_LEAST_SHARE = 0.02


@dataclass(frozen=True)
class View:
    """A drawing's inks over nothing.

    Attributes:
        cover: (K, H, W) float32 in 0..1, the part of each pixel that each ink covers.
        inks: the K colours.
        scale: pixels per unit of the drawing.
    """

    cover: Cover
    inks: tuple[Colour, ...]
    scale: float

    @cached_property
    def labels(self) -> Labels:
        """(H, W) what covers most of each pixel: 0 for nothing, k + 1 for ink k."""
        nothing = 1 - self.cover.sum(axis=0, keepdims=True)
        most = np.argmax(np.concatenate([nothing, self.cover]), axis=0)
        return np.asarray(most, np.int32)

    @property
    def alpha(self) -> Cover:
        """(H, W) in 0..1, how much of each pixel is painted at all."""
        return np.asarray(np.clip(self.cover.sum(axis=0), 0, 1), np.float32)

    def on(self, ground: Colour) -> NDArray[np.float32]:
        """(H, W, 3) in 0..255, as it looks on a ground."""
        inks = np.array([ink.rgb for ink in self.inks], np.float32).reshape(-1, 3)
        painted = np.tensordot(self.cover, inks, axes=(0, 0))
        bare = (1 - self.alpha)[..., None]
        return np.asarray(painted + bare * np.array(ground.rgb, np.float32), np.float32)


def view(drawing: Drawing, *, pixels: int) -> View:
    """Looks at a drawing.

    Args:
        pixels: how many there shall be, about; the sides follow from the drawing's box.
    """
    scale = float(np.sqrt(pixels / (drawing.width * drawing.height)))
    return view_at_width(drawing, max(1, round(drawing.width * scale)))


def view_at_width(drawing: Drawing, width_px: int) -> View:
    """The same with a given width. Pictures are told apart by their main colours."""
    if drawing.pictures:
        return _of_picture(render_drawing(drawing, width_px=width_px), width_px / drawing.width)
    inks = drawing.fills
    planes = [
        plane
        for start in range(0, len(inks), len(_PRIMARIES))
        for plane in _three_planes(drawing, inks[start : start + len(_PRIMARIES)], width_px)
    ]
    height_px = height_of(drawing, width_px)
    cover = np.stack(planes) if planes else np.zeros((0, height_px, width_px), np.float32)
    return View(cover, inks, width_px / drawing.width)


def _three_planes(drawing: Drawing, inks: Sequence[Colour], width_px: int) -> list[Cover]:
    """Each ink in a primary colour of its own, all others black: a rendering per three inks."""
    primaries = dict(zip(inks, _PRIMARIES, strict=False))
    png = rendered_png(drawing.painted(lambda fill: primaries.get(fill, _BLACK)), width_px)
    pixels = np.asarray(Image.open(BytesIO(png)).convert("RGBA"), np.float32) / 255
    alpha = pixels[..., 3]
    return [np.asarray(pixels[..., channel] * alpha, np.float32) for channel in range(len(inks))]


def _of_picture(image: Image.Image, scale: float) -> View:
    alpha = np.asarray(image.getchannel("A"), np.float32) / 255
    inks = _main_inks(image, alpha > 0.9)
    if not inks:
        return View(np.zeros((0, *alpha.shape), np.float32), (), scale)
    palette = Image.new("P", (1, 1))
    # What a palette has no more colours for, Pillow fills with black.
    values = [value for ink in inks for value in ink.rgb]
    palette.putpalette(values + list(inks[0].rgb) * (256 - len(inks)))
    told = image.convert("RGB").quantize(palette=palette, dither=Image.Dither.NONE)
    nearest = np.asarray(told)
    nearest = np.where(nearest < len(inks), nearest, 0)
    cover = np.stack([(nearest == k) * alpha for k in range(len(inks))]).astype(np.float32)
    return View(cover, inks, scale)


def _main_inks(image: Image.Image, solid: NDArray[np.bool_]) -> tuple[Colour, ...]:
    """Up to six colours of what is solid, the most frequent first, none close to another."""
    found = np.asarray(image.convert("RGB"))[solid]
    if not len(found):
        return ()
    strip = Image.fromarray(found[None]).quantize(16, Image.Quantize.MEDIANCUT)
    palette = np.array(strip.getpalette(), np.uint8).reshape(-1, 3)
    counts = np.bincount(np.asarray(strip).ravel(), minlength=len(palette))
    inks: list[Colour] = []
    for place in np.argsort(-counts, kind="stable"):
        count, colour = counts[place], Colour(*(int(value) for value in palette[place]))
        is_new = all(colour_difference(colour, ink) > _ONE_INK for ink in inks)
        # Less than this is what edges mix.
        if is_new and (count >= _LEAST_SHARE * len(found) or not inks):
            inks.append(colour)
    return tuple(inks[:_MOST_INKS])
