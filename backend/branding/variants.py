"""Variants of a drawing: its own colours, black, white, and its own colours for a dark ground."""

from __future__ import annotations

import colorsys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from io import BytesIO
from itertools import combinations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PIL import Image

from backend.branding.drawing import Drawing, Layer, PlacedPicture
from backend.branding.one_ink import one_ink
from backend.branding.visible_areas import contacts, visible_regions
from backend.domain.branding import Variant
from backend.domain.brief import Colour
from backend.vector.colour import (
    colour_difference,
    contrast_ratio,
    lab_from_srgb,
    linear_from_srgb,
)
from backend.vector.palette import INK

BLACK, WHITE = Colour(0, 0, 0), Colour(255, 255, 255)

# WCAG 2.2 wants 3:1 for graphics and 4.5:1 for lettering, and which of them an area is, is not
# known: little is changed that would pass, and what is changed is changed enough.
_LEGIBLE, _WANTED = 3.5, 4.5
_SAME_COLOUR = 3.0
_TOLD_APART = 12.0


def varied(
    drawing: Drawing, variant: Variant, *, ground: Colour | None
) -> tuple[Drawing, Colour | None]:
    """A variant of a drawing, and the ground that it is to be shown on.

    Args:
        ground: what the drawing was made for; None where nothing is known.

    Returns:
        The drawing itself and its ground for COLOUR; one ink on white or on the dark ground for
        BLACK and WHITE; for REVERSED the brand's colours, light enough for the dark ground, which
        is the brand's darkest colour or a near-black, and what was of that colour in the ground's.
    """
    match variant:
        case Variant.COLOUR:
            return drawing, ground
        case Variant.BLACK:
            return _inked(drawing, BLACK, ground), WHITE
        case Variant.WHITE:
            return _inked(drawing, WHITE, ground), dark_ground(drawing, ground)
        case Variant.REVERSED:
            dark = dark_ground(drawing, ground)
            return reversed_on(drawing, dark, made_for=ground), dark


def all_variants(drawing: Drawing, *, ground: Colour | None) -> Mapping[Variant, Drawing]:
    """The drawing in every variant; quicker than one by one, as two of them share their areas."""
    black = _inked(drawing, BLACK, ground)
    white = _inked(drawing, WHITE, ground) if drawing.pictures else black.painted(lambda _: WHITE)
    dark = dark_ground(drawing, ground)
    return {
        Variant.COLOUR: drawing,
        Variant.BLACK: black,
        Variant.WHITE: white,
        Variant.REVERSED: reversed_on(drawing, dark, made_for=ground),
    }


def dark_ground(drawing: Drawing, ground: Colour | None) -> Colour:
    """The brand's darkest colour, or a near-black.

    White lettering must be legible on it, and colours that touch stay different from each other.
    """
    candidates = [colour for colour in (*drawing.fills, ground) if colour is not None]
    darkest = min(candidates, key=_lightness, default=INK)
    if contrast_ratio(WHITE, darkest) < _WANTED:
        return INK
    worn = _worn_on(drawing, darkest, ground)
    melting = any(
        any(True for _ in _touching(drawing, [one], [other]))
        for one, other in combinations(worn, 2)
        if colour_difference(one, other) >= _TOLD_APART > colour_difference(worn[one], worn[other])
    )
    return INK if melting else darkest


def reversed_on(drawing: Drawing, dark: Colour, *, made_for: Colour | None) -> Drawing:
    """A drawing whose colours are told from a dark ground and from each other."""
    worn = _worn_on(drawing, dark, made_for)
    painted = drawing.painted(lambda fill: worn[fill])
    pictures = tuple(_lightened_picture(picture, dark) for picture in drawing.pictures)
    return replace(painted, pictures=pictures)


def _worn_on(drawing: Drawing, dark: Colour, made_for: Colour | None) -> dict[Colour, Colour]:
    """What each colour becomes on a dark ground."""
    light = WHITE
    if made_for is not None and contrast_ratio(made_for, dark) >= _WANTED:
        # Ink and ground change places: a brand on cream is cream on its ink.
        light = made_for
    worn: dict[Colour, Colour] = {}
    for fill in drawing.fills:
        is_paper = made_for is not None and colour_difference(fill, made_for) <= _SAME_COLOUR
        is_pale = contrast_ratio(fill, dark) >= _LEGIBLE
        worn[fill] = dark if is_paper and is_pale else _lightened(fill, dark, light)
    melting = [fill for fill, colour in worn.items() if colour == light != fill]
    pale = [
        fill
        for fill, colour in worn.items()
        if colour == fill and colour_difference(fill, light) < _TOLD_APART
    ]
    if melting and pale:
        # What was pale inside ink that has turned pale takes its place on the dark side.
        worn.update((fill, dark) for fill in _touching(drawing, pale, melting))
    return worn


