"""Reading fields of JSON answers; anything of another type than agreed is refused by name."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar

T = TypeVar("T")


class MalformedAnswerError(ValueError):
    """The API answered with something that is not what the contract says."""


def as_mapping(values: Any) -> Mapping[str, Any]:
    """The value as an object."""
    if not isinstance(values, Mapping):
        raise MalformedAnswerError(f"expected an object, got {type(values).__name__}")
    return values


def optional(record: Mapping[str, Any], key: str, read: Callable[[Any], T]) -> T | None:
    """A field read by a function, None where it is null or absent."""
    value = record.get(key)
    return None if value is None else read(value)


def text(record: Mapping[str, Any], key: str, *, required: bool = False) -> str:
    """A text field, "" where it is null or absent."""
    value = record.get(key)
    if value is None and not required:
        return ""
    if not isinstance(value, str) or (required and not value):
        raise MalformedAnswerError(f"{key} is not a text")
    return value


def flag(record: Mapping[str, Any], key: str, fallback: bool) -> bool:
    """A field that is true or false."""
    value = record.get(key, fallback)
    if not isinstance(value, bool):
        raise MalformedAnswerError(f"{key} is neither true nor false")
    return value


def number(record: Mapping[str, Any], key: str) -> float | None:
    """A finite number, None where it is null or absent."""
    value = record.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise MalformedAnswerError(f"{key} is not a number")
    return value


def whole(record: Mapping[str, Any], key: str) -> int | None:
    """A number without its fraction, None where it is null or absent."""
    value = number(record, key)
    return None if value is None else int(value)


def moment(value: Any) -> datetime:
    """A moment in ISO 8601; without a time zone it is taken as UTC."""
    try:
        read = datetime.fromisoformat(value)
    except (TypeError, ValueError) as error:
        raise MalformedAnswerError("not a moment in ISO 8601") from error
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def _list(record: Mapping[str, Any], key: str) -> Iterable[Any]:
    value = record.get(key)
    if value is None:
        return []
    if not isinstance(value, list):
        raise MalformedAnswerError(f"{key} is not a list")
    return value


def strings(record: Mapping[str, Any], key: str) -> tuple[str, ...]:
    """A list of texts, empty where it is null or absent."""
    return tuple(str(item) for item in _list(record, key))


def each(
    record: Mapping[str, Any], key: str, read: Callable[[Mapping[str, Any]], T]
) -> tuple[T, ...]:
    """A list of objects, each read by a function."""
    return tuple(read(as_mapping(item)) for item in _list(record, key))


def numbers(record: Mapping[str, Any], key: str) -> dict[str, float]:
    """An object of numbers; nulls are left out."""
    values = optional(record, key, as_mapping) or {}
    read = {str(name): number(values, name) for name in values}
    return {name: value for name, value in read.items() if value is not None}
