"""The colours of a brand: by the part they play, with what print and screens make of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from backend.branding.drawing import Drawing
from backend.branding.inks import PROFILE_NAME, PrintInks, print_inks
from backend.branding.rasters import render_drawing
from backend.domain.brief import Colour
from backend.vector.colour import contrast_ratio

_ROLES = ("Primary", "Secondary", "Accent")
_WHITE, _BLACK = Colour(255, 255, 255), Colour(0, 0, 0)


@dataclass(frozen=True, slots=True)
class BrandColour:
    """A colour of a brand.

    Attributes:
        role: "Primary", "Secondary", "Accent", "Accent 2" and so on by area, or "Background".
        share: of the ink's area, 0..1; 0 for a background.
    """

    role: str
    colour: Colour
    share: float
    inks: PrintInks

    @property
    def on_white(self) -> float:
        """WCAG contrast ratio with white, 1..21."""
        return contrast_ratio(self.colour, _WHITE)

    @property
    def on_black(self) -> float:
        """WCAG contrast ratio with black, 1..21."""
        return contrast_ratio(self.colour, _BLACK)

    def to_json(self) -> dict[str, Any]:
        """JSON-able values."""
        return {
            "role": self.role,
            "hex": self.colour.hex,
            "rgb": list(self.colour.rgb),
            "cmyk": list(self.inks.percents),
            "cmyk_difference": round(self.inks.difference, 1),
            "printable": self.inks.is_printable,
            "share": round(self.share, 3),
            "contrast_on_white": round(self.on_white, 2),
            "contrast_on_black": round(self.on_black, 2),
        }


def brand_colours(
    drawing: Drawing, *, painted: tuple[Colour, ...] = (), background: Colour | None = None
) -> tuple[BrandColour, ...]:
    """The colours that a drawing wears, the one with the largest area first, then the background.

    Args:
        painted: colours of its pictures, which are not looked into.
    """
    shares = _shares(drawing)
    worn = sorted(drawing.fills, key=lambda fill: -shares.get(fill, 0.0))
    worn += [colour for colour in painted if colour not in worn]
    roles = [
        _ROLES[i] if i < len(_ROLES) else f"Accent {i - len(_ROLES) + 2}" for i in range(len(worn))
    ]
    if background is not None and background not in worn:
        worn.append(background)
        roles.append("Background")
    return tuple(
        BrandColour(role, colour, shares.get(colour, 0.0), inks)
        for role, colour, inks in zip(roles, worn, print_inks(worn), strict=True)
    )


def colours_json(colours: tuple[BrandColour, ...], dark: Colour) -> dict[str, Any]:
    """What `colors.json` says.

    Args:
        dark: the ground of the reversed variant.
    """
    return {
        "colors": [colour.to_json() for colour in colours],
        "reversed_background": dark.hex,
        "rgb_space": "sRGB",
        "cmyk_profile": PROFILE_NAME,
        "cmyk_note": "Percent of ink. cmyk_difference is CIEDE2000 between screen and print; "
        "colours with more than 3 cannot be printed as they look on screens.",
    }


def _shares(drawing: Drawing) -> Mapping[Colour, float]:
    """Areas as they are seen, of what is painted in one colour."""
    pixels = np.asarray(render_drawing(drawing, width_px=256))
    solid = pixels[pixels[..., 3] == 255][:, :3]
    if not len(solid):
        return {}
    return {
        fill: float((solid == np.array(fill.rgb, np.uint8)).all(axis=1).mean())
        for fill in drawing.fills
    }
