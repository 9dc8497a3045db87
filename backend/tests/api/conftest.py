"""A whole web process on temporary folders, with a worker that needs no models."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from backend.main import create_app
from backend.settings import Settings
from backend.tests.api.support import hired, serving, temporary_settings
from backend.tests.fakes import StubWorker

Hire = Callable[..., AbstractContextManager[StubWorker]]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings on temporary folders."""
    return temporary_settings(tmp_path)


@pytest.fixture
def client(settings: Settings) -> Iterator[TestClient]:
    """A running web process without a worker."""
    with TestClient(create_app(settings)) as client:
        yield client


@pytest.fixture
def hire(settings: Settings, client: TestClient) -> Hire:
    """Starts a worker for the client's web process, with connections of its own."""
    return lambda script=None: hired(settings, script)


@pytest.fixture
def worker(hire: Hire) -> Iterator[StubWorker]:
    """A worker that finishes everything at once."""
    with hire() as worker:
        yield worker


@pytest.fixture
def live(settings: Settings) -> Iterator[str]:
    """The address of a web process behind a real uvicorn, with a worker."""
    with serving(create_app(settings)) as address, hired(settings, None):
        yield address
