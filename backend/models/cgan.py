"""The conditional GAN: a one-step generator of layered scenes, its discriminator and posterior.

The generator works in the layer codec's latent grid. Besides noise, text and layout it is shown a
few *exemplars*: scenes of glyphs whose names are near the brief. A network this small cannot
remember what ten thousand things look like, but it can learn to draw another member of a family
it is shown (as in Casanova et al., "Instance-Conditioned GAN", 2021). At each place of the grid it
starts from a softmax mixture of the exemplars, and adds what it changes. The discriminator sees the
exemplars of some of the samples, so handing one of them back is a forgery it can recognise: no real
scene equals its exemplars.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from backend.models.blocks import ModulatedAttentionBlock, ResidualConv, average_pool_2x


@dataclass(frozen=True, slots=True)
class CganConfig:
    """Sizes of the three networks.

    Attributes:
        scenes: names of the layouts in the one-hot part of the condition, in order.
        text_size: length of the projected sentence vector.
        exemplars: how many example scenes the networks are shown at most.
        grid, latent_channels: shape of the codec's latents.
        noise_size: length of the latent noise vector.
        width, depth, heads: of the generator's transformer.
        condition_size: length of the vector, made of noise, text and layout, that modulates it.
        critic_width: channels of discriminator and posterior; the former's double after pooling.
    """

    scenes: tuple[str, ...]
    text_size: int = 128
    exemplars: int = 3
    grid: int = 8
    latent_channels: int = 8
    noise_size: int = 64
    width: int = 160
    depth: int = 4
    heads: int = 5
    condition_size: int = 256
    critic_width: int = 64

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> CganConfig:
        """Rebuilds a config written by `config_json`."""
        return cls(**{**values, "scenes": tuple(values["scenes"])})


class Condition(NamedTuple):
    """What a sample is asked to be.

    Attributes:
        text: (N, text_size) float, projected unit vectors; zeros mean no text.
        scene: (N, scenes) one-hot float.
        exemplars: (N, K, C, G, G) standardised latents; zeros where absent.
        present: (N, K) float, 1 where an exemplar is given.
    """

    text: Tensor
    scene: Tensor
    exemplars: Tensor
    present: Tensor

    def maps(self) -> Tensor:
        """Exemplars and their presence as channels: (N, K * C + K, G, G)."""
        batch, _, _, grid, _ = self.exemplars.shape
        flags = self.present.view(batch, -1, 1, 1).expand(-1, -1, grid, grid)
        return torch.cat([self.exemplars.flatten(1, 2), flags], dim=1)

    def vector(self) -> Tensor:
        """Text and layout side by side: (N, text_size + scenes)."""
        return torch.cat([self.text, self.scene], dim=1)

    def hiding(self, rows: Tensor) -> Condition:
        """The same condition without the exemplars of some samples; rows: (N,) bool."""
        kept = (~rows).to(self.present.dtype)
        return self._replace(
            exemplars=self.exemplars * kept.view(-1, 1, 1, 1, 1),
            present=self.present * kept.view(-1, 1),
        )

    def select(self, rows: Tensor | slice) -> Condition:
        """The same condition for some of the samples."""
        return Condition(*(part[rows] for part in self))


class Generator(nn.Module):
    """Noise and condition to standardised codec latents, in one step.

    At each place of the grid the present exemplars are mixed by a softmax choice, and a change is
    added. Without any exemplar the change is all there is.
    """

    def __init__(self, config: CganConfig) -> None:
        super().__init__()
        self.config = config
        map_channels = config.exemplars * (config.latent_channels + 1)
        self.place = nn.Parameter(torch.randn(1, config.grid**2, config.width) * 0.02)
        self.embed = nn.Linear(map_channels, config.width)
        self.mapping = nn.Sequential(
            nn.Linear(
                config.noise_size + config.text_size + len(config.scenes), config.condition_size
            ),
            nn.SiLU(),
            nn.Linear(config.condition_size, config.condition_size),
        )
        self.blocks = nn.ModuleList(
            ModulatedAttentionBlock(config.width, config.heads, config.condition_size)
            for _ in range(config.depth)
        )
        self.norm = nn.LayerNorm(config.width)
        self.choose = nn.Linear(config.width, config.exemplars)
        self.out = nn.Linear(config.width, config.latent_channels)
        # A fresh generator hands back its first exemplar.
        for layer in (self.choose, self.out):
            nn.init.zeros_(layer.weight)
            nn.init.zeros_(layer.bias)
        with torch.no_grad():
            self.choose.bias[0] = 3.0

    def forward(self, noise: Tensor, condition: Condition) -> Tensor:
        """noise: (N, noise_size), standard normal. Returns (N, C, G, G)."""
        config = self.config
        style = self.mapping(torch.cat([noise, condition.vector() * 4], dim=1))  # (N, condition)
        tokens = condition.maps().flatten(2).transpose(1, 2)  # (N, G * G, maps)
        hidden = self.embed(tokens) + self.place
        for block in self.blocks:
            hidden = block(hidden, style)
        hidden = self.norm(hidden)
        absent = (condition.present == 0).unsqueeze(1)  # (N, 1, K)
        shares = self.choose(hidden).masked_fill(absent, -1e4).softmax(dim=-1)  # (N, G * G, K)
        exemplars = condition.exemplars.flatten(3)  # (N, K, C, G * G); zeros where absent
        start = torch.einsum("npk,nkcp->ncp", shares, exemplars)
        latents = start + self.out(hidden).transpose(1, 2)
        return latents.reshape(-1, config.latent_channels, config.grid, config.grid)


class Discriminator(nn.Module):
    """Judges latents together with what they were asked to be.

    No normalisation: R1 and R2 are penalties per sample, and a normalised batch has no such thing.
    The condition enters as maps, and by projection as in Miyato and Koyama, "cGANs with Projection
    Discriminator", 2018.
    """

    def __init__(self, config: CganConfig) -> None:
        super().__init__()
        width, wide = config.critic_width, config.critic_width * 2
        maps = config.latent_channels + config.exemplars * (config.latent_channels + 1)
        self.enter = nn.Conv2d(maps, width, 3, padding=1)
        self.fine = nn.Sequential(ResidualConv(width), ResidualConv(width))
        self.widen = nn.Conv2d(width, wide, 1)
        self.coarse = nn.Sequential(ResidualConv(wide), ResidualConv(wide))
        self.gather = nn.Conv2d(wide, wide, config.grid // 2, groups=wide)
        self.condition = nn.Linear(config.text_size + len(config.scenes), wide)
        self.score = nn.Linear(wide, 1)
        self.scale = wide**-0.5

    def forward(self, latents: Tensor, condition: Condition) -> Tensor:
        """latents: (N, C, G, G). Returns (N,) logits, higher for real and matching."""
        hidden = self.fine(
            self.enter(torch.cat([latents, condition.maps()], dim=1))
        )  # (N, width, G, G)
        hidden = self.coarse(self.widen(average_pool_2x(hidden)))  # (N, wide, G / 2, G / 2)
        features = self.gather(F.leaky_relu(hidden, 0.2)).flatten(1)  # (N, wide)
        match = (features * self.condition(condition.vector() * 4)).sum(dim=1) * self.scale
        return self.score(features).squeeze(1) + match


class PosteriorEncoder(nn.Module):
    """Reads from a real scene the noise that should redraw it; used in training only.

    Zhu et al., "Toward Multimodal Image-to-Image Translation", 2017: the cVAE-GAN of BicycleGAN.
    """

    def __init__(self, config: CganConfig) -> None:
        super().__init__()
        width = config.critic_width
        maps = config.latent_channels * (1 + config.exemplars) + config.exemplars
        self.body = nn.Sequential(
            nn.Conv2d(maps, width, 3, padding=1),
            ResidualConv(width),
            nn.LeakyReLU(0.2),
            nn.Conv2d(width, width, 4, stride=2, padding=1),
            ResidualConv(width),
            nn.Flatten(),
        )
        self.statistics = nn.Linear(width * (config.grid // 2) ** 2, 2 * config.noise_size)

    def forward(self, latents: Tensor, condition: Condition) -> tuple[Tensor, Tensor]:
        """latents: (N, C, G, G). Returns mean and log variance, each (N, noise_size)."""
        mean, log_variance = self.statistics(
            self.body(torch.cat([latents, condition.maps()], dim=1))
        ).chunk(2, dim=1)
        return mean, log_variance.clamp(-8, 4)


def config_json(config: CganConfig) -> dict[str, Any]:
    """The config as JSON-able values; the inverse of `CganConfig.from_json`."""
    return {**asdict(config), "scenes": list(config.scenes)}
