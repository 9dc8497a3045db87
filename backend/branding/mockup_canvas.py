"""What the scenes of mock-ups are painted with: SVG pieces, soft light, grain, perspective."""

from __future__ import annotations

import base64
import math
from functools import cache
from io import BytesIO
from typing import Any

import numpy as np
import resvg_py
from numpy.typing import NDArray
from PIL import Image

from backend.branding.drawing import Drawing
from backend.domain.brief import Colour

WIDTH, HEIGHT = 960, 600
"""Pixels of every mock-up."""

Pixels = NDArray[np.floating[Any]]
Place = tuple[float, float, float, float]
"""Left, top, width, height."""


def painted(
    body: str,
    *,
    defs: str = "",
    units: tuple[int, int] = (WIDTH, HEIGHT),
    size_px: tuple[int, int] = (WIDTH, HEIGHT),
) -> Image.Image:
    """SVG elements as an RGBA picture.

    Args:
        units: what the elements are measured in across and down.
        size_px: of the picture, in the same proportion.
    """
    width, height = size_px
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {units[0]} {units[1]}"'
        f' width="{width}" height="{height}"><defs>{defs}</defs>{body}</svg>'
    )
    png = resvg_py.svg_to_bytes(svg_string=svg, width=width, height=height, skip_system_fonts=True)
    return Image.open(BytesIO(bytes(png))).convert("RGBA")


def set_in(drawing: Drawing, place: Place, *, align: tuple[float, float] = (0.5, 0.5)) -> str:
    """A drawing as large as fits into a place, as an SVG group. align: 0 left or top, 1 the end."""
    left, top, width, height = place
    scale = min(width / drawing.width, height / drawing.height)
    x = left + (width - drawing.width * scale) * align[0]
    y = top + (height - drawing.height * scale) * align[1]
    return f'<g transform="translate({x:.2f} {y:.2f}) scale({scale:.6f})">{elements(drawing)}</g>'


def elements(drawing: Drawing) -> str:
    """The areas and pictures of a drawing as SVG elements in its own units."""
    parts = []
    for picture in drawing.pictures:
        data = base64.b64encode(picture.png).decode("ascii")
        parts.append(
            f'<image x="{picture.x:.2f}" y="{picture.y:.2f}" width="{picture.width:.2f}"'
            f' height="{picture.height:.2f}" href="data:image/png;base64,{data}"/>'
        )
    parts.extend(
        f'<path d="{layer.outline.to_svg(1)}" fill="{layer.fill.hex}"/>'
        for layer in drawing.layers
        if not layer.outline.is_empty
    )
    return "".join(parts)


def bar(place: Place, colour: Colour, *, opacity: float = 1.0, radius: float | None = None) -> str:
    """A rounded bar, the stand-in for text that would be in some language."""
    left, top, width, height = place
    corner = height / 2 if radius is None else radius
    return (
        f'<rect x="{left:.1f}" y="{top:.1f}" width="{width:.1f}" height="{height:.1f}"'
        f' rx="{corner:.1f}" fill="{colour.hex}" fill-opacity="{opacity:.3f}"/>'
    )


def disc(x: float, y: float, radius: float, colour: Colour, opacity: float = 1.0) -> str:
    """A filled circle."""
    return (
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}" fill="{colour.hex}"'
        f' fill-opacity="{opacity:.3f}"/>'
    )


def slope(top: Colour, bottom: Colour, *, slant: float = 0.0) -> Pixels:
    """A ground that runs from one colour to another. slant: 0 downwards, 1 diagonally."""
    x = np.linspace(0, slant, WIDTH, dtype=np.float32)[None, :]
    y = np.linspace(0, 1, HEIGHT, dtype=np.float32)[:, None]
    share = ((x + y) / (1 + slant))[..., None]
    first, last = np.array(top.rgb, np.float32), np.array(bottom.rgb, np.float32)
    # Grain keeps the steps of 8 bits from showing as bands.
    return first + (last - first) * share + 0.6 * grain()


def shadowed(scene: Pixels, place: Place, spread: float, colour: Colour, opacity: float) -> Pixels:
    """A scene under the soft shadow of a box; Gaussian, so a product of two error functions.

    resvg's own blur takes half a second for a window's shadow.

    Args:
        spread: standard deviation in pixels.
        opacity: in the middle, 0..1.
    """
    left, top, width, height = place
    across = _edge(WIDTH, left, left + width, spread)[None, :, None]
    down = _edge(HEIGHT, top, top + height, spread)[:, None, None]
    return blended(scene, np.array(colour.rgb, np.float32), opacity * across * down)


def _edge(count: int, low: float, high: float, spread: float) -> Pixels:
    scale = spread * math.sqrt(2)
    return np.array(
        [0.5 * (math.erf((i - low) / scale) - math.erf((i - high) / scale)) for i in range(count)],
        np.float32,
    )


def lit(scene: Pixels, place: Place, colour: Colour, opacity: float) -> Pixels:
    """A scene with light in it that fades out. place: its centre, and its reach across and down."""
    x, y, reach_x, reach_y = place
    across = ((np.arange(scene.shape[1], dtype=np.float32) - x) / reach_x)[None, :, None]
    down = ((np.arange(scene.shape[0], dtype=np.float32) - y) / reach_y)[:, None, None]
    near = np.clip(1 - np.sqrt(across**2 + down**2), 0, 1)
    near = near * near * (3 - 2 * near)
    return blended(scene, np.array(colour.rgb, np.float32), opacity * near)


