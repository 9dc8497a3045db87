"""A job's story as server-sent events: replayed from the store, resumable, gentle with memory."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from fastapi.sse import ServerSentEvent

from backend.api.bodies import JobBody
from backend.api.deps import ApiServices
from backend.api.problems import problem_of_error
from backend.domain.errors import LogoError
from backend.domain.jobs import JobEvent
from backend.services.wakeups import set_within

# A reader never holds more than a page, however slow it is.
_PAGE = 50
# Bells may be lost; then a reader is late by this at most.
_FALLBACK_SECONDS = 1.0
_RETRY_MS = 1_000


async def job_events(
    services: ApiServices, job_id: str, last_event_id: str | None
) -> AsyncIterator[ServerSentEvent]:
    """Events `state` and `progress`, then one `end` with the whole job, and nothing after it.

    Args:
        services: of this process.
        job_id: of an existing job.
        last_event_id: what the client saw last; the story goes on behind it, and starts anew when
            the job has no such event.
    """
    try:
        async for event in _story(services, job_id, last_event_id):
            yield event
    except LogoError as error:
        # The status line is long gone. The client reconnects and goes on where it was.
        problem = problem_of_error(error, f"/jobs/{job_id}")
        yield ServerSentEvent(event="error", data=problem, retry=_RETRY_MS)


async def _story(
    services: ApiServices, job_id: str, last_event_id: str | None
) -> AsyncIterator[ServerSentEvent]:
    generation = services.generation
    after = await asyncio.to_thread(_known_position, services, job_id, last_event_id)
    yield ServerSentEvent(comment="here is what happens to the job", retry=_RETRY_MS)
    if after and (await asyncio.to_thread(generation.get, job_id)).state.is_final:
        # The end itself may be what was seen last; without a new one the client would wait on.
        left = await asyncio.to_thread(generation.events, job_id, after, 1)
        if not left:
            yield await asyncio.to_thread(_end, services, job_id, after)
            return
    with services.wakeups.listening(job_id) as news:
        while True:
            news.clear()
            page = await asyncio.to_thread(generation.events, job_id, after, _PAGE)
            for event in page:
                after = event.seq
                if event.kind == "end":
                    yield await asyncio.to_thread(_end, services, job_id, after)
                    return
                yield ServerSentEvent(event=event.kind, id=str(after), data=_data(event))
            if services.wakeups.closing:
                return
            if len(page) < _PAGE:
                await set_within(news, _FALLBACK_SECONDS)


def _known_position(services: ApiServices, job_id: str, last_event_id: str | None) -> int:
    """The sequence number to go on behind; 0 when the job has no event of that id."""
    if not last_event_id or not last_event_id.isascii() or not last_event_id.isdigit():
        return 0
    if len(last_event_id) > 9:
        return 0
    seen = int(last_event_id)
    found = services.generation.events(job_id, seen - 1, 1) if seen else ()
    return seen if found and found[0].seq == seen else 0


def _end(services: ApiServices, job_id: str, seq: int) -> ServerSentEvent:
    found = services.generation.get(job_id)
    job = JobBody.of(found, services.images, services.generation.timeline(found))
    return ServerSentEvent(event="end", id=str(seq), data=job)


def _data(event: JobEvent) -> dict[str, Any]:
    data = dict(event.data)
    if event.kind == "progress":
        has_preview = data.pop("has_preview", False)
        # The number makes each preview an address of its own, which browsers fetch anew.
        url = f"/jobs/{event.job_id}/preview?seq={event.seq}"
        data["preview_url"] = url if has_preview else None
    # Whoever follows a job need not know who works on it; its timeline tells.
    data.pop("worker", None)
    return {**data, "at": event.at.isoformat()}
