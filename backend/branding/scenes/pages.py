"""Web pages: a light one and a dark one, with the lockup in their headers."""

from __future__ import annotations

from PIL import Image

from backend.branding.scenes.brand import Brand, ink_on, mixed, toned
from backend.branding.scenes.figures import WHOLE, WIDTH, Frame
from backend.branding.scenes.stage import (
    bars,
    block,
    clip,
    laid,
    linear,
    radial,
    shaded,
    smooth,
)
from backend.branding.variants import WHITE
from backend.domain.brief import Colour
from backend.vector.colour import contrast_ratio

_BLACK = Colour(0, 0, 0)
_LINE, _QUIET = Colour(232, 235, 240), Colour(203, 209, 218)
_PAGE = Frame(56, 44, 848, 620)
_CHROME = 34


def light_header(brand: Brand) -> Image.Image:
    """A page on white: the lockup at the left, a block in the brand's colour below."""
    pale, strong = mixed(WHITE, brand.accent, 0.1), mixed(WHITE, brand.accent, 0.26)
    sky = linear("sky", [(0, pale, 1), (1, strong, 1)])
    scene = smooth(block(WHOLE, "url(#sky)"), defs=sky)
    night = toned(brand.accent, lightness=20)
    cast = block(_PAGE.moved(0, 18), night, radius=14)
    scene = shaded(scene, cast, blur_px=26, colour=night, strength=0.3)
    header = _header(brand, Frame(_PAGE.x + 36, _PAGE.y + _CHROME + 18, 280, 50))
    hero = Frame(_PAGE.x + 24, header.y + header.height + 20, _PAGE.width - 48, 300)
    body = (
        block(_PAGE, WHITE, radius=14)
        + _chrome(_LINE)
        + brand.lockup_on(WHITE).set_in(header, align=(0, 0.5))
        + _navigation(_QUIET, brand.surface, header)
        + _hero(brand, hero)
        + _cards(hero.y + hero.height + 22, brand)
    )
    return laid(scene, body, defs=clip("hero", block(hero, WHITE, radius=18)))


def _header(brand: Brand, usual: Frame) -> Frame:
    """Room for the lockup; higher for those that are not wide, so that they are read."""
    ratio = brand.lockup.width / brand.lockup.height
    height = usual.height * min(max(3.4 / ratio, 1.0), 1.75)
    return Frame(usual.x, usual.y, usual.width, height)


def _chrome(line: Colour) -> str:
    """The upper edge of a browser's window."""
    y = _PAGE.y + _CHROME / 2
    dots = "".join(
        f'<circle cx="{_PAGE.x + 24 + 16 * i}" cy="{y}" r="4.5" fill="{line.hex}"/>'
        for i in range(3)
    )
    address = block(Frame(WIDTH / 2 - 150, y - 8, 300, 16), line, radius=8, opacity=0.6)
    edge = block(Frame(_PAGE.x, _PAGE.y + _CHROME, _PAGE.width, 1), line)
    return dots + address + edge


def _navigation(ink: Colour, button: Colour, header: Frame) -> str:
    right, y = _PAGE.x + _PAGE.width - 36, header.y + header.height / 2
    words = "".join(
        block(Frame(right - 350 + 78 * i, y - 4, width, 8), ink, radius=4)
        for i, width in enumerate((48, 56, 42))
    )
    return (
        words
        + block(Frame(right - 104, y - 18, 104, 36), button, radius=18)
        + block(Frame(right - 78, y - 4, 52, 8), ink_on(button), radius=4, opacity=0.95)
    )


def _hero(brand: Brand, frame: Frame) -> str:
    """A block in the brand's colour; the mark looks in from its right side."""
    ground = brand.surface
    ink = ink_on(ground)
    emblem = brand.silhouette_on(ground)
    room = Frame(frame.x + frame.width - 380, frame.y - 40, 420, 420)
    left, top = frame.x + 48, frame.y + 66
    button = Frame(left, top + 136, 132, 42)
    return (
        '<g clip-path="url(#hero)">'
        + block(frame, ground)
        + f'<g opacity="0.16">{emblem.set_in(room)}</g>'
        + "</g>"
        + bars(left, top, (310, 236), ink, thick=20, step=36)
        + bars(left, top + 86, (276, 210), ink, thick=8, step=18, opacity=0.55)
        + block(button, ink, radius=21)
        + block(Frame(left + 34, button.y + 17, 64, 8), ground, radius=4)
        + bars(left + 158, button.y + 17, (72,), ink, opacity=0.8)
    )


