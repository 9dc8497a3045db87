"""Scenes where the mark is small: browser tabs at their true size, a home screen."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw

from backend.branding.drawing import Drawing
from backend.branding.mockup_canvas import (
    HEIGHT,
    Pixels,
    Place,
    as_pixels,
    bar,
    blended,
    disc,
    gradient,
    lit,
    overlaid,
    set_in,
    shadowed,
    slope,
)
from backend.branding.mockup_looks import Look, button_ink, is_dark, mixed
from backend.branding.rasters import render_drawing
from backend.branding.variants import WHITE
from backend.branding.wordmarks import Line, set_line
from backend.domain.branding import TextOptions
from backend.domain.brief import Colour
from backend.domain.errors import TextNotSettable
from backend.vector.colour import contrast_ratio
from backend.vector.palette import INK

FAVICON_PX = 32
"""16 px of a screen with two pixels to the unit, as phones and most laptops have."""

_TITLE_PX = 24


def browser_tab(look: Look) -> Image.Image:
    """A light and a dark browser, the mark as a favicon of 16 px at twice the density."""
    tint = button_ink(look, WHITE)
    back = slope(mixed(WHITE, tint, 0.20), mixed(WHITE, tint, 0.42), slant=0.5)
    shade = mixed(INK, tint, 0.3)
    image = overlaid(
        shadowed(back, (74, 90, 1000, 420), 22, shade, 0.30),
        _window(look, (70, 66), Colour(222, 225, 230), WHITE, INK),
    )
    image = overlaid(
        shadowed(as_pixels(image)[..., :3], (192, 352, 1000, 420), 22, shade, 0.42),
        _window(look, (190, 330), Colour(32, 33, 36), Colour(53, 54, 58), WHITE),
    )
    for drawing, (x, y) in (
        (look.mark_on(WHITE), (70, 66)),
        (look.mark_on(Colour(53, 54, 58)), (190, 330)),
    ):
        icon = _favicon(drawing)
        image.alpha_composite(icon, (x + 138, y + 35))
    return image.convert("RGB")


def _favicon(drawing: Drawing) -> Image.Image:
    side = max(drawing.width, drawing.height)
    square = drawing.placed(
        (side - drawing.width) / 2, (side - drawing.height) / 2, 1.0, side, side
    )
    return render_drawing(square, width_px=FAVICON_PX)


def _window(look: Look, corner: tuple[int, int], strip: Colour, tab: Colour, ink: Colour) -> str:
    x, y = corner
    field = mixed(tab, strip, 0.75) if ink is INK else strip
    title = _title(look, ink, (x + 184, y + 36, 168, 30))
    others = "".join(
        disc(x + 474 + 262 * i, y + 51, 11, ink, 0.22)
        + bar((x + 500 + 262 * i, y + 46, 112 - 24 * i, 10), ink, opacity=0.26)
        + _cross(x + 660 + 262 * i, y + 51, ink, 0.3)
        for i in range(2)
    )
    shape = (
        f"M{x + 98} {y + 82}c10 0 16-6 16-16v-32c0-10 6-16 16-16h286c10 0 16 6 16 16v32"
        "c0 10 6 16 16 16Z"
    )
    page = look.paper if ink is INK else look.deep
    return (
        f'<rect x="{x}" y="{y}" width="1000" height="420" rx="18" fill="{strip.hex}"/>'
        + "".join(disc(x + 30 + 24 * i, y + 46, 7, ink, 0.24) for i in range(3))
        + f'<path d="{shape}" fill="{tab.hex}"/>'
        + title
        + _cross(x + 404, y + 51, ink, 0.55)
        + others
        + f'<rect x="{x}" y="{y + 82}" width="1000" height="76" fill="{tab.hex}"/>'
        + _arrows(x, y, ink)
        + bar((x + 176, y + 95, 640, 50), field)
        + _padlock(x + 204, y + 120, ink)
        + bar((x + 230, y + 115, 220, 10), ink, opacity=0.42)
        + f'<path d="M{x} {y + 158}h1000v262H{x + 18}a18 18 0 0 1-18-18Z" fill="{page.hex}"/>'
        + f'<rect x="{x}" y="{y + 157}" width="1000" height="1" fill="{ink.hex}"'
        ' fill-opacity="0.12"/>' + _page(look, page, ink, (x, y + 158))
    )


def _page(look: Look, page: Colour, ink: Colour, corner: tuple[float, float]) -> str:
    x, y = corner
    return (
        set_in(look.lockup_on(page), (x + 40, y + 24, 220, 52), align=(0, 0.5))
        + "".join(bar((x + 470 + 92 * i, y + 46, 60, 9), ink, opacity=0.4) for i in range(3))
        + bar((x + 40, y + 110, 300, 22), ink, opacity=0.85, radius=7)
        + bar((x + 40, y + 144, 210, 22), ink, opacity=0.85, radius=7)
    )


def _title(look: Look, ink: Colour, place: Place) -> str:
    """The brand's name in the interface's type; a bar where it cannot be set."""
    left, top, width, height = place
    line = _lettering(look.name, ink)
    if line is None or line.drawing.width * _TITLE_PX / 1000 > 1.5 * width:
        return bar((left, top + height / 2 - 5, 110, 10), ink, opacity=0.6)
    scale = min(_TITLE_PX / 1000, width / line.drawing.width)
    baseline = top + (height + line.cap_height * scale) / 2
    size = (line.drawing.width * scale, line.drawing.height * scale)
    return set_in(line.drawing, (left, baseline - line.ascent * scale, *size))


def _lettering(name: str, ink: Colour) -> Line | None:
    if not name.strip():
        return None
    try:
        return set_line(name, options=TextOptions(font="manrope", weight=500), colour=ink)
    except TextNotSettable:
        return None


def _cross(x: float, y: float, ink: Colour, opacity: float) -> str:
    return (
        f'<path d="M{x - 5} {y - 5}l10 10m0-10l-10 10" stroke="{ink.hex}" fill="none"'
        f' stroke-width="2" stroke-linecap="round" stroke-opacity="{opacity}"/>'
    )


def _arrows(x: float, y: float, ink: Colour) -> str:
    line = (
        f'fill="none" stroke="{ink.hex}" stroke-width="2.6" stroke-linecap="round"'
        ' stroke-linejoin="round"'
    )
    return (
        f'<path d="M{x + 47} {y + 120}h-20m9-9l-9 9l9 9" {line} stroke-opacity="0.62"/>'
        f'<path d="M{x + 75} {y + 120}h20m-9-9l9 9l-9 9" {line} stroke-opacity="0.28"/>'
        f'<path d="M{x + 143} {y + 116}a10 10 0 1 0 0.6 8m0-14v6h-6" {line} stroke-opacity="0.62"/>'
    )


def _padlock(x: float, y: float, ink: Colour) -> str:
    return (
        f'<rect x="{x - 7}" y="{y - 3}" width="14" height="11" rx="2.5" fill="{ink.hex}"'
        f' fill-opacity="0.5"/><path d="M{x - 4} {y - 3}v-3a4 4 0 0 1 8 0v3" fill="none"'
        f' stroke="{ink.hex}" stroke-opacity="0.5" stroke-width="2"/>'
    )


def app_icon(look: Look) -> Image.Image:
    """The icon large, and among others on a telephone."""
    tint = button_ink(look, WHITE)
    tile, drawing = _tile(look)
    defs = gradient("tile", mixed(tile, WHITE, 0.10), mixed(tile, INK, 0.08))
    body = [
        _large(drawing),
        # The frame is a ring: the wallpaper below shows through.
        '<path fill-rule="evenodd" fill="#17181B" d="M558 610V116a58 58 0 0 1 58-58H848a58 58 0 0 1'
        ' 58 58V610ZM572 610H892V116a44 44 0 0 0-44-44H616a44 44 0 0 0-44 44Z"/>',
        '<path fill="none" stroke="#6B6E76" stroke-width="2" d="M559.5 610V116a56.5 56.5 0 0 1'
        ' 56.5-56.5H848a56.5 56.5 0 0 1 56.5 56.5V610"/>',
        '<rect x="682" y="86" width="100" height="28" rx="14" fill="#0B0B0D"/>',
        bar((612, 95, 34, 10), WHITE, opacity=0.9),
        '<rect x="822" y="93" width="26" height="13" rx="4" fill="none" stroke="#FFF"'
        ' stroke-opacity="0.8" stroke-width="1.5"/>'
        '<rect x="824.5" y="95.5" width="17" height="8" rx="2" fill="#FFF" fill-opacity="0.9"/>',
        *(_app(i, drawing) for i in range(20)),
    ]
    return overlaid(_desk(look, tile, tint), "".join(body), defs=defs).convert("RGB")


def _desk(look: Look, tile: Colour, tint: Colour) -> Pixels:
    """The ground, the shadows on it, and the telephone's wallpaper."""
    scene = slope(mixed(WHITE, tint, 0.07), mixed(WHITE, tint, 0.26), slant=0.7)
    shade = mixed(look.deep, tile, 0.4 if is_dark(tile) else 0.0)
    scene = shadowed(scene, (150, 204, 252, 252), 24, shade, 0.42)
    scene = shadowed(scene, (566, 92, 332, 640), 24, look.deep, 0.4)
    top, left, bottom, right = 64, 564, HEIGHT, 900
    screen = np.s_[top:bottom, left:right]
    wall = slope(mixed(look.deep, tint, 0.55), mixed(look.deep, INK, 0.4), slant=0.4)[screen]
    bright = mixed(tint, WHITE, 0.35)
    wall = lit(wall, (76, 66, 380, 300), bright, 0.6)
    wall = lit(wall, (316, 456, 260, 280), bright, 0.4)
    # Its edge lies below the middle of the frame.
    corners = Image.new("L", (right - left, bottom - top))
    box = (1, 1, right - left - 2, 2 * HEIGHT)
    ImageDraw.Draw(corners).rounded_rectangle(box, radius=50, fill=255)
    scene[screen] = blended(scene[screen], wall, as_pixels(corners)[..., None] / 255)
    return shadowed(scene, (666.7, 250, 56, 56), 9, Colour(0, 0, 0), 0.35)


