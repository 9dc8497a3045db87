"""Mock-ups: what is on them, in which colours, the same each time."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from backend.branding.drawing import Drawing, Layer, PlacedPicture
from backend.branding.mockup_canvas import in_perspective
from backend.branding.mockup_devices import FAVICON_PX
from backend.branding.mockup_looks import look_of, shown_on
from backend.branding.mockups import SCENES, mockup_sheet, mockups
from backend.branding.outlines import Outline, rectangle, within, without
from backend.branding.rasters import render_drawing
from backend.branding.variants import reversed_on
from backend.domain.brief import Colour
from backend.vector.colour import contrast_ratio, delta_e_2000, lab_from_srgb
from backend.vector.layouts import disc_path

WHITE, NIGHT = Colour(255, 255, 255), Colour(15, 23, 36)
TEAL, ORANGE, NAVY, YELLOW = (
    Colour.from_hex(text) for text in ("#0A8F8F", "#F07818", "#14284F", "#FEE715")
)
DISC = Outline.from_svg(disc_path(500, 500, 500))
HALF = rectangle(0, 0, 500, 1000)


def halves(first: Colour, second: Colour) -> Drawing:
    return Drawing(
        1000, 1000, (Layer(within(DISC, HALF), first), Layer(without(DISC, HALF), second))
    )


def lockup_of(mark: Drawing, ink: Colour, width: float = 2600) -> Drawing:
    """The mark and a bar beside it in the place of lettering."""
    beside = Layer(rectangle(1200, 300, width, 700), ink)
    return Drawing(width, 1000, (*mark.layers, beside), mark.pictures)


def shown(
    mark: Drawing, ink: Colour, ground: Colour = WHITE, *, width: float = 2600, name: str = "Nord"
) -> dict[str, Image.Image]:
    lockup = lockup_of(mark, ink, width)
    palette = (ground, *mark.fills)
    return dict(mockups(lockup, mark, ground=ground, palette=palette, name=name))


@pytest.fixture(scope="module")
def usual() -> dict[str, Image.Image]:
    return shown(halves(TEAL, ORANGE), NAVY)


def share_near(image: Image.Image, colour: Colour, box: tuple[int, int, int, int]) -> float:
    """The share of a region's pixels within CIEDE2000 12 of a colour: light may fall on it."""
    pixels = np.asarray(image.crop(box))
    return float((delta_e_2000(lab_from_srgb(pixels), lab_from_srgb(colour.rgb)) < 12).mean())


# Where the logo has to be: the whole lockup, or the large mark.
PLACES = {
    "light-header": (100, 110, 430, 195),
    "dark-header": (50, 30, 390, 115),
    "browser-tab": (105, 245, 330, 305),
    "app-icon": (180, 205, 372, 396),
    "business-card": (90, 270, 480, 420),
    "t-shirt": (330, 180, 630, 350),
    "sign": (160, 165, 800, 430),
}


def test_seven_pictures_of_one_size(usual: dict[str, Image.Image]) -> None:
    assert list(usual) == list(PLACES) == list(SCENES)
    assert {(image.size, image.mode) for image in usual.values()} == {((960, 600), "RGB")}


@pytest.mark.parametrize("scene", PLACES)
def test_each_has_the_logo_in_its_colours(usual: dict[str, Image.Image], scene: str) -> None:
    assert share_near(usual[scene], TEAL, PLACES[scene]) > 0.015
    assert share_near(usual[scene], ORANGE, PLACES[scene]) > 0.015


@pytest.mark.parametrize("scene", PLACES)
def test_another_brand_looks_different(usual: dict[str, Image.Image], scene: str) -> None:
    other = shown(halves(Colour(200, 30, 90), Colour(90, 60, 200)), NAVY)[scene]
    box = PLACES[scene]
    change = np.abs(np.asarray(usual[scene].crop(box), int) - np.asarray(other.crop(box), int))
    assert (change.max(-1) > 40).mean() > 0.03


def test_the_same_again(usual: dict[str, Image.Image]) -> None:
    again = shown(halves(TEAL, ORANGE), NAVY)
    assert all(again[scene].tobytes() == usual[scene].tobytes() for scene in SCENES)


def test_dark_ink_turns_legible_on_the_dark_page() -> None:
    page = shown(halves(NAVY, NAVY), NAVY)["dark-header"]
    pixels = np.asarray(page.crop((170, 55, 300, 90)))
    ground = Colour(*(int(value) for value in np.asarray(page)[590, 20]))
    lettering = Colour(*(int(value) for value in np.median(pixels.reshape(-1, 3), 0)))
    assert contrast_ratio(lettering, ground) >= 4.5


def test_a_brand_of_the_dark_is_legible_on_white() -> None:
    mark = Drawing(1000, 1000, (Layer(DISC, YELLOW),))
    light = shown_on(mark, WHITE, made_for=NIGHT)
    assert light.fills == (NIGHT,)
    assert shown_on(mark, NIGHT, made_for=NIGHT).fills == (YELLOW,)
    header = shown(mark, YELLOW, NIGHT)["light-header"]
    assert share_near(header, NIGHT, PLACES["light-header"]) > 0.2


