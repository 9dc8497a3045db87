"""Every failure that the product knows by name.

    LogoError
    ├── InvalidRequest           422  a field has a wrong type, range or combination
    ├── InvalidBrief             422  nothing can be drawn from the text
    ├── UnreadableImage          422  an uploaded picture is broken, too large or not a picture
    ├── NoRecipe                 422  a picture's file carries no settings that can be used
    ├── UnknownLora              422  no adapter of that name
    ├── LoraIncompatible         422  the adapter does not fit the loaded pipeline
    ├── DatasetSchemaMismatch    422  a parquet file lacks the agreed columns
    ├── DatasetUnreadable        422  a parquet file is broken, encrypted or too large to read
    ├── SetUnready               422  a training set was not checked, or has errors
    ├── TextNotSettable          422  no font of ours can set the name or the tagline
    ├── NoVectorForm             422  the picture cannot become good vector areas
    ├── NotFound                 404
    │   ├── JobNotFound
    │   ├── ImageNotFound
    │   ├── DatasetNotFound
    │   ├── ReportNotFound       the data set has not been analysed
    │   ├── HistoryNotFound      nothing was written down while the model was trained
    │   ├── SetNotFound
    │   ├── RunNotFound
    │   ├── KitNotFound          the brand kit was never made, or has been cleared away
    │   ├── FinishNotFound       nothing was finished from the picture yet
    │   ├── TryoutNotFound       the adapter has not been tried on the fixed prompts
    │   └── UnknownWeights
    ├── JobCancelled             409  the job was cancelled before it finished
    ├── IdempotencyConflict      409  the key was used for another request
    ├── UploadOffsetMismatch     409  the chunk does not follow on what is there
    ├── NotRemovable             409  only its owner can remove it
    ├── AlreadyPresent           409  there is nothing to fetch
    ├── NameTaken                409  another thing has the name
    ├── InUse                    409  a job is at work with it
    ├── KeyMissing               401  the service asks for an API key
    ├── KeyInvalid               401  the API key opens nothing (any more)
    ├── ScopeMissing             403  the API key is for other things
    ├── QueueFull                429  try again later
    ├── TooManyJobs              429  the caller has as many waiting as one may
    ├── TooManyRequests          429  faster than the caller's rate
    ├── LeaseLost                409  another worker has taken the job over
    ├── WorkerUnavailable        503  no worker answers
    ├── CrashedWorker            503  the job brought its worker down twice
    ├── StageFailed              503  a model's turn ended in an error
    ├── InvalidOutput            503  a model gave a blank or non-finite picture
    ├── OutOfMemory              503  the device's memory did not suffice
    ├── WeightsMissing           503  a file is not there; says which command brings it
    ├── WeightsCorrupt           503  a file is not what the manifest says
    ├── NetworkUnavailable       503  a download could not be made
    ├── ToolMissing              503  a program is not installed
    ├── LogStackFailed           503  Elasticsearch or Kibana did not do what was asked
    ├── StoreUnavailable         503  the job database cannot be used
    └── StorageFull              507  the disk is full

`code` and `status` are part of the HTTP interface and never change their meaning.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar


class LogoError(Exception):
    """Base of all expected failures.

    Attributes:
        code: stable kebab-case name.
        status: the HTTP status that fits.
        title: what kind of failure this is, the same for every instance.
        detail: what happened this time and what to do next; safe to show to a user.
        fields: the offending request fields, as (dotted path, reason).
    """

    code: ClassVar[str] = "internal-error"
    status: ClassVar[int] = 500
    title: ClassVar[str] = "Something went wrong on our side"

    def __init__(self, detail: str, *, fields: Sequence[tuple[str, str]] = ()) -> None:
        super().__init__(detail)
        self.detail = detail
        self.fields = tuple(fields)

    def to_record(self) -> dict[str, Any]:
        """A JSON-able record from which `from_record` rebuilds the error."""
        return {
            "code": self.code,
            "detail": self.detail,
            "fields": [list(pair) for pair in self.fields],
        }


class InvalidRequest(LogoError):
    code, status, title = "invalid-request", 422, "The request has invalid fields"


class InvalidBrief(LogoError):
    code, status, title = "invalid-brief", 422, "There is nothing to draw in this description"


class UnreadableImage(LogoError):
    code, status, title = "unreadable-image", 422, "The picture cannot be used"


class NoRecipe(LogoError):
    code, status, title = "no-recipe", 422, "The picture carries no settings"


class UnknownLora(LogoError):
    code, status, title = "unknown-lora", 422, "There is no such LoRA"


class LoraIncompatible(LogoError):
    code, status, title = "lora-incompatible", 422, "The LoRA does not fit the loaded model"


class DatasetSchemaMismatch(LogoError):
    code, status, title = "dataset-schema-mismatch", 422, "The data set lacks the agreed columns"


class DatasetUnreadable(LogoError):
    code, status, title = "dataset-unreadable", 422, "The data set cannot be read"


class SetUnready(LogoError):
    code, status, title = "set-unready", 422, "The training set is not ready"


class TextNotSettable(LogoError):
    code, status, title = "text-not-settable", 422, "The lettering cannot be set"


class NoVectorForm(LogoError):
    code, status, title = "no-vector-form", 422, "The picture has no good vector form"


class NotFound(LogoError):
    code, status, title = "not-found", 404, "There is nothing here"


class JobNotFound(NotFound):
    code, title = "job-not-found", "There is no such job"


class ImageNotFound(NotFound):
    code, title = "image-not-found", "There is no such picture"


class DatasetNotFound(NotFound):
    code, title = "dataset-not-found", "There is no such data set"


class ReportNotFound(NotFound):
    code, title = "report-not-found", "The data set has not been analysed"


class HistoryNotFound(NotFound):
    code, title = "history-not-found", "There are no training curves of this model"


class SetNotFound(NotFound):
    code, title = "set-not-found", "There is no such training set"


class RunNotFound(NotFound):
    code, title = "run-not-found", "There is no such training"


class TryoutNotFound(NotFound):
    code, title = "tryout-not-found", "The LoRA has not been tried"


class KitNotFound(NotFound):
    code, title = "kit-not-found", "There is no such brand kit"


class FinishNotFound(NotFound):
    code, title = "finish-not-found", "Nothing was finished from this picture"


class UnknownWeights(NotFound):
    code, title = "unknown-weights", "The manifest does not list these weights"


class JobCancelled(LogoError):
    code, status, title = "job-cancelled", 409, "The job was cancelled"


class IdempotencyConflict(LogoError):
    code, status, title = (
        "idempotency-conflict",
        409,
        "This Idempotency-Key belongs to another request",
    )


class UploadOffsetMismatch(LogoError):
    code, status, title = (
        "upload-offset-mismatch",
        409,
        "The chunk does not follow on what has arrived",
    )


class NotRemovable(LogoError):
    code, status, title = "not-removable", 409, "This cannot be removed from here"


class AlreadyPresent(LogoError):
    code, status, title = "already-present", 409, "Everything is there already"


class NameTaken(LogoError):
    code, status, title = "name-taken", 409, "The name is taken"


class InUse(LogoError):
    code, status, title = "in-use", 409, "A job is at work with it"


class KeyMissing(LogoError):
    code, status, title = "key-missing", 401, "An API key is needed"


class KeyInvalid(LogoError):
    code, status, title = "key-invalid", 401, "The API key opens nothing"


class ScopeMissing(LogoError):
    code, status, title = "scope-missing", 403, "The API key is not for this"


class TooManyRequests(LogoError):
    """Attributes: retry_after_seconds: when the same request would pass."""

    code, status, title = "too-many-requests", 429, "Too many requests"

    def __init__(
        self,
        detail: str,
        *,
        fields: Sequence[tuple[str, str]] = (),
        retry_after_seconds: float = 10.0,
    ) -> None:
        super().__init__(detail, fields=fields)
        self.retry_after_seconds = retry_after_seconds


class QueueFull(LogoError):
    code, status, title = "queue-full", 429, "Too many jobs are waiting"


class TooManyJobs(LogoError):
    code, status, title = "too-many-jobs", 429, "Too many of your jobs are waiting"


class LeaseLost(LogoError):
    code, status, title = "lease-lost", 409, "Another worker has taken the job over"


class WorkerUnavailable(LogoError):
    code, status, title = "worker-unavailable", 503, "No worker is running"


class CrashedWorker(LogoError):
    code, status, title = "crashed-worker", 503, "The job brought its worker down twice"


class StageFailed(LogoError):
    code, status, title = "stage-failed", 503, "A step of the chain failed"


class InvalidOutput(LogoError):
    code, status, title = "invalid-output", 503, "A model gave an unusable picture"


class OutOfMemory(LogoError):
    code, status, title = "out-of-memory", 503, "The device ran out of memory"


class WeightsMissing(LogoError):
    code, status, title = "weights-missing", 503, "Model weights are missing"


class WeightsCorrupt(LogoError):
    code, status, title = "weights-corrupt", 503, "Model weights are damaged"


class NetworkUnavailable(LogoError):
    code, status, title = "network-unavailable", 503, "The download could not be made"


class ToolMissing(LogoError):
    code, status, title = "tool-missing", 503, "A needed program is not available"


class LogStackFailed(LogoError):
    code, status, title = "log-stack-failed", 503, "The log stack did not do what was asked"


class StoreUnavailable(LogoError):
    code, status, title = "store-unavailable", 503, "The job store cannot be used"


class StorageFull(LogoError):
    code, status, title = "storage-full", 507, "The disk is full"


def _tree(base: type[LogoError]) -> list[type[LogoError]]:
    return [base, *(found for child in base.__subclasses__() for found in _tree(child))]


def error_types() -> dict[str, type[LogoError]]:
    """Every error class by its code."""
    return {error.code: error for error in _tree(LogoError)}


def from_record(record: Mapping[str, Any]) -> LogoError:
    """Rebuilds an error from `LogoError.to_record`; unknown codes become a plain LogoError."""
    error = error_types().get(str(record.get("code")), LogoError)
    fields = [(str(path), str(reason)) for path, reason in record.get("fields", ())]
    return error(str(record.get("detail", error.title)), fields=fields)
