"""Small marks: in a browser's tab, and among the icons of a phone."""

from __future__ import annotations

from PIL import Image, ImageDraw

from backend.branding.icons import ground_for, icon_drawing
from backend.branding.scenes.brand import Brand, mixed, toned
from backend.branding.scenes.figures import HEIGHT, WHOLE, WIDTH, Figure, Frame
from backend.branding.scenes.stage import (
    block,
    laid,
    linear,
    radial,
    shaded,
    smooth,
)
from backend.branding.variants import WHITE
from backend.domain.brief import Colour

_BLACK = Colour(8, 9, 12)
_SHADOW = Colour(16, 20, 32)
_FAVICON_PX = 16
_ZOOM = 3
"""Tabs are shown at three times their size: as sharp as on a phone, not as large pixels."""


def browser_tab(brand: Brand) -> Image.Image:
    """The mark in tabs of a light window, and of a dark one behind it."""
    pale, strong = mixed(WHITE, brand.accent, 0.14), mixed(WHITE, brand.accent, 0.32)
    desk = linear("desk", [(0, pale, 1), (1, strong, 1)], to=(1, 1))
    scene = smooth(block(WHOLE, "url(#desk)"), defs=desk)
    icon = icon_drawing(brand.mark, ground_for(brand.mark, brand.ground), _FAVICON_PX)
    for y, is_dark in ((70.0, True), (318.0, False)):
        scene = _window(scene, brand, Figure(icon), y, is_dark=is_dark)
    return scene


def _window(
    scene: Image.Image, brand: Brand, icon: Figure, y: float, *, is_dark: bool
) -> Image.Image:
    strip = Colour(32, 33, 36) if is_dark else Colour(222, 227, 234)
    tab = Colour(53, 54, 58) if is_dark else WHITE
    quiet = Colour(95, 99, 104) if is_dark else Colour(189, 195, 205)
    ink = Colour(226, 229, 234) if is_dark else Colour(92, 99, 112)
    x = 150 if is_dark else 64
    whole = Frame(x, y, WIDTH, HEIGHT)
    side = _FAVICON_PX * _ZOOM
    first, top = Frame(x + 108, y + 24, 420, 96), y + 24
    middle = top + 48
    second = first.x + first.width + 36
    scene = shaded(
        scene, block(Frame(x, y + 14, WIDTH, HEIGHT), _SHADOW, radius=22), blur_px=24,
        colour=toned(brand.accent, lightness=18), strength=0.34,
    )  # fmt: skip
    dots = "".join(
        f'<circle cx="{x + 34 + 26 * i}" cy="{middle}" r="7.5" fill="{quiet.hex}"/>'
        for i in range(3)
    )
    body = (
        block(whole, strip, radius=22)
        + dots
        + _tab_shape(first, tab)
        + icon.set_in(Frame(first.x + 32, middle - side / 2, side, side))
        + block(Frame(first.x + 104, middle - 7, 196, 14), ink, radius=7, opacity=0.8)
        + _cross(first.x + first.width - 48, middle, ink)
        + f'<circle cx="{second + 24}" cy="{middle}" r="20" fill="{quiet.hex}" fill-opacity=".7"/>'
        + block(Frame(second + 68, middle - 7, 150, 14), quiet, radius=7)
        + _toolbar(Frame(x, top + 96, WIDTH, 108), tab, strip, quiet)
    )
    return laid(scene, body, only=Frame(x, y, WIDTH - x, HEIGHT - y))


def _tab_shape(frame: Frame, fill: Colour) -> str:
    """A tab with round shoulders and feet."""
    left, right = frame.x, frame.x + frame.width
    top, foot = frame.y, frame.y + frame.height
    return (
        f'<path fill="{fill.hex}" d="M{left - 24} {foot}q24 0 24 -24V{top + 24}q0 -24 24 -24'
        f'H{right - 24}q24 0 24 24V{foot - 24}q0 24 24 24Z"/>'
    )


