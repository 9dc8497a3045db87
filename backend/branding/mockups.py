"""Mock-ups: a lockup where it will be met, from a page header to a sign on a wall."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from PIL import Image

from backend.branding.drawing import Drawing
from backend.branding.mockup_devices import app_icon, browser_tab
from backend.branding.mockup_looks import Look, look_of
from backend.branding.mockup_screens import dark_header, light_header
from backend.branding.mockup_shirt import t_shirt
from backend.branding.mockup_things import business_card, sign
from backend.domain.brief import Colour

SCENES: Mapping[str, Callable[[Look], Image.Image]] = {
    "light-header": light_header,
    "dark-header": dark_header,
    "browser-tab": browser_tab,
    "app-icon": app_icon,
    "business-card": business_card,
    "t-shirt": t_shirt,
    "sign": sign,
}


def mockups(
    lockup: Drawing, mark: Drawing, *, ground: Colour, palette: Sequence[Colour], name: str
) -> Mapping[str, Image.Image]:
    """The seven scenes, by their ids.

    A function of its arguments alone. Words of a language do not occur: bars stand for text.

    Args:
        lockup: the ink's box exactly.
        mark: the mark alone; where there is none, the lockup again.
        ground: what both were made for.
        palette: the brand's colours, in any order.
        name: the brand's name; the tab of the browser shows it where it can be set.

    Returns:
        RGB pictures of 960 x 600.
    """
    look = look_of(lockup, mark, ground, palette, name)
    return {scene: paint(look) for scene, paint in SCENES.items()}


def mockup_sheet(
    pictures: Mapping[str, Image.Image], *, columns: int = 2, gap_px: int = 16
) -> Image.Image:
    """All pictures on one sheet, row by row, on white.

    Raises:
        ValueError: there are no pictures.
    """
    if not pictures:
        raise ValueError("a sheet needs at least one picture")
    width, height = next(iter(pictures.values())).size
    rows = -(-len(pictures) // columns)
    size = (columns * (width + gap_px) + gap_px, rows * (height + gap_px) + gap_px)
    sheet = Image.new("RGB", size, "white")
    for i, picture in enumerate(pictures.values()):
        place = (i % columns * (width + gap_px), i // columns * (height + gap_px))
        sheet.paste(picture, (place[0] + gap_px, place[1] + gap_px))
    return sheet
