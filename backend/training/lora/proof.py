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

from backend.domain.generation import LoraChoice, RestyleParams
from backend.domain.lora_orders import LoraOrder
from backend.domain.lora_presets import DEFAULT_BASE
from backend.domain.ports import RestyleOrder, Restyler
from backend.models.catalog import Catalog
from backend.models.devices import detect_compute
from backend.models.registry import ModelHouse
from backend.services.contact_sheet import contact_sheet
from backend.storage.training_inspection import INSPECTION_FILE
from backend.training.loop import Lab
from backend.training.lora.config import LoraTraining, recipe_for
from backend.training.lora.drafts import fixed_drafts
from backend.training.lora.inspection import PICTURES, UPLOADS, inspect_set
from backend.training.lora.judging import load_judge
from backend.training.lora.run import LoraFolders, train_adapter
from backend.training.lora.styles import Style, draw_set
from backend.utils.files import atomic_path, write_json
from backend.vector.glyphs import GlyphLibrary

Report = Callable[[str, int, int], None]
LICENCE = "MIT"
# The embedded pipeline learns a look from eight pictures in so few steps; more begin to copy.
STEPS, RANK, RATE = 240, 8, 2e-3
WEIGHTS = (0.0, 0.5, 1.0)
STRENGTH, SEEDS = 0.7, (11, 12)
EVALUATIONS = 14
_SIDE_PX = 128


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
        Measures at each weight, and a sheet: the set, the drafts, and the drafts restyled by the
        product's own stage at each weight.
    """
    pictures = [_opened(path) for path in _pictures(folders.work / style.name / "set")]
    drafts = fixed_drafts(folders.weights / "glyphs", _SIDE_PX)
    judge = load_judge(folders.weights, pictures, pictures)
    restyler = _restyler(folders)
    rows = [
        ("What it was trained on: eight pictures", pictures),
        ("Drafts of other things", [draft.image for draft in drafts]),
    ]
    found: dict[str, Any] = {}
    for weight in WEIGHTS:
        loras = (LoraChoice(style.name, weight),) if weight else ()
        params = RestyleParams(strength=STRENGTH, steps=EVALUATIONS, loras=loras)
        orders = [
            RestyleOrder(draft.image, draft.prompt, seed * 100 + number, params, group=str(seed))
            for seed in SEEDS
            for number, draft in enumerate(drafts)
        ]
        drawn = restyler.restyle(orders, lambda *_: None)
        title = f"Restyled, weight {weight:g}" if weight else "Restyled without the adapter"
        rows.append((f"{title}; the same seeds", drawn[: len(drafts)]))
        found[f"{weight:g}"] = judge.measure(drawn, [order.prompt for order in orders])
    facts = {
        "pictures": len(pictures),
        "drafts": len(drafts),
        "seeds": list(SEEDS),
        "strength": STRENGTH,
        "evaluations": EVALUATIONS,
        "by_weight": found,
    }
    return facts, contact_sheet(rows, cell_px=_SIDE_PX)


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


def _restyler(folders: ProofFolders) -> Restyler:
    """The restyle stage as the product runs it, with the folder of the finished adapter."""
    catalog = Catalog.load(folders.weights)
    return ModelHouse(catalog, folders.adapters, detect_compute("cpu"), DEFAULT_BASE).restyler()


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
