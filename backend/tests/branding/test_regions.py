from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from backend.branding.regions import box_sum, grown, regions_of


def flooded(labels: np.ndarray) -> np.ndarray:
    """Regions by the plainest flood fill there is."""
    ids = np.full(labels.shape, -1)
    height, width = labels.shape
    count = 0
    for seed in np.ndindex(labels.shape):
        if ids[seed] >= 0:
            continue
        stack = [seed]
        while stack:
            y, x = stack.pop()
            if not (0 <= y < height and 0 <= x < width):
                continue
            if ids[y, x] >= 0 or labels[y, x] != labels[seed]:
                continue
            ids[y, x] = count
            stack += [(y + 1, x), (y - 1, x), (y, x + 1), (y, x - 1)]
        count += 1
    return ids


@settings(max_examples=60)
@given(
    arrays(np.int32, st.tuples(st.integers(1, 9), st.integers(1, 9)), elements=st.integers(0, 2))
)
def test_regions_are_those_of_a_flood_fill(labels: np.ndarray) -> None:
    regions = regions_of(labels)
    pairs = set(zip(regions.ids.ravel().tolist(), flooded(labels).ravel().tolist(), strict=True))
    assert len(pairs) == len({a for a, _ in pairs}) == len({b for _, b in pairs})
    assert (regions.labels[regions.ids] == labels).all()
    assert regions.areas.sum() == labels.size


def test_a_spiral_is_one_region() -> None:
    spiral = np.array(
        [[1, 1, 1, 1], [0, 0, 0, 1], [1, 1, 0, 1], [1, 0, 0, 1], [1, 1, 1, 1]], np.int32
    )
    regions = regions_of(spiral)
    assert len(regions.areas) == 2
    assert regions.at_border.tolist() == [True, True]


def test_what_touches_no_edge_is_enclosed() -> None:
    labels = np.ones((5, 5), np.int32)
    labels[2, 2] = 0
    regions = regions_of(labels)
    assert not regions.at_border[regions.ids[2, 2]]
    assert regions.at_border[regions.ids[0, 0]]


def test_masks_grow_by_squares() -> None:
    for radius in (1, 2, 3, 6):
        mask = np.zeros((21, 21), np.bool_)
        mask[10, 10] = True
        wide = grown(mask, radius)
        assert wide.sum() == (2 * radius + 1) ** 2
        assert wide[10 - radius : 11 + radius, 10 - radius : 11 + radius].all()


def test_sums_over_windows_stop_at_the_edge() -> None:
    values = np.arange(12, dtype=np.float32).reshape(3, 4)
    sums = box_sum(values, 1)
    assert sums[0, 0] == 0 + 1 + 4 + 5
    assert sums[1, 1] == values[:, :3].sum()
