from __future__ import annotations

from backend.branding.marks import make_mark
from backend.branding.sources import MarkSource
from backend.domain.branding import MarkOptions
from backend.domain.brief import Colour, Palette
from backend.vector.glyphs import Glyph
from backend.vector.layouts import Layout, build_scene
from backend.vector.render import render_svg
from backend.vector.svg import palette_fills, scene_to_svg

GLYPH = Glyph(
    "pack:sail", "sail", "M0 0L1000 1000H0Z", 1000, 1000, 0.5, 710, (333.0, 666.0), 4.8, 1.0
)


def test_a_canvas_covered_with_ink_is_the_ground_that_is_seen() -> None:
    scene = build_scene(Layout.NEGATIVE, [GLYPH])
    palette = Palette(Colour(11, 37, 69), Colour(255, 255, 255), Colour(19, 168, 158))
    svg = scene_to_svg(scene, palette_fills(palette))
    image = render_svg(svg, 256).convert("RGB")
    mark = make_mark(MarkSource(image, svg, palette.colours, is_flat=True), MarkOptions())

    assert mark.palette[0] == palette.primary
    assert mark.drawing.fills == (palette.background,)
