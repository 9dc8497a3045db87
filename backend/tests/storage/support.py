"""Pictures, records and a clock for the store's tests."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from PIL import Image

RECORD: dict[str, Any] = {
    "reproduce": {"seed": 7, "request": {"description": "кафе «Лиса» 🦊", "count": 4}},
    "stage": "draft",
    "parent": None,
}


def picture(number: int = 0, mode: str = "RGB", size: tuple[int, int] = (24, 16)) -> Image.Image:
    image = Image.new(mode, size, (200, 30, number % 256, 128)[: len(mode)])
    image.putpixel((0, 0), (number // 256, 1, 2, 3)[: len(mode)])
    return image


class Clock:
    """Moves on by a second with every look."""

    def __init__(self) -> None:
        self.now = datetime(2030, 1, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


def fill(folder: Path, count: int, **record: Any) -> None:
    """Sidecars without pictures: many, fast."""
    began = datetime(2030, 1, 1, tzinfo=UTC)
    for number in range(count):
        image_id = f"img_{number:024x}"
        shard = folder / "images" / image_id[4:6]
        shard.mkdir(parents=True, exist_ok=True)
        sidecar = {
            **RECORD,
            **record,
            "id": image_id,
            "width": 1,
            "height": 1,
            "created_at": (began + timedelta(seconds=number)).isoformat(),
        }
        (shard / f"{image_id}.json").write_text(json.dumps(sidecar))
