"""Out of memory: what is given up, in which order, so that a picture comes out all the same."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from enum import IntEnum
from typing import Any

import torch
from diffusers import AutoencoderKL

from backend.models.devices import Compute

# Half of what the autoencoders take at once; their own tiles are as large as whole pictures.
_TILE_SHARE = 2


class Rung(IntEnum):
    """Steps of the ladder; each keeps what the ones before it have given up."""

    NORMAL = 0
    SINGLY = 1
    SLICED = 2
    TILED = 3
    OFFLOADED = 4


def ladder(compute: Compute, pictures: int) -> Sequence[Rung]:
    """The steps that can help, in order.

    Args:
        compute: a processor has nowhere to move networks to.
        pictures: how many run together.
    """
    rungs = [Rung.NORMAL, Rung.SINGLY, Rung.SLICED, Rung.TILED, Rung.OFFLOADED]
    if pictures == 1:
        rungs.remove(Rung.SINGLY)
    if not compute.is_cuda:
        rungs.remove(Rung.OFFLOADED)
    return rungs


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an error says so, in the words of the GPU's allocator or of the processor's."""
    if isinstance(error, torch.OutOfMemoryError | MemoryError):
        return True
    return isinstance(error, RuntimeError) and "can't allocate memory" in str(error)


def release(compute: Compute) -> None:
    """Gives back what nobody holds any more; call it where no exception's frames are alive."""
    gc.collect()
    if compute.is_cuda:
        torch.cuda.empty_cache()


@contextmanager
def saving(rung: Rung, unet: Any, vae: Any) -> Iterator[None]:
    """Runs the body with what a step of the ladder gives up, and everything back afterwards.

    `Rung.SINGLY` and `Rung.OFFLOADED` are up to the caller: see `placed`.
    """
    with ExitStack() as stack:
        if rung >= Rung.SLICED:
            stack.enter_context(_sliced(unet))
        # The tiny one needs little as it is, and its tiles are made for four channels only.
        if rung >= Rung.TILED and isinstance(vae, AutoencoderKL):
            stack.enter_context(_tiled(vae))
        yield


@contextmanager
def placed(network: torch.nn.Module, device: str, *, afterwards: str | None) -> Iterator[None]:
    """Runs the body with a network on a device; moves it away afterwards, if somewhere is named."""
    network.to(device)
    try:
        yield
    finally:
        if afterwards is not None:
            network.to(afterwards)


@contextmanager
def _sliced(unet: Any) -> Iterator[None]:
    """Attention one head after the other."""
    processors = dict(unet.attn_processors)
    unet.set_attention_slice("max")
    try:
        yield
    finally:
        unet.set_attn_processor(processors)


@contextmanager
def _tiled(vae: Any) -> Iterator[None]:
    """Autoencoding in overlapping tiles of half the side."""
    names = ("tile_sample_min_size", "tile_latent_min_size", "use_tiling", "use_slicing")
    before = {name: getattr(vae, name) for name in names}
    vae.enable_tiling()
    vae.enable_slicing()
    vae.tile_sample_min_size = max(before["tile_sample_min_size"] // _TILE_SHARE, 1)
    vae.tile_latent_min_size = max(before["tile_latent_min_size"] // _TILE_SHARE, 1)
    try:
        yield
    finally:
        for name, value in before.items():
            setattr(vae, name, value)
