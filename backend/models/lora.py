"""LoRA adapters: found by name, checked before use, kept loaded, switched by weight."""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open

from backend.domain.errors import LoraIncompatible, UnknownLora
from backend.domain.generation import LoraChoice
from backend.domain.lora_names import lora_file, lora_names
from backend.domain.ports import ModelFact
from backend.utils.files import sha256_of

_MAX_TENSORS = 20_000


class LoraShelf:
    """The adapters of a folder: `NAME.safetensors`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._hashes: dict[tuple[Path, int, int], str] = {}

    def path(self, name: str) -> Path:
        """The adapter's file.

        Raises:
            UnknownLora: no adapter has this name.
        """
        if (path := lora_file(self._folder, name)) is not None:
            return path
        known = ", ".join(lora_names(self._folder)[:10])
        known = known or "none; put .safetensors files into lora/"
        raise UnknownLora(f"there is no LoRA named {name[:60]!r}; known: {known}")

    def facts(self, choices: Sequence[LoraChoice]) -> list[ModelFact]:
        """The adapters that act, with the hash of each file.

        Raises:
            UnknownLora: no adapter has this name.
        """
        return [
            ModelFact(f"lora/{choice.name}", self._sha256(self.path(choice.name)))
            for choice in _active(choices)
        ]

    @contextmanager
    def applied(
        self, pipeline: Any, choices: Sequence[LoraChoice], always: Sequence[Path] = ()
    ) -> Iterator[str]:
        """Runs the body with the adapters active at their weights, and none afterwards.

        Adapters stay loaded in the pipeline, so switching between them costs a change of weights.

        Args:
            pipeline: what they act on.
            choices: the user's, by name.
            always: files of few-step adapters, which act at weight 1 beside them.

        Yields:
            The trigger words that the adapters' own metadata name, comma-separated.

        Raises:
            UnknownLora, LoraIncompatible: before any adapter is active.
        """
        active = _active(choices)
        if not active and not always:
            yield ""
            return
        files = [*(self.path(choice.name) for choice in active), *always]
        adapters = [self._loaded(pipeline, path) for path in files]
        pipeline.set_adapters(
            adapters, [*(choice.weight for choice in active), *[1.0] * len(always)]
        )
        pipeline.enable_lora()
        try:
            yield ", ".join(filter(None, (self._trigger(choice.name) for choice in active)))
        finally:
            pipeline.disable_lora()

    def text_key(self, choices: Sequence[LoraChoice]) -> str:
        """What may act on the text encoder, as a key for remembered prompts."""
        return ",".join(
            f"{self._sha256(self.path(choice.name))}:{choice.weight}" for choice in _active(choices)
        )

    def _trigger(self, name: str) -> str:
        with safe_open(self.path(name), framework="np") as file:
            return str((file.metadata() or {}).get("modelspec.trigger_phrase", ""))

    def _sha256(self, path: Path) -> str:
        state = path.stat()
        key = (path, state.st_mtime_ns, state.st_size)
        if key not in self._hashes:
            self._hashes[key] = sha256_of(path)
        return self._hashes[key]

    def _loaded(self, pipeline: Any, path: Path) -> str:
        """Loads a file once; returns the adapter's name, which follows from its content.

        A file that was replaced under its old name is another adapter.
        """
        adapter = f"lora_{self._sha256(path)[:16]}"
        if adapter in getattr(pipeline.unet, "peft_config", {}):
            return adapter
        check_adapter(path, pipeline)
        try:
            with warnings.catch_warnings():
                # A second adapter beside the first is what is wanted here.
                warnings.filterwarnings("ignore", message="Already found a `peft_config`")
                pipeline.load_lora_weights(
                    str(path.parent), weight_name=path.name, adapter_name=adapter
                )
        except (ValueError, RuntimeError, KeyError) as error:
            raise LoraIncompatible(
                f"the LoRA {path.stem!r} was trained for another model; "
                "its layers do not fit the loaded pipeline"
            ) from error
        pipeline.disable_lora()
        return adapter


def check_adapter(path: Path, pipeline: Any) -> None:
    """Refuses files that are not adapters of this pipeline's UNet, without loading their tensors.

    Raises:
        LoraIncompatible: with the reason.
    """
    try:
        with safe_open(path, framework="np") as file:
            names = list(file.keys())
    except (SafetensorError, json.JSONDecodeError, OSError) as error:
        raise LoraIncompatible(f"{path.name} is not a readable safetensors file") from error
    if not 0 < len(names) <= _MAX_TENSORS:
        raise LoraIncompatible(
            f"{path.name} holds {len(names)} tensors; a LoRA has between 1 and {_MAX_TENSORS}"
        )
    if not any("lora" in name.lower() for name in names):
        raise LoraIncompatible(f"{path.name} holds no LoRA layers")
    is_bert = type(pipeline.text_encoder).__name__ == "BertModel"
    if is_bert and any(name.startswith(("text_encoder", "lora_te")) for name in names):
        raise LoraIncompatible(
            f"{path.name} also changes a CLIP text encoder, "
            "which the embedded pipeline does not have; "
            "use it with the sd15 profile"
        )


def _active(choices: Sequence[LoraChoice]) -> list[LoraChoice]:
    return [choice for choice in choices if choice.weight > 0]
