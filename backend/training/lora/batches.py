"""Which latents, texts and noise levels a step trains on: a function of seed, step and process."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from backend.models.noise_levels import shift_levels
from backend.training.draws import Draws
from backend.training.lora.conditions import Latent


@dataclass(frozen=True, slots=True)
class Batch:
    """Samples of one size.

    Attributes:
        latents, noise: (N, C, h, w) float32; what is noised, and with what.
        goals: (N, C, h, w), what shall come out: the latents, but for samples of plain copies.
        timesteps: (N,) int64.
        captions: of each sample; "" where it was dropped.
        time_ids: (N, 6).
    """

    latents: Tensor
    goals: Tensor
    noise: Tensor
    timesteps: Tensor
    captions: tuple[str, ...]
    time_ids: Tensor


@dataclass(frozen=True, slots=True)
class Noising:
    """How noise and captions are drawn.

    Attributes:
        alphas_cumprod: (T,) of the base's schedule.
        latent_px: side of the latents that the base was made for.
        shifted_share: share of the samples at the noise levels of small latents.
        offset: standard deviation of what a whole channel of the noise is moved by.
        caption_dropout: share of the captions that are emptied.
        plain_share: share of the samples that begin at a plain copy, where there are any.
    """

    alphas_cumprod: NDArray[np.float64]
    latent_px: int
    shifted_share: float
    offset: float
    caption_dropout: float
    plain_share: float = 0.0


def draw_batch(latents: Sequence[Latent], count: int, noising: Noising, draws: Draws) -> Batch:
    """Draws a batch out of one bucket, the buckets by how many pictures they hold.

    A picture comes twice only when the bucket has fewer than the batch.
    """
    first = latents[int(draws.rng.integers(len(latents)))]
    bucket = [each for each in latents if each.mean.shape == first.mean.shape]
    rounds = -(-count // len(bucket))
    order = np.concatenate([draws.rng.permutation(len(bucket)) for _ in range(rounds)])[:count]
    chosen = [bucket[int(place)] for place in order]
    dropped = draws.rng.random(count) < noising.caption_dropout
    goals = [each.sample(draws) for each in chosen]
    begun = [
        _begun(each, goal, noising.plain_share, draws.rng)
        for each, goal in zip(chosen, goals, strict=True)
    ]
    return Batch(
        latents=torch.stack([latents for latents, _ in begun]),
        goals=torch.stack(goals),
        noise=_noise(chosen[0].mean.shape, count, noising.offset, draws),
        timesteps=torch.from_numpy(_timesteps(count, noising, draws.rng)),
        captions=tuple(
            "" if is_dropped else caption
            for (_, caption), is_dropped in zip(begun, dropped.tolist(), strict=True)
        ),
        time_ids=torch.stack([each.time_ids for each in chosen]),
    )


def fixed_batches(
    latents: Sequence[Latent], noising: Noising, *, levels: int, most: int, seed: int
) -> list[Batch]:
    """The same samples every time, over evenly spread noise levels, to measure a loss on.

    Args:
        levels: noise levels of each picture.
        most: samples in all.
    """
    total = len(noising.alphas_cumprod)
    spread = (np.arange(levels) + 0.5) / levels * total
    shifted = shift_levels(noising.alphas_cumprod, spread.astype(np.int64), noising.latent_px)
    batches = []
    for number, each in enumerate(latents[: max(most // levels, 1)]):
        draws = Draws(seed, number, turn=1)
        goals = each.sample(draws).expand(levels, *each.mean.shape)
        batches.append(
            Batch(
                latents=goals,
                goals=goals,
                noise=draws.normal(levels, *each.mean.shape),
                timesteps=torch.from_numpy(shifted.astype(np.int64)),
                captions=(each.caption,) * levels,
                time_ids=each.time_ids.expand(levels, 6),
            )
        )
    return batches


def _begun(
    latent: Latent, goal: Tensor, plain_share: float, rng: np.random.Generator
) -> tuple[Tensor, str]:
    """Where a sample begins, and its caption: at the picture itself, or towards a plain copy.

    Sampling moves from the draft to the picture little by little, so all mixtures are met; near the
    draft more often, where most is decided.
    """
    is_plain = rng.random() < plain_share
    place, mixture = rng.random(), rng.random() ** 0.5
    if not is_plain or not latent.plain:
        return goal, latent.caption
    plain, caption = latent.plain[int(place * len(latent.plain))]
    return torch.lerp(goal, plain, float(mixture)), caption


def _noise(shape: torch.Size, count: int, offset: float, draws: Draws) -> Tensor:
    """Noise, with a share that a whole channel has in common when flat grounds shall be learnt."""
    noise = draws.normal(count, *shape)
    if offset > 0:
        noise = noise + offset * draws.normal(count, shape[0], 1, 1)
    return noise


def _timesteps(count: int, noising: Noising, rng: np.random.Generator) -> NDArray[np.int64]:
    timesteps = rng.integers(0, len(noising.alphas_cumprod), count)
    shifted = shift_levels(noising.alphas_cumprod, timesteps, noising.latent_px)
    return np.where(rng.random(count) < noising.shifted_share, shifted, timesteps)
