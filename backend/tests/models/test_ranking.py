from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from backend.models.ranking import (
    MarkScores,
    draft_score,
    kinship,
    matches_of,
    overlap,
    score_layers,
    scores_json,
)

SIZE = 64
Layers = NDArray[np.float32]


def layers_of(mask: Image.Image) -> Layers:
    """One ink over a ground; the mask is enlarged fourfold, so outlines are soft as in drawings."""
    ink = np.asarray(mask.resize((SIZE, SIZE), Image.Resampling.BOX), np.float32) / 255
    return np.stack([1 - ink, ink, np.zeros_like(ink)])


def canvas() -> tuple[Image.Image, ImageDraw.ImageDraw]:
    image = Image.new("L", (4 * SIZE, 4 * SIZE), 0)
    return image, ImageDraw.Draw(image)


def disc(x: float = 0.5, y: float = 0.5, radius: float = 0.3, blur: float = 0) -> Layers:
    image, pen = canvas()
    side = 4 * SIZE
    pen.ellipse([side * v for v in (x - radius, y - radius, x + radius, y + radius)], fill=255)
    return layers_of(image.filter(ImageFilter.GaussianBlur(blur * 4)) if blur else image)


def specks() -> Layers:
    image, pen = canvas()
    rng = np.random.default_rng(0)
    for x, y in rng.integers(0, 4 * SIZE, (400, 2)):
        pen.rectangle([int(x), int(y), int(x) + 6, int(y) + 6], fill=255)
    return layers_of(image)


def hairlines() -> Layers:
    image, pen = canvas()
    for place in range(20, 4 * SIZE, 24):
        pen.line([(place, 20), (place, 236)], fill=255, width=4)
    return layers_of(image)


def test_a_centred_disc_is_a_good_mark() -> None:
    scores = score_layers(disc())
    assert scores.clarity > 0.95
    assert scores.legibility > 0.85
    assert scores.calm == 1
    assert scores.balance > 0.98
    assert scores.presence == 1
    assert scores.overall > 0.94


def test_blur_costs_clarity_the_more_the_worse() -> None:
    clarity = [score_layers(disc(blur=px)).clarity for px in (0, 0.7, 1.5, 4)]
    assert clarity == sorted(clarity, reverse=True)
    assert len(set(clarity)) == 4
    assert clarity[3] == 0


def test_specks_are_not_calm_and_hairlines_do_not_survive() -> None:
    plain = score_layers(disc())
    assert score_layers(specks()).calm < 0.3
    thin = score_layers(hairlines())
    assert thin.legibility < 0.4 < plain.legibility
    assert thin.overall < plain.overall


def test_balance_falls_with_the_way_from_the_middle() -> None:
    balance = [score_layers(disc(x, 0.5, 0.2)).balance for x in (0.5, 0.55, 0.6, 0.7)]
    assert balance == sorted(balance, reverse=True)
    # 0.18 of the side away, and nothing is left.
    assert balance[3] == 0
    assert score_layers(disc(0.5, 0.59, 0.2)).balance == pytest.approx(0.5, abs=0.03)


def test_too_little_and_too_much_ink_lack_presence() -> None:
    presence = [score_layers(disc(radius=radius)).presence for radius in (0.04, 0.1, 0.3)]
    assert presence == sorted(presence)
    assert presence[0] < 0.1
    full = np.zeros((3, SIZE, SIZE), np.float32)
    full[1] = 1
    assert score_layers(full).presence == 0


def test_an_empty_picture_is_judged_not_divided_by() -> None:
    empty = np.zeros((3, SIZE, SIZE), np.float32)
    empty[0] = 1
    scores = score_layers(empty)
    assert (scores.legibility, scores.balance, scores.presence) == (0, 0, 0)
    assert scores.overall < score_layers(disc()).overall


def test_which_ink_is_primary_makes_no_difference() -> None:
    first = disc()
    assert score_layers(first[[0, 2, 1]]) == score_layers(first)


