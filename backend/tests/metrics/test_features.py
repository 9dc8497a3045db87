"""Extractors on tiny networks of the real classes, saved where they are looked for."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn
from transformers import CLIPConfig, CLIPModel, CLIPTokenizer, Dinov2Config, Dinov2Model

from backend.domain.errors import ToolMissing, WeightsCorrupt, WeightsMissing
from backend.metrics import features
from backend.metrics.features import Clip, Dino, Inception, PerceptualLayers
from backend.metrics.perceptual import perceptual_distance
from backend.metrics.pixels import prepared, uint8_batch
from backend.metrics.similarity import cosines, recall_at
from backend.utils.files import sha256_of

TOKENS = ["<|startoftext|>", "<|endoftext|>"]
PULL = "python -m backend weights pull metrics"


def picture(seed: int, size: tuple[int, int] = (40, 40)) -> Image.Image:
    pixels = np.random.default_rng(seed).integers(0, 256, (*size[::-1], 3), dtype=np.uint8)
    return Image.fromarray(pixels, "RGB")


def save_tokenizer(folder: Path) -> None:
    letters = [chr(code) for code in range(ord("a"), ord("z") + 1)]
    symbols = [*letters, *(f"{letter}</w>" for letter in letters), *TOKENS]
    vocabulary = {symbol: number for number, symbol in enumerate(symbols)}
    (folder / "vocab.json").write_text(json.dumps(vocabulary), "utf-8")
    (folder / "merges.txt").write_text("#version: 0.2\n", "utf-8")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("metrics")
    torch.manual_seed(0)
    layer: dict[str, Any] = {
        "hidden_size": 16,
        "intermediate_size": 32,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
    }
    text = {"vocab_size": 54, "max_position_embeddings": 9, "bos_token_id": 52, "eos_token_id": 53}
    config = CLIPConfig(
        text_config={**layer, **text},
        vision_config={**layer, "image_size": 32, "patch_size": 8},
        projection_dim=12,
    )
    CLIPModel(config).save_pretrained(root / features.CLIP_FOLDER)
    save_tokenizer(root / features.CLIP_FOLDER)
    dino = Dinov2Config(
        hidden_size=16, num_hidden_layers=2, num_attention_heads=2, image_size=28, patch_size=14
    )
    Dinov2Model(dino).save_pretrained(root / features.DINO_FOLDER)
    return root


# --- CLIP -----------------------------------------------------------------------------------------


def test_clip_gives_the_networks_own_vectors(folder: Path) -> None:
    clip = Clip.load(folder)
    images = [picture(1), picture(2, (50, 36))]
    found = clip.images(images)
    assert found.shape == (2, 12)
    assert found.dtype == np.float32
    model = CLIPModel.from_pretrained(folder / features.CLIP_FOLDER).eval()
    tokenizer = CLIPTokenizer.from_pretrained(folder / features.CLIP_FOLDER)
    pixels = torch.from_numpy(prepared(images, clip._preparation))
    tokens = tokenizer(["fox", "owl"], return_tensors="pt")
    with torch.inference_mode():
        whole = model(**tokens, pixel_values=pixels)
    expected = whole.logits_per_image.numpy() / np.exp(model.logit_scale.item())
    similarities = cosines(found, clip.texts(["fox", "owl"]))
    np.testing.assert_allclose(similarities, expected, atol=1e-5)
    assert 0 <= recall_at(similarities, [0, 1], 1) <= 1


def test_clip_prepares_pictures_with_its_own_mean(folder: Path) -> None:
    grey = Image.new("RGB", (32, 32), (123, 117, 104))  # the mean, rounded
    pixels = prepared([grey], Clip.load(folder)._preparation)
    assert pixels.shape == (1, 3, 32, 32)
    assert np.abs(pixels).max() < 0.01


def test_a_text_does_not_depend_on_those_beside_it(folder: Path) -> None:
    clip = Clip.load(folder)
    alone, beside = clip.texts(["fox"]), clip.texts(["fox", "a red owl"])
    np.testing.assert_allclose(alone[0], beside[0], atol=1e-5)
    assert np.abs(beside[0] - beside[1]).max() > 1e-3


def test_long_texts_are_cut(folder: Path) -> None:
    clip = Clip.load(folder)
    long = "a b c d e f g"
    np.testing.assert_allclose(clip.texts([long]), clip.texts([f"{long} h i j k"]), atol=1e-6)


def test_batches_do_not_change_vectors(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clip, dino, images = Clip.load(folder), Dino.load(folder), [picture(seed) for seed in range(5)]
    whole = clip.images(images), clip.texts(list("abcde")), dino.images(images)
    monkeypatch.setattr(features, "_BATCH", 2)
    parts = clip.images(images), clip.texts(list("abcde")), dino.images(images)
    for first, second in zip(whole, parts, strict=True):
        assert len(second) == 5
        np.testing.assert_allclose(first, second, atol=1e-5)


# --- DINO -----------------------------------------------------------------------------------------


def test_dino_gives_the_class_token(folder: Path) -> None:
    dino, images = Dino.load(folder), [picture(1), picture(2, (300, 260))]
    found = dino.images(images)
    assert found.shape == (2, 16)
    assert found.dtype == np.float32
    pixels = torch.from_numpy(prepared(images, features._DINO_PREPARATION))
    assert pixels.shape == (2, 3, 224, 224)
    with torch.inference_mode():
        states = dino.model(pixel_values=pixels).last_hidden_state
    np.testing.assert_allclose(found, states[:, 0].numpy(), atol=1e-5)


def test_extractors_name_the_file_that_they_use(folder: Path) -> None:
    for extractor, name in (
        (Clip.load(folder), features.CLIP_FOLDER),
        (Dino.load(folder), features.DINO_FOLDER),
    ):
        assert extractor.weights_sha256 == sha256_of(folder / name / "model.safetensors")


def test_no_picture_has_no_vectors(folder: Path) -> None:
    with pytest.raises(ValueError, match="nothing to extract"):
        Dino.load(folder).images([])
    with pytest.raises(ValueError, match="nothing to extract"):
        Clip.load(folder).texts([])


# --- What is not there ----------------------------------------------------------------------------

LOADERS: list[Callable[[Path], object]] = [
    Clip.load,
    Dino.load,
    Inception.load,
    PerceptualLayers.load,
]


@pytest.mark.parametrize("load", LOADERS)
def test_without_weights_the_message_names_the_command(
    load: Callable[[Path], object], tmp_path: Path
) -> None:
    with pytest.raises(WeightsMissing) as caught:
        load(tmp_path)
    assert PULL in caught.value.detail
    assert str(tmp_path) not in caught.value.detail


@pytest.mark.parametrize("name", ["model.safetensors", "config.json", "vocab.json", "merges.txt"])
def test_clip_needs_each_of_its_files(name: str, folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder / features.CLIP_FOLDER, tmp_path / features.CLIP_FOLDER)
    (tmp_path / features.CLIP_FOLDER / name).unlink()
    with pytest.raises(WeightsMissing, match=name):
        Clip.load(tmp_path)


@pytest.mark.parametrize("name", ["model.safetensors", "config.json"])
def test_damaged_files_are_said_to_be(name: str, folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder / features.DINO_FOLDER, tmp_path / features.DINO_FOLDER)
    path = tmp_path / features.DINO_FOLDER / name
    path.write_bytes(path.read_bytes()[:60])
    with pytest.raises(WeightsCorrupt, match=PULL):
        Dino.load(tmp_path)


def put(root: Path, name: str, content: object) -> Path:
    path = root / name
    path.parent.mkdir(parents=True)
    torch.save(content, path)
    return path


@pytest.mark.parametrize(
    ("load", "name", "module"),
    [
        (Inception.load, features.INCEPTION_FILE, "torch_fidelity"),
        (PerceptualLayers.load, features.ALEXNET_FILE, "lpips"),
    ],
)
def test_without_its_library_the_message_says_what_to_install(
    load: Callable[[Path], object],
    name: str,
    module: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    put(tmp_path, name, {})
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(ToolMissing, match=r"pip install -r backend/requirements-gpu\.txt"):
        load(tmp_path)


# --- Libraries that are not installed here: stand-ins with their interface ------------------------


class TinyInception(nn.Module):
    """Takes what torch-fidelity's extractor takes, gives what it gives."""

    def __init__(self, name: str, wanted: list[str], feature_extractor_weights_path: str) -> None:
        super().__init__()
        assert wanted == ["2048", "logits_unbiased"]
        self.fc = nn.Linear(3, 4, bias=False)
        self.load_state_dict(torch.load(feature_extractor_weights_path))

    def forward(self, pixels: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        assert pixels.dtype == torch.uint8
        pooled = pixels.float().mean((2, 3))
        return pooled, self.fc(pooled)


@pytest.fixture
def fidelity(monkeypatch: pytest.MonkeyPatch) -> None:
    module: Any = ModuleType("torch_fidelity.feature_extractor_inceptionv3")
    module.FeatureExtractorInceptionV3 = TinyInception
    monkeypatch.setitem(sys.modules, "torch_fidelity", ModuleType("torch_fidelity"))
    monkeypatch.setitem(sys.modules, module.__name__, module)


@pytest.mark.usefixtures("fidelity")
def test_inception_gives_features_and_logits_of_the_same_pictures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    weight = torch.randn(4, 3)
    path = put(tmp_path, features.INCEPTION_FILE, {"fc.weight": weight})
    inception, images = Inception.load(tmp_path), [picture(seed) for seed in range(3)]
    monkeypatch.setattr(features, "_BATCH", 2)
    pooled = np.array([np.asarray(image, np.float32).mean((0, 1)) for image in images])
    np.testing.assert_allclose(inception.images(images), pooled, rtol=1e-5)
    np.testing.assert_allclose(inception.logits(images), pooled @ weight.numpy().T, rtol=1e-3)
    assert inception.weights_sha256 == sha256_of(path)


class Harmful:
    """Would run something when unpickled."""

    def __reduce__(self) -> tuple[Callable[[str], object], tuple[str]]:
        return (Path.touch, (Path("harm"),))  # type: ignore[return-value]


@pytest.mark.usefixtures("fidelity")
def test_a_pickle_of_anything_but_tensors_is_never_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    put(tmp_path, features.INCEPTION_FILE, {"fc.weight": Harmful()})
    with pytest.raises(WeightsCorrupt, match=PULL):
        Inception.load(tmp_path)
    assert not Path("harm").exists()


ALEXNET = {0: (1, 3, 6, 11), 3: (2, 6, 5, 5), 6: (3, 5, 4, 3), 8: (4, 4, 4, 3), 10: (5, 4, 3, 3)}


class TinyAlexNet(nn.Module):
    """AlexNet's five slices as lpips cuts them, with few channels."""

    def __init__(self) -> None:
        super().__init__()
        for number, (part, taken, given, side) in ALEXNET.items():
            stride = 4 if number == 0 else 1
            convolution = nn.Conv2d(taken, given, side, stride, side // 2)
            self.add_module(f"slice{part}", nn.Sequential())
            cut = self.get_submodule(f"slice{part}")
            cut.add_module(str(number), convolution)
            cut.add_module(str(number + 1), nn.ReLU())

    def forward(self, pixels: torch.Tensor) -> tuple[torch.Tensor, ...]:
        outputs = []
        for part in range(1, 6):
            pixels = self.get_submodule(f"slice{part}")(pixels)
            outputs.append(pixels)
        return tuple(outputs)


class TinyLpips(nn.Module):
    """Has the parts of lpips.LPIPS that are used."""

    def __init__(self, net: str, *, pnet_rand: bool, verbose: bool) -> None:
        super().__init__()
        assert (net, pnet_rand, verbose) == ("alex", True, False)
        self.net, self.scaling_layer = TinyAlexNet(), nn.Identity()
        self.lins = []
        for number, (_, _, channels, _) in ALEXNET.items():
            linear: Any = nn.Module()
            linear.model = nn.Sequential(nn.Dropout(), nn.Conv2d(channels, 1, 1, bias=False))
            nn.init.constant_(linear.model[-1].weight, number + 1)
            self.lins.append(linear)


@pytest.fixture
def lpips(monkeypatch: pytest.MonkeyPatch) -> None:
    module: Any = ModuleType("lpips")
    module.LPIPS = TinyLpips
    monkeypatch.setitem(sys.modules, "lpips", module)


def alexnet_state() -> dict[str, torch.Tensor]:
    """Values under torchvision's names; the classifier is there, too."""
    state = {
        f"features.{name.partition('.')[2]}": torch.randn_like(value)
        for name, value in TinyAlexNet().state_dict().items()
    }
    return {**state, "classifier.1.weight": torch.zeros(2, 2)}


@pytest.mark.usefixtures("lpips")
def test_perceptual_layers_come_from_the_file_and_weights_from_the_library(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = alexnet_state()
    path = put(tmp_path, features.ALEXNET_FILE, state)
    network, images = PerceptualLayers.load(tmp_path), [picture(seed) for seed in range(3)]
    monkeypatch.setattr(features, "_BATCH", 2)
    layers = network.layers(images)
    assert [layer.shape[:2] for layer in layers] == [(3, 6), (3, 5), (3, 4), (3, 4), (3, 3)]
    signed = torch.from_numpy(uint8_batch(images)).float() / 127.5 - 1
    first = nn.functional.conv2d(
        signed, state["features.0.weight"], state["features.0.bias"], stride=4, padding=5
    ).relu()
    np.testing.assert_allclose(layers[0], first.numpy(), rtol=1e-4, atol=1e-3)
    assert [weight.tolist() for weight in network.weights[1:3]] == [[4.0] * 5, [7.0] * 4]
    assert network.weights_sha256 == sha256_of(path)
    distances = perceptual_distance(layers, layers[:], network.weights)
    assert distances.tolist() == [0, 0, 0]


@pytest.mark.usefixtures("lpips")
def test_a_file_of_another_network_is_not_taken_for_alexnet(tmp_path: Path) -> None:
    put(tmp_path, features.ALEXNET_FILE, {"features.0.weight": torch.zeros(1)})
    with pytest.raises(WeightsCorrupt, match="is not AlexNet"):
        PerceptualLayers.load(tmp_path)
