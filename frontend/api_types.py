"""What the API answers and accepts, as frozen values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class JobState(StrEnum):
    """The life of a job. The last three are final."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_final(self) -> bool:
        """Whether the job will never change again."""
        return self in (JobState.SUCCEEDED, JobState.FAILED, JobState.CANCELLED)


@dataclass(frozen=True, slots=True)
class Problem:
    """An RFC 9457 problem.

    Attributes:
        status: the HTTP status; 0 for the error of a failed job.
        code: stable kebab-case name.
        detail: what happened and what to do, in English.
        fields: the offending request fields, as (dotted path, reason).
        retry_after_seconds: what the `Retry-After` header says, None without one.
    """

    status: int
    code: str
    title: str = ""
    detail: str = ""
    request_id: str = ""
    fields: tuple[tuple[str, str], ...] = ()
    retry_after_seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a job is.

    Attributes:
        step, total: steps of this stage.
        eta_seconds: expected time to the end of the whole job, None while unknown.
        preview_url: where a small JPEG of the unfinished picture is, None without one.
    """

    stage: str
    step: int = 0
    total: int = 1
    eta_seconds: float | None = None
    preview_url: str | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of a job's time.

    Attributes:
        stage: "wait", "start", "run", "save" or a stage.
        turn: how many workers had taken the job by then.
        milliseconds: None while it lasts.
        outcome: "done", "running", "failed", "cancelled", "interrupted" or "cached".
    """

    stage: str
    turn: int = 0
    worker: str = ""
    milliseconds: float | None = None
    outcome: str = "done"


@dataclass(frozen=True, slots=True)
class Glyph:
    """A library glyph that a picture is made of, or that the network was shown."""

    id: str
    licence: str = ""
    author: str = ""


@dataclass(frozen=True, slots=True)
class Image:
    """A stored picture.

    Attributes:
        origin: "cgan", "composer" or "upload".
        palette: colours as `#RRGGBB`, background first.
        scores: what it was ranked by, name to share in 0..1.
        parent: id of the picture that this one was made from.
        svg_url: where its vector drawing is, None without one.
        name, description, style: of the brief that it was drawn from.
        created_at: with its time zone, None where the service does not say.
    """

    id: str
    width: int = 0
    height: int = 0
    seed: int | None = None
    origin: str = ""
    stage: str = ""
    layout: str = ""
    concept: str = ""
    palette: tuple[str, ...] = ()
    glyphs: tuple[Glyph, ...] = ()
    scores: Mapping[str, float] = field(default_factory=dict)
    parent: str | None = None
    svg_url: str | None = None
    name: str = ""
    description: str = ""
    style: str = ""
    favourite: bool = False
    created_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class JobResult:
    """What a job made.

    Attributes:
        warnings: plain sentences for the user.
        content: what the description was understood to ask for, "" when it was not read.
        kit: id of the brand kit that was packed, "" for other jobs.
        files, bytes: how many files are in it, and its size.
    """

    images: tuple[Image, ...] = ()
    warnings: tuple[str, ...] = ()
    seed: int | None = None
    content: str = ""
    kit: str = ""
    files: int = 0
    bytes: int = 0


