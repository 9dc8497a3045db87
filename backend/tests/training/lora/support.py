"""Toy bases in a weights folder, sets of pictures, and a short training."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw

from backend.domain.lora_orders import LoraOrder
from backend.tests.models.toy_pipeline import toy_pipeline
from backend.tests.toys import toy_sd15, toy_sdxl
from backend.tests.training.support import lab
from backend.training.loop import Lab
from backend.training.lora.config import LoraTraining
from backend.training.lora.inspection import inspect_set
from backend.training.lora.run import LoraFolders, train_adapter

SHIPPED = Path(__file__).parents[4] / "weights"
TINY = LoraTraining(
    steps=6,
    batch_size=2,
    rank=2,
    modules="attention",
    epoch_steps=1,
    sample_every=3,
    sample_steps=2,
    learning_rate=1e-2,
)


def toy_weights(folder: Path, base: str) -> Path:
    """A weights folder whose manifest has one toy base, under the name of the real one."""
    make = {"sd15": toy_sd15, "sdxl": toy_sdxl}.get(base)
    pipeline = make() if make else toy_pipeline(folder / "vocabulary")
    pipeline.save_pretrained(folder / base)
    entry = {
        "name": base,
        "stage": "restyle",
        "title": base,
        "version": "1",
        "profile": "embedded",
        "licence": "MIT",
        "source": "toy",
        "files": [{"path": f"{base}/model_index.json", "bytes": 0, "sha256": "ab" * 32}],
    }
    (folder / "manifest.json").write_text(json.dumps({"weights": [entry]}))
    return folder


def picture(seed: int, size: tuple[int, int] = (120, 120)) -> Image.Image:
    """A few shapes on a ground, different for every seed."""
    rng = random.Random(seed)
    image = Image.new("RGB", size, tuple(rng.randrange(256) for _ in range(3)))
    paint = ImageDraw.Draw(image)
    for _ in range(4):
        x, y = rng.randrange(size[0] // 2), rng.randrange(size[1] // 2)
        box = (x, y, x + rng.randrange(20, size[0] // 2), y + rng.randrange(20, size[1] // 2))
        paint.ellipse(box, fill=tuple(rng.randrange(256) for _ in range(3)))
    return image


def toy_set(folder: Path, count: int = 5) -> Path:
    """An inspected set with captions."""
    (folder / "uploads").mkdir(parents=True)
    for number in range(count):
        picture(number).save(folder / "uploads" / f"{number}.png")
    lines = [f"{number}.png: a red fox {number}" for number in range(count)]
    (folder / "uploads" / "captions.txt").write_text("\n".join(lines))
    inspect_set(folder, never, silent)
    return folder


def order(folder: Path, base: str, **values: Any) -> LoraOrder:
    """An order for a toy set."""
    record: Mapping[str, Any] = {"name": "toy", "goal": "style", "set": str(folder), "base": base}
    return LoraOrder.from_json({**record, **values})


def train(
    tmp_path: Path,
    base: str,
    training: LoraTraining = TINY,
    *,
    run: str = "run",
    place: Lab | None = None,
    **values: Any,
) -> dict[str, Any] | None:
    """Trains a toy adapter in `tmp_path`; makes weights and set where there are none."""
    if not (tmp_path / "weights").exists():
        toy_weights(tmp_path / "weights", base)
    if not (tmp_path / "set").exists():
        toy_set(tmp_path / "set")
    folders = LoraFolders(tmp_path / run, tmp_path / "weights", tmp_path / run / "lora")
    wanted = order(tmp_path / "set", base, **values)
    return train_adapter(wanted, training, folders, place or lab(), silent, silent)


def silent(*_: Any) -> None:
    """Listens to nothing."""


def never(*_: Any) -> list[str]:
    """A proposer that must not be asked."""
    raise AssertionError("there are captions for all pictures")
