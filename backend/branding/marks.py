"""From a picture to a mark: cut out, in exact colours, as areas where that is possible."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from io import BytesIO

import numpy as np
from PIL import Image

from backend.branding.cutouts import at_most, shaded_cutout
from backend.branding.drawing import Drawing, PlacedPicture
from backend.branding.exchanging import exchanged
from backend.branding.native import contours_of
from backend.branding.planes import Planes
from backend.branding.preparing import Prepared, prepared
from backend.branding.rasters import render_drawing
from backend.branding.regions import regions_of
from backend.branding.sources import MarkSource as MarkSource
from backend.branding.tracing import CLEAN, CRUMB_PX, NOISY, traced
from backend.domain.branding import Finding, MarkOptions, Verdict
from backend.domain.brief import Colour
from backend.domain.errors import InvalidRequest
from backend.utils.images import png_bytes
from backend.utils.ssim import LEAST_PX, ssim

MARK_UNITS = 1000.0
"""The longer side of every mark."""
MAX_PATHS = 200
"""More areas than this are no drawing that anyone could edit, engrave or embroider."""
MIN_SIMILARITY = 0.9
"""SSIM below which the areas no longer show what the picture does."""

_WORK_PX = 1024
_COMPARED_PX = 512


class MarkForm(StrEnum):
    """How a mark came to its form."""

    NATIVE = "native"
    TRACED = "traced"
    PIXELS = "pixels"


@dataclass(frozen=True, slots=True)
class Mark:
    """What is set into lockups.

    Attributes:
        drawing: cropped to its ink, the longer side MARK_UNITS. Its areas do not overlap, and where
            the ground shows through there is none: laid on any colour, that colour shows.
        form: how it came about; PIXELS has a picture instead of areas.
        palette: the colours it was locked to, the ground first; what `recoloured` counts by.
        paths: areas in the drawing, contours counted singly; of PIXELS, those that it would take.
        similarity: SSIM of the drawn mark and the locked picture, on the same ground; 1 for PIXELS.
        findings: what was done and what could not be, for people.
        worn: the colours it wears now, in the palette's order.
    """

    drawing: Drawing
    form: MarkForm
    palette: tuple[Colour, ...]
    paths: int
    similarity: float
    findings: tuple[Finding, ...] = ()
    worn: tuple[Colour, ...] = ()


def make_mark(source: MarkSource, options: MarkOptions) -> Mark:
    """Takes a picture's ground away, locks its colours, and turns it into areas if it can be.

    A function of its arguments alone; `options.recolour` is applied, too. Pictures of more than
    1024 px are traced at that size.

    Raises:
        InvalidRequest: nothing is left of the picture, or the options do not fit it.
    """
    source = replace(source, image=at_most(source.image, _WORK_PX))
    if not options.flat:
        return recoloured(_unlocked(source, options), options.recolour)
    parts = prepared(source, options)
    return recoloured(_locked(parts, options), options.recolour)


def recoloured(mark: Mark, colours: tuple[Colour, ...]) -> Mark:
    """The mark with the palette's colours exchanged for others, in the palette's order.

    Args:
        colours: may be shorter than the palette; the rest keep theirs. The first is the ground,
            which shows only in painted holes.
    """
    if not colours:
        return mark
    old = mark.worn or mark.palette
    new = (*colours, *old[len(colours) :])[: len(old)]
    paint = dict(zip(old, new, strict=True))
    drawing = mark.drawing.painted(lambda colour: paint.get(colour, colour))
    pictures = tuple(
        replace(picture, png=_exchanged_png(picture.png, old, new)) for picture in drawing.pictures
    )
    return replace(mark, drawing=replace(drawing, pictures=pictures), worn=new)


def _locked(parts: Prepared, options: MarkOptions) -> Mark:
    """The mark in the palette's own colours: areas, or pixels where these would be too many."""
    palette, drawing, similarity = parts.planes.palette, parts.drawing, 1.0
    paths = _num_areas(parts.soft) if drawing is None else 0
    if paths <= MAX_PATHS:
        drawing = drawing or traced(parts.soft, NOISY if parts.ground else CLEAN)
        similarity = _similarity(drawing, parts)
        paths = sum(len(contours_of(layer.outline)) for layer in drawing.layers)
    complaint = _too_complex(paths, similarity)
    if drawing is not None and complaint is None:
        form = MarkForm.NATIVE if parts.drawing else MarkForm.TRACED
        drawing = _cropped(drawing, options)
        return Mark(drawing, form, palette, paths, similarity, parts.findings, palette)
    drawing = _pictured(parts.planes.image(), options)
    findings = (*parts.findings, *([complaint] if complaint else []))
    return Mark(drawing, MarkForm.PIXELS, palette, paths, 1.0, findings, palette)


