"""What a person asks for: colours, palettes and the structured brief."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_HEX = re.compile(r"#?(?P<digits>[0-9a-fA-F]{6}|[0-9a-fA-F]{3})")


@dataclass(frozen=True, slots=True, order=True)
class Colour:
    """An opaque sRGB colour.

    Attributes:
        red, green, blue: integers in 0..255.
    """

    red: int
    green: int
    blue: int

    def __post_init__(self) -> None:
        if not all(0 <= channel <= 255 for channel in self.rgb):
            raise ValueError(f"colour channels must be in 0..255, got {self.rgb}")

    @classmethod
    def from_hex(cls, text: str) -> Colour:
        """Reads `#RRGGBB`, `RRGGBB` or the short `#RGB`.

        Raises:
            ValueError: the text is not a hexadecimal colour.
        """
        match = _HEX.fullmatch(text.strip())
        if match is None:
            raise ValueError(f"{text[:20]!r} is not a colour like #C0392B")
        digits = match["digits"]
        if len(digits) == 3:
            digits = "".join(digit * 2 for digit in digits)
        return cls(*(int(digits[i : i + 2], 16) for i in (0, 2, 4)))

    @property
    def hex(self) -> str:
        """The colour as `#RRGGBB`, upper case."""
        return "#{:02X}{:02X}{:02X}".format(*self.rgb)

    @property
    def rgb(self) -> tuple[int, int, int]:
        """The three channels, 0..255."""
        return (self.red, self.green, self.blue)


@dataclass(frozen=True, slots=True)
class Palette:
    """The three colours of one flat picture, by the part they play."""

    background: Colour
    primary: Colour
    secondary: Colour

    @property
    def colours(self) -> tuple[Colour, Colour, Colour]:
        """Background, primary, secondary: the order of a draft's layers."""
        return (self.background, self.primary, self.secondary)


@dataclass(frozen=True, slots=True)
class Brief:
    """A description taken apart by rules.

    Attributes:
        name: the brand's name, or "" when none was given.
        content: the phrase that says what to draw, boilerplate and colours removed.
        colours: colours asked for, in the order of mention, without repeats.
        styles: style words found, such as "minimalist" or "vintage".
        layouts: shapes asked for, as names of `backend.vector.layouts.Layout`.
        avoid: things that must not appear.
        unwanted_layouts: layouts that show one of these things, such as a disc where circles are
            to be avoided, or hide the ground.
        ground: the colour that was asked for as the background; one of the colours.
        warnings: plain sentences for the user about what could not be followed.
    """

    name: str
    content: str
    colours: tuple[Colour, ...] = ()
    styles: tuple[str, ...] = ()
    layouts: tuple[str, ...] = ()
    avoid: tuple[str, ...] = ()
    unwanted_layouts: tuple[str, ...] = ()
    ground: Colour | None = None
    warnings: tuple[str, ...] = field(default=())
