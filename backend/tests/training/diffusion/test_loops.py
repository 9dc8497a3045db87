"""The autoencoder's and the denoiser's loops at toy size."""

import json
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import torch
from diffusers import AutoencoderTiny, UNet2DConditionModel
from PIL import Image

from backend.domain.errors import DatasetSchemaMismatch
from backend.models.text import TextEncoder
from backend.tests.training.support import lab, weights_of
from backend.training.checkpoints import load_state
from backend.training.diffusion.batches import load_split, random_crops, to_tensor
from backend.training.diffusion.config import (
    LATENT_CHANNELS,
    DiffusionExperiment,
    UnetTraining,
    VaeTraining,
    unet_arguments,
    vae_arguments,
)
from backend.training.diffusion.run import DiffusionFolders, train
from backend.training.diffusion.unet_loop import LatentCache, cache_latents, train_unet
from backend.training.diffusion.vae_loop import NormalisedVae, folded, train_vae
from backend.training.settings import TrackerSettings

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


def png(colour: tuple[int, int, int], size: int) -> bytes:
    stream = BytesIO()
    Image.new("RGB", (size, size), colour).save(stream, "PNG")
    return stream.getvalue()


def test_vae_resumes_as_if_never_stopped(tmp_path: Path) -> None:
    train_vae(VAE, pictures(), lab(), tmp_path / "whole")
    for steps in (1, 2, 9):
        train_vae(VAE, pictures(), lab(steps), tmp_path / "parts")
    assert torch.equal(weights_of(tmp_path / "whole", "vae"), weights_of(tmp_path / "parts", "vae"))
    with Image.open(tmp_path / "parts" / "samples-000004.png") as sheet:
        assert sheet.size == (6 * 64, 2 * 64)


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
    vae = AutoencoderTiny(**vae_arguments())
    train_unet(UNET, cache(), vae, lab(), tmp_path / "whole", TINY_UNET)
    for steps in (1, 9):
        train_unet(UNET, cache(), vae, lab(steps), tmp_path / "parts", TINY_UNET)
    assert torch.equal(
        weights_of(tmp_path / "whole", "unet"), weights_of(tmp_path / "parts", "unet")
    )
    with Image.open(tmp_path / "parts" / "samples-000003.png") as sheet:
        assert sheet.size == (5 * 128, 2 * 128)


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


def test_only_the_split_is_read_and_an_empty_one_is_refused(tmp_path: Path) -> None:
    rows = [
        {"image": {"bytes": png(colour, 8), "path": "a"}, "text": text, "split": split}
        for colour, text, split in (
            ((255, 0, 0), "red", "train"),
            ((0, 255, 0), "green", "test"),
            ((0, 0, 255), "blue", "train"),
        )
    ]
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "a.parquet")
    images, captions = load_split(tmp_path, "train", 8)
    assert captions == ["red", "blue"]
    assert images[:, 0, 0].tolist() == [[255, 0, 0], [0, 0, 255]]
    with pytest.raises(DatasetSchemaMismatch, match="no row of the split validation"):
        load_split(tmp_path, "validation", 8)


def test_caches_belong_to_their_networks_pictures_and_captions(tmp_path: Path) -> None:
    encoder = TextEncoder.load(Path(__file__).parents[4] / "weights" / "sd-embedded")
    torch.manual_seed(0)
    vae, other_vae = (AutoencoderTiny(**vae_arguments()) for _ in range(2))
    images = pictures(2).repeat(2, axis=1).repeat(2, axis=2)

    def cached(vae: AutoencoderTiny, captions: list[str]) -> LatentCache:
        return cache_latents(tmp_path, vae, encoder, images, captions, lambda *_: None)

    def files() -> dict[str, int]:
        return {path.name: path.stat().st_mtime_ns for path in tmp_path.glob("*.npy")}

    first = cached(vae, ["a fox", "a boat"])
    before = files()
    cached(vae, ["a fox", "a boat"])
    assert files() == before
    assert len(before) == 2
    other = cached(other_vae, ["a fox", "a boat"])
    assert not np.array_equal(first.latents, other.latents)
    reworded = cached(vae, ["a fox", "a ship"])
    assert np.array_equal(first.states[0], reworded.states[0])
    assert not np.array_equal(first.states[1], reworded.states[1])
    assert sorted(name.split("-")[0] for name in files()) == ["latents"] * 2 + ["states"] * 2


def test_an_unfinished_denoiser_stays_in_the_runs_folder(tmp_path: Path) -> None:
    shipped = Path(__file__).parents[4] / "weights" / "sd-embedded"
    folders = DiffusionFolders(tmp_path / "corpus", tmp_path / "run", tmp_path / "pipeline")
    folders.corpus.mkdir()
    folders.pipeline.mkdir()
    for part in ("text_encoder", "tokenizer"):
        (folders.pipeline / part).symlink_to(shipped / part)
    rows = [{"image": {"bytes": png((255, 0, 0), 128), "path": "a"}, "text": "red"}] * 2
    pq.write_table(pa.Table.from_pylist(rows), folders.corpus / "a.parquet")
    experiment = DiffusionExperiment(
        vae=replace(VAE, steps=1, epoch_steps=1),
        unet=replace(UNET, steps=1, epoch_steps=1),
        tracker=TrackerSettings(name="none"),
    )
    train_vae(
        experiment.vae, load_split(folders.corpus, "train", 128)[0], lab(), folders.run / "vae"
    )

    assert not train(folders, replace(experiment, budget_seconds=0.0), lambda *_: None)
    assert not (folders.pipeline / "unet").exists()
    notes = json.loads((folders.run / "pipeline" / "training.json").read_text("utf-8"))
    assert (notes["vae"]["steps_done"], notes["unet"]["steps_done"]) == (1, 0)
    assert train(folders, experiment, lambda *_: None)
    notes = json.loads((folders.pipeline / "training.json").read_text("utf-8"))
    assert notes["unet"]["steps_done"] == 1
    assert (folders.pipeline / "unet" / "config.json").exists()
    history = pq.read_table(folders.pipeline / "history.parquet").to_pylist()
    assert [row["network"] for row in history] == ["vae", "unet"]

    # A run that continues what is shipped begins there.
    unet = UNet2DConditionModel.from_pretrained(folders.pipeline / "unet", dtype=torch.float32)
    later = replace(folders, run=tmp_path / "later")
    again = replace(experiment, continues_shipped=True, budget_seconds=0.0)
    assert not train(later, again, lambda *_: None)
    state = load_state(later.run / "unet")
    assert state is not None
    for name, tensor in unet.state_dict().items():
        torch.testing.assert_close(state["networks"]["unet"][name], tensor)
    assert train(later, replace(again, budget_seconds=None), lambda *_: None)
    notes = json.loads((folders.pipeline / "training.json").read_text("utf-8"))
    assert notes["before"]["unet"]["steps_done"] == 1
    assert str(tmp_path) not in (folders.pipeline / "vae" / "config.json").read_text("utf-8")


def test_crops_come_from_their_own_picture() -> None:
    images = np.arange(4, dtype=np.uint8).reshape(4, 1, 1, 1) * np.ones((1, 8, 8, 3), np.uint8)
    crops = random_crops(images, 4, np.random.default_rng(0))
    assert crops.shape == (4, 4, 4, 3)
    assert (crops == images[:, :4, :4]).all()
