"""What the folder `logstash/` holds for Elasticsearch and Kibana, read and named."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from backend.domain.errors import LogStackFailed

Objects = Mapping[str, Mapping[str, Any]]

STREAM_PATTERN = "logs-logo.*-*"
# Made by the setup, so that a dashboard over a stream without lines is empty and not in error.
STREAMS = tuple(
    f"logs-logo.{name}-default"
    for name in ("api", "worker", "ui", "train", "canary", "dead_letter", "unparsable")
)


@dataclass(frozen=True, slots=True)
class StackObjects:
    """Everything that the setup makes, by name."""

    lifecycle: Objects
    ingest_pipelines: Objects
    component_templates: Objects
    index_templates: Objects
    roles: Objects
    dashboards: Objects

    @classmethod
    def read(cls, folder: Path) -> StackObjects:
        """Reads the folder `logstash`. Raises LogStackFailed if it is not whole."""
        elastic = folder / "elasticsearch"
        names = ("lifecycle", "ingest_pipelines", "component_templates", "index_templates", "roles")
        return cls(
            **{name: _read(elastic / name) for name in names},
            dashboards=_read(folder / "kibana" / "dashboards"),
        )


def _read(folder: Path) -> Objects:
    try:
        found = {path.stem: json.loads(path.read_bytes()) for path in sorted(folder.glob("*.json"))}
    except ValueError as error:
        raise LogStackFailed(f"a file of {folder} is not JSON: {error}") from error
    if not found:
        raise LogStackFailed(f"{folder} holds no JSON files; restore it from git")
    return found
