"""What the model page needs: training curves, the evaluation, contact sheets, pulling weights."""

from __future__ import annotations

import json
import math
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from backend.domain.errors import AlreadyPresent, HistoryNotFound, InvalidRequest, NotFound
from backend.domain.jobs import Job, JobKind, Lane
from backend.models.catalog import Catalog, WeightEntry
from backend.services.side_jobs import SideJobs

HISTORY_FILE = "history.parquet"
EVALUATION_FILE = "evaluation.json"
# More points than a chart on a large screen has pixels to show.
MAX_POINTS = 2_000
# The model card's contact sheets. They lie in the data folder, which need not be the repository's.
SHEETS: Mapping[str, str] = {
    "card-trained": "Subjects that were trained on: four drafts of the GAN, the same restyled",
    "card-held-out": "Held-out subjects: four drafts of the GAN, the same restyled",
}
_NETWORK = "network"


@dataclass(frozen=True, slots=True)
class Curves:
    """What one network's training wrote down.

    Attributes:
        rows: how many records there are; more than `points` when they were thinned evenly.
        columns: values of each record by name; None where there is none, or it is not finite.
    """

    network: str
    rows: int
    columns: Mapping[str, Sequence[float | None]]

    @property
    def points(self) -> int:
        """How many records are told."""
        return len(next(iter(self.columns.values()), ()))


class ModelService:
    """Facts about models beside the manifest; blocking, safe for several threads."""

    def __init__(self, catalog: Catalog, data_folder: Path, jobs: SideJobs) -> None:
        self._catalog = catalog
        self._pictures = data_folder / "pictures"
        self._jobs = jobs
        self._lock = threading.Lock()
        self._networks: dict[Path, tuple[int, tuple[str, ...]]] = {}

    def has_curves(self, entry: WeightEntry) -> bool:
        """Whether the training of this model is written down."""
        path = self._history_file(entry)
        return path is not None and bool(_wanted(entry, self._networks_in(path)))

    def history(self, name: str) -> list[Curves]:
        """The curves of a model's networks.

        Raises:
            UnknownWeights: the manifest has no such name.
            HistoryNotFound: its training is not written down here.
        """
        entry = self._catalog.entry(name)
        path = self._history_file(entry)
        table = _read(path) if path is not None else None
        if table is not None:
            present = list(dict.fromkeys(table[_NETWORK].to_pylist()))
            curves = [_curves(table, network) for network in _wanted(entry, present)]
            if curves:
                return curves
        raise HistoryNotFound(f"No training curves came with {entry.title}.")

    def evaluation(self) -> Mapping[str, Any]:
        """The figures of the last evaluation. Raises NotFound."""
        try:
            found = json.loads((self._catalog.folder / EVALUATION_FILE).read_bytes())
        except (OSError, ValueError) as error:
            raise NotFound(
                f"{EVALUATION_FILE} is not in the weights folder; restore it from git, or run: "
                "python -m backend evaluate"
            ) from error
        return {str(key): value for key, value in found.items()}

    def sheets(self) -> list[tuple[str, str]]:
        """Names and titles of the contact sheets that are here."""
        return [(name, title) for name, title in SHEETS.items() if self._sheet_file(name).is_file()]

    def sheet(self, name: str) -> bytes:
        """A contact sheet as PNG. Raises NotFound."""
        if name in SHEETS:
            try:
                return self._sheet_file(name).read_bytes()
            except OSError:
                pass
        raise NotFound("There is no contact sheet of this name in data/pictures/.")

    def pulling(self) -> dict[str, str]:
        """Models that are being fetched, each with its job's id."""
        return {str(job.params.get("model")): job.id for job in self._jobs.active(JobKind.PULL)}

    def pull(self, name: str) -> Job:
        """Has missing files fetched; a job that does so already is returned.

        Raises:
            UnknownWeights: the manifest has no such name.
            AlreadyPresent: nothing is missing.
            InvalidRequest: the files can only be restored from the repository.
            QueueFull, TooManyJobs, StoreUnavailable: see `JobStore.submit`.
        """
        entry = self._catalog.entry(name)
        if all(self._catalog.is_present(one) for one in self._catalog.together(entry)):
            raise AlreadyPresent(f"All files of {entry.title} are here.")
        if not can_be_pulled(entry):
            raise InvalidRequest(
                f"{entry.title} comes with the repository; restore it with: git checkout -- weights"
            )
        return self._jobs.submit_once(
            JobKind.PULL,
            {"model": name},
            lambda job: job.params.get("model") == name,
            Lane.DOWNLOAD,
        )

    def _history_file(self, entry: WeightEntry) -> Path | None:
        if not entry.files:
            return None
        path = (self._catalog.folder / entry.files[0].path).parent / HISTORY_FILE
        return path if path.is_file() else None

    def _networks_in(self, path: Path) -> tuple[str, ...]:
        """The networks of a history, read again only when the file has changed."""
        try:
            changed = path.stat().st_mtime_ns
        except OSError:
            return ()
        with self._lock:
            known = self._networks.get(path)
        if known is not None and known[0] == changed:
            return known[1]
        table = _read(path)
        found = () if table is None else tuple(dict.fromkeys(table[_NETWORK].to_pylist()))
        with self._lock:
            self._networks[path] = (changed, found)
        return found

    def _sheet_file(self, name: str) -> Path:
        return self._pictures / f"{name}.png"


def can_be_pulled(entry: WeightEntry) -> bool:
    """Whether the manifest says where files of the model come from."""
    return bool(entry.hub or entry.wheel or any(file.url for file in entry.files))


def _wanted(entry: WeightEntry, networks: Sequence[str]) -> list[str]:
    """Several models may share a folder and its history; the manifest then says whose is whose."""
    own = entry.facts.get("networks")
    return [network for network in networks if own is None or network in own]


def _read(path: Path) -> pa.Table | None:
    """A history; None when it is damaged."""
    try:
        # Unlike `read_table` this does not load the machinery for whole folders: 1 s at first.
        with pq.ParquetFile(path) as file:
            table = file.read()
    except (pa.ArrowException, OSError):
        return None
    return table if _NETWORK in table.column_names else None


def _curves(table: pa.Table, network: str) -> Curves:
    own = table.filter(pc.equal(table[_NETWORK], network))
    rows = own.num_rows
    # The first and the last record always stay.
    places = np.unique(np.linspace(0, rows - 1, min(rows, MAX_POINTS)).round().astype(np.int64))
    thinned = own.take(pa.array(places))
    columns: dict[str, list[float | None]] = {}
    for name in thinned.column_names:
        if name == _NETWORK or not _is_number(thinned.schema.field(name).type):
            continue
        values = [_finite(value) for value in thinned[name].to_pylist()]
        if any(value is not None for value in values):
            columns[name] = values
    return Curves(network, rows, columns)


def _is_number(kind: pa.DataType) -> bool:
    return bool(pa.types.is_floating(kind) or pa.types.is_integer(kind))


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None
