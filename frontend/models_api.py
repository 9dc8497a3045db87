"""The models: files, curves, figures, pulling what is missing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from frontend.api_types import Job
from frontend.json_fields import (
    MalformedAnswerError,
    as_mapping,
    each,
    flag,
    number,
    optional,
    text,
    whole,
)
from frontend.transport import Transport, as_picture, safe_id, understood


@dataclass(frozen=True, slots=True)
class WeightFile:
    """One file of a model."""

    path: str
    bytes: int
    sha256: str
    present: bool


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """What is known of a model, and whether its files are here.

    Attributes:
        stage: "draft", "upscale", "restyle" or "measure".
        trained: how it was trained or made, "" where that is not told.
        pull: the command that brings missing files, "" when none is missing.
        curves: whether there is a history of its training.
        pulling: id of the job that brings its files now, "" without one.
    """

    name: str
    stage: str = ""
    title: str = ""
    version: str = ""
    profile: str = ""
    licence: str = ""
    source: str = ""
    trained: str = ""
    bytes: int = 0
    present: bool = False
    pull: str = ""
    files: tuple[WeightFile, ...] = ()
    curves: bool = False
    pulling: str = ""


@dataclass(frozen=True, slots=True)
class NetworkHistory:
    """What was written down while one network was trained.

    Attributes:
        columns: name to values, all of the same length; None where nothing was measured.
    """

    name: str
    columns: Mapping[str, tuple[float | None, ...]]


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured figure.

    Attributes:
        subject: what was measured, such as "cGAN, restyled".
        metric: what of it, such as "R@10, held out".
        sd: standard deviation between repetitions.
        floor, ceiling: what chance and what real pictures reach.
    """

    subject: str
    metric: str
    value: float | None
    sd: float | None = None
    floor: float | None = None
    ceiling: float | None = None
    num_samples: int = 0
    higher_is_better: bool = True
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A picture with many results side by side."""

    name: str
    title: str


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The figures of one evaluation.

    Attributes:
        weights: SHA-256 of the measured models by name.
    """

    profile: str
    seed: int | None
    seconds: float | None
    weights: Mapping[str, str]
    figures: tuple[Figure, ...]
    sheets: tuple[Sheet, ...]


class ModelsApi:
    """Part of `LogoApi`. Every call may raise ApiError."""

    def __init__(self, http: Transport) -> None:
        self._http = http

    def all(self) -> tuple[ModelInfo, ...]:
        """All models of the manifest."""
        return understood(
            lambda values: each(as_mapping(values), "models", _read_model),
            self._http.get("/models"),
        )

    def history(self, name: str) -> tuple[NetworkHistory, ...]:
        """The training curves of a model's networks."""
        return understood(
            lambda values: each(as_mapping(values), "networks", read_network),
            self._http.get(f"/models/{safe_id(name, 'history')}/history"),
        )

    def evaluation(self) -> Evaluation:
        """The newest evaluation."""
        return understood(_read_evaluation, self._http.get("/models/evaluation"))

    def sheet(self, name: str) -> bytes:
        """A contact sheet as PNG."""
        path = f"/models/sheets/{safe_id(name, 'sheet')}"
        return as_picture(self._http.get(path).content, "png")

    def pull(self, name: str) -> Job:
        """Orders a model's missing files."""
        return self._http.order(f"/models/{safe_id(name, 'model')}/pull", {})


def _read_model(record: Mapping[str, Any]) -> ModelInfo:
    return ModelInfo(
        name=text(record, "name", required=True),
        stage=text(record, "stage"),
        title=text(record, "title"),
        version=text(record, "version"),
        profile=text(record, "profile"),
        licence=text(record, "licence"),
        source=text(record, "source"),
        trained=text(record, "trained"),
        bytes=whole(record, "bytes") or 0,
        present=flag(record, "present", False),
        pull=text(record, "pull"),
        files=each(record, "files", _read_file),
        curves=flag(record, "curves", False),
        pulling=text(record, "pulling"),
    )


def _read_file(record: Mapping[str, Any]) -> WeightFile:
    return WeightFile(
        text(record, "path"),
        whole(record, "bytes") or 0,
        text(record, "sha256"),
        flag(record, "present", False),
    )


def read_network(record: Mapping[str, Any]) -> NetworkHistory:
    """Reads the history of one network.

    Raises:
        MalformedAnswerError: the columns are not of one length, or not numbers.
    """
    columns = {
        str(name): _read_column(str(name), values)
        for name, values in (optional(record, "columns", as_mapping) or {}).items()
    }
    if len({len(values) for values in columns.values()}) > 1:
        raise MalformedAnswerError("the columns of a history are not of one length")
    return NetworkHistory(text(record, "name", required=True), columns)


def _read_column(name: str, values: Any) -> tuple[float | None, ...]:
    if not isinstance(values, list):
        raise MalformedAnswerError(f"{name} is not a list")
    return tuple(number({name: value}, name) for value in values)


def _read_evaluation(values: Any) -> Evaluation:
    record = as_mapping(values)
    report = optional(record, "report", as_mapping) or {}
    weights = optional(report, "weights", as_mapping) or {}
    return Evaluation(
        profile=text(record, "profile"),
        seed=whole(report, "seed"),
        seconds=number(report, "seconds"),
        weights={str(name): text(weights, str(name)) for name in weights},
        figures=each(report, "figures", _read_figure),
        sheets=each(
            record,
            "sheets",
            lambda item: Sheet(text(item, "name", required=True), text(item, "title")),
        ),
    )


def _read_figure(record: Mapping[str, Any]) -> Figure:
    subject, _, metric = text(record, "name", required=True).rpartition(": ")
    return Figure(
        subject=subject,
        metric=metric,
        value=number(record, "value"),
        sd=number(record, "sd"),
        floor=number(record, "floor"),
        ceiling=number(record, "ceiling"),
        num_samples=whole(record, "num_samples") or 0,
        higher_is_better=flag(record, "higher_is_better", True),
        remark=text(record, "remark"),
    )
