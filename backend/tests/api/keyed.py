"""A web process that asks for keys, for tests."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient

from backend.domain.access import KeyScope
from backend.main import create_app
from backend.services.access import create_key
from backend.settings import Settings
from backend.storage.keys import KeyFile
from backend.tests.api.support import temporary_settings


@dataclass
class Keyed:
    """A client, and the file of keys of its web process."""

    client: TestClient
    keys: KeyFile
    settings: Settings

    def key(self, *scopes: str, label: str = "test", expires_at: datetime | None = None) -> str:
        """The text of a new key."""
        told = [KeyScope(scope) for scope in scopes]
        return create_key(self.keys, label, told, expires_at)[1]

    def bearing(self, *scopes: str) -> dict[str, str]:
        """Headers with a new key."""
        return bearer(self.key(*scopes))


def bearer(text: str) -> dict[str, str]:
    """Headers with a key or ticket."""
    return {"Authorization": f"Bearer {text}"}


def keyed(folder: Path, **api: Any) -> Keyed:
    """A web process with one key, so that it asks for keys; not started yet."""
    settings = temporary_settings(folder, **api)
    keys = KeyFile(settings.state_folder)
    create_key(keys, "first", [KeyScope.ADMIN])
    return Keyed(TestClient(create_app(settings)), keys, settings)


def path_of(template: str) -> str:
    """A path that a route's template fits."""
    fillings = {
        "{path:path}": "favicon.png", "{index}": "0", "{prompt}": "0", "{weight}": "1",
        "{code}": "queue-full",
    }  # fmt: skip
    for name, value in fillings.items():
        template = template.replace(name, value)
    return "/".join("x1" if part.startswith("{") else part for part in template.split("/"))
