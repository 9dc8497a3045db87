"""Any object as something that JSON can hold; foreign code that fails is told, never raised."""

from __future__ import annotations

import math
import reprlib
from collections import deque
from collections.abc import Callable, Iterable
from enum import Enum
from numbers import Integral, Real
from typing import Any

from backend.telemetry.fields import Kind

KEYWORD_CHARACTERS = 1_024
LIST_ITEMS = 32
# A secret that the cut goes through could no longer be recognised, so texts are cut after it.
_MARGIN = 4_096
_LONG_LIMIT = 2**63
# JSON readers that know only doubles keep whole numbers exact up to here.
_EXACT_LIMIT = 2**53
_CONTAINERS = (list, tuple, dict, set, frozenset, deque)

Redact = Callable[[str], str]


def printed(value: object, limit: int, redact: Redact) -> str:
    """The value as text of at most `limit` characters, valid Unicode, without secrets."""
    if type(value) is str and len(value) <= limit and value.isascii():
        return redact(value)[:limit]
    try:
        text = _text(value, limit + _MARGIN)
    except Exception:  # noqa: BLE001 - __str__ and __repr__ are foreign code; a log call must not raise
        text = _unprintable(value)
    if not text.isascii():
        text = text.encode("utf-8", "replace").decode("utf-8")
    text = redact(text)
    return text if len(text) <= limit else text[: limit - 1] + "…"


def labelled(value: object, redact: Redact) -> str | int | float | bool:
    """The value as a label: numbers and truth values stay, all else becomes text."""
    try:
        if isinstance(value, bool):
            return value
        if isinstance(value, int) and abs(number := int.__int__(value)) < _EXACT_LIMIT:
            return number
        if isinstance(value, float) and math.isfinite(value):
            return float.__float__(value)
    except Exception:  # noqa: BLE001 - subclasses of numbers can fail in comparisons
        return _unprintable(value)
    return printed(value, KEYWORD_CHARACTERS, redact)


def fitting(value: object, kind: Kind, redact: Redact) -> Any:
    """The value as a field of this type, or None if it is none."""
    try:
        if type(value) is int and kind is Kind.LONG and -_LONG_LIMIT <= value < _LONG_LIMIT:
            return value
        if kind is Kind.KEYWORD:
            return _keyword(value, redact)
        if isinstance(value, bool) or not isinstance(value, Real):
            return None
        if kind is Kind.LONG:
            number = int(value) if isinstance(value, Integral) else round(float(value))
            return number if -_LONG_LIMIT <= number < _LONG_LIMIT else None
        found = float(value)
        return found if math.isfinite(found) else None
    except Exception:  # noqa: BLE001 - conversions are foreign code; it becomes a label then
        return None


def _keyword(value: object, redact: Redact) -> str | list[str] | None:
    if type(value) is str:
        return printed(value, KEYWORD_CHARACTERS, redact)
    if isinstance(value, Enum):
        value = value.value
    if isinstance(value, str):
        return printed(value, KEYWORD_CHARACTERS, redact)
    if isinstance(value, list | tuple):
        items: Iterable[object] = value[:LIST_ITEMS]
        return [printed(item, KEYWORD_CHARACTERS, redact) for item in items]
    return None


def _text(value: object, limit: int) -> str:
    if isinstance(value, str):
        # str's own methods: a subclass may have spoilt its.
        return str.__str__(value)[:limit]
    if isinstance(value, bytes | bytearray):
        return repr(bytes(value[:limit]))[:limit]
    if isinstance(value, int) and value.bit_length() > 4_096:
        # Python refuses to print whole numbers of more than 4,300 digits.
        return f"<whole number of {value.bit_length()} bits>"
    if isinstance(value, _CONTAINERS):
        return _Short().repr(value)[:limit]
    return str.__str__(str(value))[:limit]


class _Short(reprlib.Repr):
    """Prints only the beginning of structures, however large or deep they are."""

    def __init__(self) -> None:
        super().__init__()
        self.maxlevel = 4
        self.maxdict = self.maxlist = self.maxtuple = self.maxset = self.maxdeque = 16
        self.maxstring = self.maxother = 256


def _unprintable(value: object) -> str:
    try:
        return f"<unprintable {str.__str__(type(value).__name__)[:64]}>"
    except Exception:  # noqa: BLE001 - a metaclass can spoil even the name
        return "<unprintable>"
