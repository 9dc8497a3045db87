"""Shapes of finishing: what is wished for, previews, findings, kits."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from datetime import datetime
from io import BytesIO
from typing import Annotated, Any, Self

from PIL import Image
from pydantic import BaseModel, ConfigDict, Field

from backend.api import brand_examples as examples
from backend.api.schemas import HexColour, ImageId, Line
from backend.domain.branding import (
    BRAND_LIMITS,
    BrandSpec,
    FileFormat,
    Finding,
    KitLanguage,
    LetterCase,
    LockupKind,
    MarkOptions,
    TextOptions,
    Variant,
    Verdict,
)
from backend.domain.brief import Colour
from backend.services.branding import FileOrder, Preview
from backend.storage.finishes import Finish

_MOCKUP_QUALITY = 88
Palette = Annotated[list[HexColour], Field(max_length=BRAND_LIMITS.colours)]
_TOLERANCE, _TRACKING, _WIDTH = BRAND_LIMITS.tolerance, BRAND_LIMITS.tracking, BRAND_LIMITS.png_px


class _Wish(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False)


class MarkBody(_Wish):
    """How the picture becomes a mark."""

    cutout: bool = Field(True, description="Take the ground away; false keeps it as a square.")
    tolerance: Annotated[float, Field(ge=_TOLERANCE.low, le=_TOLERANCE.high)] = Field(
        _TOLERANCE.default,
        description="How different from the ground a pixel may be and still belong to it.",
    )
    keep_holes: bool = Field(
        False, description="Areas in the ground's colour that ink encloses stay painted."
    )
    flat: bool = Field(
        True, description="Lock to the palette; false keeps shades, and has no vector file."
    )
    palette: Palette = Field(
        default_factory=list,
        description="Colours to lock to, the ground first; none: those the picture was made with.",
    )
    recolour: Palette = Field(
        default_factory=list,
        description="New colours in the order of the locked palette; may be shorter.",
    )

    def to_domain(self) -> MarkOptions:
        """The domain's options."""
        return MarkOptions(
            cutout=self.cutout,
            tolerance=self.tolerance,
            keep_holes=self.keep_holes,
            flat=self.flat,
            palette=_colours(self.palette),
            recolour=_colours(self.recolour),
        )


class LetteringBody(_Wish):
    """The lettering."""

    name: Line = Field(
        "",
        max_length=BRAND_LIMITS.name_characters,
        description="Empty, with no tagline: only the mark is left.",
    )
    tagline: Line = Field(
        "",
        max_length=BRAND_LIMITS.tagline_characters,
        description="A smaller line below; without a name it stands in its place.",
    )
    font: Annotated[Line, Field(min_length=1, max_length=60)] = Field(
        TextOptions().font, description="Id of a family in GET /branding/fonts."
    )
    weight: Annotated[int, Field(ge=100, le=900)] = Field(
        TextOptions().weight, description="As in CSS; the nearest that the family has is used."
    )
    tracking: Annotated[float, Field(ge=_TRACKING.low, le=_TRACKING.high)] = Field(
        _TRACKING.default, description="Added between letters, in thousandths of an em."
    )
    case: Annotated[LetterCase, Field(strict=False)] = LetterCase.TYPED
    colour: HexColour | None = Field(
        None, description="None: the mark's darkest ink that is legible."
    )

    def to_domain(self) -> TextOptions:
        """The domain's options."""
        return TextOptions(
            name=self.name,
            tagline=self.tagline,
            font=self.font,
            weight=self.weight,
            tracking=self.tracking,
            case=self.case,
            colour=_colour(self.colour),
        )


class BrandBody(_Wish):
    """Everything that decides the deliverables of a picture."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.BRAND]})

    image: ImageId = Field(description="Id of a stored or uploaded picture.")
    mark: MarkBody = Field(default_factory=lambda: MarkBody.model_validate({}))
    text: LetteringBody = Field(default_factory=lambda: LetteringBody.model_validate({}))
    lockup: Annotated[LockupKind, Field(strict=False)] = LockupKind.LEFT
    background: HexColour | None = Field(None, description="None: a transparent ground.")

    def to_domain(self) -> BrandSpec:
        """The domain's spec."""
        return BrandSpec(
            image=self.image,
            mark=self.mark.to_domain(),
            text=self.text.to_domain(),
            lockup=self.lockup,
            background=_colour(self.background),
        )


class PreviewWish(BrandBody):
    """A finish, and in which colours it shall be shown."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [examples.BRAND | {"variant": "colour"}]}
    )

    variant: Annotated[Variant, Field(strict=False)] = Variant.COLOUR


class FileWish(BrandBody):
    """A finish, and which file of it is wanted."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [examples.BRAND | {"variant": "colour", "format": "png", "width": 1024}]
        }
    )

    variant: Annotated[Variant, Field(strict=False)] = Variant.COLOUR
    file_format: Annotated[FileFormat, Field(strict=False, alias="format")] = FileFormat.PNG
    width: Annotated[int, Field(ge=int(_WIDTH.low), le=int(_WIDTH.high))] = Field(
        int(_WIDTH.default), description="Of a PNG, in pixels."
    )

    def order(self) -> FileOrder:
        """Which file is wanted."""
        return FileOrder(self.file_format, self.variant, self.width)


