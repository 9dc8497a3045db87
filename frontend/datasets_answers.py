"""Readers that build the values of `datasets_types` from the API's JSON, or refuse it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any, TypeVar

from frontend.api_answers import read_problem
from frontend.datasets_types import (
    AnalysisState,
    ColourReport,
    Column,
    ComputedOn,
    Counts,
    Dataset,
    DatasetState,
    DominantColour,
    Duplicates,
    ImageReport,
    Issue,
    Numbers,
    QualityReport,
    Report,
    Row,
    RowImage,
    TextReport,
)
from frontend.json_fields import (
    MalformedAnswerError,
    as_mapping,
    each,
    flag,
    number,
    optional,
    strings,
    text,
    whole,
)

T = TypeVar("T")
S = TypeVar("S", bound=StrEnum)

_VERSION = 1
_COLOUR = re.compile(r"#[0-9A-Fa-f]{6}")
_ISSUES = (
    "missing_text",
    "missing_image",
    "not_an_image",
    "truncated_image",
    "undecodable",
    "huge_image",
    "unreadable_rows",
)


def read_datasets(values: Any) -> tuple[Dataset, ...]:
    """Reads the list of data sets. This and all below raise MalformedAnswerError."""
    return each(as_mapping(values), "datasets", read_dataset)


def read_dataset(values: Any) -> Dataset:
    """Reads a data set."""
    record = as_mapping(values)
    analysis = optional(record, "analysis", as_mapping) or {}
    return Dataset(
        id=text(record, "id", required=True),
        name=text(record, "name"),
        origin=text(record, "origin"),
        state=_member(DatasetState, record, "state"),
        bytes=_count(record, "bytes"),
        received_bytes=_count(record, "received_bytes"),
        files=_count(record, "files"),
        rows=whole(record, "rows"),
        columns=each(record, "columns", _read_column),
        problem=optional(record, "problem", read_problem),
        analysis=_member(AnalysisState, analysis, "state") if analysis else AnalysisState.NONE,
        job=text(analysis, "job"),
    )


def read_row(values: Any) -> Row:
    """Reads one element of a data set."""
    record = as_mapping(values)
    index, rows = whole(record, "index"), whole(record, "rows")
    if index is None or rows is None or not 0 <= index < rows:
        raise MalformedAnswerError("index is not one of the rows")
    return Row(
        index=index,
        rows=rows,
        text=optional(record, "text", _as_text),
        is_text_cut=flag(record, "text_cut", False),
        image=optional(record, "image", _read_row_image),
        problem=text(record, "problem"),
    )


def read_report(values: Any) -> Report:
    """Reads the analysis of a data set."""
    record = as_mapping(values)
    if record.get("version") != _VERSION:
        raise MalformedAnswerError("the report is of a version that is not known here")
    dataset = _part(record, "dataset")
    return Report(
        name=text(dataset, "name"),
        rows=_count(dataset, "rows"),
        fingerprint=text(dataset, "fingerprint", required=True),
        seconds=number(optional(record, "computed", as_mapping) or {}, "seconds"),
        text=_read_text(_part(record, "text")),
        images=_read_images(_part(record, "images")),
        colours=_read_colours(_part(record, "colours")),
        quality=_read_quality(_part(record, "quality")),
    )


def read_numbers(values: Any) -> Numbers:
    """Reads a distribution."""
    record = as_mapping(values)
    count = _count(record, "count")
    if count == 0:
        return Numbers()
    points = _pairs(record, "points", _as_number)
    if [value for value, _ in points] != sorted(value for value, _ in points):
        raise MalformedAnswerError("points are not sorted")
    return Numbers(
        count=count,
        mean=_needed(record, "mean"),
        std=number(record, "std") or 0.0,
        low=_needed(record, "min"),
        q1=_needed(record, "q1"),
        median=_needed(record, "median"),
        q3=_needed(record, "q3"),
        high=_needed(record, "max"),
        lower_fence=_needed(record, "lower_fence"),
        upper_fence=_needed(record, "upper_fence"),
        outliers=_count(record, "outliers"),
        points=points,
        is_exact=flag(record, "is_exact", True),
    )


def _read_text(record: Mapping[str, Any]) -> TextReport:
    return TextReport(
        computed_on=_read_computed_on(_part(record, "computed_on")),
        missing=_count(record, "missing"),
        blank=_count(record, "blank"),
        characters=read_numbers(_part(record, "characters")),
        words=read_numbers(_part(record, "words")),
        epithets=read_numbers(_part(record, "epithets")),
        top_words=_counts(record, "top_words"),
        top_pairs=_counts(record, "top_pairs"),
        top_epithets=_counts(record, "top_epithets"),
        vocabulary=_count(record, "vocabulary"),
    )


def _read_images(record: Mapping[str, Any]) -> ImageReport:
    return ImageReport(
        computed_on=_read_computed_on(_part(record, "computed_on")),
        width=read_numbers(_part(record, "width")),
        height=read_numbers(_part(record, "height")),
        aspect_ratio=read_numbers(_part(record, "aspect_ratio")),
        aspect_ratio_without_squares=read_numbers(_part(record, "aspect_ratio_without_squares")),
        squares=_count(record, "squares"),
        pixels=read_numbers(_part(record, "pixels")),
        file_bytes=read_numbers(_part(record, "file_bytes")),
        formats=_counts(record, "formats"),
        modes=_counts(record, "modes"),
    )


def _read_colours(record: Mapping[str, Any]) -> ColourReport:
    return ColourReport(
        computed_on=_read_computed_on(_part(record, "computed_on")),
        black_and_white=_count(record, "black_and_white"),
        colourful=_count(record, "colourful"),
        half_width_percent=number(record, "half_width_percent"),
        dominant=each(record, "dominant", _read_dominant),
    )


def _read_quality(record: Mapping[str, Any]) -> QualityReport:
    repeated = optional(record, "duplicate_texts", as_mapping) or {}
    return QualityReport(
        computed_on=_read_computed_on(_part(record, "computed_on")),
        issues=tuple(
            (name, _read_issue(as_mapping(record[name]))) for name in _ISSUES if name in record
        ),
        exact=_read_duplicates(optional(record, "exact_duplicates", as_mapping) or {}),
        near=_read_duplicates(optional(record, "near_duplicates", as_mapping) or {}),
        texts=Duplicates(_count(repeated, "groups"), _count(repeated, "rows")),
        repeated_texts=_counts(repeated, "examples"),
    )


def _read_issue(record: Mapping[str, Any]) -> Issue:
    return Issue(
        rows=_count(record, "rows"),
        examples=tuple(_as_index(item) for item in _items(record, "examples")),
        reasons=strings(record, "reasons"),
        computed_on=optional(record, "computed_on", _read_computed_on),
    )


def _read_duplicates(record: Mapping[str, Any]) -> Duplicates:
    return Duplicates(
        groups=_count(record, "groups"),
        rows=_count(record, "rows"),
        examples=tuple(
            tuple(_as_index(index) for index in _as_list(group, "examples"))
            for group in _items(record, "examples")
        ),
        computed_on=optional(record, "computed_on", _read_computed_on),
    )


def _read_computed_on(values: Any) -> ComputedOn:
    record = as_mapping(values)
    return ComputedOn(_count(record, "rows"), _count(record, "of"))


def _read_column(record: Mapping[str, Any]) -> Column:
    return Column(text(record, "name"), text(record, "type"))


def _read_row_image(values: Any) -> RowImage:
    record = as_mapping(values)
    return RowImage(
        url=text(record, "url", required=True),
        format=text(record, "format"),
        width=whole(record, "width"),
        height=whole(record, "height"),
        bytes=whole(record, "bytes"),
    )


def _read_dominant(record: Mapping[str, Any]) -> DominantColour:
    colour = text(record, "hex", required=True)
    if not _COLOUR.fullmatch(colour):
        raise MalformedAnswerError("hex is not a colour")
    return DominantColour(colour, text(record, "name"), _needed(record, "share"))


def _member(kind: type[S], record: Mapping[str, Any], key: str) -> S:
    try:
        return kind(text(record, key))
    except ValueError as error:
        raise MalformedAnswerError(f"unknown {key}") from error


def _part(record: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    return as_mapping(record.get(key))


def _needed(record: Mapping[str, Any], key: str) -> float:
    value = number(record, key)
    if value is None:
        raise MalformedAnswerError(f"{key} is missing")
    return value


def _count(record: Mapping[str, Any], key: str) -> int:
    value = whole(record, key) or 0
    if value < 0:
        raise MalformedAnswerError(f"{key} is negative")
    return value


def _items(record: Mapping[str, Any], key: str) -> list[Any]:
    return [] if record.get(key) is None else _as_list(record[key], key)


def _as_list(value: Any, key: str) -> list[Any]:
    if not isinstance(value, list):
        raise MalformedAnswerError(f"{key} is not a list")
    return value


def _as_text(value: Any) -> str:
    if not isinstance(value, str):
        raise MalformedAnswerError("a text is not one")
    return value


def _as_number(value: Any) -> float:
    found = number({"value": value}, "value")
    if found is None:
        raise MalformedAnswerError("a number is missing")
    return found


def _as_index(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise MalformedAnswerError("an example is not the index of a row")
    return value


def _pairs(
    record: Mapping[str, Any], key: str, read: Callable[[Any], T]
) -> tuple[tuple[T, int], ...]:
    pairs = _items(record, key)
    if not all(isinstance(pair, list) and len(pair) == 2 for pair in pairs):
        raise MalformedAnswerError(f"{key} is not a list of pairs")
    return tuple((read(name), _as_index(count)) for name, count in pairs)


def _counts(record: Mapping[str, Any], key: str) -> Counts:
    return _pairs(record, key, _as_text)
