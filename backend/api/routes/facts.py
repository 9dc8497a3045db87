"""Routes that say what there is: limits, choices, kinds of problems."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Path

from backend.api.bodies import (
    BrandLimitsBody,
    Capabilities,
    LimitsBody,
    ProblemPage,
    SecondsBody,
    StyleBody,
)
from backend.api.deps import Services
from backend.api.problems import problem_kinds
from backend.api.responses import problems
from backend.domain.branding import BRAND_LIMITS
from backend.domain.errors import NotFound
from backend.domain.generation import LIMITS, SourceName
from backend.services.measuring import seconds_by_speed
from backend.vector.finishes import FACTS
from backend.vector.layouts import Layout

router = APIRouter(tags=["facts"])


@router.get("/capabilities", summary="Limits, defaults and choices", responses=problems())
def capabilities(services: Services) -> Capabilities:
    """All bounds and defaults of requests; front ends build their forms from it."""
    generation = services.generation
    return Capabilities(
        limits=LimitsBody.model_validate(asdict(LIMITS)),
        branding=BrandLimitsBody.model_validate(asdict(BRAND_LIMITS)),
        sources=[str(source) for source in SourceName],
        speeds={str(speed): count for speed, count in generation.evaluations_by_speed.items()},
        seconds=SecondsBody.model_validate(seconds_by_speed(services.store, generation.speed_plan)),
        styles=[
            StyleBody(name=str(finish), caption=facts.caption, words=list(facts.words))
            for finish, facts in FACTS.items()
        ],
        layouts=[str(layout) for layout in Layout],
        loras=[file.name for file in services.loras.list()],
        profile=generation.options.profile,
        restyle_default=generation.restyles_by_default,
        wait_seconds=generation.options.wait_seconds,
    )


@router.get("/problems/{code}", summary="What a problem means", responses=problems(404))
def explain_problem(code: Annotated[str, Path(examples=["queue-full"])]) -> ProblemPage:
    """Explains a `code` of a problem document."""
    kind = problem_kinds().get(code)
    if kind is None:
        raise NotFound("There is no problem of this code.")
    return ProblemPage(
        code=kind.code, status=kind.status, title=kind.title, explanation=kind.explanation
    )
