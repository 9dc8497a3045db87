"""Every error answer: RFC 9457 problem documents, small, stable, and without the caller's input."""

from __future__ import annotations

import json
import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from backend.domain.errors import LogoError, TooManyRequests, error_types, from_record
from backend.telemetry.context import REQUEST_ID

PROBLEM_JSON = "application/problem+json"
MAX_PROBLEM_BYTES = 4_096
_MAX_ERRORS = 20
_DETAIL_CHARACTERS = 600
_FIELD_CHARACTERS = 80
_REASON_CHARACTERS = 160


class FieldError(BaseModel):
    """A field of the request that is at fault."""

    field: str = Field(examples=["loras[0].weight"])
    reason: str = Field(examples=["Input should be less than or equal to 2"])


class Problem(BaseModel):
    """What went wrong, after RFC 9457."""

    type: str = Field(description="Address of a page that explains this kind of problem.")
    title: str = Field(description="The kind of problem; the same each time.")
    status: int
    detail: str = Field(description="What happened this time and what to do next.")
    instance: str = Field(description="Path of the request or job that failed.")
    code: str = Field(description="Stable name of this kind of problem, for programs.")
    request_id: str | None = Field(
        description="Quote it when asking for help; logs carry it too. "
        "Null in a job's record, where `instance` names the job."
    )
    errors: list[FieldError] = Field(description="The fields at fault, if any.")


@dataclass(frozen=True, slots=True)
class ProblemKind:
    """A kind of problem. The explanation is a sentence or two for `/problems/{code}`."""

    code: str
    status: int
    title: str
    explanation: str


_HTTP_KINDS = (
    ProblemKind(
        "malformed-request", 400, "The request cannot be read",
        "The body is not JSON or not multipart data, a header makes no sense, or the Host is not "
        "one this service answers to (setting LOGO_API__ALLOWED_HOSTS).",
    ),
    ProblemKind(
        "cross-origin", 403, "Another web site may not do this",
        "A page of another site asked your browser to change something here. Sites that may are "
        "listed in the setting LOGO_API__ALLOWED_ORIGINS.",
    ),
    ProblemKind(
        "method-not-allowed", 405, "This address does not take this method",
        "The address exists, but not for this HTTP method; the Allow header says which it takes.",
    ),
    ProblemKind(
        "request-timeout", 408, "The request came too slowly",
        "A head has to be whole after 10 seconds, and a body has to bring 10 KiB or its end in "
        "each 10 seconds; send large files on a better line, in chunks where that is offered.",
    ),
    ProblemKind(
        "too-many-connections", 503, "Too many connections are open",
        "The service, or one address, may have only so many open at once. Close what is not used "
        "and try again after the time in Retry-After.",
    ),
    ProblemKind(
        "payload-too-large", 413, "The request is too large",
        "JSON bodies and uploads have a size limit; GET /capabilities says which.",
    ),
    ProblemKind(
        "unsupported-media-type", 415, "The content type does not fit",
        "Send JSON with Content-Type: application/json, and uploads as multipart/form-data.",
    ),
    ProblemKind(
        "request-refused", 400, "The request was refused",
        "The web server refused the request before it reached the service.",
    ),
    ProblemKind(
        "not-ready", 503, "The service is not ready",
        "Something it needs is missing; the fields name what, and the reasons say what to do.",
    ),
)  # fmt: skip

