"""What a training run looks like in the log: its start, each epoch's means, its end."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from backend.domain.errors import LogoError

_LOG = logging.getLogger(__name__)


@contextmanager
def run_life(name: str, total_steps: int, step: Callable[[], int]) -> Iterator[None]:
    """Logs `run-started`, then `run-ended` or `run-failed`.

    Args:
        name: the network's.
        step: how many steps are done now.
    """
    fields = {"logo.run.name": name, "logo.run.total_steps": total_steps}
    _LOG.info(
        "training of %s goes on at step %d of %d", name, step(), total_steps,
        extra={**fields, "event.action": "run-started", "logo.run.step": step()},
    )  # fmt: skip
    try:
        yield
    except Exception as error:
        code = error.code if isinstance(error, LogoError) else None
        _LOG.exception(
            "training of %s failed", name,
            extra={
                **fields, "event.action": "run-failed", "event.outcome": "failure",
                "error.code": code, "logo.run.step": step(),
            },
        )  # fmt: skip
        raise
    _LOG.info(
        "training of %s stopped at step %d of %d", name, step(), total_steps,
        extra={
            **fields, "event.action": "run-ended", "event.outcome": "success",
            "logo.run.step": step(),
        },
    )  # fmt: skip


def log_metrics(name: str, step: int, total_steps: int, metrics: Mapping[str, float]) -> None:
    """One line for each metric, so that an index needs no field for every metric's name."""
    for metric, value in metrics.items():
        _LOG.info(
            "%s, step %d: %s is %s", name, step, metric, value,
            extra={
                "event.action": "run-progress", "logo.run.name": name, "logo.run.step": step,
                "logo.run.total_steps": total_steps, "logo.run.metric": metric,
                "logo.run.value": value,
            },
        )  # fmt: skip
