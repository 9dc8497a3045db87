"""A picture taken apart: what is ink, in which colour, and what was found on the way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import permutations

import numpy as np
from numpy.typing import NDArray
from pathops import PathOpsError
from PIL import Image

from backend.branding.drawing import Drawing
from backend.branding.locking import crisp, flat_planes, shaded_planes
from backend.branding.matting import Ground, find_ground
from backend.branding.native import (
    FlatScene,
    NotFlatError,
    drawn_planes,
    flat_scene,
    native_drawing,
    native_planes,
)
from backend.branding.planes import Planes
from backend.branding.sources import MarkSource
from backend.branding.suggesting import main_colours
from backend.domain.branding import BRAND_LIMITS, Finding, MarkOptions, Verdict
from backend.domain.brief import Colour
from backend.domain.errors import InvalidRequest
from backend.vector.colour import colour_difference, delta_e_2000, lab_from_srgb

_WORTH_NAMING = 0.01
"""Share of the area from which a colour of the picture is missed when it is gone."""
_WHOLE_RIM = 0.95
"""Share of the outermost pixels in one colour that make it the ground."""
_INK_DIFFERENCE, _LEAST_INK = 20.0, 0.0005
"""CIEDE2000 and share of the area from which a second colour is an ink and no noise."""
_ASTRAY = 0.004
"""Share of the area by which cut shapes may differ from painted ones: more than edges do."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A picture ready to become a cut-out or areas.

    Attributes:
        soft: the planes with the picture's own edges: outlines are traced on these.
        planes: the same with edges as sharp as a renderer's: what the PNG is made of.
        drawing: the areas on the whole canvas, where the picture is a drawing.
        ground: what the ink stood on, where that had to be found.
        findings: for people.
    """

    soft: Planes
    planes: Planes
    drawing: Drawing | None
    ground: Ground | None
    findings: tuple[Finding, ...]


def prepared(source: MarkSource, options: MarkOptions) -> Prepared:
    """Locks a picture to its palette and takes its ground away.

    Raises:
        InvalidRequest: nothing is left of the picture, or the palette has no ink.
    """
    if len(options.palette) == 1:
        raise InvalidRequest("mark.palette: give a ground and at least one ink, or nothing")
    image, own = opaque(source)
    base = _seen_ground_first(image, own) if own else _own_palette(image)
    if len(base) < 2 <= len(options.palette):
        base = options.palette
    if len(base) < 2:
        raise InvalidRequest(
            "Only one colour was found in the picture; name its ground and ink in mark.palette.",
            fields=[("mark.palette", "give a ground and at least one ink")],
        )
    parts = _of_scene(source, base, options) or _of_pixels(
        np.asarray(image), base, options, is_flat=source.is_flat and bool(own)
    )
    if float(parts.planes.alpha.max()) < 0.5:
        raise _nothing_left()
    return parts


def _seen_ground_first(image: Image.Image, palette: tuple[Colour, ...]) -> tuple[Colour, ...]:
    """The palette with the colour first that the picture's rim wears.

    A layout may cover the whole canvas with an ink and cut the drawing out of it.
    """
    pixels = np.asarray(image)
    rim = np.concatenate((pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]))
    for colour in palette[1:]:
        if float((rim == colour.rgb).all(axis=1).mean()) > _WHOLE_RIM:
            return (colour, *(other for other in palette if other != colour))
    return palette


def _of_scene(
    source: MarkSource, base: tuple[Colour, ...], options: MarkOptions
) -> Prepared | None:
    """By construction; None where the picture is no drawing, or its curves defeat the library."""
    if source.svg is None or source.image.width != source.image.height:
        return None
    try:
        scene = flat_scene(source.svg, base)
        palette = options.palette or base
        places = _moves(base, palette)
        shapes = [replace(shape, colour=places[shape.colour]) for shape in scene.shapes]
        drawing = native_drawing(
            shapes, palette, keep_holes=options.keep_holes, cutout=options.cutout
        )
    except (NotFlatError, PathOpsError, ValueError):
        return None
    painted = native_planes(shapes, palette, source.image.width)
    solid = painted
    if options.cutout:
        solid = painted.opened(keep_holes=options.keep_holes)
    planes = drawn_planes(drawing, palette, solid.alpha > 1 - 1 / 256)
    if float(np.abs(planes.cover[1:] - painted.cover[1:]).mean(axis=(1, 2)).sum()) > _ASTRAY:
        return None
    return Prepared(planes, planes, drawing, None, _finish_finding(scene))


def _of_pixels(
    pixels: NDArray[np.uint8], base: tuple[Colour, ...], options: MarkOptions, *, is_flat: bool
) -> Prepared:
    ground = None
    if is_flat:
        soft = flat_planes(pixels, base)
    else:
        ground = find_ground(pixels, base, options.tolerance)
        soft = shaded_planes(pixels, ground.mask, base)
    notes = _ground_finding(ground)
    if ground:
        notes += _merged_finding(Image.fromarray(pixels), base, soft)
    if options.palette:
        soft = _moved(soft, options.palette)
    soft = soft.opened(keep_holes=options.keep_holes) if options.cutout else soft
    return Prepared(soft, replace(soft, cover=_sharp(soft)), None, ground, notes)


def opaque(source: MarkSource) -> tuple[Image.Image, tuple[Colour, ...]]:
    """The picture without transparency, and its palette; transparent parts become the ground."""
    image, palette = source.image, tuple(dict.fromkeys(source.palette))
    if image.mode != "RGBA" or image.getchannel("A").getextrema()[0] == 255:
        return image.convert("RGB"), palette
    inks = palette[1:] or tuple(colour for colour, _ in main_colours(image, 5))
    grounds = [Colour(255, 255, 255), Colour(0, 0, 0), Colour(0, 160, 80), Colour(200, 0, 200)]
    if palette:
        grounds = [palette[0]]
    ground = max(grounds, key=lambda c: min(25.0, *(colour_difference(c, ink) for ink in inks)))
    laid = Image.new("RGB", image.size, ground.rgb)
    laid.paste(image, mask=image.getchannel("A"))
    return laid, (ground, *(ink for ink in inks if ink != ground))


def _own_palette(image: Image.Image) -> tuple[Colour, ...]:
    found = main_colours(image, BRAND_LIMITS.colours)
    colours = tuple(colour for i, (colour, share) in enumerate(found) if i == 0 or share > 0.005)
    return colours if len(colours) > 1 else (*colours, *_slender_ink(image, colours[0]))


def _slender_ink(image: Image.Image, ground: Colour) -> tuple[Colour, ...]:
    """The ink of a picture that is nearly all ground, such as one thin line; none if it is all."""
    pixels = np.asarray(image.convert("RGB"))
    away = np.asarray(delta_e_2000(lab_from_srgb(pixels), lab_from_srgb(ground.rgb)))
    farthest = float(away.max())
    ink = away >= 0.9 * farthest
    if farthest < _INK_DIFFERENCE or float(ink.mean()) < _LEAST_INK:
        return ()
    red, green, blue = (int(value) for value in np.median(pixels[ink], axis=0))
    return (Colour(red, green, blue),)


def _sharp(soft: Planes) -> NDArray[np.float32]:
    nothing = np.clip(1 - soft.cover.sum(axis=0, keepdims=True), 0, 1)
    return crisp(np.concatenate([nothing, soft.cover]))[1:]


def _moved(planes: Planes, palette: tuple[Colour, ...]) -> Planes:
    cover = np.zeros((len(palette), *planes.cover.shape[1:]), np.float32)
    for i, k in enumerate(_moves(planes.palette, palette)):
        cover[k] += planes.cover[i]
    return Planes(cover, palette)


def _moves(old: tuple[Colour, ...], new: tuple[Colour, ...]) -> tuple[int, ...]:
    """Each colour's place in another palette: the ground's first, then inks of their own.

    Where there are fewer inks than before, each goes to the one most like it.
    """
    if old == new:
        return tuple(range(len(old)))
    gaps = [[colour_difference(a, b) for b in new[1:]] for a in old[1:]]
    places = range(len(new) - 1)
    chosen: tuple[int, ...]
    if len(old) <= len(new):
        chosen = min(
            permutations(places, len(old) - 1),
            key=lambda order: sum(gaps[i][k] for i, k in enumerate(order)),
        )
    else:
        chosen = tuple(min(places, key=row.__getitem__) for row in gaps)
    return (0, *(k + 1 for k in chosen))


def _nothing_left() -> InvalidRequest:
    return InvalidRequest(
        "image: nothing is left of the picture once its ground is taken away; lower mark.tolerance"
        " or switch mark.cutout off"
    )


def _finish_finding(scene: FlatScene) -> tuple[Finding, ...]:
    if not scene.is_finished:
        return ()
    text = "Gradients, shadows and glow were taken off: every area wears one colour."
    return (Finding("finish-removed", Verdict.NOTE, text),)


def _ground_finding(ground: Ground | None) -> tuple[Finding, ...]:
    if ground is None or ground.is_even:
        return ()
    share = round(100 * ground.at_border)
    return (
        Finding(
            "ground-uneven",
            Verdict.WARN,
            f"The ground is not flat: its colour drifts by {ground.unevenness:.0f} (CIELAB), and it"
            f" fills {share} % of the picture's edge.",
            "Look at the cut-out's edges on dark and on light; change the tolerance if needed.",
            {"drift": round(ground.unevenness, 1), "edge": share},
        ),
    )


def _merged_finding(
    image: Image.Image, palette: Sequence[Colour], planes: Planes
) -> tuple[Finding, ...]:
    found = sum(share > _WORTH_NAMING for _, share in main_colours(image, BRAND_LIMITS.colours))
    used = int((planes.cover.mean(axis=(1, 2)) > _WORTH_NAMING / 4).sum())
    if found <= used:
        return ()
    text = f"{found} colours of the picture were merged into {used} of the palette."
    figures = {"found": float(found), "kept": float(used), "palette": float(len(palette))}
    advice = "Add colours to the palette if a difference that matters is gone."
    return (Finding("colours-merged", Verdict.NOTE, text, advice, figures),)
