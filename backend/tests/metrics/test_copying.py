"""Nearest training masks against a loop, across blocks, and at known overlaps."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from backend.metrics import copying
from backend.metrics.copying import copy_share, copy_threshold, nearest_masks

Masks = NDArray[np.uint8]


def masks(seed: int, count: int, size: int = 6) -> Masks:
    return np.random.default_rng(seed).integers(0, 2, (count, size, size), dtype=np.uint8)


def naive(drawn: Masks, training: Masks) -> tuple[list[float], list[int]]:
    overlaps, rows = [], []
    for one in drawn.astype(bool):
        scores = []
        for other in training.astype(bool):
            union = (one | other).sum()
            scores.append((one & other).sum() / union if union else 0.0)
        rows.append(int(np.argmax(scores)))
        overlaps.append(float(max(scores)))
    return overlaps, rows


@pytest.mark.parametrize("block", [1, 4, 7, 1024])
def test_it_agrees_with_a_loop_in_blocks_of_any_size(
    block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copying, "_BLOCK", block)
    drawn, training = masks(1, 9, 3), masks(2, 15, 3)
    found = nearest_masks(drawn, training)
    overlaps, rows = naive(drawn, training)
    assert found.overlap.tolist() == pytest.approx(overlaps)
    assert found.row.tolist() == rows


def test_a_copy_is_found_at_its_row() -> None:
    training = masks(3, 20)
    found = nearest_masks(training[[13, 4]], training)
    assert found.row.tolist() == [13, 4]
    assert found.overlap.tolist() == [1, 1]


def test_overlap_is_intersection_over_union() -> None:
    left, top = np.zeros((2, 4, 4), bool)
    left[:, :2], top[:2] = True, True
    found = nearest_masks(left[None], top[None])
    assert found.overlap.tolist() == pytest.approx([4 / 12])


def test_empty_masks_copy_nothing() -> None:
    empty = np.zeros((1, 4, 4))
    assert nearest_masks(empty, empty).overlap.tolist() == [0]
    assert nearest_masks(np.ones((1, 4, 4)), empty).overlap.tolist() == [0]


def test_the_threshold_lets_one_held_out_picture_in_a_hundred_pass() -> None:
    held_out = np.linspace(0, 1, 1001)
    threshold = copy_threshold(held_out)
    assert threshold == pytest.approx(0.99)
    assert copy_share(held_out, threshold) == pytest.approx(0.01, abs=0.001)
    assert copy_threshold(held_out, 50) == pytest.approx(0.5)


def test_the_share_counts_what_is_above_not_at_the_threshold() -> None:
    assert copy_share([0.5, 0.8, 0.9, 1.0], 0.8) == 0.5


def test_what_cannot_be_compared_is_refused() -> None:
    with pytest.raises(ValueError, match="only 0 and 1"):
        nearest_masks(np.full((1, 2, 2), 0.5), masks(1, 2, 2))
    with pytest.raises(ValueError, match="36 and 16 pixels"):
        nearest_masks(masks(1, 2), masks(1, 2, 4))
    with pytest.raises(ValueError, match="no training mask"):
        nearest_masks(masks(1, 2), masks(1, 0))
    with pytest.raises(ValueError, match=r"\(N, S, S\)"):
        nearest_masks(np.zeros((4, 4)), masks(1, 2, 4))
    with pytest.raises(ValueError, match="held-out"):
        copy_threshold([])
    with pytest.raises(ValueError, match="no drawings"):
        copy_share([], 0.5)
