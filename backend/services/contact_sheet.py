"""Contact sheets: many pictures on one page, in rows with captions."""

from __future__ import annotations

from collections.abc import Sequence

from PIL import Image, ImageDraw, ImageFont

from backend.branding.fonts import family
from backend.utils.images import resized

_PAPER, _INK, _LINE = (255, 255, 255), (40, 44, 52), (226, 228, 232)
# Captions are set this many times larger: Pillow moves each letter to a whole pixel.
_FINER = 4


def contact_sheet(
    rows: Sequence[tuple[str, Sequence[Image.Image]]], *, cell_px: int = 192, gap_px: int = 12
) -> Image.Image:
    """Lays out rows of square pictures, each with its caption above.

    Args:
        rows: (caption, pictures); an empty caption takes no room.
        cell_px: side of each picture on the sheet.
        gap_px: room between pictures and around them.
    """
    columns = max((len(pictures) for _, pictures in rows), default=1)
    caption_px = max(16, cell_px // 9)
    heights = [(caption_px + gap_px if caption else 0) + cell_px + gap_px for caption, _ in rows]
    sheet = Image.new("RGB", (columns * (cell_px + gap_px) + gap_px, sum(heights) + gap_px), _PAPER)
    pen = ImageDraw.Draw(sheet)
    # Pillow's own font knows no Cyrillic.
    font = ImageFont.truetype(family("manrope").font_path(500), round(caption_px * 0.85 * _FINER))
    top = gap_px
    for (caption, pictures), height in zip(rows, heights, strict=True):
        if caption:
            letters = _letters(caption, font)
            sheet.paste(_INK, (gap_px, top), letters)
        picture_top = top + height - cell_px - gap_px
        for column, picture in enumerate(pictures):
            left = gap_px + column * (cell_px + gap_px)
            sheet.paste(resized(picture.convert("RGB"), cell_px), (left, picture_top))
            pen.rectangle(
                (left - 1, picture_top - 1, left + cell_px, picture_top + cell_px), outline=_LINE
            )
        top += height
    return sheet


def _letters(text: str, font: ImageFont.FreeTypeFont) -> Image.Image:
    """Coverage of a line of text, mode L; its first pixel is where the line begins."""
    _, _, right, bottom = font.getbbox(text)
    large = Image.new("L", (round(right) + _FINER, round(bottom) + _FINER))
    ImageDraw.Draw(large).text((0, 0), text, fill=255, font=font)
    return large.reduce(_FINER)
