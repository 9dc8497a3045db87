"""The finished adapter: half-precision safetensors that say what they are and how made."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image
from safetensors.torch import save_file
from torch import Tensor

from backend.domain.lora_orders import LoraOrder
from backend.training.lora.base import BasePipeline
from backend.training.lora.config import LoraTraining
from backend.utils.files import atomic_path

THUMBNAIL_BYTES = 40_000
_THUMBNAIL_PX = 256


@dataclass(frozen=True, slots=True)
class Making:
    """How an adapter came about.

    Attributes:
        captions: of all pictures of the set, by file.
        step: of the checkpoint that was chosen.
        trigger: words that call it; "" for none.
    """

    captions: Mapping[str, str]
    step: int
    metrics: Mapping[str, float]
    trigger: str


def write_adapter(
    target: Path,
    tensors: Mapping[str, Tensor],
    metadata: Mapping[str, str],
) -> None:
    """Writes the file atomically; the matrices in half precision."""
    halves = {name: tensor.half().contiguous() for name, tensor in tensors.items()}
    with atomic_path(target) as path:
        save_file(halves, path, metadata=dict(metadata))


def metadata_of(
    order: LoraOrder,
    training: LoraTraining,
    base: BasePipeline,
    making: Making,
    thumbnail: Image.Image | None,
) -> dict[str, str]:
    """What stands in the file's header: the names that others read, and our own facts."""
    side = training.resolution_px or base.resolution_px
    values: dict[str, Any] = {
        "format": "pt",
        "modelspec.sai_model_spec": "1.0.0",
        "modelspec.architecture": base.architecture,
        "modelspec.implementation": "diffusers",
        "modelspec.title": order.title or order.name,
        "modelspec.trigger_phrase": making.trigger,
        "modelspec.license": order.licence,
        "modelspec.date": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "modelspec.resolution": f"{side}x{side}",
        "modelspec.prediction_type": {"v_prediction": "v"}.get(base.prediction, base.prediction),
        "ss_network_module": "peft.lora",
        "ss_network_dim": training.rank,
        "ss_network_alpha": training.rank,
        "ss_steps": making.step,
        "ss_learning_rate": training.learning_rate,
        "ss_seed": training.seed,
        "ss_base_model_sha256": base.fingerprint,
        "logo.base": base.name,
        "logo.captions_sha256": captions_sha256(making.captions),
        "logo.pictures": len(making.captions),
        "logo.goal": order.goal,
        "logo.metrics": json.dumps(dict(making.metrics), sort_keys=True),
    }
    if thumbnail is not None:
        values["modelspec.thumbnail"] = thumbnail_url(thumbnail)
    return {key: str(value) for key, value in values.items() if value not in ("", None)}


def captions_sha256(captions: Mapping[str, str]) -> str:
    """One hash of all captions, whatever the order."""
    text = json.dumps(dict(sorted(captions.items())), ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def thumbnail_url(image: Image.Image) -> str:
    """A picture as a data URL of at most 40 kB."""
    small = image.convert("RGB")
    small.thumbnail((_THUMBNAIL_PX, _THUMBNAIL_PX), Image.Resampling.LANCZOS)
    for quality in (90, 75, 55, 30, 10):
        stream = BytesIO()
        small.save(stream, "WEBP", quality=quality)
        url = "data:image/webp;base64," + base64.b64encode(stream.getvalue()).decode("ascii")
        if len(url) <= THUMBNAIL_BYTES:
            break
    return url
