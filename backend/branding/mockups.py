"""Mock-ups: a brand on the things that it will be seen on."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PIL import Image

from backend.branding.drawing import Drawing
from backend.branding.scenes.brand import Brand
from backend.branding.scenes.cards import business_card
from backend.branding.scenes.figures import HEIGHT, WIDTH, lightened
from backend.branding.scenes.icons import app_icon, browser_tab
from backend.branding.scenes.pages import dark_header, light_header
from backend.branding.scenes.shirts import t_shirt
from backend.branding.scenes.signs import sign
from backend.domain.brief import Colour

SIZE_PX = (WIDTH, HEIGHT)
SCENES: Mapping[str, Callable[[Brand], Image.Image]] = {
    "light-header": light_header,
    "dark-header": dark_header,
    "browser-tab": browser_tab,
    "app-icon": app_icon,
    "business-card": business_card,
    "t-shirt": t_shirt,
    "sign": sign,
}

_GAP_PX, _COLUMNS = 16, 2
_PAPER = (255, 255, 255)


def mockups(
    lockup: Drawing,
    mark: Drawing,
    *,
    ground: Colour,
    palette: tuple[Colour, ...],
    name: str,
) -> dict[str, Image.Image]:
    """A brand on things; no words but its own, no photographs.

    Args:
        lockup, mark: in the brand's colours, over nothing.
        ground: what they were made for; other grounds get the variant that is read there.
        palette: colours of the mark, its ground first.
        name: of the brand; it is in the lockup already, so nothing else is written.

    Returns:
        RGB pictures of SIZE_PX by the names of SCENES; always the same for the same brand.
    """
    del name
    brand = Brand(lightened(lockup), lightened(mark), ground, palette)
    return {scene: paint(brand).convert("RGB") for scene, paint in SCENES.items()}


def mockup_sheet(pictures: Mapping[str, Image.Image]) -> Image.Image:
    """Mock-ups side by side on white, two in a row; a last one alone is in the middle."""
    width, height = SIZE_PX
    rows = -(-len(pictures) // _COLUMNS)
    sheet_px = (
        _COLUMNS * (width + _GAP_PX) - _GAP_PX,
        max(1, rows) * (height + _GAP_PX) - _GAP_PX,
    )
    sheet = Image.new("RGB", sheet_px, _PAPER)
    for place, picture in enumerate(pictures.values()):
        row, column = divmod(place, _COLUMNS)
        is_alone = column == 0 and place == len(pictures) - 1
        x = (sheet_px[0] - width) // 2 if is_alone else column * (width + _GAP_PX)
        sheet.paste(picture, (x, row * (height + _GAP_PX)))
    return sheet
