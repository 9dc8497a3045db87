from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from picosvg.svg_types import SVGPath
from PIL import Image

from backend.datasets.flatten import UnusableIcon, flatten_icon, relative_path
from backend.datasets.glyph_build import glyph_mask
from backend.tests.vector.support import few_examples
from backend.vector.render import render_svg

BOX = (0.0, 0.0, 24.0, 24.0)
SIZE = 100


def ink_of(body: str, view_box: tuple[float, float, float, float]) -> NDArray[np.float32]:
    """What a browser would show of an icon, cut to its ink and scaled like a glyph.

    White counts as paper: (SIZE, SIZE) in 0..1.
    """
    left, top, width, height = view_box
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{left} {top} {width} {height}">'
        f"{body.replace('currentColor', '#000')}</svg>"
    )
    drawn = np.asarray(render_svg(svg, 480)).astype(np.float32) / 255
    ink = drawn[..., 3] * (1 - drawn[..., :3].mean(axis=-1))
    rows, columns = (ink > 0.5).nonzero()
    y, x = rows.min(), columns.min()
    side = max(rows.max() + 1 - y, columns.max() + 1 - x)
    cut = Image.fromarray((ink * 255).astype(np.uint8)).crop((x, y, x + side, y + side))
    return np.asarray(cut.resize((SIZE, SIZE)), np.float32) / np.float32(255)


def assert_same_drawing(body: str, view_box: tuple[float, float, float, float] = BOX) -> str:
    path, width, height = flatten_icon(body, view_box)
    shown, wanted = glyph_mask(path, SIZE) > 0.5, ink_of(body, view_box) > 0.5
    overlap = (shown & wanted).sum() / (shown | wanted).sum()
    assert overlap > 0.96
    assert max(width, height) == 1000
    return path


@pytest.mark.parametrize(
    "body",
    [
        pytest.param('<path fill="currentColor" d="M4 4h16v16H4z"/>', id="square"),
        pytest.param('<circle cx="12" cy="12" r="8" fill="currentColor"/>', id="circle"),
        pytest.param(
            '<path fill="none" stroke="currentColor" stroke-width="2" d="M4 12h16M12 4v16"/>',
            id="strokes",
        ),
        pytest.param(
            '<path fill="none" stroke="currentColor" stroke-width="4" stroke-linecap="round"'
            ' stroke-linejoin="round" d="M6 18L12 6l6 12"/>',
            id="round strokes",
        ),
        pytest.param(
            '<g fill="none" stroke="currentColor" stroke-width="2"><circle cx="12" cy="12" r="9"/>'
            '<rect x="8" y="8" width="8" height="8" rx="2"/></g>',
            id="group of stroked shapes",
        ),
        pytest.param(
            '<path fill="currentColor" fill-rule="evenodd" d="M2 2h20v20H2zM8 8h8v8H8z"/>',
            id="even-odd hole",
        ),
        pytest.param(
            '<path fill="currentColor" d="M2 2h20v20H2z"/><path fill="#fff" d="M6 6h5v12H6z"/>',
            id="white paint cuts",
        ),
        pytest.param(
            '<path fill="currentColor" d="M2 2h20v20H2z"/>'
            '<path fill="none" stroke="#FFFFFF" stroke-width="3" d="M5 12h14"/>',
            id="white stroke cuts",
        ),
        pytest.param(
            '<path fill="currentColor" d="M2 2h20v20H2z"/><path fill="white" d="M4 4h16v16H4z"/>'
            '<path fill="#123456" d="M8 8h8v8H8z"/>',
            id="ink over paper",
        ),
        pytest.param(
            '<g transform="translate(12 12) rotate(30)"><path d="M-8-3h16v6h-16z"/></g>',
            id="transform",
        ),
        pytest.param(
            '<path d="M2 2h12v12H2z"/><path fill="currentColor" d="M8 8h14v14H8z"/>',
            id="overlap is no hole",
        ),
    ],
)
def test_the_outline_draws_what_the_icon_draws(body: str) -> None:
    assert_same_drawing(body)


MASKED = (
    '<defs><mask id="m"><g fill="none">{inside}</g></mask></defs>'
    '<path fill="currentColor" d="M0 0h48v48H0z" mask="url(#m)"/>'
)


