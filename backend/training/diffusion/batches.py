"""Pictures and captions of a parquet corpus, decoded once into arrays."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from backend.domain.errors import DatasetSchemaMismatch


def load_split(corpus: Path, split: str, size_px: int) -> tuple[NDArray[np.uint8], list[str]]:
    """Reads one split of every shard in a folder.

    Works on any parquet with `image` {bytes} and `text`; rows without a `split` column are of the
    train split.

    Returns:
        Pictures (N, size_px, size_px, 3) uint8 and their N captions.

    Raises:
        DatasetSchemaMismatch: no shard, a shard without the two columns, or no row of the split.
    """
    shards = [_open_shard(path) for path in sorted(corpus.glob("*.parquet"))]
    if not shards:
        raise DatasetSchemaMismatch(
            f"no parquet file in {corpus.name}; run: python -m backend corpus build"
        )
    captions = [row["text"] for row in _rows(shards, split, "text")]
    if not captions:
        raise DatasetSchemaMismatch(f"no row of the split {split} in {corpus.name}")
    # Filled in place: a list of pictures and the array stacked of it would need the memory twice.
    pictures = np.empty((len(captions), size_px, size_px, 3), np.uint8)
    for place, row in enumerate(_rows(shards, split, "image")):
        pictures[place] = _decode(row["image"]["bytes"], size_px)
    return pictures, captions


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


def _open_shard(path: Path) -> pq.ParquetFile:
    shard = pq.ParquetFile(path)
    names = set(shard.schema_arrow.names)
    if not {"image", "text"} <= names:
        raise DatasetSchemaMismatch(
            f"{path.name} needs the columns image and text, it has {sorted(names)[:8]}"
        )
    return shard


def _rows(shards: Iterable[pq.ParquetFile], split: str, column: str) -> Iterator[dict[str, Any]]:
    """One column of the rows of a split, in order."""
    for shard in shards:
        columns = [column, *({"split"} & set(shard.schema_arrow.names))]
        for batch in shard.iter_batches(batch_size=200, columns=columns):
            for row in batch.to_pylist():
                if row.get("split", "train") == split:
                    yield row


def _decode(content: bytes, size_px: int) -> NDArray[np.uint8]:
    with Image.open(BytesIO(content)) as picture:
        rgb = picture.convert("RGB")
        if rgb.size != (size_px, size_px):
            rgb = rgb.resize((size_px, size_px), Image.Resampling.LANCZOS)
        return np.asarray(rgb)