def _cross(x: float, y: float, ink: Colour) -> str:
    return (
        f'<path d="M{x - 9} {y - 9}l18 18m0 -18l-18 18" stroke="{ink.hex}" stroke-width="3.5"'
        ' stroke-linecap="round" stroke-opacity=".8"/>'
    )


def _toolbar(frame: Frame, face: Colour, field: Colour, ink: Colour) -> str:
    """The row below the tabs, and the page's white that begins under it."""
    middle = frame.y + frame.height / 2
    stroke = (
        f'fill="none" stroke="{ink.hex}" stroke-width="4.5" stroke-linecap="round"'
        ' stroke-linejoin="round"'
    )
    arrows = (
        f'<path d="M{frame.x + 62} {middle - 13}l-13 13l13 13" {stroke}/>'
        f'<path d="M{frame.x + 122} {middle - 13}l13 13l-13 13" {stroke}/>'
        f'<path d="M{frame.x + 216} {middle - 8}a17 17 0 1 0 3 13" {stroke}/>'
    )
    address = Frame(frame.x + 262, middle - 32, frame.width, 64)
    return (
        block(frame, face)
        + arrows
        + block(address, field, radius=32, opacity=0.75)
        + block(Frame(address.x + 34, middle - 7, 250, 14), ink, radius=7)
        + block(Frame(frame.x, frame.y + frame.height, frame.width, HEIGHT), face)
        + block(Frame(frame.x, frame.y + frame.height, frame.width, 2), field)
    )


def app_icon(brand: Brand) -> Image.Image:
    """The mark as an icon on a phone, and the same icon large beside it."""
    pale, strong = mixed(WHITE, brand.accent, 0.1), mixed(WHITE, brand.accent, 0.3)
    wall = linear("wall", [(0, pale, 1), (1, strong, 1)], to=(1, 1))
    scene = smooth(block(WHOLE, "url(#wall)"), defs=wall)
    night = toned(brand.accent, lightness=20)
    large, phone = Frame(112, 164, 272, 272), Frame(520, 56, 348, 720)
    for body, blur_px, strength in (
        (block(phone.inset(12).moved(0, 34), night, radius=54), 30.0, 0.45),
        (squircle(large.inset(14).moved(0, 34), night), 20.0, 0.42),
    ):
        scene = shaded(scene, body, blur_px=blur_px, colour=night, strength=strength)
    screen = phone.inset(12)
    glass = Image.new("L", scene.size)
    edge = (screen.x, screen.y, screen.x + screen.width, screen.y + screen.height)
    ImageDraw.Draw(glass).rounded_rectangle(edge, 42, fill=255)
    scene.paste(_wallpaper(brand, screen), (0, 0), glass)
    scene = laid(scene, _phone(brand, phone), only=phone)
    return laid(scene, _icon(brand, large), only=large)


def _wallpaper(brand: Brand, screen: Frame) -> Image.Image:
    sky, ground = mixed(WHITE, brand.accent, 0.3), toned(brand.accent, lightness=40)
    stops = [(0.0, mixed(sky, ground, 0.25), 1.0), (0.5, mixed(sky, ground, 0.5), 1.0),
             (1.0, ground, 1.0)]  # fmt: skip
    defs = linear("screen", stops)
    defs += radial("moon", [(0, WHITE, 0.5), (1, WHITE, 0)], middle=(0.25, 0.1), radius=0.6)
    return smooth(block(screen, "url(#screen)") + block(screen, "url(#moon)"), defs=defs)


