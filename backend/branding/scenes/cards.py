"""Business cards: two sides on a desk."""

from __future__ import annotations

from PIL import Image

from backend.branding.scenes.brand import Brand, mixed
from backend.branding.scenes.figures import WHOLE, Frame
from backend.branding.scenes.stage import (
    bars,
    block,
    laid,
    linear,
    radial,
    shaded,
    smooth,
)
from backend.branding.variants import WHITE
from backend.domain.brief import Colour

_Place = tuple[float, float, float, float, float, float]

# 85 x 54 mm, as most of Europe uses.
_CARD = Frame(0, 0, 459, 291.6)
_EDGE_PX = 3.5
# As seen from above at a slant: matrix(a b c d e f) of SVG.
_FRONT: _Place = (0.97, -0.17, 0.2, 0.93, 84.0, 268.0)
_BACK: _Place = (0.97, -0.17, 0.2, 0.93, 392.0, 112.0)
_PAPER = WHITE
_NIGHT = Colour(24, 26, 36)


def business_card(brand: Brand) -> Image.Image:
    """The front on white paper with the lockup, the back in the brand's colour with the mark."""
    desk = mixed(Colour(226, 227, 231), brand.accent, 0.16)
    low = mixed(desk, _NIGHT, 0.22)
    defs = linear("desk", [(0, mixed(desk, WHITE, 0.45), 1), (1, low, 1)], to=(1, 1))
    defs += radial("lamp", [(0, WHITE, 0.6), (1, WHITE, 0)], middle=(0.2, 0.05), radius=0.75)
    scene = smooth(block(WHOLE, "url(#desk)") + block(WHOLE, "url(#lamp)"), defs=defs)
    scene = _card(scene, _BACK, brand.stand, _back(brand))
    return _card(scene, _FRONT, _PAPER, _front(brand))


def _card(scene: Image.Image, place: _Place, paper: Colour, face: str) -> Image.Image:
    """A card on the desk: its shadow, its edge, its face."""
    for blur_px, lift, strength in ((20.0, 26, 0.3), (4.0, 7, 0.3)):
        cast = _placed(place, block(_CARD, _NIGHT, radius=6), down=lift)
        scene = shaded(scene, cast, blur_px=blur_px, colour=_NIGHT, strength=strength)
    edge = block(_CARD, mixed(paper, _NIGHT, 0.26), radius=6)
    body = _placed(place, edge, down=_EDGE_PX)
    body += _placed(place, block(_CARD, paper, radius=6) + face)
    return laid(scene, body, only=_bounds(place))


def _bounds(place: _Place) -> Frame:
    """What a card covers of the scene, its edge included."""
    a, b, c, d, x, y = place
    corners = [
        (a * right + c * down + x, b * right + d * down + y)
        for right in (0, _CARD.width)
        for down in (0, _CARD.height)
    ]
    left, top = (min(corner[axis] for corner in corners) for axis in (0, 1))
    right, foot = (max(corner[axis] for corner in corners) for axis in (0, 1))
    return Frame(left, top, right - left, foot - top + _EDGE_PX)


def _placed(place: _Place, body: str, *, down: float = 0.0) -> str:
    numbers = " ".join(f"{number:.3f}" for number in (*place[:5], place[5] + down))
    return f'<g transform="matrix({numbers})">{body}</g>'


def _front(brand: Brand) -> str:
    quiet = Colour(184, 189, 199)
    square = brand.lockup.width < 2 * brand.lockup.height
    if square:
        room = Frame(40, 36, 190, _CARD.height - 72)
        lines = bars(_CARD.width - 174, 186, (134, 96, 118), quiet, thick=6, step=19)
        return brand.lockup_on(_PAPER).set_in(room, align=(0, 0.5)) + lines
    room = Frame(40, 44, 292, 116)
    lines = bars(40, 206, (134, 96, 118), quiet, thick=6, step=19)
    dot = block(Frame(_CARD.width - 76, 214, 36, 36), brand.accent, radius=18)
    return brand.lockup_on(_PAPER).set_in(room, align=(0, 0)) + lines + dot


def _back(brand: Brand) -> str:
    room = Frame(_CARD.width / 2 - 100, _CARD.height / 2 - 78, 200, 156)
    return brand.mark_on(brand.stand).set_in(room)
