"""A sign on a wall, in the evening."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageChops

from backend.branding.scenes.brand import WHITE, Brand, mixed, toned
from backend.branding.scenes.stage import (
    HEIGHT,
    WIDTH,
    Frame,
    block,
    laid,
    linear,
    painted,
    radial,
    shaded,
)
from backend.domain.brief import Colour

_NIGHT = Colour(10, 11, 16)
_WARM = Colour(255, 236, 205)
_MIDDLE = (480.0, 296.0)


def sign(brand: Brand) -> Image.Image:
    """A panel with light behind it; the lockup stands off its face."""
    face = brand.surface
    letters = brand.lockup_on(face)
    size = letters.frame_in(Frame(0, 0, 520, 250))
    margin = 44 + 0.1 * min(size.width, size.height)
    panel = Frame(
        _MIDDLE[0] - size.width / 2 - margin,
        _MIDDLE[1] - size.height / 2 - margin,
        size.width + 2 * margin,
        size.height + 2 * margin,
    )
    scene = _wall(brand)
    outline = block(panel, WHITE, radius=16)
    scene = shaded(scene, outline, blur_px=44, colour=_WARM, strength=0.55)
    scene = shaded(scene, block(panel.inset(-3), WHITE, radius=18), blur_px=9, colour=_WARM,
                   strength=0.95)  # fmt: skip
    cast = Frame(panel.x + 6, panel.y + 22, panel.width, panel.height)
    scene = shaded(scene, block(cast, _NIGHT, radius=16), blur_px=14, colour=_NIGHT, strength=0.5)
    scene = laid(scene, _panel(panel, face), defs=_paints())
    room = panel.inset(margin)
    for down, blur_px, strength in ((7, 6.0, 0.42), (2.5, 1.6, 0.4)):
        cast_by = letters.set_in(Frame(room.x + down * 0.5, room.y + down, room.width, room.height))
        scene = shaded(scene, cast_by, blur_px=blur_px, colour=_NIGHT, strength=strength)
    gleam = block(panel, "url(#gleam)", radius=16)
    return laid(scene, letters.set_in(room) + gleam, defs=_paints())


def _paints() -> str:
    return linear("gleam", [(0, WHITE, 0.12), (0.45, WHITE, 0), (1, _NIGHT, 0.16)], to=(0.35, 1))


def _panel(frame: Frame, face: Colour) -> str:
    side = Frame(frame.x, frame.y + 7, frame.width, frame.height)
    rim = f'stroke="{mixed(face, WHITE, 0.35).hex}" stroke-opacity="0.55" stroke-width="1.4"'
    return (
        block(side, mixed(face, _NIGHT, 0.55), radius=16)
        + block(frame, face, radius=16)
        + block(frame.inset(0.7), "none", radius=15.5, more=rim)
    )


def _wall(brand: Brand) -> Image.Image:
    """Plaster that a lamp outside the picture lights from above."""
    plaster = mixed(Colour(88, 88, 94), toned(brand.accent, lightness=36), 0.14)
    defs = (
        linear("plaster", [(0, mixed(plaster, WHITE, 0.1), 1), (1, mixed(plaster, _NIGHT, 0.5),
                                                                 1)])
        + radial("lamp", [(0, _WARM, 0.3), (1, _WARM, 0)], middle=(0.5, 0), radius=0.7)
        + radial("dusk", [(0.4, _NIGHT, 0), (1, _NIGHT, 0.55)], middle=(0.5, 0.42), radius=0.75)
    )  # fmt: skip
    whole = Frame(0, 0, WIDTH, HEIGHT)
    body = "".join(block(whole, f"url(#{paint})") for paint in ("plaster", "lamp", "dusk"))
    wall = painted(body, defs=defs).convert("RGB")
    return ImageChops.multiply(wall, _grain()).convert("RGBA")


def _grain() -> Image.Image:
    """The roughness of plaster, to be multiplied; the same every time."""
    chance = np.random.default_rng(7)
    grain = np.full((HEIGHT, WIDTH), 244.0, np.float32)
    for step, strength in ((1, 3.0), (3, 3.5), (24, 4.0)):
        rough = chance.standard_normal((HEIGHT // step, WIDTH // step), np.float32) * strength
        layer = Image.fromarray(rough).resize((WIDTH, HEIGHT), Image.Resampling.BICUBIC)
        grain += np.asarray(layer)
    return Image.fromarray(np.clip(grain, 0, 255).astype(np.uint8)).convert("RGB")
