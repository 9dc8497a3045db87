"""Pictures and captions of a parquet corpus, decoded once into arrays."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from backend.domain.errors import DatasetSchemaMismatch


def load_split(
    corpus: Path, split: str, size_px: int, limit: int | None = None
) -> tuple[NDArray[np.uint8], list[str]]:
    """Reads one split of every shard in a folder.

    Works on any parquet with `image` {bytes} and `text`; without a `split` column all rows count as
    train.

    Returns:
        Pictures (N, size_px, size_px, 3) uint8 and their N captions.

    Raises:
        DatasetSchemaMismatch: no shard, or a shard without the two columns.
    """
    pictures: list[NDArray[np.uint8]] = []
    captions: list[str] = []
    shards = sorted(corpus.glob("*.parquet"))
    if not shards:
        raise DatasetSchemaMismatch(
            f"no parquet file in {corpus.name}; run: python -m backend corpus build"
        )
    for shard in shards:
        file = pq.ParquetFile(shard)
        names = set(file.schema_arrow.names)
        if not {"image", "text"} <= names:
            raise DatasetSchemaMismatch(
                f"{shard.name} needs the columns image and text, it has {sorted(names)[:8]}"
            )
        columns = ["image", "text", *({"split"} & names)]
        for batch in file.iter_batches(batch_size=200, columns=columns):
            for row in batch.to_pylist():
                if row.get("split", "train") != split:
                    continue
                pictures.append(_decode(row["image"]["bytes"], size_px))
                captions.append(row["text"])
                if limit is not None and len(captions) >= limit:
                    return np.stack(pictures), captions
    return np.stack(pictures), captions


def to_tensor(pictures: NDArray[np.uint8]) -> Tensor:
    """(N, H, W, 3) uint8 to (N, 3, H, W) float32 in -1..1."""
    return torch.from_numpy(pictures).permute(0, 3, 1, 2).float().div(127.5).sub(1)


def random_crops(
    pictures: NDArray[np.uint8], crop_px: int, rng: np.random.Generator
) -> NDArray[np.uint8]:
    """One random square crop of each picture."""
    height, width = pictures.shape[1:3]
    tops = rng.integers(0, height - crop_px + 1, len(pictures))
    lefts = rng.integers(0, width - crop_px + 1, len(pictures))
    return np.stack(
        [p[t : t + crop_px, q : q + crop_px] for p, t, q in zip(pictures, tops, lefts, strict=True)]
    )


def _decode(content: bytes, size_px: int) -> NDArray[np.uint8]:
    with Image.open(BytesIO(content)) as picture:
        rgb = picture.convert("RGB")
        if rgb.size != (size_px, size_px):
            rgb = rgb.resize((size_px, size_px), Image.Resampling.LANCZOS)
        return np.asarray(rgb)
