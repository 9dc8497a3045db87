"""What is known of a training set's pictures, as `inspection.json` holds it.

The training's process writes it and the service reads it, with care: files of strangers are named
in it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from backend.domain.training_rules import DUPLICATE, count_usable, is_ready
from backend.storage.training_folders import read_object
from backend.utils.files import write_json

INSPECTION_FILE = "inspection.json"
# What somebody wrote by hand: {"picture": "text"}.
CAPTIONS_BY_PICTURE = "captions.json"
VERSION = 1
# Zips name up to 2,000 files with up to 64 kB each, and every answer about the set holds them.
MAX_REFUSED = 200
MAX_SOURCE = 200
_STATE_FILE = "state.json"
_STAMP = "uploads"
_REPEATS = (DUPLICATE, "near-duplicate")
_LEVELS = ("error", "warning", "note")


@dataclass(frozen=True, slots=True)
class InspectedPicture:
    """One accepted picture.

    Attributes:
        file: its name in `pictures/`.
        source: what it was sent in as; shortened, but unlike every other.
        width, height: as sent in.
        caption_from: "file" (NAME.txt), "captions.txt" or "proposed".
        duplicate_of: the earlier picture that it repeats, exactly or nearly.
    """

    file: str
    source: str
    width: int
    height: int
    caption: str
    caption_from: str
    sharpness: float
    problems: tuple[str, ...]
    duplicate_of: str | None

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> InspectedPicture:
        """Raises LookupError, TypeError, ValueError: it is none, or lies outside of its set."""
        file = str(values["file"])
        if Path(file).name != file or file in ("", ".", ".."):
            raise ValueError("a picture lies outside of its set")
        duplicate_of = values.get("duplicate_of")
        return cls(
            file=file,
            source=short_source(str(values["source"])),
            width=int(values["width"]),
            height=int(values["height"]),
            caption=str(values.get("caption") or ""),
            caption_from=str(values.get("caption_from") or "proposed"),
            sharpness=float(values.get("sharpness", 0.0)),
            problems=tuple(str(problem) for problem in values.get("problems", ())),
            duplicate_of=None if duplicate_of is None else str(duplicate_of),
        )


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to know about a set, and what to do about it.

    Attributes:
        level: error (nothing can be trained), warning or note.
    """

    code: str
    level: str
    files: tuple[str, ...]
    detail: str

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Finding:
        """Raises LookupError, TypeError: it is none."""
        level = str(values["level"])
        return cls(
            code=str(values["code"]),
            level=level if level in _LEVELS else "note",
            files=tuple(short_source(str(name)) for name in values.get("files", ())),
            detail=str(values["detail"]),
        )


