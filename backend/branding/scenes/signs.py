"""A sign on a wall, in the evening."""

from __future__ import annotations

from PIL import Image, ImageChops

from backend.branding.scenes.brand import Brand, mixed, toned
from backend.branding.scenes.figures import WHOLE, Figure, Frame
from backend.branding.scenes.stage import (
    block,
    grain,
    laid,
    linear,
    radial,
    shaded,
    smooth,
)
from backend.branding.variants import WHITE
from backend.domain.brief import Colour

_NIGHT = Colour(10, 11, 16)
_WARM = Colour(255, 236, 205)
_MIDDLE = (480.0, 296.0)
_LARGEST = Frame(0, 0, 540, 256)
_RADIUS, _DEPTH_PX = 16, 8


def sign(brand: Brand) -> Image.Image:
    """A panel with light behind it; the lockup stands off its face."""
    face = brand.stand
    letters = brand.lockup_on(face)
    panel, room = _frames(letters)
    scene = _wall(brand)
    for out, blur_px, strength in ((0, 46.0, 0.6), (3, 9.0, 0.95)):
        halo = block(panel.inset(-out), WHITE, radius=_RADIUS + out)
        scene = shaded(scene, halo, blur_px=blur_px, colour=_WARM, strength=strength)
    cast = block(panel.moved(6, 24), _NIGHT, radius=_RADIUS)
    scene = shaded(scene, cast, blur_px=14, colour=_NIGHT, strength=0.5)
    only = Frame(panel.x, panel.y, panel.width, panel.height + _DEPTH_PX)
    scene = laid(scene, _panel(panel, face), only=only)
    for down, blur_px, strength in ((8, 6.0, 0.4), (3.0, 1.8, 0.45)):
        cast = letters.set_in(room.moved(0.4 * down, down))
        scene = shaded(scene, cast, blur_px=blur_px, colour=_NIGHT, strength=strength)
    return laid(scene, letters.set_in(room), only=room)


def _frames(letters: Figure) -> tuple[Frame, Frame]:
    """The panel, and the room of the lockup inside it."""
    size = letters.frame_in(_LARGEST)
    margin = 46 + 0.12 * min(size.width, size.height)
    room = size.moved(_MIDDLE[0] - size.x - size.width / 2, _MIDDLE[1] - size.y - size.height / 2)
    return room.inset(-margin), room


def _panel(frame: Frame, face: Colour) -> str:
    """Enamelled metal: its side, its face, a line of light along its rim."""
    light = mixed(face, WHITE, 0.4).hex
    rim = f'stroke="{light}" stroke-opacity="0.6" stroke-width="1.4"'
    return (
        block(frame.moved(0, _DEPTH_PX), mixed(face, _NIGHT, 0.55), radius=_RADIUS)
        + block(frame, face, radius=_RADIUS)
        + block(frame.inset(0.7), "none", radius=_RADIUS - 0.7, more=rim)
    )


def _wall(brand: Brand) -> Image.Image:
    """Plaster that a lamp outside the picture lights from above."""
    plaster = mixed(Colour(88, 88, 94), toned(brand.accent, lightness=36), 0.14)
    low = mixed(plaster, _NIGHT, 0.5)
    defs = linear("plaster", [(0, mixed(plaster, WHITE, 0.1), 1), (1, low, 1)])
    defs += radial("lamp", [(0, _WARM, 0.3), (1, _WARM, 0)], middle=(0.5, 0), radius=0.7)
    defs += radial("dusk", [(0.4, _NIGHT, 0), (1, _NIGHT, 0.55)], middle=(0.5, 0.42), radius=0.75)
    body = "".join(block(WHOLE, f"url(#{paint})") for paint in ("plaster", "lamp", "dusk"))
    wall = smooth(body, defs=defs).convert("RGB")
    return ImageChops.multiply(wall, grain(30)).convert("RGBA")
