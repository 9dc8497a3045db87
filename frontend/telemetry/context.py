"""What the current thread or task is working for; formatters add it to every log line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

REQUEST_ID: ContextVar[str] = ContextVar("request_id", default="")
CALLER_ID: ContextVar[str] = ContextVar("caller_id", default="")
JOB_ID: ContextVar[str] = ContextVar("job_id", default="")
STAGE: ContextVar[str] = ContextVar("stage", default="")


@contextmanager
def working_for(variable: ContextVar[str], value: str) -> Iterator[None]:
    """Sets a variable of this module for the duration of the block."""
    token = variable.set(value)
    try:
        yield
    finally:
        variable.reset(token)
