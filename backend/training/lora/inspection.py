"""From what was sent in to a set that can be trained on: pictures, captions, findings.

SET/
├── uploads/           as sent in
├── pictures/          what was accepted: upright, RGB, PNG or JPEG
├── thumbs/            a WebP of each
├── captions.json      {"picture": "text"}, as edited by the user
└── inspection.json    see `Inspection`
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image

from backend.domain.errors import InvalidRequest, UnreadableImage
from backend.domain.lora_presets import LIMITS
from backend.domain.training_rules import DUPLICATE
from backend.storage.training_inspection import (
    INSPECTION_FILE,
    Finding,
    InspectedPicture,
    Inspection,
    bounded,
    short_source,
)
from backend.storage.upload_names import PICTURE_SUFFIXES
from backend.training.lora.captions import captions_in, is_list, one_line, text_of
from backend.training.lora.checks import (
    Measured,
    duplicates,
    findings_of,
    measured,
    problems_of,
)
from backend.training.lora.pictures import Decoded, decode
from backend.training.lora.sources import MAX_TEXT_BYTES, Source, sources_in
from backend.utils.files import atomic_path, write_json

UPLOADS, PICTURES, THUMBS = "uploads", "pictures", "thumbs"
THUMB_PX = 256
_UNSAFE = re.compile(r"[^\w.\-]+")

Report = Callable[[str, int, int], None]
Proposer = Callable[[Sequence[Image.Image], Report], list[str]]


@dataclass
class _Gathered:
    """What the reading of all sources has brought."""

    pictures: dict[str, Measured] = field(default_factory=dict)
    sources: dict[str, str] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    refused: list[tuple[str, str]] = field(default_factory=list)


def inspect_set(
    folder: Path, propose: Proposer, report: Report, *, place: Path | None = None
) -> Inspection:
    """Reads everything that was sent in and writes pictures, thumbnails and `inspection.json`.

    Args:
        folder: of the set.
        propose: writes captions for pictures that have none.
        report: called with a phase, what is done and what there is in all.
        place: another folder or a zip to read instead of `uploads/`.
    """
    for name in (PICTURES, THUMBS):
        shutil.rmtree(folder / name, ignore_errors=True)
        (folder / name).mkdir(parents=True)
    gathered = _gather(folder, place or folder / UPLOADS, report)
    captions = _given_captions(gathered)
    _propose_missing(folder, gathered, captions, propose, report)
    inspection = _judged(gathered, captions)
    write_json(folder / INSPECTION_FILE, inspection.to_json())
    return inspection


def read_inspection(folder: Path) -> Inspection:
    """What `inspect_set` has written.

    Raises:
        InvalidRequest: the set has not been inspected.
    """
    try:
        values = json.loads((folder / INSPECTION_FILE).read_text("utf-8"))
        return Inspection.from_json(values)
    except FileNotFoundError as error:
        raise InvalidRequest("the pictures have not been checked yet; check them first") from error
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise InvalidRequest("the set's inspection cannot be read; check it again") from error


def _gather(folder: Path, place: Path, report: Report) -> _Gathered:
    gathered = _Gathered()
    sources: list[Source] = []
    total = _count(place)
    try:
        for source in sources_in(place):
            report("unpack", len(sources), total)
            sources.append(source)
            _take(folder, source, gathered)
    except UnreadableImage as error:
        # A whole archive that cannot be read.
        gathered.refused.append((place.name, error.detail))
    report("pictures", len(gathered.pictures), len(gathered.pictures))
    return gathered


def _count(place: Path) -> int:
    """Files to come; a zip counts what is in it."""
    try:
        return sum(1 for _ in sources_in(place))
    except UnreadableImage:
        return 0


def _take(folder: Path, source: Source, gathered: _Gathered) -> None:
    """Keeps one file, as a picture or as captions, or remembers why not."""
    try:
        if source.is_text:
            gathered.texts[source.name] = text_of(source.read()[:MAX_TEXT_BYTES])
        elif source.suffix in PICTURE_SUFFIXES:
            if len(gathered.pictures) >= LIMITS.pictures[1]:
                raise UnreadableImage(
                    f"there are {LIMITS.pictures[1]} pictures already, which is the most"
                )
            _store(folder, source, decode(source.read()), gathered)
        else:
            raise UnreadableImage("it is neither a picture nor captions")
    except UnreadableImage as error:
        gathered.refused.append((source.name, error.detail))


def _store(folder: Path, source: Source, decoded: Decoded, gathered: _Gathered) -> None:
    suffix = ".jpg" if decoded.is_photo else ".png"
    stem = _UNSAFE.sub("_", source.stem).strip("._-")[:60] or "picture"
    name, turn = stem + suffix, 1
    while name in gathered.pictures:
        turn += 1
        name = f"{stem}-{turn}{suffix}"
    with atomic_path(folder / PICTURES / name) as path:
        if decoded.is_photo:
            decoded.image.save(path, "JPEG", quality=95, subsampling=0)
        else:
            decoded.image.save(path, "PNG")
    thumb = decoded.image.copy()
    thumb.thumbnail((THUMB_PX, THUMB_PX), Image.Resampling.LANCZOS)
    with atomic_path(folder / THUMBS / f"{name}.webp") as path:
        thumb.save(path, "WEBP", quality=85)
    gathered.sources[name] = source.name
    gathered.pictures[name] = measured(
        name,
        decoded.image,
        width=decoded.width,
        height=decoded.height,
        was_transparent=decoded.was_transparent,
    )


def _given_captions(gathered: _Gathered) -> dict[str, tuple[str, str]]:
    """Captions that were sent in, with where each came from; a picture's own file wins."""
    names = {source: file for file, source in gathered.sources.items()}
    captions: dict[str, tuple[str, str]] = {}
    lists = {name: text for name, text in gathered.texts.items() if is_list(Path(name).stem)}
    for text in lists.values():
        for source, caption in captions_in(text, list(names)).items():
            captions[names[source]] = (caption, "captions.txt")
    by_stem = {Path(source).with_suffix("").as_posix(): file for source, file in names.items()}
    for name, text in gathered.texts.items():
        file = by_stem.get(Path(name).with_suffix("").as_posix())
        if name not in lists and file is not None and (caption := one_line(text)):
            captions[file] = (caption, "file")
    return captions