def _cards(y: float, brand: Brand) -> str:
    width = (_PAGE.width - 48 - 40) / 3
    return "".join(
        block(Frame(_PAGE.x + 24 + (width + 20) * i, y, width, 160), brand.tint, radius=14)
        + bars(_PAGE.x + 48 + (width + 20) * i, y + 26, (width * 0.4, width * 0.66), _QUIET)
        for i in range(3)
    )


def dark_header(brand: Brand) -> Image.Image:
    """A page at night: the reversed lockup in its header, a glow of the brand's colour below."""
    ground = brand.deep
    glow = toned(brand.accent, lightness=58)
    defs = linear("night", [(0, ground, 1), (1, mixed(ground, _BLACK, 0.45), 1)])
    defs += radial("glow", [(0, glow, 0.5), (1, glow, 0)], middle=(0.5, 0.5), radius=0.5)
    night = block(WHOLE, "url(#night)")
    night += '<ellipse cx="480" cy="620" rx="620" ry="330" fill="url(#glow)"/>'
    header = _header(brand, Frame(48, 32, 320, 58))
    body = (
        brand.lockup_on(ground).set_in(header, align=(0, 0.5))
        + _night_navigation(WHITE, header)
        + bars(230, 176, (500,), WHITE, thick=24)
        + bars(310, 216, (340,), WHITE, thick=24)
        + bars(290, 268, (380,), WHITE, thick=8, opacity=0.45)
        + bars(350, 286, (260,), WHITE, thick=8, opacity=0.45)
        + _pills(brand, ground)
        + _panel(brand, ground)
    )
    return laid(smooth(night, defs=defs), body)


def _night_navigation(ink: Colour, header: Frame) -> str:
    y = header.y + header.height / 2
    words = "".join(
        block(Frame(560 + 84 * i, y - 4, width, 8), ink, radius=4, opacity=0.6)
        for i, width in enumerate((52, 60, 46))
    )
    pill = Frame(WIDTH - 48 - 100, y - 18, 100, 36)
    outline = f'stroke="{ink.hex}" stroke-opacity="0.5" stroke-width="1.5"'
    return (
        words
        + block(pill, "none", radius=18, more=outline)
        + block(Frame(pill.x + 26, y - 4, 48, 8), ink, radius=4, opacity=0.9)
    )


def _pills(brand: Brand, ground: Colour) -> str:
    button = brand.accent if contrast_ratio(brand.accent, ground) >= 2 else WHITE
    first, second = Frame(342, 326, 132, 44), Frame(486, 326, 132, 44)
    outline = 'stroke="#FFFFFF" stroke-opacity="0.4" stroke-width="1.5"'
    return (
        block(first, button, radius=22)
        + block(Frame(first.x + 34, first.y + 18, 64, 8), ink_on(button), radius=4)
        + block(second, "none", radius=22, more=outline)
        + block(Frame(second.x + 34, second.y + 18, 64, 8), WHITE, radius=4, opacity=0.85)
    )


def _panel(brand: Brand, ground: Colour) -> str:
    """A window of some product that rises from the lower edge."""
    frame = Frame(150, 418, 660, 240)
    face = mixed(ground, WHITE, 0.09)
    edge = 'stroke="#FFFFFF" stroke-opacity="0.14" stroke-width="1"'
    chart = "".join(
        block(
            Frame(420 + 44 * i, 600 - height, 26, height + 20),
            brand.accent if contrast_ratio(brand.accent, face) >= 1.8 else WHITE,
            radius=6,
            opacity=0.45 + 0.09 * i,
        )
        for i, height in enumerate((40, 64, 52, 88, 76, 110, 128))
    )
    return (
        block(frame, face, radius=18, more=edge)
        + block(Frame(186, 454, 48, 48), WHITE, radius=12, opacity=0.1)
        + bars(252, 464, (92, 60), WHITE, thick=8, step=20, opacity=0.4)
        + bars(186, 528, (170, 140, 156), WHITE, thick=8, step=22, opacity=0.16)
        + chart
    )
