"""Pulls from the stand-in for the hub, each in a process of its own, as the product does them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from backend.models.catalog import Catalog
from backend.models.completion import (
    Completion,
    PulledFile,
    PulledRepository,
    write_completion,
)
from backend.settings import ROOT
from backend.tests.hub.server import ToyHub

SHIPPED = ROOT / "weights" / "manifest.json"


def write_manifest(weights: Path, *entries: Mapping[str, Any]) -> Catalog:
    """A weights folder with nothing but a manifest."""
    weights.mkdir(parents=True, exist_ok=True)
    (weights / "manifest.json").write_text(json.dumps({"weights": list(entries)}), "utf-8")
    return Catalog.load(weights)


def toy_entry(name: str, hub: str, *paths: str, **more: Any) -> dict[str, Any]:
    """A manifest entry of files that only the hub knows the sizes of."""
    return {
        "name": name,
        "stage": "restyle",
        "title": f"The {name}",
        "version": "1",
        "profile": "optional",
        "licence": "MIT",
        "source": hub.partition("@")[0],
        "files": [{"path": f"{name}/{path}", "bytes": 0} for path in paths],
        "hub": hub,
        **more,
    }


def shipped_entries(*names: str) -> list[dict[str, Any]]:
    """Entries of the shipped manifest, less what only the real files can answer.

    That is commits, sizes and hashes; paths, patterns, terms and companions stay.
    """
    entries = {one["name"]: one for one in json.loads(SHIPPED.read_text("utf-8"))["weights"]}
    return [
        {
            **entries[name],
            "hub": entries[name]["hub"].partition("@")[0],
            "files": [{"path": file["path"], "bytes": 0} for file in entries[name]["files"]],
        }
        for name in names
    ]


def pretend_pulled(catalog: Catalog, name: str) -> None:
    """Files of the right sizes, without content, and the marker of a whole download."""
    entry = catalog.entry(name)
    repositories = []
    for repository, revision, folder in entry.hub_folders():
        files = [file for file in entry.files if file.path.startswith(f"{folder}/")]
        for file in files:
            path = catalog.folder / file.path
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("wb") as stream:
                stream.truncate(file.bytes)  # Sparse: it takes no room.
        pulled = tuple(PulledFile(file.path, file.bytes, file.sha256) for file in files)
        repositories.append(PulledRepository(repository, revision, pulled))
    write_completion(catalog.folder / name, Completion(tuple(repositories)))


@contextmanager
def pulling(
    hub: ToyHub, weights: Path, name: str, **variables: str
) -> Iterator[subprocess.Popen[bytes]]:
    """A running pull; killed at the end, if it has not ended by then."""
    home = weights.parent / "home"
    with subprocess.Popen(
        [sys.executable, "-m", "backend.services.pulling", str(weights), name],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=ROOT,
        env={**os.environ, **hub.environment(home), **variables},
        start_new_session=True,
    ) as child:
        try:
            yield child
        finally:
            child.kill()


def outcome_of(child: subprocess.Popen[bytes]) -> dict[str, Any]:
    """How a pull ended: empty, or the record of an error."""
    assert child.stdout is not None
    said: list[dict[str, Any]] = [json.loads(line) for line in child.stdout]
    outcomes = [line["outcome"] for line in said if "outcome" in line]
    assert len(outcomes) == 1, said
    outcome: dict[str, Any] = outcomes[0]
    return outcome


def pull(hub: ToyHub, weights: Path, name: str, **variables: str) -> dict[str, Any]:
    """A pull to its end; see `outcome_of`."""
    with pulling(hub, weights, name, **variables) as child:
        return outcome_of(child)
