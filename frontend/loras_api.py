"""Adapters (LoRA): what lies in the server's folder, uploading, removing, trying on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import IO, Any

from frontend.api_types import Job
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
from frontend.transport import Transport, as_picture, own_path, safe_name, understood

MAX_ADAPTER_MB = 1024
# The largest file at a slow disk's pace; the API checks it before it answers.
_UPLOAD_SECONDS = 600.0
_CREATED = 201


@dataclass(frozen=True, slots=True)
class TrainedHere:
    """How an adapter was trained, as its file tells.

    Attributes:
        goal: "style", "object" or "trigger", "" where it is not told.
        metrics: figures of the training's end by name.
    """

    goal: str = ""
    steps: int | None = None
    pictures: int | None = None
    metrics: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LoraInfo:
    """An adapter in the server's folder.

    Attributes:
        name: by which requests choose it.
        base: the pipeline it was trained for, such as "sd15" or "sd-embedded".
        layout: how its file names its matrices, such as "kohya".
        touches_text: whether it changes the text encoder, so that a weight for it makes sense.
        trigger_words: words that call its look.
        thumbnail_url: where a small picture of it is, None without one.
        fits: whether the pipeline in use can take it.
        problem: why it cannot be used, "" when it can.
        removable: whether it may be deleted from here.
        training: how it was trained, None where the file does not tell.
        tryout: whether there is a grid of it at several weights.
    """

    name: str
    title: str = ""
    bytes: int = 0
    sha256: str = ""
    base: str = ""
    layout: str = ""
    rank: int | None = None
    modules: int = 0
    touches_text: bool = False
    licence: str = ""
    trigger_words: tuple[str, ...] = ()
    thumbnail_url: str | None = None
    fits: bool = True
    problem: str = ""
    removable: bool = False
    created_at: datetime | None = None
    training: TrainedHere | None = None
    tryout: bool = False


@dataclass(frozen=True, slots=True)
class Tryout:
    """Pictures of an adapter: one prompt in each row, one weight in each column.

    Attributes:
        cells: paths of the pictures by (row, column); what could not be drawn is left out.
        strength, seed: with which every cell was restyled.
        seconds: what the whole grid took.
        suggested_weight: at which it acts well, None where that could not be told.
    """

    prompts: tuple[str, ...]
    weights: tuple[float, ...]
    cells: Mapping[tuple[int, int], str]
    strength: float | None = None
    seed: int | None = None
    seconds: float | None = None
    suggested_weight: float | None = None


class LorasApi:
    """Part of `LogoApi`. Every call may raise ApiError."""

    def __init__(self, http: Transport) -> None:
        self._http = http

    def all(self) -> tuple[LoraInfo, ...]:
        """All adapters in the server's folder."""
        return understood(
            lambda values: each(as_mapping(values), "loras", read_lora), self._http.get("/loras")
        )

    def get(self, name: str) -> LoraInfo:
        """One adapter."""
        return understood(lambda values: read_lora(as_mapping(values)), self._http.get(_path(name)))

    def thumbnail(self, url: str) -> bytes:
        """The bytes of a small picture, a WEBP.

        Args:
            url: path of the API as an adapter or a grid gives it; never another host's.
        """
        return as_picture(self._http.get(own_path(url)).content, "webp")

    def upload(self, file_name: str, content: IO[bytes], name: str = "") -> tuple[LoraInfo, bool]:
        """Stores a file; one with the same content is given back instead.

        Args:
            content: open for reading, at its beginning.
            name: by which requests will choose it; "" for that of the file.

        Returns:
            The adapter, and whether it is new.
        """
        answer = self._http.send(
            "POST",
            "/loras",
            files={"file": (file_name, content)},
            data={"name": name} if name else {},
            timeout=_UPLOAD_SECONDS,
        )
        stored = understood(lambda values: read_lora(as_mapping(values)), answer)
        return stored, answer.status_code == _CREATED

    def delete(self, name: str) -> None:
        """Removes an adapter for good."""
        self._http.send("DELETE", _path(name))

    def start_tryout(self, name: str) -> Job:
        """Orders the grid; one that is there is drawn anew."""
        return self._http.order(f"{_path(name)}/tryout", {})

    def tryout(self, name: str) -> Tryout:
        """The grid that was drawn last."""
        return understood(_read_tryout, self._http.get(f"{_path(name)}/tryout"))


def read_lora(record: Mapping[str, Any]) -> LoraInfo:
    """Reads an adapter.

    Raises:
        MalformedAnswerError: a needed field is missing or of another type.
    """
    name = text(record, "name", required=True)
    return LoraInfo(
        name=name,
        title=text(record, "title") or name,
        bytes=whole(record, "bytes") or 0,
        sha256=text(record, "sha256"),
        base=text(record, "base"),
        layout=text(record, "layout"),
        rank=whole(record, "rank"),
        modules=whole(record, "modules") or 0,
        touches_text=flag(record, "touches_text", False),
        licence=text(record, "licence"),
        trigger_words=strings(record, "trigger_words"),
        thumbnail_url=text(record, "thumbnail_url") or None,
        fits=flag(record, "fits", True),
        problem=text(record, "problem"),
        removable=flag(record, "removable", False),
        created_at=optional(record, "created_at", moment),
        training=optional(record, "training", _read_training),
        tryout=flag(record, "tryout", False),
    )


def _read_training(values: Any) -> TrainedHere:
    record = as_mapping(values)
    return TrainedHere(
        goal=text(record, "goal"),
        steps=whole(record, "steps"),
        pictures=whole(record, "pictures"),
        metrics=numbers(record, "metrics"),
    )


def _read_tryout(values: Any) -> Tryout:
    record = as_mapping(values)
    cells = each(
        record,
        "cells",
        lambda cell: (
            (_index(cell, "prompt"), _index(cell, "weight")),
            text(cell, "url", required=True),
        ),
    )
    listed = record.get("weights") or []
    if not isinstance(listed, list):
        raise MalformedAnswerError("weights is not a list")
    weights = tuple(number({"weight": one}, "weight") for one in listed)
    if not weights or None in weights:
        raise MalformedAnswerError("a grid needs weights")
    return Tryout(
        prompts=strings(record, "prompts"),
        weights=tuple(weight for weight in weights if weight is not None),
        cells=dict(cells),
        strength=number(record, "strength"),
        seed=whole(record, "seed"),
        seconds=number(record, "seconds"),
        suggested_weight=number(record, "suggested_weight"),
    )


def _index(record: Mapping[str, Any], key: str) -> int:
    index = whole(record, key)
    if index is None:
        raise MalformedAnswerError(f"{key} is missing")
    return index


def _path(name: str) -> str:
    return f"/loras/{safe_name(name, 'lora')}"
