"""Drawings in frames: where they stand in a scene, and as its SVG text."""

from __future__ import annotations

import base64
import math
from dataclasses import dataclass, field, replace
from functools import cached_property
from io import BytesIO

from PIL import Image

from backend.branding.drawing import Drawing, PlacedPicture, drawing_to_svg

WIDTH, HEIGHT = 960, 600
_FINEST_PX = 640
"""Of the longer side of a drawing; no scene shows one larger."""


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

    def moved(self, right: float, down: float) -> Frame:
        """As large, elsewhere."""
        return Frame(self.x + right, self.y + down, self.width, self.height)

    def whole(self) -> Frame:
        """The pixels of the scene that it touches."""
        left, top = max(0, math.floor(self.x)), max(0, math.floor(self.y))
        right = min(WIDTH, math.ceil(self.x + self.width))
        return Frame(left, top, right - left, min(HEIGHT, math.ceil(self.y + self.height)) - top)


WHOLE = Frame(0, 0, WIDTH, HEIGHT)


@dataclass(frozen=True)
class Figure:
    """A drawing that is set into scenes, perhaps several times."""

    drawing: Drawing
    _sized: dict[float, str] = field(default_factory=dict, compare=False)

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
        if scale not in self._sized:
            self._sized[scale] = "".join(
                f'<image x="{picture.x:.2f}" y="{picture.y:.2f}" width="{picture.width:.2f}"'
                f' height="{picture.height:.2f}" preserveAspectRatio="none"'
                f' href="data:image/png;base64,{_shrunk(picture, scale)}"/>'
                for picture in self.drawing.pictures
            )
        return self._sized[scale]


def lightened(drawing: Drawing) -> Drawing:
    """A drawing whose pictures are no finer than any scene shows them."""
    scale = _FINEST_PX / max(drawing.width, drawing.height)
    pictures = tuple(
        replace(picture, png=base64.b64decode(_shrunk(picture, scale)))
        for picture in drawing.pictures
    )
    return replace(drawing, pictures=pictures)


def _shrunk(picture: PlacedPicture, scale: float) -> str:
    """The file at a number of pixels per unit, if it is larger; in base 64."""
    width, height = (max(8, round(side * scale)) for side in (picture.width, picture.height))
    png = picture.png
    with Image.open(BytesIO(png)) as file:
        if width < file.width and height < file.height:
            stream = BytesIO()
            small = file.convert("RGBA").resize((width, height), Image.Resampling.LANCZOS)
            small.save(stream, "PNG", compress_level=1)
            png = stream.getvalue()
    return base64.b64encode(png).decode("ascii")
