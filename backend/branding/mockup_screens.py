"""Scenes on screens: a light and a dark page header, browser tabs, a home screen."""

from __future__ import annotations

from PIL import Image

from backend.branding.mockup_canvas import bar, disc, lit, overlaid, set_in, shadowed, slope
from backend.branding.mockup_looks import Look, button_ink, ink_on, mixed
from backend.branding.variants import WHITE
from backend.domain.brief import Colour
from backend.vector.palette import INK


def light_header(look: Look) -> Image.Image:
    """A web page in a window, with the lockup in its header."""
    paper, button = look.paper, button_ink(look, look.paper)
    page = mixed(WHITE, paper, 0.55)
    art = mixed(paper, button, 0.13)
    back = slope(mixed(WHITE, button, 0.16), mixed(WHITE, button, 0.30), slant=0.6)
    back = shadowed(back, (66, 84, 940, 640), 26, mixed(INK, button, 0.3), 0.28)
    body = [
        f'<rect x="60" y="56" width="940" height="640" rx="16" fill="{page.hex}"/>',
        f'<path d="M60 92V72a16 16 0 0 1 16-16H960V92Z" fill="{mixed(page, INK, 0.045).hex}"/>',
        *(disc(84 + 20 * i, 74, 5.5, mixed(page, INK, 0.2)) for i in range(3)),
        bar((380, 64, 320, 20), mixed(page, INK, 0.09)),
        set_in(look.lockup_on(page), (100, 116, 330, 72), align=(0, 0.5)),
        *(bar((530 + 96 * i, 147, 62, 10), INK, opacity=0.42) for i in range(3)),
        bar((820, 131, 110, 42), button),
        bar((845, 147, 60, 10), ink_on(button)),
        f'<rect x="60" y="208" width="940" height="1.2" fill="{mixed(page, INK, 0.10).hex}"/>',
        *(
            bar((100, 262 + 46 * i, width, 28), INK, opacity=0.88, radius=9)
            for i, width in enumerate((410, 336))
        ),
        *(
            bar((100, 372 + 26 * i, width, 11), INK, opacity=0.28)
            for i, width in enumerate((388, 404, 290))
        ),
        bar((100, 472, 158, 50), button),
        bar((136, 492, 86, 11), ink_on(button)),
        f'<rect x="275" y="473" width="140" height="48" rx="24" fill="none"'
        f' stroke="{INK.hex}" stroke-opacity="0.28" stroke-width="2"/>',
        bar((309, 492, 72, 11), INK, opacity=0.45),
        f'<rect x="590" y="240" width="340" height="400" rx="22" fill="{art.hex}"/>',
        f'<path d="M930 400A210 210 0 0 0 720 610H930Z" fill="{button.hex}" fill-opacity="0.12"/>',
        f'<path d="M590 350V262a22 22 0 0 1 22-22H700A110 110 0 0 1 590 350Z" fill="{button.hex}"'
        ' fill-opacity="0.08"/>',
        set_in(look.mark_on(art), (640, 278, 240, 260)),
    ]
    return overlaid(back, "".join(body)).convert("RGB")


def dark_header(look: Look) -> Image.Image:
    """A dark page from edge to edge, with the lockup in its header."""
    deep, button = look.deep, button_ink(look, look.deep)
    panel = mixed(deep, WHITE, 0.06)
    back = lit(slope(deep, deep), (480, 300, 640, 400), button, 0.30)
    back = lit(back, (900, 20, 380, 260), mixed(button, WHITE, 0.2), 0.12)
    bars = (46, 70, 58, 92, 80, 120, 104, 138, 126, 160)
    body = [
        set_in(look.lockup_on(deep), (56, 34, 330, 76), align=(0, 0.5)),
        *(bar((470 + 100 * i, 67, 64, 10), WHITE, opacity=0.5) for i in range(3)),
        '<rect x="790" y="50" width="114" height="44" rx="22" fill="#FFF" fill-opacity="0.08"'
        ' stroke="#FFF" stroke-opacity="0.28" stroke-width="1.5"/>',
        bar((819, 67, 56, 10), WHITE, opacity=0.85),
        '<rect x="56" y="132" width="848" height="1" fill="#FFF" fill-opacity="0.10"/>',
        bar((230, 192, 500, 30), WHITE, opacity=0.94, radius=10),
        bar((310, 238, 340, 30), WHITE, opacity=0.94, radius=10),
        bar((300, 294, 360, 11), WHITE, opacity=0.4),
        bar((350, 316, 260, 11), WHITE, opacity=0.4),
        bar((402, 354, 156, 48), button),
        bar((438, 373, 84, 10), ink_on(button)),
        _panel(look, panel, button, bars),
    ]
    return overlaid(back, "".join(body)).convert("RGB")


def _panel(look: Look, panel: Colour, button: Colour, columns: tuple[int, ...]) -> str:
    """The upper part of a product's window: a mark, a list and a chart."""
    parts = [
        f'<rect x="110" y="440" width="740" height="260" rx="18" fill="{panel.hex}"'
        ' stroke="#FFF" stroke-opacity="0.14"/>',
        '<rect x="300" y="440" width="1" height="180" fill="#FFF" fill-opacity="0.10"/>',
        set_in(look.mark_on(look.deep), (134, 462, 34, 34)),
        bar((182, 474, 84, 10), WHITE, opacity=0.7),
        *(
            bar((134, 522 + 34 * i, 12, 12), WHITE, opacity=0.25, radius=4)
            + bar((158, 523 + 34 * i, 110 - 22 * (i % 2), 10), WHITE, opacity=0.25)
            for i in range(3)
        ),
        bar((330, 468, 120, 12), WHITE, opacity=0.7),
        bar((756, 464, 66, 20), button, opacity=0.9),
        *(
            bar((334 + 50 * i, 620 - height * 0.8, 30, height), button, radius=7,
                opacity=0.35 + 0.065 * i)
            for i, height in enumerate(columns)
        ),
    ]  # fmt: skip
    return "".join(parts)