def test_inks_that_would_drown_in_each_other_become_one() -> None:
    # Both would be lightened to nearly the same tone.
    brown, sand = Colour(91, 58, 41), Colour(214, 136, 92)
    plate = Drawing(
        1000, 1000, (Layer(without(DISC, HALF), brown), Layer(within(DISC, HALF), sand))
    )
    dark = Colour(24, 18, 14)
    assert contrast_ratio(*reversed_on(plate, dark, made_for=WHITE).fills) < 2
    assert shown_on(plate, dark, made_for=WHITE).fills == (WHITE,)


def test_a_hole_painted_in_the_ground_takes_on_the_new_one() -> None:
    mark = Drawing(1000, 1000, (Layer(DISC, TEAL), Layer(rectangle(400, 400, 600, 600), WHITE)))
    tinted = Colour(250, 240, 230)
    assert shown_on(mark, tinted, made_for=WHITE).fills == (TEAL, tinted)


def test_the_favicon_has_its_true_size(usual: dict[str, Image.Image]) -> None:
    icon = render_drawing(halves(TEAL, ORANGE), width_px=FAVICON_PX)
    found = np.asarray(usual["browser-tab"].crop((208, 101, 208 + FAVICON_PX, 101 + FAVICON_PX)))
    white = Image.new("RGBA", icon.size, "white")
    white.alpha_composite(icon)
    assert np.array_equal(found, np.asarray(white.convert("RGB")))


def test_the_name_stands_in_the_tab_and_a_bar_where_it_cannot() -> None:
    mark = halves(TEAL, ORANGE)
    title = (254, 95, 460, 140)
    named, other, nameless, unsettable = (
        np.asarray(shown(mark, NAVY, name=name)["browser-tab"].crop(title))
        for name in ("Nord", "Север", "", "\N{FOX FACE}\N{FOX FACE}")
    )
    assert not np.array_equal(named, other)
    assert np.array_equal(nameless, unsettable)


def test_pixels_can_be_shown_too() -> None:
    stream = BytesIO()
    Image.new("RGBA", (64, 64), (*TEAL.rgb, 255)).save(stream, "PNG")
    picture = PlacedPicture(stream.getvalue(), 0, 0, 1000, 1000)
    pictures = shown(Drawing(1000, 1000, (), (picture,)), ORANGE)
    for scene, box in PLACES.items():
        assert share_near(pictures[scene], TEAL, box) > 0.015, scene


def test_a_very_long_and_a_tall_lockup_stay_inside() -> None:
    mark = halves(TEAL, ORANGE)
    long = shown(mark, NAVY, width=9000)
    tall = Drawing(1000, 2400, (*mark.layers, Layer(rectangle(0, 1200, 1000, 2400), NAVY)))
    towering = mockups(tall, mark, ground=WHITE, palette=(WHITE, TEAL), name="Nord")
    for pictures in (long, towering):
        sign = pictures["sign"]
        assert share_near(sign, NAVY, PLACES["sign"]) > 0.01
        assert share_near(sign, NAVY, (0, 0, 120, 600)) == 0
        assert share_near(sign, NAVY, (0, 0, 960, 120)) == 0


def test_colours_of_a_brand_without_any() -> None:
    look = look_of(Drawing(10, 10), Drawing(10, 10), WHITE, (), "")
    assert contrast_ratio(look.deep, look.paper) > 7


def test_perspective_puts_corners_where_they_were_asked_for() -> None:
    flat = Image.new("RGBA", (100, 60), (10, 20, 30, 255))
    corners = ((20.0, 10.0), (120.0, 30.0), (110.0, 90.0), (30.0, 80.0))
    laid, (left, top) = in_perspective(flat, corners)
    alpha = np.asarray(laid)[..., 3]
    centre = (70 - left, 52 - top)
    for x, y in corners:
        at = np.array([x - left, y - top])
        inwards = (centre - at) / np.linalg.norm(centre - at)
        inside, outside = (np.rint(at + way * 3 * inwards).astype(int) for way in (1, -1))
        assert alpha[inside[1], inside[0]] > 200
        beyond = 0 <= outside[1] < alpha.shape[0] and 0 <= outside[0] < alpha.shape[1]
        assert not beyond or alpha[outside[1], outside[0]] < 40


def test_a_sheet_holds_all_pictures(usual: dict[str, Image.Image]) -> None:
    sheet = mockup_sheet(usual)
    assert sheet.size == (2 * 976 + 16, 4 * 616 + 16)
    assert sheet.crop((992, 16, 1952, 616)).tobytes() == usual["dark-header"].tobytes()
    few = mockup_sheet({key: usual[key] for key in ("sign", "t-shirt", "app-icon")}, columns=3)
    assert few.size == (3 * 976 + 16, 616 + 16)
    with pytest.raises(ValueError, match="at least one"):
        mockup_sheet({})