def overlaid(scene: Pixels, body: str, *, defs: str = "") -> Image.Image:
    """SVG elements over a scene."""
    under = as_image(scene).convert("RGBA")
    under.alpha_composite(painted(body, defs=defs))
    return under


def softened(coverage: Pixels, radius: float) -> Pixels:
    """A coverage (H, W, 1) blurred at a quarter of its size."""
    image = Image.fromarray(coverage[..., 0], "F")
    small = image.reduce(4)
    taps = np.exp(-0.5 * (np.arange(-9, 10) * 4 / radius) ** 2).astype(np.float32)
    taps /= taps.sum()
    values = np.pad(np.asarray(small, np.float32), 9)
    rows = sum(tap * values[i : i + small.height] for i, tap in enumerate(taps))
    blurred = sum(tap * rows[:, i : i + small.width] for i, tap in enumerate(taps))
    whole = Image.fromarray(np.asarray(blurred, np.float32), "F")
    return np.asarray(whole.resize(image.size, Image.Resampling.BICUBIC), np.float32)[..., None]


def gradient(name: str, top: Colour, bottom: Colour, *, slant: float = 0.0) -> str:
    """The definition of a linear gradient from top to bottom. slant: 0 upright, 1 diagonal."""
    return (
        f'<linearGradient id="{name}" x1="0" y1="0" x2="{slant:g}" y2="1">'
        f'<stop offset="0" stop-color="{top.hex}"/><stop offset="1" stop-color="{bottom.hex}"/>'
        "</linearGradient>"
    )


def as_pixels(image: Image.Image) -> Pixels:
    """(H, W, C) float32 in 0..255."""
    return np.asarray(image, np.float32)


def as_image(pixels: Pixels) -> Image.Image:
    """An RGB picture of (H, W, 3) values; what lies outside 0..255 is clipped."""
    return Image.fromarray(np.clip(pixels + 0.5, 0, 255).astype(np.uint8), "RGB")


@cache
def grain(width: int = WIDTH, height: int = HEIGHT) -> Pixels:
    """Fine even noise, always the same: (H, W, 1) with a deviation of 1."""
    tile = np.random.default_rng(7).standard_normal((256, 256)).astype(np.float32)
    rows, columns = -(-height // 256), -(-width // 256)
    return np.ascontiguousarray(np.tile(tile, (rows, columns))[:height, :width, None])


@cache
def clouds(cells: tuple[int, int], seed: int, width: int = WIDTH, height: int = HEIGHT) -> Pixels:
    """Smooth noise: (H, W, 1) about -1..1. cells: how many hills across and down."""
    total = np.zeros((height, width), np.float32)
    for octave in range(3):
        across, down = cells[0] << octave, cells[1] << octave
        rough = np.random.default_rng(seed + octave).uniform(-1, 1, (down + 3, across + 3))
        small = Image.fromarray(rough.astype(np.float32), "F")
        total += np.asarray(small.resize((width, height), Image.Resampling.BICUBIC)) * 0.5**octave
    return total[..., None] / 1.4


def shifted(values: Pixels, down: int, right: int = 0) -> Pixels:
    """Values moved down and to the right; zeros come in."""
    moved = np.zeros_like(values)
    height, width = values.shape[:2]
    moved[down:, right:] = values[: height - down, : width - right]
    return moved


def blended(under: Pixels, over: Pixels, alpha: Pixels) -> Pixels:
    """A picture over another. alpha: (H, W, 1) in 0..1."""
    return under + (over - under) * alpha


def in_perspective(
    image: Image.Image, corners: tuple[tuple[float, float], ...]
) -> tuple[Image.Image, tuple[int, int]]:
    """A picture whose corners lie elsewhere, clockwise from the upper left, with smooth edges.

    Returns:
        The RGBA picture of the box around the corners, and where that box begins.
    """
    left, top = (math.floor(min(point[i] for point in corners)) - 2 for i in range(2))
    right, bottom = (math.ceil(max(point[i] for point in corners)) + 2 for i in range(2))
    # A clear rim is what the edges are smoothed against; twice the size is sampled, then halved.
    width, height = image.size
    rim = Image.new("RGBA", (width + 4, height + 4), (0, 0, 0, 0))
    rim.paste(image, (2, 2))
    source = ((2, 2), (width + 2, 2), (width + 2, height + 2), (2, height + 2))
    target = tuple((2 * (x - left), 2 * (y - top)) for x, y in corners)
    large = rim.convert("RGBa").transform(
        (2 * (right - left), 2 * (bottom - top)),
        Image.Transform.PERSPECTIVE,
        _homography(target, source),
        Image.Resampling.BILINEAR,
    )
    return large.reduce(2).convert("RGBA"), (left, top)


def _homography(
    source: tuple[tuple[float, float], ...], target: tuple[tuple[float, float], ...]
) -> tuple[float, ...]:
    """The eight numbers by which Pillow finds for a point of the source the one of the target."""
    rows, values = [], []
    for (x, y), (u, v) in zip(source, target, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        values += [u, v]
    return tuple(float(value) for value in np.linalg.solve(np.array(rows), np.array(values)))
