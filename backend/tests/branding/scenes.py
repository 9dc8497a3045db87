"""Pictures whose coverage and colours are known: scenes drawn by resvg, noise, shades, grounds."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from backend.branding.marks import MarkSource
from backend.domain.brief import Colour, Palette
from backend.vector.layouts import disc_path, rounded_square_path
from backend.vector.render import render_layers, render_svg
from backend.vector.svg import Role, Scene, Shape, palette_fills, scene_to_svg

WHITE = Colour(255, 255, 255)
NAVY = Colour.from_hex("12355B")
TEAL = Colour.from_hex("2FA4C7")
RED = Colour.from_hex("C0392B")
PAINT = Palette(WHITE, NAVY, TEAL)
COLOURS = PAINT.colours

BADGE = Scene(
    (
        Shape(disc_path(400, 420, 330), Role.PRIMARY),
        Shape(disc_path(400, 420, 140), Role.BACKGROUND),
        Shape("M600 500H920V900H600Z", Role.SECONDARY),
    )
)
"""A ring, and a square that lies over a part of it."""
TILE = Scene((Shape(rounded_square_path(700, 150), Role.PRIMARY),))
LINES = Scene((Shape("M100 250H900M100 500L900 700", Role.PRIMARY, stroke_width=7),))


def svg_of(scene: Scene, palette: Palette = PAINT) -> str:
    return scene_to_svg(scene, palette_fills(palette))


def picture(scene: Scene, size_px: int = 256, palette: Palette = PAINT) -> Image.Image:
    return render_svg(svg_of(scene, palette), size_px).convert("RGB")


def true_alpha(scene: Scene, size_px: int = 256) -> NDArray[np.float32]:
    """The ink's coverage, 0..1."""
    return np.asarray(render_layers(scene, size_px).sum(axis=0) / 255, np.float32)


def noisy(image: Image.Image, levels: float = 4.0, seed: int = 1) -> Image.Image:
    rng = np.random.default_rng(seed)
    pixels = np.asarray(image, np.float64)
    return Image.fromarray(
        np.clip(np.round(pixels + rng.normal(0, levels, pixels.shape)), 0, 255).astype(np.uint8)
    )


def shaded(image: Image.Image, strength: float = 0.25) -> Image.Image:
    """Darker towards the bottom, as a gradient finish paints it."""
    pixels = np.asarray(image, np.float64)
    fall = 1 - strength * np.linspace(0, 1, pixels.shape[0])[:, None, None]
    return Image.fromarray(np.round(pixels * fall).astype(np.uint8))


def drawn(scene: Scene, size_px: int = 256, palette: Palette = PAINT) -> MarkSource:
    """A composed draft."""
    image = picture(scene, size_px, palette)
    return MarkSource(image, svg_of(scene, palette), palette.colours, is_flat=True)


def flat(scene: Scene, size_px: int = 256, palette: Palette = PAINT) -> MarkSource:
    """A flat picture without its drawing."""
    return MarkSource(picture(scene, size_px, palette), None, palette.colours, is_flat=True)


def painted(scene: Scene, size_px: int = 256, palette: Palette = PAINT) -> MarkSource:
    """A picture with noise, of which only the palette is known."""
    return MarkSource(noisy(picture(scene, size_px, palette)), None, palette.colours)


def alpha_of(image: Image.Image) -> NDArray[np.float32]:
    return np.asarray(np.asarray(image.getchannel("A")) / 255, np.float32)


def on(image: Image.Image, ground: Colour) -> NDArray[np.uint8]:
    laid = Image.new("RGBA", image.size, (*ground.rgb, 255))
    laid.alpha_composite(image)
    return np.asarray(laid.convert("RGB"))


def ramp(size_px: int, left: Colour, right: Colour) -> NDArray[np.float64]:
    """A ground that goes from one colour to another, (H, W, 3)."""
    along = np.linspace(0, 1, size_px)[None, :, None]
    row = np.array(left.rgb) * (1 - along) + np.array(right.rgb) * along
    return np.repeat(row, size_px, axis=0)
