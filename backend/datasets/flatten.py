"""Turns an icon's SVG into one compound path: strokes outlined, masks applied, box normalised."""

from __future__ import annotations

import re

import pathops
from fontTools.pens.svgPathPen import SVGPathPen
from lxml import etree
from picosvg.svg import SVG
from picosvg.svg_pathops import skia_path
from picosvg.svg_types import SVGPath

from backend.vector.glyphs import GLYPH_UNITS

_SVG_NAMESPACE = "{http://www.w3.org/2000/svg}"
_PAPER = frozenset({"#fff", "#ffffff", "white"})
_WHOLE_CANVAS_MASK = re.compile(r'mask="url\(#([^)]+)\)"')
_TRANSLUCENT = re.compile(r'opacity="(?:0?\.\d+|0)"')


class UnusableIcon(ValueError):  # noqa: N818 - it says what the icon is
    """The drawing cannot be expressed as one opaque path."""


def flatten_icon(body: str, view_box: tuple[float, float, float, float]) -> tuple[str, int, int]:
    """Flattens an icon.

    Shapes are merged in painting order: ink adds, white paint (inside masks too) takes away.

    Args:
        body: SVG markup of the icon, ink painted in `currentColor` or any colour but white.
        view_box: left, top, width, height.

    Returns:
        Path data with whole-number coordinates, box width and box height; the longer side is
        GLYPH_UNITS and the path starts at the origin.

    Raises:
        UnusableIcon: translucent paint, text, an empty drawing, or SVG that cannot be resolved.
    """
    if _TRANSLUCENT.search(body) or "<text" in body or "<image" in body:
        raise UnusableIcon("translucent paint, text or a bitmap")
    body = body.replace("currentColor", "#000")
    masks = _WHOLE_CANVAS_MASK.findall(body)
    try:
        ink = _masked_ink(body, masks, view_box) if masks else _painted_ink(body, view_box)
        return _normalised(ink)
    except pathops.PathOpsError as error:
        raise UnusableIcon("the outlines cannot be merged") from error


def _document(body: str, view_box: tuple[float, float, float, float]) -> str:
    box = " ".join(f"{value:g}" for value in view_box)
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}">{body}</svg>'


def _painted_ink(body: str, view_box: tuple[float, float, float, float]) -> pathops.Path:
    try:
        shapes = list(SVG.fromstring(_document(body, view_box)).topicosvg().shapes())
    except (ValueError, KeyError, AssertionError, AttributeError, NotImplementedError) as error:
        raise UnusableIcon(f"cannot be simplified: {error}") from error
    ink = pathops.Path()
    for shape in shapes:
        path = skia_path(shape.as_cmd_seq(), shape.fill_rule)
        paper = (shape.fill or "black").lower() in _PAPER
        ink = pathops.op(ink, path, pathops.PathOp.DIFFERENCE if paper else pathops.PathOp.UNION)
    return ink


def _masked_ink(
    body: str, masks: list[str], view_box: tuple[float, float, float, float]
) -> pathops.Path:
    """An icon that is one full rectangle behind one luminance mask: the mask is the drawing."""
    root = etree.fromstring(_document(body, view_box).encode())
    drawn = [node for node in root if node.tag != f"{_SVG_NAMESPACE}defs"]
    if len(masks) != 1 or len(drawn) != 1:
        raise UnusableIcon("several masks")
    found = root.find(f".//{_SVG_NAMESPACE}mask[@id='{masks[0]}']")
    if found is None:
        raise UnusableIcon("a mask without a definition")
    inner = "".join(etree.tostring(node, encoding="unicode") for node in found)
    # In a mask white shows and black hides: swap them, so that white means paper again.
    swapped = re.sub(
        r"#fff(?:fff)?\b|#000(?:000)?\b",
        lambda match: "#000" if match[0].startswith("#f") else "#fff",
        inner,
    )
    return _painted_ink(swapped, view_box)


def _normalised(ink: pathops.Path) -> tuple[str, int, int]:
    left, top, right, bottom = ink.bounds
    width, height = right - left, bottom - top
    longest = max(width, height)
    if longest <= 0 or min(width, height) / longest < 0.12:
        raise UnusableIcon("empty or a mere line")
    scale = GLYPH_UNITS / longest
    moved = ink.transform(scale, 0, 0, scale, -left * scale, -top * scale)
    moved.simplify(fix_winding=True, keep_starting_points=False)
    pen = SVGPathPen(None, ntos=lambda value: str(round(value)))
    moved.draw(pen)
    return relative_path(pen.getCommands()), round(width * scale), round(height * scale)


def relative_path(path: str) -> str:
    """The same path in relative commands, needless spaces left out: a quarter less once packed."""
    parts = []
    for command, arguments in SVGPath(d=path).relative():
        text = command
        for value in arguments:
            number = f"{value:g}"
            text += number if text[-1].isalpha() or number.startswith("-") else f" {number}"
        parts.append(text)
    return "".join(parts)
