"""Trains the layer codec: soft cross-entropy, noisy latents, then latent statistics."""

from __future__ import annotations

import copy
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

from backend.models.layer_codec import CodecConfig, LayerCodec, shrink_to_input
from backend.training.cgan.scenes import TrainingGlyph, sample_inks
from backend.training.checkpoints import Clock, append_history, load_state, save_network, save_state
from backend.training.ema import WeightAverage
from backend.training.schedules import warm_cosine


@dataclass(frozen=True, slots=True)
class CodecTraining:
    """A run of the codec.

    Attributes:
        latent_noise: standard deviation of the noise added to the bounded latents; it makes near
            codes decode alike.
        budget_seconds: wall-clock limit of this call; the run resumes on the next.
    """

    codec: CodecConfig = field(default_factory=CodecConfig)
    steps: int = 2500
    batch_size: int = 64
    peak_rate: float = 2e-3
    final_rate: float = 1e-4
    warmup_steps: int = 100
    latent_noise: float = 0.1
    ema_decay: float = 0.998
    min_worth: float = 0.35
    seed: int = 1
    budget_seconds: float | None = None
    save_every_seconds: float = 180.0


def layer_cross_entropy(logits: Tensor, inks: Tensor) -> Tensor:
    """Mean cross-entropy between predicted layers and soft coverage.

    Args:
        logits: (N, 3, S, S), background first.
        inks: (N, 2, S, S) in 0..1, primary and secondary coverage.
    """
    ground = (1 - inks.sum(dim=1, keepdim=True)).clamp(0, 1)
    return F.cross_entropy(logits.float(), torch.cat([ground, inks], dim=1))


def train_codec(
    training: CodecTraining, glyphs: list[TrainingGlyph], run: Path, target: Path
) -> bool:
    """Runs or resumes the training.

    Args:
        run: folder for checkpoints and history.
        target: the safetensors file, written when the last step is reached and not before.

    Returns:
        Whether the last step was reached; False means the budget ran out and the run can resume.
    """
    torch.manual_seed(training.seed)
    codec = LayerCodec(training.codec).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    average = WeightAverage(codec, training.ema_decay)
    optimiser = torch.optim.AdamW(
        codec.parameters(), lr=training.peak_rate, betas=(0.9, 0.99), weight_decay=1e-3
    )
    step = 0
    if (state := load_state(run)) is not None:
        codec.load_state_dict(state["codec"])
        average.average.load_state_dict(state["average"])
        average.updates = step = state["step"]
        optimiser.load_state_dict(state["optimiser"])
    clock = Clock(training.budget_seconds, training.save_every_seconds)
    losses: list[float] = []
    with clock.stopping_on_signals():
        while step < training.steps and not clock.should_stop():
            rng = np.random.default_rng((training.seed, step))
            generator = torch.Generator().manual_seed(training.seed * 1_000_003 + step)
            for group in optimiser.param_groups:
                group["lr"] = warm_cosine(
                    step,
                    training.steps,
                    training.peak_rate,
                    training.final_rate,
                    training.warmup_steps,
                )
            inks = sample_inks(glyphs, training.batch_size, training.codec.output_px, rng)
            small = shrink_to_input(inks, training.codec.input_px).contiguous(
                memory_format=torch.channels_last
            )
            with torch.autocast("cpu", torch.bfloat16):
                bounded = codec.bounded(small)
                noise = torch.randn(bounded.shape, generator=generator)
                logits = codec.logits(bounded + training.latent_noise * noise)
            loss = layer_cross_entropy(logits, inks)
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(codec.parameters(), 1.0)
            optimiser.step()
            average.update(codec)
            losses.append(loss.item())
            step += 1
            if step % 50 == 0:
                append_history(
                    run,
                    {
                        "step": step,
                        "loss": float(np.mean(losses)),
                        "seconds": clock.elapsed_seconds,
                    },
                )
                losses.clear()
            if clock.should_save():
                _save(run, codec, average, optimiser, step)
    _save(run, codec, average, optimiser, step)
    if step < training.steps:
        return False
    shipped = with_latent_statistics(average.average, glyphs, training)
    save_network(target, shipped, shipped.to_config(), {**asdict(training), "steps_done": step})
    return True


@torch.inference_mode()
def with_latent_statistics(
    codec: LayerCodec, glyphs: list[TrainingGlyph], training: CodecTraining
) -> LayerCodec:
    """A copy whose latents have zero mean and unit variance per channel, over 1,024 scenes."""
    shipped = copy.deepcopy(codec).eval()
    inks = sample_inks(
        glyphs, 1024, training.codec.input_px, np.random.default_rng((training.seed, 2**31))
    )
    latents = torch.cat([shipped.bounded(chunk) for chunk in inks.split(64)])
    shipped.latent_mean.copy_(latents.mean(dim=(0, 2, 3)).view(1, -1, 1, 1))
    shipped.latent_std.copy_(latents.std(dim=(0, 2, 3)).view(1, -1, 1, 1))
    return shipped


def _save(
    run: Path,
    codec: LayerCodec,
    average: WeightAverage[LayerCodec],
    optimiser: torch.optim.Optimizer,
    step: int,
) -> None:
    save_state(
        run,
        {
            "codec": codec.state_dict(),
            "average": average.average.state_dict(),
            "optimiser": optimiser.state_dict(),
            "step": step,
        },
    )
