"""What routes are given: the services of this process, and checked headers."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Header, Path, Request
from starlette.exceptions import HTTPException

from backend.api.examples import DATASET_ID, IMAGE_ID, JOB_ID
from backend.api.metrics import HttpMetrics
from backend.api.training_bodies import SET_ID
from backend.api.training_run_bodies import RUN_ID
from backend.api.turns import Turns
from backend.domain.errors import (
    DatasetNotFound,
    ImageNotFound,
    InvalidRequest,
    JobNotFound,
    RunNotFound,
    SetNotFound,
)
from backend.domain.ports import ImageStore, JobStore
from backend.models.catalog import Catalog
from backend.services.branding import BrandDesk
from backend.services.datasets import DatasetService
from backend.services.exporting import ExportService
from backend.services.finishing import FinishService
from backend.services.generation import GenerationService
from backend.services.loras import LoraFolder
from backend.services.models import ModelService
from backend.services.training import TrainingServices
from backend.services.wakeups import Wakeups

_ID = re.compile(r"[0-9A-Za-z_-]{1,64}")
# Each keeps a core busy, up to seconds; the others are for everybody else.
_BRAND_TURNS = 2
# At some four seconds each, for the largest, nobody waits much longer than a minute for one caller.
_BRAND_TURNS_OF_ONE = 32
# Each is a process that reads up to 1 GiB with up to 512 MB of memory.
_LORA_CHECKS = 2
_KEY = re.compile(r"[\x21-\x7E]{1,128}")


@dataclass(frozen=True, slots=True)
class BrandServices:
    """What the routes of finishing use.

    Attributes:
        turns: how much is computed at once; the rest waits in the event loop, so that no thread
            waits with it, and one caller has only so much there.
        large: as `turns`, for pictures at their own size: one takes up to half a gigabyte.
    """

    desk: BrandDesk
    finishes: FinishService
    exports: ExportService
    turns: Turns = field(default_factory=lambda: Turns(_BRAND_TURNS, _BRAND_TURNS_OF_ONE))
    large: Turns = field(default_factory=lambda: Turns(1, _BRAND_TURNS_OF_ONE))


# The functions below are coroutines though they wait for nothing: FastAPI gives every plain
# function a thread, and five of those cost a request more than its own work.


@dataclass(frozen=True, slots=True)
class ApiServices:
    """Everything that the routes use; the composition root builds it when the process starts.

    Attributes:
        lora_checks: how many uploaded adapters are checked at once; others wait in the event loop,
            so that no thread waits with them.
    """

    generation: GenerationService
    store: JobStore
    images: ImageStore
    loras: LoraFolder
    catalog: Catalog
    wakeups: Wakeups
    datasets: DatasetService
    models: ModelService
    training: TrainingServices
    brand: BrandServices
    lora_checks: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_LORA_CHECKS))


async def _services(request: Request) -> ApiServices:
    services = request.app.state.services
    assert isinstance(services, ApiServices)
    return services


async def _metrics(request: Request) -> HttpMetrics:
    metrics = request.app.state.metrics
    assert isinstance(metrics, HttpMetrics)
    return metrics


Services = Annotated[ApiServices, Depends(_services)]
Metrics = Annotated[HttpMetrics, Depends(_metrics)]


async def _job_id(job_id: Annotated[str, Path(examples=[JOB_ID])]) -> str:
    if not _ID.fullmatch(job_id):
        raise JobNotFound("There is no job of this id.")
    return job_id


async def _image_id(image_id: Annotated[str, Path(examples=[IMAGE_ID])]) -> str:
    if not _ID.fullmatch(image_id):
        raise ImageNotFound("There is no picture of this id.")
    return image_id


async def _dataset_id(dataset_id: Annotated[str, Path(examples=[DATASET_ID])]) -> str:
    if not _ID.fullmatch(dataset_id):
        raise DatasetNotFound("There is no data set of this id.")
    return dataset_id


async def _set_id(set_id: Annotated[str, Path(examples=[SET_ID])]) -> str:
    if not _ID.fullmatch(set_id):
        raise SetNotFound("There is no training set of this id.")
    return set_id


async def _run_id(run_id: Annotated[str, Path(examples=[RUN_ID])]) -> str:
    if not _ID.fullmatch(run_id):
        raise RunNotFound("There is no training of this id.")
    return run_id


JobId = Annotated[str, Depends(_job_id)]
ImageId = Annotated[str, Depends(_image_id)]
DatasetId = Annotated[str, Depends(_dataset_id)]
TrainingSetId = Annotated[str, Depends(_set_id)]
TrainingRunId = Annotated[str, Depends(_run_id)]


async def _idempotency_key(
    idempotency_key: Annotated[
        str | None,
        Header(
            description="A key of your own, such as a UUID; repeating a request with it is safe.",
            examples=["1f0c2d0e-7c55-4b0c-9a2b-0d6f3c9be111"],
        ),
    ] = None,
) -> str | None:
    if idempotency_key is not None and not _KEY.fullmatch(idempotency_key):
        why = "must be 1 to 128 printable ASCII characters without spaces"
        raise InvalidRequest(
            "the Idempotency-Key cannot be used", fields=[("Idempotency-Key", why)]
        )
    return idempotency_key


IdempotencyKey = Annotated[str | None, Depends(_idempotency_key)]


async def _wants_async(
    prefer: Annotated[
        str | None,
        Header(
            description="`respond-async` answers 202 at once instead of waiting.",
            examples=["respond-async"],
        ),
    ] = None,
) -> bool:
    wishes = (prefer or "").lower().replace(";", ",").split(",")
    return "respond-async" in [wish.strip() for wish in wishes]


WantsAsync = Annotated[bool, Depends(_wants_async)]


async def require_json(request: Request) -> None:
    """Refuses bodies that do not say they are JSON."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise HTTPException(415, "Send JSON with Content-Type: application/json.")


async def require_multipart(request: Request) -> None:
    """Refuses uploads that are not multipart forms."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "multipart/form-data":
        raise HTTPException(415, "Send files as multipart/form-data.")
