"""Sample sheets and measurements of a running training, and the choice of the best step."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor

from backend.training.lora.adapters import LoraWeights, scaled
from backend.training.lora.base import BasePipeline
from backend.training.lora.drafts import Draft
from backend.training.lora.judging import COPYING_SHARE, Judge, quality
from backend.training.lora.sampling import Brief, Sampler
from backend.utils.files import atomic_path, write_json
from backend.utils.images import resized, squared

_BEST_FILE, _BASELINE_FILE = "best.safetensors", "baseline.json"
_FACTS = "logo.best"
_STRENGTH = 0.6
_SHEET_PX, _COLUMNS = 128, 8


@dataclass(frozen=True, slots=True)
class Best:
    """The chosen step so far."""

    step: int
    measures: dict[str, float]
    tensors: dict[str, Tensor]


def sample_briefs(
    drafts: Sequence[Draft], captions: Sequence[str], trigger: str, *, most: int
) -> list[Brief]:
    """Half restyled drafts, half pictures from captions alone; the same for the whole run.

    Args:
        captions: of the set's pictures, those held out first.
        trigger: put before the drafts' prompts; captions have it already.
    """
    half = most // 2
    restyled = [
        Brief(", ".join(filter(None, [trigger, draft.prompt])), 100 + i, draft.image, _STRENGTH)
        for i, draft in enumerate(drafts[:half])
    ]
    wanted = list(dict.fromkeys(captions))[: most - len(restyled)]
    return restyled + [Brief(caption, 200 + i) for i, caption in enumerate(wanted)]


class Evaluation:
    """Draws, measures and remembers.

    Args:
        run: folder of the run.
        pictures: of the set, for the sheet's first row.
        is_main: whether this process writes files.
        announce: told the measures of every step that is evaluated.
    """

    def __init__(
        self,
        run: Path,
        base: BasePipeline,
        adapter: LoraWeights,
        sampler: Sampler,
        judge: Judge,
        briefs: Sequence[Brief],
        pictures: Sequence[Image.Image],
        *,
        is_main: bool,
        announce: Callable[[dict[str, float]], None],
    ) -> None:
        self._run, self._base, self._adapter = run, base, adapter
        self._sampler, self._judge, self._briefs = sampler, judge, tuple(briefs)
        self._pictures, self._is_main, self._announce = pictures, is_main, announce
        self._plain: list[Image.Image] = []

    def begin(self) -> dict[str, float]:
        """Draws and measures the base itself; kept, so that a resumed run compares alike."""
        with scaled([self._base.unet, *self._base.text_encoders], 0.0):
            self._plain = self._sampler.draw(self._briefs)
        path = self._run / _BASELINE_FILE
        if path.exists():
            known: dict[str, float] = json.loads(path.read_text("utf-8"))
            return known
        measures = self._measured(self._plain)
        if self._is_main:
            write_json(path, measures)
        return measures

    def at(self, step: int) -> dict[str, float]:
        """Samples and measures after a step; the best step's matrices are kept."""
        samples = self._sampler.draw(self._briefs)
        measures = self._measured(samples)
        if self._is_main:
            self._write_sheet(step, samples)
            self._keep_if_best(step, measures)
            self._announce({"step": step, **measures})
        return measures

    def best(self) -> Best | None:
        """The chosen step, if any was evaluated."""
        path = self._run / _BEST_FILE
        if not path.exists():
            return None
        with safe_open(path, framework="pt") as file:
            facts = json.loads(file.metadata()[_FACTS])
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        return Best(facts["step"], facts["measures"], tensors)

    def thumbnail(self) -> Image.Image:
        """Four samples as one picture."""
        samples = self._sampler.draw(self._briefs[:4])
        side = samples[0].width
        sheet = Image.new("RGB", (side * 2, side * 2), "#FFFFFF")
        for place, sample in enumerate(samples):
            sheet.paste(sample, (place % 2 * side, place // 2 * side))
        return sheet if len(samples) == 4 else samples[0]

    def _measured(self, samples: Sequence[Image.Image]) -> dict[str, float]:
        return self._judge.measure(samples, [brief.prompt for brief in self._briefs])

    def _keep_if_best(self, step: int, measures: dict[str, float]) -> None:
        best, path = self.best(), self._run / _BEST_FILE
        if best is not None and quality(measures) <= quality(best.measures):
            return
        # One file: between two, a call that is killed would leave what no other can read.
        facts = {_FACTS: json.dumps({"step": step, "measures": measures})}
        with atomic_path(path) as temporary:
            save_file(self._adapter.tensors(), temporary, metadata=facts)

    def _write_sheet(self, step: int, samples: Sequence[Image.Image]) -> None:
        rows = [list(self._pictures[:_COLUMNS]), self._plain, list(samples)]
        with atomic_path(self._run / f"samples-{step:06d}.png") as path:
            sheet_of(rows, _SHEET_PX).save(path, "PNG")


def sheet_of(rows: Sequence[Sequence[Image.Image]], side_px: int) -> Image.Image:
    """Rows of pictures on white, each squared and as large as the others."""
    width = max(len(row) for row in rows)
    sheet = np.full((len(rows) * side_px, width * side_px, 3), 255, np.uint8)
    for y, row in enumerate(rows):
        for x, picture in enumerate(row):
            tile = np.asarray(resized(squared(picture), side_px))
            sheet[y * side_px : (y + 1) * side_px, x * side_px : (x + 1) * side_px] = tile
    return Image.fromarray(sheet, "RGB")


def copying_sentence(history: Sequence[tuple[int, dict[str, float]]], chosen: int) -> str | None:
    """What to tell the user when samples have begun to repeat pictures of the set; else None.

    Args:
        history: step and measures of every evaluation, in order.
        chosen: the step whose matrices are kept.
    """
    copying = [(step, found) for step, found in history if found["copying"] > COPYING_SHARE]
    if not copying:
        return None
    step, found = copying[0]
    kept = "" if chosen >= step else f" The adapter of step {chosen}, from before that, is kept."
    return (
        f"From step {step} on, {found['copying']:.0%} of the samples nearly repeat a training "
        f"picture.{kept} More pictures, a lower rank or fewer steps help."
    )
