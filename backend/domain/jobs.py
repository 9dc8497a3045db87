"""Jobs: units of work that outlive the process which accepted them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from backend.domain.generation import StageName


class JobKind(StrEnum):
    """What a job does."""

    DRAFTS = "drafts"
    RESTYLE = "restyle"
    UPSCALE = "upscale"
    GENERATE = "generate"
    EXPORT = "export"
    EDA = "eda"
    PULL = "pull"
    INSPECT = "inspect"
    TRAIN_LORA = "train_lora"
    TRYOUT = "tryout"


class Lane(StrEnum):
    """Which resource a job needs; one job of a lane runs at a time in a worker.

    DOWNLOAD is the network: a model of some gigabytes must not keep a quick check waiting.
    """

    DEVICE = "device"
    CPU = "cpu"
    DOWNLOAD = "download"
    TRAIN = "train"


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
class Progress:
    """How far a job is.

    Attributes:
        stage: the model whose turn it is.
        step, total: steps of this stage, 0 <= step <= total; rows of an analysis, MB of a download.
        eta_seconds: expected time to the end of the whole job, None while unknown.
        preview: a small JPEG of the unfinished picture, None when there is no new one.
    """

    stage: StageName
    step: int = 0
    total: int = 1
    eta_seconds: float | None = None
    preview: bytes | None = None


@dataclass(frozen=True, slots=True)
class NewJob:
    """A job as it is handed in.

    Attributes:
        params: JSON-able values that the worker reads.
        batch_key: queued jobs of one kind and one key may run as one batch.
        idempotency_key: a client's key; the same key with the same fingerprint gives the same job.
        fingerprint: hash of kind and params.
        request_id: of the HTTP request that handed it in, "" if it was none.
        caller: id of the key that it was handed in with, "" without keys.
    """

    kind: JobKind
    params: Mapping[str, Any]
    batch_key: str
    fingerprint: str
    lane: Lane = Lane.DEVICE
    idempotency_key: str | None = None
    request_id: str = ""
    caller: str = ""


@dataclass(frozen=True, slots=True)
class Job:
    """A job as it stands.

    Attributes:
        attempt: how many workers have started it; 0 while it has never run.
        progress: the latest report, without its preview.
        result: what the worker handed in: image ids, brief, warnings; None before success.
        error: an error record (see `domain.errors.from_record`) of a failed job.
        queue_position: 1 for the next in its lane; None unless queued.
        request_id: of the HTTP request that handed it in, "" if it was none.
    """

    id: str
    kind: JobKind
    lane: Lane
    state: JobState
    params: Mapping[str, Any]
    created_at: datetime
    started_at: datetime | None = None
    finished_at: datetime | None = None
    attempt: int = 0
    cancel_requested: bool = False
    progress: Progress | None = None
    result: Mapping[str, Any] | None = None
    error: Mapping[str, Any] | None = None
    queue_position: int | None = None
    request_id: str = ""


@dataclass(frozen=True, slots=True)
class JobEvent:
    """Something that happened to a job. `seq` grows by one within a job, from 1."""

    job_id: str
    seq: int
    kind: str
    data: Mapping[str, Any]
    at: datetime


@dataclass(frozen=True, slots=True)
class Claim:
    """A worker's right to write about a job, good while the fence is the newest.

    Attributes:
        fence: grows with every take-over; writes with an older one are refused.
        checkpoints: payloads of stages that an earlier attempt finished.
    """

    job: Job
    worker_id: str
    fence: int
    checkpoints: Mapping[StageName, bytes] = field(default_factory=dict)
