"""Buckets, patience and falling back; compiling itself needs a GPU."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from backend.domain.generation import RestyleParams
from backend.domain.ports import RestyleOrder
from backend.models.compiling import GraphedDenoiser, bucket_of
from backend.models.devices import Compute
from backend.models.diffusion import DiffusionRestyler
from backend.models.lora import LoraShelf
from backend.tests.toys import toy_sd15, toy_sdxl

TIME = torch.tensor(300)


class Compiler:
    """Stands in for torch.compile: hands the network back, or fails."""

    def __init__(self, fails: Exception | None = None) -> None:
        self.fails = fails
        self.asked: list[dict[str, Any]] = []
        self.rows: list[int] = []

    def __call__(self, unet: Any, **options: Any) -> Any:
        self.asked.append(options)

        def compiled(latents: torch.Tensor, *args: Any, **kwargs: Any) -> Any:
            self.rows.append(len(latents))
            if self.fails:
                raise self.fails
            return unet(latents, *args, **kwargs)

        return compiled


def inputs(rows: int) -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(rows)
    return (
        torch.randn(rows, 4, 8, 8, generator=generator),
        torch.randn(rows, 77, 16, generator=generator),
    )


@pytest.mark.parametrize(("rows", "bucket"), [(1, 1), (2, 2), (3, 4), (6, 8), (16, 16)])
def test_rows_are_rounded_up_to_a_power_of_two(rows: int, bucket: int) -> None:
    assert bucket_of(*inputs(rows)) == (bucket, 8, 8, 77)


@torch.inference_mode()
def test_a_bucket_is_compiled_when_it_was_used_enough() -> None:
    unet, compiler = toy_sd15().unet.eval(), Compiler()
    denoiser = GraphedDenoiser(unet, compiler, patience=2)
    latents, words = inputs(3)
    plain = [denoiser(latents, TIME, words, None) for _ in range(2)]
    assert compiler.asked == []
    compiled = denoiser(latents, TIME, words, None)
    assert compiler.asked == [{"mode": "reduce-overhead", "fullgraph": True, "dynamic": False}]
    assert compiler.rows == [4]  # Filled up to the bucket, and cut back.
    assert compiled.shape == plain[0].shape
    assert torch.allclose(compiled, plain[0], atol=1e-5)
    # Four rows are the same bucket; two are not yet used enough.
    denoiser(*_arguments(4))
    denoiser(*_arguments(2))
    assert len(compiler.asked) == 1
    assert denoiser.compiled == {(4, 8, 8, 77)}
    denoiser.reset()
    denoiser(latents, TIME, words, None)
    assert len(compiler.asked) == 2


@torch.inference_mode()
def test_what_does_not_compile_runs_as_it_is_from_then_on() -> None:
    unet, compiler = toy_sd15().unet.eval(), Compiler(RuntimeError("no C++ compiler"))
    denoiser = GraphedDenoiser(unet, compiler, patience=0)
    first = denoiser(*_arguments(2))
    again = denoiser(*_arguments(2))
    assert torch.equal(first, again)
    assert compiler.rows == [2]
    assert denoiser.compiled == frozenset()


@torch.inference_mode()
def test_a_graph_that_does_not_fit_is_out_of_memory_once() -> None:
    unet, compiler = toy_sd15().unet.eval(), Compiler(torch.OutOfMemoryError("graphs"))
    denoiser = GraphedDenoiser(unet, compiler, patience=0)
    with pytest.raises(torch.OutOfMemoryError):
        denoiser(*_arguments(2))
    denoiser(*_arguments(2))
    assert compiler.rows == [2]


@torch.inference_mode()
def test_what_xl_is_told_besides_is_filled_too() -> None:
    unet, compiler = toy_sdxl().unet.eval(), Compiler()
    latents, words = torch.randn(3, 4, 8, 8), torch.randn(3, 77, 32)
    added = {"text_embeds": torch.randn(3, 16), "time_ids": torch.full((3, 6), 16.0)}
    plain = GraphedDenoiser(unet, compiler)(latents, TIME, words, added)
    filled = GraphedDenoiser(unet, compiler, patience=0)(latents, TIME, words, added)
    assert torch.allclose(filled, plain, atol=1e-5)
    assert compiler.rows == [4]


def _arguments(rows: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, None]:
    latents, words = inputs(rows)
    return latents, TIME, words, None


@pytest.mark.gpu
def test_graphs_draw_nearly_what_the_network_draws(tmp_path: Path) -> None:
    compute = Compute("cuda", torch.float16, 1)
    restyler = DiffusionRestyler(toy_sd15(), compute, LoraShelf(tmp_path), [])
    image = Image.new("RGB", (16, 16), "white")
    image.paste("red", (4, 4, 12, 12))
    wanted = [RestyleOrder(image, "fox", 1, RestyleParams(steps=4))]
    (plain,) = restyler.restyle(wanted, lambda *_: None)
    restyler._graphs = GraphedDenoiser(restyler._pipeline.unet, patience=0)
    (graphed,) = restyler.restyle(wanted, lambda *_: None)
    assert restyler._graphs.compiled
    found = np.abs(np.asarray(plain, np.float32) - np.asarray(graphed, np.float32))
    assert found.mean() < 2
