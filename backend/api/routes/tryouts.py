"""Routes about tryouts: an adapter on fixed prompts at fixed weights."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Response

from backend.api.bodies import JobBody
from backend.api.deps import Services
from backend.api.responses import Responses, accepted, accepted_entry, problems
from backend.api.tryout_bodies import TryoutBody
from backend.domain.generation import LIMITS

router = APIRouter(tags=["facts"], max_body_size=LIMITS.body_bytes)

_WEBP: Responses = {
    200: {
        "description": "The picture.",
        "content": {"image/webp": {"schema": {"type": "string", "format": "binary"}}},
    }
}
_Name = Annotated[str, Path(max_length=200, examples=["pixel-art"])]
_Place = Annotated[int, Path(ge=0, le=99, examples=[0])]


@router.post(
    "/loras/{name}/tryout",
    status_code=202,
    response_model=JobBody,
    summary="Try a LoRA",
    responses=problems(403, 404, 429, 503, 507) | accepted_entry(),
)
def try_lora(name: _Name, services: Services) -> Response:
    """Stores a job that restyles fixed drafts of fixed prompts with the adapter at fixed weights.

    A tryout of the same file that waits or runs already is returned instead.
    """
    return accepted(JobBody.of(services.training.tryouts.start(name), services.images))


@router.get("/loras/{name}/tryout", summary="A LoRA's tryout", responses=problems(404))
def get_tryout(name: _Name, services: Services) -> TryoutBody:
    """The grid of the adapter's present file; 404 `tryout-not-found` while there is none."""
    return TryoutBody.of(name, services.training.tryouts.get(name))


@router.get(
    "/loras/{name}/tryout/{prompt}-{weight}.webp",
    summary="A picture of a tryout",
    response_class=Response,
    responses=problems(404) | _WEBP,
)
def tryout_cell(name: _Name, prompt: _Place, weight: _Place, services: Services) -> Response:
    """A prompt at a weight, by their places in the grid."""
    content = services.training.tryouts.cell(name, prompt, weight)
    # A file of the same name may be another adapter tomorrow.
    headers = {"Cache-Control": "private, no-cache", "X-Content-Type-Options": "nosniff"}
    return Response(content, media_type="image/webp", headers=headers)
