"""Adapters on the shipped pipeline: its own are fused as the formula says, others are refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from diffusers import StableDiffusionImg2ImgPipeline
from PIL import Image

from backend.domain.errors import LoraIncompatible
from backend.domain.generation import LoraChoice
from backend.models.lora import LoraShelf
from backend.models.lora_files import inspect_adapter
from backend.models.lora_fit import table_of_folder
from backend.models.lora_fuse import Wardrobe
from backend.tests.models.lora_toys import (
    known_matrices,
    kohya,
    peft,
    product,
    same_bits,
    weights,
    write,
)

FOLDER = Path(__file__).parents[3] / "weights" / "sd-embedded"
NETWORKS = ("unet", "text_encoder")


@pytest.fixture(scope="module")
def pipeline() -> StableDiffusionImg2ImgPipeline:
    loaded = StableDiffusionImg2ImgPipeline.from_pretrained(
        FOLDER, dtype=torch.float32, local_files_only=True
    )
    loaded.set_progress_bar_config(disable=True)
    return loaded


def test_headers_tell_the_same_layers_as_the_loaded_networks(
    pipeline: StableDiffusionImg2ImgPipeline,
) -> None:
    told, loaded = table_of_folder(FOLDER), Wardrobe(pipeline).table
    assert told is not None
    assert told.base == loaded.base == "sd-embedded"
    assert told.networks == loaded.networks


@pytest.mark.parametrize("layout", [kohya, peft])
def test_its_own_adapters_change_weights_and_pictures_and_leave_no_trace(
    pipeline: StableDiffusionImg2ImgPipeline, tmp_path: Path, layout: object
) -> None:
    assert callable(layout)
    matrices = known_matrices(pipeline, networks=NETWORKS, rank=4)
    matrices = {key: (down / 4, up / 4) for key, (down, up) in matrices.items()}
    path = write(tmp_path, "brush", layout(matrices))
    assert inspect_adapter(path).base == "sd-embedded"
    shelf, before = LoraShelf(tmp_path), weights(pipeline)

    def drawn() -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
        with torch.inference_mode():
            output = pipeline(
                "red fox",
                image=Image.new("RGB", (128, 128), "white"),
                num_inference_steps=4,
                strength=1.0,
                generator=torch.Generator().manual_seed(1),
                output_type="np",
            )
        return np.asarray(output.images[0], np.float32)

    plain = drawn()
    with shelf.applied(pipeline, [LoraChoice("brush", 0.8, 0.4)]):
        after = weights(pipeline)
        for (network, where), pair in matrices.items():
            key = (network, f"{where}.weight")
            scale = 0.8 if network == "unet" else 0.4
            wanted = before[key].double() + torch.from_numpy(scale * product(*pair))
            torch.testing.assert_close(after[key].double(), wanted, rtol=1e-5, atol=1e-6)
        assert np.abs(drawn() - plain).mean() > 0.01
    with shelf.applied(pipeline, []):
        assert same_bits(before, weights(pipeline))
        assert np.array_equal(drawn(), plain)


def test_an_adapter_for_stable_diffusion_is_refused_by_name(
    pipeline: StableDiffusionImg2ImgPipeline, tmp_path: Path
) -> None:
    stem = "lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn2_to_k"
    tensors = {
        f"{stem}.lora_down.weight": np.ones((4, 768), np.float16),
        f"{stem}.lora_up.weight": np.ones((320, 4), np.float16),
    }
    write(tmp_path, "sd15", tensors)
    with (
        pytest.raises(LoraIncompatible) as caught,
        LoraShelf(tmp_path).applied(pipeline, [LoraChoice("sd15")]),
    ):
        pytest.fail("it was applied")
    assert caught.value.detail == (
        "sd15.safetensors cannot be used: it was made for Stable Diffusion v1.5; "
        "the loaded model is the embedded pipeline"
    )
