"""What sRGB colours become in four-colour printing, by an ICC profile and LittleCMS."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image, ImageCms

from backend.domain.brief import Colour
from backend.vector.colour import colour_difference

PROFILE_NAME = "Coated FOGRA39L, at most 300 % ink"
PROFILE_PATH = Path(__file__).parent / "profiles" / "coated-fogra39l.icc"

VISIBLE_DIFFERENCE = 3.0
"""CIEDE2000 beyond which print looks different even to those who do not compare."""


@dataclass(frozen=True, slots=True)
class PrintInks:
    """A colour in process inks, relative to the paper.

    Attributes:
        cyan, magenta, yellow, black: whole percents, 0..100.
        printed: what the paper then shows, as sRGB.
        difference: CIEDE2000 between the colour and what is printed.
    """

    cyan: int
    magenta: int
    yellow: int
    black: int
    printed: Colour
    difference: float

    @property
    def percents(self) -> tuple[int, int, int, int]:
        """Cyan, magenta, yellow and black."""
        return (self.cyan, self.magenta, self.yellow, self.black)

    @property
    def is_printable(self) -> bool:
        """Whether the paper shows the colour without a visible difference."""
        return self.difference <= VISIBLE_DIFFERENCE


def print_inks(colours: Iterable[Colour]) -> tuple[PrintInks, ...]:
    """Colours by the profile PROFILE_NAME, relative colorimetric with black point compensation.

    The whole percents are what is converted back, so the difference is that of the figures given.
    """
    there, back = _transforms()
    found = []
    for colour in colours:
        shares = _converted(there, "RGB", colour.rgb)
        cyan, magenta, yellow, black = (round(share / 2.55) for share in shares)
        rounded = tuple(round(2.55 * percent) for percent in (cyan, magenta, yellow, black))
        printed = Colour(*_converted(back, "CMYK", rounded))
        difference = colour_difference(colour, printed)
        found.append(PrintInks(cyan, magenta, yellow, black, printed, difference))
    return tuple(found)


def _converted(transform: Any, mode: str, values: tuple[int, ...]) -> tuple[int, ...]:
    pixel = ImageCms.applyTransform(Image.new(mode, (1, 1), values), transform)
    assert pixel is not None
    found = pixel.getpixel((0, 0))
    assert isinstance(found, tuple)
    return tuple(int(value) for value in found)


@lru_cache(maxsize=1)
def _transforms() -> tuple[Any, Any]:
    """From sRGB to the profile's inks, and back to sRGB."""
    inks = ImageCms.getOpenProfile(BytesIO(PROFILE_PATH.read_bytes()))
    srgb = ImageCms.createProfile("sRGB")
    intent = ImageCms.Intent.RELATIVE_COLORIMETRIC
    flags = ImageCms.Flags.BLACKPOINTCOMPENSATION
    return (
        ImageCms.buildTransform(srgb, inks, "RGB", "CMYK", intent, flags),
        ImageCms.buildTransform(inks, srgb, "CMYK", "RGB", intent, flags),
    )
