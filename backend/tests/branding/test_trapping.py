from __future__ import annotations

import subprocess
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from backend.branding.drawing import Drawing, Layer
from backend.branding.outlines import combined, rectangle
from backend.branding.rasters import render_drawing
from backend.branding.trapping import trapped
from backend.branding.vector_files import pdf_file
from backend.branding.visible_areas import area_of, visible_regions
from backend.tests.branding.drawings import NAVY, SKY, badge, circle, halves, mountain, pixels
from backend.tests.branding.likeness import likeness
from backend.tests.branding.programs import program

SIDES_PX = (121, 201, 400)


def thinnest_cover(picture: Image.Image) -> int:
    """The least alpha in the middle of a disc that fills the picture."""
    alpha = np.asarray(picture.getchannel("A"))
    y, x = np.ogrid[: alpha.shape[0], : alpha.shape[1]]
    middle, side = (alpha.shape[0] - 1) / 2, alpha.shape[0]
    inside = np.hypot(x - middle, y - middle) < 0.47 * side
    return int(alpha[inside].min())


@pytest.mark.parametrize("drawing", [mountain(), halves()], ids=["mountain", "halves"])
def test_nothing_shines_through_where_areas_touch(drawing: Drawing) -> None:
    before = [thinnest_cover(render_drawing(drawing, width_px=side)) for side in SIDES_PX]
    after = [thinnest_cover(render_drawing(trapped(drawing), width_px=side)) for side in SIDES_PX]
    assert min(before) < 200
    assert min(after) >= 250


@pytest.mark.parametrize("drawing", [mountain(), halves()], ids=["mountain", "halves"])
def test_it_looks_the_same_and_has_the_same_fills_in_the_same_order(drawing: Drawing) -> None:
    made = trapped(drawing)
    assert [layer.fill for layer in made.layers] == [layer.fill for layer in drawing.layers]
    # The last one is painted over nothing.
    assert made.layers[-1] == drawing.layers[-1]
    assert (
        likeness(render_drawing(drawing, width_px=500), render_drawing(made, width_px=500)) > 0.99
    )
    whole = [area_of(combined(layer.outline for layer in one.layers)) for one in (drawing, made)]
    assert whole[1] == pytest.approx(whole[0], rel=1e-4)
    seen = [
        {region.fill: region.area for region in visible_regions(one)} for one in (drawing, made)
    ]
    assert seen[1] == pytest.approx(seen[0], rel=2e-3)


def test_what_overlaps_already_or_never_touches_stays_as_it_is() -> None:
    apart = Drawing(
        1000, 400, (Layer(circle(200, 200, 200), NAVY), Layer(circle(800, 200, 150), SKY))
    )
    for drawing in (badge(), pixels(), apart):
        assert trapped(drawing) == drawing


def test_it_reaches_no_further_than_the_area_above() -> None:
    thin = rectangle(500, 0, 504, 1000)
    drawing = Drawing(1000, 1000, (Layer(rectangle(0, 0, 500, 1000), NAVY), Layer(thin, SKY)))
    left, top, right, bottom = trapped(drawing).layers[0].outline.bounds
    assert (left, top, bottom) == pytest.approx((0, 0, 1000), abs=0.01)
    assert right == pytest.approx(504, abs=0.01)


def test_poppler_shows_no_ground_between_areas(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(pdf_file(trapped(mountain()), title="Fox"))
    command = [program("pdftoppm"), "-r", "14", "-png", "-singlefile", str(path)]
    png = subprocess.run(command, check=True, capture_output=True).stdout
    found = np.asarray(Image.open(BytesIO(png)).convert("RGB"), int)
    side = len(found)
    y, x = np.ogrid[:side, :side]
    inside = np.hypot(x - side / 2, y - side / 2) < 0.45 * side
    # White would show as more of each channel than any of the colours has.
    most = np.array([layer.fill.rgb for layer in mountain().layers]).max(axis=0)
    assert (found[inside] <= most + 2).all()
