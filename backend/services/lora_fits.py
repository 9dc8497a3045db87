"""Whether an adapter fits the pipeline that the service restyles with, told without loading it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from backend.domain.errors import LoraIncompatible
from backend.models.lora_bases import TITLES, UNKNOWN, USABLE
from backend.models.lora_files import AdapterFacts
from backend.models.lora_fit import PipelineTable, check_base, fitted, table_of_folder

_State = tuple[tuple[str, int, int], ...]


class PipelineInUse:
    """The pipelines that the profile may restyle with, by the headers of their weights.

    Args:
        weights: the weights folder.
        names: manifest names, which are the folders' too.
        taken: which one a worker took; while that is None and several are present, what fits one
            of them is not refused here.
    """

    def __init__(
        self, weights: Path, names: Sequence[str], taken: Callable[[], str | None] = lambda: None
    ) -> None:
        self._weights = weights
        self._taken = taken
        self._names = tuple(names)
        self._tables: dict[str, tuple[_State, PipelineTable | None]] = {}
        self._lock = threading.Lock()

    def problem(self, facts: AdapterFacts) -> str | None:
        """Why the adapter cannot be used, as half a sentence; None if it can."""
        problems = []
        tables = [(name, self._table(name)) for name in self._names]
        # Without any weights the name tells what is meant.
        present = [item for item in tables if item[1] is not None] or tables[:1]
        taken = self._taken()
        present = [item for item in present if item[0] == taken] or present
        for name, table in present:
            try:
                check_base(facts.base, name if name in TITLES else UNKNOWN)
                if table is not None:
                    fitted(facts, table)
            except LoraIncompatible as error:
                problems.append(error.detail)
            else:
                return None
        return problems[0] if problems else None

    def _table(self, name: str) -> PipelineTable | None:
        folder = self._weights / name
        # Files come one after the other while weights are pulled.
        changed = _state(folder)
        with self._lock:
            known = self._tables.get(name)
            if known is None or known[0] != changed:
                known = (changed, table_of_folder(folder))
                self._tables[name] = known
        return known[1]


def check_usable(facts: AdapterFacts, label: str) -> None:
    """Refuses adapters for models that this service never runs.

    Raises:
        LoraIncompatible: names the model.
    """
    if facts.base not in USABLE:
        known = ", ".join(TITLES[base] for base in USABLE if base != UNKNOWN)
        raise LoraIncompatible(
            f"{label} cannot be used: it was made for {TITLES[facts.base]}; pipelines here are "
            f"{known}"
        )


def _state(folder: Path) -> _State:
    """What changes when a file of the weights comes, goes or is replaced."""
    found = []
    for path in sorted(folder.glob("*/*.safetensors")):
        with suppress(OSError):
            state = path.stat()
            found.append((str(path), state.st_mtime_ns, state.st_size))
    return tuple(found)
