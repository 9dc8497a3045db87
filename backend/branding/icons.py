"""Icons and pictures for social networks: a mark or a lockup, set for the size it is shown at."""

from __future__ import annotations

import math
import struct
from dataclasses import replace

import numpy as np
from PIL import Image

from backend.branding.drawing import Drawing, Layer, PlacedPicture
from backend.branding.outlines import Outline, Segment
from backend.branding.raster_files import picture_file, png_file
from backend.branding.rasters import render_drawing, rendered_png
from backend.domain.brief import Colour
from backend.vector.colour import linear_from_srgb
from backend.vector.palette import INK

FAVICON_SIZES = (16, 32, 48)
SAFE_ZONE = 0.8
"""Diameter of the circle that no mask cuts (W3C manifest: a radius of 40 % of the icon)."""

_WHITE = Colour(255, 255, 255)
# Browsers' tab strips, light and dark.
_TABS = (_WHITE, Colour(32, 33, 36))
# Margins at a favicon's size, in pixels: at 16 px each of them counts.
_MARGINS_PX = {16: 0.0, 32: 1.0, 48: 2.0}
# Contours below this, in square pixels, are dirt at that size and not detail.
_SPECK_PX2 = 0.7
_UNSEEN_CONTRAST, _UNSEEN_SHARE = 1.5, 0.6
_TILE_RADIUS, _TILE_FILL = 0.2, 0.74


def fitted(
    drawing: Drawing, width: float, height: float, *, within: tuple[float, float]
) -> Drawing:
    """A drawing in the middle of a box, as large as a part of it allows.

    Args:
        within: width and height of that part, in the box's units.
    """
    scale = min(within[0] / drawing.width, within[1] / drawing.height)
    left = (width - drawing.width * scale) / 2
    top = (height - drawing.height * scale) / 2
    return drawing.placed(left, top, scale, width, height)


def in_circle(drawing: Drawing, side: float, diameter: float) -> Drawing:
    """A drawing in the middle of a square, nothing of it outside a circle."""
    scale = diameter / (2 * _ink_radius(drawing))
    return fitted(drawing, side, side, within=(drawing.width * scale, drawing.height * scale))


def ground_for(drawing: Drawing, preferred: Colour | None) -> Colour:
    """The ground of opaque icons: the preferred one if the drawing shows on it, else white or ink.

    Args:
        preferred: what the drawing was made for; None where nothing is known.
    """
    if preferred is not None and unseen_share(drawing, preferred) < 0.3:
        return preferred
    return min((_WHITE, INK), key=lambda ground: unseen_share(drawing, ground))


def unseen_share(drawing: Drawing, ground: Colour) -> float:
    """The share of what is painted, 0..1, that can hardly be told from a ground."""
    pixels = np.asarray(render_drawing(drawing, width_px=64), np.float64)
    solid = pixels[pixels[..., 3] > 127][:, :3]
    if not len(solid):
        return 1.0
    weights = np.array([0.2126, 0.7152, 0.0722])
    light = linear_from_srgb(solid) @ weights
    other = float(linear_from_srgb(ground.rgb) @ weights)
    contrast = (np.maximum(light, other) + 0.05) / (np.minimum(light, other) + 0.05)
    return float((contrast < _UNSEEN_CONTRAST).mean())


def needs_tile(drawing: Drawing) -> bool:
    """Whether most of a drawing would vanish on a light or on a dark tab."""
    return max(unseen_share(drawing, tab) for tab in _TABS) > _UNSEEN_SHARE


def icon_drawing(mark: Drawing, ground: Colour, side_px: int) -> Drawing:
    """A square icon over nothing, in pixels; on a round-cornered tile where it would vanish."""
    if needs_tile(mark):
        inner = side_px * (0.84 if side_px <= 32 else _TILE_FILL)
        icon = fitted(mark, side_px, side_px, within=(inner, inner))
        icon = _on_tile(icon, Layer(_rounded_square(side_px, _TILE_RADIUS * side_px), ground))
    else:
        inner = side_px - 2 * _MARGINS_PX.get(side_px, 0.04 * side_px)
        icon = fitted(mark, side_px, side_px, within=(inner, inner))
    return _without_specks(icon) if side_px <= max(FAVICON_SIZES) else icon


def favicon_file(mark: Drawing, ground: Colour) -> bytes:
    """An ICO file with an uncompressed bitmap for each of FAVICON_SIZES, drawn for its size."""
    bitmaps = [
        _bitmap(render_drawing(icon_drawing(mark, ground, side), width_px=side))
        for side in FAVICON_SIZES
    ]
    place = 6 + 16 * len(bitmaps)
    parts = [struct.pack("<HHH", 0, 1, len(bitmaps))]
    for side, bitmap in zip(FAVICON_SIZES, bitmaps, strict=True):
        parts.append(struct.pack("<BBBBHHII", side, side, 0, 0, 1, 32, len(bitmap), place))
        place += len(bitmap)
    return b"".join(parts + bitmaps)