def _num_areas(planes: Planes) -> int:
    """Connected areas, a lower bound of the paths; counting is cheap and tracing is not."""
    regions = regions_of(planes.labels)
    return int(((regions.labels >= 0) & (regions.areas > CRUMB_PX)).sum())


def _similarity(drawing: Drawing, parts: Prepared) -> float:
    """SSIM with the locked picture; large ones are compared at half their size and less."""
    ground = parts.planes.palette[0]
    locked = _on(parts.planes.image(), ground)
    drawn = render_drawing(drawing, width_px=locked.width, background=ground).convert("RGB")
    return ssim(
        _wide_enough(at_most(drawn, _COMPARED_PX), ground),
        _wide_enough(at_most(locked, _COMPARED_PX), ground),
    )


def _wide_enough(image: Image.Image, ground: Colour) -> Image.Image:
    """A narrow picture with ground around it: the window of SSIM has to fit in."""
    size = (max(image.width, LEAST_PX), max(image.height, LEAST_PX))
    if size == image.size:
        return image
    canvas = Image.new("RGB", size, ground.rgb)
    canvas.paste(image, ((size[0] - image.width) // 2, (size[1] - image.height) // 2))
    return canvas


def _too_complex(paths: int, similarity: float) -> Finding | None:
    figures = {
        "paths": float(paths),
        "paths_most": float(MAX_PATHS),
        "similarity": round(similarity, 3),
        "similarity_least": MIN_SIMILARITY,
    }
    advice = "Restyle with a flatter style or a lower strength, or use the PNG."
    if paths > MAX_PATHS:
        reason = f"it takes {paths} separate areas, and {MAX_PATHS} are the most"
    elif similarity < MIN_SIMILARITY:
        reason = f"its areas look only {similarity:.2f} like it (SSIM), {MIN_SIMILARITY} is needed"
    else:
        return None
    text = f"This picture is too complex to vectorise well: {reason}. It stays pixels."
    return Finding("too-complex", Verdict.WARN, text, advice, figures)


def _unlocked(source: MarkSource, options: MarkOptions) -> Mark:
    image, palette = shaded_cutout(source, options)
    text = "The shades were kept, so there is no vector file."
    finding = Finding(
        "shades-kept", Verdict.NOTE, text, "Lock the colours to get SVG, PDF and EPS."
    )
    drawing = _pictured(image, options)
    return Mark(drawing, MarkForm.PIXELS, palette, 0, 1.0, (finding,), palette)


def _cropped(drawing: Drawing, options: MarkOptions) -> Drawing:
    """To its ink, in mark units."""
    boxes = [layer.outline.bounds for layer in drawing.layers]
    if not boxes:
        raise InvalidRequest("image: nothing is left of the picture; lower mark.tolerance")
    left, top = min(box[0] for box in boxes), min(box[1] for box in boxes)
    right, bottom = max(box[2] for box in boxes), max(box[3] for box in boxes)
    if not options.cutout:
        left, top, right, bottom = 0, 0, drawing.width, drawing.height
    scale = MARK_UNITS / max(right - left, bottom - top)
    width, height = (right - left) * scale, (bottom - top) * scale
    return drawing.placed(-left * scale, -top * scale, scale, width, height)


def _pictured(image: Image.Image, options: MarkOptions) -> Drawing:
    """The cut-out itself as the drawing."""
    if options.cutout:
        box = image.getchannel("A").point(lambda a: 255 * (a > 8)).getbbox()
        if box is None:
            raise InvalidRequest("image: nothing is left of the picture; lower mark.tolerance")
        image = image.crop(box)
    scale = MARK_UNITS / max(image.size)
    width, height = image.width * scale, image.height * scale
    picture = PlacedPicture(png_bytes(image), 0, 0, width, height)
    return Drawing(width, height, pictures=(picture,))


def _exchanged_png(png: bytes, old: tuple[Colour, ...], new: tuple[Colour, ...]) -> bytes:
    pixels = np.asarray(Image.open(BytesIO(png)).convert("RGBA"))
    return png_bytes(Image.fromarray(exchanged(pixels, old, new), "RGBA"))


def _on(image: Image.Image, ground: Colour) -> Image.Image:
    laid = Image.new("RGBA", image.size, (*ground.rgb, 255))
    laid.alpha_composite(image)
    return laid.convert("RGB")
