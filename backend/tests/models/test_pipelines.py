"""Folders and hub ids of the real classes at toy size: 1.x and XL, full and half precision."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from diffusers import (
    AutoencoderTiny,
    StableDiffusionImg2ImgPipeline,
    StableDiffusionXLImg2ImgPipeline,
)
from PIL import Image

from backend.domain.errors import WeightsCorrupt, WeightsMissing
from backend.domain.generation import RestyleParams
from backend.domain.ports import ModelFact, RestyleOrder
from backend.models.devices import Compute
from backend.models.diffusion import DiffusionRestyler
from backend.models.lora import LoraShelf
from backend.models.pipelines import Formats, load_pipeline, load_tiny
from backend.models.speeds import ExtraModel, SpeedPlan, plain_plan
from backend.tests.toys import (
    toy_sd15,
    toy_sdxl,
    toy_tiny_decoder,
    write_toy_few_step_lora,
    write_toy_repositories,
)

CPU = Compute("cpu", None, 1)
BF16 = Compute("cpu", torch.bfloat16, 1)


@pytest.fixture(scope="module")
def repositories(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return write_toy_repositories(tmp_path_factory.mktemp("hub"))


def folder_of(repositories: dict[str, Path], end: str) -> Path:
    return next(path for name, path in repositories.items() if name.endswith(end))


def picture() -> Image.Image:
    image = Image.new("RGB", (16, 16), "white")
    image.paste("red", (4, 4, 12, 12))
    return image


def order(seed: int = 1, **params: Any) -> RestyleOrder:
    return RestyleOrder(picture(), "fox", seed, RestyleParams(**{"steps": 4, **params}))


def silent(_step: int, _total: int, _preview: Image.Image | None) -> None:
    pass


def test_which_pipeline_it_is_stands_in_the_folder(repositories: dict[str, Path]) -> None:
    one = load_pipeline(str(folder_of(repositories, "v1-5")), CPU)
    assert isinstance(one, StableDiffusionImg2ImgPipeline)
    large = load_pipeline(str(folder_of(repositories, "xl-base-1.0")), CPU)
    assert isinstance(large, StableDiffusionXLImg2ImgPipeline)


def test_networks_come_in_the_formats_that_pay_off(repositories: dict[str, Path]) -> None:
    pipeline = load_pipeline(str(folder_of(repositories, "v1-5")), BF16)
    assert (pipeline.unet.dtype, pipeline.vae.dtype) == (torch.bfloat16, torch.bfloat16)
    assert pipeline.text_encoder.dtype == torch.float32
    half = Compute("cuda", torch.float16, 1)
    assert Formats.chosen(half, is_xl=False) == Formats(*[torch.float16] * 3)
    # XL's autoencoder overflows in fp16.
    assert Formats.chosen(half, is_xl=True).autoencoder == torch.float32


@pytest.mark.parametrize("end", ["v1-5", "xl-base-1.0"])
@pytest.mark.parametrize("compute", [CPU, BF16])
def test_every_kind_restyles(repositories: dict[str, Path], end: str, compute: Compute) -> None:
    source = str(folder_of(repositories, end))
    restyler = DiffusionRestyler.load(source, compute, LoraShelf(Path("none")), [])
    assert restyler.native_px == 16
    first, other = restyler.restyle([order(1), order(2)], silent)
    assert first.size == (16, 16)
    assert first.tobytes() != other.tobytes()
    assert restyler.restyle([order(1), order(2)], silent)[0].tobytes() == first.tobytes()
    unguided = restyler.restyle([order(1, guidance=1), order(2, guidance=1)], silent)
    assert unguided[0].tobytes() != first.tobytes()


@pytest.mark.parametrize("make", [toy_sd15, toy_sdxl])
def test_the_loop_draws_what_diffusers_draws(make: Any, tmp_path: Path) -> None:
    """Same scheduler, timesteps, prompts and noise: the pipeline's own call is the reference."""
    from diffusers import DPMSolverMultistepScheduler

    theirs = make()
    theirs.set_progress_bar_config(disable=True)
    theirs.scheduler = DPMSolverMultistepScheduler.from_config(
        theirs.scheduler.config, timestep_spacing="trailing"
    )
    sizes = {"original_size": (16, 16), "target_size": (16, 16)} if make is toy_sdxl else {}
    expected = theirs(
        prompt="fox",
        negative_prompt="text",
        image=picture(),
        strength=1.0,
        timesteps=[499, 374, 249, 124] if make is toy_sd15 else None,
        num_inference_steps=50 if make is toy_sd15 else 4,
        guidance_scale=5.0,
        generator=[torch.Generator().manual_seed(3)],
        output_type="np",
        **sizes,
    ).images[0]
    ours = DiffusionRestyler(make(), CPU, LoraShelf(tmp_path), [])
    # The toy has 8 px latents, whose levels would be shifted; the reference's are not.
    ours._pipeline.unet.register_to_config(sample_size=64)
    ours.native_px = 16
    strength = 0.5 if make is toy_sd15 else 1.0
    (found,) = ours.restyle([order(3, strength=strength, avoid="text", guidance=5.0)], silent)
    assert np.abs(np.asarray(found) / 255 - expected).max() < 2 / 255