def _bitmap(image: Image.Image) -> bytes:
    """A device-independent bitmap as icons hold it: BGRA from the bottom up, then the old mask.

    Packed here because Pillow's bitmaps state sizes that other programs refuse.
    """
    width, height = image.size
    flipped = image.transpose(Image.Transpose.FLIP_TOP_BOTTOM)
    pixels = flipped.tobytes("raw", "BGRA")
    row = (width + 31) // 32 * 4
    clear = np.asarray(flipped.getchannel("A")) < 128
    mask = np.zeros((height, row), np.uint8)
    bits = np.packbits(clear, axis=1)
    mask[:, : bits.shape[1]] = bits
    size = len(pixels) + mask.size
    header = struct.pack("<IiiHHIIiiII", 40, width, 2 * height, 1, 32, 0, size, 0, 0, 0, 0)
    return header + pixels + mask.tobytes()


def icon_file(mark: Drawing, ground: Colour, side_px: int, *, recipe: str = "") -> bytes:
    """A PNG icon with alpha."""
    return png_file(icon_drawing(mark, ground, side_px), width_px=side_px, recipe=recipe)


def opaque_file(drawing: Drawing, ground: Colour, *, recipe: str = "") -> bytes:
    """A PNG without alpha of a drawing whose box is in pixels."""
    image = render_drawing(drawing, width_px=round(drawing.width), background=ground)
    return picture_file(image.convert("RGB"), recipe=recipe)


def apple_touch_drawing(mark: Drawing) -> Drawing:
    """180 px with room for the rounded corners that the system cuts."""
    return fitted(mark, 180, 180, within=(124, 124))


def maskable_drawing(mark: Drawing) -> Drawing:
    """512 px with the whole mark inside the safe zone."""
    return in_circle(mark, 512, SAFE_ZONE * 512 * 0.94)


def avatar_drawing(mark: Drawing) -> Drawing:
    """400 px with the mark inside the circle that networks cut."""
    return in_circle(mark, 400, 300)


def _on_tile(icon: Drawing, tile: Layer) -> Drawing:
    if icon.is_vector:
        return replace(icon, layers=(tile, *icon.layers))
    # Pictures are painted before areas, so the tile has to be one.
    bare = Drawing(icon.width, icon.height, (tile,))
    png = rendered_png(bare, round(icon.width))
    picture = PlacedPicture(png, 0, 0, icon.width, icon.height)
    return replace(icon, pictures=(picture, *icon.pictures))


def _ink_radius(drawing: Drawing) -> float:
    """From the middle of the box to the farthest ink, in the drawing's units."""
    width_px = max(16, round(256 * drawing.width / max(drawing.width, drawing.height)))
    image = render_drawing(drawing, width_px=width_px)
    rows, columns = np.nonzero(np.asarray(image.getchannel("A")) > 16)
    if not rows.size:
        return math.hypot(drawing.width, drawing.height) / 2
    x = np.abs(columns + 0.5 - image.width / 2) + 0.5
    y = np.abs(rows + 0.5 - image.height / 2) + 0.5
    return float(np.hypot(x, y).max()) * drawing.width / width_px


def _without_specks(drawing: Drawing) -> Drawing:
    """Without islands and holes that are smaller than a pixel; its units are pixels."""
    layers = []
    for layer in drawing.layers:
        contours = list(layer.outline.to_skia().contours)
        kept = [contour for contour in contours if contour.area >= _SPECK_PX2]
        if not kept:
            continue
        steps = tuple(step for contour in kept for step in Outline.from_skia(contour).segments)
        layers.append(Layer(Outline(steps), layer.fill))
    return replace(drawing, layers=tuple(layers)) if layers else drawing


def _rounded_square(side: float, radius: float) -> Outline:
    k = radius * (1 - 0.5522847498)
    far = side - radius
    return Outline(
        (
            Segment("M", (radius, 0)),
            Segment("L", (far, 0)),
            Segment("C", (side - k, 0, side, k, side, radius)),
            Segment("L", (side, far)),
            Segment("C", (side, side - k, side - k, side, far, side)),
            Segment("L", (radius, side)),
            Segment("C", (k, side, 0, side - k, 0, far)),
            Segment("L", (0, radius)),
            Segment("C", (0, k, k, 0, radius, 0)),
            Segment("Z"),
        )
    )
