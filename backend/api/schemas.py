"""Shapes of what comes in: strict types, bounds from the domain, text cleaned by stated rules."""

from __future__ import annotations

import re
import unicodedata
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, WithJsonSchema
from pydantic_core import PydanticCustomError

from backend.domain.brief import Colour
from backend.domain.errors import InvalidRequest
from backend.domain.generation import (
    LIMITS,
    LogoRequest,
    LoraChoice,
    Range,
    RestyleParams,
    SourceName,
    Speed,
)
from backend.domain.likeness import Amount, Variation
from backend.domain.rates import job_cost
from backend.services.generation import Ticket
from backend.services.records import RestyleRequest, UpscaleRequest

_CONTROL = r"\x00-\x08\x0B\x0C\x0E-\x1F\x7F"
_FORBIDDEN = re.compile(f"[{_CONTROL}]")
# JSON can spell halves of surrogate pairs, which no encoding can write down again.
_HALF_PAIR = re.compile("[\ud800-\udfff]")
_FORBIDDEN_IN_LINE = re.compile(r"[\x00-\x1F\x7F]")
# Marks that reorder or hide text: a name must look like what it is. Joiners stay; scripts need
# them.
_INVISIBLE = re.compile("[\u200b\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069\ufeff]")
_HEX_PATTERN = r"^#?([0-9a-fA-F]{6}|[0-9a-fA-F]{3})$"
_ID_PATTERN = r"^[0-9A-Za-z_-]{1,64}$"


def _text(value: str) -> str:
    if _HALF_PAIR.search(value):
        raise PydanticCustomError("unicode", "must be valid Unicode text")
    if _FORBIDDEN.search(value):
        raise PydanticCustomError("control_characters", "must not contain control characters")
    return unicodedata.normalize("NFC", _INVISIBLE.sub("", value)).strip()


def _line(value: str) -> str:
    if _FORBIDDEN_IN_LINE.search(value):
        raise PydanticCustomError(
            "control_characters", "must be one line without control characters"
        )
    return _text(value)


def _hex(value: str) -> str:
    if re.fullmatch(_HEX_PATTERN, value) is None:
        raise PydanticCustomError("colour", "is not a colour like #C0392B")
    return Colour.from_hex(value).hex


def _size(value: int) -> int:
    if value not in LIMITS.sizes_px:
        sizes = ", ".join(str(size) for size in LIMITS.sizes_px)
        raise PydanticCustomError("size", f"must be one of {sizes}")
    return value


def _whole(bounds: Range) -> Any:
    return Field(ge=int(bounds.low), le=int(bounds.high))


def _decimal(bounds: Range) -> Any:
    return Field(ge=float(bounds.low), le=float(bounds.high))


# Lengths count the characters as sent. The patterns tell clients what the validators check.
Text = Annotated[
    str, AfterValidator(_text), Field(json_schema_extra={"pattern": f"^[^{_CONTROL}]*$"})
]
Line = Annotated[
    str, AfterValidator(_line), Field(json_schema_extra={"pattern": r"^[^\x00-\x1F\x7F]*$"})
]
HexColour = Annotated[str, AfterValidator(_hex), Field(json_schema_extra={"pattern": _HEX_PATTERN})]
Count = Annotated[int, _whole(LIMITS.count)]
Seed = Annotated[int, _whole(LIMITS.seed)]
Steps = Annotated[int, _whole(LIMITS.steps)]
Strength = Annotated[float, _decimal(LIMITS.strength)]
Guidance = Annotated[float, _decimal(LIMITS.guidance)]
LoraWeight = Annotated[float, _decimal(LIMITS.lora_weight)]
Style = Annotated[Line, Field(max_length=LIMITS.style_characters)]
Avoid = Annotated[Line, Field(max_length=LIMITS.avoid_characters)]
Size = Annotated[
    int, AfterValidator(_size), WithJsonSchema({"type": "integer", "enum": list(LIMITS.sizes_px)})
]
ImageId = Annotated[str, StringConstraints(pattern=_ID_PATTERN)]
ImageIds = Annotated[list[ImageId], Field(min_length=1, max_length=int(LIMITS.count.high))]


class _Body(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False)


