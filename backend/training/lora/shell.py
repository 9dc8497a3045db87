"""What a training from a shell does that the service does by itself: sets and names are its own."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from omegaconf import OmegaConf
from safetensors import SafetensorError, safe_open

from backend.domain.errors import InvalidRequest
from backend.storage.training_inspection import INSPECTION_FILE, Inspection
from backend.training.configuration import CONFIG_FILE
from backend.training.lora.inspection import inspect_set, read_inspection
from backend.training.lora.proposers import propose_captions
from backend.training.lora.run import LoraFolders
from backend.utils.files import write_json

_PLACE_FILE = "place.json"
# What a run's record and its adapter's metadata have in common.
_SHARED = {
    "ss_base_model_sha256": "base_sha256",
    "logo.captions_sha256": "captions_sha256",
    "logo.goal": "goal",
    "ss_seed": "seed",
}


def inspect_once(
    place: Path, target: Path, weights: Path, report: Callable[[str, int, int], None]
) -> Inspection:
    """Checks the pictures, unless the run has checked the same ones.

    Args:
        place: folder or zip of the pictures.
        target: folder of the set.

    Raises:
        InvalidRequest: there is no such place.
    """
    if not place.exists():
        raise InvalidRequest(f"there is no folder or zip {place}")
    stamp = _stamp(place)
    if (target / INSPECTION_FILE).exists() and _json(target / _PLACE_FILE) == stamp:
        return read_inspection(target)
    # Written last: a check that was stopped is done again.
    (target / _PLACE_FILE).unlink(missing_ok=True)
    inspection = inspect_set(target, partial(propose_captions, weights), report, place=place)
    write_json(target / _PLACE_FILE, stamp)
    return inspection


def refuse_foreign(folders: LoraFolders, name: str) -> None:
    """Nobody's adapter is written over but this run's own.

    Raises:
        InvalidRequest: there is another one of this name.
    """
    path = folders.adapters / f"{name}.safetensors"
    if path.exists() and not _is_own(path, folders.run):
        raise InvalidRequest(
            f"there is an adapter {name} already, which this training has not made; "
            "choose another --name, or move the file away"
        )


def _is_own(adapter: Path, run: Path) -> bool:
    if not (run / CONFIG_FILE).exists():
        return False
    record: Any = OmegaConf.to_container(OmegaConf.load(run / CONFIG_FILE))
    try:
        with safe_open(adapter, framework="np") as file:
            metadata = file.metadata() or {}
    except (SafetensorError, OSError):
        return False
    return all(metadata.get(ours) == str(record.get(its)) for ours, its in _SHARED.items())


def _stamp(place: Path) -> dict[str, str]:
    """Where the pictures are, and a hash of all names, sizes and times."""
    files = [place] if place.is_file() else sorted(each for each in place.rglob("*"))
    seen = hashlib.sha256()
    for path in files:
        if path.is_file():
            found = path.stat()
            name = path.relative_to(place).as_posix()
            seen.update(f"{name}\0{found.st_size}\0{found.st_mtime_ns}\n".encode())
    return {"place": str(place.resolve()), "files": seen.hexdigest()}


def _json(path: Path) -> Any:
    try:
        return json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return None
