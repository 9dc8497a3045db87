"""What taking a large picture apart costs in memory: the web process has to live with it."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from PIL import Image

from backend.branding.cutouts import cut_out
from backend.branding.marks import make_mark
from backend.branding.sources import MarkSource
from backend.domain.branding import MarkOptions

SIDE_PX = 512
# Of a photograph in six colours, all of its planes together; a cut-out is made at 2048 x 2048 px.
MOST_BYTES_A_PIXEL = 160


@pytest.mark.parametrize("make", [cut_out, make_mark])
@pytest.mark.parametrize("flat", [True, False])
def test_a_photograph_takes_so_much_and_no_more(make: object, flat: bool) -> None:
    assert callable(make)
    spots = np.random.default_rng(1).integers(0, 256, (SIDE_PX // 16, SIDE_PX // 16, 3), np.uint8)
    photograph = Image.fromarray(spots).resize((SIDE_PX, SIDE_PX), Image.Resampling.BICUBIC)
    options = MarkOptions(flat=flat, tolerance=0.3)
    # The first call imports, and fills tables that stay.
    make(MarkSource(photograph.resize((64, 64))), options)
    tracemalloc.start()
    try:
        make(MarkSource(photograph), options)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak / SIDE_PX**2 < MOST_BYTES_A_PIXEL
