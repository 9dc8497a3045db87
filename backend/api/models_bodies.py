"""Shapes of models: files, curves, figures."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from backend.api import examples
from backend.models.catalog import Catalog, WeightEntry
from backend.services.models import Curves


class WeightFileBody(BaseModel):
    """One file of a model."""

    path: str
    bytes: int
    sha256: str
    present: bool


class ModelBody(BaseModel):
    """What is known of a model, and whether its files are here."""

    name: str
    stage: str
    title: str
    version: str
    profile: str
    licence: str
    source: str
    trained: str
    bytes: int
    present: bool
    pull: str | None = Field(description="The command that brings missing files.")
    pulling: str | None = Field(description="The job that fetches them at the moment.")
    curves: bool = Field(description="Whether GET /models/{name}/history has something.")
    files: list[WeightFileBody]
    facts: dict[str, Any]

    @classmethod
    def of(
        cls, catalog: Catalog, entry: WeightEntry, *, pulling: str | None, curves: bool
    ) -> ModelBody:
        """An entry of the manifest, with a look at its files. Sizes are compared, not hashes."""
        missing = set(catalog.missing(entry))
        files = [
            WeightFileBody(
                path=file.path,
                bytes=file.bytes,
                sha256=file.sha256,
                present=file.path not in missing,
            )
            for file in entry.files
        ]
        return cls(
            name=entry.name,
            stage=entry.stage,
            title=entry.title,
            version=entry.version,
            profile=entry.profile,
            licence=entry.licence,
            source=entry.source,
            trained=entry.trained,
            bytes=entry.total_bytes,
            present=not missing,
            pull=f"python -m backend weights pull {entry.name}" if missing else None,
            pulling=pulling,
            curves=curves,
            files=files,
            facts=dict(entry.facts),
        )


class ModelList(BaseModel):
    """All models of the manifest."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.MODEL_LIST]})

    models: list[ModelBody]


class NetworkBody(BaseModel):
    """What one network's training wrote down, column by column."""

    name: str
    points: int = Field(description="How many values each column has here.")
    rows: int = Field(description="How many were written; more than `points`: thinned evenly.")
    columns: dict[str, list[float | None]]

    @classmethod
    def of(cls, curves: Curves) -> NetworkBody:
        """The curves of a network."""
        columns = {name: list(values) for name, values in curves.columns.items()}
        return cls(name=curves.network, points=curves.points, rows=curves.rows, columns=columns)


class HistoryBody(BaseModel):
    """Training curves of a model."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.HISTORY]})

    networks: list[NetworkBody]


class SheetBody(BaseModel):
    """A contact sheet of the model card."""

    name: str
    title: str
    url: str


class EvaluationBody(BaseModel):
    """Measured figures of the models that came with the repository."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.EVALUATION]})

    profile: str
    report: dict[str, Any] = Field(description="Figures with sample counts and seeds.")
    sheets: list[SheetBody]
