"""The shipped diffusers folder is an ordinary one: other people's code draws and trains with it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from diffusers import DDIMScheduler, StableDiffusionPipeline
from numpy.typing import NDArray
from peft import LoraConfig

FOLDER = Path(__file__).parents[3] / "weights" / "sd-embedded"


@pytest.fixture(scope="module")
def pipeline() -> StableDiffusionPipeline:
    loaded = StableDiffusionPipeline.from_pretrained(
        FOLDER, dtype=torch.float32, local_files_only=True
    )
    loaded.set_progress_bar_config(disable=True)
    return loaded


def drawn(pipeline: StableDiffusionPipeline, prompt: str, seed: int) -> NDArray[np.float32]:
    output = pipeline(
        prompt,
        num_inference_steps=6,
        guidance_scale=4.0,
        generator=torch.Generator().manual_seed(seed),
        output_type="np",
    )
    return np.asarray(output.images[0], np.float32)


def test_text_becomes_a_picture_that_follows_words_and_seed(
    pipeline: StableDiffusionPipeline,
) -> None:
    fox = "navy fox in a circle, flat vector, white background"
    first, again = (drawn(pipeline, fox, 0) for _ in range(2))
    assert first.shape == (128, 128, 3)
    assert np.array_equal(first, again)
    assert first.std() > 0.05
    for other in (drawn(pipeline, fox, 1), drawn(pipeline, "red star simple mark, neon glow", 0)):
        assert np.abs(first - other).mean() > 0.02


def test_the_ground_has_the_colour_that_the_words_ask_for(
    pipeline: StableDiffusionPipeline,
) -> None:
    prompt = "{} star simple mark, flat vector, {} background"
    on_white = drawn(pipeline, prompt.format("black", "white"), 3)
    on_black = drawn(pipeline, prompt.format("white", "black"), 3)
    assert on_white[:8, :8].mean() > on_black[:8, :8].mean() + 0.4


def test_a_lora_learns_on_its_denoiser() -> None:
    pipeline = StableDiffusionPipeline.from_pretrained(
        FOLDER, dtype=torch.float32, local_files_only=True
    )
    unet = pipeline.unet.requires_grad_(False)
    unet.add_adapter(
        LoraConfig(r=8, lora_alpha=8, target_modules=["to_k", "to_v", "to_out.0", "conv1", "conv2"])
    )
    trained = [parameter for parameter in unet.parameters() if parameter.requires_grad]
    assert (
        0
        < sum(each.numel() for each in trained)
        < 0.1 * sum(each.numel() for each in unet.parameters())
    )
    scheduler = DDIMScheduler.from_config(pipeline.scheduler.config)
    generator = torch.Generator().manual_seed(0)
    latents, noise = (torch.randn(4, 16, 16, 16, generator=generator) for _ in range(2))
    timesteps = torch.tensor([200, 400, 600, 800])
    with torch.no_grad():
        states, _ = pipeline.encode_prompt(["a fox"] * 4, "cpu", 1, False)
    optimiser = torch.optim.AdamW(trained, 1e-2)
    losses = []
    for _ in range(12):
        predicted = unet(scheduler.add_noise(latents, noise, timesteps), timesteps, states).sample
        loss = (predicted - scheduler.get_velocity(latents, noise, timesteps)).square().mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
    assert losses[-1] < 0.9 * losses[0]
