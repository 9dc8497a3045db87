"""A picture taken apart: what is ink, in which colour, and what was found on the way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import permutations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from backend.branding.locking import crisp, flat_planes, shaded_planes
from backend.branding.matting import Ground, find_ground
from backend.branding.native import FlatScene, NotFlat, flat_scene, native_planes
from backend.branding.planes import Planes
from backend.branding.sources import MarkSource
from backend.branding.suggesting import main_colours
from backend.domain.branding import BRAND_LIMITS, Finding, MarkOptions, Verdict
from backend.domain.brief import Colour
from backend.domain.errors import InvalidRequest
from backend.vector.colour import colour_difference

_WORTH_NAMING = 0.01
"""Share of the area from which a colour of the picture is missed when it is gone."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A picture ready to become a cut-out or areas.

    Attributes:
        soft: the planes with the picture's own edges: outlines are traced on these.
        planes: the same with edges as sharp as a renderer's: what the PNG is made of.
        scene: the shapes, where the picture is a drawing.
        ground: what the ink stood on, where that had to be found.
        findings: for people.
    """

    soft: Planes
    planes: Planes
    scene: FlatScene | None
    ground: Ground | None
    findings: tuple[Finding, ...]


def prepared(source: MarkSource, options: MarkOptions) -> Prepared:
    """Locks a picture to its palette and takes its ground away.

    Raises:
        InvalidRequest: nothing is left of the picture, or the palette has no ink.
    """
    if len(options.palette) == 1:
        raise InvalidRequest("mark.palette: a ground and at least one ink, or nothing")
    image, own = opaque(source)
    base = own or _own_palette(image)
    if len(base) < 2:
        raise _nothing_left()
    scene = _scene(source, base)
    ground = None
    if scene is not None:
        soft = native_planes(scene.shapes, base, image.width)
    elif source.is_flat and own:
        soft = flat_planes(np.asarray(image), base)
    else:
        soft, ground = _shaded(np.asarray(image), base, options)
    merged = _merged_finding(image, base, soft) if ground else ()
    if options.palette:
        soft = _moved(soft, options.palette)
    soft = soft.opened(keep_holes=options.keep_holes) if options.cutout else soft
    if float(soft.alpha.max()) < 0.5:
        raise _nothing_left()
    planes = soft if scene is not None else replace(soft, cover=_sharp(soft))
    notes = (*_finish_finding(scene), *_ground_finding(ground), *merged)
    return Prepared(soft, planes, scene, ground, notes)


def opaque(source: MarkSource) -> tuple[Image.Image, tuple[Colour, ...]]:
    """The picture without transparency, and its palette; transparent parts become the ground."""
    image, palette = source.image, tuple(dict.fromkeys(source.palette))
    if image.mode != "RGBA" or image.getextrema()[3][0] == 255:
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
    return tuple(colour for i, (colour, share) in enumerate(found) if i == 0 or share > 0.005)


def _scene(source: MarkSource, palette: Sequence[Colour]) -> FlatScene | None:
    if source.svg is None or source.image.width != source.image.height:
        return None
    try:
        return flat_scene(source.svg, palette)
    except NotFlat:
        return None


def _shaded(
    pixels: NDArray[np.uint8], palette: tuple[Colour, ...], options: MarkOptions
) -> tuple[Planes, Ground]:
    ground = find_ground(pixels, palette, options.tolerance)
    far = colour_difference(ground.colour, palette[0]) > 20
    inks = tuple(range(0 if far else 1, len(palette)))
    planes = shaded_planes(pixels, ground.mask, palette, inks)
    return planes, ground


def _sharp(soft: Planes) -> NDArray[np.float32]:
    nothing = np.clip(1 - soft.cover.sum(axis=0, keepdims=True), 0, 1)
    return crisp(np.concatenate([nothing, soft.cover]))[1:]


def _moved(planes: Planes, palette: tuple[Colour, ...]) -> Planes:
    """In another palette: ground to ground, inks to inks of their own while there are enough."""
    old, new = planes.palette[1:], palette[1:]
    gaps = [[colour_difference(a, b) for b in new] for a in old]
    places = range(len(new))
    if len(old) <= len(new):
        chosen = min(
            permutations(places, len(old)),
            key=lambda order: sum(gaps[i][k] for i, k in enumerate(order)),
        )
    else:
        chosen = tuple(min(places, key=row.__getitem__) for row in gaps)
    cover = np.zeros((len(palette), *planes.cover.shape[1:]), np.float32)
    cover[0] = planes.cover[0]
    for i, k in enumerate(chosen):
        cover[k + 1] += planes.cover[i + 1]
    return Planes(cover, palette)


def _nothing_left() -> InvalidRequest:
    return InvalidRequest(
        "image: nothing is left of the picture once its ground is taken away; lower mark.tolerance"
        " or switch mark.cutout off"
    )


def _finish_finding(scene: FlatScene | None) -> tuple[Finding, ...]:
    if scene is None or not scene.is_finished:
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
