"""From an order to an adapter: one call, resumable."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from PIL import Image

from backend.domain.errors import InvalidRequest
from backend.domain.lora_orders import LoraOrder
from backend.domain.lora_presets import LIMITS
from backend.domain.training_rules import DUPLICATE
from backend.models.catalog import Catalog
from backend.storage.training_inspection import CAPTIONS_BY_PICTURE
from backend.training.history import read_history
from backend.training.loop import Lab, run_steps
from backend.training.lora.adapters import (
    LoraWeights,
    add_to_text_encoders,
    add_to_unet,
)
from backend.training.lora.base import BasePipeline
from backend.training.lora.buckets import bucket_for, bucket_sizes, fitted, held_out
from backend.training.lora.conditions import Latent, Texts, encode_pictures
from backend.training.lora.config import LoraTraining
from backend.training.lora.drafts import fixed_drafts
from backend.training.lora.evaluating import Best, Evaluation, copying_sentence, sample_briefs
from backend.training.lora.inspection import PICTURES, read_inspection
from backend.training.lora.judging import load_judge
from backend.training.lora.priors import class_pictures
from backend.training.lora.sampling import Sampler
from backend.training.lora.saving import Making, captions_sha256, metadata_of, write_adapter
from backend.training.lora.trainer import LoraTrainer, TrainingData
from backend.training.lora.triggers import Trigger
from backend.utils.files import write_json

Report = Callable[[str, int, int], None]
Announce = Callable[[dict[str, float]], None]
RESULT_FILE = "result.json"
_SAMPLES = 8
_COPIES = 6
_GUIDANCE = 3.0
_LARGE_GUIDANCE = 7.0


@dataclass(frozen=True, slots=True)
class LoraFolders:
    """Where a training reads and writes.

    Attributes:
        run: checkpoints, history, samples; may be deleted afterwards.
        weights: with the manifest.
        adapters: where the finished file goes.
    """

    run: Path
    weights: Path
    adapters: Path


@dataclass(frozen=True, slots=True)
class TrainingSet:
    """Pictures and captions as they are trained on.

    Attributes:
        captions: by file, with the trigger.
        held_out: files that the training does not see.
    """

    pictures: Mapping[str, Image.Image]
    captions: Mapping[str, str]
    held_out: frozenset[str]


def read_set(folder: Path, trigger: str, seed: int) -> TrainingSet:
    """The pictures of an inspected set; exact duplicates and removed files are left out.

    Raises:
        InvalidRequest: it is not inspected, or too little of it is left.
    """
    inspection = read_inspection(folder)
    edited = _edited_captions(folder)
    known = [
        each
        for each in inspection.pictures
        if DUPLICATE not in each.problems and (folder / PICTURES / each.file).is_file()
    ][: LIMITS.pictures[1]]
    if len(known) < LIMITS.pictures[0]:
        raise InvalidRequest(
            f"the set has {len(known)} pictures that can be used; a training needs at least "
            f"{LIMITS.pictures[0]}"
        )
    repeats = {each.file: each.duplicate_of for each in known if each.duplicate_of}
    files = [each.file for each in known]
    pictures = {name: _opened(folder / PICTURES / name) for name in files}
    captions = {
        each.file: with_trigger(edited.get(each.file, each.caption), trigger) for each in known
    }
    return TrainingSet(pictures, captions, held_out(files, seed, repeats))


def with_trigger(caption: str, trigger: str) -> str:
    """The caption with the trigger in front, unless it is in there already."""
    if not trigger or trigger.lower() in caption.lower():
        return caption
    return f"{trigger}, {caption}" if caption else trigger


def train_adapter(
    order: LoraOrder,
    training: LoraTraining,
    folders: LoraFolders,
    lab: Lab,
    report: Report,
    announce: Announce,
) -> dict[str, Any] | None:
    """Trains what an order asks for, or goes on with it.

    Args:
        report: called with a phase, steps done and steps in all.
        announce: told the measures of every evaluated step.

    Returns:
        The content of `result.json`, or None when the call was stopped before the last step.

    Raises:
        WeightsMissing, UnknownWeights: the base is not there.
        InvalidRequest: the set or the settings cannot be used, or the run's folder holds a run of
            another configuration.
        StageFailed: a loss is no longer a number.
    """
    started = time.monotonic()
    catalog = Catalog.load(folders.weights)
    report("load", 0, 1)
    pictures = read_set(Path(order.set), order.trigger, training.seed)
    base = BasePipeline.load(catalog, order.base)
    bench = Workbench(order, training, base, pictures, folders, lab)
    trainer, evaluation = bench.built(report, announce)
    report("samples", 0, 1)
    baseline = evaluation.begin()
    steps = run_steps(trainer, training, lab, folders.run, bench.facts())
    if steps < training.steps:
        return None
    report("save", 0, 1)
    best = evaluation.best()
    assert best is not None, "the last step is always evaluated"
    result = bench.result(best, baseline, time.monotonic() - started)
    if lab.is_main:
        bench.save(evaluation, best, result)
        write_json(folders.run / RESULT_FILE, result)
    lab.accelerator.wait_for_everyone()
    return result


class Workbench:
    """The parts of one training, put together."""

    def __init__(
        self,
        order: LoraOrder,
        training: LoraTraining,
        base: BasePipeline,
        pictures: TrainingSet,
        folders: LoraFolders,
        lab: Lab,
    ) -> None:
        self._order, self._training, self._base = order, training, base
        self._set, self._folders, self._lab = pictures, folders, lab
        self._side = training.resolution_px or base.resolution_px
        if self._side % base.step_px:
            raise InvalidRequest(f"resolution_px must be a multiple of {base.step_px} on this base")
        self._adapter: LoraWeights | None = None

    def built(self, report: Report, announce: Announce) -> tuple[LoraTrainer, Evaluation]:
        """Everything that a run needs; the order matters for the random numbers and the memory."""
        order, training, base, lab = self._order, self._training, self._base, self._lab
        precision = {"bf16": torch.bfloat16, "fp16": torch.float16}
        base.place(lab.device, precision.get(lab.session.precision, torch.float32))
        # What the base itself draws is drawn before anything acts on it.
        prior = self._prior_pictures(report)
        torch.manual_seed(training.seed)
        trigger = None
        if training.trigger_vectors > 0 and order.trigger:
            trigger = Trigger(base, order.trigger, order.class_phrase, training.trigger_vectors)
        parameters = add_to_unet(base.unet, training.rank, training.modules)
        if training.train_text_encoder:
            parameters |= add_to_text_encoders(base.text_encoders, training.rank)
        if trigger is not None:
            parameters |= trigger.parameters
        base.unet.requires_grad_(False)
        for parameter in parameters.values():
            parameter.requires_grad_(True)
        if base.is_large and lab.device.type == "cuda":
            base.unet.enable_gradient_checkpointing()
            base.unet.train()
        adapter = self._adapter = LoraWeights(parameters)
        texts = Texts(base, trigger, is_cached=not training.train_text_encoder and trigger is None)
        data = self._data(prior, report)
        texts.remember(["", *data.captions], report)
        evaluation = self._evaluation(adapter, texts, announce)
        trainer = LoraTrainer(
            training, base, adapter, texts, data, lab, evaluate=evaluation.at, report=report
        )
        return trainer, evaluation

    def facts(self) -> dict[str, Any]:
        """What else makes the experiment: a run's folder takes no other one."""
        return {
            "base": self._base.name,
            "base_sha256": self._base.fingerprint,
            "goal": str(self._order.goal),
            "trigger": self._order.trigger,
            "class_phrase": self._order.class_phrase,
            "captions_sha256": captions_sha256(self._set.captions),
            "held_out": sorted(self._set.held_out),
        }

    def result(self, best: Best, baseline: Mapping[str, float], seconds: float) -> dict[str, Any]:
        """The content of `result.json`: measures of the chosen step and of the base."""
        history = read_history(self._folders.run)
        last = history[-1] if history else {}
        losses: dict[str, float] = {
            name: last[name] for name in ("loss", "held_out_loss") if name in last
        }
        evaluated = [(row["step"], row) for row in history if "copying" in row]
        of_base = {f"base_{name}": value for name, value in baseline.items()}
        metrics: dict[str, float] = {**best.measures, **of_base, **losses, "step": best.step}
        return {
            "adapter": self._order.name,
            "metrics": metrics,
            "seconds": round(last.get("seconds", seconds), 1),
            "note": copying_sentence(evaluated, best.step),
        }

    def save(self, evaluation: Evaluation, best: Best, result: Mapping[str, Any]) -> None:
        """Writes the adapter of the chosen step, with a picture that it has made itself."""
        assert self._adapter is not None
        last = self._adapter.tensors()
        self._adapter.load(best.tensors)
        thumbnail = evaluation.thumbnail()
        self._adapter.load(last)
        making = Making(self._set.captions, best.step, result["metrics"], self._order.trigger)
        metadata = metadata_of(self._order, self._training, self._base, making, thumbnail)
        target = self._folders.adapters / f"{self._order.name}.safetensors"
        write_adapter(target, best.tensors, metadata)

    def _prior_pictures(self, report: Report) -> list[tuple[Image.Image, str]]:
        if self._training.prior_weight <= 0:
            return []
        return class_pictures(
            self._base,
            self._order.class_phrase or "mark",
            fixed_drafts(self._folders.weights / "glyphs", self._side),
            self._training,
            self._folders.run / "class",
            self._lab,
            report,
        )

    def _data(self, prior: Sequence[tuple[Image.Image, str]], report: Report) -> TrainingData:
        """Latents of the set, in the order of its files, and of the class."""
        sizes = bucket_sizes(self._side, self._base.step_px)
        names = list(self._set.pictures)
        fits = [
            fitted(picture, bucket_for(picture.size, sizes))
            for picture in self._set.pictures.values()
        ]
        captions = [self._set.captions[name] for name in names]
        copies = _COPIES if self._training.plain_share > 0 else 0
        encoded = encode_pictures(self._base, fits, captions, report, copies=copies)
        latents: dict[str, Latent] = dict(zip(names, encoded, strict=True))
        square = [fitted(picture, (self._side, self._side)) for picture, _ in prior]
        words = [caption for _, caption in prior]
        return TrainingData(
            trained=[latents[name] for name in names if name not in self._set.held_out],
            held_out=[latents[name] for name in names if name in self._set.held_out],
            prior=encode_pictures(self._base, square, words, report) if square else [],
        )

    def _evaluation(self, adapter: LoraWeights, texts: Texts, announce: Announce) -> Evaluation:
        chosen, base = self._set, self._base
        unseen = [chosen.captions[name] for name in sorted(chosen.held_out)]
        seen = [chosen.captions[name] for name in chosen.pictures if name not in chosen.held_out]
        drafts = fixed_drafts(self._folders.weights / "glyphs", self._side)
        briefs = sample_briefs(drafts, [*unseen, *seen], self._order.trigger, most=_SAMPLES)
        trained = [p for name, p in chosen.pictures.items() if name not in chosen.held_out]
        sampler = Sampler(
            base,
            texts,
            evaluations=self._training.sample_steps,
            guidance=_LARGE_GUIDANCE if base.is_large else _GUIDANCE,
            resolution_px=self._side,
        )
        return Evaluation(
            self._folders.run,
            base,
            adapter,
            sampler,
            load_judge(self._folders.weights, list(chosen.pictures.values()), trained),
            briefs,
            list(chosen.pictures.values()),
            is_main=self._lab.is_main,
            announce=announce,
        )


def _edited_captions(folder: Path) -> dict[str, str]:
    """What the user has made of the captions; an empty one is meant so."""
    path = folder / CAPTIONS_BY_PICTURE
    if not path.exists():
        return {}
    values = json.loads(path.read_text("utf-8"))
    return {str(key): str(text).strip() for key, text in values.items()}


def _opened(path: Path) -> Image.Image:
    with Image.open(path) as picture:
        return picture.convert("RGB")
