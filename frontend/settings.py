"""The front end's settings, read from the environment by the root alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Settings:
    """Where the API is."""

    api_url: str

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Settings:
        """Reads `LOGO_UI__API_URL`, else `LOGO_API__PORT` for an API on this machine.

        An empty value counts as absent.
        """
        port = environment.get("LOGO_API__PORT", "").strip() or "8000"
        return cls(environment.get("LOGO_UI__API_URL", "").strip() or f"http://127.0.0.1:{port}")