class KitWish(BrandBody):
    """A finish, and the language of its kit."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.BRAND | {"language": "en"}]})

    language: Annotated[KitLanguage, Field(strict=False)] = Field(
        KitLanguage.ENGLISH, description="Of the brand sheet and the README."
    )


class BrandFindingBody(BaseModel):
    """Something worth knowing, as a plain sentence with its figures."""

    code: str = Field(description="Stable name; with the figures, to say it in other languages.")
    verdict: Verdict
    text: str
    advice: str = Field(description="What to do; empty if there is nothing to be done.")
    figures: dict[str, float | str] = Field(description="What was measured, and against what.")

    @classmethod
    def of(cls, finding: Finding) -> Self:
        """A finding as JSON."""
        return cls.model_validate(finding.to_json())


class ChecksBody(BaseModel):
    """What is good about a lockup and what is not."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"findings": [examples.FINDING]}]})

    findings: list[BrandFindingBody]


class PreviewBody(BaseModel):
    """A lockup as it looks now."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.PREVIEW]})

    svg: str = Field(description="A document without scripts or references to anything outside.")
    width: float
    height: float
    form: str = Field(description="native (a drawing), traced, or pixels: no vector file then.")
    palette: list[str] = Field(description="What the mark was locked to, the ground first.")
    colours: list[str] = Field(description="Worn now, in painting order.")
    paths: int = Field(description="Areas in the mark.")
    similarity: float = Field(description="SSIM of the drawn mark and the picture.")
    smallest_width_mm: float
    smallest_width_px: int
    clear_space: float = Field(description="To be left free around, as a share of the width.")
    ground: str | None = Field(description="What it is shown on; null: nothing.")
    findings: list[BrandFindingBody]

    @classmethod
    def of(cls, preview: Preview) -> Self:
        """A preview as JSON."""
        return cls(
            svg=preview.svg,
            width=round(preview.width, 2),
            height=round(preview.height, 2),
            form=preview.form,
            palette=[colour.hex for colour in preview.palette],
            colours=[colour.hex for colour in preview.colours],
            paths=preview.paths,
            similarity=round(preview.similarity, 4),
            smallest_width_mm=round(preview.smallest_width_mm, 1),
            smallest_width_px=preview.smallest_width_px,
            clear_space=round(preview.clear_space, 4),
            ground=preview.ground.hex if preview.ground else None,
            findings=[BrandFindingBody.of(finding) for finding in preview.findings],
        )


class MockupBody(BaseModel):
    """The lockup on a thing."""

    id: str
    image: str = Field(description="A WEBP picture as data URL.")


class MockupsBody(BaseModel):
    """The lockup on things."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.MOCKUPS]})

    mockups: list[MockupBody]

    @classmethod
    def of(cls, pictures: Mapping[str, Image.Image]) -> Self:
        """Pictures as data URLs."""
        return cls(
            mockups=[
                MockupBody(id=name, image=_data_url(image)) for name, image in pictures.items()
            ]
        )


class FontBody(BaseModel):
    """A family of fonts."""

    id: str
    name: str
    category: str = Field(description="sans, serif, display, slab, script or mono.")
    weights: list[int]
    scripts: list[str] = Field(description="Such as latin and cyrillic.")
    author: str
    licence: str
    copyright: str


class FontsBody(BaseModel):
    """The families that lettering can be set in."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"fonts": [examples.FONT]}]})

    fonts: list[FontBody]


class ColourShareBody(BaseModel):
    """A colour and how much of the picture it covers."""

    hex: str
    share: float


class SuggestionBody(BaseModel):
    """The main colours of a picture, its ground first."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.SUGGESTION]})

    colours: list[ColourShareBody]

    @classmethod
    def of(cls, found: tuple[tuple[Colour, float], ...]) -> Self:
        """Colours with their shares as JSON."""
        return cls(
            colours=[
                ColourShareBody(hex=colour.hex, share=round(share, 4)) for colour, share in found
            ]
        )


class FinishBody(BaseModel):
    """What somebody made of a picture."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.FINISH]})

    brand: dict[str, Any] = Field(description="As POST /branding/preview takes it.")
    saved_at: datetime

    @classmethod
    def of(cls, finish: Finish) -> Self:
        """A finished state as JSON."""
        return cls(brand=finish.brand.to_json(), saved_at=finish.saved_at)


def _colour(text: str | None) -> Colour | None:
    return None if text is None else Colour.from_hex(text)


def _colours(texts: list[str]) -> tuple[Colour, ...]:
    return tuple(Colour.from_hex(text) for text in texts)


def _data_url(image: Image.Image) -> str:
    stream = BytesIO()
    image.save(stream, "WEBP", quality=_MOCKUP_QUALITY, method=2)
    return "data:image/webp;base64," + base64.b64encode(stream.getvalue()).decode("ascii")
