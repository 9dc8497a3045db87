"""What is ordered and answered when a picture becomes deliverables, as frozen values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

LOCKUPS = ("left", "stacked", "badge", "mark", "wordmark")
VARIANTS = ("colour", "black", "white", "reversed")
FORMATS = ("png", "svg", "pdf", "eps")
CASES = ("typed", "upper", "lower", "title")
PNG_SIZES_PX = (256, 512, 1024, 2048, 4096)
MAX_NAME_CHARACTERS = 200
MAX_TAGLINE_CHARACTERS = 120
MIN_TRACKING, MAX_TRACKING = -100, 400
MAX_COLOURS = 6
PIXELS = "pixels"


@dataclass(frozen=True, slots=True)
class MarkOptions:
    """How the picture becomes a mark.

    Attributes:
        tolerance: 0..1, how different from the ground a pixel may be and still belong to it.
        keep_holes: enclosed areas in the ground's colour stay painted.
        flat: exact colours; without them there is no vector file.
        palette: colours to lock to, the ground first; empty: the service decides.
        recolour: worn instead, in the order of the palette; may be shorter.
    """

    cutout: bool = True
    tolerance: float = 0.5
    keep_holes: bool = False
    flat: bool = True
    palette: tuple[str, ...] = ()
    recolour: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Lettering:
    """Name and tagline in type.

    Attributes:
        tracking: added between letters, in thousandths of an em.
        case: one of CASES.
        colour: None lets the service take a legible one of the mark's.
    """

    name: str = ""
    tagline: str = ""
    font: str = "manrope"
    weight: int = 700
    tracking: float = 0
    case: str = "typed"
    colour: str | None = None


@dataclass(frozen=True, slots=True)
class Brand:
    """Everything that decides the deliverables of one stored picture.

    Attributes:
        lockup: one of LOCKUPS.
        background: None is a transparent ground.
    """

    image: str
    mark: MarkOptions = field(default_factory=MarkOptions)
    text: Lettering = field(default_factory=Lettering)
    lockup: str = "left"
    background: str | None = None

    def to_json(self) -> dict[str, Any]:
        """The body as JSON values."""
        mark, text = self.mark, self.text
        return {
            "image": self.image,
            "mark": {
                "cutout": mark.cutout,
                "tolerance": mark.tolerance,
                "keep_holes": mark.keep_holes,
                "flat": mark.flat,
                "palette": list(mark.palette),
                "recolour": list(mark.recolour),
            },
            "text": {
                "name": text.name,
                "tagline": text.tagline,
                "font": text.font,
                "weight": text.weight,
                "tracking": text.tracking,
                "case": text.case,
                "colour": text.colour,
            },
            "lockup": self.lockup,
            "background": self.background,
        }


@dataclass(frozen=True, slots=True)
class Finding:
    """Something worth knowing, as a plain English sentence.

    Attributes:
        code: stable kebab-case name.
        verdict: "pass", "warn" or "note".
        advice: what to do, "" where there is nothing to be done.
        figures: what was measured and what it was held against, by name.
    """

    code: str
    verdict: str
    text: str
    advice: str = ""
    figures: Mapping[str, float | str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Preview:
    """A lockup as it will be delivered.

    Attributes:
        form: "native", "traced" or "pixels"; the last has no vector files.
        palette: the colours it was locked to, the ground first.
        colours: those that are worn now, in the same order.
        similarity: of the paths to the picture, 0..1.
        clear_space: to be left free around it, as a share of its width.
        ground: what it is to be shown on, None for nothing in particular.
    """

    svg: str
    form: str = ""
    palette: tuple[str, ...] = ()
    colours: tuple[str, ...] = ()
    paths: int = 0
    similarity: float | None = None
    smallest_width_mm: float | None = None
    smallest_width_px: float | None = None
    clear_space: float | None = None
    ground: str | None = None
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Font:
    """A family of typefaces.

    Attributes:
        category: "sans", "serif", "display", "slab", "script" or "mono".
        weights: as in CSS, lightest first.
        scripts: "latin", "cyrillic".
    """

    id: str
    name: str
    category: str = ""
    weights: tuple[int, ...] = ()
    scripts: tuple[str, ...] = ()
    author: str = ""
    licence: str = ""


@dataclass(frozen=True, slots=True)
class Mockup:
    """A lockup in use.

    Attributes:
        address: data address of the picture.
    """

    id: str
    address: str


@dataclass(frozen=True, slots=True)
class ColourShare:
    """A main colour of a picture, and how much of its area wears it, 0..1."""

    hex: str
    share: float


@dataclass(frozen=True, slots=True)
class Finish:
    """A finished state as it was saved."""

    brand: Brand
    saved_at: datetime | None = None
