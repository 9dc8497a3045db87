"""LoRA training on Stable Diffusion 1.5's exact architecture, against diffusers' own example.

The baseline does in every step what `train_text_to_image_lora.py` of diffusers does with its
default arguments: full precision, the autoencoder and the text encoder in the loop, matrices of
rank 4 beside the attention, AdamW, gradients clipped at 1. Its batch is 1, as in its README; ours
on a CPU is the preset's.
Weights are random: the cost is in the shapes.
"""

from __future__ import annotations

import multiprocessing
import statistics
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from multiprocessing.connection import Connection

import torch
from diffusers import DDPMScheduler, PNDMScheduler, StableDiffusionPipeline
from peft import LoraConfig
from torch.nn import functional as F  # noqa: N812

from backend.bench.baselines import StableDiffusion15
from backend.bench.measure import Row, seconds_of
from backend.domain.lora_presets import Goal, preset_for
from backend.training.loop import Lab
from backend.training.lora.adapters import LoraWeights, add_to_unet
from backend.training.lora.base import BasePipeline, Encoded
from backend.training.lora.conditions import Latent
from backend.training.lora.config import LoraTraining
from backend.training.lora.trainer import LoraTrainer, TrainingData
from backend.training.machine import best_precision, training_device
from backend.training.settings import Session, TrackerSettings
from backend.utils.allocating import keep_freed_memory

RANK = 4
_SIDE_PX, _TOKENS, _TEXT_WIDTH = 512, 77, 768
_ROUNDS = 3
_GPU_BATCH = 16
_NOISE = {
    "beta_start": 0.00085,
    "beta_end": 0.012,
    "beta_schedule": "scaled_linear",
    "num_train_timesteps": 1000,
    "steps_offset": 1,
}


class DiffusersExample:
    """The loop of the example, with random pixels and captions."""

    def __init__(self, networks: StableDiffusion15, device: torch.device) -> None:
        self._unet, self._device = networks.unet, device
        self._vae, self._text = networks.vae, networks.text
        for network in (self._unet, self._vae, self._text):
            network.requires_grad_(False).to(device)
        self._unet.add_adapter(
            LoraConfig(
                r=RANK,
                lora_alpha=RANK,
                init_lora_weights="gaussian",
                target_modules=["to_k", "to_q", "to_v", "to_out.0"],
            )
        )
        self._matrices = [each for each in self._unet.parameters() if each.requires_grad]
        self._optimiser = torch.optim.AdamW(self._matrices, lr=1e-4, weight_decay=1e-2)
        self._scheduler = DDPMScheduler(**_NOISE)
        self._unet.train()

    def step(self) -> None:
        """One picture, from pixels and token numbers to the optimiser's step."""
        device = self._device
        pixels = torch.randn(1, 3, _SIDE_PX, _SIDE_PX, device=device)
        ids = torch.randint(0, 49_000, (1, _TOKENS), device=device)
        latents = self._vae.encode(pixels).latent_dist.sample() * self._vae.config.scaling_factor
        noise = torch.randn_like(latents)
        timesteps = torch.randint(0, 1000, (1,), device=device)
        noisy = self._scheduler.add_noise(latents, noise, timesteps)
        states = self._text(ids, return_dict=False)[0]
        predicted = self._unet(noisy, timesteps, states, return_dict=False)[0]
        F.mse_loss(predicted.float(), noise.float()).backward()
        torch.nn.utils.clip_grad_norm_(self._matrices, 1.0)
        self._optimiser.step()
        self._optimiser.zero_grad()
        _settled(device)


def training() -> Iterator[Row]:
    """Images a second of both, in turns, on this machine's best device.

    Each side is a process of its own, as a training is, which decides how it holds memory.
    """
    device = training_device()
    batch = preset_for(Goal.STYLE, "sd15").batch_size if device.type == "cpu" else _GPU_BATCH
    with _side(_ours, device.type, batch) as ours, _side(_theirs, device.type) as theirs:
        pairs = [(ours(), theirs()) for _ in range(_ROUNDS)]
    # Milliseconds for one picture, so that less is better as in the other rows.
    yield Row(
        f"LoRA training of SD 1.5 at 512 px, one picture, {device.type}",
        1000 * statistics.median(own for own, _ in pairs) / batch,
        1000 * statistics.median(other for _, other in pairs),
        "ms",
        ">= 3x",
        f"batch {batch} against diffusers' example; medians of {_ROUNDS}, in turns"
        + ("" if device.type == "cuda" else "; on a GPU: not measured"),
    )


@contextmanager
def _side(make: Callable[..., Callable[[], None]], *words: object) -> Iterator[Callable[[], float]]:
    """A process that takes one step, warm, whenever it is called; gives its seconds."""
    spawned = multiprocessing.get_context("spawn")
    here, there = spawned.Pipe()
    child = spawned.Process(target=_step_on_demand, args=(there, make, *words), daemon=True)
    child.start()
    there.close()
    here.recv()

    def step() -> float:
        here.send(None)
        seconds: float = here.recv()
        return seconds

    try:
        yield step
    finally:
        child.terminate()
        child.join()


def _step_on_demand(
    orders: Connection, make: Callable[..., Callable[[], None]], *words: object
) -> None:
    step = make(*words)
    step()
    orders.send(None)
    while True:
        orders.recv()
        orders.send(seconds_of(step))


def _ours(device: str, batch: int) -> Callable[[], None]:
    keep_freed_memory()
    return _our_step(StableDiffusion15(), torch.device(device), batch)


def _theirs(device: str) -> Callable[[], None]:
    return DiffusersExample(StableDiffusion15(), torch.device(device)).step


def _our_step(networks: StableDiffusion15, device: torch.device, batch: int) -> Callable[[], None]:
    """One step of the real trainer; latents and texts are cached, as they are in a training."""
    pipeline = StableDiffusionPipeline(
        vae=networks.vae,
        text_encoder=networks.text,
        tokenizer=None,
        unet=networks.unet,
        scheduler=PNDMScheduler(**_NOISE),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )
    precision = best_precision(device)
    lab = Lab.open(Session(tracker=TrackerSettings(name="none"), precision=precision))
    base = BasePipeline(pipeline, "sd15", "")
    dtype = {"bf16": torch.bfloat16, "fp16": torch.float16, "no": torch.float32}[precision]
    base.place(device, dtype)
    adapter = LoraWeights(add_to_unet(base.unet, RANK, "attention"))
    base.unet.requires_grad_(False)
    for value in adapter.parameters():
        value.requires_grad_(True)
    recipe = LoraTraining(steps=1_000_000, batch_size=batch, rank=RANK, sample_every=1_000_000)
    side = _SIDE_PX // base.scale
    latents = [
        Latent(torch.randn(4, side, side), torch.ones(4, side, side), "", torch.zeros(6))
        for _ in range(batch)
    ]
    states = torch.randn(batch, _TOKENS, _TEXT_WIDTH, device=device)

    def texts(captions: Sequence[str]) -> Encoded:
        return Encoded(states[: len(captions)])

    trainer = LoraTrainer(
        recipe,
        base,
        adapter,
        texts,
        TrainingData(latents, latents[:1], ()),
        lab,
        evaluate=lambda _step: {},
        report=lambda *_: None,
    )
    steps = iter(range(1_000_000))

    def step() -> None:
        trainer.step(next(steps))
        _settled(device)

    return step


def _settled(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)
