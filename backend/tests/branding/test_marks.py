from __future__ import annotations

import itertools
from dataclasses import replace
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from backend.branding.marks import (
    MARK_UNITS,
    MAX_PATHS,
    Mark,
    MarkForm,
    MarkSource,
    make_mark,
    recoloured,
)
from backend.branding.native import contours_of
from backend.branding.outlines import within
from backend.branding.rasters import render_drawing
from backend.domain.branding import MarkOptions, Verdict
from backend.domain.brief import Colour, Palette
from backend.domain.errors import InvalidRequest
from backend.tests.branding.scenes import (
    BADGE,
    COLOURS,
    NAVY,
    RED,
    TEAL,
    TILE,
    WHITE,
    alpha_of,
    drawn,
    flat,
    noisy,
    painted,
    picture,
    ramp,
    shaded,
    true_alpha,
)

MAKERS = {"drawn": drawn, "flat": flat, "painted": painted}
FORMS = {"drawn": MarkForm.NATIVE, "flat": MarkForm.TRACED, "painted": MarkForm.TRACED}


def mark_of(maker: str, options: MarkOptions | None = None, size_px: int = 256) -> Mark:
    return make_mark(MAKERS[maker](BADGE, size_px), options or MarkOptions())


def confetti() -> MarkSource:
    """More dots than anyone could cut out by hand."""
    pixels = np.full((256, 256, 3), 255, np.uint8)
    for y, x in itertools.product(range(6, 250, 14), range(6, 250, 14)):
        pixels[y : y + 7, x : x + 7] = NAVY.rgb
    return MarkSource(Image.fromarray(pixels), None, (WHITE, NAVY), is_flat=True)


@pytest.mark.parametrize("maker", MAKERS)
def test_a_mark_is_its_ink_in_exact_colours_and_like_the_picture(maker: str) -> None:
    mark = mark_of(maker)
    assert mark.form is FORMS[maker]
    assert set(mark.drawing.fills) == {NAVY, TEAL}
    assert mark.palette == mark.worn == COLOURS
    assert mark.similarity > 0.98
    assert mark.paths == 3
    assert len(mark.drawing.layers) == 2


@pytest.mark.parametrize("maker", MAKERS)
def test_a_mark_is_cropped_to_its_ink(maker: str) -> None:
    drawing = mark_of(maker).drawing
    assert max(drawing.width, drawing.height) == pytest.approx(MARK_UNITS)
    # The ring's left edge to the square's right one, its top to the square's bottom.
    assert drawing.width / drawing.height == pytest.approx((920 - 70) / (900 - 90), rel=0.005)
    boxes = np.array([layer.outline.bounds for layer in drawing.layers])
    assert boxes[:, :2].min(axis=0) == pytest.approx((0, 0), abs=0.01)
    assert boxes[:, 2:].max(axis=0) == pytest.approx((drawing.width, drawing.height), abs=0.01)


@pytest.mark.parametrize("maker", MAKERS)
def test_areas_do_not_overlap(maker: str) -> None:
    first, second = mark_of(maker).drawing.layers
    shared = within(first.outline, second.outline)
    overlap = sum(box_area(contour.bounds) for contour in contours_of(shared))
    assert overlap < 0.001 * MARK_UNITS**2


def box_area(box: tuple[float, float, float, float]) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])


@pytest.mark.parametrize("maker", MAKERS)
def test_the_ground_shows_through_unless_holes_are_kept(maker: str) -> None:
    assert WHITE not in mark_of(maker).drawing.fills
    kept = mark_of(maker, MarkOptions(keep_holes=True))
    hole = next(layer for layer in kept.drawing.layers if layer.fill == WHITE)
    left, top, right, bottom = hole.outline.bounds
    scale = MARK_UNITS / (920 - 70)
    assert (right - left, bottom - top) == pytest.approx((280 * scale, 280 * scale), rel=0.02)
    assert kept.paths == 4


@pytest.mark.parametrize("maker", MAKERS)
def test_a_kept_ground_is_a_full_square(maker: str) -> None:
    mark = mark_of(maker, MarkOptions(cutout=False))
    assert (mark.drawing.width, mark.drawing.height) == (MARK_UNITS, MARK_UNITS)
    assert set(mark.drawing.fills) == set(COLOURS)
    assert alpha_of(render_drawing(mark.drawing, width_px=200)).min() > 0.7


@pytest.mark.parametrize("maker", MAKERS)
def test_recolouring_keeps_the_geometry(maker: str) -> None:
    mark = mark_of(maker)
    new = recoloured(mark, (WHITE, RED))
    assert [layer.outline for layer in new.drawing.layers] == [
        layer.outline for layer in mark.drawing.layers
    ]
    assert set(new.drawing.fills) == {RED, TEAL}
    assert new.palette == COLOURS
    assert new.worn == (WHITE, RED, TEAL)
    assert new == mark_of(maker, MarkOptions(recolour=(WHITE, RED)))