# Near what the pipelines say (`models.speeds`); this is for rates, not for forecasts.
_EVALUATIONS = {Speed.DRAFT: 5, Speed.BALANCED: 10, Speed.QUALITY: 20}


class LoraBody(_Body):
    """An adapter from GET /loras and how strongly it acts."""

    name: Annotated[Line, Field(min_length=1, max_length=100)]
    weight: LoraWeight = Field(LIMITS.lora_weight.default, description="For the denoiser.")
    text_weight: LoraWeight | None = Field(
        None, description="For the text encoders; left out, the same as `weight`."
    )


class _WithRestyle(_Body):
    """The fields of a restyle, shared by two requests."""

    strength: Strength = Field(
        LIMITS.strength.default, description="0.3 keeps nearly everything, 0.9 little."
    )
    steps: Steps | None = Field(
        None,
        description="Denoising evaluations with the quality sampler, at every strength as many; "
        "give these or `speed`.",
    )
    speed: Annotated[Speed, Field(strict=False)] | None = Field(
        None,
        description="Evaluations, sampler and decoder by name, see GET /capabilities; balanced if "
        "there are no `steps` either.",
    )
    guidance: Guidance = Field(
        LIMITS.guidance.default, description="How closely the words are followed; 1 is off."
    )
    loras: list[LoraBody] = Field(default_factory=list, max_length=LIMITS.loras)

    def evaluations(self) -> int:
        """About how often the denoiser is called for a picture, whatever the pipeline."""
        return self.steps or _EVALUATIONS[self.speed or Speed.BALANCED]

    def restyle_params(self, style: str, avoid: str) -> RestyleParams:
        """The domain's restyle parameters.

        Raises:
            InvalidRequest: both steps and a speed are given.
        """
        if self.steps is not None and self.speed is not None:
            why = f"speed {self.speed} has its own; give one of the two"
            raise InvalidRequest("steps and speed exclude each other", fields=[("steps", why)])
        return RestyleParams(
            strength=self.strength,
            steps=int(LIMITS.steps.default) if self.steps is None else self.steps,
            speed=self.speed or (Speed.BALANCED if self.steps is None else None),
            guidance=self.guidance,
            style=style,
            avoid=avoid,
            loras=tuple(
                LoraChoice(lora.name, lora.weight, lora.text_weight) for lora in self.loras
            ),
        )


class _WithBrief(_Body):
    """The fields that say what to draw."""

    description: Text = Field(
        "",
        max_length=LIMITS.description_characters,
        description="What the brand does and what to show; may be empty if there is a name.",
    )
    name: Line = Field("", max_length=LIMITS.name_characters, description="The brand's name.")
    palette: list[HexColour] = Field(
        default_factory=list,
        max_length=LIMITS.palette_colours,
        description="Pictures wear only these colours, three at most in each (white or a dark ink "
        "fills what they leave open). Of three the first is the background, wherever the others "
        "are seen on it. None: the description decides.",
    )
    style: Style = Field("", description="The look, such as neon or flat.")
    avoid: Avoid = Field("", description="What must not appear.")
    count: Count = int(LIMITS.count.default)
    seed: Seed | None = Field(
        None, description="Picture i is drawn from seed + i; none: one is drawn and reported."
    )
    source: Annotated[SourceName, Field(strict=False)] = Field(
        SourceName.AUTO, description="Where drafts come from; auto ranks both."
    )
    size: Size = Field(LIMITS.size_px, description="Side of the pictures in pixels.")

    def ticket(self, idempotency_key: str | None) -> Ticket:
        """How the request is handed in."""
        return Ticket(idempotency_key, any_seed=self.seed is None)

    def _require_words(self) -> None:
        if not self.description and not self.name:
            raise InvalidRequest(
                "say what to draw: give a description, a name, or both",
                fields=[("description", "is empty, and so is the name")],
            )

    def _logo_request(self, params: RestyleParams, *, restyle: bool | None) -> LogoRequest:
        return LogoRequest(
            description=self.description,
            name=self.name,
            palette=tuple(Colour.from_hex(text) for text in self.palette),
            style=self.style,
            avoid=self.avoid,
            count=self.count,
            seed=self.seed or 0,
            source=self.source,
            restyle=restyle,
            restyle_params=params,
            size_px=self.size,
        )