def _touching(
    drawing: Drawing, fills: Sequence[Colour], others: Sequence[Colour]
) -> Iterator[Colour]:
    """Those of some colours that stand beside one of the others."""
    regions = visible_regions(drawing)
    for i, j in contacts(drawing, regions):
        if i > 0:
            first, second = regions[i - 1].fill, regions[j - 1].fill
            for fill, other in ((first, second), (second, first)):
                if fill in fills and other in others:
                    yield fill


def _lightened(fill: Colour, dark: Colour, light: Colour) -> Colour:
    """The colour itself where it is legible, else the light one or a lighter tone of its hue."""
    if contrast_ratio(fill, dark) >= _LEGIBLE:
        return fill
    if colour_difference(fill, dark) <= _SAME_COLOUR or _chroma(fill) < 12:
        return light
    hue, lightness, saturation = colorsys.rgb_to_hls(*(value / 255 for value in fill.rgb))
    while lightness < 1:
        lightness = min(1.0, lightness + 0.02)
        lighter = Colour(
            *(round(255 * value) for value in colorsys.hls_to_rgb(hue, lightness, saturation))
        )
        if contrast_ratio(lighter, dark) >= _WANTED:
            return lighter
    return light


def _lightened_picture(picture: PlacedPicture, dark: Colour) -> PlacedPicture:
    """Pixels mixed with white until half of them are legible."""
    image = Image.open(BytesIO(picture.png)).convert("RGBA")
    pixels = np.array(image)
    solid = pixels[..., 3] > 127
    for _ in range(8):
        luminance = _luminance(pixels[..., :3])[solid]
        if not luminance.size or _contrast(float(np.median(luminance)), dark) >= _LEGIBLE:
            break
        pixels[..., :3] = np.round(pixels[..., :3] * 0.8 + 255 * 0.2)
    return replace(picture, png=_png(pixels))


def _contrast(luminance: float, dark: Colour) -> float:
    return (luminance + 0.05) / (float(_luminance(np.array(dark.rgb))) + 0.05)


def _inked(drawing: Drawing, ink: Colour, ground: Colour | None) -> Drawing:
    outline = one_ink(drawing, ground=ground)
    return replace(
        drawing,
        layers=() if outline.is_empty else (Layer(outline, ink),),
        pictures=tuple(_inked_picture(picture, ink) for picture in drawing.pictures),
    )


def _inked_picture(picture: PlacedPicture, ink: Colour) -> PlacedPicture:
    """Pixels in one ink: as much of it as they are dark, between their lightest and darkest."""
    image = Image.open(BytesIO(picture.png)).convert("RGBA")
    pixels = np.asarray(image, np.float64)
    alpha = pixels[..., 3] / 255
    lightness = np.cbrt(_luminance(pixels[..., :3]))
    solid = lightness[alpha > 0.5]
    share = np.ones_like(alpha)
    if solid.size:
        low, high = np.quantile(solid, (0.02, 0.98))
        if high - low > 0.15:
            # Half of the way and darker is full ink: a silhouette with its light parts cut out.
            share = np.clip(2 * (high - lightness) / (high - low) - 0.25, 0, 1)
    painted = np.empty(pixels.shape, np.uint8)
    painted[..., :3] = ink.rgb
    painted[..., 3] = np.round(255 * alpha * share)
    return replace(picture, png=_png(painted))


def _png(pixels: NDArray[np.uint8]) -> bytes:
    stream = BytesIO()
    Image.fromarray(pixels, "RGBA").save(stream, "PNG")
    return stream.getvalue()


def _luminance(rgb: ArrayLike) -> NDArray[np.float64]:
    """Relative luminance as WCAG 2.2 defines it, 0..1."""
    return np.asarray(linear_from_srgb(rgb) @ np.array([0.2126, 0.7152, 0.0722]))


def _lightness(colour: Colour) -> float:
    return float(lab_from_srgb(colour.rgb)[0])


def _chroma(colour: Colour) -> float:
    _, a, b = lab_from_srgb(colour.rgb)
    return float(np.hypot(a, b))
