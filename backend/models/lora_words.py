"""Words that an adapter taught: rows added to the token embedding, and prompts that use them.

Textual inversion (Gal et al., 2022) learns vectors for a new word. Each vector gets a token of its
own with a name that nobody writes; while the adapter is worn, its trigger in a prompt is replaced
by these tokens. So the trigger means in other prompts what it always meant.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from backend.domain.errors import LoraIncompatible
from backend.models.lora_layouts import TEXT, TEXT_2

_TOKENIZERS = {TEXT: "tokenizer", TEXT_2: "tokenizer_2"}


@dataclass(frozen=True)
class Word:
    """A trigger and the tokens that stand for it, by text encoder."""

    trigger: str
    tokens: Mapping[str, Sequence[str]]


def check_rows(pipeline: Any, rows: Mapping[str, Tensor]) -> None:
    """Refuses rows that the text encoders cannot take.

    Raises:
        LoraIncompatible: with the reason as half a sentence.
    """
    for network, values in rows.items():
        text_encoder = getattr(pipeline, network, None)
        if text_encoder is None:
            raise LoraIncompatible("it has words for a text encoder that the loaded model lacks")
        features = text_encoder.get_input_embeddings().weight.shape[1]
        if values.shape[1] != features:
            raise LoraIncompatible(
                f"its words have {values.shape[1]:,} features; "
                f"those of the loaded model's {network} have {features:,}"
            )


def teach(pipeline: Any, sha256: str, trigger: str, rows: Mapping[str, Tensor]) -> Word:
    """Adds an adapter's rows to the tokenizers and text encoders, if they are not there yet.

    Args:
        rows: (n, features) float32 by text encoder, checked by `check_rows`.
    """
    # An adapter may have several words.
    key = hashlib.sha256(f"{sha256} {trigger.casefold()}".encode()).hexdigest()
    tokens = {
        network: _added(
            getattr(pipeline, _TOKENIZERS[network]), getattr(pipeline, network), key, values
        )
        for network, values in rows.items()
    }
    return Word(trigger, tokens)


@contextmanager
def spoken(pipeline: Any, words: Sequence[Word]) -> Iterator[None]:
    """Lets the pipeline's own conversion of prompts replace triggers while the body runs."""
    if not words:
        yield
        return

    def convert(prompt: str | list[str], tokenizer: Any) -> str | list[str]:
        network = next(
            (name for name, part in _TOKENIZERS.items() if getattr(pipeline, part, 0) is tokenizer),
            TEXT,
        )
        if isinstance(prompt, str):
            return replaced(prompt, words, network)
        return [replaced(text, words, network) for text in prompt]

    pipeline.maybe_convert_prompt = convert
    try:
        yield
    finally:
        # The class's own method is visible again.
        del pipeline.maybe_convert_prompt


def replaced(prompt: str, words: Sequence[Word], network: str) -> str:
    """A prompt with every trigger written as the tokens of one text encoder.

    Examples:
        With the trigger "sks" of two rows, "a sks logo" is "a <lora-1f-0> <lora-1f-1> logo".
    """
    known = {
        word.trigger: " ".join(word.tokens[network]) for word in words if word.tokens.get(network)
    }
    if not known:
        return prompt
    tokens = {trigger.casefold(): value for trigger, value in known.items()}
    # One pass, so that no trigger is found in another's tokens; longer ones first, so that none
    # takes the beginning of another. Folding a letter's case may lengthen it, hence the default.
    names = sorted(known, key=len, reverse=True)
    pattern = rf"(?<!\w)(?:{'|'.join(map(re.escape, names))})(?!\w)"
    return re.sub(
        pattern,
        lambda found: tokens.get(found[0].casefold(), found[0]),
        prompt,
        flags=re.IGNORECASE,
    )


def _added(tokenizer: Any, text_encoder: Any, key: str, rows: Tensor) -> list[str]:
    names = [f"<lora-{key[:12]}-{number}>" for number in range(len(rows))]
    if names[0] in tokenizer.get_vocab():
        return names
    tokenizer.add_tokens(names)
    known = text_encoder.get_input_embeddings().weight
    # Ordinary tensors, wherever this is called from: parameters made in inference mode stay barred
    # from every later change outside of it.
    with torch.inference_mode(False), torch.no_grad():
        if len(tokenizer) > len(known):
            text_encoder.resize_token_embeddings(len(tokenizer), mean_resizing=False)
        weight = text_encoder.get_input_embeddings().weight
        weight.requires_grad_(known.requires_grad)
        ids = tokenizer.convert_tokens_to_ids(names)
        weight.data[ids] = rows.to(weight)
    return names