@dataclass(frozen=True, slots=True)
class Inspection:
    """Pictures that were accepted, and what is to be said of them.

    Attributes:
        refused: what could not be used and why; see `bounded`.
        stamp: of the uploads that were checked; "" while nobody has said.
    """

    pictures: tuple[InspectedPicture, ...]
    findings: tuple[Finding, ...]
    refused: tuple[tuple[str, str], ...]
    stamp: str = ""

    @property
    def sources(self) -> Mapping[str, str]:
        """Which upload each picture came from, by the picture's file."""
        return {picture.file: picture.source for picture in self.pictures}

    @property
    def errors(self) -> Sequence[Finding]:
        """The findings that keep a training from beginning."""
        return [finding for finding in self.findings if finding.level == "error"]

    @property
    def usable(self) -> int:
        """How many pictures a training takes."""
        return count_usable(picture.problems for picture in self.pictures)

    @property
    def is_ready(self) -> bool:
        """Whether a training may begin."""
        levels = (finding.level for finding in self.findings)
        return is_ready(levels, (picture.problems for picture in self.pictures))

    def to_json(self) -> dict[str, Any]:
        """The content of `inspection.json`."""
        return {
            "version": VERSION,
            "pictures": [asdict(picture) for picture in self.pictures],
            "findings": [asdict(finding) for finding in self.findings],
            "refused": [{"source": source, "reason": reason} for source, reason in self.refused],
            "is_ready": self.is_ready,
            _STAMP: self.stamp,
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Inspection:
        """The inverse of `to_json`. Raises LookupError, TypeError, ValueError: it is none."""
        refused = [(str(one["source"]), str(one["reason"])) for one in values.get("refused", ())]
        return cls(
            pictures=tuple(InspectedPicture.from_json(one) for one in values["pictures"]),
            findings=tuple(Finding.from_json(one) for one in values["findings"]),
            refused=bounded(refused),
            stamp=str(values.get(_STAMP, "")),
        )


@dataclass(frozen=True, slots=True)
class CheckState:
    """What a list of sets says of a check.

    Attributes:
        stamp: of the uploads that were checked.
    """

    stamp: str
    is_ready: bool


def short_source(name: str) -> str:
    """A file's name in at most MAX_SOURCE characters; different names stay different."""
    if len(name) <= MAX_SOURCE:
        return name
    mark = hashlib.sha256(name.encode("utf-8", "replace")).hexdigest()[:12]
    head = f"{name[:100]}…{mark}…"
    return head + name[len(head) - MAX_SOURCE :]


def bounded(refused: Sequence[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Names and reasons of refused files, as many as anybody reads, and how many more there are."""
    # One more is the line that says how many are left out.
    shown = refused if len(refused) <= MAX_REFUSED + 1 else refused[:MAX_REFUSED]
    told = [(short_source(source), reason) for source, reason in shown]
    if len(shown) < len(refused):
        told.append(("…", f"and {len(refused) - len(shown)} more"))
    return tuple(told)


def read_inspection(folder: Path) -> Inspection | None:
    """The check of a set's folder; None if there is none that can be read."""
    found = read_object(folder / INSPECTION_FILE)
    try:
        return Inspection.from_json(found) if found else None
    except (LookupError, TypeError, ValueError, AttributeError):
        return None


def write_inspection(folder: Path, found: Inspection) -> None:
    """Keeps a check, and beside it the little that lists need of it."""
    write_json(folder / INSPECTION_FILE, found.to_json())
    state = {"of": _mark(folder), "stamp": found.stamp, "is_ready": found.is_ready}
    write_json(folder / _STATE_FILE, state)


def read_check_state(folder: Path) -> CheckState | None:
    """The state of a set's check; None if there is none that can be read.

    `inspection.json` itself is read only where it was written by somebody else.
    """
    known = read_object(folder / _STATE_FILE)
    if known and known.get("of") == _mark(folder):
        return CheckState(str(known.get("stamp", "")), known.get("is_ready") is True)
    return state_of(read_inspection(folder))


def state_of(found: Inspection | None) -> CheckState | None:
    """The state of a check that was read."""
    return None if found is None else CheckState(found.stamp, found.is_ready)


def without_picture(found: Inspection, file: str) -> Inspection:
    """The check without a picture: what was said of it alone goes with it.

    The first of its repeats stands for it from now on, and is no repeat any more.
    """
    repeats = [picture.file for picture in found.pictures if picture.duplicate_of == file]
    heir = repeats[0] if repeats else None
    pictures = [_told_anew(one, file, heir) for one in found.pictures if one.file != file]
    findings = []
    for finding in found.findings:
        gone = {file, heir} if finding.code in _REPEATS else {file}
        files = tuple(name for name in finding.files if name not in gone)
        if files or not finding.files:
            findings.append(replace(finding, files=files))
    return replace(found, pictures=tuple(pictures), findings=tuple(findings))


def _told_anew(picture: InspectedPicture, gone: str, heir: str | None) -> InspectedPicture:
    """A picture's entry when another one has gone."""
    if picture.file == heir:
        problems = tuple(problem for problem in picture.problems if problem not in _REPEATS)
        return replace(picture, problems=problems, duplicate_of=None)
    if picture.duplicate_of == gone:
        return replace(picture, duplicate_of=heir)
    return picture


def _mark(folder: Path) -> list[int] | None:
    """Changes with `inspection.json`; None without one."""
    try:
        state = (folder / INSPECTION_FILE).stat()
    except OSError:
        return None
    return [state.st_mtime_ns, state.st_size, state.st_ino]
