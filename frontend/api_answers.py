"""Readers that build the values of `api_types` from the API's JSON, and refuse what is not it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

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
    Span,
)
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


def read_job(values: Any) -> Job:
    """Reads a job.

    Raises:
        MalformedAnswerError: a needed field is missing or of another type.
    """
    record = as_mapping(values)
    try:
        state = JobState(text(record, "state"))
    except ValueError as error:
        raise MalformedAnswerError("unknown job state") from error
    return Job(
        id=text(record, "id", required=True),
        kind=text(record, "kind"),
        state=state,
        queue_position=whole(record, "queue_position"),
        progress=optional(record, "progress", _read_progress),
        request=optional(record, "request", as_mapping) or {},
        result=optional(record, "result", _read_result),
        error=optional(record, "error", read_problem),
        timeline=each(record, "timeline", _read_span),
    )


def read_problem(values: Any) -> Problem:
    """Reads a problem.

    Raises:
        MalformedAnswerError: there is no code.
    """
    record = as_mapping(values)
    return Problem(
        status=whole(record, "status") or 0,
        code=text(record, "code", required=True),
        title=text(record, "title"),
        detail=text(record, "detail"),
        request_id=text(record, "request_id"),
        fields=each(record, "errors", lambda item: (text(item, "field"), text(item, "reason"))),
    )


def read_capabilities(values: Any) -> Capabilities:
    """Reads the capabilities; what is absent keeps its default.

    Raises:
        MalformedAnswerError: a field is of another type.
    """
    record = as_mapping(values)
    limits = optional(record, "limits", as_mapping) or {}
    speeds = optional(record, "speeds", as_mapping) or {}
    fallback = Capabilities()
    return Capabilities(
        styles=each(record, "styles", lambda item: text(item, "name", required=True))
        or fallback.styles,
        speeds=tuple(speeds) or fallback.speeds,
        speed=fallback.speed if fallback.speed in speeds else next(iter(speeds), fallback.speed),
        steps_by_speed={name: int(count) for name, count in numbers(record, "speeds").items()},
        loras=strings(record, "loras"),
        description_characters=whole(limits, "description_characters")
        or fallback.description_characters,
        name_characters=whole(limits, "name_characters") or fallback.name_characters,
        avoid_characters=whole(limits, "avoid_characters") or fallback.avoid_characters,
        max_loras=whole(limits, "loras") or fallback.max_loras,
        count=_read_range(limits, "count", fallback.count),
        steps=_read_range(limits, "steps", fallback.steps),
        strength=_read_range(limits, "strength", fallback.strength),
        guidance=_read_range(limits, "guidance", fallback.guidance),
        restyle_default=flag(record, "restyle_default", fallback.restyle_default),
        seconds=numbers(record, "seconds"),
    )


def _read_progress(values: Any) -> Progress:
    record = as_mapping(values)
    return Progress(
        stage=text(record, "stage"),
        step=whole(record, "step") or 0,
        total=whole(record, "total") or 1,
        eta_seconds=number(record, "eta_seconds"),
        preview_url=text(record, "preview_url") or None,
    )


def _read_span(record: Mapping[str, Any]) -> Span:
    return Span(
        stage=text(record, "stage"),
        turn=whole(record, "turn") or 0,
        worker=text(record, "worker"),
        milliseconds=number(record, "milliseconds"),
        outcome=text(record, "outcome"),
    )


def _read_result(values: Any) -> JobResult:
    record = as_mapping(values)
    return JobResult(
        images=each(record, "images", read_image),
        warnings=strings(record, "warnings"),
        seed=whole(record, "seed"),
        content=text(optional(record, "brief", as_mapping) or {}, "content"),
        kit=text(record, "kit"),
        files=whole(record, "files") or 0,
        bytes=whole(record, "bytes") or 0,
    )


def read_image(values: Any) -> Image:
    """Reads a stored picture.

    Raises:
        MalformedAnswerError: a needed field is missing or of another type.
    """
    record = as_mapping(values)
    return Image(
        id=text(record, "id", required=True),
        width=whole(record, "width") or 0,
        height=whole(record, "height") or 0,
        seed=whole(record, "seed"),
        origin=text(record, "origin"),
        stage=text(record, "stage"),
        layout=text(record, "layout"),
        concept=text(record, "concept"),
        palette=strings(record, "palette"),
        glyphs=each(record, "glyphs", _read_glyph),
        scores=numbers(record, "scores"),
        parent=text(record, "parent") or None,
        svg_url=text(record, "svg_url") or None,
        name=text(record, "name"),
        description=text(record, "description"),
        style=text(record, "style"),
        favourite=flag(record, "favourite", False),
        created_at=optional(record, "created_at", moment),
    )


def _read_glyph(record: Mapping[str, Any]) -> Glyph:
    return Glyph(text(record, "id"), text(record, "licence"), text(record, "author"))


def _read_range(limits: Mapping[str, Any], key: str, fallback: NumberRange) -> NumberRange:
    record = optional(limits, key, as_mapping) or {}
    low, high = number(record, "low"), number(record, "high")
    if low is None or high is None or low >= high:
        return fallback
    default = number(record, "default")
    return NumberRange(
        low, high, min(max(fallback.default if default is None else default, low), high)
    )
