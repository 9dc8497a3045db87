from __future__ import annotations

import logging
from typing import Any

import pytest

from backend.domain.errors import StageFailed
from backend.training.run_log import log_metrics, run_life


def told(caplog: pytest.LogCaptureFixture) -> list[dict[str, Any]]:
    return [vars(record) for record in caplog.records]


def test_a_run_is_told_with_its_metrics(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    step = 3
    with run_life("cgan", 10, lambda: step):
        step = 7
        log_metrics("cgan", step, 10, {"loss": 0.5, "acc": 0.25})
    started, loss, _, ended = told(caplog)
    assert (started["event.action"], started["logo.run.step"]) == ("run-started", 3)
    assert (loss["logo.run.metric"], loss["logo.run.value"]) == ("loss", 0.5)
    assert (ended["event.action"], ended["logo.run.step"]) == ("run-ended", 7)


def test_a_run_that_diverges_is_told_with_its_code(caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(StageFailed), run_life("cgan", 10, lambda: 4):
        raise StageFailed("the loss is no longer a number")
    (line,) = told(caplog)
    assert (line["event.action"], line["error.code"]) == ("run-failed", "stage-failed")
    assert line["logo.run.step"] == 4
