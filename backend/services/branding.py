"""Use cases of finishing: from a picture and wishes to previews, files and kits.

Everything here is a function of the picture and the wishes; what is kept is kept to save time.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from typing import TYPE_CHECKING, Any

from PIL import Image

from backend.branding.drawing import Drawing, drawing_to_svg
from backend.branding.marks import Mark
from backend.branding.recipes import recipe_text
from backend.domain.branding import (
    BRAND_LIMITS,
    BrandSpec,
    FileFormat,
    Finding,
    KitLanguage,
    LockupKind,
    Variant,
)
from backend.domain.brief import Colour
from backend.domain.errors import InvalidRequest
from backend.services.brand_pictures import BrandPictures
from backend.services.brand_recipes import brand_recipe, font_facts
from backend.services.mark_shelf import MarkShelf
from backend.services.workshop import Workshop
from backend.storage.png_files import encode_png
from backend.vector.colour import contrast_ratio

if TYPE_CHECKING:
    from backend.branding.fonts import Family
    from backend.branding.lockups import Lockup

WHITE, _NEAR_BLACK = Colour(255, 255, 255), Colour(17, 18, 20)
# WCAG 2.2, success criterion 1.4.11, asks 3 of graphics; below 2 a mark is hardly seen at all.
_VISIBLE = 2.0
# Success criterion 1.4.3, for large type, such as names in logos.
_LARGE_TYPE = 3.0
Report = Callable[[int, int], None]
_MOST_PIXELS = int(BRAND_LIMITS.png_px.high) ** 2
SINGLE_FILE, CUTOUT = "file", "cutout"
"""Kinds of deliverables that are no part of a kit, as recipes name them."""
KIT_LANGUAGE = "language"
"""What recipes of kits and orders for them call their language."""


@dataclass(frozen=True, slots=True)
class Preview:
    """How a finish looks at the moment, and what is to be said about it.

    Attributes:
        svg: a document of our own making; pictures inside it are embedded.
        width, height: of its box, in its units.
        form: how the mark came about, see `MarkForm`.
        palette: what the mark was locked to, the ground first, before any recolouring.
        colours: those worn now, in painting order.
        clear_space: to be left free around, as a share of the width.
        ground: what it is shown on; None is nothing.
    """

    svg: str
    width: float
    height: float
    form: str
    palette: tuple[Colour, ...]
    colours: tuple[Colour, ...]
    paths: int
    similarity: float
    smallest_width_mm: float
    smallest_width_px: int
    clear_space: float
    ground: Colour | None
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class FileOrder:
    """Which single file is wanted.

    Attributes:
        width_px: of a PNG; the other formats have no pixels.
    """

    file_format: FileFormat = FileFormat.PNG
    variant: Variant = Variant.COLOUR
    width_px: int = int(BRAND_LIMITS.png_px.default)

    def to_json(self, lockup: LockupKind) -> dict[str, Any]:
        """As it stands in recipes."""
        known = {
            "kind": SINGLE_FILE,
            "format": str(self.file_format),
            "variant": str(self.variant),
            "lockup": str(lockup),
        }
        return known | ({"width": self.width_px} if self.file_format is FileFormat.PNG else {})


@dataclass(frozen=True, slots=True)
class Kit:
    """A brand kit.

    Attributes:
        content: a ZIP file.
        files: how many are inside.
    """

    content: bytes
    files: int


@dataclass(frozen=True, slots=True)
class _Shown:
    """A drawing, the ground that suits it, and the one that is painted in files."""

    drawing: Drawing
    ground: Colour | None
    painted: Colour | None


class BrandDesk:
    """The use cases; blocking, safe for several threads."""

    def __init__(self, pictures: BrandPictures, workshop: Callable[[], Workshop]) -> None:
        """What it needs.

        Args:
            pictures: where pictures come from.
            workshop: opened when something is first asked for.
        """
        self._pictures = pictures
        self._open = workshop
        self._shelf = MarkShelf(lambda source, options: self._open().make_mark(source, options))

    def fonts(self) -> Sequence[Family]:
        """The families that there are."""
        return self._open().families()

    def check_spec(self, spec: BrandSpec) -> None:
        """Raises ImageNotFound, and InvalidRequest for an unknown font: what costs no time."""
        self._pictures.check(spec.image)
        self._open().family(spec.text.font)

    def preview(self, spec: BrandSpec, variant: Variant = Variant.COLOUR) -> Preview:
        """The lockup in a variant.

        Raises:
            ImageNotFound: there is no such picture.
            InvalidRequest: the wishes do not fit the picture.
            TextNotSettable: the font lacks letters.
        """
        plain, mark = self._marks(spec)
        lockup = self._lockup(spec, mark)
        shown = self._shown(lockup, spec, mark, variant)
        drawing = shown.drawing
        return Preview(
            svg=drawing_to_svg(drawing, title=spec.text.title, background=shown.painted),
            width=drawing.width,
            height=drawing.height,
            form=str(plain.form),
            palette=plain.palette,
            colours=drawing.fills,
            paths=mark.paths,
            similarity=mark.similarity,
            smallest_width_mm=lockup.smallest_width_mm,
            smallest_width_px=lockup.smallest_width_px,
            clear_space=lockup.clear_space / drawing.width,
            ground=shown.ground,
            findings=(*mark.findings, *lockup.findings),
        )

    def checks(self, spec: BrandSpec) -> tuple[Finding, ...]:
        """What is good about the lockup and what is not. Raises like `preview`."""
        _, mark = self._marks(spec)
        return self._open().check(mark, self._lockup(spec, mark), ground=ground_for(spec, mark))

    def mockups(self, spec: BrandSpec) -> Mapping[str, Image.Image]:
        """The lockup on things, by their names. Raises like `preview`."""
        _, mark = self._marks(spec)
        lockup = self._lockup(spec, mark)
        bench = self._open()
        return bench.mockups(
            lockup.drawing,
            bench.trapped(mark.drawing),
            ground=ground_for(spec, mark),
            palette=mark.worn or mark.palette,
            name=spec.text.title,
        )

    def file(self, spec: BrandSpec, order: FileOrder) -> bytes:
        """One file of the lockup, with its recipe inside.

        Raises:
            NoVectorForm: the mark consists of pixels, and the format of areas.
            ImageNotFound, InvalidRequest, TextNotSettable: see `preview`.
        """
        _, mark = self._marks(spec)
        shown = self._shown(self._lockup(spec, mark), spec, mark, order.variant)
        drawing, ground = shown.drawing, shown.painted
        recipe = recipe_text(self.recipe(spec), order.to_json(spec.lockup))
        bench, title = self._open(), spec.text.title
        if order.file_format is FileFormat.PNG:
            _check_size(drawing, order.width_px)
            return bench.png_file(
                drawing, width_px=order.width_px, background=ground, recipe=recipe
            )
        if order.file_format is FileFormat.SVG:
            svg = bench.svg_file(drawing, title=title, background=ground, recipe=recipe)
            return svg.encode("utf-8")
        write = bench.pdf_file if order.file_format is FileFormat.PDF else bench.eps_file
        return write(drawing, title=title, background=ground, recipe=recipe)

    def cutout(self, spec: BrandSpec) -> bytes:
        """The picture itself without its ground, as PNG of its size. Raises like `preview`."""
        self._pictures.check(spec.image)
        image = self._open().cut_out(self._pictures.source(spec.image), spec.mark)
        whole = {**self.recipe(spec), "deliverable": {"kind": CUTOUT}}
        return encode_png(image, whole)

    def suggest_palette(self, image: Image.Image, count: int) -> tuple[tuple[Colour, float], ...]:
        """The main colours of any picture with their shares of its area, its ground first."""
        return self._open().main_colours(image, count)

    def kit(
        self, spec: BrandSpec, report: Report, language: KitLanguage = KitLanguage.ENGLISH
    ) -> Kit:
        """Every file of a brand in one ZIP.

        Args:
            spec: the finish.
            report: hears of files done, of how many; may raise to end it.
            language: of its brand sheet and README.

        Raises:
            StageFailed: a file is not what it should be; says which.
            ImageNotFound, InvalidRequest, TextNotSettable: see `preview`.
        """
        bench = self._open()
        _, mark = self._marks(spec)
        order = bench.kit_order(
            spec=spec,
            mark=replace(
                mark, drawing=bench.trapped(mark.drawing), palette=mark.worn or mark.palette
            ),
            lockups={kind: self._lockup(spec, mark, kind) for kind in kinds_for(spec)},
            on_white=self._on_white(spec),
            cutout=bench.cut_out(self._pictures.source(spec.image), spec.mark),
            family=bench.family(spec.text.font),
            recipe={**self.recipe(spec), KIT_LANGUAGE: str(language)},
            glyphs=self._pictures.credits(spec.image),
            language=language,
        )
        content = bench.build_kit(order, report)
        with zipfile.ZipFile(BytesIO(content)) as archive:
            return Kit(content, sum(not info.is_dir() for info in archive.infolist()))

    def recipe(self, spec: BrandSpec) -> dict[str, Any]:
        """What every file of this finish is made from. Raises ImageNotFound."""
        font = None
        if spec.text.title:
            family = self._open().family(spec.text.font)
            font = font_facts(family, spec.text.weight)
        pictures = self._pictures
        return brand_recipe(pictures.chain(spec.image), pictures.source(spec.image), spec, font)

    def _marks(self, spec: BrandSpec) -> tuple[Mark, Mark]:
        """The mark as it was locked, and as it is worn."""
        self._pictures.check(spec.image)
        plain = self._shelf.mark(spec.image, spec.mark, lambda: self._pictures.source(spec.image))
        bench, recolour = self._open(), spec.mark.recolour
        mark = bench.recoloured(plain, recolour) if recolour else plain
        return plain, bench.suited(mark, spec.background or WHITE) if spec.mark.cutout else mark

    def _lockup(self, spec: BrandSpec, mark: Mark, kind: LockupKind | None = None) -> Lockup:
        bench, ground = self._open(), ground_for(spec, mark)
        worn = mark.drawing.fills or (mark.worn or mark.palette)[1:]
        ink = spec.text.colour or bench.lettering_ink(mark, ground)
        if not spec.text.colour and spec.background is None and ground != WHITE and worn:
            # Pale marks on their own middling ground: dark letters would be of another brand.
            strongest = max(worn, key=lambda fill: contrast_ratio(fill, ground))
            ink = strongest if contrast_ratio(strongest, ground) >= _LARGE_TYPE else ink
        drawing = bench.trapped(mark.drawing)
        return bench.build_lockup(kind or spec.lockup, drawing, spec.text, ink)

    def _on_white(self, spec: BrandSpec) -> Mapping[LockupKind, Lockup]:
        """The lockups in the colours that they wear on white; none where they drown there."""
        bare = replace(spec, background=None)
        _, mark = self._marks(bare)
        if ground_for(bare, mark) != WHITE:
            return {}
        return {kind: self._lockup(bare, mark, kind) for kind in kinds_for(spec)}

    def _shown(self, lockup: Lockup, spec: BrandSpec, mark: Mark, variant: Variant) -> _Shown:
        """The drawing in the variant's colours.

        Whoever wishes for a ground gets the variant's painted, with the room that the lockup needs
        on it; without that wish it stays transparent, cropped to its ink.
        """
        made_for = ground_for(spec, mark)
        is_wished = spec.background is not None
        known = made_for if is_wished or made_for != WHITE else None
        drawing, ground = self._open().varied(lockup.drawing, variant, ground=known)
        if not is_wished or ground is None:
            return _Shown(drawing, ground, None)
        return _Shown(drawing.with_margin(lockup.clear_space), ground, ground)


def _check_size(drawing: Drawing, width_px: int) -> None:
    """Raises InvalidRequest: a lockup much taller than wide would take gigabytes."""
    tallness = drawing.height / drawing.width
    if width_px * width_px * tallness > _MOST_PIXELS:
        most = int((_MOST_PIXELS / tallness) ** 0.5)
        raise InvalidRequest(
            f"The lockup is {tallness:.1f} times as tall as wide: {most} px is the most.",
            fields=[("width", f"must be at most {most} for this lockup")],
        )


def ground_for(spec: BrandSpec, mark: Mark) -> Colour:
    """What a lockup is made to stand on: the ground wished for, or else white.

    A mark that would drown on white was drawn on a darker ground; it stays made for that one,
    though the files are transparent.
    """
    if spec.background is not None:
        return spec.background
    own, *inks = mark.worn or mark.palette or (WHITE,)
    worn = mark.drawing.fills or inks
    if not spec.mark.cutout or any(contrast_ratio(ink, WHITE) >= _VISIBLE for ink in worn):
        return WHITE
    return max((own, _NEAR_BLACK), key=lambda ground: _weakest(worn, ground) >= _VISIBLE)


def _weakest(inks: Sequence[Colour], ground: Colour) -> float:
    return min((contrast_ratio(ink, ground) for ink in inks), default=21.0)


def kinds_for(spec: BrandSpec) -> tuple[LockupKind, ...]:
    """The lockups of a kit: the chosen one first; without lettering only the mark."""
    if not spec.text.title:
        return (LockupKind.MARK,)
    return tuple(dict.fromkeys((spec.lockup, *LockupKind)))