@dataclass(frozen=True, slots=True)
class Job:
    """A job as it stands.

    Attributes:
        queue_position: 1 for the next in its lane, None unless queued.
        request: the request as the API stored it.
        result: None before success.
        error: why it failed, None unless it did.
        timeline: where its time went; empty where the service does not tell.
    """

    id: str
    kind: str
    state: JobState
    queue_position: int | None = None
    progress: Progress | None = None
    request: Mapping[str, Any] = field(default_factory=dict)
    result: JobResult | None = None
    error: Problem | None = None
    timeline: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class NumberRange:
    """An inclusive range with its default."""

    low: float
    high: float
    default: float


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What this server offers. The defaults here serve while the server cannot be asked.

    Attributes:
        steps_by_speed: how often a speed asks the network (denoising evaluations).
        loras: names of the adapters in the server's folder.
        restyle_default: whether its restyled pictures are no worse than their drafts.
        seconds: measured on the server's machine: "drafts" for the usual number of them, a speed
            for one restyled picture; what was never measured is left out.
    """

    styles: tuple[str, ...] = ("flat", "gradient", "soft-shadow", "glossy", "neon", "hand-drawn")
    speeds: tuple[str, ...] = ("draft", "balanced", "quality")
    speed: str = "balanced"
    steps_by_speed: Mapping[str, int] = field(default_factory=dict)
    loras: tuple[str, ...] = ()
    description_characters: int = 2_000
    name_characters: int = 60
    avoid_characters: int = 300
    max_loras: int = 4
    count: NumberRange = NumberRange(1, 8, 4)
    steps: NumberRange = NumberRange(1, 100, 10)
    strength: NumberRange = NumberRange(0.3, 0.9, 0.5)
    guidance: NumberRange = NumberRange(1, 20, 3)
    restyle_default: bool = True
    seconds: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LoraChoice:
    """An adapter by name and how strongly it acts, 0 to 2.

    Attributes:
        text_weight: how strongly it acts on the text encoder; None: as strongly as elsewhere.
    """

    name: str
    weight: float = 1.0
    text_weight: float | None = None

    @classmethod
    def again(cls, told: Mapping[str, Any]) -> LoraChoice:
        """The choice of a request, to be sent once more."""
        own = told.get("text_weight")
        return cls(str(told["name"]), float(told["weight"]), None if own is None else float(own))

    def to_json(self) -> dict[str, Any]:
        """The body as JSON values."""
        own = {} if self.text_weight is None else {"text_weight": self.text_weight}
        return {"name": self.name, "weight": self.weight, **own}


@dataclass(frozen=True, slots=True)
class Variation:
    """A stored draft to vary, "little" or "lot"; the server takes the brief from its record."""

    image: str
    amount: str


@dataclass(frozen=True, slots=True)
class DraftsRequest:
    """Body of `POST /drafts`."""

    description: str
    name: str
    seed: int
    count: int
    palette: tuple[str, ...] = ()
    style: str = ""
    avoid: str = ""
    size: int = 512
    vary: Variation | None = None

    @classmethod
    def again(cls, request: Mapping[str, Any]) -> DraftsRequest:
        """The request of a job, to be sent once more."""
        vary = request.get("vary")
        return cls(
            description=str(request.get("description", "")),
            name=str(request.get("name", "")),
            seed=int(request.get("seed", 0)),
            count=int(request.get("count", 1)),
            palette=tuple(map(str, request.get("palette", ()))),
            style=str(request.get("style", "")),
            avoid=str(request.get("avoid", "")),
            size=int(request.get("size", 512)),
            vary=Variation(str(vary["image"]), str(vary["amount"])) if vary else None,
        )

    def to_json(self) -> dict[str, Any]:
        """The body as JSON values."""
        vary = self.vary and {"image": self.vary.image, "amount": self.vary.amount}
        return {
            **({"vary": vary} if vary else {}),
            "description": self.description,
            "name": self.name,
            "seed": self.seed,
            "count": self.count,
            "palette": list(self.palette),
            "style": self.style,
            "avoid": self.avoid,
            "size": self.size,
        }


@dataclass(frozen=True, slots=True)
class RestyleRequest:
    """Body of `POST /restyle`.

    Attributes:
        steps: how often the network is asked (denoising evaluations), or the name of a speed.
    """

    images: tuple[str, ...]
    strength: float
    steps: int | str
    guidance: float
    seed: int
    style: str = ""
    avoid: str = ""
    loras: tuple[LoraChoice, ...] = ()
    size: int = 512

    @classmethod
    def again(cls, request: Mapping[str, Any]) -> RestyleRequest:
        """The request of a job, to be sent once more."""
        return cls(
            images=tuple(map(str, request.get("images", ()))),
            strength=float(request.get("strength", 0.5)),
            steps=request.get("speed") or request.get("steps") or "balanced",
            guidance=float(request.get("guidance", 3)),
            seed=int(request.get("seed", 0)),
            style=str(request.get("style", "")),
            avoid=str(request.get("avoid", "")),
            loras=tuple(LoraChoice.again(lora) for lora in request.get("loras", ())),
            size=int(request.get("size", 512)),
        )

    def to_json(self) -> dict[str, Any]:
        """The body as JSON values."""
        return {
            "images": list(self.images),
            "strength": self.strength,
            ("speed" if isinstance(self.steps, str) else "steps"): self.steps,
            "guidance": self.guidance,
            "seed": self.seed,
            "style": self.style,
            "avoid": self.avoid,
            "loras": [lora.to_json() for lora in self.loras],
            "size": self.size,
        }
