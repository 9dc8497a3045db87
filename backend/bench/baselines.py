"""What others do, rebuilt with random weights of the same shapes: the cost is in the shapes."""

from __future__ import annotations

from typing import Any

import torch
from diffusers import AutoencoderKL, UNet2DConditionModel
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812
from transformers import CLIPTextConfig, CLIPTextModel


class StableDiffusion15:
    """The networks of Stable Diffusion v1.5 in fp32, eager, as diffusers runs them by default."""

    steps = 50
    guidance_rows = 2

    def __init__(self) -> None:
        with torch.device("cpu"):
            self.unet = UNet2DConditionModel(
                sample_size=64,
                in_channels=4,
                out_channels=4,
                cross_attention_dim=768,
                attention_head_dim=8,
            ).eval()
            self.vae = AutoencoderKL(
                block_out_channels=(128, 256, 512, 512),
                down_block_types=("DownEncoderBlock2D",) * 4,
                up_block_types=("UpDecoderBlock2D",) * 4,
                layers_per_block=2,
                latent_channels=4,
            ).eval()
            self.text = CLIPTextModel(
                CLIPTextConfig(
                    hidden_size=768,
                    intermediate_size=3072,
                    num_hidden_layers=12,
                    num_attention_heads=12,
                )
            ).eval()

    @torch.inference_mode()
    def encode_text(self) -> None:
        """Prompt and empty prompt."""
        self.text(torch.ones(self.guidance_rows, 77, dtype=torch.long))

    @torch.inference_mode()
    def one_step(self) -> None:
        """One denoising step with guidance at 512 px."""
        self.unet(
            torch.randn(self.guidance_rows, 4, 64, 64),
            500,
            torch.randn(self.guidance_rows, 77, 768),
        )

    @torch.inference_mode()
    def decode(self) -> None:
        """Latents to 512 px."""
        self.vae.decode(torch.randn(1, 4, 64, 64))


class _DenseBlock(nn.Module):
    def __init__(self, channels: int, growth: int) -> None:
        super().__init__()
        widths = [channels + i * growth for i in range(5)]
        self.convs = nn.ModuleList(
            nn.Conv2d(w, growth if i < 4 else channels, 3, 1, 1) for i, w in enumerate(widths)
        )

    def forward(self, x: Tensor) -> Tensor:
        features = x
        for conv in self.convs[:-1]:
            features = torch.cat([features, F.leaky_relu(conv(features), 0.2)], dim=1)
        return x + 0.2 * self.convs[-1](features)


class RrdbNet(nn.Module):
    """The network of x4plus: 23 residual-in-residual dense blocks. Wang et al., ESRGAN, 2018."""

    def __init__(self, channels: int = 64, growth: int = 32, blocks: int = 23) -> None:
        super().__init__()
        self.first = nn.Conv2d(3, channels, 3, 1, 1)
        self.trunk = nn.ModuleList(
            nn.Sequential(*(_DenseBlock(channels, growth) for _ in range(3))) for _ in range(blocks)
        )
        self.after_trunk = nn.Conv2d(channels, channels, 3, 1, 1)
        self.up = nn.ModuleList(nn.Conv2d(channels, channels, 3, 1, 1) for _ in range(3))
        self.last = nn.Conv2d(channels, 3, 3, 1, 1)

    def forward(self, x: Tensor) -> Tensor:
        """(N, 3, H, W) to (N, 3, 4H, 4W)."""
        x = self.first(x)
        trunk = x
        for block in self.trunk:
            trunk = trunk + 0.2 * block(trunk)
        x = x + self.after_trunk(trunk)
        for conv in self.up[:2]:
            x = F.leaky_relu(conv(F.interpolate(x, scale_factor=2)), 0.2)
        return self.last(F.leaky_relu(self.up[2](x), 0.2))


@torch.inference_mode()
def upscale_rebuilding(state: dict[str, Any], pixels: Tensor) -> Tensor:
    """x4plus in fp32, the network built and filled anew for every call."""
    network = RrdbNet().eval()
    network.load_state_dict(state)
    return network(pixels)
