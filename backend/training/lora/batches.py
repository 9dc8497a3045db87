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
        latents, noise: (N, C, h, w) float32.
        timesteps: (N,) int64.
        captions: of each sample; "" where it was dropped.
        time_ids: (N, 6).
    """

    latents: Tensor
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
    """

    alphas_cumprod: NDArray[np.float64]
    latent_px: int
    shifted_share: float
    offset: float
    caption_dropout: float


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
    return Batch(
        latents=torch.stack([each.sample(draws) for each in chosen]),
        noise=_noise(chosen[0].mean.shape, count, noising.offset, draws),
        timesteps=torch.from_numpy(_timesteps(count, noising, draws.rng)),
        captions=tuple(
            "" if is_dropped else each.caption
            for each, is_dropped in zip(chosen, dropped.tolist(), strict=True)
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
        batches.append(
            Batch(
                latents=each.sample(draws).expand(levels, *each.mean.shape),
                noise=draws.normal(levels, *each.mean.shape),
                timesteps=torch.from_numpy(shifted.astype(np.int64)),
                captions=(each.caption,) * levels,
                time_ids=each.time_ids.expand(levels, 6),
            )
        )
    return batches


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