def _tile(look: Look) -> tuple[Colour, Drawing]:
    """What the icon stands on, and how the mark is worn there."""
    fills = look.mark.fills
    if look.mark.is_vector and len(fills) == 1 and is_dark(fills[0]):
        return fills[0], look.in_white(look.mark)
    if look.mark.is_vector and len(fills) == 1 and contrast_ratio(fills[0], look.deep) >= 4.5:
        return look.deep, look.mark_on(look.deep)
    if is_dark(look.ground):
        return look.ground, look.mark
    return look.paper, look.mark_on(look.paper)


def squircle(x: float, y: float, side: float) -> str:
    """Path data of a square with continuous corners, as icons on telephones have."""
    c, k = 0.30 * side, 0.055 * side
    e = side
    return (
        f"M{x + c:.2f} {y:.2f}H{x + e - c:.2f}C{x + e - k:.2f} {y:.2f} {x + e:.2f} {y + k:.2f}"
        f" {x + e:.2f} {y + c:.2f}V{y + e - c:.2f}C{x + e:.2f} {y + e - k:.2f} {x + e - k:.2f}"
        f" {y + e:.2f} {x + e - c:.2f} {y + e:.2f}H{x + c:.2f}C{x + k:.2f} {y + e:.2f} {x:.2f}"
        f" {y + e - k:.2f} {x:.2f} {y + e - c:.2f}V{y + c:.2f}C{x:.2f} {y + k:.2f} {x + k:.2f}"
        f" {y:.2f} {x + c:.2f} {y:.2f}Z"
    )


