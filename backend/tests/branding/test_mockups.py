from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
import pytest
from PIL import Image

from backend.branding.drawing import Drawing, Layer
from backend.branding.mockups import SCENES as PAINTERS
from backend.branding.mockups import SIZE_PX, mockup_sheet, mockups
from backend.branding.outlines import rectangle
from backend.branding.scenes.brand import Brand
from backend.domain.brief import Colour
from backend.tests.branding.drawings import (
    CREAM,
    NAVY,
    RED,
    SKY,
    WHITE,
    badge,
    beside,
    lettering,
    mountain,
    pixels,
    star,
)
from backend.vector.colour import linear_from_srgb

SCENES = [
    "light-header", "dark-header", "browser-tab", "app-icon", "business-card", "t-shirt", "sign",
]  # fmt: skip
PALE, INK = Colour(243, 217, 164), Colour(20, 24, 32)
PLUM, MAGENTA = Colour(74, 30, 82), Colour(200, 0, 160)
# Where the logo is, whatever its shape: left, upper, right, lower.
PLACES = {
    "light-header": (92, 96, 200, 146),
    "dark-header": (48, 32, 200, 90),
    "browser-tab": (204, 350, 256, 462),
    "app-icon": (140, 190, 360, 410),
    "business-card": (140, 270, 420, 480),
    "t-shirt": (360, 172, 600, 330),
    "sign": (240, 190, 720, 420),
}


@dataclass(frozen=True)
class Case:
    mark: Drawing
    ground: Colour
    palette: tuple[Colour, ...]
    lockup: Drawing | None = None

    def pictures(self) -> Mapping[str, Image.Image]:
        lockup = self.lockup or beside(self.mark, lettering())
        return mockups(lockup, self.mark, ground=self.ground, palette=self.palette, name="Brand")

    def picture(self, scene: str, lockup: Drawing) -> Image.Image:
        brand = Brand(lockup, self.mark, self.ground, self.palette)
        return PAINTERS[scene](brand).convert("RGB")


def one_ink(ink: Colour) -> Drawing:
    return Drawing(1000, 1000, (Layer(star(500, 500, 500), ink),))


def in_ink(drawing: Drawing, ink: Colour) -> Drawing:
    return drawing.painted(lambda _: ink)


def made_on(ground: Colour, ink: Colour) -> Case:
    mark = one_ink(ink)
    return Case(mark, ground, (ground, ink), beside(mark, in_ink(lettering(), ink)))


CASES = {
    "colours": Case(mountain(), WHITE, (WHITE, SKY, NAVY, RED)),
    "dark": Case(one_ink(NAVY), WHITE, (WHITE, NAVY)),
    "black": made_on(WHITE, Colour(0, 0, 0)),
    "pale": made_on(INK, PALE),
    "pale-made-for-white": made_on(WHITE, Colour(252, 240, 210)),
    "white": made_on(PLUM, WHITE),
    "badge": Case(badge(), CREAM, (CREAM, NAVY, WHITE), badge()),
    "cream": made_on(CREAM, PLUM),
    "pixels": Case(pixels(), WHITE, (WHITE, NAVY, PALE)),
}


@cache
def shown(case: str) -> Mapping[str, Image.Image]:
    return CASES[case].pictures()


def near(image: Image.Image, colour: Colour, by: int = 12) -> np.ndarray:
    return np.asarray(np.abs(np.asarray(image, int) - colour.rgb).max(axis=2) <= by)


def luminances(image: Image.Image) -> np.ndarray:
    return np.asarray(linear_from_srgb(np.asarray(image)) @ np.array([0.2126, 0.7152, 0.0722]))


def test_every_scene_is_there_in_its_size() -> None:
    pictures = shown("colours")
    assert list(pictures) == SCENES
    assert {(picture.size, picture.mode) for picture in pictures.values()} == {(SIZE_PX, "RGB")}
    assert SIZE_PX == (960, 600)


def test_the_same_brand_looks_the_same_twice() -> None:
    again = CASES["colours"].pictures()
    assert all(again[scene] == picture for scene, picture in shown("colours").items())


