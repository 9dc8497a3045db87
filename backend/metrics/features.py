"""The pretrained networks whose features are compared; each is used only when its files are there.

folder/
├── clip-vit-base-patch32/   Hugging Face format: CLIP-T, CLIP-I, retrieval
├── dinov2-small/            Hugging Face format: DINO, diversity
├── inception/               FID, KID, Inception Score
└── alexnet/                 LPIPS
"""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from safetensors import SafetensorError
from torch import nn
from transformers import CLIPModel, CLIPTokenizer, Dinov2Model

from backend.domain.errors import ToolMissing, WeightsCorrupt, WeightsMissing
from backend.metrics.pixels import Preparation, prepared, uint8_batch
from backend.utils.files import sha256_of

FloatArray = NDArray[np.float32]
T = TypeVar("T")

CLIP_FOLDER = "clip-vit-base-patch32"
DINO_FOLDER = "dinov2-small"
INCEPTION_FILE = "inception/weights-inception-2015-12-05-6726825d.pth"
ALEXNET_FILE = "alexnet/alexnet-owt-7be5be79.pth"

_BATCH = 32
_PULL = "python -m backend weights pull metrics"
_INSTALL = "pip install -r backend/requirements-gpu.txt"
_CLIP_MEAN = (0.48145466, 0.4578275, 0.40821073)
_CLIP_SD = (0.26862954, 0.26130258, 0.27577711)
_IMAGENET_MEAN = (0.485, 0.456, 0.406)
_IMAGENET_SD = (0.229, 0.224, 0.225)
_DINO_PREPARATION = Preparation(256, 224, _IMAGENET_MEAN, _IMAGENET_SD)


class Clip:
    """CLIP ViT-B/32, which puts pictures and sentences into one space: Radford et al., 2021."""

    def __init__(self, model: CLIPModel, tokenizer: CLIPTokenizer, weights_sha256: str) -> None:
        self.model = model.eval().requires_grad_(False)
        self.tokenizer = tokenizer
        self.weights_sha256 = weights_sha256
        size = model.config.vision_config.image_size
        self._preparation = Preparation(size, size, _CLIP_MEAN, _CLIP_SD)

    @classmethod
    def load(cls, folder: Path, *, device: str = "cpu") -> Clip:
        """Loads from the folder of the metrics' weights.

        Raises:
            WeightsMissing: files are absent; says which command brings them.
            WeightsCorrupt: a file cannot be read.
        """
        weights = _required(
            folder / CLIP_FOLDER, "model.safetensors", "config.json", "vocab.json", "merges.txt"
        )
        model, tokenizer = _readable(
            weights,
            lambda: (
                CLIPModel.from_pretrained(weights.parent, dtype=torch.float32),
                CLIPTokenizer.from_pretrained(weights.parent),
            ),
        )
        return cls(model.to(device), tokenizer, sha256_of(weights))

    @torch.inference_mode()
    def images(self, images: Sequence[Image.Image]) -> FloatArray:
        """Vectors of pictures of any size, (N, D) float32, not scaled to length 1."""
        rows = []
        for chunk in _chunks(images):
            pixels = torch.from_numpy(prepared(chunk, self._preparation)).to(self.model.device)
            rows.append(self.model.get_image_features(pixel_values=pixels).pooler_output)
        return _stacked(rows)

    @torch.inference_mode()
    def texts(self, texts: Sequence[str]) -> FloatArray:
        """Vectors of sentences, (N, D) float32, not scaled to length 1; long ones are cut."""
        rows = []
        for chunk in _chunks(texts):
            tokens = self.tokenizer(
                list(chunk),
                padding=True,
                truncation=True,
                max_length=self.model.config.text_config.max_position_embeddings,
                return_tensors="pt",
            ).to(self.model.device)
            rows.append(self.model.get_text_features(**tokens).pooler_output)
        return _stacked(rows)


class Dino:
    """DINOv2 ViT-S/14, whose class token tells subjects apart: Oquab et al., 2023."""

    def __init__(self, model: Dinov2Model, weights_sha256: str) -> None:
        self.model = model.eval().requires_grad_(False)
        self.weights_sha256 = weights_sha256

    @classmethod
    def load(cls, folder: Path, *, device: str = "cpu") -> Dino:
        """Loads from the folder of the metrics' weights.

        Raises:
            WeightsMissing: files are absent; says which command brings them.
            WeightsCorrupt: a file cannot be read.
        """
        weights = _required(folder / DINO_FOLDER, "model.safetensors", "config.json")
        model = _readable(
            weights, lambda: Dinov2Model.from_pretrained(weights.parent, dtype=torch.float32)
        )
        return cls(model.to(device), sha256_of(weights))

    @torch.inference_mode()
    def images(self, images: Sequence[Image.Image]) -> FloatArray:
        """Class tokens of pictures of any size, (N, D) float32, not scaled to length 1."""
        rows = []
        for chunk in _chunks(images):
            pixels = torch.from_numpy(prepared(chunk, _DINO_PREPARATION)).to(self.model.device)
            rows.append(self.model(pixel_values=pixels).pooler_output)
        return _stacked(rows)


