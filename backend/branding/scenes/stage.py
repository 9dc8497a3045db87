"""What scenes are painted with: SVG text, and what is soft in them."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO

import numpy as np
import resvg_py
from PIL import Image, ImageFilter

from backend.branding.scenes.figures import HEIGHT, WHOLE, WIDTH, Frame
from backend.domain.brief import Colour

_COARSE = 4
"""What is soft is painted at a quarter of the size and enlarged: sixteen times cheaper."""


def painted(
    body: str, *, defs: str = "", scale: float = 1.0, only: Frame | None = None
) -> Image.Image:
    """SVG text as an RGBA picture.

    Args:
        body: elements in a box of WIDTH x HEIGHT.
        scale: of the picture against the scene.
        only: the part that is wanted, in whole pixels; None is the whole scene.
    """
    part = only or WHOLE
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{part.width}" height="{part.height}"'
        f' viewBox="{part.x} {part.y} {part.width} {part.height}"><defs>{defs}</defs>{body}</svg>'
    )
    width, height = round(part.width * scale), round(part.height * scale)
    png = resvg_py.svg_to_bytes(svg_string=svg, width=width, height=height)
    return Image.open(BytesIO(bytes(png))).convert("RGBA")


def smooth(body: str, *, defs: str = "", blur_px: float = 0.0) -> Image.Image:
    """SVG text without edges, such as gradients, as an opaque picture of a scene's size.

    Painted at a quarter of the size, which nobody sees: large gradients are what costs most.
    """
    image = painted(body, defs=defs, scale=1 / _COARSE).convert("RGB")
    if blur_px:
        image = image.filter(ImageFilter.GaussianBlur(blur_px / _COARSE))
    return image.resize((WIDTH, HEIGHT), Image.Resampling.BICUBIC).convert("RGBA")


def laid(
    under: Image.Image, body: str, *, defs: str = "", only: Frame | None = None
) -> Image.Image:
    """A scene with SVG text painted over it.

    Args:
        only: what the text does not leave; saves time.
    """
    part = (only or WHOLE).whole()
    scene = under.copy()
    scene.alpha_composite(painted(body, defs=defs, only=part), (int(part.x), int(part.y)))
    return scene


def shaded(
    under: Image.Image, body: str, *, blur_px: float, colour: Colour, strength: float
) -> Image.Image:
    """A scene with the blurred silhouette of SVG text on it: a shadow, or a glow.

    Args:
        body: what casts it; only how opaque it is counts.
        blur_px: standard deviation of the blur.
        strength: how opaque the middle is, 0..1.
    """
    mask = painted(body, scale=1 / _COARSE).getchannel("A")
    mask = mask.filter(ImageFilter.GaussianBlur(blur_px / _COARSE))
    mask = mask.point([round(value * strength) for value in range(256)])
    mask = mask.resize(under.size, Image.Resampling.BICUBIC)
    shadow = Image.new("RGBA", under.size, (*colour.rgb, 0))
    shadow.putalpha(mask)
    return Image.alpha_composite(under, shadow)


def grain(strength: float) -> Image.Image:
    """The roughness of plaster or cloth, to be multiplied: nearly white RGB, always the same.

    Args:
        strength: about how many of 255 steps it darkens by.
    """
    chance = np.random.default_rng(7)
    rough = np.zeros((HEIGHT, WIDTH), np.float32)
    for step, share in ((1, 0.35), (3, 0.4), (24, 0.6)):
        small = chance.random((HEIGHT // step, WIDTH // step), np.float32) * (share * strength)
        layer = Image.fromarray(small).resize((WIDTH, HEIGHT), Image.Resampling.BILINEAR)
        rough += np.asarray(layer)
    return Image.fromarray((255 - np.clip(rough, 0, 255)).astype(np.uint8)).convert("RGB")


def block(
    frame: Frame, fill: Colour | str, *, radius: float = 0.0, opacity: float = 1.0, more: str = ""
) -> str:
    """A rectangle with round corners.

    Args:
        fill: a colour, or a paint such as `url(#sky)`.
        more: further attributes.
    """
    paint = fill if isinstance(fill, str) else fill.hex
    clear = f' fill-opacity="{opacity:.3f}"' if opacity < 1 else ""
    return (
        f'<rect x="{frame.x:.2f}" y="{frame.y:.2f}" width="{frame.width:.2f}"'
        f' height="{frame.height:.2f}" rx="{radius:.2f}" fill="{paint}"{clear} {more}/>'
    )


def bars(
    x: float,
    y: float,
    widths: Sequence[float],
    fill: Colour,
    *,
    thick: float = 8,
    step: float = 18,
    opacity: float = 1.0,
) -> str:
    """Lines of text that say nothing: bars with round ends, one below the other."""
    return "".join(
        block(
            Frame(x, y + step * line, width, thick),
            fill,
            radius=thick / 2,
            opacity=opacity,
        )
        for line, width in enumerate(widths)
    )


def linear(
    name: str, stops: Sequence[tuple[float, Colour, float]], *, to: tuple[float, float] = (0, 1)
) -> str:
    """A linear gradient from the top left corner of what it fills.

    Args:
        stops: offset 0..1, colour, opacity 0..1.
        to: its end, in shares of what it fills.
    """
    return (
        f'<linearGradient id="{name}" x1="0" y1="0" x2="{to[0]}" y2="{to[1]}">'
        f"{_stops(stops)}</linearGradient>"
    )


def radial(
    name: str,
    stops: Sequence[tuple[float, Colour, float]],
    *,
    middle: tuple[float, float],
    radius: float,
) -> str:
    """A radial gradient; middle and radius in shares of what it fills."""
    return (
        f'<radialGradient id="{name}" cx="{middle[0]}" cy="{middle[1]}" r="{radius}">'
        f"{_stops(stops)}</radialGradient>"
    )


def clip(name: str, body: str) -> str:
    """What lets only the inside of SVG text through, for `clip-path="url(#name)"`."""
    return f'<clipPath id="{name}">{body}</clipPath>'


def _stops(stops: Sequence[tuple[float, Colour, float]]) -> str:
    return "".join(
        f'<stop offset="{offset}" stop-color="{colour.hex}" stop-opacity="{opacity}"/>'
        for offset, colour, opacity in stops
    )
