"""What can be ordered when a picture becomes deliverables: cut-out, colours, lettering, lockup."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from backend.domain.brief import Colour
from backend.domain.generation import Range


class LockupKind(StrEnum):
    """How mark and lettering stand together."""

    MARK = "mark"
    WORDMARK = "wordmark"
    LEFT = "left"
    STACKED = "stacked"
    BADGE = "badge"


class Variant(StrEnum):
    """The colours of a lockup: its own, one ink, or its own for a dark ground."""

    COLOUR = "colour"
    BLACK = "black"
    WHITE = "white"
    REVERSED = "reversed"


class LetterCase(StrEnum):
    """What becomes of the letters that were typed."""

    TYPED = "typed"
    UPPER = "upper"
    LOWER = "lower"
    TITLE = "title"


class FileFormat(StrEnum):
    """Formats of a single delivered file."""

    PNG = "png"
    SVG = "svg"
    PDF = "pdf"
    EPS = "eps"


class KitLanguage(StrEnum):
    """What a kit's sheet and README are written in."""

    ENGLISH = "en"
    RUSSIAN = "ru"


class Verdict(StrEnum):
    """How a finding bears on the deliverables."""

    PASS = "pass"  # noqa: S105 - no password
    WARN = "warn"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something worth knowing about a mark or a lockup, as a plain sentence.

    Attributes:
        code: stable kebab-case name; with the verdict and the figures, front ends say it in other
            languages.
        text: an English sentence with its figures.
        advice: what to do, "" where there is nothing to be done.
        figures: what was measured and what it was held against, by name.
    """

    code: str
    verdict: Verdict
    text: str
    advice: str = ""
    figures: Mapping[str, float | str] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """JSON-able values."""
        return {
            "code": self.code,
            "verdict": str(self.verdict),
            "text": self.text,
            "advice": self.advice,
            "figures": dict(self.figures),
        }


@dataclass(frozen=True, slots=True)
class BrandLimits:
    """Bounds and defaults of the fields below. The one place where they are written down."""

    name_characters: int = 200
    tagline_characters: int = 120
    colours: int = 6
    tolerance: Range = Range(0, 1, 0.5)
    tracking: Range = Range(-100, 400, 0)
    png_px: Range = Range(16, 4096, 1024)


BRAND_LIMITS = BrandLimits()


@dataclass(frozen=True, slots=True)
class MarkOptions:
    """How a picture becomes a mark.

    Attributes:
        cutout: take the ground away; False keeps it as a filled square.
        tolerance: 0..1, how different from the ground a pixel may be and still belong to it.
        keep_holes: areas in the ground's colour that ink encloses stay painted.
        flat: lock to the palette; False keeps shades, and then there is no vector file.
        palette: colours to lock to, the ground first; empty: those the picture was made with, or
            its own main colours where nothing is known.
        recolour: new colours in the order of the palette that was locked to; empty keeps them.
            May be shorter.
    """

    cutout: bool = True
    tolerance: float = BRAND_LIMITS.tolerance.default
    keep_holes: bool = False
    flat: bool = True
    palette: tuple[Colour, ...] = ()
    recolour: tuple[Colour, ...] = ()


@dataclass(frozen=True, slots=True)
class TextOptions:
    """The lettering.

    Attributes:
        name: the brand's name; without it and a tagline only the mark is left.
        tagline: a smaller line below, or in the name's place if there is none; "" for none.
        font: id of a family in `branding.fonts`.
        weight: as in CSS, 100..900; the nearest that the family has is used.
        tracking: added between letters, in thousandths of an em.
        case: what becomes of the letters.
        colour: of the lettering; None takes the mark's darkest ink that is legible.
    """

    name: str = ""
    tagline: str = ""
    font: str = "manrope"
    weight: int = 700
    tracking: float = BRAND_LIMITS.tracking.default
    case: LetterCase = LetterCase.TYPED
    colour: Colour | None = None

    @property
    def title(self) -> str:
        """What the brand is called: its name, else the tagline, which is then set in its place."""
        return self.name if self.name.strip() else self.tagline


@dataclass(frozen=True, slots=True)
class BrandSpec:
    """Everything that decides the deliverables of one stored picture.

    Attributes:
        image: id of the picture.
        lockup: the one that is shown, and that stands first in the kit.
        background: what the lockup is shown on; None is nothing, a transparent ground.
    """

    image: str
    mark: MarkOptions = field(default_factory=MarkOptions)
    text: TextOptions = field(default_factory=TextOptions)
    lockup: LockupKind = LockupKind.LEFT
    background: Colour | None = None

    def to_json(self) -> dict[str, Any]:
        """JSON-able values, the inverse of `from_json`."""
        mark, text = self.mark, self.text
        return {
            "image": self.image,
            "mark": {
                "cutout": mark.cutout,
                "tolerance": mark.tolerance,
                "keep_holes": mark.keep_holes,
                "flat": mark.flat,
                "palette": [colour.hex for colour in mark.palette],
                "recolour": [colour.hex for colour in mark.recolour],
            },
            "text": {
                "name": text.name,
                "tagline": text.tagline,
                "font": text.font,
                "weight": text.weight,
                "tracking": text.tracking,
                "case": str(text.case),
                "colour": text.colour.hex if text.colour else None,
            },
            "lockup": str(self.lockup),
            "background": self.background.hex if self.background else None,
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> BrandSpec:
        """Rebuilds a spec written by `to_json`."""
        mark, text = values["mark"], values["text"]
        return cls(
            image=values["image"],
            mark=MarkOptions(
                cutout=mark["cutout"],
                tolerance=mark["tolerance"],
                keep_holes=mark["keep_holes"],
                flat=mark["flat"],
                palette=tuple(Colour.from_hex(text) for text in mark["palette"]),
                recolour=tuple(Colour.from_hex(text) for text in mark["recolour"]),
            ),
            text=TextOptions(
                name=text["name"],
                tagline=text["tagline"],
                font=text["font"],
                weight=text["weight"],
                tracking=text["tracking"],
                case=LetterCase(text["case"]),
                colour=Colour.from_hex(text["colour"]) if text["colour"] else None,
            ),
            lockup=LockupKind(values["lockup"]),
            background=Colour.from_hex(values["background"]) if values["background"] else None,
        )
