from __future__ import annotations

import numpy as np
import pytest

from backend.tests.vector.support import pixels
from backend.vector.render import render_layers, render_svg
from backend.vector.svg import Role, Scene, Shape

EMPTY = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10"/>'
LEFT, RIGHT = "M0 0h500v1000h-500z", "M500 0h500v1000h-500z"


def test_an_empty_document_is_transparent() -> None:
    image = render_svg(EMPTY, 16)
    assert (image.mode, image.size) == ("RGBA", (16, 16))
    assert not pixels(image).any()


@pytest.mark.parametrize("broken", ["", "no svg", "<svg", "<html></html>"])
def test_what_is_no_svg_is_refused(broken: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the message is resvg's own
        render_svg(broken, 16)


def test_layers_are_the_coverage_of_each_ink() -> None:
    layers = render_layers(Scene((Shape(LEFT, Role.PRIMARY), Shape(RIGHT, Role.SECONDARY))), 8)
    assert layers.shape == (2, 8, 8)
    assert layers.dtype == np.uint8
    assert (layers[0, :, :4] == 255).all()
    assert not layers[0, :, 4:].any()
    assert (layers[1] == 255 - layers[0]).all()


def test_the_background_role_takes_ink_away() -> None:
    scene = Scene((Shape("M0 0h1000v1000h-1000z", Role.PRIMARY), Shape(LEFT, Role.BACKGROUND)))
    layers = render_layers(scene, 8)
    assert not layers[:, :, :4].any()
    assert (layers[0, :, 4:] == 255).all()


def test_half_a_pixel_is_half_covered() -> None:
    layers = render_layers(Scene((Shape("M0 0h62.5v1000h-62.5z", Role.PRIMARY),)), 8)
    assert abs(int(layers[0, 4, 0]) - 128) <= 2
    assert not layers[0, :, 1:].any()


def test_no_ink_no_coverage() -> None:
    assert not render_layers(Scene(()), 8).any()
