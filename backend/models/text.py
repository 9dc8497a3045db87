"""The sentence and token encoder, all-MiniLM-L6-v2, from the diffusion pipeline's folder."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from transformers import BertModel, BertTokenizerFast

EMBEDDING_SIZE = 384
MAX_TOKENS = 64
_CACHE_SIZE = 4096


class TextEncoder:
    """Texts to vectors.

    The folder is a diffusers pipeline's, with `tokenizer/` and `text_encoder/` in the Hugging Face
    format, so the diffusion pipeline and this class read the same files.
    """

    def __init__(self, model: BertModel, tokenizer: BertTokenizerFast) -> None:
        self.model = model.eval().requires_grad_(False)
        self.tokenizer = tokenizer
        self._cache: OrderedDict[str, NDArray[np.float32]] = OrderedDict()
        self._lock = threading.Lock()

    @classmethod
    def load(
        cls, folder: Path, *, device: str = "cpu", dtype: torch.dtype = torch.float32
    ) -> TextEncoder:
        """Loads from a pipeline folder. Weights stored in half precision run in `dtype`."""
        model = BertModel.from_pretrained(folder / "text_encoder", dtype=dtype)
        tokenizer = BertTokenizerFast.from_pretrained(folder / "tokenizer")
        return cls(model.to(device), tokenizer)

    @torch.inference_mode()
    def token_states(self, texts: Sequence[str]) -> torch.Tensor:
        """Last hidden states, padded as the diffusion pipeline pads: (N, 64, 384)."""
        tokens = self._tokenize(texts, padding="max_length")
        return self.model(tokens["input_ids"], attention_mask=tokens["attention_mask"])[0]

    @torch.inference_mode()
    def sentences(self, texts: Sequence[str], *, batch_size: int = 256) -> NDArray[np.float32]:
        """Unit sentence vectors by masked mean pooling: (N, 384) float32; recent ones are kept."""
        with self._lock:
            return self._sentences(texts, batch_size)

    def _sentences(self, texts: Sequence[str], batch_size: int) -> NDArray[np.float32]:
        missing = [text for text in dict.fromkeys(texts) if text not in self._cache]
        fresh: dict[str, NDArray[np.float32]] = {}
        for start in range(0, len(missing), batch_size):
            chunk = missing[start : start + batch_size]
            tokens = self._tokenize(chunk, padding="longest")
            mask = tokens["attention_mask"].unsqueeze(-1)
            states = self.model(tokens["input_ids"], attention_mask=tokens["attention_mask"])[
                0
            ].float()
            pooled = (states * mask).sum(1) / mask.sum(1)
            vectors = torch.nn.functional.normalize(pooled, dim=1).cpu().numpy()
            fresh.update(zip(chunk, vectors, strict=True))
        rows = [fresh[text] if text in fresh else self._cache[text] for text in texts]
        for text, vector in fresh.items():
            self._cache[text] = vector
            if len(self._cache) > _CACHE_SIZE:
                self._cache.popitem(last=False)
        return np.stack(rows).astype(np.float32)

    def _tokenize(self, texts: Sequence[str], *, padding: str) -> dict[str, torch.Tensor]:
        tokens = self.tokenizer(
            list(texts),
            padding=padding,
            truncation=True,
            max_length=MAX_TOKENS,
            return_tensors="pt",
        )
        return {key: value.to(self.model.device) for key, value in tokens.items()}
