"""The front end's settings, read from the environment by the root alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Settings:
    """Where the API is."""

    api_url: str = "http://127.0.0.1:8000"

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Settings:
        """Reads `LOGO_UI__API_URL`; an empty value counts as absent."""
        return cls(api_url=environment.get("LOGO_UI__API_URL", "").strip() or cls().api_url)
