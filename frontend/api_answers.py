"""Readers that build the values of `api_types` from the API's JSON, and refuse what is not it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from frontend.api_types import (
    Capabilities,
    Glyph,
    Image,
    Job,
    JobResult,
    JobState,
    NumberRange,
    Problem,
    Progress,
)

T = TypeVar("T")


class MalformedAnswerError(ValueError):
    """The API answered with something that is not what the contract says."""


def read_job(values: Any) -> Job:
    """Reads a job.

    Raises:
        MalformedAnswerError: a needed field is missing or of another type.
    """
    record = _mapping(values)
    try:
        state = JobState(_text(record, "state"))
    except ValueError as error:
        raise MalformedAnswerError("unknown job state") from error
    return Job(
        id=_text(record, "id", required=True),
        kind=_text(record, "kind"),
        state=state,
        queue_position=_whole(record, "queue_position"),
        progress=_optional(record, "progress", _read_progress),
        request=_optional(record, "request", _mapping) or {},
        result=_optional(record, "result", _read_result),
        error=_optional(record, "error", read_problem),
    )


def read_problem(values: Any) -> Problem:
    """Reads a problem.

    Raises:
        MalformedAnswerError: there is no code.
    """
    record = _mapping(values)
    return Problem(
        status=_whole(record, "status") or 0,
        code=_text(record, "code", required=True),
        title=_text(record, "title"),
        detail=_text(record, "detail"),
        request_id=_text(record, "request_id"),
        fields=_each(record, "errors", lambda item: (_text(item, "field"), _text(item, "reason"))),
    )


def read_capabilities(values: Any) -> Capabilities:
    """Reads the capabilities; what is absent keeps its default.

    Raises:
        MalformedAnswerError: a field is of another type.
    """
    record = _mapping(values)
    limits = _optional(record, "limits", _mapping) or {}
    speeds = _optional(record, "speeds", _mapping) or {}
    steps = _read_range(limits, "steps", NumberRange(10, 100, 20)).default
    fallback = Capabilities()
    return Capabilities(
        styles=_each(record, "styles", lambda item: _text(item, "name", required=True))
        or fallback.styles,
        speeds=tuple(speeds) or fallback.speeds,
        speed=next((name for name, count in speeds.items() if count == steps), fallback.speed),
        loras=_strings(record, "loras"),
        description_characters=_whole(limits, "description_characters")
        or fallback.description_characters,
        name_characters=_whole(limits, "name_characters") or fallback.name_characters,
        avoid_characters=_whole(limits, "avoid_characters") or fallback.avoid_characters,
        max_loras=_whole(limits, "loras") or fallback.max_loras,
        count=_read_range(limits, "count", fallback.count),
        strength=_read_range(limits, "strength", fallback.strength),
        guidance=_read_range(limits, "guidance", fallback.guidance),
        restyle_default=_flag(record, "restyle_default", fallback.restyle_default),
    )


def _read_progress(values: Any) -> Progress:
    record = _mapping(values)
    return Progress(
        stage=_text(record, "stage"),
        step=_whole(record, "step") or 0,
        total=_whole(record, "total") or 1,
        eta_seconds=_number(record, "eta_seconds"),
        preview_url=_text(record, "preview_url") or None,
    )


def _read_result(values: Any) -> JobResult:
    record = _mapping(values)
    return JobResult(
        images=_each(record, "images", _read_image),
        warnings=_strings(record, "warnings"),
        seed=_whole(record, "seed"),
        content=_text(_optional(record, "brief", _mapping) or {}, "content"),
    )


def _read_image(record: Mapping[str, Any]) -> Image:
    return Image(
        id=_text(record, "id", required=True),
        width=_whole(record, "width") or 0,
        height=_whole(record, "height") or 0,
        seed=_whole(record, "seed"),
        origin=_text(record, "origin"),
        stage=_text(record, "stage"),
        layout=_text(record, "layout"),
        concept=_text(record, "concept"),
        palette=_strings(record, "palette"),
        glyphs=_each(record, "glyphs", _read_glyph),
        scores=_shares(record, "scores"),
        parent=_text(record, "parent") or None,
        svg_url=_text(record, "svg_url") or None,
    )


def _shares(record: Mapping[str, Any], key: str) -> dict[str, float]:
    values = _optional(record, key, _mapping) or {}
    read = {str(name): _number(values, name) for name in values}
    return {name: value for name, value in read.items() if value is not None}


def _read_glyph(record: Mapping[str, Any]) -> Glyph:
    return Glyph(_text(record, "id"), _text(record, "licence"), _text(record, "author"))


def _read_range(limits: Mapping[str, Any], key: str, fallback: NumberRange) -> NumberRange:
    record = _optional(limits, key, _mapping) or {}
    low, high = _number(record, "low"), _number(record, "high")
    if low is None or high is None or low >= high:
        return fallback
    default = _number(record, "default")
    return NumberRange(
        low, high, min(max(fallback.default if default is None else default, low), high)
    )


def _mapping(values: Any) -> Mapping[str, Any]:
    if not isinstance(values, Mapping):
        raise MalformedAnswerError(f"expected an object, got {type(values).__name__}")
    return values


def _optional(record: Mapping[str, Any], key: str, read: Callable[[Any], T]) -> T | None:
    value = record.get(key)
    return None if value is None else read(value)


def _text(record: Mapping[str, Any], key: str, *, required: bool = False) -> str:
    value = record.get(key)
    if value is None and not required:
        return ""
    if not isinstance(value, str) or (required and not value):
        raise MalformedAnswerError(f"{key} is not a text")
    return value


def _flag(record: Mapping[str, Any], key: str, fallback: bool) -> bool:
    value = record.get(key, fallback)
    if not isinstance(value, bool):
        raise MalformedAnswerError(f"{key} is neither true nor false")
    return value


def _number(record: Mapping[str, Any], key: str) -> float | None:
    value = record.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise MalformedAnswerError(f"{key} is not a number")
    return value


def _whole(record: Mapping[str, Any], key: str) -> int | None:
    value = _number(record, key)
    return None if value is None else int(value)


def _list(record: Mapping[str, Any], key: str) -> Iterable[Any]:
    value = record.get(key)
    if value is None:
        return []
    if not isinstance(value, list):
        raise MalformedAnswerError(f"{key} is not a list")
    return value


def _strings(record: Mapping[str, Any], key: str) -> tuple[str, ...]:
    return tuple(str(item) for item in _list(record, key))


def _each(
    record: Mapping[str, Any], key: str, read: Callable[[Mapping[str, Any]], T]
) -> tuple[T, ...]:
    return tuple(read(_mapping(item)) for item in _list(record, key))
