from __future__ import annotations

from collections.abc import Mapping

from backend.branding.drawing import Drawing
from backend.branding.fonts import family
from backend.branding.kit import KitOrder
from backend.branding.lockups import Lockup, build_lockup, lettering_ink
from backend.branding.marks import Mark, MarkForm
from backend.branding.rasters import render_drawing
from backend.domain.branding import BrandSpec, KitLanguage, LockupKind, TextOptions
from backend.domain.brief import Colour
from backend.tests.branding.drawings import NAVY, WHITE, mountain

RECIPE = {"recipe": 1, "chain": [{"image": "img_0", "reproduce": {"text": "Лиса"}}]}


def order(
    name: str = "Foxtrail",
    *,
    drawing: Drawing | None = None,
    kinds: tuple[LockupKind, ...] = (LockupKind.LEFT, LockupKind.MARK),
    font: str = "manrope",
    tagline: str = "",
    background: Colour | None = None,
    made_for: Colour = WHITE,
    language: KitLanguage = KitLanguage.ENGLISH,
    on_white: Mapping[LockupKind, Lockup] | None = None,
) -> KitOrder:
    """An order of a kit; the first kind is the main one. On white it looks the same by default."""
    drawing = drawing or mountain()
    text = TextOptions(name=name, tagline=tagline, font=font)
    spec = BrandSpec("img_" + "0" * 24, text=text, lockup=kinds[0], background=background)
    form = MarkForm.NATIVE if drawing.is_vector else MarkForm.PIXELS
    palette = (made_for, *(drawing.fills or (NAVY,)))
    mark = Mark(drawing, form, palette, 9, 1.0)
    ink = lettering_ink(mark, background or made_for) if drawing.is_vector else NAVY
    lockups = {kind: build_lockup(kind, drawing, text, ink) for kind in kinds}
    return KitOrder(
        spec=spec,
        mark=mark,
        lockups=lockups,
        on_white=lockups if on_white is None else on_white,
        cutout=render_drawing(drawing.with_margin(50), width_px=128),
        family=family(font),
        recipe=RECIPE,
        glyphs=(("peak", "CC-BY-4.0", "Somebody"),),
        language=language,
    )
