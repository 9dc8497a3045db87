from __future__ import annotations

import threading
from contextlib import closing
from pathlib import Path

import pytest

from backend.jobs.store import SqlJobStore
from backend.tests.services.test_chain import StubModels
from backend.worker import _measure


@pytest.mark.parametrize("is_stopped", [False, True])
def test_a_worker_that_has_to_go_measures_nothing(tmp_path: Path, is_stopped: bool) -> None:
    models, stop = StubModels(), threading.Event()
    if is_stopped:
        stop.set()
    with closing(SqlJobStore(f"sqlite:///{tmp_path / 'jobs.db'}")) as store:
        _measure(models, store, stop)
    assert bool(models.calls) is not is_stopped
