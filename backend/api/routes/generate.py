"""Routes that ask for pictures."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Response
from starlette.concurrency import run_in_threadpool

from backend.api.access import JobCharge
from backend.api.bodies import GenerateAnswer, JobBody, ResultBody
from backend.api.deps import (
    ApiServices,
    IdempotencyKey,
    Services,
    WantsAsync,
    require_json,
)
from backend.api.responses import accepted, accepted_entry, problems
from backend.api.schemas import DraftsBody, GenerateBody, RestyleBody, UpscaleBody
from backend.domain.errors import JobCancelled, from_record
from backend.domain.generation import LIMITS
from backend.domain.jobs import Job, JobState

router = APIRouter(
    tags=["generate"],
    dependencies=[Depends(require_json)],
    responses=problems(403, 409, 413, 415, 429, 503, 507),
    max_body_size=LIMITS.body_bytes,
)


@router.post(
    "/generate",
    response_model=GenerateAnswer,
    summary="Logos from a description: the whole chain",
    responses=accepted_entry(),
)
async def generate(
    body: GenerateBody,
    services: Services,
    key: IdempotencyKey,
    respond_async: WantsAsync,
    charge: JobCharge,
) -> Response | GenerateAnswer:
    """Waits for the pictures and answers 200.

    Answers 202 with the job's address at once if `Prefer: respond-async` is sent, or when the
    pictures take longer than the service waits. The job goes on even if the client goes away.
    A failed job gives its own problem, a cancelled one 409.
    """
    charge(body.points())
    generation = services.generation
    job = await run_in_threadpool(generation.submit_generate, body.to_domain(), body.ticket(key))
    if not respond_async:
        # A key says that the client may come back; its job must not be thrown away.
        job = await generation.wait(job.id, keep=key is not None)
    if respond_async or not job.state.is_final:
        job_body = await run_in_threadpool(JobBody.of, job, services.images)
        return accepted(job_body, preferred=respond_async)
    return await run_in_threadpool(
        _answer, services, job, with_png=body.response_format == "b64_json"
    )


@router.post(
    "/drafts",
    status_code=202,
    response_model=JobBody,
    summary="Drafts only",
    responses=accepted_entry(),
)
def drafts(
    body: DraftsBody, services: Services, key: IdempotencyKey, charge: JobCharge
) -> Response:
    """Stores a job that draws drafts, upscales them, and stops there.

    With `vary` they are variations of a stored draft: `little` keeps what it is made of, `lot`
    keeps what it shows. Answers 422 when the picture is no draft that was drawn here.
    """
    charge(body.points())
    job = services.generation.submit_drafts(body.to_domain(), body.ticket(key), body.variation())
    return accepted(JobBody.of(job, services.images))


@router.post(
    "/restyle",
    status_code=202,
    response_model=JobBody,
    summary="Repaint stored or uploaded pictures",
    responses=accepted_entry(),
)
def restyle(
    body: RestyleBody, services: Services, key: IdempotencyKey, charge: JobCharge
) -> Response:
    """Stores a job that takes pictures through Stable Diffusion img2img, with LoRAs if wished."""
    charge(body.points())
    job = services.generation.submit_restyle(body.to_domain(), body.ticket(key))
    return accepted(JobBody.of(job, services.images))


@router.post(
    "/upscale",
    status_code=202,
    response_model=JobBody,
    summary="Enlarge stored or uploaded pictures",
    responses=accepted_entry(),
)
def upscale(
    body: UpscaleBody, services: Services, key: IdempotencyKey, charge: JobCharge
) -> Response:
    """Stores a job that enlarges pictures with Real-ESRGAN.

    They become opaque squares: transparency turns white, and a picture that is not square gets
    margins in the colour of its corner. Answers 422 when no picture is smaller than `size`.
    """
    charge(body.points())
    job = services.generation.submit_upscale(body.to_domain(), body.ticket(key))
    return accepted(JobBody.of(job, services.images))


def _answer(services: ApiServices, job: Job, *, with_png: bool) -> Response:
    if job.state is JobState.FAILED:
        raise from_record(job.error or {})
    if job.state is JobState.CANCELLED:
        raise JobCancelled(f"job {job.id} was cancelled before it ended; send the request again")
    result = ResultBody.of(job.result or {}, services.images, with_png=with_png)
    answer = GenerateAnswer(job=job.id, **dict(result))
    # Encoded here, in a thread: eight pictures as base64 would hold up the event loop.
    return Response(answer.model_dump_json(), media_type="application/json")
