from __future__ import annotations

import numpy as np
import pytest

from backend.branding.vision import Deficiency, colour_seen_with, seen_with
from backend.domain.brief import Colour
from backend.vector.colour import colour_difference

# Computed with the Python package colorspacious 1.1.2, which has the paper's whole model.
PUBLISHED = {
    Deficiency.PROTANOPIA: [
        (109, 95, 0),
        (255, 229, 0),
        (0, 89, 255),
        (144, 160, 201),
        (127, 113, 40),
    ],
    Deficiency.DEUTERANOPIA: [
        (163, 144, 0),
        (239, 214, 58),
        (0, 61, 251),
        (123, 145, 199),
        (162, 145, 40),
    ],
    Deficiency.TRITANOPIA: [
        (255, 0, 15),
        (0, 247, 217),
        (0, 107, 150),
        (0, 175, 175),
        (251, 50, 79),
    ],
}
COLOURS = [(255, 0, 0), (0, 255, 0), (0, 0, 255), (47, 164, 199), (228, 87, 46)]


@pytest.mark.parametrize("kind", Deficiency)
def test_colours_look_as_another_implementation_says(kind: Deficiency) -> None:
    assert np.abs(seen_with(kind, COLOURS) - PUBLISHED[kind]).max() <= 0.5


@pytest.mark.parametrize("kind", Deficiency)
@pytest.mark.parametrize("grey", [0, 60, 128, 255])
def test_greys_stay(kind: Deficiency, grey: int) -> None:
    assert colour_seen_with(kind, Colour(grey, grey, grey)) == Colour(grey, grey, grey)


def test_pictures_keep_their_shape() -> None:
    assert seen_with(Deficiency.TRITANOPIA, np.zeros((4, 5, 3))).shape == (4, 5, 3)


def test_red_and_green_meet_for_two_kinds_and_not_for_the_third() -> None:
    red, green = Colour(170, 90, 60), Colour(110, 122, 60)
    assert colour_difference(red, green) > 25

    def difference(kind: Deficiency) -> float:
        return colour_difference(colour_seen_with(kind, red), colour_seen_with(kind, green))

    assert difference(Deficiency.DEUTERANOPIA) < 10
    assert difference(Deficiency.TRITANOPIA) > 20
