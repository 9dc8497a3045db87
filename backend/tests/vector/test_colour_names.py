from __future__ import annotations

import pytest
from PIL import ImageColor

from backend.domain.brief import Colour
from backend.vector.colour import colour_difference, lab_from_srgb
from backend.vector.colour_names import (
    CAPTION_NAMES,
    caption_name,
    colours_in_briefs,
    everyday_name,
    named_colours,
    shifted,
)

# Everyday meaning wins over CSS for these: see `_MEANT` and the everyday names.
REPAINTED = {"green", "purple", "gold", "silver", "brown", "pink"}


def lightness(colour: Colour) -> float:
    return float(lab_from_srgb(colour.rgb)[0])


def test_every_css_name_is_known_with_its_own_colour() -> None:
    assert len(ImageColor.colormap) >= 148
    for name in ImageColor.colormap:
        known, css = named_colours()[name], Colour(*ImageColor.getrgb(name)[:3])
        if name in REPAINTED:
            assert 0 < colour_difference(known, css) < 30, name
        else:
            assert known == css, name


@pytest.mark.parametrize(
    "spaced",
    [
        "alice blue",
        "blanched almond",
        "cornflower blue",
        "dark olive green",
        "dark goldenrod",
        "deep sky blue",
        "indian red",
        "lavender blush",
        "light goldenrod yellow",
        "light slate grey",
        "medium spring green",
        "medium violet red",
        "midnight blue",
        "navajo white",
        "pale goldenrod",
        "pale violet red",
        "rebecca purple",
        "white smoke",
    ],
)
def test_compound_css_names_may_be_spaced(spaced: str) -> None:
    css = ImageColor.getrgb(spaced.replace(" ", ""))
    assert named_colours()[spaced].rgb == css[:3]


def test_spaced_forms_are_made_of_words() -> None:
    # "light golden rodyellow" or "corn flowerblue" is what a wrong split looks like.
    names = named_colours()
    spaced = {
        name for name in names if " " in name and name.replace(" ", "") in ImageColor.colormap
    }
    words = {word for name in spaced for word in name.split()}
    compounds = {name.replace(" ", "") for name in spaced}
    assert not words & compounds
    assert not {"rodyellow", "flowerblue", "violetred", "rod"} & words


@pytest.mark.parametrize(
    ("name", "hexadecimal"),
    [
        ("navy blue", "#1F3A68"),
        ("mint", "#98E0C4"),
        ("burgundy", "#800020"),
        ("off white", "#FAF9F6"),
        ("rose gold", "#B76E79"),
        ("wine", "#722F37"),
        ("lime green", "#32CD32"),
    ],
)
def test_everyday_names(name: str, hexadecimal: str) -> None:
    assert named_colours()[name].hex == hexadecimal


@pytest.mark.parametrize(
    "base", ["red", "green", "blue", "purple", "pink", "brown", "grey", "gray"]
)
def test_modifiers_move_the_way_they_say(base: str) -> None:
    names = named_colours()
    plain = lightness(names[base])
    assert lightness(names[f"dark {base}"]) < plain - 5
    assert lightness(names[f"deep {base}"]) < plain - 5
    for paler in ("light", "pale", "pastel"):
        assert lightness(names[f"{paler} {base}"]) > plain + 5


def test_names_are_clean_and_spellings_agree() -> None:
    names = named_colours()
    assert all(name == name.strip().lower() and "  " not in name for name in names)
    for name, colour in names.items():
        if "grey" in name:
            assert names[name.replace("grey", "gray")] == colour


def test_shifted_mixes_with_white_and_black() -> None:
    colour = Colour(100, 150, 200)
    assert shifted(colour, 20) == Colour(178, 202, 228)  # half way to white
    assert shifted(colour, -25) == Colour(50, 75, 100)  # half way to black
    assert shifted(colour, 0) == colour
    # Never all the way: a tint must stay a tint.
    assert shifted(colour, 1000) != Colour(255, 255, 255)
    assert shifted(colour, -1000) != Colour(0, 0, 0)


@pytest.mark.parametrize("name", CAPTION_NAMES)
def test_a_caption_colour_is_called_by_its_own_name(name: str) -> None:
    assert caption_name(named_colours()[name]) == name


@pytest.mark.parametrize(
    ("rgb", "name"),
    [
        ((253, 253, 253), "white"),
        ((8, 6, 5), "black"),
        ((20, 25, 110), "navy"),
        ((250, 5, 5), "red"),
    ],
)
def test_a_near_colour_takes_the_nearest_name(rgb: tuple[int, int, int], name: str) -> None:
    assert caption_name(Colour(*rgb)) == name


def saturation(colour: Colour) -> int:
    return max(colour.rgb) - min(colour.rgb)


@pytest.mark.parametrize("name", CAPTION_NAMES)
def test_what_a_brief_means_by_a_name_has_that_name(name: str) -> None:
    meant = colours_in_briefs()[name]
    assert caption_name(meant) == everyday_name(meant) == name


@pytest.mark.parametrize("name", ["red", "yellow", "lime", "cyan", "blue", "magenta", "navy"])
def test_briefs_mean_no_primaries_of_a_screen(name: str) -> None:
    meant = colours_in_briefs()[name]
    assert not set(meant.rgb) <= {0, 128, 255}
    assert colours_in_briefs().keys() >= named_colours().keys()


@pytest.mark.parametrize("base", ["red", "orange", "yellow", "green", "blue", "purple"])
def test_modifiers_of_a_brief_do_what_they_say(base: str) -> None:
    meant = colours_in_briefs()
    plain = meant[base]
    assert saturation(meant[f"muted {base}"]) < saturation(plain)
    assert saturation(meant[f"bright {base}"]) > saturation(plain)
    assert meant[f"calm {base}"] == meant[f"muted {base}"]
    assert lightness(meant[f"dark {base}"]) < lightness(plain) - 5
    for lighter in ("light", "pale", "pastel"):
        assert lightness(meant[f"{lighter} {base}"]) > lightness(plain) + 2


@pytest.mark.parametrize("blue", ["#0A66C2", "#1565C0", "#1976D2", "#00539C"])
def test_the_blues_of_brands_are_called_blue(blue: str) -> None:
    assert everyday_name(Colour.from_hex(blue)) == "blue"
