"""Composed drafts' SVG taken apart: shapes as planes for pixels, as disjoint areas for files."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pathops

from backend.branding.drawing import Drawing, Layer
from backend.branding.outlines import Matrix, Outline, Segment, combined, rectangle, within, without
from backend.branding.planes import Planes
from backend.branding.rasters import render_drawing
from backend.branding.regions import Mask
from backend.domain.brief import Colour
from backend.vector.colour import lab_from_srgb
from backend.vector.render import render_svg

_UNITS = 1000.0
_SVG = "{http://www.w3.org/2000/svg}"
_IDENTITY: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
_CHANNELS = 3
_STROKE_SCALE = 8.0
_CANVAS = f"M0 0H{_UNITS:g}V{_UNITS:g}H0Z"


class NotFlatError(Exception):
    """The document has something in it that is no shape of a scene."""


@dataclass(frozen=True, slots=True)
class FlatShape:
    """A shape of a scene, in painting order.

    Attributes:
        path: path data.
        matrix: from path units to the canvas.
        stroke_width: in path units; None for a filled shape.
        clip: path data in canvas units, or None.
        colour: its place in the palette.
    """

    path: str
    matrix: Matrix
    stroke_width: float | None
    clip: str | None
    colour: int

    @property
    def outline(self) -> Outline:
        """The area, with its stroke expanded, its transform applied and its clip cut."""
        area = Outline.from_svg(self.path)
        if self.stroke_width is not None:
            area = _stroked(area, self.stroke_width)
        area = combined([area.transformed(self.matrix)])
        return area if self.clip is None else within(area, Outline.from_svg(self.clip))


@dataclass(frozen=True, slots=True)
class FlatScene:
    """A document's shapes.

    Attributes:
        shapes: in painting order; those of colour 0 cut through to the ground.
        is_finished: whether gradients or filters were taken off.
    """

    shapes: tuple[FlatShape, ...]
    is_finished: bool


def flat_scene(svg: str, palette: Sequence[Colour]) -> FlatScene:
    """The shapes of a document written by `vector.svg` or `vector.finishes`, without its finish.

    A finish changes the paint and not the shapes, so these are known exactly; its gradients and
    lit colours become the nearest ink of the palette.

    Args:
        palette: two or more colours, the ground first.

    Raises:
        NotFlatError: the finish draws shapes of its own, or the document is not one of ours.
    """
    if "<!" in svg or len(palette) < 2:
        raise NotFlatError("a document with declarations is not one of ours")
    try:
        root = ElementTree.fromstring(svg)  # noqa: S314 - no declarations, so no entities
    except ElementTree.ParseError as error:
        raise NotFlatError("no XML") from error
    reader = _Reader(root, palette)
    shapes = tuple(reader.shapes(root, None))
    return FlatScene(shapes, is_finished=reader.is_finished)


class _Reader:
    """Reads one document; knows its clips, its paints and its ground."""

    def __init__(self, root: ElementTree.Element, palette: Sequence[Colour]) -> None:
        self._palette = palette
        self._ground: Colour | None = None
        self._clips = {
            f"url(#{clip.get('id')})": path.get("d", "")
            for clip in root.iter(f"{_SVG}clipPath")
            for path in clip.iter(f"{_SVG}path")
        }
        self._gradients = {
            f"url(#{gradient.get('id')})": _mean_stop(gradient)
            for gradient in root.iter(f"{_SVG}linearGradient")
        }
        self.is_finished = False

    def shapes(self, parent: ElementTree.Element, clip: str | None) -> Iterator[FlatShape]:
        """Depth first, as they are painted."""
        for element in parent:
            self.is_finished |= "filter" in element.attrib
            match element.tag.removeprefix(_SVG):
                case "title" | "defs":
                    continue
                case "g" if set(element.keys()) <= {"clip-path", "filter"}:
                    cut = self._clips.get(element.get("clip-path", ""), clip)
                    yield from self.shapes(element, cut)
                case "path":
                    if element.get("d") == _CANVAS and not clip and not element.get("stroke"):
                        # What covers everything is the ground that is seen.
                        self._ground = None
                    yield self._shape(element, clip)
                case other:
                    raise NotFlatError(f"<{other}>")

    def _shape(self, element: ElementTree.Element, clip: str | None) -> FlatShape:
        stroke = element.get("stroke")
        return FlatShape(
            element.get("d", ""),
            _matrix(element.get("transform")),
            float(element.get("stroke-width", "1")) if stroke else None,
            clip,
            self._place(stroke or element.get("fill") or ""),
        )

    def _place(self, paint: str) -> int:
        """Where a paint stands in the palette; the first paint of all is the ground's."""
        if paint in self._gradients:
            self.is_finished = True
            colour = self._gradients[paint]
        else:
            try:
                colour = Colour.from_hex(paint)
            except ValueError as error:
                raise NotFlatError(f"paint {paint[:20]!r}") from error
        if self._ground is None:
            self._ground = colour
        if colour == self._ground:
            return 0
        inks = range(1, len(self._palette))
        return min(inks, key=lambda i: _unlike(colour, self._palette[i]))


