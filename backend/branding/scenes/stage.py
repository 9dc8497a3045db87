"""What scenes are painted with: SVG text, soft shadows, and figures that stand in frames."""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from io import BytesIO

import resvg_py
from PIL import Image, ImageFilter

from backend.branding.drawing import Drawing, PlacedPicture, drawing_to_svg
from backend.domain.brief import Colour

WIDTH, HEIGHT = 960, 600
_SHADOW_SCALE = 4
"""Shadows are blurred at a quarter of the size: as soft, and sixteen times cheaper."""
_FINEST_PICTURE_PX = 16


@dataclass(frozen=True, slots=True)
class Frame:
    """A rectangle of a scene, in pixels from its top left corner."""

    x: float
    y: float
    width: float
    height: float

    def inset(self, by: float) -> Frame:
        """Smaller on all sides."""
        return Frame(self.x + by, self.y + by, self.width - 2 * by, self.height - 2 * by)


@dataclass(frozen=True)
class Figure:
    """A drawing that is set into scenes, perhaps several times."""

    drawing: Drawing

    def frame_in(self, room: Frame, *, align: tuple[float, float] = (0.5, 0.5)) -> Frame:
        """Where it stands in a room, as large as it can be without distortion.

        Args:
            align: shares of the free width and height that are left before it.
        """
        scale = min(room.width / self.drawing.width, room.height / self.drawing.height)
        width, height = self.drawing.width * scale, self.drawing.height * scale
        x = room.x + (room.width - width) * align[0]
        y = room.y + (room.height - height) * align[1]
        return Frame(x, y, width, height)

    def set_in(self, room: Frame, *, align: tuple[float, float] = (0.5, 0.5)) -> str:
        """SVG text of the drawing in a room, see `frame_in`."""
        frame = self.frame_in(room, align=align)
        scale = frame.width / self.drawing.width
        head = f'<g transform="translate({frame.x:.2f} {frame.y:.2f}) scale({scale:.6f})">'
        return f"{head}{self._pictures(2 * scale)}{self._areas}</g>"

    @cached_property
    def _areas(self) -> str:
        svg = drawing_to_svg(replace(self.drawing, pictures=()))
        return svg[svg.index(">") + 1 : -len("</svg>")]

    def _pictures(self, scale: float) -> str:
        """Its pictures at about the size they are seen at: resvg alone would lose their detail."""
        shown = [_shrunk(picture, scale) for picture in self.drawing.pictures]
        return "".join(
            f'<image x="{picture.x:.2f}" y="{picture.y:.2f}" width="{picture.width:.2f}"'
            f' height="{picture.height:.2f}" preserveAspectRatio="none"'
            f' href="data:image/png;base64,{base64.b64encode(picture.png).decode("ascii")}"/>'
            for picture in shown
        )


def _shrunk(picture: PlacedPicture, scale: float) -> PlacedPicture:
    with Image.open(BytesIO(picture.png)) as file:
        image = file.convert("RGBA")
    size = tuple(
        max(_FINEST_PICTURE_PX, round(side * scale)) for side in (picture.width, picture.height)
    )
    if size[0] >= image.width or size[1] >= image.height:
        return picture
    stream = BytesIO()
    image.resize((size[0], size[1]), Image.Resampling.LANCZOS).save(stream, "PNG", compress_level=1)
    return replace(picture, png=stream.getvalue())


def painted(body: str, *, defs: str = "", scale: float = 1.0) -> Image.Image:
    """SVG text as an RGBA picture of a scene's size.

    Args:
        body: elements in a box of WIDTH x HEIGHT.
        scale: of the picture against the scene.
    """
    width, height = round(WIDTH * scale), round(HEIGHT * scale)
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}"'
        f' width="{WIDTH}" height="{HEIGHT}"><defs>{defs}</defs>{body}</svg>'
    )
    png = resvg_py.svg_to_bytes(svg_string=svg, width=width, height=height)
    return Image.open(BytesIO(bytes(png))).convert("RGBA")


def laid(under: Image.Image, body: str, *, defs: str = "") -> Image.Image:
    """A scene with SVG text painted over it."""
    return Image.alpha_composite(under, painted(body, defs=defs))


def shaded(
    under: Image.Image, body: str, *, blur_px: float, colour: Colour, strength: float
) -> Image.Image:
    """A scene with the blurred silhouette of SVG text on it: a shadow, or a glow.

    Args:
        body: what casts it; only how opaque it is counts.
        blur_px: standard deviation of the blur.
        strength: how opaque the middle is, 0..1.
    """
    mask = painted(body, scale=1 / _SHADOW_SCALE).getchannel("A")
    mask = mask.filter(ImageFilter.GaussianBlur(blur_px / _SHADOW_SCALE))
    mask = mask.point([round(value * strength) for value in range(256)])
    mask = mask.resize(under.size, Image.Resampling.BICUBIC)
    shadow = Image.new("RGBA", under.size, (*colour.rgb, 0))
    shadow.putalpha(mask)
    return Image.alpha_composite(under, shadow)


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


def recoloured_areas(svg: str, colour: Colour) -> str:
    """SVG text with every fill in one colour."""
    return re.sub(r'fill="#[0-9A-F]{6}"', f'fill="{colour.hex}"', svg)


def _stops(stops: Sequence[tuple[float, Colour, float]]) -> str:
    return "".join(
        f'<stop offset="{offset}" stop-color="{colour.hex}" stop-opacity="{opacity}"/>'
        for offset, colour, opacity in stops
    )
