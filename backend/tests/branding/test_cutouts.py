from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from backend.branding.cutouts import cut_out
from backend.branding.marks import MarkSource
from backend.domain.branding import MarkOptions
from backend.domain.brief import Colour, Palette
from backend.domain.errors import InvalidRequest
from backend.tests.branding.scenes import (
    BADGE,
    COLOURS,
    LINES,
    NAVY,
    PAINT,
    RED,
    TEAL,
    TILE,
    WHITE,
    alpha_of,
    drawn,
    flat,
    noisy,
    on,
    painted,
    picture,
    ramp,
    shaded,
    true_alpha,
)
from backend.vector.colour import delta_e_2000, lab_from_srgb
from backend.vector.svg import Scene

BRAND = Colour(0, 110, 230)
GROUNDS = [WHITE, Colour(0, 0, 0), BRAND]
MAKERS = {"drawn": drawn, "flat": flat, "painted": painted}


@pytest.mark.parametrize("maker", MAKERS)
@pytest.mark.parametrize("scene", [BADGE, TILE], ids=["badge", "tile"])
def test_alpha_is_the_coverage_that_the_picture_was_drawn_with(maker: str, scene: Scene) -> None:
    cut = cut_out(MAKERS[maker](scene), MarkOptions())
    gap = np.abs(alpha_of(cut) - true_alpha(scene))
    edge = (true_alpha(scene) > 0.02) & (true_alpha(scene) < 0.98)
    assert gap[~edge].max() < 0.1
    assert gap[edge].mean() < {"drawn": 0.02, "flat": 0.06, "painted": 0.08}[maker]


@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("old", [WHITE, Colour(20, 20, 20), Colour(250, 210, 60)])
def test_no_halo_of_the_old_ground(old: Colour, ground: Colour) -> None:
    palette = Palette(old, RED, RED)
    cut = cut_out(painted(TILE, palette=palette), MarkOptions())
    alpha = true_alpha(TILE)[..., None]
    ideal = alpha * np.array(RED.rgb) + (1 - alpha) * np.array(ground.rgb)
    edge = (alpha[..., 0] > 0.02) & (alpha[..., 0] < 0.98)
    gap = delta_e_2000(lab_from_srgb(on(cut, ground)[edge]), lab_from_srgb(ideal[edge]))
    assert gap.mean() < 5
    inks = cut_out(painted(TILE, palette=palette), MarkOptions())
    seen = np.asarray(inks)[alpha_of(inks) > 0.02][:, :3]
    assert (seen == RED.rgb).all()


@pytest.mark.parametrize("maker", MAKERS)
def test_enclosed_ground_is_cut_out_unless_it_is_kept(maker: str) -> None:
    source = MAKERS[maker](BADGE)
    hole = (int(0.42 * 256), int(0.40 * 256))
    assert alpha_of(cut_out(source, MarkOptions()))[hole] == 0
    kept = cut_out(source, MarkOptions(keep_holes=True))
    assert np.asarray(kept)[hole].tolist() == [*WHITE.rgb, 255]
    assert alpha_of(kept)[2, 2] == 0
    # The ring's inner edge is whole: no see-through seam between ink and painted hole.
    assert alpha_of(kept)[60:140, 60:140].min() > 0.99


@pytest.mark.parametrize("maker", MAKERS)
def test_without_cutting_out_every_pixel_is_solid_and_locked(maker: str) -> None:
    kept = cut_out(MAKERS[maker](BADGE), MarkOptions(cutout=False))
    assert alpha_of(kept).min() == 1
    assert np.asarray(kept)[2, 2].tolist() == [*WHITE.rgb, 255]


def test_every_flat_pixel_of_a_shaded_noisy_picture_is_exact() -> None:
    image = noisy(shaded(picture(BADGE)), 5)
    locked = np.asarray(
        cut_out(MarkSource(image, None, COLOURS), MarkOptions(cutout=False)).convert("RGB")
    )
    same = np.ones(locked.shape[:2], np.bool_)
    for axis in (0, 1):
        for step in (1, -1):
            same &= (locked == np.roll(locked, step, axis)).all(axis=2)
    found = {tuple(pixel) for pixel in locked[same].tolist()}
    assert found == {colour.rgb for colour in COLOURS}
    for (y, x), colour in {(25, 100): NAVY, (190, 200): TEAL, (250, 20): WHITE}.items():
        assert locked[y, x].tolist() == list(colour.rgb)


def test_edges_between_two_inks_never_wear_a_third() -> None:
    # The third colour lies next to the middle between black and white, but is no mixture of them.
    palette = Palette(WHITE, Colour(0, 0, 0), Colour(125, 130, 128))
    cut = np.asarray(cut_out(painted(TILE, palette=palette), MarkOptions(cutout=False)))
    assert (cut[..., 0] == cut[..., 1]).all()


def test_thin_lines_survive_noise() -> None:
    cut = cut_out(painted(LINES), MarkOptions())
    ink, true = float(alpha_of(cut).sum()), float(true_alpha(LINES).sum())
    assert ink == pytest.approx(true, rel=0.2)


def test_specks_vanish() -> None:
    pixels = np.asarray(picture(TILE)).copy()
    rng = np.random.default_rng(3)
    for y, x in rng.integers(2, 250, (60, 2)):
        pixels[y : y + 2, x] = rng.integers(0, 255, 3)
    cut = cut_out(MarkSource(Image.fromarray(pixels), None, (WHITE, NAVY)), MarkOptions())
    assert np.abs(alpha_of(cut) - true_alpha(TILE)).mean() < 0.004


