"""The files of a brand kit, each as something that can be made and what it has to be."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from PIL import Image

from backend.branding.drawing import Drawing
from backend.branding.fonts import Face
from backend.branding.icons import (
    FAVICON_SIZES,
    apple_touch_drawing,
    avatar_drawing,
    favicon_file,
    fitted,
    icon_drawing,
    icon_file,
    maskable_drawing,
    opaque_file,
)
from backend.branding.lockups import Lockup
from backend.branding.raster_files import picture_file, png_file
from backend.branding.rasters import height_of, render_drawing
from backend.branding.variants import all_variants
from backend.branding.vector_files import eps_file, pdf_file, svg_file
from backend.domain.branding import LockupKind, Variant
from backend.domain.brief import Colour

Recipe = Callable[[str], str]
"""The recipe text of the file at a path."""

# Shades hardly pack: zlib's default takes three times as long to save an eighth of the bytes.
_NOISY_LEVEL = 1
_SCALES = {1: "", 2: "@2x", 4: "@4x"}
_INKS = {Variant.BLACK: 0, Variant.WHITE: 255}


@dataclass(frozen=True, slots=True)
class Job:
    """Files that are made together.

    Attributes:
        make: gives their paths and contents.
        expected: what `validation.insist` holds each of them against.
    """

    make: Callable[[], list[tuple[str, bytes]]]
    expected: Mapping[str, Any] = field(default_factory=dict)


def text_job(path: str, content: bytes) -> Job:
    """A file that is there already."""
    return Job(lambda: [(path, content)])


def logo_jobs(
    folder: str,
    lockup: Lockup,
    *,
    colour: Drawing,
    title: str,
    made_for: Colour | None,
    background: Colour | None,
    with_eps: bool,
    recipe: Recipe,
) -> Iterator[Job]:
    """All variants of a lockup in all formats, transparent; and on the background, if there is one.

    Args:
        colour: the lockup in the colours for white, or its own where it has none.
        made_for: the ground that the lockup's colours were chosen for.
        background: the brand's own.
        with_eps: vector files of print shops, too.
    """
    shapes = {**all_variants(lockup.drawing, ground=made_for), Variant.COLOUR: colour}
    for variant, drawing in shapes.items():
        if drawing.is_vector:
            yield _vector_job(f"{folder}/{variant}", drawing, title, None, with_eps, recipe)
    for variant in (Variant.COLOUR, Variant.REVERSED):
        for scale, suffix in _SCALES.items():
            yield _png_job(f"{folder}/{variant}{suffix}.png", shapes[variant], scale, None, recipe)
    for scale, suffix in _SCALES.items():
        yield _ink_job(folder, suffix, shapes, scale, recipe)
    if background is not None:
        whole = lockup.drawing.with_margin(lockup.clear_space)
        path = f"{folder}/on-background"
        if whole.is_vector:
            yield _vector_job(path, whole, title, background, with_eps, recipe)
        yield _png_job(f"{path}.png", whole, 2, background, recipe)


def icon_jobs(mark: Drawing, ground: Colour, *, title: str, recipe: Recipe) -> Iterator[Job]:
    """Icons of browsers and home screens."""
    yield Job(lambda: [("icons/favicon.ico", favicon_file(mark, ground))], {"sizes": FAVICON_SIZES})
    if mark.is_vector:
        yield _svg_job("icons/favicon.svg", icon_drawing(mark, ground, 512), title, recipe)
    yield _opaque_job("icons/apple-touch-icon.png", apple_touch_drawing(mark), ground, recipe)
    for side in (192, 512):
        yield _icon_job(f"icons/icon-{side}.png", mark, ground, side, recipe)
    yield _opaque_job("icons/icon-maskable-512.png", maskable_drawing(mark), ground, recipe)


def social_jobs(
    lockups: Mapping[LockupKind, Lockup], mark: Drawing, ground: Colour, *, recipe: Recipe
) -> Iterator[Job]:
    """Pictures for networks; each shows the main lockup, or another that fills it far better."""
    for path, width, height, share in (
        ("social/open-graph-1200x630.png", 1200, 630, 0.5),
        ("social/header-1500x500.png", 1500, 500, 0.46),
    ):
        room = (0.62 * width, share * height)
        drawing = fitted(_fullest(lockups, room), width, height, within=room)
        yield _opaque_job(path, drawing, ground, recipe)
    yield _opaque_job("social/avatar-400x400.png", avatar_drawing(mark), ground, recipe)


def picture_job(cutout: Image.Image, recipe: Recipe) -> Job:
    """The picture itself without its ground."""
    path = "picture/cut-out.png"
    is_cut = int(np.asarray(cutout.getchannel("A")).min()) < 255
    image = cutout if is_cut else cutout.convert("RGB")
    return Job(
        lambda: [(path, picture_file(image, recipe=recipe(path), compress_level=_NOISY_LEVEL))],
        {"size": cutout.size, "has_alpha": is_cut},
    )


def font_jobs(faces: Sequence[Face]) -> Iterator[Job]:
    """The font files that the lettering is set in, each beside its licence."""
    for family in {face.family.id: face.family for face in faces}.values():
        yield text_job(f"fonts/{family.id}/OFL.txt", family.licence_path.read_bytes())
    for face in faces:
        yield text_job(f"fonts/{face.family.id}/{face.path.name}", face.path.read_bytes())


def _vector_job(
    stem: str,
    drawing: Drawing,
    title: str,
    background: Colour | None,
    with_eps: bool,
    recipe: Recipe,
) -> Job:
    def make() -> list[tuple[str, bytes]]:
        files = []
        svg, pdf, eps = (f"{stem}.{kind}" for kind in ("svg", "pdf", "eps"))
        text = svg_file(drawing, title=title, background=background, recipe=recipe(svg))
        files.append((svg, text.encode("utf-8")))
        files.append(
            (pdf, pdf_file(drawing, title=title, background=background, recipe=recipe(pdf)))
        )
        if with_eps:
            files.append(
                (eps, eps_file(drawing, title=title, background=background, recipe=recipe(eps)))
            )
        return files

    return Job(make)


def _svg_job(path: str, drawing: Drawing, title: str, recipe: Recipe) -> Job:
    return Job(
        lambda: [(path, svg_file(drawing, title=title, recipe=recipe(path)).encode("utf-8"))]
    )


def _png_job(
    path: str, drawing: Drawing, scale: int, background: Colour | None, recipe: Recipe
) -> Job:
    width = width_at(drawing, scale)
    return Job(
        lambda: [
            (path, png_file(drawing, width_px=width, background=background, recipe=recipe(path)))
        ],
        {"size": (width, height_of(drawing, width)), "has_alpha": background is None},
    )


def _ink_job(
    folder: str, suffix: str, shapes: Mapping[Variant, Drawing], scale: int, recipe: Recipe
) -> Job:
    """Black and white from one rendering: they differ in nothing but the ink."""
    drawing = shapes[Variant.BLACK]
    width = width_at(drawing, scale)

    def make() -> list[tuple[str, bytes]]:
        alpha = render_drawing(drawing, width_px=width).getchannel("A")
        files = []
        for variant, ink in _INKS.items():
            path = f"{folder}/{variant}{suffix}.png"
            image = Image.merge("LA", (Image.new("L", alpha.size, ink), alpha))
            files.append((path, picture_file(image, recipe=recipe(path))))
        return files

    return Job(make, {"size": (width, height_of(drawing, width)), "has_alpha": True})


def _icon_job(path: str, mark: Drawing, ground: Colour, side: int, recipe: Recipe) -> Job:
    return Job(
        lambda: [(path, icon_file(mark, ground, side, recipe=recipe(path)))],
        {"size": (side, side), "has_alpha": True},
    )


def _opaque_job(path: str, drawing: Drawing, ground: Colour, recipe: Recipe) -> Job:
    return Job(
        lambda: [(path, opaque_file(drawing, ground, recipe=recipe(path)))],
        {"size": (round(drawing.width), round(drawing.height)), "has_alpha": False},
    )


def width_at(drawing: Drawing, scale: int) -> int:
    """The width in pixels of a PNG at 1x, 2x or 4x."""
    return max(1, round(scale * drawing.usual_scale * drawing.width))


def _fullest(lockups: Mapping[LockupKind, Lockup], room: tuple[float, float]) -> Drawing:
    """The main lockup unless another one fills a place half again as well."""

    def size(drawing: Drawing) -> float:
        scale = min(room[0] / drawing.width, room[1] / drawing.height)
        return scale * scale * drawing.width * drawing.height

    main = next(iter(lockups.values())).drawing
    candidates = [
        lockups[kind].drawing for kind in (LockupKind.LEFT, LockupKind.STACKED) if kind in lockups
    ]
    best = max([main, *candidates], key=size)
    return best if size(best) > 1.5 * size(main) else main
