"""Facts about the models, without loading any: the manifest, and what of it is present."""

from __future__ import annotations

import hashlib
import json
import stat
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from backend.domain.errors import UnknownWeights, WeightsCorrupt, WeightsMissing
from backend.models.completion import MARKER_FILE, read_completion
from backend.utils.files import write_json

MANIFEST_FILE = "manifest.json"


@dataclass(frozen=True, slots=True)
class WeightFile:
    """One file of a model.

    Attributes:
        path: relative to the weights folder.
        url: where `weights pull` finds it; "" for files that come with the repository.
        bytes: 0 until `seal` has measured the file, and for files that only the hub knows.
        sha256: "" until `seal` has read the file, and for files that only the hub knows.
    """

    path: str
    bytes: int
    sha256: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class WeightEntry:
    """One model of the manifest.

    Attributes:
        name: what `weights pull` takes.
        stage: the stage that uses it.
        profile: `embedded` comes with the repository; `sd15`, `sdxl`, `metrics` and `optional` are
            pulled.
        hub: a Hugging Face repository id, with @revision where one is meant, for models pulled as a
            whole; several are separated by spaces.
        facts: what else there is to say; of it `patterns` are the files wanted of a hub's
            repository, `with` the entries that a pull brings along, `terms` what the licence asks
            of users, with the address of its text.
    """

    name: str
    stage: str
    title: str
    version: str
    profile: str
    licence: str
    source: str
    trained: str = ""
    files: tuple[WeightFile, ...] = ()
    hub: str = ""
    wheel: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def total_bytes(self) -> int:
        """Size of all files together."""
        return sum(file.bytes for file in self.files)

    def hub_folders(self) -> list[tuple[str, str, str]]:
        """The hub's repositories: id, revision or "", and the folder below the weights folder.

        A single one fills the entry's folder; of several each has a folder of its own name in it.
        """
        names = [name.partition("@")[::2] for name in self.hub.split()]
        if len(names) == 1:
            return [(*names[0], self.name)]
        return [
            (repository, revision, f"{self.name}/{repository.rpartition('/')[2]}")
            for repository, revision in names
        ]

    @property
    def companions(self) -> tuple[str, ...]:
        """Names of the entries that are pulled together with this one."""
        return tuple(self.facts.get("with", ()))

    @property
    def is_served(self) -> bool:
        """Whether a worker draws with it; one that runs takes it up when it is started again."""
        return self.stage != "measure"

    @property
    def terms(self) -> str:
        """The licence in a sentence or two, to be shown with a pull."""
        terms = self.facts.get("terms", {})
        said = [f"{self.title}: {self.licence}", terms.get("url", "")]
        return ", ".join(filter(None, said)) + (f". {terms['uses']}" if "uses" in terms else "")

    @property
    def fingerprint(self) -> str:
        """One SHA-256 for the model: the file's own, or a hash over all files' hashes."""
        hashes = [file.sha256 for file in self.files]
        if len(hashes) == 1:
            return hashes[0]
        return hashlib.sha256("\n".join(hashes).encode("ascii")).hexdigest()


class Catalog:
    """The manifest of a weights folder."""

    def __init__(self, folder: Path, entries: Sequence[WeightEntry]) -> None:
        self.folder = folder
        self.entries = tuple(entries)

    @classmethod
    def load(cls, folder: Path) -> Catalog:
        """Reads `manifest.json`.

        Raises:
            WeightsMissing: there is no manifest.
            WeightsCorrupt: it is not a manifest.
        """
        path = folder / MANIFEST_FILE
        try:
            entries = [
                _entry_from_json(record)
                for record in json.loads(path.read_text("utf-8"))["weights"]
            ]
        except FileNotFoundError as error:
            raise WeightsMissing(
                f"{MANIFEST_FILE} is missing from the weights folder; restore it from git"
            ) from error
        except (ValueError, LookupError, TypeError, AttributeError) as error:
            raise WeightsCorrupt(
                f"{MANIFEST_FILE} cannot be read; restore it with: git checkout -- weights"
            ) from error
        return cls(folder, entries)

    def save(self) -> None:
        """Writes `manifest.json`."""
        records = []
        for entry in self.entries:
            record = {
                key: value for key, value in asdict(entry).items() if value not in ("", {}, ())
            }
            record["files"] = [
                {key: value for key, value in asdict(file).items() if value != ""}
                for file in entry.files
            ]
            records.append(record)
        write_json(self.folder / MANIFEST_FILE, {"weights": records})

    def entry(self, name: str) -> WeightEntry:
        """The entry of a name.

        Raises:
            UnknownWeights: the manifest has no such name.
        """
        for entry in self.entries:
            if entry.name == name:
                return entry
        known = ", ".join(entry.name for entry in self.entries)
        raise UnknownWeights(f"the manifest does not list {name[:60]!r}; known: {known}")

    def together(self, entry: WeightEntry) -> list[WeightEntry]:
        """An entry and what a pull brings along. Raises UnknownWeights for a damaged manifest."""
        return [entry, *(self.entry(name) for name in entry.companions)]

    def missing(self, entry: WeightEntry) -> list[str]:
        """Files of an entry, by path, that are absent or have another size.

        A download from the hub that was not brought to its end lacks at least its marker.
        """
        sizes = {file.path: file.bytes for file in entry.files}
        unmarked = []
        if entry.hub:
            completion = read_completion(self.folder / entry.name)
            wanted = [(repository, revision) for repository, revision, _ in entry.hub_folders()]
            if completion is None or not completion.answers(wanted):
                unmarked = [f"{entry.name}/{MARKER_FILE}"]
            else:
                sizes |= {file.path: file.bytes for file in completion.files()}
        return [path for path, size in sizes.items() if not self._has(path, size)] + unmarked

    def is_present(self, entry: WeightEntry) -> bool:
        """Whether all files are there with the right sizes; `weights verify` checks contents."""
        return not self.missing(entry)

    def require(self, name: str) -> WeightEntry:
        """The entry, if it is present.

        Raises:
            UnknownWeights: the manifest has no such name.
            WeightsMissing: files are absent; the message says which command brings them.
        """
        entry = self.entry(name)
        if absent := self.missing(entry):
            is_unfinished = absent == [f"{entry.name}/{MARKER_FILE}"]
            fault = "was not pulled to its end" if is_unfinished else f"is missing {absent[0]}"
            raise WeightsMissing(
                f"{entry.title} {fault}; run: python -m backend weights pull {entry.name}"
            )
        return entry

    def _has(self, path: str, size: int) -> bool:
        try:
            found = (self.folder / path).stat()
        except (FileNotFoundError, NotADirectoryError):
            return False
        return stat.S_ISREG(found.st_mode) and (not size or found.st_size == size)


def _entry_from_json(record: Mapping[str, Any]) -> WeightEntry:
    files = tuple(WeightFile(**file) for file in record.get("files", ()))
    return WeightEntry(**{**record, "files": files})