_EXPLANATIONS: Mapping[str, str] = {
    "internal-error": "A fault of the service. Its log has the details under the request id.",
    "invalid-request": "The fields named in `errors` have a wrong type, range or combination.",
    "invalid-brief": "The description names nothing to draw; add a few words on what to show.",
    "unreadable-image": "Pictures must be whole PNG, JPEG or WEBP files within the size limits.",
    "no-recipe": "Only PNG files made by this service, and left as they were, hold their settings.",
    "unknown-lora": "GET /loras lists the adapters; put .safetensors files into the lora folder.",
    "lora-incompatible": "The file is no sound LoRA, or one for another model than the loaded one; "
    "the detail says which and why.",
    "dataset-schema-mismatch": "A data set needs the columns `image` and `text`.",
    "dataset-unreadable": "The file is not a whole, unencrypted parquet file; the detail says why.",
    "set-unready": "Have the set checked, mend what the findings call errors, and check it again.",
    "text-not-settable": "The detail names the characters, and what to write instead.",
    "no-vector-form": "The detail says why; take the PNG, or fewer colours and a flat picture.",
    "not-found": "The address does not exist, or what it named was deleted.",
    "job-not-found": "There is no job with this id; GET /jobs lists those there are.",
    "image-not-found": "There is no picture with this id; GET /images lists those there are.",
    "dataset-not-found": "There is no data set with this id; GET /datasets lists those there are.",
    "report-not-found": "Nobody has analysed the data set yet; POST /datasets/{id}/eda does it.",
    "history-not-found": "No history of its training came with the model's weights.",
    "set-not-found": "There is no training set with this id; GET /training/sets lists them.",
    "run-not-found": "There is no training with this id; GET /training/runs lists them.",
    "tryout-not-found": "Nobody has tried the LoRA yet; POST /loras/{name}/tryout does it.",
    "kit-not-found": "It was never made or has been cleared away; POST /exports makes it anew.",
    "finish-not-found": "PUT /images/{id}/finish keeps how a picture is finished.",
    "unknown-weights": "GET /models lists the weights that the manifest knows.",
    "job-cancelled": "Somebody cancelled the job; send the request again to start anew.",
    "idempotency-conflict": "Use a new Idempotency-Key for a request that differs.",
    "upload-offset-mismatch": "Go on from the offset that `errors` names; nothing is lost.",
    "not-removable": "It lies in the data folder; remove it there.",
    "already-present": "All files of the model are here; there is nothing to pull.",
    "name-taken": "Choose another name, or remove what has this one.",
    "in-use": "Wait until the job that works with it has ended, or stop that job first.",
    "key-missing": "Send a key as `Authorization: Bearer KEY`; `python -m backend keys create` "
    "makes one on the server.",
    "key-invalid": "The key is unknown, was revoked or has expired; keys in a URL are not read.",
    "scope-missing": "Each key is for some things only; the detail names the scope that it lacks.",
    "too-many-requests": "You ask faster than your share; try again after the time in Retry-After.",
    "queue-full": "Too many jobs are waiting; try again after the time in Retry-After.",
    "too-many-jobs": "The queue takes only so many jobs of one key. Wait for some of yours, or "
    "cancel some; others are served meanwhile.",
    "lease-lost": "Two workers met over one job; the newer one goes on with it.",
    "worker-unavailable": "No worker process is running; start `python -m backend.worker`.",
    "crashed-worker": "The job ended its worker twice and will not be tried again.",
    "stage-failed": "A model failed on this request; the detail says which and why.",
    "invalid-output": "A model gave a blank or broken picture twice; try another seed.",
    "out-of-memory": "Ask for fewer or smaller pictures, or free memory on the device.",
    "weights-missing": "Files of a model are absent; run the command in the detail.",
    "weights-corrupt": "A model's file is damaged; pull it again with the command in the detail.",
    "network-unavailable": "A download failed; check the connection and try again.",
    "log-stack-failed": "Elasticsearch or Kibana did not answer, or refused; the detail says why.",
    "tool-missing": "A program that is needed is not installed; the detail names it.",
    "store-unavailable": "The job database cannot be used; the detail says why.",
    "storage-full": "No space is left on the disk; free some and try again.",
}

_CODE_BY_STATUS = {
    400: "malformed-request", 403: "cross-origin", 404: "not-found", 405: "method-not-allowed",
    408: "request-timeout", 413: "payload-too-large", 415: "unsupported-media-type",
    422: "invalid-request",
}  # fmt: skip
_DETAIL_BY_STATUS = {
    400: "The body could not be read; check that it is complete and is what Content-Type says.",
    404: "There is nothing at this address; /docs lists what there is.",
    405: "This address does not take this method; the Allow header says which it takes.",
    408: "The body did not come in time; send it again, faster or in smaller parts.",
    413: "The request is larger than this address takes; GET /capabilities says how much.",
}
_RETRY_SECONDS = {429: "10", 503: "10"}
# pydantic's words for these are about Python or quote patterns.
_REASONS = {
    "missing": "this field is needed",
    "extra_forbidden": "there is no such field",
    "string_unicode": "must be valid Unicode text",
    "finite_number": "must be a finite number",
    "model_attributes_type": "must be a JSON object",
    "dict_type": "must be a JSON object",
}


def problem_kinds() -> dict[str, ProblemKind]:
    """Every kind of problem by its code."""
    kinds = {
        code: ProblemKind(code, error.status, error.title, _EXPLANATIONS[code])
        for code, error in error_types().items()
    }
    return kinds | {kind.code: kind for kind in _HTTP_KINDS}


def kind_for_status(status: int) -> ProblemKind:
    """The kind that says most about an HTTP status."""
    fallback = "internal-error" if status >= 500 else "request-refused"
    return problem_kinds()[_CODE_BY_STATUS.get(status, fallback)]


def problem_of_kind(
    kind: ProblemKind,
    *,
    detail: str,
    instance: str,
    status: int | None = None,
    fields: Sequence[tuple[str, str]] = (),
) -> Problem:
    """A document with every text cut to size and free of control characters."""
    return Problem(
        type=f"/problems/{kind.code}",
        title=kind.title,
        status=status or kind.status,
        detail=_plain(detail, _DETAIL_CHARACTERS),
        instance=_plain(instance, _FIELD_CHARACTERS),
        code=kind.code,
        request_id=REQUEST_ID.get() or None,
        errors=[
            FieldError(
                field=_plain(name, _FIELD_CHARACTERS), reason=_plain(why, _REASON_CHARACTERS)
            )
            for name, why in fields[:_MAX_ERRORS]
        ],
    )


