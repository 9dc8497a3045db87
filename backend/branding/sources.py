"""What marks are made of."""

from __future__ import annotations

from dataclasses import dataclass

from PIL import Image

from backend.domain.brief import Colour


@dataclass(frozen=True, slots=True)
class MarkSource:
    """A stored picture, as far as it matters here.

    Attributes:
        image: RGB or RGBA, 16 px to 4096 px a side.
        svg: the drawing of a composed draft, or None.
        palette: colours that it was made with, the ground first; empty when nothing is known.
        is_flat: whether every area wears a colour of the palette.
    """

    image: Image.Image
    svg: str | None = None
    palette: tuple[Colour, ...] = ()
    is_flat: bool = False
