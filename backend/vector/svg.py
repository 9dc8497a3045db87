"""Scenes: flat shapes by role, and their SVG text. No rasterising here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from xml.sax.saxutils import escape

from backend.domain.brief import Palette

CANVAS_UNITS = 1000
"""Width and height of every scene, in user units."""

Matrix = tuple[float, float, float, float, float, float]
_IDENTITY: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


class Role(StrEnum):
    """The part a colour plays; one soft layer each."""

    BACKGROUND = "background"
    PRIMARY = "primary"
    SECONDARY = "secondary"


@dataclass(frozen=True, slots=True)
class Shape:
    """One path of a scene.

    Attributes:
        path: SVG path data.
        role: which colour paints it.
        transform: a matrix (a, b, c, d, e, f) from path units to canvas units.
        stroke_width: in path units, so the transform scales it; None fills the path instead.
        clip: path data in canvas units that limits the shape, or None.
    """

    path: str
    role: Role
    transform: Matrix = _IDENTITY
    stroke_width: float | None = None
    clip: str | None = None


@dataclass(frozen=True, slots=True)
class Scene:
    """Shapes in painting order, over a canvas filled with the background role."""

    shapes: tuple[Shape, ...]


def scene_to_svg(scene: Scene, fills: Mapping[Role, str], *, title: str = "") -> str:
    """Writes a scene as a self-contained SVG document.

    Args:
        scene: what to draw.
        fills: a CSS colour for each role; a background of "none" leaves the canvas transparent.
        title: accessible title, escaped.
    """
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {CANVAS_UNITS} {CANVAS_UNITS}"'
        f' width="{CANVAS_UNITS}" height="{CANVAS_UNITS}">'
    ]
    if title:
        parts.append(f"<title>{escape(title)}</title>")
    clips = list(dict.fromkeys(shape.clip for shape in scene.shapes if shape.clip))
    if clips:
        paths = "".join(
            f'<clipPath id="clip{i}"><path d="{clip}"/></clipPath>' for i, clip in enumerate(clips)
        )
        parts.append(f"<defs>{paths}</defs>")
    if fills[Role.BACKGROUND] != "none":
        parts.append(
            f'<path d="M0 0H{CANVAS_UNITS}V{CANVAS_UNITS}H0Z" fill="{fills[Role.BACKGROUND]}"/>'
        )
    for shape in scene.shapes:
        element = _path_element(shape, fills[shape.role])
        if shape.clip:
            element = f'<g clip-path="url(#clip{clips.index(shape.clip)})">{element}</g>'
        parts.append(element)
    parts.append("</svg>")
    return "".join(parts)


def palette_fills(palette: Palette) -> dict[Role, str]:
    """The hexadecimal fill of each role."""
    return {
        Role.BACKGROUND: palette.background.hex,
        Role.PRIMARY: palette.primary.hex,
        Role.SECONDARY: palette.secondary.hex,
    }


def _path_element(shape: Shape, colour: str) -> str:
    if shape.stroke_width is None:
        paint = f'fill="{colour}"'
    else:
        paint = (
            f'fill="none" stroke="{colour}" stroke-width="{shape.stroke_width:g}"'
            ' stroke-linejoin="round" stroke-linecap="round"'
        )
    if shape.transform == _IDENTITY:
        return f'<path d="{shape.path}" {paint}/>'
    matrix = " ".join(f"{round(value, 4):g}" for value in shape.transform)
    return f'<path d="{shape.path}" {paint} transform="matrix({matrix})"/>'
