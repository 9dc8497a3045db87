"""What an adapter says about itself in the header of its safetensors file.

Read in plain Python: the web process loads no tensors, and a header comes from strangers.
"""

from __future__ import annotations

import base64
import binascii
import json
import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from backend.domain.trigger_words import MAX_CHARACTERS, lines_of, printable_line, trigger_words

MAX_HEADER_BYTES = 8 * 1024 * 1024
_TITLE_CHARACTERS = 100
# Captions of training pictures repeat hundreds of tags; the most frequent ones call the style up.
_TAGS_SHOWN = 5
_MAX_METRICS = 20
_PICTURES = ("data:image/png;base64,", "data:image/jpeg;base64,", "data:image/webp;base64,")


@dataclass(frozen=True, slots=True)
class TrainingFacts:
    """How an adapter was trained; None where its file does not say.

    Attributes:
        goal: style, object or trigger, of adapters trained here.
        pictures: how many it was trained on.
        metrics: what was measured of it, by name.
    """

    goal: str | None = None
    steps: int | None = None
    pictures: int | None = None
    metrics: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LoraFacts:
    """What a header tells; empty where it is silent, broken or too long.

    Attributes:
        title: for people.
        trigger_words: what to write into a description so that the adapter acts.
        thumbnail: a picture file, still to be checked.
        licence: as its author put it; "" if not told.
        training: None if nothing is told of it.
    """

    title: str = ""
    trigger_words: tuple[str, ...] = ()
    thumbnail: bytes | None = None
    licence: str = ""
    training: TrainingFacts | None = None


def read_facts(path: Path) -> LoraFacts:
    """The facts of a file; of a broken one there are none."""
    metadata = _metadata(path)
    return LoraFacts(
        title=printable_line(metadata.get("modelspec.title"), _TITLE_CHARACTERS),
        trigger_words=_trigger_words(metadata),
        thumbnail=_picture(metadata.get("modelspec.thumbnail")),
        licence=printable_line(metadata.get("modelspec.license"), _TITLE_CHARACTERS),
        training=_training(metadata),
    )


def _metadata(path: Path) -> Mapping[str, Any]:
    """The `__metadata__` of the header: 8 bytes of length, little-endian, then JSON."""
    try:
        with path.open("rb") as file:
            size = path.stat().st_size
            length = int.from_bytes(file.read(8), "little")
            if not 2 <= length <= min(MAX_HEADER_BYTES, size - 8):
                return {}
            header = json.loads(file.read(length))
    except (OSError, ValueError, RecursionError):
        return {}
    found = header.get("__metadata__") if isinstance(header, dict) else None
    return found if isinstance(found, dict) else {}


def _training(metadata: Mapping[str, Any]) -> TrainingFacts | None:
    """Our own trainer's words, and kohya's for what both tell."""
    pictures = _count(metadata.get("logo.pictures"))
    facts = TrainingFacts(
        goal=printable_line(metadata.get("logo.goal"), MAX_CHARACTERS) or None,
        steps=_count(metadata.get("ss_steps")),
        pictures=_count(metadata.get("ss_num_train_images")) if pictures is None else pictures,
        metrics=_metrics(metadata.get("logo.metrics")),
    )
    return facts if facts != TrainingFacts() else None


def _count(value: Any) -> int | None:
    is_number = isinstance(value, str) and value.isascii() and value.isdecimal()
    return int(value) if is_number and len(value) <= 9 else None


def _metrics(text: Any) -> dict[str, float]:
    try:
        found = json.loads(text) if isinstance(text, str) else {}
    except (ValueError, RecursionError):
        return {}
    metrics = {}
    for name, value in found.items() if isinstance(found, dict) else ():
        is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
        # An integer may be too large for a float.
        if (
            is_number
            and abs(value) < 1e9
            and math.isfinite(value)
            and (key := printable_line(name, 60))
        ):
            metrics[key] = float(value)
    return dict(list(metrics.items())[:_MAX_METRICS])


def _trigger_words(metadata: Mapping[str, Any]) -> tuple[str, ...]:
    """The phrase that the author names, else the most frequent tags of the training captions."""
    found = trigger_words(metadata.get("modelspec.trigger_phrase"))
    return found or lines_of(_frequent_tags(metadata.get("ss_tag_frequency")))[:_TAGS_SHOWN]


def _frequent_tags(text: Any) -> list[str]:
    """Kohya's trainer writes {"folder": {"tag": times}} as a text."""
    try:
        folders = json.loads(text) if isinstance(text, str) else {}
    except (ValueError, RecursionError):
        return []
    times: Counter[str] = Counter()
    for tags in folders.values() if isinstance(folders, dict) else ():
        for tag, count in tags.items() if isinstance(tags, dict) else ():
            if type(count) is int and count > 0:
                times[tag] += count
    return [tag for tag, _ in sorted(times.items(), key=lambda item: (-item[1], item[0]))]


def _picture(url: Any) -> bytes | None:
    """The content of a data URL that claims to be a picture."""
    if not isinstance(url, str):
        return None
    for prefix in _PICTURES:
        if url.startswith(prefix):
            try:
                return base64.b64decode(url[len(prefix) :], validate=True) or None
            except (binascii.Error, ValueError):
                return None
    return None