def test_a_ground_that_drifts_is_still_cut_out() -> None:
    alpha = true_alpha(TILE)[..., None]
    ground = ramp(256, Colour(255, 255, 255), Colour(205, 212, 228))
    pixels = alpha * np.array(NAVY.rgb) + (1 - alpha) * ground
    image = noisy(Image.fromarray(pixels.astype(np.uint8)), 2)
    cut = cut_out(MarkSource(image, None, (WHITE, NAVY)), MarkOptions())
    assert np.abs(alpha_of(cut) - alpha[..., 0]).mean() < 0.01


def test_tolerance_decides_about_what_is_nearly_the_ground() -> None:
    pale = Palette(WHITE, NAVY, Colour(226, 232, 240))
    source = MarkSource(noisy(picture(BADGE, palette=pale), 1), None, (WHITE, NAVY))
    square = (int(0.85 * 256), int(0.8 * 256))
    strict = cut_out(source, MarkOptions(tolerance=0.1))
    loose = cut_out(source, MarkOptions(tolerance=1.0))
    assert alpha_of(strict)[square] == 1
    assert alpha_of(loose)[square] == 0


@pytest.mark.parametrize("ground", GROUNDS)
def test_kept_shades_have_no_halo_either(ground: Colour) -> None:
    image = shaded(picture(TILE, palette=Palette(WHITE, RED, RED)), 0)
    cut = cut_out(MarkSource(image, None, (WHITE, RED)), MarkOptions(flat=False))
    alpha = true_alpha(TILE)[..., None]
    ideal = alpha * np.array(RED.rgb) + (1 - alpha) * np.array(ground.rgb)
    gap = delta_e_2000(lab_from_srgb(on(cut, ground)), lab_from_srgb(ideal))
    assert gap[(alpha > 0.02)[..., 0] & (alpha < 0.98)[..., 0]].mean() < 3
    assert gap.mean() < 0.2


def test_kept_shades_stay() -> None:
    image = shaded(picture(TILE, palette=Palette(WHITE, RED, RED)), 0.4)
    image.paste((255, 255, 255), mask=Image.fromarray(((1 - true_alpha(TILE)) * 255).astype("u1")))
    cut = np.asarray(cut_out(MarkSource(image, None, (WHITE, RED)), MarkOptions(flat=False)))
    assert abs(int(cut[60, 128, 0]) - int(np.asarray(image)[60, 128, 0])) <= 1
    assert cut[60, 128, 0] > cut[200, 128, 0] + 20


@pytest.mark.parametrize("maker", MAKERS)
def test_recolouring_exchanges_colours_in_the_palettes_order(maker: str) -> None:
    source = MAKERS[maker](BADGE)
    plain, new = (np.asarray(cut_out(source, MarkOptions(recolour=c))) for c in ((), (WHITE, RED)))
    assert (plain[..., 3] == new[..., 3]).all()
    navy = (plain[..., :3] == NAVY.rgb).all(axis=2) & (plain[..., 3] == 255)
    assert navy.sum() > 1000
    assert (new[navy][:, :3] == RED.rgb).all()


@pytest.mark.parametrize("maker", MAKERS)
def test_a_palette_of_ones_own_is_locked_to(maker: str) -> None:
    palette = (Colour(250, 250, 240), Colour(0, 0, 0), Colour(255, 120, 0))
    cut = np.asarray(cut_out(MAKERS[maker](BADGE), MarkOptions(palette=palette)))
    solid = cut[cut[..., 3] == 255][:, :3]
    found, counts = np.unique(solid, axis=0, return_counts=True)
    large = {tuple(colour) for colour in found[counts > 200].tolist()}
    assert large == {colour.rgb for colour in palette[1:]}


def test_without_any_palette_the_pictures_own_colours_are_found() -> None:
    cut = np.asarray(cut_out(MarkSource(picture(BADGE)), MarkOptions()))
    for (y, x), colour in {(25, 100): NAVY, (190, 200): TEAL}.items():
        assert delta_e_2000(lab_from_srgb(cut[y, x, :3]), lab_from_srgb(colour.rgb)) < 1.5
    assert cut[2, 2, 3] == 0


def test_transparent_pictures_keep_their_alpha() -> None:
    layer = np.zeros((256, 256, 4), np.uint8)
    layer[..., :3] = WHITE.rgb
    layer[..., 3] = np.round(true_alpha(TILE) * 255)
    cut = cut_out(MarkSource(Image.fromarray(layer, "RGBA")), MarkOptions())
    assert np.abs(alpha_of(cut) - true_alpha(TILE)).mean() < 0.01
    assert np.asarray(cut)[128, 128].tolist() == [*WHITE.rgb, 255]


@pytest.mark.parametrize("size", [(16, 16), (97, 40), (3000, 700)])
def test_the_cut_out_has_the_pictures_size(size: tuple[int, int]) -> None:
    image = picture(TILE, 512).resize(size)
    assert cut_out(MarkSource(image, None, (WHITE, NAVY)), MarkOptions()).size == size


def test_a_picture_of_nothing_but_ground_is_refused() -> None:
    blank = MarkSource(Image.new("RGB", (64, 64), WHITE.rgb), None, (WHITE, NAVY))
    with pytest.raises(InvalidRequest, match="nothing is left"):
        cut_out(blank, MarkOptions())
    with pytest.raises(InvalidRequest, match="Only one colour"):
        cut_out(replace(blank, palette=()), MarkOptions())


def test_a_palette_without_ink_is_refused() -> None:
    with pytest.raises(InvalidRequest, match="at least one ink"):
        cut_out(drawn(TILE), MarkOptions(palette=(WHITE,)))


def test_sources_are_not_written_to() -> None:
    source = painted(BADGE)
    before = source.image.tobytes()
    cut_out(source, MarkOptions())
    assert source.image.tobytes() == before
    assert PAINT.colours == source.palette
