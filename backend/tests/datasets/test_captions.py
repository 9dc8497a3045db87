from __future__ import annotations

import random

import pytest

from backend.datasets.captions import Description, caption, content_phrase, restyle_prompt
from backend.domain.brief import Colour, Palette
from backend.vector.colour_names import CAPTION_NAMES, named_colours
from backend.vector.finishes import Finish
from backend.vector.layouts import Layout

NAMES = named_colours()
FOX = Description(
    "red fox", Layout.DISC, Finish.NEON, Palette(NAMES["white"], NAMES["navy"], NAMES["gold"])
)


def test_the_short_form_reads_as_a_phrase() -> None:
    expected = "navy and gold red fox in a circle, neon glow, white background"
    assert caption(FOX, 0, random.Random(1)) == expected
    assert restyle_prompt("red fox", Layout.DISC, Finish.NEON, FOX.palette) == expected


@pytest.mark.parametrize("form", [0, 1, 2])
@pytest.mark.parametrize("seed", range(5))
def test_every_form_carries_concept_layout_finish_and_colours(form: int, seed: int) -> None:
    text = caption(FOX, form, random.Random(seed))
    for part in ("red fox", "in a circle", "neon glow", "navy", "gold", "white"):
        assert part in text
    assert "\n" not in text
    assert "  " not in text


def test_the_tags_change_places_but_the_concept_leads() -> None:
    texts = {caption(FOX, 1, random.Random(seed)) for seed in range(20)}
    assert len(texts) > 5
    tags = {"navy", "gold", "white", "in a circle", "neon glow"}
    for text in texts:
        first, *rest = text.split(", ")
        assert first == "red fox"
        assert set(rest) == tags


def test_the_template_is_that_of_the_public_data_set() -> None:
    text = caption(FOX, 2, random.Random(0))
    assert text.startswith("Simple elegant logo for ")
    assert text.endswith(
        "successful vibe, minimalist, thought-provoking, abstract, recognizable, relatable, sharp, "
        "vector art, even edges"
    )


def test_a_caption_follows_from_its_random_source() -> None:
    for form in range(3):
        assert caption(FOX, form, random.Random(3)) == caption(FOX, form, random.Random(3))


def test_one_ink_is_named_once() -> None:
    one = Description(
        "boat", Layout.MARK, Finish.FLAT, Palette(*([NAMES["white"]] + [NAMES["red"]] * 2))
    )
    assert one.colour_words == ("red", "white")
    assert caption(one, 0, random.Random(0)).startswith("red boat simple mark, flat vector, white")


def test_an_ink_of_the_same_name_as_the_ground_is_still_an_ink() -> None:
    near_white = Colour(250, 250, 250)
    palette = Palette(NAMES["white"], NAMES["navy"], near_white)
    text = caption(Description("boat", Layout.ECHO, Finish.FLAT, palette), 0, random.Random(0))
    assert text.startswith("navy and white boat")
    palette = Palette(NAMES["white"], near_white, NAMES["navy"])
    text = caption(Description("boat", Layout.ECHO, Finish.FLAT, palette), 0, random.Random(0))
    assert text.startswith("white and navy boat")


def test_the_content_phrase_leaves_colours_and_finish_out() -> None:
    assert content_phrase(FOX) == "red fox, in a circle"


@pytest.mark.parametrize("name", CAPTION_NAMES)
def test_colour_words_are_primary_secondary_ground(name: str) -> None:
    other, third = ("black", "yellow") if name not in ("black", "yellow") else ("white", "teal")
    palette = Palette(NAMES[third], NAMES[name], NAMES[other])
    assert Description("x", Layout.MARK, Finish.FLAT, palette).colour_words == (name, other, third)
