"""Out of memory at each step of the ladder: a picture comes out, and nothing stays given up."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from diffusers import AutoencoderKL
from PIL import Image

from backend.domain.errors import OutOfMemory
from backend.domain.generation import RestyleParams
from backend.domain.ports import RestyleOrder
from backend.models.compiling import GraphedDenoiser
from backend.models.devices import Compute
from backend.models.diffusion import DiffusionRestyler
from backend.models.lora import LoraShelf
from backend.models.memory import Rung, is_out_of_memory, ladder, saving
from backend.tests.toys import toy_sd15

CPU = Compute("cpu", None, 1)


@pytest.fixture
def restyler(tmp_path: Path) -> DiffusionRestyler:
    return DiffusionRestyler(toy_sd15(), CPU, LoraShelf(tmp_path), [])


def orders(count: int) -> list[RestyleOrder]:
    image = Image.new("RGB", (16, 16), "white")
    image.paste("red", (4, 4, 12, 12))
    return [RestyleOrder(image, "fox", seed, RestyleParams(steps=2)) for seed in range(count)]


def drawn(restyler: DiffusionRestyler, count: int = 2) -> list[bytes]:
    return [image.tobytes() for image in restyler.restyle(orders(count), lambda *_: None)]


def test_the_ladder_has_only_steps_that_can_help() -> None:
    cuda = Compute("cuda", torch.float16, 1)
    assert list(ladder(cuda, 2)) == list(Rung)
    assert Rung.SINGLY not in ladder(cuda, 1)
    assert Rung.OFFLOADED not in ladder(CPU, 2)


@pytest.mark.parametrize(
    ("error", "says_so"),
    [
        (torch.OutOfMemoryError("CUDA out of memory"), True),
        (
            RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory"),
            True,
        ),
        (MemoryError(), True),
        (RuntimeError("mat1 and mat2 shapes cannot be multiplied"), False),
        (ValueError("can't allocate memory"), False),
    ],
)
def test_only_what_says_so_is_out_of_memory(error: Exception, says_so: bool) -> None:
    assert is_out_of_memory(error) is says_so


class Tight:
    """A denoiser and an autoencoder that have memory only from some step of the ladder on."""

    def __init__(self, restyler: DiffusionRestyler, enough: Rung) -> None:
        self.seen: list[Rung] = []
        self._unet, self._vae = restyler._pipeline.unet, restyler._pipeline.vae
        self._forward, self._enough = self._unet.forward, enough

    def rung(self, rows: int) -> Rung:
        if self._vae.use_tiling:
            return Rung.TILED
        if any("Sliced" in type(each).__name__ for each in self._unet.attn_processors.values()):
            return Rung.SLICED
        return Rung.SINGLY if rows == 2 else Rung.NORMAL  # Guidance has two rows for a picture.

    def forward(self, sample: torch.Tensor, *args: Any, **kwargs: Any) -> Any:
        self.seen.append(self.rung(len(sample)))
        if self.seen[-1] < self._enough:
            raise torch.OutOfMemoryError("too much")
        return self._forward(sample, *args, **kwargs)


@contextmanager
def tight(restyler: DiffusionRestyler, enough: Rung) -> Iterator[Tight]:
    memory = Tight(restyler, enough)
    restyler._pipeline.unet.forward = memory.forward
    try:
        yield memory
    finally:
        del restyler._pipeline.unet.forward


@pytest.mark.parametrize("enough", [Rung.SINGLY, Rung.SLICED, Rung.TILED])
def test_each_step_is_climbed_and_the_next_job_starts_at_the_bottom(
    restyler: DiffusionRestyler, enough: Rung
) -> None:
    plain = drawn(restyler)
    with tight(restyler, enough) as memory:
        assert len(drawn(restyler)) == 2
    assert sorted(set(memory.seen)) == list(range(enough + 1))
    assert restyler.counts()["logo_out_of_memory_retries"] == {"": int(enough)}
    with tight(restyler, Rung.NORMAL) as memory:
        assert drawn(restyler) == plain
    assert set(memory.seen) == {Rung.NORMAL}


def test_what_nothing_helps_is_said_and_the_next_job_works(restyler: DiffusionRestyler) -> None:
    plain = drawn(restyler)
    with (
        tight(restyler, Rung.OFFLOADED) as memory,
        pytest.raises(OutOfMemory, match="one picture at a time"),
    ):
        drawn(restyler)
    assert memory.seen[-1] is Rung.TILED
    assert drawn(restyler) == plain


def test_other_errors_are_not_climbed_away(restyler: DiffusionRestyler) -> None:
    calls: list[int] = []

    def broken(*_args: object, **_kwargs: object) -> object:
        calls.append(1)
        raise RuntimeError("shapes cannot be multiplied")

    restyler._pipeline.unet.forward = broken
    with pytest.raises(RuntimeError, match="multiplied"):
        drawn(restyler)
    assert len(calls) == 1


def test_memory_that_the_autoencoder_lacks_counts_too(restyler: DiffusionRestyler) -> None:
    vae, tiles = restyler._pipeline.vae, []
    original = vae.decoder.forward

    def forward(latents: torch.Tensor, *args: Any) -> Any:
        tiles.append(latents.shape[-1])
        if latents.shape[-1] > 4:
            raise MemoryError
        return original(latents, *args)

    vae.decoder.forward = forward
    assert len(drawn(restyler, 1)) == 1
    assert tiles[0] == 8
    assert tiles[-1] <= 4


def test_tiles_and_slices_give_nearly_the_same_picture(restyler: DiffusionRestyler) -> None:
    unet, vae = restyler._pipeline.unet, restyler._pipeline.vae
    assert isinstance(vae, AutoencoderKL)
    before = dict(vae.__dict__), dict(unet.attn_processors)
    latents, words = torch.randn(1, 4, 8, 8), torch.randn(1, 77, 16)
    with torch.inference_mode():
        whole = unet(latents, 7, words).sample
        with saving(Rung.TILED, unet, vae):
            assert vae.use_tiling
            assert torch.allclose(unet(latents, 7, words).sample, whole, atol=1e-5)
    assert dict(vae.__dict__) == before[0]
    assert dict(unet.attn_processors) == before[1]


class Silent:
    """A meter that nobody reads."""

    def on_step(self, step: int, latents: torch.Tensor) -> None:
        pass


def run(restyler: DiffusionRestyler, rung: Rung) -> Any:
    (order,) = orders(1)
    plan = restyler._planner(order.params)
    return restyler._run([order], plan, Silent(), rung)[0]  # type: ignore[arg-type]


class Elsewhere:
    """Networks whose places are written down, since a processor has no second one."""

    def __init__(self, restyler: DiffusionRestyler) -> None:
        self.moves: list[tuple[str, str]] = []
        self.place: dict[str, str] = {}
        # Failures to come while a network goes to the device.
        self.full: list[BaseException | None] = []
        for name in ("unet", "vae", "text_encoder"):
            network = getattr(restyler._pipeline, name)
            self.place[name] = "cuda"
            network.to = lambda device, name=name, network=network: self._to(name, network, device)
            network.parameters = lambda name=name: iter(
                [SimpleNamespace(device=self._device(name))]
            )

    def _device(self, name: str) -> torch.device:
        return torch.device(self.place[name])

    def _to(self, name: str, network: Any, device: str) -> Any:
        self.moves.append((name, device))
        if device == "cuda" and self.full and (error := self.full.pop(0)):
            raise error
        self.place[name] = device
        return network


def on_a_gpu(restyler: DiffusionRestyler, monkeypatch: pytest.MonkeyPatch) -> Elsewhere:
    monkeypatch.setattr(restyler, "_compute", Compute("cuda", None, 1))
    return Elsewhere(restyler)


def test_offloading_puts_everything_back(
    restyler: DiffusionRestyler, monkeypatch: pytest.MonkeyPatch
) -> None:
    where = on_a_gpu(restyler, monkeypatch)
    with restyler._offloaded(Rung.OFFLOADED, restyler._pipeline.vae) as on_device:
        assert set(where.place.values()) == {"cpu"}
        with on_device(restyler._pipeline.unet):
            assert where.place == {"unet": "cuda", "vae": "cpu", "text_encoder": "cpu"}
        assert set(where.place.values()) == {"cpu"}
    assert set(where.place.values()) == {"cuda"}


def test_what_could_not_come_back_comes_with_the_next_run(
    restyler: DiffusionRestyler, monkeypatch: pytest.MonkeyPatch
) -> None:
    where = on_a_gpu(restyler, monkeypatch)
    vae = restyler._pipeline.vae
    where.full = [None, torch.OutOfMemoryError("full")]
    with restyler._offloaded(Rung.OFFLOADED, vae):
        pass
    assert set(where.place.values()) == {"cpu", "cuda"}
    restyler._settle(vae)
    assert set(where.place.values()) == {"cuda"}
    moves = len(where.moves)
    restyler._settle(vae)
    assert len(where.moves) == moves
    where.full = [RuntimeError("broken")]
    with (
        pytest.raises(RuntimeError, match="broken"),
        restyler._offloaded(Rung.OFFLOADED, vae),
    ):
        pass


def test_every_run_but_an_offloaded_one_places_the_networks_first(
    restyler: DiffusionRestyler, monkeypatch: pytest.MonkeyPatch
) -> None:
    settled: list[str] = []
    monkeypatch.setattr(restyler, "_settle", lambda _vae: settled.append("settled"))
    run(restyler, Rung.NORMAL)
    assert settled == ["settled"]


def test_graphs_of_widened_weights_are_forgotten(
    restyler: DiffusionRestyler, monkeypatch: pytest.MonkeyPatch
) -> None:
    unet = restyler._pipeline.unet
    graphs = GraphedDenoiser(unet, lambda network, **_options: network, patience=0)
    monkeypatch.setattr(restyler, "_graphs", graphs)
    run(restyler, Rung.NORMAL)
    assert graphs.compiled
    with restyler._full_precision():
        assert not graphs.compiled
        run(restyler, Rung.NORMAL)
        assert graphs.compiled
    assert not graphs.compiled