@pytest.mark.parametrize("turns", [1, 2, 3])
def test_turning_a_drawing_changes_nothing(turns: int) -> None:
    layers = disc(0.55, 0.47, 0.25)
    turned = score_layers(np.rot90(layers, turns, axes=(1, 2)))
    for name, value in score_layers(layers).to_json().items():
        assert turned.to_json()[name] == pytest.approx(value, abs=2e-3)


def test_overall_is_a_weighted_mean() -> None:
    assert MarkScores(1, 1, 1, 1, 1, 1).overall == pytest.approx(1)
    assert MarkScores(0, 0, 0, 0, 0, 0).overall == 0
    assert MarkScores(1, 0, 0, 0, 0, 0).overall == pytest.approx(0.3)
    assert MarkScores(0.12345, 0, 0, 0, 1, 0.5).to_json() == {
        "clarity": 0.123,
        "legibility": 0,
        "calm": 0,
        "balance": 0,
        "presence": 1,
        "one_colour": 0.5,
    }


def test_one_ink_keeps_a_drawing_whose_inks_lie_apart_and_loses_one_inside_the_other() -> None:
    inside, outside = disc(radius=0.15)[1], disc(radius=0.4)[1]
    framed = np.stack([1 - outside, outside - inside, inside])
    apart = np.stack(
        [1 - disc(x=0.25, radius=0.15)[1] - disc(x=0.75, radius=0.15)[1]]
        + [disc(x=x, radius=0.15)[1] for x in (0.25, 0.75)]
    )
    assert score_layers(disc()).one_colour == 1
    assert score_layers(apart).one_colour == pytest.approx(1)
    # As a knock-out the disc keeps both outlines; a second ink over half of a mark loses its seam.
    assert score_layers(framed).one_colour == pytest.approx(1)
    halved = disc()[[0, 1, 2]]
    halved[2, :, SIZE // 2 :] = halved[1, :, SIZE // 2 :]
    halved[1, :, SIZE // 2 :] = 0
    assert 0.6 < score_layers(halved).one_colour < 0.85


def test_the_score_of_a_draft_is_half_what_it_shows_and_half_how_it_is_drawn() -> None:
    assert draft_score(1, 0) == draft_score(0, 1) == 0.5
    assert draft_score(3, 0.5) == 0.75


class Likes:
    """Likes pictures the more the redder they are."""

    def match(self, pictures: Sequence[Image.Image], phrase: str) -> NDArray[np.float32]:
        return np.array([np.asarray(picture)[0, 0, 0] / 255 for picture in pictures], np.float32)


def test_without_a_matcher_there_is_no_match_to_tell_of() -> None:
    pictures = [Image.new("RGB", (8, 8), (red, 0, 0)) for red in (0, 255)]
    assert matches_of(None, pictures, "fox") == [None, None]
    assert matches_of(Likes(), pictures, "fox") == [0, 1]
    quality = score_layers(disc())
    assert "text_match" not in scores_json(quality, 0.5, None)
    told = scores_json(quality, 1.5, 0.25)
    assert (told["meaning"], told["text_match"]) == (1, 0.25)


def test_overlap_is_one_for_equals_and_falls_with_distance() -> None:
    centre, near, far = disc(), disc(x=0.55), disc(x=0.75)
    assert overlap(centre, centre) == pytest.approx(1)
    assert overlap(centre, centre) > overlap(centre, near) > overlap(centre, far) > 0


def test_kinship_measures_between_the_examples_own_distance_and_equality() -> None:
    examples = [disc(x=0.3), disc(x=0.7)]
    assert kinship(examples[1], examples) == pytest.approx(1)
    assert kinship(disc(y=0.95, radius=0.4), examples) < 0.1
    assert 0.3 < kinship(disc(x=0.68), examples) < 1
    assert kinship(disc(), []) == 0
