"""Commands about deliverables: a brand kit of a picture, and whether a file can be made again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from backend.cli_console import console, fail, friendly, progress, reporter
from backend.cli_models import models
from backend.domain.branding import BRAND_LIMITS, KitLanguage, LetterCase, LockupKind, TextOptions
from backend.settings import settings_or_exit

if TYPE_CHECKING:
    from PIL import Image

    from backend.domain.branding import BrandSpec
    from backend.services.brand_pictures import BrandPictures
    from backend.services.reproduction import Keep
    from backend.services.verifying import Verification
    from backend.storage.disk_store import DiskImageStore

_TRACKING, _TOLERANCE = BRAND_LIMITS.tracking, BRAND_LIMITS.tolerance
_LARGEST_BYTES = 64 * 1024 * 1024


def kit(
    picture: Annotated[str, typer.Argument(help="A picture file, or the id of a stored picture.")],
    name: Annotated[str, typer.Option(help="The brand's name; none: the mark alone.")] = "",
    tagline: Annotated[str, typer.Option(help="A smaller line below the name.")] = "",
    font: Annotated[str, typer.Option(help="A family; python -m backend fonts lists them.")] = (
        TextOptions().font
    ),
    weight: Annotated[int, typer.Option(min=100, max=900)] = TextOptions().weight,
    tracking: Annotated[
        float, typer.Option(min=_TRACKING.low, max=_TRACKING.high, help="In 1/1000 em.")
    ] = _TRACKING.default,
    case: Annotated[LetterCase, typer.Option(help="What becomes of the letters.")] = (
        LetterCase.TYPED
    ),
    ink: Annotated[str, typer.Option(help="Colour of the lettering, such as #1B3A4B.")] = "",
    lockup: Annotated[LockupKind, typer.Option(help="Which one stands first.")] = LockupKind.LEFT,
    palette: Annotated[
        list[str] | None,
        typer.Option(help="A colour to lock to, the ground first; repeat for more."),
    ] = None,
    recolour: Annotated[
        list[str] | None, typer.Option(help="New colours in the palette's order; repeat for more.")
    ] = None,
    background: Annotated[str, typer.Option(help="Colour of the ground; none: transparent.")] = "",
    tolerance: Annotated[
        float,
        typer.Option(min=_TOLERANCE.low, max=_TOLERANCE.high, help="Of cutting the ground out."),
    ] = _TOLERANCE.default,
    keep_holes: Annotated[bool, typer.Option(help="Holes in the ground's colour stay.")] = False,
    flat: Annotated[bool, typer.Option(help="Exact colours; shades have no vectors.")] = True,
    language: Annotated[
        KitLanguage, typer.Option(help="Of the brand sheet and the README.")
    ] = KitLanguage.ENGLISH,
    out: Annotated[Path, typer.Option(help="Folder for the kit.")] = Path("output/kits-cli"),
) -> None:
    """Makes a brand kit of a picture: every lockup and variant in all formats, as one ZIP."""
    with friendly(), _opened_store() as images:
        from backend.api.brand_bodies import BrandBody

        image_id, pictures = _picture(picture, images)
        told: dict[str, object] = {
            "image": image_id,
            "mark": {
                "tolerance": tolerance,
                "keep_holes": keep_holes,
                "flat": flat,
                "palette": palette or [],
                "recolour": recolour or [],
            },
            "text": {
                "name": name,
                "tagline": tagline,
                "font": font,
                "weight": weight,
                "tracking": tracking,
                "case": case,
                "colour": ink or None,
            },
            "lockup": lockup,
            "background": background or None,
        }
        _write_kit(_checked(BrandBody, told), pictures, language, out)


def verify(
    file: Annotated[Path, typer.Argument(help="A PNG, SVG, PDF or EPS made here, or a whole kit.")],
    picture: Annotated[
        Path | None, typer.Option(help="The picture that it began with, if it was uploaded.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Makes a file again from the recipe in it, and says whether it came out the same.

    Ends with 0 if it is identical, 1 if it is similar, 2 if it is different or unrepeatable.
    """
    from backend.services.reproduction import Redrawing
    from backend.services.verifying import Verifier
    from backend.services.workshop import open_workshop

    # 1 means similar here.
    with friendly(code=2), _opened_store() as images:
        content = _read(file)
        keep = _keep(images, picture)
        with progress() as bar:
            report = reporter(bar)
            verifier = Verifier(Redrawing(models(), keep, report), images, open_workshop, report)
            answer = verifier.verify(content)
    print(json.dumps(answer.to_json(), ensure_ascii=False) if as_json else _in_words(answer))
    raise typer.Exit(answer.verdict.exit_code)


