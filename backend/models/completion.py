"""The marker of a finished download: which commit was fetched, and every file's size and hash.

It is written last and in one piece, so a folder with a marker was whole when it was written, and
one without is not, however many files lie in it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from backend.utils.files import write_json

MARKER_FILE = "pulled.json"
_VERSION = 1


@dataclass(frozen=True, slots=True)
class PulledFile:
    """A file as it was when its content had been read and found right.

    Attributes:
        path: relative to the weights folder.
        sha256: of the content as read from the disk.
    """

    path: str
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class PulledRepository:
    """What was fetched of one repository.

    Attributes:
        commit: the commit that the asked revision stood for.
    """

    repository: str
    commit: str
    files: tuple[PulledFile, ...]


@dataclass(frozen=True, slots=True)
class Completion:
    """A whole download."""

    repositories: tuple[PulledRepository, ...]

    def files(self) -> Iterator[PulledFile]:
        """The files of all repositories."""
        for repository in self.repositories:
            yield from repository.files

    def answers(self, wanted: Sequence[tuple[str, str]]) -> bool:
        """Whether these repositories were fetched, at these revisions.

        Args:
            wanted: repository and revision; a revision that is no commit's hash, or none at all,
                is met by whatever it stood for then.
        """
        return len(wanted) == len(self.repositories) and all(
            repository == have.repository and (not _is_commit(revision) or revision == have.commit)
            for (repository, revision), have in zip(wanted, self.repositories, strict=True)
        )


def read_completion(folder: Path) -> Completion | None:
    """The marker of a model's folder; None where there is none that can be read."""
    try:
        record = json.loads((folder / MARKER_FILE).read_bytes())
        if record["version"] != _VERSION:
            return None
        return Completion(
            tuple(
                PulledRepository(
                    str(one["repository"]),
                    str(one["commit"]),
                    tuple(PulledFile(**file) for file in one["files"]),
                )
                for one in record["repositories"]
            )
        )
    except (OSError, ValueError, LookupError, TypeError):
        return None


def write_completion(folder: Path, completion: Completion) -> None:
    """Marks a model's folder as whole; the marker appears in one piece."""
    write_json(folder / MARKER_FILE, {"version": _VERSION, **asdict(completion)})


def _is_commit(revision: str) -> bool:
    return len(revision) == 40 and set(revision) <= set("0123456789abcdef")