def _unlike(first: Colour, second: Colour) -> float:
    """CIELAB difference that forgives tints and shades: finishes change lightness above all."""
    gap = lab_from_srgb(first.rgb) - lab_from_srgb(second.rgb)
    return float(np.linalg.norm(gap * (0.25, 1, 1)))


def _stroked(outline: Outline, width: float) -> Outline:
    """The area under a round pen; drawn large, for the library is true to a quarter of a unit."""
    large = outline.moved(0, 0, _STROKE_SCALE).to_skia()
    cap, join = pathops.LineCap.ROUND_CAP, pathops.LineJoin.ROUND_JOIN
    large.stroke(width * _STROKE_SCALE, cap, join, 4)
    return Outline.from_skia(large).moved(0, 0, 1 / _STROKE_SCALE)


def _mean_stop(gradient: ElementTree.Element) -> Colour:
    stops = [Colour.from_hex(stop.get("stop-color", "")).rgb for stop in gradient]
    red, green, blue = (round(sum(channel) / len(stops)) for channel in zip(*stops, strict=True))
    return Colour(red, green, blue)


def _matrix(text: str | None) -> Matrix:
    if text is None:
        return _IDENTITY
    found = re.fullmatch(r"matrix\(([^)]*)\)", text)
    if found is None:
        raise NotFlatError(f"transform {text[:20]!r}")
    a, b, c, d, e, f = (float(part) for part in found[1].replace(",", " ").split())
    return (a, b, c, d, e, f)


def native_planes(shapes: Sequence[FlatShape], palette: tuple[Colour, ...], size_px: int) -> Planes:
    """How far each colour covers each pixel, from renderings in pure channels: nothing is guessed.

    Args:
        shapes: the scene, the ground as its first shape or not at all.
        palette: the ground first.
        size_px: side of the square picture.
    """
    cover = np.zeros((len(palette), size_px, size_px), np.float32)
    for first in range(1, len(palette), _CHANNELS):
        fills = {first + i: channel for i, channel in enumerate(("#F00", "#0F0", "#00F"))}
        pixels = np.asarray(render_svg(_mask_svg(shapes, fills), size_px), np.float32) / 255
        for i in range(min(_CHANNELS, len(palette) - first)):
            cover[first + i] = pixels[..., i]
    cover[0] = np.clip(1 - cover[1:].sum(axis=0), 0, 1)
    return Planes(cover, palette)


def drawn_planes(drawing: Drawing, palette: tuple[Colour, ...], solid: Mask) -> Planes:
    """How far the areas of a square drawing cover each pixel.

    Areas that abut are each measured alone, so that their shared edge is a mixture of both and
    nothing of what was painted below shines through it.

    Args:
        drawing: disjoint areas.
        palette: the colours to count by.
        solid: (H, W) pixels that are known to be covered wholly: a renderer's coverages of two
            abutting areas only roughly sum to that.
    """
    size_px = solid.shape[1]
    cover = np.zeros((len(palette), size_px, size_px), np.float32)
    for layer in drawing.layers:
        alone = replace(drawing, layers=(layer,))
        alpha = render_drawing(alone, width_px=size_px).getchannel("A")
        cover[palette.index(layer.fill)] = np.asarray(alpha, np.float32) / 255
    total = cover.sum(axis=0)
    whole = solid & (total > 0.5)
    return Planes(cover / np.where(whole, total, np.maximum(total, 1)), palette)


