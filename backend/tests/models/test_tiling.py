from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from backend.models.tiling import Tile, tiles
from backend.tests.vector.support import few_examples

lengths = st.integers(1, 60)


@few_examples
@given(lengths, lengths, st.integers(1, 25), st.integers(0, 9))
def test_cores_cover_every_pixel_once_within_their_windows(
    width: int, height: int, core_px: int, context_px: int
) -> None:
    covered = np.zeros((height, width), int)
    for tile in tiles(width, height, core_px, context_px):
        covered[tile.core_top : tile.core_bottom, tile.core_left : tile.core_right] += 1
        assert 0 < tile.core_right - tile.core_left <= core_px
        assert 0 < tile.core_bottom - tile.core_top <= core_px
        assert tile.left == max(tile.core_left - context_px, 0)
        assert tile.top == max(tile.core_top - context_px, 0)
        assert tile.right == min(tile.core_right + context_px, width)
        assert tile.bottom == min(tile.core_bottom + context_px, height)
    assert (covered == 1).all()


@few_examples
@given(lengths, st.integers(1, 25))
def test_as_few_tiles_as_possible_of_nearly_equal_size(length: int, core_px: int) -> None:
    widths = [tile.core_right - tile.core_left for tile in tiles(length, 1, core_px, 0)]
    assert len(widths) == -(-length // core_px)
    assert max(widths) - min(widths) <= 1


def test_a_small_picture_is_one_tile() -> None:
    assert list(tiles(5, 7, 10, 3)) == [Tile(0, 0, 5, 7, 0, 0, 5, 7)]


def test_the_order_is_that_of_reading() -> None:
    corners = [(tile.core_top, tile.core_left) for tile in tiles(20, 20, 10, 2)]
    assert corners == [(0, 0), (0, 10), (10, 0), (10, 10)]


def blurred(pixels: NDArray[np.float64], reach: int) -> NDArray[np.float64]:
    """The mean over a window of the given reach, edges repeated: a filter without memory."""
    padded = np.pad(pixels, reach, mode="edge")
    side = 2 * reach + 1
    windows = np.lib.stride_tricks.sliding_window_view(padded, (side, side))
    return np.asarray(windows.mean(axis=(-2, -1)))


@pytest.mark.parametrize(("context_px", "seamless"), [(3, True), (5, True), (2, False)])
def test_enough_context_leaves_no_seam(context_px: int, seamless: bool) -> None:
    picture = np.random.default_rng(0).random((41, 37))
    whole, pieced = blurred(picture, 3), np.zeros_like(picture)
    for t in tiles(37, 41, 12, context_px):
        part = blurred(picture[t.top : t.bottom, t.left : t.right], 3)
        pieced[t.core_top : t.core_bottom, t.core_left : t.core_right] = part[
            t.core_top - t.top : t.core_bottom - t.top, t.core_left - t.left : t.core_right - t.left
        ]
    assert np.allclose(whole, pieced) is seamless


@pytest.mark.parametrize("sizes", [(0, 5, 5, 1), (5, 0, 5, 1), (5, 5, 0, 1), (5, 5, 5, -1)])
def test_sizes_must_be_positive(sizes: tuple[int, int, int, int]) -> None:
    with pytest.raises(ValueError, match="positive"):
        next(tiles(*sizes))
