"""Does an adapter of eight pictures change what the shipped pipeline draws? Drawn and measured.

The set is drawn from the glyph library, the adapter trained by the same code as any other, and what
it does is measured on drafts of other things against the pipeline without it: same drafts, same
seeds, by the matcher that is kept for evaluations.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from PIL import Image
from safetensors.torch import load_file

from backend.domain.lora_orders import LoraOrder
from backend.domain.lora_presets import DEFAULT_BASE
from backend.models.catalog import Catalog
from backend.training.loop import Lab
from backend.training.lora.adapters import LoraWeights, add_to_unet, scaled
from backend.training.lora.base import BasePipeline
from backend.training.lora.conditions import Texts
from backend.training.lora.config import LoraTraining, recipe_for
from backend.training.lora.drafts import Draft, fixed_drafts
from backend.training.lora.evaluating import sheet_of
from backend.training.lora.inspection import INSPECTION_FILE, PICTURES, UPLOADS, inspect_set
from backend.training.lora.judging import load_judge
from backend.training.lora.run import LoraFolders, train_adapter
from backend.training.lora.sampling import Brief, Sampler
from backend.training.lora.styles import Style, draw_set
from backend.utils.files import atomic_path, write_json
from backend.vector.glyphs import GlyphLibrary

Report = Callable[[str, int, int], None]
LICENCE = "MIT"
# The embedded pipeline learns a look from eight pictures in so few steps; more begin to copy.
STEPS, RANK, RATE = 240, 8, 2e-3
WEIGHTS = (0.0, 0.5, 1.0)
STRENGTH, SEEDS = 0.7, (11, 12)
_SAMPLING_STEPS, _GUIDANCE, _SIDE_PX, _SHEET_PX = 20, 3.0, 128, 128


@dataclass(frozen=True, slots=True)
class ProofFolders:
    """Where a proof reads and writes.

    Attributes:
        work: for the set and the run; may be deleted afterwards.
        adapters: where the finished adapter goes.
    """

    work: Path
    weights: Path
    adapters: Path


def train_style(
    style: Style, folders: ProofFolders, lab: Lab, report: Report
) -> dict[str, Any] | None:
    """Draws a style's set and trains its adapter; goes on with a run that was stopped.

    Returns:
        The run's result, or None when it was stopped early.
    """
    target = folders.work / style.name / "set"
    if lab.is_main and not (target / INSPECTION_FILE).exists():
        _draw_uploads(style, folders.weights / "glyphs", target)
        inspect_set(target, _never, report)
    lab.accelerator.wait_for_everyone()
    order = LoraOrder.from_json(
        {
            "name": style.name,
            "title": style.title,
            "goal": "style",
            "base": DEFAULT_BASE,
            "set": str(target),
            "trigger": style.words,
            "licence": LICENCE,
        }
    )
    run = LoraFolders(folders.work / style.name / "run", folders.weights, folders.adapters)
    return train_adapter(order, recipe(order), run, lab, report, _ignore)


def recipe(order: LoraOrder) -> LoraTraining:
    """The proof's recipe: the preset of the goal, of a smaller file and faster."""
    return replace(
        recipe_for(order),
        steps=STEPS,
        rank=RANK,
        learning_rate=RATE,
        epoch_steps=20,
        sample_every=80,
    )


def measure_style(style: Style, folders: ProofFolders) -> tuple[dict[str, Any], Image.Image]:
    """What the adapter does to drafts of things that it was never shown.

    Returns:
        Measures at each weight, and a sheet: the set, the drafts, and the restyled drafts at each
        weight, all from the same seed.
    """
    pictures = [_opened(path) for path in _pictures(folders.work / style.name / "set")]
    drafts = fixed_drafts(folders.weights / "glyphs", _SIDE_PX)
    judge = load_judge(folders.weights, pictures, pictures)
    sampler, base = _with_adapter(folders, style.name)
    rows = [pictures[:8], [draft.image for draft in drafts]]
    found: dict[str, Any] = {}
    for weight in WEIGHTS:
        with scaled([base.unet], weight):
            samples = {seed: sampler.draw(_briefs(drafts, style, seed, weight)) for seed in SEEDS}
        rows.append(samples[SEEDS[0]])
        every = [image for images in samples.values() for image in images]
        found[f"{weight:g}"] = judge.measure(every, [draft.prompt for draft in drafts] * len(SEEDS))
    facts = {
        "pictures": len(pictures),
        "drafts": len(drafts),
        "seeds": list(SEEDS),
        "strength": STRENGTH,
        "steps": _SAMPLING_STEPS,
        "guidance": _GUIDANCE,
        "by_weight": found,
    }
    return facts, sheet_of(rows, _SHEET_PX)


def prove(
    style: Style, folders: ProofFolders, pictures: Path, lab: Lab, report: Report
) -> list[Path]:
    """Trains, measures, writes `lora-proof.png` and `lora-proof.json`; [] when stopped early."""
    started = time.monotonic()
    result = train_style(style, folders, lab, report)
    if result is None or not lab.is_main:
        return []
    facts, sheet = measure_style(style, folders)
    sheet_path, facts_path = pictures / "lora-proof.png", pictures / "lora-proof.json"
    with atomic_path(sheet_path) as path:
        sheet.save(path, "PNG", optimize=True)
    record = {
        "style": style.name,
        "training": {"steps": STEPS, "rank": RANK, "learning_rate": RATE},
        "training_seconds": result["seconds"],
        "seconds": round(time.monotonic() - started, 1),
        "threads": torch.get_num_threads(),
        "measured": facts,
    }
    write_json(facts_path, record)
    return [sheet_path, facts_path]


def _with_adapter(folders: ProofFolders, name: str) -> tuple[Sampler, BasePipeline]:
    """The shipped pipeline with a finished file in it, in full precision."""
    base = BasePipeline.load(Catalog.load(folders.weights), DEFAULT_BASE)
    base.place(torch.device("cpu"), torch.float32)
    tensors = load_file(folders.adapters / f"{name}.safetensors")
    LoraWeights(add_to_unet(base.unet, RANK, "all")).load(tensors)
    sampler = Sampler(
        base,
        Texts(base, None, is_cached=True),
        steps=_SAMPLING_STEPS,
        guidance=_GUIDANCE,
        resolution_px=_SIDE_PX,
    )
    return sampler, base


def _briefs(drafts: list[Draft], style: Style, seed: int, weight: float) -> list[Brief]:
    """The prompts of the chain; where the adapter acts its trigger stands in them."""
    trigger = f"{style.words}, " if weight > 0 else ""
    return [
        Brief(trigger + draft.prompt, seed * 100 + number, draft.image, STRENGTH)
        for number, draft in enumerate(drafts)
    ]


def _draw_uploads(style: Style, library: Path, target: Path) -> None:
    shutil.rmtree(target, ignore_errors=True)
    uploads = target / UPLOADS
    uploads.mkdir(parents=True)
    drawn = draw_set(GlyphLibrary.load(library), style)
    for name, picture, _ in drawn:
        picture.save(uploads / f"{name}.png")
    lines = [f"{name}.png: {caption}" for name, _, caption in drawn]
    (uploads / "captions.txt").write_text("\n".join(lines) + "\n", "utf-8")


def _pictures(folder: Path) -> list[Path]:
    return sorted((folder / PICTURES).iterdir())


def _opened(path: Path) -> Image.Image:
    with Image.open(path) as picture:
        return picture.convert("RGB")


def _never(*_: Any) -> list[str]:
    raise AssertionError("every picture of a drawn set has its caption")


def _ignore(_measures: dict[str, float]) -> None:
    pass