def _mask_svg(shapes: Sequence[FlatShape], fills: dict[int, str]) -> str:
    clips = list(dict.fromkeys(shape.clip for shape in shapes if shape.clip))
    defs = "".join(
        f'<clipPath id="c{i}"><path d="{clip}"/></clipPath>' for i, clip in enumerate(clips)
    )
    parts = [
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1000 1000">'
        f'<defs>{defs}</defs><path d="M0 0H1000V1000H0Z" fill="#000"/>'
    ]
    for shape in shapes:
        paint = fills.get(shape.colour, "#000")
        style = f'fill="{paint}"'
        if shape.stroke_width is not None:
            style = (
                f'fill="none" stroke="{paint}" stroke-width="{shape.stroke_width:g}"'
                ' stroke-linejoin="round" stroke-linecap="round"'
            )
        matrix = " ".join(f"{value:g}" for value in shape.matrix)
        element = f'<path d="{shape.path}" {style} transform="matrix({matrix})"/>'
        if shape.clip:
            element = f'<g clip-path="url(#c{clips.index(shape.clip)})">{element}</g>'
        parts.append(element)
    return "".join([*parts, "</svg>"])


def native_drawing(
    shapes: Sequence[FlatShape],
    palette: tuple[Colour, ...],
    *,
    keep_holes: bool,
    cutout: bool,
) -> Drawing:
    """Disjoint areas, one layer for each colour, on the whole canvas of 1000 units.

    Raises:
        pathops.PathOpsError: the curves defeat the library.
    """
    canvas = rectangle(0, 0, _UNITS, _UNITS)
    areas: dict[int, Outline] = {}
    for shape in shapes:
        outline = within(shape.outline, canvas)
        areas = {
            colour: without(area, outline)
            for colour, area in areas.items()
            if colour != shape.colour
        } | {
            shape.colour: combined(
                [areas[shape.colour], outline] if shape.colour in areas else [outline]
            )
        }
    areas.pop(0, None)
    inks = combined(areas.values()) if areas else Outline(())
    if not cutout:
        areas[0] = without(canvas, inks)
    elif keep_holes:
        areas[0] = without(_filled(inks), inks)
    layers = (Layer(_tidy(areas[i]), palette[i]) for i in sorted(areas))
    return Drawing(_UNITS, _UNITS, tuple(layer for layer in layers if not layer.outline.is_empty))


def contours_of(outline: Outline) -> list[Outline]:
    """The closed contours, each by itself."""
    found: list[Outline] = []
    start = 0
    for i, segment in enumerate(outline.segments):
        if segment.verb == "Z":
            found.append(Outline(outline.segments[start : i + 1]))
            start = i + 1
    return found


def _filled(outline: Outline) -> Outline:
    """An area without its holes. Outer contours turn the other way than those of holes."""
    contours = contours_of(outline)
    if not contours:
        return outline
    turns = [_signed_area(contour) for contour in contours]
    outer = np.sign(max(turns, key=abs))
    return combined(c for c, turn in zip(contours, turns, strict=True) if turn * outer > 0)


def _tidy(outline: Outline) -> Outline:
    """Without the crumbs that cutting leaves: contours thinner than a fifth of a unit."""
    kept: list[Segment] = []
    for contour in contours_of(outline):
        left, top, right, bottom = contour.bounds
        reach = (right - left) + (bottom - top)
        if reach > 0 and abs(_signed_area(contour)) / reach > 0.1:
            kept.extend(contour.segments)
    return Outline(tuple(kept))


def _signed_area(contour: Outline) -> float:
    """Of the polygon of all points, controls included: right in sign, near in size."""
    numbers = [value for segment in contour.segments for value in segment.points]
    points = np.array(numbers).reshape(-1, 2)
    x, y = points[:, 0], points[:, 1]
    return float(x @ np.roll(y, -1) - y @ np.roll(x, -1)) / 2
