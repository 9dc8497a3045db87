"""What is written down beside a picture: enough to draw it again and to credit its sources."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from backend.domain.jobs import JobKind
from backend.services.chain import Work
from backend.services.pictures import Picture
from backend.services.records import STAGE_FINAL, ImageRecord, ModelRecord, new_image_record


def record_of(
    work: Work,
    picture: Picture,
    stage: str,
    *,
    params: Mapping[str, Any],
    kind: JobKind,
    job_id: str = "",
) -> ImageRecord:
    """The sidecar of one picture of a finished work.

    Args:
        stage: one of the STAGE_ names of `records`.
        params: the request as JSON-able values; with `kind` and the index it draws the picture
            again.
        job_id: empty when there was no job.
    """
    models = [
        ModelRecord(name=fact.name, sha256=fact.sha256) for fact in dict.fromkeys(work.models)
    ]
    reproduce = {
        "request": dict(params),
        "kind": str(kind),
        "stage": stage,
        "index": picture.index,
        "seed": picture.seed,
        "origin": picture.origin,
        "models": models,
    }
    if work.plan is not None and stage == STAGE_FINAL:
        reproduce["sampling"] = work.plan.to_record()
    if picture.recipe is not None:
        reproduce["recipe"] = picture.recipe.to_json()
    return new_image_record(
        reproduce=reproduce,
        stage=stage,
        origin=picture.origin,
        seed=picture.seed,
        palette=[colour.hex for colour in picture.palette.colours] if picture.palette else [],
        is_flat=picture.is_flat,
        layout=picture.layout,
        concept=picture.concept,
        glyphs=[
            {"id": glyph, "licence": licence, "author": author}
            for glyph, licence, author in picture.glyphs
        ],
        scores=picture.scores,
        parent=picture.parent,
        models=models,
        timings_ms=dict(work.timings_ms),
        job_id=job_id,
        name=(work.brief.name if work.brief else "") or str(params.get("name", "")),
        description=str(params.get("description", "")),
    )
