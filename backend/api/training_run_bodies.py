"""Shapes of trainings: orders, presets, how far one is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from backend.api.bodies import RangeBody
from backend.api.examples import JOB_ID
from backend.api.models_bodies import NetworkBody
from backend.api.problems import Problem, problem_of_record
from backend.api.schemas import Line
from backend.api.training_bodies import SET_ID
from backend.domain.generation import Range
from backend.domain.lora_presets import DEFAULT_BASE, GOALS, LIMITS, Goal
from backend.services.training_runs import SETTINGS, BaseView, RunOrder, RunView

RUN_ID = "run_4f2a9c1d8b7e6f5012345678"
RUN: dict[str, Any] = {
    "id": RUN_ID,
    "name": "harbour",
    "title": "Harbour style",
    "goal": "style",
    "base": "sd-embedded",
    "set": SET_ID,
    "trigger": "",
    "state": "running",
    "job": JOB_ID,
    "phase": "train",
    "step": 120,
    "steps": 600,
    "eta_seconds": 310.5,
    "seconds": 78.2,
    "problem": None,
    "settings": {"steps": 600, "rank": 16, "learning_rate": 0.001, "seed": 0},
    "curves": {
        "name": "harbour",
        "points": 2,
        "rows": 2,
        "columns": {"step": [50, 100], "loss": [0.21, 0.17]},
    },
    "samples": [{"step": 100, "url": f"/training/runs/{RUN_ID}/samples/samples-000100.png"}],
    "metrics": {"loss": 0.17},
    "note": None,
    "adapter": None,
    "created_at": "2026-11-20T12:00:00Z",
}
RunState = Literal["queued", "running", "stopping", "stopped", "finished", "failed"]
_RANGES = {name: getattr(LIMITS, name) for name in SETTINGS if hasattr(LIMITS, name)}


def _within(bounds: Range) -> Any:
    return Field(ge=bounds.low, le=bounds.high)


def _whole(bounds: Range) -> Any:
    return Field(ge=int(bounds.low), le=int(bounds.high))


class RunRequest(BaseModel):
    """A training that shall be run; settings that are left out are the preset's."""

    model_config = ConfigDict(
        strict=True,
        extra="forbid",
        allow_inf_nan=False,
        json_schema_extra={"examples": [{"set": SET_ID, "name": "harbour", "goal": "style"}]},
    )

    set: Annotated[str, Field(max_length=64)]
    name: Annotated[Line, Field(min_length=1, max_length=80)] = Field(
        description="What requests call the adapter; letters, digits, _ - and ."
    )
    goal: Annotated[Goal, Field(strict=False)]
    title: Annotated[Line, Field(max_length=LIMITS.title_characters)] = ""
    base: Annotated[str, Field(max_length=64)] = DEFAULT_BASE
    trigger: Annotated[Line, Field(max_length=LIMITS.trigger_characters)] = Field(
        "", description="The word that calls the adapter up; the goal trigger needs one."
    )
    class_phrase: Annotated[Line, Field(max_length=LIMITS.class_phrase_characters)] = Field(
        "", description="What kind of thing the object is, such as `coffee cup`."
    )
    licence: Annotated[Line, Field(max_length=LIMITS.licence_characters)] = ""
    steps: Annotated[int, _whole(LIMITS.steps)] | None = None
    rank: Annotated[int, _whole(LIMITS.rank)] | None = None
    learning_rate: Annotated[float, _within(LIMITS.learning_rate)] | None = None
    resolution_px: Annotated[int, _whole(LIMITS.resolution_px)] | None = None
    batch_size: Annotated[int, _whole(LIMITS.batch_size)] | None = None
    train_text_encoder: bool | None = None
    seed: Annotated[int, _whole(LIMITS.seed)] | None = None

    def to_domain(self) -> RunOrder:
        """The order for the service, which checks what depends on the rest."""
        chosen = {name: getattr(self, name) for name in SETTINGS}
        return RunOrder(
            set_id=self.set,
            name=self.name,
            goal=self.goal,
            title=self.title,
            base=self.base,
            trigger=self.trigger,
            class_phrase=self.class_phrase,
            licence=self.licence,
            overrides={name: value for name, value in chosen.items() if value is not None},
        )


class SampleSheetBody(BaseModel):
    """Pictures that the adapter made while it was trained."""

    step: int
    url: str