def squircle(frame: Frame, fill: Colour | str) -> str:
    """A square whose corners are those of icons on phones."""
    x, y, side = frame.x, frame.y, frame.width
    low, far = side * 0.04, side * 0.34
    paint = fill if isinstance(fill, str) else fill.hex
    return (
        f'<path fill="{paint}" d="M{x + far} {y}H{x + side - far}'
        f"C{x + side - low} {y} {x + side} {y + low} {x + side} {y + far}"
        f"V{y + side - far}C{x + side} {y + side - low} {x + side - low} {y + side}"
        f" {x + side - far} {y + side}H{x + far}C{x + low} {y + side} {x} {y + side - low}"
        f' {x} {y + side - far}V{y + far}C{x} {y + low} {x + low} {y} {x + far} {y}Z"/>'
    )


def _icon(brand: Brand, frame: Frame) -> str:
    """The mark on its tile."""
    inner = frame.inset(frame.width * 0.18)
    return squircle(frame, brand.tile) + brand.mark_on(brand.tile).set_in(inner)


def _phone(brand: Brand, frame: Frame) -> str:
    screen = frame.inset(12)
    side, gap = 58, 18
    left, top = screen.x + (screen.width - 4 * side - 3 * gap) / 2, screen.y + 92
    tiles = ""
    for place in range(20):
        row, column = divmod(place, 4)
        spot = Frame(left + column * (side + gap), top + row * 96, side, side)
        tiles += _icon(brand, spot) if place == 5 else _neighbour(spot, place)
        word = 34 if place % 3 else 42
        tiles += block(
            Frame(spot.x + (side - word) / 2, spot.y + side + 8, word, 5), WHITE, radius=2.5,
            opacity=0.85,
        )  # fmt: skip
    island = Frame(frame.x + frame.width / 2 - 48, screen.y + 14, 96, 27)
    return _ring(frame, 0, 12) + tiles + block(island, _BLACK, radius=13.5) + _status(screen)


def _ring(frame: Frame, outer: float, inner: float) -> str:
    """The phone's body around its screen: black glass in a rim of metal."""
    glass = (outer + inner) / 2 + 1
    line = f'stroke="{_BLACK.hex}" stroke-width="{inner - outer - 2}"'
    metal = 'stroke="#5A5F6B" stroke-width="3"'
    return block(frame.inset(glass), "none", radius=56 - glass, more=line) + block(
        frame.inset(outer + 1.5), "none", radius=54.5, more=metal
    )


def _status(screen: Frame) -> str:
    right, y = screen.x + screen.width - 34, screen.y + 28
    return (
        block(Frame(screen.x + 36, y - 4, 40, 8), WHITE, radius=4, opacity=0.95)
        + block(Frame(right - 26, y - 6, 26, 12), WHITE, radius=4, opacity=0.95)
        + block(Frame(right - 50, y - 5, 16, 10), WHITE, radius=3, opacity=0.95)
    )


# Plain things that any phone has: none of them is anybody's brand.
_GLYPHS = (
    '<circle cx="29" cy="29" r="13"/>',
    '<rect x="16" y="18" width="26" height="22" rx="5"/>',
    '<path d="M29 15l14 25H15Z"/>',
    '<rect x="17" y="17" width="10" height="10" rx="3"/><rect x="31" y="17" width="10" height="10"'
    ' rx="3"/><rect x="17" y="31" width="10" height="10" rx="3"/><rect x="31" y="31" width="10"'
    ' height="10" rx="3"/>',
    '<rect x="16" y="20" width="26" height="5" rx="2.5"/><rect x="16" y="32" width="18" height="5"'
    ' rx="2.5"/>',
    '<path d="M29 42C8 28 18 14 29 22C40 14 50 28 29 42Z"/>',
)


def _neighbour(frame: Frame, place: int) -> str:
    tone = (0.92, 0.74, 0.84)[place % 3]
    ink = Colour(120, 128, 142)
    glyph = _GLYPHS[(place * 5 + place // 4) % len(_GLYPHS)]
    return (
        f'<g opacity="{tone}">{squircle(frame, WHITE)}</g>'
        f'<g transform="translate({frame.x} {frame.y})" fill="{ink.hex}" fill-opacity=".55">'
        f"{glyph}</g>"
    )
