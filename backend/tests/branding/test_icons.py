from __future__ import annotations

import subprocess
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PIL.IcoImagePlugin import IcoImageFile

from backend.branding.drawing import Drawing, Layer
from backend.branding.icons import (
    FAVICON_SIZES,
    SAFE_ZONE,
    apple_touch_drawing,
    avatar_drawing,
    favicon_file,
    fitted,
    ground_for,
    icon_drawing,
    icon_file,
    maskable_drawing,
    needs_tile,
    opaque_file,
)
from backend.branding.outlines import combined, rectangle
from backend.branding.rasters import render_drawing
from backend.domain.brief import Colour
from backend.tests.branding.drawings import (
    CREAM,
    NAVY,
    SKY,
    WHITE,
    badge,
    circle,
    lettering,
    mountain,
    pixels,
)
from backend.tests.branding.programs import program
from backend.vector.palette import INK


def test_icotool_lists_three_sizes(tmp_path: Path) -> None:
    path = tmp_path / "favicon.ico"
    path.write_bytes(favicon_file(mountain(), CREAM))
    done = subprocess.run(
        [program("icotool"), "-l", path], check=True, capture_output=True, text=True
    )
    assert done.stderr == ""
    for line, side in zip(done.stdout.splitlines(), FAVICON_SIZES, strict=True):
        assert f"--width={side} --height={side} --bit-depth=32" in line


def test_each_size_of_the_favicon_is_its_own_drawing() -> None:
    with Image.open(BytesIO(favicon_file(mountain(), CREAM))) as icon:
        assert isinstance(icon, IcoImageFile)
        for side in FAVICON_SIZES:
            ours = render_drawing(icon_drawing(mountain(), CREAM, side), width_px=side)
            theirs = np.asarray(icon.ico.getimage((side, side)).convert("RGBA"))
            seen = theirs[..., 3:] > 0
            assert ((theirs == np.asarray(ours)) | ~seen).all()


def test_at_16_pixels_the_mark_fills_the_icon() -> None:
    def margin(side: int) -> float:
        box = render_drawing(icon_drawing(mountain(), CREAM, side), width_px=side).getbbox()
        assert box is not None
        return box[0] / side

    assert margin(16) == 0
    assert margin(16) < margin(32) < margin(192)


def test_specks_are_left_out_of_small_icons_only() -> None:
    specks = [rectangle(100 * i, 0, 100 * i + 15, 15) for i in range(9)]
    drawing = Drawing(1000, 1000, (Layer(combined([*specks, circle(500, 600, 400)]), SKY),))
    assert np.asarray(render_drawing(icon_drawing(drawing, WHITE, 16), width_px=16))[0].max() == 0
    large = render_drawing(icon_drawing(drawing, WHITE, 512), width_px=512)
    assert np.asarray(large)[:40, :, 3].max() == 255


def test_a_mark_that_would_vanish_on_dark_tabs_gets_a_tile() -> None:
    assert needs_tile(badge())
    assert not needs_tile(mountain())
    icon = icon_drawing(badge(), CREAM, 48)
    assert icon.layers[0].fill == CREAM
    assert np.asarray(render_drawing(icon, width_px=48))[0, 0, 3] == 0


def test_pixels_stand_on_their_tile() -> None:
    image = render_drawing(icon_drawing(pixels(), CREAM, 192), width_px=192)
    corner, rim = image.getpixel((96, 8)), image.getpixel((96, 50))
    assert corner == (*CREAM.rgb, 255)
    assert isinstance(rim, tuple)
    assert rim[2] > rim[0]


@pytest.mark.parametrize("drawing", [mountain(), badge(), lettering(), pixels()])
def test_the_mark_lies_inside_the_safe_zone(drawing: Drawing) -> None:
    for placed, side, zone in (
        (maskable_drawing(drawing), 512, SAFE_ZONE),
        (avatar_drawing(drawing), 400, 1.0),
    ):
        alpha = np.asarray(render_drawing(placed, width_px=side).getchannel("A"))
        rows, columns = np.nonzero(alpha)
        radius = np.hypot(columns + 0.5 - side / 2, rows + 0.5 - side / 2).max()
        assert 0.6 * zone * side / 2 < radius <= zone * side / 2


def test_opaque_pictures_have_no_alpha(tmp_path: Path) -> None:
    path = tmp_path / "touch.png"
    path.write_bytes(opaque_file(apple_touch_drawing(mountain()), CREAM))
    with Image.open(path) as image:
        assert (image.mode, image.size) == ("RGB", (180, 180))
        assert image.getpixel((0, 0)) == CREAM.rgb
    found = subprocess.run(
        [program("identify"), "-format", "%[opaque]", path], check=True, capture_output=True
    ).stdout
    assert found.lower() == b"true"


def test_imagemagick_confirms_the_alpha_of_icons(tmp_path: Path) -> None:
    path = tmp_path / "icon.png"
    path.write_bytes(icon_file(mountain(), CREAM, 192))
    found = subprocess.run(
        [program("identify"), "-format", "%A %[opaque]", path], check=True, capture_output=True
    ).stdout
    assert found.lower() in (b"blend false", b"true false")


def test_the_ground_of_opaque_icons_shows_the_mark() -> None:
    assert ground_for(mountain(), CREAM) == CREAM
    assert ground_for(badge(), NAVY) == WHITE
    pale = Drawing(100, 100, (Layer(circle(50, 50, 50), Colour(250, 250, 240)),))
    assert ground_for(pale, None) == INK


def test_fitting_centres_and_keeps_proportions() -> None:
    placed = fitted(lettering(), 1200, 630, within=(600, 300))
    left, top, right, bottom = placed.layers[0].outline.bounds
    assert (left, right) == pytest.approx((300, 900))
    assert top + bottom == pytest.approx(630)
