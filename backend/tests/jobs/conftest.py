"""Job stores under test, on SQLite and, where LOGO_TEST_POSTGRES_URL names one, on PostgreSQL."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, make_url, text

from backend.domain.jobs import Claim, JobKind, Lane, NewJob
from backend.jobs.store import SqlJobStore
from backend.tests.jobs.clocks import Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()


POSTGRES_URL = os.environ.get("LOGO_TEST_POSTGRES_URL", "")
SERVERS = [pytest.param("sqlite", id="sqlite")]
if POSTGRES_URL:
    SERVERS.append(pytest.param(POSTGRES_URL, id="postgresql"))


@pytest.fixture(params=SERVERS)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database."""
    server = request.param
    if server == "sqlite":
        yield f"sqlite:///{tmp_path / 'jobs.db'}"
        return
    schema = f"test_{secrets.token_hex(6)}"
    engine = create_engine(server)
    with engine.begin() as connection:
        connection.execute(text(f"CREATE SCHEMA {schema}"))
    inside = make_url(server).update_query_dict({"options": f"-csearch_path={schema}"})
    yield inside.render_as_string(hide_password=False)
    with engine.begin() as connection:
        connection.execute(text(f"DROP SCHEMA {schema} CASCADE"))
    engine.dispose()


@pytest.fixture
def store(url: str, clock: Clock) -> Iterator[SqlJobStore]:
    opened = SqlJobStore(url, clock)
    yield opened
    opened.close()


@pytest.fixture
def new_job() -> Callable[..., NewJob]:
    def make(**changes: Any) -> NewJob:
        values: dict[str, Any] = {
            "kind": JobKind.DRAFTS,
            "params": {"description": "тихий océan 🦊", "count": 4},
            "batch_key": "k",
            "fingerprint": "f",
        }
        return NewJob(**(values | changes))

    return make


@pytest.fixture
def take(store: SqlJobStore) -> Callable[..., list[Claim]]:
    """Claims with the usual arguments."""

    def claim(
        worker: str = "w1", lane: Lane = Lane.DEVICE, *, lease: float = 15, batch: int = 1
    ) -> list[Claim]:
        return list(store.claim(worker, lane, lease_seconds=lease, max_batch=batch))

    return claim
