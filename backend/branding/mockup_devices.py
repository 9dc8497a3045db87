"""Scenes where the mark is small: browser tabs at their true size, a home screen."""

from __future__ import annotations

from PIL import Image

from backend.branding.drawing import Drawing
from backend.branding.mockup_canvas import (
    HEIGHT,
    WIDTH,
    Place,
    bar,
    blur,
    disc,
    glow,
    gradient,
    painted,
    set_in,
)
from backend.branding.mockup_looks import Look, button_ink, is_dark, mixed
from backend.branding.rasters import render_drawing
from backend.branding.variants import WHITE
from backend.domain.brief import Colour
from backend.domain.branding import TextOptions
from backend.domain.errors import TextNotSettable
from backend.vector.colour import contrast_ratio
from backend.vector.palette import INK

FAVICON_PX = 32
"""16 px of a screen with two pixels to the unit, as phones and most laptops have."""


def browser_tab(look: Look) -> Image.Image:
    """A light and a dark browser, the mark as a favicon of 16 px at twice the density."""
    tint = button_ink(look, WHITE)
    defs = (
        gradient("back", mixed(WHITE, tint, 0.20), mixed(WHITE, tint, 0.42), slant=0.5)
        + blur("soft", 22)
        + '<clipPath id="one"><rect x="70" y="66" width="1000" height="420" rx="18"/></clipPath>'
        '<clipPath id="two"><rect x="190" y="330" width="1000" height="420" rx="18"/></clipPath>'
    )
    light, dark = Colour(222, 225, 230), Colour(32, 33, 36)
    shadow = mixed(INK, tint, 0.3).hex
    body = (
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="url(#back)"/>'
        f'<rect x="74" y="90" width="1000" height="420" rx="18" fill="{shadow}"'
        ' fill-opacity="0.30" filter="url(#soft)"/>'
        f'<g clip-path="url(#one)">{_window(look, (70, 66), light, WHITE, INK)}</g>'
        f'<rect x="192" y="352" width="1000" height="420" rx="18" fill="{shadow}"'
        ' fill-opacity="0.42" filter="url(#soft)"/>'
        f'<g clip-path="url(#two)">{_window(look, (190, 330), dark, Colour(53, 54, 58), WHITE)}</g>'
    )
    image = painted(body, defs=defs)
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
        f'<rect x="{x}" y="{y}" width="1000" height="420" fill="{strip.hex}"/>'
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
        + f'<rect x="{x}" y="{y + 158}" width="1000" height="270" fill="{page.hex}"/>'
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
    if line is None or line.width > 12 * line.height:
        return bar((left, top + height / 2 - 5, 110, 10), ink, opacity=0.6)
    size = min(width / line.width, 21 / line.height)
    return set_in(line, (left, top, line.width * size, height), align=(0, 0.5))


def _lettering(name: str, ink: Colour) -> Drawing | None:
    from backend.branding.wordmarks import set_line

    if not name.strip():
        return None
    try:
        return set_line(name, options=TextOptions(font="manrope", weight=500), colour=ink).drawing
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
    back = mixed(WHITE, tint, 0.13)
    defs = (
        gradient("back", mixed(WHITE, tint, 0.06), mixed(WHITE, tint, 0.26), slant=0.7)
        + gradient("tile", mixed(tile, WHITE, 0.10), mixed(tile, INK, 0.08))
        + gradient("wall", mixed(look.deep, tint, 0.55), mixed(look.deep, INK, 0.4), slant=0.4)
        + glow("shine", mixed(tint, WHITE, 0.35), 0.75)
        + blur("soft", 24)
        + blur("near", 9)
        + '<clipPath id="screen"><rect x="572" y="72" width="320" height="640" rx="44"/></clipPath>'
    )
    body = [
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="{back.hex}"/>',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="url(#back)"/>',
        _large(look, tile, drawing),
        f'<rect x="566" y="92" width="332" height="640" rx="56" fill="{look.deep.hex}"'
        ' fill-opacity="0.4" filter="url(#soft)"/>',
        '<rect x="558" y="58" width="348" height="680" rx="58" fill="#17181B"/>',
        '<rect x="559.5" y="59.5" width="345" height="680" rx="56.5" fill="none" stroke="#6B6E76"'
        ' stroke-width="2"/>',
        '<g clip-path="url(#screen)"><rect x="572" y="72" width="320" height="640"'
        ' fill="url(#wall)"/><ellipse cx="640" cy="130" rx="330" ry="260" fill="url(#shine)"/>'
        '<ellipse cx="880" cy="520" rx="220" ry="240" fill="url(#shine)" fill-opacity="0.6"/></g>',
        '<rect x="682" y="86" width="100" height="28" rx="14" fill="#0B0B0D"/>',
        bar((612, 95, 34, 10), WHITE, opacity=0.9),
        '<rect x="822" y="93" width="26" height="13" rx="4" fill="none" stroke="#FFF"'
        ' stroke-opacity="0.8" stroke-width="1.5"/>'
        '<rect x="824.5" y="95.5" width="17" height="8" rx="2" fill="#FFF" fill-opacity="0.9"/>',
        *(_app(look, i, tile, drawing) for i in range(20)),
    ]
    return painted("".join(body), defs=defs).convert("RGB")


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


def _large(look: Look, tile: Colour, drawing: Drawing) -> str:
    x, y, side = 136.0, 160.0, 280.0
    inner = side * 0.6
    place = (x + (side - inner) / 2, y + (side - inner) / 2, inner, inner)
    shadow = mixed(look.deep, tile, 0.4 if is_dark(tile) else 0.0).hex
    return (
        f'<path d="{squircle(x + 14, y + 44, side - 28)}" fill="{shadow}" fill-opacity="0.42"'
        f' filter="url(#soft)"/><path d="{squircle(x, y, side)}" fill="url(#tile)"/>'
        f'<path d="{squircle(x + 0.75, y + 0.75, side - 1.5)}" fill="none" stroke="#FFF"'
        f' stroke-opacity="0.35" stroke-width="1.5"/>{set_in(drawing, place)}'
    )


def _app(look: Look, i: int, tile: Colour, drawing: Drawing) -> str:
    """One of the icons of the grid, the brand's or a neutral one."""
    side, x, y = 56.0, 592 + 74.7 * (i % 4), 150 + 96.0 * (i // 4)
    if i == 5:
        inner = side * 0.6
        place = (x + (side - inner) / 2, y + (side - inner) / 2, inner, inner)
        return (
            f'<path d="{squircle(x, y + 4, side)}" fill="#000" fill-opacity="0.35"'
            f' filter="url(#near)"/><path d="{squircle(x, y, side)}" fill="url(#tile)"/>'
            + set_in(drawing, place)
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
                f'<rect x="{x - 11 + 8 * i}" y="{y + 9 - h}" width="6" height="{h}" rx="2" {paint}/>'
                for i, h in enumerate((10, 18, 14))
            )
