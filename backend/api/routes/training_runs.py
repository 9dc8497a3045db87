"""Routes about trainings of LoRA adapters: order, follow, stop, resume."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response

from backend.api.deps import Services, TrainingRunId, require_json
from backend.api.responses import Responses, problems
from backend.api.training_run_bodies import PresetsBody, RunBody, RunList, RunRequest
from backend.domain.generation import LIMITS

router = APIRouter(tags=["training"], max_body_size=LIMITS.body_bytes)

_PNG: Responses = {
    200: {
        "description": "The sheet.",
        "content": {"image/png": {"schema": {"type": "string", "format": "binary"}}},
    }
}


@router.get("/training/presets", summary="What can be trained", responses=problems(503))
def presets(services: Services) -> PresetsBody:
    """Goals with their settings, pipelines, and bounds of every setting."""
    return PresetsBody.of(services.training.runs.bases())


@router.get("/training/runs", summary="Trainings", responses=problems(503))
def list_runs(services: Services) -> RunList:
    """All trainings, newest first, without their curves."""
    return RunList(runs=[RunBody.of(view) for view in services.training.runs.list()])


@router.post(
    "/training/runs",
    status_code=202,
    summary="Train an adapter",
    dependencies=[Depends(require_json)],
    responses=problems(403, 404, 409, 413, 415, 429, 503, 507),
)
def start_run(body: RunRequest, services: Services, response: Response) -> RunBody:
    """Copies the set's pictures and stores a job that trains an adapter on them.

    The set must have been checked as it is now, without errors: 422 `set-unready` says what to
    mend. Later changes of the set do not reach the training.
    """
    made = RunBody.of(services.training.runs.order(body.to_domain()))
    response.headers["Location"] = f"/training/runs/{made.id}"
    return made


@router.get("/training/runs/{run_id}", summary="One training", responses=problems(404, 503))
def get_run(run_id: TrainingRunId, services: Services) -> RunBody:
    """How far it is, its curves, samples and figures, while it runs and afterwards."""
    return RunBody.of(services.training.runs.get(run_id))


@router.post(
    "/training/runs/{run_id}/stop",
    status_code=202,
    summary="Stop a training",
    responses=problems(403, 404, 503, 507),
)
def stop_run(run_id: TrainingRunId, services: Services) -> RunBody:
    """Asks a training to stop after the step at hand; what it has learnt is kept.

    Cancelling its job does the same. One that does not run stays as it is.
    """
    return RunBody.of(services.training.runs.stop(run_id))


@router.post(
    "/training/runs/{run_id}/resume",
    status_code=202,
    summary="Resume a training",
    responses=problems(403, 404, 409, 429, 503, 507),
)
def resume_run(run_id: TrainingRunId, services: Services) -> RunBody:
    """Goes on where a training stopped or failed, as if it had not been interrupted."""
    return RunBody.of(services.training.runs.resume(run_id))


@router.delete(
    "/training/runs/{run_id}",
    status_code=204,
    summary="Delete a training",
    responses=problems(403, 404, 409, 503, 507),
)
def delete_run(run_id: TrainingRunId, services: Services) -> None:
    """Removes a training with its curves and samples; its finished adapter stays.

    Refused with 409 `in-use` while it runs or waits.
    """
    services.training.runs.delete(run_id)


@router.get(
    "/training/runs/{run_id}/samples/{file}",
    summary="A sheet of samples",
    response_class=Response,
    responses=problems(404, 503) | _PNG,
)
def run_sample(
    run_id: TrainingRunId,
    file: Annotated[str, Path(max_length=100, examples=["samples-000100.png"])],
    services: Services,
) -> Response:
    """Pictures that the adapter made at some step."""
    content = services.training.runs.sample(run_id, file)
    headers = {"Cache-Control": "private, max-age=300", "X-Content-Type-Options": "nosniff"}
    return Response(content, media_type="image/png", headers=headers)
