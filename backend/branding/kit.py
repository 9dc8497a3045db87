"""Brand kits: everything that a founder, a printer and a web page need, in one ZIP."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from PIL import Image

from backend.branding.brand_colours import brand_colours, colours_json
from backend.branding.fonts import Face, Family
from backend.branding.icons import ground_for
from backend.branding.kit_files import (
    Job,
    font_jobs,
    icon_jobs,
    logo_jobs,
    picture_job,
    social_jobs,
    text_job,
)
from backend.branding.kit_texts import json_bytes, manifest, readme, web_manifest
from backend.branding.kit_words import Words
from backend.branding.lockups import Lockup
from backend.branding.marks import Mark
from backend.branding.recipes import recipe_text
from backend.branding.sheet import SheetOrder, brand_sheet
from backend.branding.validation import insist
from backend.branding.variants import dark_ground
from backend.domain.branding import BrandSpec, KitLanguage, LockupKind
from backend.domain.brief import Colour
from backend.vector.colour import colour_difference

Report = Callable[[int, int], None]

# ZIP's earliest moment: a kit says nothing about when it was packed.
_MOMENT = (1980, 1, 1, 0, 0, 0)
_WHITE = Colour(255, 255, 255)
_PACKED_ALREADY = (".png", ".ttf")


@dataclass(frozen=True, slots=True)
class KitOrder:
    """What a kit is made from.

    Attributes:
        spec: its lockup is the main one, its background the ground of opaque pictures.
        mark: as it is worn.
        lockups: by kind; those that fell back to another kind are left out.
        on_white: the same in the colours that are seen on white; empty where none of theirs are.
        cutout: the picture without its ground, RGBA.
        family: what the name is set in.
        recipe: of the whole chain, JSON-able; every PNG, SVG, PDF and EPS carries
            it with its own path.
        glyphs: those in the mark, as (id, licence, author); an author may be "".
        language: of the brand sheet and the README.
    """

    spec: BrandSpec
    mark: Mark
    lockups: Mapping[LockupKind, Lockup]
    on_white: Mapping[LockupKind, Lockup]
    cutout: Image.Image
    family: Family
    recipe: Mapping[str, Any]
    glyphs: Sequence[tuple[str, str, str]]
    language: KitLanguage = KitLanguage.ENGLISH


def build_kit(order: KitOrder, report: Report) -> bytes:
    """A ZIP of all files; equal orders give equal bytes. Each file is opened again first.

    Args:
        report: hears of files done, of how many; may raise to end it.

    Raises:
        StageFailed: a file is not what it should be; names it.
    """
    jobs = list(_jobs(order))
    total = len(jobs) + 1
    files: dict[str, bytes] = {}
    for done, job in enumerate(jobs):
        report(done, total)
        for path, content in job.make():
            insist(path, content, **job.expected)
            files[path] = content
    report(len(jobs), total)
    files["manifest.json"] = json_bytes(manifest(files, order.recipe))
    insist("manifest.json", files["manifest.json"])
    report(total, total)
    return _packed(files)


def _jobs(order: KitOrder) -> Iterator[Job]:
    """In the order in which the files stand in the ZIP."""
    name, lockups = order.spec.text.title, _own_kinds(order)
    main = next(iter(lockups.values()))
    background = order.spec.background
    made_for = background or (order.mark.palette[0] if order.mark.palette else None)
    ground = background or ground_for(order.mark.drawing, made_for)
    painted = order.mark.palette[1:] if not order.mark.drawing.is_vector else ()
    ground_worn = background or (None if made_for is None or _is_paper(made_for) else made_for)
    colours = brand_colours(main.drawing, painted=painted, background=ground_worn)
    dark = dark_ground(main.drawing, made_for)
    words = Words(order.language)
    faces = next((one.faces for one in lockups.values() if one.faces), ())
    credits = _credits(order, faces, words)

    def recipe(path: str) -> str:
        return recipe_text(order.recipe, {"kind": "kit-file", "path": path})

    raster_only = [str(kind) for kind, one in lockups.items() if not one.drawing.is_vector]
    text = readme(
        words,
        name,
        [str(kind) for kind in lockups],
        raster_only=raster_only,
        credits=credits,
        has_background=background is not None,
        has_fonts=bool(faces),
        is_seen_on_white=bool(order.on_white),
    )
    # Without the mark some viewers take Cyrillic in UTF-8 for another encoding.
    encoding = "ascii" if text.isascii() else "utf-8-sig"
    yield text_job("README.txt", text.encode(encoding, "replace"))
    sheet = SheetOrder(
        name,
        lockups,
        made_for,
        colours,
        order.family,
        order.spec.text.weight,
        faces,
        credits,
        words,
    )
    yield Job(lambda: [("brand-sheet.pdf", brand_sheet(sheet, recipe("brand-sheet.pdf")))])
    yield text_job("colors.json", json_bytes(colours_json(colours, dark)))
    for kind, lockup in lockups.items():
        yield from logo_jobs(
            f"logo/{kind}",
            lockup,
            colour=order.on_white.get(kind, lockup).drawing,
            title=name,
            made_for=made_for,
            background=background,
            with_eps=lockup is main,
            recipe=recipe,
        )
    yield from icon_jobs(order.mark.drawing, ground, title=name, recipe=recipe)
    yield from social_jobs(lockups, order.mark.drawing, ground, recipe=recipe)
    yield picture_job(order.cutout, recipe)
    yield from font_jobs(faces)
    theme = colours[0].colour if colours else dark
    yield text_job(
        "site.webmanifest", json_bytes(web_manifest(name, theme, ground, order.language))
    )


def _is_paper(ground: Colour) -> bool:
    """Whether a ground that nobody chose is as good as none."""
    return colour_difference(ground, _WHITE) < 2


def _own_kinds(order: KitOrder) -> Mapping[LockupKind, Lockup]:
    """Lockups that are what they were asked to be, the chosen one first."""
    own = {kind: lockup for kind, lockup in order.lockups.items() if lockup.kind == kind}
    if order.spec.lockup in own:
        own = {order.spec.lockup: own.pop(order.spec.lockup), **own}
    return own or dict(order.lockups)


def _credits(order: KitOrder, faces: Sequence[Face], words: Words) -> tuple[str, ...]:
    fonts = [
        words(
            "credit.font",
            name=one.name,
            author=one.author,
            licence=one.licence,
            copyright=one.copyright,
        )
        for one in {face.family.id: face.family for face in faces}.values()
    ]
    unknown = words("credit.unknown")
    drawings = [
        words("credit.drawing", name=glyph, author=author or unknown, licence=licence)
        for glyph, licence, author in dict.fromkeys(order.glyphs)
    ]
    return (*fonts, *drawings)


def _packed(files: Mapping[str, bytes]) -> bytes:
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for path, content in files.items():
            info = zipfile.ZipInfo(path, _MOMENT)
            info.create_system = 3
            info.external_attr = 0o644 << 16
            is_packed = path.endswith(_PACKED_ALREADY)
            info.compress_type = zipfile.ZIP_STORED if is_packed else zipfile.ZIP_DEFLATED
            archive.writestr(info, content)
    return stream.getvalue()
