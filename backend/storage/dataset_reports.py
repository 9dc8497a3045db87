"""Analyses, kept by the fingerprint of the files they are of."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from backend.storage.disk_errors import disk_errors
from backend.utils.files import write_json

# What `datasets.eda` writes. Not imported from there: whoever only shows reports analyses nothing,
# and must not load what does. A test holds the two together.
REPORT_VERSION = 1
_FINGERPRINT = re.compile(r"[0-9A-Za-z_-]{8,128}")


class ReportStore:
    """Reports in one folder.

    One that is damaged or of another version counts as absent and is written anew.
    """

    def __init__(self, output: Path) -> None:
        self._folder = output / "reports"
        self._whole: dict[str, tuple[int, int]] = {}

    def get(self, fingerprint: str) -> Mapping[str, Any] | None:
        """The report of a fingerprint."""
        path = self._path(fingerprint)
        try:
            found = json.loads(path.read_bytes())
        except (OSError, ValueError):
            return None
        is_known = isinstance(found, dict) and found.get("version") == REPORT_VERSION
        return found if is_known else None

    def has(self, fingerprint: str) -> bool:
        """Whether there is a whole report; a file that has not changed is read once."""
        try:
            fact = self._path(fingerprint).stat()
        except OSError:
            return False
        seen = (fact.st_mtime_ns, fact.st_size)
        if self._whole.get(fingerprint) != seen:
            if self.get(fingerprint) is None:
                return False
            self._whole[fingerprint] = seen
        return True

    def save(self, fingerprint: str, report: Mapping[str, Any]) -> None:
        """Writes a report, whole or not at all. Raises StorageFull, StoreUnavailable."""
        full = "The disk is full, so the analysis was not stored. Free some space, start it again."
        with disk_errors(full=full, folder="output folder"):
            write_json(self._path(fingerprint), dict(report))

    def _path(self, fingerprint: str) -> Path:
        if not _FINGERPRINT.fullmatch(fingerprint):
            raise ValueError("this is no fingerprint")
        return self._folder / f"{fingerprint}.json"


def stamp_of(paths: Sequence[Path]) -> str:
    """A cheap sign that files have not been touched: their names, sizes and times, hashed.

    The time of change tells of new permissions, and of a time of writing that was set back.

    Raises:
        OSError: a file is not there.
    """
    facts = [(path.name, path.stat()) for path in paths]
    lines = [
        f"{name!r} {fact.st_size} {fact.st_mtime_ns} {fact.st_ctime_ns} {fact.st_ino}"
        for name, fact in facts
    ]
    return hashlib.sha256("\n".join(lines).encode("ascii", "backslashreplace")).hexdigest()[:32]
