"""Sizes and recipes of the embedded diffusion pipeline."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from backend.training.settings import Recipe, Session

IMAGE_PX = 128
LATENT_CHANNELS = 16
LATENT_PX = 16
TIMESTEPS = 1000


@dataclass(frozen=True, kw_only=True)
class VaeTraining(Recipe):
    """The recipe of the latent autoencoder.

    Attributes:
        crop_px: side of the random crops used before `full_from`; the network is convolutional.
        full_from: share of the steps after which whole pictures are used.
        edge_weight, frequency_weight: weights of the Sobel and Fourier terms beside L1.
        latent_noise: standard deviation added to the standardised latents.
    """

    steps: int = 5500
    batch_size: int = 64
    crop_px: int = 64
    full_from: float = 0.9
    peak_rate: float = 1e-3
    final_rate: float = 2e-5
    warmup_steps: int = 100
    edge_weight: float = 0.5
    frequency_weight: float = 0.1
    latent_noise: float = 0.05
    ema_decay: float = 0.998
    seed: int = 3


@dataclass(frozen=True, kw_only=True)
class UnetTraining(Recipe):
    """The recipe of the denoiser: v-prediction with zero terminal signal, plain mean squared error.

    Attributes:
        caption_dropout: share of samples whose caption is emptied, for classifier-free guidance.
        shifted_share: share of samples trained at the shifted noise levels that a restyle passes
            through; the rest is spread over the whole schedule.
        last_step_share: share of samples trained at the last timestep, which sets flat backgrounds.
    """

    steps: int = 5000
    batch_size: int = 64
    peak_rate: float = 8e-4
    final_rate: float = 4e-5
    warmup_steps: int = 400
    caption_dropout: float = 0.1
    shifted_share: float = 0.75
    last_step_share: float = 0.03
    ema_decay: float = 0.9995
    seed: int = 5


@dataclass(frozen=True, kw_only=True)
class DiffusionExperiment(Session):
    """What `train diffusion` is told: both recipes and the session.

    Attributes:
        continues_shipped: begins with the shipped networks instead of fresh ones; the autoencoder
            stays as it is.
    """

    continues_shipped: bool = False
    vae: VaeTraining = field(default_factory=VaeTraining)
    unet: UnetTraining = field(default_factory=UnetTraining)


def vae_arguments() -> dict[str, Any]:
    """Arguments of diffusers' AutoencoderTiny: f8, 16 channels, no blocks at full size."""
    width = 32
    return {
        "encoder_block_out_channels": (width,) * 4,
        "decoder_block_out_channels": (width,) * 4,
        "num_encoder_blocks": (0, 1, 2, 3),
        "num_decoder_blocks": (3, 2, 1, 0),
        "latent_channels": LATENT_CHANNELS,
        "scaling_factor": 1.0,
    }


def unet_arguments() -> dict[str, Any]:
    """Constructor arguments of diffusers' UNet2DConditionModel: 10 M parameters."""
    return {
        "sample_size": LATENT_PX,
        "in_channels": LATENT_CHANNELS,
        "out_channels": LATENT_CHANNELS,
        "block_out_channels": (96, 192),
        "layers_per_block": 1,
        "down_block_types": ("CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
        "up_block_types": ("CrossAttnUpBlock2D", "CrossAttnUpBlock2D"),
        "cross_attention_dim": 384,
        # diffusers counts heads here, despite the name: 32 channels a head.
        "attention_head_dim": (3, 6),
        "norm_num_groups": 16,
    }


def scheduler_arguments() -> dict[str, Any]:
    """Noise schedule shared by training and sampling."""
    return {
        "num_train_timesteps": TIMESTEPS,
        "beta_schedule": "scaled_linear",
        "beta_start": 0.00085,
        "beta_end": 0.012,
        "prediction_type": "v_prediction",
        "rescale_betas_zero_snr": True,
        "timestep_spacing": "trailing",
        "steps_offset": 1,
    }
