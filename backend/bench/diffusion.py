"""Restyling on Stable Diffusion v1.5's exact architecture, against diffusers as it comes.

The weights are random, since the cost is in the shapes; the last layers are scaled so that noise
and pictures have the spread that trained ones have, or a comparison of pictures would mean nothing.
"""

from __future__ import annotations

import copy
import statistics
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from diffusers import AutoencoderTiny, DPMSolverMultistepScheduler, StableDiffusionImg2ImgPipeline
from PIL import Image, ImageDraw
from transformers import CLIPTokenizer

from backend.bench.baselines import StableDiffusion15
from backend.bench.measure import Peak, Row, seconds_of
from backend.domain.generation import RestyleParams, Speed
from backend.domain.ports import RestyleOrder
from backend.models.devices import Compute, detect_compute
from backend.models.diffusion import DiffusionRestyler
from backend.models.lora import LoraShelf
from backend.models.noise_levels import restyle_timesteps
from backend.models.speeds import ExtraModel, SpeedPlan
from backend.utils.images import png_bytes

SIZE_PX, EVALUATIONS, STRENGTH, GUIDANCE = 512, 2, 0.5, 7.5
DRAFT_EVALUATIONS = 4
_ROUNDS, _STEPS = 2, 3
_PROMPT, _AVOID = "fox logo", "text"
_START, _END = "<|startoftext|>", "<|endoftext|>"


def diffusion(
    build: Callable[[], StableDiffusion15] = StableDiffusion15, threads: int | None = None
) -> Iterator[Row]:
    """Same steps and same output; then draft mode against 50 steps of text to image.

    Args:
        build: the networks, on the processor.
        threads: of the processor; None takes all.
    """
    with tempfile.TemporaryDirectory() as folder:
        yield from _rows(_Arms.on(detect_compute("cpu", threads), build(), Path(folder)), "CPU")
    if not torch.cuda.is_available():
        yield Row("restyle at 512 px, SD 1.5, GPU", None, None, "ms", ">= 2x")
        yield Row("draft at 512 px, SD 1.5, GPU", None, None, "ms", ">= 40x")
        return
    with tempfile.TemporaryDirectory() as folder:
        yield from _rows(_Arms.on(detect_compute("cuda"), build(), Path(folder)), "GPU")


