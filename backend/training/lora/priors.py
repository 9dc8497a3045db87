"""Pictures of a class that the base draws itself, so that training on one thing keeps its kind.

Ruiz et al., "DreamBooth", 2023, section 3.3: prior preservation. A small pipeline draws little from
words alone, but repaints drafts well: there the class are its own restyled drafts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PIL import Image

from backend.training.loop import Lab
from backend.training.lora.base import BasePipeline
from backend.training.lora.conditions import Texts
from backend.training.lora.config import LoraTraining
from backend.training.lora.drafts import Draft
from backend.training.lora.sampling import Brief, Sampler
from backend.utils.files import atomic_path

Report = Callable[[str, int, int], None]
_CHUNK = 4
_GUIDANCE = 3.0


def class_pictures(
    base: BasePipeline,
    phrase: str,
    drafts: Sequence[Draft],
    training: LoraTraining,
    folder: Path,
    lab: Lab,
    report: Report,
) -> list[tuple[Image.Image, str]]:
    """Draws the class, or reads what an earlier call has drawn.

    Args:
        phrase: the class in words, such as "toy".
        drafts: what a small base repaints instead of drawing from words.
        folder: where the pictures are kept as PNG.

    Returns:
        Pictures, each with its caption.
    """
    briefs = [
        _brief(number, phrase, () if base.is_large else drafts)
        for number in range(training.prior_pictures)
    ]
    paths = [folder / f"{number:04d}.png" for number in range(training.prior_pictures)]
    missing = [path for path in paths if not path.exists()]
    if missing and lab.is_main:
        sampler = Sampler(
            base,
            Texts(base, None, is_cached=True),
            evaluations=training.sample_steps,
            guidance=_GUIDANCE,
            resolution_px=training.resolution_px or base.resolution_px,
        )
        for start in range(0, len(missing), _CHUNK):
            report("cache", len(paths) - len(missing) + start, len(paths))
            part = missing[start : start + _CHUNK]
            drawn = sampler.draw([briefs[int(path.stem)] for path in part])
            for path, picture in zip(part, drawn, strict=True):
                with atomic_path(path) as temporary:
                    picture.save(temporary, "PNG")
    lab.accelerator.wait_for_everyone()
    return [(_opened(path), brief.prompt) for path, brief in zip(paths, briefs, strict=True)]


def _brief(number: int, phrase: str, drafts: Sequence[Draft]) -> Brief:
    seed = 10_000 + number
    if drafts:
        draft = drafts[number % len(drafts)]
        return Brief(draft.prompt, seed, draft.image)
    article = "an" if phrase[0].lower() in "aeiou" else "a"
    return Brief(f"{article} {phrase}", seed)


def _opened(path: Path) -> Image.Image:
    with Image.open(path) as picture:
        return picture.convert("RGB")
