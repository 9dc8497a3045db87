"""The training loop of the conditional GAN, in the codec's latent grid."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from backend.models.cgan import CganConfig, Discriminator, Generator, PosteriorEncoder
from backend.training.cgan import losses
from backend.training.cgan.batches import Batch, GanCorpus, draw_batch
from backend.training.cgan.config import CganTraining
from backend.training.checkpoints import Clock, append_history, load_state, save_state
from backend.training.ema import WeightAverage
from backend.training.schedules import cosine

Snapshot = Callable[[Generator, int], None]


@dataclass
class Networks:
    """The three networks of the game and the averaged generator."""

    generator: Generator
    discriminator: Discriminator
    posterior: PosteriorEncoder
    average: WeightAverage[Generator]

    @classmethod
    def create(cls, config: CganConfig, ema_decay: float) -> Networks:
        """Fresh networks; seed torch before the call."""
        generator = Generator(config)
        average = WeightAverage(generator, ema_decay)
        return cls(generator, Discriminator(config), PosteriorEncoder(config), average)


def train_cgan(
    training: CganTraining, config: CganConfig, corpus: GanCorpus, run: Path, snapshot: Snapshot
) -> tuple[Generator, bool]:
    """Runs or resumes the training.

    Args:
        run: folder for checkpoints and history.
        snapshot: called with the averaged generator at every checkpoint, to draw sample grids.

    Returns:
        The averaged generator and whether the last step was reached.
    """
    torch.manual_seed(training.seed)
    networks = Networks.create(config, training.ema_decay)
    # beta1 = 0 as in R3GAN: momentum chases a moving opponent.
    drawing = [*networks.generator.parameters(), *networks.posterior.parameters()]
    optimise_g = torch.optim.Adam(drawing, lr=training.rate_start, betas=(0.0, 0.95), eps=1e-8)
    optimise_d = torch.optim.Adam(
        networks.discriminator.parameters(), lr=training.rate_start, betas=(0.0, 0.95), eps=1e-8
    )
    step = _resume(run, networks, (optimise_g, optimise_d))
    clock = Clock(training.budget_seconds, training.save_every_seconds)
    records: list[dict[str, float]] = []
    with clock.stopping_on_signals():
        while step < training.steps and not clock.should_stop():
            rate = cosine(step, training.steps, training.rate_start, training.rate_end)
            for group in (*optimise_g.param_groups, *optimise_d.param_groups):
                group["lr"] = rate
            torch.manual_seed(training.seed * 1_000_003 + step)
            batch = draw_batch(corpus, training, config, step)
            adversarial = step >= training.warmup_steps
            record: dict[str, float] = {}
            if adversarial:
                gamma = cosine(
                    step, int(0.8 * training.steps), training.gamma_start, training.gamma_end
                )
                record |= _discriminator_step(training, networks, batch, gamma, optimise_d)
            record |= _generator_step(
                training, networks, batch, optimise_g, adversarial=adversarial
            )
            networks.average.update(networks.generator)
            records.append(record)
            step += 1
            if step % 50 == 0:
                means = {
                    key: float(np.mean([r[key] for r in records if key in r]))
                    for key in records[-1]
                }
                append_history(run, {"step": step, **means, "seconds": clock.elapsed_seconds})
                records.clear()
            if clock.should_save():
                _save(run, networks, (optimise_g, optimise_d), step)
                snapshot(networks.average.average, step)
    _save(run, networks, (optimise_g, optimise_d), step)
    snapshot(networks.average.average, step)
    return networks.average.average, step >= training.steps


def _discriminator_step(
    training: CganTraining,
    networks: Networks,
    batch: Batch,
    gamma: float,
    optimiser: torch.optim.Optimizer,
) -> dict[str, float]:
    judge = networks.discriminator
    with torch.no_grad(), _half():
        noise = torch.randn(len(batch.real), networks.generator.config.noise_size)
        forged = networks.generator(noise, batch.condition).float()
    with _half():
        real = judge(batch.real, batch.judged).float()
        fake = judge(forged, batch.judged).float()
        wrong = judge(batch.real, batch.mismatched).float()
    loss = losses.relativistic_discriminator_loss(real, fake)
    loss = loss + training.mismatch_weight * losses.relativistic_discriminator_loss(real, wrong)
    few = slice(0, max(1, int(training.penalty_share * len(batch.real))))
    penalty = _penalty(judge, batch.real[few], batch, few) + _penalty(
        judge, forged[few], batch, few
    )
    optimiser.zero_grad(set_to_none=True)
    (loss + gamma / 2 * penalty).backward()
    optimiser.step()
    return {
        "d_loss": loss.item(),
        "penalty": penalty.item(),
        "d_right": float((real > fake).float().mean()),
        "d_right_words": float((real > wrong).float().mean()),
    }


def _penalty(judge: Discriminator, latents: Tensor, batch: Batch, rows: slice) -> Tensor:
    # In full precision: squared gradients of bf16 logits are too coarse to steer by.
    inputs = latents.detach().requires_grad_(True)
    return losses.zero_centred_penalty(judge(inputs, batch.judged.select(rows)), inputs).mean()


def _generator_step(
    training: CganTraining,
    networks: Networks,
    batch: Batch,
    optimiser: torch.optim.Optimizer,
    *,
    adversarial: bool,
) -> dict[str, float]:
    """Half of the batch redraws its scene from the posterior, half invents from the prior."""
    half = len(batch.real) // 2
    redraw, invent = slice(0, half), slice(half, None)
    with _half():
        mean, log_variance = networks.posterior(batch.real[redraw], batch.condition.select(redraw))
        mean, log_variance = mean.float(), log_variance.float()
        seen = mean + torch.randn_like(mean) * (log_variance / 2).exp()
        noise = torch.cat([seen, torch.randn(len(batch.real) - half, mean.shape[1])])
        drawn = networks.generator(noise, batch.condition).float()
    redrawn = losses.reconstruction_loss(drawn[redraw], batch.real[redraw])
    kl = losses.gaussian_kl(mean, log_variance)
    loss = training.reconstruction_weight * redrawn + training.kl_weight * kl
    record = {"redraw": redrawn.item(), "kl": kl.item()}
    if adversarial:
        networks.discriminator.requires_grad_(False)
        with _half():
            fake = networks.discriminator(drawn, batch.judged).float()
            with torch.no_grad():
                real = networks.discriminator(batch.real, batch.judged).float()
        game = losses.relativistic_generator_loss(real, fake)
        networks.discriminator.requires_grad_(True)
        loss = loss + training.adversarial_weight * game
        record["g_loss"] = game.item()
        record["fooled"] = float((fake[invent] > real[invent]).float().mean())
    optimiser.zero_grad(set_to_none=True)
    loss.backward()
    nn.utils.clip_grad_norm_(networks.generator.parameters(), 5.0)
    optimiser.step()
    return record


def _half() -> torch.autocast:
    return torch.autocast("cpu", torch.bfloat16)


def _resume(run: Path, networks: Networks, optimisers: Sequence[torch.optim.Optimizer]) -> int:
    state = load_state(run)
    if state is None:
        return 0
    networks.generator.load_state_dict(state["generator"])
    networks.discriminator.load_state_dict(state["discriminator"])
    networks.posterior.load_state_dict(state["posterior"])
    networks.average.average.load_state_dict(state["average"])
    networks.average.updates = int(state["step"])
    for optimiser, saved in zip(optimisers, state["optimisers"], strict=True):
        optimiser.load_state_dict(saved)
    return int(state["step"])


def _save(
    run: Path, networks: Networks, optimisers: Sequence[torch.optim.Optimizer], step: int
) -> None:
    save_state(
        run,
        {
            "generator": networks.generator.state_dict(),
            "discriminator": networks.discriminator.state_dict(),
            "posterior": networks.posterior.state_dict(),
            "average": networks.average.average.state_dict(),
            "optimisers": [optimiser.state_dict() for optimiser in optimisers],
            "step": step,
        },
    )
