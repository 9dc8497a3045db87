"""The shapes that the worker writes and the web process reads: job params, results, sidecars."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypedDict, Unpack, cast

from backend.domain.brief import Brief, Colour
from backend.domain.generation import LIMITS, RestyleParams, restyle_from_json, restyle_to_json

STAGE_DRAFT = "draft"
STAGE_FINAL = "final"
STAGE_UPSCALED = "upscaled"
STAGE_UPLOAD = "upload"
ORIGIN_UPLOAD = "upload"


class GlyphRecord(TypedDict):
    """A glyph that a picture is made of, or that the network was shown."""

    id: str
    licence: str
    author: str


class ModelRecord(TypedDict):
    """A network that took part in a picture."""

    name: str
    sha256: str


class _KnownOfImage(TypedDict, total=False):
    reproduce: dict[str, Any]
    stage: str
    origin: str
    seed: int
    palette: list[str]
    is_flat: bool
    layout: str
    concept: str
    glyphs: list[GlyphRecord]
    scores: dict[str, float]
    parent: str | None
    models: list[ModelRecord]
    timings_ms: dict[str, float]
    job_id: str
    name: str
    description: str


class ImageRecord(_KnownOfImage, total=True):
    """The sidecar of a picture; every key is there.

    `reproduce` holds the request with the picture's index and stage: what draws it again. Of a
    draft it holds the recipe too, which its variations start from, of a restyled picture how it was
    sampled: evaluations, sampler, guidance, speed and what stood in for the pipeline's own parts.
    `parent` is the picture it was made from or is a variation of, `palette` has hexadecimal
    colours, background first; `is_flat` tells whether every area wears one of them.
    """


class JobResult(TypedDict):
    """What a worker hands in with a finished job; `images` are ids, in the order of the drafts."""

    images: list[str]
    warnings: list[str]
    brief: dict[str, Any]
    seed: int
    timings_ms: dict[str, float]


def new_image_record(**known: Unpack[_KnownOfImage]) -> ImageRecord:
    """A record with all keys: those that are known, and empty values for the others."""
    empty: _KnownOfImage = {
        "reproduce": {},
        "stage": STAGE_FINAL,
        "origin": "",
        "seed": 0,
        "palette": [],
        "is_flat": False,
        "layout": "",
        "concept": "",
        "glyphs": [],
        "scores": {},
        "parent": None,
        "models": [],
        "timings_ms": {},
        "job_id": "",
        "name": "",
        "description": "",
    }
    return cast(ImageRecord, {**empty, **known})


def brief_to_json(brief: Brief) -> dict[str, Any]:
    """A brief as it stands in results."""
    return {
        "name": brief.name,
        "content": brief.content,
        "colours": [colour.hex for colour in brief.colours],
        "styles": list(brief.styles),
        "layouts": list(brief.layouts),
        "avoid": list(brief.avoid),
        "unwanted_layouts": list(brief.unwanted_layouts),
        "ground": brief.ground.hex if brief.ground else None,
        "warnings": list(brief.warnings),
    }


def brief_from_json(values: Mapping[str, Any]) -> Brief:
    """The inverse of `brief_to_json`; of a job from before grounds were read, too."""
    ground = values.get("ground")
    return Brief(
        name=values["name"],
        content=values["content"],
        colours=tuple(Colour.from_hex(text) for text in values["colours"]),
        styles=tuple(values["styles"]),
        layouts=tuple(values["layouts"]),
        avoid=tuple(values["avoid"]),
        unwanted_layouts=tuple(values.get("unwanted_layouts", ())),
        ground=Colour.from_hex(ground) if ground else None,
        warnings=tuple(values["warnings"]),
    )


@dataclass(frozen=True, slots=True)
class RestyleRequest:
    """Stored pictures to restyle.

    Attributes:
        images: ids of the pictures.
        seed: picture i is restyled with seed + i.
    """

    images: tuple[str, ...]
    seed: int = 0
    params: RestyleParams = field(default_factory=RestyleParams)
    size_px: int = LIMITS.size_px

    def to_json(self) -> dict[str, Any]:
        """The params of a restyle job."""
        return {
            "images": list(self.images),
            "seed": self.seed,
            "size": self.size_px,
            **restyle_to_json(self.params),
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> RestyleRequest:
        """Rebuilds a request written by `to_json`."""
        return cls(
            images=tuple(values["images"]),
            seed=values["seed"],
            params=restyle_from_json(values),
            size_px=values["size"],
        )


@dataclass(frozen=True, slots=True)
class UpscaleRequest:
    """Stored pictures to enlarge.

    Attributes:
        images: ids of the pictures.
        size_px: side of the squares that come out.
    """

    images: tuple[str, ...]
    size_px: int

    def to_json(self) -> dict[str, Any]:
        """The params of an upscale job."""
        return {"images": list(self.images), "size": self.size_px}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> UpscaleRequest:
        """Rebuilds a request written by `to_json`."""
        return cls(images=tuple(values["images"]), size_px=values["size"])
