"""The matcher: a dual encoder that says how well a picture shows what a phrase asks for.

A small convolutional tower reads the picture, a perceptron reads the frozen sentence encoder's
vector of the phrase, and both end as unit vectors of one space (as in Radford et al., "Learning
Transferable Visual Models From Natural Language Supervision", 2021). One matcher ranks drafts and
guides training; a second one of another seed and split is kept for evaluation, so that no figure
comes from the network that chose the picture.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from backend.utils.images import resized, to_signed_nchw

_BATCH = 64


@dataclass(frozen=True, slots=True)
class MatcherConfig:
    """Sizes of the two towers.

    Attributes:
        input_px: side of the pictures that the image tower reads.
        widths: channels at a half, a quarter, an eighth and a sixteenth of `input_px`.
        blocks: residual blocks at the last three sizes.
        text_size: length of the sentence vectors.
        text_width: hidden width of the text tower.
        embedding_size: length of the vectors of the common space.
    """

    input_px: int = 64
    widths: tuple[int, int, int, int] = (32, 64, 128, 256)
    blocks: tuple[int, int, int] = (1, 2, 2)
    text_size: int = 384
    text_width: int = 512
    embedding_size: int = 256


class Matcher(nn.Module):
    """Image tower, text tower and the scale of their products."""

    text_mean: Tensor
    cosine_range: Tensor

    def __init__(self, config: MatcherConfig) -> None:
        super().__init__()
        self.config = config
        first, *widths = config.widths
        layers: list[nn.Module] = [_conv(1, first, stride=2)]
        for width, blocks in zip(widths, config.blocks, strict=True):
            layers += [_conv(first, width, stride=2), *(_Residual(width) for _ in range(blocks))]
            first = width
        self.body = nn.Sequential(*layers)
        self.image_head = nn.Linear(first, config.embedding_size)
        self.text_head = nn.Sequential(
            nn.Linear(config.text_size, config.text_width),
            nn.GELU(),
            nn.Linear(config.text_width, config.embedding_size),
        )
        self.log_scale = nn.Parameter(torch.tensor(np.log(1 / 0.07), dtype=torch.float32))
        # Sentence vectors share a large mean; about it they differ more.
        self.register_buffer("text_mean", torch.zeros(config.text_size))
        # Mean cosines of wrong and of right pairs; training measures them on pairs never seen.
        self.register_buffer("cosine_range", torch.tensor([0.0, 1.0]))

    def features(self, images: Tensor) -> Tensor:
        """Pooled features before the common space, for distances between sets of pictures.

        Args:
            images: (N, 3, input_px, input_px) float in -1..1.

        Returns:
            (N, widths[-1]) float.
        """
        figures = figure_map(images).to(next(self.body.parameters()).dtype)
        return self.body(figures).mean(dim=(2, 3)).to(images.dtype)

    def embed_images(self, images: Tensor) -> Tensor:
        """(N, 3, input_px, input_px) float in -1..1 to unit vectors (N, embedding_size)."""
        return F.normalize(self.image_head(self.features(images)).float(), dim=1)

    def embed_texts(self, sentences: Tensor) -> Tensor:
        """Sentence vectors (N, text_size) to unit vectors (N, embedding_size)."""
        return F.normalize(self.text_head(sentences - self.text_mean).float(), dim=1)

    def to_config(self) -> dict[str, Any]:
        """What rebuilds the network, for the file beside its weights."""
        return asdict(self.config)

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Matcher:
        """The inverse of `to_config`."""
        lists = {"widths": tuple(config["widths"]), "blocks": tuple(config["blocks"])}
        return cls(MatcherConfig(**{**config, **lists}))


def figure_map(images: Tensor) -> Tensor:
    """How far each pixel is from the ground, as a share of the farthest.

    What a mark shows does not depend on its colours, and a tower that never sees them need not
    learn to look past them; whether asked-for colours are there is measured by other means.

    Args:
        images: (N, 3, H, W) float; the ground is the mean of the four corners.

    Returns:
        (N, 1, H, W) float in 0..1.
    """
    corners = images[:, :, [0, 0, -1, -1], [0, -1, 0, -1]]  # (N, 3, 4)
    ground = corners.mean(dim=2)[:, :, None, None]
    distance = (images - ground).square().sum(dim=1, keepdim=True).add(1e-8).sqrt()
    return distance / distance.amax(dim=(1, 2, 3), keepdim=True).clamp(min=1e-3)


class SentenceEncoder(Protocol):
    """The part of `models.text.TextEncoder` that matching needs."""

    def sentences(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """N texts to (N, E) unit vectors."""


class PictureMatcher:
    """Pictures and phrases to vectors and likenesses, with a trained matcher.

    Args:
        network: both towers.
        encoder: of the phrases.
        dtype: of the image tower's convolutions; half precision is enough to rank by.
    """

    def __init__(
        self, network: Matcher, encoder: SentenceEncoder, dtype: torch.dtype = torch.float32
    ) -> None:
        self._network = network.eval().requires_grad_(False)
        self._network.body.to(dtype, memory_format=torch.channels_last)  # type: ignore[call-overload]
        self._encoder = encoder

    @torch.inference_mode()
    def images(self, pictures: Sequence[Image.Image]) -> NDArray[np.float32]:
        """Unit vectors of pictures of any size: (N, D)."""
        return self._through(pictures, self._network.embed_images)

    @torch.inference_mode()
    def features(self, pictures: Sequence[Image.Image]) -> NDArray[np.float32]:
        """Pooled features of pictures of any size, see `Matcher.features`: (N, F)."""
        return self._through(pictures, self._network.features)

    @torch.inference_mode()
    def texts(self, phrases: Sequence[str]) -> NDArray[np.float32]:
        """Unit vectors of phrases: (N, D)."""
        vectors = torch.from_numpy(self._encoder.sentences(phrases))
        return self._network.embed_texts(vectors).numpy()

    def match(self, pictures: Sequence[Image.Image], phrase: str) -> NDArray[np.float32]:
        """How well pictures show what a phrase says: (N,) in 0..1.

        0 is the mean cosine of a real picture and wrong words, 1 that of right words.
        """
        cosines = self.images(pictures) @ self.texts([phrase])[0]
        wrong, right = self._network.cosine_range.tolist()
        return np.asarray(np.clip((cosines - wrong) / max(right - wrong, 1e-6), 0, 1), np.float32)

    def _through(self, pictures: Sequence[Image.Image], tower: Any) -> NDArray[np.float32]:
        size = self._network.config.input_px
        small = [resized(picture.convert("RGB"), size) for picture in pictures]
        chunks = [
            tower(torch.from_numpy(to_signed_nchw(small[start : start + _BATCH])))
            for start in range(0, len(small), _BATCH)
        ]
        return np.asarray(torch.cat(chunks).float().numpy(), np.float32)


class _Residual(nn.Module):
    """Two convolutions and a way past them (He et al., 2016)."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.first = _conv(channels, channels)
        self.second = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.norm = nn.BatchNorm2d(channels)

    def forward(self, x: Tensor) -> Tensor:
        """x: (N, C, H, W) to the same shape."""
        return F.relu(x + self.norm(self.second(self.first(x))))


def _conv(inputs: int, outputs: int, *, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, stride=stride, padding=1, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(),
    )