@dataclass
class _Arms:
    """Both sides, with the same weights.

    Attributes:
        networks: the baseline's, which the text-to-image arm times one by one.
        theirs: diffusers' img2img, eager; fp32 on a processor as it comes, fp16 on a GPU.
        ours: the product's restyler; its plan is `plan`.
    """

    compute: Compute
    networks: StableDiffusion15
    theirs: StableDiffusionImg2ImgPipeline
    ours: DiffusionRestyler
    plan: SpeedPlan
    decoder: ExtraModel

    @classmethod
    def on(cls, compute: Compute, networks: StableDiffusion15, folder: Path) -> _Arms:
        """Builds both; `folder` takes the quick decoder."""
        torch.set_num_threads(compute.threads)
        _spread(networks)
        tiny = AutoencoderTiny()  # Its defaults are TAESD's shapes.
        tiny.save_pretrained(folder / "tiny")
        theirs, mine = _pipeline(networks), _pipeline(networks, is_copy=True)
        if compute.is_cuda:
            theirs.to("cuda", torch.float16)
        arms = cls(
            compute,
            networks,
            theirs,
            DiffusionRestyler(
                mine, compute, LoraShelf(folder), [], planner=lambda _params: arms.plan
            ),
            SpeedPlan(EVALUATIONS, guidance=GUIDANCE),
            ExtraModel("tiny", folder / "tiny", "0" * 64),
        )
        return arms

    def restyle(self) -> Image.Image:
        """One picture by the product."""
        params = RestyleParams(STRENGTH, avoid=_AVOID)
        (image,) = self.ours.restyle(
            [RestyleOrder(_picture(), _PROMPT, 1, params)], lambda *_: None
        )
        return image

    def baseline(self) -> Image.Image:
        """The same picture by diffusers' own call."""
        levels = self.theirs.scheduler.alphas_cumprod.double().cpu().numpy()
        output = self.theirs(
            prompt=[_PROMPT],
            negative_prompt=[_AVOID],
            image=[_picture()],
            strength=1.0,
            timesteps=restyle_timesteps(levels, EVALUATIONS, STRENGTH, SIZE_PX // 8),
            guidance_scale=GUIDANCE,
            generator=[torch.Generator().manual_seed(1)],
        )
        return output.images[0]


def _rows(arms: _Arms, device: str) -> Iterator[Row]:
    yield from _same_output(arms, device)
    yield from _draft(arms, device)


def _same_output(arms: _Arms, device: str) -> Iterator[Row]:
    """The same evaluations by both, in turns, and how much the pictures differ."""
    # The runs that do not count tell the pictures and the memory.
    with Peak() as my_peak:
        mine = arms.restyle()
    with Peak() as their_peak:
        theirs = arms.baseline()
    # A run of ours before and after each of theirs, which takes much longer.
    ours, baseline = [seconds_of(arms.restyle)], []
    for _ in range(_ROUNDS):
        baseline.append(seconds_of(arms.baseline))
        ours.append(seconds_of(arms.restyle))
    told = (
        f"{EVALUATIONS} evaluations with guidance; PSNR {_psnr(mine, theirs):.1f} dB "
        f"(picture's spread {np.asarray(theirs).std():.0f} of 255); baseline: diffusers eager; "
        f"medians of {len(ours)} and {len(baseline)} runs in turns"
    )
    yield Row(
        f"restyle at 512 px, SD 1.5, same steps and output, {device}",
        1000 * statistics.median(ours),
        1000 * statistics.median(baseline),
        "ms",
        ">= 2x",
        told,
    )
    if not arms.compute.is_cuda:
        yield Row(
            "  memory: weights and the most beside them",
            (_weights_bytes(arms.ours._pipeline) + my_peak.bytes) / 2**20,
            (_weights_bytes(arms.theirs) + their_peak.bytes) / 2**20,
            "MB",
            "",
        )


def _draft(arms: _Arms, device: str) -> Iterator[Row]:
    """Few steps, no guidance, the quick autoencoder: from picture to PNG, measured whole."""
    arms.plan = SpeedPlan(DRAFT_EVALUATIONS, "lcm", 1.0, speed=Speed.DRAFT, decoder=arms.decoder)

    def whole() -> None:
        png_bytes(arms.restyle())

    networks = arms.networks
    whole()
    networks.one_step()
    drafts, steps = [seconds_of(whole)], []
    for _ in range(_STEPS):
        steps.append(seconds_of(networks.one_step))
        drafts.append(seconds_of(whole))
    fixed = seconds_of(networks.encode_text) + seconds_of(networks.decode)
    yield Row(
        f"draft at 512 px, SD 1.5, against 50-step text to image, {device}",
        1000 * statistics.median(drafts),
        1000 * (networks.steps * statistics.median(steps) + fixed),
        "ms",
        ">= 40x",
        f"{DRAFT_EVALUATIONS} evaluations without guidance, TAESD, PNG; the few-step adapter is "
        f"fused and costs nothing; baseline: 50 x the median of {_STEPS} measured steps, plus text "
        "and decoding",
    )


def _pipeline(networks: StableDiffusion15, *, is_copy: bool = False) -> Any:
    take: Callable[[Any], Any] = copy.deepcopy if is_copy else lambda network: network
    pipeline = StableDiffusionImg2ImgPipeline(
        vae=take(networks.vae),
        text_encoder=take(networks.text),
        tokenizer=_tokenizer(),
        unet=take(networks.unet),
        scheduler=DPMSolverMultistepScheduler(
            beta_schedule="scaled_linear",
            beta_start=0.00085,
            beta_end=0.012,
            timestep_spacing="trailing",
            steps_offset=1,
        ),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )
    pipeline.set_progress_bar_config(disable=True)
    return pipeline


@torch.inference_mode()
def _spread(networks: StableDiffusion15) -> None:
    """Scales the last layers: predicted noise to a spread of 1, decoded pictures to 0.5."""
    torch.manual_seed(1)
    noise = networks.unet(torch.randn(1, 4, 64, 64), 500, torch.randn(1, 77, 768)).sample
    _scale(networks.unet.conv_out, noise, 1.0)
    picture = networks.vae.decode(torch.randn(1, 4, 64, 64) / 0.18215).sample
    _scale(networks.vae.decoder.conv_out, picture, 0.5)


def _scale(layer: torch.nn.Conv2d, output: torch.Tensor, spread: float) -> None:
    """Makes a layer's output (1, C, H, W) centred and of one spread in every channel."""
    mean, std = output.mean(dim=(0, 2, 3)), output.std(dim=(0, 2, 3))
    factor = spread / std
    assert layer.bias is not None
    layer.bias.copy_((layer.bias - mean) * factor)
    layer.weight.mul_(factor.view(-1, 1, 1, 1))


def _tokenizer() -> CLIPTokenizer:
    """CLIP's tokenizer without merges; every letter is a token, which costs the encoder nothing."""
    letters = "abcdefghijklmnopqrstuvwxyz0123456789,.-'"
    words = [*letters, *(f"{letter}</w>" for letter in letters), _START, _END]
    return CLIPTokenizer(
        vocab={word: number for number, word in enumerate(words)},
        merges=[],
        bos_token=_START,
        eos_token=_END,
        unk_token=_END,
        pad_token=_END,
        model_max_length=77,
    )


def _picture() -> Image.Image:
    image = Image.new("RGB", (SIZE_PX, SIZE_PX), "white")
    ImageDraw.Draw(image).ellipse((100, 100, 412, 412), fill="#C0392B")
    return image


def _psnr(ours: Image.Image, theirs: Image.Image) -> float:
    difference = np.asarray(ours, np.float64) - np.asarray(theirs, np.float64)
    # Equal pictures would be infinitely alike.
    return float(10 * np.log10(255**2 / max(float((difference**2).mean()), 1e-9)))


def _weights_bytes(pipeline: Any) -> int:
    networks = (pipeline.unet, pipeline.vae, pipeline.text_encoder)
    return sum(
        parameter.numel() * parameter.element_size()
        for network in networks
        for parameter in network.parameters()
    )
