"""Sample sheets: rows of equal pictures as one image."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from PIL import Image
from torch import Tensor

# The ink colours of layered samples: background, primary, secondary.
_COLOURS = ((250.0, 250.0, 245.0), (30.0, 40.0, 90.0), (230.0, 100.0, 60.0))


def coloured(layers: Tensor) -> Tensor:
    """Soft layers (N, 3, S, S) that sum to one, as pictures (N, 3, S, S) in -1..1."""
    colours = torch.tensor(_COLOURS, device=layers.device) / 127.5 - 1
    return torch.einsum("nkhw,kc->nchw", layers.float(), colours)


def grid(rows: Sequence[Tensor]) -> Image.Image:
    """Rows of pictures (N, 3, S, S) in -1..1, one above the other."""
    lines = [
        ((row.float().clamp(-1, 1) + 1) * 127.5).round().byte().permute(2, 0, 3, 1).flatten(1, 2)
        for row in rows
    ]  # each (S, N * S, 3)
    return Image.fromarray(np.ascontiguousarray(torch.cat(lines).cpu().numpy()))
