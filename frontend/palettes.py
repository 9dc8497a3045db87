"""Ready palettes: background, main and accent colour, each with a readable contrast."""

from __future__ import annotations

import base64
from collections.abc import Mapping

AUTO = "auto"
OWN = "own"

PALETTES: Mapping[str, tuple[str, str, str]] = {
    "ember": ("#FFF1E6", "#D9531E", "#2B2A33"),
    "forest": ("#EAF5EE", "#1F6F54", "#8CC9A1"),
    "ocean": ("#EAF3F8", "#1F4E79", "#7FB7D6"),
    "berry": ("#FBEFF3", "#A02C5A", "#F2A65A"),
    "night": ("#14213D", "#FCA311", "#E5E5E5"),
    "ink": ("#FFFFFF", "#16181D", "#9AA0A6"),
}


def swatch_markdown(name: str, colours: tuple[str, str, str]) -> str:
    """A picture of three colours for a label; only for names and colours of our own."""
    circles = "".join(
        f"<circle cx='{9 + 15 * index}' cy='9' r='8' fill='{colour}' stroke='#8886' />"
        for index, colour in enumerate(colours)
    )
    svg = f"<svg xmlns='http://www.w3.org/2000/svg' width='48' height='18'>{circles}</svg>"
    return f"![{name}](data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()})"
