"""The bench's arms at toy width: both draw the same, whatever it takes."""

from __future__ import annotations

import re

import pytest
import torch
from diffusers import AutoencoderKL, UNet2DConditionModel
from transformers import CLIPTextConfig, CLIPTextModel

from backend.bench.baselines import StableDiffusion15
from backend.bench.diffusion import diffusion


class Narrow(StableDiffusion15):
    """The same shapes of latents, words and pictures, with hardly any channels between them."""

    def __init__(self) -> None:
        torch.manual_seed(0)
        self.unet = UNet2DConditionModel(
            sample_size=64,
            block_out_channels=(8, 8),
            layers_per_block=1,
            norm_num_groups=4,
            cross_attention_dim=768,
            attention_head_dim=2,
            down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
            up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
        ).eval()
        self.vae = AutoencoderKL(
            block_out_channels=(4, 4, 4, 4),
            down_block_types=("DownEncoderBlock2D",) * 4,
            up_block_types=("UpDecoderBlock2D",) * 4,
            layers_per_block=1,
            norm_num_groups=2,
            latent_channels=4,
        ).eval()
        self.text = CLIPTextModel(
            CLIPTextConfig(
                hidden_size=768, intermediate_size=16, num_hidden_layers=1, num_attention_heads=2
            )
        ).eval()


@pytest.mark.slow
def test_both_arms_draw_the_same_picture() -> None:
    rows = list(diffusion(Narrow, threads=1))
    found = re.search(r"PSNR ([\d.]+) dB \(picture's spread (\d+)", rows[0].note)
    assert found is not None
    assert float(found[1]) >= 35
    assert int(found[2]) >= 30  # Not two grey pictures.
    assert rows[1].unit == "MB"
    assert [row.ratio is None for row in rows[2:]] == [
        False,
        *([] if torch.cuda.is_available() else [True, True]),
    ]
    if not torch.cuda.is_available():
        assert "not measured" in str(rows[-1])
