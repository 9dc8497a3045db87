"""What a LoRA training is asked for, as it stands in a run's `order.json`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from backend.domain.errors import InvalidRequest
from backend.domain.generation import Range
from backend.domain.lora_names import is_lora_name
from backend.domain.lora_presets import BASES, DEFAULT_BASE, LIMITS, Goal

# One word: it must survive in a sentence, and nothing in it may mean something to a tokenizer.
TRIGGER = re.compile(r"[^\W_][\w\-]*( [^\W_][\w\-]*){0,3}")
_WHOLE = ("steps", "rank", "resolution_px", "batch_size", "seed")


@dataclass(frozen=True, slots=True)
class LoraOrder:
    """An order for an adapter, validated.

    Attributes:
        name: of the adapter's file.
        title: for people; the name when empty.
        base: manifest name of the pipeline.
        set: folder of the pictures.
        trigger: words that call the adapter; "" for none.
        class_phrase: what kind of thing the pictures show, such as "toy"; for `Goal.OBJECT` the
            pictures that keep the base's idea of the kind are drawn from it.
        licence: of the adapter, as its maker states it.
        overrides: what differs from the preset; keys as in `LIMITS`, and `train_text_encoder`.
    """

    name: str
    goal: Goal
    set: str
    base: str = DEFAULT_BASE
    title: str = ""
    trigger: str = ""
    class_phrase: str = ""
    licence: str = ""
    overrides: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """JSON-able values, the inverse of `from_json`."""
        return {**asdict(self), "goal": str(self.goal), "overrides": dict(self.overrides)}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> LoraOrder:
        """Reads and checks an order; keys that are absent or null take their defaults.

        Raises:
            InvalidRequest: names every field that is wrong.
        """
        faults = list(_faults(values))
        if faults:
            path, reason = faults[0]
            raise InvalidRequest(f"the training cannot be done: {path} {reason}", fields=faults)
        given = {key: value for key, value in values.items() if value is not None}
        overrides = {
            key: value for key, value in given.get("overrides", {}).items() if value is not None
        }
        texts = ("title", "trigger", "class_phrase", "licence")
        return cls(
            name=given["name"],
            goal=Goal(given["goal"]),
            set=str(given["set"]),
            base=given.get("base", DEFAULT_BASE),
            overrides=overrides,
            **{key: str(given.get(key, "")).strip() for key in texts},
        )


def _faults(values: Mapping[str, Any]) -> list[tuple[str, str]]:
    faults: list[tuple[str, str]] = []
    name = values.get("name")
    if not isinstance(name, str) or not is_lora_name(name):
        faults.append(
            ("name", "must be letters, digits, '_', '-' or '.', at most 81 of them and 200 bytes")
        )
    goals = [str(goal) for goal in Goal]
    if values.get("goal") not in goals:
        faults.append(("goal", f"must be one of {', '.join(goals)}"))
    if not values.get("set"):
        faults.append(("set", "is missing"))
    if (values.get("base") or DEFAULT_BASE) not in BASES:
        faults.append(("base", f"must be one of {', '.join(BASES)}"))
    faults += _text_faults(values)
    if values.get("goal") == Goal.TRIGGER and not values.get("trigger"):
        faults.append(("trigger", "is needed for this goal: a word that stands for the pictures"))
    overrides = values.get("overrides") or {}
    for key, value in overrides.items():
        if value is not None and (reason := _override_fault(key, value)):
            faults.append((f"overrides.{key}", reason))
    return faults


def _text_faults(values: Mapping[str, Any]) -> list[tuple[str, str]]:
    faults = []
    for key in ("title", "trigger", "class_phrase", "licence"):
        text, limit = str(values.get(key) or ""), getattr(LIMITS, f"{key}_characters")
        if len(text) > limit:
            faults.append((key, f"must have at most {limit} characters"))
        elif not text.isprintable():
            faults.append((key, "must be plain text on one line"))
    trigger = str(values.get("trigger") or "").strip()
    if trigger and not TRIGGER.fullmatch(trigger):
        faults.append(("trigger", "must be one to four words of letters, digits, '-' and '_'"))
    return faults


def _override_fault(key: str, value: Any) -> str | None:
    if key == "train_text_encoder":
        return None if isinstance(value, bool) else "must be true or false"
    bounds = getattr(LIMITS, key, None)
    if not isinstance(bounds, Range):
        return "is not known"
    if isinstance(value, bool) or not isinstance(value, int | float):
        return "must be a number"
    if key in _WHOLE and value != int(value):
        return "must be a whole number"
    if not bounds.low <= value <= bounds.high:
        return f"must be between {bounds.low:g} and {bounds.high:g}"
    if key == "resolution_px" and value % 64:
        return "must be a multiple of 64"
    return None
