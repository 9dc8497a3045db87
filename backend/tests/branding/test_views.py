from __future__ import annotations

from io import BytesIO

import numpy as np
from PIL import Image

from backend.branding.drawing import Drawing, Layer, PlacedPicture
from backend.branding.outlines import rectangle
from backend.branding.views import view, view_at_width
from backend.domain.brief import Colour
from backend.tests.branding.drawings import CREAM, NAVY, RED, SKY, badge, mountain, pixels

GREEN = Colour(20, 120, 60)


def test_inks_cover_what_they_paint() -> None:
    inks = (NAVY, SKY, RED, CREAM, GREEN)
    layers = tuple(
        Layer(rectangle(100 * i, 0, 100 * i + 100, 100 * i + 50), ink) for i, ink in enumerate(inks)
    )
    seen = view(Drawing(500, 500, layers), pixels=10_000)
    assert seen.inks == inks
    shares = seen.cover.mean(axis=(1, 2))
    assert np.allclose(shares, [0.02, 0.06, 0.1, 0.14, 0.18], atol=0.002)


def test_what_is_painted_over_does_not_count() -> None:
    seen = view(badge(), pixels=40_000)
    assert seen.cover.sum(axis=0).max() <= 1.001
    assert seen.labels[seen.labels.shape[0] * 2 // 5, seen.labels.shape[1] // 2] == 2


def test_the_sides_follow_from_the_box() -> None:
    seen = view(Drawing(400, 100, (Layer(rectangle(0, 0, 400, 100), NAVY),)), pixels=40_000)
    assert seen.labels.shape == (100, 400)
    assert seen.scale == 1
    assert view_at_width(mountain(), 120).labels.shape == (120, 120)


def test_on_a_ground_it_looks_as_it_is_painted() -> None:
    painted = view(mountain(), pixels=10_000).on(CREAM)
    assert tuple(np.round(painted[0, 0])) == CREAM.rgb
    assert tuple(np.round(painted[50, 20])) == SKY.rgb


def test_pictures_are_told_apart_by_their_colours() -> None:
    seen = view(pixels(), pixels=10_000)
    assert [ink.rgb for ink in seen.inks] == [(20, 60, 120), (250, 220, 120)]
    assert seen.labels[5, 5] == 0
    assert seen.labels[50, 50] == 2


def test_shades_are_one_ink() -> None:
    ramp = np.linspace((40, 60, 120), (52, 72, 132), 64)[None].repeat(64, axis=0)
    stream = BytesIO()
    Image.fromarray(ramp.astype(np.uint8)).save(stream, "PNG")
    picture = PlacedPicture(stream.getvalue(), 0, 0, 100, 100)
    assert len(view(Drawing(100, 100, (), (picture,)), pixels=4096).inks) == 1


def test_nothing_has_no_inks() -> None:
    stream = BytesIO()
    Image.new("RGBA", (20, 20), (0, 0, 0, 0)).save(stream, "PNG")
    empty = Drawing(100, 100, (), (PlacedPicture(stream.getvalue(), 0, 0, 100, 100),))
    for drawing in (Drawing(100, 100), empty):
        seen = view(drawing, pixels=400)
        assert seen.inks == ()
        assert not seen.labels.any()
        assert tuple(seen.on(CREAM)[3, 3]) == CREAM.rgb
