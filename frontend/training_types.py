"""What the API tells of training sets and trainings, as frozen values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from frontend.api_types import NumberRange, Problem
from frontend.models_api import NetworkHistory


class SetState(StrEnum):
    """The life of a set of pictures."""

    EMPTY = "empty"
    UPLOADED = "uploaded"
    INSPECTING = "inspecting"
    READY = "ready"
    UNREADY = "unready"
    FAILED = "failed"

    @property
    def was_checked(self) -> bool:
        """Whether its pictures and findings are known."""
        return self in (SetState.READY, SetState.UNREADY)


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that the check accepted.

    Attributes:
        source: the file that it came from, as it was uploaded.
        caption_from: "file", "captions.txt" or "proposed".
        problems: codes such as "blurred"; empty for a picture without any.
        duplicate_of: the file that it repeats, "" for none.
    """

    file: str
    source: str = ""
    width: int = 0
    height: int = 0
    caption: str = ""
    caption_from: str = ""
    problems: tuple[str, ...] = ()
    duplicate_of: str = ""
    thumbnail_url: str | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """What the check says of a set.

    Attributes:
        level: "error" hinders a training, "warning" and "note" do not.
        files: the pictures meant; none when it is the set as a whole.
        detail: an English sentence with the next step.
    """

    code: str
    level: str
    files: tuple[str, ...] = ()
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    """An uploaded file that the check did not take, and why."""

    source: str
    reason: str


@dataclass(frozen=True, slots=True)
class PictureSet:
    """Pictures to train on. In lists pictures, findings and refused files are left out.

    Attributes:
        files: how many files were uploaded.
        job: id of the check that waits or runs, "" without one.
        problem: why the last check failed.
    """

    id: str
    name: str
    state: SetState
    created_at: datetime | None = None
    files: int = 0
    bytes: int = 0
    job: str = ""
    problem: Problem | None = None
    pictures: tuple[Picture, ...] = ()
    findings: tuple[Finding, ...] = ()
    refused: tuple[Refused, ...] = ()


@dataclass(frozen=True, slots=True)
class GoalPreset:
    """What a goal is trained with unless somebody says otherwise.

    Attributes:
        pictures: how many pictures suit it, None where that is not told.
    """

    name: str
    steps: int
    rank: int | None = None
    learning_rate: float | None = None
    batch_size: int | None = None
    train_text_encoder: bool = False
    pictures: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class TrainingBase:
    """A pipeline that adapters can be trained for.

    Attributes:
        is_present: whether its weights are on the server.
        needs_gpu: whether training without a GPU takes hours.
    """

    name: str
    title: str = ""
    is_present: bool = False
    needs_gpu: bool = False
    resolution_px: int | None = None


@dataclass(frozen=True, slots=True)
class Presets:
    """What can be chosen for a training.

    Attributes:
        limits: of what an expert may set, by name; what is not told is left out.
        seconds_per_step: measured on the server's machine, by base.
    """

    goals: tuple[GoalPreset, ...]
    bases: tuple[TrainingBase, ...]
    limits: Mapping[str, NumberRange] = field(default_factory=dict)
    seconds_per_step: Mapping[str, float] = field(default_factory=dict)


class RunState(StrEnum):
    """The life of a training."""

    QUEUED = "queued"
    RUNNING = "running"
    STOPPING = "stopping"
    STOPPED = "stopped"
    FINISHED = "finished"
    FAILED = "failed"

    @property
    def is_busy(self) -> bool:
        """Whether it will change by itself."""
        return self in (RunState.QUEUED, RunState.RUNNING, RunState.STOPPING)


@dataclass(frozen=True, slots=True)
class Sample:
    """A picture that was drawn after a step."""

    step: int
    url: str


@dataclass(frozen=True, slots=True)
class Run:
    """A training.

    Attributes:
        name: of the adapter that comes of it.
        set: id of its pictures.
        job: id of the job that trains it now, "" without one.
        phase: what it does now, such as "cache" or "train".
        eta_seconds: expected time to the end, None while unknown.
        seconds: how long it has trained.
        problem: why it failed.
        curves: what was measured so far, None before anything was.
        metrics: the latest figures by name.
        note: what the service has to say of the finished adapter, in English; "" for nothing.
        adapter: name of the finished adapter, "" before.
    """

    id: str
    name: str
    state: RunState
    title: str = ""
    goal: str = ""
    base: str = ""
    set: str = ""
    trigger: str = ""
    job: str = ""
    phase: str = ""
    step: int = 0
    steps: int = 0
    eta_seconds: float | None = None
    seconds: float | None = None
    problem: Problem | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    curves: NetworkHistory | None = None
    samples: tuple[Sample, ...] = ()
    metrics: Mapping[str, float] = field(default_factory=dict)
    note: str = ""
    adapter: str = ""
    created_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOrder:
    """Body of `POST /training/runs`; what is None or "" is left to the goal's preset."""

    set: str
    name: str
    goal: str
    title: str = ""
    base: str = ""
    trigger: str = ""
    class_phrase: str = ""
    licence: str = ""
    steps: int | None = None
    rank: int | None = None
    learning_rate: float | None = None
    resolution_px: int | None = None
    batch_size: int | None = None
    train_text_encoder: bool | None = None
    seed: int | None = None

    def to_json(self) -> dict[str, Any]:
        """The body as JSON values."""
        fields = {name: getattr(self, name) for name in self.__slots__}
        return {name: value for name, value in fields.items() if value not in (None, "")}
