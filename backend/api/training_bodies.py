"""Shapes of training sets: what is sent, and what a check found."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict, Field

from backend.api.examples import JOB_ID
from backend.api.problems import Problem, problem_of_record
from backend.api.schemas import Line, Text
from backend.domain.lora_presets import LIMITS
from backend.services.training_sets import SetView
from backend.storage.training_uploads import MAX_PICTURES

SET_ID = "set_4f2a9c1d8b7e6f5012345678"
SET: dict[str, Any] = {
    "id": SET_ID,
    "name": "Harbour style",
    "created_at": "2026-11-20T12:00:00Z",
    "state": "ready",
    "files": 2,
    "bytes": 1843200,
    "job": None,
    "problem": None,
    "pictures": [
        {
            "file": "lighthouse.png",
            "source": "Lighthouse.jpg",
            "width": 1024,
            "height": 768,
            "caption": "a lighthouse on a rock",
            "caption_from": "captions.txt",
            "problems": [],
            "duplicate_of": None,
            "thumbnail_url": f"/training/sets/{SET_ID}/pictures/lighthouse.png/thumbnail",
        }
    ],
    "findings": [
        {
            "code": "few-pictures",
            "level": "warning",
            "files": [],
            "detail": "There is 1 picture; from 8 on a style is learnt well.",
        }
    ],
    "refused": [{"source": "notes.png", "reason": "it is not a picture"}],
}
INSPECT_JOB: dict[str, Any] = {"id": JOB_ID, "kind": "inspect", "state": "queued"}
SetState = Literal["empty", "uploaded", "inspecting", "ready", "unready", "failed"]


class SetRequest(BaseModel):
    """A set that shall be made."""

    model_config = ConfigDict(
        strict=True, extra="forbid", json_schema_extra={"examples": [{"name": "Harbour style"}]}
    )

    name: Annotated[Line, Field(max_length=4_096)] = Field(
        description="What people shall call it; cut after 100 characters."
    )


class CaptionsRequest(BaseModel):
    """Captions by picture."""

    model_config = ConfigDict(
        strict=True,
        extra="forbid",
        json_schema_extra={
            "examples": [{"captions": {"lighthouse.png": "a lighthouse on a rock"}}]
        },
    )

    captions: Annotated[
        dict[
            Annotated[str, Field(max_length=300)],
            Annotated[Text, Field(max_length=LIMITS.caption_characters)],
        ],
        Field(min_length=1, max_length=MAX_PICTURES),
    ] = Field(description="The captions of these pictures; those of others stay.")


class PictureBody(BaseModel):
    """A picture that the check accepted."""

    file: str
    source: str = Field(description="The upload it came from; inside of a zip file the path there.")
    width: int
    height: int
    caption: str
    caption_from: str = Field(
        description="file, captions.txt, proposed; edited: by PUT /training/sets/{id}/captions."
    )
    problems: list[str]
    duplicate_of: str | None
    thumbnail_url: str


class FindingBody(BaseModel):
    """Something that the check has to say."""

    code: str
    level: Literal["error", "warning", "note"]
    files: list[str]
    detail: str


class RefusedBody(BaseModel):
    """An upload that cannot be used."""

    source: str
    reason: str


class SetBody(BaseModel):
    """A training set."""

    model_config = ConfigDict(json_schema_extra={"examples": [SET]})

    id: str
    name: str
    created_at: datetime
    state: SetState
    files: int
    bytes: int
    job: str | None = Field(description="The check that waits, runs or failed.")
    problem: Problem | None = Field(description="Why the last check failed.")
    pictures: list[PictureBody]
    findings: list[FindingBody]
    refused: list[RefusedBody]

    @classmethod
    def of(cls, view: SetView, *, brief: bool = False) -> SetBody:
        """A set as the service describes it.

        Args:
            view: the set.
            brief: leaves out what the check found.
        """
        stored = view.stored
        path = f"/training/sets/{stored.id}"
        found = None if brief else stored.inspection
        problem = view.problem
        return cls(
            id=stored.id,
            name=stored.name,
            created_at=stored.created_at,
            state=view.state,
            files=len(stored.uploads),
            bytes=stored.bytes,
            job=view.job,
            problem=problem and problem_of_record(problem.to_record(), path),
            pictures=[
                PictureBody(
                    file=(file := picture.file),
                    source=picture.source,
                    width=picture.width,
                    height=picture.height,
                    caption=stored.captions.get(file, picture.caption),
                    caption_from="edited" if file in stored.captions else picture.caption_from,
                    problems=list(picture.problems),
                    duplicate_of=picture.duplicate_of,
                    thumbnail_url=f"{path}/pictures/{quote(file)}/thumbnail",
                )
                for picture in (found.pictures if found else ())
            ],
            findings=[
                FindingBody.model_validate(finding, from_attributes=True)
                for finding in (found.findings if found else ())
            ],
            refused=[
                RefusedBody(source=source, reason=reason)
                for source, reason in (found.refused if found else ())
            ],
        )


class SetList(BaseModel):
    """All sets, newest first; `pictures`, `findings` and `refused` are left empty."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"sets": [SET | {"pictures": [], "findings": [], "refused": []}]}]
        }
    )

    sets: list[SetBody]
