"""A training of the stub API, moved on by time."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from typing import Any

from PIL import Image

from frontend.tests.stub_drawings import PALETTES, drawing, encoded, restyled

STEPS_PER_SAMPLE = 100
STEPS_PER_POINT = 10
PRESETS: Mapping[str, Any] = {
    "goals": [
        {
            "name": name,
            "steps": steps,
            "rank": rank,
            "learning_rate": rate,
            "batch_size": 8,
            "train_text_encoder": False,
            "pictures": {"low": low, "high": high},
        }
        for name, steps, rank, rate, low, high in (
            ("style", 600, 16, 1e-3, 8, 50),
            ("object", 400, 8, 1e-3, 3, 30),
            ("trigger", 400, 4, 5e-4, 3, 20),
        )
    ],
    "bases": [
        {
            "name": name,
            "title": title,
            "is_present": is_present,
            "needs_gpu": needs_gpu,
            "resolution_px": side,
        }
        for name, title, is_present, needs_gpu, side in (
            ("sd-embedded", "Small diffusion pipeline", True, False, 128),
            ("sd15", "Stable Diffusion 1.5", False, True, 512),
        )
    ],
    "limits": {
        "steps": {"low": 10, "high": 20_000, "default": 600},
        "rank": {"low": 1, "high": 128, "default": 16},
        "learning_rate": {"low": 1e-6, "high": 1e-2, "default": 1e-3},
        "resolution_px": {"low": 64, "high": 1536, "default": 128},
        "batch_size": {"low": 1, "high": 64, "default": 8},
        "seed": {"low": 0, "high": 2**32 - 1, "default": 0},
    },
    "seconds_per_step": {"sd-embedded": 0.9, "sd15": None},
}


class StubRun:
    """One training.

    Attributes:
        share: how much is done, 0 to 1; None lets time decide.
        error: the problem it failed with.
        note: what the service says of it at the end.
    """

    def __init__(
        self, run_id: str, order: Mapping[str, Any], seconds: float, started_at: float
    ) -> None:
        self.id = run_id
        self.order = dict(order)
        self.share: float | None = None
        self.error: dict[str, Any] | None = None
        self.note: str | None = None
        self.is_stopped = False
        self._seconds = seconds
        self._started_at = started_at

    @property
    def name(self) -> str:
        return str(self.order["name"])

    @property
    def title(self) -> str:
        return str(self.order.get("title") or self.name)

    @property
    def steps(self) -> int:
        return int(self.order.get("steps") or 600)

    @property
    def done(self) -> float:
        if self.share is not None:
            return self.share
        return min(1.0, (time.monotonic() - self._started_at) / max(self._seconds, 1e-6))

    @property
    def state(self) -> str:
        if self.error is not None:
            return "failed"
        if self.is_stopped:
            return "stopped"
        return "finished" if self.done >= 1 else "running"

    @property
    def is_busy(self) -> bool:
        return self.state == "running"

    def stop(self) -> None:
        """Stops where it is."""
        self.share, self.is_stopped = self.done, True

    def resume(self) -> None:
        """Goes on where it was."""
        self._started_at = time.monotonic() - (self.share or 0.0) * self._seconds
        self.share, self.is_stopped, self.error = None, False, None

    def metrics(self) -> dict[str, float]:
        """The latest figures."""
        share = self.done
        return {
            "image_similarity": 0.55 + 0.3 * share,
            "text_similarity": 0.6 - 0.05 * share,
            "copying": 0.5 * share**2,
            "base_image_similarity": 0.52,
        }

    def json(self) -> dict[str, Any]:
        """The training as the API gives it."""
        share = self.done
        step = math.floor(share * self.steps)
        is_running = self.state == "running"
        return {
            "id": self.id,
            "name": self.name,
            "title": self.title,
            "goal": self.order.get("goal", "style"),
            "base": self.order.get("base", "sd-embedded"),
            "set": self.order.get("set", ""),
            "trigger": self.order.get("trigger", ""),
            "state": self.state,
            "job": "job-1" if is_running else None,
            "phase": ("cache" if share < 0.05 else "train") if is_running else "",
            "step": step,
            "steps": self.steps,
            "eta_seconds": (1 - share) * self._seconds if is_running and share > 0.05 else None,
            "seconds": share * self._seconds,
            "problem": self.error,
            "settings": {"steps": self.steps, "rank": 16, "learning_rate": 1e-3, "batch_size": 8},
            "curves": self._curves(step),
            "samples": [
                {"step": at, "url": f"/training/runs/{self.id}/samples/samples-{at:06}.png"}
                for at in range(0, step + 1, STEPS_PER_SAMPLE)
            ],
            "metrics": self.metrics() if step else {},
            "note": self.note,
            "adapter": self.name if self.state == "finished" else None,
            "created_at": "2026-11-21T12:30:00Z",
        }

    def _curves(self, step: int) -> dict[str, Any] | None:
        at = list(range(STEPS_PER_POINT, step + 1, STEPS_PER_POINT))
        if not at:
            return None
        fall = [math.exp(-one / 150) for one in at]
        wave = [0.02 * math.sin(one / 7) for one in at]
        measured = [one % STEPS_PER_SAMPLE == 0 for one in at]
        held_out = [0.16 + 0.14 * f + 0.00005 * one for f, one in zip(fall, at, strict=True)]
        columns = {
            "step": at,
            "loss": [0.12 + 0.2 * f + w for f, w in zip(fall, wave, strict=True)],
            "held_out_loss": [h if m else None for h, m in zip(held_out, measured, strict=True)],
            "gradient_norm": [0.4 + f for f in fall],
            "weight_norm": [2 - f for f in fall],
            "image_similarity": [
                0.85 - 0.3 * f if m else None for f, m in zip(fall, measured, strict=True)
            ],
            "copying": [
                0.5 * (one / self.steps) ** 2 if m else None
                for one, m in zip(at, measured, strict=True)
            ],
        }
        return {"name": "lora", "points": len(at), "columns": columns}

    def sample(self, file: str) -> bytes:
        """A sheet of eight pictures, clearer at later steps."""
        step = int(file.removesuffix(".png").rpartition("-")[2])
        sheet = Image.new("RGB", (4 * 136, 2 * 136), "#888888")
        for number in range(8):
            image = drawing(number % 6, PALETTES[number % len(PALETTES)], 128)
            share = min(0.99, 0.5 + step / self.steps / 2)
            place = (4 + number % 4 * 136, 4 + number // 4 * 136)
            sheet.paste(restyled(image, share, 128), place)
        return encoded(sheet, "PNG")
