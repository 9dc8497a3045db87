"""The layer codec: an autoencoder between layered scenes and a small latent grid.

A scene of three soft layers (background, primary, secondary) becomes 8 x 8 cells of 8 numbers.
The generator works there, where a glyph is 512 numbers instead of 49,152, and the decoder's
softmax turns its answer into layers that always sum to one.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from backend.models.blocks import ResidualConv, average_pool_2x


@dataclass(frozen=True, slots=True)
class CodecConfig:
    """Sizes of the codec.

    Attributes:
        latent_channels: numbers per latent cell.
        widths: channels at 64, 32, 16 and 8 px; the decoder mirrors them.
        input_px: side of the scenes that the encoder reads.
        output_px: side of the layers that the decoder draws; a multiple of input_px.
    """

    latent_channels: int = 8
    widths: tuple[int, int, int, int] = (24, 40, 80, 128)
    input_px: int = 64
    output_px: int = 128

    @property
    def grid(self) -> int:
        """Cells along each side of the latent grid."""
        return self.input_px // 2 ** (len(self.widths) - 1)


class LayerCodec(nn.Module):
    """Encoder and decoder of layered scenes.

    Latents are standardised: `encode` returns zero mean and unit variance per channel over the
    corpus, by statistics that training stores in `latent_mean` and `latent_std`.
    """

    latent_mean: Tensor
    latent_std: Tensor

    def __init__(self, config: CodecConfig) -> None:
        super().__init__()
        self.config = config
        widths = config.widths
        encoder: list[nn.Module] = [nn.Conv2d(2, widths[0], 3, padding=1)]
        for narrow, wide in pairwise(widths):
            encoder += [
                nn.LeakyReLU(0.2),
                nn.Conv2d(narrow, wide, 4, stride=2, padding=1),
                ResidualConv(wide),
            ]
        encoder += [
            nn.LeakyReLU(0.2),
            nn.Conv2d(widths[-1], config.latent_channels, 3, padding=1),
            nn.Tanh(),
        ]
        self.encoder = nn.Sequential(*encoder)

        decoder: list[nn.Module] = [
            nn.Conv2d(config.latent_channels, widths[-1], 3, padding=1),
            ResidualConv(widths[-1]),
            ResidualConv(widths[-1]),
        ]
        for wide, narrow in zip(widths[::-1], widths[-2::-1], strict=False):
            decoder += [
                nn.Upsample(scale_factor=2),
                nn.Conv2d(wide, narrow, 3, padding=1),
                ResidualConv(narrow),
            ]
        enlarge = config.output_px // config.input_px
        decoder += [
            nn.LeakyReLU(0.2),
            nn.Conv2d(widths[0], 3 * enlarge**2, 3, padding=1),
            nn.PixelShuffle(enlarge),
        ]
        self.decoder = nn.Sequential(*decoder)
        self.register_buffer("latent_mean", torch.zeros(1, config.latent_channels, 1, 1))
        self.register_buffer("latent_std", torch.ones(1, config.latent_channels, 1, 1))

    def bounded(self, inks: Tensor) -> Tensor:
        """Latents before standardisation: (N, 2, 64, 64) in 0..1 to (N, C, 8, 8) in -1..1."""
        return self.encoder(inks * 2 - 1)

    def encode(self, inks: Tensor) -> Tensor:
        """inks: (N, 2, 64, 64) in 0..1, primary, secondary. Returns (N, C, 8, 8), unit variance."""
        return (self.bounded(inks) - self.latent_mean) / self.latent_std

    def logits(self, bounded: Tensor) -> Tensor:
        """(N, C, 8, 8) in -1..1 to logits (N, 3, 128, 128): background, primary, secondary."""
        return self.decoder(bounded)

    def decode(self, latents: Tensor) -> Tensor:
        """Latents (N, C, 8, 8) to soft layers (N, 3, 128, 128) that sum to 1 at each pixel."""
        bounded = (latents * self.latent_std + self.latent_mean).clamp(-1, 1)
        return F.softmax(self.logits(bounded).float(), dim=1)

    def to_config(self) -> dict[str, Any]:
        """What rebuilds the network, for the file beside its weights."""
        return asdict(self.config)

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> LayerCodec:
        """The inverse of `to_config`."""
        return cls(CodecConfig(**{**config, "widths": tuple(config["widths"])}))


def shrink_to_input(inks: Tensor, input_px: int) -> Tensor:
    """Box-filters ink layers (N, 2, S, S) to the encoder's size; S is 2^k times input_px."""
    while inks.shape[-1] > input_px:
        inks = average_pool_2x(inks)
    return inks