def few_step(folder: Path, params: RestyleParams) -> SpeedPlan:
    adapter = write_toy_few_step_lora(folder / "few.safetensors")
    toy_tiny_decoder().save_pretrained(folder / "tiny")
    return SpeedPlan(
        evaluations=4,
        sampler="lcm",
        speed=params.speed,
        adapter=ExtraModel("few", adapter, ""),
        decoder=ExtraModel("tiny", folder / "tiny", "ab" * 32),
    )


def test_draft_speed_takes_adapter_scheduler_and_small_decoder(tmp_path: Path) -> None:
    plans = {"plain": plain_plan(RestyleParams(steps=4, guidance=1))}
    plans["few"] = few_step(tmp_path, RestyleParams())
    wanted = "few"
    restyler = DiffusionRestyler(
        toy_sd15(), CPU, LoraShelf(tmp_path), [], planner=lambda _params: plans[wanted]
    )
    rows: list[int] = []
    original = restyler._pipeline.unet.forward

    def forward(sample: torch.Tensor, *args: Any, **kwargs: Any) -> Any:
        rows.append(len(sample))
        return original(sample, *args, **kwargs)

    restyler._pipeline.unet.forward = forward
    (draft,) = restyler.restyle([order()], silent)
    assert rows == [1] * 4  # No guidance, exactly so many evaluations.
    assert isinstance(restyler._tiny[tmp_path / "tiny"], AutoencoderTiny)
    assert restyler.restyle([order()], silent)[0].tobytes() == draft.tobytes()
    adapter, decoder = restyler.facts(RestyleParams())
    assert adapter.name == "few"
    assert len(adapter.sha256) == 64
    assert decoder == ModelFact("tiny", "ab" * 32)

    # What acts for one speed does not act for the next.
    wanted = "plain"
    fresh = DiffusionRestyler(
        toy_sd15(), CPU, LoraShelf(tmp_path), [], planner=lambda _params: plans["plain"]
    )
    plain = restyler.restyle([order()], silent)[0]
    assert plain.tobytes() == fresh.restyle([order()], silent)[0].tobytes() != draft.tobytes()


def test_a_hub_id_is_found_in_the_cache_without_a_network(
    repositories: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, str | None]] = []

    def cached(repository: str, revision: str | None, *, local_files_only: bool) -> str:
        assert local_files_only
        asked.append((repository, revision))
        return str(folder_of(repositories, "v1-5"))

    monkeypatch.setattr("backend.models.pipelines.snapshot_download", cached)
    load_pipeline("somebody/model@abc", CPU)
    assert asked == [("somebody/model", "abc")]
    monkeypatch.undo()
    with pytest.raises(WeightsMissing, match="weights list"):
        load_pipeline("nobody/nothing-like-this", CPU)


def test_other_pipelines_are_named(tmp_path: Path) -> None:
    (tmp_path / "model_index.json").write_text(json.dumps({"_class_name": "FluxPipeline"}))
    with pytest.raises(WeightsCorrupt, match="FluxPipeline"):
        load_pipeline(str(tmp_path), CPU)


def test_pickles_are_never_opened(repositories: dict[str, Path], tmp_path: Path) -> None:
    toy_sd15().save_pretrained(tmp_path / "sd")
    (weights,) = (tmp_path / "sd" / "unet").glob("*.safetensors")
    weights.unlink()
    (tmp_path / "sd" / "unet" / "diffusion_pytorch_model.bin").write_bytes(b"pickle")
    with pytest.raises(WeightsMissing):
        load_pipeline(str(tmp_path / "sd"), CPU)


def test_a_decoder_of_other_latents_is_refused(tmp_path: Path) -> None:
    AutoencoderTiny(
        encoder_block_out_channels=(8,), decoder_block_out_channels=(8,),
        num_encoder_blocks=(1,), num_decoder_blocks=(1,), latent_channels=16,
    ).save_pretrained(tmp_path / "tiny")  # fmt: skip
    with pytest.raises(WeightsCorrupt, match="tiny"):
        load_tiny(tmp_path / "tiny", toy_sd15())
    with pytest.raises(WeightsMissing, match="weights pull absent"):
        load_tiny(tmp_path / "absent", toy_sd15())