def test_recolouring_counts_by_the_palette_however_often() -> None:
    mark = mark_of("drawn")
    swapped = recoloured(mark, (WHITE, TEAL, NAVY))
    again = recoloured(swapped, (WHITE, RED))
    assert again.worn == (WHITE, RED, NAVY)
    assert recoloured(swapped, COLOURS).drawing == mark.drawing
    assert recoloured(mark, ()) is mark


def test_a_palette_of_ones_own_gives_each_ink_its_own_colour() -> None:
    palette = (Colour(250, 250, 240), Colour(255, 120, 0), Colour(0, 0, 0), Colour(90, 0, 120))
    for maker in MAKERS:
        mark = mark_of(maker, MarkOptions(palette=palette))
        assert mark.palette == palette
        assert len(mark.drawing.fills) == 2
        assert set(mark.drawing.fills) < set(palette[1:])


def test_fewer_inks_than_colours_merge_them() -> None:
    mark = mark_of("drawn", MarkOptions(palette=(WHITE, RED)))
    assert mark.drawing.fills == (RED,)
    assert mark.paths == 2


def test_shading_is_merged_and_said() -> None:
    source = MarkSource(noisy(shaded(picture(BADGE), 0.5)), None, COLOURS)
    mark = make_mark(source, MarkOptions())
    assert set(mark.drawing.fills) == {NAVY, TEAL}
    codes = {finding.code for finding in mark.findings}
    assert "ground-uneven" in codes


def test_an_uneven_ground_is_said_with_its_figures() -> None:
    alpha = true_alpha(TILE)[..., None]
    ground = ramp(256, Colour(255, 255, 255), Colour(200, 205, 225))
    pixels = alpha * np.array(NAVY.rgb) + (1 - alpha) * ground
    source = MarkSource(Image.fromarray(pixels.astype(np.uint8)), None, (WHITE, NAVY))
    (finding,) = (f for f in make_mark(source, MarkOptions()).findings if "ground" in f.code)
    assert finding.verdict is Verdict.WARN
    assert 10 < float(finding.figures["drift"]) < 30
    assert finding.advice
    even = make_mark(painted(TILE), MarkOptions())
    assert even.findings == ()


def test_too_many_areas_stay_pixels_and_the_reason_is_said() -> None:
    mark = make_mark(confetti(), MarkOptions())
    assert mark.form is MarkForm.PIXELS
    assert not mark.drawing.is_vector
    assert mark.paths > MAX_PATHS
    finding = mark.findings[-1]
    assert finding.code == "too-complex"
    assert str(mark.paths) in finding.text
    png = Image.open(BytesIO(mark.drawing.pictures[0].png))
    assert png.mode == "RGBA"
    assert {tuple(p[:3]) for p in np.asarray(png).reshape(-1, 4).tolist() if p[3]} == {NAVY.rgb}


def test_pixels_are_recoloured_too() -> None:
    mark = recoloured(make_mark(confetti(), MarkOptions()), (WHITE, RED))
    pixels = np.asarray(Image.open(BytesIO(mark.drawing.pictures[0].png)))
    assert (pixels[pixels[..., 3] == 255][:, :3] == RED.rgb).all()
    assert mark.worn == (WHITE, RED)


def test_kept_shades_are_pixels() -> None:
    mark = make_mark(painted(BADGE), MarkOptions(flat=False))
    assert mark.form is MarkForm.PIXELS
    assert [finding.code for finding in mark.findings] == ["shades-kept"]
    (placed,) = mark.drawing.pictures
    assert (placed.x, placed.y) == (0, 0)
    assert (placed.width, placed.height) == (mark.drawing.width, mark.drawing.height)


def test_a_glyph_cut_out_of_a_full_ink_ground_leaves_a_tile() -> None:
    # The ink runs to the picture's edge, as in the layout "negative".
    palette = Palette(NAVY, WHITE, TEAL)
    source = replace(painted(TILE, palette=palette), palette=(WHITE, NAVY))
    mark = make_mark(source, MarkOptions())
    assert mark.drawing.fills == (NAVY,)
    assert mark.paths == 2


def test_a_mark_depends_on_nothing_but_its_arguments() -> None:
    assert mark_of("painted") == mark_of("painted")


def test_nothing_but_ground_is_refused() -> None:
    blank = MarkSource(Image.new("RGB", (64, 64), "white"), None, (WHITE, NAVY))
    for options in (MarkOptions(), MarkOptions(flat=False)):
        with pytest.raises(InvalidRequest, match="nothing is left"):
            make_mark(blank, options)


@pytest.mark.parametrize("size", [16, 40, 1500])
def test_pictures_of_any_size_become_marks(size: int) -> None:
    source = flat(TILE, size)
    mark = make_mark(source, MarkOptions())
    assert mark.drawing.fills == (NAVY,)
    assert mark.drawing.width == pytest.approx(MARK_UNITS, rel=0.05)