def _large(drawing: Drawing) -> str:
    return _icon(136.0, 160.0, 280.0, drawing) + (
        f'<path d="{squircle(136.75, 160.75, 278.5)}" fill="none" stroke="#FFF"'
        ' stroke-opacity="0.35" stroke-width="1.5"/>'
    )


def _icon(x: float, y: float, side: float, drawing: Drawing) -> str:
    room, inner = side * 0.2, side * 0.6
    return f'<path d="{squircle(x, y, side)}" fill="url(#tile)"/>' + set_in(
        drawing, (x + room, y + room, inner, inner)
    )


def _app(i: int, drawing: Drawing) -> str:
    """One of the icons of the grid, the brand's or a neutral one."""
    side, x, y = 56.0, 592 + 74.7 * (i % 4), 150 + 96.0 * (i // 4)
    if i == 5:
        return (
            _icon(x, y, side, drawing)
            + f'<path d="{squircle(x, y, side)}" fill="none" stroke="#FFF" stroke-opacity="0.28"/>'
            + bar((x + 9, y + side + 10, 38, 7), WHITE, opacity=0.95)
        )
    strength = (0.20, 0.28, 0.16, 0.24)[(i * 7 + i // 4) % 4]
    return (
        f'<path d="{squircle(x, y, side)}" fill="#FFF" fill-opacity="{strength}"/>'
        + _neutral(i % 5, x + side / 2, y + side / 2)
        + bar((x + 14, y + side + 10, 28, 7), WHITE, opacity=0.5)
    )


def _neutral(kind: int, x: float, y: float) -> str:
    """A shape that means nothing."""
    paint = 'fill="#FFF" fill-opacity="0.5"'
    match kind:
        case 0:
            return f'<circle cx="{x}" cy="{y}" r="11" {paint}/>'
        case 1:
            return f'<rect x="{x - 11}" y="{y - 9}" width="22" height="18" rx="5" {paint}/>'
        case 2:
            return f'<path d="M{x - 11} {y + 9}L{x} {y - 10}L{x + 11} {y + 9}Z" {paint}/>'
        case 3:
            return (
                f'<circle cx="{x}" cy="{y}" r="9" fill="none" stroke="#FFF"'
                ' stroke-opacity="0.5" stroke-width="5"/>'
            )
        case _:
            return "".join(
                f'<rect x="{x - 11 + 8 * i}" y="{y + 9 - h}" width="6" height="{h}" rx="2"'
                f" {paint}/>"
                for i, h in enumerate((10, 18, 14))
            )
