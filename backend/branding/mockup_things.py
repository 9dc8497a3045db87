"""Scenes of things: two sides of a business card, a sign on a wall."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw

from backend.branding.drawing import Drawing
from backend.branding.mockup_canvas import (
    HEIGHT,
    WIDTH,
    Pixels,
    as_image,
    as_pixels,
    bar,
    blended,
    clouds,
    grain,
    in_perspective,
    painted,
    set_in,
    shifted,
    softened,
)
from backend.branding.mockup_looks import Look, button_ink, is_dark, lightness, mixed
from backend.branding.rasters import render_drawing
from backend.branding.variants import WHITE
from backend.domain.brief import Colour
from backend.vector.colour import contrast_ratio
from backend.vector.palette import INK

Corners = tuple[tuple[float, float], ...]

_CARD = (850, 550)
"""Units of a card of 85 x 55 mm."""

_CARD_PX = (680, 440)
"""Its pixels before it is laid down."""


def business_card(look: Look) -> Image.Image:
    """Both sides of a card on a table, in raking light."""
    table = mixed(mixed(WHITE, button_ink(look, WHITE), 0.10), INK, 0.14)
    across = np.linspace(1.05, 0.88, WIDTH, dtype=np.float32)[None, :, None]
    down = np.linspace(1.04, 0.92, HEIGHT, dtype=np.float32)[:, None, None]
    scene = np.asarray(table.rgb, np.float32) * across * down + 0.9 * grain()
    back: Corners = ((352, 60), (868, 20), (916, 330), (384, 392))
    front: Corners = ((66, 214), (560, 270), (536, 578), (20, 500))
    for corners, face in ((back, _card_back(look)), (front, _card_front(look))):
        scene = _laid(scene, corners, face)
    return as_image(scene)


def _laid(scene: Pixels, corners: Corners, face: Image.Image) -> Pixels:
    """A card upon a scene, with its shadow and its edge."""
    area = _covered(corners)
    scene *= 1 - 0.34 * shifted(softened(area, 16), 22, 10)
    scene *= 1 - 0.26 * shifted(softened(area, 5), 6, 2)
    side = np.array(mixed(_middle(face), INK, 0.24).rgb, np.float32)
    scene = blended(scene, side, _covered(tuple((x + 0.6, y + 3) for x, y in corners)))
    image, (left, top) = in_perspective(face, corners)
    laid = as_pixels(image)
    window = np.s_[top : top + image.height, left : left + image.width]
    scene[window] = blended(scene[window], laid[..., :3], laid[..., 3:] / 255)
    return scene


def _covered(corners: Corners) -> Pixels:
    """Coverage 0..1 of a polygon, (H, W, 1)."""
    large = Image.new("L", (3 * WIDTH, 3 * HEIGHT))
    ImageDraw.Draw(large).polygon([(3 * x, 3 * y) for x, y in corners], fill=255)
    return as_pixels(large.reduce(3))[..., None] / 255


def _middle(face: Image.Image) -> Colour:
    red, green, blue, *_ = face.getpixel((4, 4))  # type: ignore[misc]
    return Colour(red, green, blue)


def _card_front(look: Look) -> Image.Image:
    width, height = _CARD
    paper = mixed(WHITE, look.paper, 0.8)
    accent = button_ink(look, paper)
    body = (
        f'<rect width="{width}" height="{height}" fill="{paper.hex}"/>'
        + set_in(look.lockup_on(paper), (70, 76, 620, 190), align=(0, 0))
        + bar((70, 356, 250, 22), INK, opacity=0.86, radius=7)
        + bar((70, 396, 170, 14), accent, opacity=0.9)
        + "".join(
            bar((70, 448 + 28 * i, length, 11), INK, opacity=0.34)
            for i, length in enumerate((230, 196))
        )
        + "".join(
            bar((780 - length, 448 + 28 * i, length, 11), INK, opacity=0.34)
            for i, length in enumerate((180, 240))
        )
    )
    return _lit(painted(body, units=_CARD, size_px=_CARD_PX))


def _card_back(look: Look) -> Image.Image:
    width, height = _CARD
    ground, drawing = _solid(look)
    ghost = mixed(ground, WHITE if is_dark(ground) else INK, 0.07)
    body = f'<rect width="{width}" height="{height}" fill="{ground.hex}"/>'
    if look.mark.is_vector:
        pattern = look.mark.painted(lambda _: ghost)
        body += set_in(pattern, (width - 400, height - 440, 620, 620))
    body += set_in(drawing, (width / 2 - 125, height / 2 - 125, 250, 250))
    return _lit(painted(body, units=_CARD, size_px=_CARD_PX))


def _solid(look: Look) -> tuple[Colour, Drawing]:
    """A strong ground for the mark: its own ink where the mark can be white on it."""
    fills = look.mark.fills
    if look.mark.is_vector and len(fills) == 1 and contrast_ratio(fills[0], WHITE) >= 3:
        return fills[0], look.in_white(look.mark)
    return look.deep, look.mark_on(look.deep)


def _lit(face: Image.Image) -> Image.Image:
    """Light that falls off across a card."""
    pixels = as_pixels(face)
    rows, columns = pixels.shape[:2]
    fall = np.linspace(0, 1, columns, dtype=np.float32)[None, :, None]
    fall = fall + np.linspace(0, 1, rows, dtype=np.float32)[:, None, None]
    pixels = np.concatenate(
        [pixels[..., :3] * (1.0 - 0.05 * fall) + 2 * (1 - fall), pixels[..., 3:]], -1
    )
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8), "RGBA")


def sign(look: Look) -> Image.Image:
    """Letters with depth on a plastered wall, lit from above."""
    wall = _wall(look)
    drawing = look.lockup_on(wall)
    scene = np.asarray(wall.rgb, np.float32) * _wall_light(is_dark(wall))
    strength = 2.2 if is_dark(wall) else 3.0
    scene = scene + strength * clouds((9, 6), 3) + 1.1 * grain()
    scale = min(640 / drawing.width, 240 / drawing.height)
    letters = render_drawing(drawing, width_px=max(1, round(drawing.width * scale)))
    margin = 80
    room = Image.new("RGBA", (letters.width + 2 * margin, letters.height + 2 * margin))
    room.paste(letters, (margin, margin))
    left, top = (WIDTH - room.width) // 2, 296 - room.height // 2
    window = np.s_[top : top + room.height, left : left + room.width]
    scene[window] = _mounted(scene[window], as_pixels(room), margin, halo=is_dark(wall))
    return as_image(scene)


def _wall(look: Look) -> Colour:
    """A warm light wall; a dark one for brands that live in the dark."""
    if lightness(look.ground) < 45:
        return mixed(look.deep, Colour(60, 62, 68), 0.55)
    return mixed(Colour(226, 221, 213), look.paper, 0.25)


def _wall_light(is_dim: bool) -> Pixels:
    """Two lamps above, darker corners and a band of shade below: (H, W, 1) about 1."""
    x = np.linspace(-1, 1, WIDTH, dtype=np.float32)[None, :]
    y = np.linspace(0, 1, HEIGHT, dtype=np.float32)[:, None]
    light = np.zeros((HEIGHT, WIDTH), np.float32)
    for lamp in (-0.42, 0.42):
        spread = 0.16 + 0.52 * y
        light += np.exp(-(((x - lamp) / spread) ** 2)) * np.exp(-(((y - 0.20) / 0.62) ** 2))
    base, gain = (0.50, 0.78) if is_dim else (0.74, 0.26)
    return np.asarray((base + gain * light)[..., None], np.float32)


def _mounted(scene: Pixels, layer: Pixels, margin: int, *, halo: bool) -> Pixels:
    """Letters that stand off the wall: shadow below, sides, and faces lit from above."""
    cover = layer[..., 3:] / 255
    for shift, radius, strength in ((26, 15, 0.34), (13, 6, 0.34)):
        scene = scene * (1 - strength * shifted(softened(cover, radius), shift))
    if halo:
        scene = scene + softened(cover, 20) * np.array([92, 84, 72], np.float32) * 0.55
    side = layer[..., :3] * 0.52 + 10
    # Fine lettering on thick blocks could not be read.
    depth = int(np.clip((layer.shape[0] - 2 * margin) / 30, 2, 7))
    for step in range(depth, 0, -1):
        scene = blended(scene, shifted(side, step) * (1 - 0.05 * step), shifted(cover, step))
    rows = np.arange(layer.shape[0], dtype=np.float32)[:, None, None] - margin
    slope = np.clip(rows / max(layer.shape[0] - 2 * margin, 1), 0, 1)
    scene = blended(scene, layer[..., :3] * (1.04 - 0.12 * slope), cover)
    rim = np.clip(cover - shifted(cover, 1), 0, 1)
    return scene + rim * (255 - scene) * 0.45
