"""How routes document their answers, and the headers of answers that several routes share."""

from __future__ import annotations

from typing import Any

from starlette.responses import JSONResponse

from backend.api.bodies import JobBody
from backend.api.problems import PROBLEM_JSON

_PROBLEM = {PROBLEM_JSON: {"schema": {"$ref": "#/components/schemas/Problem"}}}
_WHEN = {
    400: "The request cannot be read, or the Host header names another service.",
    401: "The service asks for an API key, and none that opens it came.",
    403: "The key lacks the scope, or a page of another web site may not do this.",
    404: "There is no such thing.",
    405: "The address does not take this method.",
    409: "It does not go with what is there; the detail says what to do.",
    413: "The body is too large.",
    415: "The content type does not fit.",
    422: "Fields are invalid; `errors` names them.",
    429: "Faster than the caller's rate, or too many jobs are waiting; see Retry-After.",
    500: "A fault of the service.",
    503: "Something that is needed is missing; the detail says what to do.",
    507: "The disk is full.",
}

Responses = dict[int | str, dict[str, Any]]


def problems(*statuses: int) -> Responses:
    """OpenAPI entries for problem documents of these statuses, and of those any route may give."""
    return {
        status: {"description": _WHEN[status], "content": _PROBLEM}
        for status in sorted({400, 401, 403, 422, 429, 500, *statuses})
    }


def accepted_entry() -> Responses:
    """The OpenAPI entry of `accepted`."""
    headers = {
        "Location": {"description": "Address of the job.", "schema": {"type": "string"}},
        "Preference-Applied": {
            "description": "respond-async, if that was preferred.",
            "schema": {"type": "string"},
        },
    }
    description = "The job is stored; follow Location."
    return {202: {"description": description, "headers": headers, "model": JobBody}}


def accepted(body: JobBody, *, preferred: bool = False) -> JSONResponse:
    """202 with the job and its address."""
    headers = {"Location": f"/jobs/{body.id}"}
    if preferred:
        headers["Preference-Applied"] = "respond-async"
    return JSONResponse(body.model_dump(mode="json"), status_code=202, headers=headers)
