"""Routes about jobs: history, state, events, preview, cancelling."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query, Response
from fastapi.sse import EventSourceResponse, ServerSentEvent

from backend.api.bodies import JobBody, JobList
from backend.api.deps import JobId, Services
from backend.api.events import job_events
from backend.api.responses import Responses, problems
from backend.domain.errors import NotFound
from backend.domain.generation import LIMITS
from backend.domain.jobs import JobState

router = APIRouter(tags=["jobs"], max_body_size=LIMITS.body_bytes)

_JPEG = {"image/jpeg": {"schema": {"type": "string", "format": "binary"}}}
_STREAM_EXAMPLE = (
    'event: state\ndata: {"state": "running", "at": "2026-11-20T12:00:00+00:00"}\nid: 2\n\n'
)
_STREAM: Responses = {
    200: {
        "description": "Events `state`, `progress` and at last `end`.",
        "content": {"text/event-stream": {"example": _STREAM_EXAMPLE}},
    }
}


@router.get("/jobs", summary="Jobs, newest first", responses=problems(503))
def list_jobs(
    services: Services,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    before: Annotated[str | None, Query(max_length=64, description="A job's id.")] = None,
    state: Annotated[JobState | None, Query()] = None,
) -> JobList:
    """A page of the history. Pass `next` as `before` for the page after it."""
    jobs = services.generation.list(limit=limit, before=before, state=state)
    bodies = [JobBody.of(job, services.images) for job in jobs]
    return JobList(jobs=bodies, next=bodies[-1].id if len(bodies) == limit else None)


@router.get("/jobs/{job_id}", summary="One job", responses=problems(404, 503))
def get_job(job_id: JobId, services: Services) -> JobBody:
    """State, place in the queue, progress, the pictures or the error at the end, and `timeline`.

    The timeline's spans follow each other without a gap from `created_at` to `finished_at`, so
    that their milliseconds add up to the time that the job took.
    """
    job = services.generation.get(job_id)
    return JobBody.of(job, services.images, services.generation.timeline(job))


@router.delete("/jobs/{job_id}", summary="Cancel a job", responses=problems(403, 404, 503, 507))
def cancel_job(job_id: JobId, services: Services) -> JobBody:
    """Ends a waiting job at once and asks a running one to stop at its next step.

    A finished job stays as it is. Asking again changes nothing.
    """
    return JobBody.of(services.generation.cancel(job_id), services.images)


def _existing(job_id: JobId, services: Services) -> str:
    # Before the stream starts: afterwards its status could not be 404 any more.
    return services.generation.get(job_id).id


@router.get(
    "/jobs/{job_id}/events",
    summary="What happens to a job, as server-sent events",
    response_class=EventSourceResponse,
    responses=problems(404, 503) | _STREAM,
)
async def stream_events(
    job_id: Annotated[str, Depends(_existing)],
    services: Services,
    last_event_id: Annotated[str | None, Header(examples=["3"])] = None,
) -> AsyncIterator[ServerSentEvent]:
    """Every event since the start, or since `Last-Event-ID`, then live until `end`.

    `end` carries the whole job; the stream closes after it. When a stream breaks off, connect
    again with the id of the last event: nothing is missed and nothing comes twice.
    """
    async for event in job_events(services, job_id, last_event_id):
        yield event


@router.get(
    "/jobs/{job_id}/preview",
    summary="The unfinished picture",
    response_class=Response,
    responses=problems(404, 503) | {200: {"description": "A small JPEG.", "content": _JPEG}},
)
def preview(job_id: JobId, services: Services) -> Response:
    """The newest preview of a running job; 404 while there is none, and after its end."""
    services.generation.get(job_id)
    content = services.generation.preview(job_id)
    if content is None:
        raise NotFound("There is no preview yet, or the job has ended; see the job itself.")
    return Response(content, media_type="image/jpeg", headers={"Cache-Control": "no-store"})
