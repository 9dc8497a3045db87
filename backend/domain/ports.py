"""What the use cases need from the outside, as protocols."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from backend.domain.brief import Brief, Palette
from backend.domain.generation import LogoRequest, RestyleParams, SourceName, StageName
from backend.domain.jobs import Claim, Job, JobEvent, JobState, Lane, NewJob, Progress
from backend.domain.likeness import Likeness, Recipe

if TYPE_CHECKING:
    from PIL import Image

StepReport = Callable[[int, int, "Image.Image | None"], None]
"""Called after a step with (steps done, steps in all, preview or None). May raise JobCancelled."""


@dataclass(frozen=True)
class Draft:
    """A picture of the first stage and where it came from.

    Attributes:
        image: RGB, square, small.
        origin: "cgan" or "composer".
        seed: the order's seed plus its place; with the whole order it draws the draft again.
        palette: the colours it wears.
        layout: name of its arrangement.
        concept: what it shows, in words; goes into the restyle prompt.
        score: rank among drafts of its request, higher is better.
        glyphs: glyphs it is made of or was shown, as (id, licence, author).
        svg: the vector drawing of a composed draft, None otherwise.
        recipe: what else it takes to draw others like it.
        is_flat: whether every area wears a colour of the palette.
    """

    image: Image.Image
    origin: SourceName
    seed: int
    palette: Palette
    layout: str
    concept: str
    score: float = 0.0
    glyphs: tuple[tuple[str, str, str], ...] = ()
    svg: str | None = None
    scores: Mapping[str, float] = field(default_factory=dict)
    recipe: Recipe = field(default_factory=Recipe)
    is_flat: bool = True


@dataclass(frozen=True, slots=True)
class DraftOrder:
    """Drafts wanted for one brief.

    Attributes:
        seed: draft i is drawn from seed + i, the brief and its place.
        likeness: the draft that all of them shall be like, never the very same; None: new ideas.
        style: the look that was asked for by name; an artist that cannot paint it draws flat.
    """

    brief: Brief
    count: int
    seed: int
    likeness: Likeness | None = None
    style: str = ""


@dataclass(frozen=True, slots=True)
class RestyleOrder:
    """One picture to restyle.

    Attributes:
        image: RGB, any size.
        prompt: what it shows.
        seed: of the noise.
        group: orders of one group share a batch; on CPU groups never mix, so pixels do not depend
            on company.
    """

    image: Image.Image
    prompt: str
    seed: int
    params: RestyleParams
    group: str = ""


@dataclass(frozen=True, slots=True)
class ModelFact:
    """A network that took part in a picture."""

    name: str
    sha256: str


class BriefReader(Protocol):
    """Takes a description apart."""

    def read(self, request: LogoRequest) -> Brief:
        """Raises InvalidBrief when nothing can be drawn."""


class DraftSource(Protocol):
    """Draws drafts. Both the cGAN and the composer are one."""

    name: SourceName

    def draw(self, order: DraftOrder) -> list[Draft]:
        """As many drafts as ordered, a function of the order alone."""

    def facts(self) -> Sequence[ModelFact]:
        """The networks and libraries involved."""


class Upscaler(Protocol):
    """Enlarges pictures by four."""

    def upscale(self, image: Image.Image) -> Image.Image:
        """RGB or RGBA in, the same mode four times as large out."""

    def facts(self) -> Sequence[ModelFact]:
        """The network involved."""


class Restyler(Protocol):
    """Repaints pictures after a prompt."""

    native_px: int
    """Side of the pictures that come out."""

    def restyle(self, orders: Sequence[RestyleOrder], report: StepReport) -> list[Image.Image]:
        """One RGB picture for each order.

        All orders share steps or speed, strength, guidance and LoRAs.

        Raises:
            UnknownLora, LoraIncompatible: for the LoRAs asked for.
            OutOfMemory: when nothing that saves memory helped.
            InvalidOutput: after one retry.
        """

    def facts(self, params: RestyleParams) -> Sequence[ModelFact]:
        """The networks that such a restyle involves."""


@dataclass(frozen=True, slots=True)
class StoredImage:
    """A picture in the store.

    Attributes:
        id: derived from the file's content: equal pictures are one.
        record: the sidecar; see `services.records`.
        favourite: the one thing about a picture that changes; no part of the record.
    """

    id: str
    width: int
    height: int
    created_at: datetime
    record: Mapping[str, Any]
    has_svg: bool = False
    favourite: bool = False

    @property
    def style(self) -> str:
        """The look that was asked for, or ""."""
        reproduce = self.record.get("reproduce")
        request = reproduce.get("request") if isinstance(reproduce, Mapping) else None
        return str(request.get("style", "")) if isinstance(request, Mapping) else ""


@dataclass(frozen=True, slots=True)
class ImageFilter:
    """Which pictures are wanted; None leaves a fact open.

    Attributes:
        query: each of its words must begin a word of the picture's name, description, concept or
            style, whatever the case. "" asks for nothing.
        stage, origin: see `services.records`.
    """

    query: str = ""
    stage: str | None = None
    origin: str | None = None
    favourite: bool | None = None


@dataclass(frozen=True, slots=True)
class ImagePage:
    """Some of the pictures that match.

    Attributes:
        total: how many match on all pages together.
    """

    images: Sequence[StoredImage]
    total: int


class ImageStore(Protocol):
    """Immutable pictures with their records. Safe for several processes."""

    def save(
        self, image: Image.Image, record: Mapping[str, Any], *, svg: str | None = None
    ) -> StoredImage:
        """Writes PNG (the record's `reproduce` part inside), sidecar and SVG, atomically.
        Idempotent.

        Raises:
            StorageFull: no space is left; nothing is half-written.
        """

    def get(self, image_id: str) -> StoredImage:
        """Raises ImageNotFound."""

    def png(self, image_id: str) -> bytes:
        """The file as stored. Raises ImageNotFound."""

    def svg(self, image_id: str) -> str:
        """The vector drawing. Raises ImageNotFound when there is none."""

    def load(self, image_id: str) -> Image.Image:
        """The decoded picture, RGB or RGBA. Raises ImageNotFound."""

    def derived(self, image_id: str, form: str, make: Callable[[Image.Image], bytes]) -> bytes:
        """A file made from the picture, such as a thumbnail; kept for a while.

        Args:
            form: names what `make` makes, such as "256.webp": equal names, equal files.

        Raises:
            ImageNotFound: there is no such picture.
        """

    def list(self, *, limit: int, before: str | None = None) -> Sequence[StoredImage]:
        """Newest first, after the picture `before`."""

    def search(self, wanted: ImageFilter, *, limit: int, before: str | None = None) -> ImagePage:
        """Pictures that match, newest first, after the picture `before`."""

    def set_favourite(self, image_id: str, favourite: bool) -> None:
        """Marks a picture as a favourite, or as none. Idempotent. Raises ImageNotFound."""

    def delete(self, image_id: str) -> None:
        """Removes a picture and everything kept with it. Raises ImageNotFound."""

    def delete_many(self, image_ids: Iterable[str]) -> int:
        """Removes pictures; ids that are none are passed over. Returns how many were removed."""


@dataclass(frozen=True, slots=True)
class WorkerFigures:
    """What a worker said about itself last.

    Attributes:
        is_seen: whether it has shown itself lately.
        text: its figures, see `services.figures`; "" when it left in peace or has not said any.
        has_left: whether it said goodbye.
    """

    worker_id: str
    is_seen: bool
    text: str
    has_left: bool


class JobStore(Protocol):
    """Durable jobs. Every method is one transaction; safe for several threads and processes.

    All raise StoreUnavailable when the database cannot be used.
    """

    def submit(
        self, job: NewJob, *, queue_limit: int, caller_limit: int | None = None
    ) -> tuple[Job, bool]:
        """Stores a job and returns it, and whether it is new. The limits count the job's lane.

        Raises:
            IdempotencyConflict: the key exists with another fingerprint.
            TooManyJobs: caller_limit jobs of the same caller are waiting.
            QueueFull: queue_limit jobs are waiting.
        """

    def get(self, job_id: str) -> Job:
        """Raises JobNotFound."""

    def list(
        self, *, limit: int, before: str | None = None, state: JobState | None = None
    ) -> Sequence[Job]:
        """Newest first, after the job `before`."""

    def request_cancel(self, job_id: str) -> Job:
        """Ends a queued job, asks a running one to stop, leaves a finished one. Idempotent."""

    def claim(
        self, worker_id: str, lane: Lane, *, lease_seconds: float, max_batch: int
    ) -> Sequence[Claim]:
        """Takes the oldest queued job and queued jobs of the same kind and batch key, oldest first.

        Jobs whose lease has run out are first put back, or failed as `crashed-worker` after two
        attempts.
        """

    def renew(self, claims: Sequence[Claim], lease_seconds: float) -> Mapping[str, bool]:
        """Prolongs leases. Returns for each job id whether its cancellation was asked for.

        Raises:
            LeaseLost: a claim's fence is no longer the newest.
        """

    def report(self, claim: Claim, progress: Progress) -> None:
        """Stores progress as an event. Raises LeaseLost."""

    def checkpoint(self, claim: Claim, stage: StageName, payload: bytes) -> None:
        """Stores what a finished stage made, for a later attempt. Raises LeaseLost."""

    def finish(
        self,
        claim: Claim,
        state: JobState,
        *,
        result: Mapping[str, Any] | None = None,
        error: Mapping[str, Any] | None = None,
    ) -> None:
        """Ends a job and drops its checkpoints. Raises LeaseLost."""

    def release(self, claim: Claim) -> None:
        """Puts a job back, checkpoints kept, the attempt not counted. Raises LeaseLost."""

    def events(self, job_id: str, after: int = 0, limit: int = 500) -> Sequence[JobEvent]:
        """Events with seq > after, oldest first."""

    def turning_points(self, job_id: str) -> Sequence[JobEvent]:
        """Changes of state and the first report of each stage, oldest first; kept for ever."""

    def preview(self, job_id: str) -> bytes | None:
        """The newest preview as JPEG, or None."""

    def counts(self) -> Mapping[JobState, int]:
        """How many jobs are in each state."""

    def waiting(self) -> Mapping[Lane, int]:
        """How many jobs are queued in each lane."""

    def recover(self, worker_id: str, lane: Lane) -> int:
        """Settles at once what an earlier process of this name left running; returns how much.

        A worker calls it once at its start; without it those jobs wait for their lease to end.
        """

    def heartbeat(self, worker_id: str) -> None:
        """Shows that a worker is alive."""

    def workers(self, within_seconds: float) -> int:
        """How many workers have shown themselves within the time."""

    def oldest_waiting(self) -> Mapping[Lane, float]:
        """For how many seconds the oldest queued job of each lane has waited; 0 without one."""

    def note_figures(self, worker_id: str, figures: str) -> None:
        """Keeps a worker's figures for whoever shows them; "" says that it left in peace."""

    def figures(self, within_seconds: float) -> Sequence[WorkerFigures]:
        """What the workers of the last day noted, and who of them was seen within the time."""

    def timing(self, key: str) -> float | None:
        """The remembered duration of a unit of work in seconds, or None."""

    def remember_timing(self, key: str, seconds: float) -> None:
        """Moves the remembered duration towards a new measurement."""


API_ROLE, WORKER_ROLE = "api", "worker"
"""Who listens to the bell: the web processes for news of jobs, the workers for jobs."""

CANCEL_PREFIX = "cancel:"
"""Before a job's id it makes a ring for the workers that asks the one at work on it to stop."""


class Bell(Protocol):
    """Wakes other processes. Losing a ring costs latency, never work."""

    def ring(self, role: str, message: str) -> None:
        """Tells every listener of a role."""


class Ringing(Protocol):
    """The worker's ear for the bell."""

    def wait(self, timeout_seconds: float) -> list[str]:
        """All messages since the last call, waiting for one if there is none."""
