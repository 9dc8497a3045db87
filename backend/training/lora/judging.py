"""How good an adapter is at a step: near its pictures, true to the words, and no copy of either."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from backend.domain.errors import LogoError, WeightsMissing
from backend.metrics.copying import copy_share, nearest_masks
from backend.metrics.features import Clip, Dino
from backend.metrics.similarity import image_alignment, unit_vectors
from backend.models.catalog import Catalog
from backend.models.matcher import Matcher, PictureMatcher, figure_map
from backend.models.text import TextEncoder
from backend.training.checkpoints import load_network
from backend.utils.images import resized, squared, to_signed_nchw

_MASK_PX = 48
_BINS = 6
# Above this share of the samples an adapter copies, and is not chosen while another does not.
COPYING_SHARE = 0.25
_LEAST_OVERLAP = 0.85
_BATCH = 32


class PictureVectors(Protocol):
    """A network that turns pictures into vectors."""

    def images(self, images: Sequence[Image.Image]) -> NDArray[np.float32]:
        """N pictures of any size to (N, D)."""


class Judge:
    """Measures samples against a set, by networks that take no part in the training.

    Args:
        references: the set's pictures, those held out included.
        trained: the ones that the training sees.
        matcher: of pictures and words; the one kept for evaluations.
        others: further image networks by the name of their measure, such as DINO.
        clip: for CLIP-I and CLIP-T, when it is there.
    """

    def __init__(
        self,
        references: Sequence[Image.Image],
        trained: Sequence[Image.Image],
        matcher: PictureMatcher | None,
        others: dict[str, PictureVectors] | None = None,
        clip: Clip | None = None,
    ) -> None:
        square = [squared(picture) for picture in references]
        self._matcher, self._clip = matcher, clip
        self._others = dict(others or {}) | ({"clip_i": clip} if clip else {})
        self._references = {name: net.images(square) for name, net in self._others.items()}
        self._matched = matcher.images(square) if matcher else None
        self._palette = _palette(square)
        self._masks = _masks([squared(picture) for picture in trained])
        self._copy_threshold = max(_LEAST_OVERLAP, _own_overlap(_masks(square)))

    def measure(self, samples: Sequence[Image.Image], prompts: Sequence[str]) -> dict[str, float]:
        """Measures of samples and the prompts they were drawn for.

        Returns:
            image_similarity, text_similarity: mean cosines of the matcher, -1..1.
            palette_overlap: how much of the samples' colours the set has, too, 0..1.
            copy_overlap: the mean overlap of each sample's shape with the nearest training picture.
            copying: the share of samples that overlap more than the set's own pictures do.
            dino, clip_i, clip_t: likewise, where those networks are there.
        """
        nearest = nearest_masks(_masks(samples), self._masks)
        found = {
            "palette_overlap": float(np.minimum(_palette(samples), self._palette).sum()),
            "copy_overlap": float(nearest.overlap.mean()),
            "copying": copy_share(nearest.overlap, self._copy_threshold),
        }
        if self._matcher is not None and self._matched is not None:
            vectors = self._matcher.images(samples)
            found["image_similarity"] = image_alignment(vectors, self._matched)
            found["text_similarity"] = _paired(vectors, self._matcher.texts(list(prompts)))
        for name, network in self._others.items():
            found[name] = image_alignment(network.images(samples), self._references[name])
        if self._clip is not None:
            found["clip_t"] = _paired(self._clip.images(samples), self._clip.texts(list(prompts)))
        return {name: round(value, 5) for name, value in found.items()}


def quality(measures: dict[str, float]) -> float:
    """What the best checkpoint is chosen by: nearness to the set, unless it copies.

    The matcher knows shapes and no colours, so the palette stands beside it.
    """
    near = measures.get("image_similarity", 0.0) + measures["palette_overlap"]
    return near - (2.0 if measures["copying"] > COPYING_SHARE else 0.0)


def load_judge(
    weights: Path, references: Sequence[Image.Image], trained: Sequence[Image.Image]
) -> Judge:
    """A judge with the networks that are there: the evaluation matcher, DINO, CLIP."""
    matcher = None
    try:
        catalog = Catalog.load(weights)
        for name in ("matcher-evaluation", "text-encoder"):
            catalog.require(name)
        network = load_network(weights / "matcher" / "evaluation.safetensors", Matcher.from_config)
        matcher = PictureMatcher(network, TextEncoder.load(weights / "sd-embedded"))
    except LogoError:
        pass
    others: dict[str, PictureVectors] = {}
    if (dino := _if_there(Dino, weights / "metrics")) is not None:
        others["dino"] = dino
    return Judge(references, trained, matcher, others, _if_there(Clip, weights / "metrics"))


def _if_there(network: Any, folder: Path) -> Any:
    try:
        return network.load(folder)
    except WeightsMissing:
        return None


def _paired(first: NDArray[np.float32], second: NDArray[np.float32]) -> float:
    return float((unit_vectors(first) * unit_vectors(second)).sum(axis=1).mean())


def _masks(pictures: Sequence[Image.Image]) -> NDArray[np.uint8]:
    """What stands out from the ground: (N, S, S), 0 or 1."""
    rows = []
    for start in range(0, len(pictures), _BATCH):
        part = [resized(each.convert("RGB"), _MASK_PX) for each in pictures[start : start + _BATCH]]
        rows.append(figure_map(torch.from_numpy(to_signed_nchw(part)))[:, 0].numpy() > 0.5)
    return np.concatenate(rows).astype(np.uint8)


def _own_overlap(masks: NDArray[np.uint8]) -> float:
    """The most that a picture of the set overlaps another one."""
    if len(masks) < 2:
        return 0.0
    rest = [np.delete(masks, row, axis=0) for row in range(len(masks))]
    return float(
        max(nearest_masks(masks[row : row + 1], rest[row]).overlap[0] for row in range(len(masks)))
    )


def _palette(pictures: Sequence[Image.Image]) -> NDArray[np.float64]:
    """Shares of 6 x 6 x 6 colours over all pictures, summing to 1."""
    counts = np.zeros(_BINS**3)
    for picture in pictures:
        small = np.asarray(resized(picture.convert("RGB"), _MASK_PX), np.int64) * _BINS // 256
        boxes = (small[..., 0] * _BINS + small[..., 1]) * _BINS + small[..., 2]
        counts += np.bincount(boxes.ravel(), minlength=len(counts))
    return counts / counts.sum()
