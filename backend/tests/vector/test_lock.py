from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image

from backend.domain.brief import Colour, Palette
from backend.tests.vector.support import PAINT, few_examples, pixels
from backend.vector.colour_names import shifted
from backend.vector.lock import lock_to_palette
from backend.vector.palette import PALETTES, WHITE
from backend.vector.render import render_svg
from backend.vector.svg import Role, Scene, Shape, palette_fills, scene_to_svg

RED = Colour.from_hex("C0392B")
TINTED = Palette(WHITE, RED, shifted(RED, 16))
SCENE = Scene(
    (
        Shape("M150 150h400v400h-400z", Role.PRIMARY),
        Shape("M500 700a200 200 0 1 0 400 0a200 200 0 1 0 -400 0z", Role.SECONDARY),
    )
)


def picture(palette: Palette, size_px: int = 128) -> Image.Image:
    return render_svg(scene_to_svg(SCENE, palette_fills(palette)), size_px).convert("RGB")


def flat_spots(palette: Palette) -> dict[tuple[int, int], Colour]:
    """Places well inside the flat areas of `picture`, as shares of its side in percent."""
    return {
        (8, 8): palette.background,
        (35, 35): palette.primary,
        (70, 70): palette.secondary,
    }


def palettes() -> list[object]:
    curated = [pytest.param(named.palette, id=named.name) for named in PALETTES]
    return [pytest.param(PAINT, id="paint"), pytest.param(TINTED, id="tinted"), *curated]


@pytest.mark.parametrize("palette", palettes())
def test_noisy_flat_areas_become_exact(palette: Palette) -> None:
    rng = np.random.default_rng(1)
    clean = pixels(picture(palette)).astype(int)
    noisy = np.clip(clean + rng.normal(0, 2.5, clean.shape).round(), 0, 255).astype(np.uint8)
    locked = lock_to_palette(noisy, palette)
    for (x, y), colour in flat_spots(palette).items():
        row, column = y * 128 // 100, x * 128 // 100
        area = locked[row - 6 : row + 6, column - 6 : column + 6]
        assert (area == colour.rgb).all()


@pytest.mark.parametrize("palette", palettes())
def test_flat_areas_are_exact_after_enlarging_and_compression(palette: Palette) -> None:
    # Lanczos overshoots along outlines, as upscalers do, and a shift of one level is what a
    # network's rounding leaves behind.
    large = picture(palette, 64).resize((256, 256), Image.Resampling.LANCZOS)
    lighter = np.clip(pixels(large).astype(int) + 1, 0, 255).astype(np.uint8)
    locked = lock_to_palette(lighter, palette)
    allowed = {colour.rgb for colour in palette.colours}
    flat = [locked[2 * 256 * y // 200, 2 * 256 * x // 200] for x, y in flat_spots(palette)]
    assert {tuple(int(v) for v in value) for value in flat} == allowed
    exact = np.zeros(locked.shape[:2], bool)
    for rgb in allowed:
        exact |= (locked == rgb).all(axis=-1)
    assert exact.mean() > 0.9


@pytest.mark.parametrize("palette", [PAINT, TINTED])
def test_exact_colours_stay_and_a_second_lock_changes_no_flat_area(palette: Palette) -> None:
    flat = np.array([colour.rgb for colour in palette.colours], np.uint8)[None].repeat(5, 0)
    assert (lock_to_palette(flat, palette) == flat).all()
    once = lock_to_palette(pixels(picture(palette)), palette)
    twice = lock_to_palette(once, palette)
    for rgb in (colour.rgb for colour in palette.colours):
        settled = (once == rgb).all(axis=-1)
        assert (twice[settled] == rgb).all()


def test_an_even_mixture_stays_an_even_mixture() -> None:
    dark, light = Colour(0, 0, 0), Colour(200, 100, 50)
    mixed = np.array([[[100, 50, 25]]], np.uint8)
    assert lock_to_palette(mixed, Palette(light, dark, dark)).tolist() == [[[100, 50, 25]]]


@pytest.mark.parametrize(("before", "after"), [(40, 10), (60, 40), (100, 100), (120, 130)])
def test_other_mixtures_move_half_again_as_far_from_the_middle(before: int, after: int) -> None:
    dark, light = Colour(0, 0, 0), Colour(200, 200, 200)
    mixed = np.full((1, 1, 3), before, np.uint8)
    assert lock_to_palette(mixed, Palette(light, dark, dark)).ravel().tolist() == [after] * 3


def test_outlines_stay_smooth_and_monotonic() -> None:
    ramp = np.linspace(0, 255, 101)[None, :, None].repeat(3, 2).astype(np.uint8)
    black_on_white = Palette(WHITE, Colour(0, 0, 0), Colour(0, 0, 0))
    locked = lock_to_palette(ramp, black_on_white)[0, :, 0].astype(int)
    assert (np.diff(locked) >= 0).all()
    assert set(range(20, 236)) - set(locked.tolist())  # sharper than before
    assert len(set(locked.tolist())) > 50  # and yet no staircase
    assert (locked[:15] == 0).all()
    assert (locked[-15:] == 255).all()


@few_examples
@given(arrays(np.uint8, (4, 4, 3)))
def test_every_pixel_ends_between_two_colours_of_the_palette(noise: np.ndarray) -> None:
    locked = lock_to_palette(noise, PAINT).reshape(-1, 3).astype(float)
    colours = np.array([colour.rgb for colour in PAINT.colours], float)
    off = []
    for start, end in ((0, 1), (0, 2), (1, 2)):
        direction = colours[end] - colours[start]
        share = np.clip((locked - colours[start]) @ direction / (direction @ direction), 0, 1)
        off.append(np.abs(locked - colours[start] - share[:, None] * direction).max(axis=1))
    assert np.min(off, axis=0).max() <= 1  # rounding


def test_a_palette_of_one_colour_paints_everything() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (5, 7, 3), np.uint8)
    locked = lock_to_palette(noise, Palette(RED, RED, RED))
    assert (locked == RED.rgb).all()
    locked[:] = 0  # the result belongs to the caller


@few_examples
@given(st.integers(0, 255), st.integers(0, 255), st.integers(0, 255))
def test_the_given_pixels_are_not_changed(red: int, green: int, blue: int) -> None:
    given_pixels = np.full((2, 2, 3), (red, green, blue), np.uint8)
    before = given_pixels.copy()
    lock_to_palette(given_pixels, PAINT)
    assert (given_pixels == before).all()
