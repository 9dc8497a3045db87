"""A word of its own: trained rows beside a text encoder's vocabulary.

Gal et al., "An Image is Worth One Word", 2022: only the embeddings of new tokens are trained.
"""

from __future__ import annotations

import re
from typing import Any

import torch
from torch import Tensor, nn

from backend.domain.errors import InvalidRequest
from backend.training.lora.base import BasePipeline

EMBEDDING_KEY = "emb_params"


class WordRows(nn.Module):
    """An embedding with some rows that train and all others that do not.

    Args:
        base: the frozen embedding, without the new tokens.
        ids: of the tokens, which a vocabulary smaller or larger than the embedding puts anywhere.
        rows: (n, dim), one for each of them.
    """

    ids: Tensor

    def __init__(self, base: nn.Embedding, ids: list[int], rows: Tensor) -> None:
        super().__init__()
        self.base = base
        self.register_buffer("ids", torch.tensor(ids), persistent=False)
        self.rows = nn.Parameter(rows.clone().float())

    def forward(self, ids: Tensor) -> Tensor:
        """ids: (N, tokens) int64, to (N, tokens, dim)."""
        states = self.base(ids.clamp(max=self.base.num_embeddings - 1))
        matches = ids.unsqueeze(-1) == self.ids
        new = self.rows[matches.int().argmax(dim=-1)].to(states.dtype)
        return torch.where(matches.any(dim=-1, keepdim=True), new, states)


class Trigger:
    """The trained word of a run.

    Args:
        base: gets the new tokens.
        phrase: what users write.
        likeness: words whose embeddings the new rows begin at.
        count: how many tokens the phrase becomes.
    """

    def __init__(self, base: BasePipeline, phrase: str, likeness: str, count: int) -> None:
        if base.is_xl:
            raise InvalidRequest(
                "a trigger with its own embedding is trained for one text encoder, and this base "
                "has two; choose the goal style or object, which take a trigger word too"
            )
        tokenizer, encoder = base.pipeline.tokenizer, base.text_encoders[0]
        self.phrase = phrase
        self._tokens = [f"<{re.sub(r'[^a-z0-9]+', '-', phrase.lower())}-{i}>" for i in range(count)]
        start = _likeness(tokenizer, encoder, likeness)
        tokenizer.add_tokens(self._tokens)
        noise = torch.randn(count, start.shape[0], generator=torch.Generator().manual_seed(0))
        # Equal rows would get equal gradients and stay one.
        self.network = WordRows(
            encoder.get_input_embeddings(),
            tokenizer.convert_tokens_to_ids(self._tokens),
            start + 0.1 * start.std() * noise,
        ).to(start.device)
        encoder.set_input_embeddings(self.network)
        self._pattern = re.compile(rf"(?<!\w){re.escape(phrase)}(?!\w)", re.IGNORECASE)

    def in_text(self, text: str) -> str:
        """A text with the phrase as its tokens."""
        return self._pattern.sub(" ".join(self._tokens), text)

    @property
    def parameters(self) -> dict[str, nn.Parameter]:
        """The rows, by the name of the file."""
        return {EMBEDDING_KEY: self.network.rows}


def _likeness(tokenizer: Any, encoder: Any, words: str) -> Tensor:
    """The mean embedding of some words."""
    embedding = encoder.get_input_embeddings()
    ids = tokenizer(words or "logo", add_special_tokens=False)["input_ids"]
    return embedding.weight[torch.tensor(ids, device=embedding.weight.device)].float().mean(dim=0)
