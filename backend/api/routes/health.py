"""Routes for machines that watch: alive, ready, figures."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from backend.api.bodies import Health
from backend.api.deps import ApiServices, Metrics, Services
from backend.api.problems import problem_kinds, problem_of_kind, problem_response
from backend.api.responses import Responses, problems
from backend.api.routes.log_status import router as log_router
from backend.domain.errors import LogoError
from backend.models.catalog import MANIFEST_FILE

router = APIRouter(tags=["health"])
router.include_router(log_router)

_TEXT: Responses = {
    200: {
        "description": "Prometheus text format.",
        "content": {"text/plain": {"example": 'logo_jobs{state="queued"} 0.0\n'}},
    }
}


@router.get("/health/live", summary="Is the process alive?", responses=problems())
async def live() -> Health:
    """Always 200 while the process answers at all."""
    return Health(status="ok")


@router.get(
    "/health/ready",
    summary="Can it serve?",
    response_model=Health,
    responses=problems(503),
)
def ready(request: Request, services: Services) -> Response | Health:
    """200 when pictures can be made; else 503, and `errors` names what is missing."""
    faults = [*_store_faults(services), *_weight_faults(services)]
    if not faults:
        return Health(status="ready")
    names = ", ".join(dict.fromkeys(name for name, _ in faults))
    problem = problem_of_kind(
        problem_kinds()["not-ready"],
        detail=f"Missing: {names}.",
        instance=request.url.path,
        fields=faults,
    )
    return problem_response(problem)


@router.get(
    "/metrics",
    summary="Figures for Prometheus",
    response_class=Response,
    responses=problems() | _TEXT,
)
def metrics(figures: Metrics) -> Response:
    """Requests, jobs, queues and workers, each worker's own figures with its name."""
    return Response(figures.render(), media_type=CONTENT_TYPE_PLAIN_0_0_4)


def _store_faults(services: ApiServices) -> list[tuple[str, str]]:
    faults = []
    try:
        services.store.counts()
        if not services.store.workers(services.generation.options.worker_seen_seconds):
            faults.append(("worker", "none is running; start `python -m backend.worker`"))
    except LogoError as error:
        faults.append(("store", error.detail))
    try:
        services.images.list(limit=1)
    except LogoError as error:
        faults.append(("images", error.detail))
    return faults


def _weight_faults(services: ApiServices) -> list[tuple[str, str]]:
    catalog = services.catalog
    if not catalog.entries:
        return [("weights", f"{MANIFEST_FILE} is missing or empty; restore it from git")]
    profile = services.generation.options.profile
    needed = {"embedded"} if profile == "auto" else {"embedded", profile}
    return [
        (f"weights.{entry.name}", f"run: python -m backend weights pull {entry.name}")
        for entry in catalog.entries
        if entry.profile in needed and not catalog.is_present(entry)
    ]