@pytest.mark.parametrize("other", [case for case in CASES if case != "dark"])
def test_no_scene_is_alike_for_two_brands(other: str) -> None:
    for scene, picture in shown("dark").items():
        difference = np.abs(np.asarray(picture, int) - np.asarray(shown(other)[scene], int))
        assert (difference.max(axis=2) > 8).mean() > 0.003, scene


@pytest.mark.parametrize("scene", ["light-header", "app-icon", "business-card", "browser-tab"])
def test_the_brands_own_colours_are_worn_on_white(scene: str) -> None:
    seen = shown("colours")[scene].crop(PLACES[scene])
    for colour in (SKY, NAVY, RED):
        assert near(seen, colour).sum() >= 12, colour.hex


@pytest.mark.parametrize("scene", SCENES)
@pytest.mark.parametrize("case", CASES)
def test_the_logo_never_drowns(case: str, scene: str) -> None:
    light = luminances(shown(case)[scene].crop(PLACES[scene])).ravel()
    counts, edges = np.histogram(light, bins=40, range=(0, 1))
    surface = float(edges[int(counts.argmax())]) + 0.0125
    contrast = (np.maximum(light, surface) + 0.05) / (np.minimum(light, surface) + 0.05)
    assert (contrast >= 2.5).mean() > 0.02


@pytest.mark.parametrize("scene", ["light-header", "t-shirt"])
@pytest.mark.parametrize(
    ("width", "height"), [(9000, 300), (3000, 1000), (1000, 1000), (200, 2000)]
)
def test_no_shape_of_a_lockup_is_cut_or_distorted(scene: str, width: int, height: int) -> None:
    bar = Drawing(width, height, (Layer(rectangle(0, 0, width, height), MAGENTA),))
    rows, columns = np.nonzero(near(CASES["dark"].picture(scene, bar), MAGENTA, 90))
    found = np.ptp(columns) + 1, np.ptp(rows) + 1
    assert rows.min() > 20
    assert columns.min() > 20
    assert rows.max() < 579
    assert columns.max() < 939
    assert found[0] == pytest.approx(found[1] * width / height, rel=0.06, abs=1.3 * width / height)


@pytest.mark.parametrize(("width", "height"), [(9000, 300), (200, 2000)])
def test_a_sign_is_as_long_as_its_lockup_and_stays_on_the_wall(width: int, height: int) -> None:
    bar = Drawing(width, height, (Layer(rectangle(0, 0, width, height), NAVY),))
    panel = near(CASES["dark"].picture("sign", bar), NAVY, 4)
    rows, columns = np.nonzero(panel)
    assert 60 < columns.min() < columns.max() < 900
    assert 60 < rows.min() < rows.max() < 540
    assert (np.ptp(columns) > np.ptp(rows)) == (width > height)


def test_pixels_keep_their_colours_and_their_edges() -> None:
    seen = shown("pixels")["app-icon"].crop(PLACES["app-icon"])
    assert near(seen, Colour(20, 60, 120)).mean() > 0.1
    assert near(seen, Colour(250, 220, 120)).mean() > 0.02
    assert near(seen, WHITE, 2).mean() > 0.1


def test_several_colours_do_not_stand_on_one_of_themselves() -> None:
    sign = shown("colours")["sign"].crop(PLACES["sign"])
    assert near(sign, NAVY, 3).mean() > 0.2
    assert near(sign, SKY, 6).mean() > 0.02


def test_a_single_ink_and_its_paper_change_places_on_dark() -> None:
    seen = CASES["cream"].pictures()["dark-header"].crop(PLACES["dark-header"])
    assert near(seen, CREAM, 2).mean() > 0.03
    assert near(seen, WHITE, 2).sum() == 0


def test_a_sheet_shows_all_of_them() -> None:
    pictures = shown("colours")
    sheet = mockup_sheet(pictures)
    assert sheet.size == (2 * 960 + 16, 4 * 600 + 3 * 16)
    assert sheet.crop((976, 616, 1936, 1216)) == pictures["app-icon"]
    assert sheet.crop((488, 1848, 1448, 2448)) == pictures["sign"]
