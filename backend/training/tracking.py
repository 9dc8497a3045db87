"""Metrics and sample sheets to a tracker, through accelerate's interface."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from accelerate import Accelerator
from accelerate.tracking import LOGGER_TYPE_TO_CLASS, GeneralTracker
from PIL import Image

from backend.domain.errors import ToolMissing
from backend.training.settings import TrackerSettings

# Versions that accelerate 1.15 was tried with; see requirements-train.txt.
_PACKAGES = {
    "tensorboard": "tensorboard==2.21.0",
    "mlflow": "mlflow==3.18.0",
    "wandb": "wandb==0.31.0",
    "clearml": "clearml==2.1.12",
}


class Tracker:
    """One run's tracker; does nothing when none is wanted and in processes but the first."""

    def __init__(self, backend: GeneralTracker | None) -> None:
        self._backend = backend

    def log(self, metrics: Mapping[str, float], step: int) -> None:
        """Shows metrics."""
        if self._backend is not None:
            self._backend.log(dict(metrics), step=step)

    def log_picture(self, path: Path, step: int) -> None:
        """Shows a picture file as the run's samples."""
        if self._backend is None:
            return
        if self._backend.name == "mlflow":
            self._backend.log_artifact(str(path), "samples")
            return
        with Image.open(path) as picture:
            array = np.asarray(picture.convert("RGB"))
        if self._backend.name == "tensorboard":
            self._backend.log_images({"samples": array[None]}, step=step, dataformats="NHWC")
        elif self._backend.name == "clearml":
            self._backend.log_images({"samples": array}, step=step)
        else:
            self._backend.log_images({"samples": [array]}, step=step)


def check_tracker(settings: TrackerSettings) -> None:
    """Raises ToolMissing when the tracker's package is not installed."""
    if settings.name != "none" and find_spec(settings.name) is None:
        raise ToolMissing(
            f"the tracker {settings.name} is not installed; run: pip install "
            f"{_PACKAGES[settings.name]}, or choose another with tracker=tensorboard or "
            "tracker=none"
        )


@contextmanager
def opened_tracker(
    settings: TrackerSettings,
    accelerator: Accelerator,
    folder: Path,
    config: Mapping[str, bool | int | float | str],
) -> Iterator[Tracker]:
    """Opens the tracker of one run and closes it at the end, whatever happens.

    Args:
        folder: of the run; its name becomes the experiment's.
        config: what the tracker shows as the run's parameters.
    """
    if settings.name == "none" or not accelerator.is_main_process:
        yield Tracker(None)
        return
    backend = LOGGER_TYPE_TO_CLASS[settings.name](folder.name, **_arguments(settings, folder))
    backend.start()
    try:
        backend.store_init_configuration(dict(config))
        yield Tracker(backend)
    finally:
        backend.finish()


def _arguments(settings: TrackerSettings, folder: Path) -> dict[str, Any]:
    """The tracker's own arguments. Offline, nothing leaves the run's folder."""
    here = folder / "tracker"
    here.mkdir(parents=True, exist_ok=True)
    if settings.name == "tensorboard":
        return {"logging_dir": str(here)}
    if settings.name == "mlflow":
        import mlflow

        mlflow.set_tracking_uri(settings.address or f"sqlite:///{here.resolve()}/mlflow.db")
        # Only a store of files keeps pictures at a place that it is told.
        return {} if settings.address else {"logging_dir": str((here / "artifacts").resolve())}
    if settings.name == "wandb":
        return {"dir": str(here), "mode": "offline" if settings.offline else "online"}
    if settings.offline:
        os.environ["CLEARML_CACHE_DIR"] = str(here.resolve())
        from clearml import Task

        Task.set_offline(True)
    return {
        "task_name": folder.name,
        "project_name": "text-to-logo",
        "auto_connect_frameworks": False,
    }
