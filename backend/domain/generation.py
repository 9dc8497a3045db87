"""What can be asked of the chain: requests, their limits and defaults, stages, drafts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from backend.domain.brief import Colour
from backend.domain.likeness import Likeness


class StageName(StrEnum):
    """One model's turn in the chain, in order; from `analyse` on it is work beside it."""

    BRIEF = "brief"
    DRAFT = "draft"
    UPSCALE = "upscale"
    RESTYLE = "restyle"
    FINISH = "finish"
    ANALYSE = "analyse"
    DOWNLOAD = "download"
    CHECK = "check"
    TRAIN = "train"


class SourceName(StrEnum):
    """Where drafts come from. AUTO mixes and ranks both."""

    AUTO = "auto"
    CGAN = "cgan"
    COMPOSER = "composer"


class Speed(StrEnum):
    """How thoroughly a restyle is sampled, for people who do not count steps.

    What each means is a fact of the pipeline, see `models.speeds`.
    """

    DRAFT = "draft"
    BALANCED = "balanced"
    QUALITY = "quality"


@dataclass(frozen=True, slots=True)
class Range:
    """An inclusive range with its default."""

    low: float
    high: float
    default: float


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds and defaults of every request field. The one place where they are written down."""

    description_characters: int = 2_000
    name_characters: int = 60
    style_characters: int = 200
    avoid_characters: int = 300
    palette_colours: int = 5
    loras: int = 4
    count: Range = Range(1, 8, 4)
    seed: Range = Range(0, 2**32 - 1, 0)
    strength: Range = Range(0.3, 0.9, 0.5)
    steps: Range = Range(1, 100, 10)
    guidance: Range = Range(1, 20, 3)
    lora_weight: Range = Range(0, 2, 1)
    sizes_px: tuple[int, ...] = (256, 512, 1024)
    size_px: int = 512
    upload_bytes: int = 10 * 1024 * 1024
    upload_pixels: int = 16_000_000
    upload_sides_px: tuple[int, int] = (16, 8_192)
    body_bytes: int = 256 * 1024


LIMITS = Limits()
# What a speed takes where a pipeline's entry in the manifest says nothing else.
EVALUATIONS_BY_SPEED: Mapping[Speed, int] = {
    Speed.DRAFT: 5,
    Speed.BALANCED: 10,
    Speed.QUALITY: 20,
}


@dataclass(frozen=True, slots=True)
class LoraChoice:
    """An adapter by name and how strongly it acts.

    Attributes:
        weight: for the denoiser.
        text_weight: for the text encoders; None is the same as `weight`.
    """

    name: str
    weight: float = 1.0
    text_weight: float | None = None


@dataclass(frozen=True, slots=True)
class RestyleParams:
    """How a picture is restyled.

    Attributes:
        strength: 0.3 keeps nearly everything, 0.9 keeps hardly more than the composition.
        steps: denoising evaluations with the quality sampler, as many at every strength; they count
            only if no speed is given.
        guidance: classifier-free guidance; 1 switches it off. Few-step speeds have none.
        style: words for the look, such as "neon" or "glossy 3d"; "" follows the brief.
        avoid: what must not appear; the negative prompt.
        speed: as the pipeline's entry in the manifest says; None: by steps.
    """

    strength: float = LIMITS.strength.default
    steps: int = int(LIMITS.steps.default)
    guidance: float = LIMITS.guidance.default
    style: str = ""
    avoid: str = ""
    loras: tuple[LoraChoice, ...] = ()
    speed: Speed | None = None


@dataclass(frozen=True, slots=True)
class LogoRequest:
    """A request for logos, validated.

    Attributes:
        description: the user's sentence; may be empty when a name is given.
        palette: colours that must appear exactly; empty lets the brief or its mood decide.
        seed: picture i of the answer is drawn from seed + i.
        restyle: None leaves the choice to the profile's default.
        likeness: the draft that the drafts shall be like; `source` is then the artist of that one.
    """

    description: str
    name: str = ""
    palette: tuple[Colour, ...] = ()
    style: str = ""
    avoid: str = ""
    count: int = int(LIMITS.count.default)
    seed: int = 0
    source: SourceName = SourceName.AUTO
    restyle: bool | None = None
    restyle_params: RestyleParams = field(default_factory=RestyleParams)
    size_px: int = LIMITS.size_px
    likeness: Likeness | None = None

    def to_json(self) -> dict[str, Any]:
        """JSON-able values, the inverse of `from_json`."""
        params = self.restyle_params
        return {
            "description": self.description,
            "name": self.name,
            "palette": [colour.hex for colour in self.palette],
            "style": self.style,
            "avoid": self.avoid,
            "count": self.count,
            "seed": self.seed,
            "source": str(self.source),
            "restyle": self.restyle,
            "size": self.size_px,
            **restyle_to_json(params),
            **(self.likeness.to_json() if self.likeness else {}),
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> LogoRequest:
        """Rebuilds a request written by `to_json`."""
        return cls(
            description=values["description"],
            name=values["name"],
            palette=tuple(Colour.from_hex(text) for text in values["palette"]),
            style=values["style"],
            avoid=values["avoid"],
            count=values["count"],
            seed=values["seed"],
            source=SourceName(values["source"]),
            restyle=values["restyle"],
            restyle_params=restyle_from_json(values),
            size_px=values["size"],
            likeness=Likeness.from_json(values),
        )


def restyle_to_json(params: RestyleParams) -> dict[str, Any]:
    """The restyle fields as they stand in requests and records; steps or the speed, not both."""
    return {
        "strength": params.strength,
        **({"steps": params.steps} if params.speed is None else {"speed": str(params.speed)}),
        "guidance": params.guidance,
        "style": params.style,
        "avoid": params.avoid,
        "loras": [_lora_to_json(lora) for lora in params.loras],
    }


def restyle_from_json(values: Mapping[str, Any]) -> RestyleParams:
    """The inverse of `restyle_to_json`; other keys are ignored."""
    speed = values.get("speed")
    return RestyleParams(
        strength=values["strength"],
        steps=int(LIMITS.steps.default) if speed else values["steps"],
        guidance=values["guidance"],
        style=values["style"],
        avoid=values["avoid"],
        loras=tuple(
            LoraChoice(lora["name"], lora["weight"], lora.get("text_weight"))
            for lora in values["loras"]
        ),
        speed=Speed(speed) if speed else None,
    )


def _lora_to_json(lora: LoraChoice) -> dict[str, Any]:
    own = {} if lora.text_weight is None else {"text_weight": lora.text_weight}
    return {"name": lora.name, "weight": lora.weight, **own}
