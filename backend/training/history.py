"""What a run measured: one JSON line an epoch while it runs, a parquet table for the model page.

The table is wide: `network`, `epoch`, `step`, `seconds` (of training, over all calls), `images`
(seen by the network, in all processes) and one column for each metric; a metric that a network or
an epoch does not have is null.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from backend.utils.files import atomic_path, write_bytes

HISTORY_FILE = "history.jsonl"
TABLE_FILE = "history.parquet"
_KEYS = ("network", "epoch", "step", "seconds", "images")
_WHOLE = ("epoch", "step", "images")


def append_history(folder: Path, record: Mapping[str, Any]) -> None:
    """Adds one line to the run's history."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / HISTORY_FILE).open("a", encoding="utf-8") as stream:
        stream.write(json.dumps(dict(record), allow_nan=False) + "\n")


def read_history(folder: Path) -> list[dict[str, Any]]:
    """The records of a run, oldest first; a line that a crash cut short is left out."""
    path = folder / HISTORY_FILE
    if not path.exists():
        return []
    records = []
    for line in path.read_text("utf-8").splitlines():
        try:
            records.append(json.loads(line))
        except json.JSONDecodeError:
            break
    return records


def forget_after(folder: Path, step: int) -> None:
    """Removes records past a checkpoint: the run goes through those steps again."""
    records = read_history(folder)
    kept = [record for record in records if record["step"] <= step]
    if (folder / HISTORY_FILE).exists():
        lines = (json.dumps(record, allow_nan=False) + "\n" for record in kept)
        write_bytes(folder / HISTORY_FILE, "".join(lines).encode("utf-8"))


def write_table(target: Path, runs: Sequence[Path]) -> None:
    """Writes the histories of several runs as one parquet file; a run's folder names its network.

    Args:
        target: the parquet file.
        runs: folders of runs, in the order of the rows.
    """
    rows = [{"network": run.name, **record} for run in runs for record in read_history(run)]
    names = list(dict.fromkeys([*_KEYS, *(name for row in rows for name in row)]))
    columns = {name: [row.get(name) for row in rows] for name in names}
    schema = pa.schema([(name, _type(name)) for name in names])
    with atomic_path(target) as path:
        pq.write_table(pa.table(columns, schema=schema), path)


def _type(name: str) -> pa.DataType:
    if name == "network":
        return pa.string()
    return pa.int64() if name in _WHOLE else pa.float64()