def _propose_missing(
    folder: Path,
    gathered: _Gathered,
    captions: dict[str, tuple[str, str]],
    propose: Proposer,
    report: Report,
) -> None:
    missing = [name for name in gathered.pictures if name not in captions]
    report("captions", 0, len(missing))
    if not missing:
        return
    # The thumbnails are enough for colours and subjects, and 200 of them fit any memory.
    thumbs = [Image.open(folder / THUMBS / f"{name}.webp").convert("RGB") for name in missing]
    for name, caption in zip(missing, propose(thumbs, report), strict=True):
        captions[name] = (caption, "proposed")


def _judged(gathered: _Gathered, captions: dict[str, tuple[str, str]]) -> Inspection:
    pictures = list(gathered.pictures.values())
    exact, near = duplicates(pictures)
    problems = {picture.file: problems_of(picture) for picture in pictures}
    for name in exact:
        problems[name].append(DUPLICATE)
    for name in near:
        problems[name].append("near-duplicate")
    refused = [short_source(name) for name, _ in gathered.refused]
    findings = findings_of(pictures, problems, exact, near, refused)
    inspected = tuple(
        InspectedPicture(
            file=picture.file,
            source=short_source(gathered.sources[picture.file]),
            width=picture.width,
            height=picture.height,
            caption=captions[picture.file][0],
            caption_from=captions[picture.file][1],
            sharpness=round(picture.sharpness, 3),
            problems=tuple(problems[picture.file]),
            duplicate_of=exact.get(picture.file) or near.get(picture.file),
        )
        for picture in pictures
    )
    about = (*findings, *_about_captions(inspected))
    return Inspection(inspected, about, bounded(gathered.refused))


def _about_captions(pictures: Sequence[InspectedPicture]) -> list[Finding]:
    findings = []
    proposed = tuple(each.file for each in pictures if each.caption_from == "proposed")
    if proposed:
        findings.append(
            Finding(
                "proposed-captions",
                "note",
                proposed,
                f"{len(proposed)} of {len(pictures)} captions are proposals. Read them: say what "
                "each picture shows, and leave out what all shall share.",
            )
        )
    foreign = tuple(
        each.file
        for each in pictures
        if any(char.isalpha() and ord(char) > 0x24F for char in each.caption)
    )
    if foreign:
        findings.append(
            Finding(
                "captions-not-english",
                "warning",
                foreign,
                f"{len(foreign)} captions are not in Latin letters, which the models hardly "
                "understand. Write them in English.",
            )
        )
    return findings
