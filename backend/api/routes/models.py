"""Routes about models: facts, training curves, figures, contact sheets, fetching weights."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Response

from backend.api.bodies import JobBody
from backend.api.deps import Services
from backend.api.models_bodies import (
    EvaluationBody,
    HistoryBody,
    ModelBody,
    ModelList,
    NetworkBody,
    SheetBody,
)
from backend.api.responses import Responses, accepted, accepted_entry, problems
from backend.domain.generation import LIMITS

router = APIRouter(tags=["facts"], max_body_size=LIMITS.body_bytes)

# The evaluation is of the weights in the repository.
_EVALUATED = "embedded"
_PNG: Responses = {
    200: {
        "description": "The sheet.",
        "content": {"image/png": {"schema": {"type": "string", "format": "binary"}}},
    }
}
_Name = Annotated[str, Path(max_length=100, examples=["cgan"])]


@router.get("/models", summary="Models and their weights", responses=problems(503))
def list_models(services: Services) -> ModelList:
    """Model card facts, and which files are here. Sizes are compared, not hashes."""
    pulling = services.models.pulling()
    return ModelList(
        models=[
            ModelBody.of(
                services.catalog,
                entry,
                pulling=pulling.get(entry.name),
                curves=services.models.has_curves(entry),
            )
            for entry in services.catalog.entries
        ]
    )


@router.get("/models/evaluation", summary="Measured figures", responses=problems(404))
def evaluation(services: Services) -> EvaluationBody:
    """The report of the last evaluation, and the contact sheets that are here."""
    return EvaluationBody(
        profile=_EVALUATED,
        report=dict(services.models.evaluation()),
        sheets=[
            SheetBody(name=name, title=title, url=f"/models/sheets/{name}")
            for name, title in services.models.sheets()
        ],
    )


@router.get(
    "/models/sheets/{name}",
    summary="A contact sheet",
    response_class=Response,
    responses=problems(404) | _PNG,
)
def sheet(
    name: Annotated[str, Path(max_length=100, examples=["card-held-out"])], services: Services
) -> Response:
    """Drafts and restyled pictures of the model card."""
    headers = {"Cache-Control": "private, max-age=300", "X-Content-Type-Options": "nosniff"}
    return Response(services.models.sheet(name), media_type="image/png", headers=headers)


@router.get("/models/{name}/history", summary="Training curves", responses=problems(404))
def history(name: _Name, services: Services) -> HistoryBody:
    """Steps, seconds, losses and metrics of each network, at most 2,000 records of each."""
    return HistoryBody(
        networks=[NetworkBody.of(curves) for curves in services.models.history(name)]
    )


@router.post(
    "/models/{name}/pull",
    status_code=202,
    response_model=JobBody,
    summary="Fetch missing weights",
    responses=problems(403, 404, 409, 429, 503, 507) | accepted_entry(),
)
def pull(name: _Name, services: Services) -> Response:
    """Stores a job that downloads and checks what is missing; one that does so is returned.

    Answers 409 `already-present` when all files are here.
    """
    return accepted(JobBody.of(services.models.pull(name), services.images))
