"""The shipped matcher as a guide of the generator: pictures and phrases of one space."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

from backend.domain.errors import WeightsMissing
from backend.models.matcher import Matcher, SentenceEncoder
from backend.training.caches import cache_path
from backend.training.cgan.loop import Guidance
from backend.training.checkpoints import load_network
from backend.training.sheets import coloured
from backend.utils.files import atomic_path


def load_matcher(path: Path) -> Matcher:
    """A matcher written by `save_network`, in full precision and frozen.

    Raises:
        WeightsMissing: there is none at this path.
    """
    if not path.exists():
        raise WeightsMissing(
            f"{path} is not there, and guide_weight asks for it; run: python -m backend train "
            "matcher, or set guide_weight=0"
        )
    return load_network(path, Matcher.from_config).requires_grad_(False)


def matcher_guidance(
    matcher: Matcher, sentences: NDArray[np.float32], device: torch.device
) -> Guidance:
    """Looks at drawings through a frozen matcher.

    Args:
        sentences: (P, E) sentence vectors of the corpus' phrases.
    """
    matcher = matcher.to(device)
    side = matcher.config.input_px

    def look(layers: Tensor) -> Tensor:
        pictures = F.interpolate(coloured(layers), (side, side), mode="area")
        return matcher.embed_images(pictures)

    with torch.inference_mode():
        texts = [
            matcher.embed_texts(chunk.to(device))
            for chunk in torch.from_numpy(sentences).split(4096)
        ]
    # A clone is an ordinary tensor again, which autograd may keep.
    return Guidance(look, torch.cat(texts).clone())


def phrase_vectors(
    phrases: tuple[str, ...], encoder: SentenceEncoder, cache: Path
) -> NDArray[np.float32]:
    """Sentence vectors (P, E) of the library's phrases, encoded once."""
    path = cache_path(cache, "phrases", phrases)
    if not path.exists():
        vectors = encoder.sentences(phrases)
        with atomic_path(path) as part, part.open("wb") as stream:
            np.save(stream, vectors)
    loaded: NDArray[np.float32] = np.load(path)
    return loaded