def problem_of_error(error: LogoError, instance: str) -> Problem:
    """The document of a known failure."""
    kind = ProblemKind(error.code, error.status, error.title, "")
    return problem_of_kind(kind, detail=error.detail, instance=instance, fields=error.fields)


def problem_of_record(record: Mapping[str, Any], instance: str) -> Problem:
    """The document of a failure that a worker stored; the request that reads it is not at fault."""
    problem = problem_of_error(from_record(record), instance)
    return problem.model_copy(update={"request_id": None})


def problem_response(problem: Problem, headers: Mapping[str, str] | None = None) -> Response:
    """The answer, at most MAX_PROBLEM_BYTES long: surplus field errors are left out."""
    body = problem.model_dump()
    content = _encode(body)
    while len(content) > MAX_PROBLEM_BYTES and body["errors"]:
        body["errors"].pop()
        content = _encode(body)
    sent = dict(headers or {})
    if problem.status == 401:
        sent.setdefault("WWW-Authenticate", "Bearer")
    sent.setdefault("Cache-Control", "no-store")
    if problem.status in _RETRY_SECONDS:
        sent.setdefault("Retry-After", _RETRY_SECONDS[problem.status])
    return Response(content, status_code=problem.status, headers=sent, media_type=PROBLEM_JSON)


def error_response(error: LogoError, instance: str) -> Response:
    """The answer to a known failure, with its own Retry-After where it has one."""
    headers = {}
    if isinstance(error, TooManyRequests):
        headers["Retry-After"] = str(max(1, math.ceil(error.retry_after_seconds)))
    return problem_response(problem_of_error(error, instance), headers)


def install_problem_handlers(app: FastAPI, methods: Mapping[str, Collection[str]]) -> None:
    """Lets the application answer its failures with problem documents.

    Args:
        app: without handlers of its own.
        methods: what each address (as a template) takes. Starlette's own Allow header knows but
            one of several routes with the same address.
    """

    async def on_http_exception(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        headers = dict(error.headers or {})
        known = methods.get(getattr(request.scope.get("route"), "path", ""))
        if error.status_code == 405 and known:
            headers["Allow"] = ", ".join(sorted(known))
        return problem_response(_problem_of_http(request, error), headers)

    app.add_exception_handler(LogoError, _on_logo_error)
    app.add_exception_handler(RequestValidationError, _on_validation_error)
    app.add_exception_handler(HTTPException, on_http_exception)


def field_path(location: Sequence[str | int]) -> str:
    """`("body", "loras", 0, "weight")` as `loras[0].weight`."""
    path = ""
    for part in location[1:] if len(location) > 1 else location:
        if isinstance(part, int):
            path += f"[{part}]"
        else:
            path += f".{part}" if path else part
    return path


async def _on_logo_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, LogoError)
    return error_response(error, request.url.path)


async def _on_validation_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    found = error.errors()
    if found and found[0]["type"] == "json_invalid":
        position = found[0]["loc"][-1]
        reason = found[0].get("ctx", {}).get("error", "")
        detail = f"The body is not JSON; it breaks off at character {position}: {reason}."
        kind = kind_for_status(400)
        return problem_response(problem_of_kind(kind, detail=detail, instance=request.url.path))
    fields = [(field_path(entry["loc"]), _reason(entry)) for entry in found]
    names = ", ".join(dict.fromkeys(_plain(name, 40) for name, _ in fields[:5]))
    kind = kind_for_status(422)
    detail = f"Correct these fields and send the request again: {names}."
    return problem_response(
        problem_of_kind(kind, detail=detail, instance=request.url.path, fields=fields)
    )


def _problem_of_http(request: Request, error: HTTPException) -> Problem:
    status = error.status_code
    return problem_of_kind(
        kind_for_status(status),
        detail=_DETAIL_BY_STATUS.get(status, str(error.detail)),
        instance=request.url.path,
        status=status,
    )


def _reason(entry: Mapping[str, Any]) -> str:
    return _REASONS.get(entry["type"], str(entry["msg"]))


def _encode(body: Mapping[str, Any]) -> bytes:
    return json.dumps(body, ensure_ascii=False, allow_nan=False).encode("utf-8")


def _plain(text: str, limit: int) -> str:
    """Valid Unicode without control characters, cut to a length."""
    cut = text if len(text) <= limit else text[: limit - 1] + "…"
    clean = "".join(letter if letter.isprintable() else " " for letter in cut)
    return clean.encode("utf-8", "replace").decode("utf-8")
