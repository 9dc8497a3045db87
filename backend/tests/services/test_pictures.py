from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from backend.domain.brief import Colour, Palette
from backend.domain.generation import SourceName
from backend.domain.likeness import Recipe
from backend.domain.ports import Draft
from backend.services.pictures import (
    Picture,
    pack_pictures,
    palette_from_hexes,
    unpack_pictures,
)

PALETTE = Palette(Colour(255, 255, 255), Colour(31, 58, 104), Colour(230, 110, 30))


def noise(seed: int, size: tuple[int, int] = (24, 24)) -> Image.Image:
    values = np.random.default_rng(seed).integers(0, 256, (size[1], size[0], 3), np.uint8)
    return Image.fromarray(values)


def draft() -> Draft:
    return Draft(
        image=noise(1),
        origin=SourceName.COMPOSER,
        seed=42,
        palette=PALETTE,
        layout="disc",
        concept="red fox",
        score=0.71,
        glyphs=(("game-icons:fox", "CC-BY-3.0", "GameIcons"),),
        svg="<svg/>",
        scores={"clarity": 0.9},
        recipe=Recipe(layout_seed=3),
    )


def test_a_draft_becomes_a_picture_with_all_its_facts() -> None:
    picture = Picture.from_draft(draft(), index=2)
    assert picture.facts() == {
        "index": 2,
        "origin": "composer",
        "seed": 42,
        "palette": ["#FFFFFF", "#1F3A68", "#E66E1E"],
        "is_flat": True,
        "layout": "disc",
        "concept": "red fox",
        "glyphs": [["game-icons:fox", "CC-BY-3.0", "GameIcons"]],
        "scores": {"overall": 0.71, "clarity": 0.9},
        "svg": "<svg/>",
        "parent": None,
        "recipe": {"layout_seed": 3, "noise": []},
    }
    assert picture.image is not None


def test_the_next_stage_changes_the_pixels_only() -> None:
    picture = Picture.from_draft(draft(), index=0)
    larger = picture.with_image(noise(2, (96, 96)))
    assert larger.image.size == (96, 96)
    assert larger.facts() == picture.facts()
    assert picture.image.size == (24, 24)


def test_a_repainted_picture_is_no_drawing_and_flat_only_if_meant_to_be() -> None:
    picture = Picture.from_draft(draft(), index=0)
    assert picture.repainted(noise(2), is_flat=True).is_flat
    assert not picture.repainted(noise(2), is_flat=False).is_flat
    assert picture.repainted(noise(2), is_flat=True).svg is None
    assert not Picture(noise(3), 0, "upload", 0).repainted(noise(2), is_flat=True).is_flat


def test_packed_pictures_come_back_to_the_pixel() -> None:
    upload = Picture(noise(3, (40, 24)), index=1, origin="upload", seed=0, parent="abc")
    pictures = [Picture.from_draft(draft(), index=0), upload]
    extra = {"warnings": ["ünï"], "seconds": 1.5, "brief": None}
    again, extra_again = unpack_pictures(pack_pictures(pictures, extra))
    assert extra_again == extra
    assert len(again) == 2
    for before, after in zip(pictures, again, strict=True):
        assert after.facts() == before.facts()
        assert after.palette == before.palette
        assert after.glyphs == before.glyphs
        assert after.image.mode == "RGB"
        assert np.array_equal(np.asarray(after.image), np.asarray(before.image))


def test_nothing_can_be_packed_too() -> None:
    assert unpack_pictures(pack_pictures([], {})) == ([], {})


@pytest.mark.parametrize("hexes", [[], ["#FFFFFF"], ["#FFFFFF"] * 4])
def test_only_three_colours_make_a_palette(hexes: list[str]) -> None:
    assert palette_from_hexes(hexes) is None


def test_a_palette_comes_back_from_its_hexes() -> None:
    assert palette_from_hexes([colour.hex for colour in PALETTE.colours]) == PALETTE
