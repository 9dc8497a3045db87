"""A workshop without fonts and tracing: quick, and it leaves its marks."""

from __future__ import annotations

import json
import threading
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image

from backend.branding.drawing import Drawing, Layer, drawing_to_svg
from backend.branding.marks import Mark, MarkForm, MarkSource
from backend.branding.outlines import rectangle
from backend.branding.rasters import render_drawing
from backend.branding.recipes import recipe_text
from backend.branding.vector_files import eps_file
from backend.domain.branding import Finding, LockupKind, MarkOptions, TextOptions, Variant, Verdict
from backend.domain.brief import Colour
from backend.domain.errors import InvalidRequest, NoVectorForm, StageFailed
from backend.services.workshop import Workshop
from backend.storage.png_files import encode_png

RED, WHITE = Colour(192, 57, 43), Colour(255, 255, 255)
FILES = 3


@dataclass(frozen=True)
class Family:
    """Stands for `fonts.Family`."""

    id: str = "manrope"
    name: str = "Manrope"
    category: str = "sans"
    weights: tuple[int, ...] = (400, 800)
    scripts: tuple[str, ...] = ("latin", "cyrillic")
    author: str = "Somebody"
    licence: str = "OFL-1.1"
    copyright: str = "Copyright Somebody"
    file: Path = Path(__file__)

    def nearest(self, weight: float) -> int:
        return min(self.weights, key=lambda there: abs(there - weight))

    def font_path(self, weight: float) -> Path:
        return self.file


@dataclass(frozen=True)
class Lockup:
    """Stands for `lockups.Lockup`."""

    kind: LockupKind
    drawing: Drawing
    clear_space: float = 100.0
    smallest_width_mm: float = 12.0
    smallest_width_px: int = 48
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class KitOrder:
    """Stands for `kit.KitOrder`."""

    spec: Any
    mark: Any
    lockups: Any
    on_white: Any
    cutout: Any
    family: Any
    recipe: Any
    glyphs: Any
    language: Any


@dataclass
class Scene:
    """What the workshop was asked for, and how it shall behave.

    Attributes:
        made: the sources and options that marks were made of.
        orders: the kits that were asked for.
        breaks_at: the file at which a kit ends in StageFailed.
        between: called before each file of a kit.
    """

    made: list[tuple[MarkSource, MarkOptions]] = field(default_factory=list)
    orders: list[KitOrder] = field(default_factory=list)
    is_pixels: bool = False
    breaks_at: int | None = None
    between: Callable[[int], None] = lambda _: None
    family: Family = field(default_factory=Family)
    gate: threading.Event | None = None

    def workshop(self) -> Workshop:
        return Workshop(
            make_mark=self.make_mark,
            recoloured=recoloured,
            suited=lambda mark, ground: mark,
            cut_out=lambda source, options: source.image.convert("RGBA"),
            main_colours=lambda image, count: ((WHITE, 0.75), (RED, 0.25))[:count],
            families=lambda: (self.family,),  # type: ignore[arg-type, return-value]
            family=self.find_family,  # type: ignore[arg-type]
            trapped=lambda drawing: drawing,
            build_lockup=build_lockup,  # type: ignore[arg-type]
            lettering_ink=lambda mark, ground: mark.palette[-1],
            varied=varied,
            svg_file=svg_file,
            pdf_file=lambda drawing, **_: b"%PDF-1.4 " + str(drawing.fills).encode(),
            eps_file=eps_file,
            png_file=png_file,
            mockups=lambda lockup, mark, **_: {"sign": Image.new("RGB", (64, 64), RED.rgb)},
            check=lambda mark, lockup, **_: (Finding("margins", Verdict.PASS, "It has room."),),
            kit_order=KitOrder,  # type: ignore[arg-type]
            build_kit=self.build_kit,
        )

    def make_mark(self, source: MarkSource, options: MarkOptions) -> Mark:
        self.made.append((source, options))
        if self.gate is not None:
            assert self.gate.wait(60)
        palette = options.palette or source.palette or (WHITE, RED)
        form = MarkForm.PIXELS if self.is_pixels else MarkForm.TRACED
        ink = palette[-1]
        drawing = Drawing(1000, 1000, (Layer(rectangle(0, 0, 1000, 1000), ink),))
        note = Finding("traced", Verdict.NOTE, "Traced.")
        return Mark(drawing, form, palette, 1, 0.97, (note,))

    def find_family(self, name: str) -> Family:
        if name != self.family.id:
            why = f"there is no font {name}"
            raise InvalidRequest(why, fields=[("text.font", why)])
        return self.family

    def build_kit(self, order: KitOrder, report: Callable[[int, int], None]) -> bytes:
        self.orders.append(order)
        stream = BytesIO()
        with zipfile.ZipFile(stream, "w") as archive:
            for number in range(FILES):
                self.between(number)
                report(number, FILES)
                if number == self.breaks_at:
                    raise StageFailed(f"the file {number}.png is not what it should be")
                lockup = next(iter(order.lockups.values()))
                recipe = recipe_text(order.recipe, {"place": number})
                content = png_file(lockup.drawing, width_px=32 + number, recipe=recipe)
                archive.writestr(zipfile.ZipInfo(f"{number}.png"), content)
        report(FILES, FILES)
        return stream.getvalue()


def recoloured(mark: Mark, colours: tuple[Colour, ...]) -> Mark:
    new = dict(zip(mark.palette, colours, strict=False))
    return replace(mark, drawing=mark.drawing.painted(lambda fill: new.get(fill, fill)))


def build_lockup(
    kind: LockupKind, mark: Drawing, text: TextOptions, ink: Colour, **_: Any
) -> Lockup:
    width = 1000.0 + 100 * len(text.name)
    letters = Layer(rectangle(1100, 400, width + 0.1, 600), ink)
    return Lockup(kind, Drawing(width, 1000, (*mark.layers, letters)))


def varied(
    drawing: Drawing, variant: Variant, *, ground: Colour | None
) -> tuple[Drawing, Colour | None]:
    if variant is Variant.BLACK:
        return drawing.painted(lambda _: Colour(0, 0, 0)), ground
    return drawing, ground


def svg_file(drawing: Drawing, *, title: str, background: Colour | None, recipe: str) -> str:
    if drawing.fills == (Colour(1, 2, 3),):
        raise NoVectorForm("it is made of pixels")
    return drawing_to_svg(drawing, title=title, background=background, metadata=recipe)


def png_file(
    drawing: Drawing, *, width_px: int, background: Colour | None = None, recipe: str
) -> bytes:
    image = render_drawing(drawing, width_px=width_px, background=background)
    return encode_png(image, json.loads(recipe))
