"""Drawings of the service as parts of the page. They reach it as pictures: nothing in them runs."""

from __future__ import annotations

import base64
import html
import re
from collections.abc import Sequence

# What the service paints below a lockup that has a ground.
_GROUND = re.compile(r'<path d="M0 0H[\d.]+V[\d.]+H0Z" fill="#[0-9A-Fa-f]{6}"/>')
# Lighter than this nothing keeps a contrast of 1.3 to white.
_PALE = 1.05 / 1.3 - 0.05
_COLOUR = re.compile(r"#[0-9A-Fa-f]{6}")


def drawing_address(svg: str) -> str:
    """Data address of a drawing."""
    return f"data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}"


def without_ground(svg: str) -> str:
    """The drawing with nothing below it, to lay it on another ground."""
    return _GROUND.sub("", svg, count=1)


def laid_on(svg: str, ground: str | None, alt: str, kind: str) -> str:
    """HTML of a drawing on a colour, or on a checker where there is none.

    Args:
        kind: "stage", "tile" or "sample": its size, in the style sheet.
    """
    address, told = drawing_address(svg), html.escape(alt, quote=True)
    return f'<div class="{_place(ground, kind)}><img src="{address}" alt="{told}"></div>'


def empty_place(kind: str) -> str:
    """HTML of such a place without a drawing."""
    return f'<div class="{_place(None, kind)}></div>'


def _place(ground: str | None, kind: str) -> str:
    if ground is None or not _COLOUR.fullmatch(ground):
        return f'laid {kind} is-clear"'
    return f'laid {kind}" style="background-color: {ground}"'


def swatches(colours: tuple[str, ...], alt: str = "") -> str:
    """Markdown of a picture of colours for a label; only for checked colours.

    Args:
        alt: a text of our own.
    """
    circles = "".join(
        f"<circle cx='{9 + 15 * index}' cy='9' r='8' fill='{colour}' stroke='#8888' />"
        for index, colour in enumerate(colours)
        if _COLOUR.fullmatch(colour)
    )
    width = 3 + 15 * len(colours)
    svg = f"<svg xmlns='http://www.w3.org/2000/svg' width='{width}' height='18'>{circles}</svg>"
    return f"![{alt}]({drawing_address(svg)})"


def needed_ground(palette: Sequence[str]) -> str | None:
    """The first colour of a palette, if others of it would vanish on white paper."""
    colours = [colour for colour in palette if _COLOUR.fullmatch(colour)]
    if not colours or _luminance(colours[0]) > _PALE:
        return None
    return colours[0].upper() if any(_luminance(ink) > _PALE for ink in colours[1:]) else None


def _luminance(colour: str) -> float:
    """WCAG's relative luminance, 0..1."""
    channels = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
