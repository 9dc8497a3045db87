"""The models part of the stub API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from frontend.tests.stub_api import StubApi


class StubModels:
    """See `StubPart`."""

    def __init__(self, stub: StubApi) -> None:
        self.stub = stub

    def answer(self, method: str, path: str, query: Mapping[str, str], body: Any) -> Any:
        """(status, JSON value or bytes), or None for a path of somebody else."""
        return None
