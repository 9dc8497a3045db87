"""Drawings: flat areas in painting order, and their plain SVG text. Marks and lockups are such."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass, replace
from xml.sax.saxutils import escape

from backend.branding.outlines import Matrix, Outline
from backend.domain.brief import Colour

USUAL_SIZE = (400, 320)
"""What a file fits into that is opened as it is: a PNG at 1x in pixels, vector files in points."""


@dataclass(frozen=True, slots=True)
class Layer:
    """One area in one colour."""

    outline: Outline
    fill: Colour


@dataclass(frozen=True, slots=True)
class PlacedPicture:
    """Pixels that could not become areas.

    Attributes:
        png: an RGBA file.
        x, y, width, height: where it stands, in the drawing's units.
    """

    png: bytes
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Drawing:
    """Areas in painting order over nothing, in a box from (0, 0) to (width, height).

    Attributes:
        pictures: painted first; a drawing that has any cannot become a vector file.
    """

    width: float
    height: float
    layers: tuple[Layer, ...] = ()
    pictures: tuple[PlacedPicture, ...] = ()

    @property
    def is_vector(self) -> bool:
        """Whether it is made of areas alone."""
        return not self.pictures

    @property
    def fills(self) -> tuple[Colour, ...]:
        """The colours it is painted in, in order of first use."""
        return tuple(dict.fromkeys(layer.fill for layer in self.layers))

    @property
    def usual_scale(self) -> float:
        """What brings it into USUAL_SIZE. Its own units are those of mark and type: thousands."""
        return min(USUAL_SIZE[0] / self.width, USUAL_SIZE[1] / self.height)

    def painted(self, paint: Callable[[Colour], Colour]) -> Drawing:
        """The same areas in other colours; pictures stay as they are."""
        layers = tuple(replace(layer, fill=paint(layer.fill)) for layer in self.layers)
        return replace(self, layers=layers)

    def placed(self, x: float, y: float, scale: float, width: float, height: float) -> Drawing:
        """The drawing scaled and moved, in a box of another size."""
        matrix: Matrix = (scale, 0, 0, scale, x, y)
        return Drawing(
            width,
            height,
            tuple(Layer(layer.outline.transformed(matrix), layer.fill) for layer in self.layers),
            tuple(
                PlacedPicture(
                    picture.png,
                    picture.x * scale + x,
                    picture.y * scale + y,
                    picture.width * scale,
                    picture.height * scale,
                )
                for picture in self.pictures
            ),
        )

    def with_margin(self, margin: float) -> Drawing:
        """The drawing with room around it, in its own units."""
        return self.placed(margin, margin, 1.0, self.width + 2 * margin, self.height + 2 * margin)


def drawing_to_svg(
    drawing: Drawing,
    *,
    title: str = "",
    description: str = "",
    background: Colour | None = None,
    metadata: str = "",
    scale: float = 1.0,
) -> str:
    """A self-contained SVG document: paths, and pictures where the drawing has some.

    Args:
        title: accessible title, escaped.
        description: a sentence for those who cannot see it, escaped.
        background: paints the whole box first; None leaves it transparent.
        metadata: text of a metadata element, escaped.
        scale: pixels that a unit takes where a page does not say how large the drawing is.
    """
    width, height = f"{drawing.width:.2f}", f"{drawing.height:.2f}"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}"'
        f' width="{drawing.width * scale:.2f}" height="{drawing.height * scale:.2f}">'
    ]
    if title:
        parts.append(f"<title>{escape(title)}</title>")
    if description:
        parts.append(f"<desc>{escape(description)}</desc>")
    if metadata:
        parts.append(f"<metadata>{escape(metadata)}</metadata>")
    if background is not None:
        parts.append(f'<path d="M0 0H{width}V{height}H0Z" fill="{background.hex}"/>')
    for picture in drawing.pictures:
        data = base64.b64encode(picture.png).decode("ascii")
        parts.append(
            f'<image x="{picture.x:.2f}" y="{picture.y:.2f}" width="{picture.width:.2f}"'
            f' height="{picture.height:.2f}" href="data:image/png;base64,{data}"/>'
        )
    parts.extend(
        f'<path d="{layer.outline.to_svg()}" fill="{layer.fill.hex}"/>'
        for layer in drawing.layers
        if not layer.outline.is_empty
    )
    parts.append("</svg>")
    return "".join(parts)
