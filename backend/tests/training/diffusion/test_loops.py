"""The autoencoder's and the denoiser's loops at toy size."""

from dataclasses import replace
from io import BytesIO
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import torch
from PIL import Image

from backend.domain.errors import DatasetSchemaMismatch
from backend.training.checkpoints import load_state
from backend.training.diffusion.batches import load_split, random_crops, to_tensor
from backend.training.diffusion.config import (
    LATENT_CHANNELS,
    UnetTraining,
    VaeTraining,
    unet_arguments,
)
from backend.training.diffusion.unet_loop import LatentCache, train_unet
from backend.training.diffusion.vae_loop import NormalisedVae, folded, train_vae

VAE = VaeTraining(steps=4, batch_size=2, crop_px=32, warmup_steps=1)
UNET = UnetTraining(steps=3, batch_size=2, warmup_steps=1)
TINY_UNET = {
    **unet_arguments(),
    "block_out_channels": (16, 32),
    "attention_head_dim": 16,
    "norm_num_groups": 8,
}


def pictures(count: int = 6) -> np.ndarray:
    rng = np.random.default_rng(0)
    flat = np.repeat(rng.integers(0, 256, (count, 1, 1, 3), dtype=np.uint8), 64, axis=1).repeat(
        64, axis=2
    )
    flat[:, 16:48, 16:48] = rng.integers(0, 256, (count, 1, 1, 3), dtype=np.uint8)
    return flat


def cache() -> LatentCache:
    rng = np.random.default_rng(1)
    return LatentCache(
        latents=rng.normal(size=(5, LATENT_CHANNELS, 16, 16)).astype(np.float16),
        states=rng.normal(size=(5, 64, 384)).astype(np.float16),
        empty_state=np.zeros((64, 384), np.float16),
    )


def weights_of(run: Path, key: str) -> torch.Tensor:
    state = load_state(run)
    assert state is not None
    return torch.cat([value.flatten().float() for value in state[key].values()])


def png(colour: tuple[int, int, int], size: int) -> bytes:
    stream = BytesIO()
    Image.new("RGB", (size, size), colour).save(stream, "PNG")
    return stream.getvalue()


def test_vae_resumes_as_if_never_stopped(tmp_path: Path) -> None:
    train_vae(VAE, pictures(), tmp_path / "whole")
    finished = False
    while not finished:
        _, finished = train_vae(replace(VAE, budget_seconds=0.02), pictures(), tmp_path / "parts")
    assert torch.equal(
        weights_of(tmp_path / "whole", "network"), weights_of(tmp_path / "parts", "network")
    )


def test_folding_moves_the_statistics_into_the_encoder() -> None:
    torch.manual_seed(0)
    network = NormalisedVae()
    network.standardise.running_mean.uniform_(-2, 2)  # type: ignore[union-attr]
    network.standardise.running_var.uniform_(0.5, 4)  # type: ignore[union-attr]
    network.eval()
    images = to_tensor(pictures(2))
    with torch.no_grad():
        expected = network.standardise(network.vae.encoder(images))
        torch.testing.assert_close(
            folded(network).encode(images).latents, expected, rtol=1e-4, atol=1e-4
        )


def test_unet_resumes_as_if_never_stopped(tmp_path: Path) -> None:
    train_unet(UNET, cache(), tmp_path / "whole", TINY_UNET)
    finished = False
    while not finished:
        _, finished = train_unet(
            replace(UNET, budget_seconds=0.02), cache(), tmp_path / "parts", TINY_UNET
        )
    assert torch.equal(
        weights_of(tmp_path / "whole", "unet"), weights_of(tmp_path / "parts", "unet")
    )


def test_any_parquet_with_pictures_and_texts_is_read(tmp_path: Path) -> None:
    rows = [{"image": {"bytes": png((255, 0, 0), 20), "path": "a"}, "text": "red"}] * 3
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "a.parquet")
    images, captions = load_split(tmp_path, "train", 16)
    assert images.shape == (3, 16, 16, 3)
    assert captions == ["red"] * 3
    assert (images == (255, 0, 0)).all()


def test_a_wrong_or_missing_corpus_is_explained(tmp_path: Path) -> None:
    with pytest.raises(DatasetSchemaMismatch, match="corpus build"):
        load_split(tmp_path, "train", 16)
    pq.write_table(pa.table({"picture": [1]}), tmp_path / "b.parquet")
    with pytest.raises(DatasetSchemaMismatch, match="image and text"):
        load_split(tmp_path, "train", 16)


def test_crops_come_from_their_own_picture() -> None:
    images = np.arange(4, dtype=np.uint8).reshape(4, 1, 1, 1) * np.ones((1, 8, 8, 3), np.uint8)
    crops = random_crops(images, 4, np.random.default_rng(0))
    assert crops.shape == (4, 4, 4, 3)
    assert (crops == images[:, :4, :4]).all()
