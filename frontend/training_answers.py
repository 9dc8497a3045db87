"""Readers that build the values of `training_types` from the API's JSON, or refuse it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, TypeVar

from frontend.api_answers import read_problem
from frontend.api_types import NumberRange
from frontend.json_fields import (
    MalformedAnswerError,
    as_mapping,
    each,
    flag,
    moment,
    number,
    numbers,
    optional,
    strings,
    text,
    whole,
)
from frontend.models_api import read_network
from frontend.training_types import (
    Finding,
    GoalPreset,
    Picture,
    PictureSet,
    Presets,
    Refused,
    Run,
    RunState,
    Sample,
    SetState,
    TrainingBase,
)

S = TypeVar("S", bound=StrEnum)


def read_sets(values: Any) -> tuple[PictureSet, ...]:
    """Reads the list of sets. This and all below raise MalformedAnswerError."""
    return each(as_mapping(values), "sets", read_set)


def read_set(values: Any) -> PictureSet:
    """Reads a set of pictures."""
    record = as_mapping(values)
    return PictureSet(
        id=text(record, "id", required=True),
        name=text(record, "name"),
        state=_member(SetState, record, "state"),
        created_at=optional(record, "created_at", moment),
        files=whole(record, "files") or 0,
        bytes=whole(record, "bytes") or 0,
        job=text(record, "job"),
        problem=optional(record, "problem", read_problem),
        pictures=each(record, "pictures", _read_picture),
        findings=each(record, "findings", _read_finding),
        refused=each(
            record, "refused", lambda item: Refused(text(item, "source"), text(item, "reason"))
        ),
    )


def read_presets(values: Any) -> Presets:
    """Reads goals, bases and limits; a limit that is no range is left out."""
    record = as_mapping(values)
    limits = optional(record, "limits", as_mapping) or {}
    ranges = {str(name): _read_limit(limits[name]) for name in limits}
    return Presets(
        goals=each(record, "goals", _read_goal),
        bases=each(record, "bases", _read_base),
        limits={name: limit for name, limit in ranges.items() if limit is not None},
        seconds_per_step=numbers(record, "seconds_per_step"),
    )


def read_runs(values: Any) -> tuple[Run, ...]:
    """Reads the list of trainings."""
    return each(as_mapping(values), "runs", read_run)


def read_run(values: Any) -> Run:
    """Reads a training."""
    record = as_mapping(values)
    name = text(record, "name", required=True)
    samples = each(record, "samples", _read_sample)
    return Run(
        id=text(record, "id", required=True),
        name=name,
        state=_member(RunState, record, "state"),
        title=text(record, "title") or name,
        goal=text(record, "goal"),
        base=text(record, "base"),
        set=text(record, "set"),
        trigger=text(record, "trigger"),
        job=text(record, "job"),
        phase=text(record, "phase"),
        step=whole(record, "step") or 0,
        steps=whole(record, "steps") or 0,
        eta_seconds=number(record, "eta_seconds"),
        seconds=number(record, "seconds"),
        problem=optional(record, "problem", read_problem),
        settings=optional(record, "settings", as_mapping) or {},
        curves=optional(record, "curves", lambda item: read_network(as_mapping(item))),
        samples=tuple(sorted(samples, key=lambda sample: sample.step)),
        metrics=numbers(record, "metrics"),
        note=text(record, "note"),
        adapter=text(record, "adapter"),
        created_at=optional(record, "created_at", moment),
    )


def _read_picture(record: Mapping[str, Any]) -> Picture:
    return Picture(
        file=text(record, "file", required=True),
        source=text(record, "source"),
        width=whole(record, "width") or 0,
        height=whole(record, "height") or 0,
        caption=text(record, "caption"),
        caption_from=text(record, "caption_from"),
        problems=strings(record, "problems"),
        duplicate_of=text(record, "duplicate_of"),
        thumbnail_url=text(record, "thumbnail_url") or None,
    )


def _read_finding(record: Mapping[str, Any]) -> Finding:
    return Finding(
        code=text(record, "code", required=True),
        level=text(record, "level"),
        files=strings(record, "files"),
        detail=text(record, "detail"),
    )


def _read_goal(record: Mapping[str, Any]) -> GoalPreset:
    span = optional(record, "pictures", as_mapping) or {}
    low, high = whole(span, "low"), whole(span, "high")
    return GoalPreset(
        name=text(record, "name", required=True),
        steps=whole(record, "steps") or 0,
        rank=whole(record, "rank"),
        learning_rate=number(record, "learning_rate"),
        batch_size=whole(record, "batch_size"),
        train_text_encoder=flag(record, "train_text_encoder", False),
        pictures=None if low is None or high is None else (low, high),
    )


def _read_base(record: Mapping[str, Any]) -> TrainingBase:
    name = text(record, "name", required=True)
    return TrainingBase(
        name=name,
        title=text(record, "title") or name,
        is_present=flag(record, "is_present", False),
        needs_gpu=flag(record, "needs_gpu", False),
        resolution_px=whole(record, "resolution_px"),
    )


def _read_sample(record: Mapping[str, Any]) -> Sample:
    return Sample(whole(record, "step") or 0, text(record, "url", required=True))


def _read_limit(value: Any) -> NumberRange | None:
    """A limit; some are plain numbers or pairs, which no field of the form needs."""
    if not isinstance(value, Mapping):
        return None
    low, high = number(value, "low"), number(value, "high")
    if low is None or high is None or low >= high:
        return None
    default = number(value, "default")
    return NumberRange(low, high, low if default is None else min(max(default, low), high))


def _member(kind: type[S], record: Mapping[str, Any], key: str) -> S:
    try:
        return kind(text(record, key))
    except ValueError as error:
        raise MalformedAnswerError(f"unknown {key}") from error
