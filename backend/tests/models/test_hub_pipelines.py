"""Pipelines of Stable Diffusion's own classes: pulled by the shipped manifest, loaded and used."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from diffusers import (
    AutoencoderTiny,
    StableDiffusionImg2ImgPipeline,
    StableDiffusionXLImg2ImgPipeline,
)
from PIL import Image
from torch import nn

from backend.domain.generation import RestyleParams
from backend.domain.ports import RestyleOrder
from backend.models.catalog import Catalog
from backend.models.completion import MARKER_FILE
from backend.models.devices import Compute
from backend.models.diffusion import DiffusionRestyler
from backend.models.lora import LoraShelf
from backend.settings import ROOT
from backend.tests.hub.pulls import pull, shipped_entries, write_manifest
from backend.tests.hub.server import ToyHub, toy_hub
from backend.tests.toys import toy_sd15, toy_sdxl, toy_tiny_decoder, write_toy_repositories

NAMES = ("sd15", "sd15-few-step", "sd15-tiny-decoder", "sdxl")


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ToyHub]:
    with toy_hub(write_toy_repositories(tmp_path_factory.mktemp("toys"))) as served:
        yield served


@pytest.fixture(scope="module")
def pulled(hub: ToyHub, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A weights folder with the profile `sd15`, fetched by its one name."""
    weights = tmp_path_factory.mktemp("pulled") / "weights"
    write_manifest(weights, *shipped_entries(*NAMES))
    assert pull(hub, weights, "sd15") == {}
    return weights


def is_same(network: nn.Module, other: nn.Module) -> bool:
    """Whether all weights agree as far as half precision goes."""
    one, two = network.state_dict(), other.state_dict()
    return one.keys() == two.keys() and all(
        torch.allclose(one[key].float(), two[key].float(), atol=1e-3) for key in one
    )


def test_one_pull_brings_the_pipeline_and_what_its_speeds_need(hub: ToyHub, pulled: Path) -> None:
    catalog = Catalog.load(pulled)
    present = {name for name in NAMES if catalog.is_present(catalog.entry(name))}
    assert present == {"sd15", "sd15-few-step", "sd15-tiny-decoder"}
    files = {path.relative_to(pulled / "sd15").as_posix() for path in (pulled / "sd15").rglob("*")}
    assert "unet/diffusion_pytorch_model.fp16.safetensors" in files
    # Full precision, pickles and the filter for pictures are never used, and are most of it.
    assert not any("safety_checker" in name or name.endswith(".bin") for name in files)
    assert [name for name in files if name.endswith(".safetensors") and ".fp16." not in name] == []
    assert hub.bodies("safety_checker/model.fp16.safetensors") == []


def test_the_pulled_folder_restyles(pulled: Path, tmp_path: Path) -> None:
    restyler = DiffusionRestyler.load(
        str(pulled / "sd15"), Compute("cpu", None, 1), LoraShelf(tmp_path / "lora"), []
    )
    published = toy_sd15()
    pipeline = restyler._pipeline
    for name in ("unet", "vae", "text_encoder"):
        assert is_same(getattr(pipeline, name), getattr(published, name))
    prompt = "a red fox, 1994"
    assert pipeline.tokenizer(prompt).input_ids == published.tokenizer(prompt).input_ids
    order = RestyleOrder(
        Image.effect_noise((48, 48), 90).convert("RGB"),
        prompt,
        1,
        RestyleParams(strength=0.3, steps=10, guidance=1.0),
        "a",
    )
    (image,) = restyler.restyle([order], lambda *_: None)
    assert image.size == (16, 16)


def test_the_pulled_few_step_adapter_and_decoder_load(pulled: Path) -> None:
    pipeline = StableDiffusionImg2ImgPipeline.from_pretrained(
        pulled / "sd15", variant="fp16", safety_checker=None, local_files_only=True
    )
    pipeline.load_lora_weights(
        pulled / "sd15-few-step", weight_name="pytorch_lora_weights.safetensors"
    )
    assert len(pipeline.get_active_adapters()) == 1
    decoder = AutoencoderTiny.from_pretrained(pulled / "sd15-tiny-decoder", local_files_only=True)
    assert is_same(decoder, toy_tiny_decoder())
    assert decoder.config.latent_channels == pipeline.vae.config.latent_channels


def test_the_larger_pipeline_is_pulled_by_its_own_name(hub: ToyHub, pulled: Path) -> None:
    assert pull(hub, pulled, "sdxl") == {}
    catalog = Catalog.load(pulled)
    assert catalog.is_present(catalog.entry("sdxl"))
    pipeline = StableDiffusionXLImg2ImgPipeline.from_pretrained(
        pulled / "sdxl", variant="fp16", local_files_only=True
    )
    published = toy_sdxl()
    for name in ("unet", "vae", "text_encoder", "text_encoder_2"):
        assert is_same(getattr(pipeline, name), getattr(published, name))


def test_the_command_shows_the_terms_and_works_without_a_hub_afterwards(
    hub: ToyHub, tmp_path: Path
) -> None:
    weights = tmp_path / "weights"
    write_manifest(weights, *shipped_entries(*NAMES[:3]))

    def command(*words: str, **more: str) -> subprocess.CompletedProcess[str]:
        paths = {"LOGO_PATHS__WEIGHTS": str(weights), **hub.environment(tmp_path / "home"), **more}
        return subprocess.run(
            [sys.executable, "-m", "backend", "weights", *words],
            cwd=ROOT,
            env={**os.environ, **paths},
            capture_output=True,
            text=True,
            check=False,
        )

    done = command("pull", "sd15")
    assert done.returncode == 0, done.stderr
    shown = " ".join(done.stderr.split())
    assert "Stable Diffusion v1.5: CreativeML OpenRAIL-M, https://huggingface.co/spaces/" in shown
    assert "no exploiting of minors" in shown
    assert "TAESD, the tiny autoencoder for Stable Diffusion v1.5: MIT" in shown
    assert done.stdout.startswith("sd15 is complete")

    (weights / "sd15" / MARKER_FILE).rename(weights / "marker")
    listed = command("list").stdout
    assert re.search(r"^sd15 .* not pulled to its end", listed, re.MULTILINE)
    assert re.search(r"^sd15-few-step .* present", listed, re.MULTILINE)
    (weights / "marker").rename(weights / "sd15" / MARKER_FILE)

    asked = len(hub.asked)
    assert command("pull", "sd15", HF_HUB_OFFLINE="1").returncode == 0
    assert command("verify").returncode == 0
    assert len(hub.asked) == asked
    (weights / "sd15" / "vae" / "config.json").write_text("{}", "utf-8")
    checked = command("verify", "sd15")
    assert checked.returncode == 1
    assert "damaged  sd15/vae/config.json" in checked.stdout
