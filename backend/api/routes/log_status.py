"""What the page tells of the logs: whether they are collected, and the last errors here."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field

from backend.api.responses import problems
from backend.services.log_stack.status import LogStatus, StackState

router = APIRouter()

_EXAMPLE: dict[str, Any] = {
    "stack": "reachable",
    "detail": "green",
    "kibana_url": "http://localhost:5601",
    "writes_files": True,
    "errors": [
        {
            "at": "2026-11-21T10:15:00.123Z",
            "process": "worker",
            "message": "batch failed unexpectedly",
            "code": "KeyError",
            "request_id": "",
            "job_id": "0193c1f1a7c07d3e8a52",
        }
    ],
}


class LoggedErrorBody(BaseModel):
    """One line of level error or above."""

    at: str
    process: str
    message: str
    code: str
    request_id: str
    job_id: str


class LogStatusBody(BaseModel):
    """The state of the logs."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    stack: StackState
    detail: str = Field(description="Health of the cluster, or why it cannot be reached.")
    kibana_url: str
    writes_files: bool = Field(description="Whether log files are written on this machine.")
    errors: list[LoggedErrorBody] = Field(description="The last ones, newest first.")


@router.get("/health/logs", summary="Are the logs collected?", responses=problems())
def log_status(request: Request) -> LogStatusBody:
    """The log stack's state, and the last errors in the log files of this machine."""
    # The root sets it when the process starts; an application without one has no logs to show.
    status = getattr(request.app.state, "log_status", None) or LogStatus()
    return LogStatusBody.model_validate(asdict(status.report()))