def fonts() -> None:
    """The families that a kit's lettering can be set in, with their weights and scripts."""
    from backend.services.workshop import open_workshop

    for family in open_workshop().families():
        weights = ", ".join(map(str, family.weights))
        print(f"{family.id:20} {family.category:8} {weights:30} {', '.join(family.scripts)}")


@contextmanager
def _opened_store() -> Iterator[DiskImageStore]:
    from backend.storage.disk_store import DiskImageStore

    with closing(DiskImageStore(settings_or_exit().paths.output)) as images:
        yield images


def _picture(wanted: str, images: DiskImageStore) -> tuple[str, BrandPictures]:
    """The id under which a picture is known, and where it comes from."""
    from backend.services.brand_files import picture_in_file
    from backend.services.brand_pictures import StoredPictures

    path = Path(wanted)
    if path.is_file():
        content = _read(path)
        found = picture_in_file(path, content, _decoded(content), images)
        return found.image_id, found
    if not wanted.startswith("img_"):
        fail(f"there is no file {wanted!r}, and it is no id of a picture such as img_4f2a...")
    images.get(wanted)
    return wanted, StoredPictures(images)


def _write_kit(
    spec: BrandSpec, pictures: BrandPictures, language: KitLanguage, folder: Path
) -> None:
    from backend.services.branding import BrandDesk
    from backend.services.local import file_stem
    from backend.services.workshop import open_workshop
    from backend.storage.disk_errors import disk_errors
    from backend.utils.files import write_bytes

    desk = BrandDesk(pictures, open_workshop)
    desk.check_spec(spec)
    with progress() as bar:
        report = reporter(bar)
        made = desk.kit(spec, lambda done, total: report("kit", done, total), language)
    target = folder / f"{file_stem(spec.text.title)}-brand-kit.zip"
    full = "the disk is full; free some space and run the same command again"
    with disk_errors(full=full, folder=str(folder)):
        write_bytes(target, made.content)
    console.print(f"{made.files} files", highlight=False)
    print(target)


def _checked(body: type, told: dict[str, object]) -> BrandSpec:
    """The finish, held against the same bounds as a request. Raises ValueError."""
    from pydantic import ValidationError

    try:
        spec: BrandSpec = body.model_validate(told).to_domain()  # type: ignore[attr-defined]
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = "-".join(str(part) for part in first["loc"][-1:])
        raise ValueError(f"{where}: {first['msg']}") from error
    return spec


def _keep(images: DiskImageStore, picture: Path | None) -> Keep:
    from backend.services.brand_pictures import Found
    from backend.storage.png_files import image_id_of

    if picture is None:
        return Found(images)
    content = _read(picture)
    return Found(images, {image_id_of(content): _decoded(content)})


def _decoded(content: bytes) -> Image.Image:
    from backend.api.pictures import read_upload

    return read_upload(content)


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            content = stream.read(_LARGEST_BYTES + 1)
    except OSError as error:
        raise ValueError(f"{path} cannot be read: {error.strerror}") from error
    if len(content) > _LARGEST_BYTES:
        raise ValueError(f"{path} is larger than {_LARGEST_BYTES // 2**20} MiB")
    return content


def _in_words(answer: Verification) -> str:
    """The answer as lines."""
    text = str(answer.verdict)
    if answer.compared:
        measure = "" if answer.similarity is None else f", SSIM {answer.similarity:.4f}"
        text += f" ({answer.compared}{measure})"
    lines = [text]
    if answer.reason:
        lines.append(answer.reason)
    lines += [f"changed: {change}" for change in answer.changes]
    return "\n".join(lines)