class Inception:
    """Inception v3 as converted for the original FID: Szegedy et al., 2016."""

    def __init__(self, network: nn.Module, weights_sha256: str) -> None:
        self.network = network.eval().requires_grad_(False)
        self.weights_sha256 = weights_sha256

    @classmethod
    def load(cls, folder: Path, *, device: str = "cpu") -> Inception:
        """Loads from the folder of the metrics' weights.

        Raises:
            WeightsMissing: the file is absent; says which command brings it.
            WeightsCorrupt: the file holds something else than tensors.
            ToolMissing: torch-fidelity is not installed.
        """
        weights = _required(folder, INCEPTION_FILE)
        try:
            from torch_fidelity.feature_extractor_inceptionv3 import FeatureExtractorInceptionV3
        except ImportError as error:
            raise ToolMissing(f"torch-fidelity is missing; run: {_INSTALL}") from error
        # The library opens the file as a pickle of anything; after this it is known to be harmless.
        _tensors(weights)
        network = FeatureExtractorInceptionV3(
            "inception-v3-compat",
            ["2048", "logits_unbiased"],
            feature_extractor_weights_path=str(weights),
        )
        return cls(network.to(device), sha256_of(weights))

    def images(self, images: Sequence[Image.Image]) -> FloatArray:
        """Pooled features of pictures of one size, (N, 2048) float32, for FID and KID."""
        return self._run(images)[0]

    def logits(self, images: Sequence[Image.Image]) -> FloatArray:
        """Class logits without the bias, (N, 1008) float32, for the Inception Score."""
        return self._run(images)[1]

    @torch.inference_mode()
    def _run(self, images: Sequence[Image.Image]) -> tuple[FloatArray, FloatArray]:
        device = next(self.network.parameters()).device
        found = [
            self.network(torch.from_numpy(uint8_batch(chunk)).to(device))
            for chunk in _chunks(images)
        ]
        return _stacked([pair[0] for pair in found]), _stacked([pair[1] for pair in found])


class PerceptualLayers:
    """AlexNet and the channel weights of LPIPS 0.1: Zhang et al., 2018.

    Attributes:
        weights: per layer (C,) float32, for `perceptual.perceptual_distance`.
    """

    def __init__(self, network: Any, weights_sha256: str) -> None:
        self.network = network.eval().requires_grad_(False)
        self.weights_sha256 = weights_sha256
        self.weights: list[FloatArray] = [
            linear.model[-1].weight.detach().cpu().numpy().reshape(-1) for linear in network.lins
        ]

    @classmethod
    def load(cls, folder: Path, *, device: str = "cpu") -> PerceptualLayers:
        """Loads AlexNet from the folder of the metrics' weights; the channel weights are lpips'.

        Raises:
            WeightsMissing: the file is absent; says which command brings it.
            WeightsCorrupt: the file is not AlexNet.
            ToolMissing: lpips is not installed.
        """
        weights = _required(folder, ALEXNET_FILE)
        try:
            import lpips
        except ImportError as error:
            raise ToolMissing(f"lpips is missing; run: {_INSTALL}") from error
        network = lpips.LPIPS(net="alex", pnet_rand=True, verbose=False)
        # The library would download AlexNet itself; its slices keep torchvision's layer numbers.
        values = _tensors(weights)
        state = {
            name: values.get(f"features.{name.partition('.')[2]}", torch.empty(0))
            for name in network.net.state_dict()
        }
        try:
            network.net.load_state_dict(state)
        except RuntimeError as error:
            raise WeightsCorrupt(f"{weights.name} is not AlexNet; run: {_PULL}") from error
        return cls(network.to(device), sha256_of(weights))

    @torch.inference_mode()
    def layers(self, images: Sequence[Image.Image]) -> list[FloatArray]:
        """Features of pictures of one size after each of five layers, (N, C, H, W) float32."""
        device = next(self.network.parameters()).device
        found = []
        for chunk in _chunks(images):
            pixels = torch.from_numpy(uint8_batch(chunk)).to(device)
            signed = pixels.float() / 127.5 - 1
            found.append(self.network.net(self.network.scaling_layer(signed)))
        return [_stacked([layers[index] for layers in found]) for index in range(len(found[0]))]


def _required(folder: Path, *names: str) -> Path:
    """The path of the first name, when all are there."""
    for name in names:
        if not (folder / name).is_file():
            raise WeightsMissing(f"{(folder / name).name} for the metrics is missing; run: {_PULL}")
    return folder / names[0]


def _readable(weights: Path, load: Callable[[], Any]) -> Any:
    try:
        return load()
    except (OSError, ValueError, RuntimeError, SafetensorError) as error:
        raise WeightsCorrupt(
            f"{weights.parent.name} for the metrics cannot be read; delete it and run: {_PULL}"
        ) from error


def _tensors(path: Path) -> Mapping[str, torch.Tensor]:
    """A file of tensors and nothing else, which torch guarantees."""
    try:
        values: Mapping[str, torch.Tensor] = torch.load(path, map_location="cpu", weights_only=True)
    except (OSError, RuntimeError, EOFError, pickle.UnpicklingError) as error:
        raise WeightsCorrupt(f"{path.name} cannot be read; run: {_PULL}") from error
    return values


def _chunks(items: Sequence[T]) -> Iterator[Sequence[T]]:
    if not items:
        raise ValueError("there is nothing to extract features from")
    for start in range(0, len(items), _BATCH):
        yield items[start : start + _BATCH]


def _stacked(rows: Sequence[torch.Tensor]) -> FloatArray:
    return np.concatenate([row.float().cpu().numpy() for row in rows])
