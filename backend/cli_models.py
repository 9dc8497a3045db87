"""How commands get at the models, as the settings say; imported late, since torch is slow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backend.cli_console import friendly
from backend.settings import settings_or_exit

if TYPE_CHECKING:
    from backend.models.catalog import Catalog
    from backend.models.registry import ModelHouse


def catalog() -> Catalog:
    """The manifest of the weights; ends with one sentence if there is none."""
    from backend.models.catalog import Catalog

    with friendly():
        return Catalog.load(settings_or_exit().paths.weights)


def models(profile: str | None = None) -> ModelHouse:
    """The models of a profile, or of the one in the settings; none is loaded yet."""
    from backend.models.devices import detect_compute
    from backend.models.registry import ModelHouse, pipeline_for

    settings, manifest = settings_or_exit(), catalog()
    with friendly():
        compute = detect_compute(settings.device)
    pipeline = pipeline_for(profile or settings.profile, manifest, has_gpu=compute.is_cuda)
    return ModelHouse(manifest, settings.paths.lora, compute, pipeline, settings.upscaler)