_BRIEF_EXAMPLE: dict[str, Any] = {
    "description": "a cosy espresso bar by the sea, warm colours, in a circle",
    "name": "Harbour Beans",
    "palette": ["#1B3A4B", "#F2A541"],
    "count": 4,
    "seed": 7,
}


class GenerateBody(_WithBrief, _WithRestyle):
    """The whole chain: drafts, upscaling, restyling, finish."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [_BRIEF_EXAMPLE | {"restyle": True, "strength": 0.5, "speed": "balanced"}]
        }
    )
    restyle: bool | None = Field(None, description="None: what the profile does best.")
    response_format: Literal["url", "b64_json"] = Field(
        "url", description="b64_json puts the PNG files into the answer too."
    )

    def points(self) -> float:
        """What the request takes of its caller's rate."""
        return job_cost(self.count, 0 if self.restyle is False else self.evaluations())

    def to_domain(self) -> LogoRequest:
        """Raises InvalidRequest for combinations that make no sense."""
        self._require_words()
        return self._logo_request(self.restyle_params(self.style, self.avoid), restyle=self.restyle)


class VaryBody(_Body):
    """Which draft the new ones shall be like, and how much."""

    image: ImageId = Field(description="Id of a draft that was drawn here; no restyled picture.")
    amount: Annotated[Amount, Field(strict=False)] = Field(
        description="little: the same idea dressed anew; lot: other drawings of its subject."
    )


class DraftsBody(_WithBrief):
    """Drafts only: of new ideas, or variations of a draft."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                _BRIEF_EXAMPLE,
                {"vary": {"image": "PICTURE", "amount": "little"}, "count": 4, "seed": 8},
            ]
        }
    )
    vary: VaryBody | None = Field(
        None,
        description="Draws variations of a draft, by the artist that drew it, whatever `source` "
        "says. Description, name, palette, style and avoid that are empty are taken from it.",
    )

    def points(self) -> float:
        """What the request takes of its caller's rate."""
        return job_cost(self.count, 0)

    def to_domain(self) -> LogoRequest:
        """Raises InvalidRequest when there are no words at all, and no draft to take them from."""
        if self.vary is None:
            self._require_words()
        params = RestyleParams(style=self.style, avoid=self.avoid)
        return self._logo_request(params, restyle=False)

    def variation(self) -> Variation | None:
        """The draft that shall be varied, if any."""
        return None if self.vary is None else Variation(self.vary.image, self.vary.amount)


class RestyleBody(_WithRestyle):
    """Stored pictures to restyle."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"images": ["PICTURE"], "style": "neon", "strength": 0.6, "seed": 7}]
        }
    )
    images: ImageIds = Field(description="Ids of stored or uploaded pictures.")
    style: Style = Field("", description="The look, such as neon or flat.")
    avoid: Avoid = Field("", description="What must not appear.")
    seed: Seed | None = None
    size: Size = LIMITS.size_px

    def ticket(self, idempotency_key: str | None) -> Ticket:
        """How the request is handed in."""
        return Ticket(idempotency_key, any_seed=self.seed is None)

    def points(self) -> float:
        """What the request takes of its caller's rate."""
        return job_cost(len(self.images), self.evaluations())

    def to_domain(self) -> RestyleRequest:
        """Raises InvalidRequest for combinations that make no sense."""
        return RestyleRequest(
            images=tuple(self.images),
            seed=self.seed or 0,
            params=self.restyle_params(self.style, self.avoid),
            size_px=self.size,
        )


class UpscaleBody(_Body):
    """Stored pictures to enlarge."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"images": ["PICTURE"], "size": 1024}]}
    )
    images: ImageIds = Field(description="Ids of stored or uploaded pictures.")
    size: Size = Field(
        max(LIMITS.sizes_px),
        description="Side of the opaque squares that come out; some picture must be smaller.",
    )

    def ticket(self, idempotency_key: str | None) -> Ticket:
        """How the request is handed in."""
        return Ticket(idempotency_key)

    def points(self) -> float:
        """What the request takes of its caller's rate."""
        return job_cost(len(self.images), 0)

    def to_domain(self) -> UpscaleRequest:
        """The domain's request."""
        return UpscaleRequest(images=tuple(self.images), size_px=self.size)
