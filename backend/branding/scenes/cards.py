"""Business cards: two sides on a desk."""

from __future__ import annotations

from PIL import Image

from backend.branding.scenes.brand import WHITE, Brand, mixed
from backend.branding.scenes.stage import (
    HEIGHT,
    WIDTH,
    Frame,
    bars,
    block,
    laid,
    linear,
    painted,
    radial,
    shaded,
)
from backend.domain.brief import Colour

# 85 x 54 mm, as most of Europe uses.
_CARD = Frame(0, 0, 459, 291.6)
_EDGE_PX = 4
# As seen from above at a slant: matrix(a b c d e f) of SVG.
_FRONT = (0.955, -0.17, 0.21, 0.905, 96.0, 268.0)
_BACK = (0.955, -0.17, 0.21, 0.905, 388.0, 114.0)
_PAPER = Colour(253, 253, 252)


def business_card(brand: Brand) -> Image.Image:
    """The front on white paper with the lockup, the back in the brand's colour with the mark."""
    desk = mixed(Colour(236, 236, 238), brand.accent, 0.1)
    defs = (
        linear("desk", [(0, mixed(desk, WHITE, 0.5), 1), (1, mixed(desk, Colour(40, 42, 50), 0.16),
                                                          1)], to=(1, 1))
        + radial("lamp", [(0, WHITE, 0.6), (1, WHITE, 0)], middle=(0.2, 0.05), radius=0.75)
    )  # fmt: skip
    whole = Frame(0, 0, WIDTH, HEIGHT)
    scene = painted(block(whole, "url(#desk)") + block(whole, "url(#lamp)"), defs=defs)
    scene = _card(scene, _BACK, brand.surface, _back(brand))
    return _card(scene, _FRONT, _PAPER, _front(brand))


def _card(
    scene: Image.Image,
    place: tuple[float, float, float, float, float, float],
    paper: Colour,
    face: str,
) -> Image.Image:
    """A card on the desk: shadow, edge, face and a gleam."""
    night = Colour(24, 26, 36)
    for blur_px, lift, strength in ((22.0, 30, 0.3), (5.0, 8, 0.28)):
        cast = _placed(place, block(_CARD, night, radius=7), down=lift)
        scene = shaded(scene, cast, blur_px=blur_px, colour=night, strength=strength)
    gleam = linear("gleam", [(0, WHITE, 0.16), (0.5, WHITE, 0), (1, night, 0.1)], to=(1, 1))
    edge = mixed(paper, night, 0.24)
    body = _placed(place, block(_CARD, edge, radius=7), down=_EDGE_PX) + _placed(
        place, block(_CARD, paper, radius=7) + face + block(_CARD, "url(#gleam)", radius=7)
    )
    return laid(scene, body, defs=gleam)


def _placed(
    place: tuple[float, float, float, float, float, float], body: str, *, down: float = 0.0
) -> str:
    numbers = " ".join(f"{number:.3f}" for number in (*place[:5], place[5] + down))
    return f'<g transform="matrix({numbers})">{body}</g>'


def _front(brand: Brand) -> str:
    room = Frame(40, 40, 300, 118)
    quiet = Colour(176, 182, 192)
    lines = bars(40, 204, (120, 92, 136), quiet, thick=7, step=19)
    dot = block(Frame(_CARD.width - 76, 204 + 9, 36, 36), brand.surface, radius=9)
    return brand.lockup_on(_PAPER).set_in(room, align=(0, 0)) + lines + dot


def _back(brand: Brand) -> str:
    ground = brand.surface
    room = Frame(_CARD.width / 2 - 90, _CARD.height / 2 - 82, 180, 164)
    return brand.mark_on(ground).set_in(room)
