"""The front end's settings, read from the environment by the root alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

_USUAL_PORT = "8000"


@dataclass(frozen=True, slots=True)
class Settings:
    """Where the API is, and what opens it.

    Attributes:
        api_url: as this process reaches it.
        public_api_url: as browsers reach it; one that begins with ":" is a port on the host that
            the page itself came from.
        api_key: what the pages show to the API, "" for none; browsers never get it.
    """

    api_url: str
    public_api_url: str
    api_key: str = field(default="", repr=False)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Settings:
        """Reads `LOGO_UI__API_URL`, else `LOGO_API__PORT` for an API on this machine.

        An empty value counts as absent.
        """
        told = {name: environment.get(name, "").strip() for name in environment}
        port = told.get("LOGO_API__PORT") or _USUAL_PORT
        api_url = told.get("LOGO_UI__API_URL") or f"http://127.0.0.1:{port}"
        public = told.get("LOGO_UI__PUBLIC_API_URL") or f":{_port(api_url) or port}"
        return cls(api_url, public.rstrip("/"), told.get("LOGO_UI__API_KEY", ""))


def _port(url: str) -> int | None:
    try:
        return urlsplit(url).port
    except ValueError:
        return None
