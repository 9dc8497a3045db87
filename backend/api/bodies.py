"""Shapes of what goes out, built from the domain's values."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from backend.api import examples
from backend.api.problems import Problem, problem_of_record
from backend.domain.errors import ImageNotFound
from backend.domain.generation import StageName
from backend.domain.jobs import Job, JobKind, JobState
from backend.domain.ports import ImageStore, StoredImage
from backend.services.timeline import Outcome, Span

# Twice the width of a card on the page, for screens with two dots a pixel.
THUMBNAIL_PX = 256


class GlyphBody(BaseModel):
    """A glyph that a picture is made of, or that the network was shown."""

    id: str
    licence: str
    author: str


class ImageBody(BaseModel):
    """A stored picture."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.IMAGE]})

    id: str
    url: str
    thumbnail_url: str = Field(description="A small WEBP, quick to come and to be drawn.")
    name: str = Field(description="The brand's name; of an upload the file's.")
    description: str
    style: str = Field(description="The look that was asked for.")
    favourite: bool
    width: int
    height: int
    created_at: datetime
    seed: int
    origin: str = Field(description="cgan, composer or upload.")
    stage: str = Field(description="draft, final, upscaled or upload.")
    layout: str
    concept: str = Field(description="What the picture shows, in words.")
    palette: list[str] = Field(description="Background, primary, secondary.")
    glyphs: list[GlyphBody]
    scores: dict[str, float]
    parent: str | None = Field(description="The picture this one was made from.")
    svg_url: str | None
    b64_json: str | None = Field(description="The PNG file, if it was asked for.")

    @classmethod
    def of(cls, stored: StoredImage, png: bytes | None = None) -> ImageBody:
        """A picture with its address; keys that an older record lacks are empty."""
        record = stored.record
        return cls(
            id=stored.id,
            url=f"/images/{stored.id}",
            thumbnail_url=f"/images/{stored.id}?format=webp&size={THUMBNAIL_PX}",
            name=record.get("name", ""),
            description=record.get("description", ""),
            style=stored.style,
            favourite=stored.favourite,
            width=stored.width,
            height=stored.height,
            created_at=stored.created_at,
            seed=record.get("seed", 0),
            origin=record.get("origin", ""),
            stage=record.get("stage", ""),
            layout=record.get("layout", ""),
            concept=record.get("concept", ""),
            palette=list(record.get("palette", ())),
            glyphs=[GlyphBody(**glyph) for glyph in record.get("glyphs", ())],
            scores=dict(record.get("scores", {})),
            parent=record.get("parent"),
            svg_url=f"/images/{stored.id}?format=svg" if stored.has_svg else None,
            b64_json=None if png is None else base64.b64encode(png).decode("ascii"),
        )


class ImageList(BaseModel):
    """A page of pictures, newest first."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.IMAGE_LIST]})

    images: list[ImageBody]
    next: str | None = Field(description="Pass it as `before` for the next page; null: the end.")
    total: int = Field(description="How many pictures match, on all pages together.")


class ResultBody(BaseModel):
    """What a finished job made."""

    images: list[ImageBody]
    warnings: list[str]
    brief: dict[str, Any]
    seed: int
    timings_ms: dict[str, float]

    @classmethod
    def of(
        cls, result: Mapping[str, Any], images: ImageStore, *, with_png: bool = False
    ) -> ResultBody:
        """A worker's result with its pictures looked up. Deleted ones are left out, with a word."""
        bodies, gone = _bodies(result.get("images", ()), images, with_png=with_png)
        warnings = list(result.get("warnings", ()))
        if gone:
            warnings.append(f"{gone} of the pictures were deleted since.")
        return cls(
            images=bodies,
            warnings=warnings,
            brief=dict(result.get("brief", {})),
            seed=result.get("seed", 0),
            timings_ms=dict(result.get("timings_ms", {})),
        )


class GenerateAnswer(ResultBody):
    """The finished pictures of a request, in the order of the drafts."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.GENERATE_ANSWER]})

    job: str = Field(description="Id of the job that made them.")


class JobResultBody(ResultBody):
    """What a finished job made, of whatever kind."""

    kit: str | None = Field(default=None, description="Of an export: GET /exports/{kit} has it.")
    files: int | None = Field(default=None, description="Of an export: how many are in the kit.")
    bytes: int | None = Field(default=None, description="Of an export: how large the kit is.")

    @classmethod
    def of_job(cls, result: Mapping[str, Any], images: ImageStore) -> JobResultBody:
        """A worker's result; see `ResultBody.of`."""
        known = ResultBody.of(result, images).model_dump()
        return cls(**known, **{fact: result.get(fact) for fact in ("kit", "files", "bytes")})


class ProgressBody(BaseModel):
    """How far a running job is."""

    stage: StageName
    step: int
    total: int
    eta_seconds: float | None = Field(description="To the end of the job; null while unknown.")
    preview_url: str | None = Field(description="A small JPEG of the unfinished picture.")


class JobLinks(BaseModel):
    """Where to go on from a job."""

    self: str
    events: str
    preview: str