@pytest.mark.parametrize(
    "inside",
    [
        pytest.param('<path fill="#fff" d="M6 6h36v36H6z"/>', id="white shows"),
        pytest.param(
            '<path fill="#fff" d="M6 6h36v36H6z"/><path fill="#000" d="M14 14h8v20h-8z"/>',
            id="black hides",
        ),
        pytest.param(
            '<path fill="#fff" stroke="#fff" stroke-width="4" d="M8 8h32v32H8z"/>'
            '<path stroke="#000" stroke-width="4" stroke-linecap="round" d="M16 20h16M16 30h10"/>',
            id="strokes",
        ),
        pytest.param(
            '<circle cx="24" cy="24" r="20" fill="#ffffff"/><circle cx="24" cy="24" r="12" '
            'fill="#000000"/><circle cx="24" cy="24" r="6" fill="#fff"/>',
            id="rings",
        ),
    ],
)
def test_a_masked_canvas_is_drawn_as_its_mask(inside: str) -> None:
    assert_same_drawing(MASKED.format(inside=inside), (0, 0, 48, 48))


def test_the_view_box_does_not_matter_only_the_ink_does() -> None:
    shifted = '<path d="M-480-720h200v400h-200z"/>'
    path, width, height = flatten_icon(shifted, (-960, -960, 1920, 1920))
    assert (width, height) == (500, 1000)
    covered = glyph_mask(path, SIZE)
    assert (covered[:, :50] > 0.99).all()
    assert not covered[:, 50:].any()


@pytest.mark.parametrize(
    "body",
    [
        pytest.param('<path opacity=".5" d="M0 0h9v9H0z"/>', id="opacity"),
        pytest.param('<path d="M0 0h9v9H0z"/><path fill-opacity="0.2" d="M0 0h9v9z"/>', id="fill"),
        pytest.param('<path opacity="0" d="M0 0h9v9H0z"/>', id="invisible"),
        pytest.param("<text>A</text>", id="text"),
        pytest.param('<image href="a.png" width="9" height="9"/>', id="bitmap"),
        pytest.param("", id="nothing"),
        pytest.param('<path fill="none" d="M0 0h9v9H0z"/>', id="no paint"),
        pytest.param('<path fill="#fff" d="M0 0h9v9H0z"/>', id="only paper"),
        pytest.param('<path d="M0 0h20v1H0z"/>', id="a mere line"),
        pytest.param('<path d="M0 0h9v9H0z" mask="url(#gone)"/>', id="lost mask"),
        pytest.param(
            MASKED.format(inside='<path fill="#fff" d="M0 0h9v9z"/>') + '<path d="M0 0h9v9H0z"/>',
            id="mask and more",
        ),
        pytest.param('<use href="#gone"/>', id="lost reference"),
    ],
)
def test_what_is_no_opaque_drawing_is_refused(body: str) -> None:
    with pytest.raises(UnusableIcon):
        flatten_icon(body, BOX)


def test_full_opacity_is_opaque() -> None:
    assert flatten_icon('<path opacity="1" d="M0 0h9v9H0z"/>', BOX)[1:] == (1000, 1000)


def test_coordinates_are_whole_and_inside_the_box() -> None:
    path, width, height = flatten_icon('<ellipse cx="12" cy="12" rx="11.3" ry="5.7"/>', BOX)
    assert "." not in path
    assert (width, height) == (1000, 504)
    bounds = SVGPath(d=path).bounding_box()
    assert bounds.x >= 0
    assert bounds.y >= 0
    assert bounds.x + bounds.w <= width
    assert bounds.y + bounds.h <= height


points = st.tuples(st.integers(0, 1000), st.integers(0, 1000))


@few_examples
@given(st.lists(points, min_size=3, max_size=9), st.tuples(points, points, points))
def test_relative_commands_draw_the_same(
    corners: list[tuple[int, int]], curve: tuple[tuple[int, int], ...]
) -> None:
    absolute = "M" + "L".join(f"{x},{y}" for x, y in corners)
    absolute += "C" + " ".join(f"{x},{y}" for x, y in curve) + "Z"
    relative = relative_path(absolute)
    assert not re.search("[A-Z]", relative[1:])
    assert np.abs(glyph_mask(absolute, 50) - glyph_mask(relative, 50)).max() < 0.01


def test_relative_commands_are_shorter() -> None:
    absolute = "M900,900 L910,905 L920,890 C930,880 940,870 950,900 Z"
    assert relative_path(absolute) == "M900 900l10 5l10-15c10-10 20-20 30 10z"