class RunBody(BaseModel):
    """A training."""

    model_config = ConfigDict(json_schema_extra={"examples": [RUN]})

    id: str
    name: str
    title: str
    goal: Goal
    base: str
    set: str
    trigger: str
    state: RunState
    job: str | None = Field(description="The last job of the training.")
    phase: str | None = Field(
        description="load, cache, train, samples or save; null unless it runs."
    )
    step: int
    steps: int
    eta_seconds: float | None = Field(description="To the end; null while unknown.")
    seconds: float | None = Field(description="Of training so far, over all attempts.")
    problem: Problem | None = Field(description="Why it failed.")
    settings: dict[str, bool | int | float]
    curves: NetworkBody | None = Field(description="Null in lists, and before the first record.")
    samples: list[SampleSheetBody]
    metrics: dict[str, float]
    note: str | None = Field(
        description="What the finished training has to say, such as that samples repeat pictures."
    )
    adapter: str | None = Field(description="The finished adapter's name; see GET /loras/{name}.")
    created_at: datetime

    @classmethod
    def of(cls, view: RunView) -> RunBody:
        """A training as the service describes it."""
        run, order = view.stored, view.stored.order
        path = f"/training/runs/{run.id}"
        return cls(
            id=run.id,
            name=run.name,
            title=str(order.get("title", "")),
            goal=Goal(order.get("goal", Goal.STYLE)),
            base=str(order.get("base", "")),
            set=run.set_id,
            trigger=str(order.get("trigger", "")),
            state=view.state,
            job=view.job,
            phase=view.phase,
            step=view.step,
            steps=view.steps,
            eta_seconds=view.eta_seconds,
            seconds=view.seconds,
            problem=view.problem and problem_of_record(view.problem.to_record(), path),
            settings=dict(run.settings),
            curves=None if view.curves is None else NetworkBody.of(view.curves),
            samples=[
                SampleSheetBody(step=step, url=f"{path}/samples/{name}")
                for step, name in view.samples
            ],
            metrics=dict(view.metrics),
            note=view.note,
            adapter=run.adapter,
            created_at=run.created_at,
        )


class RunList(BaseModel):
    """All trainings, newest first, without curves."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"runs": [RUN | {"curves": None}]}]})

    runs: list[RunBody]


class PictureCountBody(BaseModel):
    """How many pictures suit a goal."""

    low: int
    high: int


class GoalBody(BaseModel):
    """A goal with its settings for the default base."""

    name: Goal
    steps: int
    rank: int
    learning_rate: float
    batch_size: int
    train_text_encoder: bool
    pictures: PictureCountBody


class BaseBody(BaseModel):
    """A pipeline that adapters can be trained for."""

    name: str
    title: str
    is_present: bool = Field(description="Whether its weights are here.")
    needs_gpu: bool = Field(description="Whether a training without a GPU takes hours.")
    resolution_px: int


_PRESETS: dict[str, Any] = {
    "goals": [
        {
            "name": "style",
            "steps": 600,
            "rank": 16,
            "learning_rate": 0.001,
            "batch_size": 8,
            "train_text_encoder": False,
            "pictures": {"low": 8, "high": 50},
        }
    ],
    "bases": [
        {
            "name": "sd-embedded",
            "title": "Embedded img2img",
            "is_present": True,
            "needs_gpu": False,
            "resolution_px": 128,
        }
    ],
    "limits": {"steps": {"low": 10, "high": 20000, "default": 600}},
    "seconds_per_step": {"sd-embedded": 0.6},
}


class PresetsBody(BaseModel):
    """What can be trained, with defaults and bounds; forms are built from it."""

    model_config = ConfigDict(json_schema_extra={"examples": [_PRESETS]})

    goals: list[GoalBody]
    bases: list[BaseBody]
    limits: dict[str, RangeBody]
    seconds_per_step: dict[str, float | None] = Field(
        description="As measured on this machine; null where nobody has trained yet."
    )

    @classmethod
    def of(cls, bases: Sequence[BaseView]) -> PresetsBody:
        """The presets of the default base, and what is here."""
        return cls(
            goals=[
                GoalBody(
                    name=goal,
                    steps=preset.steps,
                    rank=preset.rank,
                    learning_rate=preset.learning_rate,
                    batch_size=preset.batch_size,
                    train_text_encoder=preset.train_text_encoder,
                    pictures=PictureCountBody(low=preset.pictures_low, high=preset.pictures_high),
                )
                for goal, preset in GOALS.items()
            ],
            bases=[
                BaseBody(
                    name=base.name,
                    title=base.title,
                    is_present=base.is_present,
                    needs_gpu=base.needs_gpu,
                    resolution_px=base.resolution_px,
                )
                for base in bases
            ],
            limits={name: RangeBody(**asdict(bounds)) for name, bounds in _RANGES.items()},
            seconds_per_step={base.name: base.seconds_per_step for base in bases},
        )
