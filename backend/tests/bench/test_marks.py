from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from backend.bench.marks import edge_error, flat_share
from backend.domain.brief import Colour
from backend.tests.branding.scenes import COLOURS, NAVY, TILE, WHITE, picture, true_alpha


def test_flat_pixels_beside_the_palette_count_against_it() -> None:
    image = picture(TILE)
    assert flat_share(image, COLOURS) == 1
    image.paste((200, 200, 200), (0, 0, 64, 256))
    assert flat_share(image, COLOURS) == pytest.approx(0.76, abs=0.02)


@pytest.mark.parametrize("ground", [Colour(0, 0, 0), Colour(0, 110, 230)])
def test_a_halo_is_an_edge_error(ground: Colour) -> None:
    alpha = np.round(true_alpha(TILE) * 255).astype(np.uint8)
    clean = Image.new("RGBA", (256, 256), (*NAVY.rgb, 0))
    clean.putalpha(Image.fromarray(alpha))
    halo = picture(TILE).convert("RGBA")
    halo.putalpha(Image.fromarray(alpha))
    assert edge_error(clean, (WHITE, NAVY), ground) < 0.3
    assert edge_error(halo, (WHITE, NAVY), ground) > 1.5