class SpanBody(BaseModel):
    """A piece of a job's time. Each begins where the one before it ended."""

    stage: str = Field(
        description="wait (in the queue), start (until the first stage), save (storing the result),"
        " run (a turn without stages) or a stage."
    )
    unit: int | None = Field(description="For parts of a stage; null: the whole stage.")
    turn: int = Field(description="How many workers had taken the job by then; 0: none.")
    worker: str | None = Field(description="Who worked; null in the queue.")
    started_at: datetime
    ended_at: datetime | None = Field(description="Null while it lasts.")
    milliseconds: float | None = Field(description="Null while it lasts.")
    outcome: Outcome = Field(
        description="interrupted: the worker died or had to go and the job was put back; cached:"
        " an earlier turn had done it."
    )

    @classmethod
    def of(cls, span: Span) -> SpanBody:
        """A span as JSON."""
        return cls(
            stage=span.stage,
            unit=None,
            turn=span.turn,
            worker=span.worker,
            started_at=span.started_at,
            ended_at=span.ended_at,
            milliseconds=span.milliseconds,
            outcome=span.outcome,
        )


class JobBody(BaseModel):
    """A job as it stands."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.JOB]})

    id: str
    kind: JobKind
    state: JobState
    queue_position: int | None = Field(description="1 is next; null unless queued.")
    progress: ProgressBody | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    attempt: int = Field(description="How many workers have started it.")
    request: dict[str, Any] = Field(description="What was asked for, with every default filled in.")
    result: JobResultBody | None
    error: Problem | None
    links: JobLinks
    timeline: list[SpanBody] | None = Field(
        default=None,
        description="Where the time went, from its arrival to its end; only in "
        "`GET /jobs/{id}` and in its stream's `end`.",
    )

    @classmethod
    def of(cls, job: Job, images: ImageStore, timeline: Sequence[Span] | None = None) -> JobBody:
        """A job with its pictures looked up."""
        path = f"/jobs/{job.id}"
        links = JobLinks(self=path, events=f"{path}/events", preview=f"{path}/preview")
        running = job.state is JobState.RUNNING
        return cls(
            id=job.id,
            kind=job.kind,
            state=job.state,
            queue_position=job.queue_position,
            progress=_progress(job, links.preview) if running else None,
            created_at=job.created_at,
            started_at=job.started_at,
            finished_at=job.finished_at,
            attempt=job.attempt,
            request=dict(job.params),
            result=None if job.result is None else JobResultBody.of_job(job.result, images),
            error=None if job.error is None else problem_of_record(job.error, path),
            links=links,
            timeline=None if timeline is None else [SpanBody.of(span) for span in timeline],
        )


class JobList(BaseModel):
    """A page of jobs, newest first."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.JOB_LIST]})

    jobs: list[JobBody]
    next: str | None = Field(description="Pass it as `before` for the next page; null: the end.")


class RangeBody(BaseModel):
    """An inclusive range with its default."""

    low: float
    high: float
    default: float


class LimitsBody(BaseModel):
    """Bounds of requests."""

    description_characters: int
    name_characters: int
    style_characters: int
    avoid_characters: int
    palette_colours: int
    loras: int
    count: RangeBody
    seed: RangeBody
    strength: RangeBody
    steps: RangeBody
    guidance: RangeBody
    lora_weight: RangeBody
    sizes_px: list[int]
    size_px: int = Field(description="The default.")
    upload_bytes: int
    upload_pixels: int
    upload_sides_px: list[int] = Field(description="Shortest and longest side of an upload.")
    body_bytes: int


class BrandLimitsBody(BaseModel):
    """Bounds of finishing."""

    name_characters: int
    tagline_characters: int
    colours: int
    tolerance: RangeBody
    tracking: RangeBody
    png_px: RangeBody


class StyleBody(BaseModel):
    """A finish and the style words that ask for it."""

    name: str
    caption: str
    words: list[str]


class SecondsBody(BaseModel):
    """What people wait for on this machine, from what was measured; null where nothing was."""

    drafts: float | None = Field(description="The default number of drafts.")
    draft: float | None = Field(description="One picture restyled at this speed.")
    balanced: float | None
    quality: float | None


class Capabilities(BaseModel):
    """What can be asked for, with bounds and defaults."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.CAPABILITIES]})

    limits: LimitsBody
    branding: BrandLimitsBody
    sources: list[str]
    speeds: dict[str, int] = Field(description="Denoising evaluations by name of speed.")
    seconds: SecondsBody = Field(description="Expected seconds by name of speed, and of drafts.")
    styles: list[StyleBody]
    layouts: list[str]
    loras: list[str]
    profile: str
    restyle_default: bool = Field(description="What `restyle: null` means at the moment.")
    wait_seconds: float = Field(description="How long POST /generate waits before it answers 202.")


class Health(BaseModel):
    """A short answer for machines that watch."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"status": "ok"}]})

    status: str


class ProblemPage(BaseModel):
    """What a kind of problem means."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.PROBLEM_PAGE]})

    code: str
    status: int
    title: str
    explanation: str


def _progress(job: Job, preview_url: str) -> ProgressBody | None:
    progress = job.progress
    if progress is None:
        return None
    # Only denoising shows pictures in between.
    shows = progress.stage is StageName.RESTYLE and progress.step > 0
    return ProgressBody(
        stage=progress.stage,
        step=progress.step,
        total=progress.total,
        eta_seconds=progress.eta_seconds,
        preview_url=preview_url if shows else None,
    )


def _bodies(
    image_ids: Sequence[str], images: ImageStore, *, with_png: bool
) -> tuple[list[ImageBody], int]:
    bodies = []
    for image_id in image_ids:
        try:
            stored = images.get(image_id)
            bodies.append(ImageBody.of(stored, images.png(image_id) if with_png else None))
        except ImageNotFound:
            continue
    return bodies, len(image_ids) - len(bodies)
