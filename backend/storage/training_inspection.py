"""What a check of a training set wrote down, read with care: another process wrote it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from backend.domain.lora_presets import LIMITS
from backend.storage.training_folders import read_object

INSPECTION_FILE = "inspection.json"
_STAMP = "uploads"
_REPEATS = ("duplicate", "near-duplicate")
_LEVELS = ("error", "warning", "note")


@dataclass(frozen=True, slots=True)
class Inspection:
    """Pictures that were accepted, and what is to be said of them.

    Attributes:
        pictures: `file`, `source`, `width`, `height`, `caption`, `caption_from`, `problems`,
            `duplicate_of` of each.
        findings: `code`, `level`, `files`, `detail` of each.
        refused: `source` and `reason` of what could not be used.
        stamp: of the uploads that were checked; "" while nobody has said.
        rest: what else the check wrote.
    """

    pictures: Sequence[Mapping[str, Any]]
    findings: Sequence[Mapping[str, Any]]
    refused: Sequence[Mapping[str, str]]
    stamp: str
    rest: Mapping[str, Any]

    @property
    def sources(self) -> Mapping[str, str]:
        """Which upload each picture came from, by the picture's file."""
        return {picture["file"]: picture["source"] for picture in self.pictures}

    @property
    def errors(self) -> Sequence[Mapping[str, Any]]:
        """The findings that keep a training from beginning."""
        return [finding for finding in self.findings if finding["level"] == "error"]

    @property
    def is_ready(self) -> bool:
        """Whether a training may begin."""
        return not self.errors and len(self.pictures) >= LIMITS.pictures[0]

    def to_json(self, stamp: str) -> dict[str, Any]:
        """What stands in the file once it belongs to these uploads."""
        return {
            **self.rest,
            "pictures": [dict(picture) for picture in self.pictures],
            "findings": [dict(finding) for finding in self.findings],
            "refused": [dict(refused) for refused in self.refused],
            "is_ready": self.is_ready,
            _STAMP: stamp,
        }


def read_inspection(folder: Path) -> Inspection | None:
    """The check of a set's folder; None if there is none that can be read."""
    found = read_object(folder / INSPECTION_FILE)
    if not found:
        return None
    known = ("pictures", "findings", "refused", "is_ready", _STAMP)
    try:
        return Inspection(
            pictures=[_picture(values) for values in found["pictures"]],
            findings=[_finding(values) for values in found["findings"]],
            refused=[
                {"source": str(values["source"]), "reason": str(values["reason"])}
                for values in found.get("refused", ())
            ],
            stamp=str(found.get(_STAMP, "")),
            rest={key: value for key, value in found.items() if key not in known},
        )
    except (LookupError, TypeError, ValueError):
        return None


def without_picture(found: Inspection, file: str) -> Inspection:
    """The check without a picture: what was said of it alone goes with it.

    The first of its repeats stands for it from now on, and is no repeat any more.
    """
    repeats = [picture["file"] for picture in found.pictures if picture["duplicate_of"] == file]
    heir = repeats[0] if repeats else None
    pictures = [_told_anew(one, file, heir) for one in found.pictures if one["file"] != file]
    findings = []
    for finding in found.findings:
        gone = {file, heir} if finding["code"] in _REPEATS else {file}
        files = [name for name in finding["files"] if name not in gone]
        if files or not finding["files"]:
            findings.append({**finding, "files": files})
    return replace(found, pictures=pictures, findings=findings)


def _told_anew(picture: Mapping[str, Any], gone: str, heir: str | None) -> Mapping[str, Any]:
    """A picture's entry when another one has gone."""
    if picture["file"] == heir:
        problems = [problem for problem in picture["problems"] if problem not in _REPEATS]
        return {**picture, "problems": problems, "duplicate_of": None}
    if picture["duplicate_of"] == gone:
        return {**picture, "duplicate_of": heir}
    return picture


def _picture(values: Mapping[str, Any]) -> Mapping[str, Any]:
    file = str(values["file"])
    if Path(file).name != file or file in ("", ".", ".."):
        raise ValueError("a picture lies outside of its set")
    duplicate_of = values.get("duplicate_of")
    return {
        **values,
        "file": file,
        "source": str(values["source"]),
        "width": int(values["width"]),
        "height": int(values["height"]),
        "caption": str(values.get("caption") or ""),
        "caption_from": str(values.get("caption_from") or "proposed"),
        "problems": [str(problem) for problem in values.get("problems", ())],
        "duplicate_of": None if duplicate_of is None else str(duplicate_of),
    }


def _finding(values: Mapping[str, Any]) -> Mapping[str, Any]:
    level = str(values["level"])
    return {
        "code": str(values["code"]),
        "level": level if level in _LEVELS else "note",
        "files": [str(name) for name in values.get("files", ())],
        "detail": str(values["detail"]),
    }
