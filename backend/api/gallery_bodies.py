"""Shapes of the gallery's requests and answers about several pictures."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from backend.api import examples
from backend.api.schemas import ImageId
from backend.domain.jobs import JobKind

MAX_SELECTED = 500


class SelectionBody(BaseModel):
    """Stored pictures, chosen together."""

    model_config = ConfigDict(
        strict=True, extra="forbid", json_schema_extra={"examples": [examples.SELECTION]}
    )

    images: Annotated[list[ImageId], Field(min_length=1, max_length=MAX_SELECTED)]


class DeletedBody(BaseModel):
    """How many pictures are gone."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.DELETED]})

    deleted: int


class RecipeBody(BaseModel):
    """The settings found in a picture's file."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.RECIPE]})

    kind: JobKind = Field(description="Which route takes the request.")
    request: dict[str, Any] = Field(description="A body for that route, as it stands.")
    image: str | None = Field(description="The very picture, if it is in the store.")
